// Package gazetteer finds areas by what people type: codes, names with their
// suffix words or without, addresses that name one area within another, pinyin.
// A Book is made from one edition and never changes.
package gazetteer

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"wangge/internal/area"
	"wangge/internal/gridindex"
)

// Book is the names and codes of one edition, arranged to be searched.
type Book struct {
	areas  []*gridindex.Area
	up     []int32 // place in areas of what the area lies in; -1 where there is none
	nameOf []int32 // place in names
	names  []name
	codes  []code           // by folded code
	runes  map[rune][]int32 // the names that have the character, in order
	calls  map[string][]call
	// longest is how many bytes the longest key of calls has.
	longest int
	sounds  sounds
}

// name is one name, whoever bears it.
type name struct {
	forms [2]folded // as it is written; with numbers in digits
	areas []int32
}

type code struct {
	text folded
	area int32
}

// call is one way to name the areas of a name: in full, without its suffix
// word, or by a number.
type call struct {
	name     int32
	form     int8
	from, to int32 // the bytes of the form that it stands for
	kind     callKind
}

type callKind int8

const (
	inFull   callKind = iota
	byCore            // 三角线 for 三角线社区
	byNumber          // 第4, 4网格 for 第四网格: any number of areas are called so
	byDigits          // 4 for 第四网格: says nothing but behind what the area is part of
)

// numberName tells the number of a grid from what stands around it.
var numberName = regexp.MustCompile(`^(.*?)第?(\d+)号?(?:网格|片区|片|格|组)$`)

type bookKey struct{}

// Of returns the book of an edition, made when it is first asked for.
func Of(e *gridindex.Edition) *Book {
	return e.Keep(bookKey{}, func() any { return newBook(e) }).(*Book)
}

func newBook(e *gridindex.Edition) *Book {
	b := &Book{runes: map[rune][]int32{}, calls: map[string][]call{}}
	place := map[*gridindex.Area]int32{}
	named := map[string]int32{}
	for _, level := range area.Levels {
		for _, a := range e.Level(level) {
			at := int32(len(b.areas)) //nolint:gosec // an edition has far fewer areas
			place[a] = at
			up := int32(-1)
			if above := Above(a); above != nil {
				up = place[above] // coarser, so it stands already
			}
			b.areas, b.up = append(b.areas, a), append(b.up, up)
			b.codes = append(b.codes, code{fold(a.Code), at})
			n, known := named[a.Name]
			if !known {
				n = b.enter(a.Name)
				named[a.Name] = n
			}
			b.nameOf = append(b.nameOf, n)
			b.names[n].areas = append(b.names[n].areas, at)
		}
	}
	slices.SortFunc(b.codes, func(a, c code) int { return cmp.Or(cmp.Compare(a.text.s, c.text.s), cmp.Compare(a.area, c.area)) })
	b.sounds = listen(b.names)
	return b
}

// Above is what people take an area to lie in: its parent; of a compound
// without one, the grid with its largest share, or else the district.
func Above(a *gridindex.Area) *gridindex.Area {
	switch {
	case a.Up != nil || a.Level == area.District:
		return a.Up
	case len(a.Grids) > 0:
		return a.Grids[0]
	}
	return a.Edition().District
}

// enter adds a name that is not in the book.
func (b *Book) enter(text string) int32 {
	at := int32(len(b.names)) //nolint:gosec // as many as areas at most
	written := fold(text)
	n := name{forms: [2]folded{written, written}}
	digits, numbers := numbered(written)
	if numbers {
		n.forms[1] = digits
	}
	b.names = append(b.names, n)
	for form, f := range n.forms {
		if form == 1 && !numbers {
			break
		}
		for _, r := range f.s {
			if list := b.runes[r]; len(list) == 0 || list[len(list)-1] != at {
				b.runes[r] = append(list, at)
			}
		}
		b.call(f.s, call{name: at, form: int8(form), to: size(f.s), kind: inFull})
		if core := coreOf(f.s); core < len(f.s) {
			b.call(f.s[:core], call{name: at, form: int8(form), to: int32(core), kind: byCore}) //nolint:gosec // the length of a name
		}
	}
	if m := numberName.FindStringSubmatch(n.forms[1].s); numbers && m != nil {
		before, number := m[1], m[2]
		c := call{name: at, form: 1, from: size(before), to: size(n.forms[1].s), kind: byNumber}
		if before != "" {
			c.kind, c.from = byCore, 0
		}
		for _, way := range []string{"第" + number, number + "网格", "第" + number + "网格", number + "号网格"} {
			b.call(before+way, c)
		}
		if before == "" {
			c.kind = byDigits
		}
		b.call(before+number, c)
	}
	return at
}

func (b *Book) call(text string, c call) {
	if text == "" || slices.ContainsFunc(b.calls[text], func(d call) bool { return d.name == c.name }) {
		return
	}
	b.calls[text] = append(b.calls[text], c)
	b.longest = max(b.longest, len(text))
}

// size is the length of a name in bytes.
func size(s string) int32 { return int32(len(s)) } //nolint:gosec // names are short

// holding returns the names that have the rarest character of text: those that
// may hold it.
func (b *Book) holding(text string) []int32 {
	var rarest []int32
	for i, r := range text {
		list := b.runes[r]
		if i == 0 || len(list) < len(rarest) {
			rarest = list
		}
	}
	return rarest
}

// within finds text in a form of a name, a number never in the midst of a
// longer one when form says that numbers are digits.
func (n *name) within(text string, form int) (from int, ok bool) {
	s := n.forms[form].s
	for from <= len(s)-len(text) {
		at := strings.Index(s[from:], text)
		if at < 0 {
			return 0, false
		}
		if from += at; form == 0 || !splits(s, from, from+len(text)) {
			return from, true
		}
		_, w := utf8.DecodeRuneInString(s[from:])
		from += w
	}
	return 0, false
}
