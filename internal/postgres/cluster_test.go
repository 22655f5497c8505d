package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wangge/internal/fault"
	"wangge/internal/postgres"
)

func start(tb testing.TB, dir string) *postgres.Cluster {
	tb.Helper()
	c, err := postgres.StartCluster(context.Background(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// reachable makes a directory that the user postgres may enter; that of
// testing.T is closed to others.
func reachable(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/tmp", "wangge-cluster-")
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// pidOf reads the process and the owner of the server.
func pidOf(tb testing.TB, dir string) (pid, owner string) {
	tb.Helper()
	f, err := os.Open(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Scan()
	pid = s.Text()
	out, err := exec.Command("ps", "-o", "user=", "-p", pid).Output()
	if err != nil {
		tb.Fatalf("the server is not running: %v", err)
	}
	return pid, strings.TrimSpace(string(out))
}

func settings(tb testing.TB, url string) map[string]string {
	tb.Helper()
	out := map[string]string{}
	conn := connect(tb, url)
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "data_checksums"} {
		var v string
		if err := conn.QueryRow(tb.Context(), "SELECT current_setting($1)", name).Scan(&v); err != nil {
			tb.Fatal(err)
		}
		out[name] = v
	}
	return out
}

// TestPrivateCluster goes through the life of the private server: durable, on
// a unix socket alone, not as root, shared, kept after a crash of the service,
// stopped by the last to leave.
func TestPrivateCluster(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	c := start(t, dir)
	url := c.URL()
	pid, owner := pidOf(t, dir)
	if owner == "root" {
		t.Error("the server runs as root")
	}
	got := settings(t, url)
	if fmt.Sprint(got) != fmt.Sprint(map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "listen_addresses": "", "data_checksums": "on"}) {
		t.Errorf("settings %v", got)
	}
	if conn, err := net.DialTimeout("tcp", "127.0.0.1:5432", time.Second); err == nil {
		_ = conn.Close()
		t.Log("something else listens on port 5432 here")
	}
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}

	second := start(t, dir) // a tool joins the running server
	if again, _ := pidOf(t, dir); again != pid {
		t.Error("the second process started a second server")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if again, _ := pidOf(t, dir); again != pid {
		t.Error("the server stopped under the second process")
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid")); err == nil {
		t.Error("the last to leave did not stop the server")
	}

	began := time.Now()
	third := start(t, dir) // the data is still there
	defer func() { _ = third.Close() }()
	t.Logf("started again in %v", time.Since(began).Round(time.Millisecond))
	if current, newest, err := postgres.MigrationStatus(t.Context(), third.URL()); err != nil || current != newest {
		t.Errorf("version %d of %d, %v", current, newest, err)
	}
}

// TestSettingsFlip is promise P2 on a durable server: each setting in turn is
// refused, at start and after a change while it runs.
func TestSettingsFlip(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	c := start(t, dir)
	defer func() { _ = c.Close() }()
	if _, err := postgres.Migrate(t.Context(), c.URL()); err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.CheckSettings(t.Context()); err != nil {
		t.Fatalf("a durable server is refused: %v", err)
	}
	conn := connect(t, c.URL())
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		for _, sql := range []string{"ALTER SYSTEM SET " + name + " = off", "SELECT pg_reload_conf()"} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		var last error
		for range 50 {
			if last = store.CheckSettings(t.Context()); fault.Is(last, "unsafe_database") {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if !fault.Is(last, "unsafe_database") || !strings.Contains(last.Error(), name) {
			t.Errorf("%s = off: %v", name, last)
		}
		for _, sql := range []string{"ALTER SYSTEM RESET " + name, "SELECT pg_reload_conf()"} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		for range 50 {
			if last = store.CheckSettings(t.Context()); last == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if last != nil {
			t.Errorf("%s = on again: %v", name, last)
		}
	}
}

// TestACommitThatReachedNoStandby: where a standby is asked for and none
// confirms, the write is not acknowledged, though it stands; the same request
// repeated is answered without being done twice.
func TestACommitThatReachedNoStandby(t *testing.T) {
	t.Parallel()
	c := start(t, reachable(t))
	defer func() { _ = c.Close() }()
	if _, err := postgres.Migrate(t.Context(), c.URL()); err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	fill(t, store, two("2026"))
	conn := connect(t, c.URL())
	set := func(standbys string) {
		t.Helper()
		for _, sql := range []string{"ALTER SYSTEM SET synchronous_standby_names = '" + standbys + "'", "SELECT pg_reload_conf()"} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(300 * time.Millisecond)
	}
	if _, err := conn.Exec(t.Context(), "SET synchronous_commit = local"); err != nil { // for this connection alone
		t.Fatal(err)
	}
	set("nobody")
	done := make(chan error)
	go func() {
		_, _, err := store.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Key: "k"})
		done <- err
	}()
	canceled := 0
	for range 100 {
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM (SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep') w").Scan(&canceled); err != nil {
			t.Fatal(err)
		}
		if canceled > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := <-done; !fault.Is(err, "not_replicated") || canceled == 0 {
		t.Fatalf("%v after %d cancelled waits, want not_replicated", err, canceled)
	}
	set("")
	e, _, err := store.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Key: "k"})
	if err != nil || len(e.Activations) != 1 {
		t.Errorf("repeated: %+v, %v", e, err)
	}
}

// A directory that other users cannot enter, and a path too long for a socket.
func TestAwkwardPlaces(t *testing.T) {
	t.Parallel()
	closed := reachable(t)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(reachable(t), strings.Repeat("很长的目录名", 12))
	for name, dir := range map[string]string{"closed to others": filepath.Join(closed, "var"), "a long path": long} {
		c := start(t, dir)
		if _, err := postgres.Migrate(t.Context(), c.URL()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		note, err := os.ReadFile(filepath.Join(dir, "postgres.location"))
		if os.Geteuid() == 0 && name == "closed to others" {
			if err != nil || !strings.Contains(string(note), "/var/lib/wangge/") {
				t.Errorf("nothing says where the database went: %q, %v", note, err)
			}
			place := strings.TrimSuffix(strings.Fields(string(note))[6], ",")
			if strings.HasPrefix(place, "/var/lib/wangge/") {
				_ = os.RemoveAll(place)
			}
		}
	}
	if _, err := postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: "/proc/none", Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("a directory that cannot be made was taken")
	}
}
