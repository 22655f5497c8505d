package photo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/uuid"

	"wangge/internal/fault"
)

const (
	mostDecodes  = 2           // at once; each may take maxMemory
	finishWithin = time.Minute // from the last byte to the row; a caller that has gone does not end it
	leastFree    = 256 << 20   // bytes that stay free on the disk of what is received

	// KeepFor is how long a photograph waits for the rest of its bytes, and a
	// picture for its row.
	KeepFor = 24 * time.Hour
)

// Depot receives photographs in pieces and keeps the pictures. What it knows of
// one is a file; which are whole is said by rows that others keep. It is safe
// for concurrent use, also by several instances on one directory.
type Depot struct {
	incoming string
	blobs    Blobs
	decodes  chan struct{} // one slot for each at work
}

// New makes a depot that receives below dir and keeps pictures in blobs.
func New(dir string, blobs Blobs) (*Depot, error) {
	d := &Depot{incoming: filepath.Join(dir, "incoming"), blobs: blobs, decodes: make(chan struct{}, mostDecodes)}
	if err := os.MkdirAll(d.incoming, 0o700); err != nil {
		return nil, fmt.Errorf("photo: %w", err)
	}
	return d, nil
}

// Receipt is a photograph that is being received: what was announced.
type Receipt struct {
	Spool  uuid.UUID // of nothing else, ever
	Bytes  int64
	SHA256 [sha256.Size]byte
}

func (d *Depot) spool(r Receipt) string { return filepath.Join(d.incoming, r.Spool.String()) }

// Offset is how many bytes are here.
func (d *Depot) Offset(r Receipt) (int64, error) {
	info, err := os.Stat(d.spool(r))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Receive appends what body brings, from an offset that has to be the present
// one, and returns the offset then, also with an error: what came is kept and
// synced. With the last byte the picture is made, put under a key of its own,
// and only then shown to keep, which has to write its row. When that fails, for
// want of room or of the database, the bytes stay, and Receive with an empty
// body tries again. Errors: offset_differs, photo_busy, body_too_large, no_room,
// photo_store_away; those of body and keep; and photo_hash, photo_format,
// photo_too_large and photo_broken, after which nothing of it is left.
func (d *Depot) Receive(ctx context.Context, r Receipt, offset int64, body io.Reader, keep func(ctx context.Context, p *Picture, blob uuid.UUID) error) (int64, error) {
	file, err := d.lock(r)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	at, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	if at != offset {
		return at, fault.New(fault.Conflict, "offset_differs", "已收到 %[1]d 字节，请从那里接着传", "%[1]d bytes are here; go on from there", at)
	}
	if at, err = d.take(file, at, r.Bytes, body); err != nil || at < r.Bytes {
		return at, err
	}
	if err := d.finish(ctx, r, file, keep); err != nil {
		if Refused(err) {
			_ = os.Remove(file.Name())
		}
		return at, err
	}
	_ = os.Remove(file.Name())
	return at, nil
}

// Refused says that a photograph will never be taken, however often it comes.
func Refused(err error) bool {
	e, _ := fault.As(err)
	return e != nil && (e.Code == "photo_hash" || e.Code == "photo_format" || e.Code == "photo_too_large" || e.Code == "photo_broken")
}

// lock opens what is received of a photograph, for one at a time. Errors:
// photo_busy, no_room.
func (d *Depot) lock(r Receipt) (*os.File, error) {
	var disk syscall.Statfs_t
	if syscall.Statfs(d.incoming, &disk) == nil && disk.Bavail*uint64(disk.Bsize) < leastFree {
		return nil, noRoom(syscall.ENOSPC)
	}
	file, err := os.OpenFile(d.spool(r), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, roomError(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, busy()
	}
	return file, nil
}

func busy() error {
	e := fault.New(fault.TooMany, "photo_busy", "这张照片正在接收，请稍后再试", "this photograph is being received; try again shortly")
	e.Retry = 2 * time.Second
	return e
}

// take keeps what body brings, up to total, and syncs it.
func (d *Depot) take(file *os.File, at, total int64, body io.Reader) (int64, error) {
	n, err := io.Copy(file, io.LimitReader(body, total-at))
	if n > 0 {
		err = errors.Join(roomError(err), roomError(file.Sync()))
	}
	if err != nil {
		return at + n, err
	}
	if more, err := io.CopyN(io.Discard, body, 1); more > 0 {
		return at + n, fault.New(fault.TooLarge, "body_too_large", "比说好的 %[1]d 字节多", "there is more than the %[1]d bytes that were announced", total)
	} else if err != nil && !errors.Is(err, io.EOF) {
		return at + n, err
	}
	return at + n, nil
}

// finish makes and keeps the picture of a photograph that is all here.
func (d *Depot) finish(ctx context.Context, r Receipt, file *os.File, keep func(context.Context, *Picture, uuid.UUID) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	select {
	case d.decodes <- struct{}{}:
		defer func() { <-d.decodes }()
	case <-ctx.Done():
		return busy()
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(file, r.Bytes))
	if err != nil {
		return err
	}
	if sha256.Sum256(data) != r.SHA256 {
		return fault.New(fault.Unprocessable, "photo_hash", "收到的照片和说好的 SHA-256 不符，请重新上传", "the bytes that came are not those that were announced (SHA-256); send the photograph again")
	}
	p, err := Read(data)
	if err != nil {
		return err
	}
	blob := uuid.Must(uuid.NewV7())
	if err := d.blobs.Put(ctx, key(blob, false), p.JPEG); err != nil {
		return err
	}
	if err := d.blobs.Put(ctx, key(blob, true), p.Thumbnail); err != nil {
		return err
	}
	return keep(ctx, p, blob)
}

// key names a picture, or its thumbnail: in one of 256 folders by the end of
// its id, for the beginning is the time.
func key(blob uuid.UUID, small bool) string {
	id := blob.String()
	if small {
		return id[len(id)-2:] + "/" + id + "-small.jpg"
	}
	return id[len(id)-2:] + "/" + id + ".jpg"
}

// blobOf is the picture that a key belongs to.
func blobOf(key string) (uuid.UUID, bool) {
	const folder, id = 3, 36
	if len(key) < folder+id {
		return uuid.Nil, false
	}
	blob, err := uuid.Parse(key[folder : folder+id])
	return blob, err == nil
}

// Picture returns the JPEG of a picture, or of its thumbnail. Error:
// photo_store_away.
func (d *Depot) Picture(ctx context.Context, blob uuid.UUID, small bool) ([]byte, error) {
	r, err := d.blobs.Open(ctx, key(blob, small))
	if err != nil {
		return nil, away(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return data, away(err)
}

// Sweep takes away what nobody completed within KeepFor: bytes that were
// received, and pictures whose row was never written. kept returns those of the
// pictures that have one. A key is used once, so that none of what is taken away
// can get its row meanwhile.
func (d *Depot) Sweep(ctx context.Context, now time.Time, kept func(context.Context, []uuid.UUID) ([]uuid.UUID, error)) error {
	before := now.Add(-KeepFor)
	left, err := os.ReadDir(d.incoming)
	if err != nil {
		return err
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(d.incoming, e.Name()))
		}
	}
	const batch = 1000
	var keys []string
	for key, err := range d.blobs.Older(ctx, before) {
		if err != nil {
			return err
		}
		if keys = append(keys, key); len(keys) == batch {
			if err := d.sweepKeys(ctx, keys, kept); err != nil {
				return err
			}
			keys = keys[:0]
		}
	}
	return d.sweepKeys(ctx, keys, kept)
}

func (d *Depot) sweepKeys(ctx context.Context, keys []string, kept func(context.Context, []uuid.UUID) ([]uuid.UUID, error)) error {
	orphans := map[uuid.UUID][]string{}
	var blobs []uuid.UUID
	for _, key := range keys {
		if blob, ours := blobOf(key); ours {
			if orphans[blob] == nil {
				blobs = append(blobs, blob)
			}
			orphans[blob] = append(orphans[blob], key)
		}
	}
	if len(blobs) == 0 {
		return nil
	}
	have, err := kept(ctx, blobs)
	if err != nil {
		return err
	}
	for _, blob := range have {
		delete(orphans, blob)
	}
	for _, keys := range orphans {
		for _, key := range keys {
			if err := d.blobs.Delete(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}
