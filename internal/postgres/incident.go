package postgres

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
)

// IncidentKey names a case.
type IncidentKey struct {
	District string
	ID       uuid.UUID
}

// Channel is the way by which a case came in.
type Channel string

// The channels.
const (
	ByCitizen Channel = "citizen"
	ByStaff   Channel = "staff"
	ByKey     Channel = "key"
)

// Case is a case as it is kept: the model, and what stands beside it.
type Case struct {
	incident.Incident
	Channel     Channel
	ReportedBy  string // actor of the audit
	Description string
	Sight       uuid.UUID // the area by which it is seen now; zero: by those who see the whole district
	Due, Soon   time.Time // of the phase that runs; zero while none does
	EditionName string    // of the boundaries that it was decided under
}

// NoSuchIncident is the answer about a case that is not there, or not the
// caller's to see.
func NoSuchIncident() error {
	return fault.New(fault.NotFound, "no_such_incident", "没有这个案卷，或不归您看", "there is no such case, or not for you to see")
}

const selectCase = `SELECT i.district, i.incident_id, i.number, i.channel, i.reported_by, i.reported_at, i.outside, i.description,
	i.state, i.x, i.y, i.address, i.area_id, i.edition_id, i.kind, i.code, i.category, i.condition, i.unit_id, i.assignee, i.due_at,
	i.received_by, i.handled_by, i.proof, i.responded_at, i.filed_at, i.dispatched_at, i.handled_at, i.closed_at,
	i.supervised, i.asked_until, i.asked_by, i.extensions, i.returns, i.reworks, i.reopened, i.disputed, i.forced, i.deferred,
	i.rest_until, coalesce(i.before_state, ''), i.parent_id, i.answer, i.sight, i.clock_due, i.clock_soon, i.version, i.updated_at,
	coalesce((SELECT name FROM edition e WHERE e.district = i.district AND e.edition_id = i.edition_id), '')
	FROM incident i `

func scanCase(row pgx.CollectableRow) (c Case, err error) {
	var x, y *int32
	var kind, code, edition *string
	var area, areaEdition, unit, assignee, received, handled, proof, askedBy, parent, sight *uuid.UUID
	var due, responded, filed, dispatched, handledAt, closed, asked, rest, clockDue, clockSoon *time.Time
	p := &c.Progress
	err = row.Scan(&c.District, &c.ID, &c.Number, &c.Channel, &c.ReportedBy, &c.ReportedAt, &c.Outside, &c.Description,
		&p.State, &x, &y, &p.Place.Address, &area, &areaEdition, &kind, &code, &edition, &p.Condition, &unit, &assignee, &due,
		&received, &handled, &proof, &responded, &filed, &dispatched, &handledAt, &closed,
		&p.Supervised, &asked, &askedBy, &p.Extensions, &p.Returns, &p.Reworks, &p.Reopened, &p.Disputed, &p.Forced, &p.Deferred,
		&rest, &p.Before, &parent, &p.Answer, &sight, &clockDue, &clockSoon, &c.Version, &c.UpdatedAt, &c.EditionName)
	if err != nil {
		return c, err
	}
	if x != nil {
		p.Place.Point = geo.Point{X: *x, Y: *y}
	}
	if kind != nil {
		p.Category = category.Ref{Edition: *edition, Kind: category.Kind(*kind), Code: *code}
	}
	for to, from := range map[*uuid.UUID]*uuid.UUID{&p.Place.Area: area, &p.Place.Edition: areaEdition, &p.Unit: unit, &p.Assignee: assignee,
		&p.ReceivedBy: received, &p.HandledBy: handled, &p.Proof: proof, &p.AskedBy: askedBy, &p.Parent: parent, &c.Sight: sight} {
		if from != nil {
			*to = *from
		}
	}
	for to, from := range map[*time.Time]*time.Time{&p.Due: due, &p.RespondedAt: responded, &p.FiledAt: filed, &p.DispatchedAt: dispatched,
		&p.HandledAt: handledAt, &p.ClosedAt: closed, &p.AskedUntil: asked, &p.Until: rest, &c.Due: clockDue, &c.Soon: clockSoon} {
		if from != nil {
			*to = from.UTC()
		}
	}
	c.ReportedAt, c.UpdatedAt = c.ReportedAt.UTC(), c.UpdatedAt.UTC()
	return c, nil
}

// progressOf lists the values of the columns that progressColumns names.
func progressOf(p incident.Progress) []any {
	var x, y *int32
	if p.Place.Point != (geo.Point{}) {
		x, y = &p.Place.Point.X, &p.Place.Point.Y
	}
	var kind, code, edition *string
	if p.Category != (category.Ref{}) {
		k := string(p.Category.Kind)
		kind, code, edition = &k, &p.Category.Code, &p.Category.Edition
	}
	var before *string
	if p.Before != "" {
		s := string(p.Before)
		before = &s
	}
	return []any{string(p.State), x, y, p.Place.Address, idOrNull(p.Place.Area), idOrNull(p.Place.Edition), kind, code, edition, p.Condition,
		idOrNull(p.Unit), idOrNull(p.Assignee), orNull(p.Due), idOrNull(p.ReceivedBy), idOrNull(p.HandledBy), idOrNull(p.Proof),
		orNull(p.RespondedAt), orNull(p.FiledAt), orNull(p.DispatchedAt), orNull(p.HandledAt), orNull(p.ClosedAt),
		p.Supervised, orNull(p.AskedUntil), idOrNull(p.AskedBy), p.Extensions, p.Returns, p.Reworks, p.Reopened, p.Disputed, p.Forced, p.Deferred,
		orNull(p.Until), before, idOrNull(p.Parent), string(p.Answer)}
}

func idOrNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// Incident returns a case. Error: no_such_incident.
func (s *Store) Incident(ctx context.Context, id uuid.UUID) (*Case, error) {
	return oneCase(ctx, s.pool, selectCase+`WHERE i.incident_id = $1`, id)
}

// IncidentByNumber returns the case that a citizen follows. Error:
// no_such_incident.
func (s *Store) IncidentByNumber(ctx context.Context, number string) (*Case, error) {
	return oneCase(ctx, s.pool, selectCase+`WHERE i.number = $1`, number)
}

func oneCase(ctx context.Context, q querier, sql string, args ...any) (*Case, error) {
	return exactlyOne(ctx, q, scanCase, NoSuchIncident(), sql, args...)
}

// Reporter is who reported a case: personal data, kept apart.
type Reporter struct{ Name, Phone string }

// NewCase is a case that is to be added.
type NewCase struct {
	Case
	Reporter Reporter
	BodyHash []byte // of what was sent: the same id with another body is refused
	Photos   []AttachedPhoto
}

// AttachedPhoto is a photograph of a case.
type AttachedPhoto struct {
	ID   uuid.UUID
	Kind string // near, far, reference, before, after
}

// AddIncident adds a case, with history, clock, outbox, feed and audit, in one
// transaction. finish is called in it, when the case is sure to be new and the
// generation is locked: it makes the model and starts the clock. The same id and
// body give the case that is there already, as it is now, and fresh is false.
// Errors: case_id_taken, when the id was used for something else; photo_missing,
// photo_taken; those of finish.
func (s *Store) AddIncident(ctx context.Context, by Write, n NewCase, finish func(w *Work) error) (c *Case, fresh bool, err error) {
	key := IncidentKey{n.District, n.ID}
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		if err := theService.in(ctx, tx); err != nil {
			return "", err
		}
		// One of those who send the same report at once goes on.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 7))`, n.ID.String()); err != nil {
			return "", err
		}
		there, err := bodyOf(ctx, tx, n.ID)
		if err != nil || there != nil {
			if err == nil && !bytes.Equal(there, n.BodyHash) {
				err = fault.New(fault.Conflict, "case_id_taken", "这个编号已用于另一个上报", "this id was used for another report")
			}
			return n.ID.String(), err
		}
		fresh = true
		w := &Work{ctx: ctx, tx: tx, store: s, Case: &n.Case, clocks: map[incident.Phase]*Running{}, photos: n.Photos, added: &n}
		if err := w.readClock(); err != nil {
			return "", err
		}
		if err := finish(w); err != nil {
			return "", err
		}
		return n.ID.String(), w.save(0)
	})
	if err != nil {
		return nil, false, err
	}
	c, err = s.Incident(ctx, key.ID)
	return c, fresh, err
}

func bodyOf(ctx context.Context, tx pgx.Tx, id uuid.UUID) (hash []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT body_hash FROM incident WHERE incident_id = $1`, id).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return hash, err
}

// UpdateIncident locks a case, lets do move it on, and saves it with its entry
// of the history, clocks, outbox, feed and audit, all in one transaction; an
// error from do rolls back. Errors: no_such_incident; stale_version, when the
// case is not at by.Version; idempotency_key_reused; those of do.
func (s *Store) UpdateIncident(ctx context.Context, key IncidentKey, by Write, do func(w *Work) error) (*Case, error) {
	_, err := s.once(ctx, by, func(tx *writing) (string, error) {
		if err := theService.in(ctx, tx); err != nil {
			return "", err
		}
		w, err := s.workOn(ctx, tx, key)
		if err != nil {
			return "", err
		}
		if by.Version != 0 && w.Case.Version != by.Version {
			return "", fault.New(fault.Stale, "stale_version", "案卷已被别人办理，请刷新后再试", "somebody else has moved this case on; reload and try again")
		}
		seen := w.Case.Version
		if err := do(w); err != nil {
			return "", err
		}
		return key.ID.String(), w.save(seen)
	})
	if err != nil {
		return nil, err
	}
	return s.Incident(ctx, key.ID)
}
