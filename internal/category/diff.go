package category

import "slices"

// Difference is one way in which a class differs between two editions.
type Difference struct {
	What string // added, removed, renamed, or conditions: they or their limits changed
	Kind Kind
	Code string // in the later edition; of what was removed, in the earlier
	Name string
	Was  string // the name before, of what was renamed
}

// Diff tells what e has otherwise than before, in the order of codes, what was
// removed last. Classes are the same by code; by name where the two are in
// different orders, for those number their classes differently.
func (e *Edition) Diff(before *Edition) (found []Difference) {
	type key struct {
		kind Kind
		text string
	}
	same := func(m Minor) key {
		if e.Order != before.Order {
			return key{m.Kind, m.Name}
		}
		return key{m.Kind, m.Code}
	}
	old := map[key]Minor{}
	for _, m := range before.Minors {
		old[same(m)] = m
	}
	for _, m := range e.Minors {
		was, there := old[same(m)]
		delete(old, same(m))
		switch {
		case !there:
			found = append(found, Difference{"added", m.Kind, m.Code, m.Name, ""})
			continue
		case was.Name != m.Name:
			found = append(found, Difference{"renamed", m.Kind, m.Code, m.Name, was.Name})
		}
		if !slices.EqualFunc(was.Conditions, m.Conditions, func(a, b Condition) bool {
			return a.Filing == b.Filing && a.Closing == b.Closing && slices.Equal(a.Phases, b.Phases)
		}) {
			found = append(found, Difference{"conditions", m.Kind, m.Code, m.Name, ""})
		}
	}
	for _, m := range before.Minors {
		if _, gone := old[same(m)]; gone {
			found = append(found, Difference{"removed", m.Kind, m.Code, m.Name, ""})
		}
	}
	return found
}

// Rows writes an edition as the rows that Build makes it of.
func Rows(e *Edition) (rows []Row) {
	local := map[bool]string{true: "是"}
	for _, major := range e.Majors {
		rows = append(rows, Row{Code: major.Code, Name: major.Name, Kind: major.Kind.Word(), Local: local[major.Local]})
		for _, m := range e.Minors {
			if m.Kind != major.Kind || m.Code[:2] != major.Code {
				continue
			}
			r := Row{Code: m.Code, Name: m.Name, Kind: m.Kind.Word(), Local: local[m.Local]}
			for _, c := range m.Conditions {
				r.Condition, r.Closing, r.Limit = c.Filing, c.Closing, c.limit()
				rows = append(rows, r)
			}
			if len(m.Conditions) == 0 {
				rows = append(rows, r)
			}
		}
	}
	return rows
}

// limit writes the phases as a table has them.
func (c Condition) limit() (text string) {
	for i, p := range c.Phases {
		if i > 0 {
			text += "→"
		}
		if p.Name != "" {
			text += p.Name + " "
		}
		text += p.Limit
	}
	return text
}
