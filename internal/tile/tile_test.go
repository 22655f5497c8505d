package tile_test

import (
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
	"wangge/internal/tile"
)

func edition(tb testing.TB, versions []*area.Version) *gridindex.Index {
	tb.Helper()
	e, err := gridindex.NewEdition(versions, nil, gridindex.About{Name: "2026-01"})
	if err != nil {
		tb.Fatal(err)
	}
	return gridindex.New(1, []*gridindex.Edition{e})
}

// demo is the demo district: four levels that tile each other, compounds,
// enclaves, areas in two parts.
func demo(tb testing.TB) *gridindex.Index {
	tb.Helper()
	files := geodata.Editions[1].Files()
	byCode := map[string]*area.Version{}
	var versions []*area.Version
	for _, level := range area.Levels {
		b, err := fs.ReadFile(files, level.String()+".geojson")
		if err != nil {
			tb.Fatal(err)
		}
		c, err := geojson.UnmarshalFeatureCollection(b)
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range c.Features {
			m, many := f.Geometry.(orb.MultiPolygon)
			if p, one := f.Geometry.(orb.Polygon); one {
				m, many = orb.MultiPolygon{p}, true
			}
			if !many {
				tb.Fatalf("a %T", f.Geometry)
			}
			v := &area.Version{District: "D", Level: level, Code: f.Properties.MustString("code"), Name: f.Properties.MustString("name"),
				Kind: area.Kind(f.Properties.MustString("kind", "basic")), Ground: ground(tb, m)}
			v.AreaID = uuid.NewSHA1(uuid.Nil, []byte(v.Code))
			if up := byCode[f.Properties.MustString("parent", "")]; up != nil {
				v.Parent = up.AreaID
			}
			byCode[v.Code] = v
			versions = append(versions, v)
		}
	}
	return edition(tb, versions)
}

func ground(tb testing.TB, m orb.MultiPolygon) geo.Area {
	tb.Helper()
	var out geo.MultiPolygon
	for _, rings := range m {
		var polygon geo.Polygon
		for _, r := range rings {
			var ring geo.Ring
			for _, at := range r[1:] {
				p, err := geo.Snap(at[0], at[1])
				if err != nil {
					tb.Fatal(err)
				}
				ring = append(ring, p)
			}
			polygon = append(polygon, append(ring, ring[0]))
		}
		out = append(out, polygon)
	}
	a, _, ok := geo.Gate(out)
	if !ok {
		tb.Fatal("refused")
	}
	return a
}

// tilesOver lists the tiles over a district, at most most of them at a zoom.
func tilesOver(ix *gridindex.Index, z, most int) (keys []tile.Key) {
	box := ix.Editions()[0].District.Ground.Box()
	of := func(p geo.Point) (x, y float64) {
		n := math.Exp2(float64(z))
		sin := math.Sin(p.Lat() * math.Pi / 180)
		return (p.Lon() + 180) / 360 * n, (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * n
	}
	west, south := of(box.Min)
	east, north := of(box.Max)
	for x := int(west); x <= int(east); x++ {
		for y := int(north); y <= int(south); y++ {
			keys = append(keys, tile.Key{Z: z, X: x, Y: y})
		}
	}
	rng := rand.New(rand.NewPCG(1, uint64(z)))
	rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys[:min(len(keys), most)]
}

type edge [2]orb.Point

// outline adds the edges of the polygons of a layer: those that run both ways
// cancel.
func outline(tb testing.TB, edges map[edge]int, ix *gridindex.Index, level area.Level, k tile.Key, by int) (features int) {
	tb.Helper()
	for _, f := range decode(tb, ix, level, k)[level.String()] {
		if f.Properties["kind"] == string(area.Dedicated) {
			continue
		}
		features++
		for _, polygon := range polygons(tb, f.Geometry) {
			for i, r := range polygon {
				turn := r.Orientation() // y runs downwards
				if (i == 0) != (turn == orb.CCW) {
					tb.Errorf("%v: ring %d of %s runs the wrong way", k, i, f.Properties["code"])
				}
				for j := 1; j < len(r); j++ {
					e, n := edge{r[j-1], r[j]}, by
					if slices.Compare(e[1][:], e[0][:]) < 0 {
						e[0], e[1], n = e[1], e[0], -n
					}
					if edges[e] += n; edges[e] == 0 {
						delete(edges, e)
					}
				}
			}
		}
	}
	return features
}

func polygons(tb testing.TB, g orb.Geometry) orb.MultiPolygon {
	tb.Helper()
	switch g := g.(type) {
	case orb.MultiPolygon:
		return g
	case orb.Polygon:
		return orb.MultiPolygon{g}
	}
	tb.Fatalf("a %T", g)
	return nil
}

func decode(tb testing.TB, ix *gridindex.Index, level area.Level, k tile.Key) map[string][]*geojson.Feature {
	tb.Helper()
	layers, err := mvt.Unmarshal(tile.Draw(ix, level, k, 1))
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string][]*geojson.Feature{}
	for _, l := range layers {
		if l.Version != 2 || l.Extent != 4096 || len(l.Features) == 0 {
			tb.Errorf("%v: layer %s of version %d, extent %d with %d features", k, l.Name, l.Version, l.Extent, len(l.Features))
		}
		out[l.Name] = l.Features
	}
	return out
}

// onFrame reports whether an edge runs along the edge of the tile's buffer.
func onFrame(e edge) bool {
	for axis := range 2 {
		if v := e[0][axis]; v == e[1][axis] && (v == -64 || v == 4160) {
			return true
		}
	}
	return false
}

// TestNeighboursStayGlued adds up the edges of all areas of a level and takes
// away those of the district: what is left would be gaps and slivers. Only
// areas that have shrunk to nothing may be missing, and those enclose nothing.
func TestNeighboursStayGlued(t *testing.T) {
	t.Parallel()
	sets := map[string]*gridindex.Index{"demo": demo(t)}
	rng := rand.New(rand.NewPCG(3, 4))
	for name, p := range map[string]*geotest.Partition{
		"large": geotest.NewPartition(rng, 8, 8, 64, geotest.Hohhot), "small": geotest.NewPartition(rng, 60, 60, 8, geotest.Hohhot),
	} {
		sets[name] = edition(t, partition(t, p))
	}
	for name, ix := range sets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tiles, compared := 0, 0
			for z := 4; z <= tile.MaxZoom; z++ {
				for _, k := range tilesOver(ix, z, 40) {
					for _, level := range []area.Level{area.Subdistrict, area.Community, area.Grid} {
						if z < tile.MinZoom(level) {
							continue
						}
						edges := map[edge]int{}
						n := outline(t, edges, ix, level, k, 1)
						outline(t, edges, ix, area.District, k, -1)
						tiles, compared = tiles+1, compared+n
						if n == 0 {
							continue // the level is missing, or nothing of it is left
						}
						twice := 0.0
						var off []edge
						for e, by := range edges {
							twice += float64(by) * (e[0][0]*e[1][1] - e[1][0]*e[0][1])
							if !onFrame(e) {
								off = append(off, e)
							}
						}
						if twice != 0 {
							t.Errorf("%s %v: gaps or slivers of %v half squares", level, k, twice)
						}
						if z >= 15 && len(off) > 0 {
							t.Errorf("%s %v: %d edges have one side only, such as %v", level, k, len(off), off[0])
						}
					}
				}
			}
			if tiles < 300 || compared < 900 {
				t.Errorf("only %d tiles with %d areas: the test says little", tiles, compared)
			}
		})
	}
}

// partition makes a district of a partition's cells: its outline is what only
// one cell has.
func partition(tb testing.TB, p *geotest.Partition) []*area.Version {
	tb.Helper()
	next := map[geo.Point]geo.Point{} // along the outline
	type pair [2]geo.Point
	edges := map[pair]bool{}
	for _, c := range p.Cells {
		for r := range c.Rings {
			for i, a := range r {
				edges[pair{a, r[(i+1)%len(r)]}] = true
			}
		}
	}
	var from geo.Point
	for e := range edges {
		if !edges[pair{e[1], e[0]}] {
			next[e[0]], from = e[1], e[0]
		}
	}
	ring := geo.Ring{from}
	for at := next[from]; at != from; at = next[at] {
		ring = append(ring, at)
	}
	district := version(area.District, "D", nil, geotest.Area(geo.MultiPolygon{{ring}}))
	versions := []*area.Version{district}
	for i, a := range p.Areas() {
		versions = append(versions, version(area.Grid, fmt.Sprintf("%06d", i), district, a))
	}
	return versions
}

func version(level area.Level, code string, parent *area.Version, ground geo.Area) *area.Version {
	v := &area.Version{District: "D", AreaID: uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%d %s", level, code)), Level: level,
		Code: code, Name: "第" + code + "网格", Kind: area.Basic, Ground: ground}
	if parent != nil {
		v.Parent = parent.AreaID
	}
	return v
}

// TestATileSaysWhatIsThere compares tiles with the index itself: a name for
// each area whose label lies in the tile, and nothing from elsewhere.
func TestATileSaysWhatIsThere(t *testing.T) {
	t.Parallel()
	ix := demo(t)
	e := ix.Editions()[0]
	seen := 0
	for _, z := range []int{9, 12, 14, 17} {
		for _, k := range tilesOver(ix, z, 30) {
			for _, level := range area.Levels {
				if z < tile.MinZoom(level) {
					continue
				}
				layers := decode(t, ix, level, k)
				named := map[string]bool{}
				for _, f := range layers[level.String()+"_label"] {
					a := e.Find(level, f.Properties["code"].(string))
					if a == nil {
						t.Fatalf("%v: no %s %v", k, level, f.Properties)
					}
					want := map[string]any{"district": e.Code, "code": a.Code, "name": a.Name, "level": level.String(), "tone": float64(a.Tone)}
					if a.Up != nil {
						want["parent"] = a.Up.Code
					}
					if level == area.Grid {
						want["kind"] = string(a.Kind)
					}
					if fmt.Sprint(want) != fmt.Sprint(map[string]any(f.Properties)) {
						t.Errorf("%v: %v, want %v", k, f.Properties, want)
					}
					named[a.Code] = true
					at := f.Geometry.(orb.Point)
					if x, y := inTile(a.Label, k); math.Abs(at[0]-x) > 0.51 || math.Abs(at[1]-y) > 0.51 {
						t.Errorf("%v: %s is named at %v, not at %v, %v", k, a.Code, at, x, y)
					}
				}
				for _, a := range e.Level(level) {
					x, y := inTile(a.Label, k)
					if in := x >= 0 && x < 4095 && y >= 0 && y < 4095; in && !named[a.Code] {
						t.Errorf("%v: %s %s is not named", k, level, a.Code)
					}
				}
				for _, f := range layers[level.String()] {
					seen++
					a := e.Find(level, f.Properties["code"].(string))
					b := f.Geometry.Bound()
					for _, p := range []geo.Point{a.Ground.Box().Min, a.Ground.Box().Max} {
						x, y := inTile(p, k)
						if p == a.Ground.Box().Min && (b.Min[0] < max(x-1, -64) || b.Max[1] > min(y+1, 4160)) ||
							p == a.Ground.Box().Max && (b.Max[0] > min(x+1, 4160) || b.Min[1] < max(y-1, -64)) {
							t.Errorf("%v: %s %s reaches beyond its ground: %v", k, level, a.Code, b)
						}
					}
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d shapes", seen)
	}
}

// inTile is where p lies in a tile, in its steps.
func inTile(p geo.Point, k tile.Key) (x, y float64) {
	n := 4096 * math.Exp2(float64(k.Z))
	rad := p.Lat() * math.Pi / 180
	return (p.Lon()+180)/360*n - 4096*float64(k.X), (1-math.Asinh(math.Tan(rad))/math.Pi)/2*n - 4096*float64(k.Y)
}
