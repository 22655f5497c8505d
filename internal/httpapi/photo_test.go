package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"iter"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/fault"
	"wangge/internal/httpapi"
	"wangge/internal/photo"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// snapshot is a photograph that differs from others by n.
func snapshot(tb testing.TB, n int) []byte {
	tb.Helper()
	m := image.NewGray(image.Rect(0, 0, 30+n%50, 40))
	for i := range m.Pix {
		m.Pix[i] = byte(i * (n + 3))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// announce is the request for a photograph, with more properties behind.
func announce(id uuid.UUID, file []byte, more string) string {
	return fmt.Sprintf(`{"id":%q,"bytes":%d,"sha256":"%x"%s}`, id, len(file), sha256.Sum256(file), more)
}

func photoPath(id uuid.UUID) string { return "/api/v1/photos/150102/" + id.String() }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// part sends bytes from an offset.
func (u *user) part(id uuid.UUID, offset int, body []byte, headers ...string) answer {
	u.tb.Helper()
	headers = append([]string{"Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset)}, headers...)
	return u.do(http.MethodPatch, photoPath(id)+"/upload", string(body), headers...)
}

func decodePhoto(tb testing.TB, a answer) (p httpapi.Photo) {
	tb.Helper()
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		tb.Fatalf("%v in %d %s", err, a.StatusCode, a.body)
	}
	return p
}

// cut sends the beginning of a part and closes the connection.
func (u *user) cut(id uuid.UUID, offset int, body []byte, n int) {
	u.tb.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(u.http.URL, "http://"))
	if err != nil {
		u.tb.Error(err)
		return
	}
	defer conn.Close()
	w := bufio.NewWriter(conn)
	fmt.Fprintf(w, "PATCH %s/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: wangge=%s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n",
		photoPath(id), u.secret, offset, len(body))
	_, _ = w.Write(body[:n])
	_ = w.Flush()
}

// TestPhotographsAreSentInPieces is promise P5: a hundred photographs, each cut one
// to five times, arrive whole, and none is shown before.
func TestPhotographsAreSentInPieces(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	worker := s.user("worker", s.at(policy.Worker, "G00"))
	numbers := make(chan int)
	var senders sync.WaitGroup
	for range 6 {
		senders.Go(func() {
			for n := range numbers {
				sendCut(t, worker, n)
			}
		})
	}
	for n := range 100 {
		numbers <- n
	}
	close(numbers)
	senders.Wait()
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("errors were logged:\n%s", s.log)
	}
}

func sendCut(t *testing.T, worker *user, n int) {
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	file, id := snapshot(t, n), newID()
	want, err := photo.Read(file)
	if err != nil {
		t.Error(err)
		return
	}
	worker.do(http.MethodPost, "/api/v1/photos", announce(id, file, "")).want(t, "announce", 201, "")
	at := 0
	for range 1 + rng.IntN(5) {
		cutAt := rng.IntN(len(file) - at)
		tries := 0
		worker.eventually("the server to notice", func() bool {
			if tries%25 == 0 { // the one before may not have let go yet
				worker.cut(id, at, file[at:], cutAt)
			}
			tries++
			a := worker.get(photoPath(id) + "/upload")
			p := decodePhoto(t, a)
			if p.State != "receiving" || a.Header.Get("Upload-Offset") != strconv.FormatInt(p.Offset, 10) {
				t.Errorf("%d: %s", n, a.body)
			}
			return p.Offset == int64(at+cutAt)
		})
		at += cutAt
		worker.get(photoPath(id)).want(t, "a part", 404, "no_such_photo")
		worker.get(photoPath(id)+"/thumbnail").want(t, "the thumbnail of a part", 404, "no_such_photo")
	}
	if a := worker.do(http.MethodPatch, photoPath(id)+"/upload", string(file), "Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(at+1)); a.StatusCode != 429 {
		a.want(t, "a gap", 409, "offset_differs")
		if a.Header.Get("Upload-Offset") != strconv.Itoa(at) {
			t.Errorf("a gap is told to go on from %q, want %d", a.Header.Get("Upload-Offset"), at)
		}
	}
	var last answer
	worker.eventually("the cut one to let go", func() bool {
		last = worker.part(id, at, file[at:])
		return last.StatusCode != 429
	})
	last.want(t, "the rest", 200, "")
	if p := decodePhoto(t, last); p.State != "complete" || p.Offset != int64(len(file)) || p.Width != want.Width || p.Height != want.Height {
		t.Errorf("%d: %s", n, last.body)
	}
	a := worker.get(photoPath(id))
	if a.want(t, "the picture", 200, ""); a.body != string(want.JPEG) || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d: %d bytes of %s came back, want %d", n, len(a.body), a.Header.Get("Content-Type"), len(want.JPEG))
	}
	if a := worker.get(photoPath(id) + "/thumbnail"); a.body != string(want.Thumbnail) {
		t.Errorf("%d: another thumbnail", n)
	}
	worker.part(id, len(file), nil).want(t, "once more at the end", 200, "")
}

// TestPhotographsAreAnnounced: the id is the photograph, and only its sender's.
func TestPhotographsAreAnnounced(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	worker, other := s.user("worker", s.at(policy.Worker, "G00")), s.user("other", s.at(policy.Supervisor, "150102"))
	auditor, key := s.user("auditor", s.at(policy.Auditor, "")), s.apiKey(s.at(policy.Key, "150102"), policy.CaseCreate, policy.CasePhoto)
	file, id := snapshot(t, 1), newID()
	begin := func(u *user, body string) answer { return u.do(http.MethodPost, "/api/v1/photos", body) }
	begin(worker, announce(id, file, `,"taken":"2026-03-04T05:06:07+08:00","lon":111.6772,"lat":40.8315,"crs":"gcj02"`)).want(t, "the first", 201, "")
	again := begin(worker, announce(id, file, ""))
	again.want(t, "the same", 200, "")
	if p := decodePhoto(t, again); p.Secret != "" || p.TakenFrom != "device" || p.Lon == nil || *p.Lon > 111.6772-0.004 || *p.Lon < 111.6772-0.01 {
		t.Errorf("%s", again.body)
	}
	begin(worker, announce(id, snapshot(t, 2), "")).want(t, "another under that id", 409, "photo_differs")
	begin(other, announce(id, file, "")).want(t, "somebody else's id", 409, "photo_differs")
	begin(auditor, announce(newID(), file, "")).want(t, "an auditor", 403, "forbidden")
	begin(key, announce(newID(), file, "")).want(t, "a program", 201, "")

	for what, tc := range map[string]struct{ body, code string }{
		"no UUID":        {announce(id, file, `,"id":"7"`), "bad_photo_id"},
		"UUIDv4":         {announce(uuid.New(), file, ""), "bad_photo_id"},
		"no bytes":       {announce(newID(), nil, ""), "bad_photo_bytes"},
		"too many bytes": {announce(newID(), file, `,"bytes":40000000`), "photo_too_large"},
		"half a hash":    {announce(newID(), file, `,"sha256":"00ff"`), "bad_photo_hash"},
		"no time":        {announce(newID(), file, `,"taken":"yesterday"`), "bad_photo_time"},
		"year 0":         {announce(newID(), file, `,"taken":"0000-01-01T00:00:00Z"`), "bad_photo_time"},
		"half a place":   {announce(newID(), file, `,"lon":1`), "bad_photo_place"},
		"no place":       {announce(newID(), file, `,"lon":1,"lat":99`), "out_of_range"},
		"no system":      {announce(newID(), file, `,"lon":1,"lat":9,"crs":"mars"`), "unknown_crs"},
		"no district":    {announce(newID(), file, `,"district":"none"`), "no_such_district"},
		"NUL":            {announce(newID(), file, `,"district":"a\u0000"`), "bad_text"},
	} {
		if a := begin(worker, tc.body); a.code() != tc.code {
			t.Errorf("%s: %d %s, want %s", what, a.StatusCode, a.body, tc.code)
		}
	}

	missing := other.get(photoPath(newID()))
	for _, path := range []string{"", "/thumbnail", "/upload"} {
		for who, u := range map[string]*user{"a supervisor": other, "a program": key} {
			if a := u.get(photoPath(id) + path); a.StatusCode != 404 || a.body != missing.body {
				t.Errorf("%s at %q: %d %s, want %s", who, path, a.StatusCode, a.body, missing.body)
			}
		}
	}
	other.part(id, 0, file).want(t, "bytes of somebody else", 404, "no_such_photo")
	s.get(photoPath(id)).want(t, "a stranger", 401, "sign_in_needed")
	for _, odd := range []string{"none", "%2e%2e", strings.ToUpper(id.String()) + "0", "-1"} {
		worker.get("/api/v1/photos/150102/"+odd).want(t, odd, 404, "")
	}

	worker.do(http.MethodPatch, photoPath(id)+"/upload", "x").want(t, "no type", 415, "unsupported_media_type")
	for _, at := range []string{"", "-1", "x", "1e3"} {
		worker.do(http.MethodPatch, photoPath(id)+"/upload", "x", "Content-Type", "application/offset+octet-stream", "Upload-Offset", at).want(t, "offset "+at, 400, "bad_offset")
	}
	worker.part(id, 0, append(bytes.Clone(file), 'x')).want(t, "one byte more", 413, "body_too_large")
	worker.part(id, len(file), nil).want(t, "the end", 200, "")
	p := decodePhoto(t, worker.get(photoPath(id)+"/upload"))
	if p.State != "complete" || p.PlaceFrom != "device" || !p.Taken.Equal(time.Date(2026, 3, 3, 21, 6, 7, 0, time.UTC)) {
		t.Errorf("%+v", p)
	}

	// The picture is the sender's for a day, and told apart by its tag.
	a := worker.get(photoPath(id))
	for name, want := range map[string]string{"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff", "Content-Disposition": `inline; filename="` + id.String() + `.jpg"`} {
		if a.Header.Get(name) != want {
			t.Errorf("%s: %q", name, a.Header.Get(name))
		}
	}
	worker.get(photoPath(id), "If-None-Match", a.Header.Get("ETag")).want(t, "the same picture", 304, "")
	other.get(photoPath(id), "If-None-Match", a.Header.Get("ETag")).want(t, "with somebody else's tag", 404, "no_such_photo")
	if html := worker.get(photoPath(id), "Accept", "text/html,image/*"); html.body != a.body {
		t.Errorf("opened in a tab: %d %.80s", html.StatusCode, html.body)
	}
	if head := worker.do(http.MethodHead, photoPath(id)+"/upload", ""); head.StatusCode != 200 || head.Header.Get("Upload-Offset") != strconv.Itoa(len(file)) {
		t.Errorf("HEAD: %d, %q", head.StatusCode, head.Header.Get("Upload-Offset"))
	}

	// What is no photograph is refused when it is whole, and its id is free again.
	bad := newID()
	svg := []byte(`<svg onload="alert(1)"/>`)
	begin(worker, announce(bad, svg, "")).want(t, "an SVG", 201, "")
	worker.part(bad, 0, svg).want(t, "an SVG", 415, "photo_format")
	worker.get(photoPath(bad)+"/upload").want(t, "after that", 404, "no_such_photo")
	begin(worker, announce(bad, file, "")).want(t, "the id again", 201, "")
	worker.part(bad, 0, svg).want(t, "other bytes, not all", 200, "")
	worker.part(bad, len(svg), file[len(svg):]).want(t, "other bytes", 422, "photo_hash")
}

// TestStrangersSendPhotographs: with a secret, and not too many.
func TestStrangersSendPhotographs(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review, c.Proxies = true, "GS(2026)1号", proxies })
	s.load()
	role := s.user("roleless")
	stranger := &user{service: s}
	do := func(method, path, body string, headers ...string) answer {
		return s.do(method, path, body, append([]string{"X-Forwarded-For", "192.0.2.7"}, headers...)...)
	}
	begin := func(id uuid.UUID, file []byte, headers ...string) answer {
		return do("POST", "/api/v1/photos", announce(id, file, ""), append([]string{"Content-Type", "application/json"}, headers...)...)
	}
	file, id := snapshot(t, 7), newID()
	first := decodePhoto(t, begin(id, file))
	lost := begin(id, file)
	lost.want(t, "the answer was lost", 200, "")
	p := decodePhoto(t, lost)
	if p.Secret == "" || p.Secret == first.Secret || len(p.Secret) < 40 {
		t.Fatalf("secrets %q and %q", first.Secret, p.Secret)
	}
	part := func(secret string, offset int, body []byte) answer {
		return do("PATCH", photoPath(id)+"/upload", string(body), "Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset), "Upload-Secret", secret)
	}
	for _, wrong := range []string{"", first.Secret, "x"} {
		part(wrong, 0, file).want(t, "the secret "+wrong, 404, "no_such_photo")
	}
	part(p.Secret, 0, file[:10]).want(t, "a part", 200, "")
	begin(id, file).want(t, "without the secret, now that something is here", 409, "photo_differs")
	begin(id, file, "Upload-Secret", p.Secret).want(t, "with it", 200, "")
	part(p.Secret, 10, file[10:]).want(t, "the rest", 200, "")
	missing := do("GET", photoPath(newID()), "")
	for _, path := range []string{"", "/thumbnail", "/upload"} {
		do("GET", photoPath(id)+path, "", "Upload-Secret", p.Secret).want(t, "with the secret"+path, 200, "")
		for _, a := range []answer{do("GET", photoPath(id)+path, ""), do("GET", photoPath(id)+path, "", "Upload-Secret", first.Secret), role.get(photoPath(id) + path)} {
			if a.StatusCode != 404 || a.body != missing.body {
				t.Errorf("%q: %d %s", path, a.StatusCode, a.body)
			}
		}
	}
	own := newID()
	if a := role.do("POST", "/api/v1/photos", announce(own, file, "")); decodePhoto(t, a).Secret != "" {
		t.Errorf("somebody known got a secret: %s", a.body)
	}
	role.part(own, 0, file).want(t, "without a role", 200, "")
	role.get(photoPath(own)).want(t, "their own", 200, "")
	stranger.get(photoPath(own)).want(t, "of somebody known", 404, "no_such_photo")

	// Sixty an hour and an address, however small.
	last := 0
	for range 70 {
		a := begin(newID(), file)
		if a.StatusCode == 429 {
			if a.code() != "too_many_photos" || a.Header.Get("Retry-After") == "" {
				t.Errorf("%d %s", a.StatusCode, a.body)
			}
			break
		}
		last++
	}
	if last != 59 {
		t.Errorf("%d more were taken from one address", last)
	}
	s.do("POST", "/api/v1/photos", announce(newID(), file, ""), "Content-Type", "application/json", "X-Forwarded-For", "192.0.2.8").want(t, "from another address", 201, "")
}

// shelf is a store that refuses while it is told to.
type shelf struct {
	photo.Blobs
	full *error
}

func (s shelf) Put(ctx context.Context, key string, data []byte) error {
	if *s.full != nil {
		return *s.full
	}
	return s.Blobs.Put(ctx, key, data)
}

func (s shelf) Older(ctx context.Context, than time.Time) iter.Seq2[string, error] {
	return s.Blobs.Older(ctx, than)
}

// TestPhotographsAndRowsAgree is promises P9 and P38 c: a full store, and a
// database that fails between the picture and its row.
func TestPhotographsAndRowsAgree(t *testing.T) {
	t.Parallel()
	var full error
	var depot *photo.Depot
	disk, err := photo.NewDisk(filepath.Join(t.TempDir(), "kept"))
	if err != nil {
		t.Fatal(err)
	}
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) {
		if depot, err = photo.New(t.TempDir(), shelf{disk, &full}); err != nil {
			t.Fatal(err)
		}
		c.Photos = depot
	})
	s.load()
	conn, err := pgx.Connect(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	worker := s.user("worker", s.at(policy.Worker, "G00"))
	file, id, never := snapshot(t, 9), newID(), newID()
	worker.do("POST", "/api/v1/photos", announce(id, file, "")).want(t, "announce", 201, "")
	worker.do("POST", "/api/v1/photos", announce(never, file, "")).want(t, "announce", 201, "")
	worker.part(never, 0, file[:50]).want(t, "a part", 200, "")

	full = fault.New(fault.NoRoom, "no_room", "满", "full").Because(syscall.ENOSPC)
	a := worker.part(id, 0, file)
	if a.want(t, "no room", 507, "no_room"); a.Header.Get("Upload-Offset") != strconv.Itoa(len(file)) {
		t.Errorf("no room, yet %q bytes are here", a.Header.Get("Upload-Offset"))
	}
	worker.get(photoPath(id)).want(t, "without room", 404, "no_such_photo")
	full = nil

	if _, err := conn.Exec(t.Context(), `ALTER TABLE photo ADD CONSTRAINT broken CHECK (state <> 'complete') NOT VALID`); err != nil {
		t.Fatal(err)
	}
	worker.part(id, len(file), nil).want(t, "without a row", 500, "internal")
	worker.get(photoPath(id)).want(t, "without a row", 404, "no_such_photo")
	if blobs(t, disk) != 2 {
		t.Errorf("%d blobs", blobs(t, disk))
	}
	if _, err := conn.Exec(t.Context(), `ALTER TABLE photo DROP CONSTRAINT broken`); err != nil {
		t.Fatal(err)
	}
	worker.part(id, len(file), nil).want(t, "at last", 200, "")
	want := worker.get(photoPath(id))

	for _, after := range []time.Duration{time.Hour, 25 * time.Hour} {
		now := time.Now().Add(after)
		if err := s.store.DropUnfinishedPhotos(t.Context(), now.Add(-photo.KeepFor)); err != nil {
			t.Fatal(err)
		}
		if err := depot.Sweep(t.Context(), now, s.store.KeptPictures); err != nil {
			t.Fatal(err)
		}
		left := map[bool][2]int{true: {404, 2}, false: {200, 4}}[after > photo.KeepFor]
		worker.get(photoPath(never)+"/upload").want(t, "what was never finished", left[0], "")
		if blobs(t, disk) != left[1] {
			t.Errorf("after %v: %d blobs, want %d", after, blobs(t, disk), left[1])
		}
	}
	if a := worker.get(photoPath(id)); a.StatusCode != 200 || a.body != want.body {
		t.Errorf("after the sweep: %d", a.StatusCode)
	}
}

func blobs(t *testing.T, disk *photo.Disk) (n int) {
	t.Helper()
	for _, err := range disk.Older(t.Context(), time.Now().Add(time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}
