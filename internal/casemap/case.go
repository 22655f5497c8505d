// Package casemap keeps the located cases (案卷) in memory, for the map: which of
// them lie in a box and may be seen by somebody.
package casemap

import (
	"math"
	"time"

	"github.com/google/uuid"

	"wangge/internal/geo"
)

// Case is what the map knows about a case.
type Case struct {
	Unplaced bool // nobody knows where it is: the map leaves it out
	Open     bool // somebody still has to act
	// Lo is the position of Area in the tree of the edition in force; -1 where it
	// is not known, and then only eyes for the whole district see the case.
	Lo                int32
	District          string
	ID                uuid.UUID
	Point             geo.Point // CGCS2000 on the lattice
	Area              uuid.UUID
	Kind, Code, State string
	ReportedAt        time.Time
	Due               time.Time // of the phase at work; zero without a limit
	SoonAt            time.Time // when it counts as due soon; zero is two hours before Due
	Unit, Assignee    uuid.UUID
	Supervised        bool
	Version           int64
}

// Placed is a case as a Set has it. It is never changed. What every question
// needs comes first, so that going through many cases reads little memory; times
// are microseconds since 1970.
type Placed struct {
	x, y      uint32 // Point in world steps
	reported  int64
	due, soon int64 // never, where there is no limit
	waits     bool  // suspended
	Case
}

const never = math.MaxInt64

// Place makes a case ready for questions.
func Place(c Case) Placed {
	p := Placed{reported: c.ReportedAt.UnixMicro(), due: never, soon: never, waits: c.State == "suspended", Case: c}
	p.x, p.y = c.Point.World()
	if !c.Due.IsZero() {
		p.due, p.soon = c.Due.UnixMicro(), c.Due.Add(-soon).UnixMicro()
		if !c.SoonAt.IsZero() {
			p.soon = c.SoonAt.UnixMicro()
		}
	}
	return p
}

// World is where the case lies on the map, as geo.Point.World counts.
func (p *Placed) World() (x, y uint32) { return p.x, p.y }

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
func (p *Placed) Urgency(now time.Time) Urgency { return p.urgency(now.UnixMicro()) }

func (p *Placed) urgency(now int64) Urgency {
	switch {
	case !p.Open:
		return Done
	case p.waits:
		return Suspended
	case now >= p.due:
		return Overdue
	case now >= p.soon:
		return Soon
	}
	return Normal
}
