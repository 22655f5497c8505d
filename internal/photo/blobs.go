package photo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"wangge/internal/fault"
)

// Blobs keeps pictures by key: on a Disk, or in an S3. What is put appears whole
// or not at all, and stays when Put has returned.
type Blobs interface {
	// Put keeps data. Errors: no_room, photo_store_away.
	Put(ctx context.Context, key string, data []byte) error
	// Open returns what was put; fs.ErrNotExist where nothing was.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete takes it away, if it is there.
	Delete(ctx context.Context, key string) error
	// Older lists the keys of what was put before a time.
	Older(ctx context.Context, than time.Time) iter.Seq2[string, error]
}

// Disk keeps pictures in files below a directory.
type Disk struct{ dir string }

// NewDisk keeps pictures below dir, which it makes.
func NewDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("photo: %w", err)
	}
	return &Disk{dir}, nil
}

// Put implements Blobs: a file beside it, synced, then the name, synced as well.
func (d *Disk) Put(_ context.Context, key string, data []byte) (err error) {
	file := filepath.Join(d.dir, filepath.FromSlash(key))
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return roomError(err)
	}
	part, err := os.CreateTemp(dir, filepath.Base(file)+".part-*")
	if err != nil {
		return roomError(err)
	}
	defer func() {
		_ = part.Close()
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	if _, err := part.Write(data); err != nil {
		return roomError(err)
	}
	if err := part.Sync(); err != nil {
		return roomError(err)
	}
	if err := os.Rename(part.Name(), file); err != nil {
		return roomError(err)
	}
	return errors.Join(syncDir(dir), syncDir(d.dir)) // the second holds the name of the first, which may be new
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return roomError(f.Sync())
}

// Open implements Blobs.
func (d *Disk) Open(_ context.Context, key string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(d.dir, filepath.FromSlash(key)))
}

// Delete implements Blobs.
func (d *Disk) Delete(_ context.Context, key string) error {
	err := os.Remove(filepath.Join(d.dir, filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Older implements Blobs. What a Put that was killed left is among them.
func (d *Disk) Older(ctx context.Context, than time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile
				return nil
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(than) {
				return nil
			}
			if err != nil {
				return err
			}
			key, err := filepath.Rel(d.dir, path)
			if err == nil && !yield(filepath.ToSlash(key), nil) {
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			yield("", err)
		}
	}
}

// roomError names a full disk. Error: no_room.
func roomError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return noRoom(err)
	}
	return err
}

func noRoom(cause error) error {
	return fault.New(fault.NoRoom, "no_room", "存放照片的地方满了：照片稍后会再传，请告诉管理员", "there is no room for photographs: send it again later, and tell the administrator").Because(cause)
}
