package editionfile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
)

func chains(tb testing.TB, c *editionfile.Content) []editionfile.Chain {
	tb.Helper()
	list, err := editionfile.Chains(encode(tb, c))
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// TestChainsKnowWhoIsBesideThem compares the owners of every edge with a plain
// search through the rings of all areas.
func TestChainsKnowWhoIsBesideThem(t *testing.T) {
	t.Parallel()
	for _, e := range every(t) {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			c, _ := decode(t, encode(t, e.c))
			beside := map[[2]geo.Point][]int{} // who has this edge, and so lies to its left
			for i, v := range c.Versions {
				for r := range v.Ground.Polygons().Rings {
					for k, p := range r {
						edge := [2]geo.Point{p, r[(k+1)%len(r)]}
						beside[edge] = append(beside[edge], i)
					}
				}
			}
			owner := func(a, b geo.Point) int {
				best := -1
				for _, i := range beside[[2]geo.Point{a, b}] {
					if best < 0 || goesBefore(c.Versions[i], c.Versions[best]) {
						best = i
					}
				}
				return best + 1
			}
			seen := map[[2]geo.Point]bool{}
			between, outside := 0, 0
			for i, chain := range chains(t, e.c) {
				for k := range len(chain.Points) - 1 {
					a, b := chain.Points[k], chain.Points[k+1]
					if left, right := owner(a, b), owner(b, a); left != chain.Left || right != chain.Right {
						t.Fatalf("chain %d at %v: owners %d and %d, want %d and %d", i, a, chain.Left, chain.Right, left, right)
					}
					if seen[[2]geo.Point{a, b}] || seen[[2]geo.Point{b, a}] {
						t.Fatalf("the edge from %v to %v stands twice", a, b)
					}
					seen[[2]geo.Point{a, b}] = true
				}
				if chain.Left > 0 && chain.Right > 0 {
					between++
				} else {
					outside++
				}
			}
			for edge := range beside {
				if !seen[edge] && !seen[[2]geo.Point{edge[1], edge[0]}] {
					t.Fatalf("no chain has the edge from %v to %v", edge[0], edge[1])
				}
			}
			t.Logf("%d chains with an owner on either side, %d with one on one side", between, outside)
		})
	}
}

// goesBefore is the rule for the sides of chains, written once more.
func goesBefore(v, w *area.Version) bool {
	switch {
	case v.Overlay() != w.Overlay():
		return !v.Overlay()
	case v.Level != w.Level:
		return v.Level > w.Level
	}
	return v.Before(w)
}

func TestBordersAreStoredOnce(t *testing.T) {
	t.Parallel()
	c := flat(t, 20, 16)
	vertices, edges := 0, 0
	for _, v := range c.Versions {
		vertices += v.Ground.Polygons().Vertices()
	}
	list := chains(t, c)
	for _, chain := range list {
		edges += len(chain.Points) - 1
	}
	// Three borders for each cell, and those around all of them.
	if most := 3*400 + 4*20 + 20; len(list) > most {
		t.Errorf("%d chains, want at most %d", len(list), most)
	}
	if ratio := float64(edges) / float64(vertices); ratio > 0.54 {
		t.Errorf("%d edges are stored for %d vertices (%.3f)", edges, vertices, ratio)
	}
}

// TestChainsAreAsLongAsTheyCanBe compares with a plain reading of the rule: two
// chains that follow each other in some ring must differ in who uses them.
func TestChainsAreAsLongAsTheyCanBe(t *testing.T) {
	t.Parallel()
	for _, e := range every(t) {
		users := map[[2]geo.Point][]string{}
		for i, v := range e.c.Versions {
			k := 0
			for r := range v.Ground.Polygons().Rings {
				for n, p := range r {
					q := r[(n+1)%len(r)]
					users[[2]geo.Point{p, q}] = append(users[[2]geo.Point{p, q}], fmt.Sprint(i, k, "+"))
					users[[2]geo.Point{q, p}] = append(users[[2]geo.Point{q, p}], fmt.Sprint(i, k, "-"))
				}
				k++
			}
		}
		from := map[geo.Point][][2]geo.Point{} // first edges of chains, seen from either end
		for _, chain := range chains(t, e.c) {
			p := chain.Points
			for k := range len(p) - 2 {
				if !slices.Equal(users[[2]geo.Point{p[k], p[k+1]}], users[[2]geo.Point{p[k+1], p[k+2]}]) {
					t.Fatalf("%s: a chain goes on through %v, where its users change", e.name, p[k+1])
				}
			}
			if n := len(p) - 1; p[0] != p[n] {
				from[p[0]] = append(from[p[0]], [2]geo.Point{p[0], p[1]})
				from[p[n]] = append(from[p[n]], [2]geo.Point{p[n], p[n-1]})
			}
		}
		for at, edges := range from {
			for i, out := range edges {
				for _, other := range edges[:i] {
					if slices.Equal(users[out], users[[2]geo.Point{other[1], other[0]}]) {
						t.Fatalf("%s: chains are cut at %v, where the same rings go on", e.name, at)
					}
				}
			}
		}
	}
}

// TestUnsoundRingsComeBackToo draws rings that only Restore lets pass: they
// cross, touch and run over themselves and each other on a lattice of a few
// points, where every way to share an edge occurs.
func TestUnsoundRingsComeBackToo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1_500) {
		b := newBuilder(t, seed)
		b.add(area.District, b.c.District, nil, rectangle(0, 0, 2, 2))
		side := 2 + b.rng.Int32N(3)
		for i := range 1 + b.rng.IntN(5) {
			if ground, ok := scribble(b.rng, side); ok {
				b.c.Versions = append(b.c.Versions, &area.Version{District: b.c.District, AreaID: b.id(i), Level: area.Grid, Code: fmt.Sprint(i), Ground: ground})
			}
		}
		c, _ := decode(t, encode(t, b.c))
		same(t, c, b.c)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func scribble(rng *rand.Rand, side int32) (geo.Area, bool) {
	var m geo.MultiPolygon
	for range 1 + rng.IntN(3) {
		var polygon geo.Polygon
		for k := range 1 + rng.IntN(2) {
			var r geo.Ring
			for range 3 + rng.IntN(8) {
				r = append(r, geo.Point{X: rng.Int32N(side), Y: rng.Int32N(side)})
			}
			if turn := r.Turn(); turn == 0 {
				continue
			} else if (turn > 0) != (k == 0) {
				slices.Reverse(r)
			}
			if len(polygon) > 0 || k == 0 {
				polygon = append(polygon, r)
			}
		}
		if len(polygon) > 0 {
			m = append(m, polygon)
		}
	}
	a, err := geo.Restore(m)
	return a, err == nil
}

func TestARingThatStartsInsideAChain(t *testing.T) {
	t.Parallel()
	// +---+---+
	// | a | b |    b begins on the border with a, in the middle of it; k is all
	// +---+---+    of a, begins elsewhere, and d is all of b the other way about
	b := newBuilder(t, 1)
	district := b.add(area.District, b.c.District, nil, rectangle(0, 0, 20, 20))
	b.add(area.Grid, "a", district, geotest.Area(geo.MultiPolygon{{ring(0, 0, 10, 0, 10, 5, 10, 7, 10, 20, 0, 20)}}))
	b.add(area.Grid, "b", district, geotest.Area(geo.MultiPolygon{{ring(10, 7, 10, 5, 10, 0, 20, 0, 20, 20, 10, 20)}}))
	b.add(area.Compound, "k", nil, geotest.Area(geo.MultiPolygon{{ring(10, 5, 10, 7, 10, 20, 0, 20, 0, 0, 10, 0)}}))
	hole := ring(10, 5, 10, 7, 10, 20, 20, 20, 20, 0, 10, 0)
	b.add(area.Compound, "d", nil, geotest.Area(geo.MultiPolygon{{ring(-5, -5, 25, -5, 25, 25, -5, 25), hole}}))
	c, _ := decode(t, encode(t, b.c))
	same(t, c, b.c)
}
