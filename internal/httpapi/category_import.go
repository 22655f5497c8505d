package httpapi

import (
	"context"
	"slices"
	"time"

	"wangge/internal/category"
	"wangge/internal/fault"
)

// CategoryImport is what a table of classes would make, or has made.
type CategoryImport struct {
	District    string               `json:"district"`
	Name        string               `json:"name"`
	Against     string               `json:"against" doc:"the current edition, which the differences are to"`
	Majors      int                  `json:"majors"`
	Classes     int                  `json:"classes"`
	Rows        int                  `json:"rows"`
	Ignored     []string             `json:"ignored" doc:"headings that were not understood"`
	Problems    []CategoryProblem    `json:"problems" doc:"the first 500; while there is one nothing is kept"`
	Refused     int                  `json:"refused" doc:"how many problems there are"`
	Differences []CategoryDifference `json:"differences" doc:"the first 1000"`
	Changes     int                  `json:"changes" doc:"how many differences there are"`
	Committed   bool                 `json:"committed"`
}

// CategoryProblem is something wrong with a line of a table, or with the whole
// (line 0).
type CategoryProblem struct {
	Line  int    `json:"line"`
	Code  string `json:"code"`
	Text  string `json:"text"`
	Value string `json:"value"`
}

// CategoryDifference is one way in which a class differs from the current
// edition.
type CategoryDifference struct {
	What string `json:"what" enum:"added,removed,renamed,conditions"`
	Kind string `json:"kind" enum:"event,component"`
	Code string `json:"code"`
	Name string `json:"name"`
	Was  string `json:"was,omitempty" doc:"the name before"`
}

// How much of a long list is told.
const mostCategoryProblems, mostCategoryDifferences = 500, 1000

// importCategories says what a table of classes would make, and keeps it as a
// draft when asked to and no line has a problem.
func (s *Server) importCategories(ctx context.Context, in *struct {
	District  string `query:"district" doc:"the only one when left out"`
	File      string `query:"file" required:"true" doc:"name of the file, with its ending: .csv or .xlsx"`
	Name      string `query:"name" doc:"of the edition"`
	ValidFrom string `query:"valid_from" doc:"YYYY-MM-DD, as the standard says"`
	Source    string `query:"source" doc:"where the table is from, for people"`
	Order     string `query:"order" enum:"gb30428,cjt214" doc:"of the majors of events, which the table does not tell"`
	Commit    bool   `query:"commit" doc:"keep it; without it everything is tried and nothing kept"`
	Key       string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	RawBody   []byte `contentType:"application/octet-stream"`
}) (*struct{ Body CategoryImport }, error) {
	district, err := s.settingDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	if len([]rune(in.Source)) > 300 {
		return nil, fault.New(fault.Unprocessable, "bad_source", "来源最多 300 个字", "the source has at most 300 characters")
	}
	current, err := s.Store.Categories(ctx, district, "")
	if err != nil {
		return nil, err
	}
	read, err := readTable(ctx, s.Classes, in.File, in.RawBody)
	if err != nil {
		return nil, err
	}
	e, problems := category.Build(category.About{Name: in.Name, ValidFrom: in.ValidFrom, Source: in.Source, Order: category.Order(in.Order)}, read.Rows)
	problems = append(read.Problems, problems...)
	slices.SortStableFunc(problems, func(a, b category.Problem) int { return a.Line - b.Line })
	out := CategoryImport{District: district, Name: in.Name, Against: current.Name, Rows: len(read.Rows), Ignored: append([]string{}, read.Ignored...),
		Problems: []CategoryProblem{}, Refused: len(problems), Differences: []CategoryDifference{}}
	lang := requestOf(ctx).lang
	for _, p := range problems[:min(len(problems), mostCategoryProblems)] {
		out.Problems = append(out.Problems, CategoryProblem{p.Line, p.Code, p.Text(lang), clip(p.Value, 100)})
	}
	if e != nil {
		found := e.Diff(current)
		out.Majors, out.Classes, out.Changes = len(e.Majors), len(e.Minors), len(found)
		for _, d := range found[:min(len(found), mostCategoryDifferences)] {
			out.Differences = append(out.Differences, CategoryDifference{d.What, string(d.Kind), d.Code, d.Name, d.Was})
		}
	}
	if in.Commit {
		if len(problems) > 0 {
			return nil, fault.New(fault.Unprocessable, "rows_refused", "还有 %[1]d 处问题，没有保存", "there are %[1]d problems; nothing was kept", len(problems))
		}
		if err := s.Store.AddCategories(ctx, district, e, writing(ctx, 0)); err != nil {
			return nil, err
		}
		out.Committed = true
	}
	return &struct{ Body CategoryImport }{out}, nil
}

// settingDistrict is the district whose standards the caller may change.
func (s *Server) settingDistrict(ctx context.Context, district string) (string, error) {
	district, err := s.standardDistrict(ctx, district)
	if err != nil {
		return "", err
	}
	return district, s.allows(ctx, s.ofDistrict(district), noDistrict(district))
}

func (s *Server) activateCategories(ctx context.Context, in *struct {
	District string `query:"district" doc:"the only one when left out"`
	Name     string `path:"name"`
	Key      string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body     struct {
		From *string `json:"from,omitempty" doc:"moment (RFC 3339) from which it counts; now when left out"`
	}
}) (*categoryEditionsOutput, error) {
	district, err := s.settingDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	var from time.Time
	if in.Body.From != nil {
		if from, err = time.Parse(time.RFC3339, *in.Body.From); err != nil || from.Year() < 2000 || from.Year() > 2200 {
			return nil, fault.New(fault.Unprocessable, "bad_moment", "from 应写成 2026-01-31T00:00:00+08:00，得到 %[1]q", "write from as 2026-01-31T00:00:00+08:00, got %[1]q", clip(*in.Body.From, 40))
		}
	}
	if err := s.Store.PutCategoriesInForce(ctx, district, in.Name, from, writing(ctx, 0)); err != nil {
		return nil, err
	}
	return s.listCategoryEditions(ctx, district)
}
