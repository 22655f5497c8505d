package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// querier is what a pool and a transaction have in common.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// exactlyOne asks for one row: missing is the error where there is none.
func exactlyOne[T any](ctx context.Context, q querier, scan pgx.RowToFunc[T], missing error, sql string, args ...any) (*T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, translate(err)
	}
	one, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, missing
	}
	return &one, translate(err)
}

// loadVersions returns all areas of an edition, by level and code.
func loadVersions(ctx context.Context, q querier, district string, edition uuid.UUID) ([]*area.Version, error) {
	rows, err := q.Query(ctx, `
		SELECT area_id, level, code, name, kind, priority, coalesce(parent_id, '00000000-0000-0000-0000-000000000000'),
		       area_m2, source, ST_AsBinary(lattice)
		FROM area_version WHERE district = $1 AND edition_id = $2 ORDER BY level, code`, district, edition)
	if err != nil {
		return nil, fmt.Errorf("load edition %s: %w", edition, err)
	}
	var ground []byte
	versions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*area.Version, error) {
		v := &area.Version{District: district, Edition: edition}
		if err := row.Scan(&v.AreaID, &v.Level, &v.Code, &v.Name, &v.Kind, &v.Priority, &v.Parent, &v.AreaM2, &v.Source, &ground); err != nil {
			return nil, err
		}
		rings, err := decodeRings(ground)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", v.Level, v.Code, err)
		}
		if v.Ground, err = geo.Restore(rings); err != nil {
			return nil, fmt.Errorf("%s %s: %w", v.Level, v.Code, err)
		}
		return v, nil
	})
	if err != nil {
		return nil, fmt.Errorf("load edition %s: %w", edition, err)
	}
	return versions, nil
}

// insertVersions writes versions in batches, as one statement each.
func insertVersions(ctx context.Context, tx pgx.Tx, versions []*area.Version, parentCodes map[uuid.UUID]string) error {
	for batch := range slices.Chunk(versions, 200) {
		var ids, parents []uuid.UUID
		var levels, priorities []int32
		var codes, names, kinds, sources []string
		var given []*string
		var grounds [][]byte
		for _, v := range batch {
			ground, err := encodeArea(v.Ground)
			if err != nil {
				return err
			}
			ids, parents = append(ids, v.AreaID), append(parents, v.Parent)
			levels, priorities = append(levels, int32(v.Level)), append(priorities, v.Priority)
			codes, names = append(codes, v.Code), append(names, v.Name)
			kinds, sources = append(kinds, string(v.Kind)), append(sources, v.Source)
			var code *string
			if c, ok := parentCodes[v.AreaID]; ok && c != "" {
				code = &c
			}
			given = append(given, code)
			grounds = append(grounds, ground)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO area_version (district, edition_id, area_id, level, code, name, kind, priority, parent_code, parent_id, source, lattice)
			SELECT $1, $2, id, level, code, name, kind, priority, given,
			       nullif(parent, '00000000-0000-0000-0000-000000000000'), source, ST_GeomFromWKB(ground, 0)
			FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::uuid[], $11::text[], $12::bytea[])
			  AS row (id, level, code, name, kind, priority, given, parent, source, ground)`,
			batch[0].District, batch[0].Edition, ids, levels, codes, names, kinds, priorities, given, parents, sources, grounds)
		if err != nil {
			return fmt.Errorf("write areas: %w", err)
		}
	}
	return nil
}
