package editionfile_test

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"testing"

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

// same compares everything, down to the last vertex and the insides of grounds.
func same(t *testing.T, got, want *editionfile.Content) {
	t.Helper()
	sorted := slices.Clone(want.Versions)
	slices.SortFunc(sorted, func(v, w *area.Version) int {
		return cmp.Or(int(v.Level)-int(w.Level), bytes.Compare([]byte(v.Code), []byte(w.Code)))
	})
	if len(got.Versions) != len(sorted) {
		t.Fatalf("%d versions, want %d", len(got.Versions), len(sorted))
	}
	for i, v := range sorted {
		if !reflect.DeepEqual(got.Versions[i], v) {
			t.Fatalf("%s %s came back as\n%+v, was\n%+v", v.Level, v.Code, got.Versions[i], v)
		}
	}
	if len(got.Grids) != len(want.Grids) || len(want.Grids) > 0 && !reflect.DeepEqual(got.Grids, want.Grids) {
		t.Errorf("grids %v, want %v", got.Grids, want.Grids)
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

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(c *editionfile.Content, v *area.Version){
		"another district":  func(_ *editionfile.Content, v *area.Version) { v.District = "150103" },
		"unknown level":     func(_ *editionfile.Content, v *area.Version) { v.Level = 6 },
		"unknown kind":      func(_ *editionfile.Content, v *area.Version) { v.Kind = "other" },
		"no ground":         func(_ *editionfile.Content, v *area.Version) { v.Ground = geo.Area{} },
		"a code twice":      func(c *editionfile.Content, v *area.Version) { v.Code = c.Versions[2].Code },
		"an id twice":       func(c *editionfile.Content, v *area.Version) { v.AreaID = c.Versions[2].AreaID },
		"no such parent":    func(_ *editionfile.Content, v *area.Version) { v.Parent = uuid.New() },
		"no such grid":      func(c *editionfile.Content, v *area.Version) { c.Grids[v.AreaID] = []uuid.UUID{uuid.New()} },
		"a grid of nothing": func(c *editionfile.Content, v *area.Version) { c.Grids[uuid.New()] = []uuid.UUID{v.AreaID} },
	} {
		c := tolerant(t)
		encode(t, c)
		spoil(c, c.Versions[1])
		if _, err := editionfile.Encode(c); err == nil {
			t.Errorf("%s was written", name)
		}
		dir := t.TempDir()
		if _, err := editionfile.Dir(dir).Write(c); err == nil {
			t.Errorf("%s was written to a directory", name)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	c := flat(b, 100, 32)
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
	c := flat(b, 100, 32)
	b.ReportAllocs()
	for b.Loop() {
		encode(b, c)
	}
}
