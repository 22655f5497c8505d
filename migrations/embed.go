// Package migrations holds the database schema, one SQL file a step. A file
// that has landed is never edited: landed.sum keeps their hashes, and a test
// compares.
package migrations

import "embed"

// Files are the migrations in order.
//
//go:embed *.sql
var Files embed.FS
