package editionfile_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/mend"
)

// builder puts an edition together, with every field filled.
type builder struct {
	tb  testing.TB
	rng *rand.Rand
	c   *editionfile.Content
}

func newBuilder(tb testing.TB, seed uint64) *builder {
	return &builder{tb, rand.New(rand.NewPCG(seed, 9)), &editionfile.Content{District: "150102", Grids: map[uuid.UUID][]uuid.UUID{}}}
}

func (b *builder) add(level area.Level, code string, parent *area.Version, ground geo.Area) *area.Version {
	v := &area.Version{
		District: b.c.District, AreaID: uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%d %s", level, code)), Level: level,
		Code: code, Name: level.Word() + code, Kind: area.Basic, Ground: ground, AreaM2: b.rng.Float64() * 1e7,
		Label: ground.LabelPoint(), Source: fmt.Sprintf("%s.geojson#%d", level, len(b.c.Versions)),
	}
	if parent != nil {
		v.Parent = parent.AreaID
	}
	b.c.Versions = append(b.c.Versions, v)
	return v
}

func (b *builder) id(i int) uuid.UUID { return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)) }

func (b *builder) dedicated(code string, parent *area.Version, ground geo.Area) *area.Version {
	v := b.add(area.Grid, code, parent, ground)
	v.Kind = area.Dedicated
	return v
}

func (b *builder) union(of []*area.Version) geo.Area {
	b.tb.Helper()
	ground, err := mend.Union(of)
	if err != nil {
		b.tb.Fatal(err)
	}
	return ground
}

func ring(xy ...int32) geo.Ring {
	var r geo.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, geo.Point{X: xy[i], Y: xy[i+1]})
	}
	return r
}

func rectangle(xMin, yMin, xMax, yMax int32) geo.Area {
	return geotest.Area(geo.MultiPolygon{{ring(xMin, yMin, xMax, yMin, xMax, yMax, xMin, yMax)}})
}

func around(b geo.Box) geo.Area { return rectangle(b.Min.X, b.Min.Y, b.Max.X, b.Max.Y) }

// nested is a partition with enclaves, its communities and its district the
// unions of what is below, and overlays across it: compounds, some of them
// equal to a grid or to each other, and dedicated grids.
func nested(tb testing.TB, seed uint64, side int) *editionfile.Content {
	b := newBuilder(tb, seed)
	p := geotest.NewPartition(b.rng, side, side, 8, geotest.Hohhot)
	p.Enclaves(b.rng)
	grounds := p.Areas()
	plain := make([]*area.Version, len(grounds))
	for i, g := range grounds {
		plain[i] = &area.Version{Level: area.Grid, Code: fmt.Sprint(i), Ground: g}
	}
	district := b.add(area.District, b.c.District, nil, b.union(plain))
	street := b.add(area.Subdistrict, "150102001", district, district.Ground)
	var grids []*area.Version
	for row := range side {
		community := b.add(area.Community, fmt.Sprintf("150102001%03d", row), street, b.union(plain[row*side:(row+1)*side]))
		for i := range side {
			g := b.add(area.Grid, fmt.Sprintf("%s%03d", community.Code, i), community, grounds[row*side+i])
			g.Priority = int32(b.rng.IntN(3) - 1)
			grids = append(grids, g)
		}
	}
	box := district.Ground.Box()
	for i := range side {
		g, other := grids[b.rng.IntN(len(grids))], grids[b.rng.IntN(len(grids))]
		k := b.add(area.Compound, fmt.Sprintf("K,%d", i), g, g.Ground)
		b.c.Grids[k.AreaID] = []uuid.UUID{g.AreaID, other.AreaID}
		x, y := box.Min.X+b.rng.Int32N(box.Max.X-box.Min.X), box.Min.Y+b.rng.Int32N(box.Max.Y-box.Min.Y)
		k = b.add(area.Compound, fmt.Sprintf("小区%d", i), nil, rectangle(x, y, x+200_000, y+90_000))
		k.Priority = int32(b.rng.IntN(2))
		b.c.Grids[k.AreaID] = []uuid.UUID{other.AreaID}
		b.dedicated(fmt.Sprintf("P%d", i), district, rectangle(x-50_000, y-50_000, x+50_000, y+20_000))
	}
	b.dedicated("same as a community", district, b.c.Versions[2].Ground)
	return b.c
}

// tolerant is a district of grids that fit badly: overlaps, gaps, vertices on
// one side of a border only, and borders that nearly match.
func tolerant(tb testing.TB) *editionfile.Content {
	b := newBuilder(tb, 5)
	district := b.add(area.District, b.c.District, nil, rectangle(0, 0, 1000, 1000))
	b.add(area.Grid, "a", district, rectangle(0, 0, 500, 500))
	b.add(area.Grid, "b", district, geotest.Area(geo.MultiPolygon{{ring(500, 0, 1000, 0, 1000, 500, 500, 500, 500, 250)}})) // a vertex that a lacks
	b.add(area.Grid, "c", district, rectangle(0, 450, 480, 1000)).Priority = -1                                             // over a, short of d
	b.add(area.Grid, "d", district, geotest.Area(geo.MultiPolygon{{ring(501, 501, 1000, 500, 1000, 1000, 500, 999)}}))
	b.add(area.Grid, "e", district, rectangle(400, 400, 600, 600))
	b.add(area.Grid, "f", district, rectangle(400, 400, 600, 600)).Priority = -2
	return b.c
}

// islands has multiparts, holes, and areas within holes.
func islands(tb testing.TB) *editionfile.Content {
	b := newBuilder(tb, 6)
	hole := func(r geo.Ring) geo.Ring {
		out := geo.Ring{}
		for i := range r {
			out = append(out, r[len(r)-1-i])
		}
		return out
	}
	outer, first, second := ring(0, 0, 100, 0, 100, 100, 0, 100), ring(10, 10, 40, 10, 40, 40), ring(60, 60, 90, 60, 90, 90, 70, 95)
	far := ring(-300, 0, -200, 0, -200, 50)
	district := b.add(area.District, b.c.District, nil, geotest.Area(geo.MultiPolygon{{outer}, {far}}))
	b.add(area.Grid, "shell", district, geotest.Area(geo.MultiPolygon{{outer, hole(first), hole(second)}, {far}}))
	b.add(area.Grid, "core", district, geotest.Area(geo.MultiPolygon{{append(second[2:4:4], second[:2]...)}, {first}}))
	b.add(area.Compound, "isle", nil, geotest.Area(geo.MultiPolygon{{ring(20, 15, 30, 15, 30, 20)}, {ring(85, 80, 99, 80, 99, 99)}}))
	return b.c
}

// stacked has the same border so often that its file must be filled up.
func stacked(tb testing.TB) *editionfile.Content {
	b := newBuilder(tb, 7)
	ground := geotest.River(b.rng, 1_000, geotest.Hohhot)[0].Area
	district := b.add(area.District, b.c.District, nil, ground)
	for i := range 40 {
		b.add(area.Compound, fmt.Sprintf("%03d", i), district, ground)
	}
	return b.c
}

func swiss(tb testing.TB) *editionfile.Content {
	b := newBuilder(tb, 8)
	municipalities, cantons := geotest.Switzerland(tb, "municipalities"), geotest.Switzerland(tb, "cantons")
	box := cantons[0].Area.Box()
	for _, c := range cantons {
		box = box.Union(c.Area.Box())
	}
	district := b.add(area.District, b.c.District, nil, around(box))
	for i, c := range cantons {
		b.add(area.Community, fmt.Sprintf("%s#%d", c.Name, i), district, c.Area)
	}
	for i, m := range municipalities {
		b.add(area.Grid, fmt.Sprintf("%s#%d", m.Name, i), district, m.Area)
	}
	return b.c
}

// wide has edges of every length up to the whole lattice.
func wide(tb testing.TB) *editionfile.Content {
	b := newBuilder(tb, 10)
	district := b.add(area.District, b.c.District, nil, rectangle(-geo.MaxX, -geo.MaxY, geo.MaxX, geo.MaxY))
	for i := range 200 {
		at := func(limit int32) int32 {
			reach := int32(1) << b.rng.IntN(31)
			return max(-limit, min(limit, b.rng.Int32N(reach)-reach/2))
		}
		r := ring(at(geo.MaxX), at(geo.MaxY), at(geo.MaxX), at(geo.MaxY), at(geo.MaxX), at(geo.MaxY))
		if a, _, ok := geo.Gate(geo.MultiPolygon{{append(r, r[0])}}); ok {
			b.add(area.Grid, fmt.Sprint(i), district, a)
		}
	}
	return b.c
}

// flat is a strict partition of one level in a district that is a box around.
func flat(tb testing.TB, side, segments int) *editionfile.Content {
	b := newBuilder(tb, 1)
	district := b.add(area.District, b.c.District, nil, around(geotest.Hohhot))
	for i, a := range geotest.NewPartition(b.rng, side, side, segments, geotest.Hohhot).Areas() {
		b.add(area.Grid, fmt.Sprintf("%06d", i), district, a)
	}
	return b.c
}

// strips lie over one another, each between two winding lines. They are made in
// no time, and their file is larger than their golden vectors.
func strips(tb testing.TB, seed uint64) *editionfile.Content {
	b := newBuilder(tb, seed)
	const height, length = 10_000, 800
	district := b.add(area.District, b.c.District, nil, rectangle(0, -height, length*1_000, 50*height))
	line := func() (r geo.Ring) {
		for i := range int32(length) {
			r = append(r, geo.Point{X: 1_000 * i, Y: b.rng.Int32N(height)})
		}
		return r
	}
	below := line()
	for i := range int32(40) {
		above := line()
		var r geo.Ring
		for _, p := range below {
			r = append(r, geo.Point{X: p.X, Y: p.Y + i*height})
		}
		for k := range above {
			p := above[len(above)-1-k]
			r = append(r, geo.Point{X: p.X, Y: p.Y + (i+1)*height})
		}
		ground, err := geo.Restore(geo.MultiPolygon{{r}})
		if err != nil {
			tb.Fatal(err)
		}
		b.add(area.Grid, fmt.Sprintf("%02d", i), district, ground)
		below = above
	}
	return b.c
}

type named struct {
	name string
	c    *editionfile.Content
}

// every returns all the editions that the tests try. They are made once, and
// nobody may change them.
func every(t *testing.T) []named {
	t.Helper()
	once.Do(func() {
		made = []named{
			{"nested partition with enclaves and overlays", nested(t, 1, 6)},
			{"another one", nested(t, 2, 9)},
			{"tolerant", tolerant(t)},
			{"islands", islands(t)},
			{"stacked", stacked(t)},
			{"wide", wide(t)},
			{"one level", flat(t, 12, 8)},
			{"switzerland", swiss(t)},
			{"nothing", &editionfile.Content{District: "150102"}},
		}
	})
	return made
}

var (
	once sync.Once
	made []named
)
