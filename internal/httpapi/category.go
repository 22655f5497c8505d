package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/roster"
)

// Categories are the classes of events and components of one edition, or those
// of them that were asked for.
type Categories struct {
	District  string          `json:"district"`
	Edition   string          `json:"edition"`
	ValidFrom string          `json:"valid_from" doc:"as the edition says of itself"`
	Source    string          `json:"source"`
	Order     string          `json:"order" enum:"gb30428,cjt214" doc:"of the majors of events"`
	Majors    []CategoryMajor `json:"majors"`
	Minors    []CategoryMinor `json:"minors" doc:"by kind and code; of a search, the best first"`
}

// CategoryMajor is a class of classes (大类).
type CategoryMajor struct {
	Kind  string `json:"kind" enum:"event,component"`
	Code  string `json:"code" doc:"two digits"`
	Name  string `json:"name"`
	Local bool   `json:"local" doc:"the city's own"`
}

// CategoryMinor is a class (小类).
type CategoryMinor struct {
	Kind       string              `json:"kind" enum:"event,component"`
	Code       string              `json:"code" doc:"four digits, the major's first"`
	Name       string              `json:"name"`
	Local      bool                `json:"local" doc:"the city's own"`
	Conditions []CategoryCondition `json:"conditions"`
}

// CategoryCondition is a filing condition and what follows from it.
type CategoryCondition struct {
	Filing   string          `json:"filing" doc:"立案条件"`
	Numbered bool            `json:"numbered" doc:"its words are not known, only its number"`
	Closing  string          `json:"closing" doc:"结案条件"`
	Phases   []CategoryPhase `json:"phases"`
}

// CategoryPhase is one stretch of work with its limit.
type CategoryPhase struct {
	Name  string `json:"name" doc:"empty where there is one phase"`
	Limit string `json:"limit" doc:"as in the table: 2急时, 4时, 15日, 1急日"`
}

// CategoryEdition is an edition without its classes.
type CategoryEdition struct {
	Name      string     `json:"name"`
	ValidFrom string     `json:"valid_from" doc:"as the edition says of itself"`
	Source    string     `json:"source"`
	Order     string     `json:"order" enum:"gb30428,cjt214"`
	Classes   int        `json:"classes"`
	Made      time.Time  `json:"made"`
	From      *time.Time `json:"from,omitempty" doc:"in force since; absent for a draft"`
	State     string     `json:"state" enum:"draft,coming,current,past"`
}

type (
	categoriesOutput struct {
		Status       int
		ETag         string `header:"ETag"`
		CacheControl string `header:"Cache-Control"`
		Body         *Categories
	}
	categoryEditionsOutput struct {
		Body struct {
			Editions []CategoryEdition `json:"editions"`
		}
	}
)

func (s *Server) categoryRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/categories", "categories", "事件、部件类别 · Classes of events and components", 400, 404), s.categories)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/categories/editions", "category-editions", "分类标准的版次 · Editions of the classes", 404), s.categoryEditions)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/categories/editions/{name}", "category-edition", "一版分类标准，草稿也可 · An edition, also a draft", 400, 404), s.categoryEdition)
	template := operation(http.MethodGet, "/api/v1/categories/template", "category-template", "分类标准表格 · An edition as a table to change", 404)
	template.Responses = map[string]*huma.Response{"200": {Description: "the table", Content: map[string]*huma.MediaType{workbookType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	huma.Register(s.api, template, s.categoryTemplate)
	imports := operation(http.MethodPost, "/api/v1/categories/import", "category-import", "从表格导入分类标准 · Classes from a table", 400, 404, 413, 415, 422)
	imports.MaxBodyBytes = maxRoster
	huma.Register(s.api, imports, s.importCategories)
	activation := operation(http.MethodPost, "/api/v1/categories/editions/{name}/activation", "category-activation", "启用一版分类标准 · Put an edition into force", 400, 404, 422)
	huma.Register(s.api, activation, s.activateCategories)
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// CategoryQuery says which classes are asked for.
type CategoryQuery struct {
	District string `query:"district" doc:"the only one when left out"`
	Kind     string `query:"kind" enum:"event,component" doc:"both when left out"`
	Q        string `query:"q" doc:"words in name, major or code; at most 50 classes are found"`
	IfNone   string `header:"If-None-Match"`
}

const mostCategoriesFound = 50

// categories serves an edition that is, or was, in force.
func (s *Server) categories(ctx context.Context, in *struct {
	CategoryQuery
	Edition string `query:"edition" doc:"the current one when left out"`
}) (*categoriesOutput, error) {
	district, err := s.standardDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	cache := "private, no-cache"
	if in.Edition != "" {
		were, err := s.Store.WereInForce(ctx, district, in.Edition)
		if err != nil {
			return nil, err
		}
		if !were {
			return nil, postgres.NoSuchCategories(in.Edition)
		}
		cache = "private, max-age=86400"
	}
	return s.describeCategories(ctx, district, in.Edition, in.CategoryQuery, cache)
}

func (s *Server) categoryEdition(ctx context.Context, in *struct {
	CategoryQuery
	Name string `path:"name"`
}) (*categoriesOutput, error) {
	district, err := s.standardDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	return s.describeCategories(ctx, district, in.Name, in.CategoryQuery, "private, max-age=86400")
}

// standardDistrict is the district asked about: the only one when none is named.
func (s *Server) standardDistrict(ctx context.Context, district string) (string, error) {
	if district != "" {
		return district, nil
	}
	return s.Store.OnlyDistrict(ctx)
}

func (s *Server) describeCategories(ctx context.Context, district, edition string, in CategoryQuery, cache string) (*categoriesOutput, error) {
	kind := category.Kind(in.Kind)
	if kind != "" && kind.Word() == "" {
		return nil, fault.New(fault.Invalid, "bad_kind", "kind 应为 event 或 component，得到 %[1]q", "kind is event or component, got %[1]q", clip(in.Kind, 40))
	}
	if len(in.Q) > 200 {
		return nil, fault.New(fault.Invalid, "bad_query", "查找的文字太长", "the text to search for is too long")
	}
	e, err := s.Store.Categories(ctx, district, edition)
	if err != nil {
		return nil, err
	}
	body := &Categories{District: district, Edition: e.Name, ValidFrom: e.ValidFrom, Source: e.Source, Order: string(e.Order), Majors: []CategoryMajor{}, Minors: []CategoryMinor{}}
	for _, m := range e.Majors {
		if kind == "" || m.Kind == kind {
			body.Majors = append(body.Majors, CategoryMajor{string(m.Kind), m.Code, m.Name, m.Local})
		}
	}
	minors := e.Minors
	if in.Q != "" {
		minors = e.Search(in.Q, kind, mostCategoriesFound)
	}
	for _, m := range minors {
		if kind == "" || m.Kind == kind {
			body.Minors = append(body.Minors, describeMinor(m))
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	out := &categoriesOutput{Status: http.StatusOK, ETag: fmt.Sprintf(`W/"%x"`, sha256.Sum256(text))[:20] + `"`, CacheControl: cache, Body: body}
	if has(in.IfNone, out.ETag) {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

func describeMinor(m category.Minor) CategoryMinor {
	d := CategoryMinor{string(m.Kind), m.Code, m.Name, m.Local, []CategoryCondition{}}
	for _, c := range m.Conditions {
		condition := CategoryCondition{c.Filing, c.Numbered(), c.Closing, []CategoryPhase{}}
		for _, p := range c.Phases {
			condition.Phases = append(condition.Phases, CategoryPhase{p.Name, p.Limit})
		}
		d.Conditions = append(d.Conditions, condition)
	}
	return d
}

func (s *Server) categoryEditions(ctx context.Context, in *struct {
	District string `query:"district" doc:"the only one when left out"`
}) (*categoryEditionsOutput, error) {
	district, err := s.standardDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	return s.listCategoryEditions(ctx, district)
}

func (s *Server) listCategoryEditions(ctx context.Context, district string) (*categoryEditionsOutput, error) {
	list, err := s.Store.CategoryEditions(ctx, district)
	if err != nil {
		return nil, err
	}
	out := &categoryEditionsOutput{}
	out.Body.Editions = []CategoryEdition{}
	for _, e := range list {
		d := CategoryEdition{Name: e.Name, ValidFrom: e.ValidFrom, Source: e.Source, Order: string(e.Order), Classes: e.Classes, Made: e.Made, State: "past"}
		switch {
		case e.From.IsZero():
			d.State = "draft"
		case e.Current:
			d.State = "current"
		case e.From.After(time.Now()):
			d.State = "coming"
		}
		if !e.From.IsZero() {
			d.From = &e.From
		}
		out.Body.Editions = append(out.Body.Editions, d)
	}
	return out, nil
}

func (s *Server) categoryTemplate(ctx context.Context, in *struct {
	District string `query:"district" doc:"the only one when left out"`
	Edition  string `query:"edition" doc:"the current one when left out"`
}) (*struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}, error) {
	district, err := s.standardDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	e, err := s.Store.Categories(ctx, district, in.Edition)
	if err != nil {
		return nil, err
	}
	table, err := roster.ClassTemplate(e)
	if err != nil {
		return nil, err
	}
	return &struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}{workbookType, `attachment; filename="wangge-classes.xlsx"`, table}, nil
}
