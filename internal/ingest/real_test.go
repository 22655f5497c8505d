package ingest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
)

// switzerland writes the municipalities of swiss-maps as GeoJSON.
func switzerland(t *testing.T) string {
	t.Helper()
	var features []string
	for _, n := range geotest.Switzerland(t, "municipalities") {
		var polygons [][][][2]float64
		for _, polygon := range n.Area.Polygons() {
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
			t.Fatal(err)
		}
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"第%s"},"geometry":{"type":"MultiPolygon","coordinates":%s}}`, n.Name, n.Name, coordinates))
	}
	path := filepath.Join(t.TempDir(), "swiss.geojson")
	if err := os.WriteFile(path, []byte(collection(features...)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRealFilesInEveryFormat lets GDAL write real boundaries in every format,
// encoding and a projection that fits, and reads from each what the original
// says, to the last lattice step.
func TestRealFilesInEveryFormat(t *testing.T) {
	t.Parallel()
	shared := func(name string) func(t *testing.T) string {
		return func(t *testing.T) string { return geotest.Shared(t, name) }
	}
	for _, tc := range []struct {
		name       string
		path       func(t *testing.T) string
		layer      string
		code, word string // attributes with code and name
		epsg       string // "" where none fits: GCJ-02 cannot be projected
		crs        geo.CRS
		least      int // areas
	}{
		{"Seoul 2013", shared("seoul/seoul_haengjeongdong_423_2013.geojson"), "seoul_submunicipalities", "code", "name_eng", "EPSG:5186", "", 420},
		{"Hohhot", shared("xincheng/hohhot_4_urban_districts_datav_wgs84.geojson"), "hohhot_4_urban_districts_datav_wgs84", "adcode", "name", "EPSG:4546", "", 4},
		{"Xincheng in GCJ-02", shared("xincheng/xincheng_boundary_datav_GCJ02_ORIGINAL.geojson"), "xincheng_boundary_datav_GCJ02_ORIGINAL", "adcode", "name", "", geo.GCJ02, 1},
		{"New York", shared("nyc/nyc_community_districts_71.geojson"), "nyc_community_districts_71", "BoroCD", "BoroCD", "EPSG:32618", "", 70},
		{"Switzerland", switzerland, "swiss", "code", "name", "EPSG:2056", "", 2000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			source, dir := tc.path(t), t.TempDir()
			opt := projecting(t, options)
			opt.CodeField, opt.NameField, opt.Reference = tc.code, tc.word, ingest.Reference{CRS: tc.crs}
			want := contents(t, source, opt)
			if len(want) < tc.least {
				t.Fatalf("the original has only %d areas", len(want))
			}
			opt.CodeField, opt.NameField = "code", "name"
			named := func(reference string) ingest.Options {
				named := opt
				var err error
				if named.Reference, err = ingest.ParseReference(reference); err != nil {
					t.Fatal(err)
				}
				return named
			}
			n := 0
			check := func(what, path string, opt ingest.Options) {
				t.Helper()
				n++
				got := contents(t, path, opt)
				if len(got) != len(want) {
					t.Errorf("%s: %d areas, want %d", what, len(got), len(want))
				}
				wrong := 0
				for code, w := range want {
					if got[code] != w {
						if wrong++; wrong == 1 {
							t.Errorf("%s: %s is %.300s\nwant %.300s", what, code, got[code], w)
						}
					}
				}
				if wrong > 1 {
					t.Errorf("%s: %d areas differ", what, wrong)
				}
			}
			sql := fmt.Sprintf(`SELECT CAST(%s AS character(60)) AS code, CAST(%s AS character(60)) AS name FROM "%s"`, tc.code, tc.word, tc.layer)
			write := func(driver, name string, args ...string) string {
				t.Helper()
				at := filepath.Join(dir, fmt.Sprint(n), name)
				if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
					t.Fatal(err)
				}
				ogr2ogr(t, append([]string{"-f", driver, at, source, "-sql", sql, "-nln", "grids"}, args...)...)
				return at
			}
			shape := func(args ...string) string { t.Helper(); return write("ESRI Shapefile", "grids.shp", args...) }
			zipped := func(path string) string {
				t.Helper()
				return archive(t, filepath.Join(filepath.Dir(path), "grids.zip"), strings.TrimSuffix(path, "shp")+"*")
			}
			without := func(path, ext string) string {
				t.Helper()
				if err := os.Remove(strings.TrimSuffix(path, ".shp") + ext); err != nil {
					t.Fatal(err)
				}
				return path
			}
			utf8, gbk := []string{"-lco", "ENCODING=UTF-8"}, []string{"-lco", "ENCODING=GBK"}
			table := []string{"-lco", "GEOMETRY=AS_WKT", "-lco", "STRING_QUOTING=IF_AMBIGUOUS"}
			check("GeoPackage", write("GPKG", "grids.gpkg"), opt)
			check("Shapefile in UTF-8", shape(utf8...), opt)
			check("Shapefile in GBK with .cpg", shape(gbk...), opt)
			check("Shapefile in GBK without .cpg", without(shape(gbk...), ".cpg"), opt)
			check("Shapefile in GBK, zipped", zipped(shape(gbk...)), opt)
			check("KML", write("KML", "grids.kml", "-dsco", "NameField=name"), opt)
			check("CSV with WKT", write("CSV", "grids.csv", table...), opt)
			check("GeoJSON", write("GeoJSON", "grids.geojson", "-lco", "COORDINATE_PRECISION=15"), opt)
			if tc.epsg != "" {
				to := func(args ...string) []string { return append([]string{"-t_srs", tc.epsg}, args...) }
				check("GeoPackage, projected", write("GPKG", "grids.gpkg", to()...), opt)
				check("Shapefile in GBK, projected", shape(to(gbk...)...), opt)
				check("Shapefile in UTF-8, projected, zipped", zipped(shape(to(utf8...)...)), opt)
				check("Shapefile without .prj, named", without(shape(to(utf8...)...), ".prj"), named(tc.epsg))
				check("CSV with WKT, projected, named", write("CSV", "grids.csv", to(table...)...), named(tc.epsg))
				check("GeoJSON of 2008, projected", write("GeoJSON", "grids.geojson", to("-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9")...), opt)
			}
			t.Logf("%d areas read alike from %d files", len(want), n)
		})
	}
}

// contents reads a file into its areas by code. What the gate refuses in the
// original it refuses in every format.
func contents(t *testing.T, path string, opt ingest.Options) map[string]string {
	t.Helper()
	b, err := ingest.Read(t.Context(), []string{path}, opt)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, a := range b.Areas {
		out[a.Code] = a.Name + " " + canonical(a.Ground)
	}
	return out
}
