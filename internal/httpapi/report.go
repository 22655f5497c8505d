package httpapi

import (
	"bytes"
	"cmp"
	"context"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/report"
)

type reportOutput struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (s *Server) report(ctx context.Context, in *struct {
	EditionPath
	Format string `query:"format" enum:"html,text,json,geojson" doc:"html when left out"`
	Lang   string `query:"lang" enum:"zh,en" doc:"as Accept-Language says when left out"`
}) (*reportOutput, error) {
	format := report.Format(in.Format)
	switch format {
	case "":
		format = report.Page
	case report.Page, report.Text, report.JSON, report.GeoJSON:
	default:
		return nil, fault.New(fault.Invalid, "unknown_format", "报告格式可用 html、text、json、geojson", "the report comes as html, text, json or geojson")
	}
	d, err := s.drafts.of(ctx, s.Store, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	e := d.edition
	r := &report.Report{Edition: e, District: e.District, Areas: d.versions, Made: time.Now()}
	for _, v := range d.versions {
		if v.Level == area.District && v.Name != v.Code {
			r.District = v.Name + " " + v.Code
		}
	}
	if r.Findings, err = s.Store.Findings(ctx, e.District, e.ID, postgres.Page{Most: 100_000}); err != nil {
		return nil, err
	}
	mends, err := s.Store.Mends(ctx, e.District, e.ID, postgres.Page{Most: 1000})
	if err != nil {
		return nil, err
	}
	for i := range mends { // oldest first
		m := mends[len(mends)-1-i]
		r.Changes = append(r.Changes, report.Change{Made: m.Made, ZH: m.ZH, EN: m.EN, Areas: m.Areas, Place: m.Place, Undone: m.Undone, SolvedZH: m.SolvedZH, SolvedEN: m.SolvedEN})
	}
	var b bytes.Buffer
	if err := report.Write(&b, format, r, cmp.Or(in.Lang, requestOf(ctx).lang)); err != nil {
		return nil, err
	}
	return &reportOutput{ContentType: format.ContentType(), CacheControl: "no-store", Body: b.Bytes()}, nil
}
