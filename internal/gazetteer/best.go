package gazetteer

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// hit is an area on its way into the answer.
type hit struct {
	of     *gridindex.Area
	book   *Book
	area   int32
	name   int32
	class  class
	byCode bool
	form   int8
	from   int // what of the form, or of the folded code, was typed, in bytes
	to     int
	cover  int     // chained: how many characters of the text were used
	after  int     // chained: the character of the text that what remains begins with
	far    float64 // squared distance to where the caller is looking
}

// before orders hits: as they came about, by how much of an address they
// account for, coarse to fine, near to far, by code.
func (h *hit) before(o *hit) bool {
	return cmp.Or(cmp.Compare(h.class, o.class), cmp.Compare(o.cover, h.cover), cmp.Compare(h.of.Level, o.of.Level),
		cmp.Compare(h.far, o.far), cmp.Compare(h.of.Code, o.of.Code), cmp.Compare(h.of.District, o.of.District)) < 0
}

// best keeps the best hits, one an area: one more than are asked for, so that
// it is known whether there are more.
type best struct {
	hits   []hit
	most   int
	near   *geo.Point
	width  float64 // of a degree of longitude against one of latitude
	text   string
	length int // of the text, in characters
}

func newBest(q Query) *best {
	b := &best{most: q.Limit + 1, near: q.Near, text: q.Text, length: utf8.RuneCountInString(q.Text)}
	if q.Near != nil {
		b.width = math.Cos(q.Near.Lat() * math.Pi / 180)
	}
	return b
}

// addAll adds a hit for every area of its name.
func (b *best) addAll(book *Book, h hit) {
	for _, a := range book.names[h.name].areas {
		h.area = a
		b.add(book, h)
	}
}

func (b *best) add(book *Book, h hit) {
	h.book, h.of = book, book.areas[h.area]
	if b.near != nil {
		at := h.of.Label
		if up := h.of.Up; up != nil && h.of.Level == area.Grid {
			at = up.Label // grids of one community stay in the order of their numbers
		}
		x, y := (at.Lon()-b.near.Lon())*b.width, at.Lat()-b.near.Lat()
		h.far = x*x + y*y
	}
	if len(b.hits) == b.most && !h.before(&b.hits[b.most-1]) {
		return
	}
	at := len(b.hits) // where it goes
	for i := range b.hits {
		switch o := &b.hits[i]; {
		case o.of == h.of && !h.before(o):
			return
		case o.of == h.of:
			b.hits = slices.Delete(b.hits, i, i+1)
			b.hits = slices.Insert(b.hits, min(at, i), h)
			return
		case at == len(b.hits) && h.before(o):
			at = i
		}
	}
	b.hits = slices.Insert(b.hits, at, h)
	if len(b.hits) > b.most {
		b.hits = b.hits[:b.most]
	}
}

// found writes the answer. Of what an address names only that remains which
// accounts for most of it.
func (b *best) found(q Query) (f Found) {
	cover := 0
	for i := range b.hits {
		h := &b.hits[i]
		if h.class == chained {
			if h.cover < cover {
				continue
			}
			cover = h.cover
		}
		if len(f.Hits) == q.Limit {
			f.More = true
			break
		}
		f.Hits = append(f.Hits, Hit{h.of, h.byCode, h.matched(b.text)})
	}
	if len(b.hits) > 0 && b.hits[0].class == chained {
		f.Rest = rest(q.Text, b.hits[0].after)
	}
	return f
}

// matched is what of the name or the code was typed, in its characters.
func (h *hit) matched(text string) [][2]int {
	if h.byCode {
		return [][2]int{fold(h.of.Code).span(h.from, h.to)}
	}
	n := &h.book.names[h.name]
	switch h.class {
	case scattered:
		return scatter(n.forms[0], fold(text).s)
	case sounding, soundInside, soundRare:
		return [][2]int{{n.forms[0].from[h.from], n.forms[0].to[h.to-1]}}
	}
	if h.from >= h.to {
		return [][2]int{}
	}
	return [][2]int{n.forms[h.form].span(h.from, h.to)}
}
