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

	"wangge/internal/audit"
	"wangge/internal/casesetting"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// CaseSetting is the setting of a district as it stands. Version 1 is the
// default, which nobody has made.
type CaseSetting struct {
	casesetting.Setting
	Version  int64
	Reckoned int64 // the version that the calendar came with
	Made     time.Time
	By       string // actor of the audit
}

// Setting returns how the cases of a district are handled. What was not there
// yet when it was saved has its default. Error: no_such_district.
func (s *Store) Setting(ctx context.Context, district string) (*CaseSetting, error) {
	return loadSetting(ctx, s.pool, district)
}

func loadSetting(ctx context.Context, from querier, district string) (*CaseSetting, error) {
	set := &CaseSetting{Setting: casesetting.Default()}
	var content []byte
	var made *time.Time
	err := from.QueryRow(ctx, `SELECT coalesce(c.version, 1), coalesce(c.calendar, 1), c.setting, c.made_at, coalesce(c.made_by, '') FROM district d
		LEFT JOIN LATERAL (SELECT * FROM case_setting c WHERE c.district = d.district ORDER BY version DESC LIMIT 1) c ON true
		WHERE d.district = $1`, district).Scan(&set.Version, &set.Reckoned, &content, &made, &set.By)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, NoSuchDistrict(district)
	case err != nil:
		return nil, translate(err)
	case content != nil:
		err = json.Unmarshal(content, &set.Setting)
	}
	set.Made = orZero(made)
	return set, err
}

// SaveSetting keeps a setting as the newest of a district. Errors: those of
// casesetting.Setting.Validate, no_such_district, stale_version,
// idempotency_key_reused.
func (s *Store) SaveSetting(ctx context.Context, district string, setting casesetting.Setting, by Write) (*CaseSetting, error) {
	if err := setting.Validate(); err != nil {
		return nil, err
	}
	content, err := json.Marshal(setting)
	if err != nil {
		return nil, err
	}
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		if err := lockDistrict(ctx, tx, district); err != nil {
			return "", err
		}
		before, err := loadSetting(ctx, tx, district)
		if err != nil {
			return "", err
		}
		if by.Version != 0 && by.Version != before.Version {
			return "", fault.New(fault.Stale, "stale_version", "办理规则已被别人改动，请刷新后再试", "the settings have been changed meanwhile; reload and try again")
		}
		fields, err := changedFields(before.Setting, content)
		if err != nil {
			return "", err
		}
		calendar := before.Reckoned
		if slices.Contains(fields, "calendar") {
			calendar = before.Version + 1
		}
		if _, err := tx.Exec(ctx, `INSERT INTO case_setting (district, version, setting, calendar, made_by) VALUES ($1, $2, $3, $4, $5)`,
			district, before.Version+1, content, calendar, audit.ActorOf(ctx).Who); err != nil {
			return "", err
		}
		var id uuid.UUID // the district's: it has one setting
		if err := tx.QueryRow(ctx, `SELECT area_id FROM district WHERE district = $1`, district).Scan(&id); err != nil {
			return "", err
		}
		return district, leave(ctx, tx, change{Subject: "case_setting", ID: id, Version: before.Version + 1, What: "changed",
			Detail: map[string]any{"fields": fields}, Audit: audit.Entry{Act: string(policy.Settings), District: district}})
	})
	if err != nil {
		return nil, err
	}
	return s.Setting(ctx, district)
}

// changedFields names what differs at the top of two settings.
func changedFields(before casesetting.Setting, after []byte) (fields []string, err error) {
	text, err := json.Marshal(before)
	if err != nil {
		return nil, err
	}
	var a, b map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(text, &a), json.Unmarshal(after, &b)); err != nil {
		return nil, err
	}
	fields = []string{}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if string(a[name]) != string(b[name]) {
			fields = append(fields, name)
		}
	}
	return fields, nil
}
