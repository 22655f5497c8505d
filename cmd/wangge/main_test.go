package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
)

var binary string

// TestMain builds the program as its users run it.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("/tmp", "wangge-cmd-")
	if err == nil {
		binary = filepath.Join(dir, "wangge")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// home is a data directory with its own cluster, which goes with the test.
func home(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/tmp", "wangge-home-")
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the user postgres must come in
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		pid, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
		if err == nil {
			var n int
			if _, err := fmt.Sscan(string(pid), &n); err == nil {
				_ = syscall.Kill(n, syscall.SIGQUIT)
			}
		}
		_ = os.RemoveAll(dir)
	})
	return dir
}

// run runs the program and returns its exit code and what it printed.
func run(tb testing.TB, dir, stdin string, args ...string) (code int, out, errOut string) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "WANGGE_DATA_DIR="+dir)
	var o, e bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		tb.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

func must(tb testing.TB, dir string, args ...string) string {
	tb.Helper()
	code, out, errOut := run(tb, dir, "", args...)
	if code != 0 {
		tb.Fatalf("wangge %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

// district writes the files of a small district, codes beginning with prefix:
// two communities, west and east, and 16 grids.
func district(tb testing.TB, dir, prefix string) (communities, grids string, cells []geo.Area) {
	tb.Helper()
	p := geotest.NewPartition(rand.New(rand.NewPCG(1, 2)), 4, 4, 8, geotest.Hohhot)
	write := func(name string, codes []string, areas []geo.MultiPolygon) string {
		var features []string
		for i, m := range areas {
			var polygons [][][][2]float64
			for _, polygon := range m {
				var rings [][][2]float64
				for _, r := range polygon {
					var ring [][2]float64
					for k := range len(r) + 1 {
						q := r[k%len(r)]
						ring = append(ring, [2]float64{q.Lon(), q.Lat()})
					}
					rings = append(rings, ring)
				}
				polygons = append(polygons, rings)
			}
			coordinates, err := json.Marshal(polygons)
			if err != nil {
				tb.Fatal(err)
			}
			features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"名称 %s"},"geometry":{"type":"MultiPolygon","coordinates":%s}}`, codes[i], codes[i], coordinates))
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",\n")+`]}`), 0o600); err != nil {
			tb.Fatal(err)
		}
		return path
	}
	b := geotest.Hohhot
	middle := b.Min.X + (b.Max.X-b.Min.X)/2
	rectangle := func(x0, x1 int32) geo.MultiPolygon {
		return geo.MultiPolygon{{{{X: x0, Y: b.Min.Y}, {X: x1, Y: b.Min.Y}, {X: x1, Y: b.Max.Y}, {X: x0, Y: b.Max.Y}}}}
	}
	var codes []string
	for i := range p.Cells {
		codes = append(codes, fmt.Sprintf("%sG%02d", prefix, i))
	}
	return write(prefix+"communities.geojson", []string{prefix + "W", prefix + "E"}, []geo.MultiPolygon{rectangle(b.Min.X, middle), rectangle(middle, b.Max.X)}),
		write(prefix+"grids.geojson", codes, p.Cells), p.Areas()
}

// imported makes an edition of the small district.
func imported(tb testing.TB, dir, edition, prefix string) []geo.Area {
	tb.Helper()
	communities, grids, cells := district(tb, dir, prefix)
	must(tb, dir, "import", communities, "--level", "community", "--district", "D", "--district-name", "新城区", "--edition", edition, "--commit")
	must(tb, dir, "import", grids, "--level", "grid", "--edition", edition, "--coverage", "tolerant", "--commit")
	return cells
}

// server is a running `wangge serve`.
type server struct {
	tb      testing.TB
	cmd     *exec.Cmd
	address string
	errOut  *bytes.Buffer
}

var ready = regexp.MustCompile(`https?://\S+`)

func serve(tb testing.TB, dir string, args ...string) *server {
	tb.Helper()
	cmd := exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "WANGGE_DATA_DIR="+dir)
	s := &server{tb: tb, cmd: cmd, errOut: &bytes.Buffer{}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Stderr = s.errOut
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewReader(out)
	for s.address == "" { // the demo says more before
		line, err := lines.ReadString('\n')
		if s.address = ready.FindString(line); err != nil && s.address == "" {
			_ = cmd.Wait()
			tb.Fatalf("serve said %q, %v\n%s", line, err, s.errOut)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return s
}

// get returns the status and the body; status 0 when nobody answers.
func (s *server) get(path string) (int, string) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+path, nil)
	if err != nil {
		s.tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

func (s *server) eventually(what string, within time.Duration, ok func() bool) {
	s.tb.Helper()
	for began := time.Now(); time.Since(began) < within; time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.tb.Errorf("waited %v in vain for %s", within, what)
}

// stop asks the service to end and returns its exit code.
func (s *server) stop() int {
	s.tb.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode()
}

func running(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	return err == nil
}

func TestExitCodesAndHelp(t *testing.T) {
	t.Parallel()
	dir := home(t)
	bad := filepath.Join(dir, "bad.geojson")
	if err := os.WriteFile(bad, []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, 0, "wangge import grids.geojson"},
		{[]string{"--version"}, 0, "wangge"},
		{[]string{"import", "--help"}, 0, "--coverage"},
		{[]string{"locate", "--help"}, 0, "--in"},
		{nil, 2, ""},
		{[]string{"frobnicate"}, 2, ""},
		{[]string{"import", bad}, 2, "level"},
		{[]string{"import", bad, "--level", "street"}, 2, "unknown_level"},
		{[]string{"import", "nothing.geojson", "--level", "grid"}, 2, "no_such_file"},
		{[]string{"import", bad, "--level", "grid", "--crs", "mars"}, 2, "unknown_crs"},
		{[]string{"import", bad, "--level", "grid", "--district", "D"}, 1, "ring_crosses"},
		{[]string{"import", bad, "--level", "grid", "--activate"}, 2, "activate_needs_commit"},
		{[]string{"locate"}, 2, "missing_point"},
		{[]string{"locate", "abc"}, 2, "bad_position"},
		{[]string{"locate", "1,2", "--in", "x", "--out", "y"}, 2, "point_or_file"},
		{[]string{"locate", "--in", "x"}, 2, "in_and_out"},
		{[]string{"serve", "--listen", "0.0.0.0:8080"}, 2, "tls_needed"},
		{[]string{"serve", "--listen", "[::]:8080"}, 2, "tls_needed"},
		{[]string{"serve", "--listen", "8080"}, 2, "bad_listen"},
		{[]string{"serve", "--tls-cert", "x"}, 2, "tls_pair"},
		{[]string{"serve", "--base-map", "OSM=https://{s}.example.org/{z}/{x}/{y}.png"}, 2, "base_map_placeholder"},
		{[]string{"serve", "--base-map-file", bad}, 2, "bad_base_map_file"},
		{[]string{"serve", "--tianditu-key", "a&b"}, 2, "bad_tianditu_key"},
		{[]string{"serve", "--database-url", ""}, 2, "empty_database_url"},
		{[]string{"edition", "list", "--database-url", "nonsense://"}, 2, "bad_database_url"},
		{[]string{"edition", "check", "none"}, 2, "no_district"},
		{[]string{"edition", "activate", "none", "--from", "soon"}, 2, ""},
	} {
		code, out, errOut := run(t, dir, "", tc.args...)
		if code != tc.code || !strings.Contains(out+errOut, tc.says) {
			t.Errorf("wangge %v: exit %d, want %d saying %q\n%s%s", tc.args, code, tc.code, tc.says, out, errOut)
		}
		if strings.Contains(errOut, "goroutine ") {
			t.Errorf("wangge %v panicked:\n%s", tc.args, errOut)
		}
	}
	if running(dir) {
		t.Error("a tool left the database running")
	}
}

// TestFromFileToAnswer is the steward's way: dry run, commit, check, activate,
// ask; and then the next edition.
func TestFromFileToAnswer(t *testing.T) {
	t.Parallel()
	dir := home(t)
	communities, grids, cells := district(t, dir, "A")
	first := []string{"import", communities, "--level", "community", "--district", "D", "--district-name", "新城区", "--edition", "2026"}
	if out := must(t, dir, first...); !strings.Contains(out, "试运行") {
		t.Errorf("a dry run says\n%s", out)
	}
	if out := must(t, dir, "edition", "list"); strings.Contains(out, "2026") {
		t.Errorf("the dry run left an edition:\n%s", out)
	}
	must(t, dir, append(first, "--commit")...)
	// The cells do not fill the communities: strict coverage refuses, exit 1.
	report := filepath.Join(dir, "report.geojson")
	code, out, _ := run(t, dir, "", "import", grids, "--level", "grid", "--coverage", "strict", "--commit", "--report", report)
	if code != 1 || !strings.Contains(out, "gap") {
		t.Errorf("exit %d\n%s", code, out)
	}
	var listed struct {
		Features []struct{ Properties struct{ Code string } }
	}
	text, err := os.ReadFile(report)
	if err != nil || json.Unmarshal(text, &listed) != nil || len(listed.Features) == 0 {
		t.Errorf("the report: %v\n%.300s", err, text)
	}
	must(t, dir, "import", grids, "--level", "grid", "--coverage", "tolerant", "--commit", "--report", filepath.Join(dir, "report.json"))
	if out := must(t, dir, "edition", "check", "2026", "--report", filepath.Join(dir, "report.txt")); !strings.Contains(out, "通过") {
		t.Errorf("check says\n%s", out)
	}
	for _, name := range []string{"report.json", "report.txt"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	at := cells[5].LabelPoint()
	position := fmt.Sprintf("%.7f,%.7f", at.Lon(), at.Lat())
	if out := must(t, dir, "locate", position); !strings.Contains(out, `"covered": false`) {
		t.Errorf("before activation:\n%s", out)
	}
	must(t, dir, "edition", "activate", "2026", "--from", "2026-01-01")
	if out := must(t, dir, "locate", position); !strings.Contains(out, `"code": "AG05"`) || !strings.Contains(out, `"新城区"`) {
		t.Errorf("after it:\n%s", out)
	}
	if out := must(t, dir, "locate", position, "--at", "2025-06-01"); !strings.Contains(out, `"covered": false`) {
		t.Errorf("on a day before:\n%s", out)
	}
	if code, _, errOut := run(t, dir, "", "locate", fmt.Sprintf("%.7f,%.7f", at.Lat(), at.Lon())); code != 2 || !strings.Contains(errOut, "lat_lon_swapped") {
		t.Errorf("swapped: exit %d %s", code, errOut)
	}
	if out := must(t, dir, "locate", "-2.5879,51.4545"); !strings.Contains(out, `"covered": false`) {
		t.Errorf("a western longitude:\n%s", out)
	}
	if code, _, errOut := run(t, dir, "", "import", grids, "--level", "grid", "--edition", "2026", "--commit"); code != 1 || !strings.Contains(errOut, "edition_active") {
		t.Errorf("into an active edition: exit %d %s", code, errOut)
	}

	// A table: from file to file, and through the standard streams.
	in, answers := filepath.Join(dir, "points.csv"), filepath.Join(dir, "answers.csv")
	table := "id,lon,lat\n1," + position + "\n2,0,0\n3,,\n4,x,1\n"
	want := "id,lon,lat,district,subdistrict,community,grid,compound\n1," + position + ",D,,"
	if err := os.WriteFile(in, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "locate", "--in", in, "--out", answers)
	text, err = os.ReadFile(answers)
	if err != nil || !strings.HasPrefix(string(text), want) || strings.Count(string(text), "\n") != 5 {
		t.Errorf("%v\n%s", err, text)
	}
	_, piped, errOut := run(t, dir, table, "locate", "--in", "-", "--out", "-")
	if piped != string(text) || !strings.Contains(errOut, "4 行") {
		t.Errorf("through the streams:\n%s%s", piped, errOut)
	}
	if code, _, errOut := run(t, dir, "", "locate", "--in", in, "--out", in); code != 2 || !strings.Contains(errOut, "same_file") {
		t.Errorf("onto itself: exit %d %s", code, errOut)
	}
	if err := os.WriteFile(in, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := run(t, dir, "", "locate", "--in", in, "--out", answers); code != 2 {
		t.Errorf("a table without coordinates: exit %d", code)
	}
	if again, err := os.ReadFile(answers); err != nil || string(again) != string(text) {
		t.Errorf("a failed run changed the answers of the last: %v\n%s", err, again)
	}

	imported(t, dir, "2027", "B")
	if out := must(t, dir, "edition", "diff", "2026", "2027"); !strings.Contains(out, "AG05") || !strings.Contains(out, "BG05") {
		t.Errorf("diff says\n%s", out)
	}
	if m := regexp.MustCompile(`第 (\d+) 版，最新第 (\d+) 版`).FindStringSubmatch(must(t, dir, "migrate", "--status")); m == nil || m[1] != m[2] {
		t.Errorf("status says %v", m)
	}
	if running(dir) {
		t.Error("a tool left the database running")
	}
}

// TestServeStopsCleanAndIsAdopted: SIGTERM stops service and database; after
// kill -9 of the service the database lives on, and the next start takes it up
// again with all data.
func TestServeStopsCleanAndIsAdopted(t *testing.T) {
	t.Parallel()
	dir := home(t)
	s := serve(t, dir)
	if status, body := s.get("/readyz"); status != 200 && status != 503 {
		t.Errorf("%d %s", status, body)
	}
	s.eventually("readiness of an empty service", 5*time.Second, func() bool { status, _ := s.get("/readyz"); return status == 200 })
	imported(t, dir, "2026", "A") // joins the running database
	must(t, dir, "edition", "activate", "2026", "--from", "2026-01-01")
	s.eventually("the edition", 2*time.Second, func() bool { _, body := s.get("/api/v1/districts"); return strings.Contains(body, `"2026"`) })
	if code, _, errOut := run(t, dir, "", "serve", "--listen", strings.TrimPrefix(s.address, "http://")); code != 1 || !strings.Contains(errOut, "cannot_listen") {
		t.Errorf("a taken port: exit %d %s", code, errOut)
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	if !running(dir) {
		t.Fatal("the database went with the killed service")
	}
	pid, _ := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	again := serve(t, dir)
	if after, _ := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid")); strings.SplitN(string(after), "\n", 2)[0] != strings.SplitN(string(pid), "\n", 2)[0] {
		t.Error("the running database was not adopted")
	}
	again.eventually("the edition", 5*time.Second, func() bool { _, body := again.get("/api/v1/districts"); return strings.Contains(body, `"2026"`) })
	if code := again.stop(); code != 0 || running(dir) {
		t.Errorf("SIGTERM: exit %d, database running: %v\n%s", code, running(dir), again.errOut)
	}
}

// TestUnsafeSettings is promise P2 from the outside: a service does not start
// on a database that may lose commits, and turns unready when it becomes one.
func TestUnsafeSettings(t *testing.T) {
	t.Parallel()
	dir := home(t)
	s := serve(t, dir)
	s.eventually("readiness", 5*time.Second, func() bool { status, _ := s.get("/readyz"); return status == 200 })
	set := func(value string) {
		t.Helper()
		for _, sql := range []string{"ALTER SYSTEM SET synchronous_commit = " + value, "SELECT pg_reload_conf()"} {
			cmd := exec.Command("psql", "-qXAt", "-h", filepath.Join(dir, "postgres", "run"), "-U", "wangge", "-c", sql)
			cmd.Env = append(os.Environ(), "PGDATABASE=wangge")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
		}
	}
	set("off")
	s.eventually("unreadiness after the flip", 10*time.Second, func() bool {
		status, body := s.get("/readyz")
		return status == 503 && strings.Contains(body, "unsafe_database")
	})
	code, _, errOut := run(t, dir, "", "serve", "--listen", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errOut, "synchronous_commit") {
		t.Errorf("a start on it: exit %d %s", code, errOut)
	}
	set("on")
	s.eventually("readiness again", 10*time.Second, func() bool { status, _ := s.get("/readyz"); return status == 200 })
}

// killDatabase ends the server of a data directory and all its processes at once.
func killDatabase(tb testing.TB, dir string) {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		tb.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil {
		tb.Fatal(err)
	}
	_ = exec.Command("pkill", "-KILL", "-P", fmt.Sprint(pid)).Run()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		tb.Fatal(err)
	}
}

// TestTheDatabaseGoesAndComesBack is promise P29: while the database is away
// lookups go on and writes are told to come back, at once; when it is there
// again all works within five seconds, without a restart. A private database
// is started again by the service itself.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	dir := home(t)
	s := serve(t, dir)
	cells := imported(t, dir, "2026", "A")
	must(t, dir, "edition", "activate", "2026", "--from", "2026-01-01")
	at := cells[5].LabelPoint()
	lookup := fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lon(), at.Lat())
	s.eventually("the edition", 5*time.Second, func() bool { _, body := s.get(lookup); return strings.Contains(body, "AG05") })
	killDatabase(t, dir)
	began := time.Now()
	s.eventually("full service after the private database was killed", 8*time.Second, func() bool {
		if _, body := s.get(lookup); !strings.Contains(body, "AG05") {
			t.Fatalf("a lookup failed meanwhile: %s", body)
		}
		status, _ := s.get("/api/v1/editions")
		return status == 200 && time.Since(began) > time.Second
	})
	t.Logf("back after %v", time.Since(began).Round(100*time.Millisecond))

	// With a server of somebody else's the service waits for it.
	cluster, err := postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	url := cluster.URL()
	if code := s.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	other := serve(t, home(t), "--database-url", url)
	other.eventually("readiness", 5*time.Second, func() bool { status, _ := other.get("/readyz"); return status == 200 })
	killDatabase(t, dir)
	asked := time.Now()
	resp, err := http.Post(other.address+"/api/v1/editions/D/2026/check", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if took := time.Since(asked); resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "1" || took > time.Second {
		t.Errorf("a write while the database is away: %d, Retry-After %q, after %v", resp.StatusCode, resp.Header.Get("Retry-After"), took)
	}
	other.eventually("unreadiness", 10*time.Second, func() bool { status, _ := other.get("/readyz"); return status == 503 })
	other.eventually("answers flagged stale", 10*time.Second, func() bool {
		_, body := other.get(lookup)
		if !strings.Contains(body, "AG05") {
			t.Fatalf("a lookup failed: %s", body)
		}
		return strings.Contains(body, "stale_since")
	})
	_ = cluster.Close()
	again, err := postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	other.eventually("full service after the database is back", 5*time.Second, func() bool { status, _ := other.get("/readyz"); return status == 200 })
}

// TestTwoInstancesHundredActivations: two services on one database, lookups on
// both, a hundred activations between two editions. Every answer belongs to
// one generation. Then activations are killed half-way: what is served stays whole.
func TestTwoInstancesHundredActivations(t *testing.T) {
	t.Parallel()
	dir := home(t)
	one, two := serve(t, dir), serve(t, dir)
	cells := imported(t, dir, "A", "A")
	imported(t, dir, "B", "B")
	must(t, dir, "edition", "activate", "A", "--from", "2026-01-01")
	at := cells[5].LabelPoint()
	path := fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lon(), at.Lat())
	type answer struct {
		Generation      int64
		Edition         struct{ Name string }
		Grid, Community struct{ Code string }
		Border          struct{ Neighbours []string }
	}
	for _, s := range []*server{one, two} {
		s.eventually("generation 1", 5*time.Second, func() bool { _, body := s.get(path); return strings.Contains(body, `"AG05"`) })
	}
	var editions sync.Map // generation → edition, as the activation answered
	editions.Store(int64(1), "A")
	var seen []answer
	var mu sync.Mutex
	var stop atomic.Bool
	var readers sync.WaitGroup
	for _, s := range []*server{one, two} {
		readers.Go(func() {
			for !stop.Load() {
				status, body := s.get(path)
				var a answer
				if err := json.Unmarshal([]byte(body), &a); status != 200 || err != nil {
					t.Errorf("%d %s", status, body)
					return
				}
				mu.Lock()
				seen = append(seen, a)
				mu.Unlock()
			}
		})
	}
	post := func(edition string) {
		t.Helper()
		tag := ""
		r, err := http.Get(one.address + "/api/v1/editions/D/" + edition)
		if err == nil {
			tag = r.Header.Get("ETag")
			_ = r.Body.Close()
		}
		request, err := http.NewRequest(http.MethodPost, one.address+"/api/v1/editions/D/"+edition+"/activations", strings.NewReader(`{"valid_from":"2026-01-01"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("If-Match", tag)
		resp, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var e struct{ Activations []struct{ Generation int64 } }
		if err := json.NewDecoder(resp.Body).Decode(&e); err != nil || resp.StatusCode != 201 {
			t.Fatalf("%d, %v", resp.StatusCode, err)
		}
		editions.Store(e.Activations[0].Generation, edition)
	}
	for i := range 100 {
		post([]string{"B", "A"}[i%2])
	}
	for _, s := range []*server{one, two} {
		s.eventually("generation 101", 2*time.Second, func() bool { _, body := s.get(path); return strings.Contains(body, `"generation":101`) })
	}
	stop.Store(true)
	readers.Wait()
	generations := map[int64]int{}
	for _, a := range seen {
		name, known := editions.Load(a.Generation)
		if !known || a.Edition.Name != name || a.Grid.Code != name.(string)+"G05" || !strings.HasPrefix(a.Community.Code, name.(string)) || len(a.Border.Neighbours) == 0 || !strings.HasPrefix(a.Border.Neighbours[0], name.(string)) {
			t.Fatalf("an answer of no one generation: %+v, which is %v", a, name)
		}
		generations[a.Generation]++
	}
	if len(generations) < 20 {
		t.Errorf("only %d generations were seen in %d answers", len(generations), len(seen))
	}
	t.Logf("acceptance: P22 with two processes: 100 activations, %d answers over HTTP from %d generations, 0 of two at once", len(seen), len(generations))

	// kill -9 in the middle of an activation, at random moments.
	rng := rand.New(rand.NewPCG(1, 2))
	killed := 0
	kills := 20
	if os.Getenv("WANGGE_ACCEPT") != "" {
		kills = 200
	}
	for i := range kills {
		cmd := exec.Command(binary, "edition", "activate", []string{"B", "A"}[i%2], "--from", "2026-01-01")
		cmd.Env = append(os.Environ(), "WANGGE_DATA_DIR="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.IntN(120)) * time.Millisecond)
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		status, body := two.get(path)
		var a answer
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != 200 || a.Grid.Code != a.Edition.Name+"G05" || !strings.HasPrefix(a.Community.Code, a.Edition.Name) {
			t.Fatalf("after a kill: %d %s", status, body)
		}
	}
	if killed < kills/4 {
		t.Errorf("only %d of %d were killed in time", killed, kills)
	}
	t.Logf("acceptance: kill -9 during activation: %d of %d hit it, the edition served stayed whole every time", killed, kills)
	list := must(t, dir, "edition", "list")
	if status, body := one.get("/readyz"); status != 200 {
		t.Errorf("%d %s\n%s", status, body, list)
	}
}

// TestAccidentPoints imports real partitions as street, community and grid, and
// asks about real points with known answers. Only points within one lattice
// step of a border may differ; they are listed.
func TestAccidentPoints(t *testing.T) {
	t.Parallel()
	for _, city := range []string{"bristol", "sheffield"} {
		t.Run(city, func(t *testing.T) {
			t.Parallel()
			points := geotest.Shared(t, "points/uk_"+city+"_accident_points_expected.csv")
			dir := home(t)
			for _, l := range []struct{ level, file, code string }{{"subdistrict", "msoa", "MSOA11CD"}, {"community", "lsoa", "LSOA11CD"}, {"grid", "oa", "OA11CD"}} {
				args := []string{"import", geotest.Shared(t, "uk/"+city+"_"+l.file+".geojson"), "--level", l.level, "--district", strings.ToUpper(city), "--scheme", "opaque", "--code-field", l.code, "--edition", "2011", "--commit"}
				must(t, dir, args...)
			}
			must(t, dir, "edition", "activate", "2011", "--from", "2026-01-01")
			answers := filepath.Join(dir, "answers.csv")
			must(t, dir, "locate", "--in", points, "--out", answers)
			f, err := os.Open(answers)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows, err := csv.NewReader(f).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			column := map[string]int{}
			for i, name := range rows[0] {
				column[name] = i
			}
			right, near := 0, 0
			ix := oracle(t, city)
			for _, r := range rows[1:] {
				same := true
				for ours, theirs := range map[string]string{"subdistrict": "msoa11cd", "community": "lsoa11cd", "grid": "oa11cd"} {
					same = same && r[column[ours]] == r[column[theirs]]
				}
				if same {
					right++
					continue
				}
				if p := lattice(t, r[column["lon"]], r[column["lat"]]); nearBorder(ix, p) {
					near++
					t.Logf("within one step of a border: %v", r)
					continue
				}
				t.Errorf("wrong: %v", r)
			}
			t.Logf("acceptance: %s accident points: %d answered as expected, %d others within one step of a border", city, right, near)
			if right < 1000 {
				t.Errorf("only %d points", right)
			}
		})
	}
}

func lattice(t *testing.T, lon, lat string) geo.Point {
	t.Helper()
	var x, y float64
	if _, err := fmt.Sscan(lon+" "+lat, &x, &y); err != nil {
		t.Fatal(err)
	}
	p, err := geo.Snap(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// oracle indexes the finest level by itself, to tell which points are near a
// border.
func oracle(t *testing.T, city string) *gridindex.Edition {
	t.Helper()
	whole := geotest.Area(geo.MultiPolygon{{{{X: -geo.MaxX, Y: -geo.MaxY}, {X: geo.MaxX, Y: -geo.MaxY}, {X: geo.MaxX, Y: geo.MaxY}, {X: -geo.MaxX, Y: geo.MaxY}}}})
	d := &area.Version{Level: area.District, Code: "D", Kind: area.Basic, Ground: whole}
	d.AreaID[0] = 1
	versions := []*area.Version{d}
	for i, n := range geotest.GeoJSON(t, geotest.Shared(t, "uk/"+city+"_oa.geojson"), "OA11CD") {
		v := &area.Version{Level: area.Grid, Code: n.Name, Kind: area.Basic, Parent: d.AreaID, Ground: n.Area}
		v.AreaID[1], v.AreaID[2], v.AreaID[3] = 1, byte(i), byte(i>>8)
		versions = append(versions, v)
	}
	e, err := gridindex.NewEdition(versions, nil, gridindex.About{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func nearBorder(e *gridindex.Edition, p geo.Point) bool {
	here := e.Locate(p)
	for dx := int32(-1); dx <= 1; dx++ {
		for dy := int32(-1); dy <= 1; dy++ {
			if e.Locate(geo.Point{X: p.X + dx, Y: p.Y + dy}) != here {
				return true
			}
		}
	}
	return false
}
