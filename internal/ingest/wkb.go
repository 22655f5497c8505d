package ingest

import (
	"encoding/binary"
	"math"

	"wangge/internal/geo"
)

// wkb reads a polygon or multipolygon in well-known binary: that of ISO 13249
// (types + 1000, 2000, 3000 for Z, M, ZM) and that of PostGIS (flags). Counts
// are compared with what is left before anything is made room for.
type wkb struct {
	b []byte
	f *feature
}

func (f *feature) wkb(b []byte) {
	w := &wkb{b: b, f: f}
	w.geometry(0)
	if !f.refused && len(f.polygons) == 0 {
		f.refuse("empty", "")
	}
}

func (w *wkb) broken() { w.f.refuse("bad_wkb", "") }

// header reads the byte order and the type, and says how many ordinates a
// position has.
func (w *wkb) header() (order binary.ByteOrder, kind uint32, ordinates int, ok bool) {
	if len(w.b) < 5 || w.b[0] > 1 {
		w.broken()
		return nil, 0, 0, false
	}
	order = binary.BigEndian
	if w.b[0] == 1 {
		order = binary.LittleEndian
	}
	kind = order.Uint32(w.b[1:])
	w.b = w.b[5:]
	ordinates = 2
	if kind&0x20000000 != 0 { // EWKB with SRID; the container says which system it is
		if len(w.b) < 4 {
			w.broken()
			return nil, 0, 0, false
		}
		w.b = w.b[4:]
	}
	if kind&0x80000000 != 0 {
		ordinates++
	}
	if kind&0x40000000 != 0 {
		ordinates++
	}
	kind &= 0x0FFFFFFF
	switch kind / 1000 {
	case 0:
	case 1, 2:
		ordinates = 3
	case 3:
		ordinates = 4
	default:
		w.f.refuse("unsupported_geometry", "")
		return nil, 0, 0, false
	}
	if ordinates > 2 {
		w.f.dropElevation()
	}
	return order, kind % 1000, ordinates, true
}

func (w *wkb) count(order binary.ByteOrder, least int) (n int, ok bool) {
	if len(w.b) < 4 {
		w.broken()
		return 0, false
	}
	c := uint64(order.Uint32(w.b))
	w.b = w.b[4:]
	if c*uint64(least) > uint64(len(w.b)) {
		w.broken()
		return 0, false
	}
	return int(c), true
}

func (w *wkb) geometry(depth int) {
	order, kind, ordinates, ok := w.header()
	switch {
	case !ok:
	case kind == 3:
		w.polygon(order, ordinates)
	case kind == 6 && depth == 0:
		n, ok := w.count(order, 9)
		for i := 0; ok && i < n && !w.f.refused; i++ {
			w.geometry(1)
		}
	default:
		w.f.refuse("unsupported_geometry", "")
	}
}

func (w *wkb) polygon(order binary.ByteOrder, ordinates int) {
	rings, ok := w.count(order, 4)
	if !ok {
		return
	}
	var polygon [][]position
	for range rings {
		n, ok := w.count(order, 8*ordinates)
		if !ok {
			return
		}
		switch {
		case n == 0: // it would cost room all the same
			w.f.refuse("empty", "")
			return
		case n > geo.MaxAreaVertices:
			w.f.refuse("too_many_vertices", "")
			return
		}
		ring := make([]position, 0, n)
		for range n {
			if !w.f.room() {
				return
			}
			ring = append(ring, position{math.Float64frombits(order.Uint64(w.b)), math.Float64frombits(order.Uint64(w.b[8:]))})
			w.b = w.b[8*ordinates:]
		}
		polygon = append(polygon, ring)
	}
	if len(polygon) > 0 {
		w.f.polygons = append(w.f.polygons, polygon)
	}
}
