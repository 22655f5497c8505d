package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/live"
	"wangge/internal/locate"
)

type locateInput struct {
	Lon      decimal `query:"lon" required:"true" doc:"longitude, degrees" example:"111.6712"`
	Lat      decimal `query:"lat" required:"true" doc:"latitude, degrees" example:"40.8301"`
	CRS      string  `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02 or bd09"`
	Accuracy decimal `query:"accuracy" doc:"metres, from the phone: neighbours within it are listed"`
	At       string  `query:"at" doc:"a date: the boundaries valid then" format:"date"`
	KnownAt  string  `query:"known_at" doc:"a date or RFC 3339 time: as recorded by then"`
	History  string  `query:"history" enum:"true,false" doc:"true: add whom the place has belonged to through time; so do at and known_at"`
}

type locateOutput struct{ Body *locate.Answer }

func (s *Server) locateRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/locate", "locate", "这个点归谁管 · Whose is this point?", 400, 503), s.locate)
	s.nullable("Answer", "edition", "district", "subdistrict", "community", "grid", "compound", "branch", "border")
	s.nullable("Nearest", "grid")
	s.nullable("Then", "district", "subdistrict", "community", "grid")
}

// locate answers one point: 200 whether covered or not, 400 when the position
// cannot be used.
func (s *Server) locate(ctx context.Context, in *locateInput) (*locateOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	answer, err := locate.One(ix, q)
	if err != nil {
		return nil, err
	}
	if in.History == "true" || in.At != "" || in.KnownAt != "" {
		p, err := geo.Snap(answer.Located[0], answer.Located[1])
		if err != nil {
			return nil, err
		}
		at, err := live.ParseAt("", in.KnownAt)
		if err != nil {
			return nil, err
		}
		if answer.History, err = s.Boundaries.PlaceHistory(ctx, p, at.Known, answer.Edition, requestOf(ctx).lang); err != nil {
			return nil, err
		}
	}
	answer.StaleSince = s.staleSince()
	s.metrics.lookups.Inc()
	return &locateOutput{answer}, nil
}

func (in *locateInput) query() (q locate.Query, err error) {
	if q.CRS, err = geo.ParseCRS(in.CRS); err != nil {
		return q, err
	}
	if q.Lon, err = locate.ParseNumber("lon", string(in.Lon)); err != nil {
		return q, err
	}
	if q.Lat, err = locate.ParseNumber("lat", string(in.Lat)); err != nil {
		return q, err
	}
	if in.Accuracy == "" {
		return q, nil
	}
	if q.Accuracy, err = locate.ParseNumber("accuracy", string(in.Accuracy)); err != nil {
		return q, err
	}
	if q.Accuracy < 0 {
		return q, fault.New(fault.Invalid, "out_of_range", "accuracy 不能是负数", "accuracy cannot be negative")
	}
	q.Accuracy = min(q.Accuracy, maxAccuracy)
	return q, nil
}

// maxAccuracy bounds, in metres, the circle in which neighbours are listed.
const maxAccuracy = 1000

// staleSince is set when answers may be out of date.
func (s *Server) staleSince() *time.Time {
	since, _, ok := s.Boundaries.Stale()
	if ok || since.IsZero() {
		return nil
	}
	since = since.UTC().Truncate(time.Second)
	return &since
}
