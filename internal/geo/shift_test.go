package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"wangge/internal/geo"
)

var shifted = []geo.CRS{geo.GCJ02, geo.BD09}

// metres is the distance between two positions less than a few kilometres apart.
func metres(lon, lat, x, y float64) float64 {
	return math.Hypot((x-lon)*math.Cos(lat*math.Pi/180), y-lat) * 111_320
}

// A million positions all over China, there and back, from either side: within
// a centimetre, and on the lattice within one step.
func TestShiftsAreUndoneWithinACentimetre(t *testing.T) {
	t.Parallel()
	for _, crs := range shifted {
		t.Run(string(crs), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(27, 1))
			there, back, least := 0.0, 0.0, math.Inf(1)
			for range 1_000_000 {
				lon, lat := 73.4+rng.Float64()*61.7, 3.8+rng.Float64()*49.8
				x, y := crs.FromCGCS2000(lon, lat)
				least = min(least, metres(lon, lat, x, y))
				x, y = crs.ToCGCS2000(x, y)
				there = max(there, metres(lon, lat, x, y))
				x, y = crs.FromCGCS2000(crs.ToCGCS2000(lon, lat))
				back = max(back, metres(lon, lat, x, y))
			}
			t.Logf("%s: %.2g m from CGCS2000 and back, %.2g m to CGCS2000 and back; the shift is at least %.0f m", crs, there, back, least)
			if there > 0.01 || back > 0.01 {
				t.Errorf("off by %.4f m and %.4f m", there, back)
			}
			if least < 1 {
				t.Errorf("a shift of only %.2f m was tested", least)
			}
		})
	}
}

// Neighbours keep their order: a shift moves the ground, it does not fold it.
func TestShiftsKeepNeighboursInOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(27, 2))
	for _, crs := range shifted {
		for range 100_000 {
			lon, lat := 73.4+rng.Float64()*61.7, 3.8+rng.Float64()*49.8
			x, y := crs.ToCGCS2000(lon, lat)
			east, _ := crs.ToCGCS2000(lon+1e-6, lat)
			_, north := crs.ToCGCS2000(lon, lat+1e-6)
			if east <= x || north <= y {
				t.Fatalf("%s folds at %v, %v", crs, lon, lat)
			}
		}
	}
}

// Outside China GCJ-02 is WGS-84. Baidu's own shift has no border, so BD-09 is
// undone everywhere.
func TestOutsideChinaNothingIsShifted(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(27, 3))
	for n := 0; n < 1_000_000; {
		lon, lat := rng.Float64()*360-180, rng.Float64()*180-90
		if lon > 71 && lon < 139 && lat > -0.2 && lat < 57 { // where the shift applies, and its border
			continue
		}
		n++
		if x, y := geo.GCJ02.ToCGCS2000(lon, lat); x != lon || y != lat {
			t.Fatalf("%v, %v in GCJ-02 becomes %v, %v", lon, lat, x, y)
		}
		if x, y := geo.GCJ02.FromCGCS2000(lon, lat); x != lon || y != lat {
			t.Fatalf("%v, %v becomes %v, %v in GCJ-02", lon, lat, x, y)
		}
		if x, y := geo.BD09.ToCGCS2000(geo.BD09.FromCGCS2000(lon, lat)); metres(lon, lat, x, y) > 0.01 {
			t.Fatalf("%v, %v comes back from BD-09 as %v, %v", lon, lat, x, y)
		}
	}
	for _, crs := range append(shifted, geo.WGS84, geo.CGCS2000) {
		for _, lon := range []float64{-180, -1e-9, 0, 72.0039999, 72.004, 72.0045, 137.8347, 137.8348, 180} {
			for _, lat := range []float64{-90, 0, 0.8293, 0.8292, 55.8271, 55.83, 90} {
				x, y := crs.ToCGCS2000(lon, lat)
				z, w := crs.FromCGCS2000(lon, lat)
				for _, v := range []float64{x, y, z, w} {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Errorf("%s: %v, %v becomes %v, %v and %v, %v", crs, lon, lat, x, y, z, w)
					}
				}
			}
		}
	}
}
