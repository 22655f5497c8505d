package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// rows counts the audit, which must hold.
func rows(tb testing.TB, s *postgres.Store) int64 {
	tb.Helper()
	faults, n, _, err := s.VerifyAudit(tb.Context())
	if err != nil || len(faults) > 0 {
		tb.Fatalf("%v %v", faults, err)
	}
	return n
}

// TestEveryChangeLeavesOneRow makes each kind of change, and what is refused or
// only tried.
func TestEveryChangeLeavesOneRow(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	ctx := audit.By(t.Context(), audit.Actor{Who: "u1", Name: "张三", Source: "10.0.0.1"})
	step := func(name string, want int64, do func() error) {
		t.Helper()
		before := rows(t, s)
		err := do()
		if got := rows(t, s) - before; got != want {
			t.Errorf("%s left %d rows, want %d (%v)", name, got, want, err)
		}
	}
	importing := func(f postgres.Fill, commit bool) func() error {
		return func() error { f.Commit = commit; _, err := s.FillDraft(ctx, f); return err }
	}
	step("a dry run", 0, importing(two("A"), false))
	step("an import", 1, importing(two("A"), true))
	step("a check", 1, func() error { _, _, err := s.CheckEdition(ctx, "D", "A"); return err })
	step("an activation", 1, func() error {
		_, _, err := s.Activate(ctx, "D", "A", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Key: "k"})
		return err
	})
	step("the same activation again", 0, func() error {
		_, _, err := s.Activate(ctx, "D", "A", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Key: "k"})
		return err
	})
	step("a check of what is active", 0, func() error { _, _, err := s.CheckEdition(ctx, "D", "A"); return err })
	step("a draft", 1, func() error { _, err := s.NewDraft(ctx, "D", "B", "A"); return err })
	step("a mend", 1, func() error {
		_, err := s.Mend(ctx, "D", "B", postgres.Mending{Kind: "merge", Level: area.Grid, Area: "W", Other: "E"}, postgres.Write{})
		return err
	})
	step("a mend that is refused", 0, func() error {
		_, err := s.Mend(ctx, "D", "B", postgres.Mending{Kind: "merge", Level: area.Grid, Area: "W", Other: "none"}, postgres.Write{})
		return err
	})
	step("an undo", 1, func() error { _, err := s.Undo(ctx, "D", "B", postgres.Write{}); return err })
	step("a redo", 1, func() error { _, err := s.Redo(ctx, "D", "B", postgres.Write{}); return err })
	step("dropping it", 1, func() error { return s.DropDraft(ctx, "D", "B", postgres.Write{}) })
	entries, err := s.Audit(ctx, postgres.AuditFilter{Actor: "u1", Act: "edition.activate"}, postgres.Page{Most: 10})
	if err != nil || len(entries) != 1 || entries[0].Object != "edition A" || entries[0].District != "D" || entries[0].Actor.Source != "10.0.0.1" || entries[0].Detail != `{"generation":1,"valid_from":"2026-01-01"}` {
		t.Errorf("%+v, %v", entries, err)
	}
}

// TestWhatCannotBeRecordedIsNotDone breaks the audit.
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	conn := connect(t, address)
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := conn.Exec(t.Context(), `ALTER TABLE audit ADD CONSTRAINT broken CHECK (false) NOT VALID`); err != nil {
		t.Fatal(err)
	}
	f := two("A")
	f.Commit = true
	if _, err := s.FillDraft(t.Context(), f); err == nil {
		t.Error("an import went through without its row")
	}
	if e, err := s.Editions(t.Context(), nil, postgres.Page{Most: 1}); err != nil || len(e) > 0 {
		t.Errorf("something was kept: %v, %v", e, err)
	}
}

// TestTheAuditStandsInTheOrderOfCommits lets eight writers add rows at once.
func TestTheAuditStandsInTheOrderOfCommits(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 40 {
				if err := s.Record(t.Context(), audit.Entry{Act: "test", Object: fmt.Sprintf("%d/%d", w, i), Result: audit.Refused}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := rows(t, s); n != 320 {
		t.Errorf("%d rows", n)
	}
}

// TestTamperingIsFound is promise P67: rows are changed, deleted and slipped in
// by the owner of the database, a hundred times.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 120 {
		ctx := audit.By(t.Context(), audit.Actor{Who: fmt.Sprintf("u%d", i%7), Name: "某人", Source: "10.0.0.1"})
		if err := s.Record(ctx, audit.Entry{Act: "test", District: "D", Object: fmt.Sprint(i), Result: audit.Done, Detail: `{"n":1}`}); err != nil {
			t.Fatal(err)
		}
	}
	rows(t, s)
	conn := connect(t, address)
	for _, sql := range []string{`UPDATE audit SET actor = 'x'`, `DELETE FROM audit`, `TRUNCATE audit`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
	if _, err := conn.Exec(t.Context(), `ALTER TABLE audit DISABLE TRIGGER ALL`); err != nil { // the owner can
		t.Fatal(err)
	}
	columns := []string{
		`actor = actor || 'x'`, `actor_name = 'other'`, `source = '1.1.1.1'`, `act = 'other'`, `district = 'E'`, `object = object || '0'`, `result = 'refused'`,
		`detail = '{"n":2}'`, `at = at + interval '1 microsecond'`, `prev = '\x00'`, `hash = sha256(hash)`, `seq = 100000 + seq`,
	}
	rng := rand.New(rand.NewPCG(67, 67))
	found := 0
	for k := range 100 {
		err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			seq := 1 + rng.IntN(120)
			sql := `UPDATE audit SET ` + columns[k%len(columns)] + ` WHERE seq = $1`
			switch k % 14 {
			case 12:
				sql = `DELETE FROM audit WHERE seq = $1`
			case 13:
				sql = `INSERT INTO audit SELECT 1000 + seq, at, actor, actor_name, source, act, district, object, result, detail, prev, hash FROM audit WHERE seq = $1`
			}
			tag, err := tx.Exec(t.Context(), sql, seq)
			if err != nil || tag.RowsAffected() != 1 {
				return fmt.Errorf("%s: %d rows, %w", sql, tag.RowsAffected(), err)
			}
			faults, err := verify(t.Context(), tx)
			if err != nil {
				return err
			}
			if len(faults) > 0 {
				found++
			} else {
				t.Errorf("not found: %s of row %d", sql, seq)
			}
			return pgx.ErrTxClosed // rolled back
		})
		if err != nil && err != pgx.ErrTxClosed { //nolint:errorlint // the sentinel itself
			t.Fatal(err)
		}
	}
	rows(t, s) // and nothing is found where nothing is wrong
	t.Logf("acceptance: P67 %d of 100 audit rows changed, deleted or slipped in by the owner were found", found)
}

// verify is VerifyAudit inside a transaction that nobody else sees.
func verify(ctx context.Context, tx pgx.Tx) ([]audit.Fault, error) {
	found, err := tx.Query(ctx, `SELECT seq, at, actor, actor_name, source, act, district, object, result, detail, prev, hash FROM audit ORDER BY seq`)
	if err != nil {
		return nil, err
	}
	var chain audit.Chain
	var e audit.Entry
	if _, err := pgx.ForEachRow(found, []any{&e.Seq, &e.At, &e.Actor.Who, &e.Actor.Name, &e.Actor.Source, &e.Act, &e.District, &e.Object, &e.Result, &e.Detail, &e.Prev, &e.Hash}, func() error {
		row := e
		row.Prev, row.Hash = append([]byte(nil), e.Prev...), append([]byte(nil), e.Hash...)
		chain.Next(&row)
		return nil
	}); err != nil {
		return nil, err
	}
	var seq int64
	var hash []byte
	err = tx.QueryRow(ctx, `SELECT seq, hash FROM audit_head`).Scan(&seq, &hash)
	chain.End(seq, hash)
	return chain.Faults, err
}
