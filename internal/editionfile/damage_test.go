package editionfile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"wangge/internal/area"
	"wangge/internal/editionfile"
)

// seal puts the digest that fits b in place of its trailer, as somebody would
// who means to deceive.
func seal(b []byte) []byte {
	b = bytes.Clone(b)
	if n := len(b) - sha256.Size; n >= 0 {
		digest := sha256.Sum256(b[:n])
		copy(b[n:], digest[:])
	}
	return b
}

// shelf is a directory whose file of one edition the tests replace.
type shelf struct {
	dir  editionfile.Dir
	path string
	hash []byte
	good []byte
}

func newShelf(t *testing.T, c *editionfile.Content) *shelf {
	t.Helper()
	s := &shelf{dir: editionfile.Dir(t.TempDir()), hash: area.ContentHash(c.Versions)}
	var err error
	if s.path, err = s.dir.Write(c); err != nil {
		t.Fatal(err)
	}
	if s.good, err = os.ReadFile(s.path); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shelf) read(t *testing.T, b []byte) (*editionfile.Content, error) {
	t.Helper()
	if err := os.WriteFile(s.path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := s.dir.Read(s.hash)
	if err != nil && !errors.Is(err, editionfile.ErrDamaged) {
		t.Fatalf("refused with %v", err)
	}
	return c, err
}

func TestEveryDamageIsRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nested(t, 3, 4))
	if _, err := s.read(t, s.good); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(21, 22))
	places := []int{0, 7, 8, 39, 40, 41, len(s.good) - 1, len(s.good) - 32, len(s.good) - 33}
	for len(places) < 1_000 {
		places = append(places, rng.IntN(len(s.good)))
	}
	for _, at := range places {
		b := bytes.Clone(s.good)
		b[at] ^= 1 << rng.IntN(8)
		if _, err := s.read(t, b); err == nil {
			t.Errorf("a bit flipped in byte %d of %d was not noticed", at, len(b))
		}
	}
	for range 300 {
		n := rng.IntN(len(s.good))
		if _, err := s.read(t, s.good[:n]); err == nil {
			t.Errorf("%d bytes of %d were taken for all", n, len(s.good))
		}
	}
	for _, b := range [][]byte{append(bytes.Clone(s.good), 0), append(bytes.Clone(s.good), s.good...), {}, make([]byte, len(s.good))} {
		if _, err := s.read(t, b); err == nil {
			t.Errorf("%d bytes were taken for %d", len(b), len(s.good))
		}
	}
	other := encode(t, nested(t, 4, 4))
	if _, err := s.read(t, other); err == nil {
		t.Error("the file of another edition was taken")
	}
	t.Logf("acceptance: %s: %d flipped bits and 300 truncations, every one refused", t.Name(), len(places))
}

// TestDamageUnderAFittingDigestChangesNoAnswer is the same with the digest made
// to fit: then the content hash must refuse whatever decides an answer.
func TestDamageUnderAFittingDigestChangesNoAnswer(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nested(t, 3, 4))
	rng := rand.New(rand.NewPCG(23, 24))
	refused, harmless := 0, 0
	try := func(b []byte) {
		c, err := s.read(t, seal(b))
		switch {
		case err != nil:
			refused++
		case !bytes.Equal(area.ContentHash(c.Versions), s.hash):
			t.Error("Read let other content pass")
		default:
			harmless++
		}
	}
	for range 800 {
		b := bytes.Clone(s.good)
		for range 1 + rng.IntN(3) {
			b[rng.IntN(len(b)-sha256.Size)] ^= 1 << rng.IntN(8)
		}
		try(b)
	}
	for range 200 {
		try(s.good[:rng.IntN(len(s.good))])
		at, n := rng.IntN(len(s.good)), rng.IntN(40)
		try(append(bytes.Clone(s.good[:at]), s.good[min(at+n, len(s.good)):]...)) // a piece cut out
	}
	if refused == 0 || harmless == 0 {
		t.Errorf("%d refused, %d harmless: one of them was never tried", refused, harmless)
	}
	t.Logf("%d refused, %d touched sources, sizes, labels or grids alone", refused, harmless)
}

// TestWhatDoesNotFitTogetherIsRefused changes single bytes of the example of
// docs/edition-file.md, at the offsets given there, under a fitting digest.
func TestWhatDoesNotFitTogetherIsRefused(t *testing.T) {
	t.Parallel()
	good := encode(t, example())
	for _, tc := range []struct {
		at   int
		to   byte
		want string
	}{
		{0x7, 2, "of this format"},
		{0x2a, 5, "area 4"},
		{0x2b, 13, "chain 12 is cut off"},
		{0x2c, 27, "belong to no chain"},
		{0x2d, 21, "cut off or missing"},
		{0x3e, 6, "of level 6"},
		{0x3f, 3, "kind 3"},
		{0x41, 5, "impossible parent"},
		{0x74, '3', "out of order"},
		{0xf2, 4, "impossible grid"},
		{0xf3, 2, "other owners"},
		{0xf4, 1, "other owners"},
		{0xf5, 200, "cut off"},
		{0x14b, 0, "impossible chain"},
		{0x14f, 1, "impossible chain"},
		{0x150, 4, "impossible chain"},
		{0x152, 7, "impossible chain"},
		{0x169, 3, "do not join"},
		{0x16a, 1, "open ring"},
		{0x16c, 0x0e, "do not join"},
		{0x71 + 1, '0', "content hash"},
	} {
		b := bytes.Clone(good)
		b[tc.at] = tc.to
		_, _, err := editionfile.Decode(seal(b))
		if !errors.Is(err, editionfile.ErrDamaged) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("byte %#x set to %d: got %v, want %q", tc.at, tc.to, err, tc.want)
		}
	}
	filled := append(bytes.Clone(good[:len(good)-sha256.Size]), make([]byte, 1+sha256.Size)...)
	if _, _, err := editionfile.Decode(seal(filled)); err == nil || !strings.Contains(err.Error(), "filled up") {
		t.Errorf("a zero too many: %v", err)
	}
}

// TestDecodingNeedsRoomInProportion measures what hostile files may take. It
// runs alone, since it counts what the whole process takes.
func TestDecodingNeedsRoomInProportion(t *testing.T) {
	most := func(name string, b []byte) {
		b = seal(b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := editionfile.Decode(b)
		runtime.ReadMemStats(&after)
		taken := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d bytes took %d (%v)", name, len(b), taken, err)
		if taken > 80*uint64(len(b))+1<<16 {
			t.Errorf("%s: %d bytes took %d", name, len(b), taken)
		}
	}
	most("as high as may be", encode(t, stacked(t)))
	good := encode(t, nested(t, 3, 4))
	head := len("WGEDTN\x00\x01") + sha256.Size + 1 + len("150102")
	for i := range 4 { // each of the counts beyond belief
		var counts []byte
		rest := good[head:]
		for k := range 4 {
			n, size := binary.Uvarint(rest)
			rest = rest[size:]
			if k == i {
				n = 1<<32 - 1
			}
			counts = binary.AppendUvarint(counts, n)
		}
		most("a count too high", append(append(bytes.Clone(good[:head]), counts...), rest...))
		most("all counts as high as is believed", append(append(bytes.Clone(good[:head]), believed(len(rest))...), rest...))
	}
	for _, filler := range []byte{0, 1, 0x7f} {
		b := append(bytes.Clone(good[:head]), believed(1<<20)...)
		most("only filler", append(b, bytes.Repeat([]byte{filler}, 1<<20)...))
	}
}

// believed are counts that a file of n bytes may just have.
func believed(n int) (b []byte) {
	for _, count := range []int{n / 40, n / 7, n / 2, 4 * n} {
		b = binary.AppendUvarint(b, uint64(count))
	}
	return b
}

func FuzzDecode(f *testing.F) {
	for _, c := range []*editionfile.Content{tolerant(f), islands(f), nested(f, 1, 2), {District: "1"}} {
		b := encode(f, c)
		f.Add(b)
		f.Add(b[:len(b)-sha256.Size-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, seal(b)} {
			c, hash, err := editionfile.Decode(b)
			if err != nil {
				if !errors.Is(err, editionfile.ErrDamaged) {
					t.Errorf("refused with %v", err)
				}
				continue
			}
			if !bytes.Equal(hash, area.ContentHash(c.Versions)) {
				t.Error("the hash is not that of the content")
			}
			again, err := editionfile.Encode(c)
			if err != nil {
				continue // ids that stand twice
			}
			if c2, _ := decode(t, again); !bytes.Equal(area.ContentHash(c2.Versions), hash) {
				t.Error("other content after a round trip")
			}
		}
	})
}

func TestLeftoversAreNotRead(t *testing.T) {
	t.Parallel()
	s := newShelf(t, tolerant(t))
	if err := os.Rename(s.path, filepath.Join(filepath.Dir(s.path), ".edition-123")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.dir.Read(s.hash); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
