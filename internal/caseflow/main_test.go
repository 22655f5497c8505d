package caseflow_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/caseflow"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/live"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// desk is an instance that works on cases in the database at url.
func desk(tb testing.TB, url string) *caseflow.Desk {
	tb.Helper()
	store, err := postgres.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(store.Close)
	log := slog.New(slog.DiscardHandler)
	return &caseflow.Desk{Store: store, Boundaries: live.New(store, "", log), Log: log}
}

// district makes a district without boundaries in force: what is reported in it
// waits for a place.
func district(tb testing.TB, d *caseflow.Desk) {
	tb.Helper()
	b := geotest.Hohhot
	ground := geotest.Area(geo.MultiPolygon{{{b.Min, {X: b.Max.X, Y: b.Min.Y}, b.Max, {X: b.Min.X, Y: b.Max.Y}}}})
	if _, err := d.Store.FillDraft(tb.Context(), postgres.Fill{District: "D", DistrictName: "新城区", Edition: "2026", Scheme: area.Opaque, Level: area.Community,
		Areas: []postgres.FillArea{{Code: "C", Name: "社区", Ground: ground, Kind: area.Basic, Source: "test#1"}}, Commit: true}); err != nil {
		tb.Fatal(err)
	}
}

// reported makes n cases and returns their ids.
func reported(tb testing.TB, d *caseflow.Desk, n int) []uuid.UUID {
	tb.Helper()
	ids := make([]uuid.UUID, n)
	var all sync.WaitGroup
	for first := range 4 {
		all.Go(func() {
			for i := first; i < n; i += 4 {
				ids[i] = uuid.Must(uuid.NewV7())
				if _, _, err := d.Report(tb.Context(), postgres.Write{}, caseflow.Report{District: "D", ID: ids[i], Description: "井盖翘起", Channel: postgres.ByStaff, Actor: "test", BodyHash: []byte{1}}); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
	return ids
}

// sql connects past the service.
func sql(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func number(tb testing.TB, conn *pgx.Conn, query string, args ...any) (n int) {
	tb.Helper()
	if err := conn.QueryRow(tb.Context(), query, args...).Scan(&n); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return n
}
