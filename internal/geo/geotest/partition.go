// Package geotest makes and finds polygons for tests and benchmarks: random
// exact partitions, and real boundaries from packages.
package geotest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"wangge/internal/geo"
)

// Hohhot is a box of about 25 by 25 km around Xincheng District.
var Hohhot = geo.Box{
	Min: geo.Point{X: 111_5500000, Y: 40_7800000},
	Max: geo.Point{X: 111_8500000, Y: 41_0000000},
}

// Partition is a grid of cells that tile a region exactly: rows of bricks, each
// shifted by half a brick against the row below, so that three cells meet at
// every corner; shared borders are drawn once and wind. Cells are row by row
// from the south, west to east, each one polygon.
type Partition struct {
	Columns, Rows int
	Cells         []geo.MultiPolygon
}

// NewPartition makes a partition of columns × rows cells within box. Each
// border has at least segments edges, a power of two.
func NewPartition(rng *rand.Rand, columns, rows, segments int, box geo.Box) *Partition {
	g := &bricks{columns: columns, rows: rows, segments: segments, box: box, seed: rng.Uint64(), straight: map[borderKey]bool{}}
	p := &Partition{Columns: columns, Rows: rows}
	for { // a border that crosses another one of its cell is drawn straight
		p.Cells = p.Cells[:0]
		crossed := 0
		for j := range rows {
			for i := range columns {
				ring, borders := g.cell(i, j)
				m := geo.MultiPolygon{{ring}}
				if _, defects, ok := geo.Gate(geo.MultiPolygon{{append(ring[:len(ring):len(ring)], ring[0])}}); !ok || len(defects) > 0 {
					crossed++
					for _, b := range borders {
						g.straight[b] = true
					}
				}
				p.Cells = append(p.Cells, m)
			}
		}
		if crossed == 0 {
			return p
		}
	}
}

// Areas passes every cell through the gate, which must find nothing.
func (p *Partition) Areas() []geo.Area {
	areas := make([]geo.Area, len(p.Cells))
	for i, c := range p.Cells {
		areas[i] = Area(c)
	}
	return areas
}

// Area passes rings that are known to be sound through the gate.
func Area(m geo.MultiPolygon) geo.Area {
	closed := make(geo.MultiPolygon, len(m))
	for i, polygon := range m {
		for _, r := range polygon {
			closed[i] = append(closed[i], append(r[:len(r):len(r)], r[0]))
		}
	}
	a, defects, ok := geo.Gate(closed)
	if !ok {
		panic(fmt.Sprintf("geotest: %v", defects))
	}
	return a
}

// Enclaves gives some cells a small hole whose ground belongs to another cell
// as a part of its own, so that multipolygons, holes and enclaves occur.
func (p *Partition) Enclaves(rng *rand.Rand) {
	for i := range p.Cells {
		if rng.IntN(4) > 0 || len(p.Cells) == 1 {
			continue
		}
		a := Area(p.Cells[i])
		centre := a.LabelPoint()
		box := a.Box()
		size := min(box.Max.X-box.Min.X, box.Max.Y-box.Min.Y) / 12
		var enclave geo.Ring
		for k := range 7 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 7)
			enclave = append(enclave, geo.Point{X: centre.X + int32(float64(size)*cos), Y: centre.Y + int32(float64(size)*sin)})
		}
		hole := reversed(enclave)
		holed := geo.MultiPolygon{append(p.Cells[i][0][:1:1], hole)}
		closed := geo.MultiPolygon{{append(holed[0][0][:len(holed[0][0]):len(holed[0][0])], holed[0][0][0]), append(hole[:len(hole):len(hole)], hole[0])}}
		if _, _, ok := geo.Gate(closed); !ok || len(p.Cells[i]) > 1 {
			continue // the cell is too narrow there
		}
		p.Cells[i] = holed
		other := rng.IntN(len(p.Cells))
		if other == i {
			other = (i + 1) % len(p.Cells)
		}
		p.Cells[other] = append(p.Cells[other], geo.Polygon{enclave})
	}
}

type corner struct{ k, h int } // line from the south, half bricks from the west

type borderKey struct{ a, b corner }

type bricks struct {
	columns, rows, segments int
	box                     geo.Box
	seed                    uint64
	straight                map[borderKey]bool
}

// noise is a number in [-1, 1) that depends on its arguments alone.
func (g *bricks) noise(a, b, c uint64) float64 {
	h := g.seed
	for _, v := range [...]uint64{a, b, c} {
		h ^= v + 0x9E3779B97F4A7C15 + h<<6 + h>>2
		h *= 0xD6E8FEB86659FD93
		h ^= h >> 32
	}
	return float64(h>>11)/(1<<52) - 1
}

func (g *bricks) at(c corner) (x, y float64) {
	id := uint64(c.k)<<32 | uint64(c.h)
	stagger := 0.12
	if (c.h+c.k)%2 == 1 {
		stagger = -stagger
	}
	return float64(c.h)/2 + 0.12*g.noise(id, 1, 0), float64(c.k) + stagger + 0.12*g.noise(id, 2, 0)
}

// border returns the points from a up to b, b not included.
func (g *bricks) border(a, b corner) ([]geo.Point, borderKey) {
	k := borderKey{a, b}
	reversed := a.k > b.k || a.k == b.k && a.h > b.h
	if reversed {
		k = borderKey{b, a}
	}
	id := uint64(k.a.k)<<48 | uint64(k.a.h)<<32 | uint64(k.b.k)<<16 | uint64(k.b.h)
	amplitude := 0.16
	if g.straight[k] {
		amplitude = 0
	}
	x0, y0 := g.at(k.a)
	x1, y1 := g.at(k.b)
	points := g.wind(nil, x0, y0, x1, y1, id, 1, g.segments, amplitude)
	if reversed {
		points = append(points[1:], g.snap(x1, y1))
		for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
			points[i], points[j] = points[j], points[i]
		}
	}
	return points, k
}

// wind halves the line n times and moves each middle sideways.
func (g *bricks) wind(out []geo.Point, x0, y0, x1, y1 float64, id, place uint64, n int, amplitude float64) []geo.Point {
	if n <= 1 {
		return append(out, g.snap(x0, y0))
	}
	d := amplitude * g.noise(id, place, 3)
	mx, my := (x0+x1)/2-(y1-y0)*d, (y0+y1)/2+(x1-x0)*d
	out = g.wind(out, x0, y0, mx, my, id, 2*place, n/2, amplitude)
	return g.wind(out, mx, my, x1, y1, id, 2*place+1, n/2, amplitude)
}

func (g *bricks) snap(x, y float64) geo.Point {
	w, h := float64(g.box.Max.X)-float64(g.box.Min.X), float64(g.box.Max.Y)-float64(g.box.Min.Y)
	return geo.Point{
		X: int32(math.Round(float64(g.box.Min.X) + (x+0.25)/(float64(g.columns)+1)*w)),
		Y: int32(math.Round(float64(g.box.Min.Y) + (y+0.5)/(float64(g.rows)+1)*h)),
	}
}

func (g *bricks) cell(i, j int) (geo.Ring, []borderKey) {
	c := 2*i + j%2
	corners := [...]corner{{j, c}, {j, c + 1}, {j, c + 2}, {j + 1, c + 2}, {j + 1, c + 1}, {j + 1, c}}
	var ring geo.Ring
	var borders []borderKey
	for n, a := range corners {
		points, k := g.border(a, corners[(n+1)%len(corners)])
		for _, p := range points {
			if len(ring) == 0 || ring[len(ring)-1] != p {
				ring = append(ring, p)
			}
		}
		borders = append(borders, k)
	}
	if ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	return ring, borders
}

// River returns the two banks of a river of n vertices that winds from the
// west to the east of a box, one area on either side.
func River(rng *rand.Rand, n int, box geo.Box) []Named {
	width, height := float64(box.Max.X-box.Min.X), float64(box.Max.Y-box.Min.Y)
	var line geo.Ring
	y := 0.5
	for i := range n {
		y = min(0.8, max(0.2, y+(rng.Float64()-0.5)*0.004))
		line = append(line, geo.Point{X: box.Min.X + int32(width*float64(i)/float64(n-1)), Y: box.Min.Y + int32(height*y)})
	}
	south := append(geo.Ring{box.Min, {X: box.Max.X, Y: box.Min.Y}}, reversed(line)...)
	north := append(geo.Ring{box.Max, {X: box.Min.X, Y: box.Max.Y}}, line...)
	return []Named{{"south bank", Area(geo.MultiPolygon{{south}})}, {"north bank", Area(geo.MultiPolygon{{north}})}}
}

func reversed(r geo.Ring) geo.Ring {
	out := make(geo.Ring, len(r))
	for i, p := range r {
		out[len(r)-1-i] = p
	}
	return out
}
