package ingest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"wangge/internal/fault"
)

// The caps on what is read into memory, whatever an archive claims.
const (
	maxPart    = 256 << 20 // bytes of one part of a Shapefile, or of a KML document
	maxArchive = 1 << 30   // bytes of an archive itself
	maxEntries = 1000
)

// parts finds the files that belong to one data set: beside it in its
// directory, or inside an archive.
type parts struct {
	name  string            // of the data set, for people
	names map[string]string // lower-case extension → path or name in the archive
	zip   *zip.Reader
	file  *os.File
}

func (p *parts) close() {
	if p.file != nil {
		_ = p.file.Close()
	}
}

// besideShapefile finds the parts of a .shp given by itself.
func besideShapefile(name string) (*parts, error) {
	p := &parts{name: filepath.Base(name), names: map[string]string{}}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return nil, noSuchFile(err)
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if strings.EqualFold(strings.TrimSuffix(e.Name(), ext), filepath.Base(stem)) {
			p.names[strings.ToLower(ext)] = filepath.Join(filepath.Dir(name), e.Name())
		}
	}
	p.names[".shp"] = name
	return p, nil
}

// inArchive opens a zip and finds the one data set with the wanted extension.
// layer names it where there are several. Errors: bad_zip, no_layer, which_layer.
func inArchive(name, wanted, layer string) (*parts, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, noSuchFile(err)
	}
	p := &parts{file: f, names: map[string]string{}}
	info, err := f.Stat()
	if err == nil && info.Size() > maxArchive {
		err = tooLarge(filepath.Base(name), maxArchive)
	}
	if err == nil {
		p.zip, err = zip.NewReader(f, info.Size())
	}
	if err != nil {
		p.close()
		if _, ours := fault.As(err); ours {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "bad_zip", "压缩包损坏或不是 zip", "the archive is damaged or no zip").Because(err)
	}
	if len(p.zip.File) > maxEntries {
		p.close()
		return nil, fault.New(fault.Invalid, "bad_zip", "压缩包里超过 %[1]d 个文件", "the archive holds more than %[1]d files", maxEntries)
	}
	var found []string
	for _, e := range p.zip.File {
		if strings.EqualFold(path.Ext(e.Name), wanted) && !strings.HasPrefix(path.Base(e.Name), ".") && !strings.Contains(e.Name, "__MACOSX") {
			stem := strings.TrimSuffix(e.Name, path.Ext(e.Name))
			if layer == "" || strings.EqualFold(path.Base(stem), layer) {
				found = append(found, stem)
			}
		}
	}
	if len(found) != 1 {
		p.close()
		return nil, layerError(found, wanted)
	}
	p.name = path.Base(found[0]) + wanted
	for _, e := range p.zip.File {
		ext := path.Ext(e.Name)
		if strings.EqualFold(strings.TrimSuffix(e.Name, ext), found[0]) {
			if _, twice := p.names[strings.ToLower(ext)]; !twice {
				p.names[strings.ToLower(ext)] = e.Name
			}
		}
	}
	return p, nil
}

func layerError(found []string, wanted string) error {
	if len(found) == 0 {
		return fault.New(fault.Invalid, "no_layer", "里面没有可读的图层（%[1]s）", "it holds no layer to read (%[1]s)", wanted)
	}
	return fault.New(fault.Invalid, "which_layer", "里面有多个图层，请用 --layer 写明是哪一个：%[1]s", "it holds several layers; name one with --layer: %[1]s", strings.Join(found, ", "))
}

func noSuchFile(err error) error {
	return fault.New(fault.Invalid, "no_such_file", "打不开文件：%[1]v", "cannot open the file: %[1]v", err)
}

func tooLarge(name string, most int) error {
	return fault.New(fault.TooLarge, "file_too_large", "%[1]s 解开后超过 %[2]d MB", "%[1]s holds more than %[2]d MB", name, most>>20)
}

// has reports whether there is a part with the extension.
func (p *parts) has(ext string) bool { return p.names[ext] != "" }

// read returns a part whole, refusing one larger than most bytes. What an
// archive claims about sizes is only believed when it refuses.
func (p *parts) read(ext string, most int) ([]byte, error) {
	name := p.names[ext]
	var r io.ReadCloser
	var err error
	if p.zip == nil {
		r, err = os.Open(name)
	} else {
		for _, e := range p.zip.File {
			if e.Name == name {
				if e.UncompressedSize64 > uint64(most) {
					return nil, tooLarge(path.Base(name), most)
				}
				r, err = e.Open()
				break
			}
		}
	}
	if err != nil || r == nil {
		return nil, fault.New(fault.Invalid, "bad_zip", "读不出 %[1]s", "cannot read %[1]s", path.Base(name)).Because(err)
	}
	defer r.Close()
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, int64(most)+1))
	switch {
	case n > int64(most):
		return nil, tooLarge(path.Base(name), most)
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fault.New(fault.Invalid, "bad_zip", "%[1]s 损坏", "%[1]s is damaged", path.Base(name)).Because(err)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path.Base(name), err)
	}
	return b.Bytes(), nil
}
