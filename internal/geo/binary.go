package geo

import (
	"encoding/binary"
	"errors"
)

var errDamaged = errors.New("damaged area")

// MarshalBinary writes the rings for another process of this program; no file
// or table keeps them in this form. The zero Area is one byte.
func (a Area) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint(make([]byte, 0, 16+6*a.polygons.Vertices()), uint64(len(a.polygons)))
	var last Point
	for _, polygon := range a.polygons {
		b = binary.AppendUvarint(b, uint64(len(polygon)))
		for _, r := range polygon {
			b = binary.AppendUvarint(b, uint64(len(r)))
			for _, p := range r {
				b = binary.AppendVarint(b, int64(p.X)-int64(last.X))
				b = binary.AppendVarint(b, int64(p.Y)-int64(last.Y))
				last = p
			}
		}
	}
	return b, nil
}

// UnmarshalBinary takes back what MarshalBinary wrote, held to the rules of
// Restore. Counts are compared with what is left before room is made for them.
func (a *Area) UnmarshalBinary(b []byte) error {
	r := areaReader{b: b}
	m := make(MultiPolygon, r.count(1))
	for i := range m {
		m[i] = make(Polygon, r.count(1))
		for j := range m[i] {
			m[i][j] = make(Ring, r.count(2))
			for k := range m[i][j] {
				m[i][j][k] = r.point()
			}
		}
	}
	if r.bad || len(r.b) > 0 {
		return errDamaged
	}
	if len(m) == 0 {
		*a = Area{}
		return nil
	}
	restored, err := Restore(m)
	if err != nil {
		return err
	}
	*a = restored
	return nil
}

type areaReader struct {
	b    []byte
	last Point
	bad  bool
}

// count reads how many things follow, of at least least bytes each.
func (r *areaReader) count(least uint64) int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > uint64(len(r.b)-size)/least {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return int(n)
}

func (r *areaReader) point() Point {
	x, y := r.step(r.last.X, MaxX), r.step(r.last.Y, MaxY)
	r.last = Point{x, y}
	return r.last
}

func (r *areaReader) step(from int32, limit int64) int32 {
	d, size := binary.Varint(r.b)
	if size <= 0 || d > 4*limit || d < -4*limit || int64(from)+d > limit || int64(from)+d < -limit {
		r.bad, r.b = true, nil
		return from
	}
	r.b = r.b[size:]
	return from + int32(d)
}
