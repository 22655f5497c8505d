package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/subject"
)

// Subject is one subject on the map (专题); what it keeps, its kind says.
type Subject struct {
	ID       uuid.UUID                `json:"id"`
	Kind     string                   `json:"kind"`
	District string                   `json:"district"`
	Code     string                   `json:"code" doc:"of its own kind"`
	Name     string                   `json:"name"`
	Area     *PostArea                `json:"area" doc:"whose it is"`
	Position *Degrees                 `json:"position,omitempty" doc:"CGCS2000"`
	Since    string                   `json:"since,omitempty" format:"date"`
	Until    string                   `json:"until,omitempty" format:"date" doc:"from this day on it is not there"`
	Active   bool                     `json:"active" doc:"it is there today"`
	Fields   map[string]any           `json:"fields" doc:"by the names of the kind's fields; those without a value are absent"`
	Areas    map[string][]CoveredArea `json:"areas" doc:"the lists of areas, by field"`
	Links    map[string][]SubjectLink `json:"links" doc:"the lists of other subjects, by field"`
	Stale    bool                     `json:"stale" doc:"borders have changed since its areas were confirmed"`
	Version  int64                    `json:"version" doc:"also the ETag"`
}

// CoveredArea is an area in a list of a subject.
type CoveredArea struct {
	PostArea
	Stale bool `json:"stale,omitempty" doc:"its border has changed, or it is gone, since somebody confirmed it"`
}

// SubjectLink is another subject in a list of one.
type SubjectLink struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// SubjectKind describes a kind.
type SubjectKind struct {
	Kind   string         `json:"kind"`
	Path   string         `json:"path" doc:"below /api/v1"`
	Word   string         `json:"word"`
	Sited  bool           `json:"sited" doc:"it has a position"`
	Write  bool           `json:"write" doc:"the caller may write some of them"`
	Fields []SubjectField `json:"fields"`
}

// SubjectField describes a field of a kind.
type SubjectField struct {
	Name     string      `json:"name"`
	Word     string      `json:"word"`
	Type     string      `json:"type" enum:"text,whole,money,date,choice,flag,areas,links"`
	Required bool        `json:"required"`
	Most     int64       `json:"most,omitempty"`
	Choices  []CodedWord `json:"choices,omitempty"`
	Levels   []string    `json:"levels,omitempty" doc:"of areas"`
	To       string      `json:"to,omitempty" doc:"kind of links"`
}

// SubjectRequest is what a subject is to say.
type SubjectRequest struct {
	District string                 `json:"district,omitempty" doc:"may be left out while there is only one; it does not change"`
	Code     string                 `json:"code,omitempty" doc:"one is made where it is left out"`
	Name     string                 `json:"name"`
	Area     AreaName               `json:"area" doc:"whose it is"`
	Position *PlaceRequest          `json:"position,omitempty"`
	Since    string                 `json:"since,omitempty" doc:"YYYY-MM-DD"`
	Until    string                 `json:"until,omitempty" doc:"YYYY-MM-DD"`
	Fields   map[string]any         `json:"fields,omitempty"`
	Areas    map[string][]AreaName  `json:"areas,omitempty"`
	Links    map[string][]uuid.UUID `json:"links,omitempty"`
}

type (
	subjectOutput struct {
		Status int
		ETag   string `header:"ETag"`
		Body   Subject
	}
	subjectsOutput struct {
		Body struct {
			Subjects []Subject `json:"subjects" doc:"by name"`
			Next     string    `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
)

// SubjectQuery selects subjects of a kind.
type SubjectQuery struct {
	District string `query:"district" doc:"may be left out while there is only one"`
	Text     string `query:"text" doc:"in name or code" maxLength:"60"`
	Level    string `query:"level" enum:"district,subdistrict,community,grid,compound"`
	Area     string `query:"area" doc:"code; those of this area and of all below it"`
	Covers   string `query:"covers" doc:"level/code of an area in one of their lists"`
	Linked   string `query:"linked" doc:"id of a subject in one of their lists"`
	Form     string `query:"form" doc:"of kinds that have forms"`
	Active   string `query:"active" enum:"true,false,all" doc:"true (default): those that are there today"`
	Stale    string `query:"stale" enum:"true,false" doc:"true: those with areas to confirm again"`
	Limit    count  `query:"limit" doc:"1 to 1000, 100 when left out"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
}

// withSubjects adds the rules of the operations that every kind has. Whose a
// subject is, handlers find out.
func withSubjects(rules map[string]rule) map[string]rule {
	for _, k := range subject.Kinds {
		rules[k.Path], rules[k.Path+"-one"] = rule{action: policy.SubjectRead}, rule{action: policy.SubjectRead}
		for _, act := range []string{"-add", "-change", "-end", "-confirm"} {
			rules[k.Path+act] = rule{action: k.Write}
		}
	}
	return rules
}

func (s *Server) subjectRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/subjects", "subjects", "有哪些专题，各有什么字段 · The kinds of subjects and their fields"), s.subjectKinds)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/coverage", "coverage", "哪些网格、小区没有党支部 · Grids and compounds without a branch", 400, 404), s.coverage)
	for _, k := range subject.Kinds {
		all, one := "/api/v1/"+k.Path, "/api/v1/"+k.Path+"/{district}/{id}"
		huma.Register(s.api, operation(http.MethodGet, all, k.Path, k.ZH+" · "+k.EN, 400, 404, 422),
			func(ctx context.Context, in *SubjectQuery) (*subjectsOutput, error) { return s.subjects(ctx, k, in) })
		huma.Register(s.api, operation(http.MethodGet, one, k.Path+"-one", "一个"+k.ZH+" · One "+k.EN, 404),
			func(ctx context.Context, in *UnitPath) (*subjectOutput, error) { return s.subject(ctx, k, in) })
		add := operation(http.MethodPost, all, k.Path+"-add", "添加"+k.ZH+" · Add a "+k.EN, 400, 404, 422)
		add.DefaultStatus = http.StatusCreated
		huma.Register(s.api, add, func(ctx context.Context, in *struct {
			Key  string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
			Body SubjectRequest
		}) (*subjectOutput, error) {
			return s.addSubject(ctx, k, &in.Body)
		})
		write := func(method, path, id, summary string) huma.Operation {
			return operation(method, one+path, k.Path+id, summary, 400, 404, 412, 422, 428)
		}
		huma.Register(s.api, write(http.MethodPut, "", "-change", "修改"+k.ZH+" · Change it"), func(ctx context.Context, in *struct {
			UnitWrite
			Body SubjectRequest
		}) (*subjectOutput, error) {
			return s.changeSubject(ctx, k, &in.UnitWrite, func(n *postgres.Subject) (string, error) {
				was := n.Area
				if err := s.readSubject(ctx, n, &in.Body); err != nil {
					return "", err
				}
				if n.Area != was { // whoever gives it away must be allowed both
					return "changed", s.allows(ctx, s.areaPlace(n.District, n.Area), postgres.NoSuchSubject(k))
				}
				return "changed", nil
			})
		})
		huma.Register(s.api, write(http.MethodPost, "/end", "-end", "结束"+k.ZH+" · It is not there any more"), func(ctx context.Context, in *struct {
			UnitWrite
			Body *struct {
				On string `json:"on,omitempty" doc:"YYYY-MM-DD, today when left out"`
			}
		}) (*subjectOutput, error) {
			var on time.Time
			if in.Body != nil && in.Body.On != "" {
				var err error
				if on, err = dayOf("on", in.Body.On); err != nil {
					return nil, err
				}
			}
			return s.changeSubject(ctx, k, &in.UnitWrite, func(n *postgres.Subject) (string, error) {
				if on.IsZero() {
					on = n.Today
				}
				if !n.Since.IsZero() && !on.After(n.Since) {
					return "", fault.New(fault.Unprocessable, "subject_invalid", "止期要晚于起期 %[1]s", "it ends after it begins, on %[1]s", date(n.Since))
				}
				n.Until = on
				return "ended", nil
			})
		})
		huma.Register(s.api, write(http.MethodPost, "/confirm", "-confirm", "按现行边界确认"+k.ZH+"的范围 · Its areas hold under the boundaries in force"), func(ctx context.Context, in *UnitWrite) (*subjectOutput, error) {
			return s.changeSubject(ctx, k, in, func(*postgres.Subject) (string, error) { return "confirmed", nil })
		})
	}
	s.nullable("Subject", "area")
}

func (s *Server) subjectKinds(ctx context.Context, _ *struct{}) (*struct {
	Body struct {
		Kinds []SubjectKind `json:"kinds"`
	}
}, error) {
	seen := requestOf(ctx)
	say := func(zh, en string) string {
		if seen.lang == "en" {
			return en
		}
		return zh
	}
	out := &struct {
		Body struct {
			Kinds []SubjectKind `json:"kinds"`
		}
	}{}
	for _, k := range subject.Kinds {
		d := SubjectKind{Kind: k.Name, Path: k.Path, Word: say(k.ZH, k.EN), Sited: k.Sited, Write: seen.open || policy.Best(seen.posts, k.Write) == policy.Allow, Fields: []SubjectField{}}
		for _, f := range k.Fields {
			if f.Personal && seen.effect == policy.Limited {
				continue
			}
			df := SubjectField{Name: f.Name, Word: say(f.ZH, f.EN), Type: string(f.Type), Required: f.Required, Most: f.Most, To: f.To}
			for _, o := range f.Choices {
				df.Choices = append(df.Choices, CodedWord{o.Code, say(o.ZH, o.EN)})
			}
			for _, l := range f.Levels {
				df.Levels = append(df.Levels, l.String())
			}
			d.Fields = append(d.Fields, df)
		}
		out.Body.Kinds = append(out.Body.Kinds, d)
	}
	return out, nil
}

func (s *Server) subjects(ctx context.Context, k *subject.Kind, in *SubjectQuery) (*subjectsOutput, error) {
	e, err := s.inForce(in.District)
	if err != nil {
		return nil, err
	}
	f := postgres.SubjectFilter{District: e.Code, Kind: k, Text: in.Text, Stale: in.Stale == "true"}
	most, err := parseLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	if in.Area != "" {
		a, err := s.areaNamed(e.Code, in.Level, in.Area)
		if err != nil {
			return nil, err
		}
		f.Below = a.AreaID
	}
	if in.Covers != "" {
		level, code, _ := strings.Cut(in.Covers, "/")
		a, err := s.areaNamed(e.Code, level, code)
		if err != nil {
			return nil, err
		}
		f.Covers = a.AreaID
	}
	if in.Linked != "" {
		if f.LinkedTo, err = (IDPath{in.Linked}).id(badID(in.Linked)); err != nil {
			return nil, err
		}
	}
	if in.Form != "" {
		f.Values = map[string]string{"form": in.Form}
	}
	if in.Active != "all" {
		there := in.Active != "false"
		f.There = &there
	}
	if in.Cursor != "" {
		if f.After.Name, f.After.ID, err = parseSubjectCursor(in.Cursor); err != nil {
			return nil, err
		}
	}
	found, err := s.Store.Subjects(ctx, f, most+1)
	if err != nil {
		return nil, err
	}
	out := &subjectsOutput{}
	if len(found) > most {
		found = found[:most]
		last := found[most-1]
		out.Body.Next = makeCursor(last.ID.String() + last.Name)
	}
	out.Body.Subjects, err = s.describeSubjects(ctx, found)
	return out, err
}

func parseSubjectCursor(text string) (name string, id uuid.UUID, err error) {
	last, err := parseCursor(text)
	if err == nil && len(last) < 36 {
		last = "no id at all, which is thirty-six long"
	}
	if err == nil {
		if id, err = uuid.Parse(last[:36]); err != nil {
			err = fault.New(fault.Invalid, "bad_cursor", "cursor 无效，请从第一页开始", "the cursor is not valid; start at the first page")
		}
	}
	if err != nil {
		return "", id, err
	}
	return last[36:], id, nil
}

// describeSubjects describes subjects of one district for the caller.
func (s *Server) describeSubjects(ctx context.Context, list []postgres.Subject) ([]Subject, error) {
	var linked []uuid.UUID
	for i := range list {
		for _, ids := range list[i].Links {
			linked = append(linked, ids...)
		}
	}
	names := map[uuid.UUID]string{}
	if len(linked) > 0 {
		var err error
		if names, err = s.Store.SubjectNames(ctx, list[0].District, linked); err != nil {
			return nil, err
		}
	}
	limited := requestOf(ctx).effect == policy.Limited
	out := make([]Subject, len(list))
	for i := range list {
		n := &list[i]
		d := Subject{ID: n.ID, Kind: n.Kind.Name, District: n.District, Code: n.Code, Name: n.Name, Active: n.Active(n.Today), Fields: map[string]any{},
			Areas: map[string][]CoveredArea{}, Links: map[string][]SubjectLink{}, Version: n.Version}
		d.Area, _ = s.postArea(n.District, n.Area)
		if n.Point != nil {
			d.Position = degreesOf(n.Point.Round(step(ctx)))
		}
		if !n.Since.IsZero() {
			d.Since = date(n.Since)
		}
		if !n.Until.IsZero() {
			d.Until = date(n.Until)
		}
		for _, f := range n.Kind.Fields {
			if f.Personal && limited {
				continue
			}
			if v, there := n.Values[f.Name]; there {
				d.Fields[f.Name] = v
			}
			switch f.Type {
			case subject.Areas:
				d.Areas[f.Name] = []CoveredArea{}
				for _, a := range n.Areas[f.Name] {
					place, _ := s.postArea(n.District, a.ID)
					d.Areas[f.Name] = append(d.Areas[f.Name], CoveredArea{*place, a.Stale})
					d.Stale = d.Stale || a.Stale
				}
			case subject.Links:
				d.Links[f.Name] = []SubjectLink{}
				for _, id := range n.Links[f.Name] {
					d.Links[f.Name] = append(d.Links[f.Name], SubjectLink{id, names[id]})
				}
			}
		}
		out[i] = d
	}
	return out, nil
}

func (s *Server) respondSubject(ctx context.Context, status int, n *postgres.Subject, err error) (*subjectOutput, error) {
	if err != nil {
		return nil, err
	}
	d, err := s.describeSubjects(ctx, []postgres.Subject{*n})
	if err != nil {
		return nil, err
	}
	return &subjectOutput{status, etag(n.Version), d[0]}, nil
}

func (s *Server) subject(ctx context.Context, k *subject.Kind, in *UnitPath) (*subjectOutput, error) {
	id, err := in.id(postgres.NoSuchSubject(k))
	if err != nil {
		return nil, err
	}
	n, err := s.Store.Subject(ctx, k, in.District, id)
	return s.respondSubject(ctx, http.StatusOK, n, err)
}

func (s *Server) addSubject(ctx context.Context, k *subject.Kind, b *SubjectRequest) (*subjectOutput, error) {
	e, err := s.inForce(b.District)
	if err != nil {
		return nil, err
	}
	n := &postgres.Subject{District: e.Code, Kind: k}
	if err := s.readSubject(ctx, n, b); err != nil {
		return nil, err
	}
	if err := s.allows(ctx, s.areaPlace(n.District, n.Area), fault.New(fault.Forbidden, "not_allowed_here", "您的职务管不到这个区域的%[1]s", "your posts do not reach the %[2]s of this area", k.ZH, k.EN)); err != nil {
		return nil, err
	}
	added, err := s.Store.AddSubject(ctx, n, writing(ctx, 0))
	return s.respondSubject(ctx, http.StatusCreated, added, err)
}

// changeSubject runs a write about a subject that is there and that the caller
// may write.
func (s *Server) changeSubject(ctx context.Context, k *subject.Kind, in *UnitWrite, do func(n *postgres.Subject) (what string, err error)) (*subjectOutput, error) {
	id, err := in.id(postgres.NoSuchSubject(k))
	if err != nil {
		return nil, err
	}
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	n, err := s.Store.Subject(ctx, k, in.District, id)
	if err == nil {
		err = s.allows(ctx, s.areaPlace(n.District, n.Area), postgres.NoSuchSubject(k))
	}
	if err != nil {
		return nil, err
	}
	n, err = s.Store.ChangeSubject(ctx, k, in.District, id, writing(ctx, version), do)
	return s.respondSubject(ctx, http.StatusOK, n, err)
}

// dayOf reads a date. Error: bad_date.
func dayOf(name, text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fault.New(fault.Unprocessable, "bad_date", "%[1]s 应写成 2026-01-31", "%[1]s is written 2026-01-31", name)
	}
	return day, nil
}

// readSubject makes n what the request says. Errors: no_such_area, bad_date,
// subject_invalid with all that is wrong, those of placeOf.
func (s *Server) readSubject(ctx context.Context, n *postgres.Subject, b *SubjectRequest) (err error) {
	home, err := s.areaNamed(n.District, b.Area.Level, b.Area.Code)
	if err != nil {
		return err
	}
	code := n.Code
	n.Area, n.Point = home.AreaID, nil
	n.Row = subject.Row{Code: b.Code, Name: b.Name, Values: map[string]any{}, Lists: map[string]int{}}
	if n.Code == "" {
		n.Code = code
	}
	for name, v := range b.Fields {
		n.Values[name] = v
	}
	if b.Position != nil && n.Kind.Sited {
		p, err := s.placeOf(ctx, *b.Position)
		if err != nil {
			return err
		}
		n.Point = &p
	}
	for _, d := range []struct {
		name, text string
		to         *time.Time
	}{{"since", b.Since, &n.Since}, {"until", b.Until, &n.Until}} {
		if d.text != "" {
			if *d.to, err = dayOf(d.name, d.text); err != nil {
				return err
			}
		}
	}
	n.Areas, n.Links = map[string][]postgres.CoveredArea{}, map[string][]uuid.UUID{}
	for name, list := range b.Areas {
		f := n.Kind.Field(name)
		if f == nil || f.Type != subject.Areas {
			return noSuchField(n.Kind, name)
		}
		for _, a := range list {
			found, err := s.areaNamed(n.District, a.Level, a.Code)
			if err != nil {
				return err
			}
			if err := fits(f, found); err != nil {
				return err
			}
			if !slices.Contains(n.Areas[name], postgres.CoveredArea{ID: found.AreaID}) {
				n.Areas[name] = append(n.Areas[name], postgres.CoveredArea{ID: found.AreaID})
			}
		}
		n.Lists[name] = len(n.Areas[name])
	}
	for name, list := range b.Links {
		if f := n.Kind.Field(name); f == nil || f.Type != subject.Links {
			return noSuchField(n.Kind, name)
		}
		n.Links[name] = slices.Compact(slices.SortedFunc(slices.Values(list), func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }))
		n.Lists[name] = len(n.Links[name])
	}
	wrongs, err := n.Kind.Check(&n.Row)
	if err == nil {
		return nil
	}
	several := &hasFindings{error: err}
	for _, w := range wrongs {
		text := w.ZH
		if requestOf(ctx).lang == "en" {
			text = w.EN
		}
		several.items = append(several.items, ProblemItem{Code: "subject_invalid", Detail: text, Location: w.Field})
	}
	return several
}

func noSuchField(k *subject.Kind, name string) error {
	return fault.New(fault.Unprocessable, "subject_invalid", "%[1]s没有 %[2]q 这个字段", "a %[3]s has no field %[2]q", k.ZH, clip(name, 40), k.EN)
}

// fits refuses an area of a level that the field does not take.
func fits(f *subject.Field, a *gridindex.Area) error {
	if len(f.Levels) == 0 || slices.Contains(f.Levels, a.Level) {
		return nil
	}
	return fault.New(fault.Unprocessable, "subject_invalid", "%[1]s不能是%[2]s", "%[3]s cannot be a %[4]s", f.ZH, a.Level.Word(), f.EN, a.Level)
}

// Coverage is which grids and compounds have no branch.
type Coverage struct {
	District string         `json:"district"`
	Levels   []CoveredLevel `json:"levels"`
	Stale    int            `json:"stale" doc:"Party organisations with areas to confirm again"`
}

// CoveredLevel is the coverage of one level.
type CoveredLevel struct {
	Level     string     `json:"level" enum:"grid,compound"`
	All       int        `json:"all"`
	Uncovered []PostArea `json:"uncovered" doc:"by code"`
}

func (s *Server) coverage(ctx context.Context, in *struct {
	District string `query:"district" doc:"may be left out while there is only one"`
}) (*struct{ Body Coverage }, error) {
	e, err := s.inForce(in.District)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Coverage }{Coverage{District: e.Code}}
	for level, forms := range map[area.Level][]string{area.Grid: {subject.GridBranch}, area.Compound: {subject.CompoundBranch}} {
		ids, err := s.Store.Uncovered(ctx, e.Code, level, forms)
		if err != nil {
			return nil, err
		}
		d := CoveredLevel{Level: level.String(), Uncovered: []PostArea{}}
		for _, a := range e.Level(level) {
			if a.Kind == area.Basic {
				d.All++
			}
		}
		for _, id := range ids {
			if a, there := s.postArea(e.Code, id); there {
				d.Uncovered = append(d.Uncovered, *a)
			}
		}
		out.Body.Levels = append(out.Body.Levels, d)
	}
	slices.SortFunc(out.Body.Levels, func(a, b CoveredLevel) int { return -strings.Compare(a.Level, b.Level) })
	out.Body.Stale, err = s.Store.StaleSubjects(ctx, e.Code, subject.Find(subject.PartyOrg))
	return out, err
}
