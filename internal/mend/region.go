package mend

import (
	"slices"

	"wangge/internal/geo"
)

// region is ground as loose rings with the interior on the left of every edge.
type region []geo.Ring

// The two ways to combine regions.
const (
	with    = true
	without = false
)

// combine returns r with, or without, the ground of s. Both must be noded against
// each other: where their edges meet, both have a vertex.
func (r region) combine(s region, add bool) (region, error) {
	inS, inR := edgesOf(s), edgesOf(r)
	b := border{}
	for _, ring := range r {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			switch {
			case inS[[2]geo.Point{p, q}]: // along s, the same side
				if add {
					b.addEdge(p, q)
				}
			case inS[[2]geo.Point{q, p}]: // along s, opposite sides
				if !add {
					b.addEdge(p, q)
				}
			case s.side(p, q) != geo.Inside:
				b.addEdge(p, q)
			}
		}
	}
	for _, ring := range s {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			if inR[[2]geo.Point{p, q}] || inR[[2]geo.Point{q, p}] {
				continue
			}
			switch side := r.side(p, q); {
			case add && side == geo.Outside:
				b.addEdge(p, q)
			case !add && side == geo.Inside:
				b.addEdge(q, p)
			}
		}
	}
	return b.rings()
}

func edgesOf(r region) map[[2]geo.Point]bool {
	edges := map[[2]geo.Point]bool{}
	for _, ring := range r {
		for i, p := range ring {
			edges[[2]geo.Point{p, ring[(i+1)%len(ring)]}] = true
		}
	}
	return edges
}

// side tells where the middle of the edge pq lies relative to r. Coordinates are
// doubled around p, so that the middle is on the lattice.
func (r region) side(p, q geo.Point) geo.Side {
	middle := geo.Point{X: q.X - p.X, Y: q.Y - p.Y}
	odd := false
	for _, ring := range r {
		if !ring.Box().Meets(boxOf(p, q)) { // then the middle lies outside it
			continue
		}
		double := make(geo.Ring, len(ring))
		for i, v := range ring {
			double[i] = geo.Point{X: 2 * (v.X - p.X), Y: 2 * (v.Y - p.Y)}
		}
		switch double.Side(middle) {
		case geo.OnBorder:
			return geo.OnBorder
		case geo.Inside:
			odd = !odd
		}
	}
	if odd {
		return geo.Inside
	}
	return geo.Outside
}

// shares is how much border, in lattice steps of edges, r has along s.
func (r region) shares(s region) (length float64) {
	inS := edgesOf(s)
	for _, ring := range r {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			if inS[[2]geo.Point{p, q}] || inS[[2]geo.Point{q, p}] {
				length += geo.Length(p, q)
			}
		}
	}
	return length
}

// box is the box around r.
func (r region) box() geo.Box {
	b := r[0].Box()
	for _, ring := range r[1:] {
		b = b.Union(ring.Box())
	}
	return b
}

// nodeRegion returns r with a vertex wherever its edges meet those of the areas
// around it, and gives those areas the same vertices. Crossings are rounded to the
// lattice; both sides are bent alike. r is changed in place.
func (s *sheet) nodeRegion(r region) region {
	for range 4 {
		var cuts []geo.Point
		box := r.box().Grow(2, 2)
		for _, i := range s.near(box) {
			for _, ring := range s.of(i) {
				if !ring.Box().Meets(box) {
					continue
				}
				for k, p := range ring {
					q := ring[(k+1)%len(ring)]
					if !boxOf(p, q).Meets(box) {
						continue
					}
					for _, own := range r {
						for m, a := range own {
							b := own[(m+1)%len(own)]
							if !boxOf(a, b).Meets(boxOf(p, q)) {
								continue
							}
							if at, ok := geo.Crossing(a, b, p, q); ok && (at != a && at != b || at != p && at != q) {
								cuts = append(cuts, at)
							}
						}
					}
				}
			}
		}
		if len(cuts) == 0 {
			break
		}
		slices.SortFunc(cuts, geo.Point.Compare)
		cuts = slices.Compact(cuts)
		for _, p := range cuts {
			s.bend(p)
		}
		for k, own := range r {
			r[k] = bentThrough(own, cuts)
		}
	}
	s.node(r.box().Grow(2, 2))
	points := geo.NewPoints(s.vertices(r.box().Grow(2, 2)))
	for k, own := range r {
		r[k] = insertInto(own, points)
	}
	return r
}

// bentThrough puts the points into the edges of r that pass within a step of them.
func bentThrough(r geo.Ring, points []geo.Point) geo.Ring {
	var out geo.Ring
	for i, a := range r {
		b := r[(i+1)%len(r)]
		out = append(out, a)
		var on []geo.Point
		for _, p := range points {
			if p != a && p != b && geo.WithinStep(a, b, p) {
				on = append(on, p)
			}
		}
		slices.SortFunc(on, func(p, q geo.Point) int { return geo.CompareAlong(a, b, p, q) })
		out = append(out, on...)
	}
	return out
}
