package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/mend"
)

// mosaic is the ground of the district in pieces that tile it exactly. It is cut
// on the lattice, piece by piece, so that neighbours always share their vertices.
type mosaic struct {
	rng     *rand.Rand
	terrain *terrain
	pieces  []*area.Version
	made    int // pieces cut so far
	ids     uint32
}

// id is an identity for a piece; mend tells pieces apart by it.
func (m *mosaic) id() (id uuid.UUID) {
	m.ids++
	binary.BigEndian.PutUint32(id[:], m.ids)
	return id
}

func newMosaic(rng *rand.Rand, t *terrain, code string) *mosaic {
	m := &mosaic{rng: rng, terrain: t}
	m.pieces = []*area.Version{{AreaID: m.id(), Level: area.Grid, Code: code, Kind: area.Basic, Ground: ground(t.outline)}}
	return m
}

// ground puts rings of the plane, exterior first, on the lattice.
func ground(rings ...line) geo.Area {
	polygon := make(geo.Polygon, len(rings))
	for i, r := range rings {
		for _, p := range r {
			polygon[i] = append(polygon[i], p.point())
		}
	}
	return gate(geo.MultiPolygon{polygon})
}

// gate passes rings that are open, as they are kept, through the gate.
func gate(m geo.MultiPolygon) geo.Area {
	closed := make(geo.MultiPolygon, len(m))
	for i, polygon := range m {
		for _, r := range polygon {
			closed[i] = append(closed[i], append(slices.Clone(r), r[0]))
		}
	}
	a, defects, ok := geo.Gate(closed)
	if !ok {
		panic(fmt.Sprint(defects)) // the generator drew a bad shape
	}
	return a
}

// reseed begins the random numbers anew for the area with a code, so that a
// change in one area does not change all that come after it.
func (m *mosaic) reseed(code string) {
	n, err := strconv.ParseUint(code, 10, 64)
	if err != nil {
		panic(err)
	}
	m.rng = rand.New(rand.NewPCG(seed, n))
}

func (m *mosaic) piece(code string) *area.Version {
	for _, v := range m.pieces {
		if v.Code == code {
			return v
		}
	}
	panic("no piece " + code)
}

func (m *mosaic) ring(code string) line {
	return ringOf(m.piece(code).Ground.Polygons()[0][0])
}

// apply puts changes into a list of versions.
func apply(versions []*area.Version, changes []mend.Change) []*area.Version {
	for _, c := range changes {
		switch {
		case c.Before == nil:
			versions = append(versions, c.After)
		case c.After == nil:
			versions = slices.DeleteFunc(versions, func(v *area.Version) bool { return v == c.Before })
		default:
			versions[slices.Index(versions, c.Before)] = c.After
		}
	}
	return versions
}

// split cuts a piece along a run; what lies right of it becomes the piece fresh.
func (m *mosaic) split(code string, c run, fresh string) {
	ring := m.ring(code)
	var path []geo.Point
	last := len(c.line) - 1
	// An end inside an edge goes on a little, to cross it for certain.
	beyond := func(end, before vec) vec { return end.add(end.sub(before).unit().mul(3)) }
	if !slices.Contains(ring, c.line[0]) {
		path = append(path, beyond(c.line[0], c.line[1]).point())
	}
	for _, p := range c.line {
		path = append(path, p.point())
	}
	if !slices.Contains(ring, c.line[last]) {
		path = append(path, beyond(c.line[last], c.line[last-1]).point())
	}
	changes, err := mend.Split(m.pieces, area.Grid, code, path, mend.Part{Code: fresh, Name: fresh})
	if err != nil {
		panic(err)
	}
	m.pieces = apply(m.pieces, changes)
}

// alongLine cuts a piece along its longest stretch of a line of the terrain.
func (m *mosaic) alongLine(code string, l line, fresh string) {
	ring := m.ring(code)
	found := runs(ring, l)
	longest := slices.MaxFunc(found, func(a, b run) int { return int(a.length() - b.length()) })
	m.split(code, settle(ring, longest, 0), fresh)
}

// settle moves the ends of a run to vertices of the ring within grip metres, at
// least 14, and drops vertices of the run that crowd its ends.
func settle(ring line, c run, grip float64) run {
	grip = max(grip, 14)
	c.line = simplify(c.line, 0.6)
	pull := func(end vec, edge int) (vec, int) {
		least := grip
		best, at := end, edge
		for k, p := range ring {
			if d := p.sub(end).len(); d < least {
				best, at, least = p, k, d
			}
		}
		return best, at
	}
	var start, end vec
	start, c.from = pull(c.line[0], c.from)
	end, c.to = pull(c.line[len(c.line)-1], c.to)
	inner := slices.DeleteFunc(slices.Clone(c.line[1:len(c.line)-1]), func(p vec) bool {
		return p.sub(start).len() < grip || p.sub(end).len() < grip
	})
	c.line = append(append(line{start}, inner...), end)
	return c
}

// style is how a level is cut.
type style struct {
	density func(vec) float64 // parts per ground, up to a factor
	jogs    float64           // share of cuts that go round a corner
	uneven  float64           // how much sizes may differ
	roads   float64           // how much main roads are preferred
	grip    float64           // how far cuts go out of their way to end at a vertex, metres
}

// divide cuts a piece into n and returns their codes, the first of which is the
// piece's own.
func (m *mosaic) divide(code string, n int, s style) []string {
	if n == 1 {
		return []string{code}
	}
	for ease := 1.0; ease > 0.3; ease *= 0.85 {
		if c, k, ok := m.best(code, n, s, ease); ok {
			m.made++
			fresh := fmt.Sprintf("%s/%d", code, m.made)
			m.split(code, c, fresh)
			return append(m.divide(code, k, s), m.divide(fresh, n-k, s)...)
		}
	}
	panic("cannot cut " + code)
}

// best finds the cut of a piece that suits it best among many; k of n parts are
// to lie left of it. ease lowers what is asked of angles and widths.
func (m *mosaic) best(code string, n int, s style, ease float64) (best run, k int, ok bool) {
	ring := m.ring(code)
	lo, hi := ring.box()
	size := math.Sqrt(ring.area())
	var inside line
	for len(inside) < 260 {
		if p := (vec{lo.x + m.rng.Float64()*(hi.x-lo.x), lo.y + m.rng.Float64()*(hi.y-lo.y)}); ring.holds(p) {
			inside = append(inside, p)
		}
	}
	least := math.Inf(1)
	consider := func(c run, bonus float64) {
		c = settle(ring, c, s.grip)
		if c.from == c.to || c.length() < 40 {
			return
		}
		left, right := halves(ring, c)
		left, right = tidy(left), tidy(right)
		if len(left) < 3 || len(right) < 3 || !fits(ring, left, right, c.line, size/math.Sqrt(float64(n)), ease) {
			return
		}
		share, all := 0.0, 0.0
		for _, p := range inside {
			w := s.density(p)
			all += w
			if left.holds(p) {
				share += w / float64(n)
			}
		}
		share = share / all * float64(n) * float64(n)
		parts := max(1, min(n-1, int(math.Round(share))))
		cost := math.Abs(share-float64(parts))/s.uneven + 0.55*c.length()/size -
			0.9*min(left.compactness(), right.compactness()) + 0.5*math.Abs(float64(2*parts-n))/float64(n) - bonus + 0.3*m.rng.Float64()
		if cost < least {
			best, k, least, ok = c, parts, cost, true
		}
	}
	for _, a := range m.terrain.arterial {
		for _, c := range runs(ring, a) {
			consider(c, s.roads)
		}
	}
	for i := range 9 {
		seed := inside[i]
		if ring.from(seed) < 0.1*size {
			continue
		}
		d := vec{1, 0}.rotate(m.rng.Float64() * 7)
		for range 2 {
			d = m.terrain.field.along(seed, d.left())
			for _, c := range m.cutThrough(ring, seed, d, size, m.rng.Float64() < s.jogs) {
				consider(c, 0)
			}
		}
	}
	return best, k, ok
}

// cutThrough draws a street through a seed to the border of the ring on both
// sides; with a jog it goes on from a place further aside.
func (m *mosaic) cutThrough(ring line, seed, d vec, size float64, jog bool) []run {
	aside, height, long, phase := 0.12*(m.rng.Float64()-0.5), 0.14*m.rng.Float64(), 260+500*m.rng.Float64(), 7*m.rng.Float64()
	bend := func(sign float64) func(float64) float64 {
		return func(s float64) float64 {
			return (aside + height*math.Sin(2*math.Pi*s/long*sign+phase)) * min(1, s/60)
		}
	}
	straight := func(float64) float64 { return 0 }
	f := m.terrain.field
	middle := line{seed}
	if jog {
		far := size * (0.16 + 0.16*m.rng.Float64())
		side := d.left()
		if m.rng.IntN(2) == 0 {
			side = side.mul(-1)
		}
		middle = simplify(f.trace(seed, side, nil, far, straight), 1)
		if !ring.holds(middle[len(middle)-1]) {
			return nil
		}
	}
	back := f.trace(seed, d.mul(-1), ring, 9000, bend(-1)).reversed()
	on := f.trace(middle[len(middle)-1], d, ring, 9000, bend(1))
	return runs(ring, append(append(back, middle[1:]...), on[1:]...))
}

// tidy drops vertices that a ring has twice in a row.
func tidy(r line) (out line) {
	for i, p := range r {
		if p != r[(i+1)%len(r)] {
			out = append(out, p)
		}
	}
	return out
}

// fits says whether a cut leaves two decent pieces: no sharp corners at its ends,
// and nowhere close along the border of the ring.
func fits(ring, left, right, c line, size, ease float64) bool {
	start, end := c[0], c[len(c)-1]
	for _, part := range []line{left, right} {
		if part.area() < 4000 || part.compactness() < 0.30*ease {
			return false
		}
		for i, p := range part {
			if (p == start || p == end) && part.angleAt(i) < 26+24*ease {
				return false
			}
		}
	}
	wide := 0.34 * size * ease
	for _, p := range spread(c, 25) {
		ends := min(p.sub(start).len(), p.sub(end).len())
		if ends > 20 && ring.from(p) < min(wide, 0.62*ease*ends) {
			return false
		}
	}
	return true
}
