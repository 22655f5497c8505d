package geo

import "math"

// World is where p lies on the square map of Web Mercator, in world steps: 2³²
// of them run around the equator from 180° W on, and as many from 85.06° N
// southwards. What lies beyond is held at the edge.
func (p Point) World() (x, y uint32) {
	const world = 1 << 32
	sin := math.Sin(max(-85.0511, min(85.0511, p.Lat())) * math.Pi / 180)
	south := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	hold := func(v float64) uint32 { return uint32(max(0, min(world-1, v*world))) }
	return hold((p.Lon() + 180) / 360), hold(south)
}
