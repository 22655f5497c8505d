package geo

// Meets reports whether a and b have a point in common; borders count. Exact.
// An area that lies within b, or whose box is apart from it, is told at once.
func (a Area) Meets(b Box) bool {
	if a.Empty() || !a.box.Meets(b) {
		return false
	}
	if b.ContainsBox(a.box) {
		return true
	}
	for r := range a.polygons.Rings {
		for i, p := range r {
			if b.crossedBy(p, r[(i+1)%len(r)]) {
				return true
			}
		}
	}
	return a.Covers(b.Min) // no border enters b: all of it lies on one side
}

// crossedBy reports whether the closed segment pq has a point in b: their boxes
// meet, and the corners of b do not all lie strictly on one side of the line.
func (b Box) crossedBy(p, q Point) bool {
	if max(p.X, q.X) < b.Min.X || min(p.X, q.X) > b.Max.X || max(p.Y, q.Y) < b.Min.Y || min(p.Y, q.Y) > b.Max.Y {
		return false
	}
	if b.Contains(p) || b.Contains(q) {
		return true
	}
	side := Orient(p, q, b.Min)
	for _, c := range []Point{{b.Min.X, b.Max.Y}, b.Max, {b.Max.X, b.Min.Y}} {
		if side == 0 || Orient(p, q, c) != side {
			return true
		}
	}
	return false
}
