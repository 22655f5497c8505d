// Package httpapi is the service as seen over HTTP: routes, errors, the OpenAPI
// document, vector tiles, and the web application's files.
package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/maypok86/otter/v2"
	"github.com/prometheus/client_golang/prometheus"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/basemap"
	"wangge/internal/caseflow"
	"wangge/internal/fault"
	"wangge/internal/feed"
	"wangge/internal/gridindex"
	"wangge/internal/guard"
	"wangge/internal/live"
	"wangge/internal/photo"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/roster"
	"wangge/internal/upload"
)

// Config is what the server is made from.
type Config struct {
	Store      *postgres.Store
	Boundaries *live.Boundaries
	Uploads    *upload.Depot
	Photos     *photo.Depot
	Web        fs.FS // the built web application
	Log        *slog.Logger
	Proxies    []netip.Prefix // whose X-Forwarded-For is believed
	Version    string
	Unsafe     func() error // why the database's settings are unsafe; nil while they are fine

	Guard   *guard.Guard
	Profile account.Profile
	Limits  Limits
	Secure  bool                                                            // it is reached over TLS, here or at a proxy
	Public  bool                                                            // strangers may see what is public
	Demo    bool                                                            // on invented data, with accounts whose passwords are printed
	Roster  func(ctx context.Context, file string) (*roster.Roster, error)  // reads a table of people, in a process of its own
	Classes func(ctx context.Context, file string) (*roster.Classes, error) // reads a table of classes, likewise
	Review  string                                                          // number of the map review (审图号), shown on public maps

	BaseMaps []*basemap.Map // to choose from, in this order

	Cases   *caseflow.Desk
	CaseMap *caseflow.Map
	Feed    *feed.Follower
}

// Server answers requests. Make it with New.
type Server struct {
	Config
	router  chi.Router
	api     huma.API
	batches chan struct{} // one slot for each batch at work
	metrics *metrics
	drafts  drafts
	tiles   *otter.Cache[drawnTile, []byte]
	ties    ties

	streams  chan struct{} // one slot for each stream of events
	readers  readers
	limiters limiters
	intake   *intake
	hasher   *account.Hasher
	verifies chan struct{} // one slot: the whole audit is read
	gate     *gate
}

// maxBatches is how many batches are answered at once; more are told to come
// back (429).
const maxBatches = 8

// New builds the server. All routes stand here.
func New(c Config) (*Server, error) {
	hookHuma()
	s := &Server{Config: c, batches: make(chan struct{}, maxBatches), streams: make(chan struct{}, streamSlots), metrics: newMetrics(c.Boundaries),
		limiters: newLimiters(c.Limits), intake: &intake{addresses: map[string]*taken{}}, tiles: newTiles(), hasher: account.NewHasher(), verifies: make(chan struct{}, 1), gate: newGate(runtime.GOMAXPROCS(0), c.Store.Connections())}
	r := chi.NewRouter()
	s.router = r
	r.Use(s.observe, patience, compress, s.secure, s.page, s.ownHost, s.sameOrigin, plainText, digest, middleware.GetHead)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { s.serveWeb(w, r) })
	r.MethodNotAllowed(methodNotAllowed(r))

	config := huma.DefaultConfig("网格 Wangge", c.Version)
	config.Info.Description = "这个点归谁管：边界、版次与责任归属。Whose is this point: boundaries, editions and who is responsible."
	config.CreateHooks, config.DocsPath, config.OpenAPIPath, config.SchemasPath = nil, "", "", ""
	config.Transformers = []huma.Transformer{coarsen}
	s.api = humachi.New(r, config)
	s.api.UseMiddleware(s.shed, s.permit)

	s.locateRoutes()
	s.batchRoutes()
	s.coordinateRoutes()
	s.summaryRoutes()
	s.areaRoutes()
	s.bulkRoutes()
	s.searchRoutes()
	s.historyRoutes()
	s.editionRoutes()
	s.exportRoutes()
	s.uploadRoutes()
	s.photoRoutes()
	s.mendRoutes()
	s.tileRoutes()
	s.baseMapRoutes()
	s.healthRoutes()
	s.sessionRoutes()
	s.peopleRoutes()
	s.rosterRoutes()
	s.unitRoutes()
	s.responsibilityRoutes()
	s.keyRoutes()
	s.auditRoutes()
	s.requestRoutes()
	s.incidentRoutes()
	s.eventRoutes()
	s.caseTileRoutes()
	s.categoryRoutes()
	s.caseSettingRoutes()
	s.subjectRoutes()
	r.Get("/page.css", pageStyle)
	s.ogcRoutes()
	s.docsRoutes()
	return s, s.undeclared()
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// index is the snapshot to answer from. Error: not_ready, before the first.
func (s *Server) index() (*gridindex.Index, error) {
	ix := s.Boundaries.Index()
	if ix == nil {
		e := fault.New(fault.Unavailable, "not_ready", "边界还在装载，请稍后再试", "the boundaries are still loading; try again shortly")
		e.Retry = time.Second
		return nil, e
	}
	return ix, nil
}

// indexAt is the snapshot in force, or that of another moment.
func (s *Server) indexAt(ctx context.Context, valid, known string) (*gridindex.Index, error) {
	if valid == "" && known == "" {
		return s.index()
	}
	at, err := live.ParseAt(valid, known)
	if err != nil {
		return nil, err
	}
	return s.Boundaries.At(ctx, at)
}

// observe remembers the language, counts and times the request, and logs it
// when it failed.
func (s *Server) observe(next http.Handler) http.Handler {
	var remember http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &request{lang: acceptedLanguage(r.Header.Get("Accept-Language"))}
		ctx := audit.By(r.Context(), audit.Actor{Who: audit.Nobody, Name: audit.Nobody, Source: middleware.GetClientIP(r.Context())})
		r = r.WithContext(context.WithValue(ctx, requestKey{}, seen))
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // the sentinel itself is thrown
					s.Log.Warn("answer broken off", "path", r.URL.Path, "err", seen.cause)
					panic(p)
				}
				s.Log.Error("panic", "path", r.URL.Path, "panic", p)
				if ww.Status() == 0 {
					refuse(ww, r, errPanic)
				}
			}
			status := max(ww.Status(), http.StatusOK)
			route := "other"
			if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
				route = c.RoutePattern()
			}
			s.metrics.requests.With(prometheus.Labels{"route": route, "method": knownMethod(r.Method), "status": strconv.Itoa(status)}).
				Observe(time.Since(began).Seconds())
			if status >= http.StatusInternalServerError && !seen.shed {
				s.Log.Error("request failed", "method", r.Method, "route", route, "status", status,
					"client", middleware.GetClientIP(r.Context()), "err", seen.cause)
			}
		}()
		next.ServeHTTP(ww, r)
	})
	if len(s.Proxies) == 0 {
		return middleware.ClientIPFromRemoteAddr(remember)
	}
	var trusted []string
	for _, p := range s.Proxies {
		trusted = append(trusted, p.String())
	}
	return middleware.ClientIPFromXFF(trusted...)(remember)
}

var errPanic = fault.New(0, "internal", "服务出错了，已记录；请稍后再试", "something went wrong and was logged; try again later")

func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// secure sets the headers that every answer carries. Nothing may be fetched
// from anywhere but this service, and base maps from where they are.
func (s *Server) secure(next http.Handler) http.Handler {
	policy := contentPolicy(s.BaseMaps)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

const (
	drainWithin  = 2 * time.Second // for the rest of a body that nobody wants
	answerWithin = 2 * time.Minute // for an answer to be made and taken
)

// patience bounds how long a caller may keep a connection busy. Before it
// sends a refusal the HTTP/1 server reads the body on, for drainWithin; handlers
// that want the body have streamPatience for each read. At its end the deadline
// is lifted: the server goes on reading to notice a caller that leaves, and a
// deadline passed there would end long work.
func patience(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Now().Add(answerWithin))
		if r.ContentLength != 0 {
			_ = control.SetReadDeadline(time.Now().Add(drainWithin))
			r.Body = &patientBody{ReadCloser: r.Body, deadline: control.SetReadDeadline}
		}
		next.ServeHTTP(w, r)
	})
}

// patientBody moves the connection's read deadline as the body is read, as long
// as it comes fast enough on the whole.
type patientBody struct {
	io.ReadCloser
	deadline func(time.Time) error
	pace     pace
}

func (b *patientBody) Read(p []byte) (int, error) {
	if b.pace.tooSlow() {
		return 0, os.ErrDeadlineExceeded
	}
	_ = b.deadline(time.Now().Add(streamPatience))
	n, err := b.ReadCloser.Read(p)
	b.pace.read += int64(n)
	if errors.Is(err, io.EOF) {
		_ = b.deadline(time.Time{})
	}
	return n, err
}

// plainText refuses bytes that are no text before anybody has to store or
// compare them.
func plainText(next http.Handler) http.Handler {
	sound := func(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := url.QueryUnescape(r.URL.RawQuery)
		switch {
		case !sound(r.URL.Path):
			refuse(w, r, noSuchPath(strings.ToValidUTF8(r.URL.Path, "\uFFFD")))
		case err != nil, !sound(query), !sound(r.Header.Get("Idempotency-Key")):
			refuse(w, r, fault.New(fault.Invalid, "bad_text", "请求里有不是文字的字节", "the request holds bytes that are no text"))
		case repeated(r.URL) != "":
			refuse(w, r, fault.New(fault.Invalid, "repeated_parameter", "参数 %[1]q 出现了几次，只要一次", "the parameter %[1]q stands there several times; give it once", clip(repeated(r.URL), 60)))
		case packedBody(r):
			refuse(w, r, fault.New(fault.Unsupported, "packed_body", "请求体不要压缩（Content-Encoding）", "send the body as it is, without Content-Encoding"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// repeated is a parameter that stands in an address more than once; only the
// levels of an export may.
func repeated(u *url.URL) string {
	for name, values := range u.Query() {
		if len(values) > 1 && name != "level" {
			return name
		}
	}
	return ""
}

func packedBody(r *http.Request) bool {
	encoding := r.Header.Get("Content-Encoding")
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

// ownHost refuses requests that were made for another name, while the service is
// for this machine alone: without accounts whoever reaches it may write, and a
// page elsewhere could let its own name point here (DNS rebinding). With TLS, or
// behind a reverse proxy, sessions belong to one name anyhow.
func (s *Server) ownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Host
		if host, _, err := net.SplitHostPort(name); err == nil {
			name = host
		}
		ip := net.ParseIP(strings.Trim(name, "[]"))
		if !s.Secure && !strings.EqualFold(name, "localhost") && (ip == nil || !ip.IsLoopback()) {
			p := problem(r.Context(), fault.New(fault.Invalid, "wrong_host", "请用 localhost 或 127.0.0.1 访问，而不是 %[1]q", "reach the service as localhost or 127.0.0.1, not %[1]q", clip(name, 60)))
			p.Status, p.Title = http.StatusMisdirectedRequest, http.StatusText(http.StatusMisdirectedRequest)
			p.write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses writes that a page of another site makes a browser send.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := problem(r.Context(), fault.New(fault.Conflict, "cross_origin", "来自别的网站的写请求被拒绝", "a write sent from another site was refused"))
		p.Status, p.Title = http.StatusForbidden, http.StatusText(http.StatusForbidden)
		p.write(w)
	}))
	return guard.Handler(next)
}

// methodNotAllowed names the methods that the path does take.
func methodNotAllowed(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			if routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
				allowed = append(allowed, m)
			}
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		p := problem(r.Context(), fault.New(fault.Invalid, "method_not_allowed", "这个地址不接受 %[1]s，可用：%[2]s", "this path does not take %[1]s; use %[2]s",
			clip(r.Method, 20), strings.Join(allowed, ", ")))
		p.Status, p.Title = http.StatusMethodNotAllowed, http.StatusText(http.StatusMethodNotAllowed)
		p.write(w)
	}
}

// serveWeb serves the web application: its files, and its page at /. Whatever
// else is asked for is not there.
func (s *Server) serveWeb(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuse(w, r, noSuchPath(r.URL.Path))
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	first, _, _ := strings.Cut(name, "/")
	if slices.Contains([]string{"", "steward", "sign-in", "invitation", "account", "office", "print", "desk", "wall", "report", "work"}, first) { // the desks live on the one page
		name = "index.html"
	}
	content, err := fs.ReadFile(s.Web, name)
	if err != nil || strings.HasPrefix(path.Base(name), ".") {
		if name == "index.html" {
			err = fault.New(fault.Unavailable, "web_not_built", "网页还没有构建：请运行 make build", "the web application is not built: run make build")
		} else {
			err = noSuchPath(r.URL.Path)
		}
		refuse(w, r, err)
		return
	}
	if strings.HasPrefix(name, "assets/") { // named by their content
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	if packed, err := fs.ReadFile(s.Web, name+".gz"); err == nil && takesGzip(r.Header.Get("Accept-Encoding")) && r.Header.Get("Range") == "" {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		content = packed
	}
	w.Header().Add("Vary", "Accept-Encoding")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// operation describes a route for the OpenAPI document, with the action of the
// policy that it is. Parameters are parsed
// by the handlers, which know how to say what is wrong with them.
func operation(method, path, id, summary string, errors ...int) huma.Operation {
	action := ruleOf(id).action
	if action != policy.Health { // what the guard answers
		for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			if !slices.Contains(errors, status) {
				errors = append(errors, status)
			}
		}
	}
	subject, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/api/v1"), "/"), "/")
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Tags: []string{subject}, SkipValidateParams: true, Errors: errors,
		Extensions: map[string]any{"x-action": string(action)}}
}

// decimal is a number in a query. It is kept as text, so that what was written
// can be named when it is not one.
type decimal string

// Schema implements huma.SchemaProvider.
func (decimal) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// count is a whole number in a query, kept as text likewise.
type count string

// Schema implements huma.SchemaProvider.
func (count) Schema(huma.Registry) *huma.Schema {
	one := 1.0
	return &huma.Schema{Type: huma.TypeInteger, Minimum: &one}
}

// schema is the schema of a type that handlers write themselves.
func (s *Server) schema(of any, name string) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(of), true, name)
}

// nullable allows null for properties that are references. Huma cannot say it
// by a tag.
func (s *Server) nullable(schema string, properties ...string) {
	found := s.api.OpenAPI().Components.Schemas.Map()[schema]
	for _, name := range properties {
		found.Properties[name] = &huma.Schema{AnyOf: []*huma.Schema{found.Properties[name], {Type: "null"}}}
	}
}
