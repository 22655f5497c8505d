package mend

import (
	"fmt"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Union is the ground that areas cover together, when their borders match. An
// error says that they do not.
func Union(areas []*area.Version) (geo.Area, error) {
	s := newSheet(areas)
	box := geo.Box{}
	for i, v := range areas {
		if i == 0 {
			box = v.Ground.Box()
		}
		box = box.Union(v.Ground.Box())
	}
	s.node(box)
	b := border{}
	for i := range areas {
		b.add(s.of(i)...)
	}
	rings, err := b.rings()
	if err != nil {
		return geo.Area{}, err
	}
	if len(rings) == 0 {
		return geo.Area{}, fmt.Errorf("nothing to unite")
	}
	return gate(areas[0], rings)
}
