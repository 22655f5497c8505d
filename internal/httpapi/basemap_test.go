package httpapi_test

import (
	"os"
	"strings"
	"testing"

	"wangge/internal/basemap"
	"wangge/internal/basemap/basemaptest"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// grounds are base maps of every sort, and the path of the file among them.
func grounds(t *testing.T) (maps []*basemap.Map, path string) {
	t.Helper()
	path = basemaptest.Write(t, basemaptest.Bytes(`{"vector_layers":[{"id":"roads"}]}`))
	file, err := basemap.ParseFile(path + ";name=自己的")
	if err != nil {
		t.Fatal(err)
	}
	tiles, err := basemap.Parse("影像=https://tiles.example.org:8443/{z}/{x}/{y}.png;crs=gcj02;review=GS(2026)1号")
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := basemap.Tianditu("abc", "")
	if err != nil {
		t.Fatal(err)
	}
	return append(drawn, tiles, file), path
}

func TestBaseMapsAreListed(t *testing.T) {
	t.Parallel()
	maps, path := grounds(t)
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.BaseMaps, c.Public, c.Review = maps, true, "蒙S(2026)001号" })
	s.user("somebody", s.at(policy.Auditor, ""))
	var list httpapi.BaseMapList
	s.json("/api/v1/base-maps", &list) // a stranger
	if len(list.BaseMaps) != 4 {
		t.Fatalf("%+v", list)
	}
	if b := list.BaseMaps[2]; b.Kind != "raster" || b.CRS != "gcj02" || b.Review != "GS(2026)1号" || b.Layers[0].Tiles[0] != "https://tiles.example.org:8443/{z}/{x}/{y}.png" {
		t.Errorf("%+v", b)
	}
	own := list.BaseMaps[3]
	if own.Kind != "vector" || own.SourceLayers[0] != "roads" || own.MaxZoom != 14 || !strings.HasPrefix(own.URL, "/base-maps/"+own.ID+".pmtiles?v=") {
		t.Errorf("%+v", own)
	}
	policyOf := func(a answer, name string) string {
		_, rest, _ := strings.Cut(a.Header.Get("Content-Security-Policy"), name+" ")
		value, _, _ := strings.Cut(rest, ";")
		return value
	}
	const tianditu = " https://t0.tianditu.gov.cn https://t1.tianditu.gov.cn https://t2.tianditu.gov.cn https://t3.tianditu.gov.cn" +
		" https://t4.tianditu.gov.cn https://t5.tianditu.gov.cn https://t6.tianditu.gov.cn https://t7.tianditu.gov.cn https://tiles.example.org:8443"
	page := s.get("/")
	for name, want := range map[string]string{"img-src": "'self' data: blob:" + tianditu, "connect-src": "'self'" + tianditu, "script-src": "'self'", "default-src": "'none'", "font-src": "'self'"} {
		if got := policyOf(page, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.json("/api/v1/base-maps", &list)
	if len(list.BaseMaps) != 3 {
		t.Errorf("a file that is gone is listed: %+v", list)
	}
	s.get("/base-maps/"+own.ID+".pmtiles").want(t, "a file that is gone", 503, "base_map_gone")
}

func TestWithoutBaseMapsNothingComesFromElsewhere(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	a := s.get("/api/v1/base-maps")
	a.want(t, "the list", 200, "")
	if !strings.Contains(a.body, `"base_maps":[]`) {
		t.Error(a.body)
	}
	const want = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"connect-src 'self'; font-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	if got := a.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("the policy is %q", got)
	}
}

func TestABaseMapFileIsSentByRanges(t *testing.T) {
	t.Parallel()
	maps, path := grounds(t)
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.BaseMaps = maps })
	var list httpapi.BaseMapList
	s.json("/api/v1/base-maps", &list)
	url := list.BaseMaps[3].URL
	whole := s.get(url)
	whole.want(t, "the whole file", 200, "")
	content, err := os.ReadFile(path)
	if err != nil || whole.body != string(content) {
		t.Fatalf("%d bytes, %v", len(whole.body), err)
	}
	etag := whole.Header.Get("ETag")
	if whole.Header.Get("Accept-Ranges") != "bytes" || whole.Header.Get("Content-Type") != "application/vnd.pmtiles" {
		t.Errorf("%v", whole.Header)
	}
	for _, tc := range []struct {
		headers []string
		status  int
		body    string
	}{
		{[]string{"Range", "bytes=0-6"}, 206, "PMTiles"},
		{[]string{"Range", "bytes=-1"}, 206, "}"},
		{[]string{"Range", "bytes=99999-"}, 416, ""},
		{[]string{"Range", "lines=1-2"}, 416, ""},
		{[]string{"If-None-Match", etag}, 304, ""},
		{[]string{"Range", "bytes=0-6", "If-Range", etag}, 206, "PMTiles"},
		{[]string{"Range", "bytes=0-6", "If-Range", `"old"`}, 200, string(content)},
		{[]string{"If-Match", `"old"`}, 412, ""},
	} {
		a := s.get(url, tc.headers...)
		if a.StatusCode != tc.status || tc.body != "" && a.body != tc.body {
			t.Errorf("%v: %d %q", tc.headers, a.StatusCode, a.body)
		}
	}
	if a := s.do("HEAD", url, ""); a.StatusCode != 200 || a.Header.Get("Content-Length") != whole.Header.Get("Content-Length") {
		t.Errorf("HEAD: %d %v", a.StatusCode, a.Header)
	}

	// Another sound file in its place is another version; one that is cut off is refused.
	if err := os.WriteFile(path, basemaptest.Bytes(`{"vector_layers":[{"id":"earth"},{"id":"water"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := s.get(url, "Range", "bytes=0-6", "If-Range", etag); a.StatusCode != 200 || a.Header.Get("ETag") == etag {
		t.Errorf("an exchanged file: %d %v", a.StatusCode, a.Header)
	}
	s.json("/api/v1/base-maps", &list)
	if got := list.BaseMaps[3]; len(got.SourceLayers) != 2 || got.URL == url {
		t.Errorf("%+v", got)
	}
	if err := os.Truncate(path, 150); err != nil {
		t.Fatal(err)
	}
	s.get(url, "Range", "bytes=0-6").want(t, "a file that was cut off", 503, "base_map_gone")
	s.get("/base-maps/none.pmtiles").want(t, "an unknown file", 404, "no_such_base_map")
	s.get("/base-maps/tianditu-img.pmtiles").want(t, "no file", 404, "no_such_base_map")
}

// TestWhoSeesBaseMaps: everybody who sees the map, strangers on a public service
// alone.
func TestWhoSeesBaseMaps(t *testing.T) {
	t.Parallel()
	maps, _ := grounds(t)
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.BaseMaps = maps })
	s.load()
	paths := []string{"/api/v1/base-maps", "/base-maps/" + maps[3].ID + ".pmtiles"}
	for _, role := range policy.Roles {
		var u *user
		switch role {
		case policy.Anyone, policy.Reporter, policy.Key: // not people with posts
			continue
		case policy.SysAdmin, policy.SecAdmin, policy.Auditor:
			u = s.user(string(role), s.at(role, ""))
		default:
			u = s.user(string(role), s.at(role, "SW"))
		}
		for _, path := range paths {
			u.get(path).want(t, string(role)+" "+path, 200, "")
		}
	}
	for _, path := range paths {
		s.get(path).want(t, path, 401, "sign_in_needed")
	}
}
