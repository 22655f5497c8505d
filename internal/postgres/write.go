package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/audit"
	"wangge/internal/fault"
)

// Write is what a caller that may lose the answer says about one write.
type Write struct {
	Version int64  // the row version it has seen (If-Match); 0 does not ask
	Key     string // its idempotency key; "" has none
	Request []byte // SHA-256 of what it asks for, where it has a key
}

// keysFor is how long a key is remembered: phones stay offline for long.
const keysFor = 90 * 24 * time.Hour

// once runs do in one transaction unless the actor has done this write before,
// under the same key: then it returns the object that it made, and nothing
// happens. Of requests with one key at the same time one runs and the others
// wait for it. Errors: idempotency_key_reused, when the key was used for
// something else; those of inTx and do.
func (s *Store) once(ctx context.Context, by Write, do func(tx *writing) (object string, err error)) (object string, err error) {
	if by.Key == "" {
		err = s.inTx(ctx, func(tx *writing) (err error) {
			object, err = do(tx)
			return err
		})
		return object, err
	}
	actor := audit.ActorOf(ctx).Who
	object, done, err := s.doneBefore(ctx, actor, by)
	if done || err != nil {
		return object, err
	}
	err = s.inTx(ctx, func(tx *writing) error {
		claimed, err := tx.Exec(ctx, `INSERT INTO idempotency (actor, key, request) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, actor, by.Key, append([]byte{}, by.Request...))
		if err != nil {
			return err
		}
		if claimed.RowsAffected() == 0 {
			return errRepeated
		}
		if object, err = do(tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE idempotency SET object = $3 WHERE actor = $1 AND key = $2`, actor, by.Key, object)
		return err
	})
	if errors.Is(err, errRepeated) {
		if object, done, err = s.doneBefore(ctx, actor, by); err == nil && !done {
			err = fmt.Errorf("idempotency key %q came and went", by.Key)
		}
	}
	return object, err
}

var errRepeated = errors.New("this write has been done meanwhile")

var errKeyReused = fault.New(fault.Conflict, "idempotency_key_reused",
	"这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key was used for another request")

func (s *Store) doneBefore(ctx context.Context, actor string, by Write) (object string, done bool, err error) {
	var request []byte
	err = s.pool.QueryRow(ctx, `SELECT request, object FROM idempotency WHERE actor = $1 AND key = $2`, actor, by.Key).Scan(&request, &object)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, translate(err)
	case !bytes.Equal(request, by.Request):
		return "", false, errKeyReused
	}
	return object, true, nil
}

// change is what a write did to one row, for its history, the outbox and the
// audit.
type change struct {
	Subject string // kind of thing: person, api_key, …
	ID      uuid.UUID
	Version int64
	What    string         // added, changed, …
	Detail  map[string]any // ids, names of fields; no values about a person
	Audit   audit.Entry    // Object, Result and Detail are filled in
}

// leave writes what a change leaves behind, in its transaction and as its last
// step.
func leave(ctx context.Context, tx *writing, c change) error {
	if c.Detail == nil {
		c.Detail = map[string]any{}
	}
	detail, err := json.Marshal(c.Detail)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		WITH h AS (INSERT INTO history (subject, id, version, actor, what, detail) VALUES ($1, $2, $3, $4, $5, $6))
		INSERT INTO outbox (event_id, subject, id, version, what) VALUES ($7, $1, $2, $3, $5)`,
		c.Subject, c.ID, c.Version, audit.ActorOf(ctx).Who, c.What, detail, uuid.Must(uuid.NewV7()))
	if err != nil {
		return err
	}
	c.Detail["did"] = c.What
	c.Audit.Object, c.Audit.Result, c.Audit.Detail = c.Subject+" "+c.ID.String(), audit.Done, audit.Detail(c.Detail)
	record(ctx, tx, c.Audit)
	return nil
}

// Past is one row of a history.
type Past struct {
	Version int64
	At      time.Time
	Actor   string
	What    string
	Detail  map[string]any
}

// History returns how a row came to be as it is, newest first.
func (s *Store) History(ctx context.Context, subject string, id uuid.UUID) ([]Past, error) {
	rows, err := s.pool.Query(ctx, `SELECT version, at, actor, what, detail FROM history WHERE subject = $1 AND id = $2 ORDER BY version DESC`, subject, id)
	if err != nil {
		return nil, translate(err)
	}
	past, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Past, err error) {
		return p, row.Scan(&p.Version, &p.At, &p.Actor, &p.What, &p.Detail)
	})
	return past, translate(err)
}

// Sweep takes away what has served its time: keys of writes after ninety days,
// ended sessions and told events after thirty, the feed after two. The audit and the histories stay.
func (s *Store) Sweep(ctx context.Context) error {
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE made_at < now() - $1::interval`, keysFor); err != nil {
			return err
		}
		for _, old := range []string{
			`DELETE FROM session WHERE least(ended_at, until_at) < now() - interval '30 days'`,
			`DELETE FROM outbox WHERE told_at < now() - interval '30 days'`,
			`DELETE FROM feed WHERE at < now() - interval '2 days'`,
			`DELETE FROM invitation WHERE until_at < now() - interval '30 days'`,
			`DELETE FROM sign_in_trial WHERE last_at < now() - interval '1 day'`,
		} {
			if _, err := tx.Exec(ctx, old); err != nil {
				return err
			}
		}
		return nil
	})
}
