package httpapi

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
	"wangge/internal/report"
	"wangge/internal/tile"
	"wangge/internal/upload"
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

// Borders are areas of a draft as they stand around a place, for editing.
type Borders struct {
	Version int64        `json:"version" doc:"of the edition"`
	Areas   []BorderArea `json:"areas"`
}

// BorderArea is one of them.
type BorderArea struct {
	Level string         `json:"level"`
	Code  string         `json:"code"`
	Name  string         `json:"name"`
	Rings [][][2]float64 `json:"rings" doc:"all rings, exterior and interior, the first position not repeated"`
}

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
	out.Body.Mends = []Mend{}
	for i, m := range found {
		if i == page.Most {
			out.Body.Next = page.next()
			break
		}
		d := Mend{ID: m.ID, Kind: m.Kind, Text: m.ZH, Made: m.Made, Undone: m.Undone, Closed: m.Closed, Areas: m.Areas, Solved: m.SolvedZH}
		if requestOf(ctx).lang == "en" {
			d.Text, d.Solved = m.EN, m.SolvedEN
		}
		if m.Place != nil {
			d.Place = &[2]float64{m.Place.Lon(), m.Place.Lat()}
		}
		out.Body.Mends = append(out.Body.Mends, d)
	}
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
	return respondEdition(e, err)
}

func (s *Server) turn(ctx context.Context, in *DraftPath, do func(context.Context, string, string, postgres.Write) (*area.Edition, error)) (*editionOutput, error) {
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	e, err := do(ctx, in.District, in.Name, postgres.Write{Version: version})
	return respondEdition(e, err)
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

// mostBorder is how many vertices are given for editing at once.
const mostBorder = 30_000

func (s *Server) borders(ctx context.Context, in *struct {
	EditionPath
	Bbox string `query:"bbox" required:"true" doc:"west,south,east,north"`
}) (*bordersOutput, error) {
	box, err := parseBbox(in.Bbox)
	if err != nil {
		return nil, err
	}
	d, err := s.drafts.of(ctx, s.Store, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	out := &bordersOutput{Body: Borders{Version: d.edition.Version, Areas: []BorderArea{}}}
	vertices := 0
	for _, v := range d.versions {
		if v.Overlay() || !v.Ground.Box().Meets(box) {
			continue
		}
		a := BorderArea{Level: v.Level.String(), Code: v.Code, Name: v.Name, Rings: [][][2]float64{}}
		for r := range v.Ground.Polygons().Rings {
			if !r.Box().Meets(box) {
				continue
			}
			if vertices += len(r); vertices > mostBorder {
				return nil, fault.New(fault.Unprocessable, "too_many_vertices", "这里的界点太多，请放大再编辑", "there are too many vertices here; zoom in to edit")
			}
			ring := [][2]float64{}
			for _, p := range r {
				ring = append(ring, [2]float64{p.Lon(), p.Lat()})
			}
			a.Rings = append(a.Rings, ring)
		}
		out.Body.Areas = append(out.Body.Areas, a)
	}
	return out, nil
}

func (s *Server) editionTile(ctx context.Context, in *struct {
	EditionPath
	Level  string `path:"level"`
	Z      string `path:"z"`
	X      string `path:"x"`
	Y      string `path:"y"`
	IfNone string `header:"If-None-Match"`
}) (*tileOutput, error) {
	level, err := parseLayer(in.Level)
	if err != nil {
		return nil, err
	}
	k, err := parseTile(in.Z, in.X, in.Y)
	if err != nil {
		return nil, err
	}
	d, err := s.drafts.of(ctx, s.Store, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	out := &tileOutput{Status: http.StatusOK, ContentType: tileType, ETag: etag(d.edition.Version), CacheControl: "no-cache"}
	if strings.Contains(in.IfNone, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	if ix := d.drawable(); ix != nil {
		if out.Body, err = tile.Draw(ix, level, k); err != nil {
			return nil, err
		}
	}
	if len(out.Body) == 0 {
		out.Status = http.StatusNoContent
	}
	return out, nil
}

type reportOutput struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
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

// drafts keeps the editions that were looked at last in memory, so that the
// tiles of one view are not each read from the database.
type drafts struct {
	mu   sync.Mutex
	kept []*loaded // newest first
}

// loaded is an edition as it stood at one version.
type loaded struct {
	edition  *area.Edition
	versions []*area.Version
	once     sync.Once
	index    *gridindex.Index
}

const mostDrafts = 3

func (l *loaded) drawable() *gridindex.Index {
	l.once.Do(func() { l.index = upload.Index(l.versions) })
	return l.index
}

// of returns the edition as it stands now. Errors: no_such_edition.
func (c *drafts) of(ctx context.Context, store *postgres.Store, district, name string) (*loaded, error) {
	e, err := store.Edition(ctx, district, name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock() // one at a time: the tiles of a view ask together
	for i, l := range c.kept {
		if l.edition.ID == e.ID && l.edition.Version == e.Version {
			copy(c.kept[1:i+1], c.kept[:i])
			c.kept[0] = l
			return l, nil
		}
	}
	e, versions, err := store.AreasOf(ctx, e.District, e.Name)
	if err != nil {
		return nil, err
	}
	l := &loaded{edition: e, versions: versions}
	c.kept = append([]*loaded{l}, c.kept[:min(len(c.kept), mostDrafts-1)]...)
	return l, nil
}
