package tile

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// A thinned line stays within the tolerance of every spot that was left out.
func TestThinnedLinesStayNear(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for n := range 200 {
		var line []spot
		x, y := 1e9, 1e9
		for range 2 + rng.IntN(3*longest) {
			x, y = x+rng.NormFloat64()*300, y+rng.NormFloat64()*300
			line = append(line, spot{uint32(x), uint32(y)})
		}
		if n%3 == 0 {
			line = append(line, line[0])
		}
		weight := weigh(line, nil)
		for _, least := range []float64{100, 1000, 10_000} {
			from, kept := 0, 0
			for to := 1; to < len(line); to++ {
				if weight[to] < least {
					continue
				}
				kept++
				for i := from + 1; i < to; i++ {
					if away := distance(line[i], line[from], line[to]); away > least {
						t.Fatalf("a spot was left out %.0f steps away, at a tolerance of %.0f", away, least)
					}
				}
				from = to
			}
			if from != len(line)-1 {
				t.Fatal("the end is gone")
			}
			if least == 10_000 && len(line) > 1000 && kept > len(line)/2 {
				t.Errorf("%d of %d spots are left: nothing was thinned", kept, len(line))
			}
		}
	}
}

func distance(p, a, b spot) float64 {
	dx, dy := b.from(a)
	x, y := p.from(a)
	along := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		along = (x*dx + y*dy) / length
	}
	if along < 0 || along > 1 { // the tolerance holds for the line, not the piece
		return math.Abs(x*dy-y*dx) / math.Hypot(dx, dy)
	}
	return math.Hypot(x-along*dx, y-along*dy)
}

// Cutting a ring at the tile keeps what is inside, and cuts an edge alike from
// both sides.
func TestClipKeepsTheInside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Custom(func(t *rapid.T) step {
			reach := rapid.Int32Range(-9000, 13_000)
			return step{reach.Draw(t, "x"), reach.Draw(t, "y")}
		})
		ring := rapid.SliceOfN(at, 3, 12).Draw(t, "ring")
		p := pen{ring: append([]step(nil), ring...)}
		p.clip()
		for _, s := range p.ring {
			if s.x < -buffer || s.x > extent+buffer || s.y < -buffer || s.y > extent+buffer {
				t.Fatalf("%v lies outside", s)
			}
		}
		for range 20 {
			x := rapid.Int32Range(-buffer, extent+buffer-1).Draw(t, "px")
			y := rapid.Int32Range(-buffer, extent+buffer-1).Draw(t, "py")
			if near(ring, x, y) || near(p.ring, x, y) {
				continue // the cut is rounded
			}
			if a, b := winding(ring, x, y), winding(p.ring, x, y); a != b {
				t.Fatalf("around %d, %d the ring winds %d times, and %d times when cut", x, y, a, b)
			}
		}
		a, b := at.Draw(t, "a"), at.Draw(t, "b")
		for _, limit := range []int32{-buffer, extent + buffer} {
			if (a.x < limit) != (b.x < limit) && cross(a, b, limit) != cross(b, a, limit) {
				t.Fatalf("from %v to %v is cut otherwise than back", a, b)
			}
		}
	})
}

// winding counts how often a ring runs around the middle of a square.
func winding(r []step, x, y int32) (n int) {
	px, py := float64(x)+0.5, float64(y)+0.5
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		if (float64(a.y) < py) == (float64(b.y) < py) {
			continue
		}
		if at := float64(a.x) + (py-float64(a.y))*float64(b.x-a.x)/float64(b.y-a.y); at > px {
			if a.y < b.y {
				n++
			} else {
				n--
			}
		}
	}
	return n
}

// near reports whether an edge passes within three steps.
func near(r []step, x, y int32) bool {
	for i, b := range r {
		a := r[(i+len(r)-1)%len(r)]
		dx, dy := float64(b.x-a.x), float64(b.y-a.y)
		px, py := float64(x)+0.5-float64(a.x), float64(y)+0.5-float64(a.y)
		along := 0.0
		if length := dx*dx + dy*dy; length > 0 {
			along = max(0, min(1, (px*dx+py*dy)/length))
		}
		if math.Hypot(px-along*dx, py-along*dy) < 3 {
			return true
		}
	}
	return false
}
