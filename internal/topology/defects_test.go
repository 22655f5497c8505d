package topology_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/mend"
	"wangge/internal/topology"
)

// city is a partition of grids with holes and enclaves, in four communities
// whose borders are those of their grids.
type city struct {
	rng           *rand.Rand
	columns, rows int
	grids         []*area.Version
	communities   []*area.Version
}

func newCity(tb testing.TB, seed uint64) *city {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 99))
	c := &city{rng: rng, columns: 6, rows: 6}
	p := geotest.NewPartition(rng, c.columns, c.rows, 8, geotest.Hohhot)
	p.Enclaves(rng)
	groups := make([][]*area.Version, 4)
	for i, a := range p.Areas() {
		v := grounded(fmt.Sprintf("150102001%03d%03d", 1+i/9, i), a)
		v.Name = "网格"
		c.grids = append(c.grids, v)
		k := i % c.columns / 3 * 2
		if i/c.columns >= 3 {
			k++
		}
		groups[k] = append(groups[k], v)
	}
	for k, group := range groups {
		ground, err := mend.Union(group)
		if err != nil {
			tb.Fatal(err)
		}
		w := grounded(fmt.Sprintf("C%d", k), ground)
		w.Level = area.Community
		c.communities = append(c.communities, w)
		for _, v := range group {
			v.Parent = w.AreaID
		}
	}
	return c
}

func (c *city) all() []*area.Version { return slices.Concat(c.grids, c.communities) }

func (c *city) check() []area.Finding {
	found := topology.Check(c.all(), area.Opaque, map[area.Level]area.Coverage{area.Community: area.Strict, area.Grid: area.Strict})
	return slices.DeleteFunc(found, func(f area.Finding) bool { return f.Code == "no_parent" && f.Level == area.Community })
}

// inner is an index of a grid that touches no side of the city and has one plain ring.
func (c *city) inner() int {
	for {
		i := c.rng.IntN(len(c.grids))
		x, y := i%c.columns, i/c.columns
		if x > 0 && x < c.columns-1 && y > 0 && y < c.rows-1 {
			return i
		}
	}
}

// reshape replaces the exterior ring of the first part of grid i; false when the
// gate refuses it.
func (c *city) reshape(i int, change func(geo.Ring) geo.Ring) bool {
	v := *c.grids[i]
	m := slices.Clone(v.Ground.Polygons())
	r := change(slices.Clone(m[0][0]))
	m[0] = append(geo.Polygon{r}, m[0][1:]...)
	var raw geo.MultiPolygon
	for _, polygon := range m {
		var q geo.Polygon
		for _, ring := range polygon {
			q = append(q, append(slices.Clone(ring), ring[0]))
		}
		raw = append(raw, q)
	}
	ground, defects, ok := geo.Gate(raw)
	if !ok || len(defects) > 0 {
		return false
	}
	v.Ground = ground
	c.grids[i] = &v
	return true
}

// toward moves p by about metres away from (or, negative, toward) the middle of b.
func toward(p geo.Point, b geo.Box, steps int32) geo.Point {
	if p.X > b.Min.X/2+b.Max.X/2 {
		p.X += steps
	} else {
		p.X -= steps
	}
	if p.Y > b.Min.Y/2+b.Max.Y/2 {
		p.Y += steps
	} else {
		p.Y -= steps
	}
	return p
}

// middleOf inserts the rounded middle of a long edge, moved sideways by off steps
// (positive: to the right, out of the ring).
func middleOf(r geo.Ring, i int, off int32) geo.Ring {
	a, b := r[i], r[(i+1)%len(r)]
	m := geo.Point{X: a.X + (b.X-a.X)/2, Y: a.Y + (b.Y-a.Y)/2}
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	if abs(dx) > abs(dy) {
		m.Y -= off * int32(sign(dx))
	} else {
		m.X += off * int32(sign(dy))
	}
	return slices.Insert(r, i+1, m)
}

func abs(v int64) int64 { return max(v, -v) }

func sign(v int64) int64 {
	if v < 0 {
		return -1
	}
	return 1
}

// double is twice the ground of the first exterior ring, square steps.
func double(v *area.Version) (sum int64) {
	r := v.Ground.Polygons()[0][0]
	for i, a := range r {
		b := r[(i+1)%len(r)]
		sum += int64(a.X-r[0].X)*int64(b.Y-r[0].Y) - int64(b.X-r[0].X)*int64(a.Y-r[0].Y)
	}
	return sum
}

// TestFortyDefectsOfEachKindAreFound puts one defect into each of forty clean
// cities: it is found under its code, with the area concerned, and forty clean
// cities give neither errors nor warnings.
func TestFortyDefectsOfEachKindAreFound(t *testing.T) {
	t.Parallel()
	const cities = 40
	t.Run("clean", func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(cities) {
			for _, f := range newCity(t, seed).check() {
				if f.Severity != area.Note {
					t.Errorf("city %d: a false alarm: %s %v: %s", seed, f.Code, f.Areas, f.EN)
				}
			}
		}
	})
	for kind, tc := range map[string]struct {
		codes []string
		spoil func(c *city) (code string, ok bool)
	}{
		"gap": {[]string{"gap", "hole"}, func(c *city) (string, bool) {
			i := c.inner()
			b := c.grids[i].Ground.Box()
			before := double(c.grids[i])
			return c.grids[i].Code, c.reshape(i, func(r geo.Ring) geo.Ring {
				k := c.rng.IntN(len(r))
				r[k] = toward(r[k], b, -20_000)
				return r
			}) && double(c.grids[i]) < before
		}},
		"overlap": {[]string{"overlap"}, func(c *city) (string, bool) {
			i := c.inner()
			b := c.grids[i].Ground.Box()
			before := double(c.grids[i])
			return c.grids[i].Code, c.reshape(i, func(r geo.Ring) geo.Ring {
				k := c.rng.IntN(len(r))
				r[k] = toward(r[k], b, 20_000)
				return r
			}) && double(c.grids[i]) > before
		}},
		"sliver": {[]string{"sliver_gap", "sliver_overlap", "t_junction"}, func(c *city) (string, bool) {
			i := c.inner()
			b := c.grids[i].Ground.Box()
			return c.grids[i].Code, c.reshape(i, func(r geo.Ring) geo.Ring {
				k := c.rng.IntN(len(r))
				r[k] = toward(r[k], b, int32(10+c.rng.IntN(30))*(1-2*int32(c.rng.IntN(2))))
				return r
			})
		}},
		"spike": {[]string{"spike"}, func(c *city) (string, bool) {
			i := c.inner()
			return c.grids[i].Code, c.reshape(i, func(r geo.Ring) geo.Ring {
				k := c.rng.IntN(len(r))
				a, b := r[k], r[(k+1)%len(r)]
				at := geo.Point{X: a.X + (b.X-a.X)/3, Y: a.Y + (b.Y-a.Y)/3}
				// out and back, two steps beside each other
				dx, dy := b.X-a.X, b.Y-a.Y
				tip := geo.Point{X: at.X + dy/2, Y: at.Y - dx/2}
				next := geo.Point{X: at.X + dx/int32(max(abs(int64(dx)), abs(int64(dy)))/40+1), Y: at.Y + dy/int32(max(abs(int64(dx)), abs(int64(dy)))/40+1)}
				return slices.Insert(r, k+1, at, tip, next)
			})
		}},
		"hole": {[]string{"hole"}, func(c *city) (string, bool) {
			i := c.inner()
			v := *c.grids[i]
			m := slices.Clone(v.Ground.Polygons())
			if len(m[0]) > 1 {
				return "", false
			}
			p := v.Ground.LabelPoint()
			const s = 2_000
			hole := geo.Ring{p, {X: p.X, Y: p.Y + s}, {X: p.X + s, Y: p.Y + s}, {X: p.X + s, Y: p.Y}, p}
			var raw geo.MultiPolygon
			for k, polygon := range m {
				var q geo.Polygon
				for _, ring := range polygon {
					q = append(q, append(slices.Clone(ring), ring[0]))
				}
				if k == 0 {
					q = append(q, hole)
				}
				raw = append(raw, q)
			}
			ground, _, ok := geo.Gate(raw)
			if !ok {
				return "", false
			}
			v.Ground = ground
			c.grids[i] = &v
			return v.Code, true
		}},
		"T-junction off by one step": {[]string{"t_junction"}, func(c *city) (string, bool) {
			i := c.inner()
			return c.grids[i].Code, c.reshape(i, func(r geo.Ring) geo.Ring {
				return middleOf(r, c.rng.IntN(len(r)), 1-2*int32(c.rng.IntN(2)))
			})
		}},
		"child leaving its parent": {[]string{"outside_parent"}, func(c *city) (string, bool) {
			i := 2 + c.columns*(1+c.rng.IntN(c.rows-2)) // beside the border of two communities
			b := c.grids[i].Ground.Box()
			neighbour := c.grids[i+1]
			return c.grids[i].Code, c.reshape(i, func(r geo.Ring) geo.Ring {
				east := 0
				for k, p := range r {
					if p.X > r[east].X && neighbour.Ground.Covers(p) {
						east = k
					}
				}
				r[east] = geo.Point{X: r[east].X + 30_000, Y: r[east].Y + b.Max.Y/1_000_000}
				return r
			})
		}},
		"wrong parent": {[]string{"wrong_parent"}, func(c *city) (string, bool) {
			i := c.inner()
			v := *c.grids[i]
			for _, w := range c.communities {
				if w.AreaID != v.Parent {
					v.Parent = w.AreaID
					break
				}
			}
			c.grids[i] = &v
			return v.Code, true
		}},
		"missing parent": {[]string{"no_parent"}, func(c *city) (string, bool) {
			i := c.inner()
			v := *c.grids[i]
			v.Parent = uuid.New()
			c.grids[i] = &v
			return v.Code, true
		}},
		"several parts and an island": {[]string{"island"}, func(c *city) (string, bool) {
			i := c.inner()
			v := *c.grids[i]
			b := geotest.Hohhot
			const s = 5_000
			raw := geo.MultiPolygon{{{b.Max, {X: b.Max.X + s, Y: b.Max.Y}, {X: b.Max.X + s, Y: b.Max.Y + s}, b.Max}}}
			for _, polygon := range v.Ground.Polygons() {
				var q geo.Polygon
				for _, ring := range polygon {
					q = append(q, append(slices.Clone(ring), ring[0]))
				}
				raw = append(raw, q)
			}
			ground, _, ok := geo.Gate(raw)
			if !ok {
				return "", false
			}
			v.Ground = ground
			c.grids[i] = &v
			return v.Code, true
		}},
		"one grid missing": {[]string{"gap", "hole"}, func(c *city) (string, bool) {
			i := c.inner()
			neighbour := c.grids[i+1].Code
			if c.grids[i+1].Parent != c.grids[i].Parent {
				neighbour = c.grids[i-1].Code
			}
			c.grids = slices.Delete(c.grids, i, i+1)
			return neighbour, true
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			spoiled := 0
			for seed := uint64(0); spoiled < cities; seed++ {
				if seed > 10*cities {
					t.Fatalf("only %d cities could be spoiled", spoiled)
				}
				c := newCity(t, seed%cities)
				c.rng = rand.New(rand.NewPCG(seed, 5))
				code, ok := tc.spoil(c)
				if !ok {
					continue
				}
				spoiled++
				found := c.check()
				if !slices.ContainsFunc(found, func(f area.Finding) bool {
					return slices.Contains(tc.codes, f.Code) && slices.Contains(f.Areas, code)
				}) {
					t.Errorf("city %d: no %v at %s among %v", seed, tc.codes, code, briefs(found))
				}
			}
		})
	}
}
