package editionfile

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// How many points of each sort the golden vectors have at most. Those on
// borders count five times: each comes with its neighbours on the lattice.
const (
	labelPoints    = 200
	junctionPoints = 130
	vertexPoints   = 90
	edgePoints     = 80
	insidePoints   = 220
	outsidePoints  = 160 // a third of these lie outside; the others are left out
)

// vectors returns the golden vectors as CSV: points and who owns them, found
// by looking at every area in turn, without an index. The points follow from
// the content hash.
func (l *layout) vectors(hash []byte) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"x", "y", "level", "code", "compounds", "dedicated"}) // a buffer takes everything
	o := newOracle(l.versions)
	for _, p := range l.points(rand.New(rand.NewChaCha8([32]byte(hash)))) {
		level, code := "", ""
		owner, compounds, dedicated := o.locate(p)
		if owner != nil {
			level, code = owner.Level.String(), owner.Code
		}
		_ = w.Write([]string{strconv.Itoa(int(p.X)), strconv.Itoa(int(p.Y)), level, code, codes(compounds), codes(dedicated)})
	}
	w.Flush()
	return out.Bytes()
}

func codes(versions []*area.Version) string {
	var list []string
	for _, v := range versions {
		list = append(list, v.Code)
	}
	return strings.Join(list, ";")
}

// oracle answers by the rule of ownership, as plainly as it can be put.
type oracle struct {
	versions []*area.Version // those that own first come first
	boxes    []geo.Box
}

func newOracle(versions []*area.Version) *oracle {
	o := &oracle{versions: slices.Clone(versions)}
	slices.SortFunc(o.versions, func(v, w *area.Version) int {
		if v.Before(w) {
			return -1
		}
		return 1
	})
	for _, v := range o.versions {
		o.boxes = append(o.boxes, v.Ground.Polygons().Box())
	}
	return o
}

// locate returns the finest partition area that covers p, and the overlays
// that do.
func (o *oracle) locate(p geo.Point) (owner *area.Version, compounds, dedicated []*area.Version) {
	for i, v := range o.versions {
		if !o.boxes[i].Contains(p) || !covers(v.Ground.Polygons(), p) {
			continue
		}
		switch {
		case v.Level == area.Compound:
			compounds = append(compounds, v)
		case v.Kind == area.Dedicated:
			dedicated = append(dedicated, v)
		case owner == nil || v.Level > owner.Level:
			owner = v
		}
	}
	return owner, compounds, dedicated
}

// covers reports whether p lies in m or on its border.
func covers(m geo.MultiPolygon, p geo.Point) bool {
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

// points chooses where to ask: where areas meet, beside it, in the middle of
// areas, anywhere in the district, and outside.
func (l *layout) points(rng *rand.Rand) []geo.Point {
	var points []geo.Point
	seen := map[geo.Point]bool{}
	add := func(x, y int64) {
		if x < -geo.MaxX || x > geo.MaxX || y < -geo.MaxY || y > geo.MaxY {
			return
		}
		if p := (geo.Point{X: int32(x), Y: int32(y)}); !seen[p] {
			seen[p] = true
			points = append(points, p)
		}
	}
	around := func(p geo.Point) {
		x, y := int64(p.X), int64(p.Y)
		add(x, y)
		add(x-1, y)
		add(x+1, y)
		add(x, y-1)
		add(x, y+1)
	}
	for _, v := range sample(rng, l.versions) {
		p := v.Ground.LabelPoint()
		add(int64(p.X), int64(p.Y))
	}
	if len(l.chains) == 0 {
		return points
	}
	for range junctionPoints {
		c := l.chains[rng.IntN(len(l.chains))].points
		around(c[rng.IntN(2)*(len(c)-1)])
	}
	for range vertexPoints {
		c := l.chains[rng.IntN(len(l.chains))].points
		around(c[rng.IntN(len(c))])
	}
	for range edgePoints {
		c := l.chains[rng.IntN(len(l.chains))].points
		i := rng.IntN(len(c) - 1)
		around(within(rng, c[i], c[i+1]))
	}
	box := l.versions[0].Ground.Box()
	for _, v := range l.versions {
		box = box.Union(v.Ground.Box())
	}
	width, height := int64(box.Max.X)-int64(box.Min.X), int64(box.Max.Y)-int64(box.Min.Y)
	for range insidePoints {
		add(int64(box.Min.X)+rng.Int64N(width+1), int64(box.Min.Y)+rng.Int64N(height+1))
	}
	for range outsidePoints {
		around := box.Grow(width/8+1, height/8+1)
		x := int64(around.Min.X) + rng.Int64N(int64(around.Max.X)-int64(around.Min.X)+1)
		y := int64(around.Min.Y) + rng.Int64N(int64(around.Max.Y)-int64(around.Min.Y)+1)
		if p := (geo.Point{X: int32(x), Y: int32(y)}); !box.Contains(p) {
			add(x, y)
		}
	}
	return points
}

// sample chooses areas so that every level and kind has its share.
func sample(rng *rand.Rand, versions []*area.Version) []*area.Version {
	type sort struct {
		level area.Level
		kind  area.Kind
	}
	var sorts []sort
	bySort := map[sort][]*area.Version{}
	for _, v := range versions {
		s := sort{v.Level, v.Kind}
		if len(bySort[s]) == 0 {
			sorts = append(sorts, s)
		}
		bySort[s] = append(bySort[s], v)
	}
	var out []*area.Version
	for _, s := range sorts {
		list := bySort[s]
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		out = append(out, list[:min(len(list), labelPoints/len(sorts))]...)
	}
	return out
}

// within returns a lattice point inside the edge ab where there is one, and
// else the one nearest to its middle.
func within(rng *rand.Rand, a, b geo.Point) geo.Point {
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	steps := gcd(max(dx, -dx), max(dy, -dy))
	if steps > 1 {
		k := 1 + rng.Int64N(steps-1)
		return geo.Point{X: int32(int64(a.X) + k*(dx/steps)), Y: int32(int64(a.Y) + k*(dy/steps))}
	}
	return geo.Point{X: int32(int64(a.X) + dx/2), Y: int32(int64(a.Y) + dy/2)}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
