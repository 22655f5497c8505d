package dispatch_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/worktime"
)

// TestNoPlaceIsNobodys: whatever the rules, every question about a place has a
// unit that is in use, or the territory's; and the same one in whatever order the
// rules are kept.
func TestNoPlaceIsNobodys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"water", "garden", "city", "closed", "nobody"}
		places := []string{"G1", "C1", "S1", "D", "S9", "old street"}
		var rules []dispatch.Rule
		for i := range rapid.IntRange(0, 8).Draw(t, "rules") {
			r := dispatch.Rule{ID: id(string(rune('a' + i))), Name: rapid.SampledFrom([]string{"甲", "乙"}).Draw(t, "name"), Unit: id(rapid.SampledFrom(names).Draw(t, "unit")),
				Basis:    rapid.SampledFrom([]dispatch.Basis{dispatch.ByOwner, dispatch.ByTerritory}).Draw(t, "basis"),
				Kind:     rapid.SampledFrom([]category.Kind{"", category.Event, category.Component}).Draw(t, "kind"),
				Priority: rapid.IntRange(0, 2).Draw(t, "priority")}
			if r.Kind != "" {
				r.Codes = rapid.SliceOfN(rapid.SampledFrom([]string{"01", "0110", "0101", "0177", "77"}), 0, 2).Draw(t, "codes")
			}
			for _, a := range rapid.SliceOfN(rapid.SampledFrom(places), 0, 2).Draw(t, "areas") {
				r.Areas = append(r.Areas, id(a))
			}
			if rapid.Bool().Draw(t, "daily") {
				r.Daily = []worktime.Period{{From: 8 * 60, To: 18 * 60}}
			}
			rules = append(rules, r)
		}
		list := slices.Clone(units)
		if rapid.Bool().Draw(t, "territory disabled") {
			list = append(list, dispatch.Unit{ID: dispatch.TerritoryID("D", id("S1")), Name: "东街", Kind: dispatch.Territory, Area: id("S1"), Disabled: true})
		}
		q := dispatch.Question{Kind: rapid.SampledFrom([]category.Kind{category.Event, category.Component}).Draw(t, "asked"),
			Code:  rapid.SampledFrom([]string{"", "01", "0101", "0110", "0177"}).Draw(t, "code"),
			Chain: here[rapid.IntRange(0, 3).Draw(t, "from"):], At: noon.Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "hour")) * time.Hour)}
		if rapid.Bool().Draw(t, "near") {
			q.Runner = there
		}
		b, broken := dispatch.NewBook("D", noon.Location(), list, rules, known)
		s := b.Suggest(q)
		if s.Unit == uuid.Nil || s.Name == "" || len(s.Why) < 2 {
			t.Fatalf("nobody answers: %+v", s)
		}
		u, has := b.Unit(s.Unit)
		if !s.Fallback && (!has || u.Disabled || s.Rule == nil || s.Rule.Unit != s.Unit) {
			t.Fatalf("a unit that is not in use answers: %+v", s)
		}
		if s.RunnerUp != nil && s.RunnerUp.Unit == s.Unit {
			t.Fatalf("the alternative is the same: %+v", s)
		}
		for _, k := range s.Skipped {
			if !slices.Contains(broken, k) {
				t.Fatalf("skipped and not among the broken: %+v", k)
			}
		}
		slices.Reverse(rules)
		again, _ := dispatch.NewBook("D", noon.Location(), list, rules, known)
		if other := again.Suggest(q); other.Unit != s.Unit || !reflect.DeepEqual(other.Why, s.Why) {
			t.Fatalf("another order, another answer: %+v, %+v", s, other)
		}
	})
}
