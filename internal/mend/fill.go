package mend

import (
	"slices"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// place prepares the sheet so that the outline of a finding runs along edges of
// the areas around it, and returns it counter-clockwise.
func (s *sheet) place(shape geo.Ring) (geo.Ring, error) {
	if len(shape) < 3 {
		return nil, breaks("这一处太小，没有可以移动的地面：请用吸附", "the place is too small to have ground that could be moved: use a snap")
	}
	box := shape.Box().Grow(2, 2)
	for _, p := range shape {
		s.bend(p)
	}
	s.node(box)
	shape = insertInto(shape, geo.NewPoints(s.vertices(box)))
	if shape.Turn() < 0 {
		shape = slices.Clone(shape)
		slices.Reverse(shape)
	}
	return shape, nil
}

// with returns the rings of version i with the shape added (+1) or taken away (-1).
func (s *sheet) with(i int, shape geo.Ring, sign int) error {
	b := border{}
	b.add(s.of(i)...)
	if sign > 0 {
		b.add(shape)
	} else {
		b.subtract(shape)
	}
	rings, err := b.rings()
	if err != nil {
		return err
	}
	s.set(i, rings)
	return nil
}

// FillGap gives the ground of a gap, whose outline a finding holds, to the area
// of the level with the code into. Errors: no_such_area, mend_breaks.
func FillGap(versions []*area.Version, level area.Level, shape geo.Ring, into string) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, into)
	if err != nil {
		return nil, err
	}
	if shape, err = s.place(shape); err != nil {
		return nil, err
	}
	if err := s.with(i, shape, 1); err != nil {
		return nil, err
	}
	return s.changes()
}

// CutOverlap leaves the ground of an overlap to owner and takes it from the
// other areas of the level that the finding names. Errors: no_such_area,
// mend_breaks.
func CutOverlap(versions []*area.Version, level area.Level, shape geo.Ring, areas []string, owner string) ([]Change, error) {
	s := newSheet(versions)
	if !slices.Contains(areas, owner) {
		return nil, breaks("%[1]q 不在重叠的区域之中", "%[1]q is none of the areas that overlap", owner)
	}
	var err error
	if shape, err = s.place(shape); err != nil {
		return nil, err
	}
	for _, code := range areas {
		if code == owner {
			continue
		}
		i, err := s.find(level, code)
		if err != nil {
			return nil, err
		}
		if err := s.with(i, shape, -1); err != nil {
			return nil, err
		}
	}
	return s.changes()
}

// TrimToParent takes the ground that the area with the code has outside its
// parent from it. Errors: no_such_area, mend_breaks.
func TrimToParent(versions []*area.Version, level area.Level, shape geo.Ring, code string) ([]Change, error) {
	s := newSheet(versions)
	i, err := s.find(level, code)
	if err != nil {
		return nil, err
	}
	if shape, err = s.place(shape); err != nil {
		return nil, err
	}
	if err := s.with(i, shape, -1); err != nil {
		return nil, err
	}
	return s.changes()
}
