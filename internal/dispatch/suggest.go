package dispatch

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/category"
)

// Suggestion is who answers for a case.
type Suggestion struct {
	Answer
	Skipped  []Broken // rules that would have held, or may have, but are broken
	RunnerUp *Answer  // who else it might be: the unit across a near border, or else the next rule's; nil where there is nobody
}

// Answer is one unit, and why it is.
type Answer struct {
	Unit     uuid.UUID // zero for a question without a chain
	Name     string
	Basis    Basis
	Rule     *Rule     // nil: the territory, because no rule holds
	Fallback bool      // 属地兜底
	Of       *Ancestor // of a fallback: the area whose territory unit it is, which may have no row yet
	Across   bool      // by the areas across the border
	Why      []Reason  // in the order of the decision
}

// Reason is one step of a decision.
type Reason struct {
	Code string // order, rule, class, area, time, fallback, unit_disabled, across, outside
	ZH   string
	EN   string
}

// Suggest says who answers. The answer depends on nothing but book and question,
// and every question with a chain has one: a unit that is in use, or else the
// territory, which answers even when it is disabled and says so.
func (b *Book) Suggest(q Question) Suggestion {
	if len(q.Chain) == 0 {
		return Suggestion{Answer: Answer{Why: []Reason{{"outside", "这个位置不在任何区域内", "the place lies in no area"}}}}
	}
	answers, skipped := b.answers(q)
	s := Suggestion{Answer: answers[0], Skipped: skipped}
	if len(q.Runner) > 0 {
		across := q
		across.Chain = q.Runner
		beyond, _ := b.answers(across)
		if other := beyond[0]; other.Unit != s.Unit {
			other.Across = true
			other.Why = append([]Reason{{"across", "离边界很近，界外是" + q.Runner[0].Name, "near the border; across it is " + q.Runner[0].Name}}, other.Why...)
			s.RunnerUp = &other
			return s
		}
	}
	if i := slices.IndexFunc(answers, func(a Answer) bool { return a.Unit != s.Unit }); i > 0 {
		s.RunnerUp = &answers[i]
	}
	return s
}

// answers lists who might answer, the first first; the fallback is the last.
func (b *Book) answers(q Question) (all []Answer, skipped []Broken) {
	order := Reason{"order", "事件先属地、后属主", "an event: the territory first, then the owner"}
	bases := []Basis{ByTerritory, ByOwner}
	if q.Kind == category.Component {
		order = Reason{"order", "部件先属主、后属地", "a component: the owner first, then the territory"}
		bases = []Basis{ByOwner, ByTerritory}
	}
	for _, basis := range bases {
		good, bad := b.hits(basis, q)
		for _, h := range good {
			r := h.Rule
			all = append(all, Answer{Unit: r.Unit, Name: b.units[r.Unit].Name, Basis: basis, Rule: &r, Why: append([]Reason{order}, h.why(q)...)})
		}
		skipped = append(skipped, bad...)
	}
	return append(all, b.fallback(q, order)), skipped
}

// why tells how a rule holds.
func (h hit) why(q Question) []Reason {
	word := map[Basis][2]string{ByOwner: {"属主", "owner"}, ByTerritory: {"属地", "territory"}}[h.Basis]
	why := []Reason{{"rule", fmt.Sprintf("%s规则“%s”", word[0], h.Name), fmt.Sprintf("%s rule “%s”", word[1], h.Name)}}
	switch {
	case len(h.code) == 4:
		why = append(why, Reason{"class", "写明了小类 " + h.code, "it names the class " + h.code})
	case h.code != "":
		why = append(why, Reason{"class", "写明了大类 " + h.code, "it names the major class " + h.code})
	case h.Kind != "":
		why = append(why, Reason{"class", "适用于所有" + h.Kind.Word(), "it holds for every " + string(h.Kind)})
	default:
		why = append(why, Reason{"class", "适用于所有类别", "it holds for every class"})
	}
	if h.area < len(q.Chain) {
		a := q.Chain[h.area]
		why = append(why, Reason{"area", "写明了" + a.Name + "（" + a.Code + "）", "it names " + a.Name + " (" + a.Code + ")"})
	} else {
		why = append(why, Reason{"area", "适用于全区", "it holds in the whole district"})
	}
	if len(h.Daily) > 0 {
		why = append(why, Reason{"time", "在规则的时段内", "it is within the rule's times of day"})
	}
	return why
}

// fallback is the territory: the subdistrict's unit, or else the coarsest
// area's.
func (b *Book) fallback(q Question, order Reason) Answer {
	of := q.Chain[len(q.Chain)-1]
	if i := slices.IndexFunc(q.Chain, func(a Ancestor) bool { return a.Level == area.Subdistrict }); i >= 0 {
		of = q.Chain[i]
	}
	a := Answer{Unit: TerritoryID(b.district, of.ID), Name: of.Name, Basis: ByTerritory, Fallback: true, Of: &of,
		Why: []Reason{order, {"fallback", "没有适用的规则，属地兜底：" + of.Name, "no rule holds; the territory answers: " + of.Name}}}
	if u, there := b.units[a.Unit]; there {
		a.Name = u.Name
		if u.Disabled {
			a.Why = append(a.Why, Reason{"unit_disabled", "注意：这个属地单位已停用，请尽快指定规则或重新启用", "mind: this territory unit is disabled; make a rule or enable it"})
		}
	}
	return a
}
