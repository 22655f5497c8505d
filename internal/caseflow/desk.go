// Package caseflow does what is done to cases: it brings together the model of
// the case, the clocks, the classes, the boundaries and who is responsible, and
// has the store write what comes of it in one transaction. It also runs the scan
// that raises what is late and goes through the open cases after new boundaries.
package caseflow

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/incident"
	"wangge/internal/live"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// Desk is where cases are worked on. It is safe for concurrent use.
type Desk struct {
	Store      *postgres.Store
	Boundaries *live.Boundaries
	Log        *slog.Logger

	held sync.Map // district → *rules
}

// clock makes a clock that starts at a moment.
func (r *rules) clock(start time.Time, phases ...worktime.Phase) worktime.Clock {
	return worktime.Clock{Start: start, Phases: phases, Warning: r.warning}
}

// reckon tells when a clock is due and when it is due soon; zero while it rests.
func (r *rules) reckon(c worktime.Clock) (soon, due time.Time) {
	c.Calendar = r.calendar
	due, ok := c.Deadline()
	if !ok {
		return time.Time{}, time.Time{}
	}
	return c.SoonAt(), due
}

// handling is the clock of the work on a case, by its class and condition.
func (d *Desk) handling(ctx context.Context, r *rules, district string, class category.Ref, condition string, start time.Time) (worktime.Clock, error) {
	phases, err := d.workPhases(ctx, r, district, class, condition)
	return r.clock(start, phases...), err
}

// workPhases are the limits of the work on a class under a condition. Errors:
// no_such_category, case_condition.
func (d *Desk) workPhases(ctx context.Context, r *rules, district string, class category.Ref, condition string) ([]worktime.Phase, error) {
	c, err := d.condition(ctx, district, class, condition)
	if err != nil {
		return nil, err
	}
	if c == nil { // the table of the standard has no limit for it
		return []worktime.Phase{{Limit: r.limits[incident.HandlePhase]}}, nil
	}
	var phases []worktime.Phase
	for _, p := range c.Phases {
		limit, err := worktime.ParseLimit(p.Limit)
		if err != nil {
			return nil, err
		}
		phases = append(phases, worktime.Phase{Name: p.Name, Limit: limit})
	}
	return phases, nil
}

// condition finds the filing condition of a class; nil where the class has none.
// Errors: no_such_category, case_category, case_condition.
func (d *Desk) condition(ctx context.Context, district string, class category.Ref, filing string) (*category.Condition, error) {
	edition, err := d.Store.Categories(ctx, district, class.Edition)
	if err != nil {
		return nil, err
	}
	minor, known := edition.Minor(class.Kind, class.Code)
	if !known {
		return nil, fault.New(fault.Unprocessable, "case_category", "分类标准“%[1]s”里没有小类 %[2]s", "the edition %[1]s has no class %[2]s", edition.Name, class.Code)
	}
	if len(minor.Conditions) == 0 && filing == "" {
		return nil, nil
	}
	for i := range minor.Conditions {
		if minor.Conditions[i].Filing == filing {
			return &minor.Conditions[i], nil
		}
	}
	return nil, fault.New(fault.Unprocessable, "case_condition", "“%[1]s”没有立案条件“%[2]s”", "%[1]s has no filing condition %[2]q", minor.Name, filing)
}
