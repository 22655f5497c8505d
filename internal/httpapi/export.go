package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/klauspost/compress/gzhttp"

	"wangge/internal/area"
	"wangge/internal/export"
	"wangge/internal/fault"
)

// maxExports is how many files are written at once: each holds all areas of an
// edition in memory. More are told to come back (429).
const maxExports = 2

type exportInput struct {
	EditionPath
	Level   []string `query:"level,explode" required:"true" enum:"district,subdistrict,community,grid,compound" doc:"several for a GeoPackage, one for the other formats"`
	Format  string   `query:"format" enum:"geojson,gpkg,shp,kml" doc:"geojson when left out; shp is a .zip"`
	CRS     string   `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02, bd09 or EPSG:n; KML is always wgs84"`
	Charset string   `query:"charset" enum:"utf-8,gbk" doc:"of a Shapefile's attribute table; utf-8 when left out"`
}

func (s *Server) exportRoutes() {
	op := operation(http.MethodGet, "/api/v1/editions/{district}/{name}/export", "edition-export", "导出边界 · Its boundaries as a file", 400, 404, 422, 429, 503, 507)
	content := map[string]*huma.MediaType{}
	for _, f := range []export.Format{export.GeoJSON, export.GeoPackage, export.Shapefile, export.KML} {
		content[f.ContentType()] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	content[export.GeoJSON.ContentType()].Schema = &huma.Schema{Type: huma.TypeObject, Description: "a FeatureCollection of MultiPolygons with code, name, parent, kind and area_m2"}
	op.Responses = map[string]*huma.Response{"200": {Description: "the file, as an attachment", Content: content}}
	slots := make(chan struct{}, maxExports)
	huma.Register(s.api, op, func(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
		select {
		case slots <- struct{}{}:
		default:
			e := fault.New(fault.TooMany, "too_many_exports", "同时导出的太多，请稍后再试", "too many exports at once; try again shortly")
			e.Retry = 5 * time.Second
			return nil, e
		}
		f, err := func() (*exported, error) {
			defer func() { <-slots }() // sending needs no memory
			return s.export(ctx, in)
		}()
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			r, w := humachi.Unwrap(c)
			f.send(w, r)
		}}, nil
	})
}

// exported is a file that is written and waits to be sent.
type exported struct {
	file        *os.File
	size        int64
	contentType string
	disposition string
}

// export writes the file aside, so that whatever goes wrong is told before the
// first byte, and a slow caller holds a file and no memory.
func (s *Server) export(ctx context.Context, in *exportInput) (_ *exported, err error) {
	opt := export.Options{Charset: in.Charset, Format: export.GeoJSON, Definition: s.Store.Definition, Project: s.Store.ProjectTo}
	var levels []area.Level
	for _, name := range in.Level {
		level, err := area.ParseLevel(name)
		if err != nil {
			return nil, err
		}
		levels = append(levels, level)
	}
	if len(levels) == 0 {
		return nil, fault.New(fault.Invalid, "missing_level", "请用 level 写明要哪个层级，例如 level=grid", "say which level to export, as in level=grid")
	}
	if in.Format != "" {
		if opt.Format, err = export.ParseFormat(in.Format); err != nil {
			return nil, err
		}
	}
	if opt.System, err = export.ParseSystem(in.CRS); err != nil {
		return nil, err
	}
	edition, versions, err := s.Store.AreasOf(ctx, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	selected, err := export.Select(edition, versions, levels)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "wangge-export-*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	_ = os.Remove(file.Name()) // it lives as long as it is open
	if err := export.Write(ctx, file, selected, opt); err != nil {
		return nil, err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Store.Record(ctx, selected.Entry(opt)); err != nil {
		return nil, err
	}
	return &exported{file, size, opt.Format.ContentType(), disposition(selected, opt)}, nil
}

// send sends the file and lets go of it. A caller that stops reading is cut off.
func (f *exported) send(w http.ResponseWriter, r *http.Request) {
	defer f.file.Close()
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Disposition", f.disposition)
	h.Set(gzhttp.HeaderNoCompression, "1") // so that browsers know how much is to come
	h.Set("Content-Length", strconv.FormatInt(f.size, 10))
	h.Set("Cache-Control", "no-cache")
	control := http.NewResponseController(w)
	buffer := make([]byte, 64<<10)
	for {
		n, err := f.file.Read(buffer)
		if n > 0 {
			_ = control.SetWriteDeadline(time.Now().Add(streamPatience))
			if _, err := w.Write(buffer[:n]); err != nil {
				panic(http.ErrAbortHandler)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler)
		}
	}
}

// disposition names the file twice (RFC 6266): in Chinese for browsers, by codes
// for programs that only know ASCII.
func disposition(s *export.Selection, opt export.Options) string {
	district := s.DistrictName
	if district == "" {
		district = s.District
	}
	words, codes := []string{district, s.Edition}, []string{s.District, s.Edition}
	for i, a := range s.Areas {
		if i == 0 || a.Level != s.Areas[i-1].Level {
			words, codes = append(words, a.Level.Word()), append(codes, a.Level.String())
		}
	}
	if system := opt.System.String(); system != "WGS-84" {
		words, codes = append(words, system), append(codes, system)
	}
	if s.Synthetic {
		words, codes = append(words, "示意数据"), append(codes, "synthetic")
	}
	clean := func(parts []string, most rune) string {
		return strings.Map(func(r rune) rune {
			if r <= ' ' || r > most || strings.ContainsRune(`/\:*?"<>|%';`, r) {
				return '_'
			}
			return r
		}, strings.Join(parts, "_")) + opt.Format.Extension()
	}
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, clean(codes, '~'), url.QueryEscape(clean(words, utf8.MaxRune)))
}
