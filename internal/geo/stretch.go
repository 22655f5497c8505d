package geo

import (
	"math"

	"github.com/tidwall/rtree"
)

// stretchEdges is how many edges share one bounding box.
const stretchEdges = 32

// stretch is a run of consecutive edges of a ring, from vertex from to vertex
// to (taken round the ring), and the box around them. Boxes let a question skip
// most of a long border.
type stretch struct {
	from, to int32
	box      Box
}

func newArea(m MultiPolygon) Area {
	rings, total := 0, 0
	for r := range m.Rings {
		rings, total = rings+1, total+(len(r)+stretchEdges-1)/stretchEdges
	}
	a := Area{polygons: m, box: emptyBox(), stretches: make([][]stretch, 0, rings)}
	all := make([]stretch, 0, total) // of all rings
	for _, poly := range m {
		for i, r := range poly {
			first := len(all)
			for from := 0; from < len(r); from += stretchEdges {
				all = append(all, newStretch(r, from))
				if i == 0 { // holes lie within the exterior ring
					a.box = a.box.Union(all[len(all)-1].box)
				}
			}
			a.stretches = append(a.stretches, all[first:len(all):len(all)])
		}
	}
	return a
}

// newStretch is the stretch of r that begins at vertex from.
func newStretch(r Ring, from int) stretch {
	to := min(from+stretchEdges, len(r))
	end := r[0]
	if to < len(r) {
		end = r[to]
	}
	lo, hi := end, end
	for _, p := range r[from:to] {
		lo.X, hi.X = min(lo.X, p.X), max(hi.X, p.X)
		lo.Y, hi.Y = min(lo.Y, p.Y), max(hi.Y, p.Y)
	}
	return stretch{int32(from), int32(to), Box{lo, hi}}
}

// sideBy is Side (covers.go), passing over the stretches that cannot matter. One that lies
// wholly east of p is crossed by the ray an odd number of times exactly when
// its ends lie on different sides of it.
func (r Ring) sideBy(stretches []stretch, p Point) Side {
	inside := false
	for _, s := range stretches {
		if p.Y < s.box.Min.Y || p.Y > s.box.Max.Y || p.X > s.box.Max.X {
			continue
		}
		if p.X < s.box.Min.X {
			inside = inside != ((r[s.from].Y > p.Y) != (r[int(s.to)%len(r)].Y > p.Y))
			continue
		}
		hit, odd := r.crossings(int(s.from), int(s.to), p)
		if hit {
			return OnBorder
		}
		inside = inside != odd
	}
	return sideOf(false, inside)
}

// ToBorder is the distance in metres from p to the nearest edge of a,
// whichever side of it p is on.
func (m Metres) ToBorder(p Point, a Area) float64 {
	best := math.Inf(1)
	k := 0
	for r := range a.polygons.Rings {
		for _, s := range a.stretches[k] {
			if m.ToBox(p, s.box) < best {
				best = min(best, m.toStretch(p, r, s))
			}
		}
		k++
	}
	return best
}

func (m Metres) toStretch(p Point, r Ring, s stretch) float64 {
	best := math.Inf(1)
	a := r[s.from]
	for i := s.from + 1; i <= s.to; i++ {
		b := r[int(i)%len(r)]
		best = min(best, m.ToSegment(p, a, b))
		a = b
	}
	return best
}

// Near reports whether the borders of a and b come within metres of each other
// at some vertex of one of them, and so of each other where they run along.
func (m Metres) Near(a, b Area, metres float64) bool {
	return m.reaches(a, b, metres) || m.reaches(b, a, metres)
}

// reaches reports whether some vertex of from lies within metres of to's border.
func (m Metres) reaches(from, to Area, metres float64) bool {
	dx, dy := m.Steps(metres)
	reach := to.box.Grow(dx, dy)
	var near []int // stretches of to beside the stretch of from at hand
	var rings []Ring
	var all []stretch
	k := 0
	for r := range to.polygons.Rings {
		for _, s := range to.stretches[k] {
			rings, all = append(rings, r), append(all, s)
		}
		k++
	}
	var index rtree.RTreeGN[int64, int]
	for i, s := range all {
		lo, hi := s.box.Corners()
		index.Insert(lo, hi, i)
	}
	k = 0
	for r := range from.polygons.Rings {
		for _, s := range from.stretches[k] {
			box := s.box.Grow(dx, dy)
			if !box.Meets(reach) {
				continue
			}
			near = near[:0]
			lo, hi := box.Corners()
			index.Search(lo, hi, func(_, _ [2]int64, i int) bool { near = append(near, i); return true })
			if len(near) == 0 {
				continue
			}
			for i := s.from; i < s.to; i++ {
				p := r[i]
				for _, n := range near {
					if all[n].box.Grow(dx, dy).Contains(p) && m.toStretch(p, rings[n], all[n]) <= metres {
						return true
					}
				}
			}
		}
		k++
	}
	return false
}

// Meets reports whether b and o share a point.
func (b Box) Meets(o Box) bool {
	return b.Min.X <= o.Max.X && o.Min.X <= b.Max.X && b.Min.Y <= o.Max.Y && o.Min.Y <= b.Max.Y
}
