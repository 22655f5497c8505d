package editionfile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo"
)

func encode(tb testing.TB, c *editionfile.Content) []byte {
	tb.Helper()
	b, err := editionfile.Encode(c)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func decode(tb testing.TB, b []byte) (*editionfile.Content, []byte) {
	tb.Helper()
	c, hash, err := editionfile.Decode(b)
	if err != nil {
		tb.Fatal(err)
	}
	return c, hash
}

// plain is a version with its rings laid open, for comparing.
type plain struct {
	area.Version
	Rings geo.MultiPolygon
	Box   geo.Box
}

func laidOpen(versions []*area.Version) []plain {
	var out []plain
	for _, v := range versions {
		p := plain{*v, v.Ground.Polygons(), v.Ground.Box()}
		p.Ground = geo.Area{}
		out = append(out, p)
	}
	return out
}

func same(t *testing.T, got, want *editionfile.Content) {
	t.Helper()
	sorted := slices.Clone(want.Versions)
	slices.SortFunc(sorted, func(v, w *area.Version) int {
		if v.Level != w.Level {
			return int(v.Level) - int(w.Level)
		}
		return bytes.Compare([]byte(v.Code), []byte(w.Code))
	})
	opaque := cmp.Comparer(func(a, b geo.Area) bool { return a.Empty() && b.Empty() })
	if d := cmp.Diff(laidOpen(sorted), laidOpen(got.Versions), opaque); d != "" {
		t.Errorf("versions differ:\n%.2000s", d)
	}
	grids := want.Grids
	if grids == nil {
		grids = map[uuid.UUID][]uuid.UUID{}
	}
	if d := cmp.Diff(grids, got.Grids); d != "" {
		t.Errorf("grids differ:\n%s", d)
	}
	if got.District != want.District {
		t.Errorf("district %q, want %q", got.District, want.District)
	}
}

func TestEveryFieldAndVertexComesBack(t *testing.T) {
	t.Parallel()
	for _, e := range every(t) {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			c, hash := decode(t, encode(t, e.c))
			same(t, c, e.c)
			if !bytes.Equal(hash, area.ContentHash(e.c.Versions)) {
				t.Errorf("content hash %x", hash)
			}
			dir := editionfile.Dir(t.TempDir())
			if _, err := dir.Write(e.c); err != nil {
				t.Fatal(err)
			}
			c, err := dir.Read(hash)
			if err != nil {
				t.Fatal(err)
			}
			same(t, c, e.c)
		})
	}
}

func TestTheBytesDoNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, e := range every(t) {
		want := encode(t, e.c)
		for range 3 {
			shuffled := *e.c
			shuffled.Versions = nil
			for _, i := range rng.Perm(len(e.c.Versions)) {
				v := *e.c.Versions[i]
				v.Edition = uuid.New()
				shuffled.Versions = append(shuffled.Versions, &v)
			}
			if !bytes.Equal(encode(t, &shuffled), want) {
				t.Errorf("%s: other bytes after shuffling", e.name)
			}
		}
		c, _ := decode(t, want)
		if !bytes.Equal(encode(t, c), want) {
			t.Errorf("%s: other bytes after a round trip", e.name)
		}
	}
}

func TestReadSaysWhatIsNotThere(t *testing.T) {
	t.Parallel()
	dir := editionfile.Dir(t.TempDir())
	if _, err := dir.Read(make([]byte, 32)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

var large = 100

func BenchmarkDecode(b *testing.B) {
	c := flat(b, large, 32)
	file := encode(b, c)
	vertices := 0
	for _, v := range c.Versions {
		vertices += v.Ground.Polygons().Vertices()
	}
	runtime.GC()
	b.Logf("%d areas, %d vertices, %d bytes", len(c.Versions), vertices, len(file))
	b.ReportAllocs()
	for b.Loop() {
		decode(b, file)
	}
	b.ReportMetric(float64(len(file))/float64(vertices), "bytes/vertex")
}

func BenchmarkEncode(b *testing.B) {
	c := flat(b, large, 32)
	b.ReportAllocs()
	for b.Loop() {
		encode(b, c)
	}
}
