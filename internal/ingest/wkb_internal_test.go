package ingest

import (
	"encoding/hex"
	"runtime"
	"testing"

	"wangge/internal/geo"
)

// FuzzWKB feeds anything to the reader of well-known binary. It is tested from
// inside, because a whole GeoPackage for every try would be slow.
func FuzzWKB(f *testing.F) {
	for _, s := range []string{
		"010300000001000000040000000000000000c05b4000000000000044400000000000005c4000000000000044400000000000005c4000000000008044400000000000c05b400000000000004440",
		"00000003eb000000010000000440" + "5bc000000000004044000000000000" + "0000000000000000405c00000000000040440000000000000000000000000000405c00000000000040448000000000000000000000000000405bc0000000000040440000000000000000000000000000",
		"0106000020e6100000010000000103000000010000000300000000000000000000000000000000000000000000000000f03f0000000000000000000000000000f03f000000000000f03f",
		"0106000000ffffffff", "0103000000ffffffff", "010700000001000000010700000001000000", "01030000c0000000",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := &feature{}
		got.wkb(b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(20*len(b)+1<<20) {
			t.Errorf("%d bytes were allocated for %d", used, len(b))
		}
		if got.refused {
			if len(got.defects) == 0 || got.polygons != nil {
				t.Fatalf("refused without a reason, or with %v", got.polygons)
			}
			return
		}
		if len(got.polygons) == 0 {
			t.Fatal("taken without any polygon")
		}
		if ground, _, ok := geo.Gate(got.snap(geo.CGCS2000)); ok {
			if _, defects, again := geo.Gate(ground.Polygons()); !again {
				t.Fatalf("what the gate let through is refused: %v", defects)
			}
		}
	})
}
