// Package upload takes the files that people bring through the browser: it keeps
// them aside, looks into them, and reads them into a draft, all in child
// processes with limits (package sandbox).
package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"

	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/sandbox"
)

// The caps on what is kept.
const (
	MaxFile    = 512 << 20 // bytes of one file
	maxFiles   = 12        // of one upload: the parts of a Shapefile and some to spare
	maxTotal   = 4 << 30   // bytes of all uploads
	leastFree  = 1 << 30   // bytes that stay free on the disk
	maxUploads = 20        // kept at once
	maxJobs    = 40        // remembered
	keepFor    = 12 * time.Hour
)

// Depot keeps uploads and runs imports. It is safe for concurrent use.
type Depot struct {
	dir    string
	store  *postgres.Store
	runner sandbox.Runner

	mu      sync.Mutex
	uploads map[string]*Upload
	jobs    map[string]*Job
	order   []string // of jobs, oldest first
	slot    chan struct{}
	running sync.WaitGroup
	ctx     context.Context //nolint:containedctx // ends the jobs, which outlive the requests that began them
	stop    context.CancelFunc
}

// Upload is some files that belong together.
type Upload struct {
	ID    string
	Files []File
	owner string
	made  time.Time
	busy  int // how many imports read it
}

// File is one file of an upload.
type File struct {
	Name  string
	Bytes int64
}

// New makes a depot below dir, where other instances may have theirs. Uploads do
// not outlive the service; what one that was killed left is taken away in time.
func New(dir string, store *postgres.Store, runner sandbox.Runner) (*Depot, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 2*keepFor {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	if dir, err = os.MkdirTemp(dir, "instance-"); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	d := &Depot{dir: dir, store: store, runner: runner, uploads: map[string]*Upload{}, jobs: map[string]*Job{}, slot: make(chan struct{}, 1)}
	d.ctx, d.stop = context.WithCancel(context.Background())
	return d, nil
}

// Close ends all imports and takes the files away.
func (d *Depot) Close() {
	d.stop()
	d.running.Wait()
	_ = os.RemoveAll(d.dir)
}

// Open begins an upload, which is its owner's alone. Error: too_many_uploads.
func (d *Depot) Open(owner string) (*Upload, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, u := range d.uploads {
		if u.busy == 0 && time.Since(u.made) > keepFor {
			d.remove(id)
		}
	}
	if len(d.uploads) >= maxUploads {
		var oldest *Upload
		for _, u := range d.uploads {
			if u.busy == 0 && time.Since(u.made) > 10*time.Minute && (oldest == nil || u.made.Before(oldest.made)) {
				oldest = u
			}
		}
		if oldest == nil {
			e := fault.New(fault.TooMany, "too_many_uploads", "同时上传的太多，请稍后再试", "too many uploads at once; try again shortly")
			e.Retry = time.Minute
			return nil, e
		}
		d.remove(oldest.ID)
	}
	u := &Upload{ID: uuid.NewString(), owner: owner, made: time.Now()}
	if err := os.MkdirAll(filepath.Join(d.dir, u.ID), 0o700); err != nil {
		return nil, err
	}
	d.uploads[u.ID] = u
	return u.copy(), nil
}

func (u *Upload) copy() *Upload { return &Upload{ID: u.ID, Files: slices.Clone(u.Files)} }

// remove takes an upload away; the caller holds the lock.
func (d *Depot) remove(id string) {
	delete(d.uploads, id)
	_ = os.RemoveAll(filepath.Join(d.dir, id))
}

func noSuchUpload() error {
	return fault.New(fault.NotFound, "no_such_upload", "没有这次上传，可能已过期：请重新上传", "there is no such upload; it may have expired: upload again")
}

// Find returns an upload of an owner's. Error: no_such_upload.
func (d *Depot) Find(id, owner string) (*Upload, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u := d.uploads[id]; u != nil && u.owner == owner {
		return u.copy(), nil
	}
	return nil, noSuchUpload()
}

// Drop takes an upload away. Errors: no_such_upload, upload_in_use.
func (d *Depot) Drop(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.uploads[id]
	if u == nil {
		return noSuchUpload()
	}
	if u.busy > 0 {
		return inUse()
	}
	d.remove(id)
	return nil
}

// Put keeps one file of an upload. It appears whole or not at all. name is taken
// for its last part alone. Errors: no_such_upload, bad_file_name,
// too_many_files, file_too_large, no_room.
func (d *Depot) Put(id, name string, r io.Reader) (u *Upload, err error) {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || strings.HasPrefix(name, ".") || len(name) > 200 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return nil, fault.New(fault.Invalid, "bad_file_name", "文件名不能用：%[1]q", "this file name cannot be used: %[1]q", name)
	}
	if err := d.mayTake(id); err != nil {
		return nil, err
	}
	dir := filepath.Join(d.dir, id)
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return nil, roomError(err)
	}
	defer func() {
		_ = f.Close()
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	n, err := io.Copy(f, io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, roomError(err)
	}
	if n > MaxFile {
		return nil, fault.New(fault.TooLarge, "file_too_large", "文件超过 %[1]d MB", "the file has more than %[1]d MB", MaxFile>>20)
	}
	if err := f.Close(); err != nil {
		return nil, roomError(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.takes(id); err != nil {
		return nil, err
	}
	kept := d.uploads[id]
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return nil, err
	}
	kept.Files = slices.DeleteFunc(kept.Files, func(f File) bool { return f.Name == name })
	kept.Files = append(kept.Files, File{name, n})
	return kept.copy(), nil
}

// mayTake is takes, with room on the disk as well. Error: no_room.
func (d *Depot) mayTake(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.takes(id); err != nil {
		return err
	}
	total := int64(0)
	for _, u := range d.uploads {
		for _, f := range u.Files {
			total += f.Bytes
		}
	}
	var disk syscall.Statfs_t
	full := syscall.Statfs(d.dir, &disk) == nil && disk.Bavail*uint64(disk.Bsize) < leastFree+MaxFile
	if full || total > maxTotal {
		return roomError(syscall.ENOSPC)
	}
	return nil
}

// takes says whether an upload takes another file; the caller holds the lock.
// Errors: no_such_upload, upload_in_use, too_many_files.
func (d *Depot) takes(id string) error {
	u := d.uploads[id]
	switch {
	case u == nil:
		return noSuchUpload()
	case u.busy > 0:
		return inUse()
	case len(u.Files) >= maxFiles:
		return fault.New(fault.TooLarge, "too_many_files", "一次最多 %[1]d 个文件", "at most %[1]d files at once", maxFiles)
	}
	return nil
}

func inUse() error {
	return fault.New(fault.Conflict, "upload_in_use", "正在读取，先取消导入", "it is being read; cancel the import first")
}

func roomError(err error) error {
	if _, ours := fault.As(err); ours {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fault.New(fault.NoRoom, "no_room", "服务器磁盘满了，请告诉管理员", "the server's disk is full; tell the administrator").Because(err)
	}
	return err
}

// main is the file that an import reads: the one whose format is read; the other
// parts of a Shapefile stand beside it. Error: unsupported_format.
func (d *Depot) main(u *Upload) (string, error) {
	var names []string
	for _, f := range u.Files {
		switch strings.ToLower(filepath.Ext(f.Name)) {
		case ".geojson", ".json", ".gpkg", ".shp", ".zip", ".kml", ".kmz", ".csv":
			names = append(names, f.Name)
		}
	}
	switch len(names) {
	case 1:
		return filepath.Join(d.dir, u.ID, names[0]), nil
	case 0:
		return "", fault.New(fault.Unprocessable, "unsupported_format", "没有能读的文件：请选 GeoJSON、GeoPackage、Shapefile（.zip，或 .shp 连同 .dbf、.prj、.cpg）、KML/KMZ 或带 WKT 的 CSV",
			"no file that can be read: choose GeoJSON, GeoPackage, a Shapefile (.zip, or .shp with .dbf, .prj, .cpg), KML/KMZ or CSV with WKT")
	}
	return "", fault.New(fault.Unprocessable, "several_files", "一次只能导入一个数据文件，得到 %[1]s", "one data file at a time, not %[1]s", strings.Join(names, ", "))
}
