package postgres_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wangge/internal/geo"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// TestTheOwnerIsThatOfTheCommit is promise P24: a thousand writes that keep an
// owner race with activations. A trigger that runs at the commit says which
// generation it was.
func TestTheOwnerIsThatOfTheCommit(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), `
		CREATE TABLE kept (n int PRIMARY KEY, generation bigint, code text, at_commit bigint);
		CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		  UPDATE kept SET at_commit = (SELECT current FROM generation) WHERE n = NEW.n;
		  RETURN NULL;
		END $$;
		CREATE CONSTRAINT TRIGGER witness AFTER INSERT ON kept DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION witness()`); err != nil {
		t.Fatal(err)
	}
	// In one edition the west reaches over the point, in the other the east.
	west, east := two("west"), two("east")
	west.Areas[0].Ground, west.Areas[1].Ground = square(0, 0, 12, 10), square(12, 0, 20, 10)
	east.Areas[0].Ground, east.Areas[1].Ground = square(0, 0, 8, 10), square(8, 0, 20, 10)
	fill(t, s, west)
	fill(t, s, east)
	activate := func(edition string) error {
		_, _, err := s.Activate(t.Context(), "D", edition, day("2026-01-01"), postgres.Confirmation{}, postgres.Write{})
		return err
	}
	if err := activate("west"); err != nil {
		t.Fatal(err)
	}
	p := geo.Point{X: 100_000, Y: 50_000}
	rng := rand.New(rand.NewPCG(24, 24))
	const races = 1000
	moved := 0 // writes that found another generation than the one before their race
	for n := range races {
		wait := time.Duration(rng.IntN(4000)) * time.Microsecond
		var both sync.WaitGroup
		var activated, written error
		both.Go(func() { activated = activate(map[bool]string{true: "east", false: "west"}[n%2 == 0]) })
		both.Go(func() {
			time.Sleep(wait)
			written = pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
				o, covered, err := s.FixOwner(t.Context(), tx, p)
				if err != nil || !covered {
					t.Errorf("write %d: covered %v, %v", n, covered, err)
					return err
				}
				if o.Generation > int64(n+1) {
					moved++
				}
				_, err = tx.Exec(t.Context(), `INSERT INTO kept VALUES ($1, $2, $3)`, n, o.Generation, o.Code)
				return err
			})
		})
		both.Wait()
		if activated != nil || written != nil {
			t.Fatalf("race %d: %v, %v", n, activated, written)
		}
	}
	var rows, wrong int
	// Odd generations put "west" into force.
	if err := conn.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE at_commit IS DISTINCT FROM generation
		OR code IS DISTINCT FROM CASE generation % 2 WHEN 1 THEN 'W' ELSE 'E' END) FROM kept`).Scan(&rows, &wrong); err != nil {
		t.Fatal(err)
	}
	if rows != races || wrong > 0 {
		t.Errorf("%d of %d stored owners are not those of the generation at their commit", wrong, rows)
	}
	if moved == 0 || moved == races {
		t.Errorf("no real race: %d of %d writes came after the activation", moved, races)
	}
	t.Logf("acceptance: P24 %d of %d stored owners are those of the generation at their commit; %d came after the activation they raced with", rows-wrong, rows, moved)
}
