package gazetteer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// Query is what somebody is looking for.
type Query struct {
	Text  string     // as typed
	Limit int        // at most so many hits
	Near  *geo.Point // among equals the nearer goes first; nil where it does not matter
}

// Hit is an area that was found.
type Hit struct {
	Area   *gridindex.Area
	ByCode bool // whether its code was typed; its name, otherwise
	// Matched is what of the name, or of the code, was typed: ranges of its
	// characters (code points), [from, to).
	Matched [][2]int
}

// Found is the answer to a query, best first.
type Found struct {
	Hits []Hit
	More bool // whether there are more than the limit
	// Rest is what of the text comes after the area that it names, such as the
	// house in an address; "" where all was used.
	Rest string
}

// class orders hits by how they came about.
type class int8

const (
	whole       class = iota // the whole code, the whole name
	core                     // the name without its suffix word, or by its number
	prefix                   // of the name or the code
	inside                   // within the name
	chained                  // with the names of what it lies in, like an address
	sounding                 // by pinyin from the first syllable
	soundInside              // by pinyin from another one
	soundRare                // by pinyin with readings that are not the first of their characters
	scattered                // the characters of the text in their order, with others between
)

// Search looks in all districts of ix. Its cost grows with the names there are:
// among those of 10,000 areas it takes up to a millisecond (BenchmarkSearch).
func Search(ix *gridindex.Index, q Query) Found {
	written := fold(q.Text)
	if written.s == "" {
		return Found{}
	}
	forms := []folded{written}
	if digits, ok := numbered(written); ok {
		forms = append(forms, digits)
	}
	best := newBest(q)
	books := make([]*Book, 0, len(ix.Editions()))
	for _, e := range ix.Editions() {
		books = append(books, Of(e))
	}
	for _, b := range books {
		b.byCode(written.s, best)
		b.byName(forms, best)
	}
	spaced := words(written)
	for _, b := range books {
		b.byAddress(forms, false, best)
		if len(spaced) > 1 {
			b.byWords(spaced, best)
		}
		b.bySound(written.s, best)
	}
	lastResorts := []func(b *Book){
		func(b *Book) {
			for _, pair := range halves(written.s) {
				b.byWords(pair, best)
			}
		},
		func(b *Book) { b.byAddress(forms, true, best) },
		func(b *Book) { b.byCharacters(written.s, best) },
	}
	for _, look := range lastResorts {
		if len(best.hits) > 0 {
			break
		}
		for _, b := range books {
			look(b)
		}
	}
	return best.found(q)
}

func (b *Book) byCode(text string, best *best) {
	from, _ := slices.BinarySearchFunc(b.codes, text, func(c code, text string) int { return strings.Compare(c.text.s, text) })
	for _, c := range b.codes[from:] {
		if !strings.HasPrefix(c.text.s, text) {
			return
		}
		h := hit{area: c.area, class: prefix, byCode: true, to: len(text)}
		if len(c.text.s) == len(text) {
			h.class = whole
		}
		best.add(b, h)
	}
}

// byName finds names that are called so, that begin with the text, or have it
// within.
func (b *Book) byName(forms []folded, best *best) {
	for _, f := range forms {
		for _, c := range b.calls[f.s] {
			h := hit{name: c.name, form: c.form, from: int(c.from), to: int(c.to)}
			switch c.kind {
			case inFull:
				h.class = whole
			case byDigits:
				continue
			default:
				h.class = core
			}
			best.addAll(b, h)
		}
		for form := range 2 {
			if len(forms) == 1 && form == 1 {
				break
			}
			for _, n := range b.holding(f.s) {
				from, ok := b.names[n].within(f.s, form)
				if !ok {
					continue
				}
				h := hit{name: n, form: int8(form), from: from, to: from + len(f.s), class: inside}
				if from == 0 {
					h.class = prefix
				}
				best.addAll(b, h)
			}
		}
	}
}

// byCharacters finds names that have the characters of the text in their
// order.
func (b *Book) byCharacters(text string, best *best) {
	if utf8.RuneCountInString(text) < 2 {
		return
	}
	for _, n := range b.holding(text) {
		if scatter(b.names[n].forms[0], text) != nil {
			best.addAll(b, hit{name: n, class: scattered})
		}
	}
}

// scatter returns where the characters of text stand in f, nil unless all do,
// in their order.
func scatter(f folded, text string) (at [][2]int) {
	i := 0
	for _, r := range f.s {
		want, w := utf8.DecodeRuneInString(text)
		if w == 0 {
			break
		}
		if r == want {
			text = text[w:]
			if n := len(at); n > 0 && at[n-1][1] == f.from[i] {
				at[n-1][1] = f.to[i]
			} else {
				at = append(at, [2]int{f.from[i], f.to[i]})
			}
		}
		i++
	}
	if text != "" {
		return nil
	}
	return at
}

// rest is what of text comes after its first so many characters, without
// punctuation around it and without words that only say what was named before.
func rest(text string, after int) string {
	skip := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '#' }
	left := strings.TrimFunc(string([]rune(text)[after:]), skip)
	for _, filler := range []string{"街道办事处", "办事处", "社区居民委员会", "社区居委会", "居民委员会", "居委会", "村委会", "街道", "社区"} {
		if shorter, ok := strings.CutPrefix(left, filler); ok {
			return strings.TrimLeftFunc(shorter, skip)
		}
	}
	return left
}
