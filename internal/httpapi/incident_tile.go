package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/casemap"
	"wangge/internal/fault"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/tile"
)

// CaseTileQuery selects the cases of tiles.
type CaseTileQuery struct {
	State string `query:"state" doc:"several with commas"`
	Kind  string `query:"kind" doc:"event, component, or both with a comma"`
	Code  string `query:"code" doc:"beginnings of classes, with commas"`
	From  string `query:"from" doc:"reported from this date or RFC 3339 time on"`
	To    string `query:"to" doc:"reported before this RFC 3339 time, or up to the end of this date"`
	Open  string `query:"open" enum:"true,false" doc:"true: those alone on which somebody has to act"`
	G     string `query:"g" doc:"anything: another one asks for tiles anew"`
}

func (s *Server) caseTileRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/tiles/incident.json", "incident-tilejson", "案卷图层说明 · The incident layer as TileJSON", 400, 401, 403), s.caseTileJSON)
	op := operation(http.MethodGet, "/tiles/incident/{z}/{x}/{y}.mvt", "incident-tile", "案卷瓦片：聚合的点 · Cases as vector tiles, clustered", 400, 401, 403, 404)
	op.Responses = map[string]*huma.Response{"200": {Description: "the layer incident: clusters with count, worst and the count of each urgency; single cases with id, state, urgency, kind, code, reported",
		Content: map[string]*huma.MediaType{tileType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}, "204": {Description: "no cases there"}}
	huma.Register(s.api, op, s.caseTile)
}

// filter reads what is asked for. Errors: bad_state, bad_time.
func (q *CaseTileQuery) filter() (f casemap.Filter, err error) {
	f = casemap.Filter{OpenOnly: q.Open == "true", Now: time.Now()}
	if q.State != "" {
		f.States = strings.Split(q.State, ",")
		for _, state := range f.States {
			if !slices.Contains(incident.States, incident.State(state)) {
				return f, fault.New(fault.Invalid, "bad_state", "没有状态 %[1]q", "there is no state %[1]q", clip(state, 40))
			}
		}
	}
	if q.Kind != "" {
		f.Kinds = strings.Split(q.Kind, ",")
	}
	if q.Code != "" {
		f.Codes = strings.Split(q.Code, ",")
	}
	if f.From, err = caseMoment(q.From, false); err != nil {
		return f, err
	}
	f.To, err = caseMoment(q.To, true)
	return f, err
}

func (s *Server) caseTileJSON(_ context.Context, in *CaseTileQuery) (*tileJSONOutput, error) {
	if _, err := in.filter(); err != nil {
		return nil, err
	}
	query := url.Values{}
	for name, value := range map[string]string{"state": in.State, "kind": in.Kind, "code": in.Code, "from": in.From, "to": in.To, "open": in.Open, "g": in.G} {
		if value != "" {
			query.Set(name, value)
		}
	}
	address := "/tiles/incident/{z}/{x}/{y}.mvt"
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	fields := map[string]string{"id": "String", "district": "String", "state": "String", "urgency": "String", "kind": "String", "code": "String", "reported": "Number", "count": "Number", "worst": "String"}
	return &tileJSONOutput{"no-store", TileJSON{TileJSON: "3.0.0", Name: "incident", MinZoom: 0, MaxZoom: tile.MaxZoom, Bounds: [4]float64{-180, -85, 180, 85},
		Tiles: []string{address}, VectorLayers: []VectorLayer{{"incident", "cases and clusters of them", fields}}}}, nil
}

// caseTile draws the cases that the caller may see. Nothing of it is kept: who
// may see what changes, and time goes on.
func (s *Server) caseTile(ctx context.Context, in *struct {
	CaseTileQuery
	Z string `path:"z"`
	X string `path:"x"`
	Y string `path:"y"`
}) (*tileOutput, error) {
	k, err := parseTile(in.Z, in.X, in.Y)
	if err != nil {
		return nil, err
	}
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	detail := s.mayMap(ctx, &f)
	out := &tileOutput{Status: http.StatusOK, ContentType: tileType, CacheControl: "no-store"}
	out.Body = tile.DrawCases(k, f.Now, detail, s.CaseMap.Within(k.Box(), &f))
	if len(out.Body) == 0 {
		out.Status = http.StatusNoContent
	}
	return out, nil
}

// mayMap holds a filter to what the caller may see, and says in how much detail.
// Who is only told numbers somewhere is told numbers alone.
func (s *Server) mayMap(ctx context.Context, f *casemap.Filter) tile.Detail {
	seen := requestOf(ctx)
	if seen.open {
		f.Everywhere = true
		return tile.Exact
	}
	if seen.caller == nil {
		return tile.Counts
	}
	v := s.caseViewer(ctx, policy.CaseTiles)
	detail := tile.Exact
	if len(v.Scopes) == 0 && !v.Everywhere && v.Units == nil && v.Person == uuid.Nil {
		v, detail = s.Guard.CaseCounts(seen.caller), tile.Counts
	}
	f.Everywhere, f.Units = v.Everywhere, v.Units
	if v.Person != uuid.Nil {
		f.Assignees = []uuid.UUID{v.Person}
	}
	for _, scope := range v.Scopes {
		if scope.Lo == 0 {
			f.Scopes = append(f.Scopes, casemap.WholeDistrict(scope.District))
		} else {
			f.Scopes = append(f.Scopes, casemap.Scope{District: scope.District, Lo: scope.Lo, Hi: scope.Hi})
		}
	}
	return detail
}
