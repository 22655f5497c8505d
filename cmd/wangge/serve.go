package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"time"

	"wangge/internal/fault"
	"wangge/internal/httpapi"
	"wangge/internal/live"
	"wangge/internal/postgres"
	"wangge/internal/sandbox"
	"wangge/internal/upload"
	"wangge/web"
)

type serveCommand struct {
	databaseFlags
	Listen       string         `default:"127.0.0.1:8080" help:"Address to listen on. Until there are accounts, only loopback."`
	TLSCert      string         `name:"tls-cert" type:"path" help:"Certificate chain, PEM."`
	TLSKey       string         `name:"tls-key" type:"path" help:"Its key, PEM."`
	TrustedProxy []netip.Prefix `help:"Networks of reverse proxies whose X-Forwarded-For is believed." placeholder:"CIDR"`
	NoMigrate    bool           `help:"Do not migrate the database at start."`
	Demo         bool           `help:"Load the demo district (synthetic) first when the database is empty."`
}

// maxChildren is how many children work on files and editions at once.
const maxChildren = 3

const settingsEvery = 5 * time.Second

func (c *serveCommand) Run(ctx context.Context, t *terminal) (err error) {
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
	}
	background, stop := context.WithCancel(ctx)
	following := make(chan struct{})
	boundaries := live.New(db.Store, c.editions(), t.log)
	watch := &settingsWatch{}
	go func() { boundaries.Run(background); close(following) }()
	go watch.run(background, db.Store, t)
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
	handler, err := httpapi.New(httpapi.Config{Store: db.Store, Boundaries: boundaries, Uploads: uploads, Web: web.Files(), Log: t.log,
		Proxies: c.TrustedProxy, Version: version(), Unsafe: watch.unsafe})
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

// listen opens the address. Without accounts everything is open to whoever
// reaches it, so that only loopback will do. Errors: loopback_only, bad_listen,
// tls_pair.
func (c *serveCommand) listen(ctx context.Context) (net.Listener, error) {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return nil, fault.New(fault.Invalid, "tls_pair", "--tls-cert 和 --tls-key 要一起给", "--tls-cert and --tls-key go together")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, fault.New(fault.Invalid, "bad_listen", "监听地址应写成 127.0.0.1:8080，得到 %[1]q", "write the address to listen on as 127.0.0.1:8080, got %[1]q", c.Listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fault.New(fault.Invalid, "loopback_only",
			"还没有账号，谁都能改数据，所以只能监听本机地址（127.0.0.1 或 ::1），不能是 %[1]q",
			"there are no accounts yet and anyone could change data, so only loopback (127.0.0.1 or ::1) may be listened on, not %[1]q", c.Listen)
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
