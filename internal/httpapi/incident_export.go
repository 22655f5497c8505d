package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"wangge/internal/audit"
	"wangge/internal/casetable"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

const (
	exportedAtOnce = 500
	mostExported   = 100_000
)

// CaseExportQuery selects the cases of a table.
type CaseExportQuery struct {
	CaseQuery
	Format string `query:"format" enum:"csv,xlsx" doc:"csv when left out"`
}

func (s *Server) caseExportRoutes() {
	op := operation(http.MethodGet, "/api/v1/incidents/export", "incidents-export", "导出案卷 · A table of cases", 400, 401, 403, 422, 429, 503)
	op.Responses = map[string]*huma.Response{"200": {Description: "at most 100,000 rows, the latest reported first", Content: map[string]*huma.MediaType{
		"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}},
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	huma.Register(s.api, op, s.exportCases)
}

var exportHeading = [][2]string{{"查询码", "number"}, {"状态", "state"}, {"上报时间", "reported"}, {"类别", "class"}, {"代码", "code"}, {"立案条件", "condition"},
	{"描述", "description"}, {"地址", "address"}, {"经度", "longitude"}, {"纬度", "latitude"}, {"街道", "subdistrict"}, {"社区", "community"}, {"网格", "grid"}, {"边界版次", "edition"},
	{"责任单位", "unit"}, {"处置时限", "due"}, {"立案时间", "filed"}, {"派遣时间", "dispatched"}, {"处置时间", "handled"}, {"结案时间", "closed"}, {"回退", "returns"}, {"返工", "reworks"}, {"重开", "reopened"}}

// exportCases streams the cases that the caller may see as a table. It is
// recorded before the first row goes out.
func (s *Server) exportCases(ctx context.Context, in *CaseExportQuery) (*huma.StreamResponse, error) {
	f, err := s.caseFilter(ctx, &in.CaseQuery)
	if err != nil {
		return nil, err
	}
	if in.Format != "" && in.Format != "csv" && in.Format != "xlsx" {
		return nil, fault.New(fault.Invalid, "bad_format", "format 是 csv 或 xlsx", "format is csv or xlsx")
	}
	f.ByDue = false
	f.Most = exportedAtOnce
	select {
	case s.batches <- struct{}{}:
	default:
		return nil, tooMany()
	}
	if err := s.Store.Record(ctx, audit.Entry{Act: string(policy.CaseExport), District: in.District, Object: "incidents export", Result: audit.Done,
		Detail: audit.Detail(map[string]any{"format": in.Format})}); err != nil {
		<-s.batches
		return nil, err
	}
	viewer := s.caseViewer(ctx, policy.CaseExport)
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { <-s.batches }()
		r, w := humachi.Unwrap(c)
		if err := s.writeCases(ctx, w, in.Format, func() ([]Incident, error) {
			found, err := s.Store.Incidents(ctx, viewer, f)
			if err != nil || len(found) == 0 {
				return nil, err
			}
			last := found[len(found)-1]
			f.AfterTime, f.AfterID = last.ReportedAt, last.ID
			return s.describeCases(ctx, found)
		}); err != nil {
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// writeCases writes pages of cases until next has no more.
func (s *Server) writeCases(ctx context.Context, w http.ResponseWriter, format string, next func() ([]Incident, error)) error {
	control, lang := http.NewResponseController(w), requestOf(ctx).lang
	var table *casetable.Table
	var err error
	name := "wangge-cases-" + time.Now().Format("20060102")
	if format == "xlsx" {
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.xlsx"`, name))
		table, err = casetable.NewExcel(w, either([2]string{"案卷", "cases"}, lang))
	} else {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.csv"`, name))
		table, err = casetable.NewCSV(w)
	}
	if err != nil {
		return err
	}
	var heading []string
	for _, h := range exportHeading {
		heading = append(heading, either(h, lang))
	}
	if err := table.Row(heading...); err != nil {
		return err
	}
	for rows := 0; rows < mostExported; {
		page, err := next()
		if err != nil {
			return errors.Join(err, table.Close())
		}
		if len(page) == 0 {
			break
		}
		_ = control.SetWriteDeadline(time.Now().Add(streamPatience))
		for i := range page {
			if err := table.Row(exportRow(&page[i])...); err != nil {
				return err
			}
		}
		rows += len(page)
	}
	return table.Close()
}

func exportRow(d *Incident) []string {
	moment := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(chinaTime).Format("2006-01-02 15:04:05")
	}
	var class CaseCategory
	if d.Category != nil {
		class = *d.Category
	}
	lon, lat := "", ""
	if d.Position != nil {
		lon, lat = fmt.Sprintf("%.7f", d.Position.Lon), fmt.Sprintf("%.7f", d.Position.Lat)
	}
	areas := map[string]string{}
	for _, a := range d.Areas {
		areas[a.Level] = a.Name
	}
	unit := ""
	if d.Unit != nil {
		unit = d.Unit.Name
	}
	return []string{d.Number, d.StateWord, moment(&d.Reported), class.Name, class.Code, class.Condition, d.Description, d.Address, lon, lat,
		areas["subdistrict"], areas["community"], areas["grid"], d.Edition, unit, moment(d.Due), moment(d.Filed), moment(d.Dispatched), moment(d.Handled), moment(d.Closed),
		fmt.Sprint(d.Marks.Returns), fmt.Sprint(d.Marks.Reworks), fmt.Sprint(d.Marks.Reopened)}
}

// chinaTime is the time of every district: China has one.
var chinaTime = time.FixedZone("UTC+8", 8*60*60)
