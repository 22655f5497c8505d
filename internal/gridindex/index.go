// Package gridindex answers "whose is this point?" from memory. An Index is an
// immutable snapshot of the editions in force: built aside, swapped in whole,
// read by any number of goroutines without a lock.
//
// The answer follows the rule of ownership (contract): a point is on the 1e-7
// degree lattice, borders belong to whom they touch, the finest level that
// covers the point decides, and among several of that level the lowest
// (priority, code) owns it. Where districts meet or overlap, the district with
// the lowest code goes first.
package gridindex

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Area is one area in the index, with the areas around it linked.
type Area struct {
	*area.Version
	Up    *Area   // the parent; nil for a district
	Down  []*Area // the children, by code; overlays not among them
	Grids []*Area // of a compound: the grids it lies in, largest share first
	Tone  int     // 0–3, differing from every neighbour's where four suffice

	// Lo and Hi bound the positions of the area and those below it, [Lo, Hi), in
	// the pre-order of the edition's tree: children of the partition before
	// overlays, then by level and code; an overlay without a parent stands below
	// the district.
	Lo, Hi int32

	edition *Edition
}

// Edition returns the edition that a belongs to.
func (a *Area) Edition() *Edition { return a.edition }

// Ancestor returns a itself or the area above it at the given level; nil where
// the level is missing.
func (a *Area) Ancestor(level area.Level) *Area {
	for ; a != nil; a = a.Up {
		if a.Level == level {
			return a
		}
	}
	return nil
}

type tree = rtree.RTreeGN[int64, *Area]

// Edition is the index over one edition of one district. It never changes.
type Edition struct {
	District *Area
	Code     string // of the district
	About    About
	levels   [area.Compound + 1]tree // partition areas by level; compounds at their own
	special  tree                    // dedicated grids
	byCode   map[key]*Area
	byID     map[uuid.UUID]*Area
	all      []*Area  // by level, then code
	kept     sync.Map // what is derived from it, by key
}

// About names the edition for answers.
type About struct {
	Scheme     area.Scheme
	Name       string
	ValidFrom  string // YYYY-MM-DD
	Activation int64  // the generation that put it into force
	Synthetic  bool   // invented, for showing the product
}

type key struct {
	level area.Level
	code  string
}

// NewEdition builds the index of one edition. grids says in which grids each
// compound lies. Labels that nobody has computed are. An error names what does
// not fit together; nothing of such an edition may be served.
func NewEdition(versions []*area.Version, grids map[uuid.UUID][]uuid.UUID, about About) (*Edition, error) {
	e := &Edition{About: about, byCode: make(map[key]*Area, len(versions)), all: make([]*Area, len(versions))}
	byID := make(map[uuid.UUID]*Area, len(versions))
	e.byID = byID
	for i, v := range versions {
		if v.Ground.Empty() {
			return nil, fmt.Errorf("%s %s has no ground", v.Level, v.Code)
		}
		if v.Label == (geo.Point{}) {
			v.Label = v.Ground.LabelPoint()
		}
		a := &Area{Version: v, edition: e}
		e.all[i], byID[v.AreaID] = a, a
	}
	slices.SortFunc(e.all, func(a, b *Area) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Code, b.Code))
	})
	for _, a := range e.all {
		k := key{a.Level, a.Code}
		if e.byCode[k] != nil {
			return nil, fmt.Errorf("%s %s stands twice", a.Level, a.Code)
		}
		e.byCode[k] = a
		if a.Level == area.District {
			if e.District != nil {
				return nil, fmt.Errorf("two districts, %s and %s", e.District.Code, a.Code)
			}
			e.District, e.Code = a, a.Code
		}
		if a.Parent != uuid.Nil {
			a.Up = byID[a.Parent]
			if a.Up == nil || a.Up.Level >= a.Level {
				return nil, fmt.Errorf("%s %s has an impossible parent", a.Level, a.Code)
			}
			if !a.Overlay() {
				a.Up.Down = append(a.Up.Down, a)
			}
		} else if a.Level != area.District && !a.Overlay() {
			return nil, fmt.Errorf("%s %s has no parent", a.Level, a.Code)
		}
		for _, id := range grids[a.AreaID] {
			if g := byID[id]; g != nil {
				a.Grids = append(a.Grids, g)
			}
		}
		t := &e.levels[a.Level]
		if a.Kind == area.Dedicated {
			t = &e.special
		}
		lo, hi := a.Ground.Box().Corners()
		t.Insert(lo, hi, a)
	}
	if e.District == nil {
		return nil, fmt.Errorf("no district among the areas")
	}
	e.number()
	e.paint()
	return e, nil
}

// number gives every area its position. The database numbers alike
// (number_areas).
func (e *Edition) number() {
	below := map[*Area][]*Area{}
	for _, overlay := range []bool{false, true} {
		for _, a := range e.all { // by level, then code
			if a.Overlay() != overlay || a == e.District {
				continue
			}
			up := a.Up
			if up == nil {
				up = e.District
			}
			below[up] = append(below[up], a)
		}
	}
	next := int32(0)
	var visit func(a *Area)
	visit = func(a *Area) {
		a.Lo = next
		next++
		for _, b := range below[a] {
			visit(b)
		}
		a.Hi = next
	}
	visit(e.District)
}

// paint gives neighbours different tones, greedily by code.
func (e *Edition) paint() {
	for _, a := range e.all {
		used := [4]bool{}
		lo, hi := a.Ground.Box().Corners()
		e.levels[a.Level].Search(lo, hi, func(_, _ [2]int64, b *Area) bool {
			if b.Code < a.Code {
				used[b.Tone] = true
			}
			return true
		})
		for t, taken := range used {
			if !taken {
				a.Tone = t
				break
			}
		}
	}
}

// Level returns the areas of one level by code, dedicated grids among the
// grids. The caller must not change it.
func (e *Edition) Level(level area.Level) []*Area {
	from, _ := slices.BinarySearchFunc(e.all, level, func(a *Area, l area.Level) int { return cmp.Compare(a.Level, l) })
	to, _ := slices.BinarySearchFunc(e.all, level+1, func(a *Area, l area.Level) int { return cmp.Compare(a.Level, l) })
	return e.all[from:to]
}

// Find returns the area with a code, nil where there is none.
func (e *Edition) Find(level area.Level, code string) *Area { return e.byCode[key{level, code}] }

// ByID returns the area with an identity, nil where there is none.
func (e *Edition) ByID(id uuid.UUID) *Area { return e.byID[id] }

// All returns every area by level, then code. The caller must not change it.
func (e *Edition) All() []*Area { return e.all }

// Keep returns what make makes of the edition, made when it is first asked for
// under this key and kept for as long as the edition is.
func (e *Edition) Keep(key any, make func() any) any {
	once, there := e.kept.Load(key)
	if !there {
		once, _ = e.kept.LoadOrStore(key, sync.OnceValue(make))
	}
	return once.(func() any)()
}

// Index is the snapshot of one generation.
type Index struct {
	Generation int64
	// Snapshot names what is in force. It changes whenever that does, also at
	// the midnight when an edition activated ahead takes effect and no new
	// generation is counted.
	Snapshot string
	editions []*Edition // by district code
}

// New makes a snapshot of editions, one a district.
func New(generation int64, editions []*Edition) *Index {
	sorted := slices.Clone(editions)
	slices.SortFunc(sorted, func(a, b *Edition) int { return cmp.Compare(a.Code, b.Code) })
	h := fnv.New32a()
	for _, e := range sorted {
		fmt.Fprintf(h, "%s %d\n", e.Code, e.About.Activation)
	}
	return &Index{Generation: generation, Snapshot: fmt.Sprintf("%d-%08x", generation, h.Sum32()), editions: sorted}
}

// Editions returns the editions by district code. The caller must not change
// the slice.
func (ix *Index) Editions() []*Edition { return ix.editions }

// Edition returns the edition of a district, nil where there is none.
func (ix *Index) Edition(district string) *Edition {
	for _, e := range ix.editions {
		if e.Code == district {
			return e
		}
	}
	return nil
}

// Locate returns the finest area that covers p, and with it, by Up, the whole
// chain; nil outside every district. p is on the lattice, CGCS2000. It does not
// allocate.
func (ix *Index) Locate(p geo.Point) *Area {
	for _, e := range ix.editions {
		if owner := e.Locate(p); owner != nil {
			return owner
		}
	}
	return nil
}

// Locate is Index.Locate within one district.
func (e *Edition) Locate(p geo.Point) (owner *Area) {
	lo, hi := p.Corners()
	for level := area.Grid; level >= area.District; level-- {
		e.levels[level].Search(lo, hi, func(_, _ [2]int64, a *Area) bool {
			if (owner == nil || a.Before(owner.Version)) && a.Ground.Covers(p) {
				owner = a
			}
			return true
		})
		if owner != nil {
			return owner
		}
	}
	return nil
}

// Compounds returns the compounds that cover p, lowest code first.
func (e *Edition) Compounds(p geo.Point) []*Area { return covering(&e.levels[area.Compound], p) }

// Dedicated returns the dedicated grids that cover p, lowest (priority, code)
// first.
func (e *Edition) Dedicated(p geo.Point) []*Area { return covering(&e.special, p) }

func covering(t *tree, p geo.Point) (found []*Area) {
	lo, hi := p.Corners()
	t.Search(lo, hi, func(_, _ [2]int64, a *Area) bool {
		if a.Ground.Covers(p) {
			found = append(found, a)
		}
		return true
	})
	slices.SortFunc(found, func(a, b *Area) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Code, b.Code))
	})
	return found
}

// Within returns the areas of a level whose bounding box meets box, by code;
// dedicated grids count as grids.
func (e *Edition) Within(level area.Level, box geo.Box) (found []*Area) {
	lo, hi := box.Corners()
	take := func(_, _ [2]int64, a *Area) bool {
		found = append(found, a)
		return true
	}
	e.levels[level].Search(lo, hi, take)
	if level == area.Grid {
		e.special.Search(lo, hi, take)
	}
	slices.SortFunc(found, func(a, b *Area) int { return cmp.Compare(a.Code, b.Code) })
	return found
}

// neighbourTolerance is how far apart, in metres, the borders of two areas may
// lie while they still count as neighbours: files whose borders do not match
// exactly leave slits of this size.
const neighbourTolerance = 1

// Neighbours returns the areas of a's level and kind whose border touches a's,
// or comes within a metre of it, by code.
func (a *Area) Neighbours() (found []*Area) {
	t := &a.edition.levels[a.Level]
	if a.Kind == area.Dedicated {
		t = &a.edition.special
	}
	scale := geo.MetresAt(a.Label)
	lo, hi := a.Ground.Box().Grow(scale.Steps(neighbourTolerance)).Corners()
	t.Search(lo, hi, func(_, _ [2]int64, b *Area) bool {
		if b != a && scale.Near(a.Ground, b.Ground, neighbourTolerance) {
			found = append(found, b)
		}
		return true
	})
	slices.SortFunc(found, func(a, b *Area) int { return cmp.Compare(a.Code, b.Code) })
	return found
}

// Border is how near a point is to the edge of its owner, and who is beyond.
type Border struct {
	Metres     float64
	Neighbours []*Area // nearest first
}

// Border measures from p, which lies in a, to a's border. Neighbours are the
// areas of the same level as near as the border, or within reach metres (the
// accuracy of the phone) when that is more.
func (a *Area) Border(p geo.Point, reach float64) Border {
	scale := geo.MetresAt(p)
	b := Border{Metres: scale.ToBorder(p, a.Ground)}
	type side struct {
		area   *Area
		metres float64
	}
	var sides []side
	within := math.Max(b.Metres+neighbourTolerance, reach)
	lo, hi := geo.Box{Min: p, Max: p}.Grow(scale.Steps(within)).Corners()
	a.edition.levels[a.Level].Search(lo, hi, func(_, _ [2]int64, o *Area) bool {
		if o == a {
			return true
		}
		metres := 0.0
		if !o.Ground.Covers(p) {
			metres = scale.ToBorder(p, o.Ground)
		}
		if metres <= within {
			sides = append(sides, side{o, metres})
		}
		return true
	})
	slices.SortFunc(sides, func(s, t side) int {
		return cmp.Or(cmp.Compare(s.metres, t.metres), cmp.Compare(s.area.Code, t.area.Code))
	})
	for _, s := range sides {
		b.Neighbours = append(b.Neighbours, s.area)
	}
	return b
}

// Nearest returns the area of the finest level nearest to p, and how far its
// border is in metres; nil when the index is empty. It is meant for points
// that no area covers.
func (ix *Index) Nearest(p geo.Point) (nearest *Area, metres float64) {
	scale := geo.MetresAt(p)
	metres = math.Inf(1)
	for _, e := range ix.editions {
		level := area.Grid
		for level > area.District && e.levels[level].Len() == 0 {
			level--
		}
		e.levels[level].Nearby(
			func(lo, hi [2]int64, _ *Area, _ bool) float64 {
				return scale.ToBox(p, geo.Box{Min: geo.Point{X: int32(lo[0]), Y: int32(lo[1])}, Max: geo.Point{X: int32(hi[0]), Y: int32(hi[1])}})
			},
			func(_, _ [2]int64, a *Area, atLeast float64) bool {
				if atLeast > metres {
					return false
				}
				d := scale.ToBorder(p, a.Ground)
				if d < metres || d == metres && a.Before(nearest.Version) {
					nearest, metres = a, d
				}
				return true
			})
	}
	return nearest, metres
}
