package geo

import "math"

// Ground returns the size of a on the ellipsoid in m², and the length of its
// borders in metres. Edges are straight in longitude and latitude, as they are
// everywhere on the lattice: PostGIS geography, whose edges are geodesics, gives
// the same when the edges are cut short, and differs for slivers of long ones.
func (a Area) Ground() (m2, perimeter float64) {
	for r := range a.polygons.Rings {
		p := r[len(r)-1]
		for _, q := range r {
			area, length := alongEdge(p, q)
			m2, perimeter = m2-area, perimeter+length
			p = q
		}
	}
	return m2, perimeter
}

// longestStep is how far, in degrees, an edge is followed in one step.
const longestStep = 0.25

// alongEdge is the signed ground between an edge and the equator, counted
// positive towards the east, and the length of the edge.
func alongEdge(p, q Point) (m2, length float64) {
	dx, dy := q.Lon()-p.Lon(), q.Lat()-p.Lat()
	steps := math.Max(1, math.Ceil(math.Max(math.Abs(dx), math.Abs(dy))/longestStep))
	const e2 = flattening * (2 - flattening)
	for i := range int(steps) {
		middle := p.Lat() + dy*(float64(i)+0.5)/steps
		half := dy / steps / 2
		// Gauss's two points integrate a cubic exactly.
		south, north := middle-half/math.Sqrt(3), middle+half/math.Sqrt(3)
		m2 += (zone(south) + zone(north)) / 2 * dx / steps
		sin, cos := math.Sincos(middle * math.Pi / 180)
		w := math.Sqrt(1 - e2*sin*sin)
		length += math.Hypot(dx*cos*semiMajor/w, dy*semiMajor*(1-e2)/(w*w*w)) / steps
	}
	return m2 * math.Pi / 180, length * math.Pi / 180
}

// zone is the ground between the equator and a latitude, in m² for one radian of
// longitude.
func zone(lat float64) float64 {
	const e2 = flattening * (2 - flattening)
	e, sin := math.Sqrt(e2), math.Sin(lat*math.Pi/180)
	return semiMajor * semiMajor * (1 - e2) / 2 * (sin/(1-e2*sin*sin) + math.Atanh(e*sin)/e)
}
