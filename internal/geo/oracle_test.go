package geo_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/geo"
	"wangge/internal/postgres/pgtest"
)

// text writes closed rings as WKT.
func text(m geo.MultiPolygon) string {
	var polygons []string
	for _, p := range m {
		var rings []string
		for _, r := range p {
			var points []string
			for _, q := range r {
				points = append(points, fmt.Sprintf("%d %d", q.X, q.Y))
			}
			rings = append(rings, "("+strings.Join(points, ",")+")")
		}
		polygons = append(polygons, "("+strings.Join(rings, ",")+")")
	}
	return "MULTIPOLYGON(" + strings.Join(polygons, ",") + ")"
}

func closed(m geo.MultiPolygon) geo.MultiPolygon {
	out := make(geo.MultiPolygon, len(m))
	for i, p := range m {
		for _, r := range p {
			out[i] = append(out[i], append(slices.Clone(r), r[0]))
		}
	}
	return out
}

// TestGateAgreesWithPostGIS draws small clumsy polygons, in which every kind
// of touching and crossing happens often, and asks PostGIS about them.
func TestGateAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	const n = 30_000
	raw := make([]geo.MultiPolygon, n)
	taken := make([]geo.Area, n)
	defects := make([][]geo.Defect, n)
	ok := make([]bool, n)
	var rawText, outText []string
	for i := range raw {
		raw[i] = clumsy(rng)
		taken[i], defects[i], ok[i] = geo.Gate(raw[i])
		rawText = append(rawText, text(raw[i]))
		out := "MULTIPOLYGON EMPTY"
		if ok[i] {
			out = text(closed(taken[i].Polygons()))
		}
		outText = append(outText, out)
	}
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	// Areas of valid input must not change.
	rows, err := conn.Query(ctx, `SELECT i::int, ST_IsValid(r::geometry), ST_IsValid(o::geometry), ST_Area(r::geometry) = ST_Area(o::geometry)
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (r, o, i)`, rawText, outText)
	if err != nil {
		t.Fatal(err)
	}
	var i int
	var validIn, validOut, same bool
	accepted, refused, repaired := 0, 0, 0
	if _, err := pgx.ForEachRow(rows, []any{&i, &validIn, &validOut, &same}, func() error {
		i--
		mended := slices.ContainsFunc(defects[i], func(d geo.Defect) bool { return d.Code != "repeated_vertex" })
		switch {
		case ok[i] && !mended:
			accepted++
		case ok[i]:
			repaired++
		default:
			refused++
		}
		switch {
		case ok[i] && !validOut:
			t.Errorf("%s became %s, which PostGIS calls invalid", rawText[i], outText[i])
		case validIn && (!ok[i] || mended):
			t.Errorf("%s is valid for PostGIS and was refused or changed: %v", rawText[i], defects[i])
		case validIn && !same:
			t.Errorf("%s changed its area", rawText[i])
		case !validIn && ok[i] && !mended:
			t.Errorf("%s is invalid for PostGIS and was taken as it is", rawText[i])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d taken as they are, %d repaired, %d refused", accepted, repaired, refused)
	if accepted < n/50 || repaired < n/50 || refused < n/50 {
		t.Error("one of the three kinds hardly occurs; the test says little")
	}
}

// clumsy draws one to three rings on a 7×7 lattice.
func clumsy(rng *rand.Rand) geo.MultiPolygon {
	ring := func(x, y, size int32) geo.Ring {
		var r geo.Ring
		for range 3 + rng.IntN(4) {
			r = append(r, geo.Point{X: x + rng.Int32N(size), Y: y + rng.Int32N(size)})
		}
		return append(r, r[0])
	}
	shell := geo.Ring{{X: 0, Y: 0}, {X: 6, Y: 0}, {X: 6, Y: 6}, {X: 0, Y: 6}, {X: 0, Y: 0}}
	switch rng.IntN(5) {
	case 0:
		return geo.MultiPolygon{{shell, ring(0, 0, 7)}}
	case 1:
		return geo.MultiPolygon{{shell, ring(0, 0, 4), ring(2, 2, 4)}}
	case 2:
		return geo.MultiPolygon{{ring(0, 0, 5)}, {ring(3, 3, 5)}}
	}
	return geo.MultiPolygon{{ring(0, 0, 7)}}
}

// FuzzGate reads rings from bytes, near and far apart. Whatever the gate takes
// it must take again unchanged.
func FuzzGate(f *testing.F) {
	f.Add([]byte{0, 0, 6, 0, 6, 6, 0, 6, 255, 2, 2, 4, 2, 4, 4})
	f.Add([]byte{0, 0, 3, 3, 6, 0, 6, 6, 3, 3, 0, 6})
	f.Add([]byte{254, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		m := geo.MultiPolygon{{{}}}
		scale := int32(1)
		for i := 0; i+1 < len(b); i += 2 {
			p := &m[len(m)-1]
			switch b[i] {
			case 255:
				*p = append(*p, geo.Ring{})
				i--
				continue
			case 254:
				m = append(m, geo.Polygon{{}})
				i--
				continue
			case 253:
				scale = 4_000_000
				i--
				continue
			}
			r := &(*p)[len(*p)-1]
			*r = append(*r, geo.Point{X: (int32(b[i]) - 100) * scale, Y: (int32(b[i+1]) - 100) * scale})
		}
		a, defects, ok := geo.Gate(m)
		if ok == a.Empty() || !ok && len(defects) == 0 {
			t.Fatalf("ok = %v, empty = %v, defects %v", ok, a.Empty(), defects)
		}
		if !ok {
			return
		}
		again, defects, ok := geo.Gate(closed(a.Polygons()))
		if !ok || len(defects) > 0 || text(closed(again.Polygons())) != text(closed(a.Polygons())) {
			t.Fatalf("not taken again as it is: %v", defects)
		}
		if _, err := geo.Restore(a.Polygons()); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzSnap takes any two doubles: a point on the lattice, or an error.
func FuzzSnap(f *testing.F) {
	f.Add(111.6712, 40.8301)
	f.Add(180.0, -90.0)
	f.Add(-0.00000005, 5e-324)
	f.Fuzz(func(t *testing.T, lon, lat float64) {
		for _, crs := range []geo.CRS{geo.WGS84, geo.GCJ02, geo.BD09} {
			p, err := crs.Locate(lon, lat)
			if err == nil && (p.X < -geo.MaxX || p.X > geo.MaxX || p.Y < -geo.MaxY || p.Y > geo.MaxY) {
				t.Fatalf("%s %v, %v became %v", crs, lon, lat, p)
			}
		}
	})
}
