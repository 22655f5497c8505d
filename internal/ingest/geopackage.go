package ingest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"wangge/internal/fault"
)

// readGeoPackage reads one layer of a GeoPackage (OGC 12-128r17). The file is
// opened for reading alone, and what its schema would run is switched off.
// Errors: bad_geopackage, no_layer, which_layer, unsupported_crs.
func readGeoPackage(ctx context.Context, name, layer string, fields []string, yield func(*feature) error) (seen []string, err error) {
	address := url.URL{Scheme: "file", Path: name, RawQuery: "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)&_pragma=cell_size_check(1)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, badGeoPackage(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	g := &geoPackage{db: db, fields: fields, yield: yield}
	if err := g.open(ctx, layer); err != nil {
		return nil, badGeoPackage(err)
	}
	return g.seen, badGeoPackage(g.features(ctx))
}

func badGeoPackage(err error) error {
	if err == nil {
		return nil
	}
	if _, ours := fault.As(err); ours {
		return err
	}
	return fault.New(fault.Invalid, "bad_geopackage", "不是完好的 GeoPackage", "not a sound GeoPackage").Because(err)
}

type geoPackage struct {
	db            *sql.DB
	fields        []string
	seen          []string
	yield         func(*feature) error
	table, column string
	reference     Reference
}

// open chooses the layer and reads what is said about it.
func (g *geoPackage) open(ctx context.Context, layer string) error {
	rows, err := g.db.QueryContext(ctx, `SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name LIMIT 100`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return err
		}
		if layer == "" || strings.EqualFold(t, layer) {
			tables = append(tables, t)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(tables) != 1 {
		return layerError(tables, "GeoPackage")
	}
	g.table = tables[0]
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

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (g *geoPackage) features(ctx context.Context) error {
	rows, err := g.db.QueryContext(ctx, `SELECT * FROM `+quoted(g.table)+fmt.Sprintf(` LIMIT %d`, maxFeatures+1))
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, g.column) })
	if at < 0 {
		return errors.New("no geometry column")
	}
	for i, c := range columns {
		if i != at {
			g.seen = append(g.seen, c)
		}
	}
	values := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
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
		f := &feature{index: index, attributes: map[string]string{}, reference: g.reference}
		for i, c := range columns {
			if i != at && slices.Contains(g.fields, c) {
				f.attributes[c] = strings.ToValidUTF8(string(values[i]), "\uFFFD")
			}
		}
		f.geoPackageBinary(values[at])
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
