package editionfile

import (
	"wangge/internal/area"
	"wangge/internal/geo"
)

// Network is the borders of areas, each kept once however many rings run along
// it, on whatever level.
type Network struct {
	Borders [][]geo.Point // one that is a whole ring ends with the point it began with
	Rings   [][]Run       // of each area in turn, polygon by polygon, exterior first
}

// Run is one border as a ring runs along it.
type Run struct {
	Border   int32
	Reversed bool // from its end to its beginning
}

// Cut takes areas apart into their borders. The borders of a ring follow each
// other, in its direction, from any vertex of it on.
func Cut(versions []*area.Version) Network {
	l := &layout{versions: versions}
	l.cut()
	n := Network{Borders: make([][]geo.Point, len(l.chains)), Rings: make([][]Run, len(l.rings))}
	for i, c := range l.chains {
		n.Borders[i] = c.points
	}
	for i, r := range l.rings {
		for _, c := range r.chains {
			n.Rings[i] = append(n.Rings[i], Run{int32(c.chain), c.reversed})
		}
	}
	return n
}
