package topology_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/mend"
	"wangge/internal/topology"
)

// large is a district of side × side grids in communities of 10 × 10, with
// shared borders of segments edges.
func large(tb testing.TB, side, segments int) (versions []*area.Version, vertices int) {
	tb.Helper()
	p := geotest.NewPartition(rand.New(rand.NewPCG(1, 2)), side, side, segments, geotest.Hohhot)
	groups := map[int][]*area.Version{}
	for i, a := range p.Areas() {
		v := &area.Version{AreaID: uuid.New(), Level: area.Grid, Code: fmt.Sprintf("%06d", i), Name: "格", Kind: area.Basic, Ground: a}
		vertices += a.Polygons().Vertices()
		versions = append(versions, v)
		k := i/side/10*100 + i%side/10
		groups[k] = append(groups[k], v)
	}
	for k, group := range groups {
		ground, err := mend.Union(group)
		if err != nil {
			tb.Fatal(err)
		}
		c := &area.Version{AreaID: uuid.New(), Level: area.Community, Code: fmt.Sprintf("C%04d", k), Name: "社区", Kind: area.Basic, Ground: ground}
		for _, v := range group {
			v.Parent = c.AreaID
		}
		versions = append(versions, c)
	}
	return versions, vertices
}

var strict = map[area.Level]area.Coverage{area.Community: area.Strict, area.Grid: area.Strict}

// TestAcceptTwoMillionVertices is the acceptance run of the check: 10,000 areas
// with 2 million vertices, and their communities, in at most ten seconds.
func TestAcceptTwoMillionVertices(t *testing.T) {
	if os.Getenv("WANGGE_ACCEPT") == "" {
		t.Skip("an acceptance run: make accept")
	}
	versions, vertices := large(t, 100, 32)
	if vertices < 1_900_000 {
		t.Fatalf("only %d vertices", vertices)
	}
	began := time.Now()
	found := topology.Check(versions, area.Opaque, strict)
	took := time.Since(began)
	for _, f := range found {
		if f.Severity != area.Note && f.Code != "no_parent" && f.Code != "spike" {
			t.Errorf("%s %v", f.Code, f.Areas)
		}
	}
	t.Logf("acceptance: %d grids with %d vertices and %d communities checked in %.1f s", 10_000, vertices, len(versions)-10_000, took.Seconds())
	if took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

// BenchmarkCheck shows that a check is near-linear: the time per vertex must not
// grow with the district.
func BenchmarkCheck(b *testing.B) {
	for _, side := range []int{10, 30, 100} {
		versions, vertices := large(b, side, 32)
		b.Run(fmt.Sprintf("vertices=%d", vertices), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				topology.Check(versions, area.Opaque, strict)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(vertices), "ns/vertex")
		})
	}
}

// A comb whose teeth lie aslant: the boxes around its edges all overlap, and it
// is sound all the same.
func TestASlantedCombIsCheckedSoon(t *testing.T) {
	t.Parallel()
	const teeth = 12_000
	base := geotest.Hohhot.Min
	at := func(along, across int32) geo.Point {
		return geo.Point{X: base.X + along + across, Y: base.Y + along - across}
	}
	var r geo.Ring
	for i := range int32(teeth) {
		r = append(r, at(0, 40*i), at(400_000, 40*i), at(400_000, 40*i+20), at(1000, 40*i+20))
	}
	r = append(r, at(0, 40*teeth), at(-100, 40*teeth), at(-100, 0))
	if r.Turn() < 0 {
		slices.Reverse(r)
	}
	comb := grounded("A", geotest.Area(geo.MultiPolygon{{r}}))
	began := time.Now()
	if found := topology.Partition([]*area.Version{comb}, area.Strict, false); len(found) > 0 {
		t.Errorf("found %v", briefs(found))
	}
	if _, err := mend.Union([]*area.Version{comb}); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %s", took)
	} else {
		t.Logf("%d vertices in %s", len(r), took)
	}
}
