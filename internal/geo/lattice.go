// Package geo is the geometry of the house: exact integer geometry on the
// 1e-7 degree lattice, coordinate systems at the edge, and metres.
//
// Boundaries are judged on the lattice and nowhere else: a coordinate is the
// integer round(degrees × 10^7), about 1 cm, CGCS2000 (EPSG:4490), x = longitude
// (east), y = latitude (north). Every predicate here is exact.
package geo

import (
	"math"

	"wangge/internal/fault"
)

// Scale is the number of lattice steps in one degree.
const Scale = 10_000_000

// The bounds of the lattice: ±180° and ±90°.
const (
	MaxX = 180 * Scale
	MaxY = 90 * Scale
)

// Point is a position on the lattice: X steps east, Y steps north.
type Point struct{ X, Y int32 }

// Snap puts a position (degrees, longitude and latitude, CGCS2000) on the
// lattice by floor(v × 10^7 + 0.5), the rule that SQL and JavaScript follow
// too. The product is rounded to a double before the sum, so that no processor
// may fuse the two. Errors: not_finite, out_of_range.
func Snap(lon, lat float64) (Point, error) {
	if math.IsNaN(lon) || math.IsInf(lon, 0) || math.IsNaN(lat) || math.IsInf(lat, 0) {
		return Point{}, fault.New(fault.Invalid, "not_finite",
			"坐标不是有限的数", "the coordinate is not a finite number")
	}
	if lon < -180 || lon > 180 || lat < -90 || lat > 90 {
		return Point{}, fault.New(fault.Invalid, "out_of_range",
			"坐标超出范围：经度应在 ±180、纬度应在 ±90 之内，得到经度 %v、纬度 %v",
			"out of range: longitude must lie within ±180 and latitude within ±90, got %v, %v", lon, lat)
	}
	return Point{snapOrdinate(lon), snapOrdinate(lat)}, nil
}

func snapOrdinate(degrees float64) int32 {
	scaled := float64(degrees * Scale) // the conversion forbids a fused multiply-add
	return int32(math.Floor(scaled + 0.5))
}

// Lon returns the longitude in degrees.
func (p Point) Lon() float64 { return float64(p.X) / Scale }

// Lat returns the latitude in degrees.
func (p Point) Lat() float64 { return float64(p.Y) / Scale }

// Round moves p to the nearest multiple of step, for showing it to no more than
// that.
func (p Point) Round(step int32) Point {
	nearest := func(v int32) int32 { return int32(math.Round(float64(v)/float64(step))) * step }
	return Point{nearest(p.X), nearest(p.Y)}
}

// Compare orders points by x, then y.
func (p Point) Compare(q Point) int {
	switch {
	case p.X != q.X:
		if p.X < q.X {
			return -1
		}
		return 1
	case p.Y < q.Y:
		return -1
	case p.Y > q.Y:
		return 1
	}
	return 0
}

// Ring is a closed line of at least three vertices; the first is not repeated
// at the end.
type Ring []Point

// Polygon is one exterior ring (counter-clockwise) and its holes (clockwise):
// the interior lies to the left of every edge.
type Polygon []Ring

// MultiPolygon is a list of polygons whose interiors are disjoint.
type MultiPolygon []Polygon

// Box is an axis-parallel rectangle, both corners included.
type Box struct{ Min, Max Point }

// emptyBox contains nothing and grows by extend.
func emptyBox() Box {
	return Box{Point{math.MaxInt32, math.MaxInt32}, Point{math.MinInt32, math.MinInt32}}
}

func (b *Box) extend(p Point) {
	b.Min.X, b.Min.Y = min(b.Min.X, p.X), min(b.Min.Y, p.Y)
	b.Max.X, b.Max.Y = max(b.Max.X, p.X), max(b.Max.Y, p.Y)
}

// Union returns the smallest box around both.
func (b Box) Union(o Box) Box {
	b.extend(o.Min)
	b.extend(o.Max)
	return b
}

// Contains reports whether p lies in b or on its border.
func (b Box) Contains(p Point) bool {
	return p.X >= b.Min.X && p.X <= b.Max.X && p.Y >= b.Min.Y && p.Y <= b.Max.Y
}

// ContainsBox reports whether o lies within b.
func (b Box) ContainsBox(o Box) bool { return b.Contains(o.Min) && b.Contains(o.Max) }

// Grow widens b by steps on all sides, within the bounds of the lattice.
func (b Box) Grow(dx, dy int64) Box {
	clamp := func(v, limit int64) int32 { return int32(max(-limit, min(limit, v))) }
	return Box{
		Point{clamp(int64(b.Min.X)-dx, MaxX), clamp(int64(b.Min.Y)-dy, MaxY)},
		Point{clamp(int64(b.Max.X)+dx, MaxX), clamp(int64(b.Max.Y)+dy, MaxY)},
	}
}

// Box returns the bounding box of r.
func (r Ring) Box() Box {
	b := emptyBox()
	for _, p := range r {
		b.extend(p)
	}
	return b
}

// Box returns the bounding box of m.
func (m MultiPolygon) Box() Box {
	b := emptyBox()
	for _, poly := range m {
		b = b.Union(poly[0].Box()) // holes lie within the exterior ring
	}
	return b
}

// Vertices counts the vertices of all rings.
func (m MultiPolygon) Vertices() (n int) {
	for _, poly := range m {
		for _, r := range poly {
			n += len(r)
		}
	}
	return n
}

// Rings calls yield with every ring of m, exteriors and holes alike.
func (m MultiPolygon) Rings(yield func(Ring) bool) {
	for _, poly := range m {
		for _, r := range poly {
			if !yield(r) {
				return
			}
		}
	}
}

// Corners returns b as an R-tree takes it. The tree multiplies sides to areas,
// which needs 64 bits.
func (b Box) Corners() (lo, hi [2]int64) {
	return [2]int64{int64(b.Min.X), int64(b.Min.Y)}, [2]int64{int64(b.Max.X), int64(b.Max.Y)}
}

// Corners returns p as a box of one point.
func (p Point) Corners() (lo, hi [2]int64) { return Box{p, p}.Corners() }
