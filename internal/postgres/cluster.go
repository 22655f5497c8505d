package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"wangge/internal/fault"
)

// Cluster is a private PostGIS server that belongs to a data directory. It
// listens on a unix socket only and never runs as root. Processes that use the
// same directory share it: each holds a lock on a file, and the last one to
// leave stops the server. After a kill -9 the server lives on and the next
// process adopts it.
type Cluster struct {
	dir    string // pg, run and log of the server
	socket string // directory of the socket
	bin    string // initdb, pg_ctl
	runAs  *syscall.Credential
	users  *os.File // shared lock: this process uses the server
	log    *slog.Logger
}

const (
	clusterUser = "wangge" // role and database
	maxSocket   = 100      // unix socket paths end at 107 bytes
)

// ClusterOptions say where and how to run the private server.
type ClusterOptions struct {
	DataDir string
	Log     *slog.Logger
	// Volatile switches durability off. Only for tests, which throw the data
	// away; the service itself refuses such a server (CheckSettings).
	Volatile bool
}

// StartCluster joins the server of the data directory, or creates and starts
// it. Errors: postgis_missing, unreachable_directory.
func StartCluster(ctx context.Context, opt ClusterOptions) (*Cluster, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	base, err := filepath.Abs(opt.DataDir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	c := &Cluster{bin: bin, log: opt.Log}
	if c.dir, c.runAs, err = place(ctx, base); err != nil {
		return nil, err
	}
	if err := c.makeDirs(); err != nil {
		return nil, err
	}
	start, err := lockFile(ctx, filepath.Join(c.dir, "start.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer start.Close()
	if err := c.init(ctx, opt.Volatile); err != nil {
		return nil, err
	}
	if err := c.up(ctx); err != nil {
		return nil, err
	}
	if c.users, err = lockFile(ctx, filepath.Join(c.dir, "users.lock"), syscall.LOCK_SH); err != nil {
		return nil, err
	}
	return c, nil
}

// URL is the address of the server for Open.
func (c *Cluster) URL() string {
	return "postgres://" + clusterUser + "@/" + clusterUser + "?host=" + url.QueryEscape(c.socket)
}

// Keep watches over the server until ctx ends and starts it again when it has
// died: a crash, or somebody's kill.
func (c *Cluster) Keep(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if c.alive() {
			continue
		}
		c.log.Error("the private database has died; starting it again")
		if err := c.revive(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("the private database does not start", "err", err)
		}
	}
}

func (c *Cluster) revive(ctx context.Context) error {
	start, err := lockFile(ctx, filepath.Join(c.dir, "start.lock"), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer start.Close()
	return c.up(ctx)
}

// alive reports whether the server's process is there.
func (c *Cluster) alive() bool {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid <= 0 {
		return true // being written
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// Close leaves the server, and stops it when nobody else uses it.
func (c *Cluster) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	start, err := lockFile(ctx, filepath.Join(c.dir, "start.lock"), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer start.Close()
	if err := syscall.Flock(int(c.users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return c.users.Close() // somebody else still uses it
	}
	defer c.users.Close()
	if out, err := c.run(ctx, "pg_ctl", "-D", c.data(), "-m", "fast", "-w", "-t", "25", "stop"); err != nil {
		return fmt.Errorf("stop database: %w: %s", err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// findServer returns the directory of the newest installed PostgreSQL that has
// PostGIS beside it.
func findServer() (string, error) {
	for v := 20; v >= 13; v-- {
		bin := fmt.Sprintf("/usr/lib/postgresql/%d/bin", v)
		control := fmt.Sprintf("/usr/share/postgresql/%d/extension/postgis.control", v)
		if exists(filepath.Join(bin, "postgres")) && exists(control) {
			return bin, nil
		}
	}
	return "", fault.New(fault.Unavailable, "postgis_missing",
		"没有找到 PostgreSQL 和 PostGIS：请以 root 运行 apt-get install postgresql-15 postgresql-15-postgis-3，或用 --database-url 指定已有的数据库",
		"PostgreSQL with PostGIS is not installed: run apt-get install postgresql-15 postgresql-15-postgis-3 as root, or name a database with --database-url")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// place decides where the server lives and as whom it runs. PostgreSQL refuses
// to run as root, so root hands it to the user postgres; where that user cannot
// enter the data directory, the server gets one under /var/lib/wangge.
func place(ctx context.Context, base string) (dir string, runAs *syscall.Credential, err error) {
	dir = filepath.Join(base, "postgres")
	if os.Geteuid() != 0 {
		return dir, nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return "", nil, fault.New(fault.Unavailable, "postgis_missing",
			"系统里没有 postgres 用户：请先安装 postgresql-15", "there is no user postgres: install postgresql-15 first").Because(err)
	}
	uid, _ := strconv.ParseUint(account.Uid, 10, 32)
	gid, _ := strconv.ParseUint(account.Gid, 10, 32)
	runAs = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	probe := exec.CommandContext(ctx, "/usr/bin/test", "-x", base)
	probe.SysProcAttr = &syscall.SysProcAttr{Credential: runAs}
	probe.Dir = "/"
	if probe.Run() == nil {
		return dir, runAs, nil
	}
	dir = filepath.Join("/var/lib/wangge", digest(base))
	note := "the database of this directory is in " + dir + ", because the user postgres cannot enter here\n"
	if err := os.WriteFile(filepath.Join(base, "postgres.location"), []byte(note), 0o644); err != nil {
		return "", nil, err
	}
	return dir, runAs, nil
}

func digest(path string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(path)))[:12] }

func (c *Cluster) makeDirs() error {
	c.socket = filepath.Join(c.dir, "run")
	dirs := []string{c.dir, c.socket}
	if len(c.socket) > maxSocket-len("/.s.PGSQL.5432") {
		c.socket = filepath.Join(os.TempDir(), fmt.Sprintf("wangge-%d-%s", os.Geteuid(), digest(c.dir)))
		dirs[1] = c.socket
	}
	for i, d := range dirs {
		if err := os.MkdirAll(filepath.Dir(d), 0o755); err != nil {
			return err
		}
		if err := os.Mkdir(d, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		info, err := os.Lstat(d)
		if err != nil {
			return err
		}
		owner := info.Sys().(*syscall.Stat_t).Uid
		ours := owner == uint32(os.Geteuid()) || c.runAs != nil && owner == c.runAs.Uid
		if !info.IsDir() || !ours {
			return fault.New(fault.Unavailable, "unreachable_directory",
				"目录 %[1]s 属于别的用户，不能放数据库", "the directory %[1]s belongs to somebody else; the database cannot live there", d)
		}
		if c.runAs != nil {
			if err := os.Chown(d, int(c.runAs.Uid), int(c.runAs.Gid)); err != nil {
				return err
			}
		}
		if i == 1 {
			if err := os.Chmod(d, 0o700); err != nil {
				return err
			}
		}
	}
	return nil
}

// init creates the server's files. They are made aside and renamed, so that a
// start that was killed half-way leaves nothing that looks whole.
func (c *Cluster) init(ctx context.Context, volatile bool) error {
	if exists(filepath.Join(c.data(), "PG_VERSION")) {
		return nil
	}
	c.log.Info("creating the private database", "dir", c.data())
	aside := c.data() + ".new"
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if out, err := c.run(ctx, "initdb", "-D", aside, "-U", clusterUser, "-A", "peer", "-E", "UTF8",
		"--locale=C.UTF-8", "--lc-messages=C", "--data-checksums"); err != nil {
		return fmt.Errorf("create database: %w: %s", err, out)
	}
	settings := `
# written by wangge
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
fsync = on
full_page_writes = on
synchronous_commit = on
log_min_messages = warning
`
	if volatile {
		settings += "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"
	}
	operator, err := user.Current()
	if err != nil {
		return err
	}
	idents := "wangge root " + clusterUser + "\n"
	if operator.Uid != "0" {
		idents += "wangge " + operator.Username + " " + clusterUser + "\n"
	}
	config, err := os.ReadFile(filepath.Join(aside, "postgresql.conf"))
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"postgresql.conf": string(config) + settings,
		"pg_ident.conf":   idents,
		"pg_hba.conf":     "local all all peer map=wangge\n",
	} {
		if err := os.WriteFile(filepath.Join(aside, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return os.Rename(aside, c.data())
}

// up starts the server unless it answers already.
func (c *Cluster) up(ctx context.Context) error {
	if _, err := c.run(ctx, "pg_ctl", "-D", c.data(), "status"); err == nil && c.answers(ctx) {
		return nil
	}
	began := time.Now()
	out, err := c.run(ctx, "pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-w", "-t", "60",
		"-o", "-c unix_socket_directories='"+c.socket+"'", "start")
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		lines := strings.Split(strings.TrimSpace(string(log)), "\n")
		return fmt.Errorf("start database: %w: %s\n%s", err, out, strings.Join(lines[max(0, len(lines)-5):], "\n"))
	}
	c.log.Info("private database started", "socket", c.socket, "took", time.Since(began).Round(time.Millisecond))
	out, err = c.run(ctx, "psql", "-qXAt", "-h", c.socket, "-U", clusterUser, "-d", "postgres", "-c",
		"SELECT 1 FROM pg_database WHERE datname = '"+clusterUser+"'")
	if err == nil && strings.TrimSpace(out) != "1" {
		out, err = c.run(ctx, "createdb", "-h", c.socket, "-U", clusterUser, clusterUser)
	}
	if err != nil {
		return fmt.Errorf("create database: %w: %s", err, out)
	}
	return nil
}

// answers reports whether the running server takes connections; one that is
// shutting down does not, and is waited for.
func (c *Cluster) answers(ctx context.Context) bool {
	for range 100 {
		if _, err := c.run(ctx, "pg_isready", "-q", "-h", c.socket); err == nil {
			return true
		}
		if _, err := c.run(ctx, "pg_ctl", "-D", c.data(), "status"); err != nil {
			return false // gone
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

// run runs one of PostgreSQL's programs as the right user, away from our
// terminal, and returns what it printed.
func (c *Cluster) run(ctx context.Context, program string, args ...string) (string, error) {
	path := filepath.Join(c.bin, program)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=" + c.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for us, not for the server
	if program != "psql" && program != "createdb" {
		cmd.SysProcAttr.Credential = c.runAs
	}
	// A pipe would stay open in the server that pg_ctl leaves behind.
	out, err := os.CreateTemp("", "wangge-pg-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	text, readErr := os.ReadFile(out.Name())
	if readErr != nil {
		return "", readErr
	}
	return string(bytes.TrimSpace(text)), err
}

// lockFile opens path and locks it, waiting up to a minute.
func lockFile(ctx context.Context, path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(time.Minute)
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
