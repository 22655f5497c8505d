package ingest_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/ingest"
)

// feed reads a file that the fuzzer made and holds the reader to its promises:
// it does not panic, refuses with codes, takes little memory, and what it lets
// through is sound by the gate's own rules.
func feed(t *testing.T, path string) {
	t.Helper()
	opt := options
	opt.Project = func(string, [][2]float64) error { return nil }
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	batch, err := ingest.Read(context.Background(), []string{path}, opt)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
	if err != nil {
		if _, ours := fault.As(err); !ours {
			t.Fatalf("an error without a code: %v", err)
		}
		return
	}
	for _, a := range batch.Areas {
		_, defects, ok := geo.Gate(a.Ground.Polygons())
		for _, d := range defects {
			if !ok || d.Code != "ring_unclosed" { // rings are kept without their last vertex
				t.Fatalf("%s has %s: %v", a.Code, d.Code, a.Ground.Polygons())
			}
		}
	}
}

// put writes a file anew.
func put(tb testing.TB, path string, b []byte) string {
	tb.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func FuzzShapefile(f *testing.F) {
	dir := f.TempDir()
	hole := append([][][2]float64{}, plot[0], [][2]float64{{111.02, 40.02}, {111.04, 40.02}, {111.04, 40.04}, {111.02, 40.02}})
	f.Add(shp(plot, hole), dbase(8, []string{"code", "name"}, []string{"A", gbk("网格")}, []string{"B", ""}), []byte("UTF-8"), []byte(`GEOGCS["WGS 84"]`))
	f.Add(shp(plot), dbase(4, []string{"id"}, []string{"1"}), []byte("936"), []byte(`PROJCS["CGCS2000_3_Degree_GK_CM_111E"]`))
	f.Add(shp(), dbase(4, nil), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, shapes, table, charset, reference []byte) {
		for ext, b := range map[string][]byte{".dbf": table, ".cpg": charset, ".prj": reference} {
			path := filepath.Join(dir, "a"+ext)
			if _ = os.Remove(path); len(b) > 0 {
				put(t, path, b)
			}
		}
		feed(t, put(t, filepath.Join(dir, "a.shp"), shapes))
	})
}

func FuzzArchive(f *testing.F) {
	dir := f.TempDir()
	p := &place{f, f.TempDir()}
	for _, path := range []string{
		p.zip("a.zip", named("a.shp", shp(plot)), named("a.dbf", dbase(8, []string{"code"}, []string{"A"})), named("a.prj", []byte(`GEOGCS["WGS 84"]`))),
		p.zip("b.zip", named("doc.kml", []byte(kmlStart+kmlPlot+kmlEnd))),
	} {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Base(path) == "b.zip", b)
	}
	f.Fuzz(func(t *testing.T, kmz bool, b []byte) {
		name := "a.zip"
		if kmz {
			name = "a.kmz"
		}
		feed(t, put(t, filepath.Join(dir, name), b))
	})
}

func FuzzGeoPackage(f *testing.F) {
	dir := f.TempDir()
	p := &place{f, f.TempDir()}
	b, err := os.ReadFile(p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 3)), row(wkbPlot(binary.BigEndian, 3)),
		`PRAGMA page_size = 512`, `VACUUM`)) // small seeds: the engine spends its time on their size
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		feed(t, put(t, filepath.Join(dir, "a.gpkg"), b))
	})
}

func FuzzKML(f *testing.F) {
	dir := f.TempDir()
	f.Add([]byte(kmlStart + kmlPlot + kmlEnd))
	f.Add([]byte(`<kml><Folder><Placemark><name>a</name><ExtendedData><SchemaData><SimpleData name="编码">7</SimpleData></SchemaData></ExtendedData><MultiGeometry><Polygon>` +
		kmlRing + `<innerBoundaryIs><LinearRing><coordinates>111.05,40.01,3 111.06,40.02 111.06,40.01</coordinates></LinearRing></innerBoundaryIs></Polygon></MultiGeometry></Placemark></Folder></kml>`))
	f.Add([]byte(`<?xml version="1.0" encoding="gb2312"?><kml><Placemark><Point/></Placemark></kml>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		feed(t, put(t, filepath.Join(dir, "a.kml"), b))
	})
}

func FuzzTable(f *testing.F) {
	dir := f.TempDir()
	f.Add([]byte("code,wkt\nA,\"SRID=4490;MULTIPOLYGON Z (((111 40 1,111.1 40 1,111.1 40.1 1,111 40 1)))\"\n"))
	f.Add([]byte("\xEF\xBB\xBF编码,geom\n甲,\"POLYGON((111 40,111.1 40,111.1 40.1),(111.05 40.01,111.06 40.02,111.06 40.01))\"\n"))
	f.Add([]byte(gbk("名称,几何\n甲,POLYGON EMPTY\n")))
	f.Fuzz(func(t *testing.T, b []byte) {
		feed(t, put(t, filepath.Join(dir, "a.csv"), b))
	})
}
