package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/incident"
	"wangge/internal/policy"
)

// revealed is the row of the audit about a look at personal data.
func revealed(c *Case, act, reason string) audit.Entry {
	return audit.Entry{Act: act, District: c.District, Object: "incident " + c.ID.String(), Result: audit.Done, Detail: audit.Detail(map[string]any{"did": "revealed", "reason": reason})}
}

// The levels of an escalation.
const (
	DueSoon     = 1
	Overdue     = 2
	LongOverdue = 3
)

// levelNames are the words of the feed for the levels.
var levelNames = map[int]string{DueSoon: "due_soon", Overdue: "overdue", LongOverdue: "long_overdue"}

// Deadline is a row that the scan found.
type Deadline struct {
	IncidentKey
	Phase incident.Phase
	Round int
	Rests bool // a suspended case is to go on
}

// scanWithin bounds what the scan waits for: one that hung would let deadlines
// pass unseen.
const scanWithin = 20 * time.Second

// RaiseDue raises what has become due soon, overdue, or overdue for long, up to
// most rows, each in a transaction of its own, and returns how many there were
// and which suspended cases are to go on. Any number of instances may scan at
// once: a row is locked by one of them and skipped by the others, and a level is
// raised once a round, whoever comes. What a dead instance left is found by the
// next scan, because it asks what is due and not what has changed.
func (s *Store) RaiseDue(ctx context.Context, most int) (raised int, resting []Deadline, err error) {
	for raised < most {
		d, one := s.raiseOne(ctx)
		if e, ours := fault.As(one); d == nil || ours && e.Kind == fault.Unavailable || one != nil && s.postpone(ctx, d) != nil {
			return raised, resting, errors.Join(err, one) // the database is busy or away: it is asked again
		}
		err = errors.Join(err, one)
		raised++
		if d.Rests && one == nil {
			resting = append(resting, *d)
		}
	}
	return raised, resting, err
}

// postpone lets a row that cannot be raised wait a minute, so that it does not
// stand before all others.
func (s *Store) postpone(ctx context.Context, d *Deadline) error {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	_, err := s.pool.Exec(ctx, `UPDATE deadline SET next_at = clock_timestamp() + interval '1 minute'
		WHERE district = $1 AND incident_id = $2 AND phase = $3 AND round = $4 AND next_at IS NOT NULL`, d.District, d.ID, string(d.Phase), d.Round)
	return err
}

// raiseOne raises the row that has waited longest; nil where none waits, or none
// could be read.
func (s *Store) raiseOne(ctx context.Context) (found *Deadline, err error) {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	err = s.inTx(ctx, func(tx *writing) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '15s', true), set_config('lock_timeout', '3s', true)`); err != nil {
			return err
		}
		var d Deadline
		var raised int
		var due, soon *time.Time
		var now time.Time
		rows, err := tx.Query(ctx, `SELECT district, incident_id, phase, round, raised, soon_at, due_at, clock_timestamp() FROM deadline
			WHERE next_at <= clock_timestamp() ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`)
		if err != nil {
			return err
		}
		if _, err := pgx.ForEachRow(rows, []any{&d.District, &d.ID, &d.Phase, &d.Round, &raised, &soon, &due, &now}, func() error { found = &d; return nil }); err != nil || found == nil {
			return err
		}
		if due == nil { // it rests, and its day has come: the caller has it go on
			d.Rests = true
			_, err := tx.Exec(ctx, `UPDATE deadline SET next_at = clock_timestamp() + interval '1 minute' WHERE district = $1 AND incident_id = $2 AND phase = $3 AND round = $4`,
				d.District, d.ID, string(d.Phase), d.Round)
			return err
		}
		var next *time.Time
		level := LongOverdue
		long := due.Add(LongAfter)
		switch {
		case now.Before(*due):
			level, next = DueSoon, due
		case now.Before(long):
			level, next = Overdue, &long
		}
		for l := raised + 1; l <= level; l++ { // levels that nobody saw in time are raised as well
			done, err := tx.Exec(ctx, `INSERT INTO escalation (district, incident_id, phase, round, level, due_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				d.District, d.ID, string(d.Phase), d.Round, l, *due)
			if err != nil {
				return err
			}
			if done.RowsAffected() == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, `INSERT INTO outbox (event_id, subject, id, version, what) VALUES ($1, 'incident', $2, $3, $4)`,
				uuid.Must(uuid.NewV7()), d.ID, l, string(d.Phase)+" "+levelNames[l]); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE deadline SET raised = greatest(raised, $5), next_at = $6 WHERE district = $1 AND incident_id = $2 AND phase = $3 AND round = $4`,
			d.District, d.ID, string(d.Phase), d.Round, level, next); err != nil {
			return err
		}
		if level <= raised {
			return nil
		}
		c, err := oneCase(ctx, tx, selectCase+`WHERE i.district = $1 AND i.incident_id = $2`, d.District, d.ID)
		if err != nil {
			return err
		}
		recordCase(ctx, tx, c, string(policy.CaseClock), levelNames[level], map[string]any{"phase": d.Phase, "round": d.Round, "due": due})
		return nil
	})
	return found, err
}

// Escalation is one level that was raised.
type Escalation struct {
	Phase incident.Phase
	Round int
	Level int
	Due   time.Time
	At    time.Time
}

// Clocks returns the clocks of a case, ended ones too, and what was raised.
func (s *Store) Clocks(ctx context.Context, key IncidentKey) (clocks map[incident.Phase]*Running, raised []Escalation, err error) {
	clocks = map[incident.Phase]*Running{}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (phase) phase, round, clock, soon_at, due_at, rest_until, ended_at FROM deadline
		WHERE district = $1 AND incident_id = $2 ORDER BY phase, round DESC`, key.District, key.ID)
	if err != nil {
		return nil, nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r runningRow, err error) {
		return r, row.Scan(&r.phase, &r.Round, &r.Clock, &r.soon, &r.due, &r.rest, &r.ended)
	})
	if err != nil {
		return nil, nil, translate(err)
	}
	for _, r := range list {
		r.Soon, r.Due, r.RestUntil, r.EndedAt = orZero(r.soon), orZero(r.due), orZero(r.rest), orZero(r.ended)
		r.Ended = r.ended != nil
		clocks[r.phase] = &r.Running
	}
	rows, err = s.pool.Query(ctx, `SELECT phase, round, level, due_at, at FROM escalation WHERE district = $1 AND incident_id = $2 ORDER BY at`, key.District, key.ID)
	if err != nil {
		return nil, nil, translate(err)
	}
	raised, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Escalation])
	return clocks, raised, translate(err)
}

type runningRow struct {
	Running
	phase                  incident.Phase
	soon, due, rest, ended *time.Time
}

// LevelName is the word of the feed for a level.
func LevelName(level int) string { return levelNames[level] }
