package sandbox_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.uber.org/goleak"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/roster"
	"wangge/internal/sandbox"
	"wangge/internal/topology"
)

// program is the one that users run, without the race detector: its shadow of
// the memory would be counted.
var program string

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "orphan" {
		orphan(os.Args[2])
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "sandbox" { // as the program's own main does
		os.Exit(sandbox.Main(os.Args[2:], os.Stdin, os.Stdout))
	}
	dir, err := os.MkdirTemp("/tmp", "wangge-sandbox-")
	if err == nil {
		program = filepath.Join(dir, "wangge")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", program, "wangge/cmd/wangge").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := pgtest.Run(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var options = ingest.Options{Level: area.Grid}

func write(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		tb.Fatal(err)
	}
	return path
}

// table is a file of two areas in a system that only PROJ knows.
const table = "code,name,wkt\n" +
	"A,甲,\"SRID=3857;POLYGON((12356000 4865000,12366000 4865000,12366000 4875000,12356000 4865000))\"\n" +
	"B,乙,\"SRID=3857;POLYGON((12366000 4865000,12376000 4865000,12376000 4875000,12366000 4865000,12366000 4865000))\"\n"

const squares = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"A","name":"第一网格"},"geometry":{"type":"Polygon","coordinates":[[[111,40],[111.1,40],[111.1,40.1],[111,40.1],[111,40]],[[111.02,40.02],[111.04,40.02],[111.04,40.04],[111.02,40.02]]]}},
{"type":"Feature","properties":{"code":"B","name":"第二网格"},"geometry":{"type":"Polygon","coordinates":[[[111.1,40],[111.2,40],[111.2,40.1],[111.1,40.1]]]}},
{"type":"Feature","properties":{"code":"C","name":"第三网格"},"geometry":{"type":"Polygon","coordinates":[[[111.1,40],[111.2,40.1],[111.2,40],[111.1,40.1],[111.1,40]]]}}]}`

func TestAChildReadsWhatTheServiceWouldRead(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	calls := 0
	opt := options
	opt.Project = func(definition string, positions [][2]float64) error {
		calls++
		return store.Project(t.Context(), definition, positions)
	}
	files := []string{write(t, "a.geojson", squares), write(t, "b.csv", strings.NewReplacer("\nA", "\nD", "\nB", "\nE").Replace(table))}
	want, err := ingest.Read(t.Context(), files, opt)
	if err != nil || len(want.Areas) != 4 || len(want.Findings) == 0 {
		t.Fatalf("%+v, %v", want, err)
	}
	calls = 0
	var told []string
	opt.Progress = func(file string, done int, _ int64) { told = append(told, fmt.Sprint(file, done)) }
	got, err := sandbox.Runner{Binary: program}.Read(t.Context(), files, opt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, sameGround); diff != "" {
		t.Errorf("the child read something else (-want +got):\n%s", diff)
	}
	if calls == 0 || !slices.Equal(told, []string{"a.geojson3", "b.csv2"}) {
		t.Errorf("%d projections, progress %q", calls, told)
	}
}

// sameGround compares areas by their rings.
var sameGround = cmp.Comparer(func(a, b geo.Area) bool { return fmt.Sprint(a.Polygons()) == fmt.Sprint(b.Polygons()) })

func TestAChildFindsWhatTheServiceWouldFind(t *testing.T) {
	t.Parallel()
	versions, coverage := partition(t, 6, 8)
	versions[3].Ground = versions[4].Ground // an overlap and a gap
	versions[7].Code = "elsewhere"
	want := topology.Check(versions, area.GBT, coverage)
	if len(want) < 3 {
		t.Fatalf("only %d findings", len(want))
	}
	got, err := sandbox.Runner{Binary: program}.Check(t.Context(), versions, area.GBT, coverage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the child found something else (-want +got):\n%s", diff)
	}
}

// partition is an edition of one subdistrict and n × n grids.
func partition(tb testing.TB, n, segments int) ([]*area.Version, map[area.Level]area.Coverage) {
	tb.Helper()
	cells := geotest.NewPartition(rand.New(rand.NewPCG(1, 2)), n, n, segments, geotest.Hohhot).Areas()
	var versions []*area.Version
	for i, c := range cells {
		versions = append(versions, &area.Version{District: "150102", AreaID: uuid.New(), Level: area.Grid, Kind: area.Basic,
			Code: fmt.Sprintf("150102002003%03d", i), Name: fmt.Sprintf("第%d网格", i), Ground: c})
	}
	return versions, map[area.Level]area.Coverage{area.Grid: area.Strict}
}

// What the reader refuses is refused by the child in the same words, with the
// cause for the log.
func TestRefusalsSurviveTheTrip(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	projecting := options
	projecting.Project = func(definition string, positions [][2]float64) error {
		return store.Project(t.Context(), definition, positions)
	}
	for name, path := range map[string]string{
		"a file that is not there":   filepath.Join(t.TempDir(), "none.geojson"),
		"a file that is cut off":     write(t, "a.geojson", squares[:200]),
		"an archive that is none":    write(t, "a.zip", "PK"),
		"a format that nobody knows": write(t, "a.dwg", ""),
		"a system that PROJ refuses": write(t, "a.csv", strings.ReplaceAll(table, "3857", "999999")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ingest.Read(t.Context(), []string{path}, projecting)
			want, ours := fault.As(err)
			_, err = sandbox.Runner{Binary: program}.Read(t.Context(), []string{path}, projecting)
			got, alsoOurs := fault.As(err)
			if !ours || !alsoOurs {
				t.Fatalf("%v; the child: %v", want, err)
			}
			if got.Kind != want.Kind || got.Code != want.Code || got.ZH != want.ZH || got.EN != want.EN || fmt.Sprint(errors.Unwrap(got)) != fmt.Sprint(errors.Unwrap(want)) {
				t.Errorf("the child's error is\n%+v, want\n%+v", got, want)
			}
		})
	}
	broken := errors.New("the database is away")
	opt := options
	opt.Project = func(string, [][2]float64) error { return broken }
	if _, err := (sandbox.Runner{Binary: program}).Read(t.Context(), []string{write(t, "a.csv", table)}, opt); !errors.Is(err, broken) || !strings.Contains(err.Error(), "a.csv") {
		t.Errorf("an error of the service's own came back as %v", err)
	}
}

// Every field that anybody adds to these structs must come through.
func TestEveryFieldTravels(t *testing.T) {
	t.Parallel()
	for _, of := range []any{&ingest.Options{}, &ingest.Batch{}, &area.Version{}, &area.Finding{}, &roster.Roster{}} {
		f := &filler{t: t}
		f.fill(reflect.ValueOf(of).Elem(), fmt.Sprintf("%T", of))
		var wire bytes.Buffer
		if err := gob.NewEncoder(&wire).Encode(of); err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(of).Elem()).Interface()
		if err := gob.NewDecoder(&wire).Decode(back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(of, back, sameGround); diff != "" {
			t.Errorf("%T does not come back (-sent +got):\n%s", of, diff)
		}
		if f.n < 5 {
			t.Errorf("%T: only %d fields", of, f.n)
		}
	}
}

// filler gives every exported field a value of its own, and refuses types that
// gob would lose without a word.
type filler struct {
	t *testing.T
	n int
}

func (f *filler) fill(v reflect.Value, path string) {
	f.n++
	if v.Type() == reflect.TypeFor[geo.Area]() {
		x := int32(f.n) * 100
		v.Set(reflect.ValueOf(geotest.Area(geo.MultiPolygon{{{{X: x, Y: 0}, {X: x + 90, Y: 0}, {X: x, Y: 90}}}})))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("第 %d 个", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n % 100))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.n % 100))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n) / 8)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0), path+"[0]")
		f.fill(v.Index(1), path+"[1]")
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, path+" key")
		f.fill(value, path+" value")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		if kind := v.Type().Elem().Kind(); kind != reflect.Struct {
			f.t.Errorf("%s points to a %s: gob would lose one that is zero", path, kind)
		}
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			name := path + "." + v.Type().Field(i).Name
			switch field := v.Type().Field(i); {
			case field.Type.Kind() == reflect.Func:
				if field.Name != "Project" && field.Name != "Progress" {
					f.t.Errorf("%s is a function, which does not travel: the sandbox must stand in for it", name)
				}
			case !field.IsExported():
				f.t.Errorf("%s does not travel", name)
			default:
				f.fill(v.Field(i), name)
			}
		}
	default:
		f.t.Errorf("%s: a %s does not travel", path, v.Kind())
	}
}

// Too much work ends within the limit, and the service goes on meanwhile.
func TestTooMuchWorkIsCutOff(t *testing.T) {
	t.Parallel()
	versions, large := combs(), shapefile(t, 160, 25_000)
	for _, tc := range []struct {
		name   string
		runner sandbox.Runner
		run    func(r sandbox.Runner) error
	}{
		{"CPU", sandbox.Runner{CPU: time.Second}, func(r sandbox.Runner) error {
			_, err := r.Check(t.Context(), versions, area.Opaque, nil)
			return err
		}},
		{"memory", sandbox.Runner{Memory: 160 << 20}, func(r sandbox.Runner) error {
			_, err := r.Read(t.Context(), []string{large}, options)
			return err
		}},
		{"the clock", sandbox.Runner{Wall: 500 * time.Millisecond}, func(r sandbox.Runner) error {
			_, err := r.Check(t.Context(), versions, area.Opaque, nil)
			return err
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.runner.Binary = program
			began := time.Now()
			done := make(chan error)
			go func() { done <- tc.run(tc.runner) }()
			var err error
			slowest, last := time.Duration(0), time.Now()
			for busy := true; busy; {
				select {
				case err = <-done:
					busy = false
				case <-time.After(5 * time.Millisecond):
					slowest, last = max(slowest, time.Since(last)), time.Now()
				}
			}
			if e, ours := fault.As(err); !ours || e.Code != "too_heavy" || e.Kind != fault.Unprocessable || e.ZH == "" || e.EN == "" {
				t.Errorf("%v, want too_heavy", err)
			}
			if took := time.Since(began); took > 12*time.Second {
				t.Errorf("took %v", took)
			}
			t.Logf("%v; the service was never held up longer than %v; %.200v", time.Since(began).Round(time.Millisecond), slowest, err)
			if slowest > time.Second {
				t.Errorf("the service was held up for %v", slowest)
			}
		})
	}
}

// combs are areas of long teeth that lie across each other.
func combs() (versions []*area.Version) {
	for k := range 8 {
		var r geo.Ring
		const n = 12_000
		for i := range int32(n) {
			r = append(r, geo.Point{X: i * 80, Y: 0}, geo.Point{X: i*80 + 7_000_000, Y: 9_000_000}, geo.Point{X: i*80 + 7_000_040, Y: 9_000_000}, geo.Point{X: i*80 + 40, Y: 0})
		}
		r = append(r, geo.Point{X: n*80 + 100, Y: -10}, geo.Point{X: -100, Y: -10})
		for i := range r {
			r[i].X += int32(k) * 13
			if k%2 == 1 {
				r[i].X, r[i].Y = r[i].Y, r[i].X
			}
		}
		a, defects, ok := geo.Gate(geo.MultiPolygon{{r}})
		if !ok {
			panic(defects)
		}
		versions = append(versions, &area.Version{AreaID: uuid.New(), Level: area.Grid, Kind: area.Basic, Code: strconv.Itoa(k), Ground: a})
	}
	return versions
}

// shapefile writes n circles of the given number of vertices.
func shapefile(tb testing.TB, n, vertices int) string {
	tb.Helper()
	little, big := binary.LittleEndian, binary.BigEndian
	size := 44 + 4 + 16*(vertices+1)
	shp := make([]byte, 100, 100+n*(8+size))
	big.PutUint32(shp, 9994)
	big.PutUint32(shp[24:], uint32(cap(shp))/2)
	little.PutUint32(shp[28:], 1000)
	little.PutUint32(shp[32:], 5)
	dbf := make([]byte, 32+32+1)
	dbf[0], dbf[16+32], dbf[64] = 3, 8, '\r'
	little.PutUint32(dbf[4:], uint32(n))
	little.PutUint16(dbf[8:], uint16(len(dbf)))
	little.PutUint16(dbf[10:], 9)
	copy(dbf[32:], "code")
	dbf[32+11] = 'C'
	for i := range n {
		shp = big.AppendUint32(big.AppendUint32(shp, uint32(i+1)), uint32(size/2))
		shp = append(little.AppendUint32(shp, 5), make([]byte, 32)...)
		shp = little.AppendUint32(little.AppendUint32(little.AppendUint32(shp, 1), uint32(vertices+1)), 0)
		for k := range vertices + 1 {
			sin, cos := math.Sincos(-2 * math.Pi * float64(k%vertices) / float64(vertices))
			shp = little.AppendUint64(shp, math.Float64bits(100+float64(i%100)*0.2+0.09*cos))
			shp = little.AppendUint64(shp, math.Float64bits(30+float64(i/100)*0.2+0.09*sin))
		}
		dbf = fmt.Appendf(dbf, " %-8d", i)
	}
	path := filepath.Join(tb.TempDir(), "a.shp")
	for ext, b := range map[string][]byte{"shp": shp, "dbf": dbf} {
		if err := os.WriteFile(strings.TrimSuffix(path, "shp")+ext, b, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return path
}

// Two million vertices, the most that is promised, fit well into the limits.
func TestALargeFileFits(t *testing.T) {
	t.Parallel()
	path := shapefile(t, 80, 25_000)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	b, err := sandbox.Runner{Binary: program, Memory: 384 << 20, CPU: 60 * time.Second}.Read(t.Context(), []string{path}, options)
	if err != nil {
		t.Fatal(err)
	}
	vertices := 0
	for _, a := range b.Areas {
		vertices += a.Ground.Polygons().Vertices()
	}
	t.Logf("%.1f MB, %d vertices in %v", float64(info.Size())/1e6, vertices, time.Since(began).Round(time.Millisecond))
	if len(b.Areas) != 80 || vertices < 1_900_000 {
		t.Errorf("%d areas with %d vertices: %+v", len(b.Areas), vertices, b.Findings)
	}
}

func TestTheZeroRunnerRunsThisVeryProgram(t *testing.T) {
	t.Parallel()
	b, err := sandbox.Runner{}.Read(t.Context(), []string{write(t, "a.geojson", squares)}, options)
	if err != nil || len(b.Areas) != 2 {
		t.Errorf("%+v, %v", b, err)
	}
}

// A child that dies, hangs or talks nonsense is a refusal, not a hang.
func TestChildrenThatMisbehave(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script string
		code   string
		log    string // what the cause must say
	}{
		"a panic":              {"echo 'panic: index out of range' >&2; exit 2", "reader_failed", "index out of range"},
		"no answer":            {"exit 0", "reader_failed", ""},
		"nonsense":             {`printf '\003\377\377\377'; exec /bin/sleep 600`, "reader_failed", "gob"},
		"out of memory":        {"echo 'fatal error: runtime: out of memory' >&2; exit 2", "too_heavy", "out of memory"},
		"killed from outside":  {"kill -9 $$", "too_heavy", "killed"},
		"silence":              {"exec /bin/sleep 600", "too_heavy", "time is up"},
		"silence, not reading": {"exec 0<&-; exec /bin/sleep 600", "", ""},
		"the environment":      {"set >&2; exit 3", "reader_failed", "GOMAXPROCS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := sandbox.Runner{Binary: write(t, "child", "#!/bin/sh\n"+tc.script+"\n"), Wall: 2 * time.Second}
			began := time.Now()
			versions, coverage := partition(t, 8, 32)
			_, err := r.Check(t.Context(), versions, area.Opaque, coverage)
			e, ours := fault.As(err)
			if !ours || tc.code != "" && e.Code != tc.code || !strings.Contains(e.Error(), tc.log) {
				t.Errorf("%v, want %s with %q", err, tc.code, tc.log)
			}
			if time.Since(began) > 10*time.Second {
				t.Errorf("took %v", time.Since(began))
			}
			for _, secret := range []string{"DATABASE", "WANGGE", "HOME="} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the child knows %s: %v", secret, err)
				}
			}
		})
	}
	if _, err := (sandbox.Runner{Binary: "/none"}).Read(t.Context(), nil, options); err == nil || fault.Is(err, "too_heavy") {
		t.Errorf("no program: %v", err)
	}
}

// children lists the processes that pid started.
func children(tb testing.TB, pid int) (out []int) {
	tb.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		tb.Fatal(err)
	}
	for _, path := range found {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // gone
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(pid) {
			id, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			out = append(out, id)
		}
	}
	return out
}

func proc(tb testing.TB, pid int, name string) string {
	tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// Not parallel: it looks at the one child there is.
func TestAChildAtWorkIsLimitedAndKnowsNothing(t *testing.T) {
	t.Setenv("WANGGE_DATABASE_URL", "postgres://secret")
	before := children(t, os.Getpid())
	looked := false
	opt := options
	opt.Project = func(string, [][2]float64) error {
		for _, pid := range children(t, os.Getpid()) {
			if slices.Contains(before, pid) {
				continue
			}
			looked = true
			limits := strings.Join(strings.Fields(proc(t, pid, "limits")), " ")
			for _, want := range []string{"Max cpu time 120 120 ", "Max file size 0 0 ", "Max data size 805306368 805306368 ", "Max core file size 0 0 ", "Max open files 64 64 "} {
				if !strings.Contains(limits, want) {
					t.Errorf("no limit %q in %s", want, limits)
				}
			}
			if env := proc(t, pid, "environ"); env != "GOMAXPROCS=2\x00GOTRACEBACK=single\x00" {
				t.Errorf("the child's environment is %q", env)
			}
			tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
			for _, task := range tasks {
				stat, err := os.ReadFile(filepath.Join(task, "stat"))
				if err != nil {
					continue
				}
				_, rest, _ := strings.Cut(string(stat), ") ")
				if nice := strings.Fields(rest)[16]; nice != "10" {
					t.Errorf("a thread of the child has niceness %s", nice)
				}
			}
			files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				at, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, f.Name()))
				if strings.HasPrefix(at, "socket:") {
					t.Errorf("the child has a socket of ours: %s", at)
				}
			}
			for line := range strings.Lines(proc(t, pid, "status")) {
				if strings.HasPrefix(line, "VmHWM") || strings.HasPrefix(line, "VmData") || strings.HasPrefix(line, "Threads") {
					t.Logf("the child at rest: %s", strings.TrimSpace(line))
				}
			}
		}
		return nil
	}
	if _, err := (sandbox.Runner{Binary: program}).Read(t.Context(), []string{write(t, "a.csv", table)}, opt); err != nil {
		t.Error(err)
	}
	if !looked {
		t.Error("there was no child")
	}
}

// Not parallel: it counts what is left.
func TestNothingIsLeftBehind(t *testing.T) {
	path := write(t, "a.csv", table)
	heavy := combs()
	opt := options
	opt.Project = func(string, [][2]float64) error { return nil }
	descriptors := func() int {
		d, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(d)
	}
	before, processes, open := goleak.IgnoreCurrent(), children(t, os.Getpid()), descriptors()
	r := sandbox.Runner{Binary: program}
	if _, err := r.Read(t.Context(), []string{path}, opt); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		began := time.Now()
		if _, err := r.Check(ctx, heavy, area.Opaque, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("cancelling took %v", took)
		}
	}
	func() {
		defer func() { _ = recover() }()
		opt.Project = func(string, [][2]float64) error { panic("the caller's own") }
		_, _ = r.Read(t.Context(), []string{path}, opt)
	}()
	if left := children(t, os.Getpid()); len(left) != len(processes) {
		t.Errorf("processes %v are left, there were %v", left, processes)
	}
	if n := descriptors(); n != open {
		t.Errorf("%d descriptors are open, there were %d", n, open)
	}
	goleak.VerifyNone(t, before)
}

// When the service is killed its children go too.
func TestChildrenDoNotOutliveTheService(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	service := exec.Command(self, "orphan", program)
	out, err := service.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // its child is at work
		t.Fatal(err)
	}
	orphans := children(t, service.Process.Pid)
	if len(orphans) != 1 {
		t.Errorf("children %v", orphans)
	}
	_ = service.Process.Kill()
	_ = service.Wait()
	for _, pid := range orphans {
		alive := true
		for range 25 {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if alive = err == nil && !strings.Contains(string(stat), ") Z "); !alive { // it may wait to be buried
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if alive {
			t.Errorf("process %d lives on", pid)
		}
	}
}

// orphan is a service that is killed while its child is at work.
func orphan(program string) {
	versions := combs()
	time.AfterFunc(500*time.Millisecond, func() { fmt.Println("at work") })
	_, _ = sandbox.Runner{Binary: program}.Check(context.Background(), versions, area.Opaque, nil)
}
