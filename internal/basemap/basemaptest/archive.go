// Package basemaptest makes PMTiles files for tests.
package basemaptest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// Bytes is a sound archive of one empty vector tile, uncompressed, whose
// metadata are these.
func Bytes(metadata string) []byte {
	const header = 127
	root := []byte{1, 0, 1, 0, 1} // one entry: tile 0, a run of one, no bytes, at the beginning
	h := make([]byte, header)
	copy(h, "PMTiles\x03")
	at := uint64(header)
	for i, length := range []int{len(root), len(metadata), 0, 0} {
		binary.LittleEndian.PutUint64(h[8+16*i:], at)
		binary.LittleEndian.PutUint64(h[16+16*i:], uint64(length))
		at += uint64(length)
	}
	h[96], h[97], h[98], h[99] = 1, 1, 1, 1 // clustered; nothing compressed; vector tiles
	h[100], h[101] = 0, 14
	return append(append(h, root...), metadata...)
}

// Write puts an archive into a file of the test.
func Write(tb testing.TB, content []byte) (path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "ground.pmtiles")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
