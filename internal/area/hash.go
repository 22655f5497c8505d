package area

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// ContentHash is the SHA-256 of everything that decides an answer. It is set
// when an edition is checked and compared whenever it is loaded, so that what
// somebody wrote around the gate is noticed.
func ContentHash(versions []*Version) []byte {
	sorted := slices.Clone(versions)
	slices.SortFunc(sorted, func(v, w *Version) int {
		return cmp.Or(cmp.Compare(v.Level, w.Level), cmp.Compare(v.Code, w.Code))
	})
	h := sha256.New()
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, v := range sorted {
		b = b[:0]
		b = append(b, v.AreaID[:]...)
		b = append(b, v.Parent[:]...)
		b = binary.AppendVarint(b, int64(v.Level))
		b = binary.AppendVarint(b, int64(v.Priority))
		text(v.Code)
		text(v.Name)
		text(string(v.Kind))
		for _, polygon := range v.Ground.Polygons() {
			b = binary.AppendUvarint(b, uint64(len(polygon)))
			for _, r := range polygon {
				b = binary.AppendUvarint(b, uint64(len(r)))
				for _, p := range r {
					b = binary.LittleEndian.AppendUint32(b, uint32(p.X))
					b = binary.LittleEndian.AppendUint32(b, uint32(p.Y))
				}
			}
		}
		h.Write(b)
	}
	return h.Sum(nil)
}
