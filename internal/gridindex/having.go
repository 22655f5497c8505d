package gridindex

import (
	"wangge/internal/area"
	"wangge/internal/geo"
)

// Property is something that several areas of a level may have in common.
type Property int8

// The properties that areas can be asked by, besides their code.
const (
	Name   Property = iota
	Kind            // of grids
	Parent          // the code of the area above
)

type trait struct {
	level    area.Level
	property Property
	value    string
}

type traitsKey struct{}

// traits lists the areas of an edition by what they have in common.
type traits map[trait][]*Area

// Having returns the areas of a level whose property has the value, by code.
// The caller must not change the slice.
func (e *Edition) Having(level area.Level, property Property, value string) []*Area {
	all := e.Keep(traitsKey{}, func() any { return newTraits(e) }).(traits)
	return all[trait{level, property, value}]
}

func newTraits(e *Edition) traits {
	t := make(traits, 2*len(e.all))
	for _, a := range e.all { // by level, then code
		note := func(p Property, v string) {
			key := trait{a.Level, p, v}
			t[key] = append(t[key], a)
		}
		note(Name, a.Name)
		if a.Level == area.Grid {
			note(Kind, string(a.Kind))
		}
		if a.Up != nil {
			note(Parent, a.Up.Code)
		}
	}
	return t
}

// Around returns the box around the areas of a level; the level has at least
// one. The tree knows it.
func (e *Edition) Around(level area.Level) geo.Box {
	box := func(t *tree) geo.Box {
		lo, hi := t.Bounds()
		return geo.Box{Min: geo.Point{X: int32(lo[0]), Y: int32(lo[1])}, Max: geo.Point{X: int32(hi[0]), Y: int32(hi[1])}}
	}
	switch {
	case level != area.Grid || e.special.Len() == 0:
		return box(&e.levels[level])
	case e.levels[level].Len() == 0:
		return box(&e.special)
	}
	return box(&e.levels[level]).Union(box(&e.special))
}
