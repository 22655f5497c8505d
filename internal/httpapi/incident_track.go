package httpapi

import (
	"context"
	"time"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/postgres"
)

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
	stands := c.Standing(&shown.Incident)
	d.State, d.StateWord, d.Due = string(stands), words.state(stands, lang), orNil(shown.Progress.Due)
	names, err := s.Store.CaseNames(ctx, casesOf(entries))
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		if undone := i+1 < len(entries) && entries[i+1].Action == incident.UndoAction && entries[i+1].Incident == e.Incident; undone || !toldActions[e.Action] {
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
