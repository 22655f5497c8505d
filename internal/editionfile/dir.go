package editionfile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wangge/internal/area"
)

// Dir is a directory that keeps edition files, each named after the content
// hash of its edition. Several processes may use it at once.
type Dir string

// mostBytes bounds what is read: some 200 times the file of 10,000 areas.
const mostBytes = 1 << 30

// Read returns the edition with a content hash. Errors: fs.ErrNotExist when it
// is not there; ErrDamaged when the file is not what its name says.
func (d Dir) Read(hash []byte) (*Content, error) {
	path := d.path(hash, ".wge")
	// What stands there need not be a file of ours: a pipe would never end.
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() || info.Size() > mostBytes {
		return nil, fmt.Errorf("%s: %w: no plain file of less than %d bytes", path, ErrDamaged, mostBytes)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, found, err := Decode(b)
	if err == nil && !bytes.Equal(found, hash) {
		err = fmt.Errorf("%w: it holds another edition", ErrDamaged)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Write keeps an edition, with its golden vectors beside it, unless a good file
// is there already. A file appears whole or not at all, and an edition never
// stands without its vectors; what a crash leaves behind is a temporary file,
// which nobody reads.
func (d Dir) Write(c *Content) (path string, err error) {
	hash := area.ContentHash(c.Versions)
	path = d.path(hash, ".wge")
	vectors := d.path(hash, ".points.csv")
	if _, err := os.Stat(vectors); err == nil {
		if _, err := d.Read(hash); err == nil {
			return path, nil
		}
	}
	l, err := arrange(c)
	if err != nil {
		return "", err
	}
	b := l.encode(hash)
	if _, found, err := Decode(b); err != nil || !bytes.Equal(found, hash) {
		return "", fmt.Errorf("the edition file of %s does not read back: %w", c.District, errors.Join(err, ErrDamaged))
	}
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return "", err
	}
	if err := d.keep(vectors, l.vectors(hash)); err != nil {
		return "", err
	}
	if err := d.keep(path, b); err != nil {
		return "", err
	}
	return path, nil
}

func (d Dir) path(hash []byte, suffix string) string {
	return filepath.Join(string(d), hex.EncodeToString(hash)+suffix)
}

// keep writes a file that survives a power cut once it is there.
func (d Dir) keep(path string, b []byte) (err error) {
	f, err := os.CreateTemp(string(d), ".edition-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(b)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
