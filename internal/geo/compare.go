package geo

import (
	"math"
	"slices"

	"github.com/tidwall/rtree"
)

// scanLines is how many horizontal lines SharedGround measures along.
const scanLines = 192

// SharedGround estimates the ground of a and b that they have in common, and of
// each, in square lattice steps, to about one percent: it adds up lengths along
// evenly spaced lines. It costs time in proportion to the vertices, whatever the
// shapes; use it to compare, never to judge.
func SharedGround(a, b Area) (shared, ofA, ofB float64) {
	if a.Empty() || b.Empty() || !a.box.Meets(b.box) {
		return 0, a.estimate(), b.estimate()
	}
	box := a.box.Union(b.box)
	step := (float64(box.Max.Y) - float64(box.Min.Y)) / scanLines
	cutsA, cutsB := a.cuts(float64(box.Min.Y), step), b.cuts(float64(box.Min.Y), step)
	for k := range scanLines {
		ofA += length(cutsA[k])
		ofB += length(cutsB[k])
		shared += common(cutsA[k], cutsB[k])
	}
	return shared * step, ofA * step, ofB * step
}

func (a Area) estimate() (ground float64) {
	for r := range a.polygons.Rings {
		o := r[0]
		for i, p := range r {
			q := r[(i+1)%len(r)]
			ground += (float64(p.X)-float64(o.X))*(float64(q.Y)-float64(o.Y)) - (float64(q.X)-float64(o.X))*(float64(p.Y)-float64(o.Y))
		}
	}
	return ground / 2
}

// cuts returns, for each scan line, the x of every edge that crosses it, sorted.
func (a Area) cuts(south, step float64) [][]float64 {
	out := make([][]float64, scanLines)
	for r := range a.polygons.Rings {
		for i, p := range r {
			q := r[(i+1)%len(r)]
			lo, hi := p, q
			if lo.Y > hi.Y {
				lo, hi = hi, lo
			}
			first := int(math.Ceil((float64(lo.Y)-south)/step - 0.5))
			for k := max(0, first); k < scanLines; k++ {
				y := south + (float64(k)+0.5)*step
				if y >= float64(hi.Y) {
					break
				}
				if y < float64(lo.Y) {
					continue
				}
				t := (y - float64(lo.Y)) / (float64(hi.Y) - float64(lo.Y))
				out[k] = append(out[k], float64(lo.X)+t*(float64(hi.X)-float64(lo.X)))
			}
		}
	}
	for _, line := range out {
		slices.Sort(line)
	}
	return out
}

func length(cuts []float64) (sum float64) {
	for i := 0; i+1 < len(cuts); i += 2 {
		sum += cuts[i+1] - cuts[i]
	}
	return sum
}

// common is the length of what two lists of intervals have in common.
func common(a, b []float64) (sum float64) {
	for i, j := 0, 0; i+1 < len(a) && j+1 < len(b); {
		if from, to := max(a[i], b[j]), min(a[i+1], b[j+1]); to > from {
			sum += to - from
		}
		if a[i+1] < b[j+1] {
			i += 2
		} else {
			j += 2
		}
	}
	return sum
}

// Borders finds how far places are from the nearest of many borders.
type Borders struct{ tree rtree.RTreeGN[int64, run] }

type run struct {
	ring Ring
	stretch
}

// NewBorders gathers the borders of areas.
func NewBorders(areas ...Area) *Borders {
	b := &Borders{}
	for _, a := range areas {
		k := 0
		for r := range a.polygons.Rings {
			for _, s := range a.stretches[k] {
				lo, hi := s.box.Corners()
				b.tree.Insert(lo, hi, run{r, s})
			}
			k++
		}
	}
	return b
}

// Nearest is the distance in metres from p to the nearest border, at most within.
func (b *Borders) Nearest(p Point, within float64) float64 {
	m := MetresAt(p)
	best := within
	for reach := math.Min(50, within); ; reach = math.Min(reach*8, within) {
		dx, dy := m.Steps(reach)
		lo, hi := Box{p, p}.Grow(dx, dy).Corners()
		b.tree.Search(lo, hi, func(_, _ [2]int64, r run) bool {
			if m.ToBox(p, r.box) < best {
				best = min(best, m.toStretch(p, r.ring, r.stretch))
			}
			return true
		})
		if best <= reach || reach >= within {
			return best
		}
	}
}
