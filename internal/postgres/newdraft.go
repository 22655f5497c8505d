package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
)

// NewDraft begins a draft, empty or as a copy of the edition base. Errors:
// no_district, no_such_edition, edition_exists, bad_name.
func (s *Store) NewDraft(ctx context.Context, district, name, base string) (e *area.Edition, err error) {
	if err := area.CheckText("name", name, 100); err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(tx *writing) error {
		if district, err = onlyDistrict(ctx, tx, district); err != nil {
			return err
		}
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM district WHERE district = $1)`, district).Scan(&known); err != nil {
			return err
		}
		if !known {
			return fault.New(fault.NotFound, "no_district", "没有编码为 %[1]q 的区", "there is no district %[1]q", district)
		}
		if err := lockDistrict(ctx, tx, district); err != nil { // two drafts of one name at once
			return err
		}
		d := &draft{tx: tx, fill: &Fill{Edition: name, Base: base}, district: district}
		if _, err := editionByName(ctx, tx, district, name); err == nil {
			return fault.New(fault.Conflict, "edition_exists", "已经有叫 %[1]q 的版次", "there is an edition %[1]q already", name)
		}
		if err := d.openEdition(ctx); err != nil {
			return err
		}
		if base != "" {
			found, _, err := s.checkEdition(ctx, tx, district, d.edition)
			if err != nil {
				return err
			}
			if err := replaceCheckFindings(ctx, tx, district, d.edition, found); err != nil {
				return err
			}
		}
		if e, err = loadEdition(ctx, tx, district, d.edition); err != nil {
			return err
		}
		record(ctx, tx, did(policy.DraftEdit, district, name, map[string]any{"did": "begin", "base": base}))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("new draft %s: %w", name, err)
	}
	return e, nil
}

// copyEdition copies the areas of one edition, and the coverage asked of them,
// into another.
func copyEdition(ctx context.Context, tx pgx.Tx, district string, from, to uuid.UUID) error {
	for _, sql := range []string{
		`INSERT INTO edition_level (district, edition_id, level, coverage) SELECT district, $3, level, coverage FROM edition_level WHERE district = $1 AND edition_id = $2`,
		`INSERT INTO area_version (district, edition_id, area_id, level, code, name, kind, priority, parent_code, parent_id, source, lattice)
		 SELECT district, $3, area_id, level, code, name, kind, priority, parent_code, parent_id, source, lattice FROM area_version WHERE district = $1 AND edition_id = $2`,
		`INSERT INTO waiver (district, edition_id, code, level, areas, x, y, m2, reason)
		 SELECT district, $3, code, level, areas, x, y, m2, reason FROM waiver WHERE district = $1 AND edition_id = $2`,
	} {
		if _, err := tx.Exec(ctx, sql, district, from, to); err != nil {
			return err
		}
	}
	return nil
}

// DropDraft takes a draft away with all that is in it. Errors: those of lockDraft.
func (s *Store) DropDraft(ctx context.Context, district, name string, by Write) error {
	return s.inTx(ctx, func(tx *writing) error {
		e, err := lockDraft(ctx, tx, district, name, by.Version)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `DELETE FROM edition WHERE district = $1 AND edition_id = $2`, e.District, e.ID); err != nil {
			return err
		}
		record(ctx, tx, did(policy.DraftEdit, e.District, e.Name, map[string]any{"did": "drop"}))
		return nil
	})
}

// Before is what is known of a district before a file is imported.
type Before struct {
	Edition string          // name; "" when nothing is known
	Areas   []*area.Version // of the level, in the edition in force
	Outline geo.Area        // of the district in force, else of what the draft holds above the level
	Whole   bool            // the draft holds nothing of the level yet, so that what a file lacks is missing
}

// KnownBefore returns what a file of one level can be compared with: the edition
// last activated, else the coarser levels of the draft that it goes into ("" takes
// none). Nothing is known of a new district.
func (s *Store) KnownBefore(ctx context.Context, district, draftName string, level area.Level) (b Before, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if district == "" {
			if district, err = onlyDistrict(ctx, tx, district); err != nil {
				if fault.Is(err, "no_district") {
					err = nil // it will be said when the file is kept
				}
				return err
			}
		}
		var holds bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM edition e JOIN area_version v USING (district, edition_id)
			WHERE e.district = $1 AND e.name = $2 AND v.level = $3)`, district, draftName, level).Scan(&holds); err != nil {
			return err
		}
		b.Whole = !holds
		rows, err := tx.Query(ctx, `SELECT e.edition_id, e.name FROM activation a JOIN edition e USING (district, edition_id)
			WHERE a.district = $1 AND e.name <> $2 ORDER BY a.effective_at DESC, a.generation DESC LIMIT 1`, district, draftName)
		if err != nil {
			return err
		}
		type named struct {
			ID   uuid.UUID
			Name string
		}
		active, err := pgx.CollectRows(rows, pgx.RowToStructByPos[named])
		if err != nil {
			return err
		}
		if len(active) == 1 {
			versions, err := loadVersions(ctx, tx, district, active[0].ID)
			if err != nil {
				return err
			}
			b.Edition = active[0].Name
			for _, v := range versions {
				switch {
				case v.Level == level && !v.Overlay():
					b.Areas = append(b.Areas, v)
				case v.Level == area.District:
					b.Outline = v.Ground
				}
			}
			return nil
		}
		var id uuid.UUID
		err = tx.QueryRow(ctx, `SELECT edition_id FROM edition WHERE district = $1 AND name = $2`, district, draftName).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // no draft yet: nothing is known
		}
		if err != nil {
			return err
		}
		versions, err := loadVersions(ctx, tx, district, id)
		if err != nil {
			return err
		}
		for _, v := range versions {
			if v.Level == area.District && v.Source != unionSource || v.Level == area.District && level > area.Subdistrict {
				b.Outline, b.Edition = v.Ground, draftName
			}
		}
		return nil
	})
	return b, err
}
