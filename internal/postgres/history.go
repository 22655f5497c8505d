package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/lineage"
)

// Stay is one area as it stands through one or more periods without a change of
// code, name, parent or ground.
type Stay struct {
	lineage.Side
	Level  area.Level
	From   time.Time  // first day
	Until  *time.Time // first day that it no longer holds; nil while it does
	Names  []string   // of the editions, the earliest first
	AreaM2 float64
	Box    geo.Box
}

// History is what is known of one area through time.
type History struct {
	Area  uuid.UUID
	Today time.Time        // in the district, by the database's clock
	Stays []Stay           // the earliest first
	Links []lineage.Record // that touch it, in time
}

// AreaHistory tells the life of the area that has, or had, a code, as known at
// a moment (zero: now). Error: no_such_area.
func (s *Store) AreaHistory(ctx context.Context, district string, level area.Level, code string, known time.Time) (h *History, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		periods, err := timeline(ctx, tx, district, known)
		if err != nil {
			return err
		}
		h = &History{}
		if h.Today, err = today(ctx, tx, district); err != nil {
			return err
		}
		if h.Area, _, err = bearer(ctx, tx, district, level, code, periods); err != nil {
			return err
		}
		if h.Stays, err = stays(ctx, tx, district, periods, []uuid.UUID{h.Area}); err != nil {
			return err
		}
		h.Links, err = recorded(ctx, tx, district, periods, known, []uuid.UUID{h.Area})
		return err
	})
	return h, err
}

// Bearers lists the districts and levels in which a code was ever in force.
func (s *Store) Bearers(ctx context.Context, code string) (found []Bearer, err error) {
	rows, err := s.pool.Query(ctx, `SELECT c.district, c.level FROM area_code c WHERE c.code = $1 AND EXISTS (
			SELECT 1 FROM area_version v JOIN activation a USING (district, edition_id)
			WHERE v.district = c.district AND v.area_id = c.area_id AND v.level = c.level AND v.code = c.code)
		ORDER BY 1, 2`, code)
	if err != nil {
		return nil, translate(err)
	}
	found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Bearer])
	return found, translate(err)
}

// Bearer is where a code was in force.
type Bearer struct {
	District string
	Level    area.Level
}

// bearer returns the area that bore a code last in any of the periods, and the
// last period in which it did. Error: no_such_area.
func bearer(ctx context.Context, q querier, district string, level area.Level, code string, periods []Period) (id uuid.UUID, last int, err error) {
	rows, err := q.Query(ctx, `SELECT p.k, v.area_id FROM unnest($4::uuid[]) WITH ORDINALITY AS p (edition_id, k)
		JOIN area_version v ON v.district = $1 AND v.edition_id = p.edition_id AND v.level = $2 AND v.code = $3
		ORDER BY p.k DESC LIMIT 1`, district, level, code, editionsOf(periods))
	if err != nil {
		return id, 0, err
	}
	found := false
	_, err = pgx.ForEachRow(rows, []any{&last, &id}, func() error { found = true; return nil })
	if err == nil && !found {
		err = fault.New(fault.NotFound, "no_such_area", "没有这个区域", "there is no such area")
	}
	return id, last - 1, err
}

func editionsOf(periods []Period) []uuid.UUID {
	ids := make([]uuid.UUID, len(periods))
	for i, p := range periods {
		ids[i] = p.Edition
	}
	return ids
}

// stays lists how areas stand through the periods, one after another; what does
// not change is told once.
func stays(ctx context.Context, q querier, district string, periods []Period, ids []uuid.UUID) ([]Stay, error) {
	rows, err := q.Query(ctx, `
		SELECT p.k, v.area_id, v.level, v.code, v.name, coalesce(u.code, ''), coalesce(u.name, ''), v.area_m2,
		       ST_XMin(v.lattice), ST_YMin(v.lattice), ST_XMax(v.lattice), ST_YMax(v.lattice)
		FROM unnest($3::uuid[]) WITH ORDINALITY AS p (edition_id, k)
		JOIN area_version v ON v.district = $1 AND v.edition_id = p.edition_id AND v.area_id = ANY ($2)
		LEFT JOIN area_version u ON u.district = v.district AND u.edition_id = v.edition_id AND u.area_id = v.parent_id
		ORDER BY v.area_id, p.k`, district, ids, editionsOf(periods))
	if err != nil {
		return nil, err
	}
	var list []Stay
	var k int
	var box [4]float64
	var now Stay
	before := -1 // the period of the stay before
	_, err = pgx.ForEachRow(rows, []any{&k, &now.Area, &now.Level, &now.Code, &now.Name, &now.ParentCode, &now.ParentName, &now.AreaM2,
		&box[0], &box[1], &box[2], &box[3]}, func() error {
		p := periods[k-1]
		now.Box = geo.Box{Min: geo.Point{X: int32(box[0]), Y: int32(box[1])}, Max: geo.Point{X: int32(box[2]), Y: int32(box[3])}}
		if n := len(list); n > 0 && before == k-1 && list[n-1].Side == now.Side && list[n-1].AreaM2 == now.AreaM2 && list[n-1].Box == now.Box {
			list[n-1].Until, list[n-1].Names = p.Until, append(list[n-1].Names, p.Name)
		} else {
			s := now
			s.From, s.Until, s.Names = p.From, p.Until, []string{p.Name}
			list = append(list, s)
		}
		before = k
		return nil
	})
	return list, err
}

// Descent is what became of an area, or what it came from.
type Descent struct {
	Of    Stay             // the area as it stood
	Links []lineage.Record // in time; the latest first when looking back
	Ends  []Stay           // the areas at the end: today's, or those of the first edition
}

// Successors follows the ground of an area from a day (zero: from the last day
// that the code was in force, today where it is) to today and beyond; Ends are
// the areas in force today. known is as in Timeline. Error: no_such_area.
func (s *Store) Successors(ctx context.Context, district string, level area.Level, code string, at At) (*Descent, error) {
	return s.descent(ctx, district, level, code, at, true)
}

// Predecessors follows the ground of an area back to the first edition.
// Error: no_such_area.
func (s *Store) Predecessors(ctx context.Context, district string, level area.Level, code string, at At) (*Descent, error) {
	return s.descent(ctx, district, level, code, at, false)
}

func (s *Store) descent(ctx context.Context, district string, level area.Level, code string, at At, forward bool) (d *Descent, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		periods, err := timeline(ctx, tx, district, at.Known)
		if err != nil {
			return err
		}
		first, among := 0, periods
		if !at.Valid.IsZero() {
			first, among = on(periods, at.Valid)
		}
		id, start, err := bearer(ctx, tx, district, level, code, among)
		if err != nil {
			return err
		}
		start += first
		d = &Descent{}
		own, err := stays(ctx, tx, district, periods[start:start+1], []uuid.UUID{id})
		if err != nil {
			return err
		}
		d.Of = own[0]
		frontier := []uuid.UUID{id}
		today := 0
		for i, p := range periods {
			if p.Begun {
				today = i
			}
		}
		end, ends := start, frontier
		for k := start; forward && k+1 < len(periods) || !forward && k > 0; {
			step := k - 1
			if forward {
				step = k + 1
			}
			links, err := recorded(ctx, tx, district, periods[min(k, step):max(k, step)+1], at.Known, frontier)
			if err != nil {
				return err
			}
			there, err := goOn(ctx, tx, district, periods[step].Edition, frontier)
			if err != nil {
				return err
			}
			for _, l := range links {
				here, next := l.From.Area, l.To.Area
				if !forward {
					here, next = next, here
				}
				if !slices.Contains(frontier, here) {
					continue // the other end of it is ours
				}
				d.Links = append(d.Links, l)
				if !slices.Contains(there, next) {
					there = append(there, next)
				}
			}
			frontier, k = there, step
			if !forward || k <= today {
				end, ends = k, frontier
			}
		}
		if ends, err = onGround(ctx, tx, district, id, periods[start].Edition, ends, periods[end].Edition); err != nil {
			return err
		}
		if d.Ends, err = stays(ctx, tx, district, periods[end:end+1], ends); err != nil {
			return err
		}
		slices.SortFunc(d.Ends, func(a, b Stay) int { return strings.Compare(a.Code, b.Code) })
		return nil
	})
	return d, err
}

// on returns the period that holds on a day, and its place; none before the first.
func on(periods []Period, day time.Time) (i int, only []Period) {
	for i := len(periods) - 1; i >= 0; i-- {
		if periods[i].From.Format(time.DateOnly) <= day.Format(time.DateOnly) {
			return i, periods[i : i+1]
		}
	}
	return 0, nil
}

// onGround leaves those of the areas of one edition that have ground which was
// an area's in another: who took part of an area over may have lost other ground.
func onGround(ctx context.Context, q querier, district string, id, in uuid.UUID, areas []uuid.UUID, at uuid.UUID) ([]uuid.UUID, error) {
	own, err := groundOf(ctx, q, district, in, []uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	theirs, err := groundOf(ctx, q, district, at, areas)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(areas), func(a uuid.UUID) bool {
		if a == id {
			return false
		}
		shared, _, _ := geo.SharedGround(own[id], theirs[a])
		return shared <= 0
	}), nil
}

// groundOf returns the ground of areas in an edition.
func groundOf(ctx context.Context, q querier, district string, edition uuid.UUID, areas []uuid.UUID) (map[uuid.UUID]geo.Area, error) {
	rows, err := q.Query(ctx, `SELECT area_id, ST_AsBinary(lattice) FROM area_version WHERE district = $1 AND edition_id = $2 AND area_id = ANY ($3)`, district, edition, areas)
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]geo.Area, len(areas))
	var id uuid.UUID
	var b []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &b}, func() error {
		rings, err := decodeRings(b)
		if err != nil {
			return err
		}
		found[id], err = geo.Restore(rings)
		return err
	})
	return found, err
}

// goOn returns those of the areas that an edition has.
func goOn(ctx context.Context, q querier, district string, edition uuid.UUID, areas []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT area_id FROM area_version WHERE district = $1 AND edition_id = $2 AND area_id = ANY ($3) ORDER BY code`, district, edition, areas)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// Then is who a place belonged to through a period.
type Then struct {
	Period
	District string
	Chain    []lineage.Side // of the areas that own it, coarse to fine
	Levels   []area.Level
	Links    []lineage.Record // that led here from the chain of the period before
}

// PlaceHistory tells whom a lattice point has belonged to, as known at a
// moment, by the rule of ownership: periods in which nothing of the chain
// changes are told once, and those in which nobody had it are left out. Where
// districts overlapped, the lowest code owned it.
func (s *Store) PlaceHistory(ctx context.Context, p geo.Point, known time.Time) (list []Then, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		rows, err := tx.Query(ctx, `SELECT district FROM district d WHERE EXISTS (
				SELECT 1 FROM area_version v JOIN activation a USING (district, edition_id)
				WHERE v.district = d.district AND v.level = 1 AND v.lattice && ST_MakePoint($1, $2) AND ST_Covers(v.lattice, ST_MakePoint($1, $2)))
			ORDER BY district`, float64(p.X), float64(p.Y))
		if err != nil {
			return err
		}
		districts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		var all []Then
		for _, d := range districts {
			owned, err := ownedIn(ctx, tx, d, p, known)
			if err != nil {
				return err
			}
			all = append(all, owned...)
		}
		list = oneAfterAnother(all)
		return nil
	})
	return list, err
}

// ownedIn lists the periods in which a district had a point.
func ownedIn(ctx context.Context, q querier, district string, p geo.Point, known time.Time) ([]Then, error) {
	periods, err := timeline(ctx, q, district, known)
	if err != nil {
		return nil, err
	}
	chains, err := chains(ctx, q, district, editionsOf(periods), p)
	if err != nil {
		return nil, err
	}
	var list []Then
	for i, period := range periods {
		then := Then{Period: period, District: district}
		var ids, before []uuid.UUID
		for _, o := range chains[period.Edition] {
			then.Chain, then.Levels, ids = append(then.Chain, o.Side), append(then.Levels, o.level), append(ids, o.Area)
		}
		if len(ids) == 0 {
			continue
		}
		if i > 0 {
			for _, o := range chains[periods[i-1].Edition] {
				before = append(before, o.Area)
			}
			links, err := recorded(ctx, q, district, periods[i-1:i+1], known, ids)
			if err != nil {
				return nil, err
			}
			for _, l := range links {
				if slices.Contains(before, l.From.Area) && slices.Contains(ids, l.To.Area) {
					then.Links = append(then.Links, l)
				}
			}
		}
		list = append(list, then)
	}
	return list, nil
}

// oneAfterAnother puts what several districts had into one sequence, the lowest
// code first where they overlap, and tells what does not change once.
func oneAfterAnother(all []Then) (list []Then) {
	var days []time.Time
	for _, t := range all {
		days = append(days, t.From)
		if t.Until != nil {
			days = append(days, *t.Until)
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)
	for i, day := range days {
		owner := slices.IndexFunc(all, func(t Then) bool { return !t.From.After(day) && (t.Until == nil || t.Until.After(day)) }) // by district
		if owner < 0 {
			continue
		}
		then := all[owner]
		if !then.From.Equal(day) { // somebody with a lower code had it until now
			then.From, then.Links = day, nil
		}
		then.Until = nil
		if i+1 < len(days) {
			then.Until = &days[i+1]
		}
		if n := len(list); n > 0 && list[n-1].District == then.District && slices.Equal(list[n-1].Chain, then.Chain) && list[n-1].Until != nil && list[n-1].Until.Equal(day) {
			list[n-1].Until = then.Until
			continue
		}
		list = append(list, then)
	}
	return list
}

type owner struct {
	lineage.Side
	level area.Level
}

// chains returns, for each edition, the areas that own a point, coarse to fine:
// the finest that covers it with the lowest (priority, code), and its ancestors.
func chains(ctx context.Context, q querier, district string, editions []uuid.UUID, p geo.Point) (map[uuid.UUID][]owner, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE finest AS (
		  SELECT DISTINCT ON (edition_id) edition_id, area_id, level, code, name, parent_id FROM area_version
		  WHERE district = $1 AND edition_id = ANY ($2) AND level <= 4 AND kind = 'basic'
		    AND lattice && ST_MakePoint($3, $4) AND ST_Covers(lattice, ST_MakePoint($3, $4))
		  ORDER BY edition_id, level DESC, priority, code),
		chain AS (
		  SELECT * FROM finest
		  UNION ALL
		  SELECT v.edition_id, v.area_id, v.level, v.code, v.name, v.parent_id
		  FROM chain c JOIN area_version v ON v.district = $1 AND v.edition_id = c.edition_id AND v.area_id = c.parent_id)
		SELECT c.edition_id, c.area_id, c.level, c.code, c.name, coalesce(u.code, ''), coalesce(u.name, '')
		FROM chain c LEFT JOIN area_version u ON u.district = $1 AND u.edition_id = c.edition_id AND u.area_id = c.parent_id
		ORDER BY c.edition_id, c.level`, district, editions, float64(p.X), float64(p.Y))
	if err != nil {
		return nil, err
	}
	found := map[uuid.UUID][]owner{}
	var edition uuid.UUID
	var o owner
	_, err = pgx.ForEachRow(rows, []any{&edition, &o.Area, &o.level, &o.Code, &o.Name, &o.ParentCode, &o.ParentName}, func() error {
		found[edition] = append(found[edition], o)
		return nil
	})
	return found, err
}

// Owner is who owns a point in the generation that a transaction commits under.
type Owner struct {
	Generation int64
	District   string
	Edition    uuid.UUID
	Area       uuid.UUID
	Level      area.Level
	Code       string
}

// FixOwner decides who owns a lattice point, for a write of tx that keeps the
// answer. Activations wait until tx ends, so that the generation it was decided
// under is the one at the commit. covered is false outside every district.
func (s *Store) FixOwner(ctx context.Context, tx pgx.Tx, p geo.Point) (o Owner, covered bool, err error) {
	// Two statements: the second sees what was committed while the first waited.
	if err := tx.QueryRow(ctx, `SELECT current FROM generation FOR SHARE`).Scan(&o.Generation); err != nil {
		return o, false, translate(err)
	}
	rows, err := tx.Query(ctx, `
		SELECT v.district, v.edition_id, v.area_id, v.level, v.code
		FROM district d CROSS JOIN LATERAL (
		  SELECT edition_id FROM activation a WHERE a.district = d.district AND a.effective_at <= clock_timestamp()
		  ORDER BY a.effective_at DESC, a.generation DESC LIMIT 1) a
		JOIN area_version v ON v.district = d.district AND v.edition_id = a.edition_id AND v.level <= 4 AND v.kind = 'basic'
		  AND v.lattice && ST_MakePoint($1, $2) AND ST_Covers(v.lattice, ST_MakePoint($1, $2))
		ORDER BY v.district, v.level DESC, v.priority, v.code LIMIT 1`, float64(p.X), float64(p.Y))
	if err != nil {
		return o, false, translate(err)
	}
	_, err = pgx.ForEachRow(rows, []any{&o.District, &o.Edition, &o.Area, &o.Level, &o.Code}, func() error { covered = true; return nil })
	return o, covered, translate(err)
}
