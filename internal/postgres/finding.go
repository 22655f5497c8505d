package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
)

// Page is a part of a list.
type Page struct{ From, Most int }

const selectFinding = `SELECT finding_id, code, severity, level, areas, ST_X(place), ST_Y(place), shape, m2, text_zh, text_en, mends, waivable, waived
	FROM finding `

func scanFinding(row pgx.CollectableRow) (f area.Finding, err error) {
	var x, y *float64
	var shape []int32
	var mends []byte
	if err := row.Scan(&f.ID, &f.Code, &f.Severity, &f.Level, &f.Areas, &x, &y, &shape, &f.M2, &f.ZH, &f.EN, &mends, &f.Waivable, &f.Waived); err != nil {
		return f, err
	}
	if x != nil && y != nil {
		f.Place = &geo.Point{X: int32(*x), Y: int32(*y)}
	}
	for i := 0; i+1 < len(shape); i += 2 {
		f.Shape = append(f.Shape, geo.Point{X: shape[i], Y: shape[i+1]})
	}
	return f, json.Unmarshal(mends, &f.Mends)
}

// Findings returns what is listed for an edition, errors first, then by size.
func (s *Store) Findings(ctx context.Context, district string, edition uuid.UUID, page Page) ([]area.Finding, error) {
	rows, err := s.pool.Query(ctx, selectFinding+`WHERE district = $1 AND edition_id = $2
		ORDER BY waived <> '', array_position(ARRAY['error', 'warning', 'note'], severity), m2 DESC, finding_id
		OFFSET $3 LIMIT $4`, district, edition, page.From, page.Most)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, scanFinding)
	return found, translate(err)
}

// findingByID returns one finding of an edition. Error: no_such_finding.
func findingByID(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, id int64) (*area.Finding, error) {
	return exactlyOne(ctx, tx, scanFinding, fault.New(fault.NotFound, "no_such_finding", "没有这个问题了，可能已经修好：请刷新", "there is no such finding any more; it may be mended: reload"), selectFinding+`WHERE district = $1 AND edition_id = $2 AND finding_id = $3`, district, edition, id)
}

func replaceCheckFindings(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, found []area.Finding) error {
	if _, err := tx.Exec(ctx, `DELETE FROM finding WHERE district = $1 AND edition_id = $2 AND origin = 'check'`, district, edition); err != nil {
		return err
	}
	return insertFindings(ctx, tx, district, edition, "check", found)
}

// mostShape is the most corners of an outline that are kept; the place is enough
// to find what is larger.
const mostShape = 5_000

func insertFindings(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, origin string, found []area.Finding) error {
	batch := &pgx.Batch{}
	for _, f := range found {
		var x, y *float64
		if f.Place != nil {
			px, py := float64(f.Place.X), float64(f.Place.Y)
			x, y = &px, &py
		}
		areas, mends := f.Areas, f.Mends
		if areas == nil {
			areas = []string{}
		}
		if mends == nil {
			mends = []area.Mend{}
		}
		shape := []int32{}
		if len(f.Shape) <= mostShape {
			for _, p := range f.Shape {
				shape = append(shape, p.X, p.Y)
			}
		}
		batch.Queue(`INSERT INTO finding (district, edition_id, origin, code, severity, level, areas, place, shape, m2, text_zh, text_en, mends, waivable, waived)
			VALUES ($1, $2, $3, $4, $5, $6, $7, ST_MakePoint($8, $9), $10, $11, $12, $13, $14, $15, $16)`,
			district, edition, origin, f.Code, f.Severity, f.Level, areas, x, y, shape, f.M2, f.ZH, f.EN, mends, f.Waivable, f.Waived)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// waive marks the findings that somebody let pass.
func waive(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, found []area.Finding) error {
	rows, err := tx.Query(ctx, `SELECT code, level, areas, x, y, m2, reason FROM waiver WHERE district = $1 AND edition_id = $2`, district, edition)
	if err != nil {
		return err
	}
	type passed struct {
		m2     float64
		reason string
	}
	reasons := map[string]passed{}
	var m2 float64
	var code, reason string
	var level area.Level
	var areas []string
	var x, y *int32
	if _, err := pgx.ForEachRow(rows, []any{&code, &level, &areas, &x, &y, &m2, &reason}, func() error {
		f := area.Finding{Code: code, Level: level, Areas: areas}
		if x != nil && y != nil {
			f.Place = &geo.Point{X: *x, Y: *y}
		}
		reasons[placeKey(f)] = passed{m2, reason}
		return nil
	}); err != nil {
		return err
	}
	for i := range found {
		if p := reasons[placeKey(found[i])]; found[i].Waivable && found[i].M2 <= 1.01*p.m2+0.05 {
			found[i].Waived = p.reason
		}
	}
	return nil
}

// placeKey tells findings of one edition apart.
func placeKey(f area.Finding) string {
	areas := slices.Clone(f.Areas)
	slices.Sort(areas)
	key := f.Code + "\x00" + f.Level.String() + "\x00" + strings.Join(areas, "\x00")
	if f.Place != nil {
		key += fmt.Sprintf("\x00%d,%d", f.Place.X, f.Place.Y)
	}
	return key
}

// Waive lets a finding pass with a reason, or lets it count again when the reason
// is empty. The edition has to be checked anew. Errors: no_such_edition,
// edition_active, stale_version, no_such_finding, not_waivable, bad_reason.
func (s *Store) Waive(ctx context.Context, district, name string, finding int64, reason string, by Write) (e *area.Edition, err error) {
	reason = strings.TrimSpace(reason)
	if reason != "" {
		if err := area.CheckText("reason", reason, 500); err != nil {
			return nil, err
		}
	}
	err = s.inTx(ctx, func(tx *writing) error {
		if e, err = lockDraft(ctx, tx, district, name, by.Version); err != nil {
			return err
		}
		f, err := findingByID(ctx, tx, e.District, e.ID, finding)
		if err != nil {
			return err
		}
		if !f.Waivable {
			return fault.New(fault.Unprocessable, "not_waivable", "这个问题必须改正，不能放行", "this finding must be put right and cannot be waived")
		}
		var x, y *int32
		if f.Place != nil {
			x, y = &f.Place.X, &f.Place.Y
		}
		if _, err := tx.Exec(ctx, `DELETE FROM waiver WHERE district = $1 AND edition_id = $2 AND code = $3 AND level = $4 AND areas = $5
			AND x IS NOT DISTINCT FROM $6 AND y IS NOT DISTINCT FROM $7`, e.District, e.ID, f.Code, f.Level, f.Areas, x, y); err != nil {
			return err
		}
		if reason != "" {
			if _, err := tx.Exec(ctx, `INSERT INTO waiver (district, edition_id, code, level, areas, x, y, m2, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				e.District, e.ID, f.Code, f.Level, f.Areas, x, y, f.M2, reason); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE finding SET waived = $4 WHERE district = $1 AND edition_id = $2 AND finding_id = $3`, e.District, e.ID, finding, reason); err != nil {
			return err
		}
		if err := touchDraft(ctx, tx, e); err != nil {
			return err
		}
		record(ctx, tx, did(policy.DraftEdit, e.District, e.Name, map[string]any{"did": "waive", "finding": f.Code, "areas": f.Areas, "waived": reason != ""}))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}
