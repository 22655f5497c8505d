// Package category holds the classes of events and components (事件、部件) that
// cases are filed under, by edition of a city's standard: codes of two digits
// for majors and four for minors (GB/T 30428.2), filing and closing conditions
// and the limits to act within (GB/T 30428.8). It computes no limits.
package category

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is what a class is of. Events and components number their classes
// independently: 0101 is 私搭乱建 among events and 上水井盖 among components.
type Kind string

// The kinds.
const (
	Event     Kind = "event"     // 事件: territory answers first, then the owner
	Component Kind = "component" // 部件: the owner answers first, then the territory
)

// Word is the Chinese word for the kind.
func (k Kind) Word() string {
	switch k {
	case Event:
		return "事件"
	case Component:
		return "部件"
	}
	return ""
}

// Ref names a class for good: a case keeps the edition that it was filed under.
// The zero Ref is no class.
type Ref struct {
	Edition string // name of the edition
	Kind    Kind
	Code    string // four digits
}

// Edition is one edition of a city's standard. Build makes it and nothing
// changes it afterwards, so it may be shared.
type Edition struct {
	Name      string  `json:"name"`
	ValidFrom string  `json:"valid_from"` // YYYY-MM-DD
	Source    string  `json:"source"`     // where its facts are from, for people
	Order     Order   `json:"order"`
	Majors    []Major `json:"majors"` // by kind, then code
	Minors    []Minor `json:"minors"` // by kind, then code
}

// Major is a class of classes (大类).
type Major struct {
	Kind  Kind   `json:"kind"`
	Code  string `json:"code"` // two digits
	Name  string `json:"name"`
	Local bool   `json:"local"` // the city's own, not of the standard
}

// Minor is a class (小类).
type Minor struct {
	Kind       Kind        `json:"kind"`
	Code       string      `json:"code"` // four digits, the major's first
	Name       string      `json:"name"`
	Local      bool        `json:"local"`      // the city's own (自定义), its code counted down from 99
	Conditions []Condition `json:"conditions"` // in the order of the table; none where the table has none
}

// Condition is one filing condition (立案条件) of a class and what follows from it.
type Condition struct {
	Filing  string  `json:"filing"`
	Closing string  `json:"closing"` // closing condition (结案条件); empty where the table has none
	Phases  []Phase `json:"phases"`  // at least one, in order
}

// Phase is one stretch of work with a limit of its own.
type Phase struct {
	Name  string `json:"name"`  // what is to be done, e.g. 现场围护; empty where there is one phase
	Limit string `json:"limit"` // as in the table: 2急时, 4时, 15日, 1急日
}

var numbered = regexp.MustCompile(`^条件[1-9][0-9]?$`)

// Numbered reports whether the words of the condition are unknown and it has
// only a number: 示意, until the city's own table is imported.
func (c Condition) Numbered() bool { return numbered.MatchString(c.Filing) }

// Major finds a major by kind and two digits.
func (e *Edition) Major(kind Kind, code string) (m Major, ok bool) {
	i, ok := slices.BinarySearchFunc(e.Majors, Major{Kind: kind, Code: code}, byMajor)
	if !ok {
		return m, false
	}
	return e.Majors[i], true
}

// Minor finds a class by kind and four digits.
func (e *Edition) Minor(kind Kind, code string) (m Minor, ok bool) {
	i, ok := slices.BinarySearchFunc(e.Minors, Minor{Kind: kind, Code: code}, byMinor)
	if !ok {
		return m, false
	}
	return e.Minors[i], true
}

// MajorsOf lists the majors of one kind by code.
func (e *Edition) MajorsOf(kind Kind) (found []Major) {
	for _, m := range e.Majors {
		if m.Kind == kind {
			found = append(found, m)
		}
	}
	return found
}

// NextLocal is the code for the next class of a city's own in a major: one
// below the lowest local code, 99 being the first. Gaps above are left alone,
// for a retired code is never given to another class. ok is false where the
// major is unknown or its codes are used up.
func (e *Edition) NextLocal(kind Kind, major string) (code string, ok bool) {
	if _, known := e.Major(kind, major); !known {
		return "", false
	}
	lowest, highest := 100, 0
	for _, m := range e.Minors {
		n := number(m.Code[2:])
		switch {
		case m.Kind != kind || m.Code[:2] != major:
		case m.Local:
			lowest = min(lowest, n)
		case e.isRest(m):
			lowest = min(lowest, n) // 其他 holds 99 in the older order
		default:
			highest = max(highest, n)
		}
	}
	if lowest-1 <= highest {
		return "", false
	}
	return fmt.Sprintf("%s%02d", major, lowest-1), true
}

// isRest reports whether m is 99 其他, which the older order has in the midst of
// the standard.
func (e *Edition) isRest(m Minor) bool {
	return e.Order == CJT214 && !m.Local && strings.HasSuffix(m.Code, "99")
}

func byMajor(a, b Major) int {
	return cmp.Or(byKind(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
}

func byMinor(a, b Minor) int {
	return cmp.Or(byKind(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
}

// byKind has events before components, as people use them.
func byKind(a, b Kind) int { return -cmp.Compare(a, b) }

func number(digits string) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }
