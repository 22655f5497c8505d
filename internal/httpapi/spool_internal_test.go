package httpapi

import (
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// TestALongStreamTakesLittleRoom sends 4 MB through a spool of 64 kB: all of it
// comes out in order, and the file stays as small as that.
func TestALongStreamTakesLittleRoom(t *testing.T) {
	t.Parallel()
	s, err := newSpool()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	s.most = 64 << 10
	const total = 4 << 20
	go func() {
		rng := rand.New(rand.NewPCG(1, 2))
		for sent := 0; sent < total; {
			p := make([]byte, min(1+rng.IntN(9000), total-sent))
			for i := range p {
				p[i] = byte((sent + i) * 7)
			}
			if _, err := s.Write(p); err != nil {
				t.Error(err)
				break
			}
			sent += len(p)
		}
		s.finish(nil)
	}()
	rng := rand.New(rand.NewPCG(3, 4))
	got := 0
	for {
		p := make([]byte, 1+rng.IntN(30_000))
		n, err := s.read(p)
		for i := range n {
			if p[i] != byte((got+i)*7) {
				t.Fatalf("byte %d is wrong", got+i)
			}
		}
		got += n
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	info, err := s.file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if got != total || info.Size() > s.most {
		t.Errorf("%d of %d bytes came out; the file holds %d", got, total, info.Size())
	}
}
