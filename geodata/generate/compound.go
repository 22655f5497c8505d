package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// The names of compounds are put together from these; all are invented.
var (
	firstWords = []string{"锡林", "和平", "青城", "丁香", "团结", "向阳", "春华", "秋实", "金桥", "银河", "绿地", "康乐", "安泰", "吉祥", "如意", "兴盛",
		"文苑", "书香", "学府", "桃李", "松涛", "柳岸", "白桦", "云杉", "草原", "长青", "蓝天", "朝阳", "东晖", "西园", "南湖", "北辰",
		"景明", "景和", "德馨", "惠民", "利民", "富民", "永安", "永乐", "长乐", "福泰", "荣华", "瑞丰", "天和", "天泽", "沁园", "清泉"}
	lastWords = []string{"苑", "家园", "小区", "花园", "新村", "里", "佳苑", "雅居", "公寓", "名苑", "园", "华庭", "庭院", "嘉园"}
)

// compoundNames lists all names, shuffled.
func compoundNames(rng *rand.Rand) (names []string) {
	for _, a := range firstWords {
		for _, b := range lastWords {
			names = append(names, a+b)
		}
	}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// site is a compound before it has a code.
type site struct {
	ring  line
	grids []*grid // on whose ground it lies
}

// acrossGrids is how many compounds lie on the ground of two grids.
const acrossGrids = 12

// settleCompounds puts the compounds of the first edition on the ground.
func (e *edition) settleCompounds(rng *rand.Rand, t *terrain) {
	basic := e.of(district)
	var sites []site
	for len(sites) < acrossGrids {
		if s, ok := across(rng, t, basic, sites); ok {
			sites = append(sites, s)
		}
	}
	for round := 0; len(sites) < wantCompounds; round++ {
		for _, g := range basic {
			if len(sites) < wantCompounds && (round == 0 || rng.IntN(3) > 0) {
				if s, ok := within(rng, t, g, sites); ok {
					sites = append(sites, s)
				}
			}
		}
	}
	slices.SortStableFunc(sites, func(a, b site) int { return slices.Index(basic, a.grids[0]) - slices.Index(basic, b.grids[0]) })
	built := map[*grid]float64{} // ground of compounds in each grid
	for _, s := range sites {
		for _, g := range s.grids {
			built[g] += s.ring.area() / float64(len(s.grids))
		}
	}
	names := compoundNames(rng)
	for i, s := range sites {
		households := 0.0
		for _, g := range s.grids {
			households += 0.93 * float64(g.households) * s.ring.area() / float64(len(s.grids)) / built[g]
		}
		e.compounds = append(e.compounds, &compound{fmt.Sprintf("C%04d", i+1), names[i], int(math.Round(households)), year(rng, s.ring.centroid()), ground(s.ring)})
	}
}

// year is when a compound was built: the nearer the old town, the earlier.
func year(rng *rand.Rand, p vec) int {
	far := min(1, p.sub(vec{-500, -1900}).len()/7000)
	return 1982 + int(math.Round(37*max(0, min(1, far+0.9*(rng.Float64()-0.5)))))
}

// within finds room for a compound in a grid.
func within(rng *rand.Rand, t *terrain, g *grid, sites []site) (site, bool) {
	var rings []line
	all := 0.0
	for r := range g.ground.Polygons().Rings {
		rings = append(rings, ringOf(r))
		all += rings[len(rings)-1].area()
	}
	lo, hi := rings[0].box()
	for try := range 90 {
		at := vec{lo.x + rng.Float64()*(hi.x-lo.x), lo.y + rng.Float64()*(hi.y-lo.y)}
		if !rings[0].holds(at) || rings[0].from(at) < 45 {
			continue
		}
		ground := min(34_000, 0.17*all) * (0.35 + 0.65*rng.Float64()) * (1 - float64(try)/130)
		if ground < 3600 {
			continue
		}
		ring := lot(rng, t, at, ground)
		if clear(ring, rings, 12) && apart(ring, sites) {
			return site{ring, []*grid{g}}, true
		}
	}
	return site{}, false
}

// lot is a compound of about the given ground around a place.
func lot(rng *rand.Rand, t *terrain, at vec, ground float64) line {
	long := 1 + 0.8*rng.Float64()
	wide := math.Sqrt(ground / long)
	return plot(rng, at, t.field.at(at), long*wide, wide, false)
}

// clear reports whether a ring lies inside the first of the rings and outside the
// others, the distance metres from all.
func clear(ring line, rings []line, metres float64) bool {
	if ring.area() < 3100 {
		return false
	}
	for _, p := range dense(ring) {
		for i, r := range rings {
			in := r.holds(p)
			if r.area() < 0 || i > 0 {
				in = !in
			}
			if i > 0 && r.area() > 0 { // another part of the grid
				continue
			}
			if !in || r.from(p) < metres {
				return false
			}
		}
	}
	for _, r := range rings[1:] {
		if ring.holds(r[0]) {
			return false
		}
	}
	return true
}

func dense(ring line) line { return spread(append(ring[:len(ring):len(ring)], ring[0]), 12) }

// apart reports whether a ring keeps off all sites.
func apart(ring line, sites []site) bool {
	c := ring.centroid()
	for _, s := range sites {
		if s.ring.centroid().sub(c).len() > 800 {
			continue
		}
		for _, p := range dense(ring) {
			if s.ring.holds(p) || s.ring.from(p) < 14 {
				return false
			}
		}
		for _, p := range s.ring {
			if ring.holds(p) || ring.from(p) < 14 {
				return false
			}
		}
	}
	return true
}

// across finds room for a compound on both sides of a border between grids of
// one community.
func across(rng *rand.Rand, t *terrain, basic []*grid, sites []site) (site, bool) {
	g := basic[rng.IntN(len(basic))]
	polygons := g.ground.Polygons()
	if len(polygons) > 1 || len(polygons[0]) > 1 {
		return site{}, false
	}
	r := ringOf(polygons[0][0])
	i := rng.IntN(len(r))
	at := r[i].add(r[(i+1)%len(r)]).mul(0.5)
	ring := lot(rng, t, at, 6000+9000*rng.Float64())
	share := map[*grid]int{}
	places := dense(ring)
	for _, p := range places {
		for _, o := range basic {
			if o.parent == g.parent && o.ground.Covers(p.point()) {
				share[o]++
				break
			}
		}
	}
	// Both sides have a fair part, and no third grid is near.
	var own []*grid
	all := 0
	for _, o := range basic {
		if share[o] > 0 {
			own = append(own, o)
			all += share[o]
			if 10*share[o] < 3*len(places) || len(o.ground.Polygons()) > 1 || len(o.ground.Polygons()[0]) > 1 {
				return site{}, false
			}
		}
	}
	if all < len(places) || len(own) != 2 || !apart(ring, sites) {
		return site{}, false
	}
	both := unite(own[0].ground, own[1].ground).Polygons()
	if len(both) > 1 || len(both[0]) > 1 || !clear(ring, []line{ringOf(both[0][0])}, 12) {
		return site{}, false
	}
	return site{ring, own}, true
}

// build adds n compounds that were built since to grids, by turns.
func (e *edition) build(rng *rand.Rand, t *terrain, grids []*grid, n, since int) {
	var sites []site
	used := map[string]bool{}
	for _, c := range e.compounds {
		sites = append(sites, site{ring: ringOf(c.ground.Polygons()[0][0])})
		used[c.name] = true
	}
	var free []string
	for _, name := range compoundNames(rng) {
		if !used[name] {
			free = append(free, name)
		}
	}
	for i := 0; n > 0; i++ {
		s, ok := within(rng, t, grids[i%len(grids)], sites)
		if !ok {
			continue
		}
		sites = append(sites, s)
		e.compounds = append(e.compounds, &compound{fmt.Sprintf("C%04d", len(e.compounds)+1), free[n], 90 + rng.IntN(90), since + rng.IntN(2), ground(s.ring)})
		n--
	}
}

// dedicate lays the dedicated grids over the others.
func (e *edition) dedicate(rng *rand.Rand, t *terrain) {
	add := func(parent string, n int, name string, a geo.Area) {
		e.grids = append(e.grids, &grid{fmt.Sprintf("%s9%02d", parent, n), name, parent, area.Dedicated, 0, a})
	}
	// A park of workshops (双创园) in two parts, side by side.
	const park = "150102006001"
	c, room := roomiest(ringOf(e.union(park).Polygons()[0][0]))
	along := vec{1, 0}.rotate(t.field.at(c))
	add(park, 1, "双创园专属网格", ground(plot(rng, c.sub(along.mul(0.5*room)), t.field.at(c), 0.85*room, 0.8*room, true)))
	add(park, 2, "双创园二期专属网格", ground(plot(rng, c.add(along.mul(0.55*room)), t.field.at(c), 0.8*room, 0.75*room, true)))
	// A street with shops on both sides, through two subdistricts.
	var shops line
	for _, p := range t.arterial[3] {
		if p.x > -1980 && p.x < -980 {
			shops = append(shops, p)
		}
	}
	shops = simplify(shops, 0.5)
	wide := [2]float64{58, 32} // more of it lies south of the street
	var strip line
	for side := range 2 {
		for i, p := range shops {
			d := shops[min(i+1, len(shops)-1)].sub(shops[max(i-1, 0)]).unit()
			strip = append(strip, p.sub(d.left().mul(wide[side])))
		}
		if side == 0 {
			shops = shops.reversed()
		}
	}
	m := ground(strip)
	most, parent := 0, ""
	for _, u := range e.communities {
		n := 0
		ground := e.union(u.code)
		for _, p := range spread(shops, 10) {
			for side := -30.0; side <= 50; side += 8 {
				if ground.Covers(p.add(vec{0, -side}).point()) {
					n++
				}
			}
		}
		if n > most {
			most, parent = n, u.code
		}
	}
	add(parent, 1, "商业街专属网格", m)
}
