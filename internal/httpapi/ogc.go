package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/fault"
	"wangge/internal/gridindex"
)

// OGC API – Features, Part 1 (OGC 17-069r4: Core, GeoJSON, HTML, OpenAPI 3.0)
// and Part 2 (18-058r1: coordinate systems). Everything is answered from the
// index in memory; docs/ogc.md tells the rules that the standards leave open.

const ogcRoot = "/ogc"

// OGCLink is a link as the standard has it; href is absolute.
type OGCLink struct {
	Href     string `json:"href"`
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Title    string `json:"title,omitempty"`
	Hreflang string `json:"hreflang,omitempty"`
}

// OGCRequest is what every operation below /ogc takes.
type OGCRequest struct {
	F      string `query:"f" enum:"json,html" doc:"the form of the answer; what Accept prefers when left out"`
	IfNone string `header:"If-None-Match"`

	host, path, accept string
	query              url.Values
	malformed          bool
}

// Resolve implements huma.Resolver: links are made from the address that was
// asked, and parameters that nobody knows are refused.
func (r *OGCRequest) Resolve(c huma.Context) []error {
	u := c.URL()
	r.host, r.path, r.accept = c.Host(), u.Path, c.Header("Accept")
	var err error
	r.query, err = url.ParseQuery(u.RawQuery)
	r.malformed = err != nil
	return nil
}

// check refuses parameters that the operation does not have, and repeated ones.
// Errors: unknown_parameter, repeated_parameter, bad_format.
func (r *OGCRequest) check(known ...string) error {
	if r.malformed {
		return fault.New(fault.Invalid, "bad_query", "地址里 ? 后面的参数读不懂", "the query of the address cannot be read")
	}
	known = append(known, "f")
	for name, values := range r.query {
		if !slices.Contains(known, name) {
			return fault.New(fault.Invalid, "unknown_parameter", "没有参数 %[1]q，可用：%[2]s", "there is no parameter %[1]q; use %[2]s", clip(name, 40), strings.Join(known, ", "))
		}
		if len(values) > 1 {
			return fault.New(fault.Invalid, "repeated_parameter", "参数 %[1]q 写了不止一次", "the parameter %[1]q stands more than once", name)
		}
	}
	if f, given := r.query["f"]; given && f[0] != "json" && f[0] != "html" {
		return fault.New(fault.Invalid, "bad_format", "f 应是 json 或 html", "f must be json or html")
	}
	return nil
}

// html reports whether the answer is a page.
func (r *OGCRequest) html() bool { return wantsHTML(r.F, r.accept) }

// asked is one request below /ogc with what its answer is made from.
type asked struct {
	*OGCRequest
	base   string // scheme and host of every link
	lang   string
	index  *gridindex.Index
	coarse bool
	review string
}

// ask begins an answer from the boundaries in force. Errors: as check; not_ready.
func (s *Server) ask(ctx context.Context, r *OGCRequest, known ...string) (*asked, error) {
	if err := r.check(known...); err != nil {
		return nil, err
	}
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	scheme := "http"
	if s.Secure {
		scheme = "https"
	}
	return &asked{OGCRequest: r, base: scheme + "://" + r.host, lang: requestOf(ctx).lang, index: ix, coarse: coarse(ctx), review: s.Review}, nil
}

// say is the words in the caller's language.
func (a *asked) say(zh, en string) string {
	if a.lang == "en" {
		return en
	}
	return zh
}

// at is the absolute address of a path with a query.
func (a *asked) at(path string, query url.Values) string {
	address := a.base + (&url.URL{Path: path}).EscapedPath()
	if q := query.Encode(); q != "" {
		address += "?" + q
	}
	return address
}

// with is the query of the request with one parameter changed.
func (a *asked) with(name, value string) url.Values {
	q := url.Values{}
	for k, v := range a.query {
		q[k] = v
	}
	q.Set(name, value)
	return q
}

const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeHTML    = "text/html"
	typeOAS30   = "application/vnd.oai.openapi+json;version=3.0"
)

// own are the links of an answer to itself: as it is, and in the other form.
func (a *asked) own(jsonType string) []OGCLink {
	mine, other, f := jsonType, typeHTML, "html"
	if a.html() {
		mine, other, f = typeHTML, jsonType, "json"
	}
	return []OGCLink{
		{Href: a.at(a.path, a.query), Rel: "self", Type: mine, Title: "本页 · This document"},
		{Href: a.at(a.path, a.with("f", f)), Rel: "alternate", Type: other, Title: "另一种形式 · The same in another form"},
	}
}

type ogcOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	ContentCrs   string `header:"Content-Crs"`
	Body         []byte
}

// answer sends what has not been sent before: the tag tells snapshots, callers
// that get rounded positions, languages and forms apart. It is weak, since a
// time stamp differs from answer to answer. body and page make the two forms.
func (s *Server) answer(a *asked, jsonType string, body func() ([]byte, error), page func() ([]byte, error)) (*ogcOutput, error) {
	h := fnv.New64a()
	fmt.Fprintln(h, s.Version, a.index.Snapshot, a.coarse, a.lang, a.html(), a.base, s.Review)
	out := &ogcOutput{Status: http.StatusOK, CacheControl: "private, no-cache", ETag: fmt.Sprintf(`W/"%s-%016x"`, a.index.Snapshot, h.Sum64())}
	if has(a.IfNone, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	var err error
	if a.html() {
		out.ContentType = "text/html; charset=utf-8"
		out.Body, err = page()
	} else {
		out.ContentType = jsonType
		out.Body, err = body()
	}
	return out, err
}

func marshal(v any) func() ([]byte, error) { return func() ([]byte, error) { return json.Marshal(v) } }

// ogcRoutes registers the service. Its own description, /ogc/api, is cut out of
// the whole document when it is first asked for.
func (s *Server) ogcRoutes() {
	document := sync.OnceValues(func() (ogcDocument, error) { return cutOGC(s.api.OpenAPI()) })
	get := func(path, id, summary string, schema any, name, mediaType string, errors ...int) huma.Operation {
		op := operation(http.MethodGet, ogcRoot+path, id, summary, append(errors, 400)...)
		op.Tags = []string{"OGC API – Features"}
		content := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject}}
		if schema != nil {
			content.Schema = s.schema(schema, name)
		}
		op.Responses = map[string]*huma.Response{
			"200": {Description: "as JSON or as a page", Content: map[string]*huma.MediaType{mediaType: content, typeHTML: {Schema: &huma.Schema{Type: huma.TypeString}}}},
			"304": {Description: "unchanged"},
		}
		return op
	}
	huma.Register(s.api, get("", "ogc", "开放地理服务 · Landing page", OGCLanding{}, "OGCLanding", typeJSON), s.ogcLanding)
	huma.Register(s.api, get("/conformance", "ogc-conformance", "符合哪些标准 · What the service conforms to", OGCConformance{}, "OGCConformance", typeJSON), s.ogcConformance)
	huma.Register(s.api, get("/api", "ogc-api", "接口说明 · The OpenAPI 3.0 document of this service", nil, "", typeOAS30), func(ctx context.Context, in *OGCRequest) (*ogcOutput, error) { return s.ogcAPI(ctx, in, document) })
	huma.Register(s.api, get("/collections", "ogc-collections", "有哪些图层 · The collections", OGCCollections{}, "OGCCollections", typeJSON), s.ogcCollections)
	huma.Register(s.api, get("/collections/{collectionId}", "ogc-collection", "一个图层 · One collection", OGCCollection{}, "OGCCollection", typeJSON, 404), s.ogcCollection)
	items := get("/collections/{collectionId}/items", "ogc-items", "要素 · The features of a collection", OGCFeatures{}, "OGCFeatures", typeGeoJSON, 404)
	one := get("/collections/{collectionId}/items/{featureId}", "ogc-feature", "一个要素 · One feature", OGCFeature{}, "OGCFeature", typeGeoJSON, 404)
	for _, op := range []huma.Operation{items, one} {
		op.Responses["200"].Headers = map[string]*huma.Param{"Content-Crs": {Description: "the system of the positions, in angle brackets", Schema: &huma.Schema{Type: huma.TypeString}}}
	}
	huma.Register(s.api, items, s.ogcItems)
	huma.Register(s.api, one, s.ogcFeature)
	describeParameters(items.Path, one.Path, s.api.OpenAPI())
}
