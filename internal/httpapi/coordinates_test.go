package httpapi_test

import (
	"fmt"
	"regexp"
	"testing"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// fraction is a projected ordinate near Hohhot with decimals.
var fraction = regexp.MustCompile(`\b(?:45\d{5}|55\d{4})\.\d`)

// TestCoordinates converts between all systems, and back.
func TestCoordinates(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "蒙S(2026)001号" })
	s.load()
	var c httpapi.Coordinates
	s.json("/api/v1/coordinates?x=111.6712345&y=40.8301234", &c)
	at := [][2]float64{{111.6712345, 40.8301234}}
	if err := s.store.ProjectTo(t.Context(), "EPSG:4546", at); err != nil {
		t.Fatal(err)
	}
	if p := c.Projected; p == nil || p.CRS != "EPSG:4546" || p.Name != "CGCS2000 / 3° 带 111°E" || max(p.East-at[0][0], at[0][0]-p.East, p.North-at[0][1], at[0][1]-p.North) > 0.001 {
		t.Errorf("%+v, PostGIS %v", p, at)
	}
	if c.WGS84 != c.CGCS2000 || c.WGS84.Lon != 111.6712345 || c.GCJ02.Lon-c.WGS84.Lon < 0.004 || c.BD09.Lon-c.GCJ02.Lon < 0.004 {
		t.Errorf("%+v", c)
	}
	back := func(crs string, x, y float64) {
		t.Helper()
		var d httpapi.Coordinates
		s.json(fmt.Sprintf("/api/v1/coordinates?crs=%s&x=%.7f&y=%.7f", crs, x, y), &d)
		if off := max(d.WGS84.Lon-c.WGS84.Lon, c.WGS84.Lon-d.WGS84.Lon, d.WGS84.Lat-c.WGS84.Lat, c.WGS84.Lat-d.WGS84.Lat); off > 2e-7 {
			t.Errorf("from %s: %+v, want %+v", crs, d.WGS84, c.WGS84)
		}
	}
	back("gcj02", c.GCJ02.Lon, c.GCJ02.Lat)
	back("bd09", c.BD09.Lon, c.BD09.Lat)
	back("EPSG:4490", c.CGCS2000.Lon, c.CGCS2000.Lat)
	back("epsg:4546", c.Projected.East, c.Projected.North)
	s.json("/api/v1/coordinates?x=8.5&y=47.4", &c)
	if c.Projected != nil || c.GCJ02 != c.WGS84 {
		t.Errorf("outside China: %+v", c)
	}
	for _, tc := range []struct {
		query  string
		status int
		code   string
	}{
		{"x=111.6&y=40.9&crs=mars", 400, "unknown_crs"},
		{"x=111.6&y=40.9&crs=EPSG:", 400, "unknown_crs"},
		{"x=111.6&y=40.9&crs=EPSG:999998", 400, "unknown_crs"},
		{"x=111.6&y=40.9&crs=EPSG:99999999999999999999", 400, "unknown_crs"},
		{"x=111.6&y=40.9&crs=EPSG:-4546", 400, "unknown_crs"},
		{"x=111.6&y=40.9&crs=EPSG:4546%27%20OR%201=1", 400, "unknown_crs"},
		{"x=40.9&y=111.65", 400, "lat_lon_swapped"},
		{"x=40.9&y=111.65&crs=gcj02", 400, "lat_lon_swapped"},
		{"x=4520000&y=556000&crs=EPSG:4546", 400, "lat_lon_swapped"},
		{"x=40.9&y=200", 400, "out_of_range"},
		{"x=556000&y=4520000", 400, "out_of_range"},
		{"x=1e30&y=1e30&crs=EPSG:4546", 400, "out_of_range"},
		{"x=1e308&y=-1e308&crs=bd09", 400, "out_of_range"},
		{"x=NaN&y=1", 400, "bad_number"},
		{"x=Inf&y=1", 400, "bad_number"},
		{"x=1e999&y=1", 400, "not_finite"},
		{"x=&y=1", 400, "missing_number"},
		{"y=1", 400, "missing_number"},
		{"x=0x10&y=1", 400, "bad_number"},
	} {
		s.get("/api/v1/coordinates?"+tc.query).want(t, tc.query, tc.status, tc.code)
	}
	// A stranger gets about a metre, whoever has signed in all of it.
	u := s.user("worker", s.at(policy.Worker, "G00"))
	for _, path := range []string{"/api/v1/coordinates?x=111.6712345&y=40.8301234", "/api/v1/coordinates?crs=gcj02&x=111.6712345&y=40.8301234"} {
		if a := s.get(path); a.StatusCode != 200 || precise.MatchString(a.body) || fraction.MatchString(a.body) {
			t.Errorf("a stranger gets %s", a.body)
		}
		if a := u.get(path); a.StatusCode != 200 || !precise.MatchString(a.body) {
			t.Errorf("the worker gets %s", a.body)
		}
	}
}
