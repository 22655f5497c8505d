package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/locate"
)

// nearBorder is how near, in metres, a border has to be for the unit across it
// to be told: about what a phone is sure of.
const nearBorder = 20

// suggested is who answers for a case at a place, and what that was found from.
type suggested struct {
	dispatch.Suggestion
	Edition *gridindex.Edition
	Owner   *gridindex.Area  // the finest area that holds the place
	Border  gridindex.Border // of the owner, with neighbours within nearBorder
	Chain   []dispatch.Ancestor
	Book    *dispatch.Book

	Standard *category.Edition // of the classes, in force
}

// suggest says who answers for a case of a class at a place, by the boundaries
// and rules in force; at decides which rules hold. The territory unit that a
// fallback names may have no row yet: postgres makes it with the case. Without a
// district it is that of the place. Errors: no_such_district, not_covered.
func (s *Server) suggest(ctx context.Context, district string, kind category.Kind, code string, p geo.Point, at time.Time) (*suggested, error) {
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	found := &suggested{}
	if district == "" {
		found.Owner = ix.Locate(p)
	} else if e := ix.Edition(district); e != nil {
		found.Owner = e.Locate(p)
	} else {
		return nil, noDistrict(clip(district, 40))
	}
	if found.Owner == nil {
		return nil, fault.New(fault.Unprocessable, "not_covered", "这个位置不在辖区内", "the place lies outside the boundaries")
	}
	found.Edition = found.Owner.Edition()
	if found.Standard, err = s.Store.Categories(ctx, found.Edition.Code, ""); err != nil {
		return nil, err
	}
	if found.Book, _, err = s.Store.Book(ctx, found.Edition.Code, known(found.Edition, found.Standard)); err != nil {
		return nil, err
	}
	found.Chain = chainAt(found.Owner, p)
	found.Border = found.Owner.Border(p, nearBorder)
	q := dispatch.Question{Kind: kind, Code: code, Chain: found.Chain, At: at}
	found.Suggestion = found.Book.Suggest(q)
	if found.Border.Metres > nearBorder {
		return found, nil
	}
	for _, n := range found.Border.Neighbours { // the nearest that somebody else answers for
		q.Runner = ancestors(n)
		if s := found.Book.Suggest(q); s.RunnerUp != nil && s.RunnerUp.Across {
			found.Suggestion = s
			break
		}
	}
	return found, nil
}

// chainAt lists the areas that hold a place, finest first: compounds and
// dedicated grids before the owner and what lies around it.
func chainAt(owner *gridindex.Area, p geo.Point) (chain []dispatch.Ancestor) {
	e := owner.Edition()
	for _, over := range [][]*gridindex.Area{e.Compounds(p), e.Dedicated(p)} {
		for _, a := range over {
			chain = append(chain, ancestor(a))
		}
	}
	return append(chain, ancestors(owner)...)
}

func ancestors(a *gridindex.Area) (chain []dispatch.Ancestor) {
	for ; a != nil; a = a.Up {
		chain = append(chain, ancestor(a))
	}
	return chain
}

func ancestor(a *gridindex.Area) dispatch.Ancestor {
	return dispatch.Ancestor{ID: a.AreaID, Level: a.Level, Code: a.Code, Name: a.Name}
}

// UnitSuggestion is who answers for a case, and why.
type UnitSuggestion struct {
	UnitAnswer
	RunnerUp *UnitAnswer       `json:"runner_up,omitempty" doc:"who else it might be"`
	Skipped  []BrokenRule      `json:"skipped" doc:"rules that would have held, or may have, but are broken"`
	District string            `json:"district"`
	Edition  locate.EditionRef `json:"edition" doc:"the boundaries that the chain is from"`
	Chain    []ChainArea       `json:"chain" doc:"the areas that hold the place, finest first"`
	Owner    ChainArea         `json:"owner" doc:"the finest of the areas that form the partition: compounds and dedicated grids lie over it"`
	Border   locate.Border     `json:"border" doc:"of the owner"`
	Kind     string            `json:"kind"`
	Class    *RuleClass        `json:"class,omitempty"`
	At       time.Time         `json:"at" doc:"the moment that was asked about"`
}

// UnitAnswer is one unit and why it is.
type UnitAnswer struct {
	Unit     UnitName     `json:"unit" doc:"of a fallback it may be nowhere else yet: it is made with the first case"`
	Phone    string       `json:"phone,omitempty"`
	Basis    string       `json:"basis" enum:"owner,territory"`
	Fallback bool         `json:"fallback" doc:"属地兜底: no rule holds"`
	Across   bool         `json:"across" doc:"it is the unit across the border"`
	Rule     *RuleName    `json:"rule,omitempty" doc:"absent for a fallback"`
	Why      []UnitReason `json:"why" doc:"in the order of the decision"`
}

// RuleName names a rule as it was used.
type RuleName struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	Version int64     `json:"version"`
}

// UnitReason is one step of a decision.
type UnitReason struct {
	Code string `json:"code" enum:"order,rule,class,area,time,fallback,unit_disabled,across,outside"`
	Text string `json:"text"`
}

// ChainArea is one of the areas that hold a place.
type ChainArea struct {
	Level string `json:"level"`
	Code  string `json:"code"`
	Name  string `json:"name"`
}

type suggestionOutput struct{ Body UnitSuggestion }

func (s *Server) suggestion(ctx context.Context, in *struct {
	District string  `query:"district" doc:"that of the place when left out"`
	Kind     string  `query:"kind" required:"true" enum:"event,component"`
	Code     string  `query:"code" doc:"of the class: four digits, or two of a major" example:"0110"`
	Lon      decimal `query:"lon" required:"true"`
	Lat      decimal `query:"lat" required:"true"`
	CRS      string  `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02 or bd09"`
	At       string  `query:"at" doc:"RFC 3339 time, for rules that hold at times; now when left out" format:"date-time"`
}) (*suggestionOutput, error) {
	q, err := (&locateInput{Lon: in.Lon, Lat: in.Lat, CRS: in.CRS}).query()
	if err != nil {
		return nil, err
	}
	kind := category.Kind(in.Kind)
	if kind != category.Event && kind != category.Component {
		return nil, fault.New(fault.Invalid, "unknown_kind", "kind 只能是 event（事件）或 component（部件）", "kind is event or component")
	}
	at := time.Now()
	if in.At != "" {
		if at, err = time.Parse(time.RFC3339, in.At); err != nil {
			return nil, fault.New(fault.Invalid, "bad_date", "时间应写成 2026-01-31T08:00:00+08:00，得到 %[1]q", "write a time as 2026-01-31T08:00:00+08:00, got %[1]q", clip(in.At, 40))
		}
	}
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	where, err := locate.One(ix, q) // also tells swapped ordinates
	if err != nil {
		return nil, err
	}
	p, err := geo.Snap(where.Located[0], where.Located[1])
	if err != nil {
		return nil, err
	}
	found, err := s.suggest(ctx, in.District, kind, in.Code, p, at)
	if err != nil {
		return nil, err
	}
	out := &suggestionOutput{found.describe(requestOf(ctx).lang)}
	out.Body.Kind, out.Body.At = in.Kind, at
	if in.Code != "" {
		name, known := className(found.Standard, kind, in.Code)
		if !known {
			return nil, fault.New(fault.Unprocessable, "no_such_class", "立案标准里没有%[1]s %[2]q", "the standard has no such class of %[3]ss: %[2]q", kind.Word(), clip(in.Code, 20), in.Kind)
		}
		out.Body.Class = &RuleClass{in.Code, name}
	}
	out.Body.Edition.Generation = ix.Generation
	return out, nil
}

// describe tells a suggestion in a language.
func (f *suggested) describe(lang string) UnitSuggestion {
	about := f.Edition.About
	d := UnitSuggestion{UnitAnswer: f.answer(f.Answer, lang), Skipped: []BrokenRule{}, District: f.Edition.Code,
		Edition: locate.EditionRef{Name: about.Name, ValidFrom: about.ValidFrom, Synthetic: about.Synthetic},
		Owner:   ChainArea{f.Owner.Level.String(), f.Owner.Code, f.Owner.Name},
		Border:  locate.DescribeBorder(f.Owner, f.Border)}
	if f.RunnerUp != nil {
		other := f.answer(*f.RunnerUp, lang)
		d.RunnerUp = &other
	}
	for _, b := range f.Skipped {
		d.Skipped = append(d.Skipped, describeBroken(b, lang, nil))
	}
	for _, a := range f.Chain {
		d.Chain = append(d.Chain, ChainArea{a.Level.String(), a.Code, a.Name})
	}
	return d
}

func (f *suggested) answer(a dispatch.Answer, lang string) UnitAnswer {
	u, _ := f.Book.Unit(a.Unit)
	d := UnitAnswer{Unit: UnitName{a.Unit, a.Name, u.Disabled}, Phone: u.Phone, Basis: string(a.Basis), Fallback: a.Fallback, Across: a.Across}
	if a.Rule != nil {
		d.Rule = &RuleName{a.Rule.ID, a.Rule.Name, a.Rule.Version}
	}
	for _, r := range a.Why {
		text := r.ZH
		if lang == "en" {
			text = r.EN
		}
		d.Why = append(d.Why, UnitReason{r.Code, text})
	}
	return d
}
