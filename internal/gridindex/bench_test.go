package gridindex_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
	"wangge/internal/postgres/pgtest"
)

// BenchmarkLocate runs the index beside its peers in one run, on partitions of
// winding cells with about 190 vertices each, at uniform points. Only ratios
// of one run count. The peers: tidwall/rtree with orb's planar test in degrees
// (not exact on borders), and PostGIS through pgx, one prepared statement a
// point, and a thousand points a statement.
func BenchmarkLocate(b *testing.B) {
	for _, n := range []int{300, 10_000} {
		side := 1
		for side*side < n {
			side++
		}
		rng := rand.New(rand.NewPCG(1, 2)) // fixed seed: runs compare
		p := geotest.NewPartition(rng, side, side, 32, geotest.Hohhot)
		frame := geotest.Hohhot
		d := version(area.District, "D", nil, box(frame.Min.X, frame.Min.Y, frame.Max.X, frame.Max.Y)...)
		versions := []*area.Version{d}
		vertices := 0
		for i, a := range p.Areas() {
			versions = append(versions, grounded(area.Grid, fmt.Sprintf("%06d", i), d, a))
			vertices += a.Polygons().Vertices()
		}
		ix := gridindex.New(1, []*gridindex.Edition{edition(b, versions...)})
		points := make([]geo.Point, 1<<16)
		for i := range points {
			points[i] = geo.Point{X: frame.Min.X + rng.Int32N(frame.Max.X-frame.Min.X), Y: frame.Min.Y + rng.Int32N(frame.Max.Y-frame.Min.Y)}
		}
		name := fmt.Sprintf("areas=%d", n)
		b.Logf("%s: %d cells, %d vertices a cell", name, len(p.Cells), vertices/len(p.Cells))

		b.Run(name+"/gridindex", func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				ix.Locate(points[i&(len(points)-1)])
				i++
			}
		})
		b.Run(name+"/rtree+orb", func(b *testing.B) {
			var tree rtree.RTreeG[orb.MultiPolygon]
			for _, v := range versions[1:] {
				m := degreesOf(v.Ground.Polygons())
				bound := m.Bound()
				tree.Insert(bound.Min, bound.Max, m)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				q := points[i&(len(points)-1)]
				at := orb.Point{q.Lon(), q.Lat()}
				tree.Search(at, at, func(_, _ [2]float64, m orb.MultiPolygon) bool {
					return !planar.MultiPolygonContains(m, at)
				})
				i++
			}
		})
		conn := postgisWith(b, versions[1:])
		const one = `SELECT code FROM a WHERE ST_Covers(lattice, ST_MakePoint($1, $2)) ORDER BY priority, code COLLATE "C" LIMIT 1`
		b.Run(name+"/postgis", func(b *testing.B) {
			i := 0
			var code string
			for b.Loop() {
				q := points[i&(len(points)-1)]
				if err := conn.QueryRow(b.Context(), one, float64(q.X), float64(q.Y)).Scan(&code); err != nil && err != pgx.ErrNoRows { //nolint:errorlint // the sentinel itself
					b.Fatal(err)
				}
				i++
			}
		})
		b.Run(name+"/batch=1000/gridindex", func(b *testing.B) {
			i := 0
			for b.Loop() {
				for range 1000 {
					ix.Locate(points[i&(len(points)-1)])
					i++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/point")
		})
		b.Run(name+"/batch=1000/postgis", func(b *testing.B) {
			const many = `SELECT (SELECT code FROM a WHERE ST_Covers(lattice, ST_MakePoint(x, y)) ORDER BY priority, code COLLATE "C" LIMIT 1)
				FROM unnest($1::float8[], $2::float8[]) AS q (x, y)`
			i := 0
			for b.Loop() {
				var x, y []float64
				for range 1000 {
					q := points[i&(len(points)-1)]
					x, y = append(x, float64(q.X)), append(y, float64(q.Y))
					i++
				}
				rows, err := conn.Query(b.Context(), many, x, y)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := pgx.CollectRows(rows, pgx.RowTo[*string]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/point")
		})
		b.Run(name+"/build", func(b *testing.B) {
			for b.Loop() {
				edition(b, versions...)
			}
		})
	}
}

func degreesOf(m geo.MultiPolygon) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, p := range m {
		var polygon orb.Polygon
		for _, r := range p {
			var ring orb.Ring
			for i := range len(r) + 1 {
				q := r[i%len(r)]
				ring = append(ring, orb.Point{q.Lon(), q.Lat()})
			}
			polygon = append(polygon, ring)
		}
		out = append(out, polygon)
	}
	return out
}

func postgisWith(b *testing.B, versions []*area.Version) *pgx.Conn {
	b.Helper()
	ctx := b.Context()
	conn, err := pgx.Connect(ctx, pgtest.Database(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	if _, err := conn.Exec(ctx, `CREATE TABLE a (code text COLLATE "C", priority int, lattice geometry)`); err != nil {
		b.Fatal(err)
	}
	for _, v := range versions {
		if _, err := conn.Exec(ctx, `INSERT INTO a VALUES ($1, $2, ST_GeomFromWKB($3))`, v.Code, v.Priority, wkb(v.Ground.Polygons())); err != nil {
			b.Fatal(err)
		}
	}
	for _, sql := range []string{`CREATE INDEX ON a USING gist (lattice)`, `VACUUM ANALYZE a`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
	return conn
}
