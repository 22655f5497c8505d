package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/fault"
)

// Period is a time in which one edition is in force, in a district.
type Period struct {
	Edition    uuid.UUID
	Name       string
	From       time.Time  // first day; only year, month and day count
	Until      *time.Time // first day of the next; nil for the last
	Generation int64      // that put it into force
	Begun      bool       // it has begun by the database's clock
}

// Timeline lists the editions of a district that are or will be in force, one
// after another, as known at a moment (zero: now). A correction takes the place
// of what it corrects.
func (s *Store) Timeline(ctx context.Context, district string, known time.Time) (periods []Period, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		periods, err = timeline(ctx, tx, district, known)
		return err
	})
	return periods, err
}

func timeline(ctx context.Context, q querier, district string, known time.Time) ([]Period, error) {
	rows, err := q.Query(ctx, `
		SELECT DISTINCT ON (a.effective_at) a.edition_id, e.name, a.valid_from, a.generation, a.effective_at <= clock_timestamp()
		FROM activation a JOIN edition e USING (district, edition_id)
		WHERE a.district = $1 AND a.recorded_at <= coalesce($2, 'infinity'::timestamptz)
		ORDER BY a.effective_at, a.generation DESC`, district, whenKnown(known))
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Period, err error) {
		return p, row.Scan(&p.Edition, &p.Name, &p.From, &p.Generation, &p.Begun)
	})
	if err != nil {
		return nil, err
	}
	var periods []Period
	for _, p := range all {
		if n := len(periods); n > 0 {
			if periods[n-1].Edition == p.Edition {
				continue // it goes on
			}
			periods[n-1].Until = &p.From
		}
		periods = append(periods, p)
	}
	return periods, nil
}

// around returns the periods before and after a day, leaving out the one that
// begins on it, which a new activation replaces.
func around(periods []Period, day time.Time) (before, after *Period) {
	on := day.Format(time.DateOnly)
	for i := range periods {
		switch from := periods[i].From.Format(time.DateOnly); {
		case from < on:
			before = &periods[i]
		case from > on && after == nil:
			after = &periods[i]
		}
	}
	return before, after
}

// today is the day that it is in the district, by the database's clock. Error:
// no_such_area.
func today(ctx context.Context, q querier, district string) (day time.Time, err error) {
	err = q.QueryRow(ctx, `SELECT (clock_timestamp() AT TIME ZONE time_zone)::date FROM district WHERE district = $1`, district).Scan(&day)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.New(fault.NotFound, "no_such_area", "没有这个区域", "there is no such area")
	}
	return day, err
}
