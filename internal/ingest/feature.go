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
		out = nest(out[0])
	}
	return out
}

// nest sorts loose rings into polygons by how many others they lie in: even
// ones are exteriors, odd ones holes of the smallest exterior around them.
// Which way they turn says nothing; files disagree with their own formats.
func nest(rings []geo.Ring) geo.MultiPolygon {
	if len(rings) == 1 {
		return geo.MultiPolygon{{rings[0]}}
	}
	boxes := make([]geo.Box, len(rings))
	for i, r := range rings {
		boxes[i] = r.Box()
	}
	around := make([][]int, len(rings)) // the rings that each lies in
	for i, r := range rings {
		for j, outer := range rings {
			if i != j && len(outer) >= 3 && boxes[j].ContainsBox(boxes[i]) && encloses(outer, r) {
				around[i] = append(around[i], j)
			}
		}
	}
	var out geo.MultiPolygon
	at := map[int]int{} // ring → its polygon in out
	for i, r := range rings {
		if len(around[i])%2 == 0 {
			at[i] = len(out)
			out = append(out, geo.Polygon{r})
		}
	}
	for i, r := range rings {
		if len(around[i])%2 == 0 {
			continue
		}
		host := -1
		for _, j := range around[i] {
			if len(around[j]) == len(around[i])-1 {
				host = j
			}
		}
		if p, ok := at[host]; ok {
			out[p] = append(out[p], r)
		} else {
			out = append(out, geo.Polygon{r}) // crossing rings; the gate will say so
		}
	}
	return out
}

// encloses reports whether the first vertex of r that is not on outer lies
// inside it.
func encloses(outer, r geo.Ring) bool {
	for _, p := range r {
		if side := outer.Side(p); side != geo.OnBorder {
			return side == geo.Inside
		}
	}
	return false
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
