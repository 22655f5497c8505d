package httpapi_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/httpapi"
	"wangge/internal/locate"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// loaded is one service for the tests that only read.
func loaded(t *testing.T) *service {
	t.Helper()
	s := start(t, pgtest.Database(t))
	s.load()
	return s
}

func TestLocate(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	at := s.cells[14].LabelPoint()
	var a locate.Answer
	s.json(fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lon(), at.Lat()), &a)
	if !a.Covered || a.Grid.Code != "G14" || a.Community == nil || a.District.Code != "150102" || a.Compound.Code != "C1" || !slices.Equal(a.Compounds, []string{"C1", "C2"}) ||
		a.Edition.Name != "2026-01" || a.Generation != 1 || a.StaleSince != nil {
		t.Errorf("answer %+v", a)
	}
	for form, body := range map[string]string{"application/json": fmt.Sprintf(`{"points":[[%.7f,%.7f]]}`, at.Lon(), at.Lat()), "text/csv": fmt.Sprintf("lon,lat\n%.7f,%.7f\n", at.Lon(), at.Lat())} {
		if b := s.do("POST", "/api/v1/locate/batch?at=2025-06-01", body, "Content-Type", form); b.StatusCode != 200 || strings.Contains(b.body, "G14") {
			t.Errorf("a batch about a day before: %d %s", b.StatusCode, b.body)
		}
	}
	lon, lat := geo.BD09.FromCGCS2000(at.Lon(), at.Lat())
	s.json(fmt.Sprintf("/api/v1/locate?crs=bd09&lon=%.9f&lat=%.9f", lon, lat), &a)
	if a.Grid.Code != "G14" {
		t.Errorf("in BD-09: %+v", a)
	}
	if got := s.get(fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lat(), at.Lon())); got.StatusCode != 400 || got.code() != "lat_lon_swapped" {
		t.Errorf("swapped: %d %s", got.StatusCode, got.body)
	}
	// Every answer of one place, by every door, names the same owner.
	point := fmt.Sprintf("[%.7f,%.7f]", at.Lon(), at.Lat())
	batch := s.do("POST", "/api/v1/locate/batch", `{"points":[`+point+`]}`, "Content-Type", "application/json")
	table := s.do("POST", "/api/v1/locate/batch", "lon,lat\n"+strings.Trim(point, "[]")+"\n", "Content-Type", "text/csv")
	lines := s.do("POST", "/api/v1/locate/batch", point+"\n", "Content-Type", "application/x-ndjson")
	if !strings.Contains(batch.body, `"code":"G14"`) || !strings.Contains(table.body, ",G14,C1") || !strings.Contains(lines.body, `"code":"G14"`) {
		t.Errorf("%s\n%s\n%s", batch.body, table.body, lines.body)
	}
}

// TestBadRequests is the corpus for positions, identifiers and the protocol.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	const areas = "/api/v1/districts/150102/areas"
	for _, tc := range []struct {
		path   string
		status int
		code   string
	}{
		{"/api/v1/locate", 400, "missing_number"},
		{"/api/v1/locate?lon=111", 400, "missing_number"},
		{"/api/v1/locate?lon=1e400&lat=1", 400, "not_finite"},
		{"/api/v1/locate?lon=-1e400&lat=1", 400, "not_finite"},
		{"/api/v1/locate?lon=NaN&lat=1", 400, "bad_number"},
		{"/api/v1/locate?lon=Infinity&lat=1", 400, "bad_number"},
		{"/api/v1/locate?lon=null&lat=1", 400, "bad_number"},
		{"/api/v1/locate?lon=true&lat=1", 400, "bad_number"},
		{"/api/v1/locate?lon=%22114.05%22&lat=1", 400, "bad_number"},
		{"/api/v1/locate?lon=0x6f&lat=40", 400, "bad_number"},
		{"/api/v1/locate?lon=1" + strings.Repeat("0", 20_000) + "&lat=1", 400, "bad_number"},
		{"/api/v1/locate?lon=111.6700000000000000000000000000000000000001&lat=40.9", 200, ""},
		{"/api/v1/locate?lon=-0.0&lat=5e-324", 200, ""},
		{"/api/v1/locate?lon=180&lat=90", 200, ""},
		{"/api/v1/locate?lon=-180&lat=-90", 200, ""},
		{"/api/v1/locate?lon=540&lat=0", 400, "out_of_range"},
		{"/api/v1/locate?lon=0&lat=91", 400, "out_of_range"},
		{"/api/v1/locate?lon=640412.315&lat=3457455.489", 400, "out_of_range"},
		{"/api/v1/locate?lon=0&lat=0", 200, ""},
		{"/api/v1/locate?lon=111&lat=40&crs=epsg:3857", 400, "unknown_crs"},
		{"/api/v1/locate?lon=111&lat=40&accuracy=-1", 400, "out_of_range"},
		{"/api/v1/locate?lon=111&lat=40&accuracy=1e300", 200, ""},
		{"/api/v1/locate?lon=111&lat=40&at=0000-01-01", 400, "bad_date"},
		{"/api/v1/locate?lon=111&lat=40&at=292277026596-01-01", 400, "bad_date"},
		{"/api/v1/locate?lon=111&lat=40&at=9999-12-31", 200, ""},
		{"/api/v1/locate?lon=111&lat=40&at=2026-02-30", 400, "bad_date"},
		{"/api/v1/locate?lon=111&lat=40&known_at=2026-06-30T23:59:60Z", 400, "bad_date"},
		{"/api/v1/locate?lon=111&lat=40&known_at=2026-06-30T23:59:59", 400, "bad_date"},
		{"/api/v1/locate?lon=111&lat=40&known_at=2026-06-30T23:59:59%2B14:00", 200, ""},
		{areas + "/grid/%00", 404, "not_found"},
		{"/api/v1/editions?district=%00", 400, "bad_text"},
		{"/api/v1/editions?district=%ff", 400, "bad_text"},
		{"/api/v1/editions/%00/x", 404, "not_found"},
		{"/api/v1/editions/150102/%ff/findings", 404, "not_found"},
		{"/api/v1/editions/150102/2026-01/diff?against=%00", 400, "bad_text"},
		{areas + "/grid/" + strings.Repeat("G", 5_000), 404, "no_such_area"},
		{areas + "/grid/%2e%2e%2f%2e%2e%2fetc", 404, ""},
		{areas + "/grid/G14'%20OR%201=1--", 404, "no_such_area"},
		{areas + "/Grid/G14", 400, "unknown_level"},
		{areas + "?level=grid&limit=-1", 400, "bad_limit"},
		{areas + "?level=grid&limit=0", 400, "bad_limit"},
		{areas + "?level=grid&limit=9223372036854775808", 400, "bad_limit"},
		{areas + "?level=grid&bbox=1,2,3", 400, "bad_bbox"},
		{areas + "?level=grid&bbox=NaN,1,2,3", 400, ""},
		{areas + "?level=grid&bbox=3,3,1,1", 400, "bad_bbox"},
		{areas + "?level=grid&cursor=%F0%9F", 400, "bad_text"},
		{areas + "?level=grid&cursor=!!", 400, "bad_cursor"},
		{areas + "?level=", 400, ""},
		{"/api/v1/districts/nowhere/areas?level=grid", 404, ""},
		{"/tiles/grid/-1/0/0.mvt", 404, "no_such_tile"},
		{"/tiles/grid/31/0/0.mvt", 404, "no_such_tile"},
		{"/tiles/grid/99999/0/0.mvt", 404, "no_such_tile"},
		{"/tiles/grid/3/8/0.mvt", 404, "no_such_tile"},
		{"/tiles/grid/3/0/-1.mvt", 404, "no_such_tile"},
		{"/tiles/grid/9223372036854775808/0/0.mvt", 400, "bad_tile"},
		{"/tiles/" + strings.Repeat("grid,", 500) + "/1/0/0.mvt", 404, "no_such_layer"},
		{"/nothing", 404, "not_found"},
		{"/api/v1/nothing", 404, "not_found"},
		{"/.gitkeep", 404, "not_found"},
		{"/assets/../../../etc/passwd", 404, "not_found"},
		{"/assets", 404, "not_found"},
	} {
		began := time.Now()
		a := s.get(tc.path)
		short := tc.path[:min(80, len(tc.path))]
		if a.StatusCode != tc.status || tc.status >= 400 && (tc.code != "" && a.code() != tc.code || a.code() == "") {
			t.Errorf("%s: %d %s, want %d %s", short, a.StatusCode, a.body[:min(300, len(a.body))], tc.status, tc.code)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %v", short, took)
		}
	}
	for _, tc := range []struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		{"POST", "/api/v1/locate", "", nil, 405, "method_not_allowed"},
		{"POST", "/api/v1/locate", "x=1", nil, 405, "method_not_allowed"},
		{"POST", "/nope", "x=1", nil, 404, "not_found"},
		{"POST", "/api/v1/locate/batch", strings.Repeat("x", 100_000), []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		{"POST", "/api/v1/locate/batch", "a,b\n" + strings.Repeat("1,2\n", 500_000), []string{"Content-Type", "text/csv"}, 400, "no_such_column"},
		{"POST", "/api/v1/locate/batch", "lon,lat\n1,2,3\n", []string{"Content-Type", "text/csv"}, 400, "bad_csv"},
		{"POST", "/api/v1/editions/150102/2026-01/activations", `{"valid_from":"nope"}`, []string{"Content-Type", "application/json", "If-Match", `"1"`}, 400, "bad_date"},
		{"DELETE", areas + "/grid/G14", "", nil, 405, "method_not_allowed"},
		{"PUT", "/", "", nil, 404, "not_found"},
		{"POST", "/api/v1/locate/batch", `{"points":[["111",40]]}`, []string{"Content-Type", "application/json"}, 400, ""},
		{"POST", "/api/v1/locate/batch", `{"points":[[1e400,40]]}`, []string{"Content-Type", "application/json"}, 400, ""},
		{"POST", "/api/v1/locate/batch", `{"points":[[1,2],[1]]}`, []string{"Content-Type", "application/json"}, 400, ""},
		{"POST", "/api/v1/locate/batch", `{"points":` + strings.Repeat("[", 3000), []string{"Content-Type", "application/json"}, 400, ""},
		{"POST", "/api/v1/locate/batch", `{"points":[[1,2]]}{}`, []string{"Content-Type", "application/json"}, 400, ""},
		{"POST", "/api/v1/locate/batch", `nonsense`, []string{"Content-Type", "application/json"}, 400, ""},
		{"POST", "/api/v1/locate/batch", strings.Repeat(" ", 17<<20), []string{"Content-Type", "application/json"}, 413, "body_too_large"},
		{"POST", "/api/v1/locate/batch", "a,b\n1,2\n", []string{"Content-Type", "text/csv"}, 400, "no_such_column"},
		{"POST", "/api/v1/locate/batch", "", []string{"Content-Type", "text/csv"}, 400, "bad_csv"},
		{"POST", "/api/v1/locate/batch", "[1,2]", []string{"Content-Type", "text/plain; charset=\x01"}, 415, "unsupported_media_type"},
		{"POST", "/api/v1/editions/150102/2026-01/activations", `{"valid_from":"2026-01-01","x":1}`, []string{"Content-Type", "application/json", "If-Match", `"1"`}, 422, "invalid_body"},
		{"POST", "/api/v1/editions/150102/2026-01/activations", strings.Repeat(" ", 5<<20), []string{"Content-Type", "application/json", "If-Match", `"1"`}, 413, "body_too_large"},
		{"POST", "/api/v1/editions/150102/2026-01/check", "", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403, "cross_origin"},
	} {
		if tc.headers != nil && strings.ContainsRune(strings.Join(tc.headers, ""), 1) {
			continue // net/http refuses to send it
		}
		a := s.do(tc.method, tc.path, tc.body, tc.headers...)
		if a.StatusCode != tc.status || tc.code != "" && a.code() != tc.code || a.code() == "" {
			t.Errorf("%s %s %.40s: %d %.300s, want %d %s", tc.method, tc.path, tc.body, a.StatusCode, a.body, tc.status, tc.code)
		}
		if a.StatusCode == 405 && a.Header.Get("Allow") == "" {
			t.Errorf("%s %s does not say what it takes", tc.method, tc.path)
		}
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("errors were logged:\n%s", s.log)
	}
}

// HEAD is answered wherever GET is.
func TestHead(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, path := range []string{"/", "/healthz", "/readyz", "/api/v1/districts", "/tiles/grid.json", "/openapi.json"} {
		if a := s.do("HEAD", path, ""); a.StatusCode != 200 || a.body != "" {
			t.Errorf("HEAD %s: %d %q", path, a.StatusCode, a.body)
		}
	}
}

// What a raw connection can send and net/http would not.
func TestHostileConnections(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	send := func(text string) string {
		t.Helper()
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.http.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.WriteString(conn, text); err != nil {
			return err.Error()
		}
		line, _ := bufio.NewReader(conn).ReadString('\n')
		return strings.TrimSpace(line)
	}
	for name, tc := range map[string][2]string{
		"another host": {"GET /api/v1/districts HTTP/1.1\r\nHost: wangge.evil.example\r\nConnection: close\r\n\r\n", "421"},
		"no host":      {"GET /api/v1/districts HTTP/1.1\r\nConnection: close\r\n\r\n", "400"},
		"a line break": {"GET /api/v1/locate?lon=1%0d%0aX:1&lat=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400"},
		"two lengths":  {"POST /api/v1/locate/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "400"},
	} {
		if got := send(tc[0]); !strings.HasPrefix(got, "HTTP/1.1 "+tc[1]) {
			t.Errorf("%s: %q, want %s", name, got, tc[1])
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, path := range []string{"/", "/api/v1/districts", "/nothing", "/tiles/grid.json", "/docs", "/openapi.json", "/metrics"} {
		a := s.get(path)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"} {
			if !strings.Contains(a.Header.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, a.Header.Get(name))
			}
		}
		if csp := a.Header.Get("Content-Security-Policy"); strings.Contains(csp, "script-src 'self' 'unsafe") || strings.Contains(csp, "http") {
			t.Errorf("%s: policy %s", path, csp)
		}
	}
	if a := s.get("/assets/app-1a.js"); a.StatusCode != 200 || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an asset: %d %v", a.StatusCode, a.Header)
	}
	if a := s.do("HEAD", "/", ""); a.StatusCode != 200 {
		t.Errorf("HEAD /: %d", a.StatusCode)
	}
	if a := s.get("/nothing", "Accept-Language", "en-GB"); !strings.Contains(a.body, "there is nothing at") {
		t.Errorf("in English: %s", a.body)
	}
	if a := s.get("/nothing", "Accept-Language", "fr"); !strings.Contains(a.body, "没有这个地址") {
		t.Errorf("otherwise in Chinese: %s", a.body)
	}
	if a := s.get("/metrics"); !strings.Contains(a.body, "wangge_generation 1") || !strings.Contains(a.body, `route="/api/v1/districts"`) {
		t.Errorf("metrics:\n%s", a.body)
	}
}

func TestAreaLists(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	var seen []string
	path := "/api/v1/districts/150102/areas?level=grid&limit=7"
	for cursor := ""; ; {
		var page httpapi.AreaList
		s.json(path+cursor, &page)
		for _, a := range page.Areas {
			seen = append(seen, a.Code)
		}
		if page.Next == "" {
			break
		}
		cursor = "&cursor=" + page.Next
	}
	if len(seen) != 37 || !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != 37 {
		t.Errorf("%d grids in pages: %v", len(seen), seen)
	}
	at := s.cells[14].LabelPoint()
	var near httpapi.AreaList
	s.json(fmt.Sprintf("/api/v1/districts/150102/areas?level=compound&bbox=%.6f,%.6f,%.6f,%.6f", at.Lon()-0.001, at.Lat()-0.001, at.Lon()+0.001, at.Lat()+0.001), &near)
	if len(near.Areas) != 2 || !slices.Contains(near.Areas[0].Grids, "G14") {
		t.Errorf("in a box: %+v", near)
	}
	var children, ancestors, neighbours httpapi.AreaList
	const one = "/api/v1/districts/150102/areas/"
	s.json(one+"community/SW/children", &children)
	s.json(one+"grid/G14/ancestors", &ancestors)
	s.json(one+"grid/G14/neighbours", &neighbours)
	if len(children.Areas) < 6 || len(ancestors.Areas) != 2 || ancestors.Areas[1].Level != "district" || len(neighbours.Areas) != 6 {
		t.Errorf("children %d, ancestors %+v, neighbours %d", len(children.Areas), ancestors, len(neighbours.Areas))
	}
	var some httpapi.AreaList
	s.json(one+"community/SW/children?limit=2", &some)
	s.json(one+"community/SW/children?limit=1000&cursor="+some.Next, &ancestors)
	if len(some.Areas) != 2 || len(ancestors.Areas) != len(children.Areas)-2 || ancestors.Areas[0].Code != children.Areas[2].Code {
		t.Errorf("children in pages: %d and %d of %d", len(some.Areas), len(ancestors.Areas), len(children.Areas))
	}
	var shape struct {
		Geometry struct{ Coordinates [][][][2]float64 }
	}
	s.json(one+"grid/G14/geometry", &shape)
	ring := shape.Geometry.Coordinates[0][0]
	want := s.cells[14].Polygons()[0][0]
	if len(ring) != len(want)+1 || ring[0] != ring[len(ring)-1] || math.Abs(ring[0][0]-want[0].Lon()) > 1e-12 {
		t.Errorf("%d positions, want %d and closed", len(ring), len(want)+1)
	}
}

// A code alone names an area where only one has it; where several do, the
// answer lists them.
func TestShortFormOfACode(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	ground := geotest.Area(geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 1000, Y: 0}, {X: 1000, Y: 1000}, {X: 0, Y: 1000}}}})
	for level, code := range map[area.Level]string{area.Community: "SAME", area.Grid: "SAME", area.Compound: "K"} {
		done, err := s.store.FillDraft(t.Context(), postgres.Fill{District: "D", Edition: "E", Level: level, Commit: true,
			Areas: []postgres.FillArea{{Code: code, Name: code, Kind: area.Basic, Ground: ground, Source: "test"}}})
		if err != nil || !done.Committed {
			t.Fatalf("%v %+v", err, done)
		}
	}
	if _, _, err := s.store.Activate(t.Context(), "D", "E", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	s.eventually("the edition", func() bool { return strings.Contains(s.get("/api/v1/districts").body, `"D"`) })
	if a := s.get("/api/v1/areas/K"); a.StatusCode != 200 || !strings.Contains(a.body, `"level":"compound"`) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	a := s.get("/api/v1/areas/SAME")
	var p httpapi.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.StatusCode != 409 || p.Code != "ambiguous_code" || len(p.Errors) != 2 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	for _, candidate := range p.Errors { // each names where it is
		if found := s.get(candidate.Location); found.StatusCode != 200 || !strings.Contains(found.body, `"code":"SAME"`) {
			t.Errorf("%s: %d %s", candidate.Location, found.StatusCode, found.body)
		}
	}
}

// Opaque codes may hold any character that people can read.
func TestCodesWithOddCharacters(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	odd := []string{"a/b", "100%", "a b", "x+y", "网格一", "?q=1", "#1", "a%2Fb", ".", ".."}
	fill := postgres.Fill{District: "D", Edition: "E", Level: area.Grid, Commit: true}
	for i, code := range odd {
		x := int32(i) * 1000
		ground := geotest.Area(geo.MultiPolygon{{{{X: x, Y: 0}, {X: x + 1000, Y: 0}, {X: x + 1000, Y: 1000}, {X: x, Y: 1000}}}})
		fill.Areas = append(fill.Areas, postgres.FillArea{Code: code, Name: code, Kind: area.Basic, Ground: ground, Source: "test"})
	}
	if done, err := s.store.FillDraft(t.Context(), fill); err != nil || !done.Committed {
		t.Fatalf("%v %+v", err, done)
	}
	if _, _, err := s.store.Activate(t.Context(), "D", "E", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	s.eventually("the edition", func() bool { return strings.Contains(s.get("/api/v1/districts").body, `"D"`) })
	for _, code := range odd {
		escaped := strings.ReplaceAll(url.PathEscape(code), ".", "%2E")
		for _, path := range []string{"/api/v1/districts/D/areas/grid/" + escaped, "/api/v1/areas/" + escaped, "/api/v1/districts/D/areas/grid/" + escaped + "/geometry"} {
			a := s.get(path)
			quoted, _ := json.Marshal(code)
			if a.StatusCode != 200 || !strings.Contains(a.body, `"code":`+string(quoted)) {
				t.Errorf("%s: %d %.200s", path, a.StatusCode, a.body)
			}
		}
	}
}

// TestStreamsAnswerWhileTheyAreSent holds a CSV stream open: the first answers
// come before the last questions are sent, and the order is kept.
func TestStreamsAnswerWhileTheyAreSent(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	read, write := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.http.URL+"/api/v1/locate/batch", read)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "text/csv")
	const rows = 60_000
	sent := make(chan struct{})
	half := make(chan struct{})
	go func() {
		defer close(sent)
		out := bufio.NewWriter(write)
		rng := rand.New(rand.NewPCG(1, 2))
		fmt.Fprintln(out, "id,lon,lat")
		for i := range rows {
			fmt.Fprintf(out, "%d,%.6f,%.6f\n", i, 111.5+rng.Float64()*0.4, 40.75+rng.Float64()*0.3)
			if i == rows/2 {
				_ = out.Flush()
				<-half // the first half must be answered before the second is sent
			}
		}
		_ = out.Flush()
		_ = write.Close()
	}()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	table := csv.NewReader(response.Body)
	covered := 0
	for i := -1; i < rows; i++ {
		record, err := table.Read()
		if err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		if i >= 0 && record[0] != fmt.Sprint(i) {
			t.Fatalf("row %d is %v", i, record)
		}
		if i >= 0 && record[6] != "" {
			covered++
		}
		if i == 100 {
			close(half)
		}
	}
	<-sent
	if covered < rows/4 {
		t.Errorf("only %d of %d rows covered", covered, rows)
	}
}

// A connection serves many batches, one after the other.
func TestConnectionsAreKeptAfterABatch(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	connections := map[string]bool{}
	trace := &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { connections[c.Conn.LocalAddr().String()] = true }}
	for i := range 60 {
		form, body := "text/csv", "lon,lat\n111.7,40.9\n"
		if i%2 == 1 {
			form, body = "application/json", `{"points":[[111.7,40.9]]}`
		}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, s.http.URL+"/api/v1/locate/batch", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", form)
		resp, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%d %v", resp.StatusCode, err)
		}
		_ = resp.Body.Close()
	}
	if len(connections) != 1 {
		t.Errorf("60 batches took %d connections", len(connections))
	}
}

// A compressed body is not unpacked: it is refused as what it is not.
func TestCompressedBodiesAreNotUnpacked(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, "lon,lat\n"+strings.Repeat("1,2\n", 1_000_000))
	_ = z.Close()
	a := s.do("POST", "/api/v1/locate/batch", packed.String(), "Content-Type", "text/csv", "Content-Encoding", "gzip")
	if a.StatusCode < 400 || a.StatusCode >= 500 {
		t.Errorf("%d %.200s", a.StatusCode, a.body)
	}
}

// Twelve callers open a stream and send nothing: eight are waited for, four are
// told at once to come back.
func TestTooManyBatchesAreToldToComeBack(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	var open []*io.PipeWriter
	refused := make(chan answer, 12)
	for range 12 {
		read, write := io.Pipe()
		open = append(open, write)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.http.URL+"/api/v1/locate/batch", read)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "text/csv")
		go func() {
			resp, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				return
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			refused <- answer{resp, string(body)}
		}()
	}
	for range 4 {
		select {
		case a := <-refused:
			if a.StatusCode != 429 || a.code() != "too_many_batches" || a.Header.Get("Retry-After") == "" {
				t.Errorf("%d %s %v", a.StatusCode, a.body, a.Header)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a refusal waits for the body")
		}
	}
	if len(refused) > 0 {
		t.Error("more than four were refused")
	}
	if a := s.get("/api/v1/districts"); a.StatusCode != 200 {
		t.Errorf("a single question meanwhile: %d", a.StatusCode)
	}
	for _, w := range open {
		_ = w.Close()
	}
	s.eventually("a free slot", func() bool {
		return s.do("POST", "/api/v1/locate/batch", "lon,lat\n1,2\n", "Content-Type", "text/csv").StatusCode == 200
	})
}

func TestActivationOverHTTP(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	s.fill("2026-02")
	const path = "/api/v1/editions/150102/2026-02"
	tag := s.get(path).Header.Get("ETag")
	activate := func(tag, key, from string) answer {
		return s.do("POST", path+"/activations", `{"valid_from":"`+from+`"}`, "Content-Type", "application/json", "If-Match", tag, "Idempotency-Key", key)
	}
	if a := activate(`"12345"`, "k1", "2026-02-01"); a.StatusCode != 412 {
		t.Errorf("an old version: %d %s", a.StatusCode, a.body)
	}
	first := activate(tag, "k2", "2026-02-01")
	again := activate(tag, "k2", "2026-02-01")
	if first.StatusCode != 201 || again.StatusCode != 201 || first.body != again.body {
		t.Errorf("%d %s\n%d %s", first.StatusCode, first.body, again.StatusCode, again.body)
	}
	if a := activate(tag, "k2", "2026-03-01"); a.StatusCode != 409 || a.code() != "idempotency_key_reused" {
		t.Errorf("the key with another date: %d %s", a.StatusCode, a.body)
	}
	s.eventually("the new edition", func() bool {
		var d httpapi.DistrictList
		s.json("/api/v1/districts", &d)
		return d.Districts[0].Edition == "2026-02" && d.Generation == 2
	})
}

// Long work is not broken off because the body came in long ago.
func TestALongActivationIsFinished(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	s.fill("2026-02")
	tag := s.get("/api/v1/editions/150102/2026-02").Header.Get("ETag")
	conn, err := pgx.Connect(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), `BEGIN; SELECT * FROM edition FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	released := make(chan error)
	go func() {
		time.Sleep(6500 * time.Millisecond) // longer than any deadline for reading
		_, err := conn.Exec(context.WithoutCancel(t.Context()), `ROLLBACK`)
		released <- err
	}()
	a := s.do("POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"2026-02-01"}`, "Content-Type", "application/json", "If-Match", tag)
	if err := <-released; err != nil {
		t.Fatal(err)
	}
	if a.StatusCode != 201 {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

// TestTiles reads the vector tiles back: every grid in view is there with its
// names, and neighbours share every coordinate of their common border.
func TestTiles(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	var about httpapi.TileJSON
	s.json("/tiles/grid.json", &about)
	if about.MinZoom != 8 || len(about.VectorLayers) != 2 || about.Bounds[0] > 111.6 || about.Bounds[2] < 111.8 || !strings.Contains(about.Tiles[0], "?g=1-") {
		t.Errorf("%+v", about)
	}
	names := map[string]bool{}
	shared := 0
	for _, z := range []int{11, 13, 15} {
		n := 1 << z
		lon, lat := 111.70, 40.89
		x := int((lon + 180) / 360 * float64(n))
		rad := lat * math.Pi / 180
		y := int((1 - math.Log(math.Tan(rad)+1/math.Cos(rad))/math.Pi) / 2 * float64(n))
		path := fmt.Sprintf("/tiles/grid/%d/%d/%d.mvt", z, x, y)
		a := s.get(path + "?" + strings.SplitN(about.Tiles[0], "?", 2)[1])
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Fatalf("%s: %d %v", path, a.StatusCode, a.Header)
		}
		if b := s.get(path, "If-None-Match", a.Header.Get("ETag")); b.StatusCode != http.StatusNotModified || b.body != "" {
			t.Errorf("%s again: %d", path, b.StatusCode)
		}
		layers, err := mvt.Unmarshal([]byte(a.body))
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range layers {
			if layer.Name != "grid" {
				continue
			}
			edges := map[[2]orb.Point]int{}
			for _, f := range layer.Features {
				names[f.Properties["code"].(string)] = true
				if f.Properties["kind"] == "dedicated" {
					continue
				}
				polygons, ok := f.Geometry.(orb.MultiPolygon)
				if p, one := f.Geometry.(orb.Polygon); one {
					polygons, ok = orb.MultiPolygon{p}, true
				}
				if !ok {
					t.Fatalf("a %T", f.Geometry)
				}
				for _, p := range polygons {
					for _, r := range p {
						for i := 1; i < len(r); i++ {
							edges[[2]orb.Point{r[i-1], r[i]}]++
						}
					}
				}
			}
			inside := func(p orb.Point) bool { return p[0] > 0 && p[0] < 4096 && p[1] > 0 && p[1] < 4096 }
			for e := range edges {
				if !inside(e[0]) || !inside(e[1]) {
					continue
				}
				if edges[[2]orb.Point{e[1], e[0]}] == 0 {
					if z > 11 { // at z11 the outer border, which has one side only, is in view
						t.Errorf("z%d: the edge %v has no reverse: a sliver or a gap", z, e)
					}
				} else {
					shared++
				}
			}
		}
	}
	if len(names) < 10 || shared < 50 {
		t.Errorf("only %d grids and %d shared edges; the test says little", len(names), shared)
	}
	raw, _ := json.Marshal(about)
	if strings.Contains(string(raw), "//") {
		t.Errorf("an address elsewhere in %s", raw)
	}
}
