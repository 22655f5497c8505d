package gridindex_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
)

// version makes an area from the corners of a ring, given as x, y pairs.
func version(level area.Level, code string, parent *area.Version, xy ...int32) *area.Version {
	var r geo.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, geo.Point{X: xy[i], Y: xy[i+1]})
	}
	return grounded(level, code, parent, geotest.Area(geo.MultiPolygon{{r}}))
}

func grounded(level area.Level, code string, parent *area.Version, ground geo.Area) *area.Version {
	v := &area.Version{District: "D", AreaID: uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%d %s", level, code)), Level: level,
		Code: code, Name: "name of " + code, Kind: area.Basic, Ground: ground}
	if parent != nil {
		v.Parent = parent.AreaID
	}
	return v
}

func edition(tb testing.TB, versions ...*area.Version) *gridindex.Edition {
	tb.Helper()
	e, err := gridindex.NewEdition(versions, nil, gridindex.About{Name: "2026-01"})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func box(xMin, yMin, xMax, yMax int32) []int32 {
	return []int32{xMin, yMin, xMax, yMin, xMax, yMax, xMin, yMax}
}

// small is a district with two communities, grids in the western one only, a
// dedicated grid across both and two compounds over one another.
//
//	  0        10        20
//	10 +----+----+---------+
//	   | GA | GB |         |
//	   |  .-+----+--.      |   dedicated P: 3..14 × 3..7
//	   +----+----+---------+
//	     CA           CB
func small(tb testing.TB) *gridindex.Edition {
	district := version(area.District, "D", nil, box(0, 0, 20, 10)...)
	ca := version(area.Community, "CA", district, box(0, 0, 10, 10)...)
	cb := version(area.Community, "CB", district, box(10, 0, 20, 10)...)
	ga := version(area.Grid, "GA", ca, box(0, 0, 5, 10)...)
	gb := version(area.Grid, "GB", ca, box(5, 0, 10, 10)...)
	park := version(area.Grid, "P", ca, box(3, 3, 14, 7)...)
	park.Kind = area.Dedicated
	k1 := version(area.Compound, "K1", ca, box(4, 4, 6, 6)...)
	k2 := version(area.Compound, "K2", ca, box(4, 4, 8, 6)...)
	e, err := gridindex.NewEdition([]*area.Version{k2, gb, district, park, cb, ga, ca, k1},
		map[uuid.UUID][]uuid.UUID{k1.AreaID: {ga.AreaID, gb.AreaID}, k2.AreaID: {gb.AreaID, ga.AreaID}}, gridindex.About{})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func codes(areas []*gridindex.Area) []string {
	out := []string{}
	for _, a := range areas {
		out = append(out, a.Code)
	}
	return out
}

func chain(a *gridindex.Area) []string {
	out := []string{}
	for ; a != nil; a = a.Up {
		out = append(out, a.Code)
	}
	return out
}

func TestLocate(t *testing.T) {
	t.Parallel()
	e := small(t)
	ix := gridindex.New(1, []*gridindex.Edition{e})
	for _, tc := range []struct {
		name      string
		at        geo.Point
		want      []string
		dedicated []string
		compounds []string
	}{
		{"inside", geo.Point{X: 2, Y: 2}, []string{"GA", "CA", "D"}, []string{}, []string{}},
		{"a shared border goes to the lower code", geo.Point{X: 5, Y: 1}, []string{"GA", "CA", "D"}, []string{}, []string{}},
		{"the border of two communities goes to the finer level", geo.Point{X: 10, Y: 1}, []string{"GB", "CA", "D"}, []string{}, []string{}},
		{"where no grid covers, the community answers", geo.Point{X: 11, Y: 1}, []string{"CB", "D"}, []string{}, []string{}},
		{"an outer corner", geo.Point{X: 20, Y: 10}, []string{"CB", "D"}, []string{}, []string{}},
		{"a dedicated grid and compounds lie over the owner", geo.Point{X: 5, Y: 5}, []string{"GA", "CA", "D"}, []string{"P"}, []string{"K1", "K2"}},
		{"a dedicated grid owns nothing", geo.Point{X: 13, Y: 5}, []string{"CB", "D"}, []string{"P"}, []string{}},
		{"one compound", geo.Point{X: 7, Y: 5}, []string{"GB", "CA", "D"}, []string{"P"}, []string{"K2"}},
		{"outside", geo.Point{X: 21, Y: 5}, []string{}, []string{}, []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := chain(ix.Locate(tc.at)); !slices.Equal(got, tc.want) {
				t.Errorf("Locate(%v) = %v, want %v", tc.at, got, tc.want)
			}
			if got := codes(e.Dedicated(tc.at)); !slices.Equal(got, tc.dedicated) {
				t.Errorf("Dedicated(%v) = %v, want %v", tc.at, got, tc.dedicated)
			}
			if got := codes(e.Compounds(tc.at)); !slices.Equal(got, tc.compounds) {
				t.Errorf("Compounds(%v) = %v, want %v", tc.at, got, tc.compounds)
			}
		})
	}
	if got := codes(e.Find(area.Compound, "K2").Grids); !slices.Equal(got, []string{"GB", "GA"}) {
		t.Errorf("grids of K2 = %v, want the largest share first", got)
	}
}

func TestPriorityGoesBeforeCode(t *testing.T) {
	t.Parallel()
	d := version(area.District, "D", nil, box(0, 0, 10, 10)...)
	a, b := version(area.Grid, "A", d, box(0, 0, 10, 10)...), version(area.Grid, "B", d, box(0, 0, 10, 10)...)
	a.Priority = 1
	if got := edition(t, d, a, b).Locate(geo.Point{X: 5, Y: 5}); got.Code != "B" {
		t.Errorf("owner = %s, want B, which has the lower priority number", got.Code)
	}
}

func TestDistrictsInCodeOrder(t *testing.T) {
	t.Parallel()
	one := version(area.District, "150102", nil, box(0, 0, 10, 10)...)
	two := version(area.District, "150103", nil, box(10, 0, 20, 10)...)
	ix := gridindex.New(1, []*gridindex.Edition{edition(t, two), edition(t, one)})
	if got := ix.Locate(geo.Point{X: 10, Y: 5}); got.Code != "150102" {
		t.Errorf("the border of two districts went to %s, want the lower code", got.Code)
	}
	if got := ix.Locate(geo.Point{X: 11, Y: 5}); got.Code != "150103" {
		t.Errorf("owner = %s, want 150103", got.Code)
	}
}

func TestSnapshotNamesWhatIsInForce(t *testing.T) {
	t.Parallel()
	build := func(activation int64) *gridindex.Edition {
		e, err := gridindex.NewEdition([]*area.Version{version(area.District, "D", nil, box(0, 0, 9, 9)...)}, nil, gridindex.About{Activation: activation})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	// Generation 2 was counted, but takes effect at a midnight to come.
	before, after := gridindex.New(2, []*gridindex.Edition{build(1)}), gridindex.New(2, []*gridindex.Edition{build(2)})
	if before.Snapshot == after.Snapshot {
		t.Errorf("both are %q; a map drawn before that midnight would be kept after it", before.Snapshot)
	}
}

func TestNewEditionRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	d := version(area.District, "D", nil, box(0, 0, 10, 10)...)
	g := version(area.Grid, "G", d, box(0, 0, 10, 10)...)
	orphan := version(area.Grid, "O", g, box(0, 0, 10, 10)...)
	lost := version(area.Grid, "L", nil, box(0, 0, 10, 10)...)
	lost.Parent = uuid.New()
	empty := &area.Version{Level: area.Grid, Code: "E", Parent: d.AreaID}
	other := version(area.District, "D2", nil, box(0, 0, 10, 10)...)
	for name, versions := range map[string][]*area.Version{
		"a code twice":               {d, g, g},
		"a parent of its own level":  {d, g, orphan},
		"a parent that is not there": {d, lost},
		"an area without ground":     {d, empty},
		"two districts":              {d, other},
		"no district":                {},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := gridindex.NewEdition(versions, nil, gridindex.About{}); err == nil {
				t.Error("was taken")
			}
		})
	}
}

func TestWithinNeighboursAndNearest(t *testing.T) {
	t.Parallel()
	const s = 10_000 // about 100 m
	d := version(area.District, "D", nil, box(0, 0, 4*s, 2*s)...)
	var versions []*area.Version
	for i := range int32(4) {
		for j := range int32(2) {
			versions = append(versions, version(area.Grid, fmt.Sprintf("G%d%d", i, j), d, box(i*s, j*s, (i+1)*s, (j+1)*s)...))
		}
	}
	e := edition(t, append(versions, d)...)
	if got, want := codes(e.Within(area.Grid, geo.Box{Min: geo.Point{X: s + 1, Y: 1}, Max: geo.Point{X: 2*s - 1, Y: s - 1}})), []string{"G10"}; !slices.Equal(got, want) {
		t.Errorf("Within = %v, want %v", got, want)
	}
	if got, want := codes(e.Find(area.Grid, "G10").Neighbours()), []string{"G00", "G01", "G11", "G20", "G21"}; !slices.Equal(got, want) {
		t.Errorf("Neighbours = %v, want %v", got, want)
	}
	b := e.Find(area.Grid, "G10").Border(geo.Point{X: s + s/10, Y: s / 2}, 0)
	if got := codes(b.Neighbours); !slices.Equal(got, []string{"G00"}) || b.Metres < 11 || b.Metres > 11.3 {
		t.Errorf("Border = %.2f m to %v, want about 11.1 m to G00", b.Metres, got)
	}
	ix := gridindex.New(1, []*gridindex.Edition{e})
	a, metres := ix.Nearest(geo.Point{X: 5 * s, Y: s / 2})
	if a.Code != "G30" || metres < 111 || metres > 112 {
		t.Errorf("Nearest = %s at %.1f m, want G30 at about 111 m", a.Code, metres)
	}
	if a, _ := gridindex.New(1, nil).Nearest(geo.Point{}); a != nil {
		t.Errorf("an empty index has a nearest area: %v", a)
	}
}

// naive is ST_Covers without any box: every ring is walked.
func naive(m geo.MultiPolygon, p geo.Point) bool {
	for _, polygon := range m {
		covered := polygon[0].Side(p) != geo.Outside
		for _, hole := range polygon[1:] {
			covered = covered && hole.Side(p) != geo.Inside
		}
		if covered {
			return true
		}
	}
	return false
}

// The rule in its plainest form: every area, every ring, big steps last.
func bruteForce(versions []*area.Version, p geo.Point) string {
	for level := area.Grid; level >= area.District; level-- {
		var owner *area.Version
		for _, v := range versions {
			if v.Level == level && !v.Overlay() && naive(v.Ground.Polygons(), p) && (owner == nil || v.Before(owner)) {
				owner = v
			}
		}
		if owner != nil {
			return owner.Code
		}
	}
	return ""
}

// partition makes a district of n×n cells, with an area left out now and then.
func partition(rng *rand.Rand, n, segments int, holes bool) []*area.Version {
	p := geotest.NewPartition(rng, n, n, segments, geotest.Hohhot)
	if holes {
		p.Enclaves(rng)
	}
	b := geotest.Hohhot
	d := version(area.District, "D", nil, box(b.Min.X, b.Min.Y, b.Max.X, b.Max.Y)...)
	versions := []*area.Version{d}
	for i, a := range p.Areas() {
		if holes && rng.IntN(10) == 0 {
			continue
		}
		versions = append(versions, grounded(area.Grid, fmt.Sprintf("%06d", (i*7919)%1000003), d, a))
	}
	return versions
}

// probes are points where an index may go wrong: vertices, edge midpoints,
// one step around them, and anywhere.
func probes(rng *rand.Rand, versions []*area.Version, n int) []geo.Point {
	var points []geo.Point
	around := func(p geo.Point) geo.Point {
		return geo.Point{X: p.X + rng.Int32N(3) - 1, Y: p.Y + rng.Int32N(3) - 1}
	}
	within := func(lo, hi int32) int32 { return int32(int64(lo) + rng.Int64N(int64(hi)-int64(lo)+1)) }
	for range n {
		v := versions[rng.IntN(len(versions))]
		polygon := v.Ground.Polygons()[rng.IntN(len(v.Ground.Polygons()))]
		r := polygon[rng.IntN(len(polygon))]
		i := rng.IntN(len(r))
		a, b := r[i], r[(i+1)%len(r)]
		middle := geo.Point{X: int32((int64(a.X) + int64(b.X)) / 2), Y: int32((int64(a.Y) + int64(b.Y)) / 2)}
		at := v.Ground.Box()
		points = append(points, a, around(a), middle, around(middle), geo.Point{X: within(at.Min.X, at.Max.X), Y: a.Y},
			geo.Point{X: within(at.Min.X, at.Max.X), Y: within(at.Min.Y, at.Max.Y)})
	}
	return points
}

func TestIndexAgreesWithBruteForceInAnyInsertionOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		versions := partition(rng, rapid.IntRange(1, 6).Draw(t, "n"), 1<<rapid.IntRange(0, 4).Draw(t, "segments"), true)
		shuffled := slices.Clone(versions)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		build := func(v []*area.Version) *gridindex.Edition {
			e, err := gridindex.NewEdition(v, nil, gridindex.About{})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		one, two := build(versions), build(shuffled)
		for _, p := range probes(rng, versions, 40) {
			want := bruteForce(versions, p)
			got, again := "", ""
			if a := one.Locate(p); a != nil {
				got = a.Code
			}
			if a := two.Locate(p); a != nil {
				again = a.Code
			}
			if got != want || again != want {
				t.Fatalf("Locate(%v) = %q, in another order %q; want %q", p, got, again, want)
			}
		}
		for _, a := range one.Level(area.Grid) {
			b := two.Find(area.Grid, a.Code)
			if diff := cmp.Diff(codes(a.Neighbours()), codes(b.Neighbours())); diff != "" {
				t.Fatalf("neighbours of %s depend on the order:\n%s", a.Code, diff)
			}
			if a.Tone != b.Tone {
				t.Fatalf("the tone of %s depends on the order", a.Code)
			}
		}
	})
}

// TestBorderAnswersAreStable is promise P21: 32 indexes built in random orders
// give the same answers for 10,000 points on or beside borders.
func TestBorderAnswersAreStable(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 21))
	versions := partition(rng, 12, 8, true)
	points := probes(rng, versions, 2_500)[:10_000]
	var want []string
	for order := range 32 {
		rng.Shuffle(len(versions), func(i, j int) { versions[i], versions[j] = versions[j], versions[i] })
		e := edition(t, versions...)
		for i, p := range points {
			got := fmt.Sprint(chain(e.Locate(p)))
			if order == 0 {
				want = append(want, got)
			} else if got != want[i] {
				t.Fatalf("%v: %s, at first %s", p, got, want[i])
			}
		}
	}
}

func TestLocateDoesNotAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	versions := partition(rng, 10, 8, true)
	ix := gridindex.New(1, []*gridindex.Edition{edition(t, versions...)})
	points := probes(rng, versions, 100)
	i := 0
	if n := testing.AllocsPerRun(2000, func() { ix.Locate(points[i%len(points)]); i++ }); n != 0 {
		t.Errorf("a lookup allocates %v times", n)
	}
}

// TestLookupsTakeNoLock reads one snapshot from many goroutines; the race
// detector judges it.
func TestLookupsTakeNoLock(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	versions := partition(rng, 6, 8, true)
	ix := gridindex.New(1, []*gridindex.Edition{edition(t, versions...)})
	points := probes(rng, versions, 100)
	want := make([]*gridindex.Area, len(points))
	for i, p := range points {
		want[i] = ix.Locate(p)
	}
	done := make(chan struct{})
	for range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			for i, p := range points {
				if got := ix.Locate(p); got != want[i] {
					t.Errorf("Locate(%v) changed", p)
				}
				if want[i] != nil {
					want[i].Border(p, 10)
					want[i].Neighbours()
				}
				ix.Nearest(p)
			}
		}()
	}
	for range 8 {
		<-done
	}
}
