// Package dispatch says who answers for a case (归谁管): which responsible unit,
// by which rule, and why. Components are answered for by their owner first and
// the territory second, events the other way about (部件先属主后属地，事件先属地
// 后属主); where no rule holds, the territory does (属地兜底), so that no place of
// a district is ever nobody's.
package dispatch

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/category"
)

// Known says what rules may refer to now.
type Known struct {
	Area  func(id uuid.UUID) bool                    // in the boundaries in force
	Class func(kind category.Kind, code string) bool // majors and minors of the standard in force
}

// Book is the units and rules of one district, as of one moment. It never
// changes.
type Book struct {
	district string
	zone     *time.Location
	units    map[uuid.UUID]Unit
	rules    []*page
}

// page is a rule with what is wrong with it.
type page struct {
	Rule
	broken    []Broken
	lostAreas bool
	lostCodes map[string]bool
}

// NewBook makes a book and tells every rule that is broken. Such a rule stays in
// it, to be told where it would have held. The clock of zone, which is the
// district's, decides on times of day.
func NewBook(district string, zone *time.Location, units []Unit, rules []Rule, known Known) (*Book, []Broken) {
	b := &Book{district: district, zone: zone, units: make(map[uuid.UUID]Unit, len(units))}
	for _, u := range units {
		b.units[u.ID] = u
	}
	var broken []Broken
	for _, r := range rules {
		p := &page{Rule: r, lostCodes: map[string]bool{}}
		u, there := b.units[r.Unit]
		if !there {
			p.add(unitGone, r.Unit.String())
		} else if u.Disabled {
			p.add(unitDisabled, u.Name)
		}
		for _, id := range r.Areas {
			if !known.Area(id) {
				p.lostAreas = true
				p.add(areaGone, id.String())
			}
		}
		for _, code := range r.Codes {
			if !known.Class(r.Kind, code) {
				p.lostCodes[code] = true
				p.add(classGone, code)
			}
		}
		broken = append(broken, p.broken...)
		b.rules = append(b.rules, p)
	}
	return b, broken
}

// Unit finds a unit.
func (b *Book) Unit(id uuid.UUID) (Unit, bool) {
	u, ok := b.units[id]
	return u, ok
}

// Ancestor is one of the areas that a place lies in.
type Ancestor struct {
	ID    uuid.UUID
	Level area.Level
	Code  string
	Name  string
}

// Question is one case, as far as it decides who answers for it.
type Question struct {
	Kind   category.Kind
	Code   string     // of the class, four digits; two or none while it is not known
	Chain  []Ancestor // the areas that hold the place, finest first, up to the district
	At     time.Time
	Runner []Ancestor // likewise of the nearest neighbour, where the place is near a border
}

// hit is a rule that holds for a question, and how.
type hit struct {
	*page
	code string // what matched: "" for every class
	area int    // which of the chain; len(chain) for everywhere
}

// hits returns the rules of one basis that hold, the most specific first, and
// those that would if they were not broken.
func (b *Book) hits(basis Basis, q Question) (good []hit, skipped []Broken) {
	for _, p := range b.rules {
		if p.Basis != basis || p.Kind != "" && p.Kind != q.Kind || !p.holdsAt(q.At.In(b.zone)) {
			continue
		}
		h := hit{page: p}
		var classes, inside bool
		if h.code, classes = p.class(q.Code); !classes {
			continue
		}
		h.area, inside = p.place(q.Chain)
		switch u, there := b.units[p.Unit]; {
		case !inside && !p.lostAreas:
		case !there:
			skipped = append(skipped, p.first(unitGone))
		case u.Disabled:
			skipped = append(skipped, p.first(unitDisabled))
		case !inside:
			skipped = append(skipped, p.first(areaGone))
		case p.lostCodes[h.code]:
			skipped = append(skipped, p.first(classGone))
		default:
			good = append(good, h)
		}
	}
	slices.SortFunc(good, func(a, b hit) int {
		return cmp.Or(cmp.Compare(len(b.code), len(a.code)), cmp.Compare(a.area, b.area),
			cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Name, b.Name), compareID(a.ID, b.ID))
	})
	return good, skipped
}

// holdsAt tells whether the rule holds at a moment, on the clock that it is given
// with.
func (r *Rule) holdsAt(at time.Time) bool {
	if at.Before(r.From) || !r.Until.IsZero() && !at.Before(r.Until) {
		return false
	}
	minute := at.Hour()*60 + at.Minute()
	for _, p := range r.Daily {
		if p.From <= minute && minute < p.To {
			return true
		}
	}
	return len(r.Daily) == 0
}

// class finds the most specific of the rule's codes that holds a class; one that
// is not in the standard any more only where there is no other.
func (p *page) class(code string) (matched string, ok bool) {
	if len(p.Codes) == 0 {
		return "", true
	}
	for _, c := range []string{code, code[:min(2, len(code))]} {
		if slices.Contains(p.Codes, c) && (!ok || p.lostCodes[matched] && !p.lostCodes[c]) {
			matched, ok = c, true
		}
	}
	return matched, ok
}

// place finds the finest of the chain that is among the rule's areas.
func (r *Rule) place(chain []Ancestor) (i int, ok bool) {
	if len(r.Areas) == 0 {
		return len(chain), true
	}
	i = slices.IndexFunc(chain, func(a Ancestor) bool { return slices.Contains(r.Areas, a.ID) })
	return i, i >= 0
}
