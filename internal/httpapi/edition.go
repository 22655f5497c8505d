package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/lineage"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/report"
)

// Edition is one set of boundaries of one district.
type Edition struct {
	District    string         `json:"district"`
	Name        string         `json:"name"`
	Status      string         `json:"status" enum:"draft,checked"`
	Version     int64          `json:"version" doc:"row version, also the ETag"`
	Created     time.Time      `json:"created"`
	Levels      []EditionLevel `json:"levels"`
	Findings    int            `json:"findings"`
	Bbox        *[4]float64    `json:"bbox,omitempty" doc:"of the district; absent while there is none"`
	Synthetic   bool           `json:"synthetic,omitempty" doc:"its district is invented, for showing the product"`
	Activations []Activation   `json:"activations" doc:"newest first"`
}

// EditionLevel counts the areas of one level of an edition.
type EditionLevel struct {
	Level    string `json:"level"`
	Coverage string `json:"coverage" enum:"strict,tolerant"`
	Areas    int    `json:"areas"`
}

// Activation put the edition into force.
type Activation struct {
	ValidFrom  string    `json:"valid_from" doc:"date, in the district's time zone"`
	Effective  time.Time `json:"effective" doc:"local midnight of that date"`
	Recorded   time.Time `json:"recorded"`
	Generation int64     `json:"generation"`
}

// Finding is one thing found in the boundaries of an edition.
type Finding struct {
	ID       int64        `json:"id,omitempty" doc:"absent for an import that is only tried"`
	Code     string       `json:"code"`
	Title    string       `json:"title" doc:"short name"`
	Severity string       `json:"severity" enum:"error,warning,note"`
	Level    string       `json:"level"`
	Areas    []string     `json:"areas"`
	Place    *[2]float64  `json:"place,omitempty" doc:"longitude and latitude"`
	Outline  [][2]float64 `json:"outline,omitempty" doc:"closed ring around the place"`
	M2       float64      `json:"m2"`
	Text     string       `json:"text"`
	Mends    []Proposal   `json:"mends" doc:"what would put it right, the likeliest first"`
	Waivable bool         `json:"waivable" doc:"may pass with a reason"`
	Waived   string       `json:"waived,omitempty" doc:"that reason"`
}

// Proposal is one way to put a finding right.
type Proposal struct {
	Kind   string      `json:"kind" enum:"fill,cut,trim,assign,remove_vertex,snap,reread"`
	Area   string      `json:"area,omitempty"`
	Metres float64     `json:"metres,omitempty"`
	CRS    string      `json:"crs,omitempty"`
	Swap   bool        `json:"swap_axes,omitempty"`
	Shift  *[2]float64 `json:"shift,omitempty"`
	Text   string      `json:"text" doc:"what it does, in one phrase"`
}

// EditionPath names one edition.
type EditionPath struct {
	District string `path:"district"`
	Name     string `path:"name"`
}

type (
	editionOutput struct {
		ETag string `header:"ETag"`
		Body Edition
	}
	editionsOutput struct {
		Body struct {
			Editions []Edition `json:"editions"`
			Next     string    `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
	findingsOutput struct {
		Body struct {
			Findings []Finding `json:"findings" doc:"errors first, then by size"`
			Next     string    `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
	diffOutput struct {
		Body struct {
			Differences []Difference `json:"differences"`
			Total       int          `json:"total"`
			Next        string       `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
)

// Difference is what one edition changes against another, for one area.
type Difference struct {
	Level    string     `json:"level"`
	Code     string     `json:"code"`
	Change   string     `json:"change" enum:"added,removed,renamed,moved,redrawn,rekinded,recoded"`
	Before   string     `json:"before,omitempty" doc:"name before, or the parent's code where it moved"`
	After    string     `json:"after,omitempty"`
	BeforeM2 float64    `json:"before_m2"`
	AfterM2  float64    `json:"after_m2"`
	Common   float64    `json:"common,omitempty" doc:"redrawn: ground in both, as a share of the ground in either, about"`
	Bbox     [4]float64 `json:"bbox" doc:"of the area after, or before where it is gone"`
}

func (s *Server) editionRoutes() {
	const one = "/api/v1/editions/{district}/{name}"
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/editions", "editions", "版次列表 · Editions, newest first", 400, 503), s.editions)
	huma.Register(s.api, operation(http.MethodGet, one, "edition", "一个版次 · One edition", 404, 503), s.edition)
	huma.Register(s.api, operation(http.MethodGet, one+"/findings", "edition-findings", "质量报告 · What was found in it", 400, 404, 503), s.findings)
	huma.Register(s.api, operation(http.MethodGet, one+"/diff", "edition-diff", "与另一版次的不同 · What it changes against another", 400, 404, 503), s.diff)
	huma.Register(s.api, operation(http.MethodPost, one+"/check", "edition-check", "检查 · Run every rule over it", 404, 409, 422, 503), s.check)
	activate := operation(http.MethodPost, one+"/activations", "edition-activate", "启用 · Put it into force from a date", 400, 401, 403, 404, 409, 412, 422, 428, 503)
	edition := map[string]*huma.MediaType{"application/json": {Schema: s.schema(Edition{}, "Edition")}}
	activate.Responses = map[string]*huma.Response{"201": {Description: "it is in force, or will be", Content: edition},
		"202": {Description: "it waits for a second person, who confirms it", Content: edition}}
	activate.MaxBodyBytes = 4 << 20 // the lineage of ten thousand areas
	huma.Register(s.api, activate, s.activate)
}

func (s *Server) editions(ctx context.Context, in *struct {
	District string `query:"district"`
	Limit    count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
}) (*editionsOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Editions(ctx, s.draftDistricts(ctx, in.District), page.oneMore())
	if err != nil {
		return nil, err
	}
	out := &editionsOutput{}
	out.Body.Editions, out.Body.Next = paged(page, found, describeEdition)
	return out, nil
}

// draftDistricts are the districts whose drafts the caller may see, of those
// asked for; nil for all.
func (s *Server) draftDistricts(ctx context.Context, asked string) []string {
	seen := requestOf(ctx)
	may := func(district string) bool {
		return seen.open || policy.Granted(seen.posts, policy.DraftRead, *s.ofDistrict(district)) > policy.Propose
	}
	if asked != "" {
		if may(asked) {
			return []string{asked}
		}
		return []string{}
	}
	if may("") {
		return nil
	}
	list := []string{}
	for _, p := range seen.posts {
		if !slices.Contains(list, p.District) && may(p.District) {
			list = append(list, p.District)
		}
	}
	return list
}

func (s *Server) edition(ctx context.Context, in *EditionPath) (*editionOutput, error) {
	e, err := s.Store.Edition(ctx, in.District, in.Name)
	return respondEdition(e, err)
}

func respondEdition(e *area.Edition, err error) (*editionOutput, error) {
	if err != nil {
		return nil, err
	}
	return &editionOutput{etag(e.Version), describeEdition(e)}, nil
}

func (s *Server) findings(ctx context.Context, in *struct {
	EditionPath
	Limit  count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}) (*findingsOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	e, err := s.Store.Edition(ctx, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Findings(ctx, e.District, e.ID, page.oneMore())
	if err != nil {
		return nil, err
	}
	out := &findingsOutput{}
	out.Body.Findings, out.Body.Next = paged(page, found, func(f *area.Finding) Finding { return describeFinding(*f, requestOf(ctx).lang) })
	return out, nil
}

// page is a part of a list that is counted through.
type page struct{ postgres.Page }

func parsePage(limit count, cursor string) (p page, err error) {
	if p.Most, err = parseLimit(limit); err != nil {
		return p, err
	}
	last, err := parseCursor(cursor)
	if err != nil || last == "" {
		return p, err
	}
	if p.From, err = strconv.Atoi(last); err != nil || p.From < 0 || p.From > 1<<30 {
		return p, fault.New(fault.Invalid, "bad_cursor", "cursor 无效，请从第一页开始", "the cursor is not valid; start at the first page")
	}
	return p, nil
}

// oneMore asks for one more than is shown, to know whether another page follows.
func (p page) oneMore() postgres.Page { return postgres.Page{From: p.From, Most: p.Most + 1} }

// paged describes one page of what oneMore asked for; next is the cursor of the
// page that follows, "" when none does. The list is never nil.
func paged[T, U any](p page, found []T, describe func(*T) U) (list []U, next string) {
	list = []U{}
	for i := range found {
		if i == p.Most {
			return list, p.next()
		}
		list = append(list, describe(&found[i]))
	}
	return list, ""
}

func (p page) next() string { return makeCursor(strconv.Itoa(p.From + p.Most)) }

func (s *Server) diff(ctx context.Context, in *struct {
	EditionPath
	Against string `query:"against" required:"true" doc:"name of the earlier edition"`
	Limit   count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor  string `query:"cursor" doc:"next of the page before"`
}) (*diffOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	if in.Against == "" {
		return nil, fault.New(fault.Invalid, "missing_against", "请用 against 写明与哪个版次比较", "name the edition to compare with: against")
	}
	found, err := s.Store.Diff(ctx, in.District, in.Against, in.Name)
	if err != nil {
		return nil, err
	}
	out := &diffOutput{}
	out.Body.Total = len(found)
	out.Body.Differences, out.Body.Next = paged(page, found[min(page.From, len(found)):], func(d *postgres.Difference) Difference {
		return Difference{Level: d.Level.String(), Code: d.Code, Change: d.Change, Before: d.Before, After: d.After,
			BeforeM2: d.BeforeM2, AfterM2: d.AfterM2, Common: d.Common, Bbox: bbox(d.Box)}
	})
	return out, nil
}

// check serves 200 with the edition when nothing refuses it, 422 with the
// findings otherwise.
func (s *Server) check(ctx context.Context, in *EditionPath) (*editionOutput, error) {
	e, found, err := s.Store.CheckEdition(ctx, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	if area.Refuses(found) {
		return nil, listing(ctx, fault.New(fault.Unprocessable, "check_refuses",
			"版次 %[1]s 没有通过检查", "the edition %[1]s does not pass its check", e.Name), found)
	}
	return respondEdition(e, nil)
}

type activatedOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   Edition
}

// activate serves 201 with the edition, 202 when a second person has to confirm, 412 when it has changed since the
// caller saw it, 422 with the findings when its check refuses it. The same
// Idempotency-Key activates once.
func (s *Server) activate(ctx context.Context, in *struct {
	EditionPath
	IfMatch string `header:"If-Match" doc:"the ETag of the edition as last seen"`
	Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body    struct {
		ValidFrom string           `json:"valid_from" example:"2026-01-31" doc:"first day in force, in the district's time zone; may lie ahead"`
		Lineage   *[]ConfirmedLink `json:"lineage,omitempty" doc:"all links between two areas that hold, as the steward confirms them; when left out they are recorded as proposed, unconfirmed. A confirmed recode gives the area its old identity"`
	}
}) (*activatedOutput, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	from, err := time.Parse(time.DateOnly, in.Body.ValidFrom)
	if err != nil || from.Year() < 1900 || from.Year() > 2200 {
		return nil, fault.New(fault.Invalid, "bad_date", "valid_from 应写成 2026-01-31，得到 %[1]q", "write valid_from as 2026-01-31, got %[1]q", clip(in.Body.ValidFrom, 40))
	}
	var says postgres.Confirmation
	if in.Body.Lineage != nil {
		if says, err = Confirm(*in.Body.Lineage); err != nil {
			return nil, err
		}
	}
	by := writing(ctx, version)
	if _, second := asker(ctx); second {
		return s.askActivation(ctx, in.District, in.Name, from, says, by)
	}
	e, found, err := s.Store.Activate(ctx, in.District, in.Name, from, says, by)
	if fault.Is(err, "check_refuses") {
		return nil, listing(ctx, err, found)
	}
	if err != nil {
		return nil, err
	}
	return &activatedOutput{http.StatusCreated, etag(e.Version), describeEdition(e)}, nil
}

// ConfirmedLink is a link between two areas, by their codes in the two editions.
type ConfirmedLink struct {
	Level string `json:"level" enum:"subdistrict,community,grid,compound"`
	Kind  string `json:"kind" enum:"recode,transfer,split,merge"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Confirm turns the links that a steward confirms, none perhaps, into what the
// store knows. Error: unknown_level.
func Confirm(links []ConfirmedLink) (says postgres.Confirmation, err error) {
	says.Links = []postgres.Choice{}
	for _, l := range links {
		level, err := area.ParseLevel(l.Level)
		if err != nil {
			return says, err
		}
		says.Links = append(says.Links, postgres.Choice{Level: level, Kind: lineage.Kind(l.Kind), From: l.From, To: l.To})
	}
	return says, nil
}

// listing adds the findings that refuse, the first hundred of them.
func listing(ctx context.Context, err error, found []area.Finding) error {
	several := &hasFindings{error: err}
	for _, f := range found {
		if f.Severity == area.Error && f.Waived == "" && len(several.items) < usualLimit {
			several.items = append(several.items, ProblemItem{Code: f.Code, Detail: f.Text(requestOf(ctx).lang), Location: strings.Join(f.Areas, ",")})
		}
	}
	return several
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

func parseETag(s string) (int64, error) {
	if s == "" {
		return 0, fault.New(fault.Precondition, "if_match_missing", "请带上 If-Match（先取一次，用其中的 ETag）", "send If-Match with the ETag of the edition as last seen")
	}
	version, err := strconv.ParseInt(strings.Trim(s, `"`), 10, 64)
	if err != nil || version < 1 {
		return 0, fault.New(fault.Stale, "stale_version", "If-Match 与现在的版本不符，请刷新后再试", "If-Match does not name the present version; reload and try again")
	}
	return version, nil
}

func describeEdition(e *area.Edition) Edition {
	d := Edition{District: e.District, Name: e.Name, Status: string(e.Status), Version: e.Version, Created: e.Created,
		Findings: e.Findings, Synthetic: e.Synthetic, Levels: []EditionLevel{}, Activations: []Activation{}}
	if e.Box != nil {
		b := bbox(*e.Box)
		d.Bbox = &b
	}
	for _, l := range e.Levels {
		d.Levels = append(d.Levels, EditionLevel{l.Level.String(), string(l.Coverage), l.Areas})
	}
	for _, a := range e.Activations {
		d.Activations = append(d.Activations, Activation{a.ValidFrom.Format(time.DateOnly), a.Effective, a.Recorded, a.Generation})
	}
	return d
}

func describeFinding(f area.Finding, lang string) Finding {
	d := Finding{ID: f.ID, Code: f.Code, Title: f.Title(lang), Severity: string(f.Severity), Level: f.Level.String(), Areas: f.Areas, M2: f.M2,
		Text: f.Text(lang), Mends: []Proposal{}, Waivable: f.Waivable, Waived: f.Waived}
	for _, m := range f.Mends {
		p := Proposal{Kind: string(m.Kind), Area: m.Area, Metres: m.Metres, CRS: m.CRS, Swap: m.Swap, Text: m.Text(lang)}
		if m.Shift != ([2]float64{}) {
			p.Shift = &m.Shift
		}
		d.Mends = append(d.Mends, p)
	}
	if len(f.Shape) >= 3 {
		d.Outline = report.Outline(f.Shape)
	}
	if d.Areas == nil {
		d.Areas = []string{}
	}
	if f.Place != nil {
		d.Place = &[2]float64{f.Place.Lon(), f.Place.Lat()}
	}
	return d
}
