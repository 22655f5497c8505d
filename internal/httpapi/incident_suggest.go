package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// CaseSuggestion is to whom a case should go, and why.
type CaseSuggestion struct {
	UnitSuggestion
	Workers []NearWorker `json:"workers" doc:"grid workers of its grid and of those around, the nearest and least busy first"`
}

// NearWorker is a grid worker near a case.
type NearWorker struct {
	Name
	Phone  string    `json:"phone,omitempty"`
	Area   NamedArea `json:"area"`
	Metres float64   `json:"metres" doc:"from the case to the worker's grid; 0 within it"`
	Open   int       `json:"open" doc:"cases that wait for them"`
}

func (s *Server) suggestRoutes() {
	huma.Register(s.api, operation(http.MethodGet, incidentPath+"/suggestion", "incident-suggestion", "该派给谁，为什么 · To whom it should go, and why", 401, 403, 404, 422, 503), s.suggestForCase)
}

func (s *Server) suggestForCase(ctx context.Context, in *IDPath) (*struct{ Body CaseSuggestion }, error) {
	c, _, err := s.caseFor(ctx, in.ID, policy.CaseDispatch)
	if err != nil {
		return nil, err
	}
	if c.Place.Point == (geo.Point{}) {
		return nil, fault.New(fault.Unprocessable, "case_not_located", "案卷须先定位到区域", "the case needs a place in an area")
	}
	now := time.Now()
	found, err := s.suggest(ctx, c.District, c.Category.Kind, c.Category.Code, c.Place.Point, now)
	if err != nil {
		return nil, err
	}
	d := CaseSuggestion{UnitSuggestion: found.describe(requestOf(ctx).lang)}
	d.Kind, d.At = string(c.Category.Kind), now
	d.Workers, err = s.nearWorkers(ctx, c, found)
	return &struct{ Body CaseSuggestion }{d}, err
}

// nearWorkers finds who serves the grid of a case and the grids around it.
func (s *Server) nearWorkers(ctx context.Context, c *postgres.Case, found *suggested) ([]NearWorker, error) {
	metres := geo.MetresAt(c.Place.Point)
	distance := map[uuid.UUID]float64{found.Owner.AreaID: 0}
	areas := []uuid.UUID{found.Owner.AreaID}
	named := map[uuid.UUID]NamedArea{found.Owner.AreaID: nameOf(found.Owner)}
	for _, n := range found.Owner.Neighbours() {
		areas = append(areas, n.AreaID)
		distance[n.AreaID], named[n.AreaID] = metres.ToBorder(c.Place.Point, n.Ground), nameOf(n)
	}
	workers, err := s.Store.WorkersOf(ctx, c.District, areas)
	if err != nil {
		return nil, err
	}
	near := []NearWorker{}
	for _, w := range workers {
		near = append(near, NearWorker{Name{w.ID, w.Name}, w.Phone, named[w.Area], float64(int(distance[w.Area])), w.Open})
	}
	slices.SortStableFunc(near, func(a, b NearWorker) int {
		if a.Metres != b.Metres {
			return int(a.Metres) - int(b.Metres)
		}
		return a.Open - b.Open
	})
	return near[:min(len(near), 12)], nil
}

// BulkRequest is one act on several cases.
type BulkRequest struct {
	Action string     `json:"action" enum:"inspect,accept,reject,classify,dispatch,transfer,merge,supervise"`
	Items  []BulkItem `json:"items" minItems:"1" maxItems:"200"`
	ActRequest
}

// BulkItem is a case as last seen.
type BulkItem struct {
	ID      string `json:"id"`
	Version int64  `json:"version" minimum:"1"`
}

// BulkResult is what became of one case.
type BulkResult struct {
	ID      string `json:"id"`
	OK      bool   `json:"ok"`
	Asked   bool   `json:"asked,omitempty" doc:"a second person has to confirm it"`
	Version int64  `json:"version,omitempty" doc:"that it has now"`
	Code    string `json:"code,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

func (s *Server) bulkActRoutes() {
	huma.Register(s.api, operation(http.MethodPost, "/api/v1/incidents/bulk", "incidents-bulk", "批量办理 · One act on several cases", 400, 401, 403, 413, 422, 503), s.bulkAct)
}

// bulkActions are the actions that are the same for many cases.
var bulkActions = []string{"inspect", "accept", "reject", "classify", "dispatch", "transfer", "merge", "supervise"}

// bulkAct does one act on several cases, each for itself: one that is refused
// leaves the others done, and says why.
func (s *Server) bulkAct(ctx context.Context, in *struct{ Body BulkRequest }) (*struct {
	Body struct {
		Results []BulkResult `json:"results" doc:"in the order of the items"`
	}
}, error) {
	b := &in.Body
	if !slices.Contains(bulkActions, b.Action) || len(b.Items) == 0 || len(b.Items) > 200 {
		return nil, fault.New(fault.Unprocessable, "bad_bulk", "批量办理：1–200 件，操作是 %[1]v 之一", "an act on 1 to 200 cases, one of %[1]v", bulkActions)
	}
	act, err := s.readAct(ctx, incident.Action(b.Action), &b.ActRequest)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Results []BulkResult `json:"results" doc:"in the order of the items"`
		}
	}{}
	seen := requestOf(ctx)
	lang, key := seen.lang, seen.key
	defer func() { seen.key = key }()
	for _, item := range b.Items {
		r := BulkResult{ID: item.ID}
		if item.Version < 1 {
			return nil, fault.New(fault.Unprocessable, "bad_bulk", "每件都要写明看到的版本", "each item names the version that was seen")
		}
		if key != "" {
			seen.key = key + " " + item.ID // each is a write of its own: one key would let the first stand for all
		}
		c, asked, err := s.act(ctx, item.ID, item.Version, act)
		switch e, known := fault.As(err); {
		case err == nil:
			r.OK, r.Asked, r.Version = true, asked, c.Version
		case known && e.Kind != fault.Unavailable:
			r.Code, r.Detail = e.Code, e.Text(lang)
		default:
			return nil, err // what was done is done; the caller asks again
		}
		out.Body.Results = append(out.Body.Results, r)
	}
	return out, nil
}
