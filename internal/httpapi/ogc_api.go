package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// describeParameters says of the parameters what the standard wants to be said,
// and what no tag of huma can say.
func describeParameters(items, one string, api *huma.OpenAPI) {
	apart, most, least, usual := false, float64(mostItems), 1.0, usualLimit
	four, six := 4, 6
	uris := &huma.Schema{Type: huma.TypeString, Format: "uri"}
	for _, c := range systems {
		uris.Enum = append(uris.Enum, string(c))
	}
	number := &huma.Schema{Type: huma.TypeNumber}
	for _, path := range []string{items, one} {
		for _, p := range api.Paths[path].Get.Parameters {
			switch p.Name {
			case "limit":
				p.Schema = &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Default: usual}
			case "bbox":
				p.Schema = &huma.Schema{Type: huma.TypeArray, Items: number, MinItems: &four, MaxItems: &six,
					OneOf: []*huma.Schema{{MinItems: &four, MaxItems: &four}, {MinItems: &six, MaxItems: &six}}}
			case "crs", "bbox-crs":
				p.Schema = uris
			}
			if p.In == "query" {
				p.Style, p.Explode = "form", &apart
			}
		}
	}
}

// ogcDocument is the OpenAPI 3.0 document of the paths below /ogc, without the
// address of the service.
type ogcDocument map[string]any

// cutOGC makes it out of the document of the whole service.
func cutOGC(api *huma.OpenAPI) (ogcDocument, error) {
	text, err := api.Downgrade()
	if err != nil {
		return nil, err
	}
	var whole ogcDocument
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	paths := map[string]any{}
	for path, item := range whole["paths"].(map[string]any) {
		if rest, below := strings.CutPrefix(path, ogcRoot); below {
			paths["/"+strings.TrimPrefix(rest, "/")] = item
		}
	}
	all := whole["components"].(map[string]any)["schemas"].(map[string]any)
	used := map[string]any{}
	collectSchemas(paths, all, used)
	return ogcDocument{"openapi": whole["openapi"], "info": whole["info"], "paths": paths,
		"security":   []any{map[string]any{}, map[string]any{"key": []any{}}},
		"components": map[string]any{"schemas": used, "securitySchemes": map[string]any{"key": map[string]any{"type": "http", "scheme": "bearer", "description": "an API key, where strangers may not look"}}},
	}, nil
}

// collectSchemas adds to used every schema that v refers to, near and far.
func collectSchemas(v any, all, used map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			name := strings.TrimPrefix(ref, "#/components/schemas/")
			if used[name] == nil && all[name] != nil {
				used[name] = all[name]
				collectSchemas(all[name], all, used)
			}
		}
		for _, item := range v {
			collectSchemas(item, all, used)
		}
	case []any:
		for _, item := range v {
			collectSchemas(item, all, used)
		}
	}
}

func (s *Server) ogcAPI(ctx context.Context, in *OGCRequest, document func() (ogcDocument, error)) (*ogcOutput, error) {
	a, err := s.ask(ctx, in)
	if err != nil {
		return nil, err
	}
	doc, err := document()
	if err != nil {
		return nil, err
	}
	return s.answer(a, typeOAS30, func() ([]byte, error) {
		whole := maps.Clone(doc)
		whole["servers"] = []any{map[string]any{"url": a.at(ogcRoot, nil)}}
		return json.Marshal(whole)
	}, func() ([]byte, error) { return a.apiPage(doc) })
}

// apiPage is what the document says, for people.
func (a *asked) apiPage(doc ogcDocument) ([]byte, error) {
	type parameter struct{ Name, About string }
	type path struct {
		Path, Summary string
		Parameters    []parameter
	}
	page := struct {
		frame
		Document string
		Paths    []path
	}{frame: a.frame(a.say("接口文档", "API documentation")), Document: a.at(a.path, url.Values{"f": {"json"}})}
	paths := doc["paths"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		get := paths[name].(map[string]any)["get"].(map[string]any)
		p := path{Path: ogcRoot + strings.TrimSuffix(name, "/"), Summary: fmt.Sprint(get["summary"])}
		list, _ := get["parameters"].([]any)
		for _, one := range list {
			one := one.(map[string]any)
			if one["in"] != "header" {
				about, _ := one["description"].(string)
				p.Parameters = append(p.Parameters, parameter{fmt.Sprint(one["name"]), about})
			}
		}
		page.Paths = append(page.Paths, p)
	}
	return drawPage("api", page)
}
