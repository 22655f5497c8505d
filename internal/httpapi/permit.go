package httpapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/guard"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// Limits are requests a minute.
type Limits struct {
	Caller   int // of one person or key
	Stranger int // from one address, without signing in
	SignIn   int // attempts to come in, from one address; ten times as many with secrets that nobody has
}

// UsualLimits let a map be moved about in haste, and no more.
var UsualLimits = Limits{Caller: 3000, Stranger: 1200, SignIn: 30}

// unknownTimes is how many more secrets than passwords may be tried.
const unknownTimes = 10

// limiters count requests, each by its own key.
type limiters struct{ caller, stranger, signIn, unknown *httprate.RateLimiter }

func newLimiters(l Limits) limiters {
	of := func(most int) *httprate.RateLimiter { return httprate.NewRateLimiter(most, time.Minute) }
	return limiters{of(l.Caller), of(l.Stranger), of(l.SignIn), of(unknownTimes * l.SignIn)}
}

// permit stands before every operation of the API.
func (s *Server) permit(c huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(c)
	ctx, err := s.admit(c.Context(), w, r, c.Operation().OperationID, func(where where, ctx context.Context) (*policy.Place, error) {
		return where(s, huma.WithContext(c, ctx))
	})
	if err != nil {
		refuse(w, r, err)
		return
	}
	next(huma.WithContext(c, ctx))
}

// guarded is permit for a route that is not described in the API.
func (s *Server) guarded(id string, handler http.Handler) http.HandlerFunc {
	ruleOf(id)
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, err := s.admit(r.Context(), w, r, id, nil)
		if err != nil {
			refuse(w, r, err)
			return
		}
		handler.ServeHTTP(w, r.WithContext(ctx))
	}
}

// admit finds out who asks and decides whether the operation may go on. It is
// the one place that does.
func (s *Server) admit(ctx context.Context, w http.ResponseWriter, r *http.Request, id string, find func(where, context.Context) (*policy.Place, error)) (context.Context, error) {
	rule := ruleOf(id)
	seen := requestOf(ctx)
	seen.action = rule.action
	if rule.action == policy.Health {
		seen.effect = policy.Allow
		return ctx, nil
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		w.Header().Set("Cache-Control", "no-store") // unless the handler knows better
	}
	open, err := s.Guard.Open(ctx)
	if err != nil && !s.strangersMay(rule.action) && (!open || !impersonal(rule.action)) {
		return ctx, err
	}
	if open {
		return ctx, s.admitOpen(seen, rule.action)
	}
	address := middleware.GetClientIP(r.Context())
	if seen.caller, err = s.identify(w, r, id, address); err != nil {
		return ctx, err
	}
	if c := seen.caller; c != nil {
		ctx = audit.By(ctx, audit.Actor{Who: seen.owner(), Name: c.Name, Source: address})
		seen.posts = s.Guard.Posts(c)
		if c.Key != nil && !slices.Contains(c.Key.Actions, rule.action) {
			return ctx, s.deny(ctx, id, errForKey)
		}
	}
	if err := s.limit(w, r, seen, id, address); err != nil {
		return ctx, err
	}
	return ctx, s.decide(ctx, seen, id, rule, find)
}

// admitOpen lets whoever reaches the service do everything while there are no
// accounts, but make accounts: the first is made by the one-time link.
func (s *Server) admitOpen(seen *request, action policy.Action) error {
	seen.open, seen.effect = true, policy.Allow
	switch action {
	case policy.AccountWrite, policy.PeopleRead, policy.PostGrant, policy.KeyMake, policy.SessionEnd:
		return fault.New(fault.Conflict, "no_accounts_yet", "还没有账号：请先用启动时打印的一次性链接建立管理员，或运行 wangge user add", "there are no accounts yet: make the administrator by the one-time link that the service printed at its start, or run wangge user add")
	}
	return nil
}

var (
	errSignIn   = fault.New(fault.Unauthenticated, "sign_in_needed", "请先登录", "please sign in")
	errForKey   = fault.New(fault.Forbidden, "key_too_narrow", "这个密钥不能做这件事", "this key is not made for that")
	errBadKey   = fault.New(fault.Unauthenticated, "key_unknown", "密钥不对、已过期或已停用", "the key is wrong, has expired or was revoked")
	errCut      = fault.New(fault.Unavailable, "identity_unsure", "数据库暂时连不上，无法确认您的身份；请稍后再试", "the database cannot be reached to confirm who you are; try again shortly")
	errPassword = fault.New(fault.Forbidden, "password_expired", "密码已到期，请先修改", "the password has to be changed first")
)

func forbidden() error {
	return fault.New(fault.Forbidden, "forbidden", "您的岗位不能做这件事", "your posts do not let you do that")
}

// decide asks the policy. What a role may never do is refused by name; what is
// not one's own is not there.
func (s *Server) decide(ctx context.Context, seen *request, id string, rule rule, find func(where, context.Context) (*policy.Place, error)) error {
	action := rule.action
	stranger := policy.Decide(nil, action, policy.Place{})
	if stranger == policy.Limited && !s.strangersMay(action) || stranger == policy.Token && (!rule.token || !s.Public) {
		stranger = policy.Deny
	}
	if c := seen.caller; c != nil {
		switch {
		case c.Cut && !impersonal(action):
			return errCut
		case s.Profile.Expired(c.PasswordAt, time.Now()) && c.Key == nil && action != policy.SignIn && action != policy.SessionEnd:
			return errPassword
		}
	}
	if action == policy.CasePhoto && find != nil {
		return s.mayLook(ctx, seen, rule, find)
	}
	seen.effect = max(stranger, policy.Best(seen.posts, action))
	if seen.effect == policy.Deny && !policy.May(seen.posts, action) || seen.effect == policy.Propose {
		if seen.caller == nil {
			return errSignIn
		}
		return s.deny(ctx, id, forbidden())
	}
	if seen.caller == nil && stranger == policy.Deny {
		return errSignIn
	}
	if rule.where == nil || find == nil {
		return nil
	}
	place, missing := find(rule.where, ctx)
	switch {
	case place == nil && missing == nil:
		return nil
	case place == nil:
		return missing
	}
	return s.allows(ctx, place, missing)
}

// allows decides about one place, where a handler has found out what a request
// is about: nil lets it pass, missing is the answer otherwise.
func (s *Server) allows(ctx context.Context, place *policy.Place, missing error) error {
	seen := requestOf(ctx)
	if seen.open {
		return nil
	}
	if place == nil {
		return missing
	}
	seen.effect = policy.Granted(seen.posts, seen.action, *place)
	if seen.effect == policy.Deny || seen.effect == policy.Propose {
		return s.deny(ctx, "", missing)
	}
	return nil
}

// strangersMay reports whether somebody who has not signed in may do what the
// policy lets strangers do.
func (s *Server) strangersMay(action policy.Action) bool {
	return s.Public && policy.Decide(nil, action, policy.Place{}) == policy.Limited
}

// impersonal actions concern nobody's data; they go on while the database is
// silent.
func impersonal(action policy.Action) bool {
	return action == policy.Locate || action == policy.AreaRead || action == policy.MapPublic
}

// deny records that somebody known was refused, and returns the refusal.
func (s *Server) deny(ctx context.Context, operation string, refusal error) error {
	seen := requestOf(ctx)
	if err := s.Store.Record(ctx, audit.Entry{Act: string(seen.action), Object: strings.TrimSpace("request " + operation), Result: audit.Refused,
		Detail: audit.Detail(map[string]any{"path": clip(seen.path, 200)})}); err != nil {
		return err
	}
	return refusal
}

// identify finds the caller by API key or session; nil where there is neither.
// Secrets that nobody has are attempts to come in: who tries too many is not
// looked up any more.
func (s *Server) identify(w http.ResponseWriter, r *http.Request, id, address string) (*guard.Caller, error) {
	key := httprate.CanonicalizeIP(address)
	tried := func(c *guard.Caller, err error) (*guard.Caller, error) {
		if c == nil && (err == nil || errors.Is(err, errBadKey)) {
			s.limiters.unknown.OnLimit(w, r, key)
		}
		return c, err
	}
	known := func(secret account.Secret) error {
		_, rate, err := s.limiters.unknown.Status(key)
		if err == nil && rate >= float64(unknownTimes*s.Limits.SignIn)-0.5 && !s.Guard.Holds(secret) {
			return tooMany()
		}
		return nil
	}
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") || len(secret) > 200 {
			return tried(nil, errBadKey)
		}
		if err := known(account.Secret(secret)); err != nil {
			return nil, err
		}
		c, err := s.Guard.ByKey(r.Context(), account.Secret(secret))
		if err == nil && c == nil {
			err = errBadKey
		}
		return tried(c, err)
	}
	secret := s.sessionOf(r)
	if secret == "" {
		return nil, nil
	}
	if safe := r.Method == http.MethodGet || r.Method == http.MethodHead; !safe && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return nil, fault.New(fault.Forbidden, "cross_origin", "看不出这个写请求来自哪个网页：程序请用接口密钥", "it cannot be told which page sent this write; programs use an API key")
	}
	if err := known(secret); err != nil && id != "sign-in" {
		return nil, err
	}
	c, err := s.Guard.BySession(r.Context(), secret)
	if c == nil && err == nil {
		gone := s.cookie("", time.Time{}) // nobody's any more: the browser shall not go on with it
		http.SetCookie(w, &gone)
	}
	if c != nil && c.Demo && !s.Demo {
		return nil, err // its password is known to everybody
	}
	return tried(c, err)
}

// limit holds callers, strangers and attempts to come in to their rates. Error:
// too_many_requests.
func (s *Server) limit(w http.ResponseWriter, r *http.Request, seen *request, id, address string) error {
	limiter, key := s.limiters.stranger, httprate.CanonicalizeIP(address)
	switch {
	case slices.Contains([]string{"sign-in", "invitation-look", "invitation-use", "password"}, id):
		limiter = s.limiters.signIn
	case seen.caller != nil:
		limiter, key = s.limiters.caller, seen.owner()
	}
	if !limiter.OnLimit(w, r, key) {
		return nil
	}
	return tooMany()
}

func tooMany() error {
	e := fault.New(fault.TooMany, "too_many_requests", "请求太多，请稍后再试", "too many requests; try again shortly")
	e.Retry = 10 * time.Second
	return e
}

// owner names the caller for what is kept for one caller alone.
func (r *request) owner() string {
	if r.caller == nil {
		return audit.Nobody
	}
	return r.caller.Who()
}

// viewer is the caller towards rows about people.
func (s *Server) viewer(ctx context.Context) postgres.Viewer {
	seen := requestOf(ctx)
	if seen.caller == nil {
		return postgres.Viewer{}
	}
	return s.Guard.Viewer(seen.caller, seen.action)
}

// writing says what a request asks to write once: for Idempotency-Key and
// If-Match. Error: bad_idempotency_key.
func writing(ctx context.Context, version int64) postgres.Write {
	seen := requestOf(ctx)
	by := postgres.Write{Version: version, Key: seen.key}
	if seen.key != "" && seen.digest != nil {
		by.Request = seen.digest.Sum(nil)
	}
	return by
}

const longestKey = 200

// digest keeps the Idempotency-Key, and the hash of what is asked for under it.
func digest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := requestOf(r.Context())
		seen.path = r.URL.Path
		if seen.key = r.Header.Get("Idempotency-Key"); seen.key != "" {
			if len(seen.key) > longestKey {
				refuse(w, r, fault.New(fault.Invalid, "bad_idempotency_key", "Idempotency-Key 太长，最多 %[1]d 个字符", "the Idempotency-Key is longer than %[1]d characters", longestKey))
				return
			}
			seen.digest = sha256.New()
			_, _ = io.WriteString(seen.digest, r.Method+" "+r.URL.RequestURI()+"\n")
			r.Body = &hashedBody{r.Body, seen.digest}
		}
		next.ServeHTTP(w, r)
	})
}

// hashedBody hashes a body as it is read.
type hashedBody struct {
	io.ReadCloser
	digest hash.Hash
}

func (b *hashedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	_, _ = b.digest.Write(p[:n])
	return n, err
}

// draftPlace is the district that a draft is for: the only one when none is
// named.
func (s *Server) draftPlace(ctx context.Context, district string) *policy.Place {
	if district == "" {
		if only, err := s.Store.OnlyDistrict(ctx); err == nil {
			district = only
		}
	}
	return s.ofDistrict(district)
}

func noDistrict(district string) error {
	return fault.New(fault.NotFound, "no_such_district", "没有区 %[1]q，或不归您管", "there is no district %[1]q, or not for you", district)
}
