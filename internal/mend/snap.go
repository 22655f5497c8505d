package mend

import (
	"cmp"
	"slices"

	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// MaxSnap is the widest tolerance of a snap, metres: more would move ground, not
// mend borders.
const MaxSnap = 20

// snapRounds is how often borders are drawn together; a round may bring others
// within reach.
const snapRounds = 2

// Snap draws borders together that lie within metres of each other: vertices
// close to one another become one, and a vertex close to an edge becomes a
// vertex of that edge. It works on all levels of the partition at once, so that
// both sides of a border and the areas above move together; a vertex that more
// areas share stays where it is. No vertex moves further than metres, and no
// border further than that a round. Errors: bad_tolerance, mend_breaks.
func Snap(versions []*area.Version, metres float64) ([]Change, error) {
	if !(metres > 0 && metres <= MaxSnap) {
		return nil, fault.New(fault.Invalid, "bad_tolerance", "吸附距离应大于 0、不超过 %[1]d 米，得到 %[2]v", "a snap takes more than 0 and at most %[1]d metres, not %[2]v", MaxSnap, metres)
	}
	s := newSheet(versions)
	var whole []int
	var box geo.Box
	for i, v := range versions {
		if v.Overlay() {
			continue
		}
		if whole = append(whole, i); len(whole) == 1 {
			box = v.Ground.Box()
		}
		box = box.Union(v.Ground.Box())
	}
	if len(whole) == 0 {
		return nil, nil
	}
	middle := geo.Point{X: int32((int64(box.Min.X) + int64(box.Max.X)) / 2), Y: int32((int64(box.Min.Y) + int64(box.Max.Y)) / 2)}
	sn := &snapping{metres: metres, scale: geo.MetresAt(middle)}
	sn.dx, sn.dy = sn.scale.Steps(metres)
	uses := map[geo.Point]int{}
	for _, i := range whole {
		for _, r := range s.of(i) {
			for _, p := range r {
				uses[p]++
			}
		}
	}
	sn.gather(uses)
	for range snapRounds {
		moved := false
		for _, i := range whole {
			rings := s.of(i)
			out := make([]geo.Ring, 0, len(rings))
			changed := false
			for _, r := range rings {
				drawn := sn.draw(r)
				changed = changed || !slices.Equal(drawn, r)
				if len(drawn) >= 3 {
					out = append(out, drawn)
				}
			}
			if changed {
				b := border{} // an edge out and back carries no ground
				b.add(out...)
				rings, err := b.rings()
				if err != nil {
					return nil, err
				}
				s.set(i, rings)
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	return s.changes()
}

// snapping is the vertices that stay, and where the others go.
type snapping struct {
	metres float64
	scale  geo.Metres
	dx, dy int64
	to     map[geo.Point]geo.Point
	kept   rtree.RTreeGN[int64, geo.Point]
}

// gather chooses the vertices that stay, the most used first.
func (sn *snapping) gather(uses map[geo.Point]int) {
	points := make([]geo.Point, 0, len(uses))
	for p := range uses {
		points = append(points, p)
	}
	slices.SortFunc(points, func(p, q geo.Point) int { return cmp.Or(cmp.Compare(uses[q], uses[p]), p.Compare(q)) })
	sn.to = make(map[geo.Point]geo.Point, len(points))
	for _, p := range points {
		best, nearest := p, sn.metres
		lo, hi := boxOf(p).Grow(sn.dx, sn.dy).Corners()
		sn.kept.Search(lo, hi, func(_, _ [2]int64, q geo.Point) bool {
			if d := sn.scale.Between(p, q); d < nearest || d == nearest && best == p {
				best, nearest = q, d
			}
			return true
		})
		sn.to[p] = best
		if best == p {
			lo, hi := p.Corners()
			sn.kept.Insert(lo, hi, p)
		}
	}
}

// draw moves the vertices of a ring to where they go and runs its edges through
// the vertices close to them.
func (sn *snapping) draw(r geo.Ring) geo.Ring {
	var moved geo.Ring
	for _, p := range r {
		if to := sn.to[p]; len(moved) == 0 || moved[len(moved)-1] != to {
			moved = append(moved, to)
		}
	}
	for len(moved) > 1 && moved[0] == moved[len(moved)-1] {
		moved = moved[:len(moved)-1]
	}
	var out geo.Ring
	for i, a := range moved {
		b := moved[(i+1)%len(moved)]
		out = append(out, a)
		var on []geo.Point
		lo, hi := boxOf(a, b).Grow(sn.dx, sn.dy).Corners()
		sn.kept.Search(lo, hi, func(_, _ [2]int64, p geo.Point) bool {
			if p != a && p != b && sn.scale.ToSegment(p, a, b) <= sn.metres && sn.beside(a, b, p) {
				on = append(on, p)
			}
			return true
		})
		slices.SortFunc(on, func(p, q geo.Point) int { return cmp.Or(geo.CompareAlong(a, b, p, q), p.Compare(q)) })
		out = append(out, on...)
	}
	return out
}

// beside reports whether the foot of p on ab lies between a and b.
func (sn *snapping) beside(a, b, p geo.Point) bool {
	return geo.CompareAlong(a, b, a, p) < 0 && geo.CompareAlong(a, b, p, b) < 0
}
