package ingest

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// maxValue is the most bytes of one value in a GeoPackage: the most vertices
// with height and measure.
const maxValue = geo.MaxAreaVertices*33 + 1024

// readGeoPackage reads one layer of a GeoPackage (OGC 12-128r17). The file is
// opened for reading alone, and nothing of its own is run: only columns that are
// kept in real tables are read, no views, virtual tables or computed columns.
// Errors: bad_geopackage, geopackage_in_use, not_a_table, value_too_long,
// no_layer, which_layer, unsupported_crs, too_many_features, not_regular.
func readGeoPackage(ctx context.Context, name, layer string, fields []string, yield func(*feature) error) (seen []string, err error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	size, err := wholeDatabase(f)
	_ = f.Close()
	if err != nil {
		return nil, badGeoPackage(err)
	}
	if log, err := os.Stat(name + "-wal"); err == nil && log.Size() > 0 { // it would be passed over
		return nil, fault.New(fault.Unprocessable, "geopackage_in_use", "GeoPackage 正被别的程序打开，有改动还没存进文件（-wal）；请关闭那个程序再导入", "another program has the GeoPackage open, with changes that are not in the file yet (-wal); close it there first")
	}
	address := url.URL{Scheme: "file", Path: name, RawQuery: "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)&_pragma=cell_size_check(1)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, badGeoPackage(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, badGeoPackage(err)
	}
	defer func() { _ = c.Close() }()
	for limit, most := range map[int]int{sqlite3.SQLITE_LIMIT_LENGTH: maxValue, sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1 << 20, sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000} {
		if _, err := sqlite.Limit(c, limit, most); err != nil {
			return nil, err
		}
	}
	g := &geoPackage{db: c, fields: fields, yield: yield, left: size}
	if err := g.open(ctx, layer); err != nil {
		return nil, badGeoPackage(err)
	}
	return g.seen, badGeoPackage(g.features(ctx))
}

// wholeDatabase returns the size of an SQLite database. One that was cut off is
// refused: SQLite would take what is missing of a page for zeros.
func wholeDatabase(f *os.File) (size int64, err error) {
	var head [100]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || !bytes.HasPrefix(head[:], []byte("SQLite format 3\x00")) {
		return 0, errors.New("no SQLite database")
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	pages := int64(binary.BigEndian.Uint32(head[28:])) // known where the two counters agree
	if page == 0 || info.Size()%page != 0 || bytes.Equal(head[24:28], head[92:96]) && info.Size() < page*pages {
		return 0, errors.New("the database is cut off")
	}
	return info.Size(), nil
}

func badGeoPackage(err error) error {
	if err == nil {
		return nil
	}
	if _, ours := fault.As(err); ours {
		return err
	}
	var inner *sqlite.Error
	if errors.As(err, &inner) && inner.Code() == sqlite3.SQLITE_TOOBIG {
		return fault.New(fault.TooLarge, "value_too_long", "GeoPackage 里有一个值超过 %[1]d MB", "a value in the GeoPackage has more than %[1]d MB", maxValue>>20)
	}
	return fault.New(fault.Invalid, "bad_geopackage", "不是完好的 GeoPackage", "not a sound GeoPackage").Because(err)
}

type geoPackage struct {
	db            *sql.Conn
	fields        []string
	seen          []string
	yield         func(*feature) error
	table, column string
	reference     Reference
	left          int64 // bytes that values may still have: together no more than the file
}

// open chooses the layer and reads what is said about it.
func (g *geoPackage) open(ctx context.Context, layer string) error {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	for _, name := range []string{"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} {
		if err := g.isTable(ctx, name); err != nil {
			return err
		}
	}
	tables, err := g.texts(ctx, `SELECT table_name FROM gpkg_contents WHERE data_type = 'features' LIMIT 100`)
	if err != nil {
		return err
	}
	if layer != "" {
		tables = slices.DeleteFunc(tables, func(t string) bool { return !strings.EqualFold(t, layer) })
	}
	if len(tables) != 1 {
		slices.Sort(tables)
		return layerError(tables, "GeoPackage")
	}
	g.table = tables[0]
	if err := g.isTable(ctx, g.table); err != nil {
		return err
	}
	var organisation, definition string
	var code int
	err = g.db.QueryRowContext(ctx, `SELECT c.column_name, s.organization, s.organization_coordsys_id, s.definition
		FROM gpkg_geometry_columns c JOIN gpkg_spatial_ref_sys s USING (srs_id) WHERE c.table_name = ?`, g.table).
		Scan(&g.column, &organisation, &code, &definition)
	if err != nil {
		return err
	}
	var ok bool
	switch {
	case strings.EqualFold(organisation, "EPSG") && code > 0:
		g.reference = fromEPSG(code)
	case code == 0 || code == -1: // undefined: to be named, or taken as longitude and latitude
	default:
		if g.reference, ok = parseWKT(definition); !ok {
			return fault.New(fault.Unprocessable, "unsupported_crs", "看不懂 GeoPackage 里的坐标系，请用 --crs 写明", "the system in the GeoPackage cannot be read; name it with --crs")
		}
	}
	return nil
}

// openTime is how long a file may take to say what is in it: a broken one can
// have a list without end.
const openTime = time.Second

// isTable refuses what is not a table with rows of its own.
func (g *geoPackage) isTable(ctx context.Context, name string) error {
	var kind string
	var root int64
	err := g.db.QueryRowContext(ctx, `SELECT type, rootpage FROM sqlite_master WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE`, name).Scan(&kind, &root)
	if err != nil {
		return err
	}
	if kind != "table" || root == 0 { // a virtual table has no page
		return fault.New(fault.Unprocessable, "not_a_table", "%[1]s 不是数据表而是视图或虚表，请另存为普通图层", "%[1]s is no table but a view or a virtual table; save it as a layer of its own", clip(name))
	}
	return nil
}

// texts returns the first column of a query.
func (g *geoPackage) texts(ctx context.Context, query string, args ...any) (out []string, err error) {
	rows, err := g.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (g *geoPackage) features(ctx context.Context) error {
	// table_info leaves out generated columns, which would be computed.
	columns, err := g.texts(ctx, `SELECT name FROM pragma_table_info(?)`, g.table)
	if err != nil {
		return err
	}
	var wanted []string
	names := []string{""} // the geometry stands first
	for _, c := range columns {
		switch {
		case strings.EqualFold(c, g.column):
			names[0] = quoted(c)
			continue
		case slices.Contains(g.fields, c):
			wanted = append(wanted, c)
			names = append(names, quoted(c))
		}
		g.seen = append(g.seen, c)
	}
	if names[0] == "" {
		return errors.New("no geometry column")
	}
	rows, err := g.db.QueryContext(ctx, `SELECT `+strings.Join(names, ", ")+` FROM `+quoted(g.table)+fmt.Sprintf(` NOT INDEXED LIMIT %d`, maxFeatures+1))
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]sql.RawBytes, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for index := 1; rows.Next(); index++ {
		if index > maxFeatures {
			return fault.New(fault.Invalid, "too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if g.left -= int64(len(values[0])); g.left < 0 {
			return errors.New("rows share their bytes")
		}
		f := &feature{index: index, attributes: map[string]string{}, reference: g.reference}
		for i, c := range wanted {
			v := values[i+1]
			if len(v) > maxAttribute {
				g.left -= int64(len(v)) / 2 // UTF-16 in the file is longer here
			}
			f.attributes[c] = attribute(strings.ToValidUTF8(string(v[:min(len(v), 2*maxAttribute)]), "\uFFFD"))
		}
		f.geoPackageBinary(values[0])
		if err := g.yield(f); err != nil {
			return err
		}
	}
	return rows.Err()
}

// geoPackageBinary reads a geometry with the standard's header (§2.1.3).
func (f *feature) geoPackageBinary(b []byte) {
	if len(b) == 0 {
		f.refuse("empty", "")
		return
	}
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' || b[3]&0x20 != 0 { // not a header, or an extended type
		f.refuse("bad_wkb", "")
		return
	}
	envelope := [...]int{0, 32, 48, 48, 64, -1, -1, -1}[b[3]>>1&7]
	if envelope < 0 || len(b) < 8+envelope {
		f.refuse("bad_wkb", "")
		return
	}
	if b[3]&0x10 != 0 {
		f.refuse("empty", "")
		return
	}
	f.wkb(b[8+envelope:])
}
