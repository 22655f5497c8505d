package httpapi

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/policy"
)

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
	var seen []uuid.UUID
	for _, c := range found {
		if s.caseEffect(ctx, &c.Case, policy.CaseRead) != policy.Deny {
			seen = append(seen, c.ID)
		}
	}
	photos, err := s.Store.IncidentPhotos(ctx, a.Edition().Code, seen)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		if c.ID.String() == in.Except {
			continue
		}
		d := SimilarIncident{ID: c.ID, State: string(c.State), StateWord: words.state(c.State, requestOf(ctx).lang), Reported: c.ReportedAt, Metres: c.Metres}
		if !slices.Contains(seen, c.ID) {
			d.ID, d.State, d.StateWord = uuid.Nil, "", ""
			d.Metres, d.Reported = math.Ceil(d.Metres/10)*10, d.Reported.Truncate(time.Hour)
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
