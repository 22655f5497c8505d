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

// read returns the readings of a character without tones, and remembers them:
// lü as lv and lu; a letter or a digit as itself.
func (s *sounds) read(r rune, args pinyin.Args) []string {
	if list, known := s.readings[r]; known {
		return list
	}
	var list []string
	if r < utf8.RuneSelf {
		list = []string{string(r)}
	} else {
		for _, reading := range pinyin.SinglePinyin(r, args) {
			for _, u := range []string{"v", "u"} {
				list = append(list, strings.NewReplacer("ü", u, "v", u).Replace(reading))
			}
		}
		slices.Sort(list)
		list = slices.Compact(list)
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
		patience := 200
		if n := b.sounds.hear(skip(b.names[st.name].forms[0].s, int(st.at)), text, &patience); n > 0 {
			h := hit{name: st.name, class: soundInside, from: int(st.at), to: int(st.at) + n}
			if st.at == 0 {
				h.class = sounding
			}
			best.addAll(b, h)
		}
	}
}

// skip is s without its first n characters.
func skip(s string, n int) string {
	for ; n > 0; n-- {
		_, w := utf8.DecodeRuneInString(s)
		s = s[w:]
	}
	return s
}

// hear returns how many characters of name, from the first on, account for the
// whole text; 0 where they cannot. patience bounds the attempts.
func (s *sounds) hear(name, text string, patience *int) int {
	r, w := utf8.DecodeRuneInString(name)
	if w == 0 {
		return 0
	}
	for _, reading := range s.readings[r] {
		if *patience--; *patience < 0 {
			return 0
		}
		if strings.HasPrefix(reading, text) { // the end, the last syllable perhaps not finished
			return 1
		}
		for _, piece := range pieces(reading) {
			if rest, ok := strings.CutPrefix(text, piece); ok {
				if n := s.hear(name[w:], rest, patience); n > 0 {
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
