package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/audit"
	"wangge/internal/policy"
)

// Record adds a row of the audit about something that changes nothing by
// itself: a refusal, an export.
func (s *Store) Record(ctx context.Context, e audit.Entry) error {
	return s.inTx(ctx, func(tx *writing) error { record(ctx, tx, e); return nil })
}

// did is the row about a change of an edition.
func did(action policy.Action, district, edition string, detail map[string]any) audit.Entry {
	return audit.Entry{Act: string(action), District: district, Object: "edition " + edition, Result: audit.Done, Detail: audit.Detail(detail)}
}

// act is a row of the audit to be, and what takes its number.
type act struct {
	entry audit.Entry
	event *event // nil: nobody follows it
}

// event is a row of the feed to be.
type event struct {
	c    *Case
	what string
}

// record adds a row to the chain when the write commits: what cannot be recorded
// is not done. An event that is given to the row is told with its number.
func record(ctx context.Context, tx *writing, e audit.Entry) *act {
	e.Actor = audit.ActorOf(ctx)
	a := &act{entry: e}
	tx.done = append(tx.done, a)
	return a
}

// commit ends a write, and records what it did. The end of the chain is locked
// until then, so that rows stand in the order of commits; it is one for all, so
// what is left to do under that lock goes to the database in one piece, the
// commit with it.
func (tx *writing) commit(ctx context.Context) error {
	last := &pgx.Batch{}
	if len(tx.done) > 0 {
		var head audit.Entry
		if err := tx.QueryRow(ctx, `SELECT seq, hash, clock_timestamp() FROM audit_head FOR UPDATE`).Scan(&head.Seq, &head.Hash, &head.At); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		for _, a := range tx.done {
			e := &a.entry
			e.Seq, e.Prev, e.At = head.Seq+1, head.Hash, head.At.Truncate(time.Microsecond)
			e.Hash = e.Seal()
			last.Queue(`INSERT INTO audit (seq, at, actor, actor_name, source, act, district, object, result, detail, prev, hash)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
				e.Seq, e.At, e.Actor.Who, e.Actor.Name, e.Actor.Source, e.Act, e.District, e.Object, e.Result, e.Detail, e.Prev, e.Hash)
			if a.event != nil {
				c := a.event.c
				last.Queue(`INSERT INTO feed (seq, district, incident_id, version, what, state, sight, unit_id, assignee) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
					e.Seq, c.District, c.ID, c.Version, a.event.what, string(c.State), idOrNull(c.Sight), idOrNull(c.Unit), idOrNull(c.Assignee))
			}
			head = *e
		}
		last.Queue(`UPDATE audit_head SET seq = $1, hash = $2`, head.Seq, head.Hash)
	}
	last.Queue(`COMMIT`)
	sent := tx.SendBatch(ctx, last)
	var end pgconn.CommandTag
	for range last.Len() {
		var err error
		if end, err = sent.Exec(); err != nil {
			_ = sent.Close()
			return err
		}
	}
	if err := sent.Close(); err != nil {
		return err
	}
	if end.String() != "COMMIT" { // an error before was not minded
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// AuditFilter selects rows of the audit. Zero values select all.
type AuditFilter struct {
	Actor, Act, District string
	Result               audit.Result
	From, Until          time.Time
}

// Audit lists rows of the audit, newest first.
func (s *Store) Audit(ctx context.Context, f AuditFilter, page Page) ([]audit.Entry, error) {
	var from, until *time.Time
	if !f.From.IsZero() {
		from = &f.From
	}
	if !f.Until.IsZero() {
		until = &f.Until
	}
	rows, err := s.pool.Query(ctx, `SELECT seq, at, actor, actor_name, source, act, district, object, result, detail, prev, hash FROM audit
		WHERE $1 IN ('', actor) AND $2 IN ('', act) AND $3 IN ('', district) AND $4 IN ('', result)
		  AND at >= coalesce($5, '-infinity'::timestamptz) AND at < coalesce($6, 'infinity'::timestamptz)
		ORDER BY seq DESC OFFSET $7 LIMIT $8`, f.Actor, f.Act, f.District, string(f.Result), from, until, page.From, page.Most)
	if err != nil {
		return nil, translate(err)
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	return entries, translate(err)
}

func scanEntry(row pgx.CollectableRow) (e audit.Entry, err error) {
	err = row.Scan(&e.Seq, &e.At, &e.Actor.Who, &e.Actor.Name, &e.Actor.Source, &e.Act, &e.District, &e.Object, &e.Result, &e.Detail, &e.Prev, &e.Hash)
	return e, err
}

// EachAudit hands every row of the audit to do, oldest first, from one
// snapshot, and returns what the end of the chain is said to be.
func (s *Store) EachAudit(ctx context.Context, do func(*audit.Entry) error) (seq int64, hash []byte, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT seq, at, actor, actor_name, source, act, district, object, result, detail, prev, hash FROM audit ORDER BY seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			if err := do(&e); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT seq, hash FROM audit_head`).Scan(&seq, &hash)
	})
	return seq, hash, translate(err)
}

// VerifyAudit checks the whole chain, and returns where it does not hold, how
// many rows there are, and the hash of the last.
func (s *Store) VerifyAudit(ctx context.Context) (faults []audit.Fault, rows int64, hash []byte, err error) {
	var chain audit.Chain
	seq, hash, err := s.EachAudit(ctx, func(e *audit.Entry) error {
		chain.Next(e)
		rows++
		return nil
	})
	if err != nil {
		return nil, 0, nil, err
	}
	chain.End(seq, hash)
	return chain.Faults, rows, hash, nil
}
