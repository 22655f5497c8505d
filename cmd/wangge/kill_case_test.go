package main_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/account"
	"wangge/internal/geo"
	"wangge/internal/photo"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// reporter is a phone that sends reports with two photographs each, and each
// thing again until it is told that it is there.
type reporter struct {
	t       *testing.T
	client  *http.Client
	base    string
	key     account.Secret
	cells   []geo.Area
	retried *atomic.Int64
}

// do sends a request until the answer is one that ends the matter.
func (r *reporter) do(method, path string, body []byte, ends func(status int) bool, headers ...string) (status int, header http.Header, text []byte) {
	for {
		q, err := http.NewRequest(method, r.base+path, bytes.NewReader(body))
		if err != nil {
			r.t.Error(err)
			return 0, nil, nil
		}
		q.Header.Set("Authorization", "Bearer "+string(r.key))
		for i := 0; i < len(headers); i += 2 {
			q.Header.Set(headers[i], headers[i+1])
		}
		resp, err := r.client.Do(q)
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err == nil && ends(resp.StatusCode) {
				return resp.StatusCode, resp.Header, text
			}
			if err == nil && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests || resp.StatusCode == http.StatusInternalServerError {
				r.t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, text)
			}
		}
		r.retried.Add(1)
		time.Sleep(50 * time.Millisecond)
	}
}

// size is that of the n-th photograph: no two are alike, so that none can pass
// for another.
func size(n int) (w, h int) { return 16 + n%100, 16 + n/100 }

// picture makes the n-th photograph, and its hash.
func picture(n int) (file []byte, hash [sha256.Size]byte) {
	w, h := size(n)
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil) // a buffer takes everything
	return b.Bytes(), sha256.Sum256(b.Bytes())
}

// send uploads the n-th photograph.
func (r *reporter) send(n int) uuid.UUID {
	file, hash := picture(n)
	id := uuid.Must(uuid.NewV7())
	made := func(status int) bool { return status == http.StatusCreated || status == http.StatusOK }
	r.do(http.MethodPost, "/api/v1/photos", fmt.Appendf(nil, `{"id":%q,"district":"D","bytes":%d,"sha256":"%x"}`, id, len(file), hash), made, "Content-Type", "application/json")
	for offset := 0; ; {
		status, header, _ := r.do(http.MethodPatch, "/api/v1/photos/D/"+id.String()+"/upload", file[offset:], func(status int) bool { return status == http.StatusOK || status == http.StatusConflict },
			"Content-Type", "application/offset+octet-stream", "Upload-Offset", strconv.Itoa(offset))
		if status == http.StatusOK || header == nil {
			return id
		}
		var err error
		if offset, err = strconv.Atoi(header.Get("Upload-Offset")); err != nil || offset > len(file) {
			r.t.Errorf("photograph %d: offset %q", n, header.Get("Upload-Offset"))
			return id
		}
	}
}

// report sends the n-th report.
func (r *reporter) report(n int) uuid.UUID {
	near, far := r.send(2*n), r.send(2*n+1)
	id, at := uuid.Must(uuid.NewV7()), r.cells[n%len(r.cells)].LabelPoint()
	body := fmt.Appendf(nil, `{"id":%q,"description":"第%d件","lon":%.7f,"lat":%.7f,"photos":[{"id":%q,"kind":"near"},{"id":%q,"kind":"far"}]}`, id, n, at.Lon(), at.Lat(), near, far)
	_, _, text := r.do(http.MethodPost, "/api/v1/incidents", body, func(status int) bool { return status == http.StatusCreated || status == http.StatusOK }, "Content-Type", "application/json")
	var receipt struct {
		ID     uuid.UUID
		Photos []uuid.UUID
	}
	if err := json.Unmarshal(text, &receipt); err != nil || receipt.ID != id || len(receipt.Photos) != 2 {
		r.t.Errorf("report %d: the receipt is %s", n, text)
	}
	return id
}

// unanswered finds open cases that nobody would be reminded of: without exactly
// one live deadline, that of their phase, or in no area and not among those whose
// place is to be found out (promise P10).
const unanswered = `SELECT count(*) FROM incident i WHERE i.state IN ('reported', 'inspecting', 'filed', 'dispatched', 'handling', 'handled', 'verified', 'suspended')
	AND ((SELECT count(*) FROM deadline d WHERE d.incident_id = i.incident_id AND d.ended_at IS NULL) <> 1
	  OR NOT EXISTS (SELECT FROM deadline d WHERE d.incident_id = i.incident_id AND d.ended_at IS NULL AND (d.due_at IS NOT NULL OR d.rest_until IS NOT NULL)
	    AND d.phase = CASE coalesce(i.before_state, i.state) WHEN 'reported' THEN 'intake' WHEN 'inspecting' THEN 'inspect' WHEN 'filed' THEN 'dispatch'
	      WHEN 'handled' THEN 'verify' WHEN 'verified' THEN 'close' ELSE 'handle' END)
	  OR i.area_id IS NULL AND i.state NOT IN ('reported', 'inspecting'))`

// watchAnswered asks the invariant every second until it is stopped, over
// whatever happens to the database.
func watchAnswered(url string) (stop func() (asked, broken int)) {
	end, done := make(chan struct{}), make(chan struct{})
	asked, broken := 0, 0
	go func() {
		defer close(done)
		for {
			select {
			case <-end:
				return
			case <-time.After(time.Second):
			}
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			if conn, err := pgx.Connect(ctx, url); err == nil {
				n := 0
				if conn.QueryRow(ctx, unanswered).Scan(&n) == nil { // an error must not look like an answer
					asked++
					broken += n
				}
				_ = conn.Close(ctx)
			}
			cancel()
		}
	}()
	return func() (int, int) { close(end); <-done; return asked, broken }
}

// TestNoAcknowledgedReportIsLost is promises P1 and P9 for cases: reports with
// photographs are sent by phones that retry, while the service, the whole
// database and single backends are killed.
func TestNoAcknowledgedReportIsLost(t *testing.T) {
	t.Parallel()
	reports, kills := 60, 2
	if os.Getenv("WANGGE_ACCEPT") != "" {
		reports, kills = 3000, 15
	}
	dir, address := home(t), freePort(t)
	s := serve(t, dir, "--listen", address)
	cells := imported(t, dir, "2026", "A")
	must(t, dir, "edition", "activate", "2026", "--from", "2026-01-01")
	cluster, err := postgres.StartCluster(t.Context(), postgres.ClusterOptions{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	url := cluster.URL()
	keys := caseKeys(t, url, 8)
	_ = cluster.Close() // the service goes on with it
	s.eventually("accounts to be noticed", 10*time.Second, func() bool { status, _ := s.get("/api/v1/incidents"); return status == http.StatusUnauthorized })

	stop := watchAnswered(url)
	var mu sync.Mutex
	acked := map[uuid.UUID]bool{}
	var retried, next atomic.Int64
	var over atomic.Bool // all kills have been made
	var clients sync.WaitGroup
	for c := range 16 {
		r := &reporter{t: t, client: &http.Client{Timeout: 5 * time.Second}, base: "http://" + address, key: keys[c%len(keys)], cells: cells, retried: &retried}
		clients.Go(func() {
			for !t.Failed() {
				n := int(next.Add(1)) - 1
				if n >= reports && over.Load() {
					return
				}
				id := r.report(n)
				mu.Lock()
				acked[id] = true
				mu.Unlock()
			}
		})
	}
	s = torment(s, dir, address, kills, 1)
	over.Store(true)
	clients.Wait()
	s.eventually("readiness", 20*time.Second, func() bool { status, _ := s.get("/readyz"); return status == http.StatusOK })
	asked, broken := stop()
	lost, others, bare, torn := settleCases(t, url, filepath.Join(dir, "photos"), acked)
	t.Logf("acceptance: P1, P9 %d acknowledged reports with two photographs each through %d kills (-9) of service, database and single backends: %d lost, %d more than acknowledged, %d without history, outbox, feed, audit, deadline or photographs, %d photographs not whole; %d retries",
		len(acked), kills, lost, others, bare, torn, retried.Load())
	t.Logf("acceptance: P10 asked %d times meanwhile: %d open cases without exactly one live deadline, or in no area", asked, broken)
	if lost+others+bare+torn+broken > 0 || asked == 0 || len(acked) < reports {
		t.Errorf("%d acknowledged, %d lost, %d more, %d bare, %d torn; %d broken in %d looks", len(acked), lost, others, bare, torn, broken, asked)
	}
	if out := must(t, dir, "audit", "verify"); !bytes.Contains([]byte(out), []byte("没有改动")) {
		t.Errorf("the audit: %s", out)
	}
	wouldTell(t, url, filepath.Join(dir, "photos"), acked)
}

// wouldTell is the negative control: the same comparisons find what is missing.
func wouldTell(t *testing.T, url, photos string, acked map[uuid.UUID]bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `UPDATE deadline SET ended_at = now(), next_at = NULL WHERE incident_id = (SELECT min(incident_id::text)::uuid FROM incident)`); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(photos, "kept")); err != nil {
		t.Fatal(err)
	}
	photographs := 2 * len(acked)
	acked[uuid.Must(uuid.NewV7())] = true
	broken := 0
	if err := conn.QueryRow(t.Context(), unanswered).Scan(&broken); err != nil {
		t.Fatal(err)
	}
	if lost, _, bare, torn := settleCases(t, url, photos, acked); lost != 1 || bare != 1 || torn != photographs || broken != 1 {
		t.Errorf("the comparison cannot tell: %d lost, %d bare, %d torn, %d without a deadline", lost, bare, torn, broken)
	}
}

// caseKeys makes API keys that may report: one alone may not ask so often.
func caseKeys(t *testing.T, url string, n int) (keys []account.Secret) {
	t.Helper()
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.AddPerson(t.Context(), postgres.Write{}, postgres.NewPerson{Name: "admin", Login: "admin", Posts: []postgres.NewPost{{Role: policy.SysAdmin}}}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		keys = append(keys, account.NewSecret())
		k := postgres.APIKey{Name: fmt.Sprintf("手机%d", i), Actions: []policy.Action{policy.CaseCreate}, Until: time.Now().Add(time.Hour)}
		if _, err := store.AddKey(t.Context(), postgres.Write{}, k, keys[i]); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

// settleCases compares what was acknowledged with what the database and the store
// of photographs hold.
func settleCases(t *testing.T, url, photos string, acked map[uuid.UUID]bool) (lost, others, bare, torn int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), `SELECT incident_id,
		(SELECT count(*) FROM incident_entry e WHERE e.incident_id = i.incident_id AND e.version = 1 AND e.action = 'report') = 1
		AND (SELECT count(*) FROM outbox o WHERE o.id = i.incident_id AND o.what = 'report') = 1
		AND (SELECT count(*) FROM feed f WHERE f.incident_id = i.incident_id AND f.what = 'report') = 1
		AND (SELECT count(*) FROM audit a WHERE a.object = 'incident ' || i.incident_id) = 1
		AND (SELECT count(*) FROM deadline d WHERE d.incident_id = i.incident_id AND d.ended_at IS NULL AND d.due_at > now()) = 1
		AND (SELECT count(*) FROM incident_photo p WHERE p.incident_id = i.incident_id) = 2 FROM incident i`)
	if err != nil {
		t.Fatal(err)
	}
	there := map[uuid.UUID]bool{}
	var id uuid.UUID
	var whole bool
	if _, err := pgx.ForEachRow(rows, []any{&id, &whole}, func() error {
		if there[id] || !acked[id] {
			others++
		}
		there[id] = true
		if !whole {
			bare++
		}
		return nil
	}); err != nil { // an error here must not look like loss
		t.Fatal(err)
	}
	for id := range acked {
		if !there[id] {
			lost++
		}
	}
	return lost, others, bare, tornPhotos(t, conn, photos)
}

// tornPhotos counts the photographs of cases that are not there whole: each has
// to be the one that was sent for its case.
func tornPhotos(t *testing.T, conn *pgx.Conn, dir string) (torn int) {
	t.Helper()
	blobs, err := photo.NewDisk(filepath.Join(dir, "kept"))
	if err != nil {
		t.Fatal(err)
	}
	depot, err := photo.New(dir, blobs)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), `SELECT p.blob, p.state = 'complete', i.description, a.kind FROM incident_photo a LEFT JOIN photo p USING (district, photo_id) JOIN incident i USING (district, incident_id)`)
	if err != nil {
		t.Fatal(err)
	}
	var blob *uuid.UUID
	var complete *bool
	var said, kind string
	if _, err := pgx.ForEachRow(rows, []any{&blob, &complete, &said, &kind}, func() error {
		n := 0
		if _, err := fmt.Sscanf(said, "第%d件", &n); err != nil {
			return err
		}
		w, h := size(map[string]int{"near": 2 * n, "far": 2*n + 1}[kind])
		if blob != nil && complete != nil && *complete {
			if data, err := depot.Picture(t.Context(), *blob, false); err == nil {
				if m, err := jpeg.Decode(bytes.NewReader(data)); err == nil && m.Bounds().Dx() == w && m.Bounds().Dy() == h {
					return nil
				}
			}
		}
		torn++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return torn
}
