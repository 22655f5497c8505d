package geo

// Side is where a point lies relative to a ring.
type Side int8

// The three places a point can be.
const (
	Outside  Side = -1
	OnBorder Side = 0
	Inside   Side = 1
)

// Side tells where p lies relative to r, whatever the turn of r. A ray runs
// from p to the east; an edge counts where it spans p.Y half-open (the lower
// end belongs to it, the upper does not), so that a vertex on the ray counts
// once. Points on the ring itself are found on the way.
func (r Ring) Side(p Point) Side {
	hit, odd := r.crossings(0, len(r), p)
	return sideOf(hit, odd)
}

// crossings walks the edges from vertex from to vertex to (taken round the
// ring): hit when p lies on one, odd when the ray from p to the east passes
// through an odd number of them.
func (r Ring) crossings(from, to int, p Point) (hit, odd bool) {
	a := r[from]
	for i := from + 1; i <= to; i++ {
		b := r[i%len(r)]
		hit, crosses := rayMeets(a, b, p)
		if hit {
			return true, false
		}
		odd = odd != crosses
		a = b
	}
	return false, odd
}

func sideOf(hit, odd bool) Side {
	switch {
	case hit:
		return OnBorder
	case odd:
		return Inside
	}
	return Outside
}

// rayMeets judges one edge for Side: hit when p lies on it, crosses when the
// ray from p to the east passes through it.
func rayMeets(a, b, p Point) (hit, crosses bool) {
	if (a.Y > p.Y) == (b.Y > p.Y) { // not spanned: only a horizontal edge or an end can touch p
		if a.Y < p.Y && b.Y < p.Y || a.Y > p.Y {
			return false, false
		}
		return onSegment(a, b, p), false
	}
	if a.X < p.X && b.X < p.X {
		return false, false
	}
	if a.X > p.X && b.X > p.X {
		return false, true
	}
	side := Orient(a, b, p)
	if side == 0 {
		return true, false
	}
	return false, (side > 0) == (b.Y > a.Y) // left of an edge that runs north
}
