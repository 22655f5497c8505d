package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"wangge/internal/account"
	"wangge/internal/caseflow"
	"wangge/internal/fault"
	"wangge/internal/feed"
	"wangge/internal/guard"
	"wangge/internal/httpapi"
	"wangge/internal/live"
	"wangge/internal/photo"
	"wangge/internal/postgres"
	"wangge/internal/sandbox"
	"wangge/internal/upload"
	"wangge/web"
)

type serveCommand struct {
	databaseFlags
	baseMapFlags
	photoFlags
	Listen       string         `default:"127.0.0.1:8080" help:"Address to listen on. Beyond loopback only with accounts, and with TLS or a trusted proxy."`
	TLSCert      string         `name:"tls-cert" type:"path" help:"Certificate chain, PEM."`
	TLSKey       string         `name:"tls-key" type:"path" help:"Its key, PEM."`
	TrustedProxy []netip.Prefix `help:"Networks of reverse proxies whose X-Forwarded-For is believed." placeholder:"CIDR"`
	NoMigrate    bool           `help:"Do not migrate the database at start."`
	Demo         bool           `help:"Load the demo district (synthetic) first when the database is empty, and let the demo accounts in. Loopback only."`
	Public       bool           `help:"Let strangers see the public map and locate. Takes --map-review-number."`
	MapReview    string         `name:"map-review-number" help:"Number of the map review (审图号), shown on public maps." placeholder:"NUMBER"`
	Profile      string         `enum:"asvs,djbh" default:"asvs" help:"Rules for passwords and sessions: asvs (OWASP ASVS 5.0) or djbh (GB/T 22239-2019)."`
	SessionIdle  time.Duration  `help:"A session ends when nothing is asked for so long; the profile's when left out." placeholder:"30m"`
	SessionMost  time.Duration  `help:"A session ends after so long; the profile's when left out." placeholder:"12h"`
}

// maxChildren is how many children work on files and editions at once.
const maxChildren = 3

const settingsEvery = 5 * time.Second

// gcPercent lets the heap grow to three times what lives before it is collected:
// what lives is small beside a machine, and requests leave much behind. GOGC and
// GOMEMLIMIT go before it.
const gcPercent = 200

// profile is the set of rules, as it was asked for.
func (c *serveCommand) profile() account.Profile {
	p := map[string]account.Profile{"asvs": account.ASVS, "djbh": account.DJBH}[c.Profile]
	if c.SessionIdle > 0 {
		p.Idle = c.SessionIdle
	}
	if c.SessionMost > 0 {
		p.Most = c.SessionMost
	}
	return p
}

// secure says that callers come over TLS, here or at a proxy.
func (c *serveCommand) secure() bool { return c.TLSCert != "" || len(c.TrustedProxy) > 0 }

func (c *serveCommand) Run(ctx context.Context, t *terminal) (err error) {
	baseMaps, err := c.baseMaps()
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer listener.Close()
	db, err := c.connect(ctx, t.log)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := db.close(); err == nil {
			err = closeErr
		}
	}()
	if c.NoMigrate {
		err = refuseBehind(ctx, db.url)
	} else {
		_, err = postgres.Migrate(ctx, db.url)
	}
	if err != nil {
		return err
	}
	if db.Store, err = postgres.Open(ctx, db.url); err != nil {
		return err
	}
	if err := db.CheckSettings(ctx); err != nil {
		return err
	}
	runner := sandbox.Runner{Slots: make(chan struct{}, maxChildren)}
	db.WorkWith(postgres.Geometry{Check: runner.Check, Snap: runner.Snap})
	if c.Demo {
		if err := c.loadDemoWhenEmpty(ctx, t, db); err != nil {
			return err
		}
		if err := c.addDemoUsers(ctx, t, db); err != nil {
			return err
		}
		if err := addDemoUnits(ctx, t, db); err != nil {
			return err
		}
	}
	if err := c.mayListen(ctx, db); err != nil {
		return err
	}
	photos, err := c.photos(ctx, filepath.Join(c.DataDir, "photos"))
	if err != nil {
		return err
	}
	background, stop := context.WithCancel(ctx)
	following := make(chan struct{})
	boundaries := live.New(db.Store, c.editions(), t.log)
	watch := &settingsWatch{}
	go func() { boundaries.Run(background); close(following) }()
	go watch.run(background, db.Store, t)
	go sweep(background, db.Store, photos, t.log)
	keeping := make(chan struct{})
	go func() {
		defer close(keeping)
		if db.cluster != nil {
			db.cluster.Keep(background)
		}
	}()
	defer func() { stop(); <-following; <-keeping }()

	uploads, err := upload.New(filepath.Join(c.DataDir, "uploads"), db.Store, runner)
	if err != nil {
		return err
	}
	defer uploads.Close()
	profile := c.profile()
	callers := guard.New(db.Store, boundaries, profile.Idle)
	if _, err := callers.Open(ctx); err != nil { // known from here on, should the database fall silent
		return err
	}
	desk := &caseflow.Desk{Store: db.Store, Boundaries: boundaries, Log: t.log}
	if c.Demo {
		if err := addDemoSubjects(ctx, t, db, boundaries); err != nil {
			return err
		}
		if err := addDemoCases(ctx, t, db, boundaries, desk); err != nil {
			return err
		}
	}
	follower := feed.New(db.Store, t.log)
	caseMap := caseflow.NewMap(db.Store, boundaries, follower, t.log)
	var cases sync.WaitGroup
	cases.Go(func() { caseMap.Run(background) })
	cases.Go(func() { desk.Run(background) })
	cases.Go(func() { follower.Run(ctx) }) // its end lets the streams go, so that the server can stop
	defer func() { stop(); cases.Wait() }()
	handler, err := httpapi.New(httpapi.Config{Store: db.Store, Cases: desk, CaseMap: caseMap, Feed: follower, Boundaries: boundaries, Uploads: uploads, Photos: photos, Web: web.Files(), Log: t.log,
		Proxies: c.TrustedProxy, Version: version(), Unsafe: watch.unsafe, Guard: callers, Profile: profile,
		Limits: httpapi.UsualLimits, Secure: c.secure(), Public: c.Public || c.Demo, Demo: c.Demo, Review: c.MapReview, BaseMaps: baseMaps, Roster: runner.Roster, Classes: runner.Classes})
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	served := make(chan error, 1)
	go func() {
		if c.TLSCert != "" {
			served <- server.ServeTLS(listener, c.TLSCert, c.TLSKey)
		} else {
			served <- server.Serve(listener)
		}
	}()
	scheme := map[bool]string{false: "http", true: "https"}[c.TLSCert != ""]
	fmt.Fprintf(t.out, t.say("网格已就绪：%s://%s\n", "wangge is ready: %s://%s\n"), scheme, listener.Addr())
	if err := c.welcomeFirst(ctx, t, db, fmt.Sprintf("%s://%s", scheme, listener.Addr())); err != nil && ctx.Err() == nil {
		return err
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	t.log.Info("stopping")
	closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// welcomeFirst prints the one-time link for the first administrator while there
// are no accounts.
func (c *serveCommand) welcomeFirst(ctx context.Context, t *terminal, db *database, url string) error {
	secret, err := db.InviteFirst(ctx)
	if fault.Is(err, "accounts_exist") {
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, t.say("还没有账号：本机谁都可以改数据。请用这个一次性链接建立管理员，此后都要登录：\n  %s\n",
		"there are no accounts yet, and anyone on this machine may change data. Make the administrator with this one-time link; from then on everybody signs in:\n  %s\n"), linkFlags{url}.link(secret))
	return nil
}

// sweepEvery is how often what has served its time is taken away.
const sweepEvery = time.Hour

func sweep(ctx context.Context, store *postgres.Store, photos *photo.Depot, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := store.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Warn("what has served its time could not be taken away", "err", err)
		}
		if err := sweepPhotos(ctx, store, photos, time.Now()); err != nil && ctx.Err() == nil {
			log.Warn("photographs that nobody completed could not be taken away", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func onLoopback(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// mayListen refuses to serve others than this machine without accounts.
// Error: loopback_only.
func (c *serveCommand) mayListen(ctx context.Context, db *database) error {
	if onLoopback(c.Listen) {
		return nil
	}
	has, err := db.HasAccounts(ctx)
	if err == nil && !has {
		err = fault.New(fault.Invalid, "loopback_only",
			"还没有账号，谁都能改数据，所以只能监听本机地址（127.0.0.1 或 ::1），不能是 %[1]q：先在本机建立管理员，或运行 wangge user add",
			"there are no accounts yet and anyone could change data, so only loopback (127.0.0.1 or ::1) may be listened on, not %[1]q: make an administrator on this machine first, or run wangge user add", c.Listen)
	}
	return err
}

// listen opens the address, when the flags go together. Errors: bad_listen,
// tls_pair, tls_needed, demo_loopback, review_needed, cannot_listen.
func (c *serveCommand) listen(ctx context.Context) (net.Listener, error) {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return nil, fault.New(fault.Invalid, "tls_pair", "--tls-cert 和 --tls-key 要一起给", "--tls-cert and --tls-key go together")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return nil, fault.New(fault.Invalid, "bad_listen", "监听地址应写成 127.0.0.1:8080，得到 %[1]q", "write the address to listen on as 127.0.0.1:8080, got %[1]q", c.Listen)
	}
	switch beyond := !onLoopback(c.Listen); {
	case c.Demo && beyond:
		return nil, fault.New(fault.Invalid, "demo_loopback", "演示账号的密码人人知道，所以 --demo 只能监听本机地址", "the passwords of the demo accounts are known to everybody, so --demo listens on loopback only")
	case beyond && !c.secure():
		return nil, fault.New(fault.Invalid, "tls_needed", "监听 %[1]q 要有 TLS：给出 --tls-cert 和 --tls-key，或用 --trusted-proxy 写明做 TLS 的代理", "listening on %[1]q takes TLS: give --tls-cert and --tls-key, or name the proxy that does it with --trusted-proxy", c.Listen)
	case c.Public && strings.TrimSpace(c.MapReview) == "":
		return nil, fault.New(fault.Invalid, "review_needed", "公开地图要有审图号：请用 --map-review-number 写明", "a public map takes the number of its review: give --map-review-number")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fault.New(fault.Conflict, "cannot_listen", "不能监听 %[1]s，可能已被占用：请换一个，例如 --listen 127.0.0.1:8081",
			"cannot listen on %[1]s; it may be taken: choose another, such as --listen 127.0.0.1:8081", c.Listen).Because(err)
	}
	return listener, nil
}

// settingsWatch asks from time to time whether the database is still set up to
// keep what it acknowledges.
type settingsWatch struct{ last atomic.Pointer[error] }

func (w *settingsWatch) run(ctx context.Context, store *postgres.Store, t *terminal) {
	tick := time.NewTicker(settingsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := store.CheckSettings(ctx)
		if ctx.Err() != nil {
			return
		}
		if !fault.Is(err, "unsafe_database") && !fault.Is(err, "clock_skew") {
			err = nil // not reachable is told elsewhere
		}
		if before := w.unsafe(); (before == nil) != (err == nil) {
			t.log.Error("safety of the database's settings changed", "err", err)
		}
		w.last.Store(&err)
	}
}

func (w *settingsWatch) unsafe() error {
	if err := w.last.Load(); err != nil {
		return *err
	}
	return nil
}
