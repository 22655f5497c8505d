package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"wangge/internal/caseflow"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// ReportRequest is what somebody reports.
type ReportRequest struct {
	ID       string `json:"id" doc:"UUIDv7, made by the reporter's device: the same report again gives the case that it made"`
	District string `json:"district,omitempty" doc:"may be left out where the place says it, or there is only one"`
	PlaceRequest
	Level       string             `json:"level,omitempty" doc:"with area, where no position is known"`
	Area        string             `json:"area,omitempty" doc:"code or name of an area, where no position is known"`
	Address     string             `json:"address,omitempty" maxLength:"500"`
	Description string             `json:"description,omitempty" maxLength:"500"`
	Kind        string             `json:"kind,omitempty" enum:"event,component"`
	Category    string             `json:"category,omitempty" doc:"code of a minor class, as a guess"`
	Photos      []CasePhotoRequest `json:"photos,omitempty" maxItems:"12"`
	Name        string             `json:"name,omitempty" maxLength:"60" doc:"of the reporter; shown to few"`
	Phone       string             `json:"phone,omitempty" maxLength:"60"`
}

// Receipt tells a reporter that the case is kept.
type Receipt struct {
	ID       uuid.UUID   `json:"id"`
	District string      `json:"district"`
	Number   string      `json:"number" doc:"by which the case can be followed; nobody can guess it"`
	State    string      `json:"state"`
	Reported time.Time   `json:"reported_at"`
	Photos   []uuid.UUID `json:"photos" doc:"those that are kept with it"`
	Areas    []NamedArea `json:"areas" doc:"whose it is, coarse to fine; empty while that is not known"`
}

type receiptOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     Receipt
}

// reportIncident takes a report: 201 with the receipt, 200 when it was taken
// before, 409 when its id was used for another.
func (s *Server) reportIncident(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body ReportRequest
}) (*receiptOutput, error) {
	b := &in.Body
	r := caseflow.Report{Address: strings.TrimSpace(b.Address), Description: strings.TrimSpace(b.Description), Kind: category.Kind(b.Kind), Code: b.Category}
	var err error
	if r.ID, err = (IDPath{b.ID}).id(fault.New(fault.Unprocessable, "case_id", "案卷编号须为 UUIDv7", "a case needs a UUIDv7")); err != nil {
		return nil, err
	}
	if r.Point, err = s.placeOf(ctx, b.PlaceRequest); err != nil {
		return nil, err
	}
	if err := s.reportDistrict(ctx, b, &r); err != nil {
		return nil, err
	}
	if r.Photos, err = photosOf(b.Photos); err != nil {
		return nil, err
	}
	if r.Reporter, err = reporterOf(b); err != nil {
		return nil, err
	}
	seen := requestOf(ctx)
	r.Actor, r.Channel = seen.owner(), postgres.ByCitizen
	if seen.caller != nil {
		r.Channel, r.By = postgres.ByStaff, seen.caller.Person
		if seen.caller.Key != nil {
			r.Channel, r.By = postgres.ByKey, uuid.Nil
		}
		switch s.reportEffect(seen, r) {
		case policy.Flagged:
			r.Outside = true
		case policy.Deny:
			if seen.caller.Key != nil { // a key is for its own area
				return nil, s.deny(ctx, "incident-report", forbidden())
			}
			r.Outside = true
		}
	}
	if seen.open {
		r.Channel = postgres.ByStaff
	}
	if r.Description == "" && r.Address == "" && r.Code == "" && len(r.Photos) == 0 {
		return nil, fault.New(fault.Unprocessable, "empty_report", "请写明情况、地点或类别，或附上照片", "say what it is, where, of which class, or attach a photograph")
	}
	if r.BodyHash, err = hashOf(*b); err != nil {
		return nil, err
	}
	c, fresh, err := s.Cases.Report(ctx, writing(ctx, 0), r)
	if err != nil {
		return nil, err
	}
	out := &receiptOutput{Status: http.StatusOK, Location: "/api/v1/incidents/" + c.ID.String()}
	if fresh {
		out.Status = http.StatusCreated
	}
	out.Body = Receipt{ID: c.ID, District: c.District, Number: c.Number, State: string(c.State), Reported: c.ReportedAt, Photos: []uuid.UUID{}}
	out.Body.Areas = s.caseAreas(c)
	for _, p := range r.Photos {
		out.Body.Photos = append(out.Body.Photos, p.ID)
	}
	return out, nil
}

// hashOf tells one report from another: what it says, however it was written.
func hashOf(b ReportRequest) ([]byte, error) {
	text, err := json.Marshal(b)
	sum := sha256.Sum256(text)
	return sum[:], err
}

// reportEffect is what the policy says of reporting at a place.
func (s *Server) reportEffect(seen *request, r caseflow.Report) policy.Effect {
	ix := s.Boundaries.Index()
	if ix == nil || r.Point == (geo.Point{}) || ix.Locate(r.Point) == nil {
		return policy.Allow
	}
	a := ix.Locate(r.Point)
	return policy.Granted(seen.posts, policy.CaseCreate, policy.Place{District: r.District, Lo: a.Lo, Hi: a.Hi})
}

// reportDistrict finds the district of a report: that of its place, or the one
// that is named, or the only one. Errors: no_such_district, district_missing,
// no_such_area, ambiguous_area.
func (s *Server) reportDistrict(ctx context.Context, b *ReportRequest, r *caseflow.Report) error {
	ix, err := s.index()
	if err != nil {
		return err
	}
	r.District = b.District
	if r.Point != (geo.Point{}) {
		if a := ix.Locate(r.Point); a != nil {
			r.District = a.Edition().Code
		}
	} else if b.Area != "" {
		a, err := s.areaNamed(b.District, b.Level, b.Area)
		if err != nil {
			return err
		}
		r.District, r.Area = a.District, a.AreaID
	}
	if r.District == "" {
		if r.District, err = s.Store.OnlyDistrict(ctx); err != nil {
			return err
		}
	}
	if ix.Edition(r.District) == nil {
		return noDistrict(clip(r.District, 40))
	}
	return nil
}

// reporterOf reads who reports, where they say so.
func reporterOf(b *ReportRequest) (r postgres.Reporter, err error) {
	if strings.TrimSpace(b.Name) == "" && strings.TrimSpace(b.Phone) == "" {
		return r, nil
	}
	p := PersonRequest{Name: b.Name, Phone: b.Phone}
	if strings.TrimSpace(p.Name) == "" {
		p.Name = "–"
	}
	if err := p.check(); err != nil {
		return r, err
	}
	return postgres.Reporter{Name: strings.TrimPrefix(p.Name, "–"), Phone: p.Phone}, nil
}
