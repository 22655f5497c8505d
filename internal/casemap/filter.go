package casemap

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Scope is a stretch [Lo, Hi) of the positions in the tree of a district's
// edition in force. One for the whole district is made by WholeDistrict, for it
// holds the cases of unknown areas too.
type Scope struct {
	District string
	Lo, Hi   int32
}

// WholeDistrict is the scope of those who see every case of a district.
func WholeDistrict(district string) Scope { return Scope{district, -1, 1<<31 - 1} }

// Filter says which cases somebody may see, and which of those they ask for. The
// zero Filter shows nothing.
type Filter struct {
	// Seen is what lies in one of Scopes, or is the work of one of Units or
	// Assignees; Everywhere is all.
	Everywhere bool
	Scopes     []Scope
	Units      []uuid.UUID
	Assignees  []uuid.UUID

	// Asked for is what fits all of these; empty ones ask for everything.
	States   []string
	Kinds    []string
	Codes    []string  // beginnings of category codes
	From, To time.Time // ReportedAt in [From, To)
	Unit     uuid.UUID
	OpenOnly bool
	// Overdue asks for cases that are overdue at Now.
	Overdue bool
	Now     time.Time
}

// Shows reports whether the case may be seen and is asked for.
func (f *Filter) Shows(c *Placed) bool {
	r := f.ready()
	return r.shows(c)
}

// ready is a filter whose times are microseconds.
type ready struct {
	*Filter
	from, to, now int64
}

func (f *Filter) ready() ready {
	r := ready{f, math.MinInt64, never, f.Now.UnixMicro()}
	if !f.From.IsZero() {
		r.from = f.From.UnixMicro()
	}
	if !f.To.IsZero() {
		r.to = f.To.UnixMicro()
	}
	return r
}

func (f *ready) shows(c *Placed) bool { return f.asks(c) && f.sees(c) }

func (f *ready) sees(c *Placed) bool {
	if f.Everywhere {
		return true
	}
	for i := range f.Scopes {
		if s := &f.Scopes[i]; s.Lo <= c.Lo && c.Lo < s.Hi && s.District == c.District {
			return true
		}
	}
	return c.Unit != uuid.Nil && slices.Contains(f.Units, c.Unit) ||
		c.Assignee != uuid.Nil && slices.Contains(f.Assignees, c.Assignee)
}

func (f *ready) asks(c *Placed) bool {
	switch {
	case f.OpenOnly && !c.Open,
		f.Overdue && c.urgency(f.now) != Overdue,
		c.reported < f.from,
		c.reported >= f.to,
		f.Unit != uuid.Nil && c.Unit != f.Unit,
		len(f.States) > 0 && !slices.Contains(f.States, c.State),
		len(f.Kinds) > 0 && !slices.Contains(f.Kinds, c.Kind),
		len(f.Codes) > 0 && !slices.ContainsFunc(f.Codes, func(begin string) bool { return strings.HasPrefix(c.Code, begin) }):
		return false
	}
	return true
}
