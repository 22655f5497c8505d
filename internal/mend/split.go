package mend

import (
	"slices"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Part names what a split makes.
type Part struct{ Code, Name string }

// Split cuts the area of the level with the code along a line (lattice points,
// from outside or the border of the area to the same again) into two. The part
// to the left of the line keeps the area's code and identity; the one to the
// right becomes a new area with the given code and name and the same parent.
// Areas with children are not split; compounds and dedicated grids go with the
// ground under their middle. Errors: no_such_area, has_children,
// line_does_not_split, duplicate_code, mend_breaks.
func Split(versions []*area.Version, level area.Level, code string, line []geo.Point, right Part) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, code)
	if err != nil {
		return nil, err
	}
	v := versions[i]
	if slices.ContainsFunc(versions, func(w *area.Version) bool { return w.Parent == v.AreaID && !w.Overlay() }) {
		return nil, fault.New(fault.Unprocessable, "has_children", "%[1]s %[2]s 下面还有区域，请先划分下级", "the %[3]s %[2]s has areas below it; split those", level.Word(), code, level.String())
	}
	if _, err := s.find(level, right.Code); err == nil {
		return nil, fault.New(fault.Unprocessable, "duplicate_code", "编码 %[1]q 已被占用", "the code %[1]q is taken", right.Code)
	}
	useless := fault.New(fault.Unprocessable, "line_does_not_split", "这条线没有把 %[1]s 分成两块：线的两端应在界外或界上，中间穿过一次", "the line does not cut %[1]s in two: begin and end outside it or on its border, and cross it once", code)
	if len(line) < 2 {
		return nil, useless
	}
	// The crossings of the line with the border become vertices of all areas there.
	box := boxOf(line...)
	var path []geo.Point // the line with its crossings
	for k := 0; k+1 < len(line); k++ {
		a, b := line[k], line[k+1]
		path = append(path, a)
		var cuts []geo.Point
		for _, r := range s.of(i) {
			for j, p := range r {
				if at, ok := geo.Crossing(a, b, p, r[(j+1)%len(r)]); ok {
					cuts = append(cuts, at)
				}
			}
		}
		slices.SortFunc(cuts, func(p, q geo.Point) int { return geo.CompareAlong(a, b, p, q) })
		path = append(path, cuts...)
	}
	path = slices.Compact(append(path, line[len(line)-1]))
	onBorder := map[geo.Point]bool{}
	for _, p := range path {
		s.bend(p)
	}
	s.node(box.Grow(2, 2))
	ground, err := gate(v, s.of(i))
	if err != nil {
		return nil, err
	}
	for _, r := range s.of(i) {
		for _, p := range r {
			onBorder[p] = true
		}
	}
	// The run of the path from border to border through the inside.
	var inside []geo.Point
	for k := 0; k < len(path); k++ {
		if !onBorder[path[k]] {
			continue
		}
		for end := k + 1; end < len(path); end++ {
			if onBorder[path[end]] {
				run := path[k : end+1]
				if through(ground, run, onBorder) {
					if inside != nil {
						return nil, useless
					}
					inside = run
				}
				k = end - 1
				break
			}
		}
	}
	if inside == nil {
		return nil, useless
	}
	keep, cut, ok := divide(s.of(i), inside)
	if !ok {
		return nil, useless
	}
	s.set(i, keep)
	changes, err := s.changes()
	if err != nil {
		return nil, err
	}
	fresh := *v
	fresh.AreaID, fresh.Code, fresh.Name = uuid.Must(uuid.NewV7()), right.Code, right.Name
	if fresh.Ground, err = gate(&fresh, cut); err != nil {
		return nil, err
	}
	for _, o := range versions { // compounds and dedicated grids go with the ground that they lie on
		if o.Overlay() && o.Parent == v.AreaID && fresh.Ground.Covers(o.Ground.LabelPoint()) {
			moved := *o
			moved.Parent = fresh.AreaID
			changes = append(changes, Change{o, &moved})
		}
	}
	return append(changes, Change{nil, &fresh}), nil
}

// through reports whether a run of the path leads through the inside of ground.
func through(ground geo.Area, run []geo.Point, onBorder map[geo.Point]bool) bool {
	if len(run) > 2 {
		return ground.Covers(run[1]) && !onBorder[run[1]]
	}
	middle := geo.Point{X: int32((int64(run[0].X) + int64(run[1].X)) / 2), Y: int32((int64(run[0].Y) + int64(run[1].Y)) / 2)}
	return ground.Covers(middle) && ground.Polygons().Side(middle) == geo.Inside
}

// divide cuts loose rings along a path between two vertices of one of them. left
// is what lies left of the path.
func divide(rings []geo.Ring, path []geo.Point) (left, right []geo.Ring, ok bool) {
	first, last := path[0], path[len(path)-1]
	for k, r := range rings {
		i, j := slices.Index(r, first), slices.Index(r, last)
		if i < 0 || j < 0 || i == j {
			continue
		}
		// Along the ring from last to first, then along the path: path on the
		// left-hand border of the right part, and the other way round.
		oneWay := append(slices.Clone(path[:len(path)-1]), walk(r, j, i)...)
		back := slices.Clone(path[1:])
		slices.Reverse(back)
		other := append(back, walk(r, i, j)...)
		one, two := geo.Ring(oneWay), geo.Ring(other)
		if one.Turn() == 0 || two.Turn() == 0 || one.Turn() != two.Turn() {
			return nil, nil, false // the path joins a hole, or follows the border
		}
		left, right = []geo.Ring{one}, []geo.Ring{two}
		// The other rings (holes, other parts) go where they lie; other parts stay left.
		for m, other := range rings {
			if m == k {
				continue
			}
			if one.Turn() > 0 && other.Turn() < 0 && holds(two, other) {
				right = append(right, other)
			} else {
				left = append(left, other)
			}
		}
		return left, right, true
	}
	return nil, nil, false
}

// holds reports whether ring lies in outer: where the first vertex does that is
// not on its border.
func holds(outer, ring geo.Ring) bool {
	for _, p := range ring {
		if side := outer.Side(p); side != geo.OnBorder {
			return side == geo.Inside
		}
	}
	return false
}

// walk returns the vertices of r from i up to k, k not included, going forward.
func walk(r geo.Ring, i, k int) geo.Ring {
	var out geo.Ring
	for ; i != k; i = (i + 1) % len(r) {
		out = append(out, r[i])
	}
	return out
}

// Merge joins the areas of the level with the codes keep and gone. The first
// keeps its code, name and identity; children of the second come under it.
// Errors: no_such_area, not_adjacent, other_parent, mend_breaks.
func Merge(versions []*area.Version, level area.Level, keep, gone string) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, keep)
	if err != nil {
		return nil, err
	}
	j, err := s.find(level, gone)
	if err != nil {
		return nil, err
	}
	v, w := versions[i], versions[j]
	if i == j || v.Overlay() || w.Overlay() {
		return nil, breaks("%[1]s 不能与 %[2]s 合并", "%[1]s cannot be merged with %[2]s", keep, gone)
	}
	if v.Parent != w.Parent {
		return nil, fault.New(fault.Unprocessable, "other_parent", "%[1]s 和 %[2]s 不在同一上级之下，不能合并", "%[1]s and %[2]s have different parents and cannot be merged", keep, gone)
	}
	s.node(w.Ground.Box().Grow(1, 1))
	b := border{}
	b.add(s.of(i)...)
	edges := 0
	for _, r := range s.of(j) {
		edges += len(r)
	}
	before := len(b)
	b.add(s.of(j)...)
	if len(b) == before+edges {
		return nil, fault.New(fault.Unprocessable, "not_adjacent", "%[1]s 和 %[2]s 没有共同的边界，不能合并", "%[1]s and %[2]s share no border and cannot be merged", keep, gone)
	}
	rings, err := b.rings()
	if err != nil {
		return nil, err
	}
	s.set(i, rings)
	s.rings[j] = nil // it goes as it was
	changes, err := s.changes()
	if err != nil {
		return nil, err
	}
	for _, c := range versions {
		if c.Parent == w.AreaID {
			at := slices.IndexFunc(changes, func(x Change) bool { return x.Before == c })
			if at < 0 {
				moved := *c
				changes = append(changes, Change{c, &moved})
				at = len(changes) - 1
			}
			changes[at].After.Parent = v.AreaID
		}
	}
	changes = slices.DeleteFunc(changes, func(c Change) bool { return c.Before == w })
	return append(changes, Change{w, nil}), nil
}
