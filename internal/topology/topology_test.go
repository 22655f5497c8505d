package topology_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/topology"
)

func cell(code string, xy ...int32) *area.Version {
	var r geo.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, geo.Point{X: xy[i], Y: xy[i+1]})
	}
	return grounded(code, geotest.Area(geo.MultiPolygon{{r}}))
}

func grounded(code string, a geo.Area) *area.Version {
	return &area.Version{AreaID: uuid.New(), Level: area.Grid, Code: code, Name: code, Kind: area.Basic, Ground: a}
}

func box(x0, y0, x1, y1 int32) []int32 { return []int32{x0, y0, x1, y0, x1, y1, x0, y1} }

// brief is a finding without its words.
type brief struct {
	Code  string
	Areas string
}

func briefs(findings []area.Finding) []brief {
	var out []brief
	for _, f := range findings {
		out = append(out, brief{f.Code, fmt.Sprint(f.Areas)})
	}
	slices.SortFunc(out, func(a, b brief) int { return slices.Compare([]string{a.Code, a.Areas}, []string{b.Code, b.Areas}) })
	return out
}

func TestPartition(t *testing.T) {
	t.Parallel()
	const s = 1000
	for _, tc := range []struct {
		name  string
		areas []*area.Version
		want  []brief
	}{
		{"two that match", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(s, 0, 2*s, s)...)}, nil},
		{"a T-junction on the line", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(s, 0, 2*s, 300)...), cell("C", box(s, 300, 2*s, s)...)}, nil},
		{"apart", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(3*s, 0, 4*s, s)...)}, nil},
		{"an overlap of one step", []*area.Version{cell("A", box(0, 0, s+1, s)...), cell("B", box(s, 0, 2*s, s)...)}, []brief{{"sliver_overlap", "[A B]"}}},
		{"one in another", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(10, 10, 20, 20)...)}, []brief{{"overlap", "[A B]"}}},
		{"twice the same", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(0, 0, s, s)...)}, []brief{{"overlap", "[A B]"}}},
		{"crossing like a plus", []*area.Version{cell("A", box(0, 400, s, 600)...), cell("B", box(400, 0, 600, s)...)}, []brief{{"overlap", "[A B]"}}},
		{"three on one place", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(0, 0, s, s)...), cell("C", box(0, 0, s, s)...)}, []brief{{"overlap", "[A B C]"}}},
		{"a hole between four", []*area.Version{
			cell("A", box(0, 0, 2*s, s)...), cell("B", box(2*s, 0, 3*s, 2*s)...), cell("C", box(s, 2*s, 3*s, 3*s)...), cell("D", box(0, s, s, 3*s)...),
		}, []brief{{"gap", "[A B C D]"}}},
		{"a corner off the line by one step leaves a sliver", []*area.Version{
			cell("A", 0, 0, s, 0, s, 500, s, s, 0, s), cell("B", s, 0, 2*s, 0, 2*s, s, s, s, s+1, 500),
		}, []brief{{"t_junction", "[A B]"}}},
		{"the same corner on the other side overlaps", []*area.Version{
			cell("A", 0, 0, s, 0, s, 500, s, s, 0, s), cell("B", s, 0, 2*s, 0, 2*s, s, s, s, s-1, 500),
		}, []brief{{"t_junction", "[A B]"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found := topology.Partition(tc.areas, area.Strict, true)
			if got := briefs(found); !slices.Equal(got, tc.want) {
				t.Errorf("found %v, want %v", got, tc.want)
			}
			for _, f := range found {
				if f.Severity != area.Error || f.Place == nil || f.M2 <= 0 || f.ZH == "" || f.EN == "" {
					t.Errorf("incomplete: %+v", f)
				}
			}
			for _, f := range topology.Partition(tc.areas, area.Tolerant, true) {
				if f.Severity != area.Warning {
					t.Errorf("tolerant coverage says %s", f.Severity)
				}
			}
		})
	}
}

// One vertex pokes through a long edge by the least there can be: less ground
// than floating point can tell from none, and an overlap all the same.
func TestTheSmallestOverlapIsFound(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(15, 15))
	found, tried := 0, 0
	for range 400 {
		// An edge from the origin to (q, p), coprime, has a lattice point at the
		// distance 1/|edge| on its far side.
		q, p := int32(50_000_000+rng.IntN(50_000_000)), int32(50_000_000+rng.IntN(50_000_000))
		x, y, ok := beside(q, p)
		if !ok {
			continue
		}
		tried++
		const ox, oy = 1_116_000_000, 408_000_000                                            // far from zero, where doubles are coarse
		a := cell("A", ox, oy, ox+q, oy+p, ox, oy+p)                                         // above the edge
		b := cell("B", ox, oy, ox+q, oy, ox+q, oy+p, ox+x+1, oy+y, ox+x, oy+y, ox+x, oy+y-1) // below it, with one corner over it
		if slices.ContainsFunc(topology.Partition([]*area.Version{a, b}, area.Strict, true), func(f area.Finding) bool { return f.Code == "t_junction" && strings.Contains(f.EN, "overlap") }) {
			found++
		}
	}
	if tried < 100 || found < tried {
		t.Errorf("%d of %d found", found, tried)
	}
}

// beside returns the lattice point nearest above the edge from (0, 0) to (q, p):
// q·y − p·x = 1.
func beside(q, p int32) (x, y int32, ok bool) {
	g, s, r := int64(q), int64(1), int64(p)
	s1, t0, t1 := int64(0), int64(0), int64(1)
	for r != 0 {
		k := g / r
		g, r = r, g-k*r
		s, s1 = s1, s-k*s1
		t0, t1 = t1, t0-k*t1
	}
	y0, x0 := s, -t0 // q·s + p·t0 = 1
	for x0 <= 0 || y0 <= 0 {
		x0, y0 = x0+int64(q), y0+int64(p)
	}
	return int32(x0), int32(y0), g == 1 && x0 < int64(q) && y0 < int64(p)
}

func TestWithin(t *testing.T) {
	t.Parallel()
	const s = 1000
	parent := cell("P", box(0, 0, 2*s, s)...)
	for _, tc := range []struct {
		name     string
		children []*area.Version
		want     []brief
	}{
		{"they tile it", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(s, 0, 2*s, s)...)}, nil},
		{"one is missing", []*area.Version{cell("A", box(0, 0, s, s)...)}, []brief{{"gap", "[A]"}}},
		{"none at all", nil, []brief{{"gap", "[]"}}},
		{"one leaves by a step", []*area.Version{cell("A", box(0, 0, s, s)...), cell("B", box(s, 0, 2*s+1, s)...)}, []brief{{"outside_parent", "[B P]"}}},
		{"one lies wholly outside", []*area.Version{cell("A", box(0, 0, 2*s, s)...), cell("B", box(5*s, 0, 6*s, s)...)}, []brief{{"outside_parent", "[B P]"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := briefs(topology.Within(parent, tc.children, area.Strict)); !slices.Equal(got, tc.want) {
				t.Errorf("found %v, want %v", got, tc.want)
			}
		})
	}
}

// Exact partitions, with holes, enclaves and winding borders, are clean; a
// seeded defect is found, with the areas concerned, and nothing else is.
func TestSeededDefectsAreFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		p := geotest.NewPartition(rng, rapid.IntRange(2, 6).Draw(t, "columns"), rapid.IntRange(2, 6).Draw(t, "rows"), 1<<rapid.IntRange(0, 4).Draw(t, "segments"), geotest.Hohhot)
		p.Enclaves(rng)
		var areas []*area.Version
		for i, a := range p.Areas() {
			areas = append(areas, grounded(fmt.Sprintf("%03d", i), a))
		}
		if found := topology.Partition(areas, area.Strict, true); len(found) > 0 {
			t.Fatalf("a clean partition has findings: %v", briefs(found))
		}
		// Move one vertex of one area only, by a few steps.
		i := rng.IntN(len(areas))
		m := slices.Clone(areas[i].Ground.Polygons())
		r := slices.Clone(m[0][0])
		k := rng.IntN(len(r))
		step := int32(1 + rng.IntN(3))
		r[k] = geo.Point{X: r[k].X + step*(rng.Int32N(2)*2-1), Y: r[k].Y + step*(rng.Int32N(2)*2-1)}
		m[0] = append(geo.Polygon{r}, m[0][1:]...)
		var raw geo.MultiPolygon
		for _, polygon := range m {
			var q geo.Polygon
			for _, ring := range polygon {
				q = append(q, append(slices.Clone(ring), ring[0]))
			}
			raw = append(raw, q)
		}
		moved, defects, ok := geo.Gate(raw)
		if !ok || len(defects) > 0 {
			t.Skip("the moved vertex breaks the ring")
		}
		was := areas[i].Ground
		areas[i] = grounded(areas[i].Code, moved)
		found := topology.Partition(areas, area.Strict, true)
		for _, f := range found {
			if !slices.Contains(f.Areas, areas[i].Code) {
				t.Errorf("a finding far from the defect: %s %v", f.Code, f.Areas)
			}
			if !was.Covers(*f.Place) && !moved.Covers(*f.Place) {
				b := was.Box().Grow(10, 10)
				if !b.Contains(*f.Place) {
					t.Errorf("the place %v is not at the moved area", *f.Place)
				}
			}
		}
		// A vertex of the outer border may move without harm; an inner one not.
		inner := 0
		for j, v := range areas {
			if j != i {
				for ring := range v.Ground.Polygons().Rings {
					if slices.Contains(ring, was.Polygons()[0][0][k]) {
						inner++
						break
					}
				}
			}
		}
		if inner > 0 && len(found) == 0 && !onOutline(areas, was.Polygons()[0][0][k]) {
			t.Errorf("a vertex shared with %d areas moved by %d steps and nothing was found", inner, step)
		}
	})
}

// onOutline reports whether the areas around p leave some place beside it
// uncovered: p is on the outer border.
func onOutline(areas []*area.Version, p geo.Point) bool {
	for dx := int32(-40); dx <= 40; dx += 4 {
		for dy := int32(-40); dy <= 40; dy += 4 {
			q := geo.Point{X: p.X + dx*10, Y: p.Y + dy*10}
			if !slices.ContainsFunc(areas, func(v *area.Version) bool { return v.Ground.Covers(q) }) {
				return true
			}
		}
	}
	return false
}

func TestARemovedAreaIsAGap(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	p := geotest.NewPartition(rng, 7, 7, 16, geotest.Hohhot)
	var areas []*area.Version
	var gone geo.Area
	for i, a := range p.Areas() {
		if i == 24 {
			gone = a
			continue
		}
		areas = append(areas, grounded(fmt.Sprintf("%03d", i), a))
	}
	found := topology.Partition(areas, area.Strict, true)
	if len(found) != 1 || found[0].Code != "gap" || len(found[0].Areas) != 6 || !gone.Covers(*found[0].Place) {
		t.Fatalf("found %v, want one gap with its six neighbours", briefs(found))
	}
	want := 0.0
	scale := geo.MetresAt(gone.LabelPoint())
	for _, r := range gone.Polygons()[0] {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			want += float64(int64(a.X)*int64(b.Y)-int64(b.X)*int64(a.Y)) / 2
		}
	}
	want *= scale.SquareMetres()
	if got := found[0].M2; got < want*0.999 || got > want*1.001 {
		t.Errorf("size %.1f m², want %.1f", got, want)
	}
}

// Matching edges is near-linear: eight times the cells may not cost much more
// than eight times the work. Steps are counted by the clock of one process,
// with a wide margin; the figure for speed is in the benchmark.
func BenchmarkPartition(b *testing.B) {
	for _, n := range []int{300, 2_500, 10_000} {
		b.Run(fmt.Sprintf("areas=%d", n), func(b *testing.B) {
			side := 1
			for side*side < n {
				side++
			}
			p := geotest.NewPartition(rand.New(rand.NewPCG(1, 2)), side, side, 16, geotest.Hohhot)
			var areas []*area.Version
			vertices := 0
			for i, a := range p.Areas() {
				areas = append(areas, grounded(fmt.Sprintf("%06d", i), a))
				vertices += a.Polygons().Vertices()
			}
			began := time.Now()
			for b.Loop() {
				topology.Partition(areas, area.Strict, true)
			}
			b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(b.N)/float64(vertices), "ns/vertex")
		})
	}
}
