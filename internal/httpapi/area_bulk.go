package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
)

// mostCodes is how many areas may be asked for at once.
const mostCodes = 500

// BulkAreas is what was found for a list of codes.
type BulkAreas struct {
	Areas     []Area          `json:"areas" doc:"in the order of the codes"`
	Missing   []string        `json:"missing" doc:"codes that no area has"`
	Ambiguous []AmbiguousCode `json:"ambiguous" doc:"codes that several areas have; narrow them with district and level"`
}

// AmbiguousCode is a code that several areas have.
type AmbiguousCode struct {
	Code       string      `json:"code"`
	Candidates []NamedArea `json:"candidates"`
}

// BulkQuery asks for areas by their codes.
type BulkQuery struct {
	Moment
	Codes    string `query:"codes" required:"true" doc:"up to 500 codes with commas between; one that stands twice counts once"`
	District string `query:"district" doc:"only areas of this district"`
	Level    string `query:"level" enum:"district,subdistrict,community,grid,compound" doc:"only areas of this level"`
}

type bulkOutput struct{ Body BulkAreas }

func (s *Server) bulkRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/areas", "areas-by-code", "按编码一次取多个区域 · Several areas by their codes", 400, 404, 503), s.bulkAreas)
	op := operation(http.MethodGet, "/api/v1/areas/geometry", "shapes-by-code", "按编码一次取多个边界 · The shapes of several areas as a GeoJSON feature collection", 400, 404, 503)
	list := func(items *huma.Schema) *huma.Schema { return &huma.Schema{Type: huma.TypeArray, Items: items} }
	op.Responses = map[string]*huma.Response{"200": {Description: "a GeoJSON feature collection of MultiPolygons, in the order of the codes",
		Content: map[string]*huma.MediaType{typeGeoJSON: {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"type", "features", "missing", "ambiguous"}, Properties: map[string]*huma.Schema{
			"type": {Type: huma.TypeString, Enum: []any{"FeatureCollection"}}, "features": list(featureSchema()),
			"missing": list(&huma.Schema{Type: huma.TypeString}), "ambiguous": list(s.schema(AmbiguousCode{}, "AmbiguousCode")),
		}}}}}}
	huma.Register(s.api, op, s.bulkShapes)
}

// bulk finds areas by their codes. found.Areas stays empty: callers describe them
// in their own way.
func (s *Server) bulk(ctx context.Context, in *BulkQuery) (areas []*gridindex.Area, ix *gridindex.Index, found BulkAreas, err error) {
	found = BulkAreas{Areas: []Area{}, Missing: []string{}, Ambiguous: []AmbiguousCode{}}
	codes := strings.FieldsFunc(in.Codes, func(r rune) bool { return r == ',' || r == ' ' })
	if len(codes) == 0 {
		return nil, nil, found, fault.New(fault.Invalid, "missing_codes", "请用 codes 写明要哪些区域，用逗号隔开", "say which areas with codes, with commas between")
	}
	if len(codes) > mostCodes {
		return nil, nil, found, fault.New(fault.Invalid, "too_many_codes", "一次最多 %[1]d 个编码，得到 %[2]d 个", "at most %[1]d codes at once, got %[2]d", mostCodes, len(codes))
	}
	levels := area.Levels
	if in.Level != "" {
		level, err := area.ParseLevel(in.Level)
		if err != nil {
			return nil, nil, found, err
		}
		levels = []area.Level{level}
	}
	if ix, err = s.indexAt(ctx, in.At, in.KnownAt); err != nil {
		return nil, nil, found, err
	}
	editions := ix.Editions()
	if in.District != "" {
		e := ix.Edition(in.District)
		if e == nil {
			return nil, nil, found, noSuchDistrict()
		}
		editions = []*gridindex.Edition{e}
	}
	seen := map[string]bool{}
	for _, code := range codes {
		if seen[code] {
			continue
		}
		seen[code] = true
		var several []*gridindex.Area
		for _, e := range editions {
			for _, level := range levels {
				if a := e.Find(level, code); a != nil {
					several = append(several, a)
				}
			}
		}
		switch len(several) {
		case 0:
			found.Missing = append(found.Missing, code)
		case 1:
			areas = append(areas, several[0])
		default:
			unclear := AmbiguousCode{Code: code}
			for _, a := range several {
				unclear.Candidates = append(unclear.Candidates, nameOf(a))
			}
			found.Ambiguous = append(found.Ambiguous, unclear)
		}
	}
	return areas, ix, found, nil
}

func (s *Server) bulkAreas(ctx context.Context, in *BulkQuery) (*bulkOutput, error) {
	areas, ix, found, err := s.bulk(ctx, in)
	for _, a := range areas {
		found.Areas = append(found.Areas, describeArea(ctx, a, ix))
	}
	return &bulkOutput{found}, err
}

func (s *Server) bulkShapes(ctx context.Context, in *BulkQuery) (*geometryOutput, error) {
	areas, _, found, err := s.bulk(ctx, in)
	if err != nil {
		return nil, err
	}
	collection := struct {
		Type      string            `json:"type"`
		Features  []json.RawMessage `json:"features"`
		Missing   []string          `json:"missing"`
		Ambiguous []AmbiguousCode   `json:"ambiguous"`
	}{"FeatureCollection", []json.RawMessage{}, found.Missing, found.Ambiguous}
	for _, a := range areas {
		one, err := feature(a, step(ctx))
		if err != nil {
			return nil, err
		}
		collection.Features = append(collection.Features, one)
	}
	body, err := json.Marshal(collection)
	return &geometryOutput{typeGeoJSON, body}, err
}
