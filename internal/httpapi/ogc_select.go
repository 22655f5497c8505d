package httpapi

import (
	"cmp"
	"slices"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// selection is a request for features that has been understood.
type selection struct {
	level  area.Level
	limit  int
	after  [2]string // district and code of the last feature of the page before
	boxes  []geo.Box // nil: everywhere
	crs    system
	equals map[string]string // property filters
}

// selected is one page of features.
type selected struct {
	page    []*gridindex.Area
	matched int
	more    bool
}

// pick cuts a page out of what is asked for: districts by code, in each the
// areas by code.
func (q *selection) pick(ix *gridindex.Index) (out selected) {
	for _, e := range ix.Editions() {
		if d, given := q.equals["district"]; given && d != e.Code {
			continue
		}
		found := q.candidates(e)
		out.matched += len(found)
		if e.Code < q.after[0] {
			continue
		}
		if e.Code == q.after[0] {
			from, there := slices.BinarySearchFunc(found, q.after[1], func(a *gridindex.Area, code string) int { return cmp.Compare(a.Code, code) })
			if there {
				from++
			}
			found = found[from:]
		}
		room := q.limit - len(out.page)
		out.more = out.more || len(found) > room
		out.page = append(out.page, found[:min(room, len(found))]...)
	}
	return out
}

// candidates are the areas of an edition that are asked for, by code. The most
// telling filter goes first, so that no more are looked at than have to be.
func (q *selection) candidates(e *gridindex.Edition) []*gridindex.Area {
	var lists [][]*gridindex.Area
	if code, given := q.equals["code"]; given {
		lists = append(lists, nil)
		if a := e.Find(q.level, code); a != nil {
			lists[0] = []*gridindex.Area{a}
		}
	}
	for name, p := range map[string]gridindex.Property{"name": gridindex.Name, "kind": gridindex.Kind, "parent": gridindex.Parent} {
		if v, given := q.equals[name]; given {
			lists = append(lists, e.Having(q.level, p, v))
		}
	}
	if q.boxes != nil && len(lists) == 0 {
		for _, b := range q.boxes {
			lists = append(lists, nil)
			for _, a := range e.Within(q.level, b) {
				if a.Ground.Meets(b) {
					lists[len(lists)-1] = append(lists[len(lists)-1], a)
				}
			}
		}
		return union(lists)
	}
	if len(lists) == 0 {
		return e.Level(q.level)
	}
	shortest := slices.MinFunc(lists, func(a, b []*gridindex.Area) int { return cmp.Compare(len(a), len(b)) })
	var found []*gridindex.Area
	for _, a := range shortest {
		if q.holds(a) {
			found = append(found, a)
		}
	}
	return found
}

func union(lists [][]*gridindex.Area) []*gridindex.Area {
	all := slices.Concat(lists...)
	if len(lists) > 1 {
		slices.SortFunc(all, func(a, b *gridindex.Area) int { return cmp.Compare(a.Code, b.Code) })
		all = slices.Compact(all)
	}
	return all
}

// holds reports whether an area passes all filters but the district.
func (q *selection) holds(a *gridindex.Area) bool {
	for name, want := range q.equals {
		var got *string
		switch name {
		case "code":
			got = &a.Code
		case "name":
			got = &a.Name
		case "kind":
			got = kindOf(a)
		case "parent":
			got = parentOf(a)
		default:
			continue
		}
		if got == nil || *got != want {
			return false
		}
	}
	return q.boxes == nil || slices.ContainsFunc(q.boxes, a.Ground.Meets)
}

func kindOf(a *gridindex.Area) *string {
	if a.Level != area.Grid {
		return nil
	}
	kind := string(a.Kind)
	return &kind
}

func parentOf(a *gridindex.Area) *string {
	if a.Up == nil {
		return nil
	}
	return &a.Up.Code
}
