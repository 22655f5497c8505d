// Package tile draws areas from memory as Mapbox Vector Tiles (MVT 2.1).
//
// An edition is prepared once: its borders, each kept a single time, are
// projected and thinned for a few zooms. Whatever runs along a border is drawn
// from the same points, so that neighbours, and areas above and below, stay
// glued at every zoom.
package tile

import (
	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

const (
	extent = 4096 // steps across a tile
	buffer = 64   // steps drawn beyond its edge, so that lines meet across tiles

	// MaxZoom is the deepest zoom drawn; clients enlarge it beyond.
	MaxZoom = 18
)

// MinZoom is the coarsest zoom at which a level is drawn.
func MinZoom(level area.Level) int {
	return map[area.Level]int{area.Subdistrict: 4, area.Community: 6, area.Grid: 8, area.Compound: 12}[level]
}

// Key names a tile in the XYZ scheme (Web Mercator, y southwards).
type Key struct{ Z, X, Y int }

// Valid reports whether there is such a tile.
func (k Key) Valid() bool {
	return k.Z >= 0 && k.Z <= MaxZoom && k.X >= 0 && k.Y >= 0 && k.X < 1<<k.Z && k.Y < 1<<k.Z
}

// spot is a place in world steps, as geo.Point.World counts them.
type spot struct{ x, y uint32 }

func project(p geo.Point) spot {
	x, y := p.World()
	return spot{x, y}
}

// frame turns world steps into steps of one tile.
type frame struct {
	shift        uint
	half         int64
	left, top    int64 // of the tile, in its own steps around the world
	west, east   int64 // of the tile with its buffer, in world steps
	north, south int64
}

func (k Key) frame() frame {
	f := frame{shift: uint(32 - 12 - k.Z), left: extent * int64(k.X), top: extent * int64(k.Y)}
	f.half = 1 << f.shift >> 1
	f.west, f.east = (f.left-buffer)<<f.shift, (f.left+extent+buffer)<<f.shift
	f.north, f.south = (f.top-buffer)<<f.shift, (f.top+extent+buffer)<<f.shift
	return f
}

// step is a place in a tile: whole steps from its upper left corner, y
// downwards.
type step struct{ x, y int32 }

func (f *frame) step(s spot) step {
	return step{int32((int64(s.x)+f.half)>>f.shift - f.left), int32((int64(s.y)+f.half)>>f.shift - f.top)}
}

// Draw returns the tile of one level: a layer of polygons named after the level
// and a layer of label points, one an area, named level + "_label". It is empty
// below the level's MinZoom or where there is nothing. Positions are rounded to
// round lattice units; 1 leaves them exact.
func Draw(ix *gridindex.Index, level area.Level, k Key, round int32) []byte {
	if k.Z < MinZoom(level) {
		return nil
	}
	p := pens.Get().(*pen)
	defer pens.Put(p)
	p.begin(level, k)
	for _, e := range ix.Editions() {
		Prepare(e, round).draw(p)
	}
	return p.end()
}
