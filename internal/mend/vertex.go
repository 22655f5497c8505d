package mend

import (
	"slices"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// MoveVertex moves the vertex at from, of every area that has it or whose border
// runs through it, to the place to. Errors: no_such_vertex, mend_breaks.
func MoveVertex(versions []*area.Version, from, to geo.Point) ([]Change, error) {
	s := newSheet(versions)
	moved := false
	for _, i := range s.near(boxOf(from)) {
		s.insert(i, geo.NewPoints([]geo.Point{from}))
		rings := slices.Clone(s.of(i))
		changed := false
		for k, r := range rings {
			if slices.Contains(r, from) {
				rings[k] = replace(r, from, to)
				changed = true
			}
		}
		if changed {
			s.set(i, rings)
			moved = true
		}
	}
	if !moved {
		return nil, noVertex(from)
	}
	return s.changes()
}

func noVertex(p geo.Point) error {
	return fault.New(fault.Conflict, "no_such_vertex", "这里（%.7[1]f, %.7[2]f）已经没有界点，请刷新后再试", "there is no border at %.7[1]f, %.7[2]f any more; reload and try again", p.Lon(), p.Lat())
}

func replace(r geo.Ring, from, to geo.Point) geo.Ring {
	out := slices.Clone(r)
	for i, p := range out {
		if p == from {
			out[i] = to
		}
	}
	return out
}

// InsertVertex bends the border between the neighbouring vertices a and b to run
// through at, for every area that it belongs to. Errors: no_such_vertex,
// mend_breaks.
func InsertVertex(versions []*area.Version, a, b, at geo.Point) ([]Change, error) {
	s := newSheet(versions)
	bent := false
	ends := geo.NewPoints([]geo.Point{a, b})
	for _, i := range s.near(boxOf(a, b)) {
		s.insert(i, ends)
		rings := slices.Clone(s.of(i))
		changed := false
		for k, r := range rings {
			for j, p := range r {
				q := r[(j+1)%len(r)]
				if p == a && q == b || p == b && q == a {
					rings[k] = slices.Insert(slices.Clone(r), j+1, at)
					changed = true
					break
				}
			}
		}
		if changed {
			s.set(i, rings)
			bent = true
		}
	}
	if !bent {
		return nil, noVertex(a)
	}
	return s.changes()
}

// DropVertex takes the vertex at p out of every border that has it; a ring that
// is left with two vertices goes, and with it the part or the hole. Errors:
// no_such_vertex, mend_breaks.
func DropVertex(versions []*area.Version, p geo.Point) ([]Change, error) {
	s := newSheet(versions)
	dropped := false
	for _, i := range s.near(boxOf(p)) {
		rings := slices.Clone(s.of(i))
		changed := false
		for k, r := range rings {
			if slices.Contains(r, p) {
				rings[k] = slices.DeleteFunc(slices.Clone(r), func(q geo.Point) bool { return q == p })
				changed = true
			}
		}
		if changed {
			s.set(i, slices.DeleteFunc(rings, func(r geo.Ring) bool { return len(r) < 3 }))
			dropped = true
		}
	}
	if !dropped {
		return nil, noVertex(p)
	}
	return s.changes()
}

// Rehang puts the area of the level with the code under the area of the next
// coarser level present that has the code parent. Errors: no_such_area.
func Rehang(versions []*area.Version, level area.Level, code, parent string) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, code)
	if err != nil {
		return nil, err
	}
	for up := level - 1; up >= area.District; up-- {
		if !slices.ContainsFunc(versions, func(v *area.Version) bool { return v.Level == up && !v.Overlay() }) {
			continue
		}
		j, err := s.find(up, parent)
		if err != nil {
			return nil, err
		}
		after := *versions[i]
		after.Parent = versions[j].AreaID
		return []Change{{versions[i], &after}}, nil
	}
	return nil, breaks("%[1]s 没有上级层级", "there is no level above %[1]s", code)
}
