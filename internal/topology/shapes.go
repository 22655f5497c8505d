package topology

import (
	"fmt"
	"math"

	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// A spike is a corner so sharp that no surveyor meant it: its sides part by less
// than spikeSlope of their length, which is at least spikeMetres.
const (
	spikeSlope  = 0.02 // about one degree
	spikeMetres = 1.0
)

// Shapes looks at the areas of one level by themselves: spikes, areas in several
// parts, parts that touch no other area. All are listed; none refuses.
// Findings: spike (warning), multipart and island (notes).
func Shapes(areas []*area.Version) []area.Finding {
	var findings []area.Finding
	for _, v := range areas {
		for r := range v.Ground.Polygons().Rings {
			findings = append(findings, spikes(v, r)...)
		}
		if parts := v.Ground.Polygons(); len(parts) > 1 {
			at := v.Ground.LabelPoint()
			findings = append(findings, area.Finding{Code: "multipart", Severity: area.Note, Level: v.Level, Areas: []string{v.Code}, Place: &at, Waivable: true,
				ZH: fmt.Sprintf("%s %s 由 %d 块组成（飞地）", v.Level.Word(), v.Code, len(parts)),
				EN: fmt.Sprintf("the %s %s has %d parts", v.Level, v.Code, len(parts))})
		}
	}
	return append(findings, islands(areas)...)
}

// spikes finds the sharp corners of one ring in which the area itself is thin; a
// notch is the spike of whoever lies in it.
func spikes(v *area.Version, r geo.Ring) (found []area.Finding) {
	n := len(r)
	m := geo.MetresAt(r[0])
	for i, b := range r {
		a, c := r[(i+n-1)%n], r[(i+1)%n]
		if geo.Orient(a, b, c) <= 0 { // the interior lies left: a convex corner turns left
			continue
		}
		ux, uy := float64(int64(a.X)-int64(b.X)), float64(int64(a.Y)-int64(b.Y))
		vx, vy := float64(int64(c.X)-int64(b.X)), float64(int64(c.Y)-int64(b.Y))
		cross, dot := math.Abs(ux*vy-uy*vx), ux*vx+uy*vy
		if dot <= 0 || cross > spikeSlope*dot {
			continue
		}
		length := math.Min(m.Between(a, b), m.Between(b, c))
		if length < spikeMetres {
			continue
		}
		at := b
		found = append(found, area.Finding{Code: "spike", Severity: area.Warning, Level: v.Level, Areas: []string{v.Code}, Place: &at, Waivable: true,
			Shape: geo.Ring{a, b, c}, M2: cross / 2 * m.SquareMetres(), Mends: []area.Mend{{Kind: area.RemoveVertex, Area: v.Code}},
			ZH: fmt.Sprintf("%s %s 的边界有一个尖刺，长约 %.0f 米，最宽处不到 %s", v.Level.Word(), v.Code, length, centimetres(length*spikeSlope)),
			EN: fmt.Sprintf("the border of the %s %s has a spike, about %.0f m long and less than %s wide", v.Level, v.Code, length, centimetres(length*spikeSlope))})
	}
	return found
}

// mostIslandVertices is how many vertices a group of parts may have to be looked
// at as an island: more is a second mainland.
const mostIslandVertices = 100_000

// islands finds parts that hang together with no other area, while most do.
func islands(areas []*area.Version) (found []area.Finding) {
	type part struct {
		area    int32
		polygon geo.Polygon
	}
	var parts []part
	for i, v := range areas {
		for _, p := range v.Ground.Polygons() {
			parts = append(parts, part{int32(i), p})
		}
	}
	group := make([]int32, len(parts))
	for i := range group {
		group[i] = int32(i)
	}
	root := func(i int32) int32 {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	at := map[geo.Point]int32{}
	for i, p := range parts {
		for _, r := range p.polygon {
			for _, q := range r {
				if first, seen := at[q]; seen {
					group[root(int32(i))] = root(first)
				} else {
					at[q] = int32(i)
				}
			}
		}
	}
	sizes := map[int32]int{}
	members := map[int32]int{}
	for i, p := range parts {
		sizes[root(int32(i))] += len(p.polygon[0])
		members[root(int32(i))]++
	}
	var mainland int32
	for g, n := range members {
		if n > members[mainland] || n == members[mainland] && g < mainland {
			mainland = g
		}
	}
	if members[mainland] < 3 { // nothing hangs together here
		return nil
	}
	var tree rtree.RTreeGN[int64, int32]
	for i, p := range parts {
		lo, hi := p.polygon[0].Box().Corners()
		tree.Insert(lo, hi, int32(i))
	}
	looked := 0
	for i, p := range parts {
		g := root(int32(i))
		if members[g] > 1 || g == mainland { // several together are a place of their own
			continue
		}
		if looked += len(p.polygon[0]); looked > mostIslandVertices {
			break
		}
		b := p.polygon[0].Box().Grow(1, 1)
		touches := false
		lo, hi := b.Corners()
		tree.Search(lo, hi, func(_, _ [2]int64, j int32) bool {
			if int(j) != i && parts[j].area != p.area {
				touches = touches || meets(p.polygon, parts[j].polygon) || meets(parts[j].polygon, p.polygon)
			}
			return !touches
		})
		if touches {
			continue
		}
		v := areas[p.area]
		at := p.polygon[0][0]
		found = append(found, area.Finding{Code: "island", Severity: area.Note, Level: v.Level, Areas: []string{v.Code}, Place: &at, Shape: p.polygon[0], Waivable: true,
			ZH: fmt.Sprintf("%s %s 有一块与其他%s都不相连（孤岛）", v.Level.Word(), v.Code, v.Level.Word()),
			EN: fmt.Sprintf("a part of the %s %s touches no other area (an island)", v.Level, v.Code)})
	}
	return found
}

// meets reports whether some vertex of p lies on or in q.
func meets(p, q geo.Polygon) bool {
	box := q[0].Box()
	for _, r := range p {
		for _, at := range r {
			if box.Contains(at) && q[0].Side(at) != geo.Outside {
				return true
			}
		}
	}
	return false
}
