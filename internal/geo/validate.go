package geo

import (
	"cmp"
	"slices"

	"github.com/tidwall/rtree"
)

// Defect is one thing wrong, or put right, in a geometry. Code is stable; the
// full list with what happens to each stands in docs/geometry-gate.md.
type Defect struct {
	Code     string
	At       Point
	HasPlace bool
	Repaired bool   // true: mended without moving a vertex; false: refused
	Detail   string // what exactly, for the report; may be empty
}

func refuse(code string, at Point) *Defect { return &Defect{Code: code, At: at, HasPlace: true} }

// validate checks the rules of OGC Simple Features on a multipolygon whose
// rings have at least three vertices, no repeated neighbours and the right
// turn. It returns the first rule broken, nil when all hold:
//
//  1. no two edges cross or share a stretch (ring_crosses, edges_overlap);
//  2. no ring touches itself (ring_self_touch);
//  3. rings meet in points without passing through each other (ring_crosses);
//  4. every hole lies inside its exterior ring and no hole in another
//     (hole_outside, holes_nested);
//  5. the rings of a polygon leave its interior connected (interior_cut);
//  6. the interiors of the polygons are disjoint (parts_overlap).
func validate(m MultiPolygon) *Defect {
	rings, owner := flatten(m)
	touches, bad := meet(edgesOf(rings))
	if bad != nil {
		code := "ring_crosses"
		if bad.overlap {
			code = "edges_overlap"
		}
		return refuse(code, bad.at)
	}
	contacts := contactsOf(rings, touches)
	for _, c := range contacts {
		if d := c.judge(); d != nil {
			return d
		}
	}
	if d := interiorCut(contacts, owner, len(rings)); d != nil {
		return d
	}
	return nesting(m)
}

// flatten lists all rings and, for each, the index of its polygon.
func flatten(m MultiPolygon) (rings []Ring, owner []int) {
	for i, poly := range m {
		for _, r := range poly {
			rings, owner = append(rings, r), append(owner, i)
		}
	}
	return rings, owner
}

func edgesOf(rings []Ring) []segment {
	n := 0
	for _, r := range rings {
		n += len(r)
	}
	segments := make([]segment, 0, n)
	for i, r := range rings {
		for j, a := range r {
			b := r[(j+1)%len(r)]
			segments = append(segments, segment{earlier(a, b), later(a, b), int32(i), int32(j)})
		}
	}
	return segments
}

// pass is one ring running through a contact point.
type pass struct {
	ring     int32
	from, to Point // the vertices before and after, or the ends of the edge
}

// contact is a point where the boundary passes more than once.
type contact struct {
	at     Point
	passes []pass
}

// contactsOf gathers every point where rings meet: shared vertices, and
// vertices that touch the inside of an edge.
func contactsOf(rings []Ring, touches []touch) []contact {
	type corner struct {
		at   Point
		ring int32
		i    int32
	}
	var corners []corner
	for r, ring := range rings {
		for i, p := range ring {
			corners = append(corners, corner{p, int32(r), int32(i)})
		}
	}
	slices.SortFunc(corners, func(a, b corner) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.ring, b.ring), cmp.Compare(a.i, b.i))
	})
	var contacts []contact
	t := 0
	for i := 0; i < len(corners); {
		j := i + 1
		for j < len(corners) && corners[j].at == corners[i].at {
			j++
		}
		for t < len(touches) && touches[t].at.Compare(corners[i].at) < 0 {
			t++
		}
		touched := t < len(touches) && touches[t].at == corners[i].at
		if j-i > 1 || touched {
			c := contact{at: corners[i].at}
			for _, k := range corners[i:j] {
				ring := rings[k.ring]
				n := len(ring)
				c.passes = append(c.passes, pass{k.ring, ring[(int(k.i)+n-1)%n], ring[(int(k.i)+1)%n]})
			}
			for ; t < len(touches) && touches[t].at == c.at; t++ {
				e := touches[t].edge
				c.passes = append(c.passes, pass{e.ring, e.a, e.b})
			}
			contacts = append(contacts, c)
		}
		i = j
	}
	return contacts
}

// judge refuses a contact where a ring meets itself or two rings pass through
// each other: going round the point, the passes must nest like brackets.
func (c contact) judge() *Defect {
	type ray struct {
		to   Point
		pass int
	}
	var rays []ray
	for i, p := range c.passes {
		rays = append(rays, ray{p.from, i}, ray{p.to, i})
	}
	slices.SortFunc(rays, func(a, b ray) int { return aroundPoint(c.at, a.to, b.to) })
	var open []int
	for _, r := range rays {
		if n := len(open); n > 0 && open[n-1] == r.pass {
			open = open[:n-1]
		} else {
			open = append(open, r.pass)
		}
	}
	if len(open) > 0 {
		return refuse("ring_crosses", c.at)
	}
	for i, p := range c.passes {
		for _, q := range c.passes[:i] {
			if p.ring == q.ring {
				return refuse("ring_self_touch", c.at)
			}
		}
	}
	return nil
}

// aroundPoint orders the directions o→a and o→b counter-clockwise from east.
func aroundPoint(o, a, b Point) int {
	lower := func(p Point) bool { return p.Y < o.Y || p.Y == o.Y && p.X < o.X }
	if la, lb := lower(a), lower(b); la != lb {
		if lb {
			return -1
		}
		return 1
	}
	return -Orient(o, a, b)
}

// interiorCut refuses a polygon whose rings touch in a cycle, which cuts its
// interior in two: the graph of rings and contact points must be a forest.
func interiorCut(contacts []contact, owner []int, rings int) *Defect {
	parent := make([]int, rings)
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, c := range contacts {
		joined := map[int]int{} // polygon → the set of its rings at this point
		for _, p := range c.passes {
			root := find(int(p.ring))
			poly := owner[p.ring]
			other, seen := joined[poly]
			if !seen {
				joined[poly] = root
				continue
			}
			if find(other) == root {
				return refuse("interior_cut", c.at)
			}
			parent[root] = find(other)
		}
	}
	return nil
}

// nesting checks rules 4 and 6, given that no two rings cross.
func nesting(m MultiPolygon) *Defect {
	var shells rtree.RTreeGN[int64, int]
	for i, poly := range m {
		shell := poly[0]
		box := shell.Box()
		lo, hi := box.Corners()
		shells.Insert(lo, hi, i)
		var holes rtree.RTreeGN[int64, Ring]
		for _, hole := range poly[1:] {
			if inside, at := shell.encloses(hole); !inside {
				return refuse("hole_outside", at)
			}
			lo, hi := hole.Box().Corners()
			holes.Insert(lo, hi, hole)
		}
		for _, hole := range poly[1:] {
			b := hole.Box()
			var nested *Defect
			lo, hi := b.Corners()
			holes.Search(lo, hi, func(_, _ [2]int64, other Ring) bool {
				if &other[0] != &hole[0] && other.Box().ContainsBox(b) {
					if in, at := other.encloses(hole); in {
						nested = refuse("holes_nested", at)
					}
				}
				return nested == nil
			})
			if nested != nil {
				return nested
			}
		}
	}
	for i, poly := range m {
		b := poly[0].Box()
		var overlap *Defect
		lo, hi := b.Corners()
		shells.Search(lo, hi, func(_, _ [2]int64, j int) bool {
			if other := m[j]; j != i && other[0].Box().ContainsBox(b) {
				if in, at := other[0].encloses(poly[0]); in && !inHole(other, poly[0]) {
					overlap = refuse("parts_overlap", at)
				}
			}
			return overlap == nil
		})
		if overlap != nil {
			return overlap
		}
	}
	return nil
}

func inHole(poly Polygon, r Ring) bool {
	for _, hole := range poly[1:] {
		if in, _ := hole.encloses(r); in {
			return true
		}
	}
	return false
}

// encloses reports whether r runs inside outer, which it does not cross; at
// is the vertex that decided. A ring all of whose vertices lie on outer is
// inside where the middle of one of its edges is.
func (outer Ring) encloses(r Ring) (bool, Point) {
	for _, p := range r {
		if side := outer.Side(p); side != OnBorder {
			return side == Inside, p
		}
	}
	double := func(ring Ring) Ring {
		out := make(Ring, len(ring))
		for i, p := range ring {
			out[i] = Point{p.X - r[0].X, p.Y - r[0].Y}
			out[i].X, out[i].Y = 2*out[i].X, 2*out[i].Y
		}
		return out
	}
	outer2, r2 := double(outer), double(r)
	for i, a := range r2 {
		b := r2[(i+1)%len(r2)]
		if side := outer2.Side(Point{(a.X + b.X) / 2, (a.Y + b.Y) / 2}); side != OnBorder {
			return side == Inside, r[i]
		}
	}
	return false, r[0]
}
