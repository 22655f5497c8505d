package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
)

// Fill is one import into a draft edition: areas of one level, all past the
// gate.
type Fill struct {
	District     string        // "" while there is only one
	DistrictName string        // for a district that does not exist yet; "" takes the code
	Synthetic    bool          // a district that does not exist yet is invented
	Scheme       area.Scheme   // "" guesses for a new district
	Edition      string        // "" takes the only draft, or makes one named by today's date
	Coverage     area.Coverage // "" is strict for gbt, tolerant for opaque
	Level        area.Level
	How          string // the coordinate system that the files were read in, for people; "" says nothing
	Areas        []FillArea
	Findings     []area.Finding // of the reader: repairs and refusals
	Base         string         // an edition that a new draft begins as a copy of; "" begins empty
	Whole        bool           // the files hold the whole level: areas of it that they do not name go; dedicated grids stay
	Snap         float64        // metres; borders of the draft within that are drawn together, on all levels
	KeepDefects  bool           // what the check finds does not keep the draft from being kept, only from being activated
	Commit       bool           // false tries everything and keeps nothing
	ActivateFrom *time.Time     // a date: also check and activate from then
}

// FillArea is one area of a Fill.
type FillArea struct {
	Code, Name, Parent, Source string
	Kind                       area.Kind
	Ground                     geo.Area
}

// Filled says what an import did, or would have done.
type Filled struct {
	Edition   area.Edition
	Scheme    area.Scheme
	Added     int
	Replaced  int
	Findings  []area.Finding
	Refused   bool // some finding keeps all of it from being kept
	Committed bool
	Activated *area.Activation
}

// errDryRun rolls a transaction back that went well.
var errDryRun = errors.New("dry run")

// FillDraft adds areas to a draft, links parents, and checks what is there so
// far, all in one transaction: when a finding refuses, or on a dry run, nothing
// is kept. Errors: no_district, no_level_in_draft, edition_active,
// empty_draft; findings are not errors.
func (s *Store) FillDraft(ctx context.Context, fill Fill) (*Filled, error) {
	var done *Filled
	err := s.inTx(ctx, func(tx *writing) error {
		d := &draft{tx: tx, fill: &fill}
		if err := d.open(ctx); err != nil {
			return err
		}
		added, replaced, err := d.merge(ctx)
		if err != nil {
			return err
		}
		if err := d.recordImport(ctx); err != nil {
			return err
		}
		if fill.Snap != 0 {
			if err := d.snap(ctx, s); err != nil {
				return err
			}
		}
		found, hash, err := s.checkEdition(ctx, tx, d.district, d.edition)
		if err != nil {
			return err
		}
		done = &Filled{Scheme: d.scheme, Added: added, Replaced: replaced,
			Findings: slices.Concat(d.findings, fill.Findings, found)}
		refused := area.Refuses(slices.Concat(d.findings, fill.Findings)) || area.Refuses(found) && (!fill.KeepDefects || fill.ActivateFrom != nil)
		done.Refused = refused
		if err := d.saveFindings(ctx, found); err != nil {
			return err
		}
		if fill.ActivateFrom != nil && !refused {
			lost, err := losses(ctx, tx, d.district, d.edition)
			if err != nil {
				return err
			}
			done.Findings = append(lost, done.Findings...)
			if err := setChecked(ctx, tx, d.district, d.edition, hash); err != nil {
				return err
			}
			if done.Activated, err = activate(ctx, tx, d.district, d.edition, *fill.ActivateFrom, Confirmation{}); err != nil {
				return err
			}
		}
		e, err := loadEdition(ctx, tx, d.district, d.edition)
		if err != nil {
			return err
		}
		done.Edition = *e
		if refused || !fill.Commit {
			return errDryRun
		}
		done.Committed = true
		entry := did(policy.DraftImport, d.district, e.Name, map[string]any{"level": fill.Level.String(), "added": added, "replaced": replaced})
		record(ctx, tx, entry)
		if done.Activated == nil {
			return nil
		}
		return recordActivation(ctx, tx, e)
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return done, nil
}

// draft is one import at work inside its transaction.
type draft struct {
	tx       *writing
	fill     *Fill
	district string
	scheme   area.Scheme
	edition  uuid.UUID
	findings []area.Finding
}

// open finds or makes the district and the draft. Other imports of the district
// wait until the transaction ends, and so do checks and activations of the draft.
func (d *draft) open(ctx context.Context) error {
	if err := d.openDistrict(ctx); err != nil {
		return err
	}
	return d.openEdition(ctx)
}

func (d *draft) openDistrict(ctx context.Context) error {
	var err error
	if d.district, err = onlyDistrict(ctx, d.tx, d.fill.District); err != nil {
		return err
	}
	if err := lockDistrict(ctx, d.tx, d.district); err != nil {
		return err
	}
	err = d.tx.QueryRow(ctx, `SELECT scheme FROM district WHERE district = $1`, d.district).Scan(&d.scheme)
	if err == nil {
		if d.fill.Scheme != "" && d.fill.Scheme != d.scheme {
			return fault.New(fault.Conflict, "scheme_differs",
				"%[1]s 的编码方案已是 %[2]s", "%[1]s already has the scheme %[2]s", d.district, d.scheme)
		}
		return nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	d.scheme = d.fill.Scheme
	if d.scheme == "" {
		var codes []string
		for _, a := range d.fill.Areas {
			codes = append(codes, a.Code)
		}
		d.scheme = area.GuessScheme(d.district, d.fill.Level, codes)
	}
	if err := d.scheme.CheckCode(d.district, area.District, d.district); err != nil {
		return err
	}
	name := d.fill.DistrictName
	if name == "" {
		name = d.district
	}
	if err := area.CheckText("name", name, 100); err != nil {
		return err
	}
	id := newID()
	if _, err := d.tx.Exec(ctx, `INSERT INTO district (district, area_id, name, scheme, synthetic) VALUES ($1, $2, $3, $4, $5)`,
		d.district, id, name, d.scheme, d.fill.Synthetic); err != nil {
		return err
	}
	_, err = d.tx.Exec(ctx, `INSERT INTO area (district, area_id, level) VALUES ($1, $2, 1)`, d.district, id)
	if err == nil {
		_, err = d.tx.Exec(ctx, `INSERT INTO area_code (district, level, code, area_id) VALUES ($1, 1, $1, $2)`, d.district, id)
	}
	return err
}

// lockDistrict keeps other imports, and whoever gives out codes, waiting until
// the transaction ends.
func lockDistrict(ctx context.Context, tx pgx.Tx, district string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('wangge district ' || $1, 0))`, district)
	return err
}

func (d *draft) openEdition(ctx context.Context) error {
	name := d.fill.Edition
	if name == "" {
		rows, err := d.tx.Query(ctx, `SELECT name FROM edition e WHERE district = $1
			AND NOT EXISTS (SELECT 1 FROM activation a WHERE a.district = e.district AND a.edition_id = e.edition_id) LIMIT 2`, d.district)
		if err != nil {
			return err
		}
		open, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		switch len(open) {
		case 0:
			err = d.tx.QueryRow(ctx, `
				SELECT CASE WHEN n = 0 THEN day ELSE day || '-' || n + 1 END
				FROM (SELECT to_char(now() AT TIME ZONE time_zone, 'YYYY-MM-DD') AS day FROM district WHERE district = $1) today,
				     LATERAL (SELECT count(*) AS n FROM edition WHERE district = $1 AND name LIKE day || '%') taken`, d.district).Scan(&name)
			if err != nil {
				return err
			}
		case 1:
			name = open[0]
		default:
			return fault.New(fault.Invalid, "which_edition",
				"有多个未启用的版次，请用 --edition 写明是哪一个", "there are several drafts; name one with --edition")
		}
	}
	if err := area.CheckText("name", name, 100); err != nil {
		return err
	}
	e, err := lockEdition(ctx, d.tx, d.district, name)
	switch {
	case fault.Is(err, "no_such_edition"):
		d.edition = newID()
		if _, err = d.tx.Exec(ctx, `INSERT INTO edition (district, edition_id, name, version) VALUES ($1, $2, $3, $4)`, d.district, d.edition, name, firstVersion()); err != nil || d.fill.Base == "" {
			return err
		}
		base, err := editionByName(ctx, d.tx, d.district, d.fill.Base)
		if err != nil {
			return err
		}
		return copyEdition(ctx, d.tx, d.district, base.ID, d.edition)
	case err != nil:
		return err
	case len(e.Activations) > 0:
		return fault.New(fault.Conflict, "edition_active",
			"版次 %[1]s 已启用，不能再改；请导入到新的版次", "the edition %[1]s is active and cannot change; import into a new one", name)
	}
	d.edition = e.ID
	if err := closeMends(ctx, d.tx, d.district, d.edition); err != nil {
		return err
	}
	_, err = d.tx.Exec(ctx, `UPDATE edition SET status = 'draft', content_hash = NULL, version = version + 1
		WHERE district = $1 AND edition_id = $2`, d.district, d.edition)
	return err
}

// firstVersion is where the row version of a new edition begins: not at 1, so
// that what was seen of a draft thrown away does not fit its successor.
func firstVersion() int64 { return time.Now().UnixMilli() }

// newID makes a UUIDv7.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// merge writes the areas into the draft, replacing those with the same code,
// renews the outline of the district and links parents.
func (d *draft) merge(ctx context.Context) (added, replaced int, err error) {
	coverage := d.fill.Coverage
	if coverage == "" {
		coverage = map[area.Scheme]area.Coverage{area.GBT: area.Strict, area.Opaque: area.Tolerant}[d.scheme]
	}
	if _, err := d.tx.Exec(ctx, `INSERT INTO edition_level (district, edition_id, level, coverage) VALUES ($1, $2, $3, $4)
		ON CONFLICT (district, edition_id, level) DO UPDATE SET coverage = excluded.coverage`,
		d.district, d.edition, d.fill.Level, coverage); err != nil {
		return 0, 0, err
	}
	var codes []string
	var usable []FillArea
	seen := map[string]bool{}
	for _, a := range d.fill.Areas {
		if err := d.scheme.CheckCode(d.district, d.fill.Level, a.Code); err != nil {
			e, ok := fault.As(err)
			if !ok {
				return 0, 0, err
			}
			d.findings = append(d.findings, area.Finding{Code: e.Code, Severity: area.Error, Level: d.fill.Level,
				Areas: []string{a.Code}, ZH: a.Source + "：" + e.ZH, EN: a.Source + ": " + e.EN})
			continue
		}
		if d.fill.Level == area.District && a.Code != d.district {
			d.findings = append(d.findings, area.Finding{Code: "other_district", Severity: area.Error, Level: area.District,
				Areas: []string{a.Code}, ZH: fmt.Sprintf("文件里的区 %s 不是 %s", a.Code, d.district),
				EN: fmt.Sprintf("the district %s in the file is not %s", a.Code, d.district)})
			continue
		}
		if !seen[a.Code] { // duplicates are refused by the reader already
			seen[a.Code] = true
			codes, usable = append(codes, a.Code), append(usable, a)
		}
	}
	ids, err := d.identities(ctx, codes)
	if err != nil {
		return 0, 0, err
	}
	if usable, err = d.withoutRetired(ctx, usable, ids); err != nil {
		return 0, 0, err
	}
	// An area may stand in the draft under a code that it had before.
	tag, err := d.tx.Exec(ctx, `DELETE FROM area_version WHERE district = $1 AND edition_id = $2 AND level = $3
		AND (code = ANY ($4) OR area_id = ANY ($6) OR $5 AND kind = 'basic')`,
		d.district, d.edition, d.fill.Level, codes, d.fill.Whole, slices.Collect(maps.Values(ids)))
	if err != nil {
		return 0, 0, err
	}
	replaced = int(tag.RowsAffected())
	versions := make([]*area.Version, len(usable))
	given := map[uuid.UUID]string{}
	for i, a := range usable {
		versions[i] = &area.Version{District: d.district, Edition: d.edition, AreaID: ids[a.Code], Level: d.fill.Level,
			Code: a.Code, Name: a.Name, Kind: a.Kind, Ground: a.Ground, Source: a.Source}
		given[ids[a.Code]] = a.Parent
	}
	if err := insertVersions(ctx, d.tx, versions, given); err != nil {
		return 0, 0, err
	}
	if err := d.outline(ctx); err != nil {
		return 0, 0, err
	}
	if err := d.link(ctx); err != nil {
		return 0, 0, err
	}
	return max(0, len(usable)-replaced), replaced, nil
}

// identities returns the area that each code belongs to, for life, and makes
// the missing ones.
func (d *draft) identities(ctx context.Context, codes []string) (map[string]uuid.UUID, error) {
	ids := make(map[string]uuid.UUID, len(codes))
	rows, err := d.tx.Query(ctx, `SELECT code, area_id FROM area_code WHERE district = $1 AND level = $2 AND code = ANY ($3)`,
		d.district, d.fill.Level, codes)
	if err != nil {
		return nil, err
	}
	var code string
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&code, &id}, func() error { ids[code] = id; return nil }); err != nil {
		return nil, err
	}
	var newCodes []string
	var newIDs []uuid.UUID
	for _, c := range codes {
		if _, known := ids[c]; !known {
			ids[c] = newID()
			newCodes, newIDs = append(newCodes, c), append(newIDs, ids[c])
		}
	}
	if _, err := d.tx.Exec(ctx, `INSERT INTO area (district, area_id, level) SELECT $1, unnest($2::uuid[]), $3`,
		d.district, newIDs, d.fill.Level); err != nil {
		return nil, err
	}
	_, err = d.tx.Exec(ctx, `INSERT INTO area_code (district, level, code, area_id) SELECT $1, $2, unnest($3::text[]), unnest($4::uuid[])`,
		d.district, d.fill.Level, newCodes, newIDs)
	return ids, err
}

// withoutRetired leaves out, with a finding, the codes that an area had before
// it took the one under which it stands in the files as well: a retired code is
// never given to something else.
func (d *draft) withoutRetired(ctx context.Context, areas []FillArea, ids map[string]uuid.UUID) (kept []FillArea, err error) {
	bearers := map[uuid.UUID][]string{}
	for _, a := range areas {
		bearers[ids[a.Code]] = append(bearers[ids[a.Code]], a.Code)
	}
	for _, a := range areas {
		codes := bearers[ids[a.Code]]
		if len(codes) == 1 {
			kept = append(kept, a)
			continue
		}
		var current string
		err := d.tx.QueryRow(ctx, `SELECT v.code FROM activation a JOIN area_version v USING (district, edition_id)
			WHERE a.district = $1 AND v.area_id = $2 ORDER BY a.generation DESC LIMIT 1`, d.district, ids[a.Code]).Scan(&current)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		if !slices.Contains(codes, current) {
			current = codes[0]
		}
		if a.Code == current {
			kept = append(kept, a)
			continue
		}
		d.findings = append(d.findings, area.Finding{Code: "code_retired", Severity: area.Error, Level: d.fill.Level, Areas: []string{a.Code, current},
			ZH: fmt.Sprintf("%s：编码 %s 已停用，它属于现在编码为 %s 的%s，不能再给别的区域；请换一个新编码", a.Source, a.Code, current, d.fill.Level.Word()),
			EN: fmt.Sprintf("%s: the code %s is retired; it belongs to the %s that is now %s and cannot be given to another: choose a new one", a.Source, a.Code, d.fill.Level, current)})
	}
	return kept, nil
}

// saveFindings keeps what the reader noted and what the check found.
func (d *draft) saveFindings(ctx context.Context, found []area.Finding) error {
	if _, err := d.tx.Exec(ctx, `DELETE FROM finding WHERE district = $1 AND edition_id = $2 AND origin = 'import' AND level = $3
		AND ($5 OR areas = '{}' OR areas && $4::text[] OR code IN ('area_missing', 'code_skipped', 'prefix_codes', 'old_boundaries', 'codes_swapped', 'code_elsewhere'))`,
		d.district, d.edition, d.fill.Level, codesOf(d.fill.Areas), d.fill.Whole); err != nil {
		return err
	}
	if err := insertFindings(ctx, d.tx, d.district, d.edition, "import", d.fill.Findings); err != nil {
		return err
	}
	return replaceCheckFindings(ctx, d.tx, d.district, d.edition, found)
}

func codesOf(areas []FillArea) []string {
	codes := make([]string, len(areas))
	for i, a := range areas {
		codes[i] = a.Code
	}
	return codes
}

// checkEdition runs every rule over the edition as it stands in tx and
// computes which grids the compounds lie in. hash is that of its content.
func (s *Store) checkEdition(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID) (findings []area.Finding, hash []byte, err error) {
	versions, err := loadVersions(ctx, tx, district, edition)
	if err != nil {
		return nil, nil, err
	}
	if len(versions) == 0 {
		return nil, nil, nil
	}
	var scheme area.Scheme
	if err := tx.QueryRow(ctx, `SELECT scheme FROM district WHERE district = $1`, district).Scan(&scheme); err != nil {
		return nil, nil, err
	}
	rows, err := tx.Query(ctx, `SELECT level, coverage FROM edition_level WHERE district = $1 AND edition_id = $2`, district, edition)
	if err != nil {
		return nil, nil, err
	}
	coverage := map[area.Level]area.Coverage{}
	var level area.Level
	var asked area.Coverage
	if _, err := pgx.ForEachRow(rows, []any{&level, &asked}, func() error { coverage[level] = asked; return nil }); err != nil {
		return nil, nil, err
	}
	if err := computeMemberships(ctx, tx, district, edition, versions); err != nil {
		return nil, nil, err
	}
	if findings, err = s.geometry.Check(ctx, versions, scheme, coverage); err != nil {
		return nil, nil, err
	}
	if err := waive(ctx, tx, district, edition, findings); err != nil {
		return nil, nil, err
	}
	return findings, area.ContentHash(versions), nil
}
