package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"wangge/internal/account"
	"wangge/internal/area"
	"wangge/internal/caseflow"
	"wangge/internal/feed"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/guard"
	"wangge/internal/httpapi"
	"wangge/internal/live"
	"wangge/internal/photo"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/sandbox"
	"wangge/internal/upload"
)

// TestMain runs the tests, or, in a child that reads an upload, its task.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "sandbox" {
		os.Exit(sandbox.Main(os.Args[2:], os.Stdin, os.Stdout))
	}
	os.Exit(pgtest.Run(m))
}

// service is one instance of the whole service on a database of its own.
type service struct {
	tb    testing.TB
	url   string // of the database
	store *postgres.Store
	http  *httptest.Server
	cells []geo.Area // the grids of the district that load makes
	log   *logBuffer
}

// logBuffer collects what the service logs.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs an instance, open while there are no accounts; it is stopped with
// the test.
func start(tb testing.TB, url string) *service {
	tb.Helper()
	return startWith(tb, url, func(*httpapi.Config) {})
}

// startWith is start with some of the configuration changed.
func startWith(tb testing.TB, url string, change func(*httpapi.Config)) *service {
	tb.Helper()
	store, err := postgres.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	s := &service{tb: tb, url: url, store: store, log: &logBuffer{}}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	ctx, stop := context.WithCancel(context.Background())
	boundaries := live.New(store, "", log)
	done := make(chan struct{})
	go func() { boundaries.Run(ctx); close(done) }()
	depot, err := upload.New(filepath.Join(tb.TempDir(), "uploads"), store, sandbox.Runner{})
	if err != nil {
		tb.Fatal(err)
	}
	pictures, err := photo.NewDisk(filepath.Join(tb.TempDir(), "kept"))
	if err != nil {
		tb.Fatal(err)
	}
	photos, err := photo.New(tb.TempDir(), pictures)
	if err != nil {
		tb.Fatal(err)
	}
	follower := feed.New(store, log)
	following := make(chan struct{})
	caseMap := caseflow.NewMap(store, boundaries, follower, log)
	go func() {
		var all sync.WaitGroup
		all.Go(func() { caseMap.Run(ctx) })
		all.Go(func() { follower.Run(ctx) })
		all.Wait()
		close(following)
	}()
	config := httpapi.Config{Store: store, Cases: &caseflow.Desk{Store: store, Boundaries: boundaries, Log: log}, CaseMap: caseMap, Feed: follower, Boundaries: boundaries, Uploads: depot, Photos: photos, Web: web(), Log: log, Version: "test", Unsafe: func() error { return nil },
		Guard: guard.New(store, boundaries, account.ASVS.Idle), Profile: account.ASVS, Roster: sandbox.Runner{}.Roster, Classes: sandbox.Runner{}.Classes, Limits: httpapi.Limits{Caller: 1e6, Stranger: 1e6, SignIn: 1e6}}
	change(&config)
	handler, err := httpapi.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	s.http = httptest.NewUnstartedServer(handler)
	s.http.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(s.log, nil), slog.LevelError) // where the server itself reports panics
	s.http.Start()
	tb.Cleanup(func() {
		s.http.Close()
		depot.Close()
		stop()
		<-done
		<-following
		store.Close()
	})
	s.eventually("an index", func() bool { return boundaries.Index() != nil })
	return s
}

func web() fs.FS {
	return fstest.MapFS{
		"index.html":       {Data: []byte("<!doctype html><title>网格</title>")},
		"assets/app-1a.js": {Data: []byte("1")},
		".gitkeep":         {},
	}
}

// load imports a district of 6×6 grids in four communities with a dedicated
// grid and two compounds, and activates it as "2026-01".
func (s *service) load() {
	s.tb.Helper()
	s.fill("2026-01")
	s.activate("2026-01", "2026-01-01")
	s.eventually("the edition", func() bool {
		var d httpapi.DistrictList
		s.json("/api/v1/districts", &d)
		return len(d.Districts) == 1
	})
}

func (s *service) fill(edition string) {
	s.tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	p := geotest.NewPartition(rng, 6, 6, 8, geotest.Hohhot)
	s.cells = p.Areas()
	b := geotest.Hohhot
	rectangle := func(x0, y0, x1, y1 int32) geo.Area {
		return geotest.Area(geo.MultiPolygon{{{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}}})
	}
	middle := geo.Point{X: b.Min.X + (b.Max.X-b.Min.X)/2, Y: b.Min.Y + (b.Max.Y-b.Min.Y)/2}
	put := func(level area.Level, areas ...postgres.FillArea) {
		s.tb.Helper()
		for i := range areas {
			areas[i].Source = "test#1"
			if areas[i].Kind == "" {
				areas[i].Kind = area.Basic
			}
		}
		done, err := s.store.FillDraft(s.tb.Context(), postgres.Fill{District: "150102", DistrictName: "新城区", Edition: edition,
			Scheme: area.Opaque, Level: level, Areas: areas, Commit: true})
		if err != nil || !done.Committed {
			s.tb.Fatalf("import: %v, %+v", err, done)
		}
	}
	put(area.Community,
		postgres.FillArea{Code: "SW", Name: "三角线社区", Ground: rectangle(b.Min.X, b.Min.Y, middle.X, middle.Y)},
		postgres.FillArea{Code: "SE", Name: "东街社区", Ground: rectangle(middle.X, b.Min.Y, b.Max.X, middle.Y)},
		postgres.FillArea{Code: "NW", Name: "北街社区", Ground: rectangle(b.Min.X, middle.Y, middle.X, b.Max.Y)},
		postgres.FillArea{Code: "NE", Name: "公园社区", Ground: rectangle(middle.X, middle.Y, b.Max.X, b.Max.Y)})
	var grids []postgres.FillArea
	for i, g := range s.cells {
		grids = append(grids, postgres.FillArea{Code: fmt.Sprintf("G%02d", i), Name: fmt.Sprintf("第%d网格", i), Ground: g})
	}
	put(area.Grid, grids...)
	around := func(p geo.Point, size int32) geo.Area {
		return rectangle(p.X-size, p.Y-size, p.X+size, p.Y+size)
	}
	put(area.Grid, postgres.FillArea{Code: "PARK", Name: "双创园", Kind: area.Dedicated, Ground: around(middle, 200_000)})
	put(area.Compound,
		postgres.FillArea{Code: "C1", Name: "团结小区", Ground: around(s.cells[14].LabelPoint(), 20_000)},
		postgres.FillArea{Code: "C2", Name: "团结小区二期", Ground: around(s.cells[14].LabelPoint(), 10_000)})
}

func (s *service) activate(edition, from string) {
	s.tb.Helper()
	s.activateIn("150102", edition, from)
}

func (s *service) activateIn(district, edition, from string) {
	s.tb.Helper()
	day, err := time.Parse(time.DateOnly, from)
	if err != nil {
		s.tb.Fatal(err)
	}
	if _, found, err := s.store.Activate(s.tb.Context(), district, edition, day, postgres.Confirmation{}, postgres.Write{}); err != nil {
		s.tb.Fatalf("activate: %v %v", err, found)
	}
}

func (s *service) eventually(what string, ok func() bool) {
	s.tb.Helper()
	for range 300 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.tb.Fatalf("waited in vain for %s", what)
}

// answer is a response whose body has been read.
type answer struct {
	*http.Response
	body string
}

func (s *service) get(path string, headers ...string) answer {
	s.tb.Helper()
	return s.do(http.MethodGet, path, "", headers...)
}

// do sends a request; headers are names and values in turn.
func (s *service) do(method, path, body string, headers ...string) answer {
	s.tb.Helper()
	r, err := http.NewRequestWithContext(s.tb.Context(), method, s.http.URL+path, strings.NewReader(body))
	if err != nil {
		s.tb.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.tb.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.tb.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp, string(text)}
}

func (s *service) json(path string, into any) {
	s.tb.Helper()
	a := s.get(path)
	if a.StatusCode != http.StatusOK {
		s.tb.Fatalf("%s: %d %s", path, a.StatusCode, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		s.tb.Fatalf("%s: %v in %s", path, err, a.body)
	}
}

// code is the code of a problem.
func (a answer) code() string {
	var p httpapi.Problem
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") || json.Unmarshal([]byte(a.body), &p) != nil || p.Status != a.StatusCode || p.Detail == "" || p.Title == "" {
		return ""
	}
	return p.Code
}
