package gazetteer_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"wangge/internal/area"
	"wangge/internal/gazetteer"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

func search(text string) gazetteer.Found {
	return gazetteer.Search(demo(), gazetteer.Query{Text: text, Limit: 10})
}

// chain is an area with what it lies in, as people read it.
func chain(a *gridindex.Area, between string) string {
	if up := gazetteer.Above(a); up != nil {
		return chain(up, between) + between + a.Name
	}
	return a.Name
}

func TestWhatPeopleTypeFindsWhatTheyMean(t *testing.T) {
	t.Parallel()
	const fourth = "150102002003004" // 新城区 › 锡林北路街道 › 三角线社区 › 第四网格
	for _, tc := range []struct {
		text string
		want string // codes of the first hits, "-" for none, "…" behind when others may follow
		rest string
	}{
		// codes
		{"150102", "150102 …", ""},
		{"150102002", "150102002 150102002001 …", ""},
		{"150102002003", "150102002003 150102002003001 …", ""},
		{" 150102002003004 ", fourth, ""},
		{"１５０１０２００２００３００４", fourth, ""},
		{"15010200200300", "150102002003001 150102002003002 …", ""},
		{"C0001", "C0001", ""},
		{"c0001", "C0001", ""},
		{"999999", "-", ""},
		// names
		{"新城区", "150102", ""},
		{"新城", "150102", ""},
		{"锡林北路街道", "150102002", ""},
		{"锡林北路", "150102002", ""},
		{"锡林", "150102002007 150102002 …", ""}, // all of a name but 社区 goes before the beginning of another
		{"三角线社区", "150102002003", ""},
		{"三角线", "150102002003", ""},
		{"三 角 线", "150102002003", ""},
		{"东街", "150102004 150102002002", ""},
		{"丁香路", "150102402 150102402001", ""},
		{"工业大学", "150102001009", ""},
		{"大学", "150102001009", ""},
		{"线", "150102002003", ""},
		{"荣华庭院", "C0001", ""},
		{"荣华", "C0066 C0001 …", ""},
		{"第四网格", "150102001002004 150102001006004 …", ""},
		{"第4网格", "150102001002004 150102001006004 …", ""},
		{"第04网格", "150102001002004 150102001006004 …", ""},
		{"4网格", "150102001002004 150102001006004 …", ""},
		// one within another
		{"锡林北路三角线", "150102002003", ""},
		{"锡林北路三角线第四网格", fourth, ""},
		{"新城区锡林北路街道 三角线 第四", fourth, ""},
		{"新城区 › 锡林北路街道 › 三角线社区 › 第四网格", fourth, ""},
		{"三角线4", fourth, ""},
		{"三角线 4", fourth, ""},
		{"三角线四", fourth, ""},
		{"三角线第4网格", fourth, ""},
		{"三角线04网格", fourth, ""},
		{"三角线社区第四", fourth, ""},
		{"锡林 三角", "150102002003", ""},
		{"锡林三角", "150102002003", ""},
		{"三角线 锡林北路", "150102002003", ""},
		{"麻花板荣华", "C0001", ""},
		{"新城区第四网格", "150102001002004 …", ""},
		{"三角线第", "150102002003001 150102002003002 …", ""},  // while it is typed
		{"新城区锡林北路三", "150102002003 150102002001003 …", ""}, // 三角线, or a 第三网格
		// addresses
		{"三角线12号楼3单元", "150102002003", "12号楼3单元"},
		{"三角线 4 号楼", "150102002003", "4 号楼"},
		{"三角线4号楼", "150102002003", "4号楼"},
		{"锡林北路三角线第四网格，12号楼3单元", fourth, "12号楼3单元"},
		{"内蒙古呼和浩特市新城区锡林北路街道办事处三角线社区居委会第四网格", fourth, ""},
		{"三角线社区居委会", "150102002003", ""},
		{"锡林北路 东风", "150102002", "东风"},
		// pinyin
		{"sanjiaoxian", "150102002003", ""},
		{"san jiao xian", "150102002003", ""},
		{"Sānjiǎoxiàn", "150102002003", ""},
		{"sjx", "150102002003", ""},
		{"SJX", "150102002003", ""},
		{"ＳＪＸ", "150102002003", ""},
		{"sanjx", "150102002003", ""},
		{"sanjia", "150102002003", ""},
		{"sjxsq", "150102002003", ""},
		{"xlbl", "150102002", ""},
		{"hulunlu", "150102401", ""},
		{"zhanghai", "150102001012", ""}, // 长 is read both ways
		{"changhai", "150102001012", ""},
		{"xulunlu", "150102401", ""},           // 呼 is xū, rarely
		{"xl", "150102002 150102002007 …", ""}, // and so goes behind 锡林
		{"lvyou", "-", ""},
		{"gongyedaxue", "150102001009", ""},
		// as a last resort
		{"内工大", "150102001009", ""},
		{"三线", "150102002003", ""},
		// nothing
		{"不存在的地方", "-", ""},
		{"\x00", "-", ""}, {"😀", "-", ""}, {"𠮷", "-", ""}, {`%_\`, "-", ""}, {"--", "-", ""}, {"\xff\xfe", "-", ""}, {"4号楼", "-", ""},
		{"三角线😀", "150102002003", ""},
		{"\u202e三\u200b角\x00线", "150102002003", ""},
	} {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			f := search(tc.text)
			want, open := strings.CutSuffix(tc.want, " …")
			codes := strings.Fields(strings.Trim(want, "-"))
			var got []string
			for _, h := range f.Hits {
				got = append(got, h.Area.Code)
			}
			if len(got) < len(codes) || !slices.Equal(got[:len(codes)], codes) || !open && len(got) > len(codes) {
				t.Errorf("found %v, want %s", got, tc.want)
			}
			if f.Rest != tc.rest {
				t.Errorf("left over %q, want %q", f.Rest, tc.rest)
			}
		})
	}
}

func TestWhatWasTypedIsMarked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"三角线": "[三角线]社区", "工业 大学": "内蒙古[工业大学]社区", "xlbl": "[锡林北路]街道", "gongyeda": "内蒙古[工业大]学社区", "内工大": "[内]蒙古[工]业[大]学社区",
		"１５０１０２００２": "[150102002]", "c0001": "[C0001]", "锡林北路三角线第4": "[第四]网格",
	} {
		f := search(text)
		if len(f.Hits) == 0 {
			t.Errorf("%s finds nothing", text)
			continue
		}
		h := f.Hits[0]
		shown := []rune(h.Area.Name)
		if h.ByCode {
			shown = []rune(h.Area.Code)
		}
		got, from := "", 0
		for _, m := range h.Matched {
			got += string(shown[from:m[0]]) + "[" + string(shown[m[0]:m[1]]) + "]"
			from = m[1]
		}
		if got += string(shown[from:]); got != want {
			t.Errorf("%s marks %s, want %s", text, got, want)
		}
	}
}

func TestEveryAreaIsFoundByItsNameItsCodeAndItsChain(t *testing.T) {
	t.Parallel()
	for _, level := range area.Levels {
		for _, a := range demo().Editions()[0].Level(level) {
			for _, text := range []string{a.Name, a.Code, chain(a, ""), chain(a, " "), chain(a, " › ")} {
				f := gazetteer.Search(demo(), gazetteer.Query{Text: text, Limit: 1000, Near: &a.Label})
				at := slices.IndexFunc(f.Hits, func(h gazetteer.Hit) bool { return h.Area == a })
				switch {
				case at < 0:
					t.Errorf("%s %s is not found by %q", level, a.Code, text)
				case text == a.Code && at > 0, at > 0 && chain(f.Hits[0].Area, "") != chain(a, "") && text != a.Name:
					t.Errorf("%q finds %s before %s", text, f.Hits[0].Area.Code, a.Code)
				case text == a.Name && f.Hits[0].Area.Name != a.Name:
					t.Errorf("%q finds %s first", text, f.Hits[0].Area.Name)
				}
			}
		}
	}
}

func TestAmongEqualsTheNearerGoesFirst(t *testing.T) {
	t.Parallel()
	a := demo().Edition("150102").Find(area.Grid, "150102008013001")
	if a == nil {
		t.Fatal("no such grid")
	}
	f := gazetteer.Search(demo(), gazetteer.Query{Text: "第一网格", Limit: 3, Near: &a.Label})
	if len(f.Hits) != 3 || f.Hits[0].Area != a || !f.More {
		t.Errorf("found %+v", f)
	}
	f = gazetteer.Search(demo(), gazetteer.Query{Text: "三角线第", Limit: 3, Near: &demo().Edition("150102").Find(area.Grid, "150102002003004").Label})
	if len(f.Hits) != 3 || f.Hits[0].Area.Code != "150102002003001" || f.Hits[2].Area.Code != "150102002003003" {
		t.Errorf("grids of one community are not in the order of their numbers: %+v", f)
	}
}

func TestAnyTextIsAnsweredAlikeTwice(t *testing.T) {
	t.Parallel()
	pieces := []string{"三角线", "锡林", "第四网格", "网格", "4", "十", " ", "sj", "x", "\x00", "🀄", "𠮷", "\u202e", "社", "区", "ａ", "C0", "1501", "\xff", "é"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 25).Draw(t, "text"), "")
		one, two := search(text), search(text)
		if fmt.Sprint(one) != fmt.Sprint(two) {
			t.Fatalf("%q is answered in two ways", text)
		}
		for _, h := range one.Hits {
			shown := h.Area.Name
			if h.ByCode {
				shown = h.Area.Code
			}
			last := 0
			for _, m := range h.Matched {
				if m[0] < last || m[1] < m[0] || m[1] > utf8.RuneCountInString(shown) {
					t.Fatalf("%q marks %v of %s", text, h.Matched, shown)
				}
				last = m[1]
			}
		}
	})
}

// large is a district of 10,000 grids, named 第一网格 to 第十网格 in 1,000
// communities under 50 streets, whose names are made of common characters.
func large(tb testing.TB) *gridindex.Index {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2)) // fixed seed: runs compare
	const common = "东西南北中新城光明和平友谊建设胜利人民解放工农文化团结红旗长安大桥河山林海花园广场车站学府金银玉龙"
	made := map[string]bool{}
	invent := func() string {
		for {
			var s []rune
			for range 2 + rng.IntN(3) {
				s = append(s, []rune(common)[rng.IntN(utf8.RuneCountInString(common))])
			}
			if !made[string(s)] {
				made[string(s)] = true
				return string(s)
			}
		}
	}
	return tree(tb, invent)
}

func BenchmarkSearch(b *testing.B) {
	ix := large(b)
	all := ix.Editions()[0]
	gazetteer.Of(all)
	a := all.Level(area.Community)[777]
	near := geo.Point{X: 1_116_700_000, Y: 408_300_000}
	for name, text := range map[string]string{
		"name": a.Name, "core": strings.TrimSuffix(a.Name, "社区"), "chain": chain(a, "") + "第四网格12号楼", "words": "东 河 4", "common": "网格", "code": "1501",
		"pinyin": "xcgm", "nothing": "没有这个地方吗", "two halves": "东西南北中新", "hostile": strings.Repeat("第四网格", 25), "hostile words": strings.Repeat("网 格 社 区 ", 2), "hostile pinyin": strings.Repeat("dd", 50),
	} {
		b.Run(name+"/gazetteer", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				gazetteer.Search(ix, gazetteer.Query{Text: text, Limit: 10, Near: &near})
			}
		})
	}
	b.Run("name/naive scan", func(b *testing.B) { // every name and code with strings.Contains, and no ranking
		for b.Loop() {
			var found []*gridindex.Area
			for _, level := range area.Levels {
				for _, x := range all.Level(level) {
					if strings.Contains(chain(x, ""), a.Name) || strings.HasPrefix(x.Code, a.Name) {
						found = append(found, x)
					}
				}
			}
			if len(found) == 0 {
				b.Fatal("nothing found")
			}
		}
	})
}
