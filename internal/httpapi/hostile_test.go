package httpapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// TestOddHeadersHarmNobody: whatever stands in Accept and Accept-Encoding, an
// answer comes as usual, and nothing is done whose answer then fails.
func TestOddHeadersHarmNobody(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, accept := range []string{"a;,b", "application/json;,text/plain", "text/html;,x", "*/*;,*/*;q=0.1", ",;,;q=", ";;;,,", "text/html;q=x", strings.Repeat("a;,", 500)} {
		for _, path := range []string{"/api/v1/districts", "/api/v1/locate?lon=111.7&lat=40.89", "/tiles/grid.json", "/healthz", "/ogc", "/ogc/conformance", "/"} {
			s.get(path, "Accept", accept).want(t, accept+" "+path, 200, "")
		}
		s.get("/ogc?f=x", "Accept", accept).want(t, accept, 400, "")
		s.get("/api/v1/areas/none", "Accept", accept).want(t, accept, 404, "")
		s.do("POST", "/api/v1/summaries", `{"polygon":{"type":"Polygon","coordinates":[[[111.6,40.8],[111.7,40.8],[111.7,40.9],[111.6,40.8]]]}}`,
			"Accept", accept, "Content-Type", "application/json").want(t, accept, 200, "")
	}
	path := tileAt("/tiles/grid/{z}/{x}/{y}.mvt", 11, 111.7, 40.89)
	for encoding, packed := range map[string]bool{"gzip": true, "gzip;q=0.000": false, "*, gzip;q=0": false, "*": true, "br": false, "gzip; q=1.0": true, "": false} {
		if got := s.get(path, "Accept-Encoding", encoding).Header.Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("Accept-Encoding %q: packed is %v", encoding, got)
		}
	}
	if a := s.get("/ogc/collections/?f=json"); a.StatusCode != 308 || a.Header.Get("Location") != "/ogc/collections?f=json" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	a := s.do("POST", "/api/v1/summaries", `{"polygon":{"type":"Polygon","coordinates":[[[`+strings.Repeat("1", 100_000)+`]]]}}`, "Content-Type", "application/json")
	if a.StatusCode < 400 || a.StatusCode > 422 || len(a.body) > 1000 || strings.Contains(a.body, "json:") || strings.Contains(a.body, "Go value") {
		t.Errorf("%d with %d bytes: %.200s", a.StatusCode, len(a.body), a.body)
	}
	s.get("/api/v1/areas?codes=G14&codes=G15").want(t, "twice", 400, "repeated_parameter")
	s.get(path+"?at=2026-03-01&at=2026-04-01").want(t, "twice", 400, "repeated_parameter")
	s.do("POST", "/api/v1/summaries", "{}", "Content-Type", "application/json", "Content-Encoding", "gzip").want(t, "packed", 415, "packed_body")
	if a := s.get(path, "If-None-Match", "*"); a.StatusCode != 304 {
		t.Errorf("If-None-Match: *: %d", a.StatusCode)
	}
	for _, path := range []string{"/api/v1/districts?at=0001-01-01", "/api/v1/districts?known_at=0001-01-01", "/ogc/collections/grid/items?datetime=0001-01-01&f=json"} {
		s.get(path).want(t, path, 400, "")
	}
}

// TestStreamsAreRounded: strangers are not shown positions exactly by the ways
// on which answers are written piece by piece, and cannot feel for them with boxes.
func TestStreamsAreRounded(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "蒙S(2026)001号" })
	s.load()
	worker := s.user("worker", s.at(policy.Worker, "G00"))
	for kind, body := range map[string]string{"application/json": `{"points":[[111.3,40.85]]}`, "application/x-ndjson": "[111.3,40.85]\n"} {
		theirs := s.do("POST", "/api/v1/locate/batch", body, "Content-Type", kind)
		own := worker.do("POST", "/api/v1/locate/batch", body, "Content-Type", kind)
		theirs.want(t, kind, 200, "")
		if precise.MatchString(theirs.body) || !precise.MatchString(own.body) {
			t.Errorf("%s: a stranger gets %s, the worker %s", kind, theirs.body, own.body)
		}
	}
	// A box that ends within a metre of an area's edge finds what one ending on the rounded edge finds.
	var exact httpapi.Area
	if err := json.Unmarshal([]byte(worker.get("/api/v1/districts/150102/areas/grid/G14").body), &exact); err != nil {
		t.Fatal(err)
	}
	if exact.Source == "" || strings.Contains(s.get("/api/v1/districts/150102/areas/grid/G14").body, `"source"`) {
		t.Error("the worker does not see where an area was read from, or a stranger does")
	}
}
