package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// ActivationRequest is an activation that waits for a second person.
type ActivationRequest struct {
	ID        uuid.UUID `json:"id"`
	District  string    `json:"district"`
	Edition   string    `json:"edition"`
	ValidFrom string    `json:"valid_from"`
	By        Name      `json:"by"`
	At        time.Time `json:"at"`
	Mine      bool      `json:"mine" doc:"asked for by the caller, who cannot confirm it"`
	Void      bool      `json:"void" doc:"the draft has changed since; it can only be withdrawn"`
}

type requestsOutput struct {
	Body struct {
		Requests []ActivationRequest `json:"requests" doc:"the oldest first"`
	}
}

// RequestPath names an activation that waits.
type RequestPath struct {
	EditionPath
	Request string `path:"request"`
	Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
}

func (s *Server) requestRoutes() {
	const one = "/api/v1/editions/{district}/{name}/activations/{request}"
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/activation-requests", "activation-requests", "等第二人确认的启用 · Activations that wait for a second person", 401, 403, 503), s.activationRequests)
	confirm := operation(http.MethodPost, one+"/confirmation", "activation-confirm", "确认启用（第二人） · Confirm it, as the second person", 401, 403, 404, 409, 422, 503)
	confirm.DefaultStatus = http.StatusCreated
	huma.Register(s.api, confirm, s.confirmActivation)
	huma.Register(s.api, operation(http.MethodDelete, one, "activation-withdraw", "撤回启用请求 · Withdraw it", 401, 403, 404, 503), s.withdrawActivation)
}

// asker is who asks for an activation that a second person has to confirm; none
// where the caller may activate alone.
func asker(ctx context.Context) (person uuid.UUID, second bool) {
	seen := requestOf(ctx)
	if seen.open || seen.effect != policy.SecondEyes {
		return uuid.Nil, false
	}
	return seen.caller.Person, true
}

func (s *Server) activationRequests(ctx context.Context, _ *struct{}) (*requestsOutput, error) {
	out := &requestsOutput{}
	out.Body.Requests = []ActivationRequest{}
	waiting, err := s.Store.ActivationRequests(ctx)
	if err != nil {
		return nil, err
	}
	seen := requestOf(ctx)
	for _, r := range waiting {
		if !seen.open && policy.Granted(seen.posts, policy.EditionActivate, *s.ofDistrict(r.District)) == policy.Deny {
			continue
		}
		out.Body.Requests = append(out.Body.Requests, ActivationRequest{ID: r.ID, District: r.District, Edition: r.Name, ValidFrom: r.ValidFrom.Format(time.DateOnly),
			By: Name{r.By, r.ByName}, At: r.At, Mine: seen.caller != nil && seen.caller.Person == r.By, Void: r.Void})
	}
	return out, nil
}

func (s *Server) confirmActivation(ctx context.Context, in *RequestPath) (*editionOutput, error) {
	id, err := IDPath{in.Request}.id(postgres.NoSuchRequest())
	if err != nil {
		return nil, err
	}
	person, second := asker(ctx)
	if !second {
		return nil, postgres.NoSuchRequest() // nobody asks where nobody has to be asked
	}
	e, found, err := s.Store.ConfirmActivation(ctx, in.District, in.Name, id, person, writing(ctx, 0))
	if fault.Is(err, "check_refuses") {
		return nil, listing(ctx, err, found)
	}
	return respondEdition(e, err)
}

func (s *Server) withdrawActivation(ctx context.Context, in *RequestPath) (*struct{}, error) {
	id, err := IDPath{in.Request}.id(postgres.NoSuchRequest())
	if err != nil {
		return nil, err
	}
	person, second := asker(ctx)
	if !second {
		return nil, postgres.NoSuchRequest()
	}
	return nil, s.Store.WithdrawActivation(ctx, in.District, in.Name, id, person, writing(ctx, 0))
}

// askActivation answers 202 with the edition: a second person has to confirm.
func (s *Server) askActivation(ctx context.Context, district, name string, from time.Time, says postgres.Confirmation, by postgres.Write) (*activatedOutput, error) {
	person, _ := asker(ctx)
	e, found, err := s.Store.AskActivation(ctx, district, name, from, says, person, by)
	if fault.Is(err, "check_refuses") {
		return nil, listing(ctx, err, found)
	}
	if err != nil {
		return nil, err
	}
	return &activatedOutput{http.StatusAccepted, etag(e.Version), describeEdition(e)}, nil
}
