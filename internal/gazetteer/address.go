package gazetteer

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// mostTimes is how often one name counts within a text, and mostWords how many
// words are looked at: enough for every address, and little work for text that
// repeats itself.
const (
	mostTimes = 3
	mostWords = 8
)

// byAddress finds the area that a text names together with what it lies in,
// coarse to fine and whatever stands between: 新城区锡林北路街道三角线第四网格12号楼.
// An area that is named by itself counts where single says so.
func (b *Book) byAddress(forms []folded, single bool, best *best) {
	named := make([]mention, len(b.areas))
	for _, f := range forms {
		var top mention
		b.mentions(f, func(c call, from, to int) {
			piece := f.span(from, to)
			for _, a := range b.names[c.name].areas {
				m := mention{cover: piece[1] - piece[0], end: to, times: 1}
				if up := b.lastNamed(named, a, from); up != nil {
					m.cover += up.cover
					m.times += up.times
				} else if c.kind >= byNumber {
					continue
				}
				if m.cover <= named[a].cover {
					continue
				}
				named[a] = m
				if m.cover > top.cover {
					top = m
				}
				if m.times > 1 || single {
					best.add(b, hit{area: a, name: c.name, class: chained, form: c.form, from: int(c.from), to: int(c.to), cover: m.cover, after: piece[1]})
				}
			}
		})
		b.unfinished(f, named, top, best)
		clear(named)
	}
}

// unfinished finds what the end of a text begins to name, behind top, the
// mention that covers most: 第 in 三角线第 while somebody types.
func (b *Book) unfinished(f folded, named []mention, top mention, best *best) {
	tail := f.s[top.end:]
	if top.cover == 0 || tail == "" {
		return
	}
	piece := f.span(top.end, len(f.s))
	for _, n := range b.holding(tail) {
		for form := range b.names[n].forms {
			if from, ok := b.names[n].within(tail, form); !ok || from > 0 {
				continue
			}
			for _, a := range b.names[n].areas {
				if up := b.lastNamed(named, a, top.end); up != nil && up.cover == top.cover {
					best.add(b, hit{area: a, name: n, class: chained, form: int8(form), to: len(tail), cover: up.cover + piece[1] - piece[0], after: piece[1]})
				}
			}
		}
	}
}

// mention is how an area has been named so far: how many characters account for
// it and what it lies in, where the last of them ends, in how many pieces.
type mention struct{ cover, end, times int }

// lastNamed is the mention of the areas around a that covers most and ends
// before from.
func (b *Book) lastNamed(named []mention, a int32, from int) (last *mention) {
	for up := b.up[a]; up >= 0; up = b.up[up] {
		if m := &named[up]; m.cover > 0 && m.end <= from && (last == nil || m.cover > last.cover) {
			last = m
		}
	}
	return last
}

// mentions goes through the pieces of f by which names are called, by where
// they begin, longer ones first.
func (b *Book) mentions(f folded, each func(c call, from, to int)) {
	times := map[int32]int{}
	ends := make([]int, 0, len(f.cut)+1)
	for i := range f.s {
		ends = append(ends, i)
	}
	ends = append(ends, len(f.s))
	for first, from := range ends[:len(ends)-1] {
		for last := len(ends) - 1; last > first; last-- {
			to := ends[last]
			if to-from > b.longest {
				continue
			}
			for _, c := range b.calls[f.s[from:to]] {
				if splits(f.s, from, to) || c.kind == byDigits && !alone(f, last, to) {
					continue
				}
				if times[c.name] < mostTimes {
					times[c.name]++
					each(c, from, to)
				}
			}
		}
	}
}

// alone reports whether a number that ends before a character of f is said by
// itself: in 三角线4号楼 and 三角线 4 号楼 it is a house's.
func alone(f folded, next, at int) bool {
	if next == len(f.cut) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(f.s[at:])
	return f.cut[next] && !strings.ContainsRune("号栋幢楼座单室", r)
}

// words are the pieces of f between what does not count, as people write 锡林
// 三角线 第四.
func words(f folded) (list []string) {
	from, i := 0, 0
	for at := range f.s {
		if f.cut[i] && at > 0 {
			list = append(list, f.s[from:at])
			from = at
		}
		i++
	}
	return append(list, f.s[from:])
}

// halves are the ways to cut a short text in two words of at least two
// characters.
func halves(text string) (pairs [][]string) {
	n := utf8.RuneCountInString(text)
	if n > 12 {
		return nil
	}
	i := 0
	for at := range text {
		if i >= 2 && n-i >= 2 {
			pairs = append(pairs, []string{text[:at], text[at:]})
		}
		i++
	}
	return pairs
}

// word is a word as it was typed, and with its numbers in digits.
type word [2]string

func wordOf(text string) word {
	digits, _ := numbered(fold(text))
	return word{text, digits.s}
}

// in finds the word in a name: where, in which form.
func (w word) in(n *name) (form, from int, ok bool) {
	for form, text := range w {
		if from, ok = n.within(text, form); ok {
			return form, from, true
		}
	}
	return 0, 0, false
}

// byWords finds areas whose names, with those of what they lie in, have every
// word, in whatever order; the area's own name has one of them that theirs do
// not.
func (b *Book) byWords(list []string, best *best) {
	if len(list) > mostWords {
		return
	}
	has := make([]uint8, len(b.names)) // bit k: the name has word k
	all := uint8(1<<len(list) - 1)
	typed := make([]word, len(list))
	h := hit{class: chained, after: best.length}
	for k, text := range list {
		typed[k] = wordOf(text)
		h.cover += utf8.RuneCountInString(text)
		if !b.mark(has, 1<<k, typed[k]) {
			return
		}
	}
	for n := range b.names {
		if has[n] == 0 {
			continue
		}
		marked := uint8(0)
		for _, a := range b.names[n].areas {
			above := uint8(0)
			for up := b.up[a]; up >= 0; up = b.up[up] {
				above |= has[b.nameOf[up]]
			}
			if has[n]|above != all || above == all {
				continue
			}
			h.area, h.name = a, b.nameOf[a]
			if own := has[n] &^ above; own != marked {
				marked = own
				h.from, h.to = 0, 0
				last := typed[bits.Len8(own)-1]
				if form, from, ok := last.in(&b.names[n]); ok {
					h.form, h.from, h.to = int8(form), from, from+len(last[form])
				}
			}
			best.add(b, h)
		}
	}
}

// mark sets a bit for every name that is called by a word or has it within; it
// reports whether there are any.
func (b *Book) mark(has []uint8, bit uint8, w word) (any bool) {
	for _, c := range b.calls[w[1]] {
		has[c.name] |= bit
		any = true
	}
	for form, text := range w {
		if strings.Trim(text, "0123456789") == "" {
			continue // a number by itself is somebody's, not a piece of a name
		}
		for _, n := range b.holding(text) {
			if _, ok := b.names[n].within(text, form); ok {
				has[n] |= bit
				any = true
			}
		}
	}
	return any
}
