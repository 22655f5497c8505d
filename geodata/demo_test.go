package geodata_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/mend"
	"wangge/internal/topology"
)

type feature struct {
	*area.Version
	parent            string
	households, built int
}

// edition is the files of one edition, read and passed through the gate.
type edition struct {
	features map[area.Level][]feature
	byCode   map[string]feature // compounds included
}

// tiles lists all that has a parent in the files; compounds have none there.
func (e *edition) tiles() (all []*area.Version) {
	for _, level := range area.Levels[:4] {
		for _, f := range e.features[level] {
			all = append(all, f.Version)
		}
	}
	return all
}

func (e *edition) basic() (grids []feature) {
	for _, f := range e.features[area.Grid] {
		if f.Kind == area.Basic {
			grids = append(grids, f)
		}
	}
	return grids
}

// under counts the basic grids of each community.
func (e *edition) under() map[string]int {
	n := map[string]int{}
	for _, g := range e.basic() {
		n[g.parent]++
	}
	return n
}

func read(t *testing.T, name string) *edition {
	t.Helper()
	i := slices.IndexFunc(geodata.Editions, func(e geodata.Edition) bool { return e.Name == name })
	files := geodata.Editions[i].Files()
	e := &edition{map[area.Level][]feature{}, map[string]feature{}}
	for _, level := range area.Levels {
		b, err := fs.ReadFile(files, level.String()+".geojson")
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Name, Description string
			Features          []struct {
				Properties struct {
					Code, Name, Parent, Kind string
					Households, Built        int
				}
				Geometry struct {
					Type        string
					Coordinates json.RawMessage
				}
			}
		}
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(file.Name, "示意数据") || !strings.HasPrefix(file.Description, "示意数据") {
			t.Errorf("%s %s does not say that it is invented", name, level)
		}
		if lines := bytes.Count(b, []byte("\n")); lines != len(file.Features)+2 {
			t.Errorf("%s %s has %d lines for %d features", name, level, lines, len(file.Features))
		}
		for _, f := range file.Features {
			p := f.Properties
			kind, err := area.ParseKind(p.Kind)
			if err != nil {
				t.Fatal(err)
			}
			v := &area.Version{District: geodata.District, AreaID: uuid.NewSHA1(uuid.Nil, []byte(level.String()+p.Code)), Level: level,
				Code: p.Code, Name: p.Name, Kind: kind, Ground: ground(t, f.Geometry.Type, f.Geometry.Coordinates)}
			if parent, ok := e.byCode[p.Parent]; ok {
				v.Parent = parent.AreaID
			} else if p.Parent != "" {
				t.Errorf("%s: no parent %s", p.Code, p.Parent)
			}
			if _, twice := e.byCode[p.Code]; twice {
				t.Errorf("%s is there twice", p.Code)
			}
			x := feature{v, p.Parent, p.Households, p.Built}
			e.features[level] = append(e.features[level], x)
			e.byCode[p.Code] = x
		}
	}
	return e
}

// ground reads coordinates, which must be on the lattice and sound as they are.
func ground(t *testing.T, kind string, coordinates []byte) geo.Area {
	t.Helper()
	var polygons [][][][2]float64
	if kind == "Polygon" {
		polygons = make([][][][2]float64, 1)
		coordinates = append(append([]byte("["), coordinates...), ']')
	}
	if err := json.Unmarshal(coordinates, &polygons); err != nil {
		t.Fatal(err)
	}
	var m geo.MultiPolygon
	for _, rings := range polygons {
		var polygon geo.Polygon
		for _, r := range rings {
			var ring geo.Ring
			for _, c := range r {
				p, err := geo.Snap(c[0], c[1])
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(c[0]-p.Lon()) > 1e-11 || math.Abs(c[1]-p.Lat()) > 1e-11 {
					t.Errorf("%v is off the lattice", c)
				}
				ring = append(ring, p)
			}
			polygon = append(polygon, ring)
		}
		m = append(m, polygon)
	}
	a, defects, ok := geo.Gate(m)
	if !ok || len(defects) > 0 {
		t.Errorf("the gate found %v", defects)
	}
	return a
}

// plane is where p lies in metres from the middle of the map.
func plane(p geo.Point) (x, y float64) {
	from := geo.Point{X: 111_6900000, Y: 40_8400000}
	m := geo.MetresAt(from)
	return m.East(from, p), m.North(from, p)
}

// surface is the ground of a ring in m², negative for a hole.
func surface(r geo.Ring) (sum float64) {
	for i, p := range r {
		ax, ay := plane(p)
		bx, by := plane(r[(i+1)%len(r)])
		sum += ax*by - bx*ay
	}
	return sum / 2
}

func surfaceOf(a geo.Area) (sum float64) {
	for r := range a.Polygons().Rings {
		sum += surface(r)
	}
	return sum
}

// middle is the centroid of the largest part of an area, in metres.
func middle(a geo.Area) (x, y float64) {
	largest := slices.MaxFunc(a.Polygons(), func(p, q geo.Polygon) int { return int(surface(p[0]) - surface(q[0])) })[0]
	for i, p := range largest {
		ax, ay := plane(p)
		bx, by := plane(largest[(i+1)%len(largest)])
		x += (ax + bx) * (ax*by - bx*ay)
		y += (ay + by) * (ax*by - bx*ay)
	}
	return x / 6 / surface(largest), y / 6 / surface(largest)
}

// angles lists the inner angles of a ring in degrees.
func angles(r geo.Ring) (out []float64) {
	for i, p := range r {
		ax, ay := plane(r[(i+len(r)-1)%len(r)])
		bx, by := plane(p)
		cx, cy := plane(r[(i+1)%len(r)])
		turn := math.Atan2((bx-ax)*(cy-by)-(by-ay)*(cx-bx), (bx-ax)*(cx-bx)+(by-ay)*(cy-by))
		out = append(out, 180-turn*180/math.Pi)
	}
	return out
}

func forBoth(t *testing.T, test func(t *testing.T, e *edition)) {
	t.Helper()
	t.Parallel()
	for _, e := range geodata.Editions {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			test(t, read(t, e.Name))
		})
	}
}

func TestEveryLevelTilesTheOneAbove(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		findings := topology.Check(e.tiles(), area.GBT, map[area.Level]area.Coverage{
			area.District: area.Strict, area.Subdistrict: area.Strict, area.Community: area.Strict, area.Grid: area.Strict})
		for _, f := range findings {
			// The two communities have an enclave in another.
			enclave := slices.Contains([]string{"150102002003", "150102005001"}, f.Areas[0])
			if f.Code != "multipart" || f.Level < area.Grid && !enclave {
				t.Errorf("%s %s: %s", f.Severity, f.Code, f.EN)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, want := range []struct {
		edition                              string
		subdistricts, communities, compounds int
	}{
		{"2020-01", 8, 53, 600},
		{"2023-07", 11, 65, 606},
	} {
		e := read(t, want.edition)
		if n := len(e.features[area.District]); n != 1 {
			t.Errorf("%s: %d districts", want.edition, n)
		}
		if n := len(e.features[area.Subdistrict]); n != want.subdistricts {
			t.Errorf("%s: %d subdistricts", want.edition, n)
		}
		if n := len(e.features[area.Community]); n != want.communities {
			t.Errorf("%s: %d communities", want.edition, n)
		}
		if n := len(e.features[area.Compound]); n != want.compounds {
			t.Errorf("%s: %d compounds", want.edition, n)
		}
		if n := len(e.basic()); n < 325 || n > 335 {
			t.Errorf("%s: %d basic grids", want.edition, n)
		}
		if n := len(e.features[area.Grid]) - len(e.basic()); n != 3 {
			t.Errorf("%s: %d dedicated grids", want.edition, n)
		}
		if m2 := surfaceOf(e.features[area.District][0].Ground); m2 < 55e6 || m2 > 65e6 {
			t.Errorf("%s: the district has %.1f km²", want.edition, m2/1e6)
		}
		for c, n := range e.under() {
			if n < 2 {
				t.Errorf("%s: %s has %d grids", want.edition, c, n)
			}
		}
	}
}

func TestHouseholds(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		all, housed := 0, 0
		for _, g := range e.basic() {
			all += g.households
			if g.households < 300 || g.households > 500 {
				t.Errorf("%s has %d households", g.Code, g.households)
			}
		}
		names := map[string]bool{}
		for _, c := range e.features[area.Compound] {
			housed += c.households
			if c.households < 1 || c.built < 1982 || c.built > 2022 || c.parent != "" || names[c.Name] {
				t.Errorf("%s %s: %d households, built %d, parent %q", c.Code, c.Name, c.households, c.built, c.parent)
			}
			names[c.Name] = true
		}
		if share := float64(housed) / float64(all); share < 0.8 || share > 1 {
			t.Errorf("%.2f of the households live in compounds", share)
		}
	})
}

// checkNumbers checks that grids run from north to south in rows and from west to
// east in each, given in the order of their codes.
func checkNumbers(t *testing.T, community string, grids []feature) {
	t.Helper()
	var xs, ys []float64
	for i, g := range grids {
		x, y := middle(g.Ground)
		xs, ys = append(xs, x), append(ys, y)
		if want := fmt.Sprintf("%s%03d", community, i+1); g.Code != want {
			t.Errorf("%s: want %s", g.Code, want)
		}
	}
	top, height := slices.Max(ys), slices.Max(ys)-slices.Min(ys)+1
	rows := max(1, math.Round(math.Sqrt(float64(len(grids))*height/(slices.Max(xs)-slices.Min(xs)+1))))
	row := func(i int) float64 { return math.Floor((top - ys[i]) / height * rows) }
	for i := 1; i < len(grids); i++ {
		if row(i) < row(i-1) || row(i) == row(i-1) && xs[i] < xs[i-1] {
			t.Errorf("%s comes after %s", grids[i].Code, grids[i-1].Code)
		}
	}
}

func TestGridsAreNumberedInRows(t *testing.T) {
	t.Parallel()
	one, two := read(t, "2020-01"), read(t, "2023-07")
	for _, e := range []*edition{one, two} {
		for _, c := range e.features[area.Community] {
			_, old := one.byCode[c.Code]
			whole := strings.HasSuffix(c.Code, "401001") || strings.HasSuffix(c.Code, "402003") || strings.HasSuffix(c.Code, "403006")
			if e == two && old && !whole {
				continue // numbers of old communities have gaps by then
			}
			var grids []feature
			for _, g := range e.basic() {
				if g.parent == c.Code {
					grids = append(grids, g)
				}
			}
			checkNumbers(t, c.Code, grids)
			if grids[0].Name != "第一网格" || grids[1].Name != "第二网格" {
				t.Errorf("%s: %s, %s", c.Code, grids[0].Name, grids[1].Name)
			}
		}
	}
}

func TestSomeGridsHaveTwoPartsAndSomeLieInOthers(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		multiparts, enclaves, crossing := 0, 0, 0
		for _, g := range e.basic() {
			parts := g.Ground.Polygons()
			if len(parts) > 1 {
				multiparts++
				for _, p := range parts {
					if surface(p[0]) < 0.08*surfaceOf(g.Ground) {
						t.Errorf("%s has a part of %.0f m²", g.Code, surface(p[0]))
					}
				}
			}
			for _, p := range parts {
				for _, hole := range p[1:] {
					for _, o := range e.basic() {
						if o.Code != g.Code && slices.ContainsFunc(o.Ground.Polygons(), func(q geo.Polygon) bool {
							return len(q[0]) == len(hole) && !slices.ContainsFunc(q[0], func(p geo.Point) bool { return !slices.Contains(hole, p) })
						}) {
							enclaves++
							if o.parent != g.parent {
								crossing++
							}
						}
					}
				}
			}
		}
		if multiparts < 5 || enclaves < 4 || crossing < 1 {
			t.Errorf("%d grids in parts, %d enclaves, %d of them of another community", multiparts, enclaves, crossing)
		}
	})
}

func TestGridsLookDrawnAlongStreets(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		var turns []int
		bent, boxes := 0, 0
		for _, g := range e.basic() {
			for _, p := range g.Ground.Polygons() {
				n, square := 0, 0
				for _, r := range p {
					if surface(r) < 0 {
						continue
					}
					if surface(r) < 3000 {
						t.Errorf("%s has a part of %.0f m²", g.Code, surface(r))
					}
					for _, a := range angles(r) {
						if a < 20 {
							t.Errorf("%s has a corner of %.0f°", g.Code, a)
						}
						if math.Abs(a-180) > 1 {
							n++
						}
						if math.Abs(a-90) < 1 {
							square++
						}
					}
				}
				turns = append(turns, n)
				if n > 6 {
					bent++
				}
				if n == 4 && square == 4 {
					boxes++
				}
			}
		}
		slices.Sort(turns)
		if median := turns[len(turns)/2]; median < 10 {
			t.Errorf("half of the grids change direction at most %d times", median)
		}
		if share := float64(bent) / float64(len(turns)); share < 0.85 {
			t.Errorf("only %.2f of the grids are more than a few straight lines", share)
		}
		if boxes > 0 {
			t.Errorf("%d grids are rectangles", boxes)
		}
	})
}

func TestCompoundsLieApartInTheDistrict(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		var compounds []*area.Version
		across := 0
		for _, c := range e.features[area.Compound] {
			compounds = append(compounds, c.Version)
			if m2 := surfaceOf(c.Ground); m2 < 3000 || m2 > 42_000 {
				t.Errorf("%s has %.0f m²", c.Code, m2)
			}
			under := map[string]bool{}
			for _, p := range c.Ground.Polygons()[0][0] {
				found := false
				for _, g := range e.basic() {
					if g.Ground.Covers(p) {
						found, under[g.Code] = true, true
						break
					}
				}
				if !found {
					t.Errorf("%s leaves the district", c.Code)
				}
			}
			if len(under) > 1 {
				across++
			}
		}
		for _, f := range topology.Partition(compounds, area.Tolerant, false) {
			t.Errorf("%s: %s", f.Code, f.EN)
		}
		if across < 5 || across > 30 {
			t.Errorf("%d compounds lie across grids", across)
		}
	})
}

func TestDedicatedGridsLieApartAcrossOthers(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		var dedicated []*area.Version
		several := 0
		for _, d := range e.features[area.Grid] {
			if d.Kind != area.Dedicated {
				continue
			}
			dedicated = append(dedicated, d.Version)
			under := 0
			for _, g := range e.basic() {
				if shared, _, _ := geo.SharedGround(d.Ground, g.Ground); shared > 0 {
					under++
				}
			}
			if under > 1 {
				several++
			}
			if !strings.HasSuffix(d.Name, "专属网格") || d.Code[:12] != d.parent || d.Code[12] != '9' {
				t.Errorf("%s %s under %s lies over %d grids", d.Code, d.Name, d.parent, under)
			}
		}
		if several < 2 {
			t.Errorf("%d dedicated grids lie over several others", several)
		}
		for _, f := range topology.Partition(dedicated, area.Tolerant, false) {
			t.Errorf("%s: %s", f.Code, f.EN)
		}
	})
}

func TestAKnownPlaceLiesWellInsideAKnownGrid(t *testing.T) {
	forBoth(t, func(t *testing.T, e *edition) {
		p, err := geo.CGCS2000.Locate(111.6712, 40.8301)
		if err != nil {
			t.Fatal(err)
		}
		g := e.byCode["150102002003004"]
		if far := geo.MetresAt(p).ToBorder(p, g.Ground); !g.Ground.Covers(p) || far < 40 || g.Name != "第四网格" {
			t.Errorf("%s lies %.0f m from the border", g.Name, far)
		}
		if c := e.byCode[g.parent]; c.Name != "三角线社区" || e.byCode[c.parent].Name != "锡林北路街道" {
			t.Errorf("it is in %s, %s", c.Name, e.byCode[c.parent].Name)
		}
	})
}

func TestWhatChangesBetweenTheEditions(t *testing.T) {
	t.Parallel()
	one, two := read(t, "2020-01"), read(t, "2023-07")
	var changed, renamed, recoded, fresh, gone []string
	equal := func(a, b geo.Area) bool {
		return fmt.Sprint(a.Polygons()) == fmt.Sprint(b.Polygons())
	}
	for _, g := range two.basic() {
		before, ok := one.byCode[g.Code]
		switch {
		case ok && equal(before.Ground, g.Ground):
			if before.Name != g.Name {
				renamed = append(renamed, g.Code)
			}
		case ok:
			changed = append(changed, g.Code)
			if shared, of, now := geo.SharedGround(before.Ground, g.Ground); shared < 0.95*min(of, now) || shared < 0.5*of {
				t.Errorf("%s names other ground than before", g.Code)
			}
		case slices.ContainsFunc(one.basic(), func(o feature) bool { return equal(o.Ground, g.Ground) }):
			recoded = append(recoded, g.Code)
			if !strings.HasPrefix(g.Code, "1501024") {
				t.Errorf("%s has a new code", g.Code)
			}
		default:
			fresh = append(fresh, g.Code)
		}
	}
	for _, g := range one.basic() {
		if _, ok := two.byCode[g.Code]; !ok && !strings.HasPrefix(g.Code, "1501024") {
			gone = append(gone, g.Code)
		}
	}
	// Two grids grow by a merge, two shrink by a split; every other ground is one of
	// the first edition.
	if len(changed) != 4 || len(renamed) != 1 || len(fresh) != 2 || len(gone) != len(recoded)+2 {
		t.Errorf("changed %v, renamed %v, fresh %v, %d gone, %d recoded", changed, renamed, fresh, len(gone), len(recoded))
	}
	for old, new := range map[string]string{"150102001014": "150102401001", "150102006016": "150102402003", "150102007010": "150102403006"} {
		a, b := one.byCode[old], two.byCode[new]
		if _, there := two.byCode[old]; there || a.Name != b.Name || !mend.Same(a.Ground, b.Ground) {
			t.Errorf("%s did not pass over whole to %s", old, new)
		}
	}
	for _, s := range one.features[area.Subdistrict] {
		if two.byCode[s.Code].Version == nil {
			t.Errorf("%s is gone", s.Code)
		}
	}
	for _, c := range one.features[area.Compound] {
		if now := two.byCode[c.Code]; now.Version == nil || now.Name != c.Name || !equal(now.Ground, c.Ground) {
			t.Errorf("compound %s is not the same", c.Code)
		}
	}
}
