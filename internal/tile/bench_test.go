package tile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"wangge/internal/area"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/tile"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// BenchmarkDraw draws the tile in the middle of 10,000 winding cells beside
// ST_AsMVT, which is given stored Web Mercator, an index and, at coarse zooms,
// simplification; first is the first of a connection. Nothing is cached here: a
// tile that is asked for again comes from the cache of the server. Only ratios of
// one run count.
func BenchmarkDraw(b *testing.B) {
	side := 100
	rng := rand.New(rand.NewPCG(1, 2)) // fixed seed: runs compare
	ix := edition(b, partition(b, geotest.NewPartition(rng, side, side, 32, geotest.Hohhot)))
	url := mercator(b, ix.Editions()[0].Level(area.Grid))
	conn := connect(b, url)
	b.Run("prepare", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			fresh := edition(b, versionsOf(ix.Editions()[0].All()))
			b.StartTimer()
			tile.Prepare(fresh.Editions()[0], 1)
		}
	})
	tile.Prepare(ix.Editions()[0], 1)
	for _, z := range []int{8, 10, 12, 14, 16} {
		keys := tilesOver(ix, z, 1000)
		k := keys[len(keys)/2]
		b.Run(fmt.Sprintf("z=%d/tile", z), func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = len(tile.Draw(ix, area.Grid, k, 1))
			}
			b.ReportMetric(float64(size), "bytes")
		})
		b.Run(fmt.Sprintf("z=%d/ST_AsMVT", z), func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = len(asMVT(b, conn, k))
			}
			b.ReportMetric(float64(size), "bytes")
		})
		b.Run(fmt.Sprintf("z=%d/ST_AsMVT/first", z), func(b *testing.B) {
			for b.Loop() {
				conn, err := pgx.Connect(b.Context(), url)
				if err != nil {
					b.Fatal(err)
				}
				asMVT(b, conn, k)
				_ = conn.Close(b.Context())
			}
		})
	}
}

func versionsOf(areas []*gridindex.Area) (versions []*area.Version) {
	for _, a := range areas {
		versions = append(versions, a.Version)
	}
	return versions
}

func connect(b *testing.B, url string) *pgx.Conn {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// mercator stores areas in a database as pg_tileserv would like them best.
func mercator(b *testing.B, areas []*gridindex.Area) (url string) {
	b.Helper()
	url = pgtest.Database(b)
	conn := connect(b, url)
	exec := func(sql string, args ...any) {
		if _, err := conn.Exec(b.Context(), sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec(`CREATE TABLE a (district text, code text, name text, level text, tone int, kind text, parent text, geom geometry(MultiPolygon, 3857), label geometry(Point, 3857))`)
	for _, a := range areas {
		var m orb.MultiPolygon
		for _, polygon := range a.Ground.Polygons() {
			var p orb.Polygon
			for _, r := range polygon {
				var ring orb.Ring
				for _, at := range r {
					ring = append(ring, orb.Point{at.Lon(), at.Lat()})
				}
				p = append(p, append(ring, ring[0]))
			}
			m = append(m, p)
		}
		exec(`INSERT INTO a VALUES ('D', $1, $2, 'grid', $3, 'basic', 'D', ST_Transform(ST_GeomFromWKB($4, 4326), 3857), ST_Transform(ST_SetSRID(ST_MakePoint($5, $6), 4326), 3857))`,
			a.Code, a.Name, a.Tone, wkb.MustMarshal(m), a.Label.Lon(), a.Label.Lat())
	}
	exec(`CREATE INDEX ON a USING gist (geom)`)
	exec(`CREATE INDEX ON a USING gist (label)`)
	exec(`VACUUM ANALYZE a`)
	return url
}

func asMVT(b *testing.B, conn *pgx.Conn, k tile.Key) (out []byte) {
	b.Helper()
	shape := "geom"
	if k.Z < 12 {
		shape = fmt.Sprintf("ST_Simplify(geom, %v)", 40075016.7/4096/float64(int(1)<<k.Z)*2)
	}
	err := conn.QueryRow(b.Context(), `WITH e AS (SELECT ST_TileEnvelope($1, $2, $3) AS at, ST_TileEnvelope($1, $2, $3, margin => 64.0/4096) AS wide),
		shapes AS (SELECT district, code, name, level, tone, kind, parent, ST_AsMVTGeom(`+shape+`, at, 4096, 64) AS geom FROM a, e WHERE geom && wide),
		labels AS (SELECT district, code, name, level, tone, kind, parent, ST_AsMVTGeom(label, at, 4096, 0) AS geom FROM a, e WHERE label && at)
		SELECT (SELECT ST_AsMVT(shapes, 'grid') FROM shapes) || (SELECT ST_AsMVT(labels, 'grid_label') FROM labels)`, k.Z, k.X, k.Y).Scan(&out)
	if err != nil {
		b.Fatal(err)
	}
	return out
}
