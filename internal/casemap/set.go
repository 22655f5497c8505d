package casemap

import (
	"cmp"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/tidwall/rtree"

	"wangge/internal/geo"
)

type tree = rtree.RTreeGN[int64, *Placed]

// Set is the cases that have a place. It is ready for use when zero, and safe
// for concurrent use: who reads has a snapshot, and waits for nobody.
type Set struct {
	mu    sync.Mutex // held by writers
	byID  map[uuid.UUID]*Placed
	work  *tree                // shares its nodes with shown until it changes them
	shown atomic.Pointer[tree] // never changed
}

// Put takes a case in, or its newer version; one that is older than what is
// there changes nothing. A version without a place takes the case off the map.
func (s *Set) Put(c Case) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	old := s.byID[c.ID]
	if old != nil && old.Version > c.Version {
		return
	}
	if old != nil {
		s.drop(old)
	}
	p := Place(c)
	s.add(&p)
	s.shown.Store(s.work.Copy())
}

// Remove takes a case out; one that is not there changes nothing.
func (s *Set) Remove(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.byID[id]; old != nil {
		s.drop(old)
		s.shown.Store(s.work.Copy())
	}
}

// Replace puts all in the place of everything there was; of a case that is in
// both, the newer version stays. It takes about 1 µs a case, during which readers
// see what there was.
func (s *Set) Replace(all []Case) {
	placed := make([]Placed, len(all))
	for i, c := range all {
		placed[i] = Place(c)
	}
	// Neighbours on the map are neighbours in memory, which makes it fast to go
	// through all of them.
	slices.SortFunc(placed, func(a, b Placed) int { return cmp.Compare(curve(a.x, a.y), curve(b.x, b.y)) })
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.byID
	s.byID, s.work = make(map[uuid.UUID]*Placed, len(all)), &tree{}
	for i := range placed {
		c := &placed[i]
		if old := before[c.ID]; old != nil && old.Version > c.Version {
			c = old
		}
		if twin := s.byID[c.ID]; twin != nil {
			if twin.Version >= c.Version {
				continue
			}
			s.drop(twin)
		}
		s.add(c)
	}
	s.shown.Store(s.work.Copy())
}

// Len is how many cases have a place.
func (s *Set) Len() int {
	if t := s.shown.Load(); t != nil {
		return t.Len()
	}
	return 0
}

// Within yields the cases in box, its edges included, that f shows, in no order,
// as they were when the loop began.
func (s *Set) Within(box geo.Box, f *Filter) iter.Seq[*Placed] {
	return func(yield func(*Placed) bool) {
		t := s.shown.Load()
		if t == nil {
			return
		}
		lo, _ := box.Min.Corners()
		hi, _ := box.Max.Corners()
		r := f.ready()
		t.Search(lo, hi, func(_, _ [2]int64, c *Placed) bool { return !r.shows(c) || yield(c) })
	}
}

func (s *Set) begin() {
	if s.work == nil {
		s.byID, s.work = map[uuid.UUID]*Placed{}, &tree{}
	}
}

func (s *Set) add(c *Placed) {
	s.byID[c.ID] = c
	if !c.Unplaced {
		lo, hi := c.Point.Corners()
		s.work.Insert(lo, hi, c)
	}
}

func (s *Set) drop(c *Placed) {
	delete(s.byID, c.ID)
	if !c.Unplaced {
		lo, hi := c.Point.Corners()
		s.work.Delete(lo, hi, c)
	}
}

// curve is a place along Morton's curve, which keeps neighbours near.
func curve(x, y uint32) uint64 { return spread(x) | spread(y)<<1 }

func spread(v uint32) uint64 {
	n := uint64(v)
	n = (n | n<<16) & 0x0000ffff0000ffff
	n = (n | n<<8) & 0x00ff00ff00ff00ff
	n = (n | n<<4) & 0x0f0f0f0f0f0f0f0f
	n = (n | n<<2) & 0x3333333333333333
	return (n | n<<1) & 0x5555555555555555
}
