package postgres

import (
	"encoding/binary"
	"fmt"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkb"

	"wangge/internal/geo"
)

// encodeArea writes a as WKB with integer coordinates. It takes geo.Area and
// nothing else, so that only what passed the gate can be sent to PostGIS.
func encodeArea(a geo.Area) ([]byte, error) {
	var flat []float64
	var ends [][]int
	for _, polygon := range a.Polygons() {
		var rings []int
		for _, r := range polygon {
			for _, p := range r {
				flat = append(flat, float64(p.X), float64(p.Y))
			}
			flat = append(flat, float64(r[0].X), float64(r[0].Y))
			rings = append(rings, len(flat))
		}
		ends = append(ends, rings)
	}
	return wkb.Marshal(geom.NewMultiPolygonFlat(geom.XY, flat, ends), binary.LittleEndian)
}

// decodeRings reads the rings of a WKB polygon or multipolygon on the lattice,
// without the closing vertices.
func decodeRings(b []byte) (geo.MultiPolygon, error) {
	g, err := wkb.Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("decode geometry: %w", err)
	}
	var ends [][]int
	switch g := g.(type) {
	case *geom.MultiPolygon:
		ends = g.Endss()
	case *geom.Polygon:
		ends = [][]int{g.Ends()}
	default:
		return nil, fmt.Errorf("decode geometry: %T is not a multipolygon", g)
	}
	flat, stride := g.FlatCoords(), g.Stride()
	out := make(geo.MultiPolygon, 0, len(ends))
	from := 0
	for _, rings := range ends {
		polygon := make(geo.Polygon, 0, len(rings))
		for _, to := range rings {
			ring := make(geo.Ring, 0, (to-from)/stride)
			for i := from; i < to-stride; i += stride { // the last vertex repeats the first
				p := geo.Point{X: int32(flat[i]), Y: int32(flat[i+1])}
				if float64(p.X) != flat[i] || float64(p.Y) != flat[i+1] {
					return nil, fmt.Errorf("decode geometry: (%v, %v) is not on the lattice", flat[i], flat[i+1])
				}
				ring = append(ring, p)
			}
			polygon = append(polygon, ring)
			from = to
		}
		out = append(out, polygon)
	}
	return out, nil
}
