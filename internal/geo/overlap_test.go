package geo_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/postgres/pgtest"
)

func outline(points ...geo.Point) geo.Area { return geotest.Area(geo.MultiPolygon{{points}}) }

// TestOverlapAtBorders: ground counts, borders do not.
func TestOverlapAtBorders(t *testing.T) {
	t.Parallel()
	square := func(x, y, size int32) geo.Area {
		return outline(geo.Point{X: x, Y: y}, geo.Point{X: x + size, Y: y}, geo.Point{X: x + size, Y: y + size}, geo.Point{X: x, Y: y + size})
	}
	big := square(0, 0, 10)
	//	+-------+
	//	|   __  |   a notch from above, its mouth three wide
	//	|  |  | |
	//	+--+  +-+
	notched := outline(geo.Point{X: 0, Y: 0}, geo.Point{X: 10, Y: 0}, geo.Point{X: 10, Y: 10}, geo.Point{X: 7, Y: 10}, geo.Point{X: 7, Y: 3}, geo.Point{X: 4, Y: 3}, geo.Point{X: 4, Y: 10}, geo.Point{X: 0, Y: 10})
	holed := geotest.Area(geo.MultiPolygon{{big.Polygons()[0][0], {{X: 3, Y: 3}, {X: 3, Y: 6}, {X: 6, Y: 6}, {X: 6, Y: 3}}}})
	for _, tc := range []struct {
		name           string
		a, b           geo.Area
		shared, within bool
	}{
		{"the same", big, big, true, true},
		{"inside, borders apart", square(2, 2, 3), big, true, true},
		{"inside, along the border", square(0, 0, 3), big, true, true},
		{"around", big, square(2, 2, 3), true, false},
		{"beside, a stretch in common", square(10, 2, 3), big, false, false},
		{"beside, a corner in common", square(10, 10, 3), big, false, false},
		{"apart", square(20, 20, 3), big, false, false},
		{"half over", square(8, 8, 5), big, true, false},
		{"over the border between two vertices of it", square(5, 5, 10), big, true, false},
		{"filling the notch", outline(geo.Point{X: 4, Y: 3}, geo.Point{X: 7, Y: 3}, geo.Point{X: 7, Y: 10}, geo.Point{X: 4, Y: 10}), notched, false, false},
		{"all vertices on the border, an edge across the notch", outline(geo.Point{X: 4, Y: 3}, geo.Point{X: 10, Y: 0}, geo.Point{X: 10, Y: 10}, geo.Point{X: 7, Y: 10}, geo.Point{X: 4, Y: 10}), notched, true, false},
		{"filling the hole", square(3, 3, 3), holed, false, false},
		{"around the hole", square(2, 2, 5), holed, true, false},
		{"all vertices inside, the hole within", square(1, 1, 8), holed, true, false},
		{"beside the hole", square(0, 0, 3), holed, true, true},
		{"nothing", geo.Area{}, big, false, false},
	} {
		if shared, within := geo.Overlap(tc.a, tc.b); shared != tc.shared || within != tc.within {
			t.Errorf("%s: shared %v, within %v; want %v, %v", tc.name, shared, within, tc.shared, tc.within)
		}
		if shared, _ := geo.Overlap(tc.b, tc.a); shared != tc.shared {
			t.Errorf("%s, the other way round: shared %v", tc.name, shared)
		}
	}
}

// TestOverlapAgreesWithPostGIS draws small clumsy polygons, whose borders touch
// and run along each other all the time, and asks PostGIS about pairs of them.
func TestOverlapAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 22))
	const n = 20_000
	var areas []geo.Area
	for len(areas) < 2*n {
		if a, _, ok := geo.Gate(clumsy(rng)); ok {
			areas = append(areas, a)
		}
	}
	var as, bs []string
	for i := range n {
		as, bs = append(as, text(closed(areas[2*i].Polygons()))), append(bs, text(closed(areas[2*i+1].Polygons())))
	}
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	rows, err := conn.Query(ctx, `SELECT i::int - 1, ST_Relate(a::geometry, b::geometry, '2********'), ST_Relate(a::geometry, b::geometry, '**F**F***')
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (a, b, i)`, as, bs)
	if err != nil {
		t.Fatal(err)
	}
	var i int
	var shared, within bool
	kinds := map[[2]bool]int{}
	if _, err := pgx.ForEachRow(rows, []any{&i, &shared, &within}, func() error {
		gotShared, gotWithin := geo.Overlap(areas[2*i], areas[2*i+1])
		if gotShared != shared || gotWithin != within {
			t.Errorf("%s and %s: shared %v, within %v; PostGIS says %v, %v", as[i], bs[i], gotShared, gotWithin, shared, within)
		}
		kinds[[2]bool{shared, within}]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if kinds[[2]bool{}] < n/20 || kinds[[2]bool{true, false}] < n/20 || kinds[[2]bool{true, true}] < n/200 {
		t.Errorf("the pairs are too much alike: %v", kinds)
	}
}

// TestGroundAndZonesAgreeWithPostGIS: metres and square metres from memory are
// those of the database, and projected coordinates are to a hundredth of a millimetre.
func TestGroundAndZonesAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	rng := rand.New(rand.NewPCG(5, 6))
	degrees := `(SELECT ST_SetSRID(ST_Scale($1::geometry, 1e-7, 1e-7), 4490)::geography)`
	for _, m := range geotest.NewPartition(rng, 4, 4, 8, geotest.Hohhot).Cells {
		got, length := geotest.Area(m).Ground()
		var want, wantLength float64
		if err := conn.QueryRow(ctx, `SELECT ST_Area(`+degrees+`), ST_Perimeter(`+degrees+`)`, text(closed(m))).Scan(&want, &wantLength); err != nil {
			t.Fatal(err)
		}
		if off := got/want - 1; off > 1e-4 || off < -1e-4 {
			t.Errorf("%f m², PostGIS %f", got, want)
		}
		if off := length/wantLength - 1; off > 1e-5 || off < -1e-5 {
			t.Errorf("%f m, PostGIS %f", length, wantLength)
		}
	}
	for range 2000 {
		lon, lat := 73.5+rng.Float64()*63, 3+rng.Float64()*51
		z, ok := geo.ZoneOf(lon)
		if !ok {
			t.Fatalf("%f has no zone", lon)
		}
		east, north := z.Project(lon, lat)
		var wantEast, wantNorth float64
		if err := conn.QueryRow(ctx, `SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint($1, $2), 4490), substr($3, 6)::int) p`, lon, lat, z.Code()).Scan(&wantEast, &wantNorth); err != nil {
			t.Fatal(err)
		}
		if d := max(east-wantEast, wantEast-east, north-wantNorth, wantNorth-north); d > 1e-5 {
			t.Errorf("%f, %f in %s: %f, %f; PostGIS %f, %f", lon, lat, z.Code(), east, north, wantEast, wantNorth)
		}
	}
	for _, lon := range []float64{-180, 0, 73.4, 136.6, 180} {
		if z, ok := geo.ZoneOf(lon); ok {
			t.Errorf("%f lies in %s", lon, z.Code())
		}
	}
	if z, _ := geo.ZoneOf(111.6712); z.Code() != "EPSG:4546" {
		t.Errorf("Hohhot lies in %s", z.Code())
	}
}
