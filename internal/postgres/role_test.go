package postgres_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/postgres/pgtest"
)

// TestTheServiceOwnsNothing is promise P60: as the role that the service works
// under, nothing can be made, taken away, run on the host, or changed in the
// audit; and every table of the product is accounted for.
func TestTheServiceOwnsNothing(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Database(t))
	if _, err := conn.Exec(t.Context(), `SET ROLE wangge_service`); err != nil {
		t.Fatal(err)
	}
	var super, bypass, creates bool
	if err := conn.QueryRow(t.Context(), `SELECT rolsuper, rolbypassrls, rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user`).Scan(&super, &bypass, &creates); err != nil || super || bypass || creates {
		t.Errorf("superuser %v, passes row security %v, creates %v, %v", super, bypass, creates, err)
	}
	var owned int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_class WHERE relowner = 'wangge_service'::regrole`).Scan(&owned); err != nil || owned > 0 {
		t.Errorf("it owns %d things, %v", owned, err)
	}
	for _, sql := range []string{
		`CREATE TABLE x (a int)`,
		`DROP TABLE finding`,
		`ALTER TABLE edition ADD COLUMN x int`,
		`ALTER TABLE audit DISABLE TRIGGER ALL`,
		`TRUNCATE finding`,
		`UPDATE audit SET actor = 'x'`,
		`DELETE FROM audit`,
		`TRUNCATE audit`,
		`UPDATE activation SET valid_from = '2020-01-01'`,
		`DELETE FROM activation`,
		`DELETE FROM generation`,
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`,
		`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
		`CREATE EXTENSION dblink`,
		`COPY (SELECT 1) TO PROGRAM 'true'`,
		`COPY finding FROM '/etc/passwd'`,
		`SELECT pg_read_file('/etc/passwd')`,
		`ALTER SYSTEM SET fsync = off`,
		`SET ROLE postgres`,
		`CREATE ROLE x`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		if err == nil {
			t.Errorf("it may %s", sql)
		} else if !strings.Contains(err.Error(), "permission denied") && !strings.Contains(err.Error(), "must be") && !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("%s: refused for another reason: %v", sql, err)
		}
	}
	// A table that a later migration forgets to grant shows here.
	rows, err := conn.Query(t.Context(), `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
		AND relname NOT IN ('goose_db_version', 'spatial_ref_sys') AND NOT has_table_privilege(oid, 'SELECT')`)
	if err != nil {
		t.Fatal(err)
	}
	if hidden, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(hidden) > 0 {
		t.Errorf("the service cannot read %v, %v", hidden, err)
	}
}
