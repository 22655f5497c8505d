package geo

import (
	"cmp"
	"math/bits"
)

// Orient tells on which side of the directed line a→b the point p lies:
// +1 left, -1 right, 0 on the line. It is exact over the whole lattice: beyond
// ± 2^31 steps of difference the products need 128 bits.
func Orient(a, b, p Point) int {
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	ex, ey := int64(p.X)-int64(a.X), int64(p.Y)-int64(a.Y)
	if fits31(dx) && fits31(dy) && fits31(ex) && fits31(ey) {
		return cmp.Compare(dx*ey, dy*ex) // each product is below 2^62
	}
	return CompareProducts(dx, ey, dy, ex)
}

func fits31(v int64) bool { return v == int64(int32(v)) }

// CompareProducts compares a×b with c×d exactly, in 128 bits: -1, 0 or +1.
func CompareProducts(a, b, c, d int64) int {
	ahi, alo := product(a, b)
	chi, clo := product(c, d)
	if ahi != chi {
		return cmp.Compare(ahi, chi)
	}
	return cmp.Compare(alo, clo)
}

// product is a×b as a signed 128-bit number: high word signed, low word not.
func product(a, b int64) (hi int64, lo uint64) {
	h, l := bits.Mul64(uint64(a), uint64(b))
	h -= uint64(b) & uint64(a>>63) // correct the unsigned product for the signs
	h -= uint64(a) & uint64(b>>63)
	return int64(h), l
}

// between reports whether p, known to lie on the line through a and b, lies
// strictly inside the segment.
func between(a, b, p Point) bool {
	if p == a || p == b {
		return false
	}
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) && p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y)
}

// onSegment reports whether p lies on the closed segment ab.
func onSegment(a, b, p Point) bool {
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) &&
		p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y) && Orient(a, b, p) == 0
}

// Turn tells the turn of r: +1 counter-clockwise, -1 clockwise, 0 without
// area. Exact.
func (r Ring) Turn() int {
	if twice, fits := r.smallDoubledArea(); fits {
		return cmp.Compare(twice, 0)
	}
	hi, lo := r.doubledArea()
	switch {
	case hi < 0:
		return -1
	case hi == 0 && lo == 0:
		return 0
	}
	return 1
}

// smallDoubledArea is doubledArea in 64 bits, several times as fast; fits says
// whether they are enough, as they are for 4,000 vertices within 3°.
func (r Ring) smallDoubledArea() (twice int64, fits bool) {
	if len(r) == 0 {
		return 0, true
	}
	var reach, ax, ay int64 // no distance from r[0] is over 1<<bits.Len(reach)
	for _, p := range r {
		bx, by := int64(p.X)-int64(r[0].X), int64(p.Y)-int64(r[0].Y)
		twice += ax*by - ay*bx
		reach |= bx ^ bx>>63 | by ^ by>>63
		ax, ay = bx, by
	}
	return twice, 2*bits.Len64(uint64(reach))+bits.Len(uint(len(r))) <= 62
}

// doubledArea is twice the signed area of r in square lattice steps, as a
// signed 128-bit number.
func (r Ring) doubledArea() (hi int64, lo uint64) {
	if len(r) == 0 {
		return 0, 0
	}
	o := r[0]
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		ax, ay := int64(a.X)-int64(o.X), int64(a.Y)-int64(o.Y)
		bx, by := int64(b.X)-int64(o.X), int64(b.Y)-int64(o.Y)
		h1, l1 := product(ax, by)
		h2, l2 := product(ay, bx)
		var carry uint64
		lo, carry = bits.Add64(lo, l1, 0)
		hi += h1 + int64(carry)
		lo, carry = bits.Sub64(lo, l2, 0)
		hi -= h2 + int64(carry)
	}
	return hi, lo
}
