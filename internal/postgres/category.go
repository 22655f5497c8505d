package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/audit"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// CategoryEdition is an edition of a district's classes, without the classes.
type CategoryEdition struct {
	Name      string
	ValidFrom string // as it says of itself
	Source    string
	Order     category.Order
	Classes   int // minors
	Made      time.Time
	From      time.Time // in force since; zero: a draft
	Current   bool
}

// categoryKey names an edition in the memory of the store.
type categoryKey struct{ district, edition string }

// defaultSince is from when the shipped edition is in force: before all others.
var defaultSince = time.Unix(0, 0).UTC()

const currentCategories = `(SELECT edition FROM category_edition WHERE district = $1 AND in_force_from <= now() ORDER BY in_force_from DESC LIMIT 1)`

// Categories returns an edition of a district's classes, the current one for
// "". It is shared: nobody changes it. Errors: no_such_district,
// no_such_categories.
func (s *Store) Categories(ctx context.Context, district, edition string) (*category.Edition, error) {
	if edition == "" {
		var current *string
		err := s.pool.QueryRow(ctx, `SELECT `+currentCategories+` FROM district WHERE district = $1`, district).Scan(&current)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil, NoSuchDistrict(district)
		case err != nil:
			return nil, translate(err)
		case current == nil:
			return category.Default(), nil
		}
		edition = *current
	}
	key := categoryKey{district, edition}
	if e, known := s.categories.Load(key); known {
		return e.(*category.Edition), nil
	}
	var content []byte
	err := s.pool.QueryRow(ctx, `SELECT content FROM category_edition WHERE district = $1 AND edition = $2`, district, edition).Scan(&content)
	if errors.Is(err, pgx.ErrNoRows) {
		if edition == category.Default().Name {
			return category.Default(), nil
		}
		return nil, NoSuchCategories(edition)
	}
	if err != nil {
		return nil, translate(err)
	}
	var e category.Edition
	if err := json.Unmarshal(content, &e); err != nil {
		return nil, err
	}
	s.categories.Store(key, &e)
	return &e, nil
}

// WereInForce reports whether an edition of a district's classes is, or was, in
// force: what is not is nobody's business yet.
func (s *Store) WereInForce(ctx context.Context, district, edition string) (were bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM category_edition WHERE district = $1 AND edition = $2 AND in_force_from <= now())`, district, edition).Scan(&were)
	return were || edition == category.Default().Name, translate(err)
}

// NoSuchCategories is the answer about an edition of classes that is not there.
func NoSuchCategories(edition string) error {
	return fault.New(fault.NotFound, "no_such_categories", "没有分类标准“%.60[1]s”", "there is no edition %.60[1]q of the classes", edition)
}

// NoSuchDistrict is the answer about a district that is not there.
func NoSuchDistrict(district string) error {
	return fault.New(fault.NotFound, "no_such_district", "没有区 %.60[1]q", "there is no district %.60[1]q", district)
}

// CategoryEditions lists the editions of a district's classes: drafts first,
// then by when they came into force, the latest first. The shipped edition is
// among them also where nothing refers to it yet.
func (s *Store) CategoryEditions(ctx context.Context, district string) ([]CategoryEdition, error) {
	rows, err := s.pool.Query(ctx, `SELECT edition, content->>'valid_from', content->>'source', content->>'order',
		jsonb_array_length(content->'minors'), made_at, in_force_from, edition = coalesce(`+currentCategories+`, '')
		FROM category_edition WHERE district = $1 ORDER BY in_force_from DESC NULLS FIRST, made_at DESC`, district)
	if err != nil {
		return nil, translate(err)
	}
	shipped, current := false, false
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e CategoryEdition, err error) {
		var from *time.Time
		err = row.Scan(&e.Name, &e.ValidFrom, &e.Source, &e.Order, &e.Classes, &e.Made, &from, &e.Current)
		e.From = orZero(from)
		shipped, current = shipped || e.Name == category.Default().Name, current || e.Current
		return e, err
	})
	if err == nil && !shipped {
		d := category.Default()
		list = append(list, CategoryEdition{Name: d.Name, ValidFrom: d.ValidFrom, Source: d.Source, Order: d.Order, Classes: len(d.Minors), Made: defaultSince, From: defaultSince, Current: !current})
	}
	return list, translate(err)
}

// ensureDefaultCategories keeps the shipped edition as a row of the district, in
// force before all others, so that what refers to an edition finds it.
func ensureDefaultCategories(ctx context.Context, tx pgx.Tx, district string) error {
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM category_edition WHERE district = $1 AND edition = $2)`, district, category.Default().Name).Scan(&there); err != nil || there {
		return err
	}
	content, err := json.Marshal(category.Default())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO category_edition (district, edition, edition_id, content, in_force_from) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		district, category.Default().Name, uuid.Must(uuid.NewV7()), content, defaultSince)
	return err
}

// holdCategories has the classes of a district to itself until the transaction
// ends, the shipped edition among them. Error: no_such_district.
func holdCategories(ctx context.Context, tx pgx.Tx, district string) error {
	if err := lockDistrict(ctx, tx, district); err != nil {
		return err
	}
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM district WHERE district = $1)`, district).Scan(&there); err != nil {
		return err
	}
	if !there {
		return NoSuchDistrict(district)
	}
	return ensureDefaultCategories(ctx, tx, district)
}

// AddCategories keeps an edition as a draft. Errors: no_such_district,
// categories_exist, idempotency_key_reused.
func (s *Store) AddCategories(ctx context.Context, district string, e *category.Edition, by Write) error {
	content, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		if err := holdCategories(ctx, tx, district); err != nil {
			return "", err
		}
		id := uuid.Must(uuid.NewV7())
		_, err := tx.Exec(ctx, `INSERT INTO category_edition (district, edition, edition_id, content) VALUES ($1, $2, $3, $4)`, district, e.Name, id, content)
		if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.ConstraintName == "category_edition_pkey" {
			return "", fault.New(fault.Conflict, "categories_exist", "已有名为“%[1]s”的分类标准，版次不能改写：请另取名称", "there is an edition %[1]q of the classes, and editions do not change: choose another name", e.Name)
		}
		if err != nil {
			return "", err
		}
		return id.String(), leave(ctx, tx, change{Subject: "category_edition", ID: id, Version: 1, What: "added",
			Detail: map[string]any{"edition": e.Name, "classes": len(e.Minors)}, Audit: audit.Entry{Act: string(policy.Settings), District: district}})
	})
	return err
}

// PutCategoriesInForce has an edition count from a moment on; a zero one, or one
// that has passed, is now. One that waits for its moment may be given another.
// Errors: no_such_district, no_such_categories, categories_in_force,
// idempotency_key_reused.
func (s *Store) PutCategoriesInForce(ctx context.Context, district, edition string, from time.Time, by Write) error {
	_, err := s.once(ctx, by, func(tx *writing) (string, error) {
		if err := holdCategories(ctx, tx, district); err != nil {
			return "", err
		}
		var id uuid.UUID
		var since *time.Time
		err := tx.QueryRow(ctx, `SELECT edition_id, in_force_from FROM category_edition WHERE district = $1 AND edition = $2 FOR UPDATE`, district, edition).Scan(&id, &since)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return "", NoSuchCategories(edition)
		case err != nil:
			return "", err
		}
		// clock_timestamp: two activations of one moment are told apart
		err = tx.QueryRow(ctx, `UPDATE category_edition SET in_force_from = greatest($3, clock_timestamp())
			WHERE district = $1 AND edition = $2 AND (in_force_from IS NULL OR in_force_from > now()) RETURNING in_force_from`, district, edition, orNull(from)).Scan(&since)
		pg := (*pgconn.PgError)(nil)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return "", fault.New(fault.Conflict, "categories_in_force", "分类标准“%[1]s”已经施行过，不能再次启用", "the edition %[1]q is, or was, in force", edition)
		case errors.As(err, &pg) && pg.Code == "23505":
			return "", fault.New(fault.Conflict, "moment_taken", "另一版分类标准从同一时刻起施行", "another edition of the classes begins at that very moment")
		case err != nil:
			return "", err
		}
		var version int64
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) + 1 FROM history WHERE subject = 'category_edition' AND id = $1`, id).Scan(&version); err != nil {
			return "", err
		}
		return id.String(), leave(ctx, tx, change{Subject: "category_edition", ID: id, Version: version, What: "put into force",
			Detail: map[string]any{"edition": edition, "from": since.UTC().Format(time.RFC3339)}, Audit: audit.Entry{Act: string(policy.Settings), District: district}})
	})
	return err
}
