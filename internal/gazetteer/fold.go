package gazetteer

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is text as it is compared: case, width, accents, spaces and
// punctuation do not count. It remembers where each of its characters stood.
type folded struct {
	s    string
	from []int  // of each character of s: its first character in the original
	to   []int  // and the one after its last
	cut  []bool // whether something that does not count stood before it
}

// fold folds text. Of text that is nothing but punctuation all is kept.
func fold(text string) folded {
	if f := foldKeeping(text, false); f.s != "" {
		return f
	}
	return foldKeeping(text, true)
}

func foldKeeping(text string, all bool) (f folded) {
	var b strings.Builder
	cut, i := false, -1
	put := func(r rune) {
		b.WriteRune(r)
		f.from, f.to, f.cut = append(f.from, i), append(f.to, i+1), append(f.cut, cut)
		cut = false
	}
	for _, r := range text {
		i++
		if r >= 0x4e00 && r <= 0x9fff {
			put(r)
			continue
		}
		for _, r := range norm.NFKD.String(string(r)) {
			switch {
			case unicode.Is(unicode.Mn, r):
			case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mc, r) || all && unicode.IsGraphic(r) && r != utf8.RuneError:
				put(unicode.ToLower(r))
			default:
				cut = true
			}
		}
	}
	f.s = b.String()
	return f
}

// digits are the Chinese numerals that stand for one digit; 十 and 百 multiply.
var digits = map[rune]int{'零': 0, '〇': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '十': 10, '百': 100}

// numbered writes the numbers of f in digits without leading zeros, so that
// 第十二网格, 第12网格 and 第012网格 are one; ok is false where there are none.
func numbered(f folded) (g folded, ok bool) {
	var b strings.Builder
	runes := []rune(f.s)
	kind := func(r rune) int {
		if r >= '0' && r <= '9' {
			return 1
		}
		if _, numeral := digits[r]; numeral {
			return 2
		}
		return 0
	}
	for i := 0; i < len(runes); {
		k, j := kind(runes[i]), i+1
		text := string(runes[i])
		if k > 0 {
			ok = true
			for j < len(runes) && kind(runes[j]) == k {
				j++
			}
			if text = string(runes[i:j]); k == 2 {
				text = numeral(runes[i:j])
			}
			text = strings.TrimLeft(text[:len(text)-1], "0") + text[len(text)-1:]
		}
		for n := range utf8.RuneCountInString(text) {
			g.from, g.to, g.cut = append(g.from, f.from[i]), append(g.to, f.to[j-1]), append(g.cut, n == 0 && f.cut[i])
		}
		b.WriteString(text)
		i = j
	}
	g.s = b.String()
	return g, ok
}

// numeral reads 十二 as 12, 一百零三 as 103 and 一二三 as 123.
func numeral(runes []rune) string {
	var plain strings.Builder
	sum, last, ranked := 0, 0, false
	for _, r := range runes {
		d := digits[r]
		if d < 10 {
			last = d
			plain.WriteString(strconv.Itoa(d))
			continue
		}
		ranked = true
		sum, last = sum+max(last, 1)*d, 0
	}
	if !ranked {
		return plain.String()
	}
	return strconv.Itoa(sum + last)
}

// span is the piece of the original that the bytes [from, to) of s come from.
func (f folded) span(from, to int) [2]int {
	if from >= to {
		return [2]int{}
	}
	return [2]int{f.from[utf8.RuneCountInString(f.s[:from])], f.to[utf8.RuneCountInString(f.s[:to])-1]}
}

// splits reports whether the piece [from, to) of s begins or ends within a
// number.
func splits(s string, from, to int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	return from < to && (digit(from-1) && digit(from) || digit(to-1) && digit(to))
}

// suffixes are words for what an area is, which people leave out.
var suffixes = []string{"街道", "社区", "网格", "小区", "苏木", "嘎查", "镇", "乡", "村", "区"}

// coreOf is how many bytes of a folded name come before such a word; all where
// less than two characters would be left.
func coreOf(s string) int {
	for _, word := range suffixes {
		if core, ok := strings.CutSuffix(s, word); ok && utf8.RuneCountInString(core) >= 2 {
			return len(core)
		}
	}
	return len(s)
}
