package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/caseflow"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// PlaceRequest is where something is: a position in any system.
type PlaceRequest struct {
	Lon *float64 `json:"lon,omitempty" doc:"longitude in degrees, or metres east"`
	Lat *float64 `json:"lat,omitempty" doc:"latitude in degrees, or metres north"`
	CRS string   `json:"crs,omitempty" doc:"wgs84 (default), cgcs2000, gcj02, bd09, or EPSG:n"`
}

// CasePhotoRequest attaches a photograph that has been uploaded.
type CasePhotoRequest struct {
	ID   string `json:"id"`
	Kind string `json:"kind" enum:"near,far,reference,before,after"`
}

// ActRequest is what an action takes; which of it, the action says.
type ActRequest struct {
	Reason    string `json:"reason,omitempty"`
	Note      string `json:"note,omitempty" maxLength:"500"`
	Kind      string `json:"kind,omitempty" enum:"event,component"`
	Category  string `json:"category,omitempty" doc:"code of a minor class"`
	Condition string `json:"condition,omitempty" doc:"filing condition"`
	PlaceRequest
	Address  string             `json:"address,omitempty" maxLength:"500"`
	Unit     string             `json:"unit,omitempty"`
	Assignee string             `json:"assignee,omitempty"`
	Until    *time.Time         `json:"until,omitempty"`
	Level    int                `json:"level,omitempty"`
	Answer   string             `json:"answer,omitempty" enum:"satisfied,fair,unsatisfied"`
	Parent   string             `json:"parent,omitempty"`
	Photos   []CasePhotoRequest `json:"photos,omitempty" maxItems:"12"`
}

// CaseWrite names a case as last seen.
type CaseWrite struct {
	IDPath
	IfMatch string `header:"If-Match" doc:"the ETag of the case as last seen"`
	Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
}

const incidentPath = "/api/v1/incidents/{id}"

func (s *Server) actRoutes() {
	report := operation(http.MethodPost, "/api/v1/incidents", "incident-report", "上报 · Report", 400, 401, 403, 409, 413, 422, 503)
	report.DefaultStatus = http.StatusCreated
	huma.Register(s.api, report, s.reportIncident)
	done := map[incident.Action]bool{incident.ReportAction: true}
	for _, m := range incident.Moves() {
		if done[m.Action] {
			continue
		}
		done[m.Action] = true
		action := m.Action
		op := operation(http.MethodPost, incidentPath+"/"+string(action), actOperation(action), action.Word("zh")+" · "+strings.ToUpper(action.Word("en")[:1])+action.Word("en")[1:],
			400, 401, 403, 404, 409, 412, 422, 428, 503)
		op.Responses = map[string]*huma.Response{"202": {Description: "a second person has to confirm it", Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(Incident{}, "Incident")}}}}
		huma.Register(s.api, op, func(ctx context.Context, in *struct {
			CaseWrite
			Body *ActRequest
		}) (*incidentOutput, error) {
			if in.Body == nil {
				in.Body = &ActRequest{}
			}
			return s.actOnIncident(ctx, action, &in.CaseWrite, in.Body)
		})
	}
	reveal := operation(http.MethodPost, incidentPath+"/reporter", "incident-reporter", "查看上报人（留痕） · Who reported it; the look is recorded", 401, 403, 404, 422, 503)
	huma.Register(s.api, reveal, s.revealReporter)
}

// placeOf reads a position; the zero point where none is given. Errors:
// bad_position, lat_lon_swapped, out_of_range, unknown_crs.
func (s *Server) placeOf(ctx context.Context, p PlaceRequest) (geo.Point, error) {
	if p.Lon == nil && p.Lat == nil {
		return geo.Point{}, nil
	}
	if p.Lon == nil || p.Lat == nil {
		return geo.Point{}, fault.New(fault.Unprocessable, "bad_position", "lon 和 lat 要一起给", "lon and lat go together")
	}
	x, y := *p.Lon, *p.Lat
	if max(x, -x) > furthest || max(y, -y) > furthest {
		return geo.Point{}, notThere(x, y)
	}
	both, err := s.toCGCS2000(ctx, p.CRS, [2]float64{x, y}, [2]float64{y, x})
	if err != nil {
		return geo.Point{}, err
	}
	at, err := geo.Snap(both[0][0], both[0][1])
	if swapped, err2 := geo.Snap(both[1][0], both[1][1]); err2 == nil {
		if ix := s.Boundaries.Index(); ix != nil && ix.Locate(swapped) != nil && (err != nil || ix.Locate(at) == nil) {
			return geo.Point{}, fault.New(fault.Invalid, "lat_lon_swapped",
				"两个坐标写反了：%[1]v、%[2]v 不在辖区内，对调后正好在；请先写经度（东），后写纬度（北）",
				"the two ordinates are swapped: %[1]v, %[2]v lies outside, the exchanged pair inside; give longitude (east) first", x, y)
		}
	}
	if err != nil || at == (geo.Point{}) {
		return geo.Point{}, notThere(x, y)
	}
	return at, nil
}

func photosOf(list []CasePhotoRequest) (photos []postgres.AttachedPhoto, err error) {
	for _, p := range list {
		id, err := (IDPath{p.ID}).id(badID(p.ID))
		if err != nil {
			return nil, err
		}
		if !slices.Contains([]string{"near", "far", "reference", "before", "after"}, p.Kind) {
			return nil, fault.New(fault.Unprocessable, "photo_kind", "照片应是近景、远景、参照、处置前或处置后", "a photograph is near, far, reference, before or after")
		}
		photos = append(photos, postgres.AttachedPhoto{ID: id, Kind: p.Kind})
	}
	return photos, nil
}

// actOnIncident does one action: 200 with the case, 404 unknown or not the
// caller's, 409 not legal in its state, 412 stale, 422 something is missing.
func (s *Server) actOnIncident(ctx context.Context, action incident.Action, in *CaseWrite, b *ActRequest) (*incidentOutput, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	act, err := s.readAct(ctx, action, b)
	if err != nil {
		return nil, err
	}
	c, asked, err := s.act(ctx, in.ID, version, act)
	out, err := s.respondCase(ctx, c, err)
	if err == nil && asked {
		out.Status = http.StatusAccepted
	}
	return out, err
}

// actOperation is the id of the operation that an action is.
func actOperation(a incident.Action) string {
	return "incident-" + strings.ReplaceAll(string(a), "_", "-")
}

// act asks the policy whether the caller may do something to a case, and has it
// done; asked is set when a second person has to confirm it first.
func (s *Server) act(ctx context.Context, id string, version int64, act caseflow.Act) (c *postgres.Case, asked bool, err error) {
	c, _, err = s.caseFor(ctx, id, policy.CaseRead)
	if err != nil {
		return nil, false, err
	}
	key := postgres.IncidentKey{District: c.District, ID: c.ID}
	needed := incident.PolicyOf(act.Action)
	if act.Action == incident.UndoAction { // whoever may do what is undone
		past, err := s.Store.IncidentHistory(ctx, key)
		if err != nil {
			return nil, false, err
		}
		last := past[len(past)-1]
		needed = incident.PolicyOf(last.Action)
		if requestOf(ctx).open {
			act.By = last.By
		}
	}
	if act.Parent != uuid.Nil {
		if _, _, err := s.caseFor(ctx, act.Parent.String(), policy.CaseRead); err != nil {
			return nil, false, err
		}
	}
	if act.Action == incident.AcceptAction && s.beyond(ctx, act.Point) {
		return nil, false, s.deny(ctx, "", forbidden()) // that would be to move it out: another action, which others take
	}
	effect := s.caseEffect(ctx, c, needed)
	if effect == policy.Deny || effect == policy.Masked {
		return nil, false, s.deny(ctx, "", forbidden())
	}
	if effect == policy.SecondEyes && needsSecond(act.Action) {
		if _, legal := incident.MoveOf(act.Action, c.State); legal {
			return c, true, s.Store.AskForSecond(ctx, key, version, requestOf(ctx).caller.Person, string(act.Action), act)
		}
	}
	c, err = s.Cases.Act(ctx, key, writing(ctx, version), act)
	return c, false, err
}

// beyond reports whether a point lies where the caller dispatches nothing.
func (s *Server) beyond(ctx context.Context, p geo.Point) bool {
	seen, ix := requestOf(ctx), s.Boundaries.Index()
	if seen.open || ix == nil || p == (geo.Point{}) {
		return false
	}
	a := ix.Locate(p)
	return a != nil && policy.Granted(seen.posts, policy.CaseDispatch, policy.Place{District: a.Edition().Code, Lo: a.Lo, Hi: a.Hi}) == policy.Deny
}

// readAct reads the body of an action.
func (s *Server) readAct(ctx context.Context, action incident.Action, b *ActRequest) (a caseflow.Act, err error) {
	a = caseflow.Act{Action: action, Reason: incident.Reason(b.Reason), Note: strings.TrimSpace(b.Note), Kind: category.Kind(b.Kind), Code: b.Category, Filing: b.Condition,
		Address: strings.TrimSpace(b.Address), Level: b.Level, Answer: incident.Answer(b.Answer)}
	if b.Until != nil {
		a.Until = *b.Until
	}
	for to, text := range map[*uuid.UUID]string{&a.Unit: b.Unit, &a.Assignee: b.Assignee, &a.Parent: b.Parent} {
		if text == "" {
			continue
		}
		if *to, err = (IDPath{text}).id(badID(text)); err != nil {
			return a, err
		}
	}
	if a.Point, err = s.placeOf(ctx, b.PlaceRequest); err != nil {
		return a, err
	}
	if a.Photos, err = photosOf(b.Photos); err != nil {
		return a, err
	}
	if seen := requestOf(ctx); seen.caller != nil {
		a.By = seen.caller.Person
	} else if incident.PolicyOf(action) == policy.CaseHandle {
		a.By = handlerYet
	} else {
		a.By = deskYet
	}
	return a, nil
}

// While there are no accounts nobody can be told apart: whoever is at this
// machine handles cases as one, and judges them as another.
var (
	handlerYet = uuid.UUID{0x01, 6: 0x70, 8: 0x80}
	deskYet    = uuid.UUID{0x02, 6: 0x70, 8: 0x80}
)

// revealReporter shows who reported a case, with a reason that is recorded.
func (s *Server) revealReporter(ctx context.Context, in *struct {
	IDPath
	Body struct {
		Reason string `json:"reason" maxLength:"200" doc:"why it has to be known; recorded"`
	}
}) (*struct {
	Body struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	}
}, error) {
	reason, err := personText("reason", in.Body.Reason)
	if err != nil {
		return nil, err
	}
	c, _, err := s.caseFor(ctx, in.ID, policy.CasePhone)
	if err != nil {
		return nil, err
	}
	r, err := s.Store.Reporter(ctx, postgres.Operator, c, string(policy.CasePhone), reason)
	if err != nil {
		return nil, err
	}
	out := &struct {
		Body struct {
			Name  string `json:"name"`
			Phone string `json:"phone"`
		}
	}{}
	out.Body.Name, out.Body.Phone = r.Name, r.Phone
	return out, nil
}
