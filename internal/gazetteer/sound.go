package gazetteer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// sounds are the names by pinyin. All readings of a character count, as nobody
// knows which one a name has.
type sounds struct {
	readings map[rune][]string
	by       ['z' - 'a' + 1][]start // where a letter may begin
}

// start is a character of a name at which what is typed may begin.
type start struct {
	name int32
	at   int32
}

func listen(names []name) sounds {
	s := sounds{readings: map[rune][]string{}}
	args := pinyin.NewArgs()
	args.Heteronym = true
	for n := range names {
		f := names[n].forms[0].s
		i := int32(0)
		for at, r := range f {
			if at >= coreOf(f) {
				break
			}
			for _, letter := range s.read(r, args) {
				if letter[0] >= 'a' && letter[0] <= 'z' {
					list := &s.by[letter[0]-'a']
					if where := (start{int32(n), i}); len(*list) == 0 || (*list)[len(*list)-1] != where { //nolint:gosec // as many as areas at most
						*list = append(*list, where)
					}
				}
			}
			i++
		}
		for _, r := range f {
			s.read(r, args)
		}
	}
	return s
}

// read returns the readings of a character without tones, the usual one first,
// and remembers them: lü as lu and lv; a letter or a digit as itself.
func (s *sounds) read(r rune, args pinyin.Args) []string {
	if list, known := s.readings[r]; known {
		return list
	}
	var list []string
	if r < utf8.RuneSelf {
		list = []string{string(r)}
	} else {
		for _, reading := range pinyin.SinglePinyin(r, args) {
			for _, u := range []string{"u", "v"} {
				if way := strings.NewReplacer("ü", u, "v", u).Replace(reading); !slices.Contains(list, way) {
					list = append(list, way)
				}
			}
		}
	}
	s.readings[r] = list
	return list
}

// bySound finds names by pinyin, written out, by initials, or mixed:
// sanjiaoxian, sjx, sanjx.
func (b *Book) bySound(text string, best *best) {
	if len(text) < 2 || strings.ContainsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) || text[0] < 'a' {
		return
	}
	for _, st := range b.sounds.by[text[0]-'a'] {
		name := skip(b.names[st.name].forms[0].s, int(st.at))
		h := hit{name: st.name, class: soundInside, from: int(st.at)}
		if st.at == 0 {
			h.class = sounding
		}
		n := b.sounds.hear(name, text, 1, new(patience))
		if n == 0 {
			h.class = soundRare
			n = b.sounds.hear(name, text, mostReadings, new(patience))
		}
		if n > 0 {
			h.to = h.from + n
			best.addAll(b, h)
		}
	}
}

// patience counts attempts, and mostPatience bounds them.
type patience int

const (
	mostPatience patience = 200
	mostReadings int      = 20
)

// skip is s without its first n characters.
func skip(s string, n int) string {
	for ; n > 0; n-- {
		_, w := utf8.DecodeRuneInString(s)
		s = s[w:]
	}
	return s
}

// hear returns how many characters of name, from the first on, account for the
// whole text, each with its first so many readings; 0 where they cannot.
func (s *sounds) hear(name, text string, most int, tried *patience) int {
	r, w := utf8.DecodeRuneInString(name)
	if w == 0 {
		return 0
	}
	readings := s.readings[r]
	for _, reading := range readings[:min(most, len(readings))] {
		if *tried++; *tried > mostPatience {
			return 0
		}
		if strings.HasPrefix(reading, text) { // the end, the last syllable perhaps not finished
			return 1
		}
		for _, piece := range pieces(reading) {
			if rest, ok := strings.CutPrefix(text, piece); ok {
				if n := s.hear(name[w:], rest, most, tried); n > 0 {
					return n + 1
				}
			}
		}
	}
	return 0
}

// pieces are what people type of a syllable: all, its initial, its first
// letter.
func pieces(reading string) []string {
	if len(reading) > 2 && reading[1] == 'h' {
		return []string{reading, reading[:2], reading[:1]}
	}
	return []string{reading, reading[:1]}
}
