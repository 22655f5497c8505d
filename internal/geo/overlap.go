package geo

import "slices"

// Overlap tells how a lies to b: shared when they have ground in common, within
// when all of a's ground is b's. Borders carry no ground: areas that only touch
// share none. Exact.
//
// The border of a is cut where it meets that of b, and each piece is judged:
// ground is shared exactly when some piece runs inside b, or along b's border
// with both interiors on one side, or a piece of b's border runs inside a; ground
// of a lies outside b exactly when some piece runs outside b, or along its border
// the other way, or a piece of b's border runs inside a.
func Overlap(a, b Area) (shared, within bool) {
	if a.Empty() || b.Empty() || !a.box.Meets(b.box) {
		return false, false
	}
	outside := false
	see := func(p piece) bool {
		switch p {
		case pieceInside, pieceAlong:
			shared = true
		case pieceOutside, pieceAgainst:
			outside = true
		case pieceCrossing:
			shared, outside = true, true
		}
		return shared && outside
	}
	if walk(a, b, see) || walk(b, a, func(p piece) bool { return p == pieceInside }) {
		return true, false
	}
	return shared, shared && !outside
}

// piece is how a piece of one border lies to another area.
type piece int8

const (
	pieceOutside  piece = iota // not in the area
	pieceInside                // in its interior
	pieceAlong                 // on its border, in the same direction
	pieceAgainst               // on its border, the other way
	pieceCrossing              // an edge crosses the border in the middle of both
)

// walk goes along the border of from and calls see with how each piece of it
// lies to the area to, until see is satisfied, and reports whether it was. Pieces
// that follow each other and lie alike may be told once.
func walk(from, to Area, see func(piece) bool) bool {
	k := 0
	var near []edgeOf
	for r := range from.polygons.Rings {
		w := walker{to: to, see: see}
		for _, s := range from.stretches[k] {
			near = to.edgesNear(s.box, near[:0])
			if len(near) == 0 { // nothing of to's border anywhere near: all of it lies alike
				if !w.known {
					w.set(to.side(r[s.from]) == Inside)
				}
				if see(w.last) {
					return true
				}
				continue
			}
			for i := s.from; i < s.to; i++ {
				if w.edge(r[i], r[int(i+1)%len(r)], near) {
					return true
				}
			}
		}
		k++
	}
	return false
}

// edgeOf is one edge of a border, its interior on the left.
type edgeOf struct{ a, b Point }

// edgesNear appends the edges of a whose boxes meet box.
func (a Area) edgesNear(box Box, out []edgeOf) []edgeOf {
	if !a.box.Meets(box) {
		return out
	}
	k := 0
	for r := range a.polygons.Rings {
		for _, s := range a.stretches[k] {
			if !s.box.Meets(box) {
				continue
			}
			for i := s.from; i < s.to; i++ {
				if e := (edgeOf{r[i], r[int(i+1)%len(r)]}); e.meets(box) {
					out = append(out, e)
				}
			}
		}
		k++
	}
	return out
}

func (e edgeOf) meets(box Box) bool {
	return max(e.a.X, e.b.X) >= box.Min.X && min(e.a.X, e.b.X) <= box.Max.X && max(e.a.Y, e.b.Y) >= box.Min.Y && min(e.a.Y, e.b.Y) <= box.Max.Y
}

// walker remembers how the last piece lay. known says that the next one lies
// alike while it does not touch the border: the vertex between them is off it.
type walker struct {
	to    Area
	see   func(piece) bool
	last  piece
	known bool
	cuts  []Point
}

func (w *walker) set(inside bool) {
	w.last, w.known = pieceOutside, true
	if inside {
		w.last = pieceInside
	}
}

// edge judges the edge from a to b against the edges near it.
func (w *walker) edge(a, b Point, near []edgeOf) bool {
	box := Box{Point{min(a.X, b.X), min(a.Y, b.Y)}, Point{max(a.X, b.X), max(a.Y, b.Y)}}
	w.cuts = w.cuts[:0]
	startOn, endOn := false, false
	for _, e := range near {
		if !e.meets(box) {
			continue
		}
		o1, o2 := Orient(a, b, e.a), Orient(a, b, e.b)
		if o1*o2 > 0 {
			continue
		}
		o3, o4 := Orient(e.a, e.b, a), Orient(e.a, e.b, b)
		if o1*o2 < 0 && o3*o4 < 0 {
			return w.see(pieceCrossing)
		}
		if o1 == 0 && between(a, b, e.a) {
			w.cuts = append(w.cuts, e.a)
		}
		if o2 == 0 && between(a, b, e.b) {
			w.cuts = append(w.cuts, e.b)
		}
		startOn = startOn || o3 == 0 && onSegment(e.a, e.b, a)
		endOn = endOn || o4 == 0 && onSegment(e.a, e.b, b)
	}
	if len(w.cuts) == 0 && !startOn && !endOn {
		if !w.known {
			w.set(w.to.side(a) == Inside)
		}
		return w.see(w.last)
	}
	w.cuts = append(w.cuts, a, b)
	slices.SortFunc(w.cuts, func(p, q Point) int { return CompareAlong(a, b, p, q) })
	w.cuts = slices.Compact(w.cuts)
	for i, u := range w.cuts[:len(w.cuts)-1] {
		if w.see(w.judge(u, w.cuts[i+1], near)) {
			return true
		}
	}
	w.known = false
	return false
}

// judge tells how the piece from u to v lies, which meets the border at most at
// its ends, or runs along it.
func (w *walker) judge(u, v Point, near []edgeOf) piece {
	for _, e := range near {
		if onSegment(e.a, e.b, u) && onSegment(e.a, e.b, v) {
			if CompareAlong(e.a, e.b, u, v) < 0 {
				return pieceAlong
			}
			return pieceAgainst
		}
	}
	for _, p := range [...]Point{u, v} {
		switch w.to.side(p) {
		case Inside:
			return pieceInside
		case Outside:
			return pieceOutside
		}
	}
	if w.to.holdsMiddle(u, v) {
		return pieceInside
	}
	return pieceOutside
}

// side tells where p lies relative to a.
func (a Area) side(p Point) Side {
	if !a.box.Contains(p) {
		return Outside
	}
	k := 0
	for _, poly := range a.polygons {
		where := poly[0].sideBy(a.stretches[k], p)
		for i := 1; i < len(poly) && where == Inside; i++ {
			where = -poly[i].sideBy(a.stretches[k+i], p)
		}
		if where != Outside {
			return where
		}
		k += len(poly)
	}
	return Outside
}

// holdsMiddle reports whether the middle of u and v, which is not on the border,
// lies in a. The middle is off the lattice; twice its ordinates are not.
func (a Area) holdsMiddle(u, v Point) (inside bool) {
	x, y := int64(u.X)+int64(v.X), int64(u.Y)+int64(v.Y)
	for r := range a.polygons.Rings {
		p := r[len(r)-1]
		for _, q := range r {
			if (2*int64(p.Y) > y) != (2*int64(q.Y) > y) {
				left := CompareProducts(int64(q.X)-int64(p.X), y-2*int64(p.Y), int64(q.Y)-int64(p.Y), x-2*int64(p.X)) > 0
				inside = inside != (left == (q.Y > p.Y))
			}
			p = q
		}
	}
	return inside
}
