package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/audit"
	"wangge/internal/fault"
)

// CaseRequest is something that waits for a second person.
type CaseRequest struct {
	ID      uuid.UUID
	Version int64 // of the case, when it was asked for
	Action  string
	Act     json.RawMessage
	By      uuid.UUID
	ByName  string
	At      time.Time
}

// AskForSecond keeps an act on a case until a second person confirms it. Errors:
// stale_version; case_waits, when another act waits already.
func (s *Store) AskForSecond(ctx context.Context, key IncidentKey, version int64, by uuid.UUID, action string, act any) error {
	return s.inTx(ctx, func(tx *writing) error {
		c, err := oneCase(ctx, tx, selectCase+`WHERE i.district = $1 AND i.incident_id = $2 FOR UPDATE`, key.District, key.ID)
		if err != nil {
			return err
		}
		if c.Version != version {
			return fault.New(fault.Stale, "stale_version", "案卷已被别人办理，请刷新后再试", "somebody else has moved this case on; reload and try again")
		}
		if _, err := tx.Exec(ctx, `UPDATE case_request SET ended = 'withdrawn', ended_by = $3, ended_at = now()
			WHERE district = $1 AND incident_id = $2 AND ended IS NULL AND (seen_version <> $4 OR asked_by = $3)`, key.District, key.ID, by, version); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO case_request (district, request_id, incident_id, seen_version, action, act, asked_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			key.District, uuid.Must(uuid.NewV7()), key.ID, version, action, act, by)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "case_waits", "已有一个操作在等第二人确认", "another act waits for a second person already")
		}
		record(ctx, tx, audit.Entry{Act: action, District: key.District, Object: "incident " + key.ID.String(), Result: audit.Done, Detail: audit.Detail(map[string]any{"did": "asked"})})
		return nil
	})
}

// CaseRequestOf returns what waits for a second person on a case; nil where
// nothing does.
func (s *Store) CaseRequestOf(ctx context.Context, key IncidentKey, version int64) (r *CaseRequest, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		var one CaseRequest
		err := tx.QueryRow(ctx, `SELECT request_id, seen_version, action, act, asked_by, coalesce(name, ''), asked_at FROM case_request LEFT JOIN person ON person_id = asked_by
			WHERE district = $1 AND incident_id = $2 AND ended IS NULL AND seen_version = $3`, key.District, key.ID, version).
			Scan(&one.ID, &one.Version, &one.Action, &one.Act, &one.By, &one.ByName, &one.At)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		r = &one
		return err
	})
	return r, err
}

// EndCaseRequest ends what waits. how is confirmed or withdrawn.
func (s *Store) EndCaseRequest(ctx context.Context, district string, request uuid.UUID, how string, by uuid.UUID) error {
	return s.inTx(ctx, func(tx *writing) error {
		if _, err := tx.Exec(ctx, `UPDATE case_request SET ended = $3, ended_by = $4, ended_at = now() WHERE district = $1 AND request_id = $2 AND ended IS NULL`, district, request, how, by); err != nil {
			return err
		}
		record(ctx, tx, audit.Entry{Act: "case_request", District: district, Object: "case_request " + request.String(), Result: audit.Done, Detail: audit.Detail(map[string]any{"did": how})})
		return nil
	})
}
