package photo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"wangge/internal/fault"
	"wangge/internal/photo"
)

// stores makes one of each kind.
func stores(t *testing.T) map[string]photo.Blobs {
	t.Helper()
	disk, err := photo.NewDisk(filepath.Join(t.TempDir(), "kept"))
	if err != nil {
		t.Fatal(err)
	}
	backend := s3mem.New()
	if err := backend.CreateBucket("wangge"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	config := photo.S3Config{Endpoint: strings.TrimPrefix(server.URL, "http://"), Bucket: "wangge", AccessKey: "a", SecretKey: "b", Insecure: true}
	s3, err := photo.NewS3(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	config.Bucket = "nothing"
	if _, err := photo.NewS3(t.Context(), config); !fault.Is(err, "bad_photo_store") {
		t.Errorf("a bucket that is not there: %v", err)
	}
	return map[string]photo.Blobs{"disk": disk, "S3": s3}
}

func TestBlobsAreKeptAndFoundByAge(t *testing.T) {
	t.Parallel()
	for name, blobs := range stores(t) {
		ctx := t.Context()
		for _, key := range []string{"00/a.jpg", "ff/b.jpg", "ff/b.jpg"} {
			if err := blobs.Put(ctx, key, []byte("of "+key)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		r, err := blobs.Open(ctx, "ff/b.jpg")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b, err := io.ReadAll(r); string(b) != "of ff/b.jpg" || err != nil {
			t.Errorf("%s: %q, %v", name, b, err)
		}
		_ = r.Close()
		if got := older(t, blobs, time.Now().Add(time.Minute)); !slices.Equal(got, []string{"00/a.jpg", "ff/b.jpg"}) {
			t.Errorf("%s: %v are older than the future", name, got)
		}
		if got := older(t, blobs, time.Now().Add(-time.Minute)); len(got) != 0 {
			t.Errorf("%s: %v are older than a minute", name, got)
		}
		for range 2 {
			if err := blobs.Delete(ctx, "00/a.jpg"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := blobs.Open(ctx, "00/a.jpg"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: what was deleted: %v", name, err)
		}
	}
}

func older(t *testing.T, blobs photo.Blobs, than time.Time) (keys []string) {
	t.Helper()
	for key, err := range blobs.Older(t.Context(), than) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func newDepot(t *testing.T, blobs photo.Blobs) (*photo.Depot, string) {
	t.Helper()
	dir := t.TempDir()
	d, err := photo.New(dir, blobs)
	if err != nil {
		t.Fatal(err)
	}
	return d, filepath.Join(dir, "incoming")
}

func receiptOf(file []byte) photo.Receipt {
	return photo.Receipt{Spool: uuid.Must(uuid.NewV7()), Bytes: int64(len(file)), SHA256: sha256.Sum256(file)}
}

var errCut = errors.New("the line was cut")

// cut is a body that ends by an error after n bytes.
func cut(b []byte, n int) io.Reader {
	return io.MultiReader(bytes.NewReader(b[:n]), readError{})
}

type readError struct{}

func (readError) Read([]byte) (int, error) { return 0, errCut }

// TestUploadsThatAreCutGoOn is promise P5 below HTTP: a hundred photographs, each
// cut one to five times, and none shown before its last byte.
func TestUploadsThatAreCutGoOn(t *testing.T) {
	t.Parallel()
	for name, blobs := range stores(t) {
		d, incoming := newDepot(t, blobs)
		rng := rand.New(rand.NewPCG(3, 4))
		for range 100 {
			file := withExif(encodeJPEG(t, scene(20+rng.IntN(60), 20+rng.IntN(60))), uint16(1+rng.IntN(8)))
			whole, err := photo.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			r := receiptOf(file)
			var kept uuid.UUID
			keep := func(_ context.Context, p *photo.Picture, blob uuid.UUID) error {
				if !bytes.Equal(p.JPEG, whole.JPEG) {
					t.Errorf("%s: another picture came out", name)
				}
				kept = blob
				return nil
			}
			for range 1 + rng.IntN(5) {
				at, err := d.Offset(r)
				if err != nil {
					t.Fatal(err)
				}
				n := rng.IntN(len(file) - int(at))
				if got, err := d.Receive(t.Context(), r, at, cut(file[at:], n), keep); !errors.Is(err, errCut) || got != at+int64(n) {
					t.Fatalf("%s: %d bytes from %d: %d, %v", name, n, at, got, err)
				}
				if kept != uuid.Nil {
					t.Fatalf("%s: kept before it was whole", name)
				}
			}
			at, _ := d.Offset(r)
			if _, err := d.Receive(t.Context(), r, at+1, bytes.NewReader(file[at:]), keep); !fault.Is(err, "offset_differs") {
				t.Fatalf("%s: a gap: %v", name, err)
			}
			if got, err := d.Receive(t.Context(), r, at, bytes.NewReader(file[at:]), keep); err != nil || got != r.Bytes {
				t.Fatalf("%s: the rest: %d, %v", name, got, err)
			}
			for small, want := range map[bool][]byte{false: whole.JPEG, true: whole.Thumbnail} {
				if b, err := d.Picture(t.Context(), kept, small); err != nil || !bytes.Equal(b, want) {
					t.Fatalf("%s: %d bytes are kept of %d, %v", name, len(b), len(want), err)
				}
			}
		}
		if left, err := os.ReadDir(incoming); err != nil || len(left) != 0 {
			t.Errorf("%s: %d are left of what came in, %v", name, len(left), err)
		}
	}
}

func TestWhatIsNotAsAnnouncedLeavesNothing(t *testing.T) {
	t.Parallel()
	disk, err := photo.NewDisk(filepath.Join(t.TempDir(), "kept"))
	if err != nil {
		t.Fatal(err)
	}
	d, _ := newDepot(t, disk)
	keep := func(context.Context, *photo.Picture, uuid.UUID) error { t.Error("kept"); return nil }
	file := encodeJPEG(t, scene(20, 20))
	other := slices.Clone(file)
	other[len(other)-3] ^= 1
	for _, tc := range []struct {
		announced, sent []byte
		code            string
		left            int64
	}{
		{file, other, "photo_hash", 0},
		{[]byte("<svg/>"), []byte("<svg/>"), "photo_format", 0},
		{file[:300], file[:300], "photo_broken", 0},
		{file[:300], file, "body_too_large", 300},
	} {
		r := receiptOf(tc.announced)
		_, err := d.Receive(t.Context(), r, 0, bytes.NewReader(tc.sent), keep)
		if left, _ := d.Offset(r); !fault.Is(err, tc.code) || left != tc.left {
			t.Errorf("%v, want %s; %d bytes are left", err, tc.code, left)
		}
	}
	if got := older(t, disk, time.Now().Add(time.Hour)); len(got) != 0 {
		t.Errorf("%v are kept", got)
	}
}

// failing is a store that takes so many pictures, and then says why not.
type failing struct {
	photo.Blobs
	takes int
	why   error
}

func (f *failing) Put(ctx context.Context, key string, data []byte) error {
	if f.takes--; f.takes < 0 {
		return f.why
	}
	return f.Blobs.Put(ctx, key, data)
}

func (f *failing) Older(ctx context.Context, than time.Time) iter.Seq2[string, error] {
	return f.Blobs.Older(ctx, than)
}

// TestNothingIsHalfThere is promise P9: what fails between the bytes and the row
// is tried again without sending them again, and what it left is swept.
func TestNothingIsHalfThere(t *testing.T) {
	t.Parallel()
	for name, blobs := range stores(t) {
		f := &failing{Blobs: blobs, takes: 1, why: fault.New(fault.NoRoom, "no_room", "", "").Because(syscall.ENOSPC)}
		d, incoming := newDepot(t, f)
		file := encodeJPEG(t, scene(20, 20))
		r := receiptOf(file)
		rows := map[uuid.UUID]bool{}
		var rowError error
		keep := func(_ context.Context, _ *photo.Picture, blob uuid.UUID) error {
			if rowError == nil {
				rows[blob] = true
			}
			return rowError
		}
		at, err := d.Receive(t.Context(), r, 0, bytes.NewReader(file), keep)
		if !fault.Is(err, "no_room") || at != r.Bytes || len(rows) > 0 {
			t.Fatalf("%s: a full store: %d, %v, %v", name, at, err, rows)
		}
		f.takes, rowError = 100, errors.New("the database has gone")
		if _, err := d.Receive(t.Context(), r, at, bytes.NewReader(nil), keep); !errors.Is(err, rowError) || len(rows) > 0 {
			t.Fatalf("%s: without the row: %v, %v", name, err, rows)
		}
		rowError = nil
		gone, cancel := context.WithCancel(t.Context())
		cancel() // who sent it has left; what is whole is finished nevertheless
		if _, err := d.Receive(gone, r, at, bytes.NewReader(nil), keep); err != nil || len(rows) != 1 {
			t.Fatalf("%s: with everything there: %v, %v", name, err, rows)
		}
		unfinished := receiptOf(file)
		if _, err := d.Receive(t.Context(), unfinished, 0, cut(file, 100), keep); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		kept := func(_ context.Context, blobs []uuid.UUID) (have []uuid.UUID, err error) {
			for _, b := range blobs {
				if rows[b] {
					have = append(have, b)
				}
			}
			return have, nil
		}
		if n := len(older(t, blobs, time.Now().Add(time.Hour))); n != 5 {
			t.Errorf("%s: %d blobs before the sweep, want a half, a whole without a row, and one with", name, n)
		}
		for _, tc := range []struct {
			after          time.Duration
			blobs, waiting int
		}{{23 * time.Hour, 5, 1}, {25 * time.Hour, 2, 0}} {
			if err := d.Sweep(t.Context(), time.Now().Add(tc.after), kept); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			left, err := os.ReadDir(incoming)
			if n := len(older(t, blobs, time.Now().Add(time.Hour))); n != tc.blobs || len(left) != tc.waiting || err != nil {
				t.Errorf("%s, after %v: %d blobs, %d waiting, %v", name, tc.after, n, len(left), err)
			}
		}
		for blob := range rows {
			if _, err := d.Picture(t.Context(), blob, true); err != nil {
				t.Errorf("%s: what has a row was swept: %v", name, err)
			}
		}
	}
}

func TestAStoreThatDoesNotAnswerIsNamed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	_, err := photo.NewS3(t.Context(), photo.S3Config{Endpoint: strings.TrimPrefix(server.URL, "http://"), Bucket: "b", AccessKey: "a", SecretKey: "b", Insecure: true})
	if !fault.Is(err, "photo_store_away") {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := photo.NewS3(t.Context(), photo.S3Config{Endpoint: "http://no/such"}); !fault.Is(err, "bad_photo_store") {
		t.Errorf("nonsense: %v", err)
	}
}
