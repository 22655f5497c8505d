package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/postgres"
	"wangge/internal/report"
)

// MendRequest is one change of a draft.
type MendRequest struct {
	Kind    string       `json:"kind" enum:"fill,cut,trim,assign,remove_vertex,snap,move,insert,remove,split,merge"`
	Finding int64        `json:"finding,omitempty" doc:"fill, cut, trim, assign, remove_vertex: what it puts right"`
	Area    string       `json:"area,omitempty" doc:"code of who gets, keeps or loses the ground, of the new parent, of the area to split, or of the one that stays in a merge"`
	Metres  float64      `json:"metres,omitempty" doc:"snap: tolerance"`
	Level   string       `json:"level,omitempty" enum:"subdistrict,community,grid" doc:"split, merge"`
	Other   string       `json:"other,omitempty" doc:"split: the new code; merge: the code that goes"`
	Name    string       `json:"name,omitempty" doc:"split: the new name"`
	Points  [][2]float64 `json:"points,omitempty" maxItems:"500" doc:"longitude and latitude; move: from, to; insert: the two neighbouring vertices, the new one; remove: the vertex; split: the line, the part on its right becomes the new area"`
}

// Mend is one change that was made.
type Mend struct {
	ID     int64       `json:"id"`
	Kind   string      `json:"kind"`
	Text   string      `json:"text"`
	Place  *[2]float64 `json:"place,omitempty"`
	Made   time.Time   `json:"made"`
	Undone bool        `json:"undone"`
	Closed bool        `json:"closed" doc:"before a later import or change; it cannot be undone or redone any more"`
	Areas  []string    `json:"areas"`
	Solved []string    `json:"solved" doc:"the findings that it put right"`
}

type (
	mendsOutput struct {
		Body struct {
			Mends []Mend `json:"mends" doc:"newest first"`
			Next  string `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
	// DraftPath names a draft at the version that was last seen.
	DraftPath struct {
		EditionPath
		IfMatch string `header:"If-Match" doc:"the ETag of the edition as last seen"`
	}
	bordersOutput struct {
		Body Borders
	}
)

func (s *Server) mendRoutes() {
	const one = "/api/v1/editions/{district}/{name}"
	begin := operation(http.MethodPost, "/api/v1/editions", "edition-new", "新建草稿 · A new draft", 400, 404, 409, 422, 503)
	begin.DefaultStatus = http.StatusCreated
	begin.MaxBodyBytes = 4096
	huma.Register(s.api, begin, s.newDraft)
	huma.Register(s.api, operation(http.MethodDelete, one, "edition-drop", "删除草稿 · Throw a draft away", 404, 409, 412, 428, 503), s.dropDraft)
	huma.Register(s.api, operation(http.MethodGet, one+"/mends", "edition-mends", "已作改动 · What was changed in it", 400, 404, 503), s.mends)
	mend := operation(http.MethodPost, one+"/mends", "edition-mend", "修补或改动边界 · Change its borders", 400, 404, 409, 412, 422, 428, 503)
	mend.MaxBodyBytes = 256 << 10
	huma.Register(s.api, mend, s.mend)
	huma.Register(s.api, operation(http.MethodPost, one+"/undo", "edition-undo", "撤销 · Undo the last change", 404, 409, 412, 422, 428, 503), func(ctx context.Context, in *DraftPath) (*editionOutput, error) {
		return s.turn(ctx, in, s.Store.Undo)
	})
	huma.Register(s.api, operation(http.MethodPost, one+"/redo", "edition-redo", "重做 · Make it again", 404, 409, 412, 422, 428, 503), func(ctx context.Context, in *DraftPath) (*editionOutput, error) {
		return s.turn(ctx, in, s.Store.Redo)
	})
	waiver := operation(http.MethodPut, one+"/findings/{finding}/waiver", "finding-waive", "放行 · Let a finding pass, with a reason", 404, 409, 412, 422, 428, 503)
	waiver.MaxBodyBytes = 8192
	huma.Register(s.api, waiver, s.waive)
	huma.Register(s.api, operation(http.MethodDelete, one+"/findings/{finding}/waiver", "finding-unwaive", "取消放行 · Let it count again", 404, 409, 412, 422, 428, 503), s.unwaive)
	huma.Register(s.api, operation(http.MethodGet, one+"/borders", "edition-borders", "一处的界线 · Its borders around a place", 400, 404, 422, 503), s.borders)
	drawn := operation(http.MethodGet, one+"/tiles/{level}/{z}/{x}/{y}.mvt", "edition-tile", "版次的瓦片 · Tile of one edition", 400, 404, 503)
	drawn.Responses = tileResponses()
	huma.Register(s.api, drawn, s.editionTile)
	page := operation(http.MethodGet, one+"/report", "edition-report", "质量报告（打印、下载） · The report, to print or keep", 400, 404, 503)
	content := map[string]*huma.MediaType{}
	for _, f := range []report.Format{report.Page, report.Text} {
		content[strings.Split(f.ContentType(), ";")[0]] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	for _, f := range []report.Format{report.JSON, report.GeoJSON} {
		content[f.ContentType()] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject}}
	}
	page.Responses = map[string]*huma.Response{"200": {Description: "the report", Content: content}}
	huma.Register(s.api, page, s.report)
}

func (s *Server) newDraft(ctx context.Context, in *struct {
	Body struct {
		District string `json:"district,omitempty" doc:"may be left out while there is only one"`
		Name     string `json:"name"`
		Base     string `json:"base,omitempty" doc:"edition to begin from; empty when left out"`
	}
}) (*editionOutput, error) {
	if err := s.allows(ctx, s.draftPlace(ctx, in.Body.District), noDistrict(in.Body.District)); err != nil {
		return nil, err
	}
	e, err := s.Store.NewDraft(ctx, in.Body.District, in.Body.Name, in.Body.Base)
	return respondEdition(e, err)
}

func (s *Server) dropDraft(ctx context.Context, in *DraftPath) (*struct{}, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return nil, s.Store.DropDraft(ctx, in.District, in.Name, postgres.Write{Version: version})
}

func (s *Server) mends(ctx context.Context, in *struct {
	EditionPath
	Limit  count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}) (*mendsOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	e, err := s.Store.Edition(ctx, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Mends(ctx, e.District, e.ID, page.oneMore())
	if err != nil {
		return nil, err
	}
	out := &mendsOutput{}
	out.Body.Mends, out.Body.Next = paged(page, found, func(m *postgres.Mended) Mend {
		d := Mend{ID: m.ID, Kind: m.Kind, Text: m.ZH, Made: m.Made, Undone: m.Undone, Closed: m.Closed, Areas: m.Areas, Solved: m.SolvedZH}
		if requestOf(ctx).lang == "en" {
			d.Text, d.Solved = m.EN, m.SolvedEN
		}
		if m.Place != nil {
			d.Place = &[2]float64{m.Place.Lon(), m.Place.Lat()}
		}
		return d
	})
	return out, nil
}

// mend serves 200 with the draft after the change, 422 when the change would
// break an area or open a gap; then nothing has changed.
func (s *Server) mend(ctx context.Context, in *struct {
	DraftPath
	Body MendRequest
}) (*editionOutput, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	b := in.Body
	m := postgres.Mending{Kind: b.Kind, Finding: b.Finding, Area: b.Area, Metres: b.Metres, Other: b.Other, Name: b.Name}
	if b.Level != "" {
		if m.Level, err = area.ParseLevel(b.Level); err != nil {
			return nil, err
		}
	}
	for _, at := range b.Points {
		p, err := geo.Snap(at[0], at[1])
		if err != nil {
			return nil, err
		}
		m.Points = append(m.Points, p)
	}
	e, err := s.Store.Mend(ctx, in.District, in.Name, m, postgres.Write{Version: version})
	return respondEdition(e, s.withChanges(ctx, in.EditionPath, err))
}

// lastChanges is how many changes a caller is told of who came too late.
const lastChanges = 5

// withChanges adds to a refusal for an old version what was changed since, so
// that whoever came second sees what happened.
func (s *Server) withChanges(ctx context.Context, in EditionPath, err error) error {
	if !fault.Is(err, "stale_version") {
		return err
	}
	e, findErr := s.Store.Edition(ctx, in.District, in.Name)
	if findErr != nil {
		return err
	}
	made, findErr := s.Store.Mends(ctx, e.District, e.ID, postgres.Page{Most: lastChanges})
	if findErr != nil {
		return err
	}
	late := &hasFindings{error: err}
	for _, m := range made {
		text := m.ZH
		if requestOf(ctx).lang == "en" {
			text = m.EN
		}
		late.items = append(late.items, ProblemItem{Code: "changed", Detail: text, Location: strings.Join(m.Areas, ",")})
	}
	return late
}

func (s *Server) turn(ctx context.Context, in *DraftPath, do func(context.Context, string, string, postgres.Write) (*area.Edition, error)) (*editionOutput, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	e, err := do(ctx, in.District, in.Name, postgres.Write{Version: version})
	return respondEdition(e, s.withChanges(ctx, in.EditionPath, err))
}

// FindingPath names one finding of a draft.
type FindingPath struct {
	DraftPath
	Finding string `path:"finding"`
}

func (s *Server) waive(ctx context.Context, in *struct {
	FindingPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}) (*editionOutput, error) {
	if strings.TrimSpace(in.Body.Reason) == "" {
		return nil, fault.New(fault.Unprocessable, "bad_reason", "放行要写明理由", "waiving takes a reason")
	}
	return s.setWaiver(ctx, &in.FindingPath, in.Body.Reason)
}

func (s *Server) unwaive(ctx context.Context, in *FindingPath) (*editionOutput, error) {
	return s.setWaiver(ctx, in, "")
}

func (s *Server) setWaiver(ctx context.Context, in *FindingPath, reason string) (*editionOutput, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(in.Finding, 10, 64)
	if err != nil {
		return nil, fault.New(fault.NotFound, "no_such_finding", "没有这个问题", "there is no such finding")
	}
	e, err := s.Store.Waive(ctx, in.District, in.Name, id, reason, postgres.Write{Version: version})
	return respondEdition(e, err)
}
