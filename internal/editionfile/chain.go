package editionfile

import (
	"cmp"
	"slices"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// edge is one edge of one ring, from its lower end to its higher.
type edge struct {
	a, b geo.Point
	use  int // where it stands among the edges of all rings
}

// cutter finds chains. Edges of all rings are counted through; an edge that
// several rings use has one number in group.
type cutter struct {
	rings   []geo.Ring
	base    []int // number of the first edge of each ring
	ring    []int32
	forward []bool // the ring runs from the edge's lower end to its higher
	group   []int32
	first   []int // where the uses of each group begin in uses
	uses    []int
	alone   []bool // groups that are a chain of their own

	at []place // of each group
}

// place says which edge of which chain a group is.
type place struct {
	chain   int // plus one; 0 until known
	edge    int
	forward bool // the chain runs from the edge's lower end to its higher
}

// cut makes the chains: a ring is cut where the rings that use the edge before
// differ from those that use the edge after, and each piece is kept once, as
// the first ring that needs it runs.
func (l *layout) cut() {
	c := &cutter{}
	var owner []int // of each ring
	for i, v := range l.versions {
		for r := range v.Ground.Polygons().Rings {
			c.rings, c.base, owner = append(c.rings, r), append(c.base, l.vertices), append(owner, i)
			l.vertices += len(r)
		}
	}
	c.match(l.vertices)
	owners := newOwners(l.versions)
	for k, r := range c.rings {
		ref := ringRef{}
		for at := 0; at < len(r)-ref.skip; {
			use := c.base[k] + at%len(r)
			p := c.at[c.group[use]]
			if p.chain == 0 {
				l.chains = append(l.chains, chain{points: c.follow(k, at%len(r), len(l.chains)+1)})
				p = c.at[c.group[use]]
			}
			points := l.chains[p.chain-1].points
			reversed := p.forward != c.forward[use]
			if at == 0 {
				ref.skip = p.edge
				if reversed {
					ref.skip = len(points) - 2 - p.edge
				}
				at -= ref.skip
			}
			at += len(points) - 1
			ref.chains = append(ref.chains, chainRef{p.chain - 1, reversed})
			owners.see(p.chain-1, owner[k], reversed)
		}
		l.rings = append(l.rings, ref)
	}
	for i := range l.chains {
		l.chains[i].left, l.chains[i].right = owners.of(i)
	}
}

// match finds the edges that several rings use.
func (c *cutter) match(n int) {
	edges := make([]edge, 0, n)
	c.ring, c.forward, c.group = make([]int32, n), make([]bool, n), make([]int32, n)
	for k, r := range c.rings {
		for i, p := range r {
			use, q := len(edges), r[(i+1)%len(r)]
			c.ring[use] = int32(k)
			if c.forward[use] = p.Compare(q) <= 0; !c.forward[use] {
				p, q = q, p
			}
			edges = append(edges, edge{p, q, use})
		}
	}
	slices.SortFunc(edges, func(e, f edge) int {
		return cmp.Or(e.a.Compare(f.a), e.b.Compare(f.b), cmp.Compare(e.use, f.use))
	})
	c.uses = make([]int, n)
	for i, e := range edges {
		c.uses[i] = e.use
		if i == 0 || e.a != edges[i-1].a || e.b != edges[i-1].b {
			c.first = append(c.first, i)
			c.alone = append(c.alone, e.a == e.b)
		} else if c.ring[e.use] == c.ring[edges[i-1].use] {
			c.alone[len(c.alone)-1] = true // no sound ring does that; such an edge has no one way to go on
		}
		c.group[e.use] = int32(len(c.first) - 1)
	}
	c.first = append(c.first, n)
	c.at = make([]place, len(c.alone))
}

// goesOn reports whether every ring that uses the edge before use i of ring k
// goes on to the edge at i, and no other ring joins there.
func (c *cutter) goesOn(k, i int) bool {
	here, before := c.base[k]+i, c.step(k, i, -1)
	g, h := c.group[before], c.group[here]
	if g == h || c.alone[g] || c.alone[h] || c.first[g+1]-c.first[g] != c.first[h+1]-c.first[h] {
		return false
	}
	for _, u := range c.uses[c.first[g]:c.first[g+1]] {
		by := 1
		if c.forward[u] != c.forward[before] {
			by = -1
		}
		k := int(c.ring[u])
		if c.group[c.step(k, u-c.base[k], by)] != h {
			return false
		}
	}
	return true
}

// step is the use before or after the one at i of ring k.
func (c *cutter) step(k, i, by int) int {
	n := len(c.rings[k])
	return c.base[k] + (i+by+n)%n
}

// follow returns the chain that holds the edge at i of ring k, and notes that
// its edges are those of chain number.
func (c *cutter) follow(k, i, number int) []geo.Point {
	r := c.rings[k]
	n := len(r)
	from, edges := i, n
	for back := range n {
		if at := (i - back + n) % n; !c.goesOn(k, at) {
			from = at
			break
		}
	}
	points := []geo.Point{r[from]}
	for e := range edges {
		at := (from + e) % n
		if e > 0 && !c.goesOn(k, at) {
			break
		}
		use := c.base[k] + at
		c.at[c.group[use]] = place{number, e, c.forward[use]}
		points = append(points, r[(at+1)%n])
	}
	return points
}

// owners finds who owns the sides of chains. Interiors lie to the left of rings.
type owners struct {
	rank  []int // of each area: the lowest of those along a side owns it
	area  []int // by rank
	sides [][2]int
}

// newOwners ranks areas: partition before overlays, the finest level before
// coarser ones, then as they own points.
func newOwners(versions []*area.Version) *owners {
	o := &owners{rank: make([]int, len(versions)), area: make([]int, len(versions))}
	for i := range versions {
		o.area[i] = i
	}
	overlay := func(v *area.Version) int {
		if v.Overlay() {
			return 1
		}
		return 0
	}
	slices.SortFunc(o.area, func(i, j int) int {
		v, w := versions[i], versions[j]
		return cmp.Or(cmp.Compare(overlay(v), overlay(w)), cmp.Compare(w.Level, v.Level),
			cmp.Compare(v.Priority, w.Priority), cmp.Compare(v.Code, w.Code))
	})
	for rank, i := range o.area {
		o.rank[i] = rank
	}
	return o
}

// see notes that a ring of area i runs along a chain.
func (o *owners) see(chain, i int, reversed bool) {
	for len(o.sides) <= chain {
		o.sides = append(o.sides, [2]int{len(o.area), len(o.area)})
	}
	side := 0
	if reversed {
		side = 1
	}
	s := &o.sides[chain][side]
	*s = min(*s, o.rank[i])
}

// of returns the owners of the sides of a chain as the file has them.
func (o *owners) of(chain int) (left, right int) {
	owner := func(rank int) int {
		if rank == len(o.area) {
			return 0
		}
		return o.area[rank] + 1
	}
	return owner(o.sides[chain][0]), owner(o.sides[chain][1])
}
