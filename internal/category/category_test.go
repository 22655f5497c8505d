package category_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wangge/internal/category"
)

func TestTheShippedEditionHoldsTheTablesOfTheStandard(t *testing.T) {
	t.Parallel()
	e := category.Default()
	count := map[string]int{}
	for _, m := range e.Minors {
		count[string(m.Kind)+m.Code[:2]]++
		for _, c := range m.Conditions {
			if len(c.Phases) == 0 {
				t.Errorf("%s %s: a condition without a limit", m.Code, m.Name)
			}
		}
		if m.Kind == category.Event && len(m.Conditions) == 0 {
			t.Errorf("event %s %s has no limit", m.Code, m.Name)
		}
	}
	want := map[string]int{"event01": 47, "event02": 8, "event03": 16, "event04": 13, "event05": 10, "event06": 4,
		"component01": 40, "component02": 20, "component03": 10, "component04": 16, "component05": 6}
	for major, n := range want {
		if count[major] != n {
			t.Errorf("%s has %d classes, want %d", major, count[major], n)
		}
	}
	if n := len(e.MajorsOf(category.Event)); n != 6 {
		t.Errorf("%d majors of events", n)
	}
}

func TestACodeMeansOneThingAmongEventsAndAnotherAmongComponents(t *testing.T) {
	t.Parallel()
	e := category.Default()
	event, _ := e.Minor(category.Event, "0101")
	part, _ := e.Minor(category.Component, "0101")
	if event.Name != "私搭乱建" || part.Name != "上水井盖" {
		t.Errorf("0101: %s, %s", event.Name, part.Name)
	}
	if got := event.Conditions; len(got) != 2 || !got[0].Numbered() || got[0].Phases[0].Limit != "2急日" || got[1].Phases[0].Limit != "15日" {
		t.Errorf("limits of 私搭乱建: %v", got)
	}
	if got := part.Conditions; len(got) != 4 || got[0].Numbered() || got[0].Phases[0].Limit != "2急时" {
		t.Errorf("limits of 上水井盖: %v", got)
	}
	if _, ok := e.Minor(category.Event, "0109"); ok {
		t.Error("0109 is in no table")
	}
}

func TestSearchHasTheBestFirst(t *testing.T) {
	t.Parallel()
	e := category.Default()
	for _, tc := range []struct {
		query string
		kind  category.Kind
		want  string
	}{
		{"0101", "", "私搭乱建 上水井盖"},
		{"井盖 热力", "", "热力井盖"},
		{"道路", category.Event, "道路不洁 道路破损 道路遗撒"},
		{"破裂", category.Event, "供水管道破裂 燃气管道破裂 排水管道堵塞、破裂"},
		{"突发 积水", "", "道路积水"},
		{"突发事件", "", "突发事件 供水管道破裂 燃气管道破裂"},
		{"没有这个", "", ""}, {" ", "", ""},
	} {
		var names []string
		for _, m := range e.Search(tc.query, tc.kind, 3) {
			names = append(names, m.Name)
		}
		if got := strings.Join(names, " "); got != tc.want {
			t.Errorf("%q finds %q, want %q", tc.query, got, tc.want)
		}
	}
}

func TestLocalCodesCountDown(t *testing.T) {
	t.Parallel()
	e := category.Default()
	for _, tc := range []struct {
		kind        category.Kind
		major, want string
	}{
		{category.Event, "01", "0178"}, {category.Event, "02", "0298"}, {category.Component, "03", "0395"},
		{category.Component, "01", "0177"}, {category.Event, "07", ""},
	} {
		if got, _ := e.NextLocal(tc.kind, tc.major); got != tc.want {
			t.Errorf("next in %s %s is %q, want %q", tc.kind, tc.major, got, tc.want)
		}
	}
	full, problems := build(category.GB30428, "01,a,事件,,,,", "0198,b,事件,,条件1,,1日", "0199,c,事件,是,条件1,,1日")
	if full == nil {
		t.Fatal(problems)
	}
	if code, ok := full.NextLocal(category.Event, "01"); ok {
		t.Errorf("no code is left, got %s", code)
	}
	old, problems := build(category.CJT214, "01,a,事件,,,,", "0199,其他,事件,,条件1,,1日")
	if old == nil {
		t.Fatal(problems)
	}
	if code, _ := old.NextLocal(category.Event, "01"); code != "0198" {
		t.Errorf("99 is 其他 in the older order, next is %q", code)
	}
}

func TestEveryProblemOfATableIsToldByLine(t *testing.T) {
	t.Parallel()
	_, got := build("", "01,市容,事件,,,,", // line 2
		"0101,甲,事件,,条件1,,2急时",
		"0101,甲,事件,,条件1,,4时",     // 4 twice the condition
		"0102,乙,事件,,条件1,,2小时",    // 5 limit
		"0103,丙,别的,,条件1,,2日",     // 6 kind
		"1,丁,事件,,条件1,,2日",        // 7 code
		"0201,戊,事件,,条件1,,2日",     // 8 major
		"0104,己,事件,对,条件1,,2日",    // 9 local
		"0150,庚,事件,是,条件1,,2日",    // 10 below 0160
		"0160,辛,事件,,条件1,,",       // 11 no limit
		"0101,甲,事件,,条件9,,4时",     // 12 again, further down
		"0105,壬,事件,,,,",          // 13 an event without condition
		"0106,,事件,,条件1,,2日",      // 14 no name
		"01,市容,事件,,,,",           // 15 major twice
		"0107,癸,事件,,条件1,,3急时→5日", // 16 phases need names
		"0100,子,事件,,条件1,,5日",     // 17 00
		"0108,丑,部件,,,,5日",        // 18 limit without condition, and major of components
	)
	want := "0 edition_order; 4 condition_duplicate; 5 limit_unreadable; 6 kind_unknown; 7 code_unreadable; 8 major_unknown; " +
		"9 local_unreadable; 10 local_not_down; 11 limit_missing; 12 code_duplicate; 13 condition_missing; 14 text_bad; " +
		"15 code_duplicate; 16 limit_unreadable; 17 code_unreadable; 18 condition_missing; 18 major_unknown"
	if told := tell(got); told != want {
		t.Errorf("got  %s\nwant %s", told, want)
	}
	for _, p := range got {
		if p.Text("zh") == "" || p.Text("en") == "" {
			t.Errorf("%s has no words", p.Code)
		}
	}
}

func TestPhasesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	e, problems := build(category.GB30428, "05,突发事件,事件,,,,", "0501,供水管道破裂,事件,,破裂,恢复路面,现场围护 3急时→修复 8急时→恢复路面 5日")
	if e == nil {
		t.Fatal(problems)
	}
	want := []category.Phase{{Name: "现场围护", Limit: "3急时"}, {Name: "修复", Limit: "8急时"}, {Name: "恢复路面", Limit: "5日"}}
	if got := e.Minors[0].Conditions[0]; !slices.Equal(got.Phases, want) || got.Closing != "恢复路面" {
		t.Errorf("got %v", got)
	}
}

func TestTheOlderOrderHasStreetAndSuddenEventsSwapped(t *testing.T) {
	t.Parallel()
	if got := category.CJT214.MajorIn(category.GB30428, category.Event, "04"); got != "05" {
		t.Errorf("突发事件 moves to %s", got)
	}
	if got := category.CJT214.MajorIn(category.GB30428, category.Component, "04"); got != "04" {
		t.Errorf("components stay, got %s", got)
	}
	if got := category.GB30428.MajorIn(category.GB30428, category.Event, "05"); got != "05" {
		t.Errorf("one order, got %s", got)
	}
	table := []string{"04,突发事件,事件,,,,", "0401,路面塌陷,事件,,条件1,,2急时"}
	if _, got := build(category.GB30428, table...); tell(got) != "2 order_contradiction" {
		t.Errorf("an old table under the new order: %s", tell(got))
	}
	if _, got := build(category.CJT214, table...); len(got) > 0 {
		t.Errorf("an old table under its own order: %s", tell(got))
	}
}

func TestFilesThatAreNoTableAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "1 csv_heading", "a,b\n": "1 csv_unreadable", "a,b,c,d,e,f,g\n": "1 csv_heading",
		strings.Join(category.Heading, ",") + "\n\"01":                                       "2 csv_unreadable",
		strings.Join(category.Heading, ",") + "\n" + strings.Repeat("01,a,事件,,,,\n", 20_001): "20002 too_many_rows",
	} {
		if _, got := category.ReadCSV(strings.NewReader(text)); tell(got) != want {
			t.Errorf("%.20q: %s, want %s", text, tell(got), want)
		}
	}
}

func build(order category.Order, lines ...string) (*category.Edition, []category.Problem) {
	text := "\ufeff" + strings.Join(category.Heading, ",") + "\n" + strings.Join(lines, "\n")
	rows, problems := category.ReadCSV(strings.NewReader(text))
	if len(problems) > 0 {
		return nil, problems
	}
	return category.Build(category.About{Name: "试", ValidFrom: "2026-01-01", Order: order}, rows)
}

func tell(problems []category.Problem) string {
	var told []string
	for _, p := range problems {
		told = append(told, fmt.Sprintf("%d %s", p.Line, p.Code))
	}
	return strings.Join(told, "; ")
}
