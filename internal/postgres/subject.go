package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/subject"
)

// Subject is one subject on the map (专题), with whose it is, where it is, and
// what it covers and belongs to.
type Subject struct {
	subject.Row
	District string
	ID       uuid.UUID
	Kind     *subject.Kind
	Area     uuid.UUID  // whose it is: who may write it
	Point    *geo.Point // nil: none is known
	Areas    map[string][]CoveredArea
	Links    map[string][]uuid.UUID
	Version  int64
	Today    time.Time // by the clocks of the district, a day in UTC
}

// CoveredArea is an area that a subject covers or lies in. It is Stale when its
// border has changed, or it is gone, since somebody confirmed it.
type CoveredArea struct {
	ID    uuid.UUID
	Stale bool
}

// changedSince says of a row a of subject_area that the border of its area is not
// in the edition now as it was when it was confirmed.
const changedSince = `(a.edition_id <> now.edition_id AND NOT EXISTS (SELECT FROM area_version u JOIN area_version v USING (district, area_id)
	WHERE u.district = a.district AND u.area_id = a.area_id AND u.edition_id = a.edition_id AND v.edition_id = now.edition_id AND u.lattice = v.lattice))`

// dayIn is the day in a district, as today finds it, within a statement.
const dayIn = `(SELECT (clock_timestamp() AT TIME ZONE t.time_zone)::date FROM district t WHERE t.district = `

const selectSubject = `SELECT d.district, d.subject_id, d.kind, d.code, d.name, d.area_id, d.x, d.y, d.since, d.until, d.fields, d.version, ` + dayIn + `d.district),
	(SELECT coalesce(jsonb_agg(jsonb_build_object('field', a.field, 'id', a.area_id, 'stale', coalesce(` + changedSince + `, false)) ORDER BY a.area_id), '[]')
	 FROM subject_area a LEFT JOIN LATERAL (` + editionInForce + `) now ON true WHERE a.district = d.district AND a.subject_id = d.subject_id),
	(SELECT coalesce(jsonb_agg(jsonb_build_object('field', l.field, 'id', l.to_id) ORDER BY l.to_id), '[]')
	 FROM subject_link l WHERE l.district = d.district AND l.subject_id = d.subject_id)
	FROM subject d `

func scanSubject(row pgx.CollectableRow) (s Subject, err error) {
	var kind string
	var x, y *int32
	var since, until *time.Time
	var areas []struct {
		Field string    `json:"field"`
		ID    uuid.UUID `json:"id"`
		Stale bool      `json:"stale"`
	}
	var links []struct {
		Field string    `json:"field"`
		ID    uuid.UUID `json:"id"`
	}
	if err = row.Scan(&s.District, &s.ID, &kind, &s.Code, &s.Name, &s.Area, &x, &y, &since, &until, &s.Values, &s.Version, &s.Today, &areas, &links); err != nil {
		return s, err
	}
	if s.Kind = subject.Find(kind); s.Kind == nil {
		return s, errors.New("a subject of the kind " + kind + ", which nobody describes")
	}
	s.Since, s.Until = orZero(since), orZero(until)
	if x != nil && y != nil {
		s.Point = &geo.Point{X: *x, Y: *y}
	}
	for name, v := range s.Values {
		if n, is := v.(float64); is {
			s.Values[name] = int64(n)
		}
	}
	s.Areas, s.Links, s.Lists = map[string][]CoveredArea{}, map[string][]uuid.UUID{}, map[string]int{}
	for _, a := range areas {
		s.Areas[a.Field] = append(s.Areas[a.Field], CoveredArea{a.ID, a.Stale})
		s.Lists[a.Field]++
	}
	for _, l := range links {
		s.Links[l.Field] = append(s.Links[l.Field], l.ID)
		s.Lists[l.Field]++
	}
	return s, nil
}

// NoSuchSubject is the answer about a subject that is not there.
func NoSuchSubject(k *subject.Kind) error {
	return fault.New(fault.NotFound, "no_such_subject", "没有这个%[1]s", "there is no such %[2]s", k.ZH, k.EN)
}

// SubjectFilter selects subjects of a kind. Zero values select all.
type SubjectFilter struct {
	District string
	Kind     *subject.Kind
	Text     string            // in name or code
	Below    uuid.UUID         // whose area is this one or lies below it in the edition in force
	Covers   uuid.UUID         // with this area in one of their lists
	LinkedTo uuid.UUID         // with this subject in one of their lists
	Values   map[string]string // of choices
	There    *bool             // whether they are there today; nil: both
	Stale    bool              // with something to confirm again
	After    SubjectKey        // the last of the page before
}

// SubjectKey is where a page of subjects ends: they stand by name.
type SubjectKey struct {
	Name string
	ID   uuid.UUID
}

// Subjects lists subjects by name, up to most.
func (s *Store) Subjects(ctx context.Context, f SubjectFilter, most int) ([]Subject, error) {
	values, err := json.Marshal(f.Values)
	if err != nil {
		return nil, err
	}
	if len(f.Values) == 0 {
		values = []byte("{}")
	}
	rows, err := s.pool.Query(ctx, selectSubject+`LEFT JOIN LATERAL (`+editionInForce+`) now ON true
		WHERE d.district = $1 AND d.kind = $2 AND (d.name, d.subject_id) > ($3, $4) AND d.fields @> $5::jsonb
		  AND ($6 = '' OR strpos(lower(d.name), lower($6)) > 0 OR strpos(lower(d.code), lower($6)) > 0)
		  AND ($7::uuid IS NULL OR d.area_id IN (SELECT p.area_id FROM area_position p JOIN area_position r USING (district, edition_id)
		    WHERE p.district = d.district AND p.edition_id = now.edition_id AND r.area_id = $7 AND p.lo >= r.lo AND p.hi <= r.hi))
		  AND ($8::uuid IS NULL OR EXISTS (SELECT FROM subject_area a WHERE a.district = d.district AND a.subject_id = d.subject_id AND a.area_id = $8))
		  AND ($9::uuid IS NULL OR EXISTS (SELECT FROM subject_link l WHERE l.district = d.district AND l.subject_id = d.subject_id AND l.to_id = $9))
		  AND ($10::boolean IS NULL OR $10 = (coalesce(d.since <= `+dayIn+`$1), true) AND coalesce(d.until > `+dayIn+`$1), true)))
		  AND (NOT $11 OR EXISTS (SELECT FROM subject_area a WHERE a.district = d.district AND a.subject_id = d.subject_id AND `+changedSince+`))
		ORDER BY d.name, d.subject_id LIMIT $12`,
		f.District, f.Kind.Name, f.After.Name, f.After.ID, values, f.Text, idOrNull(f.Below), idOrNull(f.Covers), idOrNull(f.LinkedTo), f.There, f.Stale, most)
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, scanSubject)
	return list, translate(err)
}

// Subject returns one. Error: no_such_subject.
func (s *Store) Subject(ctx context.Context, k *subject.Kind, district string, id uuid.UUID) (*Subject, error) {
	return exactlyOne(ctx, s.pool, scanSubject, NoSuchSubject(k), selectSubject+`WHERE d.district = $1 AND d.kind = $2 AND d.subject_id = $3`, district, k.Name, id)
}

// AddSubject adds one; its id is chosen here. What it covers counts as confirmed
// under the boundaries in force. Errors: subject_exists, no_such_area,
// no_such_link, no_such_district, idempotency_key_reused.
func (s *Store) AddSubject(ctx context.Context, n *Subject, by Write) (*Subject, error) {
	return s.subjectAfter(ctx, n.Kind, n.District, by, func(tx *writing) (uuid.UUID, error) {
		n.ID = uuid.Must(uuid.NewV7())
		return n.ID, addSubject(ctx, tx, n)
	})
}

// AddSubjects adds many, all or none. Those that others are linked to come before
// them. Errors: those of AddSubject.
func (s *Store) AddSubjects(ctx context.Context, list []*Subject) error {
	return s.inTx(ctx, func(tx *writing) error {
		for _, n := range list {
			if n.ID == uuid.Nil {
				n.ID = uuid.Must(uuid.NewV7())
			}
			if err := addSubject(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

func addSubject(ctx context.Context, tx *writing, n *Subject) error {
	if n.Code == "" {
		n.Code = n.ID.String()[24:]
	}
	x, y := n.lattice()
	if _, err := tx.Exec(ctx, `INSERT INTO subject (district, subject_id, kind, code, name, area_id, x, y, since, until, fields) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		n.District, n.ID, n.Kind.Name, n.Code, n.Name, n.Area, x, y, orNull(n.Since), orNull(n.Until), n.Values); err != nil {
		return subjectRefused(n.Kind, err)
	}
	if err := saveLists(ctx, tx, n); err != nil {
		return err
	}
	return leave(ctx, tx, subjectChange(n, 1, "added", map[string]any{"fields": slices.Sorted(maps.Keys(n.Values))}))
}

func (n *Subject) lattice() (x, y *int32) {
	if n.Point == nil {
		return nil, nil
	}
	return &n.Point.X, &n.Point.Y
}

func subjectChange(n *Subject, version int64, what string, detail map[string]any) change {
	return change{Subject: n.Kind.Name, ID: n.ID, Version: version, What: what, Detail: detail, Audit: audit.Entry{Act: string(n.Kind.Write), District: n.District}}
}

// saveLists makes the areas and links of a subject what n says. What was there
// stays confirmed under the boundaries that it was confirmed under.
func saveLists(ctx context.Context, tx *writing, n *Subject) error {
	for _, f := range n.Kind.Fields {
		switch f.Type {
		case subject.Areas:
			ids := []uuid.UUID{}
			for _, a := range n.Areas[f.Name] {
				ids = append(ids, a.ID)
			}
			if _, err := tx.Exec(ctx, `DELETE FROM subject_area WHERE district = $1 AND subject_id = $2 AND field = $3 AND area_id <> ALL($4)`, n.District, n.ID, f.Name, ids); err != nil {
				return err
			}
			if len(ids) == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, `INSERT INTO subject_area (district, subject_id, field, area_id, edition_id)
				SELECT $1, $2, $3, t.id, now.edition_id FROM unnest($4::uuid[]) t (id), district d, LATERAL (`+editionInForce+`) now WHERE d.district = $1
				ON CONFLICT DO NOTHING`, n.District, n.ID, f.Name, ids); err != nil {
				return subjectRefused(n.Kind, err)
			}
		case subject.Links:
			ids := append([]uuid.UUID{}, n.Links[f.Name]...)
			if _, err := tx.Exec(ctx, `DELETE FROM subject_link WHERE district = $1 AND subject_id = $2 AND field = $3 AND to_id <> ALL($4)`, n.District, n.ID, f.Name, ids); err != nil {
				return err
			}
			if len(ids) == 0 {
				continue
			}
			var there int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM subject WHERE district = $1 AND kind = $2 AND subject_id = ANY($3)`, n.District, f.To, ids).Scan(&there); err != nil {
				return err
			}
			if there != len(ids) {
				return fault.New(fault.Unprocessable, "no_such_link", "%[1]s里有不存在的%[2]s", "%[3]s names a %[4]s that is not there", f.ZH, subject.Find(f.To).ZH, f.EN, subject.Find(f.To).EN)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO subject_link (district, subject_id, field, to_id) SELECT $1, $2, $3, unnest($4::uuid[]) ON CONFLICT DO NOTHING`, n.District, n.ID, f.Name, ids); err != nil {
				return subjectRefused(n.Kind, err)
			}
		}
	}
	return nil
}

// subjectRefused turns a broken key into what it means.
func subjectRefused(k *subject.Kind, err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.ConstraintName {
		case "subject_district_kind_code_key":
			return fault.New(fault.Conflict, "subject_exists", "这个编号的%[1]s已经在了", "there is a %[2]s with this code already", k.ZH, k.EN)
		case "subject_district_fkey":
			return fault.New(fault.Unprocessable, "no_such_district", "没有这个区", "there is no such district")
		case "subject_district_area_id_fkey", "subject_area_district_area_id_fkey":
			return fault.New(fault.Unprocessable, "no_such_area", "没有这个区域", "there is no such area")
		case "not_to_itself":
			return fault.New(fault.Unprocessable, "link_to_itself", "不能与自己相连", "it cannot belong to itself")
		}
	}
	return err
}

// subjectAfter runs a write about one subject and returns how it is afterwards.
func (s *Store) subjectAfter(ctx context.Context, k *subject.Kind, district string, by Write, do func(tx *writing) (uuid.UUID, error)) (*Subject, error) {
	object, err := s.once(ctx, by, func(tx *writing) (string, error) {
		id, err := do(tx)
		return id.String(), err
	})
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(object)
	if err != nil {
		return nil, errKeyReused
	}
	return s.Subject(ctx, k, district, id)
}

// ChangeSubject lets do change a subject that is there: it is given the row as it
// stands, locked. Errors: no_such_subject, stale_version, those of AddSubject and
// of do.
func (s *Store) ChangeSubject(ctx context.Context, k *subject.Kind, district string, id uuid.UUID, by Write, do func(n *Subject) (what string, err error)) (*Subject, error) {
	return s.subjectAfter(ctx, k, district, by, func(tx *writing) (uuid.UUID, error) {
		n, err := exactlyOne(ctx, tx, scanSubject, NoSuchSubject(k), selectSubject+`WHERE d.district = $1 AND d.kind = $2 AND d.subject_id = $3 FOR UPDATE OF d`, district, k.Name, id)
		if err != nil {
			return id, err
		}
		if by.Version != 0 && by.Version != n.Version {
			return id, fault.New(fault.Stale, "stale_version", "这个%[1]s已被别人改动，请刷新后再试", "this %[2]s has been changed meanwhile; reload and try again", k.ZH, k.EN)
		}
		before := maps.Clone(n.Values)
		what, err := do(n)
		if err != nil {
			return id, err
		}
		if what == "confirmed" {
			err = confirmAreas(ctx, tx, n)
		} else {
			err = saveLists(ctx, tx, n)
		}
		if err != nil {
			return id, err
		}
		x, y := n.lattice()
		if _, err := tx.Exec(ctx, `UPDATE subject SET code = $4, name = $5, area_id = $6, x = $7, y = $8, since = $9, until = $10, fields = $11, version = version + 1
			WHERE district = $1 AND kind = $2 AND subject_id = $3`, district, k.Name, id, n.Code, n.Name, n.Area, x, y, orNull(n.Since), orNull(n.Until), n.Values); err != nil {
			return id, subjectRefused(k, err)
		}
		fields := []string{}
		for _, f := range k.Fields {
			if before[f.Name] != n.Values[f.Name] {
				fields = append(fields, f.Name)
			}
		}
		return id, leave(ctx, tx, subjectChange(n, n.Version+1, what, map[string]any{"fields": fields}))
	})
}

// confirmAreas says of what a subject covers that it is still so under the
// boundaries in force. Areas that are gone are not covered any more.
func confirmAreas(ctx context.Context, tx *writing, n *Subject) error {
	if _, err := tx.Exec(ctx, `DELETE FROM subject_area a USING district d, LATERAL (`+editionInForce+`) now
		WHERE d.district = $1 AND a.district = $1 AND a.subject_id = $2 AND NOT EXISTS (SELECT FROM area_version v WHERE v.district = a.district AND v.edition_id = now.edition_id AND v.area_id = a.area_id)`,
		n.District, n.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE subject_area a SET edition_id = now.edition_id FROM district d, LATERAL (`+editionInForce+`) now
		WHERE d.district = $1 AND a.district = $1 AND a.subject_id = $2`, n.District, n.ID)
	return err
}

// Uncovered returns the areas of a level, in force, that none of these forms of
// Party organisations covers today.
func (s *Store) Uncovered(ctx context.Context, district string, level area.Level, forms []string) ([]uuid.UUID, error) {
	// Two sets that are subtracted: quick also before the database has counted its rows.
	rows, err := s.pool.Query(ctx, `WITH orgs AS MATERIALIZED (SELECT subject_id FROM subject WHERE district = $1 AND kind = $3 AND fields->>'form' = ANY($4)
		    AND coalesce(since <= `+dayIn+`$1), true) AND coalesce(until > `+dayIn+`$1), true)),
		  covered AS MATERIALIZED (SELECT area_id FROM subject_area WHERE district = $1 AND field = 'covers' AND subject_id IN (SELECT subject_id FROM orgs))
		SELECT v.area_id FROM district d, LATERAL (`+editionInForce+`) now, area_version v
		WHERE d.district = $1 AND v.district = $1 AND v.edition_id = now.edition_id AND v.level = $2 AND v.kind = 'basic' AND v.area_id NOT IN (SELECT area_id FROM covered)
		ORDER BY v.code`, district, int16(level), subject.PartyOrg, forms)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, translate(err)
}

// StaleSubjects counts the subjects of a kind that have areas to confirm again.
func (s *Store) StaleSubjects(ctx context.Context, district string, k *subject.Kind) (n int, err error) {
	err = s.pool.QueryRow(ctx, `WITH there AS MATERIALIZED (SELECT subject_id FROM subject WHERE district = $1 AND kind = $2 AND coalesce(until > `+dayIn+`$1), true))
		SELECT count(DISTINCT a.subject_id) FROM district d, LATERAL (`+editionInForce+`) now, subject_area a
		WHERE d.district = $1 AND a.district = $1 AND a.subject_id IN (SELECT subject_id FROM there) AND `+changedSince, district, k.Name).Scan(&n)
	return n, translate(err)
}

// SubjectNames returns the names of subjects of a district.
func (s *Store) SubjectNames(ctx context.Context, district string, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT subject_id, name FROM subject WHERE district = $1 AND subject_id = ANY($2)`, district, ids)
	if err != nil {
		return nil, translate(err)
	}
	names := map[uuid.UUID]string{}
	var id uuid.UUID
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil })
	return names, translate(err)
}
