// Package lineage finds what became of each area from one edition to the next:
// renamed, recoded, passed to another parent, split, merged, or given ground.
package lineage

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/mend"
)

// Kind is what ties an area to its successor.
type Kind string

// The kinds. A link from an area to itself says what changed of it; one between
// two areas says that ground passed.
const (
	Rename   Kind = "rename"   // another name
	Recode   Kind = "recode"   // another code; between two areas: the same place under another code
	Transfer Kind = "transfer" // from itself to itself: under another parent; between two that go on: ground passed
	Split    Kind = "split"    // part of its ground went to a new area, or all of it to several
	Merge    Kind = "merge"    // it ended, and its ground went to another
)

// Kinds lists all kinds.
var Kinds = []Kind{Rename, Recode, Transfer, Split, Merge}

// Link ties an area as it was to one as it is.
type Link struct {
	Kind     Kind
	From, To *area.Version
	SharedM2 float64 // ground that passed, on the ellipsoid, to about one percent
	OfFrom   float64 // that ground as a share of From's
	OfTo     float64 // and of To's
}

// Same reports whether the link is from an area to itself.
func (l Link) Same() bool { return l.From.AreaID == l.To.AreaID }

const (
	nearlyAll  = 0.9  // of the ground: what is left over is a border drawn anew
	leastShare = 0.01 // of either ground, or leastM2: less is a border drawn anew
	leastM2    = 2000
	specks     = 1.0 // m²: less than rounding makes
)

// Propose finds the links from one edition to the next, by level and code.
// Areas are told apart by identity; ground that passed, by overlaps among the
// areas that ended, began or were redrawn. Grids and dedicated grids, which lie
// over them, have links of their own.
func Propose(before, after []*area.Version) []Link {
	p := proposal{before: byIdentity(before), after: byIdentity(after)}
	p.ground(before, after)
	p.pair()
	p.changes(after)
	slices.SortFunc(p.links, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.To.Level, b.To.Level), cmp.Compare(a.To.Code, b.To.Code), cmp.Compare(a.From.Code, b.From.Code), cmp.Compare(a.Kind, b.Kind))
	})
	return p.links
}

type proposal struct {
	before, after map[uuid.UUID]*area.Version
	links         []Link
}

func byIdentity(versions []*area.Version) map[uuid.UUID]*area.Version {
	m := make(map[uuid.UUID]*area.Version, len(versions))
	for _, v := range versions {
		m[v.AreaID] = v
	}
	return m
}

// pair leaves each area at most one recode, the one that fits best: a place has
// one code at a time. The others took it over beside it, or were taken in.
func (p *proposal) pair() {
	var recodes []*Link
	for i := range p.links {
		if p.links[i].Kind == Recode {
			recodes = append(recodes, &p.links[i])
		}
	}
	slices.SortFunc(recodes, func(a, b *Link) int {
		return cmp.Or(cmp.Compare(b.OfFrom*b.OfTo, a.OfFrom*a.OfTo), cmp.Compare(a.From.Code, b.From.Code), cmp.Compare(a.To.Code, b.To.Code))
	})
	from, to := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, l := range recodes {
		switch {
		case from[l.From.AreaID]:
			l.Kind = Split
		case to[l.To.AreaID]:
			l.Kind = Merge
		default:
			from[l.From.AreaID], to[l.To.AreaID] = true, true
		}
	}
}

// Between measures the ground that passed from one area to another.
func Between(from, to *area.Version) Link {
	l := Link{From: from, To: to}
	shared, ofFrom, ofTo := geo.SharedGround(from.Ground, to.Ground)
	if ofFrom > 0 && ofTo > 0 {
		l.measure(shared, ofFrom, ofTo)
	}
	return l
}

func (l *Link) measure(shared, ofFrom, ofTo float64) {
	l.SharedM2 = shared * geo.MetresAt(l.From.Ground.Box().Min).SquareMetres()
	l.OfFrom, l.OfTo = max(0, min(1, shared/ofFrom)), max(0, min(1, shared/ofTo))
}

// changes lists what changed of the areas that go on.
func (p *proposal) changes(after []*area.Version) {
	heir := map[uuid.UUID]uuid.UUID{} // of a parent that goes on under another identity
	for _, l := range p.links {
		if l.Kind == Recode {
			heir[l.From.AreaID] = l.To.AreaID
		}
	}
	for _, w := range after {
		v := p.before[w.AreaID]
		if v == nil {
			continue
		}
		whole := Link{From: v, To: w, SharedM2: w.AreaM2, OfFrom: 1, OfTo: 1}
		parent := v.Parent
		if h, is := heir[parent]; is {
			parent = h
		}
		for kind, is := range map[Kind]bool{Rename: v.Name != w.Name, Recode: v.Code != w.Code, Transfer: parent != w.Parent} {
			if is {
				whole.Kind = kind
				p.links = append(p.links, whole)
			}
		}
	}
}

// layer is what ground passes within: a level, overlays by themselves.
type layer struct {
	level   area.Level
	overlay bool
}

// ground finds whose ground went to whom.
func (p *proposal) ground(before, after []*area.Version) {
	lost, won := map[layer][]*area.Version{}, map[layer]*rtree.RTreeGN[int64, *area.Version]{}
	for _, v := range before {
		if w := p.after[v.AreaID]; w == nil || !mend.Same(v.Ground, w.Ground) {
			k := layer{v.Level, v.Overlay()}
			lost[k] = append(lost[k], v)
		}
	}
	for _, w := range after {
		if v := p.before[w.AreaID]; v == nil || !mend.Same(v.Ground, w.Ground) {
			k := layer{w.Level, w.Overlay()}
			if won[k] == nil {
				won[k] = &rtree.RTreeGN[int64, *area.Version]{}
			}
			lo, hi := w.Ground.Box().Corners()
			won[k].Insert(lo, hi, w)
		}
	}
	for k, from := range lost {
		if won[k] == nil || k.level == area.District {
			continue
		}
		for _, v := range from {
			lo, hi := v.Ground.Box().Corners()
			won[k].Search(lo, hi, func(_, _ [2]int64, w *area.Version) bool {
				if w.AreaID != v.AreaID {
					p.pass(v, w, k.overlay)
				}
				return true
			})
		}
	}
}

// pass adds the link from v to w when ground of v that it did not keep is w's
// and was not before.
func (p *proposal) pass(v, w *area.Version, overlay bool) {
	kept, earlier := p.after[v.AreaID], p.before[w.AreaID]
	if overlay && (kept != nil || earlier != nil) {
		return // overlays may lie over each other: only what ended passes to what began
	}
	shared, ofV, ofW := geo.SharedGround(v.Ground, w.Ground)
	if ofV <= 0 || ofW <= 0 {
		return
	}
	if earlier != nil { // tolerant coverage: what they shared before did not pass
		had, _, _ := geo.SharedGround(v.Ground, earlier.Ground)
		shared -= had
	} else if kept != nil {
		has, _, _ := geo.SharedGround(kept.Ground, w.Ground)
		shared -= has
	}
	l := Link{From: v, To: w}
	l.measure(shared, ofV, ofW)
	if l.SharedM2 < specks || l.OfFrom < leastShare && l.OfTo < leastShare && l.SharedM2 < leastM2 {
		return
	}
	switch {
	case kept == nil && earlier == nil && l.OfFrom >= nearlyAll && l.OfTo >= nearlyAll:
		l.Kind = Recode
	case kept == nil && l.OfFrom >= nearlyAll:
		l.Kind = Merge
	case kept == nil || earlier == nil:
		l.Kind = Split
	default:
		l.Kind = Transfer
	}
	p.links = append(p.links, l)
}
