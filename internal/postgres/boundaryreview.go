package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/policy"
)

// editionInForce is the edition of a district by the database's clock.
const editionInForce = `SELECT edition_id FROM activation a WHERE a.district = d.district AND a.effective_at <= clock_timestamp()
	ORDER BY a.effective_at DESC, a.generation DESC LIMIT 1`

// UnreviewedIncidents lists cases that are not over and were not yet held
// against the edition in force.
func (s *Store) UnreviewedIncidents(ctx context.Context, most int) ([]IncidentKey, error) {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	rows, err := s.pool.Query(ctx, `SELECT i.district, i.incident_id FROM district d CROSS JOIN LATERAL (`+editionInForce+`) now
		JOIN incident i ON i.district = d.district AND i.seen_in IS DISTINCT FROM now.edition_id
		WHERE i.state NOT IN ('closed', 'rejected', 'voided') AND i.area_id IS NOT NULL AND i.x IS NOT NULL LIMIT $1`, most)
	if err != nil {
		return nil, translate(err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[IncidentKey])
	return keys, translate(err)
}

// ReviewIncident holds a case against the edition in force. do says what becomes
// of it: "" where nothing has changed, stayed or moved; to is the area that its
// place lies in now. A case that somebody else has reviewed meanwhile, or that
// somebody is at work on, is left alone.
func (s *Store) ReviewIncident(ctx context.Context, key IncidentKey, do func(w *Work) (outcome string, to uuid.UUID, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		var now uuid.UUID
		var seen *uuid.UUID
		err := tx.QueryRow(ctx, `SELECT (`+editionInForce+`), seen_in FROM incident d WHERE district = $1 AND incident_id = $2 FOR UPDATE SKIP LOCKED`, key.District, key.ID).Scan(&now, &seen)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && seen != nil && *seen == now {
			return nil
		}
		if err != nil {
			return err
		}
		w, err := s.workOn(ctx, tx, key)
		if err != nil {
			return err
		}
		from, version := w.Case.Place.Area, w.Case.Version
		outcome, to, err := do(w)
		if err != nil {
			return err
		}
		if outcome != "" {
			if _, err := tx.Exec(ctx, `INSERT INTO boundary_review (district, edition_id, incident_id, from_area, to_area, outcome) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				key.District, now, key.ID, from, idOrNull(to), outcome); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE incident SET seen_in = $3, sight = $4 WHERE district = $1 AND incident_id = $2`, key.District, key.ID, now, idOrNull(w.Case.Sight)); err != nil {
			return err
		}
		if w.Case.Version != version {
			return w.save(version)
		}
		if outcome == "" {
			return nil
		}
		recordCase(ctx, tx, w.Case, string(policy.CaseTransfer), "boundary_"+outcome, map[string]any{"to": to}) // whoever sees it by its place is told
		return nil

	})
}

// BoundaryReview is what new boundaries meant for a case.
type BoundaryReview struct {
	Edition string
	Number  string
	ID      uuid.UUID
	From    uuid.UUID
	To      *uuid.UUID
	Outcome string
	At      time.Time
}

// BoundaryReviews lists the cases of a district that new boundaries concerned,
// the latest first.
func (s *Store) BoundaryReviews(ctx context.Context, district string, most int) ([]BoundaryReview, error) {
	rows, err := s.pool.Query(ctx, `SELECT e.name, i.number, i.incident_id, r.from_area, r.to_area, r.outcome, r.at
		FROM boundary_review r JOIN edition e USING (district, edition_id) JOIN incident i USING (district, incident_id)
		WHERE r.district = $1 ORDER BY r.at DESC, i.incident_id LIMIT $2`, district, most)
	if err != nil {
		return nil, translate(err)
	}
	reviews, err := pgx.CollectRows(rows, pgx.RowToStructByPos[BoundaryReview])
	return reviews, translate(err)
}
