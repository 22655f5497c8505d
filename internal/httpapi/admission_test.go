package httpapi_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// TestAFullLaneHoldsNobodyElseUp: while the work on cases hangs, who comes for
// more of it is told to come back, and reports and lookups go on.
func TestAFullLaneHoldsNobodyElseUp(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := start(t, url)
	s.load()
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	r := s.report(desk.do, s.place(3)+`,"description":"井盖翘起"`)
	path := "/api/v1/incidents/" + r.ID.String()
	tag := desk.tag(path)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), `SELECT FROM incident WHERE incident_id = $1 FOR UPDATE`, r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	var told, others atomic.Int64
	var all sync.WaitGroup
	hung := s.store.Connections()/2 + 3 // three more than there are slots
	for range hung {
		all.Go(func() {
			a := desk.do("POST", path+"/inspect", `{}`, "If-Match", tag)
			if a.code() != "overloaded" {
				others.Add(1)
				return
			}
			told.Add(1)
			if a.StatusCode != 503 || a.Header.Get("Retry-After") != "2" {
				t.Errorf("%d, come back after %q", a.StatusCode, a.Header.Get("Retry-After"))
			}
		})
	}
	s.eventually("refusals", func() bool { return told.Load() == 3 })
	s.report(desk.do, s.place(4)+`,"description":"路灯不亮"`)
	at := s.cells[4].LabelPoint()
	desk.get(fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lon(), at.Lat())).want(t, "a lookup", 200, "")
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if told.Load() != 3 || int(others.Load()) != hung-3 {
		t.Errorf("%d were told to come back, %d others", told.Load(), others.Load())
	}
	desk.get(path).want(t, "the case afterwards", 200, "")
}
