package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/caseflow"
	"wangge/internal/fault"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// WaitingAct is something that waits for a second person.
type WaitingAct struct {
	ID     uuid.UUID `json:"id"`
	Action string    `json:"action"`
	Word   string    `json:"word"`
	By     Name      `json:"by"`
	At     time.Time `json:"at"`
	Mine   bool      `json:"mine" doc:"asked for by the caller, who cannot confirm it"`
}

// CaseRequestPath names something that waits on a case.
type CaseRequestPath struct {
	IDPath
	Request string `path:"request"`
}

func (s *Server) secondRoutes() {
	const one = incidentPath + "/requests/{request}"
	huma.Register(s.api, operation(http.MethodPost, one+"/confirmation", "incident-confirm", "确认（第二人） · Confirm it, as the second person", 401, 403, 404, 409, 412, 422, 503), s.confirmAct)
	huma.Register(s.api, operation(http.MethodDelete, one, "incident-withdraw", "撤回、不同意 · Withdraw it, or decline", 401, 403, 404, 503), s.withdrawAct)
}

// waiting finds what waits on a case, for somebody who may do it.
func (s *Server) waiting(ctx context.Context, in *CaseRequestPath) (*postgres.Case, *postgres.CaseRequest, error) {
	missing := fault.New(fault.NotFound, "no_such_request", "没有这个待确认的操作，或案卷已变", "nothing of that name waits, or the case has changed")
	id, err := IDPath{in.Request}.id(missing)
	if err != nil {
		return nil, nil, err
	}
	c, _, err := s.caseFor(ctx, in.ID, policy.CaseRead)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.Store.CaseRequestOf(ctx, postgres.IncidentKey{District: c.District, ID: c.ID}, c.Version)
	if err != nil {
		return nil, nil, err
	}
	if r == nil || r.ID != id || requestOf(ctx).caller == nil {
		return nil, nil, missing
	}
	if s.caseEffect(ctx, c, incident.PolicyOf(incident.Action(r.Action))) < policy.SecondEyes {
		return nil, nil, s.deny(ctx, "", forbidden())
	}
	return c, r, nil
}

// waitingOn tells what waits on a case, to those who may do it; nil where nothing does.
func (s *Server) waitingOn(ctx context.Context, c *postgres.Case) (*WaitingAct, error) {
	seen := requestOf(ctx)
	if seen.caller == nil {
		return nil, nil //nolint:nilnil // nobody is known, and nothing waits
	}
	r, err := s.Store.CaseRequestOf(ctx, postgres.IncidentKey{District: c.District, ID: c.ID}, c.Version)
	if err != nil || r == nil || s.caseEffect(ctx, c, incident.PolicyOf(incident.Action(r.Action))) < policy.SecondEyes {
		return nil, err
	}
	words, err := s.caseWords(ctx, c.District)
	if err != nil {
		return nil, err
	}
	return &WaitingAct{ID: r.ID, Action: r.Action, Word: words.action(incident.Action(r.Action), seen.lang), By: Name{r.By, r.ByName}, At: r.At, Mine: r.By == seen.caller.Person}, nil
}

func (s *Server) confirmAct(ctx context.Context, in *CaseRequestPath) (*incidentOutput, error) {
	c, r, err := s.waiting(ctx, in)
	if err != nil {
		return nil, err
	}
	me := requestOf(ctx).caller.Person
	if r.By == me {
		return nil, s.deny(ctx, "", fault.New(fault.Forbidden, "another_person", "须由另一人确认", "somebody else has to confirm it"))
	}
	if me == c.HandledBy || me == c.ReceivedBy {
		return nil, s.deny(ctx, "", fault.New(fault.Conflict, "case_own_work", "确认人不能是处置人", "nobody confirms about their own work"))
	}
	var act caseflow.Act
	if err := json.Unmarshal(r.Act, &act); err != nil {
		return nil, err
	}
	if note := strings.TrimSpace(act.Note + "（" + requestOf(ctx).caller.Name + "确认 · confirmed）"); utf8.RuneCountInString(note) <= 500 { // the audit names them as well
		act.Note = note
	}
	// The case moves on with the version that was asked about: a confirmation that
	// comes twice finds another one.
	c, err = s.Cases.Act(ctx, postgres.IncidentKey{District: c.District, ID: c.ID}, writing(ctx, r.Version), act)
	if err == nil {
		err = s.Store.EndCaseRequest(ctx, c.District, r.ID, "confirmed", me)
	}
	return s.respondCase(ctx, c, err)
}

func (s *Server) withdrawAct(ctx context.Context, in *CaseRequestPath) (*incidentOutput, error) {
	c, r, err := s.waiting(ctx, in)
	if err != nil {
		return nil, err
	}
	err = s.Store.EndCaseRequest(ctx, c.District, r.ID, "withdrawn", requestOf(ctx).caller.Person)
	return s.respondCase(ctx, c, err)
}
