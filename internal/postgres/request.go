package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// ActivationRequest is an activation that waits for a second person.
type ActivationRequest struct {
	ID        uuid.UUID
	District  string
	Edition   uuid.UUID
	ValidFrom time.Time
	Name      string // of the edition
	By        uuid.UUID
	ByName    string
	At        time.Time
	Void      bool // the edition has changed since
	says      Confirmation
}

const selectRequest = `
	SELECT r.request_id, r.district, r.edition_id, e.name, r.valid_from, r.asked_by, r.asked_at, r.seen_version <> e.version, r.lineage
	FROM activation_request r JOIN edition e USING (district, edition_id) WHERE r.ended IS NULL `

func scanRequest(row pgx.CollectableRow) (r ActivationRequest, err error) {
	var lineage *string
	if err := row.Scan(&r.ID, &r.District, &r.Edition, &r.Name, &r.ValidFrom, &r.By, &r.At, &r.Void, &lineage); err != nil {
		return r, err
	}
	if lineage != nil {
		err = json.Unmarshal([]byte(*lineage), &r.says)
	}
	return r, err
}

// ActivationRequests lists what waits for a second person, the oldest first,
// with who asked for it: a second person must know the first.
func (s *Store) ActivationRequests(ctx context.Context) (list []ActivationRequest, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectRequest+`ORDER BY r.asked_at`)
		if err != nil {
			return err
		}
		if list, err = pgx.CollectRows(rows, scanRequest); err != nil {
			return err
		}
		for i := range list {
			if err := tx.QueryRow(ctx, `SELECT name FROM person WHERE person_id = $1`, list[i].By).Scan(&list[i].ByName); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// AskActivation asks for an edition to be put into force. It is checked as for
// an activation, which the second person then makes. An earlier request for it
// that became void gives way. Errors: those of Activate, request_waits.
func (s *Store) AskActivation(ctx context.Context, district, name string, from time.Time, says Confirmation, person uuid.UUID, by Write) (e *area.Edition, found []area.Finding, err error) {
	lineage, err := json.Marshal(says)
	if err != nil {
		return nil, nil, err
	}
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		if e, found, err = s.passes(ctx, tx, district, name, by.Version); err != nil {
			return "", err
		}
		if _, err := tx.Exec(ctx, `UPDATE activation_request SET ended = 'withdrawn', ended_by = $3, ended_at = now()
			WHERE district = $1 AND edition_id = $2 AND ended IS NULL AND seen_version <> $4`, e.District, e.ID, person, e.Version); err != nil {
			return "", err
		}
		id := uuid.Must(uuid.NewV7())
		tag, err := tx.Exec(ctx, `INSERT INTO activation_request (district, request_id, edition_id, seen_version, valid_from, lineage, asked_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, e.District, id, e.ID, e.Version, from, lineage, person)
		if err != nil {
			return "", err
		}
		if tag.RowsAffected() == 0 {
			return "", fault.New(fault.Conflict, "request_waits", "已有一个启用请求在等第二个人确认：先撤回它", "an activation of it waits for a second person already: withdraw that first")
		}
		return id.String(), leave(ctx, tx, change{Subject: "activation_request", ID: id, Version: 1, What: "asked",
			Detail: map[string]any{"edition": name, "valid_from": from.Format(time.DateOnly)}, Audit: audit.Entry{Act: string(policy.EditionActivate), District: e.District}})
	})
	if err == nil && e == nil { // asked before, under the same key
		e, err = s.Edition(ctx, district, name)
	}
	return e, found, err
}

// ConfirmActivation makes the activation that another person asked for. Errors:
// those of Activate, no_such_request, same_person, request_void.
func (s *Store) ConfirmActivation(ctx context.Context, district, name string, request, person uuid.UUID, by Write) (e *area.Edition, found []area.Finding, err error) {
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		if err := lockDistrict(ctx, tx, district); err != nil {
			return "", err
		}
		r, err := endRequest(ctx, tx, district, name, request, person, "confirmed")
		if err != nil {
			return "", err
		}
		switch {
		case r.By == person:
			return "", fault.New(fault.Unprocessable, "same_person", "启用边界要由另一个人确认，不能自己确认自己", "a second person confirms an activation, not the one who asked")
		case r.Void:
			return "", fault.New(fault.Conflict, "request_void", "提出启用之后草稿又改过：请撤回，重新提出", "the draft has changed since this was asked for: withdraw it and ask again")
		}
		if e, found, err = s.activateIn(ctx, tx, district, name, r.ValidFrom, r.says, Write{}); err != nil {
			return "", err
		}
		return request.String(), nil
	})
	if err == nil && e == nil {
		e, err = s.Edition(ctx, district, name)
	}
	return e, found, err
}

// WithdrawActivation takes a request back. Error: no_such_request.
func (s *Store) WithdrawActivation(ctx context.Context, district, name string, request, person uuid.UUID, by Write) error {
	_, err := s.once(ctx, by, func(tx *writing) (string, error) {
		if _, err := endRequest(ctx, tx, district, name, request, person, "withdrawn"); err != nil {
			return "", err
		}
		return request.String(), leave(ctx, tx, change{Subject: "activation_request", ID: request, Version: 2, What: "withdrawn",
			Detail: map[string]any{"edition": name}, Audit: audit.Entry{Act: string(policy.EditionActivate), District: district}})
	})
	return err
}

// NoSuchRequest is the answer about an activation that waits no more.
func NoSuchRequest() error {
	return fault.New(fault.NotFound, "no_such_request", "没有这个启用请求，可能已确认或撤回", "there is no such request; it may have been confirmed or withdrawn")
}

// endRequest ends an open request, and returns it as it was. The wrong person
// is told by the caller; the table refuses it as well.
func endRequest(ctx context.Context, tx *writing, district, name string, request, person uuid.UUID, how string) (*ActivationRequest, error) {
	r, err := exactlyOne(ctx, tx, scanRequest, NoSuchRequest(), selectRequest+`AND r.district = $1 AND e.name = $2 AND r.request_id = $3 FOR UPDATE OF r`, district, name, request)
	if err != nil {
		return nil, err
	}
	if how == "confirmed" && r.By == person {
		return r, nil
	}
	_, err = tx.Exec(ctx, `UPDATE activation_request SET ended = $3, ended_by = $4, ended_at = now() WHERE district = $1 AND request_id = $2`, district, request, how, person)
	return r, err
}
