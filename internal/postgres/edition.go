package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
	"wangge/internal/topology"
)

const selectEdition = `
	SELECT e.district, e.edition_id, e.name, e.status, e.version, e.content_hash, e.created_at,
	       (SELECT synthetic FROM district d WHERE d.district = e.district),
	       (SELECT count(*) FROM finding f WHERE f.district = e.district AND f.edition_id = e.edition_id)
	FROM edition e `

// Editions returns the editions of some districts, of all when none is named,
// newest first.
func (s *Store) Editions(ctx context.Context, districts []string, page Page) ([]area.Edition, error) {
	var editions []area.Edition
	err := s.inTx(ctx, func(tx *writing) (err error) {
		rows, err := tx.Query(ctx, selectEdition+`WHERE $1::text[] IS NULL OR e.district = ANY($1) ORDER BY e.district, e.created_at DESC, e.name
			OFFSET $2 LIMIT $3`, districts, page.From, page.Most)
		if err != nil {
			return err
		}
		if editions, err = pgx.CollectRows(rows, scanEdition); err != nil {
			return err
		}
		for i := range editions {
			if err := fillEdition(ctx, tx, &editions[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return editions, err
}

// Edition returns one edition by name; district may be "" while there is only
// one. Errors: no_district, no_such_edition.
func (s *Store) Edition(ctx context.Context, district, name string) (e *area.Edition, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if district, err = onlyDistrict(ctx, tx, district); err != nil {
			return err
		}
		e, err = editionByName(ctx, tx, district, name)
		return err
	})
	return e, err
}

// OnlyDistrict returns the district while there is only one. Error: no_district.
func (s *Store) OnlyDistrict(ctx context.Context) (district string, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		district, err = onlyDistrict(ctx, tx, "")
		return err
	})
	return district, err
}

// onlyDistrict returns the district named, or the only one there is when none
// is. Error: no_district.
func onlyDistrict(ctx context.Context, tx pgx.Tx, district string) (string, error) {
	if district != "" {
		return district, nil
	}
	rows, err := tx.Query(ctx, `SELECT district FROM district ORDER BY district LIMIT 20`)
	if err != nil {
		return "", err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	switch len(all) {
	case 0:
		return "", fault.New(fault.Invalid, "no_district", "还没有区，请用 --district 写明编码", "there is no district yet; name one with --district")
	case 1:
		return all[0], nil
	}
	return "", fault.New(fault.Invalid, "no_district",
		"有多个区，请用 --district 写明是哪一个：%[1]s", "there are several districts; name one with --district: %[1]s", strings.Join(all, ", "))
}

func scanEdition(row pgx.CollectableRow) (e area.Edition, err error) {
	err = row.Scan(&e.District, &e.ID, &e.Name, &e.Status, &e.Version, &e.Hash, &e.Created, &e.Synthetic, &e.Findings)
	return e, err
}

func editionByName(ctx context.Context, tx pgx.Tx, district, name string) (*area.Edition, error) {
	return findEdition(ctx, tx, district, name, `SELECT edition_id FROM edition WHERE district = $1 AND name = $2`)
}

// lockEdition is editionByName, keeping every other import, check and
// activation of the edition waiting until the transaction ends. What it returns
// was read with the lock held.
func lockEdition(ctx context.Context, tx pgx.Tx, district, name string) (*area.Edition, error) {
	return findEdition(ctx, tx, district, name, `SELECT edition_id FROM edition WHERE district = $1 AND name = $2 FOR UPDATE`)
}

func findEdition(ctx context.Context, tx pgx.Tx, district, name, query string) (*area.Edition, error) {
	var id uuid.UUID
	err := tx.QueryRow(ctx, query, district, name).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, NoSuchEdition(district, name)
	}
	if err != nil {
		return nil, err
	}
	return loadEdition(ctx, tx, district, id)
}

// NoSuchEdition is the answer about an edition that is not there, or not to be
// seen.
func NoSuchEdition(district, name string) error {
	return fault.New(fault.NotFound, "no_such_edition", "%[1]s 没有叫 %[2]q 的版次", "%[1]s has no edition %[2]q", district, name)
}

func loadEdition(ctx context.Context, tx pgx.Tx, district string, id uuid.UUID) (*area.Edition, error) {
	rows, err := tx.Query(ctx, selectEdition+`WHERE e.district = $1 AND e.edition_id = $2`, district, id)
	if err != nil {
		return nil, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEdition)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", id, err)
	}
	return &e, fillEdition(ctx, tx, &e)
}

// fillEdition adds the counts of levels and the activations.
func fillEdition(ctx context.Context, tx pgx.Tx, e *area.Edition) error {
	rows, err := tx.Query(ctx, `
		SELECT v.level, coalesce(l.coverage, 'tolerant'), count(*)
		FROM area_version v LEFT JOIN edition_level l USING (district, edition_id, level)
		WHERE v.district = $1 AND v.edition_id = $2 GROUP BY v.level, l.coverage ORDER BY v.level`, e.District, e.ID)
	if err != nil {
		return err
	}
	e.Levels, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c area.LevelCount, err error) {
		return c, row.Scan(&c.Level, &c.Coverage, &c.Areas)
	})
	if err != nil {
		return err
	}
	var box [4]float64
	err = tx.QueryRow(ctx, `SELECT ST_XMin(lattice), ST_YMin(lattice), ST_XMax(lattice), ST_YMax(lattice) FROM area_version
		WHERE district = $1 AND edition_id = $2 AND level = 1`, e.District, e.ID).Scan(&box[0], &box[1], &box[2], &box[3])
	switch {
	case err == nil:
		e.Box = &geo.Box{Min: geo.Point{X: int32(box[0]), Y: int32(box[1])}, Max: geo.Point{X: int32(box[2]), Y: int32(box[3])}}
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	rows, err = tx.Query(ctx, `SELECT valid_from, effective_at, recorded_at, generation FROM activation
		WHERE district = $1 AND edition_id = $2 ORDER BY generation DESC`, e.District, e.ID)
	if err != nil {
		return err
	}
	e.Activations, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a area.Activation, err error) {
		return a, row.Scan(&a.ValidFrom, &a.Effective, &a.Recorded, &a.Generation)
	})
	return err
}

// CheckEdition runs every rule over an edition, keeps what it finds, and marks
// the edition checked when nothing refuses it.
func (s *Store) CheckEdition(ctx context.Context, district, name string) (e *area.Edition, found []area.Finding, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if district, err = onlyDistrict(ctx, tx, district); err != nil {
			return err
		}
		if e, err = lockEdition(ctx, tx, district, name); err != nil {
			return err
		}
		if len(e.Activations) > 0 { // it cannot have changed
			found, err = s.checkActive(ctx, tx, e)
			return err
		}
		var hash []byte
		if found, hash, err = s.checkEdition(ctx, tx, district, e.ID); err != nil {
			return err
		}
		if hash == nil {
			return fault.New(fault.Conflict, "empty_edition", "版次 %[1]s 里还没有区域", "the edition %[1]s has no areas yet", name)
		}
		lost, err := losses(ctx, tx, district, e.ID)
		if err != nil {
			return err
		}
		found = append(lost, found...)
		if err := replaceCheckFindings(ctx, tx, district, e.ID, found); err != nil {
			return err
		}
		if area.Refuses(found) { // the findings are new ones: what was seen before is out of date
			if err := touchDraft(ctx, tx, e); err != nil {
				return err
			}
			record(ctx, tx, did(policy.DraftEdit, district, name, map[string]any{"did": "check", "findings": len(found)}))
			return nil
		}
		if err := setChecked(ctx, tx, district, e.ID, hash); err != nil {
			return err
		}
		if e, err = loadEdition(ctx, tx, district, e.ID); err != nil {
			return err
		}
		record(ctx, tx, did(policy.DraftEdit, district, name, map[string]any{"did": "check", "findings": len(found)}))
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("check %s: %w", name, err)
	}
	return e, found, nil
}

// checkActive checks an active edition without writing anything.
func (s *Store) checkActive(ctx context.Context, tx pgx.Tx, e *area.Edition) ([]area.Finding, error) {
	versions, err := loadVersions(ctx, tx, e.District, e.ID)
	if err != nil {
		return nil, err
	}
	var scheme area.Scheme
	if err := tx.QueryRow(ctx, `SELECT scheme FROM district WHERE district = $1`, e.District).Scan(&scheme); err != nil {
		return nil, err
	}
	coverage := map[area.Level]area.Coverage{}
	for _, l := range e.Levels {
		coverage[l.Level] = l.Coverage
	}
	findings, err := s.geometry.Check(ctx, versions, scheme, coverage)
	if err != nil {
		return nil, err
	}
	return findings, waive(ctx, tx, e.District, e.ID, findings)
}

func setChecked(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, hash []byte) error {
	_, err := tx.Exec(ctx, `UPDATE edition SET status = 'checked', content_hash = $3, version = version + 1
		WHERE district = $1 AND edition_id = $2 AND (status, content_hash) IS DISTINCT FROM ('checked', $3)`, district, edition, hash)
	return err
}

// Activate puts an edition into force from the start of a date in the
// district's time zone. A draft is checked first. found is what the check
// lists, and what the edition leaves out that the one before had. Errors: no_such_edition,
// check_refuses (findings are returned), stale_version, district_overlap,
// lineage_unfit, idempotency_key_reused.
func (s *Store) Activate(ctx context.Context, district, name string, from time.Time, says Confirmation, by Write) (e *area.Edition, found []area.Finding, err error) {
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		if e, found, err = s.activateIn(ctx, tx, district, name, from, says, by); err != nil {
			return "", err
		}
		return e.ID.String(), nil
	})
	if err == nil && e == nil { // done before, under the same key
		e, err = s.Edition(ctx, district, name)
	}
	if err != nil {
		return nil, found, fmt.Errorf("activate %s: %w", name, err)
	}
	return e, found, nil
}

func (s *Store) activateIn(ctx context.Context, tx *writing, district, name string, from time.Time, says Confirmation, by Write) (e *area.Edition, found []area.Finding, err error) {
	if district, err = onlyDistrict(ctx, tx, district); err != nil {
		return nil, nil, err
	}
	if err := lockDistrict(ctx, tx, district); err != nil { // what is in force before and after stays so meanwhile
		return nil, nil, err
	}
	if e, found, err = s.passes(ctx, tx, district, name, by.Version); err != nil {
		return nil, found, err
	}
	lost, err := losses(ctx, tx, district, e.ID)
	if err != nil {
		return nil, nil, err
	}
	found = append(lost, found...)
	if _, err := activate(ctx, tx, district, e.ID, from, says); err != nil {
		return nil, found, err
	}
	if e, err = loadEdition(ctx, tx, district, e.ID); err != nil {
		return nil, nil, err
	}
	return e, found, recordActivation(ctx, tx, e)
}

// passes locks an edition, as the caller has seen it, and checks it unless that
// has been done.
func (s *Store) passes(ctx context.Context, tx pgx.Tx, district, name string, version int64) (e *area.Edition, found []area.Finding, err error) {
	if e, err = lockEdition(ctx, tx, district, name); err != nil {
		return nil, nil, err
	}
	if version != 0 && version != e.Version {
		return nil, nil, fault.New(fault.Stale, "stale_version", "版次 %[1]s 已被别人改动，请刷新后再试", "the edition %[1]s has changed; reload and try again", name)
	}
	if e.Status != area.Checked {
		var hash []byte
		if found, hash, err = s.checkEdition(ctx, tx, district, e.ID); err != nil {
			return nil, nil, err
		}
		if hash == nil {
			return nil, nil, fault.New(fault.Conflict, "empty_edition", "版次 %[1]s 里还没有区域", "the edition %[1]s has no areas yet", name)
		}
		if area.Refuses(found) {
			return nil, found, fault.New(fault.Unprocessable, "check_refuses",
				"版次 %[1]s 没有通过检查，不能启用", "the edition %[1]s does not pass its check and cannot be activated", name)
		}
		if err := replaceCheckFindings(ctx, tx, district, e.ID, found); err != nil {
			return nil, nil, err
		}
		if err := setChecked(ctx, tx, district, e.ID, hash); err != nil {
			return nil, nil, err
		}
		if e, err = loadEdition(ctx, tx, district, e.ID); err != nil {
			return nil, nil, err
		}
	}
	return e, found, nil
}

func recordActivation(ctx context.Context, tx *writing, e *area.Edition) error {
	a := e.Activations[0]
	record(ctx, tx, did(policy.EditionActivate, e.District, e.Name, map[string]any{"generation": a.Generation, "valid_from": a.ValidFrom.Format(time.DateOnly)}))
	return nil
}

// activate records the lineage, counts one generation on, and records the
// activation of a checked edition. The row of the generation is locked before
// anything of it can be seen, so that numbers follow the order of commits, and
// as late as may be, because writes that fix an owner wait for it. The caller
// holds the district.
func activate(ctx context.Context, tx *writing, district string, edition uuid.UUID, from time.Time, says Confirmation) (*area.Activation, error) {
	pairs, changed, err := lineagePairs(ctx, tx, district, edition, from, says)
	if err != nil {
		return nil, err
	}
	if changed {
		versions, err := loadVersions(ctx, tx, district, edition)
		if err != nil {
			return nil, err
		}
		if err := setChecked(ctx, tx, district, edition, area.ContentHash(versions)); err != nil {
			return nil, err
		}
	}
	var generation int64
	if err := tx.QueryRow(ctx, `UPDATE generation SET current = current + 1 RETURNING current`).Scan(&generation); err != nil {
		return nil, err
	}
	if err := refuseOverlap(ctx, tx, district, edition, from); err != nil {
		return nil, err
	}
	a := &area.Activation{Generation: generation}
	err = tx.QueryRow(ctx, `
		INSERT INTO activation (district, generation, edition_id, valid_from, effective_at)
		SELECT district, $2, $3, $4::text::date, $4::text::date::timestamp AT TIME ZONE time_zone FROM district WHERE district = $1
		RETURNING valid_from, effective_at, recorded_at`,
		district, generation, edition, from.Format(time.DateOnly)).Scan(&a.ValidFrom, &a.Effective, &a.Recorded)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		if err := p.save(ctx, tx, district, generation); err != nil {
			return nil, err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE edition SET version = version + 1 WHERE district = $1 AND edition_id = $2`, district, edition); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `SELECT number_areas($1, $2)`, district, edition); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `SELECT pg_notify('wangge_generation', $1::bigint::text)`, generation)
	return a, err
}

// refuseOverlap refuses an outline that overlaps that of another district's
// edition in force on that day or on a later one, until the district's own next
// activation. Outlines are compared here:
// valid ones that cross without end would keep the database busy.
func refuseOverlap(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, from time.Time) error {
	rows, err := tx.Query(ctx, `
		WITH till AS ( -- where the new activation ends
		  SELECT min(a.effective_at) AS until FROM activation a JOIN district d USING (district)
		  WHERE a.district = $1 AND a.effective_at > $3::text::date::timestamp AT TIME ZONE d.time_zone),
		own AS (SELECT lattice FROM area_version WHERE district = $1 AND edition_id = $2 AND level = 1),
		other AS ( -- an activation ends where the next effective one begins; a later one of the same day replaces it
		  SELECT DISTINCT ON (district, effective_at) district, edition_id, effective_at FROM activation
		  WHERE district <> $1 ORDER BY district, effective_at, generation DESC),
		span AS (SELECT *, lead(effective_at) OVER (PARTITION BY district ORDER BY effective_at) AS until FROM other)
		SELECT DISTINCT ON (v.district, v.edition_id) v.district, ST_AsBinary(v.lattice), ST_AsBinary(own.lattice)
		FROM own, till, district here, span s
		JOIN area_version v ON v.district = s.district AND v.edition_id = s.edition_id AND v.level = 1
		WHERE here.district = $1 AND (s.until IS NULL OR s.until > $3::text::date::timestamp AT TIME ZONE here.time_zone)
		  AND (till.until IS NULL OR s.effective_at < till.until) AND v.lattice && own.lattice
		ORDER BY 1`, district, edition, from.Format(time.DateOnly))
	if err != nil {
		return err
	}
	var others []string
	var code string
	var theirs, ours []byte
	if _, err := pgx.ForEachRow(rows, []any{&code, &theirs, &ours}, func() error {
		var pair []*area.Version
		for _, b := range [][]byte{theirs, ours} {
			rings, err := decodeRings(b)
			if err != nil {
				return err
			}
			ground, err := geo.Restore(rings)
			if err != nil {
				return err
			}
			pair = append(pair, &area.Version{Level: area.District, Ground: ground})
		}
		if len(topology.Partition(pair, area.Strict, false)) > 0 && !slices.Contains(others, code) {
			others = append(others, code)
		}
		return nil
	}); err != nil {
		return err
	}
	if len(others) > 0 {
		return fault.New(fault.Unprocessable, "district_overlap",
			"区界与已启用的区 %[1]v 重叠，不能启用", "the outline overlaps the active district %[1]v and cannot be activated", others)
	}
	return nil
}
