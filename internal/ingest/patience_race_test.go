//go:build race

package ingest_test

import "time"

// patience is ten times the promise under the race detector, which is that
// much slower; a run without it holds to the promise.
const patience = 20 * time.Second

const raceDetector = true
