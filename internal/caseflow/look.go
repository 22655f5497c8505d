package caseflow

import (
	"context"
	"slices"
	"time"

	"wangge/internal/category"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// Reckoned is the clock of a phase, ready to be read.
type Reckoned struct {
	Round   int
	Clock   worktime.Clock
	EndedAt time.Time // zero while it runs or rests
	Due     time.Time // as it was reckoned when it last changed, which counts; zero while it rests
}

// Clocks returns the last round of each phase of a case, and what was raised.
func (d *Desk) Clocks(ctx context.Context, c *postgres.Case) (map[incident.Phase]*Reckoned, []postgres.Escalation, error) {
	rules, err := d.rules(ctx, c.District)
	if err != nil {
		return nil, nil, err
	}
	clocks, raised, err := d.Store.Clocks(ctx, postgres.IncidentKey{District: c.District, ID: c.ID})
	if err != nil {
		return nil, nil, err
	}
	out := map[incident.Phase]*Reckoned{}
	for phase, r := range clocks {
		out[phase] = &Reckoned{Round: r.Round, Clock: r.Clock, EndedAt: r.EndedAt, Due: r.Due}
		out[phase].Clock.Calendar = rules.calendar
	}
	return out, raised, nil
}

// Near is a case and how far away it is.
type Near struct {
	postgres.Case
	Metres float64
}

// Similar returns the open cases of a class that were reported near a place
// within the time that the settings say, the nearest first. A zero around is now.
func (d *Desk) Similar(ctx context.Context, district string, at geo.Point, kind category.Kind, code string, around time.Time) ([]Near, error) {
	rules, err := d.rules(ctx, district)
	if err != nil {
		return nil, err
	}
	if around.IsZero() {
		around = time.Now()
	}
	metres := geo.MetresAt(at)
	found, err := d.Store.Similar(ctx, district, string(kind), code, geo.Box{Min: at, Max: at}.Grow(metres.Steps(rules.nearMetres)), around.Add(-rules.nearTime), around.Add(rules.nearTime))
	if err != nil {
		return nil, err
	}
	near := []Near{}
	for _, c := range found {
		if m := metres.Between(at, c.Place.Point); m <= rules.nearMetres {
			near = append(near, Near{c, m})
		}
	}
	slices.SortStableFunc(near, func(a, b Near) int { return int(a.Metres*100) - int(b.Metres*100) })
	return near, nil
}
