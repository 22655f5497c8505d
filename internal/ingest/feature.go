package ingest

import (
	"fmt"
	"math"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// maxFeatures is the most features one file may have.
const maxFeatures = 200_000

// position is a vertex as a file gives it: x (east), then y (north), in the
// file's system.
type position = [2]float64

// feature is one feature of a file: the wanted attributes as text, the rings as
// they stand, and what already went wrong.
type feature struct {
	index      int // from 1
	attributes map[string]string
	polygons   [][][]position // exterior first in each
	loose      bool           // the format does not say which rings are holes: all stand in the first polygon
	reference  Reference      // as the file says; zero where it does not
	vertices   int
	defects    []geo.Defect
	refused    bool
}

// refuse notes the first thing that makes the feature unusable.
func (f *feature) refuse(code, detail string) {
	if !f.refused {
		f.refused = true
		f.defects = append(f.defects, geo.Defect{Code: code, Detail: detail})
		f.polygons = nil
	}
}

// dropElevation notes, once, that third and further ordinates were dropped.
func (f *feature) dropElevation() {
	for _, d := range f.defects {
		if d.Code == "elevation_dropped" {
			return
		}
	}
	f.defects = append(f.defects, geo.Defect{Code: "elevation_dropped", Repaired: true})
}

// room counts one more vertex and reports whether the cap allows it.
func (f *feature) room() bool {
	if f.vertices++; f.vertices > geo.MaxAreaVertices {
		f.refuse("too_many_vertices", "")
	}
	return !f.refused
}

// snap puts the rings on the lattice. Their positions are in crs.
func (f *feature) snap(crs geo.CRS) (out geo.MultiPolygon) {
	for _, polygon := range f.polygons {
		var rings geo.Polygon
		for _, ring := range polygon {
			r := make(geo.Ring, 0, len(ring))
			for _, at := range ring {
				p, err := crs.Locate(at[0], at[1])
				if e, bad := fault.As(err); bad {
					f.refuse(e.Code, fmt.Sprintf("%v, %v", at[0], at[1]))
					return nil
				}
				r = append(r, p)
			}
			rings = append(rings, r)
		}
		out = append(out, rings)
	}
	if f.loose && len(out) == 1 {
		out = geo.Nest(out[0])
	}
	return out
}

// finite reports whether all positions are numbers that a projection may be
// given; the first that is not refuses the feature.
func (f *feature) finite() bool {
	for _, polygon := range f.polygons {
		for _, ring := range polygon {
			for _, at := range ring {
				if !(math.Abs(at[0]) < 1e9 && math.Abs(at[1]) < 1e9) {
					f.refuse("not_finite", fmt.Sprintf("%v, %v", at[0], at[1]))
					return false
				}
			}
		}
	}
	return true
}

// swap exchanges the two ordinates of every position.
func (f *feature) swap() {
	for _, polygon := range f.polygons {
		for _, ring := range polygon {
			for i, at := range ring {
				ring[i] = position{at[1], at[0]}
			}
		}
	}
}

// shift moves all positions, in crs, by metres east and north, and returns the
// system they are in then.
func (f *feature) shift(crs geo.CRS, metres [2]float64) geo.CRS {
	for _, polygon := range f.polygons {
		for _, ring := range polygon {
			for i, at := range ring {
				ring[i] = moved(crs, at, metres)
			}
		}
	}
	return geo.CGCS2000
}

// moved is at, a position in crs, moved by metres east and north, in CGCS2000.
func moved(crs geo.CRS, at position, metres [2]float64) position {
	p, err := crs.Locate(at[0], at[1])
	if err != nil {
		return at // the snap that follows will say what is wrong
	}
	lon, lat := crs.ToCGCS2000(at[0], at[1])
	east, north := geo.MetresAt(p).Degrees(metres[0], metres[1])
	return position{lon + east, lat + north}
}

// pick is the attribute field, or when none is named the first of the usual ones
// that says something.
func (f *feature) pick(field string, usual []string) string {
	if field != "" {
		return f.attributes[field]
	}
	for _, u := range usual {
		if v := f.attributes[u]; v != "" {
			return v
		}
	}
	return ""
}
