package geo

import "github.com/tidwall/rtree"

// maxNested bounds the work on rings stacked in one another; real files come
// nowhere near it.
const maxNested = 1_000_000

// Nest sorts loose rings into polygons by how many others they lie in: even
// ones are exteriors, odd ones holes of the smallest exterior around them.
// Which way they turn says nothing; files disagree with their own formats. The
// rings may be closed or not; whether the result is sound is for Gate to say.
func Nest(rings []Ring) MultiPolygon {
	if len(rings) == 1 {
		return MultiPolygon{{rings[0]}}
	}
	boxes := make([]Box, len(rings))
	var tree rtree.RTreeGN[int64, int]
	for i, r := range rings {
		boxes[i] = r.Box()
		lo, hi := boxes[i].Corners()
		tree.Insert(lo, hi, i)
	}
	around := make([][]int, len(rings)) // the rings that each lies in
	looked := 0
	for i, r := range rings {
		lo, hi := boxes[i].Min.Corners() // what encloses a ring holds this corner of its box
		tree.Search(lo, hi, func(_, _ [2]int64, j int) bool {
			if looked++; i != j && len(rings[j]) >= 3 && boxes[j].ContainsBox(boxes[i]) && rings[j].holds(r) {
				around[i] = append(around[i], j)
			}
			return looked < maxNested
		})
	}
	if looked >= maxNested { // for the gate to refuse
		return MultiPolygon{rings}
	}
	var out MultiPolygon
	at := map[int]int{} // ring → its polygon in out
	for i, r := range rings {
		if len(around[i])%2 == 0 {
			at[i] = len(out)
			out = append(out, Polygon{r})
		}
	}
	for i, r := range rings {
		if len(around[i])%2 == 0 {
			continue
		}
		host := -1
		for _, j := range around[i] {
			if len(around[j]) == len(around[i])-1 {
				host = j
			}
		}
		if p, ok := at[host]; ok {
			out[p] = append(out[p], r)
		} else {
			out = append(out, Polygon{r}) // crossing rings; the gate will say so
		}
	}
	return out
}

// holds reports whether the first vertex of r that is not on outer lies inside
// it.
func (outer Ring) holds(r Ring) bool {
	for _, p := range r {
		if side := outer.Side(p); side != OnBorder {
			return side == Inside
		}
	}
	return false
}
