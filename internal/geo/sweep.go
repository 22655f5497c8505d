package geo

import (
	"cmp"
	"slices"

	"github.com/tidwall/btree"
)

// segment is one edge of a ring, its ends in lattice order: a before b.
type segment struct {
	a, b Point
	ring int32 // which ring of the input
	edge int32 // which edge of the ring, from vertex edge to the next
}

// touch is a vertex of one segment lying strictly inside another.
type touch struct {
	at   Point
	edge segment
}

// clash is a pair of segments that may not occur in a valid polygon.
type clash struct {
	at      Point // a lattice point on or next to the place
	s, t    segment
	overlap bool // they share a stretch; otherwise they cross
}

// meet finds how segments meet: the first pair that crosses or shares a
// stretch, or else every vertex that touches the inside of another segment.
// It sweeps a vertical line from west to east (Shamos and Hoey, 1976) in
// O(n log n); the predicates are exact, so the order on the line is right up
// to the first clash, where it stops.
func meet(segments []segment) (touches []touch, bad *clash) {
	events := make([]event, 0, 2*len(segments))
	for i, s := range segments {
		events = append(events, event{s.a, int32(i), true}, event{s.b, int32(i), false})
	}
	slices.SortFunc(events, func(e, f event) int {
		if c := e.at.Compare(f.at); c != 0 {
			return c
		}
		if e.starts != f.starts { // ends go before starts
			if f.starts {
				return -1
			}
			return 1
		}
		return cmp.Compare(e.seg, f.seg)
	})
	line := btree.NewBTreeGOptions(func(i, j int32) bool {
		return stacked(segments[i], segments[j], i, j) < 0
	}, btree.Options{NoLocks: true})
	check := func(i, j int32) bool {
		s, t := segments[i], segments[j]
		o1, o2 := Orient(s.a, s.b, t.a), Orient(s.a, s.b, t.b)
		o3, o4 := Orient(t.a, t.b, s.a), Orient(t.a, t.b, s.b)
		if o1 == 0 && o2 == 0 { // on one line
			if lo, hi := later(s.a, t.a), earlier(s.b, t.b); lo.Compare(hi) < 0 {
				bad = &clash{at: lo, s: s, t: t, overlap: true}
			}
			return bad != nil
		}
		if o1*o2 < 0 && o3*o4 < 0 {
			bad = &clash{at: crossingPoint(s, t), s: s, t: t}
			return true
		}
		if o1 == 0 && between(s.a, s.b, t.a) {
			touches = append(touches, touch{t.a, s})
		}
		if o2 == 0 && between(s.a, s.b, t.b) {
			touches = append(touches, touch{t.b, s})
		}
		if o3 == 0 && between(t.a, t.b, s.a) {
			touches = append(touches, touch{s.a, t})
		}
		if o4 == 0 && between(t.a, t.b, s.b) {
			touches = append(touches, touch{s.b, t})
		}
		return false
	}
	neighbours := func(i int32) (below, above int32) {
		below, above = -1, -1
		it := line.Iter()
		defer it.Release()
		if !it.Seek(i) {
			return
		}
		if it.Next() {
			above = it.Item()
			it.Prev()
		} else {
			it.Last()
		}
		if it.Prev() {
			below = it.Item()
		}
		return
	}
	for _, e := range events {
		if e.starts {
			line.Set(e.seg)
			below, above := neighbours(e.seg)
			if below >= 0 && check(below, e.seg) || above >= 0 && check(e.seg, above) {
				return nil, bad
			}
			continue
		}
		below, above := neighbours(e.seg)
		line.Delete(e.seg)
		if below >= 0 && above >= 0 && check(below, above) {
			return nil, bad
		}
	}
	slices.SortFunc(touches, func(s, t touch) int {
		return cmp.Or(s.at.Compare(t.at), cmp.Compare(s.edge.ring, t.edge.ring), cmp.Compare(s.edge.edge, t.edge.edge))
	})
	return slices.Compact(touches), nil
}

type event struct {
	at     Point
	seg    int32
	starts bool
}

// stacked orders two segments on the sweep line: -1 when s lies below t. Both
// reach the line; whichever starts later is judged against the other.
func stacked(s, t segment, i, j int32) int {
	if i == j {
		return 0
	}
	if c := s.a.Compare(t.a); c < 0 || c == 0 {
		if o := Orient(s.a, s.b, t.a); o != 0 {
			return -o
		}
		if o := Orient(s.a, s.b, t.b); o != 0 {
			return -o
		}
	} else {
		if o := Orient(t.a, t.b, s.a); o != 0 {
			return o
		}
		if o := Orient(t.a, t.b, s.b); o != 0 {
			return o
		}
	}
	return cmp.Compare(i, j) // on one line: check will judge the pair
}

func later(p, q Point) Point {
	if p.Compare(q) < 0 {
		return q
	}
	return p
}

func earlier(p, q Point) Point {
	if p.Compare(q) < 0 {
		return p
	}
	return q
}

// crossingPoint returns the lattice point nearest to where s and t cross; it
// is for reports only.
func crossingPoint(s, t segment) Point {
	ax, ay := float64(s.a.X), float64(s.a.Y)
	dx, dy := float64(s.b.X)-ax, float64(s.b.Y)-ay
	ex, ey := float64(t.b.X)-float64(t.a.X), float64(t.b.Y)-float64(t.a.Y)
	u := ((float64(t.a.X)-ax)*ey - (float64(t.a.Y)-ay)*ex) / (dx*ey - dy*ex)
	return Point{int32(ax + u*dx + 0.5), int32(ay + u*dy + 0.5)}
}
