package tile_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"wangge/internal/casemap"
	"wangge/internal/geo"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/tile"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// many makes cases around the middle of Hohhot, the same each time: half of them
// around a few places, as cases lie.
func many(n int) []casemap.Case {
	rng := rand.New(rand.NewPCG(1, 2)) // fixed seed: runs compare
	states := []string{"reported", "dispatched", "handling", "suspended", "closed"}
	cases := make([]casemap.Case, n)
	for i := range cases {
		state := states[rng.IntN(len(states))]
		at := geo.Point{X: 1116000000 + rng.Int32N(2000000), Y: 408000000 + rng.Int32N(1500000)}
		if i%2 == 0 {
			place := rng.Int32N(30)
			at = geo.Point{X: 1116000000 + place*60000 + int32(rng.NormFloat64()*20000), Y: 408000000 + place*7919%30*50000 + int32(rng.NormFloat64()*20000)}
		}
		c := casemap.Case{District: "150102", Point: at, Lo: int32(rng.IntN(500)), Kind: []string{"component", "event"}[rng.IntN(2)],
			Code: fmt.Sprintf("%02d%02d", 1+rng.IntN(6), rng.IntN(30)), State: state, Open: state != "closed",
			ReportedAt: noon.Add(-time.Duration(rng.IntN(30*24)) * time.Hour), Due: noon.Add(time.Duration(rng.IntN(200)-100) * time.Hour), Version: 1}
		binary.BigEndian.PutUint64(c.ID[8:], uint64(i+1))
		cases[i] = c
	}
	return cases
}

var everyone = &casemap.Filter{Everywhere: true}

func shows(f *casemap.Filter, c casemap.Case) bool {
	p := casemap.Place(c)
	return f.Shows(&p)
}

func urgencyOf(c casemap.Case) casemap.Urgency {
	p := casemap.Place(c)
	return p.Urgency(noon)
}

// tileOf names the tile that a case lies in.
func tileOf(z int, p geo.Point) tile.Key {
	x, y := p.World()
	return tile.Key{Z: z, X: int(uint64(x) >> (32 - z)), Y: int(uint64(y) >> (32 - z))}
}

func incidents(tb testing.TB, b []byte) []*geojson.Feature {
	tb.Helper()
	layers, err := mvt.Unmarshal(b)
	if err != nil {
		tb.Fatal(err)
	}
	if len(layers) == 0 {
		return nil
	}
	if l := layers[0]; len(layers) > 1 || l.Name != "incident" || l.Version != 2 || l.Extent != 4096 {
		tb.Fatalf("%d layers, the first %s of version %d and extent %d", len(layers), l.Name, l.Version, l.Extent)
	}
	return layers[0].Features
}

func number(f *geojson.Feature, key string) int {
	v, _ := f.Properties[key].(float64)
	return int(v)
}

// At every zoom each case is counted once, whatever tile it lies in, and once by
// its urgency; the worst urgency is the one that is told.
func TestEveryCaseIsDrawnOnce(t *testing.T) {
	t.Parallel()
	all := many(5000)
	// On the corners of tiles, and at the edges of the world.
	for i, p := range []geo.Point{{X: 0, Y: 0}, {X: 900000000, Y: 0}, {X: -180e7, Y: -90e7}, {X: 180e7, Y: 90e7}, {X: 450000000, Y: 665132605}} {
		all[i].Point = p
	}
	var s casemap.Set
	s.Replace(all)
	names := []string{"overdue", "soon", "normal", "suspended", "done"}
	for _, f := range []*casemap.Filter{everyone, {Everywhere: true, OpenOnly: true, Codes: []string{"01", "02"}}} {
		want, wantBy, wantIDs := 0, map[string]int{}, []string{}
		for i := range all {
			if shows(f, all[i]) {
				want++
				wantBy[urgencyOf(all[i]).String()]++
				wantIDs = append(wantIDs, all[i].ID.String())
			}
		}
		slices.Sort(wantIDs)
		for z := 0; z <= tile.MaxZoom; z++ {
			keys := map[tile.Key]bool{}
			for i := range all { // and their neighbours, which must not draw them again
				k := tileOf(z, all[i].Point)
				for _, n := range []tile.Key{k, {Z: z, X: k.X + 1, Y: k.Y}, {Z: z, X: k.X - 1, Y: k.Y}, {Z: z, X: k.X, Y: k.Y + 1}, {Z: z, X: k.X, Y: k.Y - 1}} {
					if n.Valid() && (n == k || i < 50) {
						keys[n] = true
					}
				}
			}
			got, gotBy, gotIDs := 0, map[string]int{}, []string{}
			for k := range keys {
				for _, feature := range incidents(t, tile.DrawCases(k, noon, tile.Exact, s.Within(k.Box(), f))) {
					p := feature.Geometry.(orb.Point)
					if p[0] < 0 || p[1] < 0 || p[0] >= 4096 || p[1] >= 4096 {
						t.Errorf("%v: a point at %v", k, p)
					}
					n, urgency := number(feature, "count"), feature.Properties.MustString("urgency")
					got += n
					if id := feature.Properties.MustString("id", ""); id != "" {
						gotIDs = append(gotIDs, id)
						gotBy[urgency]++
						continue
					}
					worst := ""
					for _, name := range names {
						if n := number(feature, name); n > 0 {
							gotBy[name] += n
						}
						if worst == "" && number(feature, name) > 0 {
							worst = name
						}
					}
					if worst != urgency || n < 2 {
						t.Errorf("%v: %d cases, the worst %s, told as %s", k, n, worst, urgency)
					}
				}
			}
			slices.Sort(gotIDs)
			if got != want || fmt.Sprint(gotBy) != fmt.Sprint(wantBy) {
				t.Errorf("zoom %d counts %d cases, %v; not %d, %v", z, got, gotBy, want, wantBy)
			}
			if z >= 15 && !slices.Equal(gotIDs, wantIDs) {
				t.Errorf("zoom %d draws %d cases one by one, not %d", z, len(gotIDs), len(wantIDs))
			}
		}
	}
}

// A single case stands where it is, to a step of the tile, and says what it is.
func TestSingleCasesStandWhereTheyAre(t *testing.T) {
	t.Parallel()
	all := many(400)
	var s casemap.Set
	s.Replace(all)
	for i := range all {
		c := &all[i]
		k := tileOf(17, c.Point)
		for _, f := range incidents(t, tile.DrawCases(k, noon, tile.Exact, s.Within(k.Box(), everyone))) {
			if f.Properties["id"] != c.ID.String() {
				continue
			}
			x, y := c.Point.World()
			at := f.Geometry.(orb.Point)
			dx := at[0] - (math.Ldexp(float64(x), 17-20) - 4096*float64(k.X))
			dy := at[1] - (math.Ldexp(float64(y), 17-20) - 4096*float64(k.Y))
			if math.Abs(dx) > 1 || math.Abs(dy) > 1 {
				t.Errorf("%s lies %v, %v steps off", c.ID, dx, dy)
			}
			want := geojson.Properties{"id": c.ID.String(), "count": 1.0, "urgency": urgencyOf(*c).String(), "state": c.State, "kind": c.Kind, "code": c.Code, "district": c.District, "reported": float64(c.ReportedAt.Unix())}
			if fmt.Sprint(f.Properties) != fmt.Sprint(want) {
				t.Errorf("%v, not %v", f.Properties, want)
			}
			c.Version = 0 // seen
		}
		if c.Version != 0 {
			t.Errorf("%s is not in %v", c.ID, k)
		}
	}
}

// Who may only count learns nothing about a single case, not even where it is.
func TestCountsTellNoCase(t *testing.T) {
	t.Parallel()
	all := many(300)
	var s casemap.Set
	s.Replace(all)
	for z := 8; z <= tile.MaxZoom; z++ {
		k, n := tileOf(z, all[0].Point), 0
		for _, f := range incidents(t, tile.DrawCases(k, noon, tile.Counts, s.Within(k.Box(), everyone))) {
			p := f.Geometry.(orb.Point)
			if math.Mod(p[0], 512) != 256 || math.Mod(p[1], 512) != 256 || len(f.Properties) != 7 {
				t.Errorf("%v: %v at %v", k, f.Properties, p)
			}
			n += number(f, "count")
		}
		if n == 0 {
			t.Errorf("%v is empty", k)
		}
	}
}

// A crowd in one place is a number at every zoom, and tiles stay small.
func TestACrowdStaysACluster(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{100: 100, 101: 1} {
		all := many(n)
		for i := range all {
			all[i].Point = all[0].Point
		}
		var s casemap.Set
		s.Replace(all)
		k := tileOf(18, all[0].Point)
		if got := len(incidents(t, tile.DrawCases(k, noon, tile.Exact, s.Within(k.Box(), everyone)))); got != want {
			t.Errorf("%d cases in one place are %d features, not %d", n, got, want)
		}
	}
}

// The same cases are the same bytes, in whatever order they came in.
func TestTheOrderOfCasesDoesNotShow(t *testing.T) {
	t.Parallel()
	all := many(2000)
	var a, b casemap.Set
	a.Replace(all)
	for _, c := range slices.Backward(all) {
		b.Put(c)
	}
	for z := 8; z <= 17; z++ {
		k := tileOf(z, all[0].Point)
		one, two := tile.DrawCases(k, noon, tile.Exact, a.Within(k.Box(), everyone)), tile.DrawCases(k, noon, tile.Exact, b.Within(k.Box(), everyone))
		if len(one) == 0 || !bytes.Equal(one, two) {
			t.Errorf("%v differs", k)
		}
	}
}

// BenchmarkDrawCases draws tiles of 300,000 cases beside ST_AsMVT, which is given
// Web Mercator, an index, urgencies as they stand, and the same clusters to make.
func BenchmarkDrawCases(b *testing.B) {
	all := many(300_000)
	var s casemap.Set
	s.Replace(all)
	filter := &casemap.Filter{Scopes: []casemap.Scope{casemap.WholeDistrict("150102")}, From: noon.AddDate(-1, 0, 0)}
	url := pgtest.Database(b)
	conn := connect(b, url)
	storeCases(b, conn, all)
	for _, z := range []int{8, 10, 12, 14, 15, 16, 18} {
		k := tileOf(z, all[1].Point)
		b.Run(fmt.Sprintf("z=%d/tile", z), func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				size = len(tile.DrawCases(k, noon, tile.Exact, s.Within(k.Box(), filter)))
			}
			b.ReportMetric(float64(size), "bytes")
		})
		b.Run(fmt.Sprintf("z=%d/ST_AsMVT", z), func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = len(casesAsMVT(b, conn, k))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

func storeCases(b *testing.B, conn *pgx.Conn, all []casemap.Case) {
	b.Helper()
	exec := func(sql string) {
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	exec(`CREATE TABLE raw (id uuid, district text, state text, urgency text, kind text, code text, reported bigint, lon float8, lat float8)`)
	_, err := conn.CopyFrom(b.Context(), pgx.Identifier{"raw"}, []string{"id", "district", "state", "urgency", "kind", "code", "reported", "lon", "lat"},
		pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			c := &all[i]
			return []any{[16]byte(c.ID), c.District, c.State, urgencyOf(*c).String(), c.Kind, c.Code, c.ReportedAt.Unix(), c.Point.Lon(), c.Point.Lat()}, nil
		}))
	if err != nil {
		b.Fatal(err)
	}
	exec(`CREATE TABLE c AS SELECT id, district, state, urgency, kind, code, reported, ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857) AS geom FROM raw`)
	exec(`CREATE INDEX ON c USING gist (geom)`)
	exec(`VACUUM ANALYZE c`)
}

func casesAsMVT(b *testing.B, conn *pgx.Conn, k tile.Key) (out []byte) {
	b.Helper()
	sql := `WITH e AS (SELECT ST_TileEnvelope($1, $2, $3) AS at),
		f AS (SELECT id::text, 1 AS count, urgency, state, kind, code, district, reported, ST_AsMVTGeom(geom, at, 4096, 0) AS geom FROM c, e WHERE geom && at AND district = '150102' AND reported >= 0)
		SELECT ST_AsMVT(f, 'incident') FROM f`
	if k.Z < 15 {
		sql = `WITH e AS (SELECT ST_TileEnvelope($1, $2, $3) AS at, (ST_XMax(ST_TileEnvelope($1, $2, $3)) - ST_XMin(ST_TileEnvelope($1, $2, $3))) / 8 AS side),
		f AS (SELECT count(*) AS count, count(*) FILTER (WHERE urgency = 'overdue') AS overdue, count(*) FILTER (WHERE urgency = 'soon') AS soon, count(*) FILTER (WHERE urgency = 'normal') AS normal,
			count(*) FILTER (WHERE urgency = 'suspended') AS suspended, count(*) FILTER (WHERE urgency = 'done') AS done,
			ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(avg(ST_X(geom)), avg(ST_Y(geom))), 3857), at, 4096, 0) AS geom
			FROM c, e WHERE geom && at AND district = '150102' AND reported >= 0 GROUP BY at, floor(ST_X(geom) / side), floor(ST_Y(geom) / side))
		SELECT ST_AsMVT(f, 'incident') FROM f`
	}
	if err := conn.QueryRow(b.Context(), sql, k.Z, k.X, k.Y).Scan(&out); err != nil {
		b.Fatal(err)
	}
	return out
}
