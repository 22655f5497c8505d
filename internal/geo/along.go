package geo

import (
	"math"

	"github.com/tidwall/rtree"
)

// Points finds those of many points that lie close to a segment, without looking
// at all in the box around a long slanted one.
type Points struct{ tree rtree.RTreeGN[int64, Point] }

// NewPoints gathers points.
func NewPoints(points []Point) *Points {
	x := &Points{}
	for _, p := range points {
		lo, hi := p.Corners()
		x.tree.Insert(lo, hi, p)
	}
	return x
}

// A segment is halved while the box around it holds more points than this, so
// many times at most.
const (
	boxful  = 32
	mostCut = 16
)

// On lists the points that lie on the closed segment ab, in no order, each once.
func (x *Points) On(a, b Point) (found []Point) {
	var walk func(ax, ay, bx, by float64, depth int)
	walk = func(ax, ay, bx, by float64, depth int) {
		lo := [2]int64{int64(math.Floor(math.Min(ax, bx))), int64(math.Floor(math.Min(ay, by)))}
		hi := [2]int64{int64(math.Ceil(math.Max(ax, bx))), int64(math.Ceil(math.Max(ay, by)))}
		n := 0
		if depth < mostCut && hi[0]-lo[0] > 8 && hi[1]-lo[1] > 8 {
			x.tree.Search(lo, hi, func(_, _ [2]int64, _ Point) bool { n++; return n <= boxful })
			if n > boxful {
				mx, my := (ax+bx)/2, (ay+by)/2
				walk(ax, ay, mx, my, depth+1)
				walk(mx, my, bx, by, depth+1)
				return
			}
			if n == 0 {
				return
			}
		}
		x.tree.Search(lo, hi, func(_, _ [2]int64, p Point) bool {
			if onSegment(a, b, p) && (len(found) == 0 || !contains(found, p)) {
				found = append(found, p)
			}
			return true
		})
	}
	walk(float64(a.X), float64(a.Y), float64(b.X), float64(b.Y), 0)
	return found
}

// contains looks at the last few alone: halves of a segment share only their ends.
func contains(found []Point, p Point) bool {
	for i := len(found) - 1; i >= 0 && i >= len(found)-2*boxful; i-- {
		if found[i] == p {
			return true
		}
	}
	return false
}
