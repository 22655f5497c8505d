package httpapi_test

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

var tags = regexp.MustCompile(`<[^>]*>`)

// scalars lists every value of JSON as it is written there.
func scalars(t *testing.T, body string) (all []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %.100s", err, body)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		case string:
			all = append(all, v)
		case json.Number:
			all = append(all, v.String())
		case bool:
			all = append(all, map[bool]string{true: "true", false: "false"}[v])
		}
	}
	walk(v)
	return all
}

// TestPagesSayWhatTheJSONSays: from a browser every answer of the API is a page
// with the same values, errors too; programs get JSON as ever.
func TestPagesSayWhatTheJSONSays(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "蒙S(2026)001号" })
	s.load()
	s.fill("2026-02")
	u := s.user("admin", s.at(policy.SysAdmin, ""), s.at(policy.SecAdmin, ""), s.at(policy.Steward, "150102"), s.at(policy.Auditor, ""))
	areas := "/api/v1/districts/150102/areas"
	for path, links := range map[string][]string{
		"/api/v1/districts":                             {areas + "/district/150102"},
		areas + "?level=grid&limit=5":                   {areas + "/grid/G00", areas + "/community/SW", "cursor="},
		areas + "/grid/G14":                             {areas + "/community/"},
		areas + "/grid/G14/geometry":                    {areas + "/grid/G14"},
		areas + "/grid/G14/neighbours":                  {areas + "/grid/"},
		areas + "/grid/G14/history":                     nil,
		areas + "/compound/C1":                          nil,
		"/api/v1/areas?codes=G14,none,C1":               {areas + "/grid/G14", areas + "/compound/C1"},
		"/api/v1/areas/geometry?codes=G14,none,C1":      {areas + "/grid/G14"},
		"/api/v1/locate?lon=111.61&lat=40.85":           {areas + "/grid/"},
		"/api/v1/districts/150102/timeline":             nil,
		"/api/v1/editions":                              {"/api/v1/editions/150102/2026-01"},
		"/api/v1/editions/150102/2026-01/findings":      nil,
		"/api/v1/people":                                {"/api/v1/people/" + u.id.String()},
		"/api/v1/people/" + u.id.String():               nil,
		"/api/v1/session":                               nil,
		"/api/v1/permissions?district=150102&area=SW":   nil,
		"/api/v1/audit":                                 nil,
		"/api/v1/districts/none/timeline":               nil,
		areas + "?level=street":                         nil,
		"/api/v1/nothing/at/all":                        nil,
		"/api/v1/locate?lon=x&lat=1":                    nil,
		"/api/v1/editions/150102/2026-01?f=json":        nil,
		"/api/v1/editions/150102/2026-01/lineage?f=xml": nil,
	} {
		data := u.get(path, "Accept", "application/json")
		if !strings.Contains(data.Header.Get("Content-Type"), "json") || !strings.Contains(data.Header.Get("Vary"), "Accept") {
			t.Errorf("%s: %s, Vary %q", path, data.Header.Get("Content-Type"), data.Header.Get("Vary"))
		}
		for _, accept := range []string{"", "*/*", "application/json, text/plain, */*", "application/geo+json", "text/html;q=0.5, application/json", "text/event-stream"} {
			if a := u.get(path, "Accept", accept); a.Header.Get("Content-Type") != data.Header.Get("Content-Type") || a.StatusCode != data.StatusCode {
				t.Errorf("%s for %q: %s", path, accept, a.Header.Get("Content-Type"))
			}
		}
		page := u.get(path, "Accept", browser)
		if strings.Contains(path, "f=json") {
			if page.body != data.body {
				t.Errorf("%s from a browser: %s", path, page.body)
			}
			continue
		}
		if page.StatusCode != data.StatusCode || page.Header.Get("Content-Type") != "text/html; charset=utf-8" || page.Header.Get("Cache-Control") != data.Header.Get("Cache-Control") || !strings.Contains(page.Header.Get("Vary"), "Accept") {
			t.Errorf("%s: %d %v", path, page.StatusCode, page.Header)
		}
		text := html.UnescapeString(tags.ReplaceAllString(page.body, " "))
		for _, v := range scalars(t, data.body) {
			if !strings.Contains(text, v) {
				t.Errorf("the page of %s lacks %q", path, v)
			}
		}
		for _, l := range append(links, "f=json", `lang="zh-CN"`, "蒙S(2026)001号") {
			if !strings.Contains(html.UnescapeString(page.body), l) {
				t.Errorf("the page of %s lacks %s", path, l)
			}
		}
		for _, l := range regexp.MustCompile(`href="(/api/[^"]*)"`).FindAllStringSubmatch(page.body, -1) {
			if a := u.get(html.UnescapeString(l[1]), "Accept", "application/json"); a.StatusCode != 200 && a.StatusCode != data.StatusCode {
				t.Errorf("%s leads to %s: %d", path, l[1], a.StatusCode)
			}
		}
		if named := u.get(path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "f=html"); !strings.Contains(path, "f=") && (named.StatusCode != page.StatusCode || !strings.HasPrefix(named.body, "<!doctype html>")) {
			t.Errorf("%s with f=html: %d", path, named.StatusCode)
		}
	}
	if a := u.get(areas+"/grid/G14", "Accept", browser, "Accept-Language", "en"); !strings.Contains(a.body, `lang="en"`) || !strings.Contains(a.body, "One area") {
		t.Errorf("in English: %s", a.body)
	}
	if a := s.get("/api/v1/people", "Accept", browser); a.StatusCode != 401 || !strings.Contains(a.body, "sign_in_needed") || !strings.Contains(a.body, `href="/sign-in"`) {
		t.Errorf("a stranger: %d %s", a.StatusCode, a.body)
	}
	if a := s.get(areas+"/grid/G14/geometry", "Accept", browser); a.StatusCode != 200 || precise.MatchString(a.body) {
		t.Errorf("a stranger's page is exact: %s", precise.FindString(a.body))
	}
	// Files stay files, and writes and tiles are as they were.
	file := u.get("/api/v1/editions/150102/2026-01/export?level=grid", "Accept", browser)
	if file.Header.Get("Content-Disposition") == "" || !strings.HasPrefix(file.body, `{"type":"FeatureCollection"`) {
		t.Errorf("an export from a browser: %v %.100s", file.Header, file.body)
	}
	if a := u.do("POST", "/api/v1/editions", `{"name":"2026-02"}`, "Accept", browser); a.code() != "edition_exists" {
		t.Errorf("a write from a browser: %s", a.body)
	}
	if a := u.get("/tiles/grid.json", "Accept", browser); a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s", a.Header.Get("Content-Type"))
	}
	style := s.get("/page.css")
	if style.StatusCode != 200 || !strings.HasPrefix(style.Header.Get("Content-Type"), "text/css") || !strings.Contains(style.body, "prefers-color-scheme: dark") {
		t.Errorf("the stylesheet: %d %s", style.StatusCode, style.Header.Get("Content-Type"))
	}
	if a := s.do("HEAD", "/api/v1/districts", "", "Accept", browser); a.StatusCode != 200 || a.body != "" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("HEAD: %d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
}

// TestAreasByTheDozen: areas come in the order of their codes, what is not there
// or not clear is named.
func TestAreasByTheDozen(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	const areas = "/api/v1/areas?codes="
	read := func(path string) (b httpapi.BulkAreas) {
		t.Helper()
		s.json(path, &b)
		return b
	}
	names := func(b httpapi.BulkAreas) (list []string) {
		for _, a := range b.Areas {
			list = append(list, a.Level+" "+a.Code)
		}
		return list
	}
	b := read(areas + "G14,none,%20C1,SW,G14,150102,PARK,")
	if !slices.Equal(names(b), []string{"grid G14", "compound C1", "community SW", "district 150102", "grid PARK"}) || !slices.Equal(b.Missing, []string{"none"}) || len(b.Ambiguous) != 0 {
		t.Errorf("%+v", b)
	}
	var one httpapi.Area
	s.json("/api/v1/districts/150102/areas/grid/G14", &one)
	if !sameJSON(one, b.Areas[0]) {
		t.Errorf("%+v, alone %+v", b.Areas[0], one)
	}
	if b := read(areas + "G14,C1&level=grid&district=150102"); !slices.Equal(names(b), []string{"grid G14"}) || !slices.Equal(b.Missing, []string{"C1"}) {
		t.Errorf("%+v", b)
	}
	if b := read(areas + "G14&at=2025-06-01"); len(b.Areas) != 0 || !slices.Equal(b.Missing, []string{"G14"}) {
		t.Errorf("%+v", b)
	}
	var shapes struct {
		Type     string
		Features []struct {
			Properties struct{ Code string }
			Geometry   struct{ Coordinates [][][][2]float64 }
		}
		Missing []string
	}
	a := s.get("/api/v1/areas/geometry?codes=G20,none,G14")
	if err := json.Unmarshal([]byte(a.body), &shapes); err != nil || a.Header.Get("Content-Type") != "application/geo+json" || shapes.Type != "FeatureCollection" || len(shapes.Features) != 2 || !slices.Equal(shapes.Missing, []string{"none"}) {
		t.Fatalf("%v %s %.200s", err, a.Header.Get("Content-Type"), a.body)
	}
	if got, want := ringsOf(shapes.Features[1].Geometry.Coordinates), ringsIn(s.cells[14].Polygons()); shapes.Features[1].Properties.Code != "G14" || !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	many := strings.TrimSuffix(strings.Repeat("x,", 501), ",")
	for path, code := range map[string]string{areas: "missing_codes", "/api/v1/areas": "missing_codes", areas + many: "too_many_codes", areas + "G14&level=street": "unknown_level", areas + "G14&at=soon": "bad_date", "/api/v1/areas/geometry?codes=" + many: "too_many_codes"} {
		s.get(path).want(t, path[:min(60, len(path))], 400, code)
	}
	s.get(areas+"G14&district=none").want(t, "another district", 404, "no_such_district")
	if b := read(areas + strings.TrimSuffix(strings.Repeat("x,", 500), ",")); !slices.Equal(b.Missing, []string{"x"}) {
		t.Errorf("%+v", b)
	}
}

// TestPagesDoNotHoldStreams: what is no JSON is passed on as it comes.
func TestPagesDoNotHoldStreams(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.http.URL+"/api/v1/audit/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", browser)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || strings.Contains(string(body), "<!doctype") {
		t.Errorf("%v %d %.100s", err, resp.StatusCode, body)
	}
}
