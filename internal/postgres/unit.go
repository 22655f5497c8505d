package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/audit"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// mostUnits and mostRules bound what a district has, so that a book of all of
// them is quickly made.
const (
	mostUnits = 2000
	mostRules = 2000
)

const selectUnit = `SELECT u.district, u.unit_id, u.name, u.kind, u.area_id, u.phone, u.disabled_at, u.version FROM unit u `

func scanUnit(row pgx.CollectableRow) (u dispatch.Unit, err error) {
	var area *uuid.UUID
	var disabled *time.Time
	err = row.Scan(&u.District, &u.ID, &u.Name, &u.Kind, &area, &u.Phone, &disabled, &u.Version)
	if area != nil {
		u.Area = *area
	}
	u.Disabled = disabled != nil
	return u, err
}

// Units lists the units of a district by name, the disabled ones last.
func (s *Store) Units(ctx context.Context, district string) ([]dispatch.Unit, error) {
	rows, err := s.pool.Query(ctx, selectUnit+`WHERE u.district = $1 ORDER BY u.disabled_at IS NOT NULL, u.name, u.unit_id`, district)
	if err != nil {
		return nil, translate(err)
	}
	units, err := pgx.CollectRows(rows, scanUnit)
	return units, translate(err)
}

// Unit returns one. Error: no_such_unit.
func (s *Store) Unit(ctx context.Context, district string, id uuid.UUID) (*dispatch.Unit, error) {
	return exactlyOne(ctx, s.pool, scanUnit, NoSuchUnit(), selectUnit+`WHERE u.district = $1 AND u.unit_id = $2`, district, id)
}

// NoSuchUnit is the answer about a unit that is not there.
func NoSuchUnit() error {
	return fault.New(fault.NotFound, "no_such_unit", "没有这个责任单位", "there is no such unit")
}

// AddUnit adds a unit; the id of a territory unit follows from its area, others
// are chosen here. Errors: no_such_district, no_such_area, unit_exists,
// too_many_units, idempotency_key_reused.
func (s *Store) AddUnit(ctx context.Context, u dispatch.Unit, by Write) (*dispatch.Unit, error) {
	return s.unitAfter(ctx, u.District, by, func(tx *writing) (uuid.UUID, error) {
		if u.ID = uuid.Must(uuid.NewV7()); u.Kind == dispatch.Territory {
			u.ID = dispatch.TerritoryID(u.District, u.Area)
		}
		var full bool
		if err := tx.QueryRow(ctx, `SELECT count(*) >= $2 FROM unit WHERE district = $1`, u.District, mostUnits).Scan(&full); err != nil {
			return u.ID, err
		}
		if full {
			return u.ID, fault.New(fault.Conflict, "too_many_units", "一个区最多 %[1]d 个责任单位", "a district has at most %[1]d units", mostUnits)
		}
		return u.ID, insertUnit(ctx, tx, u)
	})
}

func insertUnit(ctx context.Context, tx *writing, u dispatch.Unit) error {
	var area *uuid.UUID
	if u.Area != uuid.Nil {
		area = &u.Area
	}
	if _, err := tx.Exec(ctx, `INSERT INTO unit (district, unit_id, name, kind, area_id, phone) VALUES ($1, $2, $3, $4, $5, $6)`,
		u.District, u.ID, u.Name, string(u.Kind), area, u.Phone); err != nil {
		return unitRefused(err)
	}
	return leave(ctx, tx, unitChange(u.District, u.ID, 1, "added", map[string]any{"kind": u.Kind}))
}

// unitRefused turns a broken key into what it means.
func unitRefused(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.ConstraintName {
		case "unit_pkey":
			return fault.New(fault.Conflict, "unit_exists", "这个区域的属地单位已经在了", "the territory unit of this area is there already")
		case "unit_district_fkey":
			return fault.New(fault.Unprocessable, "no_such_district", "没有这个区", "there is no such district")
		case "unit_district_area_id_fkey":
			return fault.New(fault.Unprocessable, "no_such_area", "没有这个区域", "there is no such area")
		}
	}
	return err
}

func unitChange(district string, id uuid.UUID, version int64, what string, detail map[string]any) change {
	return change{Subject: "unit", ID: id, Version: version, What: what, Detail: detail, Audit: audit.Entry{Act: string(policy.Settings), District: district}}
}

// ensureTerritory makes the territory unit of an area where it is missing, in
// the transaction of whatever needs it, and returns its id. name is the area's.
func ensureTerritory(ctx context.Context, tx *writing, district string, area uuid.UUID, name string) (uuid.UUID, error) {
	id := dispatch.TerritoryID(district, area)
	made, err := tx.Exec(ctx, `INSERT INTO unit (district, unit_id, name, kind, area_id) VALUES ($1, $2, $3, 'territory', $4) ON CONFLICT (district, unit_id) DO NOTHING`,
		district, id, name, area)
	if err != nil {
		return id, unitRefused(err)
	}
	if made.RowsAffected() == 0 {
		return id, nil
	}
	return id, leave(ctx, tx, unitChange(district, id, 1, "added", map[string]any{"kind": dispatch.Territory, "when": "first needed"}))
}

// EnsureTerritory is ensureTerritory in a transaction of its own. Errors:
// no_such_district, no_such_area.
func (s *Store) EnsureTerritory(ctx context.Context, district string, area uuid.UUID, name string) (id uuid.UUID, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		id, err = ensureTerritory(ctx, tx, district, area, name)
		return err
	})
	return id, err
}

// unitAfter runs a write about one unit and returns how it is afterwards.
func (s *Store) unitAfter(ctx context.Context, district string, by Write, do func(tx *writing) (uuid.UUID, error)) (*dispatch.Unit, error) {
	object, err := s.once(ctx, by, func(tx *writing) (string, error) {
		if err := theService.in(ctx, tx); err != nil {
			return "", err
		}
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
	return s.Unit(ctx, district, id)
}

// unitWrite is a write about a unit that is there. Errors: no_such_unit,
// stale_version.
func (s *Store) unitWrite(ctx context.Context, district string, id uuid.UUID, by Write, do func(tx *writing) (what string, detail map[string]any, err error)) (*dispatch.Unit, error) {
	return s.unitAfter(ctx, district, by, func(tx *writing) (uuid.UUID, error) {
		var version int64
		err := tx.QueryRow(ctx, `UPDATE unit SET version = version + 1 WHERE district = $1 AND unit_id = $2 AND $3::bigint IN (0, version) RETURNING version`,
			district, id, by.Version).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			var there bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM unit WHERE district = $1 AND unit_id = $2)`, district, id).Scan(&there); err != nil {
				return id, err
			}
			if !there {
				return id, NoSuchUnit()
			}
			return id, fault.New(fault.Stale, "stale_version", "这个责任单位已被别人改动，请刷新后再试", "this unit has been changed meanwhile; reload and try again")
		}
		if err != nil {
			return id, err
		}
		what, detail, err := do(tx)
		if err != nil {
			return id, err
		}
		return id, leave(ctx, tx, unitChange(district, id, version, what, detail))
	})
}

// ChangeUnit changes name and telephone; kind and area are for good. Errors:
// no_such_unit, stale_version, idempotency_key_reused.
func (s *Store) ChangeUnit(ctx context.Context, district string, id uuid.UUID, name, phone string, by Write) (*dispatch.Unit, error) {
	return s.unitWrite(ctx, district, id, by, func(tx *writing) (string, map[string]any, error) {
		_, err := tx.Exec(ctx, `UPDATE unit SET name = $3, phone = $4 WHERE district = $1 AND unit_id = $2`, district, id, name, phone)
		return "changed", map[string]any{"fields": []string{"name", "phone"}}, err
	})
}

// DisableUnit takes a unit out of use, or into use again. Rules that name it are
// broken meanwhile. Errors: no_such_unit, stale_version, idempotency_key_reused.
func (s *Store) DisableUnit(ctx context.Context, district string, id uuid.UUID, disabled bool, by Write) (*dispatch.Unit, error) {
	return s.unitWrite(ctx, district, id, by, func(tx *writing) (string, map[string]any, error) {
		_, err := tx.Exec(ctx, `UPDATE unit SET disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, now()) END WHERE district = $1 AND unit_id = $2`, district, id, disabled)
		if disabled {
			return "disabled", nil, err
		}
		return "enabled", nil, err
	})
}

// SetMembers says who belongs to a unit. touched are the people for whom that
// changed. Errors: no_such_unit, no_such_person, stale_version,
// idempotency_key_reused.
func (s *Store) SetMembers(ctx context.Context, district string, id uuid.UUID, people []uuid.UUID, by Write) (u *dispatch.Unit, touched []uuid.UUID, err error) {
	people = append([]uuid.UUID{}, people...)
	u, err = s.unitWrite(ctx, district, id, by, func(tx *writing) (string, map[string]any, error) {
		rows, err := tx.Query(ctx, `DELETE FROM unit_member WHERE district = $1 AND unit_id = $2 AND person_id <> ALL($3) RETURNING person_id`, district, id, people)
		if err != nil {
			return "", nil, err
		}
		gone, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return "", nil, err
		}
		if rows, err = tx.Query(ctx, `INSERT INTO unit_member (district, unit_id, person_id) SELECT $1, $2, unnest($3::uuid[]) ON CONFLICT DO NOTHING RETURNING person_id`, district, id, people); err != nil {
			return "", nil, err
		}
		come, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "23503" {
			return "", nil, fault.New(fault.Unprocessable, "no_such_person", "名单里有不存在的人", "somebody on the list is not there")
		}
		touched = slices.Concat(gone, come)
		return "members", map[string]any{"come": come, "gone": gone}, err
	})
	return u, touched, err
}

// Member is somebody who belongs to a unit.
type Member struct {
	Unit     uuid.UUID
	ID       uuid.UUID
	Name     string
	Phone    string
	Disabled bool // has no account in use
}

// Members lists who belongs to the units of a district, by name, as far as the
// viewer may see them; counts are of all, by unit.
func (s *Store) Members(ctx context.Context, v Viewer, district string) (members []Member, counts map[uuid.UUID]int, err error) {
	counts = map[uuid.UUID]int{}
	err = s.look(ctx, v, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT m.unit_id, p.person_id, p.name, p.phone, a.person_id IS NULL OR a.disabled_at IS NOT NULL
			FROM unit_member m JOIN person p USING (person_id) LEFT JOIN account a USING (person_id)
			WHERE m.district = $1 ORDER BY p.name, p.person_id`, district)
		if err != nil {
			return err
		}
		if members, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Member, err error) {
			return m, row.Scan(&m.Unit, &m.ID, &m.Name, &m.Phone, &m.Disabled)
		}); err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, `SELECT unit_id, count(*) FROM unit_member WHERE district = $1 GROUP BY unit_id`, district); err != nil {
			return err
		}
		var unit uuid.UUID
		var n int
		_, err = pgx.ForEachRow(rows, []any{&unit, &n}, func() error { counts[unit] = n; return nil })
		return err
	})
	return members, counts, err
}
