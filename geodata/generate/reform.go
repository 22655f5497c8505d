package main

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Of the three subdistricts that are new in 2023-07 and their communities, codes
// and names are real (see names.go); from which others they came is invented.
var reform = []struct {
	code, name string
	whole      passing   // a community that comes over as it is, under an invented code
	fresh      []carving // communities made of grids of others
}{
	{"150102401", "呼伦路街道", passing{"150102001014", "150102401001"}, []carving{
		{"150102401010", "西苑社区", "150102001009", vec{-0.4, 1}, 2},
		{"150102401006", "铁路小区社区", "150102001009", vec{-1, -1}, 2},
		{"150102401007", "麻花板社区", "150102001001", vec{-1, 0}, 3},
		{"150102401008", "府兴社区", "150102001006", vec{-0.5, 1}, 3},
		{"150102401009", "苏雅拉社区", "150102008003", vec{-0.3, -1}, 4},
	}},
	{"150102402", "丁香路街道", passing{"150102006016", "150102402003"}, []carving{
		{"150102402001", "丁香路社区", "150102001012", vec{0, -1}, 3},
		{"150102402002", "一家村社区", "150102006013", vec{0.2, 1}, 3},
	}},
	{"150102403", "东河街道", passing{"150102007010", "150102403006"}, []carving{
		{"150102403001", "南苑社区", "150102006015", vec{0.5, -1}, 4},
		{"150102403002", "万通社区", "150102007007", vec{0.3, -1}, 2},
		{"150102403003", "安康社区", "150102007008", vec{0.6, -1}, 3},
		{"150102403004", "东河社区", "150102006004", vec{-1, -0.5}, 2},
		{"150102403005", "东苑社区", "150102006005", vec{-0.3, -1}, 3},
	}},
}

// passing is a community that gets a new code.
type passing struct{ from, to string }

// carving makes a community of the n grids of another that lie furthest in a
// direction and hang together.
type carving struct {
	code, name, from string
	toward           vec
	n                int
}

// What else changes in 2023-07, in communities that stay as they are.
var (
	mergedIn  = []string{"150102005006", "150102007002"}
	splitIn   = []string{"150102001010", "150102008013"}
	renamedIn = "150102004010"
)

// second draws the edition of 2023-07 from the first. Grids that it does not
// touch are kept as they are.
func second(rng *rand.Rand, t *terrain, before *edition) *edition {
	e := &edition{name: "2023-07", compounds: slices.Clone(before.compounds)}
	e.subdistricts = append(e.subdistricts, before.subdistricts...)
	e.communities = append(e.communities, before.communities...)
	for _, g := range before.grids {
		same := *g
		e.grids = append(e.grids, &same)
	}
	for _, s := range reform {
		e.subdistricts = append(e.subdistricts, unit{s.code, s.name, district})
		e.pass(s.whole, s.code)
		for _, c := range s.fresh {
			e.carve(c, s.code)
		}
	}
	for _, c := range mergedIn {
		e.merge(c)
	}
	for i, c := range splitIn {
		e.build(rng, t, e.split(rng, t, c), 3, 2020+i)
	}
	e.of(renamedIn)[1].name = "利民东里网格"
	e.sort()
	return e
}

func (e *edition) sort() {
	slices.SortFunc(e.communities, func(a, b unit) int { return cmp.Compare(a.code, b.code) })
	slices.SortFunc(e.grids, func(a, b *grid) int { return cmp.Compare(a.code, b.code) })
}

func (e *edition) pass(p passing, subdistrict string) {
	for i, c := range e.communities {
		if c.code == p.from {
			e.communities[i] = unit{p.to, c.name, subdistrict}
		}
	}
	for _, g := range e.of(p.from) {
		g.code, g.parent = p.to+strings.TrimPrefix(g.code, p.from), p.to
	}
}

func (e *edition) carve(c carving, subdistrict string) {
	left := e.of(c.from)
	slices.SortFunc(left, func(a, b *grid) int {
		return cmp.Compare(middle(b.ground).dot(c.toward), middle(a.ground).dot(c.toward))
	})
	var taken []*grid
	for len(taken) < c.n {
		k := slices.IndexFunc(left, func(g *grid) bool {
			return len(taken) == 0 || slices.ContainsFunc(taken, func(o *grid) bool { return shared(o.ground, g.ground) > 0 })
		})
		taken = append(taken, left[k])
		left = slices.Delete(left, k, k+1)
	}
	var places []vec
	for _, g := range taken {
		places = append(places, middle(g.ground))
	}
	for i, k := range rows(places) {
		taken[k].code, taken[k].name, taken[k].parent = fmt.Sprintf("%s%03d", c.code, i+1), ordinal(i+1), c.code
	}
	e.communities = append(e.communities, unit{c.code, c.name, subdistrict})
}

// fewest lists the two neighbours in a community that are smallest together.
func (e *edition) fewest(c string) (keep, gone *grid) {
	least := math.Inf(1)
	own := e.of(c)
	for i, b := range own {
		for _, a := range own[:i] {
			if s := size(a.ground) + size(b.ground); s < least && shared(a.ground, b.ground) > 120 {
				keep, gone, least = a, b, s
			}
		}
	}
	return keep, gone
}

func (e *edition) merge(c string) {
	keep, gone := e.fewest(c)
	keep.ground = unite(keep.ground, gone.ground)
	keep.households = min(500, keep.households+gone.households)
	e.grids = slices.DeleteFunc(e.grids, func(g *grid) bool { return g == gone })
}

// largest is the grid of a community with the most ground.
func (e *edition) largest(c string) *grid {
	return slices.MaxFunc(e.of(c), func(a, b *grid) int { return cmp.Compare(size(a.ground), size(b.ground)) })
}

// split cuts the largest grid of a community, from vertex to vertex, so that its
// neighbours stay as they are, and returns the two.
func (e *edition) split(rng *rand.Rand, t *terrain, c string) []*grid {
	old := e.largest(c)
	m := &mosaic{rng: rng, terrain: t}
	for _, g := range e.grids {
		if g.kind == area.Basic {
			m.pieces = append(m.pieces, &area.Version{AreaID: m.id(), Level: area.Grid, Code: g.code, Kind: area.Basic, Ground: g.ground})
		}
	}
	parts := m.divide(old.code, 2, style{density: func(vec) float64 { return 1 }, uneven: 0.25, grip: 70})
	for _, g := range e.grids {
		if g.kind == area.Basic {
			g.ground = m.piece(g.code).Ground
		}
	}
	rest := m.piece(parts[1]).Ground
	if size(rest) > size(old.ground) { // the larger part keeps the code
		old.ground, rest = rest, old.ground
	}
	last := 0
	for _, g := range e.of(c) {
		if n, err := strconv.Atoi(g.code[12:]); err == nil {
			last = max(last, n)
		}
	}
	old.households = 330 + rng.IntN(40)
	fresh := &grid{fmt.Sprintf("%s%03d", c, last+1), ordinal(last + 1), c, area.Basic, 310 + rng.IntN(40), rest}
	e.grids = append(e.grids, fresh)
	return []*grid{old, fresh}
}

// prepare sets the households of the grids that the second edition merges or
// splits, so that they have between 300 and 500 before and after.
func prepare(rng *rand.Rand, e *edition) {
	for _, c := range mergedIn {
		a, b := e.fewest(c)
		a.households, b.households = 300+rng.IntN(8), 300+rng.IntN(8)
	}
	for _, c := range splitIn {
		e.largest(c).households = 485 + rng.IntN(16)
	}
}

// shift moves everything by whole steps of the lattice.
func (e *edition) shift(by geo.Point) {
	move := func(a geo.Area) geo.Area {
		var m geo.MultiPolygon
		for _, polygon := range a.Polygons() {
			var moved geo.Polygon
			for _, r := range polygon {
				var ring geo.Ring
				for _, p := range r {
					ring = append(ring, geo.Point{X: p.X + by.X, Y: p.Y + by.Y})
				}
				moved = append(moved, ring)
			}
			m = append(m, moved)
		}
		return gate(m)
	}
	for _, g := range e.grids {
		g.ground = move(g.ground)
	}
	for i, c := range e.compounds {
		moved := *c
		moved.ground = move(c.ground)
		e.compounds[i] = &moved
	}
}
