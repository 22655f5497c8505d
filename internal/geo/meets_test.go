package geo_test

import (
	"math/rand/v2"
	"testing"

	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
)

// TestMeetsABox compares Meets with every lattice point of small boxes, and
// tells touching, containing and hollow apart.
func TestMeetsABox(t *testing.T) {
	t.Parallel()
	box := func(x0, y0, x1, y1 int32) geo.Box {
		return geo.Box{Min: geo.Point{X: x0, Y: y0}, Max: geo.Point{X: x1, Y: y1}}
	}
	ring := func(v ...int32) (r geo.Ring) {
		for i := 0; i < len(v); i += 2 {
			r = append(r, geo.Point{X: v[i], Y: v[i+1]})
		}
		return r
	}
	//  20 +---------+
	//     | +-----+ |    a frame around a hole from 5 to 15,
	//     | |     | |    and a triangle under the diagonal from (30, 0) to (50, 20)
	//     | +-----+ |
	//   0 +---------+
	frame := geotest.Area(geo.MultiPolygon{{ring(0, 0, 20, 0, 20, 20, 0, 20), ring(5, 5, 5, 15, 15, 15, 15, 5)}})
	triangle := geotest.Area(geo.MultiPolygon{{ring(30, 0, 50, 0, 50, 20)}})
	for _, tc := range []struct {
		name string
		area geo.Area
		box  geo.Box
		want bool
	}{
		{"apart", frame, box(21, 0, 30, 30), false},
		{"touches an edge", frame, box(20, 5, 30, 6), true},
		{"touches a corner", frame, box(20, 20, 30, 30), true},
		{"within the ground", frame, box(1, 1, 3, 3), true},
		{"within the hole", frame, box(7, 7, 12, 12), false},
		{"touches the hole's border", frame, box(7, 7, 15, 12), true},
		{"around all", frame, box(-5, -5, 50, 50), true},
		{"boxes meet, shapes do not", triangle, box(30, 15, 34, 20), false},
		{"cut by the diagonal, no vertex inside", triangle, box(38, 5, 42, 15), true},
		{"touches the diagonal with a corner", triangle, box(35, 10, 40, 20), true},
		{"a point on the border", triangle, box(40, 10, 40, 10), true},
		{"the whole world", triangle, box(-geo.MaxX, -geo.MaxY, geo.MaxX, geo.MaxY), true},
	} {
		if got := tc.area.Meets(tc.box); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for _, a := range geotest.NewPartition(rng, 4, 4, 6, geo.Box{Min: geo.Point{X: 0, Y: 0}, Max: geo.Point{X: 400, Y: 400}}).Areas() {
		for range 200 {
			x, y := rng.Int32N(400), rng.Int32N(400)
			b := box(x, y, x+rng.Int32N(6), y+rng.Int32N(6))
			some := false
			for px := b.Min.X; px <= b.Max.X; px++ {
				for py := b.Min.Y; py <= b.Max.Y; py++ {
					some = some || a.Covers(geo.Point{X: px, Y: py})
				}
			}
			if some && !a.Meets(b) {
				t.Fatalf("%v has points in %v, and is said not to meet it", a.Box(), b)
			}
			if !some && a.Meets(b) { // a sliver may pass between lattice points, by crossing the edge
				crossed := false
				for r := range a.Polygons().Rings {
					for i, p := range r {
						q := r[(i+1)%len(r)]
						crossed = crossed || crosses(p, q, b)
					}
				}
				if !crossed {
					t.Fatalf("%v has no point in %v, and is said to meet it", a.Box(), b)
				}
			}
		}
	}
}

// crosses walks along a segment in small steps.
func crosses(p, q geo.Point, b geo.Box) bool {
	const steps = 20000
	for i := range steps + 1 {
		t := float64(i) / steps
		x, y := float64(p.X)+t*float64(q.X-p.X), float64(p.Y)+t*float64(q.Y-p.Y)
		const slack = 0.05
		if x > float64(b.Min.X)-slack && x < float64(b.Max.X)+slack && y > float64(b.Min.Y)-slack && y < float64(b.Max.Y)+slack {
			return true
		}
	}
	return false
}
