package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/locate"
)

const (
	maxJSONBatch   = 16 << 20 // bytes
	maxStream      = 4 << 30  // bytes
	streamPatience = 30 * time.Second
)

type batchInput struct {
	ContentType string `header:"Content-Type" doc:"application/json, text/csv or application/x-ndjson"`
	Moment
	CRS       string `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02 or bd09"`
	LonColumn string `query:"lon_column" doc:"CSV only: column with the longitude; the usual names are tried"`
	LatColumn string `query:"lat_column" doc:"CSV only: column with the latitude; the usual names are tried"`
}

// batchRequest is the JSON form of a batch.
type batchRequest struct {
	Points [][]float64 `json:"points" doc:"longitude and latitude of each, degrees"`
}

// batchAnswer is its answer; all of it comes from one generation.
type batchAnswer struct {
	Generation int64            `json:"generation"`
	StaleSince *time.Time       `json:"stale_since,omitempty"`
	Answers    []*locate.Answer `json:"answers" doc:"in the order of the points"`
}

func (s *Server) batchRoutes() {
	op := operation(http.MethodPost, "/api/v1/locate/batch", "locate-batch", "许多点归谁管 · Whose are these points?", 400, 413, 415, 429, 503)
	registry := s.api.OpenAPI().Components.Schemas
	text := func(doc string) *huma.MediaType {
		return &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: doc}}
	}
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json":     {Schema: registry.Schema(reflect.TypeFor[batchRequest](), true, "BatchRequest")},
		"text/csv":             text("a table with a header; columns for longitude and latitude"),
		"application/x-ndjson": text(`one [lon, lat] or {"lon": …, "lat": …} a line`),
	}}
	op.Responses = map[string]*huma.Response{"200": {Description: "answers in the form and order of the request",
		Content: map[string]*huma.MediaType{
			"application/json":     {Schema: registry.Schema(reflect.TypeFor[batchAnswer](), true, "BatchAnswer")},
			"text/csv":             text("the table with district, subdistrict, community, grid and compound codes appended"),
			"application/x-ndjson": text(`one Answer a line, or {"error": …} for a line that cannot be used`),
		}}}
	huma.Register(s.api, op, s.batch)
	// Documented afterwards: huma would read and check a body that it knows of.
	s.api.OpenAPI().Paths[op.Path].Post.RequestBody = body
}

// batch answers many points. CSV and NDJSON are streamed: memory does not grow
// with them, and answers come while questions still go out.
func (s *Server) batch(ctx context.Context, in *batchInput) (*huma.StreamResponse, error) {
	crs, err := geo.ParseCRS(in.CRS)
	if err != nil {
		return nil, err
	}
	form, _, err := mime.ParseMediaType(in.ContentType)
	if err != nil && in.ContentType != "" {
		return nil, fault.New(fault.Unsupported, "unsupported_media_type", "看不懂 Content-Type", "the content type cannot be read")
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	index := func() *gridindex.Index { return ix } // of the moment asked about
	if in.At == "" && in.KnownAt == "" {
		index = s.Boundaries.Index // a stream keeps in step
	}
	var answer func(http.ResponseWriter, *http.Request) error
	switch form {
	case "application/json":
		answer = func(w http.ResponseWriter, r *http.Request) error { return s.batchJSON(w, r, index(), crs) }
	case "text/csv":
		table := locate.Table{LonColumn: in.LonColumn, LatColumn: in.LatColumn, CRS: crs}
		answer = func(w http.ResponseWriter, r *http.Request) error {
			return s.stream(w, r, "text/csv; charset=utf-8", func(body io.Reader, out io.Writer) error {
				_, err := locate.CSV(index, body, out, table)
				return err
			})
		}
	case "application/x-ndjson":
		answer = func(w http.ResponseWriter, r *http.Request) error {
			return s.stream(w, r, "application/x-ndjson", func(body io.Reader, out io.Writer) error {
				_, err := locate.NDJSON(index, body, out, crs, step(r.Context()), requestOf(r.Context()).lang)
				return err
			})
		}
	default:
		return nil, fault.New(fault.Unsupported, "unsupported_media_type",
			"请用 application/json、text/csv 或 application/x-ndjson，得到 %[1]q", "send application/json, text/csv or application/x-ndjson, not %[1]q", clip(form, 60))
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humachi.Unwrap(c)
		select {
		case s.batches <- struct{}{}:
			defer func() { <-s.batches }()
		default:
			e := fault.New(fault.TooMany, "too_many_batches", "批量查询太多，请稍后再试", "too many batches at once; try again shortly")
			e.Retry = time.Second
			refuse(w, r, e)
			return
		}
		if err := answer(w, r); err != nil {
			refuse(w, r, err)
		}
	}}, nil
}

func (s *Server) batchJSON(w http.ResponseWriter, r *http.Request, ix *gridindex.Index, crs geo.CRS) error {
	points, err := locate.ReadPoints(&bodyReader{r: r.Body, left: maxJSONBatch})
	if err != nil {
		return err
	}
	if err := locate.CheckBatch(ix, points, crs); err != nil {
		return err
	}
	s.metrics.lookups.Add(float64(len(points)))
	w.Header().Set("Content-Type", "application/json")
	control := http.NewResponseController(w)
	out := bufio.NewWriterSize(w, 64<<10)
	head, err := json.Marshal(batchAnswer{ix.Generation, s.staleSince(), []*locate.Answer{}})
	if err != nil {
		return err
	}
	_, _ = out.Write(bytes.TrimSuffix(head, []byte("]}")))
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for i, p := range points { // one answer at a time, so that a slow caller costs no memory
		if i%256 == 0 {
			if r.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
			_ = control.SetWriteDeadline(time.Now().Add(streamPatience))
		}
		answer, err := locate.One(ix, locate.Query{Lon: p[0], Lat: p[1], CRS: crs, Round: step(r.Context())})
		if err == nil && i > 0 {
			err = out.WriteByte(',')
		}
		if err == nil {
			err = encoder.Encode(answer)
		}
		if err != nil { // the caller has gone
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler)
		}
	}
	_, _ = out.WriteString("]}\n")
	_ = out.Flush()
	return nil
}

// stream answers while it reads. Answers pass through a spool on disk, so that
// a caller that first sends everything and then begins to read is served as
// well as one that does both at once. What goes wrong before the first bytes
// are sent is an ordinary error; after that the connection is cut, so that a
// half answer is not taken for a whole one.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, contentType string, answer func(io.Reader, io.Writer) error) error {
	control := http.NewResponseController(w)
	sp, err := newSpool()
	if err != nil {
		return err
	}
	defer sp.close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		sp.finish(answer(&bodyReader{r: r.Body, left: maxStream}, sp))
	}()
	whole := false
	defer func() {
		if !whole { // stop reading; the connection ends with it
			sp.finish(context.Canceled)
			_ = control.SetReadDeadline(time.Now())
		}
		<-done
	}()
	if err := sp.await(64 << 10); err != nil {
		return err
	}
	_ = control.EnableFullDuplex() // from here on reading and writing go on at once; HTTP/2 always does
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	buffer := make([]byte, 64<<10)
	for {
		n, err := sp.read(buffer)
		if n > 0 {
			_ = control.SetWriteDeadline(time.Now().Add(streamPatience))
			if _, err := w.Write(buffer[:n]); err != nil {
				panic(http.ErrAbortHandler)
			}
			_ = control.Flush()
		}
		switch {
		case errors.Is(err, io.EOF):
			whole = true
			return nil
		case err != nil:
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler)
		}
	}
}

// A body may come slowly, but not for ever: after a minute it must have come at
// this many bytes a second on the whole.
const (
	slowFor     = time.Minute
	slowestRate = 1 << 10
)

// pace is how fast a body comes.
type pace struct {
	began time.Time // the first time that it was asked for
	read  int64
}

func (p *pace) tooSlow() bool {
	if p.began.IsZero() {
		p.began = time.Now()
	}
	took := time.Since(p.began)
	return took > slowFor && float64(p.read) < slowestRate*took.Seconds()
}

// bodyReader bounds a body, in size and in the time that all of it may take, and tells a broken connection from a bad request.
type bodyReader struct {
	r    io.Reader
	pace pace
	left int64
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.pace.tooSlow() {
		return 0, fault.New(fault.Invalid, "body_too_slow", "请求体传得太慢", "the body comes too slowly")
	}
	if b.left <= 0 {
		return 0, fault.New(fault.TooLarge, "body_too_large", "请求体太大，请分几次发送", "the body is too large; send it in parts")
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.pace.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		if errors.Is(err, os.ErrDeadlineExceeded) || strings.Contains(err.Error(), "timeout") {
			return n, fault.New(fault.Invalid, "body_too_slow", "请求体没有及时传完", "the body did not arrive in time")
		}
		return n, fault.New(fault.Invalid, "body_broken", "请求体没有传完整", "the body did not arrive whole").Because(err)
	}
	return n, err
}
