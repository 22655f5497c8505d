package live_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo/geotest"
	"wangge/internal/live"
	"wangge/internal/locate"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// TestLocalMidnightOnTwoInstances lets an edition begin at the next midnight of
// the district, which its time zone puts a few seconds ahead, while the database
// counts in UTC. One of two instances has lost the database by then.
func TestLocalMidnightOnTwoInstances(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var database string
	if err := conn.QueryRow(t.Context(), `SELECT current_database()`).Scan(&database); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `ALTER DATABASE `+pgx.Identifier{database}.Sanitize()+` SET timezone TO 'UTC'`); err != nil {
		t.Fatal(err)
	}
	s, lost := open(t, address), open(t, address)
	fill(t, s, "A")
	fill(t, s, "B")
	first, second := follow(t, s), follow(t, lost)
	g := activate(t, s, "A")
	within(t, first, g, 5*time.Second)
	within(t, second, g, 5*time.Second)

	// A zone in which it is a few seconds to midnight.
	const ahead = 4 * time.Second
	now := time.Now().UTC()
	midnight := now.Add(ahead).Truncate(time.Second)
	offset := (24*time.Hour - midnight.Sub(midnight.Truncate(24*time.Hour))) % (24 * time.Hour) // local midnight, UTC+offset
	if offset > 12*time.Hour {
		offset -= 24 * time.Hour
	}
	local := midnight.Add(offset)
	if local.Hour()+local.Minute()+local.Second() != 0 {
		t.Fatalf("%v is no midnight", local)
	}
	sign, size := "-", offset // POSIX counts westwards
	if offset < 0 {
		sign, size = "+", -offset
	}
	zone := fmt.Sprintf("<L>%s%02d:%02d:%02d", sign, int(size.Hours()), int(size.Minutes())%60, int(size.Seconds())%60)
	if _, err := conn.Exec(t.Context(), `UPDATE district SET time_zone = $1`, zone); err != nil {
		t.Fatal(err)
	}
	e, _, err := s.Activate(t.Context(), "D", "B", local, postgres.Confirmation{}, postgres.Write{})
	if err != nil {
		t.Fatal(err)
	}
	if !e.Activations[0].Effective.Equal(midnight) {
		t.Fatalf("in force from %v, want %v", e.Activations[0].Effective, midnight)
	}
	within(t, first, e.Activations[0].Generation, 2*time.Second)
	within(t, second, e.Activations[0].Generation, 2*time.Second)
	if a, _ := locate.One(first.Index(), middle); a.Grid.Code != "A-W" {
		t.Fatalf("before midnight: %+v", a.Grid)
	}
	lost.Close() // midnight comes all the same

	switched := func(b *live.Boundaries) time.Time {
		for time.Now().Before(midnight.Add(5 * time.Second)) {
			if a, err := locate.One(b.Index(), middle); err == nil && a.Grid.Code == "B-W" {
				return time.Now()
			}
			time.Sleep(time.Millisecond)
		}
		return time.Time{}
	}
	var at [2]time.Time
	var both sync.WaitGroup
	both.Go(func() { at[0] = switched(first) })
	both.Go(func() { at[1] = switched(second) })
	both.Wait()
	const together = 250 * time.Millisecond // what a busy machine and a question to the database take
	for i, when := range at {
		if d := when.Sub(midnight); d.Abs() > together {
			t.Errorf("instance %d switched %v from midnight", i, d)
		}
	}
	if d := at[0].Sub(at[1]); d.Abs() > together {
		t.Errorf("the instances switched %v apart", d)
	}
}

// keeping runs boundaries that keep edition files, until the test ends.
func keeping(tb testing.TB, s *postgres.Store, dir editionfile.Dir, log *bytes.Buffer) *live.Boundaries {
	tb.Helper()
	return live.New(s, dir, slog.New(slog.NewTextHandler(log, nil)))
}

// TestTheIndexIsReadFromTheFile takes the areas away from the database: what has
// its file needs them no more.
func TestTheIndexIsReadFromTheFile(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	s := open(t, address)
	fill(t, s, "A")
	activate(t, s, "A")
	dir := editionfile.Dir(filepath.Join(t.TempDir(), "editions"))
	var log bytes.Buffer
	if _, err := keeping(t, s, dir, &log).At(t.Context(), postgres.At{}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(string(dir), "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("kept: %v, %v\n%s", files, err, &log)
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), `ALTER TABLE area_version RENAME TO away`); err != nil {
		t.Fatal(err)
	}
	ix, err := keeping(t, s, dir, &log).At(t.Context(), postgres.At{})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := locate.One(ix, middle); err != nil || a.Grid.Code != "A-W" || a.Edition.Name != "A" {
		t.Errorf("%+v, %v", a, err)
	}
	if err := os.WriteFile(files[1], []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keeping(t, s, dir, &log).At(t.Context(), postgres.At{}); err == nil {
		t.Error("a damaged file is served")
	}
}

// TestADamagedFileIsRefusedAndMadeAgain damages one byte of an edition file a
// thousand times.
func TestADamagedFileIsRefusedAndMadeAgain(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	fill(t, s, "A")
	activate(t, s, "A")
	dir := editionfile.Dir(filepath.Join(t.TempDir(), "editions"))
	var log bytes.Buffer
	if _, err := keeping(t, s, dir, &log).At(t.Context(), postgres.At{}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(string(dir), "*.wge"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	sound, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	for range 1000 {
		damaged := bytes.Clone(sound)
		i := rng.IntN(len(damaged))
		damaged[i] ^= byte(1 + rng.IntN(255))
		if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		log.Reset()
		ix, err := keeping(t, s, dir, &log).At(t.Context(), postgres.At{})
		if err != nil {
			t.Fatal(err)
		}
		if a, err := locate.One(ix, middle); err != nil || a.Grid.Code != "A-W" {
			t.Fatalf("byte %d: %+v, %v", i, a, err)
		}
		if !strings.Contains(log.String(), "refused") {
			t.Fatalf("byte %d: nobody noticed: %s", i, &log)
		}
		if again, err := os.ReadFile(files[0]); err != nil || !bytes.Equal(again, sound) {
			t.Fatalf("byte %d: the file was not made again: %v", i, err)
		}
	}
}

// TestOneReadServesAllWhoWait asks for an edition of the past many times at once;
// one who leaves takes nothing from the others.
func TestOneReadServesAllWhoWait(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	fill(t, s, "A")
	activate(t, s, "A")
	var log bytes.Buffer
	b := keeping(t, s, editionfile.Dir(filepath.Join(t.TempDir(), "editions")), &log)
	gone, leave := context.WithCancel(t.Context())
	defer leave()
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			ctx := t.Context()
			if i == 0 {
				ctx = gone
				leave()
			}
			ix, err := b.At(ctx, postgres.At{Valid: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)})
			if i == 0 {
				return
			}
			if err != nil {
				t.Error(err)
			} else if a, err := locate.One(ix, middle); err != nil || a.Grid.Code != "A-W" {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(log.String(), "edition file written"); n != 1 {
		t.Errorf("the edition was read %d times:\n%s", n, &log)
	}
}

// BenchmarkReady reads 10,000 areas with 1.9 million vertices and indexes them,
// from the database and from the edition file, in one run.
func BenchmarkReady(b *testing.B) {
	s := open(b, pgtest.Database(b))
	p := geotest.NewPartition(rand.New(rand.NewPCG(1, 2)), 100, 100, 32, geotest.Hohhot)
	fill := postgres.Fill{District: "D", Edition: "A", Level: area.Grid, Scheme: area.Opaque, Coverage: area.Tolerant, Commit: true}
	for i, ground := range p.Areas() {
		fill.Areas = append(fill.Areas, postgres.FillArea{Code: fmt.Sprintf("%06d", i), Name: "网格", Kind: area.Basic, Ground: ground, Source: "bench"})
	}
	if done, err := s.FillDraft(b.Context(), fill); err != nil || !done.Committed {
		b.Fatalf("%v", err)
	}
	activate(b, s, "A")
	dir := editionfile.Dir(filepath.Join(b.TempDir(), "editions"))
	quiet := slog.New(slog.DiscardHandler)
	ready := func(dir editionfile.Dir) {
		ix, err := live.New(s, dir, quiet).At(b.Context(), postgres.At{})
		if err != nil || len(ix.Editions()) != 1 {
			b.Fatal(err)
		}
	}
	ready(dir) // writes the file
	b.Run("sql", func(b *testing.B) {
		for b.Loop() {
			ready("")
		}
	})
	b.Run("file", func(b *testing.B) {
		for b.Loop() {
			ready(dir)
		}
	})
}
