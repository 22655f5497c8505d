package caseflow

import (
	"context"
	"time"

	"wangge/internal/casesetting"
	"wangge/internal/incident"
	"wangge/internal/worktime"
)

// rulesFor is how long the settings of a district are held: a change counts
// after that.
const rulesFor = 2 * time.Second

// rules are the settings of a district, ready for use.
type rules struct {
	incident.Rules
	calendar        *worktime.Calendar
	calendarVersion int64 // postgres.CaseSetting.Reckoned
	limits          map[incident.Phase]worktime.Limit
	warning         worktime.Warning
	nearMetres      float64       // within which a case may be about the same matter
	nearTime        time.Duration // likewise
	moved           casesetting.Moved
	words           map[string]string
	read            time.Time
}

// usualWork is the limit of work whose class has none in the standard.
var usualWork = worktime.Limit{N: 2, Unit: worktime.WorkDay}

func (d *Desk) rules(ctx context.Context, district string) (*rules, error) {
	if held, ok := d.held.Load(district); ok {
		if r, _ := held.(*rules); time.Since(r.read) < rulesFor {
			return r, nil
		}
	}
	set, err := d.Store.Setting(ctx, district)
	if err != nil {
		return nil, err
	}
	r := &rules{read: time.Now(), calendarVersion: set.Reckoned, moved: set.Moved, words: set.Words, warning: worktime.Warning{Percent: set.Warning},
		nearMetres: float64(set.Duplicates.Metres), nearTime: time.Duration(set.Duplicates.Hours) * time.Hour,
		Rules: incident.Rules{EvidenceMetres: float64(set.EvidenceMetres), Extensions: set.Extensions, DisputeAfter: set.DisputeAfter,
			UndoWithin: time.Duration(set.UndoMinutes) * time.Minute, LongestRest: time.Duration(set.RestDays) * 24 * time.Hour},
		limits: map[incident.Phase]worktime.Limit{incident.HandlePhase: usualWork}}
	if r.calendar, err = set.Clock(); err != nil {
		return nil, err
	}
	for _, phase := range []incident.Phase{incident.IntakePhase, incident.InspectPhase, incident.DispatchPhase, incident.VerifyPhase, incident.ClosePhase} {
		r.limits[phase], _ = set.Limit(phase) // a setting that is kept has been read before
	}
	d.held.Store(district, r)
	return r, nil
}

// Words are a district's own words for states, actions and reasons, by their
// keys (casesetting.WordKeys).
func (d *Desk) Words(ctx context.Context, district string) (map[string]string, error) {
	r, err := d.rules(ctx, district)
	if err != nil {
		return nil, err
	}
	return r.words, nil
}
