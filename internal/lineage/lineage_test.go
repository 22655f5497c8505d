package lineage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/lineage"
	"wangge/internal/mend"
)

// ground is a row of rectangles, each from one column to another, 100 m high.
func ground(columns ...int32) geo.Area {
	var m geo.MultiPolygon
	for i := 0; i < len(columns); i += 2 {
		west, east := columns[i]*10_000, columns[i+1]*10_000
		m = append(m, geo.Polygon{{{X: west, Y: 0}, {X: east, Y: 0}, {X: east, Y: 10_000}, {X: west, Y: 10_000}}})
	}
	return geotest.Area(m)
}

var world = uuid.MustParse("00000000-0000-0000-0000-0000000000ff")

// grid is one whose identity is its first letter.
func grid(code string, columns ...int32) *area.Version {
	id := uuid.UUID{0: code[0]}
	g := ground(columns...)
	return &area.Version{AreaID: id, Level: area.Grid, Code: code, Name: code, Kind: area.Basic, Parent: world, Ground: g, AreaM2: 1}
}

func with(v *area.Version, change func(*area.Version)) *area.Version {
	w := *v
	change(&w)
	return &w
}

func compound(code string, columns ...int32) *area.Version {
	return with(grid(code, columns...), func(v *area.Version) { v.Level = area.Compound })
}

func told(links []lineage.Link) string {
	var out []string
	for _, l := range links {
		s := fmt.Sprintf("%s %s>%s", l.Kind, l.From.Code, l.To.Code)
		if !l.Same() {
			s += fmt.Sprintf(" %.0f%%/%.0f%%", 100*l.OfFrom, 100*l.OfTo)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestWhatBecameOfEachArea(t *testing.T) {
	t.Parallel()
	type set = []*area.Version
	for _, tc := range []struct {
		name          string
		before, after set
		want          string
	}{
		{"nothing", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("B", 10, 20), grid("A", 0, 10)}, ""},
		{"another name", set{grid("A", 0, 10)}, set{with(grid("A", 0, 10), func(v *area.Version) { v.Name = "new" })}, "rename A>A"},
		{"another code, the same identity", set{grid("A", 0, 10)}, set{with(grid("A", 0, 10), func(v *area.Version) { v.Code = "A2" })}, "recode A>A2"},
		{"another code and identity", set{grid("A", 0, 10)}, set{grid("B", 0, 10)}, "recode A>B 100%/100%"},
		{"the same, drawn a little anew", set{grid("A", 0, 100)}, set{grid("B", 0, 96)}, "recode A>B 96%/100%"},
		{"under another parent", set{grid("A", 0, 10)}, set{with(grid("A", 0, 10), func(v *area.Version) { v.Parent = uuid.UUID{1} })}, "transfer A>A"},
		{"a part becomes a new area", set{grid("A", 0, 10)}, set{grid("A", 0, 6), grid("B", 6, 10)}, "split A>B 40%/100%"},
		{"all of it becomes new areas", set{grid("A", 0, 10)}, set{grid("B", 0, 6), grid("C", 6, 10)}, "split A>B 60%/100%, split A>C 40%/100%"},
		{"one is taken in", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("A", 0, 20)}, "merge B>A 100%/50%"},
		{"two become a new one", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("C", 0, 20)}, "merge A>C 100%/50%, merge B>C 100%/50%"},
		{"one is divided among two that go on", set{grid("A", 0, 10), grid("B", 10, 20), grid("C", 20, 30)}, set{grid("A", 0, 15), grid("C", 15, 30)}, "split B>A 50%/33%, split B>C 50%/33%"},
		{"ground passes", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("A", 0, 8), grid("B", 8, 20)}, "transfer A>B 20%/17%"},
		{"ground changes places", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("A", 0, 8, 15, 20), grid("B", 8, 15)}, "transfer B>A 50%/38%, transfer A>B 20%/29%"},
		{"a border drawn anew is nothing", set{grid("A", 0, 1000), grid("B", 1000, 2000)}, set{grid("A", 0, 1000), grid("B", 1000, 2000)}, ""},
		{"two change codes", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("A", 10, 20), grid("B", 0, 10)}, "transfer B>A 100%/100%, transfer A>B 100%/100%"},
		{"what nobody takes", set{grid("A", 0, 10), grid("B", 10, 20)}, set{grid("A", 0, 10)}, ""},
		{"a dedicated grid and what lies under it", set{grid("A", 0, 10)}, set{grid("A", 0, 10), with(grid("P", 2, 5), func(v *area.Version) { v.Kind = area.Dedicated })}, ""},
		{"a dedicated grid under another code", set{with(grid("P", 2, 5), func(v *area.Version) { v.Kind = area.Dedicated })}, set{with(grid("Q", 2, 5), func(v *area.Version) { v.Kind = area.Dedicated })}, "recode P>Q 100%/100%"},
		{"one overlay is drawn twice", set{compound("V", 2, 5)}, set{compound("W", 2, 5), compound("X", 2, 5)}, "recode V>W 100%/100%, split V>X 100%/100%"},
		{"two overlays become one", set{compound("V", 2, 5), compound("W", 2, 5)}, set{compound("X", 2, 5)}, "recode V>X 100%/100%, merge W>X 100%/100%"},
	} {
		if got := told(lineage.Propose(tc.before, tc.after)); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// A parent that goes on under another identity is no other parent.
func TestChildrenOfARecodedParentDoNotPass(t *testing.T) {
	t.Parallel()
	street := func(code string) *area.Version {
		return with(grid(code, 0, 10), func(v *area.Version) { v.Level = area.Community })
	}
	below := func(up *area.Version) *area.Version {
		return with(grid("A", 0, 10), func(v *area.Version) { v.Parent = up.AreaID })
	}
	old, renewed := street("S"), street("T")
	if got := told(lineage.Propose([]*area.Version{old, below(old)}, []*area.Version{renewed, below(renewed)})); got != "recode S>T 100%/100%" {
		t.Error(got)
	}
}

// TestNobodyIsLost redraws random partitions at random a thousand times: every
// area that ends leads somewhere, every new one comes from somewhere.
func TestNobodyIsLost(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(25, 1))
	p := geotest.NewPartition(rng, 5, 4, 4, geotest.Hohhot)
	cells := p.Areas()
	for round := range 1000 {
		// Grids are any groups of cells; the groups of both editions are drawn
		// apart from one another, some identities go on.
		groups := func(keep map[byte]bool) (versions []*area.Version) {
			owner := make([]byte, len(cells))
			n := 3 + rng.IntN(6)
			for i := range owner {
				owner[i] = byte(rng.IntN(n))
			}
			for k := range byte(n) {
				var members []*area.Version
				for i, c := range cells {
					if owner[i] == k {
						members = append(members, &area.Version{Level: area.Grid, Code: "x", Ground: c})
					}
				}
				if len(members) == 0 {
					continue
				}
				united, err := mend.Union(members)
				if err != nil {
					t.Fatal(err)
				}
				id := uuid.UUID{0: k}
				if !keep[k] {
					id = uuid.New()
				}
				versions = append(versions, &area.Version{AreaID: id, Level: area.Grid, Code: id.String(), Name: "格", Kind: area.Basic, Parent: world, Ground: united})
			}
			return versions
		}
		goOn := map[byte]bool{0: true, 1: rng.IntN(2) == 0, 2: rng.IntN(2) == 0}
		before, after := groups(goOn), groups(goOn)
		links := lineage.Propose(before, after)
		has := func(all []*area.Version, id uuid.UUID) bool {
			return slices.ContainsFunc(all, func(v *area.Version) bool { return v.AreaID == id })
		}
		for _, v := range before {
			if !has(after, v.AreaID) && !slices.ContainsFunc(links, func(l lineage.Link) bool { return l.From == v }) {
				t.Fatalf("round %d: an area ended and nothing says what became of it", round)
			}
		}
		for _, w := range after {
			if !has(before, w.AreaID) && !slices.ContainsFunc(links, func(l lineage.Link) bool { return l.To == w }) {
				t.Fatalf("round %d: an area began and nothing says where it comes from", round)
			}
		}
		for _, l := range links {
			if l.OfFrom < 0 || l.OfFrom > 1 || l.OfTo < 0 || l.OfTo > 1 || l.SharedM2 <= 0 {
				t.Fatalf("round %d: %+v", round, l)
			}
		}
	}
}
