package tile

import (
	"bytes"
	"iter"
	"math"
	"slices"
	"sync"
	"time"

	"wangge/internal/casemap"
	"wangge/internal/geo"
)

// Clusters are the cells of a grid that lies fixed on the map: eight by eight of
// them make a tile, 64 pixels each. So a cell belongs to one tile, tiles need no
// margin, and every case is drawn exactly once at a zoom.
const (
	across   = 8
	cellStep = extent / across
)

// From singleZoom on cases are drawn one by one, as long as a cell holds no more
// than crowd of them; coarser, only a case that is alone in its cell is.
const (
	singleZoom = 15
	crowd      = 100
)

// Detail is how much of single cases a tile tells.
type Detail bool

// The details.
const (
	Counts Detail = false // numbers alone, each in the middle of its cell
	Exact  Detail = true  // single cases, where they are
)

// Box holds all points of the tile, and a few beyond its edge.
func (k Key) Box() geo.Box {
	n := math.Exp2(float64(k.Z))
	lon := func(x int) int32 { return int32(float64(x)/n*360e7 - 180e7) }
	lat := func(y int) int32 {
		if y == 0 || y == 1<<k.Z {
			return int32(math.Copysign(90e7, n/2-float64(y)))
		}
		return int32(math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/n))) * 180e7 / math.Pi)
	}
	const more = 2 // for what rounding takes
	return geo.Box{Min: geo.Point{X: max(-180e7, lon(k.X)-more), Y: max(-90e7, lat(k.Y+1)-more)},
		Max: geo.Point{X: min(180e7, lon(k.X+1)+more), Y: min(90e7, lat(k.Y)+more)}}
}

// cell is what lies in one cell of a tile.
type cell struct {
	count, x, y uint64 // x and y: sums over its cases, in steps of the tile
	by          [casemap.Urgencies]uint64
}

// single is a case that may be drawn by itself.
type single struct {
	*casemap.Placed
	at      step
	cell    int
	urgency casemap.Urgency
}

// casePen draws one tile of cases after another.
type casePen struct {
	layer   layer
	cells   [across * across]cell
	singles []single
	texts   map[string]uint32
	numbers map[uint64]uint32
}

var casePens = sync.Pool{New: func() any { return &casePen{texts: map[string]uint32{}, numbers: map[uint64]uint32{}} }}

// DrawCases returns the tile of the cases, a layer of points named "incident";
// it is empty where there are none. Cases beyond its edge are left out, so what
// set.Within(k.Box(), filter) yields can be given as it is. The same cases at the
// same now, in any order, make the same bytes.
func DrawCases(k Key, now time.Time, detail Detail, cases iter.Seq[*casemap.Placed]) []byte {
	p := casePens.Get().(*casePen)
	defer casePens.Put(p)
	p.layer.begin("incident")
	clear(p.texts)
	clear(p.numbers)
	clear(p.cells[:])
	p.singles = p.singles[:0]
	most := uint64(1)
	if k.Z >= singleZoom {
		most = crowd
	}
	if detail == Counts {
		most = 0
	}
	p.gather(k, now, most, cases)
	for i := range p.cells {
		if c := &p.cells[i]; c.count > most {
			p.cluster(c, i, detail)
		}
	}
	slices.SortFunc(p.singles, func(a, b single) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for i := range p.singles {
		if s := &p.singles[i]; p.cells[s.cell].count <= most {
			p.single(s)
		}
	}
	clear(p.singles) // lets go of the cases
	return p.layer.appendTo(nil)
}

// gather sorts the cases of the tile into its cells.
func (p *casePen) gather(k Key, now time.Time, most uint64, cases iter.Seq[*casemap.Placed]) {
	f := k.frame()
	for c := range cases {
		x, y := c.World()
		// Not rounded as corners of areas are: a point on the far edge of the tile
		// belongs to the next one.
		at := step{int32(int64(x)>>f.shift - f.left), int32(int64(y)>>f.shift - f.top)}
		if at.x < 0 || at.y < 0 || at.x >= extent || at.y >= extent {
			continue
		}
		i := int(at.y/cellStep*across + at.x/cellStep)
		urgency, to := c.Urgency(now), &p.cells[i]
		to.count, to.x, to.y = to.count+1, to.x+uint64(at.x), to.y+uint64(at.y)
		to.by[urgency]++
		if to.count <= most {
			p.singles = append(p.singles, single{c, at, i, urgency})
		}
	}
}

func (p *casePen) cluster(c *cell, i int, detail Detail) {
	l := &p.layer
	l.tag("count", p.number(c.count))
	worst := slices.IndexFunc(c.by[:], func(n uint64) bool { return n > 0 })
	l.tag("urgency", p.text(casemap.Urgency(worst).String()))
	for u, n := range c.by {
		l.tag(casemap.Urgency(u).String(), p.number(n))
	}
	at := step{int32(c.x / c.count), int32(c.y / c.count)}
	if detail == Counts {
		at = step{int32(i%across*cellStep + cellStep/2), int32(i/across*cellStep + cellStep/2)}
	}
	l.point(at)
	l.finish()
}

func (p *casePen) single(s *single) {
	l := &p.layer
	l.tag("id", l.text(s.ID.String()))
	l.tag("count", p.number(1))
	l.tag("urgency", p.text(s.urgency.String()))
	l.tag("state", p.text(s.State))
	l.tag("kind", p.text(s.Kind))
	l.tag("code", p.text(s.Code))
	l.tag("district", p.text(s.District))
	l.tag("reported", p.number(uint64(max(0, s.ReportedAt.Unix()))))
	l.point(s.at)
	l.finish()
}

// text is the number of a value, which is written once a tile.
func (p *casePen) text(s string) uint32 {
	v, ok := p.texts[s]
	if !ok {
		v = p.layer.text(s)
		p.texts[s] = v
	}
	return v
}

// number likewise.
func (p *casePen) number(n uint64) uint32 {
	v, ok := p.numbers[n]
	if !ok {
		v = p.layer.number(n)
		p.numbers[n] = v
	}
	return v
}
