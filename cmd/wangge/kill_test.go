package main_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/account"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// acknowledged are the names of people whose adding was acknowledged.
type acknowledged struct {
	mu    sync.Mutex
	names map[string]bool
}

func (a *acknowledged) add(name string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names[name] = true
	return len(a.names)
}

// settle compares what was acknowledged with what the database holds.
func (a *acknowledged) settle(t *testing.T, url string) (lost, doubled, bare int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), `SELECT name, count(*) OVER (PARTITION BY name),
		(SELECT count(*) FROM history h WHERE h.id = p.person_id) = 1
		AND (SELECT count(*) FROM outbox o WHERE o.id = p.person_id) = 1
		AND (SELECT count(*) FROM audit a WHERE a.object = 'person ' || p.person_id) = 1 FROM person p WHERE name LIKE 'k-%'`)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	var name string
	var times int
	var whole bool
	if _, err := pgx.ForEachRow(rows, []any{&name, &times, &whole}, func() error {
		there[name] = true
		if times > 1 {
			doubled++
		}
		if !whole {
			bare++
		}
		return nil
	}); err != nil { // an error here must not look like loss
		t.Fatal(err)
	}
	for name := range a.names {
		if !there[name] {
			lost++
		}
	}
	return lost, doubled, bare
}

// freePort is one below 32768: a client that retries while nobody listens must
// not be given the port as its own.
func freePort(tb testing.TB) string {
	tb.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	tb.Fatal("no free port")
	return ""
}

// killBackend kills one of the database's processes that serve us.
func killBackend(dir string) {
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		return
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	out, err := exec.Command("pgrep", "-P", pid, "-f", "postgres: wangge wangge").Output()
	if pids := strings.Fields(string(out)); err == nil && len(pids) > 0 {
		if n, err := strconv.Atoi(pids[rand.IntN(len(pids))]); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
}

// torment kills single backends, the whole database and the service in turn, at
// random moments, and returns the service that runs in the end. first is the
// kill to begin with.
func torment(s *server, dir, address string, kills, first int) *server {
	s.tb.Helper()
	rng := rand.New(rand.NewPCG(1, 5))
	for i := first; i < first+kills; i++ {
		time.Sleep(time.Duration(300+rng.IntN(700)) * time.Millisecond)
		switch i % 4 {
		case 0, 3:
			killBackend(dir)
		case 1:
			killDatabase(s.tb, dir)
			time.Sleep(3 * time.Second) // until the service has started it again
		case 2:
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
			s = serve(s.tb, dir, "--listen", address)
		}
	}
	return s
}

// TestNothingAcknowledgedIsLost is promise P1: people are added by clients that
// retry, while the service, the whole database and single backends are killed.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	writes, kills := 400, 4
	if os.Getenv("WANGGE_ACCEPT") != "" {
		writes, kills = 3000, 15
	}
	dir, address := home(t), freePort(t)
	s := serve(t, dir, "--listen", address)
	cluster, err := postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	url := cluster.URL()
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string // of several administrators: one alone may not ask so often
	for i := range 8 {
		login, secret := fmt.Sprintf("admin%d", i), account.NewSecret()
		p, err := store.AddPerson(t.Context(), postgres.Write{}, postgres.NewPerson{Name: login, Login: login, Posts: []postgres.NewPost{{Role: policy.SysAdmin}}})
		if err == nil {
			err = store.SignedIn(t.Context(), p.ID, login, postgres.Opening{Secret: secret, Most: time.Hour})
		}
		if err != nil {
			t.Fatal(err)
		}
		cookies = append(cookies, "wangge="+string(secret))
	}
	store.Close()
	_ = cluster.Close() // the service goes on with it
	s.eventually("accounts to be noticed", 5*time.Second, func() bool { status, _ := s.get("/api/v1/districts"); return status == http.StatusUnauthorized })

	acked := &acknowledged{names: map[string]bool{}}
	var retried atomic.Int64
	var over atomic.Bool // all kills have been made
	enough := make(chan struct{})
	var once sync.Once
	var clients sync.WaitGroup
	for c := range 16 {
		clients.Go(func() {
			client := &http.Client{Timeout: 5 * time.Second}
			for i := 0; ; i++ {
				select {
				case <-enough:
					return
				default:
				}
				name, key := fmt.Sprintf("k-%d-%d", c, i), uuid.NewString()
				for try := 0; ; try++ {
					r, err := http.NewRequest(http.MethodPost, "http://"+address+"/api/v1/people", strings.NewReader(`{"name":"`+name+`"}`))
					if err != nil {
						t.Error(err)
						return
					}
					for header, value := range map[string]string{"Content-Type": "application/json", "Cookie": cookies[c%len(cookies)], "Sec-Fetch-Site": "same-origin", "Idempotency-Key": key} {
						r.Header.Set(header, value)
					}
					resp, err := client.Do(r)
					status := 0
					if err == nil {
						status = resp.StatusCode
						_ = resp.Body.Close()
					}
					if status == http.StatusCreated {
						break
					}
					if status == http.StatusInternalServerError || status == http.StatusConflict {
						t.Errorf("%s: %d", name, status)
					}
					retried.Add(1)
					time.Sleep(50 * time.Millisecond)
				}
				if acked.add(name) >= writes && over.Load() {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	s = torment(s, dir, address, kills, 0)
	over.Store(true)
	clients.Wait()
	s.eventually("readiness", 20*time.Second, func() bool { status, _ := s.get("/readyz"); return status == http.StatusOK })
	lost, doubled, bare := acked.settle(t, url)
	t.Logf("acceptance: %d acknowledged writes through %d kills (-9) of service, database and single backends: %d lost, %d doubled, %d without history, outbox or audit; %d retries", len(acked.names), kills, lost, doubled, bare, retried.Load())
	if lost+doubled+bare > 0 {
		t.Errorf("%d lost, %d doubled, %d bare", lost, doubled, bare)
	}
	if out := must(t, dir, "audit", "verify"); !strings.Contains(out, "没有改动") {
		t.Errorf("the audit: %s", out)
	}
}

// TestWithoutSynchronousCommitSomeIsLost is the negative control: the same
// comparison finds what a database loses that the service refuses to run on.
func TestWithoutSynchronousCommitSomeIsLost(t *testing.T) {
	t.Parallel()
	dir := home(t)
	cluster, err := postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	url := cluster.URL()
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	acked := &acknowledged{names: map[string]bool{}}
	lost := 0
	for round := 0; round < 12 && lost == 0; round++ {
		store, err := postgres.Open(t.Context(), url+"&options=-c%20synchronous_commit%3Doff")
		if err != nil {
			t.Fatal(err)
		}
		if err := store.CheckSettings(t.Context()); err == nil {
			t.Fatal("the service would run on it")
		}
		var clients sync.WaitGroup
		for c := range 8 {
			clients.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("k-%d-%d-%d", round, c, i)
					if _, err := store.AddPerson(t.Context(), postgres.Write{}, postgres.NewPerson{Name: name}); err != nil {
						return
					}
					acked.add(name)
				}
			})
		}
		time.Sleep(700 * time.Millisecond)
		killDatabase(t, dir)
		clients.Wait()
		store.Close()
		_ = cluster.Close()
		if cluster, err = postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)}); err != nil {
			t.Fatal(err)
		}
		lost, _, _ = acked.settle(t, url)
	}
	_ = cluster.Close()
	t.Logf("acceptance: negative control with synchronous_commit=off: %d of %d acknowledged writes lost", lost, len(acked.names))
	if lost == 0 {
		t.Errorf("none of %d writes was lost: the harness cannot tell", len(acked.names))
	}
}
