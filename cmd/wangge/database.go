package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"wangge/internal/editionfile"
	"wangge/internal/fault"
	"wangge/internal/live"
	"wangge/internal/postgres"
	"wangge/internal/sandbox"
)

// databaseFlags say which database a command uses.
type databaseFlags struct {
	// A pointer, so that an empty address is told from none: an empty one is
	// refused, never guessed.
	DatabaseURL *string `help:"PostgreSQL to use, in any libpq form; without it a private cluster under --data-dir." placeholder:"URL"`
	DataDir     string  `help:"Where the private cluster lives." default:"var" type:"path"`
}

// editions is where the files of activated editions are kept.
func (f *databaseFlags) editions() editionfile.Dir {
	return editionfile.Dir(filepath.Join(f.DataDir, "editions"))
}

// keepFile writes the file of the edition in force on a day, so that it stands
// from the activation on. Without room for it the index reads the database.
func (f *databaseFlags) keepFile(ctx context.Context, t *terminal, db *database, day time.Time) {
	if _, err := live.New(db.Store, f.editions(), slog.New(slog.DiscardHandler)).At(ctx, postgres.At{Valid: day}); err != nil {
		t.log.Warn("edition file not written; the service writes it at its start", "err", err)
	}
}

// database is an open store and what runs below it.
type database struct {
	*postgres.Store
	url     string
	cluster *postgres.Cluster // nil with a server of somebody else's
}

// connect finds or starts the database and returns its address, without
// touching what is in it.
func (f *databaseFlags) connect(ctx context.Context, log *slog.Logger) (*database, error) {
	if f.DatabaseURL != nil {
		return &database{url: *f.DatabaseURL}, nil
	}
	cluster, err := postgres.StartCluster(ctx, postgres.ClusterOptions{DataDir: f.DataDir, Log: log})
	if err != nil {
		return nil, err
	}
	return &database{url: cluster.URL(), cluster: cluster}, nil
}

// open connects for a tool. The private cluster is migrated on the way; a
// server of somebody else's must be migrated already, by the service or by
// `wangge migrate`. Error: database_behind.
func (f *databaseFlags) open(ctx context.Context, t *terminal) (*database, error) {
	quiet := slog.New(slog.DiscardHandler)
	if t.progress {
		quiet = t.log
	}
	db, err := f.connect(ctx, quiet)
	if err != nil {
		return nil, err
	}
	if db.cluster != nil {
		_, err = postgres.Migrate(ctx, db.url)
	} else {
		err = refuseBehind(ctx, db.url)
	}
	if err == nil {
		db.Store, err = postgres.Open(ctx, db.url)
	}
	if err != nil {
		_ = db.close()
		return nil, err
	}
	runner := sandbox.Runner{}
	db.WorkWith(postgres.Geometry{Check: runner.Check, Snap: runner.Snap})
	return db, nil
}

// withStore runs do on an open database.
func (f *databaseFlags) withStore(ctx context.Context, t *terminal, do func(db *database) error) error {
	db, err := f.open(ctx, t)
	if err != nil {
		return err
	}
	err = do(db)
	if closeErr := db.close(); err == nil {
		err = closeErr
	}
	return err
}

func refuseBehind(ctx context.Context, url string) error {
	current, newest, err := postgres.MigrationStatus(ctx, url)
	if err != nil {
		return err
	}
	if current != newest {
		return fault.New(fault.Conflict, "database_behind",
			"数据库是第 %[1]d 版，程序需要第 %[2]d 版：请先运行 wangge migrate",
			"the database is at version %[1]d and the program needs %[2]d: run wangge migrate first", current, newest)
	}
	return nil
}

func (db *database) close() error {
	if db.Store != nil {
		db.Close()
	}
	if db.cluster != nil {
		return db.cluster.Close()
	}
	return nil
}
