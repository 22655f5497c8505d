package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/lineage"
)

// Choice is a link between two areas as a steward confirms it, by their codes.
type Choice struct {
	Level    area.Level
	Kind     lineage.Kind
	From, To string
}

// Confirmation is what a steward says of the lineage of an edition when putting
// it into force. The zero value says nothing: links are recorded as proposed,
// and no identity changes.
type Confirmation struct {
	AsProposed bool
	Links      []Choice // all links between two areas that hold; nil says nothing
}

func (c Confirmation) given() bool { return c.AsProposed || c.Links != nil }

// Lineage proposes the links to an edition from the one in force before a day,
// or lists the recorded ones when it has been activated. before is "" when
// nothing was in force. Errors: no_district, no_such_edition.
func (s *Store) Lineage(ctx context.Context, district, name string, from time.Time) (before string, links []lineage.Record, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if district, err = onlyDistrict(ctx, tx, district); err != nil {
			return err
		}
		e, err := editionByName(ctx, tx, district, name)
		if err != nil {
			return err
		}
		periods, err := timeline(ctx, tx, district, time.Time{})
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(periods, func(p Period) bool { return p.Edition == e.ID }); i >= 0 {
			if i == 0 {
				return nil
			}
			before = periods[i-1].Name
			all, err := recorded(ctx, tx, district, periods[i-1:i+1], nil)
			links = all
			return err
		}
		earlier, _ := around(periods, from)
		if earlier == nil {
			return nil
		}
		before = earlier.Name
		was, is, err := loadPair(ctx, tx, district, earlier.Edition, e.ID)
		if err != nil {
			return err
		}
		for _, l := range lineage.Propose(was, is) {
			links = append(links, describe(l, was, is, earlier.Name, name))
		}
		return nil
	})
	return before, links, err
}

func loadPair(ctx context.Context, q querier, district string, before, after uuid.UUID) (was, is []*area.Version, err error) {
	if was, err = loadVersions(ctx, q, district, before); err != nil {
		return nil, nil, err
	}
	is, err = loadVersions(ctx, q, district, after)
	return was, is, err
}

func describe(l lineage.Link, was, is []*area.Version, before, after string) lineage.Record {
	side := func(v *area.Version, all []*area.Version) lineage.Side {
		s := lineage.Side{Area: v.AreaID, Code: v.Code, Name: v.Name}
		if i := slices.IndexFunc(all, func(p *area.Version) bool { return p.AreaID == v.Parent }); i >= 0 {
			s.ParentCode, s.ParentName = all[i].Code, all[i].Name
		}
		return s
	}
	return lineage.Record{Kind: l.Kind, Level: l.To.Level, From: side(l.From, was), To: side(l.To, is), Before: before, After: after,
		SharedM2: l.SharedM2, OfFrom: l.OfFrom, OfTo: l.OfTo}
}

// recordLineage records what ties an edition, about to be put into force from a
// day, to the ones in force before and after. A confirmed recode gives the new
// area the identity of the old one, so that whatever refers to it stays with
// it; the edition's content then differs, and changed is true. Error: lineage_unfit.
func recordLineage(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, from time.Time, says Confirmation) (changed bool, err error) {
	periods, err := timeline(ctx, tx, district, time.Time{})
	if err != nil {
		return false, err
	}
	before, after := around(periods, from)
	if before != nil && before.Edition != edition {
		was, is, err := loadPair(ctx, tx, district, before.Edition, edition)
		if err != nil {
			return false, err
		}
		links := lineage.Propose(was, is)
		if says.given() {
			if links, err = says.choose(links, was, is); err != nil {
				return false, err
			}
			if changed, err = unite(ctx, tx, district, edition, links); err != nil {
				return false, err
			}
		}
		if changed {
			if is, err = loadVersions(ctx, tx, district, edition); err != nil {
				return false, err
			}
			links = united(links, was, is)
		}
		if err := saveLinks(ctx, tx, district, before.Edition, edition, links, says.given()); err != nil {
			return false, err
		}
	} else if len(says.Links) > 0 {
		return false, fault.New(fault.Unprocessable, "lineage_unfit",
			"这一天之前没有启用的版次，写不了沿革", "nothing was in force before that day, so there is no lineage to confirm")
	}
	if after != nil && after.Edition != edition {
		is, next, err := loadPair(ctx, tx, district, edition, after.Edition)
		if err != nil {
			return false, err
		}
		if err := saveLinks(ctx, tx, district, edition, after.Edition, lineage.Propose(is, next), false); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// choose turns what was proposed into what was confirmed: the changes of areas
// that go on are facts, links between two areas are as the steward says.
func (c Confirmation) choose(proposed []lineage.Link, was, is []*area.Version) ([]lineage.Link, error) {
	if c.Links == nil {
		return proposed, nil
	}
	var links []lineage.Link
	for _, l := range proposed {
		if l.Same() {
			links = append(links, l)
		}
	}
	find := func(all []*area.Version, level area.Level, code string) *area.Version {
		i := slices.IndexFunc(all, func(v *area.Version) bool { return v.Level == level && v.Code == code })
		if i < 0 {
			return nil
		}
		return all[i]
	}
	holds := func(all []*area.Version, v *area.Version) bool {
		return slices.ContainsFunc(all, func(w *area.Version) bool { return w.AreaID == v.AreaID })
	}
	heirs := map[uuid.UUID]bool{}
	for _, choice := range c.Links {
		unfit := func(zh, en string) error {
			return fault.New(fault.Unprocessable, "lineage_unfit", "沿革 %[1]s → %[2]s："+zh, "lineage %[1]s → %[2]s: "+en, choice.From, choice.To)
		}
		v, w := find(was, choice.Level, choice.From), find(is, choice.Level, choice.To)
		switch {
		case v == nil:
			return nil, unfit("前一版次里没有这个编码", "the edition before has no such code")
		case w == nil:
			return nil, unfit("这一版次里没有这个编码", "this edition has no such code")
		case !slices.Contains(lineage.Kinds, choice.Kind) || choice.Kind == lineage.Rename:
			return nil, unfit("两个区域之间只能是 recode、transfer、split 或 merge", "between two areas it can only be recode, transfer, split or merge")
		case v.AreaID == w.AreaID:
			continue // a fact, and there already
		case choice.Kind == lineage.Recode && (holds(is, v) || holds(was, w)):
			return nil, unfit("两个区域有一个在前后都有，不可能是同一个地方换了编码", "one of them stands in both editions, so it cannot be the same place under another code")
		case choice.Kind == lineage.Recode && (heirs[v.AreaID] || heirs[w.AreaID]):
			return nil, unfit("一个区域只能换成一个编码", "an area can take only one code")
		case choice.Kind == lineage.Merge && holds(is, v):
			return nil, unfit("原区域还在，没有并入", "it goes on, so it was not merged away")
		}
		l := lineage.Link{Kind: choice.Kind, From: v, To: w}
		if i := slices.IndexFunc(proposed, func(p lineage.Link) bool { return p.From.AreaID == v.AreaID && p.To.AreaID == w.AreaID }); i >= 0 {
			l.SharedM2, l.OfFrom, l.OfTo = proposed[i].SharedM2, proposed[i].OfFrom, proposed[i].OfTo
		}
		if l.SharedM2 == 0 {
			if shared, ofV, ofW := geo.SharedGround(v.Ground, w.Ground); ofV > 0 && ofW > 0 {
				l.SharedM2, l.OfFrom, l.OfTo = shared*geo.MetresAt(v.Label).SquareMetres(), min(1, shared/ofV), min(1, shared/ofW)
			}
		}
		if choice.Kind == lineage.Recode {
			heirs[v.AreaID], heirs[w.AreaID] = true, true
		}
		if !slices.ContainsFunc(links, func(o lineage.Link) bool {
			return o.Kind == l.Kind && o.From.AreaID == l.From.AreaID && o.To.AreaID == l.To.AreaID
		}) {
			links = append(links, l)
		}
	}
	return links, nil
}

// unite gives areas that are old ones under another code the old identity. An
// edition that was in force before keeps what it has: others may refer to it.
func unite(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, links []lineage.Link) (changed bool, err error) {
	var olds, news []uuid.UUID
	for _, l := range links {
		if l.Kind == lineage.Recode && !l.Same() {
			olds, news = append(olds, l.From.AreaID), append(news, l.To.AreaID)
		}
	}
	if len(olds) == 0 {
		return false, nil
	}
	var lived bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM activation WHERE district = $1 AND edition_id = $2)
		OR EXISTS (SELECT 1 FROM area_version WHERE district = $1 AND edition_id <> $2 AND area_id = ANY ($3))`,
		district, edition, news).Scan(&lived); err != nil || lived {
		return false, err
	}
	const heirs = `FROM unnest($1::uuid[], $2::uuid[]) AS h (old, new) WHERE `
	here := []any{olds, news, district, edition}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE area_version v SET area_id = h.old ` + heirs + `v.district = $3 AND v.edition_id = $4 AND v.area_id = h.new`, here},
		{`UPDATE area_version v SET parent_id = h.old ` + heirs + `v.district = $3 AND v.edition_id = $4 AND v.parent_id = h.new`, here},
		{`UPDATE area_code c SET area_id = h.old ` + heirs + `c.district = $3 AND c.area_id = h.new`, here[:3]},
		{`DELETE FROM area WHERE district = $1 AND area_id = ANY ($2)`, []any{district, news}},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return false, fmt.Errorf("unite identities: %w", err)
		}
	}
	return true, nil
}

// united are the links once areas have their old identities: what changed of
// them is told anew, ground that passed stays as it was confirmed.
func united(links []lineage.Link, was, is []*area.Version) (out []lineage.Link) {
	for _, l := range lineage.Propose(was, is) {
		if l.Same() {
			out = append(out, l)
		}
	}
	for _, l := range links {
		if l.Same() || l.Kind == lineage.Recode {
			continue
		}
		i := slices.IndexFunc(is, func(w *area.Version) bool { return w.Level == l.To.Level && w.Code == l.To.Code })
		l.To = is[i]
		out = append(out, l)
	}
	return out
}

func saveLinks(ctx context.Context, tx pgx.Tx, district string, before, after uuid.UUID, links []lineage.Link, confirmed bool) error {
	if confirmed {
		if _, err := tx.Exec(ctx, `DELETE FROM lineage WHERE district = $1 AND before_id = $2 AND after_id = $3`, district, before, after); err != nil {
			return err
		}
	}
	var from, to []uuid.UUID
	var kinds []string
	var levels []int16
	var shared, ofFrom, ofTo []float64
	for _, l := range links {
		from, to, kinds, levels = append(from, l.From.AreaID), append(to, l.To.AreaID), append(kinds, string(l.Kind)), append(levels, int16(l.To.Level))
		shared, ofFrom, ofTo = append(shared, l.SharedM2), append(ofFrom, l.OfFrom), append(ofTo, l.OfTo)
	}
	// Links that are there already are the same ones, perhaps confirmed.
	_, err := tx.Exec(ctx, `INSERT INTO lineage (district, before_id, after_id, from_id, to_id, kind, level, shared_m2, of_from, of_to, confirmed)
		SELECT $1, $2, $3, f, t, k, l, s, a, b, $4 FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::smallint[], $9::float8[], $10::float8[], $11::float8[]) AS x (f, t, k, l, s, a, b)
		ON CONFLICT DO NOTHING`, district, before, after, confirmed, from, to, kinds, levels, shared, ofFrom, ofTo)
	if err != nil {
		return fmt.Errorf("record lineage: %w", err)
	}
	return nil
}

// recorded lists the links between consecutive periods; of areas alone when
// any are named.
func recorded(ctx context.Context, q querier, district string, periods []Period, areas []uuid.UUID) ([]lineage.Record, error) {
	var before, after []uuid.UUID
	for i := 1; i < len(periods); i++ {
		before, after = append(before, periods[i-1].Edition), append(after, periods[i].Edition)
	}
	rows, err := q.Query(ctx, `
		SELECT l.kind, l.level, l.shared_m2, l.of_from, l.of_to, l.confirmed, p.k,
		       v.area_id, v.code, v.name, coalesce(vp.code, ''), coalesce(vp.name, ''),
		       w.area_id, w.code, w.name, coalesce(wp.code, ''), coalesce(wp.name, '')
		FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS p (before_id, after_id, k)
		JOIN lineage l ON l.district = $1 AND l.before_id = p.before_id AND l.after_id = p.after_id
		JOIN area_version v ON v.district = l.district AND v.edition_id = l.before_id AND v.area_id = l.from_id
		JOIN area_version w ON w.district = l.district AND w.edition_id = l.after_id AND w.area_id = l.to_id
		LEFT JOIN area_version vp ON vp.district = v.district AND vp.edition_id = v.edition_id AND vp.area_id = v.parent_id
		LEFT JOIN area_version wp ON wp.district = w.district AND wp.edition_id = w.edition_id AND wp.area_id = w.parent_id
		WHERE $4::uuid[] IS NULL OR l.from_id = ANY ($4) OR l.to_id = ANY ($4)
		ORDER BY p.k, l.level, w.code, v.code, l.kind`, district, before, after, areas)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l lineage.Record, err error) {
		var k int
		f, t := &l.From, &l.To
		err = row.Scan(&l.Kind, &l.Level, &l.SharedM2, &l.OfFrom, &l.OfTo, &l.Confirmed, &k,
			&f.Area, &f.Code, &f.Name, &f.ParentCode, &f.ParentName, &t.Area, &t.Code, &t.Name, &t.ParentCode, &t.ParentName)
		if err == nil {
			l.Before, l.After, l.On = periods[k-1].Name, periods[k].Name, periods[k].From
		}
		return l, err
	})
}

// Change counts links of one kind at one level.
type Change struct {
	Level area.Level
	Kind  lineage.Kind
	Count int
}

// Changes counts, for each period, what ties it to the one before.
func (s *Store) Changes(ctx context.Context, district string, periods []Period) (changes [][]Change, err error) {
	changes = make([][]Change, len(periods))
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT p.k, l.level, l.kind, count(*)
			FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS p (before_id, after_id, k)
			JOIN lineage l ON l.district = $1 AND l.before_id = p.before_id AND l.after_id = p.after_id
			GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, district, editionsOf(periods[:max(0, len(periods)-1)]), editionsOf(periods)[min(1, len(periods)):])
		if err != nil {
			return err
		}
		var k int
		var c Change
		_, err = pgx.ForEachRow(rows, []any{&k, &c.Level, &c.Kind, &c.Count}, func() error { changes[k] = append(changes[k], c); return nil })
		return err
	})
	return changes, err
}
