package editionfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Decode reads a file and returns what it holds and its content hash, which
// has been compared with the content. It needs room in proportion to b and
// keeps nothing of it. Errors wrap ErrDamaged.
func Decode(b []byte) (*Content, []byte, error) {
	if len(b) < len(magic)+2*sha256.Size || string(b[:len(magic)]) != magic {
		return nil, nil, fmt.Errorf("%w: not an edition file of this format", ErrDamaged)
	}
	body, trailer := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	whole := make(chan bool, 1)
	go func() {
		digest := sha256.Sum256(body)
		whole <- bytes.Equal(digest[:], trailer)
	}()
	f, err := parse(body)
	if !<-whole {
		return nil, nil, fmt.Errorf("%w: the digest does not fit", ErrDamaged)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !bytes.Equal(area.ContentHash(f.content.Versions), f.hash) {
		return nil, nil, fmt.Errorf("%w: the content hash does not fit", ErrDamaged)
	}
	c := f.content // a pointer into f would keep its chains
	return &c, f.hash, nil
}

// file is what parse reads.
type file struct {
	hash    []byte
	content Content
	chains  []chain
	grounds []geo.MultiPolygon // of each version
}

// parse reads everything before the trailer.
func parse(body []byte) (*file, error) {
	r := &reader{b: body[len(magic):]}
	f := &file{hash: bytes.Clone(r.bytes(sha256.Size))}
	f.content.District = r.text()
	areas, chains, points, vertices := r.number(), r.number(), r.number(), r.number()
	// An area takes 40 bytes at least, a chain seven, a point two.
	if r.bad || areas > len(body)/40 || chains > len(body)/7 || points > len(body)/2 || vertices/verticesPerByte > len(body)+sha256.Size {
		return nil, fmt.Errorf("impossible counts")
	}
	if err := f.readAreas(r, areas); err != nil {
		return nil, err
	}
	if err := f.readChains(r, chains, points); err != nil {
		return nil, err
	}
	f.grounds = make([]geo.MultiPolygon, areas)
	ready, restored := make(chan int, areas/batch+1), make(chan error, 1)
	go func() { restored <- f.restore(ready) }()
	err := f.readGrounds(r, vertices, ready)
	close(ready)
	if other := <-restored; err == nil {
		err = other
	}
	if err != nil {
		return nil, err
	}
	for _, v := range r.b {
		if v != 0 {
			return nil, fmt.Errorf("more than a file should have")
		}
	}
	if filled := len(r.b); filled > 0 && len(body)+sha256.Size != vertices/verticesPerByte {
		return nil, fmt.Errorf("filled up with %d bytes", filled)
	}
	return f, nil
}

func (f *file) readAreas(r *reader, n int) error {
	f.content.Grids = map[uuid.UUID][]uuid.UUID{}
	f.content.Versions = make([]*area.Version, n)
	all := make([]area.Version, n)
	parents, grids := make([]int, n), map[int][]int{}
	for i := range all {
		v := &all[i]
		f.content.Versions[i] = v
		v.District = f.content.District
		copy(v.AreaID[:], r.bytes(len(v.AreaID)))
		level, kind := r.byte(), r.byte()
		if level < byte(area.District) || level > byte(area.Compound) || int(kind) >= len(kinds) {
			return fmt.Errorf("area %d is of level %d and kind %d", i, level, kind)
		}
		v.Level, v.Kind = area.Level(level), kinds[kind]
		priority := r.signed()
		if v.Priority = int32(priority); int64(v.Priority) != priority {
			return fmt.Errorf("area %d has an impossible priority", i)
		}
		parents[i] = r.number()
		v.Code, v.Name, v.Source = r.text(), r.text(), r.text()
		if b := r.bytes(16); len(b) == 16 {
			v.AreaM2 = math.Float64frombits(binary.LittleEndian.Uint64(b))
			v.Label.X, v.Label.Y = int32(binary.LittleEndian.Uint32(b[8:])), int32(binary.LittleEndian.Uint32(b[12:]))
		}
		for range r.count(1) {
			grids[i] = append(grids[i], r.number())
		}
		if r.bad {
			return fmt.Errorf("area %d is cut off", i)
		}
		if i > 0 && compareVersions(&all[i-1], v) >= 0 {
			return fmt.Errorf("area %d is out of order", i)
		}
	}
	for i := range all {
		if parents[i] > n {
			return fmt.Errorf("area %d has an impossible parent", i)
		}
		if parents[i] > 0 {
			all[i].Parent = all[parents[i]-1].AreaID
		}
		for _, g := range grids[i] {
			if g >= n {
				return fmt.Errorf("area %d lies in an impossible grid", i)
			}
			f.content.Grids[all[i].AreaID] = append(f.content.Grids[all[i].AreaID], all[g].AreaID)
		}
	}
	return nil
}

func (f *file) readChains(r *reader, n, points int) error {
	f.chains = make([]chain, n)
	all := make([]geo.Point, points)
	var x, y int64
	for i := range f.chains {
		c := &f.chains[i]
		c.left, c.right = r.number(), r.number()
		edges := r.number()
		if r.bad || edges < 1 || edges >= len(all) {
			return fmt.Errorf("chain %d is cut off", i)
		}
		c.points, all = all[:edges+1:edges+1], all[edges+1:]
		if x, y = r.line(c.points, x, y); r.bad {
			return fmt.Errorf("chain %d is cut off or leaves the lattice", i)
		}
	}
	if len(all) > 0 {
		return fmt.Errorf("%d points belong to no chain", len(all))
	}
	return nil
}

// batch is how many areas are read before their rings are restored aside.
const batch = 256

// readGrounds reads the rings, and says on ready of how many areas they are
// there.
func (f *file) readGrounds(r *reader, vertices int, ready chan<- int) error {
	versions := f.content.Versions
	owners := newOwners(versions)
	all := make([]geo.Point, vertices)
	known := 0 // chains come in the order of their first use
	for i := range f.grounds {
		m := make(geo.MultiPolygon, r.count(4))
		f.grounds[i] = m
		for j := range m {
			m[j] = make(geo.Polygon, r.count(3))
			for k := range m[j] {
				skip, n := r.number(), r.count(1)
				ring := ringWriter{to: all}
				for range n {
					ref := r.number()
					at, reversed := ref>>1, ref&1 == 1
					if r.bad || at > known || at >= len(f.chains) || at == known && reversed {
						return fmt.Errorf("area %d runs along an impossible chain", i)
					}
					known = max(known, at+1)
					owners.see(at, i, reversed)
					if !ring.add(f.chains[at].points, reversed, skip) {
						return fmt.Errorf("area %d has chains that do not join", i)
					}
					skip = 0
				}
				if !ring.close() {
					return fmt.Errorf("area %d has an open ring", i)
				}
				m[j][k] = geo.Ring(all[:ring.n:ring.n])
				all = all[ring.n:]
			}
		}
		if (i+1)%batch == 0 {
			ready <- i + 1
		}
	}
	ready <- len(versions)
	if r.bad || len(all) > 0 || known < len(f.chains) {
		return fmt.Errorf("rings are cut off or missing")
	}
	for i, c := range f.chains {
		if left, right := owners.of(i); left != c.left || right != c.right {
			return fmt.Errorf("chain %d names other owners than the areas along it", i)
		}
	}
	return nil
}

// ringWriter puts chains together.
type ringWriter struct {
	to          []geo.Point
	n           int         // how many points are there
	tail        []geo.Point // of the first chain: what was skipped
	turned      bool        // the tail is to be read from its end
	first, last geo.Point   // of the chains so far
}

// add takes the next chain, skip edges of it later. It is false when the chain
// does not begin where the last one ended, or there is no room.
func (w *ringWriter) add(points []geo.Point, reversed bool, skip int) bool {
	edges := len(points) - 1
	first, last := points[0], points[edges]
	if reversed {
		first, last = last, first
	}
	if w.n == 0 && w.tail == nil {
		if skip >= edges {
			return false
		}
		w.first = first
		w.turned = reversed
		if reversed {
			w.tail, points = points[edges-skip+1:], points[:edges-skip+1]
		} else {
			w.tail, points = points[:skip], points[skip:]
		}
		edges -= skip
	} else if first != w.last {
		return false
	}
	w.last = last
	return w.put(points, reversed, edges)
}

// put copies the first edges points, or the last ones from the end.
func (w *ringWriter) put(points []geo.Point, reversed bool, n int) bool {
	if n > len(w.to)-w.n {
		return false
	}
	to := w.to[w.n : w.n+n]
	w.n += n
	if !reversed {
		copy(to, points)
		return true
	}
	from := points[len(points)-n:]
	for i := range to {
		to[i] = from[len(from)-1-i]
	}
	return true
}

// close ends the ring. It is false when the last chain does not end where the
// first began.
func (w *ringWriter) close() bool {
	return w.n > 0 && w.last == w.first && w.put(w.tail, w.turned, len(w.tail))
}

// restore makes areas of the rings, of as many areas as ready says.
func (f *file) restore(ready <-chan int) error {
	i := 0
	for n := range ready {
		for ; i < n; i++ {
			ground, err := geo.Restore(f.grounds[i])
			if err != nil {
				return fmt.Errorf("area %d: %w", i, err)
			}
			f.content.Versions[i].Ground = ground
		}
	}
	return nil
}

// reader reads primitives. Once something is wrong it is bad, and gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() {
	r.bad, r.b = true, nil
}

// bytes takes n bytes; none when there are fewer.
func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// number reads a number that is not negative and fits 32 bits.
func (r *reader) number() int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > math.MaxUint32 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return int(n)
}

func (r *reader) signed() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count reads how many things follow, of at least least bytes each.
func (r *reader) count(least int) int {
	n := r.number()
	if n > len(r.b)/least {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) text() string { return string(r.bytes(r.number())) }

// line reads points as differences from the one before, first from (x, y), and
// returns the last. Nearly all pairs of differences take up to four bytes each
// and are unfolded together, without a branch on their sizes.
func (r *reader) line(points []geo.Point, x, y int64) (lastX, lastY int64) {
	const ends = 0x8080808080808080 // the top bit is clear in the last byte of a number
	b, at := r.b, 0
	for i := range points {
		var dx, dy int64
		short := false
		if at <= len(b)-8 {
			word := binary.LittleEndian.Uint64(b[at:])
			first := ^word & ends
			second := first & (first - 1)
			size := (bits.TrailingZeros64(first) + 1) & 63 // of dx, in bits
			both := word & (second ^ (second - 1)) >> size // dy, and what lies above is gone
			if short = second != 0 && size <= 32 && both <= math.MaxUint32; short {
				dx, dy = unfold(word&(1<<size-1) | both<<32)
				at += (bits.TrailingZeros64(second) + 1) >> 3
			}
		}
		if !short {
			r.b = b[at:]
			dx, dy = r.signed(), r.signed()
			if r.bad {
				return 0, 0
			}
			b, at = r.b, 0
		}
		x, y = x+dx, y+dy
		if uint64(x+geo.MaxX) > 2*geo.MaxX || uint64(y+geo.MaxY) > 2*geo.MaxY {
			r.fail()
			return 0, 0
		}
		points[i] = geo.Point{X: int32(x), Y: int32(y)}
	}
	r.b = b[at:]
	return x, y
}

// unfold joins the groups of seven bits of two numbers, one in either half of
// v, and takes back the zigzag.
func unfold(v uint64) (lower, upper int64) {
	v = v&0x007f007f007f007f | v&0x7f007f007f007f00>>1
	v = v&0x00003fff00003fff | v&0x3fff00003fff0000>>2
	low, high := v&math.MaxUint32, v>>32
	return int64(low>>1) ^ -int64(low&1), int64(high>>1) ^ -int64(high&1)
}
