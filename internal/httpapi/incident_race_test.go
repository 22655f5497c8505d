package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// TestOneDispatcherWins is promise P16 for cases: of dispatchers who saw the same
// version one sends the case out, and the others are told that it has moved on.
func TestOneDispatcherWins(t *testing.T) {
	t.Parallel()
	rounds, dispatchers := 12, 8
	if os.Getenv("WANGGE_ACCEPT") != "" {
		rounds = 200
	}
	url := pgtest.Database(t)
	a, b := start(t, url), start(t, url)
	a.load()
	desk := a.user("desk", a.at(policy.Dispatcher, "150102"))
	b.closed()
	b.eventually("the boundaries", func() bool { d := &user{service: b, id: desk.id, secret: desk.secret}; return districts(d) == 1 })
	there := &user{service: b, id: desk.id, secret: desk.secret}
	var units []string
	for i := range dispatchers {
		units = append(units, a.unit(fmt.Sprintf("单位%d", i)))
	}
	var stale, moved atomic.Int64
	for round := range rounds {
		r := a.report(desk.do, a.place(round%len(a.cells))+`,"description":"井盖翘起"`)
		caseOf(t, desk.act(r.ID, "accept", `{"kind":"event","category":"0112","condition":"条件1"}`))
		path := "/api/v1/incidents/" + r.ID.String()
		desk.do("POST", path+"/dispatch", `{"unit":"`+units[0]+`"}`).want(t, "without If-Match", 428, "if_match_missing")
		tag := desk.tag(path)
		var won atomic.Int64
		var winner atomic.Pointer[string]
		var all sync.WaitGroup
		for i := range dispatchers {
			all.Go(func() {
				answer := []*user{desk, there}[i%2].do("POST", path+"/dispatch", `{"unit":"`+units[i]+`"}`, "If-Match", tag)
				switch answer.StatusCode {
				case http.StatusOK:
					won.Add(1)
					winner.Store(&units[i])
				case http.StatusPreconditionFailed:
					stale.Add(1)
				case http.StatusConflict:
					moved.Add(1)
				default:
					t.Errorf("round %d: %d %s", round, answer.StatusCode, answer.body)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d won", round, won.Load())
		}
		c := caseOf(t, there.get(path))
		if c.State != "dispatched" || c.Version != 3 || c.Unit == nil || c.Unit.ID.String() != *winner.Load() {
			t.Errorf("round %d: %s at version %d with %v; %s won", round, c.State, c.Version, c.Unit, *winner.Load())
		}
	}
	n := count(t, url, `SELECT count(*) FROM incident_entry WHERE action = 'dispatch'`)
	events := count(t, url, `SELECT count(*) FROM feed WHERE what = 'dispatch'`)
	if n != rounds || events != rounds || int(stale.Load()+moved.Load()) != rounds*(dispatchers-1) {
		t.Errorf("%d entries of the history, %d events, %d were told; want %d, %d, %d", n, events, stale.Load()+moved.Load(), rounds, rounds, rounds*(dispatchers-1))
	}
	t.Logf("acceptance: P16 %d cases with %d dispatchers each at the same time on two instances: one won each time, %d were told (%d by 412, %d by 409), %d entries in the history", rounds, dispatchers, stale.Load()+moved.Load(), stale.Load(), moved.Load(), n)
}

// TestOneReportOneCase is promise P3 for cases: a report that is sent many times
// at once is one case, and its id is not given to another.
func TestOneReportOneCase(t *testing.T) {
	t.Parallel()
	reports, posts := 2, 64
	if os.Getenv("WANGGE_ACCEPT") != "" {
		reports = 100
	}
	url := pgtest.Database(t)
	a, b := start(t, url), start(t, url)
	a.load()
	desk := a.user("desk", a.at(policy.Dispatcher, "150102"))
	b.closed()
	there := &user{service: b, id: desk.id, secret: desk.secret}
	b.eventually("the boundaries", func() bool { return districts(there) == 1 })
	var first, again, refused atomic.Int64
	for n := range reports {
		id := uuid.Must(uuid.NewV7())
		var numbers sync.Map
		var all sync.WaitGroup
		for i := range posts {
			all.Go(func() {
				said := "井盖翘起"
				if i%20 == 19 {
					said = "路灯不亮"
				}
				answer := []*user{desk, there}[i%2].do("POST", "/api/v1/incidents", fmt.Sprintf(`{"id":%q,"description":%q%s}`, id, said, a.place(n%len(a.cells))))
				var r httpapi.Receipt
				_ = json.Unmarshal([]byte(answer.body), &r)
				switch {
				case answer.StatusCode == http.StatusCreated:
					first.Add(1)
					numbers.Store(r.Number, said)
				case answer.StatusCode == http.StatusOK:
					again.Add(1)
					numbers.Store(r.Number, said)
				case answer.code() == "case_id_taken":
					refused.Add(1)
				default:
					t.Errorf("report %d, post %d: %d %s", n, i, answer.StatusCode, answer.body)
				}
			})
		}
		all.Wait()
		var different int
		numbers.Range(func(_, _ any) bool { different++; return true })
		if different != 1 {
			t.Errorf("report %d: %d numbers", n, different)
		}
	}
	rows := count(t, url, `SELECT count(*) FROM incident`)
	parts := count(t, url, `SELECT count(*) FROM incident i WHERE `+wholeCase)
	if rows != reports || parts != reports || int(first.Load()) != reports || refused.Load() == 0 {
		t.Errorf("%d rows, %d with all that belongs to them, %d made, %d refused; want %d rows", rows, parts, first.Load(), refused.Load(), reports)
	}
	t.Logf("acceptance: P3 %d reports with %d posts each at the same time on two instances: %d rows, %d answers alike, %d refused (another body)", reports, posts, rows, first.Load()+again.Load(), refused.Load())
}

// wholeCase holds for a case i that has all that a report leaves behind, once.
const wholeCase = `(SELECT count(*) FROM incident_entry e WHERE e.incident_id = i.incident_id AND e.version = 1) = 1
	AND (SELECT count(*) FROM outbox o WHERE o.id = i.incident_id AND o.version = 1 AND o.what = 'report') = 1
	AND (SELECT count(*) FROM feed f WHERE f.incident_id = i.incident_id AND f.version = 1 AND f.what = 'report') = 1
	AND (SELECT count(*) FROM audit a WHERE a.object = 'incident ' || i.incident_id AND a.detail::text LIKE '%report%') = 1
	AND (SELECT count(*) FROM deadline d WHERE d.incident_id = i.incident_id AND d.phase = 'intake') = 1`

func districts(u *user) int {
	var d httpapi.DistrictList
	if json.Unmarshal([]byte(u.get("/api/v1/districts").body), &d) != nil {
		return 0
	}
	return len(d.Districts)
}

// count asks the database, past the service, for one number.
func count(t *testing.T, url, sql string, args ...any) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		defer func() { _ = conn.Close(t.Context()) }()
		err = conn.QueryRow(t.Context(), sql, args...).Scan(&n)
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}
