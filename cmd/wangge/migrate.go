package main

import (
	"context"
	"fmt"

	"wangge/internal/postgres"
)

type migrateCommand struct {
	databaseFlags
	Status bool `help:"Only print the version of the database and the newest there is."`
}

func (c *migrateCommand) Run(ctx context.Context, t *terminal) (err error) {
	db, err := c.connect(ctx, t.log)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := db.close(); err == nil {
			err = closeErr
		}
	}()
	if c.Status {
		current, newest, err := postgres.MigrationStatus(ctx, db.url)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("数据库第 %d 版，最新第 %d 版\n", "database version %d, newest %d\n"), current, newest)
		return nil
	}
	version, err := postgres.Migrate(ctx, db.url)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, t.say("数据库已是第 %d 版\n", "the database is at version %d\n"), version)
	return nil
}
