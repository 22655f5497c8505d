// Package pgtest gives each test a database of its own on a real PostGIS
// server. The server is private to the user's tests, has durability switched
// off, and goes when the last test process has left.
package pgtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wangge/internal/postgres"
	"wangge/migrations"
)

var (
	once    sync.Once
	server  *postgres.Cluster
	failure error
)

// Run runs the tests of a package and leaves the server afterwards. Use it in
// TestMain.
func Run(m *testing.M) int {
	code := m.Run()
	if server != nil {
		if err := server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
	}
	return code
}

func join(tb testing.TB) *postgres.Cluster {
	tb.Helper()
	once.Do(func() {
		dir := filepath.Join(os.TempDir(), fmt.Sprintf("wangge-test-%d", os.Geteuid()))
		server, failure = postgres.StartCluster(context.Background(),
			postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler), Volatile: true})
	})
	if failure != nil {
		tb.Fatalf("no PostGIS, so this test cannot run: %v (deploy/setup test installs it)", failure)
	}
	return server
}

func address(c *postgres.Cluster, database string) string {
	return strings.Replace(c.URL(), "@/wangge?", "@/"+database+"?", 1)
}

// Empty returns the address of a new database without any table.
func Empty(tb testing.TB) string {
	tb.Helper()
	c := join(tb)
	return create(tb, c, "template0")
}

// Database returns the address of a new database at the newest version.
func Database(tb testing.TB) string {
	tb.Helper()
	c := join(tb)
	return create(tb, c, migrated(tb, c))
}

// Store is Database, opened.
func Store(tb testing.TB) *postgres.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), Database(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

var (
	counter sync.Mutex
	made    int
)

func create(tb testing.TB, c *postgres.Cluster, template string) string {
	tb.Helper()
	counter.Lock()
	made++
	name := fmt.Sprintf("t_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), made)
	counter.Unlock()
	exec(tb, c, "CREATE DATABASE "+name+" TEMPLATE "+template)
	tb.Cleanup(func() { exec(tb, c, "DROP DATABASE "+name+" WITH (FORCE)") })
	return address(c, name)
}

func exec(tb testing.TB, c *postgres.Cluster, sql string) {
	tb.Helper()
	ctx := context.Background() // also used while cleaning up
	conn, err := pgx.Connect(ctx, c.URL())
	if err == nil {
		_, err = conn.Exec(ctx, sql)
		_ = conn.Close(ctx)
	}
	if err != nil {
		tb.Fatalf("pgtest: %s: %v", sql, err)
	}
}

// migrated returns a template at the newest version, made once for each state
// of the migrations.
func migrated(tb testing.TB, c *postgres.Cluster) string {
	tb.Helper()
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) == 0 {
		tb.Fatalf("pgtest: no migrations: %v", err)
	}
	for _, n := range names {
		text, err := fs.ReadFile(migrations.Files, n)
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n%s", n, len(text), text)
	}
	name := fmt.Sprintf("tpl_%x", h.Sum(nil)[:8])
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(20260101)"); err != nil {
		tb.Fatal(err)
	}
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil {
		tb.Fatal(err)
	}
	if there {
		return name
	}
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + "_new WITH (FORCE)", "CREATE DATABASE " + name + "_new TEMPLATE template0"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := postgres.Migrate(ctx, address(c, name+"_new")); err != nil {
		tb.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+name+"_new RENAME TO "+name); err != nil {
		tb.Fatal(err)
	}
	return name
}
