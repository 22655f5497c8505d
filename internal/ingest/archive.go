package ingest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/fault"
	"wangge/internal/zipcheck"
)

// The caps on archives and parts, whatever they claim. Parts are read as they
// are needed; only small ones are held.
const (
	maxPart      = 256 << 20 // bytes of one part of a Shapefile, or of a KML document
	maxHeld      = 24 << 20  // bytes of a part that is held whole
	maxArchive   = 1 << 30   // bytes of an archive itself
	maxDirectory = 4 << 20   // bytes read to list an archive
	maxEntries   = 1000
	maxRatio     = 200      // times its packed size that a part may have,
	freeRatio    = 16 << 20 // once it has this many bytes
)

// parts finds the files that belong to one data set: beside it in its
// directory, or inside an archive. Names in an archive are only compared; none
// is ever a path.
type parts struct {
	name    string               // of the data set, for people
	paths   map[string]string    // lower-case extension → path
	entries map[string]*zip.File // lower-case extension → entry of the archive
	file    *os.File             // the archive
}

func (p *parts) close() {
	if p.file != nil {
		_ = p.file.Close()
	}
}

// openRegular opens a file that holds data: no directory, pipe or device, on
// which reading could wait for ever. Errors: no_such_file, not_regular.
func openRegular(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, noSuchFile(err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, notRegular(name)
	}
	return f, nil
}

func notRegular(name string) error {
	return fault.New(fault.Invalid, "not_regular", "%[1]s 不是普通文件（是链接、管道、设备或目录）", "%[1]s is no regular file but a link, a pipe, a device or a directory", filepath.Base(name))
}

// besideShapefile finds the parts of a .shp given by itself. A part that is no
// regular file is refused when it is opened.
func besideShapefile(name string) (*parts, error) {
	p := &parts{name: filepath.Base(name), paths: map[string]string{}}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return nil, noSuchFile(err)
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if strings.EqualFold(strings.TrimSuffix(e.Name(), ext), filepath.Base(stem)) {
			p.paths[strings.ToLower(ext)] = filepath.Join(filepath.Dir(name), e.Name())
		}
	}
	p.paths[".shp"] = name
	return p, nil
}

// inArchive opens a zip and finds the one data set with the wanted extension.
// layer names it where there are several. Errors: bad_zip, zip_bomb,
// zip_encrypted, no_layer, which_layer.
func inArchive(name, wanted, layer string) (*parts, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	p := &parts{file: f, entries: map[string]*zip.File{}}
	if err := p.list(wanted, layer); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *parts) list(wanted, layer string) error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > maxArchive {
		return tooLarge(info.Name(), maxArchive)
	}
	metered := &meter{file: p.file, left: maxDirectory}
	archive, err := zip.NewReader(metered, info.Size())
	if err != nil {
		return badZip("压缩包损坏或不是 zip", "the archive is damaged or no zip").Because(err)
	}
	metered.left = math.MaxInt64
	if len(archive.File) > maxEntries {
		return badZip("压缩包里超过 %[1]d 个文件", "the archive holds more than %[1]d files", maxEntries)
	}
	if err := zipcheck.Spans(archive.File, info.Size()); err != nil {
		return spansFault(err)
	}
	files := map[string]*zip.File{} // by name as people read it
	var names, found []string
	for _, e := range archive.File {
		name := entryName(e)
		if !e.Mode().IsRegular() || strings.HasPrefix(path.Base(name), ".") || strings.Contains(name, "__MACOSX") || files[name] != nil {
			continue
		}
		files[name] = e
		names = append(names, name)
		if stem, ext := stemOf(name); strings.EqualFold(ext, wanted) && (layer == "" || strings.EqualFold(path.Base(stem), layer)) {
			found = append(found, stem)
		}
	}
	if len(found) != 1 {
		return layerError(found, wanted)
	}
	p.name = path.Base(found[0]) + wanted
	for _, name := range names {
		stem, ext := stemOf(name)
		if ext = strings.ToLower(ext); strings.EqualFold(stem, found[0]) && p.entries[ext] == nil {
			if files[name].Flags&1 != 0 {
				return fault.New(fault.Invalid, "zip_encrypted", "压缩包有密码，请解密后再导入", "the archive is locked with a password; unlock it first")
			}
			p.entries[ext] = files[name]
		}
	}
	return nil
}

func stemOf(name string) (stem, ext string) {
	ext = path.Ext(name)
	return strings.TrimSuffix(name, ext), ext
}

// entryName is the name of an entry. Chinese Windows writes GBK without saying so.
func entryName(e *zip.File) string {
	if !utf8.ValidString(e.Name) {
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(e.Name); err == nil {
			return s
		}
	}
	return e.Name
}

// spansFault says what zipcheck.Spans found in words for people.
func spansFault(err error) error {
	switch {
	case errors.Is(err, zipcheck.ErrOverlaps):
		return zipBomb("压缩包里的文件互相重叠", "the files in the archive share their bytes")
	case errors.Is(err, zipcheck.ErrCutOff):
		return badZip("压缩包不完整", "the archive is cut off")
	}
	return badZip("压缩包损坏", "the archive is damaged").Because(err)
}

// meter reads a file up to a number of bytes in all.
type meter struct {
	file *os.File
	left int64
}

func (m *meter) ReadAt(b []byte, off int64) (int, error) {
	if m.left -= int64(len(b)); m.left < 0 {
		return 0, errors.New("the directory of the archive is too long")
	}
	return m.file.ReadAt(b, off)
}

func layerError(found []string, wanted string) error {
	if len(found) == 0 {
		return fault.New(fault.Invalid, "no_layer", "里面没有可读的图层（%[1]s）", "it holds no layer to read (%[1]s)", wanted)
	}
	return fault.New(fault.Invalid, "which_layer", "里面有多个图层，请用 --layer 写明是哪一个：%[1]s", "it holds several layers; name one with --layer: %[1]s", listed(found))
}

// listed writes names for people, as many as they will read.
func listed(names []string) string {
	var short []string
	for _, n := range names[:min(len(names), 50)] {
		short = append(short, clip(n))
	}
	if len(names) > len(short) {
		short = append(short, "…")
	}
	return strings.Join(short, ", ")
}

func noSuchFile(err error) error {
	return fault.New(fault.Invalid, "no_such_file", "打不开文件：%[1]v", "cannot open the file: %[1]v", err)
}

func tooLarge(name string, most int64) error {
	return fault.New(fault.TooLarge, "file_too_large", "%[1]s 解开后超过 %[2]d MB", "%[1]s holds more than %[2]d MB", clip(name), most>>20)
}

func badZip(zh, en string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "bad_zip", zh, en, args...)
}

func zipBomb(zh, en string, args ...any) error {
	return fault.New(fault.Invalid, "zip_bomb", zh, en, args...)
}

// has reports whether there is a part with the extension.
func (p *parts) has(ext string) bool { return p.paths[ext] != "" || p.entries[ext] != nil }

// open returns a part for reading, which fails beyond most bytes and where an
// archive unpacks into far more than it holds. What an archive claims about
// sizes is only believed when it refuses. Errors, now and while reading:
// bad_zip, zip_bomb, file_too_large, not_regular.
func (p *parts) open(ext string, most int64) (io.ReadCloser, error) {
	if e := p.entries[ext]; e != nil {
		name := path.Base(entryName(e))
		if e.UncompressedSize64 > uint64(most) {
			return nil, tooLarge(name, most)
		}
		r, err := e.Open()
		if err != nil {
			return nil, badZip("读不出 %[1]s", "cannot read %[1]s", clip(name)).Because(err)
		}
		return &part{ReadCloser: r, name: name, most: most, packed: int64(e.CompressedSize64)}, nil
	}
	name := p.paths[ext]
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() && ext != ".shp" { // a .shp was named by hand
		return nil, notRegular(name)
	}
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	return &part{ReadCloser: f, name: filepath.Base(name), most: most, packed: math.MaxInt64 / maxRatio}, nil
}

// read returns a part whole, if it has at most most bytes. Errors: those of open.
func (p *parts) read(ext string, most int64) ([]byte, error) {
	r, err := p.open(ext, min(most, maxHeld))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	if e := p.entries[ext]; e != nil {
		b.Grow(int(e.UncompressedSize64) + bytes.MinRead) // no more than most
	}
	_, err = b.ReadFrom(r)
	return b.Bytes(), err
}

// part is one part while it is read.
type part struct {
	io.ReadCloser
	name    string
	n, most int64
	packed  int64 // bytes in the archive
}

func (r *part) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b)
	r.n += int64(n)
	switch {
	case r.n > r.most:
		return 0, tooLarge(r.name, r.most)
	case r.n > freeRatio && r.n > maxRatio*r.packed:
		return 0, zipBomb("%[1]s 解开后超过压缩前的 %[2]d 倍，拒绝解压", "%[1]s unpacks into more than %[2]d times its size and is not unpacked", clip(r.name), maxRatio)
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	}
	if _, file := r.ReadCloser.(*os.File); file {
		return n, fmt.Errorf("read %s: %w", r.name, err)
	}
	return n, badZip("%[1]s 损坏", "%[1]s is damaged", clip(r.name)).Because(err)
}
