package postgres

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
)

// AreasOf returns an edition by name with all its areas, by level and code, from
// one snapshot; district may be "" while there is only one. A checked edition is
// refused when its content differs from what was checked. Errors: no_district,
// no_such_edition, and ErrTampered.
func (s *Store) AreasOf(ctx context.Context, district, name string) (e *area.Edition, versions []*area.Version, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if district, err = onlyDistrict(ctx, tx, district); err != nil {
			return err
		}
		if e, err = editionByName(ctx, tx, district, name); err != nil {
			return err
		}
		if versions, err = loadVersions(ctx, tx, district, e.ID); err != nil {
			return err
		}
		if e.Status == area.Checked && !bytes.Equal(area.ContentHash(versions), e.Hash) {
			return fmt.Errorf("edition %s of %s: %w", name, district, ErrTampered)
		}
		return nil
	})
	if err != nil {
		return nil, nil, translate(err)
	}
	return e, versions, nil
}
