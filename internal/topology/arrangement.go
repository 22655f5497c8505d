// Package topology finds gaps, overlaps and children that leave their parent
// in a set of areas, by matching edges on the lattice.
//
// In a partition every edge between two areas occurs once in each direction.
// Pairs that match say nothing and are dropped at once, so the cost beyond a
// sort is that of what is wrong, plus the outline. What is left over is cut
// where it crosses, its faces are traced, and each face knows how many areas
// cover it: none inside the outline is a gap, two or more an overlap.
// Whether there is a defect is decided exactly, in integers; only the size and
// place that a finding shows come from floating point.
package topology

import (
	"cmp"
	"math"
	"slices"

	"github.com/tidwall/rtree"

	"wangge/internal/geo"
)

// layer is one area in an arrangement. Weight is added to the count of every
// face it covers.
type layer struct {
	ground geo.Area
	weight int
}

// edge is an undirected stretch of border, a before b. left and right name
// the layers whose interior lies on that side of a→b.
type edge struct {
	a, b        geo.Point
	left, right []int32
}

// face is a bounded face of the arrangement in which the count is not what it
// should be, or a candidate for it.
type face struct {
	count  int
	layers []int32           // whose borders bound it from inside
	beside []int32           // whose borders bound it from outside
	at     geo.Point         // a lattice point on its border
	nodes  []geo.Point       // the lattice points on its border
	ring   geo.Ring          // its outer border, crossings rounded to the lattice
	area   float64           // square lattice steps
	length float64           // of its border, lattice steps
	along  map[int32]float64 // how much of its border, in lattice steps, each layer has
}

// maxLooks bounds how many pairs of stretches are compared.
const maxLooks = 400_000_000

// maxCrossings bounds the work on borders that cross each other, which clean
// boundaries do nowhere and combs laid across each other do without end.
const maxCrossings = 200_000

// arrange returns the bounded faces of the arrangement of layers. Faces bounded by matched edges only are not returned:
// their count equals that of their surroundings. tangled is a place where there
// are more crossings than are worked on; then there are no faces.
func arrange(layers []layer) (faces []face, tangled *geo.Point) {
	edges := merge(collect(layers), layers)
	edges = merge(cutAtVertices(edges), layers)
	g, tangled := cutAtCrossings(edges)
	if tangled != nil {
		return nil, tangled
	}
	g.layers = layers
	return g.faces(), nil
}

func collect(layers []layer) []edge {
	n := 0
	for _, l := range layers {
		n += l.ground.Polygons().Vertices()
	}
	edges := make([]edge, 0, n)
	owner := make([]int32, len(layers)) // one backing array for all the short lists
	for i := range layers {
		owner[i] = int32(i)
		own := owner[i : i+1 : i+1]
		for r := range layers[i].ground.Polygons().Rings {
			for j, a := range r {
				b := r[(j+1)%len(r)]
				if less(a, b) {
					edges = append(edges, edge{a: a, b: b, left: own})
				} else {
					edges = append(edges, edge{a: b, b: a, right: own})
				}
			}
		}
	}
	return edges
}

func less(p, q geo.Point) bool { return p.X < q.X || p.X == q.X && p.Y < q.Y }

func comparePoints(p, q geo.Point) int {
	return cmp.Or(cmp.Compare(p.X, q.X), cmp.Compare(p.Y, q.Y))
}

// merge joins equal edges and drops those that do not change the count.
func merge(edges []edge, layers []layer) []edge {
	slices.SortFunc(edges, func(e, f edge) int {
		return cmp.Or(comparePoints(e.a, f.a), comparePoints(e.b, f.b))
	})
	out := edges[:0]
	for i := 0; i < len(edges); {
		e := edges[i]
		j := i + 1
		for ; j < len(edges) && edges[j].a == e.a && edges[j].b == e.b; j++ {
			e.left = append(e.left, edges[j].left...)
			e.right = append(e.right, edges[j].right...)
		}
		if e.net(layers) != 0 {
			out = append(out, e)
		}
		i = j
	}
	return out
}

// net is the count on the left of a→b less that on the right.
func (e *edge) net(layers []layer) int {
	n := 0
	for _, l := range e.left {
		n += layers[l].weight
	}
	for _, r := range e.right {
		n -= layers[r].weight
	}
	return n
}

func indexEdges(edges []edge) *rtree.RTreeGN[int64, int32] {
	var tree rtree.RTreeGN[int64, int32]
	for i := range edges {
		lo, hi := edges[i].box()
		tree.Insert(lo, hi, int32(i))
	}
	return &tree
}

// indexPieces indexes edges by boxes around pieces of them, of about one length:
// the box around a long slanted edge would hold everything. pieces says into how
// many each was cut.
func indexPieces(edges []edge) (tree *rtree.RTreeGN[int64, int32], pieces []int) {
	total := 0.0
	for i := range edges {
		total += edges[i].length()
	}
	tree, pieces = &rtree.RTreeGN[int64, int32]{}, make([]int, len(edges))
	for i := range edges {
		n := 1
		if lo, hi := edges[i].box(); hi[0]-lo[0] > 8 && hi[1]-lo[1] > 8 && len(edges) > 256 {
			n = min(64, 1+int(16*edges[i].length()*float64(len(edges))/total))
		}
		pieces[i] = n
		edges[i].pieces(n, func(lo, hi [2]int64) { tree.Insert(lo, hi, int32(i)) })
	}
	return tree, pieces
}

func (e *edge) length() float64 {
	return math.Hypot(float64(e.b.X)-float64(e.a.X), float64(e.b.Y)-float64(e.a.Y))
}

// pieces calls yield with the boxes around n equal pieces of e.
func (e *edge) pieces(n int, yield func(lo, hi [2]int64)) {
	if n == 1 {
		yield(e.box())
		return
	}
	dx, dy := (float64(e.b.X)-float64(e.a.X))/float64(n), (float64(e.b.Y)-float64(e.a.Y))/float64(n)
	for k := range n {
		x0, y0 := float64(e.a.X)+dx*float64(k), float64(e.a.Y)+dy*float64(k)
		x1, y1 := x0+dx, y0+dy
		yield([2]int64{int64(math.Floor(x0)), int64(math.Floor(math.Min(y0, y1)))}, [2]int64{int64(math.Ceil(x1)), int64(math.Ceil(math.Max(y0, y1)))})
	}
}

func (e *edge) box() (lo, hi [2]int64) {
	return [2]int64{int64(e.a.X), int64(min(e.a.Y, e.b.Y))}, [2]int64{int64(e.b.X), int64(max(e.a.Y, e.b.Y))}
}

// cutAtVertices splits every edge at the ends of other edges that lie on it.
func cutAtVertices(edges []edge) []edge {
	ends := make([]geo.Point, 0, 2*len(edges))
	for i := range edges {
		ends = append(ends, edges[i].a, edges[i].b)
	}
	slices.SortFunc(ends, comparePoints)
	index := geo.NewPoints(slices.Compact(ends))
	out := make([]edge, 0, len(edges))
	for _, e := range edges {
		on := index.On(e.a, e.b)
		slices.SortFunc(on, comparePoints) // from a to b
		from := e.a
		for _, p := range slices.Compact(on) {
			if p != e.a {
				out = append(out, edge{from, p, slices.Clip(e.left), slices.Clip(e.right)})
				from = p
			}
		}
	}
	return out
}

// graph is the arrangement of the left-over edges. Half-edge 2i runs along
// piece i, 2i+1 against it.
type graph struct {
	layers []layer
	edges  []edge
	nodes  []node
	pieces []piece
	out    [][]int32 // half-edges leaving a node, counter-clockwise
}

type node struct {
	x, y    float64
	lattice bool
}

type piece struct {
	from, to int32 // nodes
	edge     int32
}

// cutAtCrossings splits edges where they cross and builds the graph, or names a
// place where there is no end of crossings.
func cutAtCrossings(edges []edge) (g *graph, tangled *geo.Point) {
	g = &graph{edges: edges}
	nodeOf := map[geo.Point]int32{}
	at := func(p geo.Point) int32 {
		n, known := nodeOf[p]
		if !known {
			n = int32(len(g.nodes))
			nodeOf[p] = n
			g.nodes = append(g.nodes, node{float64(p.X), float64(p.Y), true})
		}
		return n
	}
	for i := range edges {
		at(edges[i].a)
		at(edges[i].b)
	}
	type cut struct {
		along float64
		node  int32
	}
	cuts := map[int32][]cut{}
	// Most sets have no crossing at all, which a sweep tells whatever the shapes.
	if geo.AnyCross(len(edges), func(i int) (a, b geo.Point) { return edges[i].a, edges[i].b }) {
		crossings, looks := 0, 0
		tree, pieces := indexPieces(edges)
		seen := make([]int32, len(edges)) // the edge that each was last looked at for
		for i := range edges {
			if crossings > maxCrossings || looks > maxLooks {
				return nil, &edges[i].a
			}
			e := &edges[i]
			meet := func(_, _ [2]int64, j int32) bool {
				f := &edges[j]
				if looks++; int(j) <= i || seen[j] == int32(i)+1 {
					return crossings <= maxCrossings && looks <= maxLooks
				}
				seen[j] = int32(i) + 1
				if geo.Orient(e.a, e.b, f.a)*geo.Orient(e.a, e.b, f.b) >= 0 ||
					geo.Orient(f.a, f.b, e.a)*geo.Orient(f.a, f.b, e.b) >= 0 {
					return crossings <= maxCrossings && looks <= maxLooks
				}
				crossings++
				s, t, x, y := crossing(e, f)
				n := int32(len(g.nodes))
				g.nodes = append(g.nodes, node{x, y, false})
				cuts[int32(i)] = append(cuts[int32(i)], cut{s, n})
				cuts[j] = append(cuts[j], cut{t, n})
				return crossings <= maxCrossings && looks <= maxLooks
			}
			e.pieces(pieces[i], func(lo, hi [2]int64) { tree.Search(lo, hi, meet) })
		}
	}
	for i := range edges {
		along := cuts[int32(i)]
		slices.SortFunc(along, func(a, b cut) int { return cmp.Compare(a.along, b.along) })
		from := at(edges[i].a)
		for _, c := range append(along, cut{1, at(edges[i].b)}) {
			g.pieces = append(g.pieces, piece{from, c.node, int32(i)})
			from = c.node
		}
	}
	g.out = make([][]int32, len(g.nodes))
	for i, p := range g.pieces {
		g.out[p.from] = append(g.out[p.from], int32(2*i))
		g.out[p.to] = append(g.out[p.to], int32(2*i+1))
	}
	for _, halves := range g.out {
		slices.SortFunc(halves, g.compareDirection)
	}
	return g, nil
}

// crossing returns where e and f cross: the fraction along each, and the place.
func crossing(e, f *edge) (s, t, x, y float64) {
	ax, ay := float64(e.a.X), float64(e.a.Y)
	dx, dy := float64(e.b.X)-ax, float64(e.b.Y)-ay
	ex, ey := float64(f.b.X)-float64(f.a.X), float64(f.b.Y)-float64(f.a.Y)
	ox, oy := float64(f.a.X)-ax, float64(f.a.Y)-ay
	det := dx*ey - dy*ex
	s, t = (ox*ey-oy*ex)/det, (ox*dy-oy*dx)/det
	return s, t, ax + s*dx, ay + s*dy
}

func (g *graph) ends(half int32) (from, to int32) {
	p := g.pieces[half/2]
	if half%2 == 0 {
		return p.from, p.to
	}
	return p.to, p.from
}

// compareDirection orders half-edges by the exact direction of their edges,
// counter-clockwise from east.
func (g *graph) compareDirection(h, k int32) int {
	hx, hy := g.vector(h)
	kx, ky := g.vector(k)
	lower := func(x, y int64) int {
		if y < 0 || y == 0 && x < 0 {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(lower(hx, hy), lower(kx, ky)), -geo.CompareProducts(hx, ky, hy, kx), cmp.Compare(h, k))
}

// faces traces all faces and returns the bounded ones with their counts.
func (g *graph) faces() []face {
	position := make([]int32, 2*len(g.pieces)) // of each half-edge among those leaving its node
	for _, halves := range g.out {
		for i, h := range halves {
			position[h] = int32(i)
		}
	}
	next := func(h int32) int32 { // the next half-edge of the face on the left of h
		twin := h ^ 1
		from, _ := g.ends(twin)
		halves := g.out[from]
		return halves[(int(position[twin])+len(halves)-1)%len(halves)]
	}
	cycleOf := make([]int32, 2*len(g.pieces))
	for i := range cycleOf {
		cycleOf[i] = -1
	}
	type cycle struct {
		first int32
		area  float64
	}
	var cycles []cycle
	for h := range cycleOf {
		if cycleOf[h] >= 0 {
			continue
		}
		c := cycle{first: int32(h)}
		origin, _ := g.ends(int32(h))
		ox, oy := g.nodes[origin].x, g.nodes[origin].y
		for k := int32(h); cycleOf[k] < 0; k = next(k) {
			cycleOf[k] = int32(len(cycles))
			from, to := g.ends(k)
			c.area += ((g.nodes[from].x-ox)*(g.nodes[to].y-oy) - (g.nodes[to].x-ox)*(g.nodes[from].y-oy)) / 2
		}
		cycles = append(cycles, c)
	}

	// Each connected component has one outer cycle: the one on the far side of
	// its westernmost node.
	component, outer := g.components(cycleOf)
	counts := make([]int, len(cycles))
	known := make([]bool, len(cycles))
	inside := make([]float64, len(cycles)) // area of components lying in a face
	where := g.surroundings(component, outer, cycleOf)
	// West to east, so that a surrounding face is counted before what it holds.
	order := make([]int, len(outer))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return comparePoints(outer[i].at, outer[j].at)
	})
	componentOf := map[int32]int{} // outer cycle → component
	for k, o := range outer {
		componentOf[o.cycle] = k
	}
	for _, k := range order {
		o := outer[k]
		if beside, ok := componentOf[where[k]]; ok { // the ray met a neighbour in the same face
			where[k] = where[beside]
		}
		if w := where[k]; w >= 0 {
			counts[o.cycle] = counts[w]
			inside[w] += -cycles[o.cycle].area
		}
		known[o.cycle] = true
		stack := []int32{o.cycle}
		for len(stack) > 0 { // across every edge of the component
			c := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for h, first := cycles[c].first, true; first || h != cycles[c].first; h, first = next(h), false {
				other := cycleOf[h^1]
				if known[other] {
					continue
				}
				net := g.edges[g.pieces[h/2].edge].net(g.layers)
				if h%2 == 1 {
					net = -net
				}
				counts[other] = counts[c] - net // the left of h has net more than the right
				known[other] = true
				stack = append(stack, other)
			}
		}
	}
	var faces []face
	for i, c := range cycles {
		// Every cycle but the outer one of a component bounds ground, however
		// little; floating point only says how much.
		if _, isOuter := componentOf[int32(i)]; isOuter {
			continue
		}
		f := face{count: counts[i], area: max(0, c.area-inside[i]), along: map[int32]float64{}}
		for h, first := c.first, true; first || h != c.first; h, first = next(h), false {
			from, to := g.ends(h)
			n, m := g.nodes[from], g.nodes[to]
			length := math.Hypot(m.x-n.x, m.y-n.y)
			f.length += length
			at := geo.Point{X: int32(math.Floor(n.x + 0.5)), Y: int32(math.Floor(n.y + 0.5))}
			if k := len(f.ring); k == 0 || f.ring[k-1] != at {
				f.ring = append(f.ring, at)
			}
			if n.lattice {
				f.nodes = append(f.nodes, at)
			}
			e := g.edges[g.pieces[h/2].edge]
			left, right := e.left, e.right
			if h%2 == 1 {
				left, right = right, left
			}
			f.layers = append(f.layers, left...)
			f.beside = append(f.beside, right...)
			for _, l := range left {
				f.along[l] += length
			}
			for _, l := range right {
				f.along[l] += length
			}
		}
		slices.Sort(f.layers)
		slices.Sort(f.beside)
		f.layers, f.beside = slices.Compact(f.layers), slices.Compact(f.beside)
		from, _ := g.ends(c.first)
		f.at = geo.Point{X: int32(g.nodes[from].x), Y: int32(g.nodes[from].y)}
		if len(f.nodes) > 0 {
			f.at = f.nodes[0]
		}
		faces = append(faces, f)
	}
	return faces
}

// outline is the outer cycle of one component and its westernmost node.
type outline struct {
	cycle int32
	at    geo.Point
}

// components groups nodes that hang together and finds the outer cycle of each
// group: the face to the west of its westernmost (then southernmost) node.
func (g *graph) components(cycleOf []int32) (component []int32, outer []outline) {
	component = make([]int32, len(g.nodes))
	for i := range component {
		component[i] = -1
	}
	for start := range g.nodes {
		if component[start] >= 0 {
			continue
		}
		id := int32(len(outer))
		component[start] = id
		west := int32(start)
		stack := []int32{int32(start)}
		for len(stack) > 0 {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if a, b := g.nodes[n], g.nodes[west]; a.x < b.x || a.x == b.x && a.y < b.y {
				west = n
			}
			for _, h := range g.out[n] {
				if _, to := g.ends(h); component[to] < 0 {
					component[to] = id
					stack = append(stack, to)
				}
			}
		}
		// All edges leave the westernmost node to the east or straight north, so
		// the far side lies left of the one with the greatest angle.
		best := g.out[west][0]
		for _, h := range g.out[west] {
			if g.eastAngleLess(best, h) {
				best = h
			}
		}
		outer = append(outer, outline{cycleOf[best], geo.Point{X: int32(g.nodes[west].x), Y: int32(g.nodes[west].y)}})
	}
	return component, outer
}

// eastAngleLess compares the angles of two half-edges that both point east or
// straight north, in (-90°, 90°].
func (g *graph) eastAngleLess(h, k int32) bool {
	hx, hy := g.vector(h)
	kx, ky := g.vector(k)
	return geo.CompareProducts(hx, ky, hy, kx) > 0
}

func (g *graph) vector(half int32) (dx, dy int64) {
	e := g.edges[g.pieces[half/2].edge]
	dx, dy = int64(e.b.X)-int64(e.a.X), int64(e.b.Y)-int64(e.a.Y)
	if half%2 == 1 {
		return -dx, -dy
	}
	return dx, dy
}

// surroundings finds, for each component, the face it lies in: a ray from its
// westernmost node to the west meets an edge of another component first, or
// nothing. The answer is a cycle, or -1 for the unbounded face.
func (g *graph) surroundings(component []int32, outer []outline, cycleOf []int32) []int32 {
	tree := indexEdges(g.edges)
	piecesOf := make([][]int32, len(g.edges))
	for i, p := range g.pieces {
		piecesOf[p.edge] = append(piecesOf[p.edge], int32(i))
	}
	where := make([]int32, len(outer))
	for k, o := range outer {
		where[k] = -1
		nearest := math.Inf(-1)
		y := float64(o.at.Y)
		tree.Search([2]int64{math.MinInt64, int64(o.at.Y)}, [2]int64{int64(o.at.X), int64(o.at.Y)}, func(_, _ [2]int64, i int32) bool {
			for _, pi := range piecesOf[i] {
				p := g.pieces[pi]
				if component[p.from] == int32(k) {
					continue
				}
				a, b := g.nodes[p.from], g.nodes[p.to]
				if (a.y > y) == (b.y > y) {
					continue
				}
				x := a.x + (y-a.y)/(b.y-a.y)*(b.x-a.x)
				if x > float64(o.at.X) || x <= nearest {
					continue
				}
				nearest = x
				half := 2 * pi // its left is east when it runs south
				if b.y > a.y {
					half++
				}
				where[k] = cycleOf[half]
			}
			return true
		})
	}
	return where
}
