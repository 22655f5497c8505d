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

// Lineage proposes the links to an edition from the one in force before a day
// (zero: today in the district), or lists the recorded ones when it has been activated. before is "" when
// nothing was in force. Errors: no_district, no_such_edition.
func (s *Store) Lineage(ctx context.Context, district, name string, from time.Time) (before string, links []lineage.Record, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
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
			all, err := recorded(ctx, tx, district, periods[i-1:i+1], time.Time{}, nil)
			links = all
			return err
		}
		if from.IsZero() {
			if from, err = today(ctx, tx, district); err != nil {
				return err
			}
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
		had, has := byIdentity(was), byIdentity(is)
		for _, l := range lineage.Propose(was, is) {
			links = append(links, describe(l, had, has, earlier.Name, name))
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

func describe(l lineage.Link, had, has map[uuid.UUID]*area.Version, before, after string) lineage.Record {
	side := func(v *area.Version, all map[uuid.UUID]*area.Version) lineage.Side {
		s := lineage.Side{Area: v.AreaID, Code: v.Code, Name: v.Name}
		if p := all[v.Parent]; p != nil {
			s.ParentCode, s.ParentName = p.Code, p.Name
		}
		return s
	}
	return lineage.Record{Kind: l.Kind, Level: l.To.Level, From: side(l.From, had), To: side(l.To, has), Before: before, After: after,
		SharedM2: l.SharedM2, OfFrom: l.OfFrom, OfTo: l.OfTo}
}

// pair is what ties two editions that follow each other, to be recorded.
type pair struct {
	before, after uuid.UUID
	links         []lineage.Link
	confirmed     bool
}

// lineagePairs works out what ties an edition, about to be put into force from a
// day, to the ones in force before and after. A confirmed recode gives the new
// area the identity of the old one, so that whatever refers to it stays with
// it; the edition's content then differs, and changed is true. What is recorded
// already is not proposed again. Error: lineage_unfit.
func lineagePairs(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, from time.Time, says Confirmation) (pairs []pair, changed bool, err error) {
	periods, err := timeline(ctx, tx, district, time.Time{})
	if err != nil {
		return nil, false, err
	}
	before, after := around(periods, from)
	if before != nil && before.Edition != edition {
		known, err := hasPair(ctx, tx, district, before.Edition, edition)
		if err != nil {
			return nil, false, err
		}
		if says.given() || !known {
			var p pair
			if p, changed, err = tie(ctx, tx, district, before.Edition, edition, says); err != nil {
				return nil, false, err
			}
			pairs = append(pairs, p)
		}
	} else if len(says.Links) > 0 {
		return nil, false, fault.New(fault.Unprocessable, "lineage_unfit",
			"这一天之前没有启用的版次，写不了沿革", "nothing was in force before that day, so there is no lineage to confirm")
	}
	if after != nil && after.Edition != edition {
		known, err := hasPair(ctx, tx, district, edition, after.Edition)
		if err != nil || known {
			return pairs, changed, err
		}
		is, next, err := loadPair(ctx, tx, district, edition, after.Edition)
		if err != nil {
			return nil, false, err
		}
		pairs = append(pairs, pair{before: edition, after: after.Edition, links: lineage.Propose(is, next)})
	}
	return pairs, changed, nil
}

func hasPair(ctx context.Context, tx pgx.Tx, district string, before, after uuid.UUID) (known bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM lineage_pair WHERE district = $1 AND before_id = $2 AND after_id = $3)`, district, before, after).Scan(&known)
	return known, err
}

// tie works out the links from one edition to the next, as proposed or as
// confirmed.
func tie(ctx context.Context, tx pgx.Tx, district string, before, after uuid.UUID, says Confirmation) (p pair, changed bool, err error) {
	p = pair{before: before, after: after, confirmed: says.given()}
	was, is, err := loadPair(ctx, tx, district, before, after)
	if err != nil {
		return p, false, err
	}
	p.links = lineage.Propose(was, is)
	if !says.given() {
		return p, false, nil
	}
	if p.links, err = says.choose(p.links, was, is); err != nil {
		return p, false, err
	}
	if changed, err = unite(ctx, tx, district, after, p.links); err != nil || !changed {
		return p, false, err
	}
	if is, err = loadVersions(ctx, tx, district, after); err != nil {
		return p, false, err
	}
	p.links = united(p.links, was, is)
	return p, true, nil
}

// named is an area among the versions of an edition.
type named struct {
	level area.Level
	code  string
}

func byName(versions []*area.Version) map[named]*area.Version {
	m := make(map[named]*area.Version, len(versions))
	for _, v := range versions {
		m[named{v.Level, v.Code}] = v
	}
	return m
}

// choose turns what was proposed into what was confirmed: the changes of areas
// that go on are facts, links between two areas are as the steward says, as far
// as there is ground for them. Error: lineage_unfit.
func (c Confirmation) choose(proposed []lineage.Link, was, is []*area.Version) ([]lineage.Link, error) {
	if c.Links == nil {
		return proposed, nil
	}
	if most := 2 * (len(was) + len(is)); len(c.Links) > most {
		return nil, fault.New(fault.Unprocessable, "lineage_unfit", "沿革有 %[1]d 条，比区域多得多（最多 %[2]d 条）", "%[1]d links are far more than there are areas (at most %[2]d)", len(c.Links), most)
	}
	type ends struct{ from, to uuid.UUID }
	var links []lineage.Link
	measured := map[ends]lineage.Link{}
	for _, l := range proposed {
		if l.Same() {
			links = append(links, l)
		} else {
			measured[ends{l.From.AreaID, l.To.AreaID}] = l
		}
	}
	wasAt, isAt, had, has := byName(was), byName(is), byIdentity(was), byIdentity(is)
	heirs, said := map[uuid.UUID]bool{}, map[ends]bool{}
	for _, choice := range c.Links {
		unfit := func(zh, en string) error {
			return fault.New(fault.Unprocessable, "lineage_unfit", "沿革 %[1]s → %[2]s："+zh, "lineage %[1]s → %[2]s: "+en, choice.From, choice.To)
		}
		v, w := wasAt[named{choice.Level, choice.From}], isAt[named{choice.Level, choice.To}]
		switch {
		case v == nil:
			return nil, unfit("前一版次里没有这个编码", "the edition before has no such code")
		case w == nil:
			return nil, unfit("这一版次里没有这个编码", "this edition has no such code")
		case !slices.Contains(lineage.Kinds, choice.Kind) || choice.Kind == lineage.Rename:
			return nil, unfit("两个区域之间只能是 recode、transfer、split 或 merge", "between two areas it can only be recode, transfer, split or merge")
		case v.AreaID == w.AreaID:
			continue // a fact, and there already
		case said[ends{v.AreaID, w.AreaID}]:
			return nil, unfit("写了两次", "it stands twice")
		case choice.Kind == lineage.Recode && (has[v.AreaID] != nil || had[w.AreaID] != nil):
			return nil, unfit("两个区域有一个在前后都有，不可能是同一个地方换了编码", "one of them stands in both editions, so it cannot be the same place under another code")
		case choice.Kind == lineage.Recode && (heirs[v.AreaID] || heirs[w.AreaID]):
			return nil, unfit("一个区域只能换成一个编码", "an area can take only one code")
		case choice.Kind == lineage.Merge && has[v.AreaID] != nil:
			return nil, unfit("原区域还在，没有并入", "it goes on, so it was not merged away")
		}
		l, known := measured[ends{v.AreaID, w.AreaID}]
		if !known {
			l = lineage.Between(v, w)
		}
		if l.SharedM2 <= 0 {
			return nil, unfit("两处没有共同的地块", "they have no ground in common")
		}
		l.Kind = choice.Kind
		if l.Kind == lineage.Recode {
			heirs[v.AreaID], heirs[w.AreaID] = true, true
		}
		said[ends{v.AreaID, w.AreaID}] = true
		links = append(links, l)
	}
	return links, nil
}

// unite gives areas that are old ones under another code the old identity, here
// and in drafts. An identity that was ever in force, or that stands beside the
// old one in a draft, stays as it is: others may refer to it.
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
	rows, err := tx.Query(ctx, `
		SELECT h.old, h.new FROM unnest($2::uuid[], $3::uuid[]) AS h (old, new)
		WHERE NOT EXISTS (SELECT 1 FROM area_version v JOIN activation a USING (district, edition_id) WHERE v.district = $1 AND v.area_id = h.new)
		  AND NOT EXISTS (SELECT 1 FROM area_version v JOIN area_version w USING (district, edition_id) WHERE v.district = $1 AND v.area_id = h.new AND w.area_id = h.old)`,
		district, olds, news)
	if err != nil {
		return false, err
	}
	olds, news = nil, nil
	var old, fresh uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&old, &fresh}, func() error { olds, news = append(olds, old), append(news, fresh); return nil }); err != nil || len(olds) == 0 {
		return false, err
	}
	const heirs = `FROM unnest($1::uuid[], $2::uuid[]) AS h (old, new) WHERE `
	here := []any{olds, news, district}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		// Other drafts that hold them have to be checked anew.
		{`UPDATE edition e SET status = 'draft', content_hash = NULL, version = version + 1 WHERE e.district = $1 AND e.edition_id <> $2
		  AND EXISTS (SELECT 1 FROM area_version v WHERE v.district = e.district AND v.edition_id = e.edition_id AND v.area_id = ANY ($3))`, []any{district, edition, news}},
		{`UPDATE area_version v SET area_id = h.old ` + heirs + `v.district = $3 AND v.area_id = h.new`, here},
		{`UPDATE area_version v SET parent_id = h.old ` + heirs + `v.district = $3 AND v.parent_id = h.new`, here},
		{`UPDATE area_code c SET area_id = h.old ` + heirs + `c.district = $3 AND c.area_id = h.new`, here},
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
	isAt := byName(is)
	for _, l := range links {
		if l.Same() {
			continue
		}
		if l.To = isAt[named{l.To.Level, l.To.Code}]; !l.Same() { // a recode whose identities stayed apart is told as one
			out = append(out, l)
		}
	}
	return out
}

// save keeps a pair under the generation that it was recorded with.
func (p pair) save(ctx context.Context, tx pgx.Tx, district string, generation int64) error {
	if _, err := tx.Exec(ctx, `INSERT INTO lineage_pair (district, before_id, after_id, generation, confirmed) VALUES ($1, $2, $3, $4, $5)`,
		district, p.before, p.after, generation, p.confirmed); err != nil {
		return fmt.Errorf("record lineage: %w", err)
	}
	var from, to []uuid.UUID
	var kinds []string
	var levels []int16
	var shared, ofFrom, ofTo []float64
	for _, l := range p.links {
		from, to, kinds, levels = append(from, l.From.AreaID), append(to, l.To.AreaID), append(kinds, string(l.Kind)), append(levels, int16(l.To.Level))
		shared, ofFrom, ofTo = append(shared, l.SharedM2), append(ofFrom, l.OfFrom), append(ofTo, l.OfTo)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO lineage (district, before_id, after_id, generation, from_id, to_id, kind, level, shared_m2, of_from, of_to)
		SELECT $1, $2, $3, $4, * FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::smallint[], $9::float8[], $10::float8[], $11::float8[])`,
		district, p.before, p.after, generation, from, to, kinds, levels, shared, ofFrom, ofTo); err != nil {
		return fmt.Errorf("record lineage: %w", err)
	}
	return nil
}

// recorded lists the links between consecutive periods, as known at a moment
// (zero: now); of areas alone when any are named.
func recorded(ctx context.Context, q querier, district string, periods []Period, known time.Time, areas []uuid.UUID) ([]lineage.Record, error) {
	before, after := pairsOf(periods)
	rows, err := q.Query(ctx, `
		SELECT l.kind, l.level, l.shared_m2, l.of_from, l.of_to, r.confirmed, p.k,
		       v.area_id, v.code, v.name, coalesce(vp.code, ''), coalesce(vp.name, ''),
		       w.area_id, w.code, w.name, coalesce(wp.code, ''), coalesce(wp.name, '')
		FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS p (before_id, after_id, k)
		CROSS JOIN LATERAL (SELECT lp.generation, lp.confirmed FROM lineage_pair lp JOIN activation a USING (district, generation)
		  WHERE lp.district = $1 AND lp.before_id = p.before_id AND lp.after_id = p.after_id AND a.recorded_at <= coalesce($5, 'infinity'::timestamptz)
		  ORDER BY lp.generation DESC LIMIT 1) r
		JOIN lineage l ON l.district = $1 AND l.before_id = p.before_id AND l.after_id = p.after_id AND l.generation = r.generation
		JOIN area_version v ON v.district = l.district AND v.edition_id = l.before_id AND v.area_id = l.from_id
		JOIN area_version w ON w.district = l.district AND w.edition_id = l.after_id AND w.area_id = l.to_id
		LEFT JOIN area_version vp ON vp.district = v.district AND vp.edition_id = v.edition_id AND vp.area_id = v.parent_id
		LEFT JOIN area_version wp ON wp.district = w.district AND wp.edition_id = w.edition_id AND wp.area_id = w.parent_id
		WHERE $4::uuid[] IS NULL OR l.from_id = ANY ($4) OR l.to_id = ANY ($4)
		ORDER BY p.k, l.level, w.code, v.code, l.kind`, district, before, after, areas, whenKnown(known))
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

// pairsOf are the editions of consecutive periods.
func pairsOf(periods []Period) (before, after []uuid.UUID) {
	ids := editionsOf(periods)
	if len(ids) < 2 {
		return nil, nil
	}
	return ids[:len(ids)-1], ids[1:]
}

func whenKnown(known time.Time) *time.Time {
	if known.IsZero() {
		return nil
	}
	return &known
}

// Change counts links of one kind at one level.
type Change struct {
	Level area.Level
	Kind  lineage.Kind
	Count int
}

// Changes counts, for each period, what ties it to the one before.
func (s *Store) Changes(ctx context.Context, district string, periods []Period, known time.Time) (changes [][]Change, err error) {
	changes = make([][]Change, len(periods))
	before, after := pairsOf(periods)
	err = s.inTx(ctx, func(tx *writing) error {
		rows, err := tx.Query(ctx, `SELECT p.k, l.level, l.kind, count(*)
			FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS p (before_id, after_id, k)
			CROSS JOIN LATERAL (SELECT lp.generation FROM lineage_pair lp JOIN activation a USING (district, generation)
			  WHERE lp.district = $1 AND lp.before_id = p.before_id AND lp.after_id = p.after_id AND a.recorded_at <= coalesce($4, 'infinity'::timestamptz)
			  ORDER BY lp.generation DESC LIMIT 1) r
			JOIN lineage l ON l.district = $1 AND l.before_id = p.before_id AND l.after_id = p.after_id AND l.generation = r.generation
			GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, district, before, after, whenKnown(known))
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
