package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/mend"
	"wangge/internal/policy"
)

// Mending is one change of a draft, as somebody asks for it. Kind says which
// fields count.
type Mending struct {
	Kind    string      // one of area.MendKind, or move, insert, remove, split, merge
	Finding int64       // fill, cut, trim, assign, remove_vertex: what it puts right
	Area    string      // as in area.Mend; split: the area; merge: the one that stays
	Metres  float64     // snap
	Level   area.Level  // split, merge
	Other   string      // split: the new code; merge: the code that goes
	Name    string      // split: the new name
	Points  []geo.Point // move: from, to; insert: the two neighbours, then the new vertex; remove: the vertex; split: the line
}

// Mended is one change that was made. Undone ones stay listed.
type Mended struct {
	ID     int64
	Kind   string
	ZH, EN string
	Place  *geo.Point
	Made   time.Time
	Undone bool
	Closed bool // before a later import; it can no longer be undone
	Areas  []string

	SolvedZH, SolvedEN []string // the findings that it put right
}

// lockDraft is lockEdition for an edition that may change, at the version that
// the caller has seen (0 does not ask). Errors: no_district, no_such_edition,
// edition_active, stale_version.
func lockDraft(ctx context.Context, tx pgx.Tx, district, name string, version int64) (*area.Edition, error) {
	district, err := onlyDistrict(ctx, tx, district)
	if err != nil {
		return nil, err
	}
	e, err := lockEdition(ctx, tx, district, name)
	switch {
	case err != nil:
		return nil, err
	case len(e.Activations) > 0:
		return nil, fault.New(fault.Conflict, "edition_active", "版次 %[1]s 已启用，不能再改；请以它为底新建草稿", "the edition %[1]s is active and cannot change; begin a new draft from it", name)
	case version != 0 && version != e.Version:
		return nil, staleVersion(name)
	}
	return e, nil
}

func staleVersion(name string) error {
	return fault.New(fault.Stale, "stale_version", "版次 %[1]s 已被别人改动，请刷新后再试", "the edition %[1]s has changed; reload and try again", name)
}

// touchDraft counts the draft's version on and takes its check back; e is read anew.
func touchDraft(ctx context.Context, tx pgx.Tx, e *area.Edition) error {
	if _, err := tx.Exec(ctx, `UPDATE edition SET status = 'draft', content_hash = NULL, version = version + 1
		WHERE district = $1 AND edition_id = $2`, e.District, e.ID); err != nil {
		return err
	}
	fresh, err := loadEdition(ctx, tx, e.District, e.ID)
	if err == nil {
		*e = *fresh
	}
	return err
}

func closeMends(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE mend SET closed = true WHERE district = $1 AND edition_id = $2`, district, edition)
	return err
}

// Mend changes a draft and checks it anew, all or nothing. Errors: those of
// lockDraft and of package mend, no_such_finding, mend_opens (the change would
// open a gap or an overlap), code_retired.
func (s *Store) Mend(ctx context.Context, district, name string, m Mending, by Write) (e *area.Edition, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if e, err = lockDraft(ctx, tx, district, name, by.Version); err != nil {
			return err
		}
		versions, err := loadVersions(ctx, tx, e.District, e.ID)
		if err != nil {
			return err
		}
		work, err := s.plan(ctx, tx, e, versions, m)
		if err != nil {
			return err
		}
		if len(work.changes) == 0 {
			return fault.New(fault.Conflict, "nothing_to_mend", "没有要改动的地方", "there is nothing to change")
		}
		if work.id, err = recordMend(ctx, tx, e, work); err != nil {
			return err
		}
		if err := applySide(ctx, tx, e, work.id, true); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, e, work); err != nil {
			return err
		}
		record(ctx, tx, did(policy.DraftEdit, e.District, e.Name, map[string]any{"did": work.kind, "mend": work.id}))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("mend %s: %w", name, err)
	}
	return e, nil
}

// planned is a mend worked out: what it changes, and how it is told.
type planned struct {
	id      int64 // of its row, once written
	kind    string
	zh, en  string
	place   *geo.Point
	changes []mend.Change
	lenient bool              // it may leave findings elsewhere, which are listed
	repair  bool              // it puts a finding right, in a tangle perhaps
	same    map[string]string // codes that are one area before and after
}

func (s *Store) plan(ctx context.Context, tx *writing, e *area.Edition, versions []*area.Version, m Mending) (w *planned, err error) {
	w = &planned{kind: m.Kind}
	points := func(n int) error {
		if len(m.Points) < n {
			return fault.New(fault.Unprocessable, "bad_points", "这个操作需要 %[1]d 个点", "this takes %[1]d points", n)
		}
		w.place = &m.Points[0]
		return nil
	}
	var f *area.Finding
	switch area.MendKind(m.Kind) {
	case area.Fill, area.Cut, area.Trim, area.Assign, area.RemoveVertex:
		if f, err = findingByID(ctx, tx, e.District, e.ID, m.Finding); err != nil {
			return nil, err
		}
		if err := m.fits(f); err != nil {
			return nil, err
		}
		w.place, w.repair = f.Place, true
	}
	switch m.Kind {
	case string(area.Fill):
		w.changes, err = mend.FillGap(versions, f.Level, f.Shape, m.Area)
		w.say("空隙 %.2[2]f m² 补给 %[1]s", "a gap of %.2[2]f m² filled into %[1]s", m.Area, f.M2)
	case string(area.Cut):
		w.changes, err = mend.CutOverlap(versions, f.Level, f.Shape, f.Areas, m.Area)
		w.say("重叠 %.2[2]f m² 划归 %[1]s，从 %[3]s 切去", "an overlap of %.2[2]f m² left to %[1]s and cut from %[3]s", m.Area, f.M2, strings.Join(others(f.Areas, m.Area), ", "))
	case string(area.Trim):
		w.changes, err = mend.TrimToParent(versions, f.Level, f.Shape, m.Area)
		w.say("%[1]s 超出上级的 %.2[2]f m² 切去", "%.2[2]f m² of %[1]s outside its parent cut off", m.Area, f.M2)
		w.lenient = true // what lay outside its parent may have been nobody else's
	case string(area.Assign):
		w.changes, err = mend.Rehang(versions, f.Level, f.Areas[0], m.Area)
		w.say("%[1]s 改属 %[2]s", "%[1]s put under %[2]s", f.Areas[0], m.Area)
		w.lenient = true
	case string(area.RemoveVertex):
		if f.Place == nil {
			return nil, fault.New(fault.Unprocessable, "bad_points", "这个问题没有位置", "this finding has no place")
		}
		w.changes, err = mend.DropVertex(versions, *f.Place)
		w.say("%[1]s 的尖刺去掉", "the spike of %[1]s removed", f.Areas[0])
	case string(area.SnapBorders):
		w.changes, err = s.geometry.Snap(ctx, versions, m.Metres)
		w.say("%[2]g 米以内的边界吸附到一起，改动 %[1]d 个区域", "borders within %[2]g m drawn together; %[1]d areas changed", len(w.changes), m.Metres)
		if much := changedMuch(w.changes); len(much) > 0 {
			w.zh += "；面积变化超过 5 % 的有 " + strings.Join(much, "、") + "，请核对"
			w.en += "; over 5 % of the ground changed for " + strings.Join(much, ", ") + ": have a look"
		}
		w.lenient = true
	case "move":
		if err = points(2); err == nil {
			w.changes, err = mend.MoveVertex(versions, m.Points[0], m.Points[1])
			w.say("界点移动 %.1[1]f 米", "a border vertex moved by %.1[1]f m", geo.MetresAt(m.Points[0]).Between(m.Points[0], m.Points[1]))
		}
	case "insert":
		if err = points(3); err == nil {
			w.place = &m.Points[2]
			w.changes, err = mend.InsertVertex(versions, m.Points[0], m.Points[1], m.Points[2])
			w.say("边界加一个界点", "a border vertex added")
		}
	case "remove":
		if err = points(1); err == nil {
			w.changes, err = mend.DropVertex(versions, m.Points[0])
			w.say("边界去掉一个界点", "a border vertex removed")
		}
	case "split":
		if err = points(2); err == nil {
			w.same = map[string]string{m.Other: m.Area}
			w.changes, err = m.split(ctx, tx, e, versions)
			w.say("%[1]s 划出新的 %[2]s（%[3]s）", "%[2]s (%[3]s) split off %[1]s", m.Area, m.Other, m.Name)
		}
	case "merge":
		w.same = map[string]string{m.Other: m.Area}
		w.changes, err = m.merge(ctx, tx, e, versions)
		w.say("%[2]s 并入 %[1]s", "%[2]s merged into %[1]s", m.Area, m.Other)
	default:
		return nil, fault.New(fault.Invalid, "unknown_mend", "不认识的操作 %[1]q", "unknown kind of mend %[1]q", m.Kind)
	}
	return w, err
}

// fits refuses a mend that the finding does not propose, or an area that it does
// not concern. Error: mend_does_not_fit.
func (m *Mending) fits(f *area.Finding) error {
	kind, named := false, false
	for _, p := range f.Mends {
		if string(p.Kind) == m.Kind {
			kind = true
			named = named || p.Area == m.Area
		}
	}
	switch {
	case kind && named, kind && m.Kind == string(area.Assign), kind && slices.Contains(f.Areas, m.Area):
		return nil
	}
	return fault.New(fault.Unprocessable, "mend_does_not_fit", "这个问题不能这样改，或与 %[1]q 无关", "this finding is not put right this way, or does not concern %[1]q", m.Area)
}

func (w *planned) say(zh, en string, args ...any) {
	w.zh, w.en = fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)
	if len(args) == 0 {
		w.zh, w.en = zh, en
	}
}

// changedMuch lists the areas, five at most, whose ground a mend changed by more
// than 5 %.
func changedMuch(changes []mend.Change) (codes []string) {
	for _, c := range changes {
		if c.Before == nil || c.After == nil || len(codes) == 5 {
			continue
		}
		if shared, before, after := geo.SharedGround(c.Before.Ground, c.After.Ground); shared < 0.95*max(before, after) {
			codes = append(codes, c.After.Code)
		}
	}
	return codes
}

func others(codes []string, one string) (out []string) {
	for _, c := range codes {
		if c != one {
			out = append(out, c)
		}
	}
	return out
}

// split makes the new area with the identity that its code has, if it was only
// ever tried in drafts. Errors: bad_code, bad_name, code_retired.
func (m *Mending) split(ctx context.Context, tx *writing, e *area.Edition, versions []*area.Version) ([]mend.Change, error) {
	if err := lockDistrict(ctx, tx, e.District); err != nil { // codes are given out one at a time
		return nil, err
	}
	scheme, err := schemeOf(ctx, tx, e.District)
	if err != nil {
		return nil, err
	}
	if err := scheme.CheckCode(e.District, m.Level, m.Other); err != nil {
		return nil, err
	}
	if err := area.CheckText("name", m.Name, 100); err != nil {
		return nil, err
	}
	changes, err := mend.Split(versions, m.Level, m.Area, m.Points, mend.Part{Code: m.Other, Name: m.Name})
	if err != nil {
		return nil, err
	}
	fresh := changes[len(changes)-1].After
	made := fresh.AreaID
	fresh.Source = "split#" + m.Area
	d := &draft{tx: tx, fill: &Fill{Level: m.Level}, district: e.District, edition: e.ID}
	ids, err := d.identities(ctx, []string{m.Other})
	if err != nil {
		return nil, err
	}
	fresh.AreaID = ids[m.Other]
	for _, c := range changes {
		if c.After.Parent == made {
			c.After.Parent = fresh.AreaID
		}
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM area_version v JOIN activation a USING (district, edition_id)
		WHERE v.district = $1 AND v.area_id = $2)`, e.District, fresh.AreaID).Scan(&used); err != nil {
		return nil, err
	}
	if used {
		return nil, fault.New(fault.Unprocessable, "code_retired", "编码 %[1]s 曾属于别的区域，不能再用", "the code %[1]s belonged to another area and cannot be used again", m.Other)
	}
	return changes, nil
}

// merge refuses to leave children with codes that do not follow their parent's.
// Error: children_keep_codes.
func (m *Mending) merge(ctx context.Context, tx pgx.Tx, e *area.Edition, versions []*area.Version) ([]mend.Change, error) {
	changes, err := mend.Merge(versions, m.Level, m.Area, m.Other)
	if err != nil {
		return nil, err
	}
	scheme, err := schemeOf(ctx, tx, e.District)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if c.Before != nil && c.After != nil && c.After.Parent != c.Before.Parent {
			if err := scheme.CheckParent(c.After, m.Area); err != nil {
				return nil, fault.New(fault.Unprocessable, "children_keep_codes",
					"%[1]s 下面的 %[2]s 编码以 %[1]s 开头，并入 %[3]s 后编码要改：请在文件里改好编码再导入",
					"%[2]s under %[1]s has a code that begins with it and would have to change under %[3]s: give it a new code in the file and import that", m.Other, c.After.Code, m.Area)
			}
		}
	}
	return changes, nil
}

func schemeOf(ctx context.Context, tx pgx.Tx, district string) (scheme area.Scheme, err error) {
	err = tx.QueryRow(ctx, `SELECT scheme FROM district WHERE district = $1`, district).Scan(&scheme)
	return scheme, err
}

// recordMend writes a mend down with both sides of every area. What had been
// undone before is closed: its redo no longer fits.
func recordMend(ctx context.Context, tx *writing, e *area.Edition, w *planned) (id int64, err error) {
	if _, err := tx.Exec(ctx, `UPDATE mend SET closed = true WHERE district = $1 AND edition_id = $2 AND undone`, e.District, e.ID); err != nil {
		return 0, err
	}
	var x, y *int32
	if w.place != nil {
		x, y = &w.place.X, &w.place.Y
	}
	if err := tx.QueryRow(ctx, `INSERT INTO mend (district, edition_id, kind, text_zh, text_en, x, y) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING mend_id`,
		e.District, e.ID, w.kind, w.zh, w.en, x, y).Scan(&id); err != nil {
		return 0, err
	}
	for _, c := range w.changes {
		for _, side := range []*area.Version{c.Before, c.After} {
			if side == nil {
				continue
			}
			ground, err := encodeArea(side.Ground)
			if err != nil {
				return 0, err
			}
			// The parent that a file named stays named while the area hangs under it.
			if _, err := tx.Exec(ctx, `INSERT INTO mend_side (district, edition_id, mend_id, after, area_id, level, code, name, kind, priority, parent_code, parent_id, source, lattice)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
				        (SELECT parent_code FROM area_version WHERE district = $1 AND edition_id = $2 AND area_id = $5 AND NOT $14),
				        nullif($11, '00000000-0000-0000-0000-000000000000'::uuid), $12, ST_GeomFromWKB($13, 0))`,
				e.District, e.ID, id, side == c.After, side.AreaID, side.Level, side.Code, side.Name, side.Kind, side.Priority, side.Parent, side.Source, ground,
				side == c.After && c.Before != nil && c.Before.Parent != c.After.Parent); err != nil {
				return 0, err
			}
		}
	}
	return id, nil
}

// applySide puts the areas of a mend as they stand after it, or before.
func applySide(ctx context.Context, tx pgx.Tx, e *area.Edition, id int64, after bool) error {
	for _, sql := range []string{
		`DELETE FROM area_version v USING mend_side m WHERE v.district = $1 AND v.edition_id = $2 AND m.district = $1 AND m.edition_id = $2
			AND m.mend_id = $3 AND m.after <> $4 AND v.area_id = m.area_id`,
		`INSERT INTO area_version (district, edition_id, area_id, level, code, name, kind, priority, parent_code, parent_id, source, lattice)
			SELECT district, edition_id, area_id, level, code, name, kind, priority, parent_code, parent_id, source, lattice
			FROM mend_side WHERE district = $1 AND edition_id = $2 AND mend_id = $3 AND after = $4`,
	} {
		if _, err := tx.Exec(ctx, sql, e.District, e.ID, id, after); err != nil {
			return err
		}
	}
	return nil
}

// snap draws the borders of a draft together after an import, and writes it down
// as a mend.
func (d *draft) snap(ctx context.Context, s *Store) error {
	versions, err := loadVersions(ctx, d.tx, d.district, d.edition)
	if err != nil {
		return err
	}
	e, err := loadEdition(ctx, d.tx, d.district, d.edition)
	if err != nil {
		return err
	}
	m := Mending{Kind: string(area.SnapBorders), Metres: d.fill.Snap}
	w, err := s.plan(ctx, d.tx, e, versions, m)
	if err != nil || len(w.changes) == 0 {
		return err
	}
	id, err := recordMend(ctx, d.tx, e, w)
	if err == nil {
		err = applySide(ctx, d.tx, e, id, true)
	}
	if err == nil {
		d.findings = append(d.findings, area.Finding{Code: "snapped", Severity: area.Note, Level: d.fill.Level, Areas: []string{}, ZH: w.zh, EN: w.en})
		err = d.outline(ctx)
	}
	return err
}

// settle renews what follows from the areas of a draft after a change: the
// outline made from them and the findings. A change that opens a gap or an
// overlap, against what was listed before it, is refused unless w is lenient. Errors:
// mend_opens.
func (s *Store) settle(ctx context.Context, tx *writing, e *area.Edition, w *planned) error {
	d := &draft{tx: tx, fill: &Fill{}, district: e.District, edition: e.ID}
	if err := d.outline(ctx); err != nil {
		return err
	}
	found, _, err := s.checkEdition(ctx, tx, e.District, e.ID)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, selectFinding+`WHERE district = $1 AND edition_id = $2 AND origin = 'check'`, e.District, e.ID)
	if err != nil {
		return err
	}
	was, err := pgx.CollectRows(rows, scanFinding)
	if err != nil {
		return err
	}
	if worse := mend.Worse(was, found, w.same, w.repair); len(worse) > 0 && !w.lenient {
		var zh, en []string
		for _, f := range worse[:min(len(worse), 3)] {
			zh, en = append(zh, f.ZH), append(en, f.EN)
		}
		return fault.New(fault.Unprocessable, "mend_opens", "这样改会出现新的问题，没有保存：%[1]s", "this would open something new and was not kept: %[2]s", strings.Join(zh, "；"), strings.Join(en, "; "))
	}
	if w.id != 0 {
		zh, en := solved(was, found)
		if _, err := tx.Exec(ctx, `UPDATE mend SET solved_zh = $4, solved_en = $5 WHERE district = $1 AND edition_id = $2 AND mend_id = $3`,
			e.District, e.ID, w.id, zh, en); err != nil {
			return err
		}
	}
	lost, err := losses(ctx, tx, e.District, e.ID)
	if err != nil {
		return err
	}
	if err := replaceCheckFindings(ctx, tx, e.District, e.ID, append(lost, found...)); err != nil {
		return err
	}
	return touchDraft(ctx, tx, e)
}

// mostSolved is how many findings are named that one mend put right.
const mostSolved = 50

// solved names the findings of before that after no longer has: errors and
// warnings at places where nothing of their kind is left.
func solved(before, after []area.Finding) (zh, en []string) {
	zh, en = []string{}, []string{}
	left := map[string]bool{}
	for _, f := range after {
		left[placeKey(f)] = true
	}
	for _, f := range before {
		if f.Severity != area.Note && !left[placeKey(f)] && len(zh) < mostSolved {
			zh, en = append(zh, f.Title("zh")+"："+f.ZH), append(en, f.Title("en")+": "+f.EN)
		}
	}
	return zh, en
}

// recordImport writes down what was read, and how, beside the mends.
func (d *draft) recordImport(ctx context.Context) error {
	files := map[string]bool{}
	var names []string
	for _, a := range d.fill.Areas {
		if name, _, _ := strings.Cut(a.Source, "#"); !files[name] {
			files[name] = true
			names = append(names, name)
		}
	}
	zh := fmt.Sprintf("读入 %s：%d 个%s", strings.Join(names, "、"), len(d.fill.Areas), d.fill.Level.Word())
	en := fmt.Sprintf("read %s: %d areas of level %s", strings.Join(names, ", "), len(d.fill.Areas), d.fill.Level)
	if d.fill.How != "" {
		zh, en = zh+"，坐标系 "+d.fill.How, en+", coordinates "+d.fill.How
	}
	_, err := d.tx.Exec(ctx, `INSERT INTO mend (district, edition_id, kind, text_zh, text_en, closed) VALUES ($1, $2, 'import', $3, $4, true)`,
		d.district, d.edition, zh, en)
	return err
}

// Undo takes the last mend back that still stands; Redo makes the last one again
// that was taken back. Errors: those of lockDraft, nothing_to_undo.
func (s *Store) Undo(ctx context.Context, district, name string, by Write) (*area.Edition, error) {
	return s.turnBack(ctx, district, name, by, `SELECT mend_id FROM mend WHERE district = $1 AND edition_id = $2 AND NOT undone AND NOT closed ORDER BY mend_id DESC LIMIT 1`, false)
}

// Redo is the opposite of Undo. Errors: those of lockDraft, nothing_to_undo.
func (s *Store) Redo(ctx context.Context, district, name string, by Write) (*area.Edition, error) {
	return s.turnBack(ctx, district, name, by, `SELECT mend_id FROM mend WHERE district = $1 AND edition_id = $2 AND undone AND NOT closed ORDER BY mend_id LIMIT 1`, true)
}

func (s *Store) turnBack(ctx context.Context, district, name string, by Write, which string, after bool) (e *area.Edition, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if e, err = lockDraft(ctx, tx, district, name, by.Version); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, which, e.District, e.ID)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return fault.New(fault.Conflict, "nothing_to_undo", "没有可以撤销或重做的改动", "there is nothing to undo or redo")
		}
		if err := applySide(ctx, tx, e, ids[0], after); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE mend SET undone = $4 WHERE district = $1 AND edition_id = $2 AND mend_id = $3`, e.District, e.ID, ids[0], !after); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, e, &planned{lenient: true}); err != nil {
			return err
		}
		record(ctx, tx, did(policy.DraftEdit, e.District, e.Name, map[string]any{"did": map[bool]string{true: "redo", false: "undo"}[after], "mend": ids[0]}))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("undo in %s: %w", name, err)
	}
	return e, nil
}

// Mends lists what was changed in an edition, newest first.
func (s *Store) Mends(ctx context.Context, district string, edition uuid.UUID, page Page) ([]Mended, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT m.mend_id, m.kind, m.text_zh, m.text_en, m.solved_zh, m.solved_en, m.x, m.y, m.made_at, m.undone, m.closed,
		       ARRAY(SELECT DISTINCT s.code FROM mend_side s WHERE s.district = m.district AND s.edition_id = m.edition_id AND s.mend_id = m.mend_id ORDER BY 1)
		FROM mend m WHERE m.district = $1 AND m.edition_id = $2 ORDER BY m.mend_id DESC OFFSET $3 LIMIT $4`, district, edition, page.From, page.Most)
	if err != nil {
		return nil, translate(err)
	}
	mends, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Mended, err error) {
		var x, y *int32
		err = row.Scan(&m.ID, &m.Kind, &m.ZH, &m.EN, &m.SolvedZH, &m.SolvedEN, &x, &y, &m.Made, &m.Undone, &m.Closed, &m.Areas)
		if x != nil && y != nil {
			m.Place = &geo.Point{X: *x, Y: *y}
		}
		return m, err
	})
	return mends, translate(err)
}
