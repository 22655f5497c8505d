package gridindex_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
)

// star is a ring of n vertices around the middle of a box, out and in by turns.
func star(rng *rand.Rand, n int, b geo.Box) geo.Area {
	w, h := float64(b.Max.X-b.Min.X)/2, float64(b.Max.Y-b.Min.Y)/2
	var r geo.Ring
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		reach := 0.7 + 0.25*rng.Float64()
		r = append(r, geo.Point{X: b.Min.X + int32(w*(1+reach*cos)), Y: b.Min.Y + int32(h*(1+reach*sin))})
	}
	return geotest.Area(geo.MultiPolygon{{r}})
}

// TestOverlappingCountsAPartition: in a partition, what lies wholly within a
// shape and what lies partly within make up what shares ground with it, and the
// index leaves out nothing that a look at every area finds.
func TestOverlappingCountsAPartition(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 9))
	frame := geotest.Hohhot
	e := partitioned(t, rng, 40)
	for _, n := range []int{3, 12, 2000} {
		shape := star(rng, n, frame)
		whole, partly := e.Overlapping(area.Grid, shape)
		wantWhole, wantPartly := 0, 0
		for _, a := range e.Level(area.Grid) {
			if shared, within := geo.Overlap(a.Ground, shape); within {
				wantWhole++
			} else if shared {
				wantPartly++
			}
		}
		if len(whole) != wantWhole || len(partly) != wantPartly || len(whole) < 100 || len(partly) < 30 {
			t.Errorf("%d vertices: %d wholly, %d partly; one by one %d, %d", n, len(whole), len(partly), wantWhole, wantPartly)
		}
		for _, a := range whole {
			if !shape.Covers(a.Label) {
				t.Errorf("%s is said to lie within, its middle does not", a.Code)
			}
		}
	}
}

// partitioned is a district of side × side grids.
func partitioned(tb testing.TB, rng *rand.Rand, side int) *gridindex.Edition {
	tb.Helper()
	frame := geotest.Hohhot
	d := version(area.District, "D", nil, box(frame.Min.X, frame.Min.Y, frame.Max.X, frame.Max.Y)...)
	versions := []*area.Version{d}
	for i, a := range geotest.NewPartition(rng, side, side, 4, frame).Areas() {
		versions = append(versions, grounded(area.Grid, fmt.Sprintf("%06d", i), d, a))
	}
	return edition(tb, versions...)
}

func BenchmarkOverlapping(b *testing.B) {
	rng := rand.New(rand.NewPCG(8, 9)) // fixed seed: runs compare
	e := partitioned(b, rng, 100)
	for _, n := range []int{3, 12, 2000} {
		shape := star(rng, n, geotest.Hohhot)
		b.Run(fmt.Sprintf("grids=10000/vertices=%d", n), func(b *testing.B) {
			for b.Loop() {
				e.Overlapping(area.Grid, shape)
			}
		})
	}
}
