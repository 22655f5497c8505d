package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
	"wangge/migrations"
)

func connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Tables that do not grow with a district's data and so need no district.
var notPerDistrict = map[string]string{
	"account":          "people belong to the installation",
	"api_key":          "likewise",
	"audit":            "one chain for the whole installation",
	"audit_head":       "its end",
	"feed":             "one stream for the whole installation, in the order of commits",
	"history":          "of rows of any table",
	"idempotency":      "of one caller",
	"invitation":       "of one person",
	"outbox":           "emptied as it fills",
	"person":           "may have posts in several districts",
	"post":             "of one person; leads to the district by area",
	"session":          "of one person",
	"sign_in_trial":    "before anybody is known",
	"generation":       "one row for the whole installation",
	"goose_db_version": "belongs to the migration library",
	"spatial_ref_sys":  "belongs to PostGIS",
}

// TestEveryTableCarriesTheDistrictFirst holds every table to the rule that
// lets it be partitioned or distributed by district later (Citus): every
// primary key, unique key and foreign key begins with the district.
func TestEveryTableCarriesTheDistrictFirst(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Database(t))
	rows, err := conn.Query(t.Context(), `
		SELECT c.relname, coalesce(k.conname, ''), coalesce(k.contype::text, ''), coalesce(a.attname, ''), coalesce(f.attname, ''), coalesce(k.confrelid::regclass::text, '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
		LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f')
		LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
		LEFT JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
		WHERE c.relkind IN ('r', 'p') ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	var table, key, kind, first, refers, to string
	keys := map[string]int{}
	if _, err := pgx.ForEachRow(rows, []any{&table, &key, &kind, &first, &refers, &to}, func() error {
		_, free := notPerDistrict[table]
		if _, shared := notPerDistrict[to]; free || kind == "f" && shared { // a table that every node holds may be referred to
			return nil
		}
		keys[table] += 0
		if kind == "p" {
			keys[table]++
		}
		if first != "district" {
			t.Errorf("%s: the key %s begins with %q, not with the district", table, key, first)
		}
		if kind == "f" && refers != "district" {
			t.Errorf("%s: the foreign key %s refers to %q first", table, key, refers)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(keys) < 8 {
		t.Fatalf("the catalogue names only %v; the test looks in the wrong place", keys)
	}
	for table, n := range keys {
		if n != 1 {
			t.Errorf("%s has no primary key", table)
		}
	}
}

// TestLandedMigrationsNeverChange compares every migration with the hash it
// landed with. A new migration adds a line; an old line never changes.
func TestLandedMigrationsNeverChange(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile(filepath.Join("..", "..", "migrations", "landed.sum"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		if sum, name, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			want[name] = sum
		}
	}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("%05d_", i+1)) {
			t.Errorf("%s is out of order; number %d is due", name, i+1)
		}
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%x", sha256.Sum256(text))
		switch want[name] {
		case got:
		case "":
			t.Errorf("%s is not in migrations/landed.sum; add: %s  %s", name, got, name)
		default:
			t.Errorf("%s has changed since it landed; write a new migration instead", name)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s has landed and is gone", name)
	}
}

func TestManyInstancesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	if current, newest, err := postgres.MigrationStatus(t.Context(), url); err != nil || current != 0 || newest < 1 {
		t.Fatalf("before: version %d of %d, %v", current, newest, err)
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if v, err := postgres.Migrate(t.Context(), url); err != nil || v < 1 {
				t.Errorf("version %d, %v", v, err)
			}
		})
	}
	all.Wait()
	var applied int
	if err := connect(t, url).QueryRow(t.Context(), `SELECT count(*) FROM goose_db_version WHERE version_id = 1`).Scan(&applied); err != nil || applied != 1 {
		t.Errorf("the first migration was applied %d times, %v", applied, err)
	}
}

// TestEveryStatementIsPrepared gives every SQL text in this package to the
// database, so that a misspelt one fails here and not in the field.
func TestEveryStatementIsPrepared(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Database(t))
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	prepared := 0
	set := token.NewFileSet()
	constants := map[string]string{}
	var parsed []*ast.File
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				if text, ok := literal(spec.Values[0], constants); ok {
					constants[spec.Names[0].Name] = text
				}
			}
			return true
		})
	}
	for _, f := range parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			var name string
			switch fn := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = fn.Sel.Name
			case *ast.Ident:
				name = fn.Name
			}
			switch name {
			case "Query", "QueryRow", "Exec", "Queue", "findEdition", "exactlyOne", "oneCase":
			default:
				return true
			}
			for _, arg := range call.Args {
				text, ok := literal(arg, constants)
				if !ok || !strings.Contains(text, " ") {
					continue
				}
				prepared++
				if _, err := conn.Prepare(t.Context(), "", text); err != nil {
					t.Errorf("%s: %v\n%s", set.Position(arg.Pos()), err, text)
				}
			}
			return true
		})
	}
	if prepared < 40 {
		t.Errorf("only %d statements were found; the test does not see them any more", prepared)
	}
}

// literal is the value of a string literal, a constant, or a sum of them.
func literal(e ast.Expr, constants map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.Ident:
		s, ok := constants[e.Name]
		return s, ok
	case *ast.BinaryExpr:
		l, okL := literal(e.X, constants)
		r, okR := literal(e.Y, constants)
		return l + r, okL && okR
	}
	return "", false
}

// TestUnsafeSettingsAreRefused is promise P2, at start and after a flip: the
// settings are those that a new session of the database gets.
func TestUnsafeSettingsAreRefused(t *testing.T) {
	t.Parallel()
	// The test server itself runs without fsync; what a session sees of
	// synchronous_commit can be set per database. The other two are tested on
	// a server of their own, in TestClusterSettings.
	url := pgtest.Database(t)
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.CheckSettings(t.Context())
	if !fault.Is(err, "unsafe_database") || !strings.Contains(err.Error(), "fsync") || !strings.Contains(err.Error(), "full_page_writes") || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("a server that may lose commits: %v", err)
	}
}

func TestDatabaseAddressIsNeverGuessed(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "  "} {
		if _, err := postgres.Open(t.Context(), url); !fault.Is(err, "empty_database_url") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := postgres.Open(t.Context(), "postgres://x:y@[::1"); !fault.Is(err, "bad_database_url") {
		t.Errorf("nonsense: %v", err)
	}
	if _, err := postgres.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"); !fault.Is(err, "database_unavailable") {
		t.Errorf("nobody there: %v", err)
	}
	// Key-value form and several hosts: the second answers.
	url := pgtest.Database(t)
	var host, name string
	if _, err := fmt.Sscanf(strings.NewReplacer("postgres://wangge@/", "", "?host=", " ").Replace(url), "%s %s", &name, &host); err != nil {
		t.Fatal(err)
	}
	host = strings.ReplaceAll(host, "%2F", "/")
	for _, form := range []string{
		fmt.Sprintf("host=%s user=wangge dbname=%s", host, name),
		fmt.Sprintf("host=/nowhere,%s user=wangge dbname=%s target_session_attrs=read-write", host, name),
		url + "&target_session_attrs=primary",
	} {
		store, err := postgres.Open(t.Context(), form)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		store.Close()
	}
	if store, err := postgres.Open(t.Context(), url+"&target_session_attrs=standby"); err == nil {
		store.Close()
		t.Error("a primary was taken for a standby")
	}
}

// TestTheSecondWall writes geometry around the gate. The database refuses
// what is unsound, and survives.
func TestTheSecondWall(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	conn := connect(t, url)
	for _, sql := range []string{
		`INSERT INTO district (district, area_id, name, scheme) VALUES ('D', '00000000-0000-0000-0000-000000000001', 'D', 'opaque')`,
		`INSERT INTO edition (district, edition_id, name) VALUES ('D', '00000000-0000-0000-0000-000000000002', 'E')`,
		`INSERT INTO area (district, area_id, level) VALUES ('D', '00000000-0000-0000-0000-000000000001', 1)`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	insert := func(geometry string) error {
		_, err := conn.Exec(t.Context(), `INSERT INTO area_version (district, edition_id, area_id, level, code, name, source, lattice)
			VALUES ('D', '00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 1, 'D', 'D', 'by hand', `+geometry+`)`)
		return err
	}
	for name, geometry := range map[string]string{
		"infinite":        `'MULTIPOLYGON(((0 0, Infinity 0, 1 1, 0 0)))'`,
		"not a number":    `'MULTIPOLYGON(((0 0, NaN 0, 1 1, 0 0)))'`,
		"empty":           `'MULTIPOLYGON EMPTY'`,
		"off the lattice": `'MULTIPOLYGON(((0 0, 10.5 0, 10 10, 0 0)))'`,
		"off the earth":   `'MULTIPOLYGON(((0 0, 2000000000 0, 10 10, 0 0)))'`,
		"a bow tie":       `'MULTIPOLYGON(((0 0, 10 10, 10 0, 0 10, 0 0)))'`,
		"elevations":      `ST_Force3D('MULTIPOLYGON(((0 0, 10 0, 10 10, 0 0)))'::geometry)`,
		"another type":    `'POINT(1 1)'`,
		"another system":  `ST_SetSRID('MULTIPOLYGON(((0 0, 10 0, 10 10, 0 0)))'::geometry, 4490)`,
		"enormous":        `(SELECT ST_Multi(ST_MakePolygon(ST_MakeLine(ARRAY(SELECT ST_MakePoint(round(1e9*cos(i*2*pi()/300000)), round(8e8*sin(i*2*pi()/300000))) FROM generate_series(0, 300000) i)))))`,
	} {
		if err := insert(geometry); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := insert(`'MULTIPOLYGON(((0 0, 10 0, 10 10, 0 0)))'`); err != nil {
		t.Errorf("a sound one was refused: %v", err)
	}
	if err := conn.Ping(t.Context()); err != nil {
		t.Errorf("the connection did not survive: %v", err)
	}
}
