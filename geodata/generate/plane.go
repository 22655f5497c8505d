package main

import (
	"math"

	"wangge/internal/geo"
)

// The plane: metres east and north of one place, linear in degrees, so that a
// straight line there is straight on the lattice too.
const (
	originLon, originLat = 111.6712, 40.8301
	metresPerLon         = 84_340.0
	metresPerLat         = 111_040.0
)

// vec is a place in the plane, or a way between two.
type vec struct{ x, y float64 }

func (a vec) add(b vec) vec       { return vec{a.x + b.x, a.y + b.y} }
func (a vec) sub(b vec) vec       { return vec{a.x - b.x, a.y - b.y} }
func (a vec) mul(f float64) vec   { return vec{a.x * f, a.y * f} }
func (a vec) dot(b vec) float64   { return a.x*b.x + a.y*b.y }
func (a vec) cross(b vec) float64 { return a.x*b.y - a.y*b.x }
func (a vec) len() float64        { return math.Hypot(a.x, a.y) }
func (a vec) left() vec           { return vec{-a.y, a.x} }

func (a vec) unit() vec {
	if l := a.len(); l > 0 {
		return a.mul(1 / l)
	}
	return vec{1, 0}
}

func (a vec) rotate(angle float64) vec {
	sin, cos := math.Sincos(angle)
	return vec{a.x*cos - a.y*sin, a.x*sin + a.y*cos}
}

// point is the lattice point nearest to a.
func (a vec) point() geo.Point {
	p, err := geo.Snap(originLon+a.x/metresPerLon, originLat+a.y/metresPerLat)
	if err != nil {
		panic(err) // the whole plane is a few kilometres wide
	}
	return p
}

func place(p geo.Point) vec {
	return vec{(p.Lon() - originLon) * metresPerLon, (p.Lat() - originLat) * metresPerLat}
}

// line is an open line; the same type holds rings, whose first place is not
// repeated.
type line []vec

func ringOf(r geo.Ring) line {
	out := make(line, len(r))
	for i, p := range r {
		out[i] = place(p)
	}
	return out
}

func (l line) length() (sum float64) {
	for i := 1; i < len(l); i++ {
		sum += l[i].sub(l[i-1]).len()
	}
	return sum
}

func (l line) reversed() line {
	out := make(line, len(l))
	for i, p := range l {
		out[len(l)-1-i] = p
	}
	return out
}

// area of a ring, positive when it runs counter-clockwise.
func (l line) area() (sum float64) {
	for i, p := range l {
		sum += p.cross(l[(i+1)%len(l)])
	}
	return sum / 2
}

func (l line) perimeter() float64 {
	return l.length() + l[0].sub(l[len(l)-1]).len()
}

// compactness of a ring: 1 for a circle, 0.79 for a square.
func (l line) compactness() float64 {
	return 4 * math.Pi * math.Abs(l.area()) / (l.perimeter() * l.perimeter())
}

func (l line) centroid() vec {
	var c vec
	for i, p := range l {
		q := l[(i+1)%len(l)]
		c = c.add(p.add(q).mul(p.cross(q)))
	}
	return c.mul(1 / (6 * l.area()))
}

func (l line) box() (lo, hi vec) {
	lo, hi = l[0], l[0]
	for _, p := range l {
		lo = vec{min(lo.x, p.x), min(lo.y, p.y)}
		hi = vec{max(hi.x, p.x), max(hi.y, p.y)}
	}
	return lo, hi
}

// holds reports whether p lies in the ring.
func (l line) holds(p vec) bool {
	in := false
	for i, a := range l {
		b := l[(i+1)%len(l)]
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(p.y-a.y)/(b.y-a.y)*(b.x-a.x) {
			in = !in
		}
	}
	return in
}

func toSegment(p, a, b vec) float64 {
	d := b.sub(a)
	t := 0.0
	if n := d.dot(d); n > 0 {
		t = max(0, min(1, p.sub(a).dot(d)/n))
	}
	return p.sub(a.add(d.mul(t))).len()
}

// from is the distance from p to the ring.
func (l line) from(p vec) float64 {
	best := math.Inf(1)
	for i, a := range l {
		best = min(best, toSegment(p, a, l[(i+1)%len(l)]))
	}
	return best
}

// smooth draws a curve through places (Catmull-Rom), a vertex about every step.
func smooth(through line, step float64) line {
	var out line
	for i := 0; i+1 < len(through); i++ {
		a, b := through[i], through[i+1]
		before, after := a.add(a.sub(b)), b.add(b.sub(a))
		if i > 0 {
			before = through[i-1]
		}
		if i+2 < len(through) {
			after = through[i+2]
		}
		n := max(1, int(math.Round(b.sub(a).len()/step)))
		for k := range n {
			t := float64(k) / float64(n)
			p := a.mul(2).
				add(b.sub(before).mul(t)).
				add(before.mul(2).sub(a.mul(5)).add(b.mul(4)).sub(after).mul(t * t)).
				add(a.mul(3).sub(before).sub(b.mul(3)).add(after).mul(t * t * t))
			out = append(out, p.mul(0.5))
		}
	}
	return append(out, through[len(through)-1])
}

// simplify drops the vertices that lie within tolerance of the line without them.
func simplify(l line, tolerance float64) line {
	if len(l) < 3 {
		return l
	}
	far, at := 0.0, 0
	for i := 1; i+1 < len(l); i++ {
		if d := toSegment(l[i], l[0], l[len(l)-1]); d > far {
			far, at = d, i
		}
	}
	if far <= tolerance {
		return line{l[0], l[len(l)-1]}
	}
	head := simplify(l[:at+1], tolerance)
	return append(head[:len(head)-1:len(head)-1], simplify(l[at:], tolerance)...)
}

// spread gives a line a vertex at least every most metres.
func spread(l line, most float64) line {
	out := line{l[0]}
	for i := 1; i < len(l); i++ {
		a, b := l[i-1], l[i]
		n := math.Ceil(b.sub(a).len() / most)
		for k := 1.0; k <= n; k++ {
			out = append(out, a.add(b.sub(a).mul(k/n)))
		}
	}
	return out
}

// run is a stretch of a line inside a ring, from border to border.
type run struct {
	line
	from, to int // the edges of the ring where it begins and ends
}

// runs finds the stretches of l inside the ring r.
func runs(r, l line) (found []run) {
	type hit struct {
		seg  int
		t    float64
		edge int
	}
	var hits []hit
	for i := 0; i+1 < len(l); i++ {
		a, d := l[i], l[i+1].sub(l[i])
		at := len(hits)
		for j, p := range r {
			e := r[(j+1)%len(r)].sub(p)
			det := d.cross(e)
			if det == 0 {
				continue
			}
			t, u := p.sub(a).cross(e)/det, p.sub(a).cross(d)/det
			if t >= 0 && t < 1 && u >= 0 && u < 1 {
				hits = append(hits, hit{i, t, j})
			}
		}
		for i := at + 1; i < len(hits); i++ { // few: sort by place
			for j := i; j > at && hits[j].t < hits[j-1].t; j-- {
				hits[j], hits[j-1] = hits[j-1], hits[j]
			}
		}
	}
	at := func(h hit) vec { return l[h.seg].add(l[h.seg+1].sub(l[h.seg]).mul(h.t)) }
	for i := 0; i+1 < len(hits); i++ {
		a, b := hits[i], hits[i+1]
		piece := append(line{at(a)}, l[a.seg+1:b.seg+1]...)
		piece = append(piece, at(b))
		if r.holds(piece[0].add(piece[1]).mul(0.5)) {
			found = append(found, run{piece, a.edge, b.edge})
		}
	}
	return found
}

// halves cuts the ring r along a run: what lies left of it and what lies right.
func halves(r line, c run) (left, right line) {
	n := len(r)
	// Along the ring from the edge at the end of the run to that at its start.
	around := func(from, to int) (out line) {
		for i := (from + 1) % n; ; i = (i + 1) % n {
			out = append(out, r[i])
			if i == to {
				return out
			}
		}
	}
	if c.from == c.to {
		d := r[(c.from+1)%n].sub(r[c.from])
		small := c.line
		if c.line[len(c.line)-1].sub(c.line[0]).dot(d) > 0 {
			return append(around(c.from, c.to), c.line...), small.reversed()
		}
		return small, append(around(c.from, c.to), c.reversed()...)
	}
	left = append(append(line{}, c.line...), around(c.to, c.from)...)
	right = append(c.reversed(), around(c.from, c.to)...)
	return left, right
}

// angleAt is the inner angle of a counter-clockwise ring at vertex i, degrees.
func (l line) angleAt(i int) float64 {
	n := len(l)
	in, out := l[i].sub(l[(i+n-1)%n]), l[(i+1)%n].sub(l[i])
	return 180 - math.Atan2(in.cross(out), in.dot(out))*180/math.Pi
}
