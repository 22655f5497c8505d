//go:build !race

package sandbox

// raceDetector is set where the race detector's shadow of the memory would
// count against the limit on memory by itself.
const raceDetector = false
