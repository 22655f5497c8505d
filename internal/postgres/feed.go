package postgres

import (
	"context"
	"errors"
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

// FeedEnds returns the first and the last number of the feed that is kept; after
// an event that is gone a reader has to begin anew. Both are 0 while nothing has
// happened.
func (s *Store) FeedEnds(ctx context.Context) (first, last int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM feed`).Scan(&first, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return first, last, translate(err)
}
