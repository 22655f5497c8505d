package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// APIKey lets a program in, for some actions in an area.
type APIKey struct {
	ID       uuid.UUID
	Name     string
	Actions  []policy.Action
	District string // "" for every district
	Area     uuid.UUID
	Maker    uuid.UUID // zero: the operator on the host
	Made     time.Time
	Until    time.Time
	Revoked  time.Time
	Version  int64
}

const selectKey = `SELECT k.key_id, k.name, k.actions, coalesce(k.district, ''), k.area_id, k.maker, k.made_at, k.until_at, k.revoked_at, k.version FROM api_key k `

func scanKey(row pgx.CollectableRow) (k APIKey, err error) {
	var area, maker *uuid.UUID
	var revoked *time.Time
	err = row.Scan(&k.ID, &k.Name, &k.Actions, &k.District, &area, &maker, &k.Made, &k.Until, &revoked, &k.Version)
	if area != nil {
		k.Area = *area
	}
	if maker != nil {
		k.Maker = *maker
	}
	k.Revoked = orZero(revoked)
	return k, err
}

// makers are the roles that make keys: a key dies with the right of its maker.
func makers() []string {
	var roles []string
	for _, r := range policy.Roles {
		if r != policy.Anyone && policy.May([]policy.Post{{Role: r}}, policy.KeyMake) {
			roles = append(roles, string(r))
		}
	}
	return roles
}

// ByKey returns who stands behind an API key, by the hash of its secret; nil
// where there is none, or its maker could no longer make it.
func (s *Store) ByKey(ctx context.Context, hash [32]byte) (*Identity, error) {
	var found *Identity
	err := s.look(ctx, theService, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectKey+`
			WHERE k.token = $1 AND k.revoked_at IS NULL AND k.until_at > now() AND (k.maker IS NULL OR EXISTS (
			  SELECT FROM account a JOIN post p USING (person_id) WHERE a.person_id = k.maker AND a.disabled_at IS NULL
			    AND p.role = ANY($2) AND p.from_at <= now() AND (p.until_at IS NULL OR p.until_at > now())))`, hash[:], makers())
		if err != nil {
			return err
		}
		k, err := pgx.CollectExactlyOneRow(rows, scanKey)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil {
			found = &Identity{Name: k.Name, Until: k.Until, Key: &k}
		}
		return err
	})
	return found, err
}

// Keys lists the API keys, the newest first.
func (s *Store) Keys(ctx context.Context, page Page) ([]APIKey, error) {
	rows, err := s.pool.Query(ctx, selectKey+`ORDER BY k.made_at DESC, k.key_id OFFSET $1 LIMIT $2`, page.From, page.Most)
	if err != nil {
		return nil, translate(err)
	}
	keys, err := pgx.CollectRows(rows, scanKey)
	return keys, translate(err)
}

// Key returns one. Error: no_such_key.
func (s *Store) Key(ctx context.Context, id uuid.UUID) (*APIKey, error) {
	return exactlyOne(ctx, s.pool, scanKey, NoSuchKey(), selectKey+`WHERE k.key_id = $1`, id)
}

// NoSuchKey is the answer about a key that is not there.
func NoSuchKey() error {
	return fault.New(fault.NotFound, "no_such_key", "没有这个密钥", "there is no such key")
}

// AddKey makes a key. Its secret is not kept: a repetition of the request, under
// the same idempotency key, cannot show it again. Errors: no_such_area,
// idempotency_key_reused.
func (s *Store) AddKey(ctx context.Context, by Write, k APIKey, secret account.Secret) (*APIKey, error) {
	object, err := s.once(ctx, by, func(tx *writing) (string, error) {
		k.ID = uuid.Must(uuid.NewV7())
		var district *string
		var area, maker *uuid.UUID
		if k.District != "" {
			district, area = &k.District, &k.Area
		}
		if k.Maker != uuid.Nil {
			maker = &k.Maker
		}
		hash := secret.Hash()
		_, err := tx.Exec(ctx, `INSERT INTO api_key (key_id, token, name, actions, district, area_id, maker, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			k.ID, hash[:], k.Name, k.Actions, district, area, maker, k.Until)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "23503" {
			return "", fault.New(fault.Unprocessable, "no_such_area", "没有这个区域", "there is no such area")
		}
		if err != nil {
			return "", err
		}
		return k.ID.String(), leave(ctx, tx, change{Subject: "api_key", ID: k.ID, Version: 1, What: "added",
			Detail: map[string]any{"actions": k.Actions, "district": k.District}, Audit: audit.Entry{Act: string(policy.KeyMake), District: k.District}})
	})
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(object)
	if err != nil {
		return nil, errKeyReused
	}
	return s.Key(ctx, id)
}

// RevokeKey takes a key out of use. Errors: no_such_key, stale_version,
// idempotency_key_reused.
func (s *Store) RevokeKey(ctx context.Context, id uuid.UUID, by Write) error {
	_, err := s.once(ctx, by, func(tx *writing) (string, error) {
		var version int64
		err := tx.QueryRow(ctx, `UPDATE api_key SET revoked_at = coalesce(revoked_at, now()), version = version + 1
			WHERE key_id = $1 AND $2::bigint IN (0, version) RETURNING version`, id, by.Version).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			var there bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM api_key WHERE key_id = $1)`, id).Scan(&there); err != nil || !there {
				return "", errors.Join(err, NoSuchKey())
			}
			return "", fault.New(fault.Stale, "stale_version", "这个密钥已被别人改动，请刷新后再试", "this key has been changed meanwhile; reload and try again")
		}
		if err != nil {
			return "", err
		}
		return id.String(), leave(ctx, tx, change{Subject: "api_key", ID: id, Version: version, What: "revoked", Audit: audit.Entry{Act: string(policy.KeyMake)}})
	})
	return err
}
