package basemap

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"wangge/internal/fault"
)

// File is a PMTiles archive (version 3) that this service sends to browsers,
// which read it piece by piece.
type File struct {
	Path string

	mu   sync.Mutex
	last Archive
}

// Archive says what a file holds, as long as it stays as it is.
type Archive struct {
	Version      string // changes with the file; stands in its ETag
	Raster       bool   // pictures, not vector tiles
	MinZoom      int
	MaxZoom      int
	Attribution  string   // as the file itself says
	SourceLayers []string // of vector tiles
}

// ParseFile reads FILE.pmtiles;name=…;attribution=…;review=… and checks the file.
// Errors: bad_base_map_option, bad_base_map_file.
func ParseFile(text string) (*Map, error) {
	path, options, _ := strings.Cut(text, ";")
	path = strings.TrimSpace(path)
	m := &Map{Label: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), System: WGS84, File: &File{Path: path}}
	err := eachOption(options, func(name, value string) (bool, error) {
		switch name {
		case "name":
			m.Label = value
		case "attribution":
			m.Attribution = value
		case "review":
			m.Review = value
		default:
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if m.Label == "" {
		return nil, fault.New(fault.Invalid, "bad_base_map_option", "底图的 name 不能空", "the name of a base map must not be empty")
	}
	m.ID = idOf(m.Label)
	f, a, err := m.File.open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "bad_base_map_file", "底图文件 %[1]q 不能用", "the base map file %[1]q cannot be used", path).Because(err)
	}
	_ = f.Close()
	m.MinZoom, m.MaxZoom = a.MinZoom, a.MaxZoom
	return m, nil
}

// Open opens the file and says what it holds now; it is read again when it was
// exchanged. The caller closes it. Error: base_map_gone, when it is missing or
// no longer a sound archive.
func (f *File) Open() (*os.File, Archive, error) {
	file, a, err := f.open()
	if err != nil {
		return nil, a, fault.New(fault.Unavailable, "base_map_gone", "底图文件已不在，或不再是完整的 PMTiles 文件", "the file of the base map is gone, or no longer a whole PMTiles archive").Because(err)
	}
	return file, a, nil
}

func (f *File) open() (*os.File, Archive, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, Archive{}, err
	}
	a, err := f.look(file)
	if err != nil {
		_ = file.Close()
		return nil, Archive{}, err
	}
	return file, a, nil
}

func (f *File) look(file *os.File) (Archive, error) {
	info, err := file.Stat()
	if err != nil {
		return Archive{}, err
	}
	if !info.Mode().IsRegular() {
		return Archive{}, fmt.Errorf("%s is not a regular file", f.Path)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	version := fmt.Sprintf("%x-%x", info.Size(), info.ModTime().UnixNano())
	if f.last.Version == version {
		return f.last, nil
	}
	a, err := readArchive(file, info.Size())
	if err != nil {
		return Archive{}, err
	}
	a.Version = version
	f.last = a
	return a, nil
}

// Numbers of the PMTiles specification, version 3.
const (
	headerSize  = 127
	maxRoot     = 16384 - headerSize // the root directory lies in the first 16 KiB
	maxMetadata = 4 << 20            // ours: of JSON, unpacked

	uncompressed = 1
	gzipped      = 2

	vectorTiles = 1
	lastPicture = 5 // png, jpeg, webp, avif: 2 to 5
)

// readArchive reads header and metadata of an archive of so many bytes.
func readArchive(r io.ReaderAt, size int64) (a Archive, err error) {
	var h [headerSize]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return a, fmt.Errorf("it is shorter than a PMTiles header of %d bytes", headerSize)
	}
	if string(h[:7]) != "PMTiles" {
		return a, fmt.Errorf("it does not begin as a PMTiles file does")
	}
	if h[7] != 3 {
		return a, fmt.Errorf("it is PMTiles version %d; version 3 is needed (pmtiles convert makes it)", h[7])
	}
	type section struct {
		name       string
		at, length int64
	}
	var parts []section
	for i, name := range []string{"root directory", "metadata", "leaf directories", "tiles"} {
		at, length := binary.LittleEndian.Uint64(h[8+16*i:]), binary.LittleEndian.Uint64(h[16+16*i:])
		if at > math.MaxInt64 || length > math.MaxInt64 || length > 0 && (int64(at) < headerSize || int64(at) > size || int64(length) > size-int64(at)) {
			return a, fmt.Errorf("its %s of %d bytes at %d reach beyond its %d bytes: it may be cut off", name, length, at, size)
		}
		parts = append(parts, section{name, int64(at), int64(length)})
	}
	internal, packed, kind := h[97], h[98], h[99]
	a.MinZoom, a.MaxZoom = int(h[100]), int(h[101])
	switch {
	case parts[0].length == 0 || parts[0].length > maxRoot:
		return a, fmt.Errorf("its root directory has %d bytes; there may be 1 to %d", parts[0].length, maxRoot)
	case parts[1].length > maxMetadata:
		return a, fmt.Errorf("its metadata have %d bytes, too many", parts[1].length)
	case internal != uncompressed && internal != gzipped:
		return a, fmt.Errorf("its directories are compressed in way %d, which browsers cannot read; gzip is needed", internal)
	case kind < vectorTiles || kind > lastPicture:
		return a, fmt.Errorf("it holds tiles of type %d; MVT, PNG, JPEG, WebP or AVIF are needed", kind)
	case kind == vectorTiles && packed != uncompressed && packed != gzipped:
		return a, fmt.Errorf("its tiles are compressed in way %d, which browsers cannot read; gzip is needed", packed)
	case a.MinZoom > a.MaxZoom || a.MaxZoom > deepest:
		return a, fmt.Errorf("its zooms run from %d to %d", a.MinZoom, a.MaxZoom)
	}
	a.Raster = kind != vectorTiles
	if parts[1].length == 0 {
		return a, nil
	}
	text := make([]byte, parts[1].length)
	if _, err := r.ReadAt(text, parts[1].at); err != nil {
		return a, fmt.Errorf("its metadata: %w", err)
	}
	return a, a.readMetadata(text, internal == gzipped)
}

var tag = regexp.MustCompile(`<[^>]*>`)

func (a *Archive) readMetadata(text []byte, zipped bool) error {
	if zipped {
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return fmt.Errorf("its metadata: %w", err)
		}
		if text, err = io.ReadAll(io.LimitReader(z, maxMetadata)); err != nil {
			return fmt.Errorf("its metadata: %w", err)
		}
	}
	var m struct {
		Attribution  string `json:"attribution"`
		VectorLayers []struct {
			ID string `json:"id"`
		} `json:"vector_layers"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("its metadata: %w", err)
	}
	a.Attribution = strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(m.Attribution, " "))), " ")
	for _, l := range m.VectorLayers {
		a.SourceLayers = append(a.SourceLayers, l.ID)
	}
	return nil
}
