package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/worktime"
)

// Unreckoned returns up to most cases with a clock that runs by a calendar which
// has changed since.
func (s *Store) Unreckoned(ctx context.Context, most int) ([]IncidentKey, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT d.district, d.incident_id
		FROM (SELECT d.district, coalesce((SELECT calendar FROM case_setting c WHERE c.district = d.district ORDER BY version DESC LIMIT 1), 1) AS calendar FROM district d) c
		JOIN deadline d ON d.district = c.district AND d.reckoned < c.calendar AND d.ended_at IS NULL AND d.due_at IS NOT NULL
		LIMIT $1`, most)
	if err != nil {
		return nil, translate(err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[IncidentKey])
	return keys, translate(err)
}

// ReckonIncident reckons the running clocks of a case anew, by a calendar. It is
// no step of the case: its history and version stay, and the audit and those who
// follow it learn of times that changed.
func (s *Store) ReckonIncident(ctx context.Context, key IncidentKey, calendar int64, reckon func(worktime.Clock) (soon, due time.Time)) error {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		w, err := s.workOn(ctx, tx, key)
		if err != nil {
			return err
		}
		w.Calendar = calendar
		c, before := w.Case, w.dues()
		for p := range before {
			r := w.clocks[p]
			was := r.Due
			if r.Soon, r.Due = reckon(r.Clock); r.Due.Equal(was) {
				r.reckoned = calendar
			} else if err := w.Change(p); err != nil {
				return err
			}
			if p == incident.HandlePhase && p == c.State.Phase() {
				c.Reckon(r.Due)
			}
			if err := w.saveClock(p, w.clocks[p]); err != nil {
				return err
			}
		}
		w.showClock()
		if _, err := tx.Exec(ctx, `UPDATE incident SET clock_due = $3, clock_soon = $4, due_at = $5 WHERE district = $1 AND incident_id = $2`,
			key.District, key.ID, orNull(c.Due), orNull(c.Soon), orNull(c.Progress.Due)); err != nil {
			return err
		}
		for p, due := range w.dues() {
			if !due.Equal(before[p]) {
				recordCase(ctx, tx, c, string(policy.CaseClock), "reckoned", map[string]any{"phase": p, "due": due, "calendar": w.Calendar})
			}
		}
		return nil
	})
}

// dues are the times by which the phases that run are due.
func (w *Work) dues() map[incident.Phase]time.Time {
	dues := map[incident.Phase]time.Time{}
	for p, r := range w.clocks {
		if !r.Ended && !r.Due.IsZero() {
			dues[p] = r.Due
		}
	}
	return dues
}
