// Package tile draws areas from memory as Mapbox Vector Tiles (MVT 2.1).
package tile

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

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

// projection turns lattice points into steps of one tile. Every vertex is
// rounded by itself, so that a border comes out the same on both of its sides.
type projection struct {
	scale, left, top float64
	step             int32
}

func project(k Key, step int32) projection {
	return projection{scale: extent * math.Exp2(float64(k.Z)), left: extent * float64(k.X), top: extent * float64(k.Y), step: step}
}

func (t projection) point(p geo.Point) orb.Point {
	if t.step > 1 {
		p = p.Round(t.step)
	}
	x := (p.Lon() + 180) / 360
	sin := math.Sin(max(-85.06, min(85.06, p.Lat())) * math.Pi / 180)
	y := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return orb.Point{math.Round(x*t.scale - t.left), math.Round(y*t.scale - t.top)}
}

// bounds is the ground of the tile with its buffer, on the lattice.
func (k Key) bounds() geo.Box {
	lon := func(x float64) float64 { return x/math.Exp2(float64(k.Z))*360 - 180 }
	lat := func(y float64) float64 {
		return math.Atan(math.Sinh(math.Pi*(1-2*y/math.Exp2(float64(k.Z))))) * 180 / math.Pi
	}
	const b = float64(buffer) / extent
	step := func(degrees, most float64) int32 {
		return int32(max(-most, min(most, degrees)) * geo.Scale)
	}
	return geo.Box{
		Min: geo.Point{X: step(lon(float64(k.X)-b), 180), Y: step(lat(float64(k.Y)+1+b), 90)},
		Max: geo.Point{X: step(lon(float64(k.X)+1+b), 180), Y: step(lat(float64(k.Y)-b), 90)},
	}
}

// Draw returns the tile of one level: a layer of polygons named after the level
// and a layer of label points, one an area, named level + "_label". It is empty
// below the level's MinZoom or where there is nothing. Positions are rounded to
// step lattice units; 1 leaves them exact.
func Draw(ix *gridindex.Index, level area.Level, k Key, step int32) ([]byte, error) {
	if k.Z < MinZoom(level) {
		return nil, nil
	}
	box, t := k.bounds(), project(k, step)
	frame := orb.Bound{Min: orb.Point{-buffer, -buffer}, Max: orb.Point{extent + buffer, extent + buffer}}
	shapes := &mvt.Layer{Name: level.String(), Version: 2, Extent: extent}
	labels := &mvt.Layer{Name: level.String() + "_label", Version: 2, Extent: extent}
	for _, e := range ix.Editions() {
		for _, a := range e.Within(level, box) {
			properties := describe(a)
			if shape := draw(a, t, frame); len(shape) > 0 {
				f := geojson.NewFeature(shape)
				f.Properties = properties
				shapes.Features = append(shapes.Features, f)
			}
			if at := t.point(a.Label); at[0] >= 0 && at[0] < extent && at[1] >= 0 && at[1] < extent {
				f := geojson.NewFeature(at)
				f.Properties = properties
				labels.Features = append(labels.Features, f)
			}
		}
	}
	if len(shapes.Features)+len(labels.Features) == 0 {
		return nil, nil
	}
	return mvt.Marshal(mvt.Layers{shapes, labels})
}

func describe(a *gridindex.Area) geojson.Properties {
	p := geojson.Properties{"district": a.District, "code": a.Code, "name": a.Name, "level": a.Level.String(), "tone": a.Tone}
	if a.Level == area.Grid {
		p["kind"] = string(a.Kind)
	}
	if a.Up != nil {
		p["parent"] = a.Up.Code
	}
	return p
}

// draw projects, thins and clips the rings of an area. Points that fall on the
// one before are dropped, and rings that shrink to nothing.
func draw(a *gridindex.Area, t projection, frame orb.Bound) orb.MultiPolygon {
	var shape orb.MultiPolygon
	for _, polygon := range a.Ground.Polygons() {
		var out orb.Polygon
		for i, r := range polygon {
			ring := make(orb.Ring, 0, len(r)+1)
			for _, p := range r {
				if q := t.point(p); len(ring) == 0 || ring[len(ring)-1] != q {
					ring = append(ring, q)
				}
			}
			if len(ring) > 1 && ring[0] != ring[len(ring)-1] {
				ring = append(ring, ring[0])
			}
			if ring = clip.Ring(frame, ring); !wide(ring) {
				if i == 0 {
					break
				}
				continue
			}
			for j, p := range ring {
				ring[j] = orb.Point{math.Round(p[0]), math.Round(p[1])}
			}
			out = append(out, ring)
		}
		if len(out) > 0 {
			shape = append(shape, out)
		}
	}
	return shape
}

// wide reports whether a ring still has ground.
func wide(r orb.Ring) bool {
	if len(r) < 4 {
		return false
	}
	doubled := 0.0
	for i := 1; i < len(r); i++ {
		doubled += r[i-1][0]*r[i][1] - r[i][0]*r[i-1][1]
	}
	return math.Abs(doubled) >= 1
}
