package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// FeedEvent is one change of a case. Seq grows in the order of commits.
type FeedEvent struct {
	Seq      int64
	At       time.Time
	District string
	Incident uuid.UUID
	Version  int64
	What     string
	State    string
	Sight    *uuid.UUID
	Unit     *uuid.UUID
	Assignee *uuid.UUID
}

// Feed returns up to most events after seq, in order.
func (s *Store) Feed(ctx context.Context, after int64, most int) ([]FeedEvent, error) {
	rows, err := s.pool.Query(ctx, `SELECT seq, at, district, incident_id, version, what, state, sight, unit_id, assignee FROM feed WHERE seq > $1 ORDER BY seq LIMIT $2`, after, most)
	if err != nil {
		return nil, translate(err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[FeedEvent])
	return events, translate(err)
}

// FeedEnd returns the last number of the feed; 0 while nothing has happened.
func (s *Store) FeedEnd(ctx context.Context) (last int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM feed`).Scan(&last)
	return last, translate(err)
}

// FeedHolds reports whether an event is still kept: what happened after it then
// is as well.
func (s *Store) FeedHolds(ctx context.Context, seq int64) (held bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM feed WHERE seq = $1)`, seq).Scan(&held)
	return held, translate(err)
}
