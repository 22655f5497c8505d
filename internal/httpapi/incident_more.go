package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"

	"wangge/internal/caseflow"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// CaseWords are the words of a district for what happens to cases.
type CaseWords struct {
	States  []CodedWord   `json:"states" doc:"in the order of the work"`
	Actions []ActionWords `json:"actions"`
}

// ActionWords are an action and its reasons.
type ActionWords struct {
	Code    string      `json:"code"`
	Word    string      `json:"word"`
	Reasons []CodedWord `json:"reasons"`
}

func (s *Server) incidentWords(ctx context.Context, in *struct {
	District string `query:"district"`
}) (*struct{ Body CaseWords }, error) {
	words, err := s.caseWords(ctx, in.District)
	if err != nil {
		return nil, err
	}
	lang := requestOf(ctx).lang
	out := &struct{ Body CaseWords }{}
	for _, state := range incident.States {
		out.Body.States = append(out.Body.States, CodedWord{string(state), words.state(state, lang)})
	}
	seen := map[incident.Action]bool{}
	for _, m := range incident.Moves() {
		if seen[m.Action] {
			continue
		}
		seen[m.Action] = true
		a := ActionWords{string(m.Action), words.action(m.Action, lang), []CodedWord{}}
		for _, r := range incident.Reasons(m.Action) {
			a.Reasons = append(a.Reasons, CodedWord{string(r), words.reason(m.Action, r, lang)})
		}
		out.Body.Actions = append(out.Body.Actions, a)
	}
	return out, nil
}

// SimilarIncident is a case that may be about the same matter.
type SimilarIncident struct {
	ID        uuid.UUID `json:"id"`
	State     string    `json:"state"`
	StateWord string    `json:"state_word"`
	Reported  time.Time `json:"reported_at"`
	Metres    float64   `json:"metres"`
	Photo     string    `json:"photo,omitempty" doc:"a thumbnail, for those who may see it"`
}

// similarIncidents offers what was reported before of the same class, near and
// lately. Strangers learn that there is something, when and how far; not what.
func (s *Server) similarIncidents(ctx context.Context, in *struct {
	Lon     decimal `query:"lon" required:"true"`
	Lat     decimal `query:"lat" required:"true"`
	CRS     string  `query:"crs"`
	Kind    string  `query:"kind" required:"true" enum:"event,component"`
	Code    string  `query:"category" required:"true" doc:"code of a minor class"`
	Except  string  `query:"except" doc:"a case that is not to be offered"`
	Present string  `query:"now" doc:"of a case that is there: what was reported around this RFC 3339 time"`
}) (*struct {
	Body struct {
		Incidents []SimilarIncident `json:"incidents" doc:"the nearest first"`
	}
}, error) {
	q, err := (&locateInput{Lon: in.Lon, Lat: in.Lat}).query()
	if err != nil {
		return nil, err
	}
	at, err := s.placeOf(ctx, PlaceRequest{&q.Lon, &q.Lat, in.CRS})
	if err != nil {
		return nil, err
	}
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Incidents []SimilarIncident `json:"incidents" doc:"the nearest first"`
		}
	}{}
	out.Body.Incidents = []SimilarIncident{}
	a := ix.Locate(at)
	if a == nil {
		return out, nil
	}
	around, err := caseMoment(in.Present, false)
	if err != nil {
		return nil, err
	}
	found, err := s.Cases.Similar(ctx, a.Edition().Code, at, category.Kind(in.Kind), in.Code, around)
	if err != nil {
		return nil, err
	}
	words, err := s.caseWords(ctx, a.Edition().Code)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		if c.ID.String() == in.Except {
			continue
		}
		d := SimilarIncident{ID: c.ID, State: string(c.State), StateWord: words.state(c.State, requestOf(ctx).lang), Reported: c.ReportedAt, Metres: c.Metres}
		if s.caseEffect(ctx, &c.Case, policy.CaseRead) == policy.Deny {
			d.ID, d.State, d.StateWord = uuid.Nil, "", ""
		} else if photos, err := s.Store.IncidentPhotos(ctx, c.District, []uuid.UUID{c.ID}); err != nil {
			return nil, err
		} else if of := photos[c.ID]; len(of) > 0 {
			d.Photo = describePhoto(c.District, of[0]).Thumbnail
		}
		out.Body.Incidents = append(out.Body.Incidents, d)
	}
	return out, nil
}

// ReviewedIncident is what new boundaries meant for a case.
type ReviewedIncident struct {
	Edition  string     `json:"edition"`
	ID       uuid.UUID  `json:"id"`
	Number   string     `json:"number"`
	From     *NamedArea `json:"from" doc:"null: it is not in the boundaries in force any more"`
	To       *NamedArea `json:"to" doc:"null: no area holds its place any more"`
	Outcome  string     `json:"outcome" enum:"stayed,moved"`
	Reviewed time.Time  `json:"reviewed_at"`
}

func (s *Server) reviewedIncidents(ctx context.Context, in *struct {
	District string `query:"district"`
}) (*struct {
	Body struct {
		Incidents []ReviewedIncident `json:"incidents" doc:"the latest first, at most 500"`
	}
}, error) {
	district := in.District
	if district == "" {
		only, err := s.Store.OnlyDistrict(ctx)
		if err != nil {
			return nil, err
		}
		district = only
	}
	if err := s.allows(ctx, s.ofDistrict(district), noDistrict(clip(district, 40))); err != nil {
		return nil, err
	}
	found, err := s.Store.BoundaryReviews(ctx, district, 500)
	if err != nil {
		return nil, err
	}
	named := func(id uuid.UUID) *NamedArea {
		if ix := s.Boundaries.Index(); ix != nil && ix.Edition(district) != nil {
			if a := ix.Edition(district).ByID(id); a != nil {
				n := nameOf(a)
				return &n
			}
		}
		return nil
	}
	out := &struct {
		Body struct {
			Incidents []ReviewedIncident `json:"incidents" doc:"the latest first, at most 500"`
		}
	}{}
	out.Body.Incidents = []ReviewedIncident{}
	for _, r := range found {
		d := ReviewedIncident{Edition: r.Edition, ID: r.ID, Number: r.Number, From: named(r.From), Outcome: r.Outcome, Reviewed: r.At}
		if r.To != nil {
			d.To = named(*r.To)
		}
		out.Body.Incidents = append(out.Body.Incidents, d)
	}
	return out, nil
}

// PhaseClock is a clock with how it is reckoned.
type PhaseClock struct {
	Phase     string     `json:"phase" enum:"intake,inspect,dispatch,handle,verify,close"`
	Word      string     `json:"word"`
	Limits    []string   `json:"limits" doc:"one for each stretch of the work"`
	Round     int        `json:"round"`
	Ended     bool       `json:"ended"`
	State     string     `json:"state" enum:"normal,due_soon,overdue,paused,finished"`
	Start     time.Time  `json:"start"`
	Due       *time.Time `json:"due"`
	Used      int        `json:"used_s" doc:"seconds that counted so far"`
	Remaining int        `json:"remaining_s" doc:"seconds that still count; of working time for work limits"`
	Working   bool       `json:"working" doc:"working time alone counts"`
	Steps     []TimeStep `json:"steps" doc:"what counted, what did not, and why"`
	Uncertain []int      `json:"uncertain,omitempty" doc:"years whose holidays nobody has entered: the deadline may still move"`
}

// TimeStep is one stretch of a reckoning.
type TimeStep struct {
	Kind string     `json:"kind" enum:"used,left,paused,holiday,rest,make_up"`
	From time.Time  `json:"from"`
	To   *time.Time `json:"to" doc:"null while it lasts"`
	Name string     `json:"name,omitempty"`
}

// RaisedLevel is a level of lateness that was raised.
type RaisedLevel struct {
	Phase string    `json:"phase"`
	Round int       `json:"round"`
	Level string    `json:"level" enum:"due_soon,overdue,long_overdue"`
	Due   time.Time `json:"due"`
	At    time.Time `json:"at"`
}

var phaseWords = map[incident.Phase][2]string{incident.IntakePhase: {"受理", "intake"}, incident.InspectPhase: {"核实", "inspection"}, incident.DispatchPhase: {"派遣", "dispatch"},
	incident.HandlePhase: {"处置", "handling"}, incident.VerifyPhase: {"核查", "verification"}, incident.ClosePhase: {"结案", "closing"}}

func (s *Server) incidentClock(ctx context.Context, in *IDPath) (*struct {
	Body struct {
		Now    time.Time     `json:"now"`
		Clocks []PhaseClock  `json:"clocks" doc:"of each phase so far, in the order of the work"`
		Raised []RaisedLevel `json:"raised" doc:"what was late stays a fact"`
	}
}, error) {
	c, _, err := s.caseFor(ctx, in.ID, policy.CaseRead)
	if err != nil {
		return nil, err
	}
	clocks, raised, err := s.Cases.Clocks(ctx, c)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Now    time.Time     `json:"now"`
			Clocks []PhaseClock  `json:"clocks" doc:"of each phase so far, in the order of the work"`
			Raised []RaisedLevel `json:"raised" doc:"what was late stays a fact"`
		}
	}{}
	out.Body.Now, out.Body.Clocks, out.Body.Raised = time.Now(), []PhaseClock{}, []RaisedLevel{}
	for _, phase := range []incident.Phase{incident.IntakePhase, incident.InspectPhase, incident.DispatchPhase, incident.HandlePhase, incident.VerifyPhase, incident.ClosePhase} {
		if r := clocks[phase]; r != nil {
			out.Body.Clocks = append(out.Body.Clocks, describeClock(phase, r, out.Body.Now, requestOf(ctx).lang))
		}
	}
	for _, e := range raised {
		out.Body.Raised = append(out.Body.Raised, RaisedLevel{string(e.Phase), e.Round, postgres.LevelName(e.Level), e.Due, e.At})
	}
	return out, nil
}

func describeClock(phase incident.Phase, r *caseflow.Reckoned, now time.Time, lang string) PhaseClock {
	if !r.EndedAt.IsZero() {
		now = r.EndedAt
	}
	e := r.Clock.Explain(now)
	d := PhaseClock{Phase: string(phase), Word: either(phaseWords[phase], lang), Limits: []string{}, Round: r.Round, Ended: !r.EndedAt.IsZero(), State: string(e.State), Start: r.Clock.Start,
		Due: orNil(e.Deadline), Used: int(e.Used.Seconds()), Remaining: int(e.Remaining.Seconds()), Steps: []TimeStep{}, Uncertain: e.Unpublished}
	if d.Ended {
		d.State = string(worktime.Finished)
	}
	for _, p := range r.Clock.Phases {
		for i, l := range append([]worktime.Limit{p.Limit}, p.Extensions...) {
			if l.N == 0 {
				continue
			}
			text := l.String()
			if lang == "en" {
				text = l.English()
			}
			if i == 0 && p.Name != "" {
				text = p.Name + " " + text
			}
			if i > 0 {
				text = "+" + text
			}
			d.Limits = append(d.Limits, text)
		}
		d.Working = d.Working || p.Limit.Working()
	}
	for _, step := range e.Steps {
		d.Steps = append(d.Steps, TimeStep{string(step.Kind), step.From, orNil(step.To), step.Name})
	}
	return d
}

func either(words [2]string, lang string) string {
	if lang == "en" {
		return words[1]
	}
	return words[0]
}

// describeClass names the class of a case, in the edition that it keeps.
func (s *Server) describeClass(ctx context.Context, c *postgres.Case) (*CaseCategory, error) {
	edition, err := s.Store.Categories(ctx, c.District, c.Category.Edition)
	if err != nil {
		return nil, err
	}
	d := &CaseCategory{Edition: c.Category.Edition, Kind: string(c.Category.Kind), Code: c.Category.Code, Condition: c.Condition}
	if minor, known := edition.Minor(c.Category.Kind, c.Category.Code); known {
		d.Name = minor.Name
		for _, cond := range minor.Conditions {
			if cond.Filing == c.Condition {
				d.Closing = cond.Closing
			}
		}
	}
	if major, known := edition.Major(c.Category.Kind, c.Category.Code[:2]); known {
		d.Major = major.Name
	}
	return d, nil
}

// caseWords are the words of a district for cases, its own before the usual.
type caseWords map[string]string

func (s *Server) caseWords(ctx context.Context, district string) (caseWords, error) {
	if district == "" {
		if ix := s.Boundaries.Index(); ix != nil && len(ix.Editions()) == 1 {
			district = ix.Editions()[0].Code
		}
	}
	if district == "" {
		return nil, nil //nolint:nilnil // the usual words
	}
	own, err := s.Cases.Words(ctx, district)
	return own, err
}

func (w caseWords) state(state incident.State, lang string) string {
	return w.own("state."+string(state), state.Word(lang), lang)
}

func (w caseWords) action(a incident.Action, lang string) string {
	return w.own("action."+string(a), a.Word(lang), lang)
}

func (w caseWords) reason(a incident.Action, r incident.Reason, lang string) string {
	return w.own("reason."+string(a)+"."+string(r), incident.ReasonWord(a, r, lang), lang)
}

// own is a district's own word, which is Chinese, or else the usual one.
func (w caseWords) own(key, usual, lang string) string {
	if own := w[key]; own != "" && lang != "en" {
		return own
	}
	return usual
}

// TrackedReport is what a citizen sees of their report.
type TrackedReport struct {
	Number      string        `json:"number"`
	State       string        `json:"state"`
	StateWord   string        `json:"state_word"`
	Description string        `json:"description"`
	Address     string        `json:"address"`
	Position    *Degrees      `json:"position" doc:"CGCS2000, to about a metre"`
	Areas       []NamedArea   `json:"areas"`
	Category    *CaseCategory `json:"category"`
	Reported    time.Time     `json:"reported_at"`
	Due         *time.Time    `json:"due"`
	Steps       []TrackedStep `json:"steps" doc:"what has been done, the oldest first"`
	Follows     bool          `json:"follows" doc:"it was joined with a report about the same matter, whose steps these are"`
	Answer      string        `json:"answer,omitempty"`
}

// TrackedStep is one step as a citizen is told of it: by whom is not said.
type TrackedStep struct {
	At     time.Time `json:"at"`
	Word   string    `json:"word"`
	State  string    `json:"state"`
	Unit   string    `json:"unit,omitempty"`
	Reason string    `json:"reason,omitempty"`
}

// toldActions are the steps that a citizen is told of.
var toldActions = map[incident.Action]bool{incident.ReportAction: true, incident.InspectAction: true, incident.AcceptAction: true, incident.RejectAction: true,
	incident.DispatchAction: true, incident.TransferAction: true, incident.ReceiveAction: true, incident.ReturnAction: true, incident.HandleAction: true,
	incident.VerifyAction: true, incident.ReworkAction: true, incident.CloseAction: true, incident.ForceAction: true, incident.SuspendAction: true,
	incident.DeferAction: true, incident.ResumeAction: true, incident.VoidAction: true, incident.MergeAction: true, incident.ReopenAction: true, incident.GrantAction: true}

// track tells whoever holds the number of a report how far it is.
func (s *Server) track(ctx context.Context, in *struct {
	Number string `path:"number"`
}) (*struct{ Body TrackedReport }, error) {
	missing := fault.New(fault.NotFound, "no_such_report", "没有这个查询码的上报，请核对", "there is no report with this number; check it")
	number, ok := incident.ReadNumber(in.Number)
	if !ok {
		return nil, missing
	}
	c, err := s.Store.IncidentByNumber(ctx, number)
	if fault.Is(err, "no_such_incident") {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	words, err := s.caseWords(ctx, c.District)
	if err != nil {
		return nil, err
	}
	lang := requestOf(ctx).lang
	d := TrackedReport{Number: c.Number, Description: c.Description, Address: c.Place.Address, Reported: c.ReportedAt, Steps: []TrackedStep{}, Answer: string(c.Answer)}
	if c.Place.Point != (geo.Point{}) {
		d.Position = degreesOf(c.Place.Point.Round(step(ctx)))
	}
	d.Areas = s.caseAreas(c)
	shown := c
	entries, err := s.Store.IncidentHistory(ctx, postgres.IncidentKey{District: c.District, ID: c.ID})
	if err != nil {
		return nil, err
	}
	if c.State == incident.Merged {
		d.Follows = true
		if shown, err = s.Store.Incident(ctx, c.Parent); err != nil {
			return nil, err
		}
		more, err := s.Store.IncidentHistory(ctx, postgres.IncidentKey{District: shown.District, ID: shown.ID})
		if err != nil {
			return nil, err
		}
		joined := entries[len(entries)-1].At
		for _, e := range more {
			if e.At.After(joined) {
				entries = append(entries, e)
			}
		}
	}
	if shown.Category.Code != "" {
		if d.Category, err = s.describeClass(ctx, shown); err != nil {
			return nil, err
		}
	}
	d.State, d.StateWord, d.Due = string(shown.State), words.state(shown.State, lang), orNil(shown.Progress.Due)
	names, err := s.Store.CaseNames(ctx, casesOf(entries))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !toldActions[e.Action] {
			continue
		}
		one := TrackedStep{At: e.At, Word: words.action(e.Action, lang), State: string(e.To), Unit: names[e.After.Unit]}
		if e.Action == incident.RejectAction || e.Action == incident.SuspendAction || e.Action == incident.DeferAction || e.Action == incident.VoidAction {
			one.Reason = words.reason(e.Action, e.Reason, lang)
		}
		d.Steps = append(d.Steps, one)
	}
	return &struct{ Body TrackedReport }{d}, nil
}
