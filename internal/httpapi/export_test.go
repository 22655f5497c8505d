package httpapi_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"wangge/internal/area"
	"wangge/internal/ingest"
	"wangge/internal/postgres/pgtest"
)

// TestBoundariesAreExported fetches every format and reads it back to the same
// ground.
func TestBoundariesAreExported(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	const path = "/api/v1/editions/150102/2026-01/export"
	for _, tc := range []struct {
		query, form, ending, ascii, name string
	}{
		{"level=grid", "application/geo+json", ".geojson", "150102_2026-01_grid", "新城区_2026-01_网格"},
		{"level=grid&format=geojson&crs=EPSG:4546", "application/geo+json", ".geojson", "150102_2026-01_grid_EPSG_4546", "新城区_2026-01_网格_EPSG_4546"},
		{"level=grid&format=gpkg&crs=cgcs2000", "application/geopackage+sqlite3", ".gpkg", "150102_2026-01_grid_CGCS2000", "新城区_2026-01_网格_CGCS2000"},
		{"level=grid&format=shp&charset=gbk&crs=EPSG:4546", "application/zip", ".zip", "150102_2026-01_grid_EPSG_4546", "新城区_2026-01_网格_EPSG_4546"},
		{"level=grid&format=kml", "application/vnd.google-earth.kml+xml", ".kml", "150102_2026-01_grid", "新城区_2026-01_网格"},
		{"level=community&level=grid&format=gpkg", "application/geopackage+sqlite3", ".gpkg", "150102_2026-01_community_grid", "新城区_2026-01_社区_网格"},
	} {
		a := s.get(path + "?" + tc.query)
		h := a.Header
		wanted := `attachment; filename="` + tc.ascii + tc.ending + `"; filename*=UTF-8''` + url.QueryEscape(tc.name+tc.ending)
		if a.StatusCode != http.StatusOK || h.Get("Content-Type") != tc.form || h.Get("Content-Disposition") != wanted || h.Get("Content-Length") != strconv.Itoa(len(a.body)) {
			t.Errorf("%s: %d %v, want %s %s", tc.query, a.StatusCode, h, tc.form, wanted)
			continue
		}
		file := filepath.Join(t.TempDir(), "file"+tc.ending)
		if err := os.WriteFile(file, []byte(a.body), 0o600); err != nil {
			t.Fatal(err)
		}
		opt := ingest.Options{Level: area.Grid, ParentField: "parent", KindField: "kind", Project: func(definition string, positions [][2]float64) error {
			return s.store.Project(t.Context(), definition, positions)
		}}
		if strings.Contains(tc.query, "&level") {
			opt.Layer = "grid"
		}
		b, err := ingest.Read(t.Context(), []string{file}, opt)
		if err != nil || len(b.Findings) > 0 || len(b.Areas) != len(s.cells)+1 {
			t.Errorf("%s: %d areas, %+v, %v", tc.query, len(b.Areas), b.Findings, err)
			continue
		}
		for i, c := range s.cells { // codes stand in their order
			if got := b.Areas[i]; got.Name != "第"+strconv.Itoa(i)+"网格" || len(got.Parent) != 2 || got.Kind != area.Basic || got.Ground.Box() != c.Box() || got.Ground.Polygons().Vertices() != c.Polygons().Vertices() {
				t.Errorf("%s: %s is %s of %s with %v", tc.query, got.Code, got.Name, got.Parent, got.Ground.Box())
			}
		}
	}
	for query, want := range map[string]struct {
		status int
		code   string
	}{
		"":                                   {400, "missing_level"},
		"level=street":                       {400, "unknown_level"},
		"level=grid&format=dxf":              {400, "unsupported_format"},
		"level=grid&crs=mars":                {400, "unknown_crs"},
		"level=grid&crs=EPSG:999998":         {422, "unknown_crs"},
		"level=grid&format=kml&crs=gcj02":    {400, "kml_is_wgs84"},
		"level=grid&charset=gbk":             {400, "bad_charset"},
		"level=grid&format=shp&charset=big5": {400, "bad_charset"},
		"level=grid&level=community":         {400, "one_level"},
		"level=subdistrict":                  {422, "empty_level"},
	} {
		if a := s.get(path + "?" + query); a.StatusCode != want.status || a.code() != want.code || a.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %q %v, want %+v", query, a.StatusCode, a.code(), a.Header, want)
		}
	}
	if a := s.get("/api/v1/editions/150102/none/export?level=grid"); a.code() != "no_such_edition" {
		t.Errorf("an edition that is not there: %d %s", a.StatusCode, a.body)
	}
	if a := s.do(http.MethodHead, path+"?level=grid", ""); a.StatusCode != http.StatusOK || a.body != "" || a.Header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %v", a.StatusCode, a.Header)
	}
}

// TestTooManyExportsAreToldToComeBack: whoever is not served is told so, and
// nobody holds a place for good.
func TestTooManyExportsAreToldToComeBack(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	const path = "/api/v1/editions/150102/2026-01/export?level=grid&format=gpkg&crs="
	var wg sync.WaitGroup
	answers := make([]answer, 40)
	for i := range answers {
		wg.Go(func() { answers[i] = s.get(path + []string{"EPSG:4546", "EPSG:999998"}[i%2]) })
	}
	wg.Wait()
	refused := 0
	for _, a := range answers {
		switch a.code() {
		case "too_many_exports":
			if refused++; a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
				t.Errorf("%d %v", a.StatusCode, a.Header)
			}
		case "", "unknown_crs":
		default:
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
	if refused == 0 {
		t.Error("all of 40 at once were served")
	}
	for range 5 {
		if a := s.get(path + "gcj02"); a.StatusCode != http.StatusOK || !strings.HasPrefix(a.body, "SQLite format 3\x00") {
			t.Errorf("afterwards: %d %.100q", a.StatusCode, a.body)
		}
	}
}
