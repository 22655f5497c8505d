package httpapi

import (
	"context"
	"time"

	"wangge/internal/caseflow"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

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
		Due: orNil(r.Due), Used: int(e.Used.Seconds()), Remaining: int(e.Remaining.Seconds()), Steps: []TimeStep{}, Uncertain: e.Unpublished}
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
