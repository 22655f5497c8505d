// Package postgres keeps everything in PostgreSQL with PostGIS: the private
// cluster, migrations, and one file of statements a subject.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/mend"
	"wangge/internal/topology"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	unsynced sync.Map // *pgconn.PgConn → true: its last commit reached no standby
	geometry Geometry
	// categories holds editions of classes, which never change: categoryKey → *category.Edition
	categories sync.Map
}

// Geometry is the work on whole editions that may be heavy: topology.Check and
// mend.Snap, here or in a process of its own.
type Geometry struct {
	Check func(ctx context.Context, versions []*area.Version, scheme area.Scheme, coverage map[area.Level]area.Coverage) ([]area.Finding, error)
	Snap  func(ctx context.Context, versions []*area.Version, metres float64) ([]mend.Change, error)
}

// WorkWith has heavy work done by g instead of in this process. Call it before
// the store is used.
func (s *Store) WorkWith(g Geometry) { s.geometry = g }

// inProcess does the work here.
var inProcess = Geometry{
	Check: func(_ context.Context, versions []*area.Version, scheme area.Scheme, coverage map[area.Level]area.Coverage) ([]area.Finding, error) {
		return topology.Check(versions, scheme, coverage), nil
	},
	Snap: func(_ context.Context, versions []*area.Version, metres float64) ([]mend.Change, error) {
		return mend.Snap(versions, metres)
	},
}

// Open connects to the database at url: any form that libpq takes, several
// hosts and target_session_attrs included. An empty one is refused rather than
// guessed from the surroundings. The connection is tried before it returns.
func Open(ctx context.Context, url string) (*Store, error) {
	config, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{geometry: inProcess}
	config.ConnConfig.OnNotice = func(conn *pgconn.PgConn, notice *pgconn.Notice) {
		if strings.Contains(notice.Message, "synchronous replication") {
			s.unsynced.Store(conn, true)
		}
	}
	config.AfterConnect = takeRole
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s.pool = pool
	if err := s.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// takeRole gives up what the role of the address may do beyond serving: the
// service owns nothing and cannot change what the audit holds. Error:
// database_behind, when the database has no such role yet.
func takeRole(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SET ROLE wangge_service`)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "22023" || pg.Code == "42704") { // no such role
		return fault.New(fault.Conflict, "database_behind", "数据库还没有准备好：请先运行 wangge migrate", "the database is not ready: run wangge migrate first").Because(err)
	}
	return err
}

func parseURL(url string) (*pgxpool.Config, error) {
	if strings.TrimSpace(url) == "" {
		return nil, fault.New(fault.Invalid, "empty_database_url",
			"数据库地址是空的：写明 --database-url，或者去掉它以使用自带的数据库",
			"the database URL is empty: give one with --database-url, or leave it out to use the private cluster")
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "bad_database_url",
			"看不懂数据库地址（--database-url）", "cannot read the database URL (--database-url)").Because(err)
	}
	config.MaxConns = max(config.MaxConns, 8)
	config.ConnConfig.ConnectTimeout = 2 * time.Second
	for name, value := range map[string]string{
		"application_name":                    "wangge",
		"lock_timeout":                        "10s",
		"statement_timeout":                   "120s",
		"idle_in_transaction_session_timeout": "60s",
		"timezone":                            "UTC",
	} {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// Close releases all connections.
func (s *Store) Close() { s.pool.Close() }

// Connections is how many there are at most.
func (s *Store) Connections() int { return int(s.pool.Config().MaxConns) }

// Ping asks the database for a sign of life within two seconds.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return translate(s.pool.Ping(ctx))
}

// commitWithin is how long a commit may take. It does not end with the request:
// a caller that goes away must not leave it open whether the work was done.
const commitWithin = 30 * time.Second

// beginning opens a transaction. A check works in memory between its statements;
// that is no idling.
const beginning = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = '10min'`

// writing is a transaction that writes. What it did stands in the audit when it
// has ended; see record.
type writing struct {
	pgx.Tx
	done []*act
}

// inTx runs do in one transaction, which commits when do returns nil. It
// returns nil only when the database has kept everything it promises to keep.
// Error: not_replicated, when the commit stands but reached no standby; the
// caller may repeat it with the same idempotency key.
func (s *Store) inTx(ctx context.Context, do func(tx *writing) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return translate(err)
	}
	defer conn.Release()
	s.unsynced.Delete(conn.Conn().PgConn())
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginning})
	if err != nil {
		return translate(err)
	}
	w := &writing{Tx: tx}
	ending := func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.WithoutCancel(ctx), commitWithin)
	}
	committed := false
	defer func() {
		if !committed {
			ctx, cancel := ending()
			defer cancel()
			_ = tx.Rollback(ctx)
		}
	}()
	if err := do(w); err != nil {
		return translate(err)
	}
	ctx, cancel := ending()
	defer cancel()
	if err := w.commit(ctx); err != nil {
		return translate(err)
	}
	committed = true
	if _, lost := s.unsynced.LoadAndDelete(conn.Conn().PgConn()); lost {
		e := fault.New(fault.Unavailable, "not_replicated", "已写入，但备用数据库没有确认；请稍后用同一个请求再试", "written, but no standby has confirmed it; repeat the same request shortly")
		e.Retry = 5 * time.Second
		return e
	}
	return nil
}

// translate turns what callers can act on into refusals: no database, no room,
// a lock held too long. Everything else stays as it is.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, done := fault.As(err); done {
		return err
	}
	unavailable := func() error {
		e := fault.New(fault.Unavailable, "database_unavailable",
			"数据库暂时连不上，请稍后再试", "the database cannot be reached; try again shortly").Because(err)
		e.Retry = time.Second
		return e
	}
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network *net.OpError
	switch {
	case errors.As(err, &pg):
		if pg.Code == "53100" {
			return fault.New(fault.NoRoom, "no_room", "数据库的磁盘满了，请告诉管理员", "the database's disk is full; tell the administrator").Because(err)
		}
		switch pg.Code[:2] {
		case "08", "53", "57": // connection, resources, shutdown
			return unavailable()
		case "22": // what was asked for is no value of its type
			return fault.New(fault.Invalid, "bad_text", "请求里有数据库不能接受的值", "the request holds a value that the database cannot take").Because(err)
		}
		switch pg.Code {
		case "55P03", "40P01", "25P03": // lock not available, deadlock, idle too long
			return unavailable()
		}
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err), pgconn.SafeToRetry(err),
		strings.Contains(err.Error(), "closed pool"), strings.Contains(err.Error(), "conn closed"): // no type tells these two
		return unavailable()
	}
	return err
}
