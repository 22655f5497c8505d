package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/mend"
)

// grid is one grid of one edition.
type grid struct {
	code, name, parent string
	kind               area.Kind
	households         int
	ground             geo.Area
}

// compound is one residential compound (小区).
type compound struct {
	code, name        string
	households, built int
	ground            geo.Area
}

// unit is a community or a subdistrict; its ground is that of its grids.
type unit struct{ code, name, parent string }

// edition is all that is written for one edition.
type edition struct {
	name         string
	subdistricts []unit
	communities  []unit
	grids        []*grid
	compounds    []*compound
}

func (e *edition) grid(code string) *grid {
	for _, g := range e.grids {
		if g.code == code {
			return g
		}
	}
	panic("no grid " + code)
}

// of lists the basic grids under a code.
func (e *edition) of(code string) (found []*grid) {
	for _, g := range e.grids {
		if g.kind == area.Basic && strings.HasPrefix(g.code, code) {
			found = append(found, g)
		}
	}
	return found
}

// union is the ground of the basic grids under a code.
func (e *edition) union(code string) geo.Area {
	var versions []*area.Version
	for _, g := range e.of(code) {
		versions = append(versions, &area.Version{Level: area.Grid, Code: g.code, Ground: g.ground})
	}
	a, err := mend.Union(versions)
	if err != nil {
		panic(err)
	}
	return a
}

// shape is a grid before it has a code: the pieces that make it up.
type shape struct {
	community string
	ground    geo.Area
}

func (s *shape) middle() vec { return middle(s.ground) }

// middle is the centroid of the largest part of an area.
func middle(a geo.Area) vec {
	var best line
	for _, p := range a.Polygons() {
		if r := ringOf(p[0]); best == nil || r.area() > best.area() {
			best = r
		}
	}
	return best.centroid()
}

func size(a geo.Area) (m2 float64) {
	for r := range a.Polygons().Rings {
		m2 += ringOf(r).area()
	}
	return m2
}

// rows numbers places from north to south in rows and from west to east in each;
// order[i] is the place that is number i. As many rows of the same height are
// laid as suit the box around the places.
func rows(places []vec) (order []int) {
	lo, hi := line(places).box()
	n := max(1, math.Round(math.Sqrt(float64(len(places))*(hi.y-lo.y+1)/(hi.x-lo.x+1))))
	row := func(i int) int { return min(int(n)-1, int((hi.y-places[i].y)/(hi.y-lo.y+1)*n)) }
	for i := range places {
		order = append(order, i)
	}
	slices.SortFunc(order, func(i, j int) int {
		if d := row(i) - row(j); d != 0 {
			return d
		}
		return int(math.Copysign(1, places[i].x-places[j].x))
	})
	return order
}

var numerals = [...]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// ordinal is the name of the grid with a sequence number, below 20.
func ordinal(n int) string {
	if n > 10 {
		return "第十" + numerals[n-10] + "网格"
	}
	return "第" + numerals[n] + "网格"
}

const (
	wantGrids     = 330
	wantCompounds = 600
)

// The communities in which something special is made.
var (
	multiparts = []string{"150102001007", "150102002006", "150102004001", "150102006002", "150102007001", "150102008007"}
	corners    = []string{"150102001010", "150102002001", "150102002007", "150102003002", "150102004003", "150102004009", "150102005002", "150102005004", "150102006001", "150102006013", "150102007007", "150102007009", "150102001008", "150102008013"}
	// enclaves are grids of the first community that lie in a grid of the second.
	enclaves = [][2]string{
		{"150102001015", "150102001015"},
		{"150102002003", "150102002002"},
		{"150102005001", "150102005008"},
		{"150102006003", "150102006003"},
		{"150102008007", "150102008007"},
		{"150102007003", "150102007003"},
	}
)

func oldTown(p vec) float64 {
	d := math.Max(0, p.sub(vec{-500, -1900}).len()/1000-0.5)
	return 1 / (0.3 + 0.16*math.Pow(d, 1.6))
}

// first draws the edition of 2020-01.
func first(rng *rand.Rand, t *terrain) *edition {
	m := newMosaic(rng, t, "150102008")
	m.alongLine("150102008", t.railway, "150102007")
	m.alongLine("150102008", t.arterial[0], "150102001")
	m.alongLine("150102007", t.river.reversed(), "150102006")
	m.alongLine("150102007", t.arterial[8].reversed(), "150102002")
	m.alongLine("150102002", t.arterial[2], "150102005")
	m.alongLine("150102005", t.arterial[6].reversed(), "150102003")
	m.alongLine("150102005", t.arterial[7], "150102004")
	m.alongLine("150102001", t.river.reversed(), "east of 001")
	m.alongLine("150102008", t.river.reversed(), "east of 008")
	beyond := map[string]struct {
		code string
		n    int
	}{"150102001": {"east of 001", 3}, "150102008": {"east of 008", 1}}

	e := &edition{name: "2020-01"}
	var shapes []*shape
	coarse := style{density: oldTown, jogs: 0.45, uneven: 0.6, roads: 0.5}
	var pieces []string // of all communities
	communityOf := map[string]string{}
	for _, s := range subdistricts {
		e.subdistricts = append(e.subdistricts, unit{s.code, s.name, district})
		m.reseed(s.code)
		n := len(s.communities)
		b := beyond[s.code]
		found := m.divide(s.code, n-b.n, coarse)
		if b.n > 0 {
			found = append(found, m.divide(b.code, b.n, coarse)...)
		}
		var places []vec
		for _, c := range found {
			places = append(places, m.ring(c).centroid())
		}
		for i, k := range assign(places, s.communities) {
			communityOf[found[i]] = s.communities[k].code
			e.communities = append(e.communities, unit{s.communities[k].code, s.communities[k].name, s.code})
		}
		pieces = append(pieces, found...)
	}
	slices.SortFunc(e.communities, func(a, b unit) int { return strings.Compare(a.code, b.code) })

	counts := m.counts(pieces)
	fine := style{density: func(vec) float64 { return 1 }, jogs: 0.3, uneven: 0.8, roads: 0.45}
	for i, p := range pieces {
		c, n := communityOf[p], counts[i]
		m.reseed(c)
		for _, x := range enclaves {
			if x[0] == c {
				n--
			}
		}
		n += extra(multiparts, c) + extra(corners, c)
		m.divide(p, n, fine)
	}
	// Grounds are read when all cuts are made: a cut may give its neighbours vertices.
	for _, v := range m.pieces {
		shapes = append(shapes, &shape{communityOf[owner(v.Code, communityOf)], v.Ground})
	}
	for _, c := range e.communities {
		if extra(corners, c.code) > 0 {
			shapes = joinCorner(shapes, c.code)
		}
		if extra(multiparts, c.code) > 0 {
			shapes = joinApart(shapes, c.code)
		}
	}
	for _, x := range enclaves {
		shapes = enclose(rng, t, shapes, x[0], x[1])
	}
	for _, c := range e.communities {
		e.grids = append(e.grids, number(rng, shapes, c)...)
	}
	prepare(rng, e)
	e.dedicate(rng, t)
	e.settleCompounds(rng, t)
	e.sort()
	return e
}

// owner finds the community whose piece a code was cut from.
func owner(code string, communityOf map[string]string) string {
	for {
		if _, ok := communityOf[code]; ok {
			return code
		}
		at := strings.LastIndex(code, "/")
		if at < 0 {
			panic("no community for " + code)
		}
		code = code[:at]
	}
}

func extra(list []string, c string) int {
	if slices.Contains(list, c) {
		return 1
	}
	return 0
}

// assign gives each place the community whose wish it suits best, all in all.
func assign(places []vec, communities []community) []int {
	lo, hi := line(places).box()
	cost := func(i, k int) float64 {
		p := places[i].sub(lo)
		d := vec{p.x / (hi.x - lo.x), p.y / (hi.y - lo.y)}.sub(communities[k].at)
		return d.dot(d)
	}
	of := make([]int, len(places))
	for i := range of {
		of[i] = i
	}
	for changed := true; changed; {
		changed = false
		for i := range of {
			for j := range i {
				if cost(i, of[j])+cost(j, of[i]) < cost(i, of[i])+cost(j, of[j])-1e-9 {
					of[i], of[j] = of[j], of[i]
					changed = true
				}
			}
		}
	}
	return of
}

// counts says into how many grids each community is cut: more for more ground,
// all together wantGrids.
func (m *mosaic) counts(pieces []string) []int {
	var wish []float64
	for _, p := range pieces {
		wish = append(wish, 1.6*math.Sqrt(m.ring(p).area()/1e6)+1.2*(m.rng.Float64()-0.5))
	}
	for base := 3.0; ; base += 0.01 {
		sum := 0
		counts := make([]int, len(wish))
		for i, w := range wish {
			counts[i] = max(4, min(12, int(math.Round(base+w))))
			sum += counts[i]
		}
		if sum >= wantGrids {
			return counts
		}
	}
}

// number gives the shapes of a community their codes, names and households.
func number(rng *rand.Rand, shapes []*shape, c unit) (grids []*grid) {
	var own []*shape
	var places []vec
	for _, s := range shapes {
		if s.community == c.code {
			own = append(own, s)
			places = append(places, s.middle())
		}
	}
	for i, k := range rows(places) {
		grids = append(grids, &grid{fmt.Sprintf("%s%03d", c.code, i+1), ordinal(i + 1), c.code, area.Basic, 300 + rng.IntN(201), own[k].ground})
	}
	return grids
}
