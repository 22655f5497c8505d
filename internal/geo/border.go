package geo

import "math"

// TurnsRightOf reports whether, coming from before to at, the way on to p lies
// further to the right than the way on to q.
func TurnsRightOf(before, at, p, q Point) bool {
	// Directions are compared clockwise, beginning just after the way back.
	side := func(x Point) int { // 0: left of the way here, 1: straight on, 2: right, 3: back
		switch o := Orient(before, at, x); {
		case o > 0:
			return 0
		case o < 0:
			return 2
		}
		dx, dy := int64(at.X)-int64(before.X), int64(at.Y)-int64(before.Y)
		ex, ey := int64(x.X)-int64(at.X), int64(x.Y)-int64(at.Y)
		if dx*sign(ex) > 0 || dx == 0 && dy*sign(ey) > 0 {
			return 1
		}
		return 3
	}
	sp, sq := side(p), side(q)
	if sp != sq {
		return sp > sq
	}
	return Orient(at, q, p) < 0
}

func sign(v int64) int64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// WithinStep reports whether p lies beside the inside of the segment ab, at most
// about one lattice step off it.
func WithinStep(a, b, p Point) bool {
	dx, dy := float64(int64(b.X)-int64(a.X)), float64(int64(b.Y)-int64(a.Y))
	ex, ey := float64(int64(p.X)-int64(a.X)), float64(int64(p.Y)-int64(a.Y))
	length := math.Hypot(dx, dy)
	if length == 0 {
		return false
	}
	along := (ex*dx + ey*dy) / length
	return along > 0 && along < length && math.Abs(ex*dy-ey*dx)/length < 1.01
}

// Crossing returns where the segments ab and cd meet, rounded to the lattice; ok
// is false when they do not, or lie on one line.
func Crossing(a, b, c, d Point) (at Point, ok bool) {
	o1, o2 := Orient(a, b, c), Orient(a, b, d)
	o3, o4 := Orient(c, d, a), Orient(c, d, b)
	switch {
	case o1 == 0 && o2 == 0:
		return Point{}, false
	case o1 == 0 && onSegment(a, b, c):
		return c, true
	case o2 == 0 && onSegment(a, b, d):
		return d, true
	case o3 == 0 && onSegment(c, d, a):
		return a, true
	case o4 == 0 && onSegment(c, d, b):
		return b, true
	case o1*o2 < 0 && o3*o4 < 0:
		return crossingPoint(segment{a: a, b: b}, segment{a: c, b: d}), true
	}
	return Point{}, false
}

// CompareAlong orders points by how far along the way from a to b they lie.
func CompareAlong(a, b, p, q Point) int {
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	along := func(x Point) float64 {
		return float64(int64(x.X)-int64(a.X))*float64(dx) + float64(int64(x.Y)-int64(a.Y))*float64(dy)
	}
	switch s, t := along(p), along(q); {
	case s < t:
		return -1
	case s > t:
		return 1
	}
	return 0
}

// Side tells where p lies relative to m.
func (m MultiPolygon) Side(p Point) Side {
	for _, poly := range m {
		where := poly[0].Side(p)
		for _, hole := range poly[1:] {
			if where != Inside {
				break
			}
			where = -hole.Side(p)
		}
		if where != Outside {
			return where
		}
	}
	return Outside
}

// AnyCross reports whether any two of n segments, each given by its ends, cross
// or share a stretch. It takes n log n steps whatever their shapes.
func AnyCross(n int, ends func(i int) (a, b Point)) bool {
	segments := make([]segment, n)
	for i := range segments {
		a, b := ends(i)
		segments[i] = segment{earlier(a, b), later(a, b), int32(i), 0}
	}
	_, bad := meet(segments)
	return bad != nil
}

// Length is the distance from p to q in lattice steps.
func Length(p, q Point) float64 {
	return math.Hypot(float64(int64(q.X)-int64(p.X)), float64(int64(q.Y)-int64(p.Y)))
}
