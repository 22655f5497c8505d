package ingest_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
	"wangge/internal/postgres/pgtest"
)

// sample writes a partition with holes, enclaves and multiparts as GeoJSON,
// with Chinese names, and returns its areas by code.
func sample(tb testing.TB, dir string) (path string, want map[string]string) {
	tb.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	p := geotest.NewPartition(rng, 6, 6, 8, geotest.Hohhot)
	p.Enclaves(rng)
	want = map[string]string{}
	var features []string
	for i, m := range p.Cells {
		var polygons [][][][2]float64
		for _, polygon := range m {
			var rings [][][2]float64
			for _, r := range polygon {
				var ring [][2]float64
				for k := range len(r) + 1 {
					ring = append(ring, [2]float64{r[k%len(r)].Lon(), r[k%len(r)].Lat()})
				}
				rings = append(rings, ring)
			}
			polygons = append(polygons, rings)
		}
		coordinates, err := json.Marshal(polygons)
		if err != nil {
			tb.Fatal(err)
		}
		code := fmt.Sprintf("150102002003%03d", i)
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"新城第%d网格"},"geometry":{"type":"MultiPolygon","coordinates":%s}}`, code, i, coordinates))
		want[code] = fmt.Sprintf("新城第%d网格 %s", i, canonical(geotest.Area(m)))
	}
	path = filepath.Join(dir, "grids.geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path, want
}

// canonical writes an area so that equal grounds read equal: rings begin at
// their least vertex, and stand in order.
func canonical(a geo.Area) string {
	var rings []string
	for r := range a.Polygons().Rings {
		least := 0
		for i, p := range r {
			if q := r[least]; p.X < q.X || p.X == q.X && p.Y < q.Y {
				least = i
			}
		}
		rings = append(rings, fmt.Sprint(slices.Concat(r[least:], r[:least])))
	}
	slices.Sort(rings)
	return strings.Join(rings, " ")
}

func ogr2ogr(tb testing.TB, args ...string) {
	tb.Helper()
	if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
		tb.Fatalf("ogr2ogr %v: %v\n%s", args, err, out)
	}
}

// archive packs files whose names match into a zip.
func archive(tb testing.TB, name, pattern string) string {
	tb.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		tb.Fatalf("%s: %v", pattern, err)
	}
	f, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for _, path := range found {
		w, err := z.Create("数据/" + filepath.Base(path))
		if err != nil {
			tb.Fatal(err)
		}
		r, err := os.Open(path)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			tb.Fatal(err)
		}
		_ = r.Close()
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return name
}

func projecting(tb testing.TB, opt ingest.Options) ingest.Options {
	tb.Helper()
	store := pgtest.Store(tb)
	opt.Project = func(definition string, positions [][2]float64) error {
		return store.Project(tb.Context(), definition, positions)
	}
	return opt
}

// TestEveryFormatComesBackTheSame lets GDAL write one partition in every
// format, encoding and coordinate system, and reads back the same lattice
// coordinates and names from each.
func TestEveryFormatComesBackTheSame(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Fatal("GDAL is missing; deploy/setup test installs it")
	}
	dir := t.TempDir()
	source, want := sample(t, dir)
	shape := func(name string, args ...string) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(args, "-lco") {
			args = append(args, "-lco", "ENCODING=UTF-8") // GDAL would write Latin-1, in which the names are lost
		}
		ogr2ogr(t, append([]string{"-f", "ESRI Shapefile", filepath.Join(at, "grids.shp"), source}, args...)...)
		return filepath.Join(at, "grids.shp")
	}
	write := func(name, driver string, args ...string) string {
		t.Helper()
		at := filepath.Join(dir, name)
		ogr2ogr(t, append([]string{"-f", driver, at, source}, args...)...)
		return at
	}
	gbk := shape("gbk", "-lco", "ENCODING=GBK")
	bare := shape("bare", "-lco", "ENCODING=GBK")
	if err := os.Remove(strings.TrimSuffix(bare, ".shp") + ".cpg"); err != nil {
		t.Fatal(err)
	}
	unsaid := shape("unsaid", "-t_srs", "EPSG:4546")
	if err := os.Remove(strings.TrimSuffix(unsaid, ".shp") + ".prj"); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		path string
		opt  func(*ingest.Options)
	}{
		"GeoJSON":                          {path: source},
		"GeoPackage":                       {path: write("grids.gpkg", "GPKG")},
		"GeoPackage in Gauss-Krüger":       {path: write("gk.gpkg", "GPKG", "-t_srs", "EPSG:4546")},
		"GeoPackage with Z":                {path: write("z.gpkg", "GPKG", "-dim", "XYZ")},
		"Shapefile":                        {path: shape("utf8", "-lco", "ENCODING=UTF-8")},
		"Shapefile, GBK with .cpg":         {path: gbk},
		"Shapefile, GBK without .cpg":      {path: bare},
		"Shapefile, 3-degree GK by CM":     {path: shape("cm", "-t_srs", "EPSG:4546")},
		"Shapefile, 3-degree GK with zone": {path: shape("zone", "-t_srs", "EPSG:4525")},
		"Shapefile, 6-degree GK":           {path: shape("six", "-t_srs", "EPSG:4508")},
		"Shapefile, Web Mercator":          {path: shape("mercator", "-t_srs", "EPSG:3857")},
		"Shapefile, UTM":                   {path: shape("utm", "-t_srs", "EPSG:32649")},
		"Shapefile without .prj, named":    {path: unsaid, opt: func(o *ingest.Options) { o.Reference, _ = ingest.ParseReference("EPSG:4546") }},
		"Shapefile, zipped":                {path: archive(t, filepath.Join(dir, "grids.zip"), strings.TrimSuffix(gbk, "shp")+"*")},
		"KML":                              {path: write("grids.kml", "KML")},
		"KMZ":                              {path: archive(t, filepath.Join(dir, "grids.kmz"), filepath.Join(dir, "grids.kml"))},
		"CSV with WKT":                     {path: write("grids.csv", "CSV", "-lco", "GEOMETRY=AS_WKT", "-lco", "STRING_QUOTING=IF_AMBIGUOUS")},
		"GeoJSON of 2008 with a crs":       {path: write("old.geojson", "GeoJSON", "-t_srs", "EPSG:4546", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opt := projecting(t, options)
			if tc.opt != nil {
				tc.opt(&opt)
			}
			b, err := ingest.Read(t.Context(), []string{tc.path}, opt)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range b.Findings {
				if f.Code != "elevation_dropped" {
					t.Errorf("finding %s %v: %s", f.Code, f.Areas, f.EN)
				}
			}
			if len(b.Areas) != len(want) {
				t.Fatalf("%d areas, want %d", len(b.Areas), len(want))
			}
			wrong := 0
			for _, a := range b.Areas {
				if got := a.Name + " " + canonical(a.Ground); got != want[a.Code] {
					if wrong++; wrong < 3 {
						t.Errorf("%s: %.300s\nwant %.300s", a.Code, got, want[a.Code])
					}
				}
			}
		})
	}
}

// TestBadFilesOfOtherFormats: damaged, lying and hostile files are refused with
// a code, quickly, and take no room that they only claim.
func TestBadFilesOfOtherFormats(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source, _ := sample(t, dir)
	shp := filepath.Join(dir, "good.shp")
	ogr2ogr(t, "-f", "ESRI Shapefile", shp, source)
	gpkg := filepath.Join(dir, "good.gpkg")
	ogr2ogr(t, "-f", "GPKG", gpkg, source)
	kml := filepath.Join(dir, "good.kml")
	ogr2ogr(t, "-f", "KML", kml, source)

	n := 0
	// changed copies the parts of a file with one of them altered.
	changed := func(from, ext string, change func(b []byte) []byte) string {
		t.Helper()
		n++
		at := filepath.Join(dir, fmt.Sprintf("case%d", n))
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		parts, _ := filepath.Glob(strings.TrimSuffix(from, filepath.Ext(from)) + ".*")
		for _, p := range parts {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(p) == ext {
				b = change(b)
			}
			if b != nil {
				if err := os.WriteFile(filepath.Join(at, filepath.Base(p)), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		return filepath.Join(at, filepath.Base(from))
	}
	put := func(b []byte, at int, v ...byte) []byte { copy(b[at:], v); return b }
	text := func(name, s string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bomb := filepath.Join(dir, "bomb.kmz")
	f, err := os.Create(bomb)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("doc.kml")
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	_ = z.Close()
	_ = f.Close()

	for name, tc := range map[string]struct {
		path string
		code string // of the refusal, or of a finding
	}{
		"a shapefile cut off":               {changed(shp, ".shp", func(b []byte) []byte { return b[:len(b)-100] }), "bad_shapefile"},
		"no shapefile at all":               {changed(shp, ".shp", func([]byte) []byte { return []byte("hello") }), "bad_shapefile"},
		"a record longer than the file":     {changed(shp, ".shp", func(b []byte) []byte { return put(b, 104, 0x7F, 0xFF, 0xFF, 0xFF) }), "bad_shapefile"},
		"two thousand million vertices":     {changed(shp, ".shp", func(b []byte) []byte { return put(b, 148, 0xFF, 0xFF, 0xFF, 0x7F) }), "too_many_vertices"},
		"more rings than vertices":          {changed(shp, ".shp", func(b []byte) []byte { return put(b, 144, 0xFF, 0xFF, 0xFF, 0x7F) }), "too_many_vertices"},
		"rings out of order":                {changed(shp, ".shp", func(b []byte) []byte { return put(b, 152, 0xFF, 0xFF, 0, 0) }), "bad_shapefile"},
		"points instead of polygons":        {changed(shp, ".shp", func(b []byte) []byte { return put(b, 32, 1) }), "not_polygons"},
		"a .prj of nonsense":                {changed(shp, ".prj", func([]byte) []byte { return []byte("wherever") }), "unsupported_crs"},
		"a .prj that PROJ refuses":          {changed(shp, ".prj", func([]byte) []byte { return []byte(`PROJCS["nonsense"]`) }), "unknown_crs"},
		"a table cut off":                   {changed(shp, ".dbf", func(b []byte) []byte { return b[:len(b)/2] }), "bad_dbf"},
		"a table that claims more":          {changed(shp, ".dbf", func(b []byte) []byte { return put(b, 4, 0xFF, 0xFF, 0xFF, 0x7F) }), "bad_dbf"},
		"a table with too few rows":         {changed(shp, ".dbf", func(b []byte) []byte { return put(b, 4, 1, 0, 0, 0) }), "bad_dbf"},
		"no table":                          {changed(shp, ".dbf", func([]byte) []byte { return nil }), "bad_code"},
		"an index that lies":                {changed(shp, ".shx", func(b []byte) []byte { return put(b, 100, 0x7F, 0xFF, 0xFF, 0xFF) }), ""},
		"a geopackage that is text":         {changed(gpkg, ".gpkg", func([]byte) []byte { return []byte("hello") }), "bad_geopackage"},
		"a geopackage cut off":              {changed(gpkg, ".gpkg", func(b []byte) []byte { return b[:len(b)/2] }), "bad_geopackage"},
		"kml cut off":                       {changed(kml, ".kml", func(b []byte) []byte { return b[:len(b)/2] }), "bad_kml"},
		"kml that is text":                  {text("a.kml", "hello"), "bad_kml"},
		"another xml":                       {text("b.kml", "<svg/>"), "bad_kml"},
		"billion laughs":                    {text("c.kml", `<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>`), "bad_kml"},
		"an external entity":                {text("d.kml", `<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&a;</name></Placemark></kml>`), "bad_kml"},
		"kml 40 deep":                       {text("e.kml", `<kml><Placemark>`+strings.Repeat("<MultiGeometry>", 40)+strings.Repeat("</MultiGeometry>", 40)+`</Placemark></kml>`), "too_deep"},
		"a kml point":                       {text("f.kml", `<kml><Placemark><name>A</name><Point><coordinates>1,2</coordinates></Point></Placemark></kml>`), "unsupported_geometry"},
		"kml without numbers":               {text("g.kml", `<kml><Placemark><name>A</name><Polygon><outerBoundaryIs><LinearRing><coordinates>x,y z</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>`), "bad_position"},
		"300 MB out of a small archive":     {bomb, "file_too_large"},
		"an archive of nothing":             {text("h.zip", "PK"), "bad_zip"},
		"wkt with a hole too many":          {text("i.csv", "code,wkt\nA,\"POLYGON((0 0,1 0,1 1,0 0)\"\n"), "bad_position"},
		"wkt that is deep":                  {text("j.csv", "code,wkt\nA,\"POLYGON("+strings.Repeat("(", 100_000)+"\"\n"), "bad_position"},
		"a wkt curve":                       {text("k.csv", "code,wkt\nA,\"CURVEPOLYGON((0 0,1 0,1 1,0 0))\"\n"), "unsupported_geometry"},
		"wkt in a system of nobody":         {text("l.csv", "code,wkt\nA,\"SRID=999999;POLYGON((0 0,1 0,1 1,0 0))\"\n"), "unknown_crs"},
		"a table without geometry":          {text("m.csv", "a,b\n1,2\n"), "no_such_column"},
		"degrees said to be metres of 4546": {text("n.csv", "code,wkt\nA,\"SRID=4546;POLYGON((1e8 1e8,2e8 1e8,2e8 2e8,1e8 1e8))\"\n"), "not_projectable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opt := projecting(t, options)
			b, err := ingest.Read(context.Background(), []string{tc.path}, opt)
			if err != nil {
				if e, ours := fault.As(err); !ours || e.Code != tc.code {
					t.Fatalf("error %v, want %q", err, tc.code)
				}
				return
			}
			var found []string
			for _, f := range b.Findings {
				found = append(found, f.Code)
			}
			if tc.code == "" && len(found) > 0 || tc.code != "" && !slices.Contains(found, tc.code) {
				t.Errorf("findings %v, want %q", found, tc.code)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ingest.Reference{
		"":          {},
		"auto":      {},
		"EPSG:4326": {CRS: geo.WGS84},
		"epsg:4490": {CRS: geo.CGCS2000},
		"gcj02":     {CRS: geo.GCJ02},
		"EPSG:4546": {Definition: "EPSG:4546"},
	} {
		if got, err := ingest.ParseReference(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"EPSG:", "EPSG:x", "EPSG:12", "mars"} {
		if _, err := ingest.ParseReference(text); !fault.Is(err, "unknown_crs") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
