package gridindex

import (
	"wangge/internal/area"
	"wangge/internal/geo"
)

// Overlapping returns the areas of a level that lie wholly within shape, and
// those that share some of their ground with it, each by code. Areas that only
// touch it with their border are not among them. Dedicated grids count as grids.
func (e *Edition) Overlapping(level area.Level, shape geo.Area) (whole, partly []*Area) {
	for _, a := range e.Within(level, shape.Box()) {
		switch shared, within := geo.Overlap(a.Ground, shape); {
		case within:
			whole = append(whole, a)
		case shared:
			partly = append(partly, a)
		}
	}
	return whole, partly
}
