package httpapi

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// Responsibility is a rule of who answers for what (责任规则).
type Responsibility struct {
	ID       uuid.UUID            `json:"id"`
	District string               `json:"district"`
	Name     string               `json:"name"`
	Basis    string               `json:"basis" enum:"owner,territory" doc:"属主、属地"`
	Kind     string               `json:"kind,omitempty" enum:"event,component" doc:"absent: both"`
	Classes  []RuleClass          `json:"classes" doc:"none: every class"`
	Areas    []ResponsibilityArea `json:"areas" doc:"these and all below; none: the whole district"`
	From     *time.Time           `json:"from,omitempty"`
	Until    *time.Time           `json:"until,omitempty" doc:"first moment when it does not hold any more"`
	State    string               `json:"state" enum:"present,coming,ended"`
	Daily    []DailyTime          `json:"daily" doc:"times of day on the district's clock; none: always"`
	Unit     UnitName             `json:"unit"`
	Priority int                  `json:"priority" doc:"the lower goes first among rules that are equally specific"`
	Version  int64                `json:"version" doc:"also the ETag"`
	Broken   []BrokenRule         `json:"broken" doc:"what is wrong with it and what to do; none while it is sound"`
}

// RuleClass is a class that a rule names.
type RuleClass struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty" doc:"absent when the class is not in the standard in force"`
}

// ResponsibilityArea is an area that a rule names.
type ResponsibilityArea struct {
	ID    uuid.UUID `json:"id"`
	Level string    `json:"level,omitempty" doc:"absent when the area is not there any more"`
	Code  string    `json:"code,omitempty" doc:"the last one where the area is not there any more"`
	Name  string    `json:"name,omitempty"`
}

// DailyTime is a stretch of every day.
type DailyTime struct {
	From string `json:"from" example:"08:00"`
	To   string `json:"to" example:"18:00" doc:"first minute that is not in it; 24:00 is midnight"`
}

// UnitName names a unit.
type UnitName struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Disabled bool      `json:"disabled"`
}

// BrokenRule is one thing that is wrong with a rule.
type BrokenRule struct {
	Rule uuid.UUID `json:"rule"`
	Name string    `json:"name" doc:"of the rule"`
	Code string    `json:"code" enum:"unit_gone,unit_disabled,area_gone,class_gone"`
	What string    `json:"what" doc:"which unit, area or class"`
	Text string    `json:"text" doc:"what is wrong and what to do"`
}

// ResponsibilityRequest is what a rule is to say.
type ResponsibilityRequest struct {
	Name     string      `json:"name" maxLength:"200"`
	Basis    string      `json:"basis" enum:"owner,territory"`
	Kind     string      `json:"kind,omitempty" enum:"event,component" doc:"left out: both"`
	Codes    []string    `json:"codes,omitempty" maxItems:"300" doc:"majors (2 digits) and minors (4); none: every class"`
	Areas    []AreaName  `json:"areas,omitempty" maxItems:"300" doc:"these and all below; none: the whole district"`
	From     string      `json:"from,omitempty" example:"2026-01-31" doc:"first day; ever since when left out"`
	Until    string      `json:"until,omitempty" example:"2026-12-31" doc:"last day; open when left out"`
	Daily    []DailyTime `json:"daily,omitempty" maxItems:"6" doc:"times of day; a night is two of them; none: always"`
	Unit     uuid.UUID   `json:"unit"`
	Priority int         `json:"priority,omitempty"`
}

// AreaName names an area of a district in force.
type AreaName struct {
	Level string `json:"level,omitempty" enum:"district,subdistrict,community,grid,compound" doc:"where a code stands on several levels"`
	Code  string `json:"code"`
}

type (
	ruleOutput struct {
		ETag string `header:"ETag"`
		Body Responsibility
	}
	rulesOutput struct {
		Body struct {
			District string           `json:"district"`
			Rules    []Responsibility `json:"rules" doc:"broken ones first, then by name"`
		}
	}
)

func (s *Server) responsibilityRoutes() {
	const all, one = "/api/v1/responsibilities", "/api/v1/responsibilities/{district}/{id}"
	huma.Register(s.api, operation(http.MethodGet, all, "responsibilities", "责任规则 · Rules of responsibility", 400, 401, 403, 404, 503), s.responsibilities)
	add := operation(http.MethodPost, all, "responsibility-add", "添加责任规则 · Add a rule", 400, 401, 403, 404, 409, 422, 503)
	add.DefaultStatus = http.StatusCreated
	huma.Register(s.api, add, s.addResponsibility)
	huma.Register(s.api, operation(http.MethodPut, one, "responsibility-change", "修改责任规则 · Change it", 401, 403, 404, 409, 412, 422, 428, 503), s.changeResponsibility)
	huma.Register(s.api, operation(http.MethodDelete, one, "responsibility-drop", "删除责任规则 · Delete it", 401, 403, 404, 409, 412, 428, 503), s.dropResponsibility)
	huma.Register(s.api, operation(http.MethodGet, all+"/suggestion", "responsibility-suggestion", "这里的这件事归谁管，为什么 · Who answers for this, and why", 400, 401, 403, 404, 422, 503), s.suggestion)
}

// known says what the rules of a district may refer to now.
func known(e *gridindex.Edition, standard *category.Edition) dispatch.Known {
	return dispatch.Known{
		Area:  func(id uuid.UUID) bool { return e.ByID(id) != nil },
		Class: func(kind category.Kind, code string) bool { _, ok := className(standard, kind, code); return ok },
	}
}

// className names a major or a minor.
func className(e *category.Edition, kind category.Kind, code string) (string, bool) {
	if len(code) == 2 {
		m, ok := e.Major(kind, code)
		return m.Name, ok
	}
	m, ok := e.Minor(kind, code)
	return m.Name, ok
}

func (s *Server) responsibilities(ctx context.Context, in *struct {
	District string `query:"district" doc:"may be left out while there is only one"`
}) (*rulesOutput, error) {
	e, err := s.inForce(in.District)
	if err != nil {
		return nil, err
	}
	rules, err := s.Store.Responsibilities(ctx, e.Code)
	if err != nil {
		return nil, err
	}
	out := &rulesOutput{}
	out.Body.District = e.Code
	if out.Body.Rules, err = s.describeRules(ctx, e, rules); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out.Body.Rules, func(a, b Responsibility) int {
		return cmp.Compare(min(1, len(b.Broken)), min(1, len(a.Broken)))
	})
	return out, nil
}

// describeRules tells rules of a district with what is wrong with them.
func (s *Server) describeRules(ctx context.Context, e *gridindex.Edition, rules []dispatch.Rule) ([]Responsibility, error) {
	units, err := s.Store.Units(ctx, e.Code)
	if err != nil {
		return nil, err
	}
	standard, err := s.Store.Categories(ctx, e.Code, "")
	if err != nil {
		return nil, err
	}
	book, broken := dispatch.NewBook(e.Code, time.UTC, units, rules, known(e, standard))
	var lost []uuid.UUID
	for _, r := range rules {
		for _, id := range r.Areas {
			if e.ByID(id) == nil {
				lost = append(lost, id)
			}
		}
	}
	codes := map[uuid.UUID]string{}
	if len(lost) > 0 {
		if codes, err = s.Store.AreaCodes(ctx, e.Code, lost); err != nil {
			return nil, err
		}
	}
	list, at := make([]Responsibility, len(rules)), map[uuid.UUID]int{}
	for i, r := range rules {
		list[i], at[r.ID] = describeRule(e, standard, book, r, codes), i
	}
	for _, b := range broken {
		d := &list[at[b.Rule]]
		d.Broken = append(d.Broken, describeBroken(b, requestOf(ctx).lang, codes))
	}
	return list, nil
}

func describeBroken(b dispatch.Broken, lang string, codes map[uuid.UUID]string) BrokenRule {
	d := BrokenRule{Rule: b.Rule, Name: b.Name, Code: b.Code, What: b.What, Text: b.ZH}
	if lang == "en" {
		d.Text = b.EN
	}
	if id, err := uuid.Parse(b.What); err == nil && codes[id] != "" {
		d.What = codes[id]
	}
	return d
}

func describeRule(e *gridindex.Edition, standard *category.Edition, book *dispatch.Book, r dispatch.Rule, codes map[uuid.UUID]string) Responsibility {
	u, _ := book.Unit(r.Unit)
	d := Responsibility{ID: r.ID, District: r.District, Name: r.Name, Basis: string(r.Basis), Kind: string(r.Kind), Classes: []RuleClass{}, Areas: []ResponsibilityArea{},
		State: "present", Daily: []DailyTime{}, Unit: UnitName{r.Unit, u.Name, u.Disabled}, Priority: r.Priority, Version: r.Version, Broken: []BrokenRule{}}
	for _, c := range r.Codes {
		name, _ := className(standard, r.Kind, c)
		d.Classes = append(d.Classes, RuleClass{c, name})
	}
	for _, id := range r.Areas {
		if a := e.ByID(id); a != nil {
			d.Areas = append(d.Areas, ResponsibilityArea{id, a.Level.String(), a.Code, a.Name})
		} else {
			d.Areas = append(d.Areas, ResponsibilityArea{ID: id, Code: codes[id]})
		}
	}
	if !r.From.IsZero() {
		d.From = &r.From
	}
	if !r.Until.IsZero() {
		d.Until = &r.Until
	}
	switch now := time.Now(); {
	case now.Before(r.From):
		d.State = "coming"
	case !r.Until.IsZero() && !now.Before(r.Until):
		d.State = "ended"
	}
	for _, p := range r.Daily {
		d.Daily = append(d.Daily, DailyTime{clock(p.From), clock(p.To)})
	}
	return d
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// parseClock reads 08:30; 24:00 ends a day. Error: bad_daily.
func parseClock(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, fault.New(fault.Unprocessable, "bad_daily", "时刻应写成 08:30，得到 %[1]q", "write a time of day as 08:30, got %[1]q", clip(s, 20))
	}
	return t.Hour()*60 + t.Minute(), nil
}

// rule reads what a rule is to say. Errors: those of dispatch.Rule.Check,
// no_such_area, ambiguous_area, no_such_class, bad_date, bad_daily.
func (s *Server) rule(ctx context.Context, e *gridindex.Edition, b ResponsibilityRequest) (r dispatch.Rule, err error) {
	r = dispatch.Rule{District: e.Code, Name: b.Name, Basis: dispatch.Basis(b.Basis), Kind: category.Kind(b.Kind), Codes: b.Codes, Unit: b.Unit, Priority: b.Priority}
	for _, a := range b.Areas {
		found, err := s.areaNamed(e.Code, a.Level, a.Code)
		if err != nil {
			return r, err
		}
		r.Areas = append(r.Areas, found.AreaID)
	}
	if r.From, err = account.FirstDay(b.From); err != nil {
		return r, err
	}
	if r.Until, err = account.LastDay(b.Until); err != nil {
		return r, err
	}
	for _, t := range b.Daily {
		var p worktime.Period
		if p.From, err = parseClock(t.From); err != nil {
			return r, err
		}
		if p.To, err = parseClock(t.To); err != nil {
			return r, err
		}
		r.Daily = append(r.Daily, p)
	}
	if err := r.Check(); err != nil {
		return r, err
	}
	standard, err := s.Store.Categories(ctx, e.Code, "")
	if err != nil {
		return r, err
	}
	for _, c := range r.Codes {
		if _, ok := className(standard, r.Kind, c); !ok {
			return r, fault.New(fault.Unprocessable, "no_such_class", "立案标准里没有%[1]s %[2]q", "the standard has no such class of %[3]ss: %[2]q", r.Kind.Word(), c, string(r.Kind))
		}
	}
	return r, nil
}

func (s *Server) addResponsibility(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body struct {
		District string `json:"district,omitempty" doc:"may be left out while there is only one"`
		ResponsibilityRequest
	}
}) (*ruleOutput, error) {
	e, err := s.inForce(in.Body.District)
	if err != nil {
		return nil, err
	}
	if err := s.allows(ctx, s.ofDistrict(e.Code), noDistrict(e.Code)); err != nil {
		return nil, err
	}
	r, err := s.rule(ctx, e, in.Body.ResponsibilityRequest)
	if err != nil {
		return nil, err
	}
	added, err := s.Store.AddResponsibility(ctx, r, writing(ctx, 0))
	return s.respondRule(ctx, e, added, err)
}

func (s *Server) respondRule(ctx context.Context, e *gridindex.Edition, r *dispatch.Rule, err error) (*ruleOutput, error) {
	if err != nil {
		return nil, err
	}
	d, err := s.describeRules(ctx, e, []dispatch.Rule{*r})
	if err != nil {
		return nil, err
	}
	return &ruleOutput{etag(r.Version), d[0]}, nil
}

func (s *Server) changeResponsibility(ctx context.Context, in *struct {
	UnitWrite
	Body ResponsibilityRequest
}) (*ruleOutput, error) {
	id, version, err := in.rule()
	if err != nil {
		return nil, err
	}
	e, err := s.inForce(in.District)
	if err != nil {
		return nil, err
	}
	r, err := s.rule(ctx, e, in.Body)
	if err != nil {
		return nil, err
	}
	r.ID = id
	changed, err := s.Store.ChangeResponsibility(ctx, r, writing(ctx, version))
	return s.respondRule(ctx, e, changed, err)
}

// rule names the rule of a path as last seen.
func (in *UnitWrite) rule() (id uuid.UUID, version int64, err error) {
	if id, err = in.id(postgres.NoSuchRule()); err != nil {
		return id, 0, err
	}
	version, err = parseETag(in.IfMatch)
	return id, version, err
}

func (s *Server) dropResponsibility(ctx context.Context, in *UnitWrite) (*struct{}, error) {
	id, version, err := in.rule()
	if err != nil {
		return nil, err
	}
	return nil, s.Store.DropResponsibility(ctx, in.District, id, writing(ctx, version))
}
