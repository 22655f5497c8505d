// Package mend changes the boundaries of a draft so that they stay glued: every
// change is made to all areas that share the border, on every level, in exact
// integers on the 1e-7 degree lattice, and is refused as a whole when an area
// would not pass the gate or a new gap or overlap would arise.
package mend

import (
	"fmt"
	"slices"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Change is one area before and after a mend. Before is nil for an area that
// the mend made, After for one that it took away.
type Change struct{ Before, After *area.Version }

// sheet is all areas of a draft while a mend is at work on them: their rings,
// loose, as they will be.
type sheet struct {
	versions []*area.Version
	rings    [][]geo.Ring // of each version; nil while untouched
}

func newSheet(versions []*area.Version) *sheet {
	return &sheet{versions: versions, rings: make([][]geo.Ring, len(versions))}
}

// of returns the rings of version i as they stand; the caller must not change them.
func (s *sheet) of(i int) []geo.Ring {
	if s.rings[i] != nil {
		return s.rings[i]
	}
	return slices.Collect(s.versions[i].Ground.Polygons().Rings)
}

// set gives version i new rings.
func (s *sheet) set(i int, rings []geo.Ring) {
	if rings == nil {
		rings = []geo.Ring{}
	}
	s.rings[i] = rings
}

// near lists the versions of the partition that meet b.
func (s *sheet) near(b geo.Box) (found []int) {
	for i, v := range s.versions {
		if !v.Overlay() && v.Ground.Box().Meets(b) {
			found = append(found, i)
		}
	}
	return found
}

// find returns the version of the partition with the level and code. Error: no_such_area.
func (s *sheet) find(level area.Level, code string) (int, error) {
	for i, v := range s.versions {
		if v.Level == level && v.Code == code && !v.Overlay() {
			return i, nil
		}
	}
	return 0, fault.New(fault.Unprocessable, "no_such_area", "草稿里没有编码为 %[1]q 的%[2]s", "the draft has no %[3]s with the code %[1]q", code, level.Word(), level.String())
}

// changes passes all touched areas through the gate. Error: mend_breaks, when
// one does not pass.
func (s *sheet) changes() (changes []Change, err error) {
	for i, rings := range s.rings {
		if rings == nil {
			continue
		}
		before := s.versions[i]
		if len(rings) == 0 {
			return nil, breaks("%[1]s %[2]s 会没有地面", "the %[3]s %[2]s would have no ground", before.Level.Word(), before.Code, before.Level)
		}
		ground, err := gate(before, rings)
		if err != nil {
			return nil, err
		}
		if same(before.Ground, ground, fromLeast) {
			continue
		}
		after := *before
		after.Ground = ground
		changes = append(changes, Change{before, &after})
	}
	return changes, nil
}

// Same reports whether two areas have the same rings, wherever each begins and
// whatever vertices stand on straight lines.
func Same(a, b geo.Area) bool {
	return same(a, b, func(r geo.Ring) geo.Ring { return fromLeast(corners(r)) })
}

// same compares rings after norm.
func same(a, b geo.Area, norm func(geo.Ring) geo.Ring) bool {
	p, q := slices.Collect(a.Polygons().Rings), slices.Collect(b.Polygons().Rings)
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		p[i], q[i] = norm(p[i]), norm(q[i])
	}
	order := func(r, t geo.Ring) int { return slices.CompareFunc(r, t, geo.Point.Compare) }
	slices.SortFunc(p, order)
	slices.SortFunc(q, order)
	return slices.EqualFunc(p, q, func(r, t geo.Ring) bool { return slices.Equal(r, t) })
}

// corners drops the vertices that stand on a straight line.
func corners(r geo.Ring) (out geo.Ring) {
	for i, p := range r {
		if geo.Orient(r[(i+len(r)-1)%len(r)], p, r[(i+1)%len(r)]) != 0 {
			out = append(out, p)
		}
	}
	return out
}

// fromLeast turns a ring so that it begins at its least vertex.
func fromLeast(r geo.Ring) geo.Ring {
	least := 0
	for i, p := range r {
		if p.Compare(r[least]) < 0 {
			least = i
		}
	}
	return slices.Concat(r[least:], r[:least])
}

// gate turns loose rings into ground. Error: mend_breaks.
func gate(v *area.Version, rings []geo.Ring) (geo.Area, error) {
	raw := geo.Nest(rings)
	for _, polygon := range raw {
		for i, r := range polygon {
			if len(r) > 0 {
				polygon[i] = append(slices.Clone(r), r[0]) // the gate reads rings as files write them
			}
		}
	}
	ground, defects, ok := geo.Gate(raw)
	if !ok {
		d := defects[len(defects)-1]
		return geo.Area{}, breaks("%[1]s %[2]s 会变得不合格：%[4]s（%.7[6]f, %.7[7]f）", "the %[3]s %[2]s would be broken: %[5]s (%.7[6]f, %.7[7]f)",
			v.Level.Word(), v.Code, v.Level.String(), d.Text("zh"), d.Text("en"), d.At.Lon(), d.At.Lat())
	}
	return ground, nil
}

func breaks(zh, en string, args ...any) error {
	return fault.New(fault.Unprocessable, "mend_breaks", "不能这样改："+zh, "this cannot be done: "+en, args...)
}

// border is a set of directed edges with the interior on their left. Opposite
// edges cancel, so that adding the border of a neighbour joins the two.
type border map[[2]geo.Point]int

func (b border) addEdge(from, to geo.Point) {
	if from == to {
		return
	}
	if back := [2]geo.Point{to, from}; b[back] > 0 {
		if b[back]--; b[back] == 0 {
			delete(b, back)
		}
		return
	}
	b[[2]geo.Point{from, to}]++
}

func (b border) add(rings ...geo.Ring) {
	for _, r := range rings {
		for i, p := range r {
			b.addEdge(p, r[(i+1)%len(r)])
		}
	}
}

// rings traces the edges to closed rings. Where several leave a vertex, the
// rightmost turn is taken, which keeps rings that only touch apart.
func (b border) rings() ([]geo.Ring, error) {
	out := map[geo.Point][]geo.Point{}
	for e, n := range b {
		for range n {
			out[e[0]] = append(out[e[0]], e[1])
		}
	}
	starts := make([]geo.Point, 0, len(out))
	for p, to := range out {
		slices.SortFunc(to, geo.Point.Compare)
		starts = append(starts, p)
	}
	slices.SortFunc(starts, geo.Point.Compare)
	var rings []geo.Ring
	for _, start := range starts {
		for len(out[start]) > 0 {
			ring := geo.Ring{start}
			before, at := start, start
			for {
				next := out[at]
				if len(next) == 0 {
					return nil, fmt.Errorf("border is not closed at %v", at)
				}
				k := 0
				for i := 1; i < len(next); i++ {
					if before != at && geo.TurnsRightOf(before, at, next[i], next[k]) {
						k = i
					}
				}
				to := next[k]
				out[at] = slices.Delete(next, k, k+1)
				if to == start {
					break
				}
				ring = append(ring, to)
				before, at = at, to
			}
			rings = append(rings, ring)
		}
	}
	return rings, nil
}

// boxOf is the smallest box around points.
func boxOf(points ...geo.Point) geo.Box { return geo.Ring(points).Box() }

// insert puts the points into every edge of version i on which they lie.
func (s *sheet) insert(i int, points *geo.Points) {
	rings := s.of(i)
	changed := false
	out := make([]geo.Ring, len(rings))
	for k, r := range rings {
		out[k] = insertInto(r, points)
		changed = changed || len(out[k]) != len(r)
	}
	if changed {
		s.set(i, out)
	}
}

// insertInto returns r with the points that lie inside its edges as vertices.
func insertInto(r geo.Ring, points *geo.Points) geo.Ring {
	var out geo.Ring
	for i, a := range r {
		b := r[(i+1)%len(r)]
		out = append(out, a)
		on := slices.DeleteFunc(points.On(a, b), func(p geo.Point) bool { return p == a || p == b })
		slices.SortFunc(on, geo.Point.Compare)
		if a.Compare(b) > 0 {
			slices.Reverse(on)
		}
		out = append(out, on...)
	}
	return out
}

// bend puts p into every edge that passes within a step of it without having it
// as a vertex: the place of a crossing, rounded. All areas that share such an
// edge are bent alike.
func (s *sheet) bend(p geo.Point) {
	around := geo.Box{Min: p, Max: p}.Grow(2, 2)
	for _, i := range s.near(around) {
		rings := s.of(i)
		changed := false
		out := slices.Clone(rings)
		for k, r := range rings {
			var bent geo.Ring
			for j, a := range r {
				b := r[(j+1)%len(r)]
				bent = append(bent, a)
				if p != a && p != b && geo.WithinStep(a, b, p) {
					bent = append(bent, p)
				}
			}
			if len(bent) != len(r) {
				out[k], changed = bent, true
			}
		}
		if changed {
			s.set(i, out)
		}
	}
}

// node makes every vertex that lies inside another area's edge, within b, a
// vertex of that area too.
func (s *sheet) node(b geo.Box) {
	points := geo.NewPoints(s.vertices(b))
	for _, i := range s.near(b) {
		s.insert(i, points)
	}
}

// vertices returns all vertices within b, sorted, each once.
func (s *sheet) vertices(b geo.Box) (points []geo.Point) {
	for _, i := range s.near(b) {
		for _, r := range s.of(i) {
			for _, p := range r {
				if b.Contains(p) {
					points = append(points, p)
				}
			}
		}
	}
	slices.SortFunc(points, geo.Point.Compare)
	return slices.Compact(points)
}
