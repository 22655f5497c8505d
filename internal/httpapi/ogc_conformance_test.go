package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"wangge/internal/httpapi"
)

const (
	crs84    = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	epsg4490 = "http://www.opengis.net/def/crs/EPSG/0/4490"
	epsg4546 = "http://www.opengis.net/def/crs/EPSG/0/4546"
)

// ogc is a service under the abstract tests of the standards.
type ogc struct {
	*service
	t *testing.T
}

// read gets a path as JSON, which has to be there.
func (o ogc) read(path string, into any) answer {
	o.t.Helper()
	a := o.get(path)
	if a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Content-Type"), "json") {
		o.t.Fatalf("%s: %d %s %s", path, a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		o.t.Fatalf("%s: %v", path, err)
	}
	return a
}

func (o ogc) items(collection, query string) (f httpapi.OGCFeatures) {
	o.t.Helper()
	o.read("/ogc/collections/"+collection+"/items"+query, &f)
	return f
}

// refuses wants 400 for each address.
func (o ogc) refuses(paths ...string) {
	o.t.Helper()
	for _, path := range paths {
		if a := o.get(path); a.StatusCode != http.StatusBadRequest || a.code() == "" {
			o.t.Errorf("%s: %d %.200s, want 400 and a reason", path, a.StatusCode, a.body)
		}
	}
}

// linked wants a link of a relation and type, and that something is there.
func (o ogc) linked(links []httpapi.OGCLink, rel, mediaType string) string {
	o.t.Helper()
	for _, l := range links {
		if l.Rel != rel || l.Type != mediaType {
			continue
		}
		u, err := url.Parse(l.Href)
		if err != nil || !u.IsAbs() || !strings.HasPrefix(l.Href, o.http.URL) {
			o.t.Errorf("link %+v is not absolute and here", l)
			continue
		}
		a := o.get(u.RequestURI(), "Accept", mediaType)
		if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), mediaType) {
			o.t.Errorf("link %+v leads to %d %s", l, a.StatusCode, a.Header.Get("Content-Type"))
		}
		return u.RequestURI()
	}
	o.t.Errorf("no link %s of type %s among %+v", rel, mediaType, links)
	return ""
}

func (o ogc) typed(links []httpapi.OGCLink) {
	o.t.Helper()
	for _, l := range links {
		if l.Rel == "" || l.Type == "" || l.Href == "" {
			o.t.Errorf("link %+v lacks its relation, type or address", l)
		}
	}
}

// document is the API definition.
func (o ogc) document() map[string]any {
	o.t.Helper()
	var d map[string]any
	if a := o.read("/ogc/api", &d); a.Header.Get("Content-Type") != "application/vnd.oai.openapi+json;version=3.0" {
		o.t.Errorf("the definition is %s", a.Header.Get("Content-Type"))
	}
	return d
}

// parameter is a parameter of the items of a collection, as the definition has it.
func (o ogc) parameter(name string) map[string]any {
	o.t.Helper()
	get := o.document()["paths"].(map[string]any)["/collections/{collectionId}/items"].(map[string]any)["get"].(map[string]any)
	for _, p := range get["parameters"].([]any) {
		if p := p.(map[string]any); p["name"] == name {
			if p["in"] != "query" || p["required"] == true || p["style"] != "form" || p["explode"] != false {
				o.t.Errorf("%s is %v", name, p)
			}
			return p["schema"].(map[string]any)
		}
	}
	o.t.Fatalf("the definition has no %s", name)
	return nil
}

func codes(f httpapi.OGCFeatures) (list []string) {
	for _, one := range f.Features {
		list = append(list, one.Properties.Code)
	}
	return list
}

var collections = []string{"district", "subdistrict", "community", "grid", "compound"}

// abstractTests are the tests of Annex A of both standards, under their names.
// GML is not offered. says is what ours asserts.
var abstractTests = []struct {
	section, id, says string
	run               func(o ogc)
}{
	{"A.2.1", "/conf/core/http", "answers over HTTP/1.1, HEAD and 405 with Allow too", func(o ogc) {
		if a := o.get("/ogc"); a.ProtoMajor != 1 || a.StatusCode != 200 {
			o.t.Errorf("%s %d", a.Proto, a.StatusCode)
		}
		if a := o.do("HEAD", "/ogc/collections", ""); a.StatusCode != 200 || a.body != "" {
			o.t.Errorf("HEAD: %d %q", a.StatusCode, a.body)
		}
		if a := o.do("DELETE", "/ogc/collections", "", "Sec-Fetch-Site", "same-origin"); a.StatusCode != 405 || a.Header.Get("Allow") != "GET" {
			o.t.Errorf("DELETE: %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
		}
	}},
	{"A.2.1", "/conf/core/crs84", "positions without crs are longitude, latitude, as stored", func(o ogc) {
		f := o.items("grid", "?code=G14")
		if got, want := ringsOf(f.Features[0].Geometry.Coordinates), ringsIn(o.cells[14].Polygons()); !slices.Equal(got, want) {
			o.t.Errorf("%v, want %v", got, want)
		}
	}},
	{"A.2.2", "/conf/core/root-op", "GET /ogc is 200", func(o ogc) { o.get("/ogc").want(o.t, "/ogc", 200, "") }},
	{"A.2.2", "/conf/core/root-success", "links to definition, documentation, conformance and collections lead there", func(o ogc) {
		var l httpapi.OGCLanding
		o.read("/ogc", &l)
		o.linked(l.Links, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
		o.linked(l.Links, "service-doc", "text/html")
		o.linked(l.Links, "conformance", "application/json")
		o.linked(l.Links, "data", "application/json")
		o.typed(l.Links)
	}},
	{"A.2.3", "/conf/core/api-definition-op", "the definition that is linked is 200", func(o ogc) { o.document() }},
	{"A.2.3", "/conf/core/api-definition-success", "it is sound OpenAPI 3.0", func(o ogc) {
		text, _ := json.Marshal(o.document())
		doc, err := libopenapi.NewDocument(text)
		if err != nil {
			o.t.Fatal(err)
		}
		v, errs := validator.NewValidator(doc)
		if len(errs) > 0 {
			o.t.Fatal(errs)
		}
		if ok, found := v.ValidateDocument(); !ok {
			for _, e := range found {
				o.t.Errorf("%s %s %+v", e.Message, e.Reason, e.SchemaValidationErrors)
			}
		}
	}},
	{"A.2.4", "/conf/core/conformance-op", "GET /ogc/conformance is 200", func(o ogc) { o.get("/ogc/conformance").want(o.t, "conformance", 200, "") }},
	{"A.2.4", "/conf/core/conformance-success", "names the five classes that these tests are of", func(o ogc) {
		var c httpapi.OGCConformance
		o.read("/ogc/conformance", &c)
		for _, class := range []string{"1/1.0/conf/core", "1/1.0/conf/geojson", "1/1.0/conf/html", "1/1.0/conf/oas30", "2/1.0/conf/crs"} {
			if !slices.Contains(c.ConformsTo, "http://www.opengis.net/spec/ogcapi-features-"+class) {
				o.t.Errorf("%v lacks %s", c.ConformsTo, class)
			}
		}
		if len(c.ConformsTo) != 5 {
			o.t.Errorf("%v", c.ConformsTo)
		}
	}},
	{"A.2.5", "/conf/core/fc-md-op", "GET /ogc/collections is 200", func(o ogc) { o.get("/ogc/collections").want(o.t, "collections", 200, "") }},
	{"A.2.5", "/conf/core/fc-md-success", "lists the five levels, each with id and links", func(o ogc) {
		var ids []string
		for _, c := range o.all().Collections {
			ids = append(ids, c.ID)
			if len(c.Links) == 0 || c.Title == "" || c.ItemType != "feature" {
				o.t.Errorf("%+v", c)
			}
		}
		if !slices.Equal(ids, collections) {
			o.t.Errorf("%v", ids)
		}
	}},
	{"A.2.5", "/conf/core/fc-md-links", "self and alternate, all links with relation and type", func(o ogc) {
		all := o.all()
		o.linked(all.Links, "self", "application/json")
		o.linked(all.Links, "alternate", "text/html")
		o.typed(all.Links)
	}},
	{"A.2.5", "/conf/core/fc-md-items", "every collection is described alike where it stands alone", func(o ogc) {
		for _, c := range o.all().Collections {
			var one httpapi.OGCCollection
			o.read("/ogc/collections/"+c.ID, &one)
			if c.Links, one.Links = nil, nil; !sameJSON(c, one) {
				o.t.Errorf("%+v and %+v", c, one)
			}
		}
	}},
	{"A.2.5", "/conf/core/fc-md-items-links", "links to the features in both forms lead there", func(o ogc) {
		for _, c := range o.all().Collections {
			o.linked(c.Links, "items", "application/geo+json")
			o.linked(c.Links, "items", "text/html")
			o.typed(c.Links)
		}
	}},
	{"A.2.5", "/conf/core/fc-md-extent", "every position lies in the extent; it begins with the first day", func(o ogc) {
		for _, c := range o.all().Collections {
			f := o.items(c.ID, "?limit=10000")
			if len(f.Features) == 0 {
				if c.Extent != nil {
					o.t.Errorf("%s is empty and reaches %+v", c.ID, c.Extent)
				}
				continue
			}
			b, tight := c.Extent.Spatial.Bbox[0], [4]float64{180, 90, -180, -90}
			for _, one := range f.Features {
				for _, p := range positions(one.Geometry.Coordinates) {
					tight = [4]float64{min(tight[0], p[0]), min(tight[1], p[1]), max(tight[2], p[0]), max(tight[3], p[1])}
				}
			}
			if b != tight || c.Extent.Spatial.Crs != crs84 {
				o.t.Errorf("%s reaches %v, its features %v", c.ID, b, tight)
			}
			if i := c.Extent.Temporal.Interval[0]; i[0] == nil || *i[0] != "2026-01-01T00:00:00+08:00" || i[1] != nil {
				o.t.Errorf("%s: %v", c.ID, i)
			}
		}
	}},
	{"A.2.6", "/conf/core/sfc-md-op", "GET of each collection is 200, of another 404", func(o ogc) {
		for _, c := range collections {
			o.get("/ogc/collections/"+c).want(o.t, c, 200, "")
		}
		o.get("/ogc/collections/street").want(o.t, "street", 404, "no_such_collection")
		o.get("/ogc/collections/street/items").want(o.t, "street", 404, "no_such_collection")
	}},
	{"A.2.6", "/conf/core/sfc-md-success", "its links lead to itself, its page and its features", func(o ogc) {
		var c httpapi.OGCCollection
		o.read("/ogc/collections/grid", &c)
		o.linked(c.Links, "self", "application/json")
		o.linked(c.Links, "alternate", "text/html")
		o.linked(c.Links, "items", "application/geo+json")
	}},
	{"A.2.7", "/conf/core/fc-op", "GET of the features of each collection is 200", func(o ogc) {
		for _, c := range collections {
			o.items(c, "")
		}
	}},
	{"A.2.7", "/conf/core/fc-bbox-definition", "bbox is an array of four or six numbers with commas", func(o ogc) {
		p := o.parameter("bbox")
		if p["type"] != "array" || p["minItems"] != 4.0 || p["maxItems"] != 6.0 || len(p["oneOf"].([]any)) != 2 || p["items"].(map[string]any)["type"] != "number" {
			o.t.Errorf("%v", p)
		}
	}},
	{"A.2.7", "/conf/core/fc-bbox-response", "exactly the features that meet the box, also with heights, across the antimeridian and along an edge", testBbox},
	{"A.2.7", "/conf/core/fc-limit-definition", "limit is an integer from 1 to 10000, usually 100", func(o ogc) {
		if p := o.parameter("limit"); p["type"] != "integer" || p["minimum"] != 1.0 || p["maximum"] != 10000.0 || p["default"] != 100.0 {
			o.t.Errorf("%v", p)
		}
	}},
	{"A.2.7", "/conf/core/fc-limit-response", "no more than asked for; more than 10000 counts as that; not positive is 400", func(o ogc) {
		for query, want := range map[string]int{"?limit=1": 1, "?limit=36": 36, "": 37, "?limit=10000": 37, "?limit=999999999999999999999": 37} {
			if got := len(o.items("grid", query).Features); got != want {
				o.t.Errorf("%q: %d features", query, got)
			}
		}
		for _, bad := range []string{"0", "-1", "x", "1.5", "", "1e3", "+5x"} {
			o.refuses("/ogc/collections/grid/items?limit=" + bad)
		}
	}},
	{"A.2.7", "/conf/core/fc-time-definition", "datetime is a string", func(o ogc) {
		if p := o.parameter("datetime"); p["type"] != "string" {
			o.t.Errorf("%v", p)
		}
	}},
	{"A.2.7", "/conf/core/fc-time-response", "instants, intervals and open ends choose the boundaries in force at the last moment", testDatetime},
	{"A.2.7", "/conf/core/query-param-unknown", "a parameter that the definition lacks is 400 everywhere", func(o ogc) {
		for _, path := range []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/grid", "/ogc/collections/grid/items", "/ogc/collections/grid/items/" + o.items("grid", "").Features[0].ID} {
			o.refuses(path + "?unknown=1")
		}
	}},
	{"A.2.7", "/conf/core/query-param-invalid", "bad values and repeated parameters are 400", func(o ogc) {
		at := "/ogc/collections/grid/items"
		o.refuses(at+"?bbox=1,2,3", at+"?bbox=1,2,3,x", at+"?bbox=1,2,3,1", at+"?bbox=1,2,3,4,5", at+"?bbox=1,2,9,3,4,5", at+"?bbox=NaN,2,3,4", at+"?bbox=", at+"?bbox=1e999,2,3,4",
			at+"?limit=2&limit=3", at+"?cursor=!", at+"?cursor=QQ", at+"?f=xml", "/ogc?f=xml", at+"?code=G14&code=G15", at+"?bbox=1;2", "/ogc?f=json&f=html")
	}},
	{"A.2.7", "/conf/core/fc-response", "a FeatureCollection of what the filters ask for, each by itself and together", func(o ogc) {
		for query, want := range map[string]string{
			"?code=G14": "G14", "?code=g14": "", "?name=" + url.QueryEscape("第14网格"): "G14", "?kind=dedicated": "PARK", "?parent=none": "", "?district=150102&code=G00": "G00",
			"?district=150103": "", "?code=G14&kind=dedicated": "", "?code=PARK&kind=dedicated": "PARK", "?parent=SW&code=G00": "G00", "?parent=NE&code=G00": "", "?name=": "",
		} {
			f := o.items("grid", query)
			if f.Type != "FeatureCollection" || strings.Join(codes(f), ",") != want {
				o.t.Errorf("%s: %v", query, codes(f))
			}
		}
		if f := o.items("grid", "?parent=SW"); len(f.Features) == 0 || slices.ContainsFunc(f.Features, func(p httpapi.OGCPlainItem) bool { return *p.Properties.Parent != "SW" }) {
			o.t.Errorf("%v", codes(f))
		}
		if f := o.items("grid", "?kind=basic&limit=10000"); f.NumberMatched != 36 {
			o.t.Errorf("%d basic grids", f.NumberMatched)
		}
	}},
	{"A.2.7", "/conf/core/fc-links", "self, alternate, collection; next links lead through all features, once each, and end", func(o ogc) {
		f := o.items("grid", "?limit=5&kind=basic")
		o.linked(f.Links, "self", "application/geo+json")
		o.linked(f.Links, "alternate", "text/html")
		o.linked(f.Links, "collection", "application/json")
		o.typed(f.Links)
		all := codes(f)
		for hasNext(f.Links) {
			next := o.linked(f.Links, "next", "application/geo+json")
			f = httpapi.OGCFeatures{}
			o.read(next, &f)
			if f.NumberMatched != 36 || len(f.Features) > 5 || len(all) > 40 {
				o.t.Fatalf("%s: %d of %d", next, len(f.Features), f.NumberMatched)
			}
			all = append(all, codes(f)...)
		}
		if len(all) != 36 || !slices.IsSorted(all) || len(slices.Compact(all)) != 36 {
			o.t.Errorf("%v", all)
		}
	}},
	{"A.2.7", "/conf/core/fc-timeStamp", "timeStamp is now", func(o ogc) {
		if f := o.items("grid", "?limit=1"); time.Since(f.TimeStamp).Abs() > time.Minute {
			o.t.Errorf("%v", f.TimeStamp)
		}
	}},
	{"A.2.7", "/conf/core/fc-numberMatched", "numberMatched counts what the filters ask for, on every page", func(o ogc) {
		if f := o.items("grid", "?limit=2"); f.NumberMatched != 37 {
			o.t.Errorf("%d", f.NumberMatched)
		}
	}},
	{"A.2.7", "/conf/core/fc-numberReturned", "numberReturned counts the features of the page", func(o ogc) {
		if f := o.items("grid", "?limit=2"); f.NumberReturned != 2 || len(f.Features) != 2 {
			o.t.Errorf("%d", f.NumberReturned)
		}
	}},
	{"A.2.8", "/conf/core/f-op", "GET of each feature is 200; of none, or in another collection, 404", func(o ogc) {
		for _, f := range o.items("compound", "").Features {
			o.get("/ogc/collections/compound/items/"+f.ID).want(o.t, f.ID, 200, "")
			o.get("/ogc/collections/grid/items/"+f.ID).want(o.t, f.ID, 404, "no_such_feature")
		}
		for _, none := range []string{"G14", "00000000-0000-0000-0000-000000000000", "%2e%2e"} {
			o.get("/ogc/collections/grid/items/"+none).want(o.t, none, 404, "")
		}
	}},
	{"A.2.8", "/conf/core/f-success", "a feature by itself says what it says on a page", func(o ogc) {
		for _, f := range o.items("grid", "").Features {
			var one httpapi.OGCFeature
			o.read("/ogc/collections/grid/items/"+f.ID, &one)
			if one.ID != f.ID || one.Type != "Feature" || !sameJSON(one.Geometry, f.Geometry) || !sameJSON(one.Properties, f.Properties) {
				o.t.Errorf("%+v and %+v", one, f)
			}
		}
	}},
	{"A.2.8", "/conf/core/f-links", "self, alternate and collection lead there", func(o ogc) {
		var one httpapi.OGCFeature
		o.read("/ogc/collections/grid/items/"+o.items("grid", "?code=G14").Features[0].ID, &one)
		o.linked(one.Links, "self", "application/geo+json")
		o.linked(one.Links, "alternate", "text/html")
		o.linked(one.Links, "collection", "application/json")
		o.typed(one.Links)
	}},
	{"A.3", "/conf/geojson/definition", "features come as application/geo+json, the rest as application/json", func(o ogc) {
		for path, want := range map[string]string{"/ogc": "application/json", "/ogc/conformance": "application/json", "/ogc/collections": "application/json", "/ogc/collections/grid": "application/json",
			"/ogc/collections/grid/items": "application/geo+json", "/ogc/collections/grid/items/" + o.items("grid", "").Features[0].ID: "application/geo+json"} {
			for _, accept := range []string{"", "*/*", "application/geo+json", "application/json, text/html;q=0.5"} {
				if got := o.get(path, "Accept", accept).Header.Get("Content-Type"); got != want {
					o.t.Errorf("%s for %q: %s", path, accept, got)
				}
			}
		}
	}},
	{"A.3", "/conf/geojson/content", "rings are closed, outer ones counter-clockwise, holes clockwise (RFC 7946)", func(o ogc) {
		for _, c := range collections {
			for _, f := range o.items(c, "?limit=10000").Features {
				if f.Geometry.Type != "MultiPolygon" || f.Type != "Feature" {
					o.t.Errorf("%+v", f)
				}
				for _, polygon := range f.Geometry.Coordinates {
					for i, r := range polygon {
						if len(r) < 4 || r[0] != r[len(r)-1] || (doubled(r) > 0) != (i == 0) {
							o.t.Errorf("%s: ring %d of %d positions, twice the area %g", f.Properties.Code, i, len(r), doubled(r))
						}
					}
				}
			}
		}
	}},
	{"A.5", "/conf/html/definition", "every path has a page, by Accept and by f=html", func(o ogc) {
		for _, path := range o.pages() {
			for _, a := range []answer{o.get(path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), o.get(path + "?f=html")} {
				if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
					o.t.Errorf("%s: %d %s", path, a.StatusCode, a.Header.Get("Content-Type"))
				}
			}
		}
	}},
	{"A.5", "/conf/html/content", "pages hold what the JSON says, with links on, and no script", func(o ogc) {
		for path, words := range map[string][]string{
			"/ogc": {"/ogc/collections", "/ogc/api", "/ogc/conformance", "ogrinfo OAPIF:" + o.http.URL + "/ogc"}, "/ogc/conformance": {"conf/core", "conf/crs"},
			"/ogc/collections": {"网格", "37"}, "/ogc/collections/grid": {"parent_name", "111."}, "/ogc/api": {"/ogc/collections/{collectionId}/items", "bbox"},
			"/ogc/collections/grid/items": {"G14", "PARK", "<svg", "/ogc/collections/grid/items/"},
			"/ogc/collections/grid/items/" + o.items("grid", "?code=G14").Features[0].ID: {"G14", "第14网格", "/?a=150102%2Fgrid%2FG14", "/api/v1/districts/150102/areas/grid/G14", "<svg"},
		} {
			page := o.get(path + "?f=html").body
			for _, w := range append(words, `lang="zh-CN"`, `href="/page.css"`, "f=json") {
				if !strings.Contains(page, w) {
					o.t.Errorf("%s lacks %s", path, w)
				}
			}
			if strings.Contains(page, "<script") || strings.Contains(page, "ZgotmplZ") {
				o.t.Errorf("%s holds a script, or something that the template refused", path)
			}
		}
	}},
	{"A.6", "/conf/oas30/completeness", "the definition holds every path of the service, and no other", func(o ogc) {
		var paths []string
		for p := range o.document()["paths"].(map[string]any) {
			paths = append(paths, p)
		}
		slices.Sort(paths)
		if want := []string{"/", "/api", "/collections", "/collections/{collectionId}", "/collections/{collectionId}/items", "/collections/{collectionId}/items/{featureId}", "/conformance"}; !slices.Equal(paths, want) {
			o.t.Errorf("%v", paths)
		}
	}},
	{"A.6", "/conf/oas30/exceptions-codes", "it names the codes that are answered", func(o ogc) {
		for path, item := range o.document()["paths"].(map[string]any) {
			r := item.(map[string]any)["get"].(map[string]any)["responses"].(map[string]any)
			for _, status := range []string{"200", "304", "400", "401", "403", "429", "503"} {
				if r[status] == nil {
					o.t.Errorf("%s lacks %s", path, status)
				}
			}
			if strings.Contains(path, "{") && r["404"] == nil {
				o.t.Errorf("%s lacks 404", path)
			}
		}
	}},
	{"A.6", "/conf/oas30/oas-definition-1", "service-desc is OpenAPI 3.0 in JSON, service-doc a page", func(o ogc) {
		var l httpapi.OGCLanding
		o.read("/ogc", &l)
		o.linked(l.Links, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
		o.linked(l.Links, "service-doc", "text/html")
	}},
	{"A.6", "/conf/oas30/oas-definition-2", "it says 3.0 and where the service is", func(o ogc) {
		d := o.document()
		if v, _ := d["openapi"].(string); !strings.HasPrefix(v, "3.0.") || d["servers"].([]any)[0].(map[string]any)["url"] != o.http.URL+"/ogc" {
			o.t.Errorf("%v %v", d["openapi"], d["servers"])
		}
	}},
	{"A.6", "/conf/oas30/oas-impl", "answers follow the schemas of the definition", func(o ogc) {
		text, _ := json.Marshal(o.document())
		doc, err := libopenapi.NewDocument(text)
		if err != nil {
			o.t.Fatal(err)
		}
		v, errs := validator.NewValidator(doc)
		if len(errs) > 0 {
			o.t.Fatal(errs)
		}
		for _, path := range o.pages() {
			a := o.get(path)
			r, _ := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.http.URL+path, nil)
			a.Body = readCloser{strings.NewReader(a.body)}
			if ok, found := v.ValidateHttpResponse(r, a.Response); !ok && path != "/ogc" && path != "/ogc/api" {
				for _, e := range found {
					o.t.Errorf("%s: %s: %s %+v", path, e.Message, e.Reason, e.SchemaValidationErrors)
				}
			}
		}
	}},
	{"A.6", "/conf/oas30/security", "it says that a key may be needed, and how to send it", func(o ogc) {
		d := o.document()
		scheme := d["components"].(map[string]any)["securitySchemes"].(map[string]any)["key"].(map[string]any)
		if scheme["type"] != "http" || scheme["scheme"] != "bearer" || len(d["security"].([]any)) != 2 {
			o.t.Errorf("%v %v", d["security"], scheme)
		}
	}},
	{"A.1", "/conf/crs/crs-uri", "systems are named by the URIs of the OGC", func(o ogc) {
		all := o.all()
		for _, c := range all.Collections {
			if !slices.Equal(c.Crs, []string{crs84, epsg4490, epsg4546}) || !slices.Equal(all.Crs, c.Crs) {
				o.t.Errorf("%v", c.Crs)
			}
		}
	}},
	{"A.1", "/conf/crs/default-crs", "CRS84 is among them", func(o ogc) {
		for _, c := range o.all().Collections {
			if !slices.Contains(c.Crs, crs84) {
				o.t.Errorf("%v", c.Crs)
			}
		}
	}},
	{"A.1", "/conf/crs/storageCrs", "storageCrs is one of them", func(o ogc) {
		for _, c := range o.all().Collections {
			if c.StorageCrs != epsg4490 || !slices.Contains(c.Crs, c.StorageCrs) {
				o.t.Errorf("%v", c.StorageCrs)
			}
		}
	}},
	{"A.2", "/conf/crs/crs-parameter", "each system is answered, and named in Content-Crs", func(o ogc) {
		for _, crs := range []string{crs84, epsg4490, epsg4546} {
			for _, path := range []string{"/ogc/collections/grid/items", "/ogc/collections/grid/items/" + o.items("grid", "").Features[0].ID} {
				a := o.get(path + "?crs=" + url.QueryEscape(crs))
				if a.StatusCode != 200 || a.Header.Get("Content-Crs") != "<"+crs+">" {
					o.t.Errorf("%s in %s: %d %s", path, crs, a.StatusCode, a.Header.Get("Content-Crs"))
				}
			}
		}
	}},
	{"A.2", "/conf/crs/crs-parameter-invalid", "another system is 400", func(o ogc) {
		at := "/ogc/collections/grid/items"
		o.refuses(at+"?crs=http://www.opengis.net/def/crs/EPSG/0/3857", at+"?crs=", at+"?crs=EPSG:4490", at+"/"+o.items("grid", "").Features[0].ID+"?crs=x")
	}},
	{"A.2", "/conf/crs/crs-parameter-default", "without crs the answer is in CRS84", func(o ogc) {
		if a := o.get("/ogc/collections/grid/items?limit=1"); a.Header.Get("Content-Crs") != "<"+crs84+">" {
			o.t.Errorf("%s", a.Header.Get("Content-Crs"))
		}
	}},
	{"A.2", "/conf/crs/crs-parameter-transform", "latitude first in EPSG:4490; northing, easting in EPSG:4546 as PostGIS computes them", testTransform},
	{"A.2", "/conf/crs/bbox-crs-parameter", "one box in each system finds the same features", testBboxCrs},
	{"A.2", "/conf/crs/bbox-crs-parameter-invalid", "another system is 400", func(o ogc) {
		at := "/ogc/collections/grid/items?bbox=1,2,3,4&bbox-crs="
		o.refuses(at+"http://www.opengis.net/def/crs/EPSG/0/3857", at, at+"x", at+epsg4546+"&bbox=9,2,3,4")
	}},
	{"A.2", "/conf/crs/bbox-crs-parameter-default", "without bbox-crs the box is in CRS84, whatever crs is", func(o ogc) {
		p := o.cells[14].LabelPoint()
		box := fmt.Sprintf("?bbox=%.7f,%.7f,%.7f,%.7f", p.Lon(), p.Lat(), p.Lon(), p.Lat())
		for _, crs := range []string{"", crs84, epsg4490, epsg4546} {
			query := box
			if crs != "" {
				query += "&crs=" + url.QueryEscape(crs)
			}
			if got := codes(o.items("grid", query)); !slices.Equal(got, []string{"G14"}) {
				o.t.Errorf("%s: %v", query, got)
			}
		}
	}},
}

func (o ogc) all() (c httpapi.OGCCollections) {
	o.t.Helper()
	o.read("/ogc/collections", &c)
	return c
}

// pages are one address of each operation.
func (o ogc) pages() []string {
	o.t.Helper()
	return []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/grid", "/ogc/collections/grid/items", "/ogc/collections/grid/items/" + o.items("grid", "").Features[0].ID}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func hasNext(links []httpapi.OGCLink) bool {
	return slices.ContainsFunc(links, func(l httpapi.OGCLink) bool { return l.Rel == "next" })
}

func positions(c [][][][2]float64) (all [][2]float64) {
	for _, polygon := range c {
		for _, r := range polygon {
			all = append(all, r...)
		}
	}
	return all
}

func doubled(r [][2]float64) (twice float64) {
	for i := range len(r) - 1 {
		twice += (r[i][0]-r[0][0])*(r[i+1][1]-r[0][1]) - (r[i+1][0]-r[0][0])*(r[i][1]-r[0][1])
	}
	return twice
}

// TestOGCAbstractTests runs the abstract tests of OGC 17-069r4 and 18-058r1.
func TestOGCAbstractTests(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, tc := range abstractTests {
		t.Run(strings.TrimPrefix(tc.id, "/"), func(t *testing.T) { tc.run(ogc{s, t}) })
	}
}

const conformanceFile = "../../docs/ogc-conformance.md"

// TestOGCConformanceIsWritten holds docs/ogc-conformance.md to the tests.
func TestOGCConformanceIsWritten(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(conformanceFile)
	if err != nil {
		t.Fatal(err)
	}
	begin, stop := "<!-- tests -->\n", "<!-- end of tests -->"
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, sound := strings.Cut(rest, stop)
	if !ok || !sound || !strings.Contains(head, "not certified: the executable test suite of OGC was not run") {
		t.Fatalf("%s lacks its marks, or does not say what it is not", conformanceFile)
	}
	var b strings.Builder
	b.WriteString("| standard | section | test | asserts | result | Go test |\n| --- | --- | --- | --- | --- | --- |\n")
	seen := map[string]bool{}
	for _, tc := range abstractTests {
		standard := "17-069r4"
		if strings.HasPrefix(tc.id, "/conf/crs/") {
			standard = "18-058r1"
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s | passes | `TestOGCAbstractTests%s` |\n", standard, tc.section, tc.id, tc.says, tc.id)
		if seen[tc.id] || tc.run == nil || tc.says == "" {
			t.Errorf("%s stands twice or says nothing", tc.id)
		}
		seen[tc.id] = true
	}
	want := head + begin + b.String() + stop + tail
	if *update {
		if err := os.WriteFile(conformanceFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("%s is not what the tests say: run go test ./internal/httpapi -run ConformanceIsWritten -update", conformanceFile)
	}
}
