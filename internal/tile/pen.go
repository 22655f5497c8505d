package tile

import (
	"slices"
	"sync"

	"wangge/internal/area"
	"wangge/internal/editionfile"
)

// pen draws one tile after another. It keeps its room between them.
type pen struct {
	key            Key
	level          area.Level
	frame          frame
	shapes, labels *layer

	found      []int32
	ring, back []step
	parents    map[int32][2]uint32 // place of a parent → its value in both layers
	kinds      map[area.Kind][2]uint32
}

var pens = sync.Pool{New: func() any {
	return &pen{shapes: &layer{}, labels: &layer{}, parents: map[int32][2]uint32{}, kinds: map[area.Kind][2]uint32{}}
}}

func (p *pen) begin(level area.Level, k Key) {
	p.level, p.key, p.frame = level, k, k.frame()
	p.shapes.begin(level.String())
	p.labels.begin(level.String() + "_label")
	clear(p.kinds)
}

func (p *pen) end() []byte {
	var out []byte
	for _, l := range []*layer{p.shapes, p.labels} {
		out = l.appendTo(out)
	}
	return out
}

// both adds a value to both layers.
func (p *pen) both(s string) [2]uint32 { return [2]uint32{p.shapes.text(s), p.labels.text(s)} }

// draw adds what of d lies in the tile.
func (d *Drawing) draw(p *pen) {
	f := &p.frame
	p.found = p.found[:0]
	d.trees[p.level].Search([2]int64{f.west, f.north}, [2]int64{f.east, f.south}, func(_, _ [2]int64, i int32) bool {
		p.found = append(p.found, i)
		return true
	})
	if len(p.found) == 0 {
		return
	}
	slices.Sort(p.found)
	clear(p.parents)
	district, level := p.both(d.district), p.both(p.level.String())
	var tones [4][2]uint32
	for i := range tones {
		tones[i] = [2]uint32{p.shapes.number(uint64(i)), p.labels.number(uint64(i))}
	}
	detail := d.at(p.key.Z)
	for _, i := range p.found {
		a := &d.areas[i]
		at := f.step(a.label)
		named := at.x >= 0 && at.x < extent && at.y >= 0 && at.y < extent
		drawn := p.polygons(d, detail, a)
		if !named && !drawn {
			continue
		}
		for which, l := range []*layer{p.shapes, p.labels} {
			if which == 0 && !drawn || which == 1 && !named {
				continue
			}
			l.tag("district", district[which])
			l.tag("code", l.text(a.Code))
			l.tag("name", l.text(a.Name))
			l.tag("level", level[which])
			l.tag("tone", tones[a.Tone][which])
			if a.Level == area.Grid {
				l.tag("kind", p.kind(a.Kind)[which])
			}
			if a.parent >= 0 {
				l.tag("parent", p.parent(d, a.parent)[which])
			}
			if which == 1 {
				l.point(at)
			}
			l.finish()
		}
	}
}

func (p *pen) kind(k area.Kind) [2]uint32 {
	v, ok := p.kinds[k]
	if !ok {
		v = p.both(string(k))
		p.kinds[k] = v
	}
	return v
}

func (p *pen) parent(d *Drawing, place int32) [2]uint32 {
	v, ok := p.parents[place]
	if !ok {
		v = p.both(d.areas[place].Code)
		p.parents[place] = v
	}
	return v
}

// polygons draws the rings of an area and reports whether any is left.
func (p *pen) polygons(d *Drawing, detail *detail, a *drawn) (some bool) {
	f := &p.frame
	whole := int64(a.box.lo.x) > f.west && int64(a.box.hi.x) < f.east && int64(a.box.lo.y) > f.north && int64(a.box.hi.y) < f.south
	for _, polygon := range a.polygons {
		for i, ring := range polygon {
			p.walk(d, detail, ring, whole)
			if !whole {
				p.clip()
			}
			area := p.doubledArea()
			if i == 0 && area >= 0 { // nothing is left of the ring, and so of what lies in it
				break
			}
			if i > 0 && area <= 0 {
				continue
			}
			p.shapes.ring(p.ring)
			some = true
		}
	}
	return some
}

// walk puts a ring into p.ring: counter-clockwise on the ground, the last step
// not the first again, no step twice in a row. Borders beyond one edge of the
// tile are drawn straight, which changes nothing inside.
func (p *pen) walk(d *Drawing, detail *detail, ring []editionfile.Run, whole bool) {
	p.ring = p.ring[:0]
	for _, run := range ring {
		line := detail.border(run.Border)
		if !whole && p.frame.misses(&d.boxes[run.Border]) {
			first, last := line[0], line[len(line)-1]
			if run.Reversed {
				first, last = last, first
			}
			p.add(first)
			p.add(last)
			continue
		}
		if run.Reversed {
			for _, s := range slices.Backward(line) {
				p.add(s)
			}
			continue
		}
		for _, s := range line {
			p.add(s)
		}
	}
	p.unclose()
}

func (p *pen) add(s spot) {
	at := p.frame.step(s)
	if n := len(p.ring); n == 0 || p.ring[n-1] != at {
		p.ring = append(p.ring, at)
	}
}

func (p *pen) unclose() {
	for n := len(p.ring); n > 1 && p.ring[n-1] == p.ring[0]; n-- {
		p.ring = p.ring[:n-1]
	}
}

// misses reports whether a box lies beyond one edge of the tile.
func (f *frame) misses(b *spots) bool {
	return int64(b.hi.x) < f.west || int64(b.lo.x) > f.east || int64(b.hi.y) < f.north || int64(b.lo.y) > f.south
}

// doubledArea is positive for rings that run clockwise on the ground.
func (p *pen) doubledArea() (sum int64) {
	if len(p.ring) < 3 {
		return 0
	}
	last := p.ring[len(p.ring)-1]
	for _, at := range p.ring {
		sum += int64(last.x)*int64(at.y) - int64(at.x)*int64(last.y)
		last = at
	}
	return sum
}

// clip cuts p.ring at the edges of the tile with its buffer, one edge after the
// other (Sutherland and Hodgman 1974). A cut depends on the two ends of an edge
// and not on their order, so that neighbours are cut alike.
func (p *pen) clip() {
	const lo, hi = -buffer, extent + buffer
	across := func(s step) step { return step{s.y, s.x} }
	for _, edge := range []struct {
		limit int32
		sign  int32
		turn  bool
	}{{lo, 1, false}, {hi, -1, false}, {lo, 1, true}, {hi, -1, true}} {
		p.back = p.back[:0]
		if len(p.ring) == 0 {
			return
		}
		inside := func(s step) bool { return (s.x-edge.limit)*edge.sign >= 0 }
		before := p.ring[len(p.ring)-1]
		if edge.turn {
			before = across(before)
		}
		for _, at := range p.ring {
			if edge.turn {
				at = across(at)
			}
			in := inside(at)
			if in != inside(before) {
				p.put(cross(before, at, edge.limit), edge.turn)
			}
			if in {
				p.put(at, edge.turn)
			}
			before = at
		}
		p.ring, p.back = p.back, p.ring
		p.unclose()
	}
}

func (p *pen) put(s step, turned bool) {
	if turned {
		s = step{s.y, s.x}
	}
	if n := len(p.back); n == 0 || p.back[n-1] != s {
		p.back = append(p.back, s)
	}
}

// cross is where the edge from a to b meets x = limit.
func cross(a, b step, limit int32) step {
	if b.x < a.x {
		a, b = b, a
	}
	rise, run := int64(b.y)-int64(a.y), int64(b.x)-int64(a.x)
	up := rise * (int64(limit) - int64(a.x))
	y := up / run
	if up%run != 0 && up < 0 {
		y--
	}
	return step{limit, a.y + int32(y)}
}
