package tile

import (
	"math"

	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// thinned are the zooms for which borders are kept thinned; deeper ones are
// drawn from all vertices.
var thinned = [...]int{8, 10, 12, 14, 16}

// tolerance is how far a thinned border may lie from the true one, in steps of
// a tile: a quarter of a pixel where tiles are 512 pixels wide.
const tolerance = 2

// Drawing is an edition prepared for its tiles. It never changes.
type Drawing struct {
	district string
	areas    []drawn
	trees    [area.Compound + 1]rtree.RTreeGN[int64, int32] // boxes in world steps → place among areas
	boxes    []spots                                        // of each border
	details  [len(thinned) + 1]detail
}

// drawn is one area as tiles have it.
type drawn struct {
	*gridindex.Area
	parent   int32 // its place among the areas; -1 without one
	label    spot
	box      spots
	polygons [][][]editionfile.Run
}

// spots is a box in world steps.
type spots struct{ lo, hi spot }

func (b *spots) extend(s spot) {
	b.lo = spot{min(b.lo.x, s.x), min(b.lo.y, s.y)}
	b.hi = spot{max(b.hi.x, s.x), max(b.hi.y, s.y)}
}

// detail is all borders, thinned to one zoom.
type detail struct {
	spots []spot
	from  []uint32 // where each border begins; one more at the end
}

func (d *detail) border(i int32) []spot { return d.spots[d.from[i]:d.from[i+1]] }

type roundedTo int32

// Prepare returns the edition as tiles need it, with positions rounded to round
// lattice units. The first call takes about 0.4 µs a vertex; what it made is
// kept with the edition.
func Prepare(e *gridindex.Edition, round int32) *Drawing {
	return e.Keep(roundedTo(round), func() any { return prepare(e, round) }).(*Drawing)
}

func prepare(e *gridindex.Edition, round int32) *Drawing {
	all := e.All()
	versions, place := make([]*area.Version, len(all)), make(map[*gridindex.Area]int32, len(all))
	for i, a := range all {
		versions[i], place[a] = a.Version, int32(i)
	}
	network := editionfile.Cut(versions)
	d := &Drawing{district: e.Code, areas: make([]drawn, len(all))}
	d.thin(network.Borders, round)
	rings := network.Rings
	for i, a := range all {
		to := &d.areas[i]
		*to = drawn{Area: a, parent: -1, label: project(a.Label.Round(round)), box: spots{spot{math.MaxUint32, math.MaxUint32}, spot{}}}
		if a.Up != nil {
			to.parent = place[a.Up]
		}
		for _, polygon := range a.Ground.Polygons() {
			to.polygons = append(to.polygons, rings[:len(polygon)])
			for _, run := range rings[0] {
				b := d.boxes[run.Border]
				to.box.extend(b.lo)
				to.box.extend(b.hi)
			}
			rings = rings[len(polygon):]
		}
		lo, hi := to.box.corners()
		d.trees[a.Level].Insert(lo, hi, int32(i))
	}
	return d
}

func (b *spots) corners() (lo, hi [2]int64) {
	return [2]int64{int64(b.lo.x), int64(b.lo.y)}, [2]int64{int64(b.hi.x), int64(b.hi.y)}
}

// thin projects the borders and keeps, for each zoom, the spots that matter
// there. Ends of borders matter everywhere.
func (d *Drawing) thin(borders [][]geo.Point, round int32) {
	d.boxes = make([]spots, len(borders))
	for i := range d.details {
		d.details[i].from = make([]uint32, 1, len(borders)+1)
	}
	var line []spot
	var weight []float64
	for i, border := range borders {
		line, d.boxes[i] = line[:0], spots{spot{math.MaxUint32, math.MaxUint32}, spot{}}
		for _, p := range border {
			s := project(p.Round(round))
			line = append(line, s)
			d.boxes[i].extend(s)
		}
		weight = weigh(line, weight)
		for j := range d.details {
			to := &d.details[j]
			least := 0.0
			if j < len(thinned) {
				least = tolerance * math.Exp2(float64(32-12-thinned[j]))
			}
			for k, s := range line {
				if weight[k] >= least {
					to.spots = append(to.spots, s)
				}
			}
			to.from = append(to.from, uint32(len(to.spots)))
		}
	}
}

// span is a piece of a line between two spots that stay.
type span struct {
	from, to int
	most     float64 // a spot between weighs no more than those that part it
}

// longest bounds the pieces that are thinned at once, and so the time that a
// line of any shape takes.
const longest = 1000

// weigh says of each spot how far the line would move without it, in world
// steps (Douglas and Peucker 1973): infinitely at the ends. It uses the room of
// weight.
func weigh(line []spot, weight []float64) []float64 {
	weight = append(weight[:0], make([]float64, len(line))...)
	last := len(line) - 1
	var spans []span
	stay := func(from, to int) {
		weight[from], weight[to] = math.Inf(1), math.Inf(1)
		spans = append(spans, span{from, to, math.Inf(1)})
	}
	if line[0] == line[last] { // a ring is held at the spot farthest off, too
		far, most := 0, -1.0
		for i, s := range line {
			if away := math.Hypot(s.from(line[0])); away > most {
				far, most = i, away
			}
		}
		stay(0, far)
		stay(far, last)
	} else {
		for from := 0; from < last; from += longest {
			stay(from, min(from+longest, last))
		}
	}
	for len(spans) > 0 {
		s := spans[len(spans)-1]
		spans = spans[:len(spans)-1]
		if s.to-s.from < 2 {
			continue
		}
		if s.to-s.from > longest {
			middle := (s.from + s.to) / 2
			weight[middle] = s.most
			spans = append(spans, span{s.from, middle, s.most}, span{middle, s.to, s.most})
			continue
		}
		dx, dy := line[s.to].from(line[s.from])
		length := math.Hypot(dx, dy)
		far, most := s.from+1, -1.0
		for i := s.from + 1; i < s.to; i++ {
			x, y := line[i].from(line[s.from])
			away := math.Hypot(x, y)
			if length > 0 {
				away = math.Abs(x*dy-y*dx) / length
			}
			if away > most {
				far, most = i, away
			}
		}
		weight[far] = min(most, s.most)
		spans = append(spans, span{s.from, far, weight[far]}, span{far, s.to, weight[far]})
	}
	return weight
}

// from is how far s lies from o, eastwards and southwards.
func (s spot) from(o spot) (x, y float64) {
	return float64(int64(s.x) - int64(o.x)), float64(int64(s.y) - int64(o.y))
}

// at is the borders for a zoom.
func (d *Drawing) at(z int) *detail {
	for i, zoom := range thinned {
		if z <= zoom {
			return &d.details[i]
		}
	}
	return &d.details[len(thinned)]
}
