//go:build !race

package ingest_test

import "time"

// patience is how long one bad file may take (the promise).
const patience = 2 * time.Second

const raceDetector = false
