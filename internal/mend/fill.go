package mend

import (
	"slices"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// place prepares the sheet so that the outline of a finding runs along edges of
// the areas around it, on all levels, and returns its ground.
func (s *sheet) place(shape geo.Ring) (region, error) {
	if len(shape) < 3 {
		return nil, breaks("这一处太小，没有可以移动的地面：请用吸附", "the place is too small to have ground that could be moved: use a snap")
	}
	shape = slices.Clone(shape)
	if shape.Turn() < 0 {
		slices.Reverse(shape)
	}
	for _, p := range shape {
		s.bend(p)
	}
	return s.nodeRegion(region{shape}), nil
}

// change gives version i the ground of r, or takes it away.
func (s *sheet) change(i int, r region, add bool) error {
	if len(r) == 0 || !s.versions[i].Ground.Box().Meets(r.box().Grow(2, 2)) {
		return nil
	}
	rings, err := region(s.of(i)).combine(r, add)
	if err != nil {
		return err
	}
	s.set(i, rings)
	return nil
}

// below lists the areas of the partition under version i, all levels down.
func (s *sheet) below(i int) (found []int) {
	for k, v := range s.versions {
		if v.Parent == s.versions[i].AreaID && v.AreaID != v.Parent && !v.Overlay() {
			found = append(found, k)
			found = append(found, s.below(k)...)
		}
	}
	return found
}

// FillGap gives the ground of a gap, whose outline a finding holds, to the area
// of the level with the code into, to those of its children along whose border it
// lies, and to the areas above it where nobody else of their level has it. What
// others of the level have inside the outline stays theirs. Errors: no_such_area,
// mend_breaks.
func FillGap(versions []*area.Version, level area.Level, shape geo.Ring, into string) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, into)
	if err != nil {
		return nil, err
	}
	ground, err := s.place(shape)
	if err != nil {
		return nil, err
	}
	for k := i; k >= 0; k = s.parent(k) {
		if err := s.fill(k, ground); err != nil {
			return nil, err
		}
	}
	for k := s.along(i, ground); k >= 0; k = s.along(k, ground) {
		if err := s.fill(k, ground); err != nil {
			return nil, err
		}
	}
	return s.changes()
}

// fill gives version i what of the ground nobody else of its level has.
func (s *sheet) fill(i int, ground region) error {
	free := ground
	for _, k := range s.near(ground.box()) {
		if k == i || s.versions[k].Level != s.versions[i].Level || len(free) == 0 {
			continue
		}
		var err error
		if free, err = free.combine(s.of(k), without); err != nil {
			return err
		}
	}
	return s.change(i, free, with)
}

// parent is the version above i, -1 where there is none.
func (s *sheet) parent(i int) int {
	if s.versions[i].Parent == uuid.Nil {
		return -1
	}
	return slices.IndexFunc(s.versions, func(v *area.Version) bool { return v.AreaID == s.versions[i].Parent })
}

// along is the child of version i that has the longest border along the ground,
// -1 where none has.
func (s *sheet) along(i int, ground region) int {
	best, longest := -1, 0.0
	for k, v := range s.versions {
		if v.Parent != s.versions[i].AreaID || v.Overlay() {
			continue
		}
		if l := region(s.of(k)).shares(ground); l > longest {
			best, longest = k, l
		}
	}
	return best
}

// CutOverlap leaves the ground of an overlap to owner and takes it from the
// other areas of the level that the finding names, and from all below them.
// Errors: no_such_area, mend_breaks.
func CutOverlap(versions []*area.Version, level area.Level, shape geo.Ring, areas []string, owner string) ([]Change, error) {
	s := newSheet(versions)
	if !slices.Contains(areas, owner) {
		return nil, breaks("%[1]q 不在重叠的区域之中", "%[1]q is none of the areas that overlap", owner)
	}
	o, err := s.find(level, owner)
	if err != nil {
		return nil, err
	}
	ground, err := s.place(shape)
	if err != nil {
		return nil, err
	}
	// Only what the owner has too is taken: an outline may hold several overlaps.
	outside, err := ground.combine(s.of(o), without)
	if err != nil {
		return nil, err
	}
	common := ground
	if len(outside) > 0 {
		if common, err = ground.combine(outside, without); err != nil {
			return nil, err
		}
	}
	if len(common) == 0 {
		return nil, breaks("%[1]q 不覆盖这一处", "%[1]q does not cover this place", owner)
	}
	for _, code := range areas {
		if code == owner {
			continue
		}
		i, err := s.find(level, code)
		if err != nil {
			return nil, err
		}
		for _, k := range append(s.below(i), i) {
			if err := s.change(k, common, without); err != nil {
				return nil, err
			}
		}
	}
	return s.changes()
}

// TrimToParent takes the ground that the area with the code has outside its
// parent from it, and from all below it. Errors: no_such_area, mend_breaks.
func TrimToParent(versions []*area.Version, level area.Level, shape geo.Ring, code string) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, code)
	if err != nil {
		return nil, err
	}
	ground, err := s.place(shape)
	if err != nil {
		return nil, err
	}
	for _, k := range append(s.below(i), i) {
		if err := s.change(k, ground, without); err != nil {
			return nil, err
		}
	}
	return s.changes()
}
