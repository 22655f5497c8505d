package upload_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/ingest"
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

func depot(t *testing.T) (*upload.Depot, *postgres.Store, string) {
	t.Helper()
	store := pgtest.Store(t)
	runner := sandbox.Runner{}
	store.WorkWith(postgres.Geometry{Check: runner.Check, Snap: runner.Snap})
	dir := t.TempDir()
	d, err := upload.New(dir, store, runner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d, store, dir
}

func open(t *testing.T, d *upload.Depot, name, content string) string {
	t.Helper()
	u, err := d.Open("")
	if err == nil {
		u, err = d.Put(u.ID, name, strings.NewReader(content))
	}
	if err != nil {
		t.Fatal(err)
	}
	return u.ID
}

// files lists what lies below dir.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestAFileAppearsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	d, _, dir := depot(t)
	u, err := d.Open("")
	if err != nil {
		t.Fatal(err)
	}
	broken := io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), &failing{})
	if _, err := d.Put(u.ID, "a.geojson", broken); err == nil {
		t.Error("a body that breaks off is kept")
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, name := range []string{"", ".", "..", "/", ".hidden", "a\nb.shp", strings.Repeat("长", 100) + ".shp"} {
		if _, err := d.Put(u.ID, name, strings.NewReader("x")); !fault.Is(err, "bad_file_name") {
			t.Errorf("the name %q: %v", name, err)
		}
	}
	for _, name := range []string{"../../../etc/passwd.geojson", `C:\Users\张\区.geojson`} {
		kept, err := d.Put(u.ID, name, strings.NewReader("{}"))
		if err != nil || strings.ContainsAny(kept.Files[len(kept.Files)-1].Name, `/\`) {
			t.Errorf("the name %q: %+v, %v", name, kept, err)
		}
	}
	if got := files(t, dir); !slices.Contains(got, "passwd.geojson") || !slices.Contains(got, "区.geojson") {
		t.Errorf("kept %v", got)
	}
	if err := d.Drop(u.ID); err != nil || len(files(t, dir)) > 0 {
		t.Errorf("dropped: %v, left %v", err, files(t, dir))
	}
	if _, err := d.Look(t.Context(), u.ID, "", "", ""); !fault.Is(err, "no_such_upload") {
		t.Error(err)
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func finished(t *testing.T, d *upload.Depot, r upload.Request) *upload.Job {
	t.Helper()
	j, err := d.Import(r)
	for deadline := time.Now().Add(2 * time.Minute); err == nil; time.Sleep(20 * time.Millisecond) {
		if j, err = d.Job(j.ID, ""); err == nil && (j.State == upload.Done || j.State == upload.Failed || j.State == upload.Cancelled) {
			return j
		}
		if time.Now().After(deadline) {
			t.Fatal("the import does not end")
		}
	}
	t.Fatal(err)
	return nil
}

func request(id string, level area.Level) upload.Request {
	return upload.Request{Upload: id, Read: ingest.Options{Level: level},
		Fill: postgres.Fill{District: "D", Edition: "e", Scheme: area.Opaque, KeepDefects: true, Commit: true}}
}

func TestACancelledImportKeepsNothing(t *testing.T) {
	t.Parallel()
	d, store, _ := depot(t)
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range 40_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		x, y := 111+float64(i%200)*0.001, 40+float64(i/200)*0.001
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"code":"G%05d"},"geometry":{"type":"Polygon","coordinates":[[[%.3f,%.3f],[%.3f,%.3f],[%.3f,%.3f],[%.3f,%.3f],[%.3f,%.3f]]]}}`,
			i, x, y, x+0.001, y, x+0.001, y+0.001, x, y+0.001, x, y)
	}
	b.WriteString("]}")
	id := open(t, d, "g.geojson", b.String())
	j, err := d.Import(request(id, area.Grid))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Drop(id); !fault.Is(err, "upload_in_use") {
		t.Errorf("an upload that is read can be dropped: %v", err)
	}
	for range 500 {
		if j, err = d.Job(j.ID, ""); err != nil || j.Features > 0 {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	if j.Features == 0 {
		t.Error("no progress was told")
	}
	if _, err := d.Cancel(j.ID, ""); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if j, err = d.Job(j.ID, ""); err != nil || j.State == upload.Cancelled {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if j.State != upload.Cancelled {
		t.Errorf("after the cancel it is %s: %v", j.State, j.Err)
	}
	if editions, err := store.Editions(t.Context(), nil, postgres.Page{Most: 10}); err != nil || len(editions) > 0 {
		t.Errorf("kept %v, %v", editions, err)
	}
}

// comb is a polygon of n teeth, upright or lying: two of them, one of each, cross
// n × n times.
func comb(n int, upright bool) string {
	var b strings.Builder
	at := func(x, y float64) {
		if upright {
			x, y = y, x
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "[%.7f,%.7f]", 111+x, 40+y)
	}
	at(0, 0)
	for i := range n {
		y := 0.5 * float64(i) / float64(n)
		step := 0.5 / float64(n) / 2
		at(0.5, y)
		at(0.5, y+step)
		at(0.01, y+step)
		at(0.01, y+2*step)
	}
	at(0, 0.5)
	at(0, 0)
	return fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A"},"geometry":{"type":"Polygon","coordinates":[[%s]]}}]}`, b.String())
}

// Two valid shapes that cross a hundred million times are told to be tangled,
// soon, and the database goes on.
func TestCombsAcrossEachOtherHarmNobody(t *testing.T) {
	t.Parallel()
	d, store, _ := depot(t)
	if j := finished(t, d, request(open(t, d, "c.geojson", comb(10_000, false)), area.Community)); j.State != upload.Done || !j.Outcome.Committed {
		t.Fatalf("the first comb: %s %v %+v", j.State, j.Err, j.Outcome)
	}
	slowest := time.Duration(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			began := time.Now()
			if err := store.Ping(t.Context()); err != nil {
				t.Errorf("the database: %v", err)
			}
			slowest = max(slowest, time.Since(began))
		}
	}()
	began := time.Now()
	j := finished(t, d, request(open(t, d, "g.geojson", comb(10_000, true)), area.Grid))
	took := time.Since(began)
	close(stop)
	<-stopped
	tangled := j.State == upload.Done && slices.ContainsFunc(j.Outcome.Findings, func(f area.Finding) bool { return f.Code == "tangled" })
	if !tangled && !fault.Is(j.Err, "too_heavy") && !fault.Is(j.Err, "tangled") {
		t.Errorf("the second comb: %s %v", j.State, j.Err)
	}
	t.Logf("took %s, the slowest ping %s", took, slowest)
	if took > 40*time.Second {
		t.Errorf("took %s", took)
	}
}
