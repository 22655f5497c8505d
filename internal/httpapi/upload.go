package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/ingest"
	"wangge/internal/postgres"
	"wangge/internal/tile"
	"wangge/internal/upload"
)

// Upload is some files that were brought and wait to be imported.
type Upload struct {
	ID    string       `json:"id"`
	Files []UploadFile `json:"files"`
}

// UploadFile is one of them.
type UploadFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// UploadLook is what is in an upload.
type UploadLook struct {
	Main     string              `json:"main" doc:"the file that is read"`
	Features int                 `json:"features"`
	Fields   []string            `json:"fields" doc:"attributes"`
	Samples  []map[string]string `json:"samples" doc:"attributes of the first features"`
	System   string              `json:"system" doc:"coordinate system as the file says; empty where it does not"`
	Level    string              `json:"level,omitempty" doc:"guessed by the codes"`
	Code     string              `json:"code_field,omitempty" doc:"guessed"`
	Name     string              `json:"name_field,omitempty" doc:"guessed"`
	Parent   string              `json:"parent_field,omitempty" doc:"guessed"`
}

// ImportRequest is an import of an upload into a draft.
type ImportRequest struct {
	Upload       string            `json:"upload"`
	Level        string            `json:"level" enum:"district,subdistrict,community,grid,compound"`
	District     string            `json:"district,omitempty" doc:"may be left out while there is only one"`
	DistrictName string            `json:"district_name,omitempty" doc:"of a district that does not exist yet"`
	Edition      string            `json:"edition,omitempty" doc:"name of the draft, made when it does not exist"`
	Base         string            `json:"base,omitempty" doc:"edition that a new draft begins as a copy of"`
	Whole        bool              `json:"whole,omitempty" doc:"areas of the level that the files do not name go"`
	CodeField    string            `json:"code_field,omitempty"`
	NameField    string            `json:"name_field,omitempty"`
	ParentField  string            `json:"parent_field,omitempty"`
	KindField    string            `json:"kind_field,omitempty"`
	Layer        string            `json:"layer,omitempty"`
	Charset      string            `json:"charset,omitempty" enum:"utf-8,gbk"`
	CRS          string            `json:"crs,omitempty" doc:"auto (default), wgs84, cgcs2000, gcj02, bd09 or EPSG:n"`
	Swap         bool              `json:"swap_axes,omitempty"`
	Shift        *[2]float64       `json:"shift,omitempty" doc:"metres east and north"`
	Scheme       string            `json:"scheme,omitempty" enum:"gbt,opaque"`
	Coverage     string            `json:"coverage,omitempty" enum:"strict,tolerant"`
	KeepDefects  bool              `json:"keep_defects,omitempty" doc:"keep the draft although its check finds errors, to mend them there"`
	Waive        map[string]string `json:"waive,omitempty" doc:"code of a finding of the file, and why it may pass"`
	Commit       bool              `json:"commit,omitempty" doc:"keep the result; without it everything is tried and nothing kept"`
}

// Import is an import at work.
type Import struct {
	ID        string       `json:"id"`
	State     string       `json:"state" enum:"waiting,reading,checking,done,failed,cancelled"`
	Level     string       `json:"level"`
	Features  int          `json:"features" doc:"read so far"`
	Bytes     int64        `json:"bytes" doc:"read so far; 0 where the format does not tell"`
	Total     int64        `json:"total" doc:"bytes of the files"`
	Began     time.Time    `json:"began"`
	Problem   *ProblemItem `json:"problem,omitempty" doc:"why it failed"`
	Added     int          `json:"added"`
	Replaced  int          `json:"replaced"`
	Scheme    string       `json:"scheme,omitempty"`
	Refused   bool         `json:"refused" doc:"some finding keeps it from being kept"`
	Committed bool         `json:"committed"`
	Edition   *Edition     `json:"edition,omitempty" doc:"the draft as it is, or would be"`
	Findings  []Finding    `json:"findings" doc:"the first thousand"`
	Found     int          `json:"findings_total"`
	Bbox      *[4]float64  `json:"bbox,omitempty" doc:"of what was read"`
}

type (
	uploadOutput struct{ Body Upload }
	lookOutput   struct{ Body UploadLook }
	importOutput struct{ Body Import }
	// UploadPath names an upload or an import.
	UploadPath struct {
		ID string `path:"id"`
	}
)

func (s *Server) uploadRoutes() {
	open := operation(http.MethodPost, "/api/v1/uploads", "upload-open", "开始上传 · Begin an upload", 429, 507)
	open.DefaultStatus = http.StatusCreated
	huma.Register(s.api, open, func(ctx context.Context, _ *struct{}) (*uploadOutput, error) {
		u, err := s.Uploads.Open(requestOf(ctx).owner())
		return respondUpload(u, err)
	})
	put := operation(http.MethodPut, "/api/v1/uploads/{id}/files/{name}", "upload-file", "上传一个文件 · One file of it", 400, 404, 413, 507)
	put.Responses = map[string]*huma.Response{"200": {Description: "the upload", Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(Upload{}, "Upload")}}}}
	huma.Register(s.api, put, func(_ context.Context, in *struct {
		ID   string `path:"id"`
		Name string `path:"name" doc:"of the file, with its ending"`
	}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			r, w := humachi.Unwrap(c)
			s.putFile(w, r, in.ID, in.Name)
		}}, nil
	})
	s.api.OpenAPI().Paths[put.Path].Put.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/uploads/{id}", "upload-look", "看看里面有什么 · What is in it", 400, 404, 413, 422, 503), s.look)
	drop := operation(http.MethodDelete, "/api/v1/uploads/{id}", "upload-drop", "放弃上传 · Throw it away", 404, 409)
	huma.Register(s.api, drop, func(_ context.Context, in *UploadPath) (*struct{}, error) { return nil, s.Uploads.Drop(in.ID) })
	begin := operation(http.MethodPost, "/api/v1/imports", "import-begin", "导入草稿 · Import an upload into a draft", 400, 404, 422, 429)
	begin.DefaultStatus = http.StatusAccepted
	begin.MaxBodyBytes = 64 << 10
	huma.Register(s.api, begin, s.beginImport)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/imports/{id}", "import", "导入进度与结果 · How far it is", 404), func(ctx context.Context, in *UploadPath) (*importOutput, error) {
		j, err := s.Uploads.Job(in.ID, requestOf(ctx).owner())
		return respondImport(ctx, j, err)
	})
	huma.Register(s.api, operation(http.MethodDelete, "/api/v1/imports/{id}", "import-cancel", "取消导入 · Cancel it", 404), func(ctx context.Context, in *UploadPath) (*importOutput, error) {
		j, err := s.Uploads.Cancel(in.ID, requestOf(ctx).owner())
		return respondImport(ctx, j, err)
	})
	op := operation(http.MethodGet, "/api/v1/imports/{id}/tiles/{z}/{x}/{y}.mvt", "import-tile", "预览瓦片 · Tile of what was read", 400, 404)
	op.Responses = tileResponses()
	huma.Register(s.api, op, s.importTile)
}

func respondUpload(u *upload.Upload, err error) (*uploadOutput, error) {
	if err != nil {
		return nil, err
	}
	return &uploadOutput{describeUpload(u)}, nil
}

func describeUpload(u *upload.Upload) Upload {
	d := Upload{ID: u.ID, Files: []UploadFile{}}
	for _, f := range u.Files {
		d.Files = append(d.Files, UploadFile{f.Name, f.Bytes})
	}
	return d
}

// putFile keeps a body of any size as one file of an upload.
func (s *Server) putFile(w http.ResponseWriter, r *http.Request, id, name string) {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // a body of this size may take its time; bodyReader sees to it that it goes on
	u, err := s.Uploads.Put(id, name, &bodyReader{r: r.Body, left: upload.MaxFile + 1})
	_ = control.SetWriteDeadline(time.Now().Add(answerWithin))
	if err != nil {
		refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(describeUpload(u))
}

func (s *Server) look(ctx context.Context, in *struct {
	UploadPath
	Layer   string `query:"layer" doc:"of a file that holds several"`
	Charset string `query:"charset" enum:"utf-8,gbk" doc:"of the attribute table; found out when left out"`
}) (*lookOutput, error) {
	l, err := s.Uploads.Look(ctx, in.ID, requestOf(ctx).owner(), in.Layer, in.Charset)
	if err != nil {
		return nil, err
	}
	d := UploadLook{Main: l.Main, Features: l.Features, Fields: l.Fields, Samples: l.Samples, System: l.System, Code: l.Code, Name: l.Name, Parent: l.Parent}
	if l.Level != 0 {
		d.Level = l.Level.String()
	}
	if d.Fields == nil {
		d.Fields = []string{}
	}
	if d.Samples == nil {
		d.Samples = []map[string]string{}
	}
	return &lookOutput{d}, nil
}

func (s *Server) beginImport(ctx context.Context, in *struct{ Body ImportRequest }) (*importOutput, error) {
	b := in.Body
	r := upload.Request{Upload: b.Upload, Waive: b.Waive,
		Read: ingest.Options{CodeField: b.CodeField, NameField: b.NameField, ParentField: b.ParentField, KindField: b.KindField, Layer: b.Layer, Charset: b.Charset, Swap: b.Swap},
		Fill: postgres.Fill{District: b.District, DistrictName: b.DistrictName, Edition: b.Edition, Base: b.Base, Whole: b.Whole,
			Scheme: area.Scheme(b.Scheme), Coverage: area.Coverage(b.Coverage), KeepDefects: b.KeepDefects, Commit: b.Commit}}
	var err error
	if r.Read.Level, err = area.ParseLevel(b.Level); err != nil {
		return nil, err
	}
	if r.Read.Reference, err = ingest.ParseReference(b.CRS); err != nil {
		return nil, err
	}
	if b.Shift != nil {
		r.Read.Shift = *b.Shift
	}
	for code, reason := range b.Waive {
		if err := area.CheckText("reason", reason, 500); err != nil {
			return nil, fault.New(fault.Unprocessable, "bad_reason", "放行 %[1]s 要写明理由", "waiving %[1]s takes a reason", clip(code, 60)).Because(err)
		}
	}
	if err := s.allows(ctx, s.draftPlace(ctx, b.District), noDistrict(b.District)); err != nil {
		return nil, err
	}
	r.By, r.Owner = audit.ActorOf(ctx), requestOf(ctx).owner()
	j, err := s.Uploads.Import(r)
	return respondImport(ctx, j, err)
}

// mostFindings is how many findings the answer about an import lists.
const mostFindings = 1000

func respondImport(ctx context.Context, j *upload.Job, err error) (*importOutput, error) {
	if err != nil {
		return nil, err
	}
	d := Import{ID: j.ID, State: string(j.State), Level: j.Level.String(), Features: j.Features, Bytes: j.Bytes, Total: j.Total, Began: j.Began, Findings: []Finding{}}
	if j.Err != nil {
		p := problem(ctx, j.Err)
		d.Problem = &ProblemItem{Code: p.Code, Detail: p.Detail}
	}
	if o := j.Outcome; o != nil {
		e := describeEdition(&o.Edition)
		d.Added, d.Replaced, d.Scheme, d.Refused, d.Committed, d.Edition, d.Found = o.Added, o.Replaced, string(o.Scheme), o.Refused, o.Committed, &e, len(o.Findings)
		for _, f := range o.Findings[:min(len(o.Findings), mostFindings)] {
			d.Findings = append(d.Findings, describeFinding(f, requestOf(ctx).lang))
		}
	}
	if ix := j.Preview(); ix != nil {
		b := bbox(ix.Editions()[0].District.Ground.Box())
		d.Bbox = &b
	}
	return &importOutput{d}, nil
}

func (s *Server) importTile(ctx context.Context, in *struct {
	UploadPath
	Z string `path:"z"`
	X string `path:"x"`
	Y string `path:"y"`
}) (*tileOutput, error) {
	k, err := parseTile(in.Z, in.X, in.Y)
	if err != nil {
		return nil, err
	}
	j, err := s.Uploads.Job(in.ID, requestOf(ctx).owner())
	if err != nil {
		return nil, err
	}
	out := &tileOutput{Status: http.StatusNoContent, ContentType: tileType, CacheControl: "no-store"}
	ix := j.Preview()
	if ix == nil {
		return out, nil
	}
	out.Body = tile.Draw(ix, j.Level, k, 1)
	if len(out.Body) > 0 {
		out.Status = http.StatusOK
	}
	return out, nil
}
