package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/audit"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/worktime"
)

const selectRule = `SELECT district, rule_id, name, basis, kind, codes, areas, from_at, until_at, daily, unit_id, priority, version FROM responsibility `

func scanRule(row pgx.CollectableRow) (r dispatch.Rule, err error) {
	var from, until *time.Time
	var daily []int
	err = row.Scan(&r.District, &r.ID, &r.Name, &r.Basis, &r.Kind, &r.Codes, &r.Areas, &from, &until, &daily, &r.Unit, &r.Priority, &r.Version)
	r.From, r.Until = orZero(from), orZero(until)
	for i := 0; i+1 < len(daily); i += 2 {
		r.Daily = append(r.Daily, worktime.Period{From: daily[i], To: daily[i+1]})
	}
	return r, err
}

// Responsibilities lists the rules of a district by name.
func (s *Store) Responsibilities(ctx context.Context, district string) ([]dispatch.Rule, error) {
	rows, err := s.pool.Query(ctx, selectRule+`WHERE district = $1 ORDER BY name, rule_id`, district)
	if err != nil {
		return nil, translate(err)
	}
	rules, err := pgx.CollectRows(rows, scanRule)
	return rules, translate(err)
}

// Responsibility returns one rule. Error: no_such_rule.
func (s *Store) Responsibility(ctx context.Context, district string, id uuid.UUID) (*dispatch.Rule, error) {
	return exactlyOne(ctx, s.pool, scanRule, NoSuchRule(), selectRule+`WHERE district = $1 AND rule_id = $2`, district, id)
}

// NoSuchRule is the answer about a rule that is not there.
func NoSuchRule() error {
	return fault.New(fault.NotFound, "no_such_rule", "没有这条责任规则", "there is no such rule")
}

// AreaCodes returns the codes that areas of a district have, or last had, as far
// as they are known: for telling people about areas that are gone.
func (s *Store) AreaCodes(ctx context.Context, district string, ids []uuid.UUID) (codes map[uuid.UUID]string, err error) {
	codes = map[uuid.UUID]string{}
	rows, err := s.pool.Query(ctx, `SELECT area_id, min(code) FROM area_code WHERE district = $1 AND area_id = ANY($2) GROUP BY area_id`, district, ids)
	if err != nil {
		return nil, translate(err)
	}
	var id uuid.UUID
	var code string
	_, err = pgx.ForEachRow(rows, []any{&id, &code}, func() error { codes[id] = code; return nil })
	return codes, translate(err)
}

// Book reads the units and rules of a district, with the rules that are broken.
func (s *Store) Book(ctx context.Context, district string, known dispatch.Known) (*dispatch.Book, []dispatch.Broken, error) {
	var name string
	err := s.pool.QueryRow(ctx, `SELECT coalesce((SELECT time_zone FROM district WHERE district = $1), 'UTC')`, district).Scan(&name)
	if err != nil {
		return nil, nil, translate(err)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, nil, err
	}
	units, err := s.Units(ctx, district)
	if err != nil {
		return nil, nil, err
	}
	rules, err := s.Responsibilities(ctx, district)
	if err != nil {
		return nil, nil, err
	}
	b, broken := dispatch.NewBook(district, zone, units, rules, known)
	return b, broken, nil
}

// AddResponsibility adds a rule. Errors: no_such_unit, too_many_rules,
// idempotency_key_reused.
func (s *Store) AddResponsibility(ctx context.Context, r dispatch.Rule, by Write) (*dispatch.Rule, error) {
	return s.ruleAfter(ctx, r.District, by, func(tx *writing) (uuid.UUID, error) {
		r.ID = uuid.Must(uuid.NewV7())
		var full bool
		if err := tx.QueryRow(ctx, `SELECT count(*) >= $2 FROM responsibility WHERE district = $1`, r.District, mostRules).Scan(&full); err != nil {
			return r.ID, err
		}
		if full {
			return r.ID, fault.New(fault.Conflict, "too_many_rules", "一个区最多 %[1]d 条责任规则", "a district has at most %[1]d rules", mostRules)
		}
		_, err := tx.Exec(ctx, `INSERT INTO responsibility (district, rule_id, name, basis, kind, codes, areas, from_at, until_at, daily, unit_id, priority)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, ruleValues(r)...)
		if err != nil {
			return r.ID, ruleRefused(err)
		}
		return r.ID, leave(ctx, tx, ruleChange(r, 1, "added"))
	})
}

func ruleValues(r dispatch.Rule) []any {
	daily := []int{}
	for _, p := range r.Daily {
		daily = append(daily, p.From, p.To)
	}
	return []any{r.District, r.ID, r.Name, string(r.Basis), string(r.Kind), append([]string{}, r.Codes...), append([]uuid.UUID{}, r.Areas...),
		orNull(r.From), orNull(r.Until), daily, r.Unit, r.Priority}
}

func ruleRefused(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23503" {
		return fault.New(fault.Unprocessable, "no_such_unit", "没有这个责任单位", "there is no such unit")
	}
	return err
}

func ruleChange(r dispatch.Rule, version int64, what string) change {
	return change{Subject: "responsibility", ID: r.ID, Version: version, What: what,
		Detail: map[string]any{"name": r.Name, "basis": r.Basis, "kind": r.Kind, "codes": r.Codes, "areas": r.Areas, "unit": r.Unit, "priority": r.Priority},
		Audit:  audit.Entry{Act: string(policy.Settings), District: r.District}}
}

// ruleAfter runs a write about one rule and returns how it is afterwards.
func (s *Store) ruleAfter(ctx context.Context, district string, by Write, do func(tx *writing) (uuid.UUID, error)) (*dispatch.Rule, error) {
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
	return s.Responsibility(ctx, district, id)
}

// ChangeResponsibility makes a rule as r says; its id, district and version name
// it. Errors: no_such_rule, no_such_unit, stale_version, idempotency_key_reused.
func (s *Store) ChangeResponsibility(ctx context.Context, r dispatch.Rule, by Write) (*dispatch.Rule, error) {
	return s.ruleAfter(ctx, r.District, by, func(tx *writing) (uuid.UUID, error) {
		version, err := lockRule(ctx, tx, r.District, r.ID, by.Version)
		if err != nil {
			return r.ID, err
		}
		_, err = tx.Exec(ctx, `UPDATE responsibility SET name = $3, basis = $4, kind = $5, codes = $6, areas = $7, from_at = $8, until_at = $9,
			daily = $10, unit_id = $11, priority = $12, version = version + 1 WHERE district = $1 AND rule_id = $2`, ruleValues(r)...)
		if err != nil {
			return r.ID, ruleRefused(err)
		}
		return r.ID, leave(ctx, tx, ruleChange(r, version+1, "changed"))
	})
}

// DropResponsibility deletes a rule; its history stays. Errors: no_such_rule,
// stale_version, idempotency_key_reused.
func (s *Store) DropResponsibility(ctx context.Context, district string, id uuid.UUID, by Write) error {
	_, err := s.once(ctx, by, func(tx *writing) (string, error) {
		version, err := lockRule(ctx, tx, district, id, by.Version)
		if err != nil {
			return "", err
		}
		rows, err := tx.Query(ctx, selectRule+`WHERE district = $1 AND rule_id = $2`, district, id)
		if err != nil {
			return "", err
		}
		r, err := pgx.CollectExactlyOneRow(rows, scanRule)
		if err != nil {
			return "", err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM responsibility WHERE district = $1 AND rule_id = $2`, district, id); err != nil {
			return "", err
		}
		return "", leave(ctx, tx, ruleChange(r, version+1, "deleted"))
	})
	return err
}

// lockRule locks a rule that is at version seen, where that is not 0.
func lockRule(ctx context.Context, tx pgx.Tx, district string, id uuid.UUID, seen int64) (version int64, err error) {
	err = tx.QueryRow(ctx, `SELECT version FROM responsibility WHERE district = $1 AND rule_id = $2 FOR UPDATE`, district, id).Scan(&version)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, NoSuchRule()
	case err == nil && seen != 0 && seen != version:
		return 0, fault.New(fault.Stale, "stale_version", "这条规则已被别人改动，请刷新后再试", "this rule has been changed meanwhile; reload and try again")
	}
	return version, err
}
