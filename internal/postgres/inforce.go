package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
)

// InForce is which edition each district stands under, at one moment.
type InForce struct {
	Generation int64 // of the whole installation
	Editions   []EditionInForce
	Now        time.Time  // by the database's clock
	Next       *time.Time // when the next edition activated ahead takes effect; nil when none is
}

// EditionInForce is the edition of one district.
type EditionInForce struct {
	District, DistrictName string
	Scheme                 area.Scheme
	Synthetic              bool // invented, for showing the product
	Edition                uuid.UUID
	Name                   string
	Hash                   []byte // of its content
	ValidFrom              time.Time
	Activation             int64 // the generation that put it into force
}

// At selects moments: Valid is the date asked about, Instant the moment where a
// date is too coarse, Known what was recorded by then. Zero values mean now.
type At struct{ Valid, Instant, Known time.Time }

// InForce reads the generation and the editions in force, in one statement and
// so from one snapshot. The database's clock decides what "now" is, so that all
// instances agree.
func (s *Store) InForce(ctx context.Context, at At) (*InForce, error) {
	var valid *string
	var known, instant *time.Time
	if !at.Instant.IsZero() {
		instant = &at.Instant
	}
	if !at.Valid.IsZero() {
		d := at.Valid.Format(time.DateOnly)
		valid = &d
	}
	if !at.Known.IsZero() {
		known = &at.Known
	}
	rows, err := s.pool.Query(ctx, `
		SELECT g.current, now(), (SELECT min(effective_at) FROM activation WHERE effective_at > now()),
		       d.district, d.name, d.scheme, d.synthetic, a.edition_id, e.name, e.content_hash, a.valid_from, a.generation
		FROM generation g LEFT JOIN (
		  district d CROSS JOIN LATERAL (
		    SELECT edition_id, valid_from, generation FROM activation a
		    WHERE a.district = d.district AND a.recorded_at <= coalesce($2, 'infinity'::timestamptz)
		      AND a.effective_at <= coalesce($1::text::date::timestamp AT TIME ZONE d.time_zone, $3, now())
		    ORDER BY a.effective_at DESC, a.generation DESC LIMIT 1) a
		  JOIN edition e ON e.district = d.district AND e.edition_id = a.edition_id) ON true
		ORDER BY d.district`, valid, known, instant)
	if err != nil {
		return nil, translate(err)
	}
	in := &InForce{}
	var district, name, scheme, edition *string
	var id *uuid.UUID
	var from *time.Time
	var activation *int64
	var synthetic *bool
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&in.Generation, &in.Now, &in.Next, &district, &name, &scheme, &synthetic, &id, &edition, &hash, &from, &activation}, func() error {
		if district != nil {
			in.Editions = append(in.Editions, EditionInForce{*district, *name, area.Scheme(*scheme), *synthetic, *id, *edition, slices.Clone(hash), *from, *activation})
		}
		return nil
	})
	if err != nil {
		return nil, translate(err)
	}
	return in, nil
}

// ErrTampered says that an edition's content differs from what was checked:
// somebody has written around the gate.
var ErrTampered = errors.New("differs from what was checked")

// LoadEdition returns all areas of a checked edition and, for each compound,
// the grids it lies in (largest share first). It refuses content that differs
// from what was checked: somebody has written around the gate.
func (s *Store) LoadEdition(ctx context.Context, district string, edition uuid.UUID) (versions []*area.Version, grids map[uuid.UUID][]uuid.UUID, err error) {
	grids = map[uuid.UUID][]uuid.UUID{}
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var hash []byte
		err := tx.QueryRow(ctx, `SELECT content_hash FROM edition WHERE district = $1 AND edition_id = $2`, district, edition).Scan(&hash)
		if errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("edition %s of %s is gone", edition, district)
		}
		if err != nil {
			return err
		}
		if versions, err = loadVersions(ctx, tx, district, edition); err != nil {
			return err
		}
		if !bytes.Equal(area.ContentHash(versions), hash) {
			return fmt.Errorf("edition %s of %s: %w", edition, district, ErrTampered)
		}
		rows, err := tx.Query(ctx, `SELECT compound_id, grid_id FROM compound_grid
			WHERE district = $1 AND edition_id = $2 ORDER BY compound_id, share DESC, grid_id`, district, edition)
		if err != nil {
			return err
		}
		var compound, grid uuid.UUID
		_, err = pgx.ForEachRow(rows, []any{&compound, &grid}, func() error {
			grids[compound] = append(grids[compound], grid)
			return nil
		})
		return err
	})
	return versions, grids, translate(err)
}

// WaitForGeneration listens for activations on a connection of its own and
// calls hint for each, until ctx ends or the connection breaks. A ping every
// few seconds notices a path that has gone silent. It is only a hint: whoever
// follows the generation polls as well.
func (s *Store) WaitForGeneration(ctx context.Context, hint func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return translate(err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	listening, cancel := context.WithTimeout(ctx, 2*time.Second) // the path may go silent at any moment
	_, err = conn.Exec(listening, `LISTEN wangge_generation`)
	cancel()
	if err != nil {
		return translate(err)
	}
	hint() // something may have happened before
	for {
		wait, cancel := context.WithTimeout(ctx, 3*time.Second)
		_, err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case err == nil:
			hint()
			continue
		case ctx.Err() != nil:
			return ctx.Err()
		case wait.Err() == nil:
			return translate(err)
		}
		ping, cancel := context.WithTimeout(ctx, 2*time.Second)
		err = conn.Ping(ping)
		cancel()
		if err != nil {
			return translate(err)
		}
	}
}
