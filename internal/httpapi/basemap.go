package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"wangge/internal/basemap"
	"wangge/internal/fault"
)

// BaseMap is a map that may lie under the areas.
type BaseMap struct {
	ID           string         `json:"id"`
	Label        string         `json:"label"`
	Kind         string         `json:"kind" enum:"raster,vector"`
	Layers       []BaseMapLayer `json:"layers" doc:"sheets of tiles, from below; none for a file"`
	CRS          string         `json:"crs" enum:"wgs84,gcj02" doc:"of the tiles"`
	Attribution  string         `json:"attribution" doc:"to be shown with the map"`
	Review       string         `json:"review" doc:"number of its map review (审图号), to be shown with the map"`
	MinZoom      int            `json:"min_zoom"`
	MaxZoom      int            `json:"max_zoom"`
	URL          string         `json:"url,omitempty" doc:"of a PMTiles file at this service"`
	SourceLayers []string       `json:"source_layers,omitempty" doc:"in the vector tiles of a file"`
}

// BaseMapLayer is one sheet of tiles.
type BaseMapLayer struct {
	Tiles []string `json:"tiles" doc:"addresses of the same tile, with {z}, {x} and {y}"`
	TMS   bool     `json:"tms,omitempty" doc:"rows are counted from the south"`
}

// BaseMapList lists what the operator has configured; usually nothing.
type BaseMapList struct {
	BaseMaps []BaseMap `json:"base_maps"`
}

type baseMapsOutput struct{ Body BaseMapList }

const archiveType = "application/vnd.pmtiles"

func (s *Server) baseMapRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/base-maps", "base-maps", "底图 · Base maps to choose from"), s.baseMaps)
	op := operation(http.MethodGet, "/base-maps/{id}.pmtiles", "base-map-file", "底图文件 · A PMTiles file, by byte ranges", 404, 503)
	op.Parameters = []*huma.Param{{Name: "Range", In: "header", Schema: &huma.Schema{Type: huma.TypeString}}}
	content := map[string]*huma.MediaType{archiveType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	op.Responses = map[string]*huma.Response{
		"200": {Description: "the file", Content: content},
		"206": {Description: "the bytes asked for", Content: content},
		"304": {Description: "unchanged"},
		"412": {Description: "If-Match names another version"},
		"416": {Description: "there are no such bytes"},
	}
	huma.Register(s.api, op, s.baseMapFile)
}

// baseMaps lists base maps in the order of the flags. One whose file is gone is
// left out until it is back.
func (s *Server) baseMaps(context.Context, *struct{}) (*baseMapsOutput, error) {
	out := &baseMapsOutput{BaseMapList{BaseMaps: []BaseMap{}}}
	for _, m := range s.BaseMaps {
		b := BaseMap{ID: m.ID, Label: m.Label, Kind: "raster", Layers: []BaseMapLayer{}, CRS: string(m.System),
			Attribution: m.Attribution, Review: m.Review, MinZoom: m.MinZoom, MaxZoom: m.MaxZoom}
		for _, l := range m.Layers {
			b.Layers = append(b.Layers, BaseMapLayer(l))
		}
		if m.File != nil {
			file, a, err := m.File.Open()
			if err != nil {
				s.Log.Warn("a base map is left out", "file", m.File.Path, "err", err)
				continue
			}
			_ = file.Close()
			if !a.Raster {
				b.Kind = "vector"
			}
			b.MinZoom, b.MaxZoom, b.SourceLayers = a.MinZoom, a.MaxZoom, a.SourceLayers
			b.Attribution = cmp.Or(m.Attribution, a.Attribution)
			b.URL = "/base-maps/" + m.ID + ".pmtiles?v=" + url.QueryEscape(a.Version)
		}
		out.Body.BaseMaps = append(out.Body.BaseMaps, b)
	}
	return out, nil
}

// baseMapFile sends a file by byte ranges. Errors: no_such_base_map, base_map_gone.
func (s *Server) baseMapFile(_ context.Context, in *struct {
	ID      string `path:"id"`
	Version string `query:"v" doc:"in the addresses of the list; changes with the file, so that pages begin anew with another"`
}) (*huma.StreamResponse, error) {
	var found *basemap.Map
	for _, m := range s.BaseMaps {
		if m.ID == in.ID && m.File != nil {
			found = m
		}
	}
	if found == nil {
		return nil, fault.New(fault.NotFound, "no_such_base_map", "没有底图文件 %[1]q", "there is no base map file %[1]q", clip(in.ID, 40))
	}
	file, a, err := found.File.Open()
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer file.Close()
		r, w := humachi.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", archiveType)
		h.Set("ETag", `"`+a.Version+`"`)
		h.Set("Cache-Control", "private, no-cache")
		http.ServeContent(w, r, "", time.Time{}, file)
	}}, nil
}

// contentPolicy lets pages fetch from this service alone, and tiles from where
// the operator's base maps are.
func contentPolicy(maps []*basemap.Map) string {
	var tiles strings.Builder
	for _, origin := range basemap.Origins(maps) {
		tiles.WriteString(" " + origin)
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:" + tiles.String() + "; " +
		"connect-src 'self'" + tiles.String() + "; font-src 'self'; worker-src 'self' blob:; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
