package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/mend"
)

// pairs calls yield with all pairs of shapes of a community.
func pairs(shapes []*shape, c string, yield func(a, b *shape)) {
	for i, a := range shapes {
		for _, b := range shapes[:i] {
			if a.community == c && b.community == c {
				yield(a, b)
			}
		}
	}
}

// shared is the length of border that two areas have in common, metres.
func shared(a, b geo.Area) (sum float64) {
	edges := map[[2]geo.Point]bool{}
	for r := range a.Polygons().Rings {
		for i, p := range r {
			edges[[2]geo.Point{r[(i+1)%len(r)], p}] = true
		}
	}
	for r := range b.Polygons().Rings {
		for i, p := range r {
			if q := r[(i+1)%len(r)]; edges[[2]geo.Point{p, q}] {
				sum += place(q).sub(place(p)).len()
			}
		}
	}
	return sum
}

func unite(a, b geo.Area) geo.Area {
	u, err := mend.Union([]*area.Version{{Code: "a", Ground: a}, {Code: "b", Ground: b}})
	if err != nil {
		panic(err)
	}
	return u
}

func (s *shape) join(shapes []*shape, other *shape) []*shape {
	s.ground = unite(s.ground, other.ground)
	return slices.DeleteFunc(shapes, func(x *shape) bool { return x == other })
}

// hollow is how much of its convex hull a ring leaves out.
func hollow(r line) float64 {
	points := slices.Clone(r)
	slices.SortFunc(points, func(a, b vec) int {
		if a.x != b.x {
			return int(math.Copysign(1, a.x-b.x))
		}
		return int(math.Copysign(1, a.y-b.y))
	})
	var hull line
	for range 2 {
		base := len(hull)
		for _, p := range points {
			for len(hull) >= base+2 && hull[len(hull)-1].sub(hull[len(hull)-2]).cross(p.sub(hull[len(hull)-1])) <= 0 {
				hull = hull[:len(hull)-1]
			}
			hull = append(hull, p)
		}
		hull = hull[:len(hull)-1]
		slices.Reverse(points)
	}
	return 1 - r.area()/hull.area()
}

// joinCorner joins the two shapes of a community that together go best round a
// corner: a grid with a bend.
func joinCorner(shapes []*shape, c string) []*shape {
	var one, two *shape
	best := 0.0
	pairs(shapes, c, func(a, b *shape) {
		if shared(a.ground, b.ground) < 90 {
			return
		}
		m := unite(a.ground, b.ground).Polygons()
		if len(m) > 1 || len(m[0]) > 1 {
			return
		}
		r := ringOf(m[0][0])
		if h := min(hollow(r), 0.3) - 0.25*math.Sqrt((size(a.ground)+size(b.ground))/4e6); h > best || one == nil {
			one, two, best = a, b, h
		}
	})
	return one.join(shapes, two)
}

// joinApart joins two shapes of a community that do not touch: a grid in two
// parts.
func joinApart(shapes []*shape, c string) []*shape {
	var one, two *shape
	best := math.Inf(1)
	pairs(shapes, c, func(a, b *shape) {
		if len(a.ground.Polygons()) > 1 || len(b.ground.Polygons()) > 1 {
			return
		}
		ra, rb := ringOf(a.ground.Polygons()[0][0]), ringOf(b.ground.Polygons()[0][0])
		apart := math.Inf(1)
		for _, p := range ra {
			apart = min(apart, rb.from(p))
		}
		for _, p := range rb {
			apart = min(apart, ra.from(p))
		}
		small, large := ra.area(), rb.area()
		if small > large {
			small, large = large, small
		}
		if apart < 140 || small < 0.1*large {
			return
		}
		if d := apart + 0.5*math.Sqrt(small+large); d < best {
			one, two, best = a, b, d
		}
	})
	if one == nil {
		panic("no two grids apart in " + c)
	}
	return one.join(shapes, two)
}

// enclose makes a walled ground within the roomiest grid of the community around
// and gives it to the community c as a grid of its own.
func enclose(rng *rand.Rand, t *terrain, shapes []*shape, c, around string) []*shape {
	var host *shape
	var at vec
	room := 0.0
	for _, s := range shapes {
		if s.community != around || len(s.ground.Polygons()) > 1 || len(s.ground.Polygons()[0]) > 1 {
			continue
		}
		ring := ringOf(s.ground.Polygons()[0][0])
		p, r := roomiest(ring)
		if c != around { // near the community that it belongs to
			for _, o := range shapes {
				if o.community == c && shared(o.ground, s.ground) > 0 {
					r *= 2
					break
				}
			}
		}
		if r > room {
			host, at, room = s, p, r
		}
	}
	ring := ringOf(host.ground.Polygons()[0][0])
	_, free := roomiest(ring)
	r := min(0.52*free, 110)
	wall := plot(rng, at, t.field.at(at), 1.75*r, 1.2*r, true)
	hole := ground(wall)
	polygon := slices.Clone(host.ground.Polygons()[0])
	inner := slices.Clone(hole.Polygons()[0][0])
	slices.Reverse(inner)
	host.ground = gate(geo.MultiPolygon{append(polygon, inner)})
	return append(shapes, &shape{c, hole})
}

// roomiest is the place in a ring that is furthest from its border, about.
func roomiest(ring line) (at vec, room float64) {
	lo, hi := ring.box()
	const n = 24
	for i := range n {
		for j := range n {
			p := vec{lo.x + (float64(i)+0.5)/n*(hi.x-lo.x), lo.y + (float64(j)+0.5)/n*(hi.y-lo.y)}
			if ring.holds(p) {
				if r := ring.from(p); r > room {
					at, room = p, r
				}
			}
		}
	}
	return at, room
}

// plot is a building plot around a place: four sides that are not quite square,
// often with a corner cut off or taken out.
func plot(rng *rand.Rand, at vec, angle, long, wide float64, notch bool) line {
	angle += 0.12 * (rng.Float64() - 0.5)
	if rng.IntN(2) == 0 {
		long, wide = wide, long
	}
	u, v := vec{long / 2, 0}.rotate(angle), vec{0, wide / 2}.rotate(angle)
	corner := func(a, b float64) vec {
		return at.add(u.mul(a * (0.92 + 0.16*rng.Float64()))).add(v.mul(b * (0.92 + 0.16*rng.Float64())))
	}
	ring := line{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)}
	k := rng.IntN(4)
	p, before, after := ring[k], ring[(k+3)%4], ring[(k+1)%4]
	share := 0.2 + 0.25*rng.Float64()
	a, b := p.add(before.sub(p).mul(share)), p.add(after.sub(p).mul(share*(0.7+0.6*rng.Float64())))
	switch style := rng.IntN(10); {
	case notch || style < 3:
		ring = slices.Replace(slices.Clone(ring), k, k+1, a, a.add(b.sub(p)), b)
	case style < 5:
		ring = slices.Replace(slices.Clone(ring), k, k+1, a, b)
	case style < 7: // a side with a bend
		ring = slices.Insert(slices.Clone(ring), k+1, p.add(after).mul(0.5).add(p.add(after).mul(0.5).sub(at).mul(0.12)))
	}
	return ring
}
