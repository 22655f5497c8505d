package geo_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

func ring(xy ...int32) geo.Ring {
	var r geo.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, geo.Point{X: xy[i], Y: xy[i+1]})
	}
	return append(r, r[0])
}

func TestSnap(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		lon, lat float64
		want     geo.Point
		code     string
	}{
		{"half a step goes up", 0.00000005, -0.00000005, geo.Point{X: 1, Y: 0}, ""},
		{"Hohhot", 111.6712, 40.8301, geo.Point{X: 1116712000, Y: 408301000}, ""},
		{"the corner of the world", 180, -90, geo.Point{X: 1_800_000_000, Y: -900_000_000}, ""},
		{"minus zero", math.Copysign(0, -1), 0, geo.Point{}, ""},
		{"denormal", 5e-324, 0, geo.Point{}, ""},
		{"not a number", math.NaN(), 0, geo.Point{}, "not_finite"},
		{"infinite", 0, math.Inf(1), geo.Point{}, "not_finite"},
		{"longitude too large", 180.0000001, 0, geo.Point{}, "out_of_range"},
		{"latitude too large", 111, 90.1, geo.Point{}, "out_of_range"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := geo.Snap(tc.lon, tc.lat)
			if tc.code != "" {
				if !fault.Is(err, tc.code) {
					t.Fatalf("Snap(%v, %v) = %v, want %s", tc.lon, tc.lat, err, tc.code)
				}
				return
			}
			if err != nil || got != tc.want {
				t.Errorf("Snap(%v, %v) = %v, %v; want %v", tc.lon, tc.lat, got, err, tc.want)
			}
		})
	}
}

// Orient must agree with big integers over the whole lattice, where products
// need more than 64 bits.
func TestOrientIsExactOverTheWholeLattice(t *testing.T) {
	t.Parallel()
	point := rapid.Custom(func(t *rapid.T) geo.Point {
		return geo.Point{
			X: rapid.Int32Range(-geo.MaxX, geo.MaxX).Draw(t, "x"),
			Y: rapid.Int32Range(-geo.MaxY, geo.MaxY).Draw(t, "y"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, p := point.Draw(t, "a"), point.Draw(t, "b"), point.Draw(t, "p")
		if rapid.Bool().Draw(t, "collinear") {
			p = geo.Point{X: int32((int64(a.X) + int64(b.X)) / 2), Y: int32((int64(a.Y) + int64(b.Y)) / 2)}
		}
		d := func(v, w int32) *big.Int { return big.NewInt(int64(v) - int64(w)) }
		l := new(big.Int).Mul(d(b.X, a.X), d(p.Y, a.Y))
		r := new(big.Int).Mul(d(b.Y, a.Y), d(p.X, a.X))
		if got, want := geo.Orient(a, b, p), l.Cmp(r); got != want {
			t.Fatalf("Orient(%v, %v, %v) = %d, want %d", a, b, p, got, want)
		}
	})
}

func TestGate(t *testing.T) {
	t.Parallel()
	square := ring(0, 0, 10, 0, 10, 10, 0, 10)
	comb := func(n int32) geo.Ring { // slanted teeth, so that boxes overlap
		var xy []int32
		for i := range n {
			xy = append(xy, i*4, 0, i*4+100000, 90000, i*4+100002, 90000, i*4+2, 0)
		}
		return ring(append(xy, n*4+100, -10, -100, -10)...)
	}
	for _, tc := range []struct {
		name    string
		raw     geo.MultiPolygon
		ok      bool
		defects []string
	}{
		{"a square", geo.MultiPolygon{{square}}, true, nil},
		{"clockwise is turned", geo.MultiPolygon{{ring(0, 0, 0, 10, 10, 10, 10, 0)}}, true, nil},
		{"unclosed is closed", geo.MultiPolygon{{square[:4]}}, true, []string{"ring_unclosed"}},
		{"a repeated vertex is dropped", geo.MultiPolygon{{ring(0, 0, 0, 0, 10, 0, 10, 10)}}, true, []string{"repeated_vertex"}},
		{"a spike is dropped", geo.MultiPolygon{{ring(0, 0, 10, 0, 10, 20, 10, 10, 0, 10)}}, true, []string{"spike"}},
		{"a spike across the seam is dropped", geo.MultiPolygon{{ring(5, -9, 5, 0, 10, 0, 10, 10, 0, 10, 0, 0, 5, 0)}}, true, []string{"spike", "repeated_vertex"}},
		{"a spike one step wide stays", geo.MultiPolygon{{ring(0, 0, 10, 0, 10, 20, 9, 10, 0, 10)}}, true, nil},
		{"all points equal", geo.MultiPolygon{{ring(1, 1, 1, 1, 1, 1, 1, 1)}}, false, []string{"repeated_vertex", "ring_collapsed"}},
		{"collinear", geo.MultiPolygon{{ring(0, 0, 5, 5, 10, 10)}}, false, []string{"spike", "ring_collapsed"}},
		{"two points", geo.MultiPolygon{{ring(0, 0, 5, 5)}}, false, []string{"ring_collapsed"}},
		{"nothing", geo.MultiPolygon{}, false, []string{"empty"}},
		{"an empty ring", geo.MultiPolygon{{{}}}, false, []string{"empty"}},
		{"no rings", geo.MultiPolygon{{}}, false, []string{"empty"}},
		{"bow tie", geo.MultiPolygon{{ring(0, 0, 10, 10, 10, 0, 0, 10)}}, false, []string{"ring_crosses"}},
		{"lopsided bow tie", geo.MultiPolygon{{ring(0, 0, 10, 12, 10, 0, 0, 10)}}, false, []string{"ring_crosses"}},
		{"figure of eight through a vertex", geo.MultiPolygon{{ring(0, 0, 5, 5, 10, 10, 10, 0, 5, 5, 0, 12)}}, false, []string{"ring_crosses"}},
		{"two lobes touching in a vertex become two parts", geo.MultiPolygon{{ring(0, 0, 5, 5, 10, 0, 10, 10, 5, 5, 0, 12)}}, true, []string{"ring_self_touch"}},
		{"inverted hole becomes a hole", geo.MultiPolygon{{ring(0, 0, 10, 0, 10, 10, 5, 10, 7, 5, 3, 5, 5, 10, 0, 10)}}, true, []string{"ring_self_touch"}},
		{"vertex on own edge becomes a hole", geo.MultiPolygon{{ring(0, 0, 10, 0, 10, 10, 5, 0, 0, 10)}}, true, []string{"ring_self_touch"}},
		{"a hole", geo.MultiPolygon{{square, ring(2, 2, 4, 2, 4, 4)}}, true, nil},
		{"a hole touching the shell in a vertex", geo.MultiPolygon{{square, ring(0, 0, 4, 2, 4, 4)}}, true, nil},
		{"a hole touching the shell inside an edge", geo.MultiPolygon{{square, ring(5, 0, 6, 4, 4, 4)}}, true, nil},
		{"a hole touching the shell twice", geo.MultiPolygon{{square, ring(0, 5, 5, 4, 10, 5, 5, 6)}}, false, []string{"interior_cut"}},
		{"two holes touching twice", geo.MultiPolygon{{square, ring(2, 2, 5, 3, 8, 2, 5, 1), ring(2, 2, 5, 4, 8, 2, 8, 9, 2, 9)}}, false, []string{"interior_cut"}},
		{"a hole without area is dropped", geo.MultiPolygon{{square, ring(2, 2, 4, 4)}}, true, []string{"hole_collapsed"}},
		{"a hole outside", geo.MultiPolygon{{square, ring(20, 20, 30, 20, 30, 30)}}, false, []string{"hole_outside"}},
		{"a hole equal to the shell", geo.MultiPolygon{{square, square}}, false, []string{"edges_overlap"}},
		{"a hole crossing the shell", geo.MultiPolygon{{square, ring(5, 5, 20, 5, 20, 6)}}, false, []string{"ring_crosses"}},
		{"a hole passing out through a vertex", geo.MultiPolygon{{square, ring(5, 5, 10, 0, 20, 5)}}, false, []string{"ring_crosses"}},
		{"nested holes", geo.MultiPolygon{{ring(0, 0, 100, 0, 100, 100, 0, 100), ring(10, 10, 90, 10, 90, 90, 10, 90), ring(20, 20, 30, 20, 30, 30)}}, false, []string{"holes_nested"}},
		{"two parts", geo.MultiPolygon{{square}, {ring(20, 0, 30, 0, 30, 10)}}, true, nil},
		{"two parts touching in a point", geo.MultiPolygon{{square}, {ring(10, 10, 20, 10, 20, 20)}}, true, nil},
		{"two parts sharing an edge", geo.MultiPolygon{{square}, {ring(10, 0, 20, 0, 20, 10, 10, 10)}}, false, []string{"edges_overlap"}},
		{"two parts crossing", geo.MultiPolygon{{square}, {ring(5, 5, 20, 5, 20, 6)}}, false, []string{"ring_crosses"}},
		{"a part inside another", geo.MultiPolygon{{square}, {ring(2, 2, 4, 2, 4, 4)}}, false, []string{"parts_overlap"}},
		{"an island in a lake", geo.MultiPolygon{{ring(0, 0, 100, 0, 100, 100, 0, 100), ring(10, 10, 90, 10, 90, 90, 10, 90)}, {ring(20, 20, 30, 20, 30, 30)}}, true, nil},
		{"one step of area", geo.MultiPolygon{{ring(0, 0, 1, 0, 1, 1)}}, true, nil},
		{"a slanted comb near the cap", geo.MultiPolygon{{comb(12_000)}}, true, nil},
		{"one vertex over the cap", geo.MultiPolygon{{comb(12_500)}}, false, []string{"too_many_vertices"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, defects, ok := geo.Gate(tc.raw)
			var codes []string
			for _, d := range defects {
				codes = append(codes, d.Code)
				if d.Text("zh") == d.Code || d.Text("en") == d.Code {
					t.Errorf("defect %s has no text", d.Code)
				}
			}
			if ok != tc.ok {
				t.Fatalf("ok = %v (%v), want %v", ok, codes, tc.ok)
			}
			if ok == a.Empty() {
				t.Errorf("ok = %v but Empty = %v", ok, a.Empty())
			}
			if tc.defects != nil || ok {
				if len(codes) != len(tc.defects) {
					t.Fatalf("defects %v, want %v", codes, tc.defects)
				}
				for i := range codes {
					if codes[i] != tc.defects[i] {
						t.Errorf("defects %v, want %v", codes, tc.defects)
					}
				}
			}
		})
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	// +-------------+
	// |  +-------+  |   a hole with an island in it
	// |  | +---+ |  |
	// |  | +---+ |  |
	// |  +-------+  |
	// +-------------+
	a, _, ok := geo.Gate(geo.MultiPolygon{
		{ring(0, 0, 100, 0, 100, 100, 0, 100), ring(20, 20, 80, 20, 80, 80, 20, 80)},
		{ring(40, 40, 60, 40, 60, 60, 40, 60)},
	})
	if !ok {
		t.Fatal("the figure is refused")
	}
	for _, tc := range []struct {
		name string
		at   geo.Point
		want bool
	}{
		{"inside", geo.Point{X: 10, Y: 10}, true},
		{"on the border", geo.Point{X: 0, Y: 50}, true},
		{"on a corner", geo.Point{X: 100, Y: 100}, true},
		{"one step outside", geo.Point{X: 101, Y: 50}, false},
		{"level with a vertex, outside", geo.Point{X: -5, Y: 100}, false},
		{"in the hole", geo.Point{X: 30, Y: 30}, false},
		{"on the edge of the hole", geo.Point{X: 20, Y: 50}, true},
		{"on a corner of the hole", geo.Point{X: 80, Y: 80}, true},
		{"in the island", geo.Point{X: 50, Y: 50}, true},
		{"on the island's shore", geo.Point{X: 40, Y: 45}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := a.Covers(tc.at); got != tc.want {
				t.Errorf("Covers(%v) = %v", tc.at, got)
			}
		})
	}
}

// A shift and its inverse must agree to a centimetre, anywhere in China.
func TestShiftedSystemsRoundTrip(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
		worst := 0.0
		for range 1_000_000 {
			lon, lat := 73+rng.Float64()*62, 18+rng.Float64()*35
			x, y := crs.ToCGCS2000(crs.FromCGCS2000(lon, lat))
			worst = max(worst, math.Hypot((x-lon)*math.Cos(lat*math.Pi/180), y-lat)*111_320)
		}
		if worst > 0.01 {
			t.Errorf("%s: round trip is off by %.4f m", crs, worst)
		}
	}
	lon, lat := geo.GCJ02.FromCGCS2000(111.66, 40.83)
	east, north := (lon-111.66)*111_320*math.Cos(40.83*math.Pi/180), (lat-40.83)*111_050
	if math.Abs(east-570) > 15 || math.Abs(north-150) > 10 {
		t.Errorf("the shift in Xincheng is %.0f m east, %.0f m north; it is known to be about 570 and 150", east, north)
	}
}
