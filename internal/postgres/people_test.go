package postgres_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/live"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// TestGoAndSQLNumberAlike: the positions that scopes are made of are the same in
// memory and in the database.
func TestGoAndSQLNumberAlike(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := open(t, url)
	f := two("2026")
	f.Level, f.Areas = area.Community, []postgres.FillArea{at("B", square(0, 0, 10, 10)), at("a", square(10, 0, 20, 10))}
	fill(t, s, f)
	f.Level, f.Areas = area.Grid, []postgres.FillArea{at("10", square(0, 0, 5, 10)), at("2", square(5, 0, 10, 10)), at("1", square(10, 0, 20, 10))}
	fill(t, s, f)
	f.Level, f.Areas = area.Compound, []postgres.FillArea{at("C2", square(1, 1, 2, 2)), at("C1", square(12, 1, 13, 2))}
	fill(t, s, f)
	if _, found, err := s.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err, found)
	}
	ix, err := live.New(s, "", slog.New(slog.DiscardHandler)).At(t.Context(), postgres.At{Valid: day("2026-02-01")})
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	compared := 0
	for _, level := range area.Levels {
		for _, a := range ix.Edition("D").Level(level) {
			var lo, hi int32
			if err := conn.QueryRow(t.Context(), `SELECT lo, hi FROM area_position WHERE district = 'D' AND edition_id = $1 AND area_id = $2`, a.Version.Edition, a.AreaID).Scan(&lo, &hi); err != nil || lo != a.Lo || hi != a.Hi {
				t.Errorf("%s %s: [%d, %d) here, [%d, %d) in the database, %v", level, a.Code, a.Lo, a.Hi, lo, hi, err)
			}
			compared++
		}
	}
	if compared != 8 {
		t.Errorf("%d areas were compared", compared)
	}
}

func open(tb testing.TB, url string) *postgres.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// TestRowsAboutPeople is promise P60 for rows about people: as the service's role,
// without saying who looks, nobody is seen or changed; with a scope, those in it.
func TestRowsAboutPeople(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := open(t, url)
	edition := fill(t, s, two("2026")).Edition
	if _, _, err := s.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	people := map[string]uuid.UUID{}
	for _, code := range []string{"W", "E"} {
		ids, err := s.AreaIDs(t.Context(), "D", code)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.AddPerson(t.Context(), postgres.Write{}, postgres.NewPerson{Name: code, Login: "login-" + strings.ToLower(code), Posts: []postgres.NewPost{{Role: policy.Worker, District: "D", Area: ids[0]}}})
		if err != nil {
			t.Fatal(err)
		}
		people[code] = p.ID
	}
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), `SET ROLE wangge_service`); err != nil {
		t.Fatal(err)
	}
	names := func(me, scope string) (got []string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), `SELECT set_config('wangge.me', $1, false), set_config('wangge.scope', $2, false)`, me, scope); err != nil {
			t.Fatal(err)
		}
		rows, err := conn.Query(t.Context(), `SELECT name FROM person JOIN account USING (person_id) JOIN post USING (person_id) ORDER BY 1`)
		if err == nil {
			got, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	scope := func(lo, hi int) string {
		return fmt.Sprintf(`[{"district":"D","edition":%q,"lo":%d,"hi":%d}]`, edition.ID, lo, hi)
	}
	for name, tc := range map[string]struct {
		me, scope string
		want      []string
	}{
		"nothing said":      {"", "", nil},
		"nobody":            {"", "[]", nil},
		"oneself":           {people["E"].String(), "[]", []string{"E"}},
		"the whole":         {"", "*", []string{"E", "W"}},
		"the district":      {"", scope(0, 3), []string{"E", "W"}},
		"the first grid":    {"", scope(1, 2), []string{"E"}},
		"another edition":   {"", strings.ReplaceAll(scope(0, 3), edition.ID.String(), uuid.NewString()), nil},
		"oneself and below": {people["E"].String(), scope(2, 3), []string{"E", "W"}},
	} {
		if got := names(tc.me, tc.scope); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	names("", scope(0, 3))
	for _, sql := range []string{`UPDATE person SET name = 'x'`, `UPDATE account SET password = 'x'`, `UPDATE post SET until_at = now()`, `UPDATE session SET ended_at = now()`} {
		if tag, err := conn.Exec(t.Context(), sql); err == nil && tag.RowsAffected() > 0 {
			t.Errorf("who looks at a district may %s", sql)
		}
	}
	for _, sql := range []string{`DELETE FROM person`, `DELETE FROM post`, `DELETE FROM history`, `UPDATE history SET what = 'x'`, `INSERT INTO person (person_id, name) VALUES (gen_random_uuid(), 'x')`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("who looks at a district may %s", sql)
		}
	}
}

// TestTheOutboxHasNoGaps is promise P14: writers that hold their transactions
// for a while, consumers that take turns, one of whom dies with what it claimed.
func TestTheOutboxHasNoGaps(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := open(t, url)
	const writers, each = 8, 25
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if _, err := s.AddPerson(t.Context(), postgres.Write{}, postgres.NewPerson{Name: fmt.Sprintf("%d-%d", w, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	dead, err := s.Claim(t.Context(), 3, 300*time.Millisecond) // and never told
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[uuid.UUID]int{}
	done := make(chan struct{})
	var consumers sync.WaitGroup
	for range 2 {
		consumers.Go(func() {
			for last := false; ; {
				events, err := s.Claim(t.Context(), 7, time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				var ids []uuid.UUID
				mu.Lock()
				for _, e := range events {
					seen[e.ID]++
					ids = append(ids, e.ID)
				}
				mu.Unlock()
				if err := s.Told(t.Context(), ids); err != nil {
					t.Error(err)
				}
				if len(events) == 0 && last {
					return
				}
				select {
				case <-done:
					last = len(events) == 0
				default:
				}
			}
		})
	}
	all.Wait()
	time.Sleep(400 * time.Millisecond) // the lease of the dead one
	close(done)
	consumers.Wait()
	if len(seen) != writers*each {
		t.Errorf("%d of %d events were told; %d had been claimed by one who died", len(seen), writers*each, len(dead))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was told %d times", id, n)
		}
	}
}
