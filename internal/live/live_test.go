package live_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/live"
	"wangge/internal/locate"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

func open(tb testing.TB, url string) *postgres.Store {
	tb.Helper()
	s, err := postgres.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// fill imports a district of two grids whose codes begin with the name of the
// edition, so that an answer shows which edition each part of it comes from.
func fill(tb testing.TB, s *postgres.Store, edition string) {
	tb.Helper()
	const k = 10_000
	rectangle := func(x0, x1 int32) geo.Area {
		return geotest.Area(geo.MultiPolygon{{{{X: x0 * k, Y: 0}, {X: x1 * k, Y: 0}, {X: x1 * k, Y: 10 * k}, {X: x0 * k, Y: 10 * k}}}})
	}
	for level, areas := range map[area.Level][]postgres.FillArea{
		area.Community: {{Code: edition + "-C", Ground: rectangle(0, 20)}},
		area.Grid:      {{Code: edition + "-W", Ground: rectangle(0, 10)}, {Code: edition + "-E", Ground: rectangle(10, 20)}},
	} {
		for i := range areas {
			areas[i].Name, areas[i].Kind, areas[i].Source = areas[i].Code, area.Basic, "test"
		}
		done, err := s.FillDraft(tb.Context(), postgres.Fill{District: "D", Edition: edition, Level: level, Areas: areas, Commit: true})
		if err != nil || !done.Committed {
			tb.Fatalf("%v %+v", err, done)
		}
	}
}

func activate(tb testing.TB, s *postgres.Store, edition string) int64 {
	tb.Helper()
	e, _, err := s.Activate(tb.Context(), "D", edition, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{})
	if err != nil {
		tb.Fatal(err)
	}
	return e.Activations[0].Generation
}

// follow runs boundaries until the test ends.
func follow(tb testing.TB, s *postgres.Store) *live.Boundaries {
	tb.Helper()
	b := live.New(s, "", slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { b.Run(ctx); close(done) }()
	tb.Cleanup(func() { stop(); <-done })
	return b
}

// within waits until the boundaries serve a generation, and returns how long
// that took.
func within(tb testing.TB, b *live.Boundaries, generation int64, most time.Duration) time.Duration {
	tb.Helper()
	began := time.Now()
	for time.Since(began) < most+2*time.Second {
		if ix := b.Index(); ix != nil && ix.Generation >= generation {
			if took := time.Since(began); took > most {
				tb.Errorf("generation %d was served after %v, promised within %v", generation, took, most)
			}
			return time.Since(began)
		}
		time.Sleep(time.Millisecond)
	}
	tb.Fatalf("generation %d is not served", generation)
	return 0
}

var middle = locate.Query{Lon: 0.009, Lat: 0.005, CRS: geo.WGS84}

// check holds an answer to one edition.
func check(a *locate.Answer, editions []string) string {
	if !a.Covered {
		return "not covered"
	}
	want := editions[a.Generation]
	if a.Edition.Name != want || a.Edition.Generation != a.Generation || a.Grid.Code != want+"-W" || a.Community.Code != want+"-C" || len(a.Border.Neighbours) != 1 || a.Border.Neighbours[0] != want+"-E" {
		return fmt.Sprintf("generation %d should be %s: edition %s, grid %s, community %s, neighbours %v", a.Generation, want, a.Edition.Name, a.Grid.Code, a.Community.Code, a.Border.Neighbours)
	}
	return ""
}

// times is how often something is done: usually, or in an acceptance run.
func times(usual, accept int) int {
	if os.Getenv("WANGGE_ACCEPT") != "" {
		return accept
	}
	return usual
}

// TestOneAnswerOneGeneration is promise P22 inside one process (the command's
// tests do it with two): lookups run while a hundred activations go by.
func TestOneAnswerOneGeneration(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	fill(t, s, "A")
	fill(t, s, "B")
	first, second := follow(t, s), follow(t, s)
	editions := []string{"", "A"}
	rounds := times(100, 500)
	for g := range rounds + 1 {
		editions = append(editions, map[bool]string{true: "A", false: "B"}[g%2 == 1])
	}
	activate(t, s, "A")
	within(t, first, 1, 5*time.Second)
	within(t, second, 1, 5*time.Second)
	var stop atomic.Bool
	var lookups atomic.Int64
	var readers sync.WaitGroup
	for i := range 4 {
		b := []*live.Boundaries{first, second}[i%2]
		readers.Go(func() {
			last := int64(0)
			for !stop.Load() {
				a, err := locate.One(b.Index(), middle)
				if err != nil {
					t.Error(err)
					return
				}
				if wrong := check(a, editions); wrong != "" {
					t.Error(wrong)
					return
				}
				if a.Generation < last {
					t.Errorf("generation went back from %d to %d", last, a.Generation)
				}
				last = a.Generation
				lookups.Add(1)
			}
		})
	}
	slowest := time.Duration(0)
	for range rounds {
		g := activate(t, s, editions[nextGeneration(t, s)])
		slowest = max(slowest, within(t, first, g, 2*time.Second), within(t, second, g, 2*time.Second))
	}
	stop.Store(true)
	readers.Wait()
	if lookups.Load() < 50_000 {
		t.Errorf("only %d lookups ran meanwhile", lookups.Load())
	}
	t.Logf("acceptance: P22: %d activations on two indexes, %d lookups meanwhile, 0 answers of two generations; slowest swap %v", rounds, lookups.Load(), slowest.Round(time.Millisecond))
}

func nextGeneration(tb testing.TB, s *postgres.Store) int64 {
	tb.Helper()
	in, err := s.InForce(tb.Context(), postgres.At{})
	if err != nil {
		tb.Fatal(err)
	}
	return in.Generation + 1
}

// measure does something again and again and logs how long a new generation
// took to be served.
func measure(t *testing.T, what string, n int, do func(i int) time.Duration) {
	t.Helper()
	var took []time.Duration
	for i := range n {
		took = append(took, do(i))
	}
	slices.Sort(took)
	t.Logf("acceptance: %s: %d activations, served after %v (median), %v (slowest)", what, n,
		took[n/2].Round(time.Millisecond), took[n-1].Round(time.Millisecond))
}

// gate is a way to the database that can be shut: for the listening
// connection alone, or for all.
type gate struct {
	listener  net.Listener
	server    string
	deaf      atomic.Bool // what comes for a connection that listens is swallowed
	closed    atomic.Bool
	mu        sync.Mutex
	conns     map[net.Conn]bool
	listeners atomic.Int64
}

// through opens a gate before the database at address and returns the address
// of the gate.
func through(tb testing.TB, address string) (*gate, string) {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "wg")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	g := &gate{server: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"), conns: map[net.Conn]bool{}}
	if g.listener, err = net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432")); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = g.listener.Close(); g.cut() })
	go func() {
		for {
			c, err := g.listener.Accept()
			if err != nil {
				return
			}
			go g.carry(c)
		}
	}()
	return g, strings.Replace(address, url.QueryEscape(u.Query().Get("host")), url.QueryEscape(dir), 1)
}

func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		_ = c.Close()
	}
}

func (g *gate) carry(client net.Conn) {
	defer client.Close()
	if g.closed.Load() {
		return
	}
	server, err := net.Dial("unix", g.server)
	if err != nil {
		return
	}
	defer server.Close()
	g.mu.Lock()
	g.conns[client], g.conns[server] = true, true
	g.mu.Unlock()
	var listens atomic.Bool
	go func() {
		defer server.Close()
		buffer := make([]byte, 32<<10)
		for {
			n, err := client.Read(buffer)
			if bytes.Contains(buffer[:n], []byte("LISTEN wangge_generation")) {
				listens.Store(true)
				g.listeners.Add(1)
			}
			if _, errWrite := server.Write(buffer[:n]); err != nil || errWrite != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 32<<10)
	for {
		n, err := server.Read(buffer)
		if n > 0 && (!g.deaf.Load() || !listens.Load()) {
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// TestStalenessIsBoundedAndVisible is promise P23.
func TestStalenessIsBoundedAndVisible(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s := open(t, address)
	fill(t, s, "A")
	fill(t, s, "B")
	g, gated := through(t, address)
	b := follow(t, open(t, gated))
	names := []string{"A", "B"}
	within(t, b, activate(t, s, "A"), 5*time.Second)

	t.Run("normally", func(t *testing.T) {
		measure(t, "P23 (a) normally", times(20, 100), func(i int) time.Duration {
			return within(t, b, activate(t, s, names[i%2]), 2*time.Second)
		})
	})
	t.Run("the listening connection killed", func(t *testing.T) {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
		killed := 0
		measure(t, "P23 (b) listening connection killed", times(10, 100), func(i int) time.Duration {
			var n int
			if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND query LIKE 'LISTEN%') k`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			killed += n
			return within(t, b, activate(t, s, names[i%2]), 5*time.Second)
		})
		if killed == 0 {
			t.Error("no listening connection was found to kill")
		}
	})
	t.Run("the listening connection gone silent", func(t *testing.T) {
		g.deaf.Store(true)
		defer g.deaf.Store(false)
		measure(t, "P23 (c) listening connection silent", times(6, 100), func(i int) time.Duration {
			return within(t, b, activate(t, s, names[i%2]), 5*time.Second)
		})
		// The silence is noticed and the connection made anew.
		before := g.listeners.Load()
		for range 150 {
			if g.listeners.Load() > before {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Error("a silent listening connection is kept for good")
	})
	t.Run("the database gone", func(t *testing.T) {
		if _, _, ok := b.Stale(); !ok {
			t.Fatal("stale before the database went")
		}
		g.closed.Store(true)
		g.cut()
		began := time.Now()
		for {
			if a, err := locate.One(b.Index(), middle); err != nil || !a.Covered {
				t.Fatalf("lookups stopped: %+v, %v", a, err)
			}
			if since, why, ok := b.Stale(); !ok {
				t.Logf("acceptance: P23 (d) database gone: lookups went on, flagged stale after %v (promised 10 s)", time.Since(began).Round(100*time.Millisecond))
				if since.IsZero() || why == "" {
					t.Errorf("stale since %v because %q", since, why)
				}
				break
			}
			if time.Since(began) > 10*time.Second {
				t.Fatal("not flagged stale after 10 s")
			}
			time.Sleep(20 * time.Millisecond)
		}
		generation := activate(t, s, "B") // behind its back
		g.closed.Store(false)
		within(t, b, generation, 10*time.Second)
		if _, _, ok := b.Stale(); !ok {
			t.Error("still stale though the database is back")
		}
	})
}

// TestABadEditionIsRefused puts an edition into force around the service, with
// content that was never checked. The old one stays, flagged.
func TestABadEditionIsRefused(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s := open(t, address)
	fill(t, s, "A")
	fill(t, s, "B")
	b := follow(t, s)
	within(t, b, activate(t, s, "A"), 5*time.Second)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, _, err := s.CheckEdition(t.Context(), "D", "B"); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE area_version v SET lattice = ST_Translate(lattice, 1, 0) FROM edition e WHERE e.edition_id = v.edition_id AND e.name = 'B' AND v.code = 'B-W'`,
		`UPDATE generation SET current = current + 1`,
		`INSERT INTO activation (district, generation, edition_id, valid_from, effective_at) SELECT 'D', 2, edition_id, '2026-01-02', '2026-01-01T16:00:00Z' FROM edition WHERE name = 'B'`,
		`NOTIFY wangge_generation`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		if b.Index().Generation != 1 {
			t.Fatal("the bad edition is served")
		}
		a, err := locate.One(b.Index(), middle)
		if err != nil || a.Grid.Code != "A-W" {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, why, ok := b.Stale(); !ok {
			if !strings.Contains(why, "differs from what was checked") {
				t.Errorf("the reason is %q", why)
			}
			// A sound edition heals it.
			fill(t, s, "C")
			e, _, err := s.Activate(t.Context(), "D", "C", time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{})
			if err != nil {
				t.Fatal(err)
			}
			within(t, b, e.Activations[0].Generation, 3*time.Second)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("never flagged stale")
}

// TestOneBadDistrictDoesNotHoldTheOthers: a district whose edition was tampered
// with keeps its old one; what is activated elsewhere is served all the same.
func TestOneBadDistrictDoesNotHoldTheOthers(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s := open(t, address)
	fill(t, s, "A")
	fill(t, s, "B")
	b := follow(t, s)
	within(t, b, activate(t, s, "A"), 5*time.Second)
	activate(t, s, "B")
	within(t, b, 2, 2*time.Second)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for _, sql := range []string{
		`ALTER TABLE area_version DISABLE TRIGGER area_version_frozen`,
		`UPDATE area_version v SET name = 'x' FROM edition e WHERE e.edition_id = v.edition_id AND e.name = 'A'`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	activate(t, s, "A") // D cannot go back to A
	ground := geotest.Area(geo.MultiPolygon{{{{X: 1_000_000, Y: 0}, {X: 1_100_000, Y: 0}, {X: 1_100_000, Y: 100_000}, {X: 1_000_000, Y: 100_000}}}})
	done, err := s.FillDraft(t.Context(), postgres.Fill{District: "D2", Edition: "E", Level: area.Grid, Commit: true,
		Areas: []postgres.FillArea{{Code: "G", Name: "G", Kind: area.Basic, Ground: ground, Source: "test"}}})
	if err != nil || !done.Committed {
		t.Fatalf("%+v %v", done, err)
	}
	if _, _, err := s.Activate(t.Context(), "D2", "E", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	within(t, b, 4, 5*time.Second)
	if a, err := locate.One(b.Index(), locate.Query{Lon: 0.105, Lat: 0.005, CRS: geo.WGS84}); err != nil || !a.Covered || a.District.Code != "D2" {
		t.Errorf("the sound district: %+v, %v", a, err)
	}
	if a, err := locate.One(b.Index(), middle); err != nil || a.Grid.Code != "B-W" {
		t.Errorf("the other keeps what it had: %+v, %v", a, err)
	}
	for range 100 {
		if _, why, ok := b.Stale(); !ok && strings.Contains(why, "differs from what was checked") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("never flagged")
}

// TestFutureEditionsTakeEffectByThemselves activates an edition that takes
// effect in a moment, by moving its midnight close.
func TestFutureEditionsTakeEffectByThemselves(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s := open(t, address)
	fill(t, s, "A")
	fill(t, s, "B")
	b := follow(t, s)
	within(t, b, activate(t, s, "A"), 5*time.Second)
	if _, _, err := s.Activate(t.Context(), "D", "B", time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	within(t, b, 2, 2*time.Second)
	before := b.Index()
	if a, _ := locate.One(before, middle); a.Grid.Code != "A-W" {
		t.Fatalf("an edition of the future is served: %+v", a)
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), `UPDATE activation SET effective_at = now() + interval '1 second' WHERE generation = 2`); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if a, _ := locate.One(b.Index(), middle); a.Grid.Code == "B-W" {
			if b.Index().Snapshot == before.Snapshot {
				t.Error("the snapshot keeps its name")
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the edition did not take effect")
}

func TestHistoryIsRecalledAndBounded(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	b := follow(t, s)
	for i := range 7 {
		name := fmt.Sprintf("E%d", i)
		fill(t, s, name)
		if _, _, err := s.Activate(t.Context(), "D", name, time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC), postgres.Confirmation{}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	within(t, b, 7, 2*time.Second)
	for range 2 {
		for i := range 7 {
			ix, err := b.At(t.Context(), postgres.At{Valid: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			if a, err := locate.One(ix, middle); err != nil || a.Grid.Code != fmt.Sprintf("E%d-W", i) || a.Generation != 7 {
				t.Errorf("on day %d: %+v, %v", i, a, err)
			}
		}
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	address := pgtest.Database(t)
	before := goleak.IgnoreCurrent()
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	b := live.New(s, "", slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { b.Run(ctx); close(done) }()
	for b.Index() == nil {
		time.Sleep(time.Millisecond)
	}
	stop()
	<-done
	s.Close()
	goleak.VerifyNone(t, before)
}
