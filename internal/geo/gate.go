package geo

import (
	"fmt"
	"slices"
)

// The caps of the gate (docs/geometry-gate.md).
const (
	MaxPolygonVertices = 50_000  // in one polygon, holes included
	MaxAreaVertices    = 250_000 // in all polygons of one area
)

// Area is a multipolygon that has passed the gate: on the lattice, valid by
// the rules of Simple Features, exterior rings counter-clockwise, holes
// clockwise, no vertex twice in a row. Only Gate and Restore make one, and it
// is the only geometry that the database layer will send. The zero Area is
// empty and covers nothing.
type Area struct {
	polygons  MultiPolygon
	box       Box
	stretches [][]stretch // of each ring, in the order of MultiPolygon.Rings
}

// Polygons returns the rings. The caller must not change them.
func (a Area) Polygons() MultiPolygon { return a.polygons }

// Box returns the bounding box.
func (a Area) Box() Box { return a.box }

// Empty reports whether a is the zero Area.
func (a Area) Empty() bool { return len(a.polygons) == 0 }

// Covers reports whether p lies in a or on its boundary. Exact.
func (a Area) Covers(p Point) bool { return a.side(p) != Outside }

// Restore takes back rings that passed the gate before and were kept in the
// database. It checks shape, bounds and turn, but not simplicity: the caller
// has compared the edition's hash. An error means that somebody else wrote them.
func Restore(m MultiPolygon) (Area, error) {
	if len(m) == 0 {
		return Area{}, fmt.Errorf("area without polygons")
	}
	for _, poly := range m {
		if len(poly) == 0 {
			return Area{}, fmt.Errorf("polygon without rings")
		}
		for i, r := range poly {
			if len(r) < 3 {
				return Area{}, fmt.Errorf("ring of %d vertices", len(r))
			}
			want := 1
			if i > 0 {
				want = -1
			}
			if r.Turn() != want {
				return Area{}, fmt.Errorf("ring turns the wrong way")
			}
		}
	}
	return newArea(m), nil
}

// Gate turns rings of lattice points, as a file gave them (closed or not, in
// either turn, exterior first in each polygon), into an Area. Nothing is moved:
// repairs only drop what carries no ground (repeated vertices, spikes, holes
// without area), close what is open, turn what is reversed, and take a ring
// that touches itself apart into rings that do not. Whatever else is wrong
// refuses the area. defects lists repairs, and at most one refusal, last;
// ok is false when there is one.
func Gate(raw MultiPolygon) (a Area, defects []Defect, ok bool) {
	a, defects, ok = gate(raw, false)
	if n := len(defects); !ok && defects[n-1].Code == "ring_self_touch" {
		return gate(raw, true) // rare, so the rings are searched for touches only now
	}
	return a, defects, ok
}

// gate does the work of Gate; split says whether rings that touch themselves
// are taken apart.
func gate(raw MultiPolygon, split bool) (a Area, defects []Defect, ok bool) {
	total := 0
	var out MultiPolygon
	for _, poly := range raw {
		n := 0
		for _, r := range poly {
			n += len(r)
		}
		if total += n; n > MaxPolygonVertices || total > MaxAreaVertices {
			d := Defect{Code: "too_many_vertices", Detail: fmt.Sprintf("%d", max(n, total))}
			return Area{}, append(defects, d), false
		}
		polygons, found, refused := gatePolygon(poly, split)
		defects = append(defects, found...)
		if refused != nil {
			return Area{}, append(defects, *refused), false
		}
		out = append(out, polygons...)
	}
	if len(out) == 0 {
		return Area{}, append(defects, Defect{Code: "empty"}), false
	}
	if d := validate(out); d != nil {
		return Area{}, append(defects, *d), false
	}
	return newArea(out), defects, true
}

func gatePolygon(raw Polygon, split bool) (out MultiPolygon, repairs []Defect, refused *Defect) {
	if len(raw) == 0 || len(raw[0]) == 0 {
		return nil, nil, &Defect{Code: "empty"}
	}
	repaired := func(code string, at Point) {
		repairs = append(repairs, Defect{Code: code, At: at, HasPlace: true, Repaired: true})
	}
	var shells, holes []Ring
	for i, r := range raw {
		if len(r) == 0 {
			return nil, repairs, &Defect{Code: "empty"}
		}
		first := r[0]
		r, found := clean(r)
		for _, code := range found {
			repaired(code, first)
		}
		if len(r) < 3 { // collinear rings have melted away as spikes
			if i == 0 {
				return nil, repairs, refuse("ring_collapsed", first)
			}
			repaired("hole_collapsed", first)
			continue
		}
		loops := []Ring{r}
		if split {
			if parts, at, touched := splitAtTouches(r); touched {
				loops = parts
				repaired("ring_self_touch", at)
			}
		}
		// The loops of one ring that turn with it bound ground of its kind;
		// those that turn against it bound the opposite.
		whole := r.Turn()
		if whole == 0 {
			return nil, repairs, refuse("ring_crosses", first)
		}
		for _, loop := range loops {
			turn := loop.Turn()
			isShell := (turn == whole) == (i == 0)
			if isShell && turn < 0 || !isShell && turn > 0 {
				loop = slices.Clone(loop)
				slices.Reverse(loop)
			}
			if isShell {
				shells = append(shells, loop)
			} else {
				holes = append(holes, loop)
			}
		}
	}
	for _, s := range shells {
		out = append(out, Polygon{s})
	}
	if len(shells) == 1 {
		out[0] = append(out[0], holes...)
		return out, repairs, nil
	}
	for _, h := range holes { // give each hole to the smallest shell around it
		best := -1
		for i, s := range shells {
			if in, _ := s.encloses(h); in && (best < 0 || shells[best].Box().ContainsBox(s.Box())) {
				best = i
			}
		}
		if best < 0 {
			return nil, repairs, refuse("hole_outside", h[0])
		}
		out[best] = append(out[best], h)
	}
	return out, repairs, nil
}

// clean closes the ring, drops repeated vertices and spikes, and says which.
func clean(r Ring) (Ring, []string) {
	var codes []string
	note := func(code string) {
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(r) > 1 && r[0] == r[len(r)-1] {
		r = r[:len(r)-1]
	} else {
		note("ring_unclosed")
	}
	out := make(Ring, 0, len(r))
	for _, p := range r {
		out = append(out, p)
		for {
			n := len(out)
			if n >= 2 && out[n-1] == out[n-2] {
				out = out[:n-1]
				note("repeated_vertex")
				continue
			}
			if n >= 3 && isSpike(out[n-3], out[n-2], out[n-1]) {
				out[n-2] = out[n-1]
				out = out[:n-1]
				note("spike")
				continue
			}
			break
		}
	}
	for { // across the seam
		n := len(out)
		switch {
		case n >= 2 && out[0] == out[n-1]:
			out = out[:n-1]
			note("repeated_vertex")
		case n >= 3 && isSpike(out[n-2], out[n-1], out[0]):
			out = out[:n-1]
			note("spike")
		case n >= 3 && isSpike(out[n-1], out[0], out[1]):
			out = out[1:]
			note("spike")
		default:
			return out, codes
		}
	}
}

// isSpike reports whether the line a→b→c turns straight back at b.
func isSpike(a, b, c Point) bool {
	if Orient(a, b, c) != 0 {
		return false
	}
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	ex, ey := int64(c.X)-int64(b.X), int64(c.Y)-int64(b.Y)
	return dx != 0 && (dx > 0) != (ex > 0) && ex != 0 || dx == 0 && dy != 0 && ey != 0 && (dy > 0) != (ey > 0)
}

// splitAtTouches takes a ring apart where it passes a vertex twice, or where
// a vertex lies on one of its own edges. The loops together have the same
// edges; at is one of the places.
func splitAtTouches(r Ring) (loops []Ring, at Point, touched bool) {
	if touches, bad := meet(edgesOf([]Ring{r})); bad == nil && len(touches) > 0 {
		r = insertTouches(r, touches)
	}
	index := make(map[Point]int, len(r))
	var path Ring
	for _, p := range r {
		if start, seen := index[p]; seen {
			at, touched = p, true
			loop := slices.Clone(path[start:])
			for _, q := range loop[1:] {
				delete(index, q)
			}
			path = path[:start+1]
			if len(loop) >= 3 {
				loops = append(loops, loop)
			}
			continue
		}
		index[p] = len(path)
		path = append(path, p)
	}
	if !touched {
		return nil, Point{}, false
	}
	if len(path) >= 3 {
		loops = append(loops, path)
	}
	return loops, at, true
}

// insertTouches adds to r the vertices that lie inside its edges.
func insertTouches(r Ring, touches []touch) Ring {
	on := map[int32][]Point{}
	for _, t := range touches {
		on[t.edge.edge] = append(on[t.edge.edge], t.at)
	}
	out := make(Ring, 0, len(r)+len(touches))
	for i, a := range r {
		out = append(out, a)
		points := on[int32(i)]
		slices.SortFunc(points, Point.Compare)
		points = slices.Compact(points)
		if a.Compare(r[(i+1)%len(r)]) > 0 {
			slices.Reverse(points)
		}
		out = append(out, points...)
	}
	return out
}
