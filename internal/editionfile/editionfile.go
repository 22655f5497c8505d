// Package editionfile keeps the boundaries of one edition in one canonical
// file, which the index, the tiles, the phone and the tests read alike. Borders
// are stored once, as chains of lattice points with the area on either side;
// docs/edition-file.md describes the format byte by byte.
package editionfile

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// ErrDamaged says that bytes are not a whole edition file, or not that of the
// edition asked for.
var ErrDamaged = errors.New("damaged edition file")

// Content is what an edition file holds.
type Content struct {
	District string          // code
	Versions []*area.Version // by level, then code; those that Decode gives have no Edition
	// Grids says for each compound in which grids it lies, largest share first.
	Grids map[uuid.UUID][]uuid.UUID
}

// magic begins every file; its last byte is the version of the format.
const magic = "WGEDTN\x00\x01"

// verticesPerByte bounds how many ring vertices one byte of a file may stand
// for, so that a reader needs room in proportion to what it was given. Areas
// stacked so high that they stand for more have their file filled up.
const verticesPerByte = 4

// kinds numbers the kinds of areas.
var kinds = []area.Kind{"", area.Basic, area.Dedicated}

// Encode writes the one file that stands for c: the order of the versions, and
// what edition they belong to, make no difference. An error names what cannot
// be written: ids or codes that stand twice, parents that are not there.
func Encode(c *Content) ([]byte, error) {
	l, err := arrange(c)
	if err != nil {
		return nil, err
	}
	return l.encode(area.ContentHash(c.Versions)), nil
}

// layout is a content taken apart into what the file stores.
type layout struct {
	district string
	versions []*area.Version // by level, then code
	index    map[uuid.UUID]int
	grids    map[uuid.UUID][]uuid.UUID
	chains   []chain
	rings    []ringRef // of all areas, in their order
	vertices int       // of all rings
}

// chain is a run of edges that the same rings use, all of them along its whole
// length. The points run as the first of these rings does; a chain that is a
// whole ring ends with the point it began with.
type chain struct {
	points      []geo.Point
	left, right int // who owns the sides: index into the versions plus one, 0 for nobody
}

// chainRef says that a ring runs along a chain, from its end if reversed.
type chainRef struct {
	chain    int
	reversed bool
}

// ringRef makes a ring from chains: the edges of all of them in turn, without
// the first skip edges, which come last.
type ringRef struct {
	skip   int
	chains []chainRef
}

// arrange puts c in order and cuts its rings into chains.
func arrange(c *Content) (*layout, error) {
	l := &layout{district: c.District, versions: slices.Clone(c.Versions), index: make(map[uuid.UUID]int, len(c.Versions)), grids: c.Grids}
	slices.SortFunc(l.versions, compareVersions)
	for i, v := range l.versions {
		switch _, twice := l.index[v.AreaID]; {
		case v.District != c.District:
			return nil, fmt.Errorf("%s %s belongs to district %q, not %q", v.Level, v.Code, v.District, c.District)
		case v.Level < area.District || v.Level > area.Compound:
			return nil, fmt.Errorf("area %s has no level that is known", v.Code)
		case !slices.Contains(kinds, v.Kind):
			return nil, fmt.Errorf("%s %s is of an unknown kind", v.Level, v.Code)
		case v.Ground.Empty():
			return nil, fmt.Errorf("%s %s has no ground", v.Level, v.Code)
		case i > 0 && compareVersions(l.versions[i-1], v) == 0:
			return nil, fmt.Errorf("%s %s stands twice", v.Level, v.Code)
		case twice:
			return nil, fmt.Errorf("%s %s has the id of another area", v.Level, v.Code)
		}
		l.index[v.AreaID] = i
	}
	for _, v := range l.versions {
		if _, ok := l.index[v.Parent]; !ok && v.Parent != uuid.Nil {
			return nil, fmt.Errorf("the parent of %s %s is not there", v.Level, v.Code)
		}
	}
	for id, grids := range c.Grids {
		for _, id := range append(grids[:len(grids):len(grids)], id) {
			if _, ok := l.index[id]; !ok {
				return nil, fmt.Errorf("compounds and grids name area %s, which is not there", id)
			}
		}
	}
	l.cut()
	return l, nil
}

func compareVersions(v, w *area.Version) int {
	return cmp.Or(cmp.Compare(v.Level, w.Level), cmp.Compare(v.Code, w.Code))
}

func (l *layout) encode(hash []byte) []byte {
	points := 0
	for _, c := range l.chains {
		points += len(c.points)
	}
	b := make([]byte, 0, 4096+128*len(l.versions)+6*points)
	number := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	text := func(s string) {
		number(len(s))
		b = append(b, s...)
	}
	b = append(b, magic...)
	b = append(b, hash...)
	text(l.district)
	number(len(l.versions))
	number(len(l.chains))
	number(points)
	number(l.vertices)
	for _, v := range l.versions {
		b = append(b, v.AreaID[:]...)
		b = append(b, byte(v.Level), byte(slices.Index(kinds, v.Kind)))
		b = binary.AppendVarint(b, int64(v.Priority))
		if v.Parent == uuid.Nil {
			number(0)
		} else {
			number(l.index[v.Parent] + 1)
		}
		text(v.Code)
		text(v.Name)
		text(v.Source)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.AreaM2))
		b = binary.LittleEndian.AppendUint32(b, uint32(v.Label.X))
		b = binary.LittleEndian.AppendUint32(b, uint32(v.Label.Y))
		grids := l.grids[v.AreaID]
		number(len(grids))
		for _, id := range grids {
			number(l.index[id])
		}
	}
	var last geo.Point
	for _, c := range l.chains {
		number(c.left)
		number(c.right)
		number(len(c.points) - 1)
		for _, p := range c.points {
			b = binary.AppendVarint(b, int64(p.X)-int64(last.X))
			b = binary.AppendVarint(b, int64(p.Y)-int64(last.Y))
			last = p
		}
	}
	next := 0
	for _, v := range l.versions {
		number(len(v.Ground.Polygons()))
		for _, polygon := range v.Ground.Polygons() {
			number(len(polygon))
			for range polygon {
				r := l.rings[next]
				next++
				number(r.skip)
				number(len(r.chains))
				for _, ref := range r.chains {
					n := 2 * ref.chain
					if ref.reversed {
						n++
					}
					number(n)
				}
			}
		}
	}
	for len(b)+sha256.Size < l.vertices/verticesPerByte {
		b = append(b, 0)
	}
	digest := sha256.Sum256(b)
	return append(b, digest[:]...)
}
