package httpapi

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

const (
	maxDrawn     = 2000      // vertices of a drawn polygon
	maxDrawnBody = 512 << 10 // bytes
	listedAreas  = 50        // areas named for each figure
)

// Summary says what lies within a polygon that somebody drew. Other subjects
// have their figures beside those of the areas.
type Summary struct {
	AreaM2     float64        `json:"area_m2" doc:"of the polygon, on the ellipsoid"`
	PerimeterM float64        `json:"perimeter_m"`
	Levels     []SummaryLevel `json:"levels" doc:"coarse to fine; levels without areas are left out"`
	Generation int64          `json:"generation"`
	StaleSince *time.Time     `json:"stale_since,omitempty"`
}

// SummaryLevel counts the areas of one level.
type SummaryLevel struct {
	Level   string      `json:"level" enum:"subdistrict,community,grid,compound"`
	Whole   int         `json:"whole" doc:"how many lie wholly within"`
	Partly  int         `json:"partly" doc:"how many share some of their ground with it"`
	Areas   []NamedArea `json:"areas" doc:"the first 50 that lie wholly within, by district and code"`
	Partial []NamedArea `json:"partial" doc:"the first 50 that lie partly within"`
}

// DrawnPolygon is a GeoJSON Polygon.
type DrawnPolygon struct {
	Type        string        `json:"type" enum:"Polygon"`
	Coordinates [][][]float64 `json:"coordinates" doc:"rings of longitude and latitude in degrees, WGS-84; at most 2,000 vertices"`
}

type summaryInput struct {
	Body struct {
		Polygon DrawnPolygon `json:"polygon"`
		At      string       `json:"at,omitempty" doc:"a date: the boundaries valid then"`
	}
}

type summaryOutput struct{ Body Summary }

func (s *Server) summaryRoutes() {
	op := operation(http.MethodPost, "/api/v1/summaries", "summary", "画出的范围里有什么 · What lies within a drawn polygon", 400, 413, 415, 422, 503)
	op.MaxBodyBytes = maxDrawnBody
	huma.Register(s.api, op, s.summary)
}

// summary counts what lies within a polygon. It writes nothing. 400 positions
// that cannot be, 422 a polygon that the gate refuses, by the gate's code.
func (s *Server) summary(ctx context.Context, in *summaryInput) (*summaryOutput, error) {
	shape, err := drawnArea(in.Body.Polygon.Coordinates, step(ctx))
	if err != nil {
		return nil, err
	}
	ix, err := s.indexAt(ctx, in.Body.At, "")
	if err != nil {
		return nil, err
	}
	m2, perimeter := shape.Ground()
	out := Summary{AreaM2: math.Round(m2*10) / 10, PerimeterM: math.Round(perimeter*10) / 10, Levels: []SummaryLevel{}, Generation: ix.Generation, StaleSince: s.staleSince()}
	for _, level := range []area.Level{area.Subdistrict, area.Community, area.Grid, area.Compound} {
		l := SummaryLevel{Level: level.String(), Areas: []NamedArea{}, Partial: []NamedArea{}}
		known := false
		for _, e := range ix.Editions() {
			known = known || len(e.Level(level)) > 0
			whole, partly := e.Overlapping(level, shape)
			l.Whole, l.Partly = l.Whole+len(whole), l.Partly+len(partly)
			l.Areas, l.Partial = summaryAreas(l.Areas, whole), summaryAreas(l.Partial, partly)
		}
		if known {
			out.Levels = append(out.Levels, l)
		}
	}
	return &summaryOutput{out}, nil
}

// summaryAreas appends the names of areas, up to listedAreas.
func summaryAreas(out []NamedArea, found []*gridindex.Area) []NamedArea {
	for _, a := range found[:min(len(found), listedAreas-len(out))] {
		out = append(out, nameOf(a))
	}
	return out
}

// drawnArea passes a drawn polygon through the gate, its vertices rounded to
// step. Errors: not_finite, out_of_range (also across the date line),
// bad_position, too_many_vertices, and whatever else the gate refuses.
func drawnArea(rings [][][]float64, step int32) (geo.Area, error) {
	vertices := 0
	for _, r := range rings {
		vertices += len(r)
	}
	if vertices > maxDrawn+1 { // the last of a ring repeats the first
		return geo.Area{}, fault.New(fault.Unprocessable, "too_many_vertices", "范围的顶点太多：%[1]d 个，至多 %[2]d 个", "the polygon has %[1]d vertices; %[2]d is the most", vertices, maxDrawn)
	}
	polygon := make(geo.Polygon, len(rings))
	for i, r := range rings {
		for j, position := range r {
			if len(position) < 2 || len(position) > 4 {
				return geo.Area{}, gateFault(geo.Defect{Code: "bad_position"})
			}
			p, err := geo.Snap(position[0], position[1])
			if err != nil {
				return geo.Area{}, err
			}
			p = p.Round(step)
			if j > 0 && max(p.Lon(), polygon[i][j-1].Lon())-min(p.Lon(), polygon[i][j-1].Lon()) > 180 {
				return geo.Area{}, fault.New(fault.Invalid, "out_of_range", "范围的一条边跨过 180° 经度以上", "an edge of the polygon spans more than 180° of longitude")
			}
			polygon[i] = append(polygon[i], p)
		}
	}
	shape, defects, ok := geo.Gate(geo.MultiPolygon{polygon})
	if !ok {
		return geo.Area{}, gateFault(defects[len(defects)-1])
	}
	return shape, nil
}

// gateFault is a refusal of the gate as an error.
func gateFault(d geo.Defect) error {
	if !d.HasPlace {
		return fault.New(fault.Unprocessable, d.Code, "%[1]s", "%[2]s", d.Text("zh"), d.Text("en"))
	}
	return fault.New(fault.Unprocessable, d.Code, "%[1]s（%[3]v,%[4]v 附近）", "%[2]s (near %[3]v,%[4]v)", d.Text("zh"), d.Text("en"), d.At.Lon(), d.At.Lat())
}
