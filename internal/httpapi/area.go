package httpapi

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/locate"
)

// Area is one area of an edition, without its shape.
type Area struct {
	District   string     `json:"district"`
	Level      string     `json:"level" enum:"district,subdistrict,community,grid,compound"`
	Code       string     `json:"code"`
	Name       string     `json:"name"`
	Kind       string     `json:"kind,omitempty" enum:"basic,dedicated" doc:"grids only"`
	Parent     *AreaRef   `json:"parent" doc:"null for a district"`
	Children   int        `json:"children" doc:"how many areas lie directly below"`
	AreaM2     float64    `json:"area_m2" doc:"on the ellipsoid"`
	Label      [2]float64 `json:"label" doc:"a point inside, longitude and latitude"`
	Bbox       [4]float64 `json:"bbox" doc:"west, south, east, north"`
	Edition    string     `json:"edition"`
	ValidFrom  string     `json:"valid_from"`
	ValidTo    string     `json:"valid_to,omitempty" doc:"of an area that has ended: first day without it"`
	Synthetic  bool       `json:"synthetic,omitempty" doc:"invented, for showing the product"`
	Generation int64      `json:"generation"`
	Source     string     `json:"source,omitempty" doc:"file and feature that it was read from; not for strangers"`
	Note       *Note      `json:"note,omitempty" doc:"present when an old code was asked for"`
	Grids      []string   `json:"grids,omitempty" doc:"compounds only: codes of the grids they lie in, largest share first"`
}

// AreaRef names an area.
type AreaRef struct {
	Level string `json:"level"`
	Code  string `json:"code"`
	Name  string `json:"name"`
}

// NamedArea names an area anywhere.
type NamedArea struct {
	District string `json:"district"`
	Level    string `json:"level"`
	Code     string `json:"code"`
	Name     string `json:"name"`
}

func nameOf(a *gridindex.Area) NamedArea {
	return NamedArea{a.Edition().Code, a.Level.String(), a.Code, a.Name}
}

// AreaList is one page of areas.
type AreaList struct {
	Areas []Area `json:"areas"`
	Next  string `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

// District is one district with what is in force there.
type District struct {
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Scheme    string     `json:"scheme" enum:"gbt,opaque"`
	Edition   string     `json:"edition"`
	ValidFrom string     `json:"valid_from"`
	Synthetic bool       `json:"synthetic,omitempty" doc:"invented, for showing the product"`
	Bbox      [4]float64 `json:"bbox" doc:"west, south, east, north"`
	Levels    []Level    `json:"levels"`
}

// Level counts the areas of one level.
type Level struct {
	Level string `json:"level"`
	Areas int    `json:"areas"`
}

// DistrictList is all districts.
type DistrictList struct {
	Generation int64      `json:"generation"`
	Snapshot   string     `json:"snapshot" doc:"changes whenever the boundaries in force do"`
	Districts  []District `json:"districts"`
}

// Moment selects the boundaries of another moment.
type Moment struct {
	At      string `query:"at" doc:"a date: the boundaries valid then" format:"date"`
	KnownAt string `query:"known_at" doc:"a date or RFC 3339 time: as recorded by then"`
}

// AreaPath names one area, at a moment.
type AreaPath struct {
	Moment
	District string `path:"district"`
	Level    string `path:"level" enum:"district,subdistrict,community,grid,compound"`
	Code     string `path:"code"`
}

type relativesInput struct {
	AreaPath
	Limit  count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}

type areasInput struct {
	Moment
	District string `path:"district"`
	Level    string `query:"level" required:"true" enum:"district,subdistrict,community,grid,compound"`
	Bbox     string `query:"bbox" doc:"west,south,east,north in degrees"`
	Limit    count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
}

type (
	areaOutput      struct{ Body Area }
	areasOutput     struct{ Body AreaList }
	districtsOutput struct{ Body DistrictList }
)

func (s *Server) areaRoutes() {
	const one = "/api/v1/districts/{district}/areas/{level}/{code}"
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/districts", "districts", "有哪些区 · Districts in force", 400, 503), s.districts)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/districts/{district}/areas", "areas", "区域列表 · Areas of a level", 400, 404, 503), s.areas)
	huma.Register(s.api, operation(http.MethodGet, one, "area", "一个区域 · One area", 400, 404, 503), s.area)
	huma.Register(s.api, operation(http.MethodGet, one+"/children", "area-children", "下级 · Its children", 400, 404, 503), s.children)
	huma.Register(s.api, operation(http.MethodGet, one+"/ancestors", "area-ancestors", "上级 · Its ancestors, nearest first", 400, 404, 503), s.ancestors)
	huma.Register(s.api, operation(http.MethodGet, one+"/neighbours", "area-neighbours", "相邻 · Its neighbours of the same level", 400, 404, 503), s.neighbours)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/areas/{code}", "area-by-code", "按编码找区域 · The area with a code, where that is unambiguous", 400, 404, 409, 503), s.areaByCode)
	shape := operation(http.MethodGet, one+"/geometry", "area-geometry", "边界 · Its shape as a GeoJSON feature (RFC 7946)", 400, 404, 503)
	shape.Responses = map[string]*huma.Response{"200": {Description: "a GeoJSON feature with a MultiPolygon",
		Content: map[string]*huma.MediaType{"application/geo+json": {Schema: featureSchema()}}}}
	huma.Register(s.api, shape, s.geometry)
	s.nullable("Area", "parent")
}

func featureSchema() *huma.Schema {
	position := &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeNumber}}
	nested := func(items *huma.Schema) *huma.Schema { return &huma.Schema{Type: huma.TypeArray, Items: items} }
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"type", "geometry", "properties"}, Properties: map[string]*huma.Schema{
		"type": {Type: huma.TypeString, Enum: []any{"Feature"}},
		"geometry": {Type: huma.TypeObject, Required: []string{"type", "coordinates"}, Properties: map[string]*huma.Schema{
			"type":        {Type: huma.TypeString, Enum: []any{"MultiPolygon"}},
			"coordinates": nested(nested(nested(position))),
		}},
		"properties": {Type: huma.TypeObject},
	}}
}

func (s *Server) districts(ctx context.Context, in *Moment) (*districtsOutput, error) {
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	out := DistrictList{Generation: ix.Generation, Snapshot: ix.Snapshot, Districts: []District{}}
	for _, e := range ix.Editions() {
		d := District{Code: e.Code, Name: e.District.Name, Scheme: string(e.About.Scheme), Edition: e.About.Name,
			ValidFrom: e.About.ValidFrom, Synthetic: e.About.Synthetic, Bbox: bbox(e.District.Ground.Box())}
		for _, level := range area.Levels {
			if n := len(e.Level(level)); n > 0 {
				d.Levels = append(d.Levels, Level{level.String(), n})
			}
		}
		out.Districts = append(out.Districts, d)
	}
	return &districtsOutput{out}, nil
}

func noSuchDistrict() error {
	return fault.New(fault.NotFound, "no_such_district", "没有这个区，或它还没有启用的边界", "there is no such district, or it has no boundaries in force")
}

func noSuchArea() error {
	return fault.New(fault.NotFound, "no_such_area", "没有这个区域", "there is no such area")
}

// find returns an area on the day asked about, also by a code that it had, or
// will have, on another.
func (s *Server) find(ctx context.Context, in *AreaPath) (*gridindex.Area, *gridindex.Index, error) {
	a, ix, _, err := s.findOrFormer(ctx, in)
	return a, ix, err
}

func (s *Server) findOrFormer(ctx context.Context, in *AreaPath) (*gridindex.Area, *gridindex.Index, *Note, error) {
	level, err := area.ParseLevel(in.Level)
	if err != nil {
		return nil, nil, nil, err
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, nil, nil, err
	}
	if e := ix.Edition(in.District); e != nil {
		if a := e.Find(level, in.Code); a != nil {
			return a, ix, nil, nil
		}
	}
	return s.formerly(ctx, in.District, level, in.Code, in.Moment)
}

func (s *Server) area(ctx context.Context, in *AreaPath) (*areaOutput, error) {
	a, ix, note, err := s.findOrFormer(ctx, in)
	if err != nil {
		return nil, err
	}
	if note != nil {
		return s.describeFormer(ctx, a, ix, note, in.KnownAt)
	}
	return &areaOutput{describeArea(ctx, a, ix)}, nil
}

func (s *Server) children(ctx context.Context, in *relativesInput) (*areasOutput, error) {
	a, ix, err := s.find(ctx, &in.AreaPath)
	if err != nil {
		return nil, err
	}
	return pageOfAreas(ctx, a.Down, ix, in.Limit, in.Cursor)
}

func (s *Server) ancestors(ctx context.Context, in *AreaPath) (*areasOutput, error) {
	a, ix, err := s.find(ctx, in)
	if err != nil {
		return nil, err
	}
	var above []*gridindex.Area
	for up := a.Up; up != nil; up = up.Up {
		above = append(above, up)
	}
	return describeAreas(ctx, above, ix), nil
}

func (s *Server) neighbours(ctx context.Context, in *relativesInput) (*areasOutput, error) {
	a, ix, err := s.find(ctx, &in.AreaPath)
	if err != nil {
		return nil, err
	}
	return pageOfAreas(ctx, a.Neighbours(), ix, in.Limit, in.Cursor)
}

// areas lists a level, by code.
func (s *Server) areas(ctx context.Context, in *areasInput) (*areasOutput, error) {
	level, err := area.ParseLevel(in.Level)
	if err != nil {
		return nil, err
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	e := ix.Edition(in.District)
	if e == nil {
		return nil, noSuchDistrict()
	}
	found := e.Level(level)
	if in.Bbox != "" {
		box, err := parseBbox(in.Bbox)
		if err != nil {
			return nil, err
		}
		box.Min, box.Max = box.Min.Round(step(ctx)), box.Max.Round(step(ctx)) // strangers cannot feel for what they are not shown
		found = e.Within(level, box)
	}
	return pageOfAreas(ctx, found, ix, in.Limit, in.Cursor)
}

// pageOfAreas cuts a page out of areas of one level, which stand by code. The
// cursor holds the last code of the page before, so that a change between two
// pages skips and repeats nothing else.
func pageOfAreas(ctx context.Context, found []*gridindex.Area, ix *gridindex.Index, most count, cursor string) (*areasOutput, error) {
	limit, err := parseLimit(most)
	if err != nil {
		return nil, err
	}
	after, err := parseCursor(cursor)
	if err != nil {
		return nil, err
	}
	if cursor != "" {
		from, there := slices.BinarySearchFunc(found, after, func(a *gridindex.Area, code string) int { return cmp.Compare(a.Code, code) })
		if there {
			from++
		}
		found = found[from:]
	}
	page := found[:min(len(found), limit)]
	out := describeAreas(ctx, page, ix)
	if limit < len(found) {
		out.Body.Next = makeCursor(page[len(page)-1].Code)
	}
	return out, nil
}

// areaByCode serves the short form: 409 with the candidates where several
// levels or districts use the code.
func (s *Server) areaByCode(ctx context.Context, in *struct {
	Moment
	Code string `path:"code"`
}) (*areaOutput, error) {
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	var found []*gridindex.Area
	for _, e := range ix.Editions() {
		for _, level := range area.Levels {
			if a := e.Find(level, in.Code); a != nil {
				found = append(found, a)
			}
		}
	}
	switch len(found) {
	case 0:
		return s.formerlyAnywhere(ctx, in.Code, in.Moment)
	case 1:
		return &areaOutput{describeArea(ctx, found[0], ix)}, nil
	}
	several := ambiguous(len(found))
	for _, a := range found {
		several.add(a.District, a.Level, a.Code, a.Name)
	}
	return nil, several
}

// ambiguous refuses a code that several areas have, listing where they are.
func ambiguous(n int) *hasFindings {
	return &hasFindings{error: fault.New(fault.Conflict, "ambiguous_code",
		"有 %[1]d 个区域使用这个编码，请用完整地址", "%[1]d areas have this code; use the full path", n)}
}

func (h *hasFindings) add(district string, level area.Level, code, name string) {
	h.items = append(h.items, ProblemItem{Code: "candidate", Detail: name,
		Location: "/api/v1/districts/" + district + "/areas/" + level.String() + "/" + url.PathEscape(code)})
}

// formerlyAnywhere answers an old code at whatever level of whatever district
// it was in force.
func (s *Server) formerlyAnywhere(ctx context.Context, code string, moment Moment) (*areaOutput, error) {
	bearers, err := s.Store.Bearers(ctx, code)
	if err != nil {
		return nil, err
	}
	if len(bearers) == 0 {
		return nil, noSuchArea()
	}
	if len(bearers) > 1 {
		several := ambiguous(len(bearers))
		for _, b := range bearers {
			several.add(b.District, b.Level, code, code)
		}
		return nil, several
	}
	a, ix, note, err := s.formerly(ctx, bearers[0].District, bearers[0].Level, code, moment)
	if err != nil {
		return nil, err
	}
	return s.describeFormer(ctx, a, ix, note, moment.KnownAt)
}

type geometryOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Server) geometry(ctx context.Context, in *AreaPath) (*geometryOutput, error) {
	a, _, err := s.find(ctx, in)
	if err != nil {
		return nil, err
	}
	body, err := feature(a, step(ctx))
	return &geometryOutput{"application/geo+json", body}, err
}

// shape is the GeoJSON of an area: exterior rings counter-clockwise, rings
// closed, at most seven decimals, which is the lattice exactly.
type shape struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Geometry   shapeGeometry  `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

type shapeGeometry struct {
	Type        string           `json:"type"`
	Coordinates [][][][2]float64 `json:"coordinates"`
}

// feature is the shape of an area with its positions rounded to step lattice
// units.
func feature(a *gridindex.Area, step int32) ([]byte, error) {
	var polygons [][][][2]float64
	for _, polygon := range a.Ground.Polygons() {
		var rings [][][2]float64
		for _, r := range polygon {
			ring := make([][2]float64, 0, len(r)+1)
			for _, p := range r {
				p = p.Round(step)
				ring = append(ring, [2]float64{p.Lon(), p.Lat()})
			}
			rings = append(rings, append(ring, ring[0]))
		}
		polygons = append(polygons, rings)
	}
	return json.Marshal(shape{"Feature", a.AreaID.String(), shapeGeometry{"MultiPolygon", polygons},
		map[string]any{"district": a.District, "level": a.Level.String(), "code": a.Code, "name": a.Name}})
}

func describeArea(ctx context.Context, a *gridindex.Area, ix *gridindex.Index) Area {
	about := a.Edition().About
	d := Area{District: a.District, Level: a.Level.String(), Code: a.Code, Name: a.Name, Children: len(a.Down), AreaM2: a.AreaM2,
		Label: [2]float64{a.Label.Lon(), a.Label.Lat()}, Bbox: bbox(a.Ground.Box()),
		Edition: about.Name, ValidFrom: about.ValidFrom, Synthetic: about.Synthetic, Generation: ix.Generation}
	if a.Level == area.Grid {
		d.Kind = string(a.Kind)
	}
	if !coarse(ctx) {
		d.Source = a.Source
	}
	if a.Up != nil {
		d.Parent = &AreaRef{a.Up.Level.String(), a.Up.Code, a.Up.Name}
	}
	for _, g := range a.Grids {
		d.Grids = append(d.Grids, g.Code)
	}
	return d
}

func describeAreas(ctx context.Context, found []*gridindex.Area, ix *gridindex.Index) *areasOutput {
	list := AreaList{Areas: []Area{}}
	for _, a := range found {
		list.Areas = append(list.Areas, describeArea(ctx, a, ix))
	}
	return &areasOutput{list}
}

func bbox(b geo.Box) [4]float64 {
	return [4]float64{b.Min.Lon(), b.Min.Lat(), b.Max.Lon(), b.Max.Lat()}
}

const (
	usualLimit = 100
	maxLimit   = 1000
)

func parseLimit(s count) (int, error) {
	if s == "" {
		return usualLimit, nil
	}
	n, err := strconv.Atoi(string(s))
	if err != nil || n < 1 || n > maxLimit {
		return 0, fault.New(fault.Invalid, "bad_limit", "limit 应是 1 到 %[1]d 的整数", "limit must be a whole number from 1 to %[1]d", maxLimit)
	}
	return n, nil
}

func makeCursor(last string) string { return base64.RawURLEncoding.EncodeToString([]byte(last)) }

func parseCursor(s string) (string, error) {
	last, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(s) > 800 {
		return "", fault.New(fault.Invalid, "bad_cursor", "cursor 无效，请从第一页开始", "the cursor is not valid; start at the first page")
	}
	return string(last), nil
}

// parseBbox reads west,south,east,north in degrees. Error: bad_bbox.
func parseBbox(s string) (box geo.Box, err error) {
	parts := strings.Split(s, ",")
	bad := fault.New(fault.Invalid, "bad_bbox", "bbox 应写成 西,南,东,北（度），且西 ≤ 东、南 ≤ 北", "write bbox as west,south,east,north in degrees, with west ≤ east and south ≤ north")
	if len(parts) != 4 {
		return box, bad
	}
	var v [4]float64
	for i, p := range parts {
		if v[i], err = locate.ParseNumber("bbox", strings.TrimSpace(p)); err != nil {
			return box, bad
		}
	}
	if box.Min, err = geo.Snap(v[0], v[1]); err != nil {
		return box, bad
	}
	if box.Max, err = geo.Snap(v[2], v[3]); err != nil || box.Min.X > box.Max.X || box.Min.Y > box.Max.Y {
		return box, bad
	}
	return box, nil
}
