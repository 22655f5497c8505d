package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/httpapi"
	"wangge/internal/postgres/pgtest"
)

// drawn is a polygon as the map sends it.
func drawn(r geo.Ring) string {
	var points []string
	for _, p := range append(slices.Clone(r), r[0]) {
		points = append(points, fmt.Sprintf("[%.7f,%.7f]", p.Lon(), p.Lat()))
	}
	return `{"polygon":{"type":"Polygon","coordinates":[[` + strings.Join(points, ",") + `]]}}`
}

// summarise asks what lies in a ring.
func summarise(tb testing.TB, do func(method, path, body string, headers ...string) answer, r geo.Ring) (out httpapi.Summary, levels map[string]httpapi.SummaryLevel) {
	tb.Helper()
	a := do("POST", "/api/v1/summaries", drawn(r), "Content-Type", "application/json")
	if a.StatusCode != http.StatusOK || json.Unmarshal([]byte(a.body), &out) != nil {
		tb.Fatalf("%d %s", a.StatusCode, a.body)
	}
	levels = map[string]httpapi.SummaryLevel{}
	for _, l := range out.Levels {
		levels[l.Level] = l
	}
	return out, levels
}

// TestSummariesAgainstPostGIS draws random polygons over a partition and counts
// by brute force in the database.
func TestSummariesAgainstPostGIS(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	conn, err := pgx.Connect(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rng := rand.New(rand.NewPCG(3, 4))
	b := geotest.Hohhot
	tried, some := 0, 0
	for tried < 40 {
		var r geo.Ring
		for range 3 + rng.IntN(4) {
			r = append(r, geo.Point{X: b.Min.X + rng.Int32N(b.Max.X-b.Min.X), Y: b.Min.Y + rng.Int32N(b.Max.Y-b.Min.Y)})
		}
		if _, _, ok := geo.Gate(geo.MultiPolygon{{append(slices.Clone(r), r[0])}}); !ok {
			a := s.do("POST", "/api/v1/summaries", drawn(r), "Content-Type", "application/json")
			a.want(t, "a crossing ring", 422, "")
			continue
		}
		tried++
		out, levels := summarise(t, s.do, r)
		var points []string
		for _, p := range append(slices.Clone(r), r[0]) {
			points = append(points, fmt.Sprintf("%d %d", p.X, p.Y))
		}
		shape := "POLYGON((" + strings.Join(points, ",") + "))"
		for name, level := range map[string]int{"community": 3, "grid": 4, "compound": 5} {
			var whole, shared int
			var m2 float64
			if err := conn.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE ST_CoveredBy(lattice, $1::geometry)), count(*) FILTER (WHERE ST_Relate(lattice, $1::geometry, '2********')),
				ST_Area(ST_SetSRID(ST_Segmentize(ST_Scale($1::geometry, 1e-7, 1e-7), 0.001), 4490)::geography) FROM area_version WHERE level = $2`, shape, level).Scan(&whole, &shared, &m2); err != nil {
				t.Fatal(err)
			}
			l := levels[name]
			if l.Whole != whole || l.Whole+l.Partly != shared || len(l.Areas) != l.Whole || len(l.Partial) != l.Partly {
				t.Errorf("%s in %s: %d wholly, %d partly; PostGIS %d, %d", name, shape, l.Whole, l.Partly, whole, shared-whole)
			}
			if off := out.AreaM2/m2 - 1; off > 1e-4 || off < -1e-4 {
				t.Errorf("%s: %f m², PostGIS %f", shape, out.AreaM2, m2)
			}
			some += whole
		}
	}
	if some < 40 {
		t.Errorf("only %d areas were wholly within: the polygons are too small", some)
	}
	whole := geo.Ring{{X: b.Min.X - 1000, Y: b.Min.Y - 1000}, {X: b.Max.X + 1000, Y: b.Min.Y - 1000}, {X: b.Max.X + 1000, Y: b.Max.Y + 1000}, {X: b.Min.X - 1000, Y: b.Max.Y + 1000}}
	if _, l := summarise(t, s.do, whole); l["grid"].Whole != 37 || l["community"].Whole != 4 || l["compound"].Whole != 2 || l["grid"].Partly != 0 || l["subdistrict"].Level != "" {
		t.Errorf("around everything: %+v", l)
	}
}

// TestSummariesRefuse: whatever is no polygon is refused by name.
func TestSummariesRefuse(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	polygon := func(coordinates string) string {
		return `{"polygon":{"type":"Polygon","coordinates":` + coordinates + `}}`
	}
	many := strings.Repeat("[111.6,40.8],", 2001)
	for _, tc := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"nothing", ``, 400, ""},
		{"no polygon", `{}`, 422, "invalid_body"},
		{"a point", `{"polygon":{"type":"Point","coordinates":[1,2]}}`, 422, ""},
		{"another type", `{"polygon":{"type":"MultiPolygon","coordinates":[]}}`, 422, "invalid_body"},
		{"no rings", polygon(`[]`), 422, "empty"},
		{"an empty ring", polygon(`[[]]`), 422, "empty"},
		{"null", polygon(`null`), 422, ""},
		{"a null ring", polygon(`[null]`), 422, ""},
		{"a line", polygon(`[[[1,2],[3,4],[1,2]]]`), 422, "ring_collapsed"},
		{"no ground", polygon(`[[[1,2],[2,2],[3,2],[1,2]]]`), 422, "ring_collapsed"},
		{"a bow", polygon(`[[[1,1],[2,2],[2,1],[1,2],[1,1]]]`), 422, "ring_crosses"},
		{"a hole outside", polygon(`[[[1,1],[2,1],[2,2],[1,1]],[[5,5],[6,5],[6,6],[5,5]]]`), 422, "hole_outside"},
		{"a single number", polygon(`[[[1],[2,2],[2,1],[1,1]]]`), 422, "bad_position"},
		{"words", polygon(`[[["a",1],[2,2]]]`), 422, ""},
		{"too far", polygon(`[[[1,1],[200,1],[2,2],[1,1]]]`), 400, "out_of_range"},
		{"too large a number", polygon(`[[[1,1],[1e999,1],[2,2],[1,1]]]`), 400, ""},
		{"metres", polygon(`[[[556000,4520000],[557000,4520000],[557000,4521000],[556000,4520000]]]`), 400, "out_of_range"},
		{"over the date line", polygon(`[[[179,1],[-179,1],[-179,2],[179,2],[179,1]]]`), 400, "out_of_range"},
		{"many vertices", polygon(`[[` + many + `[111.6,40.8]]]`), 422, "too_many_vertices"},
		{"a bad day", `{"polygon":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]},"at":"soon"}`, 400, "bad_date"},
		{"too long", polygon(`[[` + strings.Repeat("[111.6000000,40.8000000],", 40_000) + `[1,2]]]`), 413, "body_too_large"},
	} {
		a := s.do("POST", "/api/v1/summaries", tc.body, "Content-Type", "application/json")
		a.want(t, tc.name, tc.status, tc.code)
		if a.code() == "" {
			t.Errorf("%s: no code in %s", tc.name, a.body)
		}
	}
	for _, open := range []string{`[[[1,1],[2,1],[2,2]]]`, `[[[1,1,5],[2,1,5],[2,2,5],[1,1,5]]]`} { // not closed; with elevation
		s.do("POST", "/api/v1/summaries", polygon(open), "Content-Type", "application/json").want(t, open, 200, "")
	}
}
