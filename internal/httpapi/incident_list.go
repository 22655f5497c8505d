package httpapi

import (
	"context"
	"encoding/base64"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// CaseQuery selects cases.
type CaseQuery struct {
	District string `query:"district"`
	Queue    string `query:"queue" enum:"open,all" doc:"open: those on which somebody has to act, the next due first; all (default): the latest reported first"`
	Status   string `query:"status" doc:"several with commas"`
	Kind     string `query:"kind" enum:"event,component"`
	Category string `query:"category" doc:"code of a major (2 digits) or minor (4)"`
	Level    string `query:"level" enum:"district,subdistrict,community,grid,compound"`
	Area     string `query:"area" doc:"code; with all below it"`
	Unit     string `query:"unit"`
	Assignee string `query:"assignee"`
	Mine     string `query:"mine" enum:"true,false" doc:"true: of the caller's units, or assigned to the caller"`
	Overdue  string `query:"overdue" enum:"true,false"`
	Located  string `query:"located" enum:"true,false" doc:"false: those whose place is not known, or lies in no area: the desk has to find it"`
	Bbox     string `query:"bbox" doc:"west,south,east,north in degrees"`
	From     string `query:"from" doc:"reported from this date or RFC 3339 time on"`
	To       string `query:"to" doc:"reported before this RFC 3339 time, or up to the end of this date"`
	Text     string `query:"text" doc:"in number, address or description; two characters at least" maxLength:"60"`
	Parent   string `query:"parent" doc:"those that follow this case"`
	Disputed string `query:"disputed" enum:"true,false" doc:"true: those whose owner is disputed"`
	Closed   string `query:"closed_from" doc:"closed from this date or RFC 3339 time on"`
	Limit    count  `query:"limit" doc:"1 to 200, 50 when left out"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
}

// IncidentList is one page of cases.
type IncidentList struct {
	Incidents []Incident `json:"incidents"`
	Next      string     `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
	Now       time.Time  `json:"now" doc:"by the service's clock, for counting down"`
}

type incidentsOutput struct{ Body IncidentList }

type incidentOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   Incident
}

// IncidentSummary is how many cases there are.
type IncidentSummary struct {
	ByState    []StateCount `json:"by_state" doc:"open states: all cases; the others: those reported since ended_since"`
	Open       int          `json:"open"`
	Overdue    int          `json:"overdue"`
	DueSoon    int          `json:"due_soon"`
	EndedSince time.Time    `json:"ended_since" doc:"from, or seven days back where that is left out; 14 days back at most"`
}

// StateCount is how many cases are in a state.
type StateCount struct {
	State string `json:"state"`
	Word  string `json:"word"`
	Count int    `json:"count"`
}

func (s *Server) incidentRoutes() {
	get := func(path, id, summary string, errors ...int) huma.Operation {
		return operation(http.MethodGet, "/api/v1/incidents"+path, id, summary, append(errors, 401, 403)...)
	}
	huma.Register(s.api, get("", "incidents", "案卷列表 · Cases", 400, 422), s.incidents)
	huma.Register(s.api, get("/summary", "incidents-summary", "案卷数 · How many cases there are", 400, 422), s.incidentSummary)
	huma.Register(s.api, get("/words", "incident-words", "状态、操作、原因的用词 · Words for states, actions and reasons"), s.incidentWords)
	huma.Register(s.api, get("/similar", "incidents-similar", "可能重复的案卷 · Cases that may be about the same matter", 400, 422), s.similarIncidents)
	huma.Register(s.api, get("/boundary-changes", "incidents-reviewed", "新边界涉及的案卷 · Cases that new boundaries concerned", 404), s.reviewedIncidents)
	huma.Register(s.api, get("/{id}", "incident", "一个案卷 · One case", 404), s.incident)
	huma.Register(s.api, get("/{id}/history", "incident-history", "案卷的经过 · How it came to be as it is", 404), s.incidentHistory)
	huma.Register(s.api, get("/{id}/clock", "incident-clock", "时限怎么算的 · How its deadlines are reckoned", 404), s.incidentClock)
	s.nullable("Incident", "position", "category", "unit", "assignee", "due", "clock")
	s.nullable("CaseClock", "due", "soon")
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/reports/{number}", "report-track", "我的上报到哪一步了 · How far a report is", 404, 503), s.track)
	s.nullable("TrackedReport", "position", "category", "due")
	s.nullable("PhaseClock", "due")
	s.nullable("TimeStep", "to")
	s.nullable("ReviewedIncident", "from", "to")
	s.nullable("CaseEntry", "by")
	s.actRoutes()
	s.secondRoutes()
	s.suggestRoutes()
	s.bulkActRoutes()
	s.caseExportRoutes()
}

const (
	usualCases = 50
	mostCases  = 200
)

// longestSearch is in characters.
const longestSearch = 60

// masked reports whether a caller sees no case but with its numbers hidden.
func (s *Server) masked(ctx context.Context) bool {
	seen := requestOf(ctx)
	return !seen.open && policy.Best(seen.posts, policy.CaseList) == policy.Masked
}

// most is how many cases are asked for. Error: bad_limit.
func (q *CaseQuery) most() (int, error) {
	if q.Limit == "" {
		return usualCases, nil
	}
	n, err := strconv.Atoi(string(q.Limit))
	if err != nil || n < 1 || n > mostCases {
		return 0, fault.New(fault.Invalid, "bad_limit", "limit 应是 1 到 %[1]d", "limit is 1 to %[1]d", mostCases)
	}
	return n, nil
}

// caseFilter reads a query. Errors: bad_state, bad_id, bad_bbox, bad_time,
// no_such_area, short_text, bad_limit, bad_cursor.
func (s *Server) caseFilter(ctx context.Context, q *CaseQuery) (f postgres.CaseFilter, err error) {
	f = postgres.CaseFilter{District: q.District, OpenOnly: q.Queue == "open", ByDue: q.Queue == "open", Overdue: q.Overdue == "true", Kind: q.Kind,
		Code: q.Category, Mine: q.Mine == "true", Disputed: q.Disputed == "true", Text: strings.TrimSpace(q.Text)}
	if q.Status != "" {
		for state := range strings.SplitSeq(q.Status, ",") {
			if !slices.Contains(incident.States, incident.State(state)) {
				return f, fault.New(fault.Invalid, "bad_state", "没有状态 %[1]q", "there is no state %[1]q", clip(state, 40))
			}
			f.States = append(f.States, state)
		}
	}
	if n := len([]rune(f.Text)); n > longestSearch {
		return f, fault.New(fault.Unprocessable, "long_text", "最多写 %[1]d 个字", "write %[1]d characters at most", longestSearch)
	} else if n > 0 && s.masked(ctx) {
		return f, fault.New(fault.Forbidden, "masked_search", "您看到的描述和地址是遮蔽的，不能按文字查找", "descriptions and addresses are masked for you: they cannot be searched")
	} else if n == 1 {
		return f, fault.New(fault.Unprocessable, "short_text", "至少写两个字", "write two characters at least")
	}
	for to, text := range map[*uuid.UUID]string{&f.Unit: q.Unit, &f.Assignee: q.Assignee, &f.Parent: q.Parent} {
		if text == "" {
			continue
		}
		if *to, err = (IDPath{text}).id(badID(text)); err != nil {
			return f, err
		}
	}
	if q.Located != "" {
		located := q.Located == "true"
		f.Located = &located
	}
	if q.Area != "" {
		a, err := s.areaNamed(q.District, q.Level, q.Area)
		if err != nil {
			return f, err
		}
		f.Area = &postgres.Scope{District: a.District, Edition: a.Version.Edition, Lo: a.Lo, Hi: a.Hi}
	}
	if q.Bbox != "" {
		if f.Box, err = latticeBox(q.Bbox); err != nil {
			return f, err
		}
	}
	if f.From, err = caseMoment(q.From, false); err != nil {
		return f, err
	}
	if f.ClosedFrom, err = caseMoment(q.Closed, false); err != nil {
		return f, err
	}
	f.To, err = caseMoment(q.To, true)
	return f, err
}

func badID(text string) error {
	return fault.New(fault.Invalid, "bad_id", "%[1]q 不是编号", "%[1]q is no id", clip(text, 60))
}

// caseMoment reads a date in the districts' time, or an RFC 3339 time. The end
// of a date is that of its day.
func caseMoment(text string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	bad := fault.New(fault.Invalid, "bad_time", "时间应写成 2026-01-31 或 RFC 3339：%[1]q", "write a time as 2026-01-31 or in RFC 3339: %[1]q", clip(text, 40))
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		if t.Year() < 1900 || t.Year() > 2200 {
			return t, bad
		}
		return t, nil
	}
	day := account.FirstDay
	if end {
		day = account.LastDay
	}
	t, err := day(text)
	if err != nil {
		return t, bad
	}
	return t, nil
}

// latticeBox reads west,south,east,north. Error: bad_bbox.
func latticeBox(text string) (*geo.Box, error) {
	bad := fault.New(fault.Invalid, "bad_bbox", "bbox 应是 西,南,东,北（度）", "bbox is west,south,east,north in degrees")
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return nil, bad
	}
	var v [4]float64
	for i, p := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, bad
		}
		v[i] = n
	}
	lo, err := geo.Snap(v[0], v[1])
	if err != nil {
		return nil, bad
	}
	hi, err := geo.Snap(v[2], v[3])
	if err != nil || hi.X < lo.X || hi.Y < lo.Y {
		return nil, bad
	}
	return &geo.Box{Min: lo, Max: hi}, nil
}

func (s *Server) incidents(ctx context.Context, in *CaseQuery) (*incidentsOutput, error) {
	f, err := s.caseFilter(ctx, in)
	if err != nil {
		return nil, err
	}
	most, err := in.most()
	if err != nil {
		return nil, err
	}
	f.Most = most + 1
	if in.Cursor != "" {
		if f.AfterTime, f.AfterID, err = parseCaseCursor(in.Cursor); err != nil {
			return nil, err
		}
	}
	found, err := s.Store.Incidents(ctx, s.caseViewer(ctx, policy.CaseList), f)
	if err != nil {
		return nil, err
	}
	out := &incidentsOutput{}
	if len(found) > most {
		found = found[:most]
		last := found[most-1]
		at := last.ReportedAt
		if f.ByDue {
			at = last.Due
			if at.IsZero() {
				at = postgres.Resting
			}
		}
		out.Body.Next = caseCursor(at, last.ID)
	}
	out.Body.Now = time.Now()
	out.Body.Incidents, err = s.describeCases(ctx, found)
	return out, err
}

func caseCursor(at time.Time, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(at.UTC().Format(time.RFC3339Nano) + " " + id.String()))
}

func parseCaseCursor(text string) (at time.Time, id uuid.UUID, err error) {
	bad := fault.New(fault.Invalid, "bad_cursor", "cursor 无效，请从第一页开始", "the cursor is not valid; start at the first page")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return at, id, bad
	}
	when, which, _ := strings.Cut(string(b), " ")
	if at, err = time.Parse(time.RFC3339Nano, when); err != nil {
		return at, id, bad
	}
	if id, err = uuid.Parse(which); err != nil {
		return at, id, bad
	}
	return at, id, nil
}

func (s *Server) incidentSummary(ctx context.Context, in *CaseQuery) (*struct{ Body IncidentSummary }, error) {
	f, err := s.caseFilter(ctx, in)
	if err != nil {
		return nil, err
	}
	n, err := s.Store.CountIncidents(ctx, s.caseViewer(ctx, policy.CaseList), f)
	if err != nil {
		return nil, err
	}
	words, err := s.caseWords(ctx, in.District)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body IncidentSummary }{IncidentSummary{ByState: []StateCount{}, Open: n.Open, Overdue: n.Overdue, DueSoon: n.DueSoon, EndedSince: n.EndedSince}}
	for _, state := range incident.States {
		if n.ByState[string(state)] > 0 {
			out.Body.ByState = append(out.Body.ByState, StateCount{string(state), words.state(state, requestOf(ctx).lang), n.ByState[string(state)]})
		}
	}
	return out, nil
}

func (s *Server) incident(ctx context.Context, in *IDPath) (*incidentOutput, error) {
	c, _, err := s.caseFor(ctx, in.ID, policy.CaseRead)
	return s.respondCase(ctx, c, err)
}

func (s *Server) respondCase(ctx context.Context, c *postgres.Case, err error) (*incidentOutput, error) {
	if err != nil {
		return nil, err
	}
	d, err := s.describeOne(ctx, c)
	if err != nil {
		return nil, err
	}
	if d.Waiting, err = s.waitingOn(ctx, c); err != nil {
		return nil, err
	}
	return &incidentOutput{http.StatusOK, etag(c.Version), d}, nil
}

// CaseEntry is one line of the history of a case.
type CaseEntry struct {
	Version    int64     `json:"version"`
	At         time.Time `json:"at"`
	Action     string    `json:"action"`
	Word       string    `json:"word"`
	From       string    `json:"from,omitempty"`
	To         string    `json:"to"`
	ToWord     string    `json:"to_word"`
	By         *Name     `json:"by" doc:"null: the service itself, a citizen or a key"`
	Reason     string    `json:"reason,omitempty"`
	ReasonWord string    `json:"reason_word,omitempty"`
	Note       string    `json:"note,omitempty"`
	Unit       *Name     `json:"unit,omitempty" doc:"who had it afterwards"`
}

func (s *Server) incidentHistory(ctx context.Context, in *IDPath) (*struct {
	Body struct {
		History []CaseEntry `json:"history" doc:"the oldest first"`
	}
}, error) {
	c, effect, err := s.caseFor(ctx, in.ID, policy.CaseRead)
	if err != nil {
		return nil, err
	}
	entries, err := s.Store.IncidentHistory(ctx, postgres.IncidentKey{District: c.District, ID: c.ID})
	if err != nil {
		return nil, err
	}
	names, err := s.Store.CaseNames(ctx, casesOf(entries))
	if err != nil {
		return nil, err
	}
	words, err := s.caseWords(ctx, c.District)
	if err != nil {
		return nil, err
	}
	lang := requestOf(ctx).lang
	out := &struct {
		Body struct {
			History []CaseEntry `json:"history" doc:"the oldest first"`
		}
	}{}
	for _, e := range entries {
		d := CaseEntry{Version: e.Version, At: e.At, Action: string(e.Action), Word: words.action(e.Action, lang), From: string(e.From), To: string(e.To),
			ToWord: words.state(e.To, lang), Reason: string(e.Reason), Note: e.Note}
		if e.Reason != "" {
			d.ReasonWord = words.reason(e.Action, e.Reason, lang)
		}
		if e.By != uuid.Nil {
			d.By = &Name{e.By, e.Actor}
		}
		if e.After.Unit != uuid.Nil {
			d.Unit = &Name{e.After.Unit, names[e.After.Unit]}
		}
		if effect == policy.Masked {
			d.Note, d.By = maskNumbers(d.Note), nil
		}
		out.Body.History = append(out.Body.History, d)
	}
	return out, nil
}

// casesOf are the cases as they were after each entry, for their names.
func casesOf(entries []postgres.CaseEntry) (cases []postgres.Case) {
	for _, e := range entries {
		var c postgres.Case
		c.Progress = e.After
		cases = append(cases, c)
	}
	return cases
}
