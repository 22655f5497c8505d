package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Event is something that happened, for whoever has to be told.
type Event struct {
	ID      uuid.UUID
	At      time.Time
	Subject string
	Of      uuid.UUID
	Version int64
	What    string
}

// Claim takes up to most events that nobody has been told of, the oldest first,
// for the length of a lease; when they are not told by then, somebody else may
// take them. An event may so come twice, with the same ID, and never not at all.
func (s *Store) Claim(ctx context.Context, most int, lease time.Duration) (events []Event, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		rows, err := tx.Query(ctx, `
			WITH next AS (
			  SELECT event_id FROM outbox WHERE told_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
			  ORDER BY at, event_id LIMIT $1 FOR UPDATE SKIP LOCKED)
			UPDATE outbox o SET claimed_until = now() + $2::interval FROM next WHERE o.event_id = next.event_id
			RETURNING o.event_id, o.at, o.subject, o.id, o.version, o.what`, most, lease)
		if err != nil {
			return err
		}
		events, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Event, err error) {
			return e, row.Scan(&e.ID, &e.At, &e.Subject, &e.Of, &e.Version, &e.What)
		})
		return err
	})
	return events, err
}

// Told marks events as told.
func (s *Store) Told(ctx context.Context, events []uuid.UUID) error {
	return s.inTx(ctx, func(tx *writing) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET told_at = now() WHERE event_id = ANY($1)`, events)
		return err
	})
}
