package dispatch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/worktime"
)

// id is an identity made of a name, so that tests read.
func id(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }

// A place in a grid of a community of a street of the district D, and one across
// the border of the street.
var (
	here = []dispatch.Ancestor{
		{ID: id("G1"), Level: area.Grid, Code: "G1", Name: "一网格"}, {ID: id("C1"), Level: area.Community, Code: "C1", Name: "东街社区"},
		{ID: id("S1"), Level: area.Subdistrict, Code: "S1", Name: "东街街道"}, {ID: id("D"), Level: area.District, Code: "D", Name: "新城区"}}
	there = []dispatch.Ancestor{
		{ID: id("G9"), Level: area.Grid, Code: "G9", Name: "九网格"}, {ID: id("C9"), Level: area.Community, Code: "C9", Name: "西街社区"},
		{ID: id("S9"), Level: area.Subdistrict, Code: "S9", Name: "西街街道"}, {ID: id("D"), Level: area.District, Code: "D", Name: "新城区"}}
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("UTC+8", 8*3600))
)

// known: the areas above and the shipped standard are what there is.
var known = dispatch.Known{
	Area: func(a uuid.UUID) bool {
		has := func(x dispatch.Ancestor) bool { return x.ID == a }
		return slices.ContainsFunc(here, has) || slices.ContainsFunc(there, has)
	},
	Class: func(kind category.Kind, code string) bool {
		if len(code) == 2 {
			_, ok := category.Default().Major(kind, code)
			return ok
		}
		_, ok := category.Default().Minor(kind, code)
		return ok
	},
}

var units = []dispatch.Unit{
	{ID: id("water"), District: "D", Name: "供水", Kind: dispatch.Owner},
	{ID: id("garden"), District: "D", Name: "园林", Kind: dispatch.Department},
	{ID: id("city"), District: "D", Name: "城管", Kind: dispatch.Department},
	{ID: id("closed"), District: "D", Name: "旧单位", Kind: dispatch.Department, Disabled: true},
}

// rule makes a rule for a unit; change says the rest.
func rule(name, unit string, basis dispatch.Basis, change func(*dispatch.Rule)) dispatch.Rule {
	r := dispatch.Rule{ID: id(name), District: "D", Name: name, Basis: basis, Unit: id(unit)}
	if change != nil {
		change(&r)
	}
	return r
}

func book(rules ...dispatch.Rule) *dispatch.Book {
	b, _ := dispatch.NewBook("D", noon.Location(), units, rules, known)
	return b
}

func codes(kind category.Kind, codes ...string) func(*dispatch.Rule) {
	return func(r *dispatch.Rule) { r.Kind, r.Codes = kind, codes }
}

func areas(names ...string) func(*dispatch.Rule) {
	return func(r *dispatch.Rule) {
		for _, n := range names {
			r.Areas = append(r.Areas, id(n))
		}
	}
}

func both(a, b func(*dispatch.Rule)) func(*dispatch.Rule) {
	return func(r *dispatch.Rule) { a(r); b(r) }
}

func TestWhoAnswers(t *testing.T) {
	t.Parallel()
	const owner, territory = dispatch.ByOwner, dispatch.ByTerritory
	for _, tc := range []struct {
		name  string
		kind  category.Kind
		code  string
		rules []dispatch.Rule
		want  string // name of the rule; "" for the territory
	}{
		{"a component: the owner goes before the territory", category.Component, "0101",
			[]dispatch.Rule{rule("t", "city", territory, nil), rule("o", "water", owner, nil)}, "o"},
		{"an event: the territory goes before the owner", category.Event, "0101",
			[]dispatch.Rule{rule("o", "water", owner, nil), rule("t", "city", territory, nil)}, "t"},
		{"an event without a rule of territory goes to the owner", category.Event, "0501",
			[]dispatch.Rule{rule("o", "water", owner, codes(category.Event, "0501"))}, "o"},
		{"a component without a rule of ownership goes by the territory's rule", category.Component, "0402",
			[]dispatch.Rule{rule("t", "garden", territory, codes(category.Component, "04"))}, "t"},
		{"the basis weighs more than how specific a rule is", category.Component, "0101",
			[]dispatch.Rule{rule("t", "city", territory, both(codes(category.Component, "0101"), areas("G1"))), rule("o", "water", owner, nil)}, "o"},
		{"a minor goes before its major", category.Component, "0101",
			[]dispatch.Rule{rule("major", "city", owner, codes(category.Component, "01")), rule("minor", "water", owner, codes(category.Component, "0101"))}, "minor"},
		{"a major goes before any class", category.Component, "0102",
			[]dispatch.Rule{rule("any", "city", owner, nil), rule("major", "water", owner, codes(category.Component, "01"))}, "major"},
		{"the class weighs more than the area", category.Component, "0101",
			[]dispatch.Rule{rule("grid", "city", owner, both(codes(category.Component, "01"), areas("G1"))), rule("minor", "water", owner, codes(category.Component, "0101"))}, "minor"},
		{"a grid goes before its street", category.Event, "0110",
			[]dispatch.Rule{rule("street", "city", territory, areas("S1")), rule("grid", "garden", territory, areas("G1"))}, "grid"},
		{"a street goes before everywhere", category.Event, "0110",
			[]dispatch.Rule{rule("all", "city", territory, nil), rule("street", "garden", territory, areas("S1"))}, "street"},
		{"the district by name goes before everywhere", category.Event, "0110",
			[]dispatch.Rule{rule("all", "city", territory, nil), rule("district", "garden", territory, areas("D"))}, "district"},
		{"of several areas the finest counts", category.Event, "0110",
			[]dispatch.Rule{rule("community", "city", territory, areas("C1")), rule("several", "garden", territory, areas("D", "G1"))}, "several"},
		{"the lower priority goes first", category.Event, "0110",
			[]dispatch.Rule{rule("a", "city", territory, func(r *dispatch.Rule) { r.Priority = 5 }), rule("b", "garden", territory, nil)}, "b"},
		{"then the name decides", category.Event, "0110",
			[]dispatch.Rule{rule("b", "city", territory, nil), rule("a", "garden", territory, nil)}, "a"},
		{"another street's rule does not hold", category.Event, "0110",
			[]dispatch.Rule{rule("west", "city", territory, areas("S9"))}, ""},
		{"events and components number alike and are told apart", category.Event, "0101",
			[]dispatch.Rule{rule("covers", "water", owner, codes(category.Component, "0101"))}, ""},
		{"a rule for a minor does not hold while only the major is known", category.Event, "01",
			[]dispatch.Rule{rule("minor", "city", territory, codes(category.Event, "0110"))}, ""},
		{"nor any class while none is", category.Event, "",
			[]dispatch.Rule{rule("major", "city", territory, codes(category.Event, "01"))}, ""},
		{"nobody's: the street", category.Event, "0110", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the order in which rules are given does not matter
				s := book(tc.rules...).Suggest(dispatch.Question{Kind: tc.kind, Code: tc.code, Chain: here, At: noon})
				got := ""
				if s.Rule != nil {
					got = s.Rule.Name
				}
				if got != tc.want || s.Fallback != (tc.want == "") || s.Fallback && s.Unit != dispatch.TerritoryID("D", id("S1")) {
					t.Errorf("rule %q, unit %s, fallback %v; want rule %q", got, s.Name, s.Fallback, tc.want)
				}
				slices.Reverse(tc.rules)
			}
		})
	}
}

func TestRulesHoldWhileTheyDo(t *testing.T) {
	t.Parallel()
	night := rule("night", "city", dispatch.ByTerritory, func(r *dispatch.Rule) {
		r.Daily = []worktime.Period{{From: 0, To: 6 * 60}, {From: 22 * 60, To: 24 * 60}}
	})
	march := rule("march", "city", dispatch.ByTerritory, func(r *dispatch.Rule) {
		r.From, r.Until = time.Date(2026, 3, 1, 0, 0, 0, 0, noon.Location()), time.Date(2026, 4, 1, 0, 0, 0, 0, noon.Location())
	})
	for _, tc := range []struct {
		rule dispatch.Rule
		at   string
		want bool
	}{
		{night, "2026-03-02T21:59:59+08:00", false}, {night, "2026-03-02T22:00:00+08:00", true}, {night, "2026-03-02T23:59:59+08:00", true},
		{night, "2026-03-03T05:59:59+08:00", true}, {night, "2026-03-03T06:00:00+08:00", false},
		{night, "2026-03-02T14:00:00Z", true}, // 22:00 in the district
		{march, "2026-02-28T23:59:59+08:00", false}, {march, "2026-03-01T00:00:00+08:00", true}, {march, "2026-03-31T23:59:59+08:00", true}, {march, "2026-04-01T00:00:00+08:00", false},
	} {
		at, err := time.Parse(time.RFC3339, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		if s := book(tc.rule).Suggest(dispatch.Question{Kind: category.Event, Code: "0110", Chain: here, At: at}); (s.Rule != nil) != tc.want {
			t.Errorf("%s at %s: %v, want %v", tc.rule.Name, tc.at, s.Rule != nil, tc.want)
		}
	}
}

func TestABrokenRuleIsSeenAndTheNextAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		rule dispatch.Rule
		code string // of what is wrong; "" for nothing that matters here
	}{
		{"its unit is gone", rule("r", "nobody", dispatch.ByTerritory, nil), "unit_gone"},
		{"its unit is disabled", rule("r", "closed", dispatch.ByTerritory, areas("S1")), "unit_disabled"},
		{"its area is gone", rule("r", "city", dispatch.ByTerritory, areas("old street")), "area_gone"},
		{"its class is gone", rule("r", "city", dispatch.ByTerritory, codes(category.Event, "0177")), "class_gone"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b, broken := dispatch.NewBook("D", time.UTC, units, []dispatch.Rule{tc.rule}, known)
			if len(broken) != 1 || broken[0].Code != tc.code || broken[0].Rule != id("r") || broken[0].ZH == "" || broken[0].EN == "" || broken[0].What == "" {
				t.Errorf("told of the book: %+v", broken)
			}
			s := b.Suggest(dispatch.Question{Kind: category.Event, Code: "0177", Chain: here, At: noon})
			if !s.Fallback || s.Name != "东街街道" || len(s.Skipped) != 1 || s.Skipped[0].Code != tc.code {
				t.Errorf("%+v", s)
			}
		})
	}
	elsewhere := rule("r", "closed", dispatch.ByTerritory, areas("S9"))
	if s := book(elsewhere).Suggest(dispatch.Question{Kind: category.Event, Chain: here, At: noon}); len(s.Skipped) != 0 {
		t.Errorf("a broken rule of elsewhere is told: %+v", s.Skipped)
	}
	half := rule("r", "city", dispatch.ByTerritory, areas("old street", "S1"))
	if s := book(half).Suggest(dispatch.Question{Kind: category.Event, Chain: here, At: noon}); s.Unit != id("city") || len(s.Skipped) != 0 {
		t.Errorf("a rule does not hold where its area still is: %+v", s)
	}
	major := rule("r", "city", dispatch.ByTerritory, codes(category.Event, "0177", "01"))
	if s := book(major).Suggest(dispatch.Question{Kind: category.Event, Code: "0177", Chain: here, At: noon}); s.Unit != id("city") {
		t.Errorf("a class that is gone hides its major: %+v", s)
	}
}

func TestTheTerritoryAlwaysAnswers(t *testing.T) {
	t.Parallel()
	q := dispatch.Question{Kind: category.Event, Code: "0110", Chain: here, At: noon}
	own := dispatch.TerritoryID("D", id("S1"))
	s := book().Suggest(q)
	if s.Unit != own || s.Of == nil || s.Of.Code != "S1" || s.Name != "东街街道" || s.RunnerUp != nil {
		t.Errorf("without a row: %+v", s)
	}
	b, _ := dispatch.NewBook("D", time.UTC, []dispatch.Unit{{ID: own, Name: "东街综合执法", Kind: dispatch.Territory, Area: id("S1"), Disabled: true}}, nil, known)
	if s = b.Suggest(q); s.Unit != own || s.Name != "东街综合执法" || s.Why[len(s.Why)-1].Code != "unit_disabled" {
		t.Errorf("disabled: %+v", s)
	}
	q.Chain = here[3:]
	if s = book().Suggest(q); s.Unit != dispatch.TerritoryID("D", id("D")) {
		t.Errorf("where there are no streets: %+v", s)
	}
	q.Chain = nil
	if s = book(rule("all", "city", dispatch.ByTerritory, nil)).Suggest(q); s.Unit != uuid.Nil || s.Why[0].Code != "outside" {
		t.Errorf("outside: %+v", s)
	}
	if dispatch.TerritoryID("D", id("S1")) == dispatch.TerritoryID("E", id("S1")) || own != dispatch.TerritoryID("D", id("S1")) || own.Version() != 5 {
		t.Error("ids of territory units do not follow from district and area")
	}
}

func TestWhoElseItMightBe(t *testing.T) {
	t.Parallel()
	q := dispatch.Question{Kind: category.Component, Code: "0101", Chain: here, At: noon}
	rules := []dispatch.Rule{rule("a", "water", dispatch.ByOwner, nil), rule("b", "water", dispatch.ByOwner, nil), rule("t", "city", dispatch.ByTerritory, nil)}
	s := book(rules...).Suggest(q)
	if s.RunnerUp == nil || s.RunnerUp.Name != "城管" || s.RunnerUp.Across {
		t.Errorf("the next rule of another unit: %+v", s.RunnerUp)
	}
	if s = book(rules[:2]...).Suggest(q); s.RunnerUp == nil || !s.RunnerUp.Fallback || s.RunnerUp.Name != "东街街道" {
		t.Errorf("without one, the territory: %+v", s.RunnerUp)
	}
	q.Runner = there
	if s = book(rules...).Suggest(q); s.RunnerUp.Across {
		t.Errorf("the same unit on both sides is no alternative: %+v", s.RunnerUp)
	}
	if s = book().Suggest(q); s.RunnerUp == nil || !s.RunnerUp.Across || s.RunnerUp.Name != "西街街道" || !strings.Contains(s.RunnerUp.Why[0].ZH, "九网格") {
		t.Errorf("across the border: %+v", s.RunnerUp)
	}
}

func TestTheReasonsAreThoseOfTheDecision(t *testing.T) {
	t.Parallel()
	r := rule("井盖", "water", dispatch.ByOwner, both(codes(category.Component, "0101"), areas("S1")))
	s := book(r).Suggest(dispatch.Question{Kind: category.Component, Code: "0101", Chain: here, At: noon})
	var zh []string
	for _, w := range s.Why {
		zh = append(zh, w.ZH)
		if w.EN == "" || w.Code == "" {
			t.Errorf("%+v", w)
		}
	}
	if got, want := strings.Join(zh, "；"), "部件先属主、后属地；属主规则“井盖”；写明了小类 0101；写明了东街街道（S1）"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatIsSaidOfUnitsAndRulesIsChecked(t *testing.T) {
	t.Parallel()
	good := rule("好", "city", dispatch.ByOwner, codes(category.Event, "0110", "01", "0110 "))
	if err := good.Check(); err != nil || !slices.Equal(good.Codes, []string{"01", "0110"}) {
		t.Errorf("%v, %v", good.Codes, err)
	}
	for code, change := range map[string]func(*dispatch.Rule){
		"missing_text":      func(r *dispatch.Rule) { r.Name = " " },
		"text_too_long":     func(r *dispatch.Rule) { r.Name = strings.Repeat("长", 61) },
		"bad_text":          func(r *dispatch.Rule) { r.Name = "a\x00" },
		"unknown_basis":     func(r *dispatch.Rule) { r.Basis = "" },
		"unknown_kind":      func(r *dispatch.Rule) { r.Kind = "rain" },
		"class_needs_kind":  func(r *dispatch.Rule) { r.Codes = []string{"01"} },
		"bad_class":         func(r *dispatch.Rule) { r.Kind, r.Codes = category.Event, []string{"010"} },
		"too_many":          func(r *dispatch.Rule) { r.Kind, r.Codes = category.Event, make([]string, 301) },
		"until_before_from": func(r *dispatch.Rule) { r.From, r.Until = noon, noon },
		"bad_daily":         func(r *dispatch.Rule) { r.Daily = []worktime.Period{{From: 22 * 60, To: 6 * 60}} },
		"bad_priority":      func(r *dispatch.Rule) { r.Priority = -1 },
		"unit_missing":      func(r *dispatch.Rule) { r.Unit = uuid.Nil },
	} {
		if r := rule("好", "city", dispatch.ByOwner, change); !fault.Is(r.Check(), code) {
			t.Errorf("%s: %v", code, r.Check())
		}
	}
	for code, u := range map[string]dispatch.Unit{
		"missing_text":      {Kind: dispatch.Department},
		"unknown_unit_kind": {Name: "甲"},
		"unit_area":         {Name: "甲", Kind: dispatch.Territory},
		"bad_phone":         {Name: "甲", Kind: dispatch.Owner, Phone: "call me"},
	} {
		if err := u.Check(); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if u := (dispatch.Unit{Name: " 甲 ", Kind: dispatch.Owner, Phone: "0471-123 45"}); u.Check() != nil || u.Name != "甲" || u.Phone != "047112345" {
		t.Errorf("%+v", u)
	}
}
