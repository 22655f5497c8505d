package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"wangge/migrations"
)

// Migrate brings the database to the newest version under an advisory lock, so
// that several instances may start at once. It returns the version.
func Migrate(ctx context.Context, url string) (int64, error) {
	version := int64(0)
	err := withProvider(url, func(p *goose.Provider) (err error) {
		if _, err = p.Up(ctx); err != nil {
			return err
		}
		version, err = p.GetDBVersion(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", translate(err))
	}
	return version, nil
}

// MigrationStatus returns the version of the database and the newest there is.
func MigrationStatus(ctx context.Context, url string) (current, newest int64, err error) {
	err = withProvider(url, func(p *goose.Provider) (err error) {
		current, newest, err = p.GetVersions(ctx)
		return err
	})
	return current, newest, translate(err)
}

func withProvider(url string, do func(*goose.Provider) error) error {
	config, err := parseURL(url)
	if err != nil {
		return err
	}
	connection := config.ConnConfig
	connection.RuntimeParams["lock_timeout"] = "60s"
	db := stdlib.OpenDB(*connection)
	defer func(db *sql.DB) { _ = db.Close() }(db)
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks every second, for five minutes
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	return do(p)
}
