// Package casemap keeps the located cases (案卷) in memory, for the map: which of
// them lie in a box and may be seen by somebody.
package casemap

import (
	"time"

	"github.com/google/uuid"

	"wangge/internal/geo"
)

// Case is what the map knows about a case. A Case that was given to a Set is
// never changed again.
type Case struct {
	ID       uuid.UUID
	District string
	Point    geo.Point // CGCS2000 on the lattice
	Unplaced bool      // nobody knows where it is: the map leaves it out
	Area     uuid.UUID
	// Lo is the position of Area in the tree of the edition in force; -1 where it
	// is not known, and then only eyes for the whole district see the case.
	Lo                int32
	Kind, Code, State string
	ReportedAt        time.Time
	Due               time.Time // of the phase at work; zero without a limit
	SoonAt            time.Time // when it counts as due soon; zero is two hours before Due
	Unit, Assignee    uuid.UUID
	Open              bool // somebody still has to act
	Supervised        bool
	Version           int64

	x, y uint32 // Point in world steps
}

// World is where the case lies on the map, as geo.Point.World counts.
func (c *Case) World() (x, y uint32) { return c.x, c.y }

// Urgency is how much a case presses; the worst comes first.
type Urgency uint8

// The urgencies.
const (
	Overdue Urgency = iota
	Soon
	Normal
	Suspended
	Done
	Urgencies = 5 // how many there are
)

// String is the name that tiles carry.
func (u Urgency) String() string {
	return [...]string{"overdue", "soon", "normal", "suspended", "done"}[u]
}

// soon is how long before its time a case counts as due soon, if nothing else is
// said.
const soon = 2 * time.Hour

// Urgency is how much the case presses at now. The clock of a suspended case
// stands still, so it is never overdue. A case is overdue from its due time on.
func (c *Case) Urgency(now time.Time) Urgency {
	switch {
	case !c.Open:
		return Done
	case c.State == "suspended":
		return Suspended
	case c.Due.IsZero():
		return Normal
	case !now.Before(c.Due):
		return Overdue
	}
	at := c.SoonAt
	if at.IsZero() {
		at = c.Due.Add(-soon)
	}
	if now.Before(at) {
		return Normal
	}
	return Soon
}
