package gridindex_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/postgres/pgtest"
)

// oraclePoints is how many points each set is asked about.
func oraclePoints(t *testing.T, usual int) int {
	if s := os.Getenv("WANGGE_ORACLE_POINTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return usual
}

// TestLookupAgreesWithTheLatticeOracle asks PostGIS the same questions, in SQL
// that snaps by itself: ST_Covers on the lattice and the lowest (priority,
// code). Together the sets that need no shared data have 200,000 points.
func TestLookupAgreesWithTheLatticeOracle(t *testing.T) {
	t.Parallel()
	type set struct {
		name  string
		areas func(t *testing.T) []geotest.Named
		n     int
	}
	sets := []set{
		{"swiss municipalities", func(t *testing.T) []geotest.Named { return geotest.Switzerland(t, "municipalities") }, 120_000},
		{"swiss districts", func(t *testing.T) []geotest.Named { return geotest.Switzerland(t, "districts") }, 40_000},
		{"time zones narrower than 6.7 degrees", func(t *testing.T) []geotest.Named {
			narrow := geotest.TimeZones(t)[:0:0]
			for _, z := range geotest.TimeZones(t) {
				if b := z.Area.Box(); int64(b.Max.X)-int64(b.Min.X) < 1<<26 && int64(b.Max.Y)-int64(b.Min.Y) < 1<<26 {
					narrow = append(narrow, z)
				}
			}
			return narrow
		}, 40_000},
	}
	for seed := range uint64(5) {
		sets = append(sets, set{fmt.Sprintf("tessellation %d", seed), func(*testing.T) []geotest.Named {
			rng := rand.New(rand.NewPCG(seed, 77))
			p := geotest.NewPartition(rng, 34, 34, 8, geotest.Hohhot)
			p.Enclaves(rng)
			named := geotest.River(rng, 20_000, geotest.Hohhot)
			for i, a := range p.Areas() {
				named = append(named, geotest.Named{Name: fmt.Sprintf("cell %d", i), Area: a})
			}
			return named
		}, 12_000})
	}
	for _, city := range []string{"bristol", "sheffield"} {
		for level, property := range map[string]string{"oa": "OA11CD", "lsoa": "LSOA11CD", "msoa": "MSOA11CD"} {
			sets = append(sets, set{city + " " + level, func(t *testing.T) []geotest.Named {
				return geotest.GeoJSON(t, geotest.Shared(t, filepath.Join("uk", city+"_"+level+".geojson")), property)
			}, 20_000})
		}
	}
	for _, s := range sets {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			compareWithPostGIS(t, s.areas(t), oraclePoints(t, s.n))
		})
	}
}

func compareWithPostGIS(t *testing.T, areas []geotest.Named, n int) {
	rng := rand.New(rand.NewPCG(20260101, uint64(len(areas))))
	district := version(area.District, "whole", nil, box(-geo.MaxX, -geo.MaxY, geo.MaxX, geo.MaxY)...)
	versions := []*area.Version{district}
	for i, a := range areas {
		v := grounded(area.Grid, fmt.Sprintf("%s#%d", a.Name, i), district, a.Area)
		v.Priority = int32(rng.IntN(3))
		versions = append(versions, v)
	}
	e := edition(t, versions...)
	lon, lat := degrees(rng, versions[1:], n)

	ctx := t.Context()
	conn, err := pgx.Connect(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	run := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	run(`CREATE TEMP TABLE a (code text COLLATE "C", priority int, lattice geometry)`)
	for _, v := range versions[1:] {
		run(`INSERT INTO a VALUES ($1, $2, ST_GeomFromWKB($3))`, v.Code, v.Priority, wkb(v.Ground.Polygons()))
	}
	run(`CREATE TEMP TABLE p (i int, x float8, y float8, g geometry)`)
	run(`INSERT INTO p SELECT i, x, y, ST_MakePoint(x, y) FROM (
		SELECT i, floor(lon * 1e7 + 0.5) AS x, floor(lat * 1e7 + 0.5) AS y
		FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS q (lon, lat, i)) snapped`, lon, lat)
	run(`CREATE INDEX ON p USING gist (g)`)
	run(`ANALYZE p`)

	want := make([]*area.Version, n)
	byCode := map[string]*area.Version{}
	for _, v := range versions {
		byCode[v.Code] = v
	}
	rows, err := conn.Query(ctx, `SELECT a.code, p.i FROM a JOIN p ON ST_Covers(a.lattice, p.g)`)
	if err != nil {
		t.Fatal(err)
	}
	var code string
	var i int
	if _, err := pgx.ForEachRow(rows, []any{&code, &i}, func() error {
		if v := byCode[code]; want[i-1] == nil || v.Before(want[i-1]) {
			want[i-1] = v
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	rows, err = conn.Query(ctx, `SELECT i, x, y FROM p`)
	if err != nil {
		t.Fatal(err)
	}
	var x, y float64
	covered, wrong := 0, 0
	if _, err := pgx.ForEachRow(rows, []any{&i, &x, &y}, func() error {
		p, err := geo.Snap(lon[i-1], lat[i-1])
		if err != nil {
			return err
		}
		if float64(p.X) != x || float64(p.Y) != y {
			t.Errorf("Snap(%v, %v) = %v, in SQL %v, %v", lon[i-1], lat[i-1], p, x, y)
		}
		got := e.Locate(p)
		expect := want[i-1]
		if expect == nil {
			expect = district
		} else {
			covered++
		}
		if got == nil || got.Code != expect.Code {
			if wrong++; wrong < 10 {
				t.Errorf("%v: got %v, PostGIS says %s", p, chain(got), expect.Code)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if wrong > 0 {
		t.Errorf("%d of %d points differ from PostGIS", wrong, n)
	}
	if covered < n/4 {
		t.Errorf("only %d of %d points are covered; the comparison says little", covered, n)
	}
	t.Logf("acceptance: %s: %d points against PostGIS on the lattice, %d covered, %d mismatches", t.Name(), n, covered, wrong)
}

// degrees returns n positions: half at vertices, edge midpoints and one
// lattice step around them, a quarter a few ulps beside the place where the
// snapping turns over, the rest anywhere in the boxes.
func degrees(rng *rand.Rand, versions []*area.Version, n int) (lon, lat []float64) {
	add := func(x, y float64) {
		if math.Abs(x) <= 180 && math.Abs(y) <= 90 {
			lon, lat = append(lon, x), append(lat, y)
		}
	}
	ulps := func(v int32) float64 {
		d := (float64(v) + float64(rng.IntN(3)-1)*0.5) / geo.Scale // the middle between two steps, or a step
		for range rng.IntN(3) {
			d = math.Nextafter(d, math.Inf(rng.IntN(2)*2-1))
		}
		return d
	}
	for len(lon) < n {
		for _, p := range probes(rng, versions, 64) {
			add(p.Lon(), p.Lat())
			if rng.IntN(3) == 0 {
				add(ulps(p.X), ulps(p.Y))
			}
		}
	}
	return lon[:n], lat[:n]
}

// wkb writes rings as they are, for the oracle.
func wkb(m geo.MultiPolygon) []byte {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	put(uint8(1))
	put(uint32(6))
	put(uint32(len(m)))
	for _, p := range m {
		put(uint8(1))
		put(uint32(3))
		put(uint32(len(p)))
		for _, r := range p {
			put(uint32(len(r) + 1))
			for i := range len(r) + 1 {
				q := r[i%len(r)]
				put(float64(q.X))
				put(float64(q.Y))
			}
		}
	}
	return b.Bytes()
}

// TestWideAreasAgreeWithBigIntegers covers what PostGIS is not exact about:
// areas wider than 6.7°, judged by an own reading of the rule in big integers.
func TestWideAreasAgreeWithBigIntegers(t *testing.T) {
	t.Parallel()
	zones := geotest.TimeZones(t)
	district := version(area.District, "whole", nil, box(-geo.MaxX, -geo.MaxY, geo.MaxX, geo.MaxY)...)
	versions := []*area.Version{district}
	wide := 0
	for i, z := range zones {
		if b := z.Area.Box(); int64(b.Max.X)-int64(b.Min.X) >= 1<<26 || int64(b.Max.Y)-int64(b.Min.Y) >= 1<<26 {
			wide++
		}
		versions = append(versions, grounded(area.Grid, fmt.Sprintf("%s#%d", z.Name, i), district, z.Area))
	}
	if wide < 50 {
		t.Fatalf("only %d wide areas", wide)
	}
	e := edition(t, versions...)
	rng := rand.New(rand.NewPCG(5, 6))
	for _, p := range probes(rng, versions[1:], oraclePoints(t, 2_000)/5) {
		if p.X < -geo.MaxX || p.X > geo.MaxX || p.Y < -geo.MaxY || p.Y > geo.MaxY {
			continue
		}
		want := district
		for _, v := range versions[1:] {
			if b := v.Ground.Box(); b.Contains(p) && bigCovers(v.Ground.Polygons(), p) && (want == district || v.Before(want)) {
				want = v
			}
		}
		if got := e.Locate(p); got.Code != want.Code {
			t.Errorf("%v: got %s, want %s", p, got.Code, want.Code)
		}
	}
}

// bigCovers counts windings in big integers: covered where the number is not
// zero (rings turn as the gate leaves them), or where the point is on an edge.
func bigCovers(m geo.MultiPolygon, p geo.Point) bool {
	winding := 0
	for r := range m.Rings {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			if (a.Y < p.Y && b.Y < p.Y) || (a.Y > p.Y && b.Y > p.Y) {
				continue
			}
			d := func(v, w int32) *big.Int { return big.NewInt(int64(v) - int64(w)) }
			side := new(big.Int).Mul(d(b.X, a.X), d(p.Y, a.Y)).Cmp(new(big.Int).Mul(d(b.Y, a.Y), d(p.X, a.X)))
			if side == 0 && min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) && min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y) {
				return true
			}
			switch {
			case cmp.Compare(a.Y, p.Y) <= 0 && b.Y > p.Y && side > 0:
				winding++
			case a.Y > p.Y && b.Y <= p.Y && side < 0:
				winding--
			}
		}
	}
	return winding != 0
}
