package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/export"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// sample is a partition with holes, enclaves and parts, in two communities.
func sample(tb testing.TB) []export.Area {
	tb.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	p := geotest.NewPartition(rng, 6, 6, 8, geotest.Hohhot)
	p.Enclaves(rng)
	var areas []export.Area
	holes, parts := 0, 0
	for i, m := range p.Cells {
		a := export.Area{Level: area.Grid, Code: fmt.Sprintf("150102002003%03d", i), Name: fmt.Sprintf("新城第%d网格", i),
			Parent: "150102002003", Kind: area.Basic, AreaM2: 1234.567 * float64(i+1), Ground: geotest.Area(m)}
		switch i {
		case 3:
			a.Name = "𠮷祥里“东”<&>'\"" // beyond the basic plane and GBK; and what XML and JSON escape
		case 4:
			a.Parent, a.Kind = "150102002004", area.Dedicated
		}
		parts += len(m) - 1
		for _, polygon := range m {
			holes += len(polygon) - 1
		}
		areas = append(areas, a)
	}
	if holes == 0 || parts == 0 {
		tb.Fatalf("the sample has %d holes and %d further parts", holes, parts)
	}
	return areas
}

// canonical writes an area so that equal ones read equal: rings begin at their
// least vertex, and stand in order.
func canonical(name, parent string, kind area.Kind, a geo.Area) string {
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
	return name + " " + parent + " " + string(kind) + " " + strings.Join(rings, " ")
}

func selected(areas []export.Area) *export.Selection {
	return &export.Selection{District: "150102", DistrictName: "新城区", Edition: "2026-01", Areas: areas}
}

func options(tb testing.TB, store *postgres.Store, format export.Format, crs, charset string) export.Options {
	tb.Helper()
	system, err := export.ParseSystem(crs)
	if err != nil {
		tb.Fatal(err)
	}
	return export.Options{Format: format, System: system, Charset: charset, Note: "示意数据", Definition: store.Definition, Project: store.ProjectTo}
}

// write writes a file into the directory and returns its name.
func write(tb testing.TB, dir string, areas []export.Area, opt export.Options) string {
	tb.Helper()
	path := filepath.Join(dir, "grid"+opt.Format.Extension())
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	if err := export.Write(tb.Context(), f, selected(areas), opt); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// readBack reads a file as the import command does and compares it with areas.
// reference names the system that the file itself cannot.
func readBack(tb testing.TB, store *postgres.Store, path, reference string, areas []export.Area) {
	tb.Helper()
	opt := ingest.Options{Level: area.Grid, ParentField: "parent", KindField: "kind",
		Project: func(definition string, positions [][2]float64) error {
			return store.Project(tb.Context(), definition, positions)
		}}
	var err error
	if opt.Reference, err = ingest.ParseReference(reference); err != nil {
		tb.Fatal(err)
	}
	b, err := ingest.Read(tb.Context(), []string{path}, opt)
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range b.Findings {
		tb.Errorf("finding %s %v: %s", f.Code, f.Areas, f.EN)
	}
	got := map[string]string{}
	for _, a := range b.Areas {
		got[a.Code] = canonical(a.Name, a.Parent, a.Kind, a.Ground)
	}
	if len(b.Areas) != len(areas) {
		tb.Errorf("%d areas, want %d", len(b.Areas), len(areas))
	}
	wrong := 0
	for _, a := range areas {
		want := canonical(a.Name, a.Parent, a.Kind, a.Ground)
		if got[a.Code] != want {
			if wrong++; wrong < 3 {
				tb.Errorf("%s: %.300s\nwant %.300s", a.Code, got[a.Code], want)
			}
		}
	}
}

func gdal(tb testing.TB, program string, args ...string) string {
	tb.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
	return string(out)
}

// TestWhatIsWrittenComesBackTheSame writes every format in every system it
// takes, and reads each file twice: with our own reader, and with GDAL, whose
// GeoJSON of it must be the same too.
func TestWhatIsWrittenComesBackTheSame(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	areas := sample(t)
	systems := []string{"wgs84", "EPSG:4326", "cgcs2000", "EPSG:4490", "EPSG:4546", "EPSG:4525", "EPSG:4508", "EPSG:3857", "EPSG:32649", "EPSG:2433", "EPSG:4610", "gcj02", "bd09"}
	for _, tc := range []struct {
		format   export.Format
		charsets []string
		systems  []string
	}{
		{export.GeoJSON, []string{""}, systems},
		{export.GeoPackage, []string{""}, systems},
		{export.Shapefile, []string{"", "gbk"}, systems},
		{export.KML, []string{""}, []string{"wgs84", "EPSG:4326"}},
	} {
		for _, crs := range tc.systems {
			for _, charset := range tc.charsets {
				t.Run(strings.TrimSpace(fmt.Sprintf("%s in %s %s", tc.format, crs, charset)), func(t *testing.T) {
					t.Parallel()
					dir := t.TempDir()
					path := write(t, dir, areas, options(t, store, tc.format, crs, charset))
					unsaid := ""
					if crs == "gcj02" || crs == "bd09" {
						unsaid = crs
					}
					readBack(t, store, path, unsaid, areas)

					source := path
					if tc.format == export.Shapefile {
						source = "/vsizip/" + path + "/grid.shp"
					}
					info := gdal(t, "ogrinfo", "-ro", "-al", "-so", source)
					if !strings.Contains(info, fmt.Sprintf("Feature Count: %d\n", len(areas))) || strings.Contains(info, "Warning") || strings.Contains(info, "ERROR") {
						t.Errorf("ogrinfo says\n%s", info)
					}
					if n := strings.TrimPrefix(crs, "EPSG:"); n != crs && (n != "4490" || tc.format != export.GeoJSON) && !strings.Contains(info, `ID["EPSG",`+n+`]`) {
						t.Errorf("GDAL takes it for another system:\n%s", info)
					}
					back := filepath.Join(dir, "back.geojson")
					args, named := []string{"-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=9", back, source}, unsaid
					if unsaid == "" {
						args, named = append(args, "-t_srs", "EPSG:4326"), "wgs84"
					}
					if out := gdal(t, "ogr2ogr", args...); out != "" {
						t.Errorf("ogr2ogr says\n%s", out)
					}
					readBack(t, store, back, named, areas)
				})
			}
		}
	}
}

func TestAGeoPackageHasALayerForEachLevel(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	grids := sample(t)
	b := geotest.Hohhot
	community := export.Area{Level: area.Community, Code: "150102002003", Name: "三角线社区", Parent: "150102002", Kind: area.Basic, AreaM2: 1,
		Ground: geotest.Area(geo.MultiPolygon{{{b.Min, {X: b.Max.X, Y: b.Min.Y}, b.Max, {X: b.Min.X, Y: b.Max.Y}}}})}
	path := write(t, t.TempDir(), append([]export.Area{community}, grids...), options(t, store, export.GeoPackage, "EPSG:4546", ""))
	info := gdal(t, "ogrinfo", "-ro", "-al", "-so", path)
	for _, want := range []string{"Layer name: community", "Feature Count: 1\n", "Layer name: grid", fmt.Sprintf("Feature Count: %d\n", len(grids)), "新城区 150102 2026-01 网格", "示意数据", `ID["EPSG",4546]`, "area_m2: Real"} {
		if !strings.Contains(info, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, info)
		}
	}
	opt := ingest.Options{Level: area.Community, Layer: "community", ParentField: "parent", Project: func(definition string, positions [][2]float64) error {
		return store.Project(t.Context(), definition, positions)
	}}
	read, err := ingest.Read(t.Context(), []string{path}, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Areas) != 1 || read.Areas[0].Parent != "150102002" || read.Areas[0].Name != community.Name ||
		canonical("", "", "", read.Areas[0].Ground) != canonical("", "", "", community.Ground) {
		t.Errorf("the community is %+v, %v", read.Areas, read.Findings)
	}
}

// TestAGeoPackageIsOfTheStandard checks what readers only use to search faster.
func TestAGeoPackageIsOfTheStandard(t *testing.T) {
	t.Parallel()
	areas := sample(t)
	path := write(t, t.TempDir(), areas, options(t, pgtest.Store(t), export.GeoPackage, "", ""))
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id, systems int
	var all [4]float64
	if err := db.QueryRow(`SELECT application_id, (SELECT count(*) FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326)), min_x, min_y, max_x, max_y
		FROM pragma_application_id, gpkg_contents`).Scan(&id, &systems, &all[0], &all[1], &all[2], &all[3]); err != nil {
		t.Fatal(err)
	}
	if id != 0x47504B47 || systems != 3 {
		t.Errorf("application_id %#x, %d of the three systems", id, systems)
	}
	around := areas[0].Ground.Box()
	for _, a := range areas {
		b := a.Ground.Box()
		around = around.Union(b)
		var geometry []byte
		if err := db.QueryRow(`SELECT geom FROM grid WHERE code = ?`, a.Code).Scan(&geometry); err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{b.Min.Lon(), b.Max.Lon(), b.Min.Lat(), b.Max.Lat()} {
			if got := math.Float64frombits(binary.LittleEndian.Uint64(geometry[8+8*i:])); got != want {
				t.Errorf("%s: number %d of its box is %v, want %v", a.Code, i, got, want)
			}
		}
	}
	if want := [4]float64{around.Min.Lon(), around.Min.Lat(), around.Max.Lon(), around.Max.Lat()}; all != want {
		t.Errorf("the layer's box is %v, want %v", all, want)
	}
}

func TestGeoJSONIsOfTheStandard(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	areas := sample(t)
	areas[0].Parent, areas[1].Level = "", area.Grid
	type collection struct {
		Type, Name, Note string
		CRS              *struct{ Properties struct{ Name string } }
		Features         []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates [][][][2]json.Number
			}
		}
	}
	read := func(crs string) (c collection) {
		t.Helper()
		text, err := os.ReadFile(write(t, t.TempDir(), areas, options(t, store, export.GeoJSON, crs, "")))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, crs := range []string{"wgs84", "cgcs2000", "EPSG:4326", "EPSG:4490"} {
		if c := read(crs); c.CRS != nil {
			t.Errorf("%s: a crs member says %+v", crs, c.CRS)
		}
	}
	if c := read("EPSG:4546"); c.CRS == nil || c.CRS.Properties.Name != "urn:ogc:def:crs:EPSG::4546" {
		t.Errorf("the crs member is %+v", c.CRS)
	}
	if c := read("gcj02"); c.CRS != nil || !strings.Contains(c.Name, "GCJ-02") {
		t.Errorf("in GCJ-02 the crs is %+v, the name %q", c.CRS, c.Name)
	}
	c := read("wgs84")
	if c.Type != "FeatureCollection" || c.Name != "新城区 150102 2026-01 网格" || c.Note != "示意数据" {
		t.Errorf("the head is %q, %q, %q", c.Type, c.Name, c.Note)
	}
	for i, f := range c.Features {
		if got := f.Properties["area_m2"]; got != math.Round(areas[i].AreaM2*100)/100 {
			t.Errorf("%s: %v m², want %v", areas[i].Code, got, areas[i].AreaM2)
		}
		if i == 0 && (f.Properties["parent"] != nil || f.Properties["kind"] != "basic") {
			t.Errorf("the attributes are %v", f.Properties)
		}
		want := areas[i].Ground.Polygons()
		for k, polygon := range f.Geometry.Coordinates {
			for r, ring := range polygon {
				if first, last := ring[0], ring[len(ring)-1]; first != last || len(ring) != len(want[k][r])+1 {
					t.Fatalf("%s: ring %d of %d positions from %v to %v", areas[i].Code, r, len(ring), first, last)
				}
				twice := 0.0
				for v, at := range ring[1:] {
					x, y := decimal(t, at[0]), decimal(t, at[1])
					if p := want[k][r][(v+1)%len(want[k][r])]; x != int64(p.X) || y != int64(p.Y) {
						t.Fatalf("%s: %v, want %v", areas[i].Code, at, p)
					}
					x0, y0 := decimal(t, ring[v][0]), decimal(t, ring[v][1])
					ox, oy := decimal(t, ring[0][0]), decimal(t, ring[0][1])
					twice += float64(x0-ox)*float64(y-oy) - float64(x-ox)*float64(y0-oy)
				}
				if (twice > 0) != (r == 0) {
					t.Errorf("%s: ring %d turns the wrong way", areas[i].Code, r)
				}
			}
		}
	}
}

// decimal reads a number of at most seven decimals as lattice steps, exactly.
func decimal(tb testing.TB, n json.Number) int64 {
	tb.Helper()
	whole, fraction, _ := strings.Cut(n.String(), ".")
	v, err := strconv.ParseInt(whole+(fraction + "0000000")[:7], 10, 64)
	if err != nil || len(fraction) > 7 {
		tb.Fatalf("%s has more than seven decimals", n)
	}
	return v
}

// part returns one file of a zipped Shapefile.
func part(tb testing.TB, path, name string) []byte {
	tb.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	f, err := z.Open(name)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestAShapefileIsOfTheStandard checks what readers pass over, and only some
// programs stumble on: lengths, the index, which way rings turn, blanks.
func TestAShapefileIsOfTheStandard(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	areas := sample(t)
	path := write(t, t.TempDir(), areas, options(t, store, export.Shapefile, "EPSG:4546", ""))
	shp, shx, dbf := part(t, path, "grid.shp"), part(t, path, "grid.shx"), part(t, path, "grid.dbf")
	big, little := binary.BigEndian, binary.LittleEndian
	number := func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) }
	if n := int(big.Uint32(shp[24:])) * 2; n != len(shp) {
		t.Errorf(".shp says %d bytes and has %d", n, len(shp))
	}
	if n := int(big.Uint32(shx[24:])) * 2; n != len(shx) || n != 100+8*len(areas) {
		t.Errorf(".shx says %d bytes and has %d", n, len(shx))
	}
	if !bytes.Equal(shp[28:100], shx[28:100]) {
		t.Error("the headers of .shp and .shx differ")
	}
	at := 100
	for i, a := range areas {
		words := int(big.Uint32(shp[at+4:]))
		if got := int(big.Uint32(shp[at:])); got != i+1 {
			t.Errorf("record %d has the number %d", i+1, got)
		}
		if int(big.Uint32(shx[100+8*i:]))*2 != at || int(big.Uint32(shx[104+8*i:])) != words {
			t.Errorf("the index does not point at record %d", i+1)
		}
		b := shp[at+8 : at+8+2*words]
		rings, points := int(little.Uint32(b[36:])), int(little.Uint32(b[40:]))
		if len(b) != 44+4*rings+16*points {
			t.Fatalf("record %d: %d bytes for %d rings and %d points", i+1, len(b), rings, points)
		}
		exteriors := 0
		for r := range rings {
			from, to := int(little.Uint32(b[44+4*r:])), points
			if r+1 < rings {
				to = int(little.Uint32(b[48+4*r:]))
			}
			xy := b[44+4*rings:]
			x0, y0 := number(xy[16*from:]), number(xy[16*from+8:])
			twice := 0.0
			for k := from; k+1 < to; k++ {
				x, y, nx, ny := number(xy[16*k:]), number(xy[16*k+8:]), number(xy[16*k+16:]), number(xy[16*k+24:])
				twice += (x-x0)*(ny-y0) - (nx-x0)*(y-y0)
				for d, v := range []float64{x, y} {
					if v < number(b[4+8*d:]) || v > number(b[20+8*d:]) || number(b[4+8*d:]) < number(shp[36+8*d:]) || number(b[20+8*d:]) > number(shp[52+8*d:]) {
						t.Fatalf("record %d: %v lies outside of its box, or that outside of the file's", i+1, v)
					}
				}
			}
			if twice < 0 {
				exteriors++
			}
			if number(xy[16*(to-1):]) != x0 || number(xy[16*(to-1)+8:]) != y0 {
				t.Errorf("record %d: ring %d is open", i+1, r)
			}
		}
		if exteriors != len(a.Ground.Polygons()) {
			t.Errorf("record %d: %d rings are clockwise, want %d", i+1, exteriors, len(a.Ground.Polygons()))
		}
		at += 8 + 2*words
	}
	if at != len(shp) {
		t.Errorf("%d bytes follow the last record", len(shp)-at)
	}
	head, row := int(little.Uint16(dbf[8:])), int(little.Uint16(dbf[10:]))
	if n := int(little.Uint32(dbf[4:])); n != len(areas) || len(dbf) != head+row*n+1 || dbf[head-1] != '\r' || dbf[len(dbf)-1] != 0x1A {
		t.Errorf(".dbf: %d rows of %d after %d in %d bytes", n, row, head, len(dbf))
	}
	if bytes.IndexByte(dbf[head:], 0) >= 0 {
		t.Error(".dbf: zero bytes stand in the table")
	}
	if cpg, prj := string(part(t, path, "grid.cpg")), string(part(t, path, "grid.prj")); cpg != "UTF-8" || !strings.HasPrefix(prj, "PROJCS[") {
		t.Errorf(".cpg %q, .prj %q", cpg, prj)
	}
	if text := string(part(t, path, "grid.txt")); !strings.Contains(text, "新城区 150102 2026-01 网格") || !strings.Contains(text, "示意数据") {
		t.Errorf("beside it stands %q", text)
	}
	shifted := write(t, t.TempDir(), areas, options(t, store, export.Shapefile, "gcj02", ""))
	if prj := part(t, shifted, "grid.prj"); prj != nil {
		t.Errorf("GCJ-02 has the .prj %s", prj)
	}
	if text := string(part(t, shifted, "grid.txt")); !strings.Contains(text, "GCJ-02") {
		t.Errorf("beside it stands %q", text)
	}
	// 𠮷 is not in GBK, so the table is GB18030 and says so.
	if cpg := string(part(t, write(t, t.TempDir(), areas, options(t, store, export.Shapefile, "", "gbk")), "grid.cpg")); cpg != "GB18030" {
		t.Errorf("with 𠮷 the .cpg says %q", cpg)
	}
	plain := write(t, t.TempDir(), areas[:3], options(t, store, export.Shapefile, "", "gbk"))
	if cpg, dbf := string(part(t, plain, "grid.cpg")), part(t, plain, "grid.dbf"); cpg != "GBK" || dbf[29] != 0x4D || !bytes.Contains(dbf, []byte("\xd0\xc2\xb3\xc7")) { // 新城
		t.Errorf("in GBK the .cpg says %q, the language byte is %#x", cpg, dbf[29])
	}
}

func TestKMLSaysWhatItHolds(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(write(t, t.TempDir(), sample(t), options(t, pgtest.Store(t), export.KML, "", "")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<kml xmlns="http://www.opengis.net/kml/2.2">`, "<name>新城区 150102 2026-01 网格</name>", "<description>示意数据</description>", `<Data name="code"><value>150102002003000</value>`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("it does not say %s:\n%.800s", want, text)
		}
	}
	if bytes.Count(text, []byte("xmlns")) != 1 {
		t.Error("namespaces are declared again inside")
	}
}

func TestSelectTakesLevelsAndNamesParents(t *testing.T) {
	t.Parallel()
	district, community, grid := uuid.New(), uuid.New(), uuid.New()
	versions := []*area.Version{
		{AreaID: district, Level: area.District, Code: "D", Name: "区"},
		{AreaID: community, Level: area.Community, Code: "C", Parent: district},
		{AreaID: grid, Level: area.Grid, Code: "G", Parent: community, Kind: area.Dedicated, AreaM2: 5},
	}
	edition := &area.Edition{District: "D", Name: "2026"}
	s, err := export.Select(edition, versions, []area.Level{area.Grid, area.District, area.Grid})
	if err != nil {
		t.Fatal(err)
	}
	if s.District != "D" || s.DistrictName != "区" || s.Edition != "2026" {
		t.Errorf("the selection is of %+v", s)
	}
	if got := s.Areas; len(got) != 2 || got[0].Code != "G" || got[0].Parent != "C" || got[0].Kind != area.Dedicated || got[0].AreaM2 != 5 || got[1].Parent != "" {
		t.Errorf("%+v", got)
	}
	if _, err := export.Select(edition, versions, []area.Level{area.Grid, area.Compound}); !fault.Is(err, "empty_level") {
		t.Errorf("a level without areas: %v", err)
	}
}

func TestNamesOfFormatsAndSystems(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]export.Format{"a.geojson": export.GeoJSON, "a.JSON": export.GeoJSON, "a.b.gpkg": export.GeoPackage, "a.zip": export.Shapefile, "a.kml": export.KML} {
		if got, err := export.FormatOf(name); err != nil || got != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for _, name := range []string{"a", "a.shp", "a.csv", "a.kmz"} {
		if got, err := export.FormatOf(name); !fault.Is(err, "unsupported_format") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, want := range map[string]string{"": "WGS-84", " EPSG:4326 ": "WGS-84", "CGCS2000": "CGCS2000", "epsg:4490": "CGCS2000", "bd09": "BD-09", "epsg:4546": "EPSG:4546"} {
		if got, err := export.ParseSystem(name); err != nil || got.String() != want {
			t.Errorf("%q: %s, %v", name, got, err)
		}
	}
	for _, name := range []string{"mars", "auto", "EPSG:", "EPSG:x", "EPSG:12", "EPSG:-4546", "4546"} {
		if got, err := export.ParseSystem(name); !fault.Is(err, "unknown_crs") {
			t.Errorf("%q: %s, %v", name, got, err)
		}
	}
}

// full is a disk with room for so many bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	return len(p), nil
}

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	grids := sample(t)
	other := grids[0]
	other.Level = area.Community
	long := slices.Clone(grids)
	long[7].Name = strings.Repeat("网", 85) // 255 bytes in UTF-8, 170 in GBK
	far := slices.Clone(grids)
	far[7].Ground = geotest.Area(geo.MultiPolygon{{{{X: 20_0000000, Y: 0}, {X: 22_0000000, Y: 0}, {X: 21_0000000, Y: 1_0000000}}}}) // a quarter of the Earth away
	all := []export.Format{export.GeoJSON, export.GeoPackage, export.Shapefile}
	for _, tc := range []struct {
		name         string
		areas        []export.Area
		formats      []export.Format
		crs, charset string
		want         string // "" when it is to be taken
	}{
		{"nothing", nil, all, "", "", "empty_level"},
		{"two levels in one file", append(slices.Clone(grids), other), []export.Format{export.GeoJSON, export.Shapefile, export.KML}, "", "", "one_level"},
		{"KML in another system", grids, []export.Format{export.KML}, "EPSG:4546", "", "kml_is_wgs84"},
		{"KML in CGCS2000", grids, []export.Format{export.KML}, "cgcs2000", "", "kml_is_wgs84"},
		{"KML in GCJ-02", grids, []export.Format{export.KML}, "gcj02", "", "kml_is_wgs84"},
		{"a code that EPSG does not have", grids, all, "EPSG:999998", "", "unknown_crs"},
		{"a code of Esri's", grids, all, "EPSG:102100", "", "unknown_crs"},
		{"a geocentric system", grids, all, "EPSG:4978", "", "unknown_crs"},
		{"ground outside the projection", far, all, "EPSG:4546", "", "not_projectable"},
		{"an unknown charset", grids, all, "", "latin1", "bad_charset"},
		{"GBK where it is always UTF-8", grids, []export.Format{export.GeoJSON, export.GeoPackage, export.KML}, "", "gbk", "bad_charset"},
		{"a name too long for the table", long, []export.Format{export.Shapefile}, "", "", "attribute_too_long"},
		{"that fits in GBK", long, []export.Format{export.Shapefile}, "", "gbk", ""},
		{"and in the other formats", long, []export.Format{export.GeoJSON, export.GeoPackage, export.KML}, "", "", ""},
		{"no format", grids, []export.Format{"dxf"}, "", "", "unsupported_format"},
	} {
		for _, format := range tc.formats {
			t.Run(tc.name+" "+string(format), func(t *testing.T) {
				t.Parallel()
				err := export.Write(t.Context(), io.Discard, selected(tc.areas), options(t, store, format, tc.crs, tc.charset))
				if tc.want == "" && err != nil || tc.want != "" && !fault.Is(err, tc.want) {
					t.Errorf("%v, want %q", err, tc.want)
				}
			})
		}
	}
	for _, format := range append(all, export.KML) {
		if err := export.Write(t.Context(), &full{1000}, selected(grids), options(t, store, format, "", "")); !fault.Is(err, "no_room") {
			t.Errorf("%s on a full disk: %v", format, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := export.Write(ctx, io.Discard, selected(grids), options(t, store, format, "", "")); !errors.Is(err, context.Canceled) {
			t.Errorf("%s when nobody waits any more: %v", format, err)
		}
	}
}

// TestNothingStaysBehind also when writing fails half-way.
func TestNothingStaysBehind(t *testing.T) {
	store := pgtest.Store(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, format := range []export.Format{export.GeoJSON, export.GeoPackage, export.Shapefile, export.KML} {
		for _, w := range []io.Writer{io.Discard, &full{1000}} {
			_ = export.Write(t.Context(), w, selected(sample(t)), options(t, store, format, "", ""))
			left, err := os.ReadDir(dir)
			if err != nil || len(left) > 0 {
				t.Errorf("%s leaves %v, %v", format, left, err)
			}
		}
	}
}

// TestMemoryDoesNotGrowWithTheFile writes the same areas many times over. It
// runs alone, so that nothing else takes memory meanwhile.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	store := pgtest.Store(t)
	areas := slices.Repeat(sample(t), 400) // 10 MB of positions
	for _, format := range []export.Format{export.GeoJSON, export.KML, export.Shapefile, export.GeoPackage} {
		w := &meter{}
		opt := options(t, store, format, "EPSG:4214", "")
		opt.Project = func(context.Context, string, [][2]float64) error { w.look(); return nil } // the time alone is of interest
		if format == export.KML {
			opt.System = export.System{}
		}
		before := w.held()
		if err := export.Write(t.Context(), w, selected(areas), opt); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d kB of file, %d kB of memory, %d looks", format, w.written>>10, (w.most-before)>>10, w.looks)
		if w.most-before > 4<<20 || w.looks < 10 {
			t.Errorf("%s: %d bytes are held to write %d", format, w.most-before, w.written)
		}
	}
}

// meter looks at the heap, every half megabyte written at least.
type meter struct{ written, seen, most, looks int }

func (m *meter) held() int {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int(s.HeapAlloc)
}

func (m *meter) look() {
	m.most = max(m.most, m.held())
	m.looks++
}

func (m *meter) Write(p []byte) (int, error) {
	if m.written += len(p); m.written-m.seen > 512<<10 {
		m.seen = m.written
		m.look()
	}
	return len(p), nil
}
