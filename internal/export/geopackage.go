package export

import (
	"context"
	"database/sql"
	"encoding/binary"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"wangge/internal/area"
)

// The tables that every GeoPackage has (OGC 12-128r17, annex C), its
// application_id "GPKG" and version 1.3.
const geoPackageTables = `
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system');`

// geoPackage makes the file in a directory of its own, because SQLite writes no
// stream, and copies it to w.
func (j *job) geoPackage(ctx context.Context, w io.Writer) error {
	dir, err := os.MkdirTemp("", "wangge-export-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	name := filepath.Join(dir, "areas.gpkg")
	if err := j.fillGeoPackage(ctx, name); err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

func (j *job) fillGeoPackage(ctx context.Context, name string) (err error) {
	// A file that is thrown away when anything fails needs no journal.
	address := url.URL{Scheme: "file", Path: name, RawQuery: "_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := db.Close(); err == nil {
			err = closeErr
		}
	}()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, geoPackageTables); err != nil {
		return err
	}
	if err := j.geoPackageSystems(ctx, db); err != nil {
		return err
	}
	for _, level := range j.levels {
		if err := j.geoPackageLayer(ctx, db, level); err != nil {
			return err
		}
	}
	return nil
}

// geoPackageSystems describes the system of the file, and WGS-84, which the
// standard wants in every file.
func (j *job) geoPackageSystems(ctx context.Context, db *sql.DB) error {
	wgs84, err := j.Definition(ctx, 4326)
	if err != nil {
		return err
	}
	const insert = `INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, 'EPSG', ?, ?, NULL)`
	if _, err := db.ExecContext(ctx, insert, "WGS 84", 4326, 4326, wgs84); err != nil || j.System.epsg == 0 {
		return err
	}
	_, err = db.ExecContext(ctx, insert, j.System.String(), j.System.epsg, j.System.epsg, j.wkt)
	return err
}

func (j *job) geoPackageLayer(ctx context.Context, db *sql.DB, level area.Level) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	table := level.String()
	if _, err := tx.ExecContext(ctx, `CREATE TABLE "`+table+`" (
		fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON, code TEXT, name TEXT, parent TEXT, kind TEXT, area_m2 DOUBLE)`); err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO "`+table+`" (geom, code, name, parent, kind, area_m2) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	around := emptyBox()
	for s, err := range j.shapes(ctx, level) {
		if err != nil {
			return err
		}
		around.extend(s.box)
		if _, err := insert.ExecContext(ctx, j.geoPackageBinary(s), s.Code, s.Name, orNull(s.Parent), orNull(s.kind()), s.squareMetres()); err != nil {
			return err
		}
	}
	title, description := j.title(level), j.title(level)
	if j.Note != "" {
		description += "\n" + j.Note
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)`,
		table, title, description, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), around.minX, around.minY, around.maxX, around.maxY, j.System.epsg); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'MULTIPOLYGON', ?, 0, 0)`, table, j.System.epsg); err != nil {
		return err
	}
	return tx.Commit()
}

// geoPackageBinary writes a shape as WKB after the standard's header (§2.1.3),
// which holds the box. Srs_id 0 is "undefined geographic".
func (j *job) geoPackageBinary(s shape) []byte {
	order := binary.LittleEndian
	number := func(b []byte, v float64) []byte { return order.AppendUint64(b, math.Float64bits(v)) }
	b := []byte{'G', 'P', 0, 0b0000_0011} // version 1, box x and y, little-endian
	b = order.AppendUint32(b, uint32(j.System.epsg))
	for _, v := range []float64{s.box.minX, s.box.maxX, s.box.minY, s.box.maxY} {
		b = number(b, v)
	}
	kind := func(b []byte, kind uint32, n int) []byte {
		return order.AppendUint32(order.AppendUint32(append(b, 1), kind), uint32(n))
	}
	b = kind(b, 6, len(s.polygons))
	for _, polygon := range s.polygons {
		b = kind(b, 3, len(polygon))
		for _, ring := range polygon {
			b = order.AppendUint32(b, uint32(len(ring)))
			for _, at := range ring {
				b = number(number(b, at[0]), at[1])
			}
		}
	}
	return b
}
