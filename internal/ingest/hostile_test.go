package ingest_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	_ "modernc.org/sqlite"

	"wangge/internal/fault"
	"wangge/internal/ingest"
)

// What one hostile file may cost (the promise).
const (
	maxExtra = 64 << 20 // bytes
	maxCPU   = 2 * time.Second
)

// outcome is what reading a file in a process of its own gave, and cost.
type outcome struct {
	Code     string // of the refusal
	Text     string
	Findings []string
	Areas    int
	First    string        // code and name of the first area
	CPU      time.Duration // user and system
	Extra    int64         // bytes by which the process grew at most
}

const childFile = "WANGGE_TEST_HOSTILE_FILE"

// TestOneFileAsAChild is not a test of its own: inChild runs it in a process of
// its own, where nothing else uses memory.
func TestOneFileAsAChild(t *testing.T) {
	path := os.Getenv(childFile)
	if path == "" {
		return
	}
	opt := options
	opt.Project = func(string, [][2]float64) error { return nil }
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // the high-water mark begins here
		t.Fatal(err)
	}
	before, began := highWater(t), cpu(t)
	b, err := ingest.Read(context.Background(), []string{path}, opt)
	o := outcome{CPU: cpu(t) - began, Extra: highWater(t) - before}
	if err != nil {
		o.Code, o.Text = "an error without a code", err.Error()
		if e, ours := fault.As(err); ours {
			o.Code = e.Code
		}
	} else {
		o.Areas = len(b.Areas)
		for _, f := range b.Findings[:min(len(b.Findings), 20)] {
			o.Findings, o.Text = append(o.Findings, f.Code), f.EN
		}
		if len(b.Areas) > 0 {
			o.First = b.Areas[0].Code + " " + b.Areas[0].Name
		}
	}
	if len(o.Text) > 5_000 {
		o.Code, o.Text = "a text of endless length", ""
	}
	out, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%s%s\n", childFile, out)
}

func highWater(t *testing.T) (bytes int64) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	if _, err := fmt.Sscan(rest, &bytes); err != nil {
		t.Fatal(err)
	}
	return bytes << 10
}

func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// plainBinary is this test without the race detector, which multiplies time and
// memory.
func plainBinary(t *testing.T) string {
	t.Helper()
	if !raceDetector {
		return os.Args[0]
	}
	at := filepath.Join(t.TempDir(), "plain.test")
	if out, err := exec.Command("go", "test", "-c", "-o", at, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return at
}

func inChild(t *testing.T, binary, path string) (o outcome) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "-test.run=^TestOneFileAsAChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), childFile+"="+path)
	out, err := cmd.CombinedOutput()
	_, line, found := bytes.Cut(out, []byte("\n"+childFile))
	if err != nil || !found {
		t.Fatalf("the reader died or hangs: %v, %v\n%.3000s", err, context.Cause(ctx), out)
	}
	if err := json.NewDecoder(bytes.NewReader(line)).Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

// place makes files for one case.
type place struct {
	testing.TB
	dir string
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

// write writes the pieces one after another, each as often as it says.
func (p *place) write(name string, pieces ...any) string {
	p.Helper()
	f, err := os.Create(p.path(name))
	if err != nil {
		p.Fatal(err)
	}
	defer f.Close()
	times := 1
	for _, piece := range pieces {
		if n, ok := piece.(int); ok {
			times = n
			continue
		}
		text := fmt.Sprint(piece)
		if b, ok := piece.([]byte); ok {
			text = string(b)
		}
		for chunk := max(1, (1<<20)/max(1, len(text))); times > 0; times -= chunk {
			if _, err := io.WriteString(f, strings.Repeat(text, min(chunk, times))); err != nil {
				p.Fatal(err)
			}
		}
		times = 1
	}
	return p.path(name)
}

// shp is a Shapefile of the rings given: each inner list is one shape.
func shp(shapes ...[][][2]float64) []byte {
	var body bytes.Buffer
	for i, rings := range shapes {
		var starts, xy bytes.Buffer
		n := 0
		for _, r := range rings {
			_ = binary.Write(&starts, binary.LittleEndian, uint32(n))
			_ = binary.Write(&xy, binary.LittleEndian, r)
			n += len(r)
		}
		size := 44 + starts.Len() + xy.Len()
		_ = binary.Write(&body, binary.BigEndian, []uint32{uint32(i + 1), uint32(size / 2)})
		_ = binary.Write(&body, binary.LittleEndian, uint32(5))
		body.Write(make([]byte, 32))
		_ = binary.Write(&body, binary.LittleEndian, []uint32{uint32(len(rings)), uint32(n)})
		body.Write(starts.Bytes())
		body.Write(xy.Bytes())
	}
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	binary.BigEndian.PutUint32(head[24:], uint32(100+body.Len())/2)
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], 5)
	return append(head, body.Bytes()...)
}

var plot = [][][2]float64{{{111, 40}, {111, 40.1}, {111.1, 40.1}, {111.1, 40}, {111, 40}}}

// table is a dBASE table; every column has the width given.
func dbase(width int, columns []string, rows ...[]string) []byte {
	head := make([]byte, 32, 32+32*len(columns)+1)
	head[0] = 3
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(32+32*len(columns)+1))
	binary.LittleEndian.PutUint16(head[10:], uint16(1+width*len(columns)))
	for _, c := range columns {
		d := make([]byte, 32)
		copy(d[:11], c)
		d[11], d[16] = 'C', byte(width)
		head = append(head, d...)
	}
	head = append(head, '\r')
	for _, r := range rows {
		head = append(head, ' ')
		for _, v := range r {
			head = append(head, v+strings.Repeat(" ", width-len(v))...)
		}
	}
	return head
}

func gbk(s string) string {
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

// shapefile writes the parts given by extension, and returns the .shp.
func (p *place) shapefile(parts map[string][]byte) string {
	p.Helper()
	for ext, b := range parts {
		p.write("a"+ext, b)
	}
	return p.path("a.shp")
}

// entry is a file in an archive: packed honestly, unless packed is given.
type entry struct {
	header   zip.FileHeader
	text     []byte
	packed   []byte
	unpacked uint64 // what the archive claims; 0 is the truth
}

func (p *place) zip(name string, entries ...entry) string {
	p.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := e.header
		if e.packed == nil {
			if h.Method == 0 && !strings.HasSuffix(h.Name, "/") {
				h.Method = zip.Deflate
			}
			w, err := z.CreateHeader(&h)
			if err != nil {
				p.Fatal(err)
			}
			_, _ = w.Write(e.text)
			continue
		}
		h.Method, h.UncompressedSize64 = zip.Deflate, e.unpacked
		if h.CompressedSize64 == 0 {
			h.CompressedSize64 = uint64(len(e.packed))
		}
		w, err := z.CreateRaw(&h)
		if err != nil {
			p.Fatal(err)
		}
		_, _ = w.Write(e.packed)
	}
	if err := z.Close(); err != nil {
		p.Fatal(err)
	}
	return p.write(name, b.Bytes())
}

func named(name string, text []byte) entry {
	return entry{header: zip.FileHeader{Name: name}, text: text}
}

// deflated is a stream that begins with head and unpacks into n megabytes of
// zeros more.
func deflated(head []byte, n int) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = w.Write(head)
	_ = w.Flush()
	start := b.Len()
	w.Reset(&b) // so that the piece stands for itself
	_, _ = w.Write(make([]byte, 1<<20))
	_ = w.Flush()
	piece := bytes.Clone(b.Bytes()[start:])
	out := append(bytes.Clone(b.Bytes()[:start]), bytes.Repeat(piece, n)...)
	return append(out, 3, 0) // an empty last block
}

// geopackage makes one with a layer "grid", after which the statements run.
func (p *place) geopackage(statements ...string) string {
	p.Helper()
	path := p.path("a.gpkg")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		p.Fatal(err)
	}
	defer db.Close()
	for _, s := range append([]string{
		`CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT)`,
		`CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, srs_id INTEGER)`,
		`CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER)`,
		`INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '')`,
		`INSERT INTO gpkg_contents VALUES ('grid', 'features', 4326)`,
		`INSERT INTO gpkg_geometry_columns VALUES ('grid', 'geom', 'POLYGON', 4326)`,
	}, statements...) {
		if _, err := db.Exec(s); err != nil {
			p.Fatalf("%.200s: %v", s, err)
		}
	}
	return path
}

const gridTable = `CREATE TABLE grid (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT)`

// gpkgHeader begins the geometry of a GeoPackage.
const gpkgHeader = "4750000100000000"

// wkbPlot is a square in well-known binary, in hexadecimal.
func wkbPlot(order binary.AppendByteOrder, kind uint32) string {
	b := []byte{0}
	if order.String() == "LittleEndian" {
		b[0] = 1
	}
	b = order.AppendUint32(b, kind)
	b = order.AppendUint32(order.AppendUint32(b, 1), 5)
	for _, at := range plot[0] {
		b = order.AppendUint64(order.AppendUint64(b, math.Float64bits(at[0])), math.Float64bits(at[1]))
	}
	return fmt.Sprintf("%x", b)
}

func row(geometry string) string {
	return `INSERT INTO grid (geom, code, name) VALUES (x'` + gpkgHeader + geometry + `', 'A', 'A')`
}

const (
	kmlRing  = `<outerBoundaryIs><LinearRing><coordinates>111,40 111.1,40 111.1,40.1 111,40</coordinates></LinearRing></outerBoundaryIs>`
	kmlCode  = `<name>A</name><ExtendedData><Data name="code"><value>A</value></Data></ExtendedData>`
	kmlPlot  = `<Placemark>` + kmlCode + `<Polygon>` + kmlRing + `</Polygon></Placemark>`
	kmlStart = `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>`
	kmlEnd   = `</Document></kml>`
)

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	reader := plainBinary(t)
	one := map[string][]byte{".shp": shp(plot), ".dbf": dbase(8, []string{"code"}, []string{"A"})}
	with := func(ext string, b []byte) map[string][]byte {
		parts := map[string][]byte{ext: b}
		for e, b := range one {
			if e != ext {
				parts[e] = b
			}
		}
		return parts
	}
	good := []entry{named("a.shp", one[".shp"]), named("a.dbf", one[".dbf"])}
	wkt := `"POLYGON((111 40,111.1 40,111.1 40.1,111 40))"`
	for _, tc := range []struct {
		name string
		make func(p *place) string
		want string // the code of the refusal or of a finding; "" is taken, without findings
		as   string // code and name of the area, where it is taken
	}{
		// Text.
		{"80 a BOM before KML", func(p *place) string { return p.write("a.kml", "\xEF\xBB\xBF"+kmlStart+kmlPlot+kmlEnd) }, "", "A A"},
		{"80 a BOM before a table", func(p *place) string { return p.write("a.csv", "\xEF\xBB\xBFcode,wkt\nA,"+wkt+"\n") }, "", "A A"},
		{"81 KML in UTF-16", func(p *place) string { return p.write("a.kml", "\xFF\xFE<\x00k\x00m\x00l\x00>\x00") }, "not_utf8", ""},
		{"81 a table in UTF-16", func(p *place) string { return p.write("a.csv", "\xFE\xFF\x00c\x00o\x00d\x00e") }, "not_utf8", ""},
		{"82 GBK in KML that says UTF-8", func(p *place) string {
			return p.write("a.kml", kmlStart, strings.Replace(kmlPlot, ">A<", ">"+gbk("第一网格")+"<", 1), kmlEnd)
		}, "not_utf8", ""},
		{"82 GBK in KML that says GBK", func(p *place) string {
			return p.write("a.kml", strings.Replace(kmlStart, "UTF-8", "GBK", 1), strings.Replace(kmlPlot, ">A<", ">"+gbk("第一网格")+"<", 1), kmlEnd)
		}, "", "A 第一网格"},
		{"82 KML in a code that nobody reads", func(p *place) string {
			return p.write("a.kml", strings.Replace(kmlStart, "UTF-8", "EBCDIC", 1), kmlPlot, kmlEnd)
		}, "bad_kml", ""},
		{"82 a table in GBK", func(p *place) string { return p.write("a.csv", gbk("编码,名称,wkt\n甲,第一网格,")+wkt+"\n") }, "", "甲 第一网格"},
		{"84 something after KML", func(p *place) string { return p.write("a.kml", kmlStart, kmlPlot, kmlEnd, "x") }, "bad_kml", ""},
		{"85 two documents of KML", func(p *place) string {
			return p.write("a.kml", strings.TrimPrefix(kmlStart, `<?xml version="1.0" encoding="UTF-8"?>`), kmlPlot, kmlEnd, `<kml>`, kmlPlot, `</kml>`)
		}, "bad_kml", ""},
		{"86 200 MB of spaces in GeoJSON", func(p *place) string {
			return p.write("a.geojson", collection(feature("A", polygon(square))), 200<<20, " ")
		}, "", "A A"},
		{"86 200 MB of spaces in a table", func(p *place) string { return p.write("a.csv", 200<<20, " ") }, "row_too_long", ""},
		{"86 200 MB of spaces in KML", func(p *place) string { return p.write("a.kml", kmlStart, 200<<20, " ", kmlEnd) }, "string_too_long", ""},

		// GeoJSON.
		{"100 keys of 1 MB", func(p *place) string {
			pieces := []any{`{"type":"FeatureCollection",`}
			for i := range 100 {
				pieces = append(pieces, fmt.Sprintf(`"%d`, i), 1<<20-10, "k", `":1,`)
			}
			return p.write("a.geojson", append(pieces, `"features":[`+feature("A", polygon(square))+`]}`)...)
		}, "", "A A"},
		{"100,000 keys", func(p *place) string {
			var keys strings.Builder
			for i := range 100_000 {
				fmt.Fprintf(&keys, `"%d":1,`, i)
			}
			return p.write("a.geojson", strings.Replace(collection(feature("A", polygon(square))), `"code"`, keys.String()+`"code"`, 1))
		}, "too_many_keys", ""},
		{"200 codes of 1 MB", func(p *place) string {
			return p.write("a.geojson", `{"type":"FeatureCollection","features":[`, 200, `{"type":"Feature","properties":{"code":"`+strings.Repeat("x", 1<<20-10)+`"},"geometry":`+polygon(square)+`},`, feature("A", polygon(square))+`]}`)
		}, "bad_code", "A A"},
		{"a type of 1 MB", func(p *place) string {
			return p.write("a.geojson", collection(feature("A", `{"type":"`+strings.Repeat("x", 1<<20-10)+`","coordinates":[]}`)))
		}, "unsupported_geometry", ""},

		// Well-known binary, in a GeoPackage.
		{"a square", func(p *place) string { return p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 3))) }, "", "A A"},
		{"90 WKB with four thousand million rings", func(p *place) string { return p.geopackage(gridTable, row("0103000000ffffffff")) }, "bad_wkb", ""},
		{"90 WKB with four thousand million positions", func(p *place) string { return p.geopackage(gridTable, row("010300000001000000ffffffff")) }, "bad_wkb", ""},
		{"90 WKB with four thousand million parts", func(p *place) string { return p.geopackage(gridTable, row("0106000000ffffffff")) }, "bad_wkb", ""},
		{"91 WKB of both byte orders", func(p *place) string {
			return p.geopackage(gridTable, row("000000000600000001"+wkbPlot(binary.LittleEndian, 3)))
		}, "", "A A"},
		{"92 EWKB with an SRID of nobody", func(p *place) string {
			return p.geopackage(gridTable, row("0103000020"+"3f420f00"+wkbPlot(binary.LittleEndian, 3)[10:]))
		}, "", "A A"},
		{"93 collections 10,000 deep", func(p *place) string {
			return p.geopackage(gridTable, row(strings.Repeat("010700000001000000", 10_000)))
		}, "unsupported_geometry", ""},
		{"multipolygons 10,000 deep", func(p *place) string {
			return p.geopackage(gridTable, row(strings.Repeat("010600000001000000", 10_000)))
		}, "unsupported_geometry", ""},
		{"two million rings of nothing", func(p *place) string {
			return p.geopackage(gridTable, row("010300000000201f00"+strings.Repeat("00000000", 2_040_000)))
		}, "empty", ""},
		{"WKB of type 9003", func(p *place) string { return p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 9003))) }, "unsupported_geometry", ""},

		// GeoPackages that want to have something run.
		{"a view", func(p *place) string {
			return p.geopackage(strings.Replace(gridTable, "grid", "real", 1), `CREATE VIEW grid AS SELECT * FROM real`)
		}, "not_a_table", ""},
		{"a view without end", func(p *place) string {
			return p.geopackage(`CREATE VIEW grid AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n AS fid, x'00' AS geom, n AS code FROM c`)
		}, "not_a_table", ""},
		{"a list of layers without end", func(p *place) string {
			return p.geopackage(gridTable, `DROP TABLE gpkg_contents`, `CREATE VIEW gpkg_contents AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT 'grid' AS table_name, 'tiles' AS data_type FROM c`)
		}, "not_a_table", ""},
		{"a virtual table", func(p *place) string {
			return p.geopackage(`CREATE VIRTUAL TABLE grid USING fts5(geom, code)`)
		}, "not_a_table", ""},
		{"triggers", func(p *place) string {
			return p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 3)), `CREATE TRIGGER t AFTER INSERT ON grid BEGIN DELETE FROM grid; END`,
				`CREATE TRIGGER u BEFORE UPDATE ON gpkg_contents BEGIN SELECT randomblob(1000000000); END`)
		}, "", "A A"},
		{"a computed code of 100 MB", func(p *place) string {
			return p.geopackage(`CREATE TABLE grid (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT AS (hex(zeroblob(50000000))), name TEXT)`, `INSERT INTO grid (geom, name) VALUES (x'`+gpkgHeader+wkbPlot(binary.LittleEndian, 3)+`', 'A')`)
		}, "bad_code", ""},
		{"a computed geometry", func(p *place) string {
			return p.geopackage(`CREATE TABLE grid (fid INTEGER PRIMARY KEY, code TEXT, geom BLOB AS (zeroblob(500000000)))`, `INSERT INTO grid (code) VALUES ('A')`)
		}, "bad_geopackage", ""},
		{"a geometry of 100 MB", func(p *place) string {
			return p.geopackage(gridTable, `INSERT INTO grid (geom, code) VALUES (zeroblob(100000000), 'A')`)
		}, "value_too_long", ""},
		{"an attribute of 100 MB", func(p *place) string {
			return p.geopackage(gridTable, `INSERT INTO grid (geom, code) VALUES (x'`+gpkgHeader+wkbPlot(binary.LittleEndian, 3)+`', zeroblob(100000000))`)
		}, "value_too_long", ""},
		{"an attribute of 100 MB that nobody asked for", func(p *place) string {
			return p.geopackage(strings.Replace(gridTable, "name TEXT", "photo BLOB", 1), `INSERT INTO grid (geom, code, photo) VALUES (x'`+gpkgHeader+wkbPlot(binary.LittleEndian, 3)+`', 'A', zeroblob(100000000))`)
		}, "", "A A"},
		{"a default of 5 MB in 20,000 rows", func(p *place) string {
			return p.geopackage(`CREATE TABLE grid (fid INTEGER PRIMARY KEY, geom BLOB)`,
				`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 20000) INSERT INTO grid (geom) SELECT x'`+gpkgHeader+wkbPlot(binary.LittleEndian, 3)+`' FROM c`,
				`ALTER TABLE grid ADD COLUMN code TEXT DEFAULT '`+strings.Repeat("x", 900_000)+`'`)
		}, "bad_geopackage", ""},
		{"changes that are not in the file yet", func(p *place) string {
			path := p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 3)))
			p.write("a.gpkg-wal", "something")
			return path
		}, "geopackage_in_use", ""},
		{"a definition of 1 MB", func(p *place) string {
			return p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 3)), `UPDATE gpkg_spatial_ref_sys SET organization = 'NONE', definition = 'PROJCS["`+strings.Repeat("[", 1_000_000)+`'`)
		}, "unsupported_crs", ""},

		// Archives.
		{"an archive", func(p *place) string { return p.zip("a.zip", good...) }, "", "A A"},
		{"94 4.5 GB out of 4.5 MB", func(p *place) string {
			return p.zip("a.zip", entry{header: zip.FileHeader{Name: "a.shp"}, packed: deflated(one[".shp"], 4500), unpacked: 4500 << 20})
		}, "file_too_large", ""},
		{"94 4.5 GB that claim to be 1 KB", func(p *place) string {
			return p.zip("a.zip", entry{header: zip.FileHeader{Name: "a.shp"}, packed: deflated(one[".shp"], 4500), unpacked: 1000})
		}, "bad_zip", ""},
		{"94 250 MB of shapes out of 250 KB", func(p *place) string {
			head := bytes.Clone(one[".shp"][:108])
			binary.BigEndian.PutUint32(head[104:], 250<<19) // one record that is passed over
			return p.zip("a.zip", entry{header: zip.FileHeader{Name: "a.shp"}, packed: deflated(head, 250), unpacked: 250<<20 + 108})
		}, "zip_bomb", ""},
		{"94 250 MB of rows out of 250 KB", func(p *place) string {
			head := dbase(200, []string{"code"})
			binary.LittleEndian.PutUint32(head[4:], 200_000)
			binary.LittleEndian.PutUint16(head[10:], 1300)
			return p.zip("a.zip", good[0], entry{header: zip.FileHeader{Name: "a.dbf"}, packed: deflated(head, 249), unpacked: uint64(len(head)) + 249<<20})
		}, "zip_bomb", ""},
		{"94 250 MB of KML out of 250 KB", func(p *place) string {
			return p.zip("a.kmz", entry{header: zip.FileHeader{Name: "doc.kml"}, packed: deflated([]byte(kmlStart), 250), unpacked: 250<<20 + uint64(len(kmlStart))})
		}, "bad_kml", ""},
		{"23 MB of KML in an archive", func(p *place) string {
			var b strings.Builder
			b.WriteString(kmlStart)
			for rng := rand.New(rand.NewPCG(1, 2)); b.Len() < 23<<20; {
				fmt.Fprintf(&b, "<description>%x%x</description>", rng.Uint64(), rng.Uint64())
			}
			return p.zip("a.kmz", named("doc.kml", []byte(b.String()+kmlPlot+kmlEnd)))
		}, "", "A A"},
		{"95 entries that share their bytes", func(p *place) string {
			path := p.zip("a.zip", good[0], entry{header: zip.FileHeader{Name: "b.txt"}, text: make([]byte, 100)}, good[1])
			b, err := os.ReadFile(path)
			if err != nil {
				p.Fatal(err)
			}
			at := bytes.LastIndex(b, []byte("b.txt")) - 46
			binary.LittleEndian.PutUint32(b[at+42:], 0) // the first entry's place
			return p.write("b.zip", b)
		}, "zip_bomb", ""},
		{"96 an entry of 2^63 bytes", func(p *place) string {
			return p.zip("a.zip", entry{header: zip.FileHeader{Name: "a.shp"}, packed: []byte{3, 0}, unpacked: 1 << 63})
		}, "file_too_large", ""},
		{"96 an entry of 2^63 packed bytes", func(p *place) string {
			return p.zip("a.zip", entry{header: zip.FileHeader{Name: "a.shp", CompressedSize64: 1 << 63}, packed: []byte{3, 0}, unpacked: 100})
		}, "bad_zip", ""},
		{"99 names that leave the directory", func(p *place) string {
			return p.zip("a.zip", named("../../../../tmp/slip/a.shp", one[".shp"]), named("../../../../tmp/slip/a.dbf", one[".dbf"]))
		}, "", "A A"},
		{"99 names that begin at the root", func(p *place) string {
			return p.zip("a.zip", named(`/tmp/slip/a.shp`, one[".shp"]), named(`C:\a.dbf`, one[".dbf"]))
		}, "bad_code", ""},
		{"a link in an archive", func(p *place) string {
			link := named("a.shp", []byte("/etc/passwd"))
			link.header.SetMode(os.ModeSymlink | 0o777)
			return p.zip("a.zip", link)
		}, "no_layer", ""},
		{"a directory that is called a.shp", func(p *place) string { return p.zip("a.zip", named("a.shp/", nil), good[1]) }, "no_layer", ""},
		{"an archive in an archive", func(p *place) string {
			inner, err := os.ReadFile(p.zip("b.zip", good...))
			if err != nil {
				p.Fatal(err)
			}
			return p.zip("a.zip", named("b.zip", inner))
		}, "no_layer", ""},
		{"an archive with a password", func(p *place) string {
			locked := good[0]
			locked.header.Flags, locked.packed, locked.unpacked = 1, []byte("secret"), 236
			return p.zip("a.zip", locked, good[1])
		}, "zip_encrypted", ""},
		{"an archive packed in a way that nobody knows", func(p *place) string {
			path := p.zip("a.zip", good...)
			b, err := os.ReadFile(path)
			if err != nil {
				p.Fatal(err)
			}
			for _, at := range []int{8, bytes.Index(b, []byte("PK\x01\x02")) + 10} {
				binary.LittleEndian.PutUint16(b[at:], 99)
			}
			return p.write("b.zip", b)
		}, "bad_zip", ""},
		{"an archive whose bytes are not those it was made of", func(p *place) string {
			b, err := os.ReadFile(p.zip("a.zip", good...))
			if err != nil {
				p.Fatal(err)
			}
			b[60] ^= 0x55
			return p.write("b.zip", b)
		}, "bad_zip", ""},
		{"a name in GBK", func(p *place) string {
			shape, table := named(gbk("网格.shp"), one[".shp"]), named(gbk("网格.dbf"), one[".dbf"])
			shape.header.NonUTF8, table.header.NonUTF8 = true, true
			return p.zip("a.zip", shape, table)
		}, "", "A A"},
		{"1,001 entries", func(p *place) string { return p.zip("a.zip", slices.Repeat(good[:1], 1001)...) }, "bad_zip", ""},
		{"a million entries", func(p *place) string {
			head := make([]byte, 46)
			copy(head, "PK\x01\x02")
			end := make([]byte, 22)
			copy(end, "PK\x05\x06")
			return p.write("a.zip", 1_000_000, head, end)
		}, "bad_zip", ""},
		{"an archive that is a pipe", func(p *place) string { return p.pipe("a.zip") }, "not_regular", ""},

		// Tables.
		{"101 a field of 100 MB", func(p *place) string { return p.write("a.csv", "code,wkt\n", 100<<20, "x", ","+wkt) }, "row_too_long", ""},
		{"101 a field of 100 MB in quotes", func(p *place) string { return p.write("a.csv", `code,wkt`+"\n"+`"`, 50<<20, "x\n", `",`+wkt) }, "row_too_long", ""},
		{"101 a header of 100 MB", func(p *place) string { return p.write("a.csv", 25<<20, "abc,") }, "row_too_long", ""},
		{"101 a row of 8 MB of one word", func(p *place) string { return p.write("a.csv", "code,wkt\nA,", 4<<20, "a ", "\n") }, "unsupported_geometry", ""},
		{"101 a position of 8 MB", func(p *place) string { return p.write("a.csv", "code,wkt\nA,\"POLYGON((", 4<<20, "1 ", "))\"\n") }, "bad_position", ""},
		{"101 15 MB of commas", func(p *place) string { return p.write("a.csv", "code,wkt\nA", 15<<20, ",") }, "row_too_long", ""},
		{"101 3,000 columns", func(p *place) string { return p.write("a.csv", 3000, "a,", "code,wkt\n") }, "too_many_columns", ""},
		{"102 formulas are text", func(p *place) string {
			return p.write("a.csv", "code,name,wkt\n=1+1,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","+wkt+"\n")
		}, "", `=1+1 =HYPERLINK("http://x","y")`},
		{"a ring of NaN", func(p *place) string {
			return p.write("a.csv", "code,wkt\nA,\"POLYGON((NaN 1,inf 2,3 1e999,NaN 1))\"\n")
		}, "not_finite", ""},

		// Shapefiles.
		{"a shapefile", func(p *place) string { return p.shapefile(one) }, "", "A A"},
		{"103 an index that lies", func(p *place) string { return p.shapefile(with(".shx", bytes.Repeat([]byte{0xFF}, 1000))) }, "", "A A"},
		{"104 GBK without .cpg", func(p *place) string {
			return p.shapefile(with(".dbf", dbase(20, []string{gbk("编码"), gbk("名称")}, []string{"A", gbk("第一网格")})))
		}, "", "A 第一网格"},
		{"104 GBK with a .cpg that says UTF-8", func(p *place) string {
			parts := with(".dbf", dbase(20, []string{"code", "name"}, []string{"A", gbk("第一网格")}))
			parts[".cpg"] = []byte("UTF-8")
			return p.shapefile(parts)
		}, "charset_contradicted", "A 第一网格"},
		{"104 UTF-8 whose names do not fit their columns", func(p *place) string {
			parts := with(".dbf", dbase(10, []string{"code", "name", "网格名称"[:10]}, []string{"A", "第一网格"[:10], ""}))
			parts[".cpg"] = []byte("UTF-8")
			return p.shapefile(parts)
		}, "", "A 第一网"},
		{"a .cpg of 1 MB", func(p *place) string { return p.shapefile(with(".cpg", make([]byte, 1<<20))) }, "", "A A"},
		{"a .prj of 1 MB", func(p *place) string { return p.shapefile(with(".prj", bytes.Repeat([]byte("PROJCS["), 150_000))) }, "file_too_large", ""},
		{"255 columns", func(p *place) string {
			columns, values := []string{}, []string{}
			for i := range 255 {
				columns, values = append(columns, fmt.Sprintf("c%d", i)), append(values, "v")
			}
			columns[254] = "code"
			return p.shapefile(with(".dbf", dbase(10, columns, values)))
		}, "", "v v"},
		{"a table whose rows are longer than they say", func(p *place) string {
			b := bytes.Clone(one[".dbf"])
			binary.LittleEndian.PutUint16(b[10:], 4)
			return p.shapefile(with(".dbf", b))
		}, "bad_dbf", ""},
		{"a table whose rows have no length", func(p *place) string {
			b := bytes.Clone(one[".dbf"])
			binary.LittleEndian.PutUint16(b[10:], 0)
			return p.shapefile(with(".dbf", b))
		}, "bad_dbf", ""},
		{"a table whose header is all there is", func(p *place) string {
			b := bytes.Clone(one[".dbf"])
			binary.LittleEndian.PutUint16(b[8:], 65535)
			return p.shapefile(with(".dbf", b))
		}, "bad_dbf", ""},
		{"a table that claims four thousand million rows", func(p *place) string {
			b := bytes.Clone(one[".dbf"])
			binary.LittleEndian.PutUint32(b[4:], math.MaxUint32)
			return p.shapefile(with(".dbf", b))
		}, "bad_dbf", ""},
		{"shapes that end before the header says", func(p *place) string {
			b := shp(plot, plot)
			return p.shapefile(with(".shp", b[:100+(len(b)-100)/2]))
		}, "bad_shapefile", ""},
		{"a shape of 200 MB", func(p *place) string {
			head := bytes.Clone(one[".shp"][:108])
			binary.BigEndian.PutUint32(head[104:], 100<<20)
			binary.BigEndian.PutUint32(head[24:], 54+100<<20)
			p.shapefile(one)
			return p.write("a.shp", head, 200<<20, "\x00")
		}, "too_many_vertices", ""},
		{"40,000 rings in one shape", func(p *place) string {
			var rings [][][2]float64
			for i := range 40_000 {
				x, y := 100+float64(i%245)*0.01, 30+float64(i/245)*0.01
				rings = append(rings, [][2]float64{{x, y}, {x, y + 0.005}, {x + 0.005, y}, {x, y}})
			}
			return p.shapefile(with(".shp", shp(rings)))
		}, "", "A A"},
		{"60,000 rings stacked in one another", func(p *place) string {
			var rings [][][2]float64
			for i := range 60_000 {
				d := 1 + float64(i)*1e-5
				rings = append(rings, [][2]float64{{100 - d, 30 - d}, {100 - d, 30 + d}, {100 + d, 30 + d}, {100 - d, 30 - d}})
			}
			return p.shapefile(with(".shp", shp(rings)))
		}, "too_many_vertices", ""},
		{"a table that is a pipe", func(p *place) string {
			p.shapefile(one)
			_ = os.Remove(p.path("a.dbf"))
			p.pipe("a.dbf")
			return p.path("a.shp")
		}, "not_regular", ""},
		{"a table that is a directory", func(p *place) string {
			p.shapefile(one)
			_ = os.Remove(p.path("a.dbf"))
			_ = os.Mkdir(p.path("a.dbf"), 0o700)
			return p.path("a.shp")
		}, "not_regular", ""},
		{"a .prj that is a link", func(p *place) string {
			p.shapefile(one)
			_ = os.Symlink("/etc/passwd", p.path("a.prj"))
			return p.path("a.shp")
		}, "not_regular", ""},
		{"a table that is a device", func(p *place) string {
			p.shapefile(one)
			_ = os.Remove(p.path("a.dbf"))
			_ = os.Symlink("/dev/zero", p.path("a.dbf"))
			return p.path("a.shp")
		}, "not_regular", ""},
		{"shapes that are a pipe", func(p *place) string { return p.pipe("a.shp") }, "not_regular", ""},
		{"a GeoPackage that is a pipe", func(p *place) string { return p.pipe("a.gpkg") }, "not_regular", ""},

		// KML.
		{"KML", func(p *place) string { return p.write("a.kml", kmlStart, kmlPlot, kmlEnd) }, "", "A A"},
		{"an entity bomb", func(p *place) string {
			return p.write("a.kml", `<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><kml><Placemark><name>&c;</name></Placemark></kml>`)
		}, "bad_kml", ""},
		{"a million folders in one another", func(p *place) string { return p.write("a.kml", kmlStart, 1_000_000, "<Folder>") }, "too_deep", ""},
		{"200,000 folders beside one another", func(p *place) string {
			return p.write("a.kml", kmlStart, 200_000, "<Folder><Style/></Folder>", kmlPlot, kmlEnd)
		}, "", "A A"},
		{"100 MB of description in a placemark", func(p *place) string {
			return p.write("a.kml", kmlStart+"<Placemark><description>", 100<<20, "x", "</description></Placemark>"+kmlEnd)
		}, "string_too_long", ""},
		{"100 MB of description in pieces", func(p *place) string {
			return p.write("a.kml", kmlStart+"<Placemark><description>", 100, strings.Repeat("x", 1<<20)+"<!-- -->", "</description></Placemark>"+kmlEnd)
		}, "string_too_long", ""},
		{"100 MB of description elsewhere", func(p *place) string {
			return p.write("a.kml", kmlStart+"<description>", 100<<20, "x", "</description>"+kmlEnd)
		}, "string_too_long", ""},
		{"100 MB of comment", func(p *place) string { return p.write("a.kml", kmlStart+"<!-- ", 100<<20, "x", "-->"+kmlEnd) }, "string_too_long", ""},
		{"100 MB of CDATA", func(p *place) string {
			return p.write("a.kml", kmlStart+"<description><![CDATA[", 100<<20, "x", "]]></description>"+kmlEnd)
		}, "string_too_long", ""},
		{"a tag with five million attributes", func(p *place) string { return p.write("a.kml", kmlStart+"<a ", 5<<20, `b="" `, "/>"+kmlEnd) }, "string_too_long", ""},
		{"a tag with five million attributes that look closed", func(p *place) string {
			return p.write("a.kml", kmlStart+"<a ", 5<<20, `b=">" `, "/>"+kmlEnd)
		}, "string_too_long", ""},
		{"a tag name of 100 MB", func(p *place) string { return p.write("a.kml", kmlStart+"<", 100<<20, "a", "/>"+kmlEnd) }, "string_too_long", ""},
		{"five million polygons of nothing", func(p *place) string {
			return p.write("a.kml", kmlStart+"<Placemark>"+kmlCode+"<MultiGeometry>", 5<<20, "<Polygon/>", "</MultiGeometry></Placemark>"+kmlEnd)
		}, "too_many_elements", ""},
		{"300,000 polygons of nothing", func(p *place) string {
			return p.write("a.kml", kmlStart+"<Placemark>"+kmlCode+"<MultiGeometry>", 300_000, "<Polygon/>", "</MultiGeometry></Placemark>"+kmlEnd)
		}, "too_many_vertices", ""},
		{"400,000 exteriors", func(p *place) string {
			return p.write("a.kml", kmlStart+"<Placemark>"+kmlCode+"<Polygon>", 400_000, "<coordinates>1,1</coordinates>", "</Polygon></Placemark>"+kmlEnd)
		}, "bad_nesting", ""},
		{"400,000 holes of nothing", func(p *place) string {
			return p.write("a.kml", kmlStart+"<Placemark>"+kmlCode+"<Polygon>"+kmlRing+"<innerBoundaryIs>", 400_000, "<coordinates/>", "</innerBoundaryIs></Polygon></Placemark>"+kmlEnd)
		}, "too_many_vertices", ""},
		{"five million elements outside", func(p *place) string { return p.write("a.kml", kmlStart, 5<<20, "<a/>", kmlEnd) }, "too_many_elements", ""},
		{"200,000 attributes with names of their own", func(p *place) string {
			var b strings.Builder
			for i := range 200_000 {
				fmt.Fprintf(&b, `<Data name="k%07d"><value/></Data>`, i)
			}
			return p.write("a.kml", kmlStart+"<Placemark><name>A</name><ExtendedData>", b.String(), "</ExtendedData></Placemark>"+kmlEnd)
		}, "empty", ""},
		{"the exterior after the hole", func(p *place) string {
			return p.write("a.kml", kmlStart+`<Placemark>`+kmlCode+`<Polygon><innerBoundaryIs><LinearRing><coordinates>111.05,40.01 111.06,40.02 111.06,40.01</coordinates></LinearRing></innerBoundaryIs>`+kmlRing+`</Polygon></Placemark>`+kmlEnd)
		}, "ring_unclosed", "A A"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := tc.make(&place{t, dir})
			before := listing(t, dir)
			o := inChild(t, reader, path)
			if !slices.Equal(before, listing(t, dir)) {
				t.Errorf("reading left files behind: %v", listing(t, dir))
			}
			switch {
			case tc.as != "" && (o.First != tc.as || tc.want != "" && !slices.Contains(o.Findings, tc.want) || tc.want == "" && len(o.Findings) > 0):
				t.Errorf("%+v, want area %q with %q", o, tc.as, tc.want)
			case tc.as == "" && (o.Areas > 0 || o.Code != tc.want && (o.Code != "" || !slices.Contains(o.Findings, tc.want))):
				t.Errorf("%+v, want %q", o, tc.want)
			}
			if o.CPU > maxCPU {
				t.Errorf("took %v of CPU", o.CPU)
			}
			if o.Extra > maxExtra {
				t.Errorf("took %d MiB", o.Extra>>20)
			}
			t.Logf("%v, %.1f MiB: %s %v", o.CPU.Round(time.Millisecond), float64(o.Extra)/(1<<20), o.Code, o.Findings)
		})
	}
	if _, err := os.Stat("/tmp/slip"); err == nil {
		t.Error("a name in an archive became a path")
	}
}

// A file cut off anywhere is refused, or what is lost carried nothing: it is
// never half taken. (A table has no end that could be missing; what is cut
// within a row is noticed.)
func TestTruncatedFilesOfOtherFormats(t *testing.T) {
	t.Parallel()
	p := &place{t, t.TempDir()}
	two := map[string][]byte{".shp": shp(plot, plot), ".dbf": dbase(8, []string{"code"}, []string{"A"}, []string{"B"})}
	geopackage := p.geopackage(gridTable, row(wkbPlot(binary.LittleEndian, 3)), strings.Replace(row(wkbPlot(binary.LittleEndian, 3)), "'A'", "'B'", 1))
	for name, tc := range map[string]struct {
		path, cut string // the file to read, and the one that is cut
		step      int
	}{
		"KML":         {p.write("a.kml", kmlStart, kmlPlot, kmlEnd, "\n"), "a.kml", 1},
		"archive":     {p.zip("b.zip", named("a.shp", two[".shp"]), named("a.dbf", two[".dbf"])), "b.zip", 1},
		"shapes":      {p.shapefile(two), "a.shp", 1},
		"their table": {p.path("a.shp"), "a.dbf", 1},
		"GeoPackage":  {geopackage, "a.gpkg", 211},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := func(path string) (string, error) {
				b, err := ingest.Read(context.Background(), []string{path}, options)
				if err != nil {
					if _, ours := fault.As(err); !ours {
						t.Errorf("an error without a code: %v", err)
					}
					return "", err
				}
				return fmt.Sprint(b.Areas, b.Findings), nil
			}
			dir := t.TempDir()
			whole := map[string][]byte{}
			for _, n := range []string{filepath.Base(tc.path), tc.cut, "a.dbf"} {
				b, err := os.ReadFile(p.path(n))
				if err != nil {
					t.Fatal(err)
				}
				whole[n] = b
				if err := os.WriteFile(filepath.Join(dir, n), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := read(filepath.Join(dir, filepath.Base(tc.path)))
			if err != nil {
				t.Fatal(err)
			}
			refused := 0
			for n := 0; n < len(whole[tc.cut]); n += tc.step {
				if err := os.WriteFile(filepath.Join(dir, tc.cut), whole[tc.cut][:n], 0o600); err != nil {
					t.Fatal(err)
				}
				got, err := read(filepath.Join(dir, filepath.Base(tc.path)))
				if err != nil {
					refused++
				} else if got != want {
					t.Fatalf("the first %d of %d bytes gave %s, want %s", n, len(whole[tc.cut]), got, want)
				}
			}
			t.Logf("%d of %d cuts are refused", refused, (len(whole[tc.cut])+tc.step-1)/tc.step)
			if refused == 0 {
				t.Error("nothing was refused")
			}
		})
	}
}

func (p *place) pipe(name string) string {
	p.Helper()
	if err := syscall.Mkfifo(p.path(name), 0o600); err != nil {
		p.Fatal(err)
	}
	return p.path(name)
}

func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
