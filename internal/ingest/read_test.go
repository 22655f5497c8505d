package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
	"wangge/internal/postgres/pgtest"
)

var options = ingest.Options{Level: area.Grid}

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

func read(tb testing.TB, text string, opt ingest.Options) (*ingest.Batch, error) {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "in.geojson")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return ingest.Read(context.Background(), []string{name}, opt)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func feature(code, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q},"geometry":%s}`, code, code, geometry)
}

func polygon(rings ...string) string {
	return `{"type":"Polygon","coordinates":[` + strings.Join(rings, ",") + `]}`
}

// one is a file of one polygon with one ring.
func one(ring string) string { return collection(feature("A", polygon(ring))) }

const square = `[[111,40],[111.1,40],[111.1,40.1],[111,40.1],[111,40]]`

// points writes n positions as a ring.
func points(n int, at func(i int) (x, y float64)) string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range n {
		x, y := at(i)
		fmt.Fprintf(&b, "[%.7f,%.7f],", x, y)
	}
	x, y := at(0)
	fmt.Fprintf(&b, "[%.7f,%.7f]]", x, y)
	return b.String()
}

// TestBadInput goes through the corpus of bad files. Each has one answer, given
// within two seconds: the file refused with a code, or a finding, or taken.
func TestBadInput(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	circle := func(n int) string {
		return points(n, func(i int) (float64, float64) {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			return 111 + cos, 40 + sin
		})
	}
	zigzag := func(n int) string {
		return points(n, func(i int) (float64, float64) {
			return 111 + float64(i%2)*0.01 + float64(i)*1e-6, 40 + float64(i%3)*0.01
		})
	}
	walk := func(n int) string {
		x, y := 111.0, 40.0
		return points(n, func(int) (float64, float64) {
			x, y = x+(rng.Float64()-0.5)*1e-4, y+(rng.Float64()-0.5)*1e-4
			return x, y
		})
	}
	for _, tc := range []struct {
		name string
		text string
		code string // of the file's refusal or of a finding; "" is taken as it is
	}{
		{"1e400", one(`[[1e400,40],[111.1,40],[111.1,40.1],[1e400,40]]`), "not_finite"},
		{"-1e400", one(`[[111,-1e400],[111.1,40],[111.1,40.1],[111,40]]`), "not_finite"},
		{"NaN literal", one(`[[NaN,40],[111.1,40],[111.1,40.1]]`), "bad_json"},
		{"Infinity literal", one(`[[Infinity,40],[111.1,40],[111.1,40.1]]`), "bad_json"},
		{"null ordinate", one(`[[null,40],[111.1,40],[111.1,40.1],[111,40]]`), "bad_position"},
		{"true", one(`[[true,40],[111.1,40],[111.1,40.1],[111,40]]`), "bad_position"},
		{"a number in quotes", one(`[["111",40],[111.1,40],[111.1,40.1],[111,40]]`), "bad_position"},
		{"a second ordinate in quotes", one(`[[111,"40"],[111.1,40],[111.1,40.1],[111,40]]`), "bad_position"},
		{"100,000 digits", one(`[[1` + strings.Repeat("0", 100_000) + `,40],[111.1,40],[111.1,40.1]]`), "number_too_long"},
		{"40 decimals", one(`[[111.0000000000000000000000000000000000000001,40],[111.1,40],[111.1,40.1],[111,40]]`), ""},
		{"minus zero and zero close a ring", one(`[[-0.0,0],[1,0],[1,1],[0.0,-0.0]]`), ""},
		{"denormal", one(`[[5e-324,0],[1,0],[1,1],[0,0]]`), ""},
		{"longitude 540", one(`[[540,40],[111.1,40],[111.1,40.1],[540,40]]`), "out_of_range"},
		{"latitude 91", one(`[[111,91],[111.1,40],[111.1,40.1],[111,91]]`), "out_of_range"},
		{"swapped", one(`[[40,111],[40,111.1],[40.1,111.1],[40,111]]`), "out_of_range"},
		{"metres", one(`[[640412.3,3457455.5],[640512.3,3457455.5],[640512.3,3457555.5],[640412.3,3457455.5]]`), "out_of_range"},
		{"the whole earth", one(`[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]`), ""},
		{"across the antimeridian the long way", one(`[[179,0],[-179,0],[-179,1],[179,1],[179,0]]`), ""},

		{"an empty ring", one(`[]`), "empty"},
		{"an empty position", one(`[[]]`), "empty"},
		{"a null ring", collection(feature("A", `{"type":"Polygon","coordinates":[null]}`)), "bad_position"},
		{"one point", one(`[[111,40]]`), "ring_collapsed"},
		{"two points", one(`[[111,40],[111.1,40]]`), "ring_collapsed"},
		{"three points, closed", one(`[[111,40],[111.1,40],[111,40]]`), "ring_collapsed"},
		{"unclosed", one(`[[111,40],[111.1,40],[111.1,40.1]]`), "ring_unclosed"},
		{"all points equal", one(`[[111,40],[111,40],[111,40],[111,40]]`), "ring_collapsed"},
		{"collinear", one(`[[111,40],[111.1,40],[111.2,40],[111,40]]`), "ring_collapsed"},
		{"a vertex twice", one(`[[111,40],[111,40],[111.1,40],[111.1,40.1],[111,40]]`), "repeated_vertex"},
		{"points closer than a step", one(`[[111,40],[111.00000001,40],[111.1,40],[111.1,40.1],[111,40]]`), "repeated_vertex"},
		{"a figure of eight that touches", one(`[[0,0],[1,1],[2,0],[2,2],[1,1],[0,2],[0,0]]`), "ring_self_touch"},
		{"a bow tie", one(`[[0,0],[1,1],[1,0],[0,1],[0,0]]`), "ring_crosses"},
		{"a spike", one(`[[0,0],[1,0],[1,2],[1,1],[0,1],[0,0]]`), "spike"},
		{"a spike one step wide", one(`[[0,0],[1,0],[1,1],[0.5000001,1],[0.5,2],[0.5,1],[0,1],[0,0]]`), ""},
		{"a hole outside", collection(feature("A", polygon(square, `[[0,0],[1,0],[1,1],[0,0]]`))), "hole_outside"},
		{"a hole equal to the shell", collection(feature("A", polygon(square, square))), "edges_overlap"},
		{"a hole that touches in one point", collection(feature("A", polygon(square, `[[111,40],[111.05,40.02],[111.02,40.05],[111,40]]`))), ""},
		{"a hole that touches in two points", collection(feature("A", polygon(square, `[[111,40],[111.06,40.05],[111.1,40.1],[111.05,40.06],[111,40]]`))), "interior_cut"},
		{"nested holes", collection(feature("A", polygon(square, `[[111.01,40.01],[111.09,40.01],[111.09,40.09],[111.01,40.01]]`, `[[111.05,40.02],[111.06,40.02],[111.06,40.03],[111.05,40.02]]`))), "holes_nested"},
		{"two shells that overlap", collection(feature("A", `{"type":"MultiPolygon","coordinates":[[`+square+`],[[[111.05,40.05],[111.2,40.05],[111.2,40.2],[111.05,40.05]]]]}`)), "ring_crosses"},
		{"two shells that share an edge", collection(feature("A", `{"type":"MultiPolygon","coordinates":[[`+square+`],[[[111.1,40],[111.2,40],[111.2,40.1],[111.1,40.1],[111.1,40]]]]}`)), "edges_overlap"},
		{"clockwise", one(`[[111,40],[111,40.1],[111.1,40.1],[111.1,40],[111,40]]`), ""},
		{"four ordinates", one(`[[111,40,1,2],[111.1,40,1,2],[111.1,40.1,1,2],[111,40,1,2]]`), "elevation_dropped"},
		{"two and three ordinates", one(`[[111,40],[111.1,40,5],[111.1,40.1],[111,40]]`), "elevation_dropped"},
		{"five ordinates", one(`[[111,40,1,2,3],[111.1,40],[111.1,40.1],[111,40]]`), "bad_position"},
		{"one ordinate", one(`[[111],[111.1],[111.2],[111]]`), "bad_position"},
		{"zig-zag of 200", one(zigzag(200)), "ring_crosses"},
		{"zig-zag of 5,000", one(zigzag(5_000)), "ring_crosses"},
		{"a random walk of 20,000", one(walk(20_000)), "ring_crosses"},
		{"10,000 spikes through one point", one(points(20_000, func(i int) (float64, float64) {
			if i%2 == 0 {
				return 111, 40
			}
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / 20_000)
			return 111 + cos, 40 + sin
		})), "spike"},
		{"a million vertices", one(circle(1_000_000)), "too_many_vertices"},
		{"50,001 vertices", one(circle(50_001)), "too_many_vertices"},
		{"49,999 vertices", one(circle(49_999)), ""},
		{"one step of area", one(`[[111,40],[111.0000001,40],[111.0000001,40.0000001],[111,40]]`), ""},
		{"100,000 triangles", collection(feature("A", `{"type":"MultiPolygon","coordinates":[`+strings.TrimSuffix(strings.Repeat(`[[[0,0],[1,0],[1,1],[0,0]]],`, 100_000), ",")+`]}`)), "too_many_vertices"},

		{"a code twice", collection(feature("A", polygon(square)), feature("A", polygon(square))), "duplicate_code"},
		{"codes that differ in width", collection(feature("A1", polygon(square)), feature("Ａ１", polygon(square))), "confusable_codes"},
		{"codes that differ in case", collection(feature("a1", polygon(square)), feature("A1", polygon(square))), "confusable_codes"},
		{"two parts", collection(feature("A", `{"type":"MultiPolygon","coordinates":[[`+square+`],[[[112,40],[112.1,40],[112.1,40.1],[112,40]]]]}`)), ""},

		{"depth 33", strings.Repeat("[", 33) + strings.Repeat("]", 33), "not_geojson"},
		{"depth 33 inside", collection(feature("A", `{"type":"Polygon","coordinates":`+strings.Repeat("[", 33)+strings.Repeat("]", 33)+`}`)), "too_deep"},
		{"depth 3,000", collection(strings.Repeat(`{"a":`, 3_000) + "1" + strings.Repeat("}", 3_000)), "too_deep"},
		{"depth 100,000", `{"x":` + strings.Repeat("[", 100_000), "too_deep"},
		{"100,000 empty GeometryCollections", collection(feature("A", `{"type":"GeometryCollection","geometries":[`+strings.TrimSuffix(strings.Repeat(`{"type":"GeometryCollection","geometries":[]},`, 100_000), ",")+`]}`)), "unsupported_geometry"},
		{"no geometry", collection(feature("A", `null`)), "empty"},
		{"coordinates twice", collection(feature("A", `{"type":"Polygon","coordinates":[`+square+`],"coordinates":[`+square+`]}`)), "duplicate_key"},
		{"Type", `{"Type":"FeatureCollection","Features":[]}`, "not_geojson"},
		{"TYPE in a feature", collection(`{"TYPE":"Feature","properties":{"code":"A"},"geometry":` + polygon(square) + `}`), "not_a_feature"},
		{"a crs that says nothing", strings.Replace(one(square), "{", `{"crs":{"type":"name","properties":{"name":"local"}},`, 1), "unsupported_crs"},
		{"crs after the features", strings.TrimSuffix(one(square), "}") + `,"crs":{"type":"name","properties":{"name":"EPSG:4490"}}}`, "late_crs"},
		{"crs 4490", strings.Replace(one(square), "{", `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},`, 1), ""},
		{"CurvePolygon", collection(feature("A", `{"type":"CurvePolygon","coordinates":[`+square+`]}`)), "unsupported_geometry"},
		{"a point", collection(feature("A", `{"type":"Point","coordinates":[111,40]}`)), "unsupported_geometry"},
		{"a polygon one list too deep", collection(feature("A", `{"type":"Polygon","coordinates":[[`+square+`]]}`)), "bad_nesting"},
		{"a polygon one list too shallow", collection(feature("A", `{"type":"Polygon","coordinates":`+square+`}`)), "bad_nesting"},
		{"UTF-8 BOM", "\xEF\xBB\xBF" + one(square), ""},
		{"UTF-16", "\xFF\xFE{\x00\"\x00", "not_utf8"},
		{"GBK", strings.Replace(one(square), `"name":"A"`, "\"name\":\"\xD0\xC2\xB3\xC7\"", 1), "not_utf8"},
		{"truncated", one(square)[:120], "truncated"},
		{"trailing garbage", one(square) + "x", "trailing_data"},
		{"two documents", one(square) + one(square), "trailing_data"},
		{"empty file", "", "truncated"},
		{"no features", collection(), "no_features"},
		{"20 MB of spaces", one(square) + strings.Repeat(" ", 20<<20), ""},
		{"a string of 2 MB", collection(strings.Replace(feature("A", polygon(square)), `"name":"A"`, `"name":"`+strings.Repeat("x", 2<<20)+`"`, 1)), "string_too_long"},

		{"a right-to-left override in a name", strings.Replace(one(square), `"name":"A"`, `"name":"A\u202Egrid"`, 1), "bad_name"},
		{"a zero-width space in a code", strings.Replace(one(square), `"code":"A"`, `"code":"A\u200B"`, 1), "bad_code"},
		{"NUL in a name", strings.Replace(one(square), `"name":"A"`, `"name":"A\u0000"`, 1), "bad_name"},
		{"half a surrogate pair", strings.Replace(one(square), `"name":"A"`, `"name":"A\uD800"`, 1), "bad_json"},
		{"a rare character beyond the BMP is kept", strings.Replace(one(square), `"name":"A"`, `"name":"𠮷祥社区"`, 1), ""},
		{"markup is only text", strings.Replace(one(square), `"name":"A"`, `"name":"<img src=x onerror=alert(1)>"`, 1), ""},
		{"a line break in a name", strings.Replace(one(square), `"name":"A"`, `"name":"A\r\nB"`, 1), "bad_name"},
		{"NUL in a code", strings.Replace(one(square), `"code":"A"`, `"code":"A\u0000"`, 1), "bad_code"},
		{"an empty key is no kind", strings.Replace(one(square), `"code":"A"`, `"code":"A","":"dedicated"`, 1), ""},
		{"no code", strings.Replace(one(square), `"code":"A",`, ``, 1), "bad_code"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			b, err := read(t, tc.text, options)
			if took := time.Since(began); took > patience {
				t.Errorf("took %v", took)
			}
			if err != nil {
				e, ours := fault.As(err)
				if !ours || e.Code != tc.code {
					t.Fatalf("error %v, want code %q", err, tc.code)
				}
				if e.ZH == "" || e.EN == "" || !strings.Contains(e.ZH, "in.geojson") {
					t.Errorf("the refusal does not say which file: %q / %q", e.ZH, e.EN)
				}
				return
			}
			var found []string
			for _, f := range b.Findings {
				found = append(found, f.Code)
				if f.ZH == "" || f.EN == "" {
					t.Errorf("finding %s without words", f.Code)
				}
			}
			if tc.code == "" && (len(found) > 0 || len(b.Areas) == 0) || tc.code != "" && !slices.Contains(found, tc.code) {
				t.Errorf("findings %v and %d areas, want %q", found, len(b.Areas), tc.code)
			}
			// A finding that refuses leaves the area out; a repair keeps it.
			if area.Refuses(b.Findings) && len(b.Areas) > 0 && !strings.HasPrefix(tc.name, "code") && !strings.HasPrefix(tc.name, "a code") {
				t.Errorf("%d areas were kept beside %v", len(b.Areas), found)
			}
		})
	}
}

// A file cut off at any byte is refused as a whole, never half taken.
func TestTruncatedAtEveryByte(t *testing.T) {
	t.Parallel()
	text := collection(feature("A", polygon(square)), feature("B", polygon(`[[112,40],[112.1,40],[112.1,40.1],[112,40]]`)))
	dir := t.TempDir()
	name := filepath.Join(dir, "in.geojson")
	for n := range len(text) {
		if err := os.WriteFile(name, []byte(text[:n]), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := ingest.Read(context.Background(), []string{name}, options); err == nil {
			t.Fatalf("the first %d of %d bytes gave %d areas", n, len(text), len(b.Areas))
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	text := collection(`{"type":"Feature","properties":{"网格编码":"150102002003004","名称":"第四网格","up":"150102002003","类别":"专属","n":7},"geometry":` + polygon(square) + `}`)
	opt := options
	opt.ParentField, opt.KindField = "up", "类别"
	b, err := read(t, text, opt)
	if err != nil || len(b.Areas) != 1 {
		t.Fatalf("%v, %+v", err, b)
	}
	got := b.Areas[0]
	if got.Code != "150102002003004" || got.Name != "第四网格" || got.Parent != "150102002003" || got.Kind != area.Dedicated || got.Source != "in.geojson#1" {
		t.Errorf("read %+v", got)
	}
	byName := opt
	byName.KindField = "" // the usual names are tried
	if b, err := read(t, text, byName); err != nil || len(b.Areas) != 1 || b.Areas[0].Kind != area.Dedicated {
		t.Errorf("by its usual name: %+v, %v", b, err)
	}
	other := strings.Replace(text, "专属", "商住混合", 1) // another meaning
	if b, err := read(t, other, byName); err != nil || len(b.Areas) != 1 || b.Areas[0].Kind != area.Basic {
		t.Errorf("a kind of something else: %+v, %v", b, err)
	}
	communities := opt
	communities.Level = area.Community
	if b, err := read(t, text, communities); err != nil || len(b.Areas) != 0 || b.Findings[0].Code != "unknown_kind" {
		t.Errorf("a dedicated community: %+v, %v", b, err)
	}
	opt.CodeField = "n" // a number serves as a code
	if b, err = read(t, text, opt); err != nil || b.Areas[0].Code != "7" {
		t.Errorf("a numeric code was read as %+v, %v", b, err)
	}
	opt.CodeField = "nope"
	if _, err = read(t, text, opt); !fault.Is(err, "no_such_field") || !strings.Contains(err.Error(), "网格编码") {
		t.Errorf("a missing field: %v; it should name those that are there", err)
	}
	if _, err := ingest.Read(context.Background(), []string{filepath.Join(t.TempDir(), "none.geojson")}, options); !fault.Is(err, "no_such_file") {
		t.Errorf("a missing file: %v", err)
	}
	drawing := filepath.Join(t.TempDir(), "x.dwg")
	if err := os.WriteFile(drawing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Read(context.Background(), []string{drawing}, options); !fault.Is(err, "unsupported_format") {
		t.Errorf("a drawing: %v", err)
	}
}

// GCJ-02 files are shifted back on the way in.
func TestDeclaredSystemIsConverted(t *testing.T) {
	t.Parallel()
	opt := options
	opt.Reference = ingest.Reference{CRS: geo.GCJ02}
	b, err := read(t, one(square), opt)
	if err != nil {
		t.Fatal(err)
	}
	corners := 0
	for _, at := range b.Areas[0].Ground.Polygons()[0][0] {
		x, y := geo.GCJ02.FromCGCS2000(at.Lon(), at.Lat())
		for _, want := range [][2]float64{{111, 40}, {111.1, 40}, {111.1, 40.1}, {111, 40.1}} {
			if math.Abs(x-want[0]) < 1e-7 && math.Abs(y-want[1]) < 1e-7 {
				corners++
			}
		}
	}
	if corners != 4 {
		t.Errorf("only %d of 4 corners come back to where they were in GCJ-02", corners)
	}
}

// Real files keep every vertex: what the importer reads is what a plain JSON
// reader sees.
func TestRealFilesAreReadWhole(t *testing.T) {
	t.Parallel()
	for name, field := range map[string]string{"uk/bristol_oa.geojson": "OA11CD", "uk/sheffield_lsoa.geojson": "LSOA11CD", "nyc/nyc_community_districts_71.geojson": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := geotest.Shared(t, name)
			witness := geotest.GeoJSON(t, path, field)
			opt := options
			opt.CodeField = field
			if field == "" {
				opt.CodeField = firstField(t, path)
			}
			b, err := ingest.Read(context.Background(), []string{path}, opt)
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Areas) != len(witness) {
				t.Fatalf("%d areas, the witness has %d", len(b.Areas), len(witness))
			}
			for i, w := range witness {
				if fmt.Sprint(b.Areas[i].Ground.Polygons()) != fmt.Sprint(w.Area.Polygons()) {
					t.Errorf("%s differs", w.Name)
				}
			}
		})
	}
}

func firstField(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Features []struct{ Properties map[string]any }
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	var names []string
	for n := range c.Features[0].Properties {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names { // one that tells the features apart
		seen := map[any]bool{}
		for _, f := range c.Features {
			seen[f.Properties[n]] = true
		}
		if len(seen) == len(c.Features) {
			return n
		}
	}
	t.Fatal("no field tells the features apart")
	return ""
}

// FuzzGeoJSON feeds anything. What is taken must be JSON for the standard
// library too, and every area sound.
func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(one(square)))
	f.Add([]byte(collection(feature("A", `{"type":"MultiPolygon","coordinates":[[`+square+`]]}`), feature("B", polygon(square, square)))))
	f.Add([]byte("\xEF\xBB\xBF" + `{"features":[{"geometry":null,"type":"Feature","properties":null}],"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:4326"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := read(t, string(text), options)
		if err != nil {
			if _, ours := fault.As(err); !ours {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if !json.Valid(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))) {
			t.Fatal("the standard library refuses it")
		}
		for _, a := range b.Areas {
			if _, err := geo.Restore(a.Ground.Polygons()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
