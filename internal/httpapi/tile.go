package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/maypok86/otter/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/tile"
)

// TileJSON describes a layer of vector tiles (TileJSON 3.0.0).
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Tiles        []string      `json:"tiles"`
	VectorLayers []VectorLayer `json:"vector_layers"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"`
	Generation   int64         `json:"generation" doc:"of the boundaries"`
}

// VectorLayer is one layer inside the tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	Fields      map[string]string `json:"fields"`
}

type tileJSONOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         TileJSON
}

func (s *Server) tileRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/tiles/{layer}.json", "tilejson", "图层说明 · TileJSON of a layer", 400, 404, 503), s.tileJSON)
	op := operation(http.MethodGet, "/tiles/{layer}/{z}/{x}/{y}.mvt", "tile", "矢量瓦片 · Mapbox Vector Tile", 400, 404, 503)
	op.Responses = tileResponses()
	huma.Register(s.api, op, s.tile)
}

const tileType = "application/vnd.mapbox-vector-tile"

func tileResponses() map[string]*huma.Response {
	return map[string]*huma.Response{
		"200": {Description: "the tile", Content: map[string]*huma.MediaType{tileType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		"204": {Description: "nothing is drawn here"},
		"304": {Description: "unchanged"},
	}
}

// parseTile reads the numbers of a tile. Errors: bad_tile, no_such_tile.
func parseTile(z, x, y string) (k tile.Key, err error) {
	for _, part := range []struct {
		text string
		to   *int
	}{{z, &k.Z}, {x, &k.X}, {y, &k.Y}} {
		if *part.to, err = strconv.Atoi(part.text); err != nil {
			return k, fault.New(fault.Invalid, "bad_tile", "瓦片号应是整数", "tile numbers must be whole")
		}
	}
	if !k.Valid() {
		return k, fault.New(fault.NotFound, "no_such_tile", "没有这块瓦片（缩放级别 0–%[1]d）", "there is no such tile (zoom 0–%[1]d)", tile.MaxZoom)
	}
	return k, nil
}

func parseLayer(name string) (area.Level, error) {
	level, err := area.ParseLevel(name)
	if err != nil {
		return 0, fault.New(fault.NotFound, "no_such_layer", "没有图层 %[1]q", "there is no layer %[1]q", clip(name, 40))
	}
	return level, nil
}

func (s *Server) tileJSON(ctx context.Context, in *struct {
	Moment
	Layer string `path:"layer"`
}) (*tileJSONOutput, error) {
	level, err := parseLayer(in.Layer)
	if err != nil {
		return nil, err
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	moment := url.Values{"g": {ix.Snapshot}}
	if coarse(ctx) {
		moment.Set("c", "1") // what strangers are given is kept apart in the browser
	}
	if in.At != "" {
		moment.Set("at", in.At)
	}
	if in.KnownAt != "" {
		moment.Set("known_at", in.KnownAt)
	}
	fields := map[string]string{"district": "String", "code": "String", "name": "String", "level": "String", "parent": "String", "tone": "Number"}
	if level == area.Grid {
		fields["kind"] = "String"
	}
	t := TileJSON{TileJSON: "3.0.0", Name: level.String(), MinZoom: tile.MinZoom(level), MaxZoom: tile.MaxZoom, Generation: ix.Generation,
		Bounds: [4]float64{-180, -85, 180, 85},
		Tiles:  []string{fmt.Sprintf("/tiles/%s/{z}/{x}/{y}.mvt?%s", level, moment.Encode())},
		VectorLayers: []VectorLayer{
			{level.String(), "polygons", fields},
			{level.String() + "_label", "one point an area, for its name", fields},
		}}
	for i, e := range ix.Editions() {
		b := bbox(e.District.Ground.Box())
		if i == 0 {
			t.Bounds = b
		}
		t.Bounds = [4]float64{min(t.Bounds[0], b[0]), min(t.Bounds[1], b[1]), max(t.Bounds[2], b[2]), max(t.Bounds[3], b[3])}
	}
	return &tileJSONOutput{"private, no-cache", t}, nil
}

type tileOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	Encoding     string `header:"Content-Encoding"`
	Vary         string `header:"Vary"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         []byte
}

// drawnTile names a tile that was drawn before: of one snapshot, for those who
// are shown positions rounded alike.
type drawnTile struct {
	snapshot string
	level    area.Level
	key      tile.Key
	round    int32
}

// maxTiles is how many bytes of drawn tiles are kept, packed.
const maxTiles = 64 << 20

func newTiles() *otter.Cache[drawnTile, []byte] {
	return otter.Must(&otter.Options[drawnTile, []byte]{MaximumWeight: maxTiles,
		Weigher: func(_ drawnTile, packed []byte) uint32 { return uint32(len(packed)) + 200 }})
}

// tile serves one tile of the boundaries in force, or of those of another
// moment. An address with their snapshot may be kept for good.
func (s *Server) tile(ctx context.Context, in *struct {
	Moment
	Layer    string `path:"layer"`
	Z        string `path:"z"`
	X        string `path:"x"`
	Y        string `path:"y"`
	Snapshot string `query:"g" doc:"the snapshot that the map was drawn for"`
	Coarse   string `query:"c" doc:"1 in the addresses that strangers are given"`
	IfNone   string `header:"If-None-Match"`
	Accept   string `header:"Accept-Encoding"`
}) (*tileOutput, error) {
	level, err := parseLayer(in.Layer)
	if err != nil {
		return nil, err
	}
	k, err := parseTile(in.Z, in.X, in.Y)
	if err != nil {
		return nil, err
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	mark := ""
	if coarse(ctx) {
		mark = "-c"
	}
	out := &tileOutput{Status: http.StatusOK, ContentType: tileType, ETag: `W/"` + ix.Snapshot + mark + `"`, CacheControl: "private, no-cache", Vary: "Accept-Encoding"}
	if in.Snapshot == ix.Snapshot && (in.Coarse == "") == (mark == "") {
		out.CacheControl = "private, max-age=86400, immutable"
	}
	if has(in.IfNone, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body, out.Encoding = s.drawn(drawnTile{ix.Snapshot, level, k, step(ctx)}, ix, takesGzip(in.Accept))
	if len(out.Body) == 0 {
		out.Status, out.Encoding = http.StatusNoContent, ""
	}
	return out, nil
}

// has reports whether If-None-Match names a tag, weak or not (RFC 9110 §13.1.2).
func has(ifNoneMatch, tag string) bool {
	return strings.TrimSpace(ifNoneMatch) == "*" || strings.Contains(ifNoneMatch, strings.TrimPrefix(tag, "W/"))
}

// drawn draws a tile, or takes it from those drawn before.
func (s *Server) drawn(d drawnTile, ix *gridindex.Index, packed bool) (body []byte, encoding string) {
	if !packed {
		return tile.Draw(ix, d.level, d.key, d.round), ""
	}
	body, there := s.tiles.GetIfPresent(d)
	if !there {
		if raw := tile.Draw(ix, d.level, d.key, d.round); len(raw) > 0 {
			body = pack(raw)
		}
		s.tiles.Set(d, body)
	}
	return body, "gzip"
}
