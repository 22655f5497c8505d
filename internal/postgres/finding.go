package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Page is a part of a list.
type Page struct{ From, Most int }

// Findings returns what is listed for an edition, errors first, then by size.
func (s *Store) Findings(ctx context.Context, district string, edition uuid.UUID, page Page) ([]area.Finding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT code, severity, level, areas, ST_X(place), ST_Y(place), m2, text_zh, text_en
		FROM finding WHERE district = $1 AND edition_id = $2
		ORDER BY array_position(ARRAY['error', 'warning', 'note'], severity), m2 DESC, finding_id
		OFFSET $3 LIMIT $4`, district, edition, page.From, page.Most)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f area.Finding, err error) {
		var x, y *float64
		err = row.Scan(&f.Code, &f.Severity, &f.Level, &f.Areas, &x, &y, &f.M2, &f.ZH, &f.EN)
		if x != nil && y != nil {
			f.Place = &geo.Point{X: int32(*x), Y: int32(*y)}
		}
		return f, err
	})
	return found, translate(err)
}

func replaceCheckFindings(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, found []area.Finding) error {
	if _, err := tx.Exec(ctx, `DELETE FROM finding WHERE district = $1 AND edition_id = $2 AND origin = 'check'`, district, edition); err != nil {
		return err
	}
	return insertFindings(ctx, tx, district, edition, "check", found)
}

func insertFindings(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, origin string, found []area.Finding) error {
	batch := &pgx.Batch{}
	for _, f := range found {
		var x, y *float64
		if f.Place != nil {
			px, py := float64(f.Place.X), float64(f.Place.Y)
			x, y = &px, &py
		}
		areas := f.Areas
		if areas == nil {
			areas = []string{}
		}
		batch.Queue(`INSERT INTO finding (district, edition_id, origin, code, severity, level, areas, place, m2, text_zh, text_en)
			VALUES ($1, $2, $3, $4, $5, $6, $7, ST_MakePoint($8, $9), $10, $11, $12)`,
			district, edition, origin, f.Code, f.Severity, f.Level, areas, x, y, f.M2, f.ZH, f.EN)
	}
	return tx.SendBatch(ctx, batch).Close()
}
