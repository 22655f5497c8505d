package geo

import (
	"math"
	"slices"
)

// The CGCS2000 ellipsoid (GB 22021-2008 §4): semi-major axis in metres and
// flattening.
const (
	semiMajor  = 6378137.0
	flattening = 1 / 298.257222101
)

// Metres converts small differences on the lattice into metres near one
// latitude: the radii of curvature of the ellipsoid there. Within 10 km the
// error of a distance stays below 0.01 %.
type Metres struct{ perX, perY float64 }

// MetresAt returns the scale at p.
func MetresAt(p Point) Metres {
	const e2 = flattening * (2 - flattening)
	sin, cos := math.Sincos(p.Lat() * math.Pi / 180)
	w := math.Sqrt(1 - e2*sin*sin)
	step := math.Pi / 180 / Scale
	return Metres{
		perX: step * cos * semiMajor / w,
		perY: step * semiMajor * (1 - e2) / (w * w * w),
	}
}

// Steps returns how many lattice steps east and north make up the distance in
// metres, rounded up.
func (m Metres) Steps(metres float64) (dx, dy int64) {
	limit := func(v float64) int64 { return int64(math.Min(math.Ceil(v), 2*MaxX)) }
	return limit(metres / math.Max(m.perX, 1e-6)), limit(metres / m.perY)
}

// Degrees is how many degrees of longitude and latitude lie in metres east and
// north.
func (m Metres) Degrees(east, north float64) (lon, lat float64) {
	return east / m.perX / Scale, north / m.perY / Scale
}

// East is how far q lies east of p, in metres.
func (m Metres) East(p, q Point) float64 { return float64(int64(q.X)-int64(p.X)) * m.perX }

// North is how far q lies north of p, in metres.
func (m Metres) North(p, q Point) float64 { return float64(int64(q.Y)-int64(p.Y)) * m.perY }

// Between is the distance in metres from p to q.
func (m Metres) Between(p, q Point) float64 {
	return math.Hypot(float64(int64(q.X)-int64(p.X))*m.perX, float64(int64(q.Y)-int64(p.Y))*m.perY)
}

// ToSegment is the distance in metres from p to the segment ab.
func (m Metres) ToSegment(p, a, b Point) float64 {
	ax, ay := float64(int64(a.X)-int64(p.X))*m.perX, float64(int64(a.Y)-int64(p.Y))*m.perY
	dx, dy := float64(int64(b.X)-int64(a.X))*m.perX, float64(int64(b.Y)-int64(a.Y))*m.perY
	t := 0.0
	if l2 := dx*dx + dy*dy; l2 > 0 {
		t = math.Max(0, math.Min(1, -(ax*dx+ay*dy)/l2))
	}
	return math.Hypot(ax+t*dx, ay+t*dy)
}

// ToBox is a lower bound in metres for the distance from p to anything in b.
func (m Metres) ToBox(p Point, b Box) float64 {
	dx := max(0, int64(b.Min.X)-int64(p.X), int64(p.X)-int64(b.Max.X))
	dy := max(0, int64(b.Min.Y)-int64(p.Y), int64(p.Y)-int64(b.Max.Y))
	return math.Hypot(float64(dx)*m.perX, float64(dy)*m.perY)
}

// LabelPoint returns a lattice point inside a, well away from its border where
// the shape allows: the middle of the widest stretch on one of several
// horizontal lines through its largest polygon.
func (a Area) LabelPoint() Point {
	var poly Polygon
	largest := -1.0
	for _, p := range a.polygons {
		b := p[0].Box()
		if s := (float64(b.Max.X) - float64(b.Min.X)) * (float64(b.Max.Y) - float64(b.Min.Y)); s > largest {
			largest, poly = s, p
		}
	}
	box := poly[0].Box()
	best, width := poly[0][0], -1.0
	for _, f := range []float64{0.5, 0.4, 0.6, 0.3, 0.7} {
		y := float64(box.Min.Y) + f*(float64(box.Max.Y)-float64(box.Min.Y)) + 0.25
		cuts := poly.cutsAt(y)
		for i := 0; i+1 < len(cuts); i += 2 {
			w := cuts[i+1] - cuts[i]
			if f == 0.5 {
				w *= 1.25 // prefer the middle
			}
			if p := (Point{int32((cuts[i] + cuts[i+1]) / 2), int32(y)}); w > width && a.Covers(p) {
				best, width = p, w
			}
		}
	}
	return best
}

// cutsAt returns the x of every edge crossing the horizontal line y, sorted.
func (poly Polygon) cutsAt(y float64) []float64 {
	var cuts []float64
	for _, r := range poly {
		a := r[len(r)-1]
		for _, b := range r {
			if (float64(a.Y) > y) != (float64(b.Y) > y) {
				t := (y - float64(a.Y)) / (float64(b.Y) - float64(a.Y))
				cuts = append(cuts, float64(a.X)+t*(float64(b.X)-float64(a.X)))
			}
			a = b
		}
	}
	slices.Sort(cuts)
	return cuts
}

// SquareMetres is the ground of one square lattice step.
func (m Metres) SquareMetres() float64 { return m.perX * m.perY }
