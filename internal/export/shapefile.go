package export

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/fault"
)

// The writer is our own because github.com/jonas-p/go-shp v0.1.1 passes over
// every error (a full disk gives a truncated file), names the table "gridsdbf",
// fills it with zero bytes and says nothing of its charset.

// maxShapefile is the most bytes of one part: offsets and lengths count 16-bit
// words, and widely used readers stop at 2 GB.
const maxShapefile = 1<<31 - 1

// shapefile writes an Esri Shapefile (Technical Description, July 1998) of
// polygons, with its dBASE table, as a .zip: exterior rings clockwise, holes
// counter-clockwise. What the file holds stands beside it in a .txt. There is no
// .prj for GCJ-02 and BD-09.
func (j *job) shapefile(ctx context.Context, w io.Writer) error {
	table, err := newTable(j.Areas, j.Charset)
	if err != nil {
		return err
	}
	shapes, err := os.CreateTemp("", "wangge-export-*")
	if err != nil {
		return err
	}
	defer shapes.Close()
	_ = os.Remove(shapes.Name()) // it lives as long as it is open
	index, err := j.writeShapes(ctx, shapes)
	if err != nil {
		return err
	}
	if _, err := shapes.Seek(0, io.SeekStart); err != nil {
		return err
	}
	about := j.title(j.levels[0]) + "\r\n"
	if j.Note != "" {
		about += j.Note + "\r\n"
	}
	type part struct {
		ext  string
		copy func(io.Writer) error
	}
	from := func(r io.Reader) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.Copy(w, r); return err }
	}
	parts := []part{
		{".shp", from(shapes)}, {".shx", from(bytes.NewReader(index))}, {".dbf", table.write},
		{".cpg", from(strings.NewReader(table.charset))}, {".txt", from(strings.NewReader(about))},
	}
	if j.wkt != "" {
		parts = append(parts, part{".prj", from(strings.NewReader(j.wkt))})
	}
	z := zip.NewWriter(w)
	for _, p := range parts {
		to, err := z.CreateHeader(&zip.FileHeader{Name: j.levels[0].String() + p.ext, Method: zip.Deflate, Modified: time.Now()})
		if err != nil {
			return err
		}
		if err := p.copy(to); err != nil {
			return err
		}
	}
	return z.Close()
}

// writeShapes writes the .shp and returns the .shx.
func (j *job) writeShapes(ctx context.Context, f *os.File) (index []byte, err error) {
	size := int64(100)
	for i := range j.Areas {
		rings, positions := counts(j.Areas[i].Ground.Polygons())
		size += 8 + 44 + 4*int64(rings) + 16*int64(positions)
	}
	if size > maxShapefile {
		return nil, fault.New(fault.TooLarge, "too_large", "边界太多，一个 Shapefile 放不下（2 GB）；请改用 GeoPackage", "the boundaries do not fit into one Shapefile (2 GB); choose a GeoPackage")
	}
	out := bufio.NewWriterSize(f, 64<<10)
	index = make([]byte, 100, 100+8*len(j.Areas))
	if _, err := out.Write(index); err != nil { // room for the header
		return nil, err
	}
	around, at, number := emptyBox(), int64(100), uint32(0)
	for s, err := range j.shapes(ctx, j.levels[0]) {
		if err != nil {
			return nil, err
		}
		content := appendShape(nil, s)
		number++
		words := uint32(len(content) / 2)
		index = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(index, uint32(at/2)), words)
		if _, err := out.Write(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, number), words)); err != nil {
			return nil, err
		}
		if _, err := out.Write(content); err != nil {
			return nil, err
		}
		at += 8 + int64(len(content))
		around.extend(s.box)
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	copy(index, shapefileHeader(int64(len(index)), around))
	_, err = f.WriteAt(shapefileHeader(at, around), 0)
	return index, err
}

func shapefileHeader(size int64, around box) []byte {
	b := binary.BigEndian.AppendUint32(nil, 9994)
	b = append(b, make([]byte, 20)...)
	b = binary.BigEndian.AppendUint32(b, uint32(size/2))
	b = binary.LittleEndian.AppendUint32(b, 1000) // version
	b = binary.LittleEndian.AppendUint32(b, 5)    // polygons
	b = appendBox(b, around)
	return append(b, make([]byte, 32)...) // no Z, no M
}

func appendBox(b []byte, v box) []byte {
	for _, f := range []float64{v.minX, v.minY, v.maxX, v.maxY} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	return b
}

// appendShape writes the content of a record. A ring begins at its last vertex,
// so that a reader that turns it round again gets it as it was.
func appendShape(b []byte, s shape) []byte {
	b = appendBox(binary.LittleEndian.AppendUint32(b, 5), s.box)
	var starts, points []byte
	n := uint32(0)
	point := func(at position) {
		points = binary.LittleEndian.AppendUint64(points, math.Float64bits(at[0]))
		points = binary.LittleEndian.AppendUint64(points, math.Float64bits(at[1]))
		n++
	}
	for _, polygon := range s.polygons {
		for _, ring := range polygon {
			starts = binary.LittleEndian.AppendUint32(starts, n)
			open := ring[:len(ring)-1]
			for _, at := range slices.Backward(open) {
				point(at)
			}
			point(open[len(open)-1])
		}
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(starts)/4))
	b = binary.LittleEndian.AppendUint32(b, n)
	return append(append(b, starts...), points...)
}

// table is the attribute table (dBASE III). Columns are as wide as their widest
// value, in bytes.
type table struct {
	areas   []Area
	charset string // as the .cpg names it
	gbk     bool
	widths  [len(columns)]int
}

// maxWidth is the widest that a column of text may be.
const maxWidth = 254

var columns = [...]struct {
	name     string
	kind     byte // C: text, N: number
	decimals byte
	value    func(a *Area) string
}{
	{"code", 'C', 0, func(a *Area) string { return a.Code }},
	{"name", 'C', 0, func(a *Area) string { return a.Name }},
	{"parent", 'C', 0, func(a *Area) string { return a.Parent }},
	{"kind", 'C', 0, (*Area).kind},
	{"area_m2", 'N', 2, func(a *Area) string { return strconv.FormatFloat(a.squareMetres(), 'f', 2, 64) }},
}

// newTable measures the columns. What is asked for in GBK and has characters
// outside it, such as 𠮷, is written in GB18030, which is GBK and more, and is
// said to be that. Error: attribute_too_long.
func newTable(areas []Area, charset string) (*table, error) {
	t := &table{areas: areas, charset: "UTF-8", gbk: charset == "gbk"}
	if t.gbk {
		t.charset = "GBK"
	}
	narrow := simplifiedchinese.GBK.NewEncoder()
	for i := range areas {
		a := &areas[i]
		for k, c := range columns {
			value := c.value(a)
			b, err := t.encode(value)
			if err != nil {
				return nil, fmt.Errorf("%s %s, %s: %w", a.Level, a.Code, c.name, err)
			}
			if t.charset == "GBK" {
				if same, err := narrow.Bytes([]byte(value)); err != nil || !bytes.Equal(same, b) {
					t.charset = "GB18030"
				}
			}
			if len(b) > maxWidth {
				return nil, fault.New(fault.Unprocessable, "attribute_too_long",
					"%[1]s %[2]s 的属性 %[3]s 有 %[4]d 字节，Shapefile 最多 %[5]d；请改用 GBK（汉字占两个字节）或别的格式", "the attribute %[3]s of %[6]s %[2]s takes %[4]d bytes, a Shapefile has room for %[5]d; choose GBK (two bytes for a Chinese character) or another format",
					a.Level.Word(), a.Code, c.name, len(b), maxWidth, a.Level.String())
			}
			t.widths[k] = max(t.widths[k], len(b), 1)
		}
	}
	return t, nil
}

func (t *table) encode(s string) ([]byte, error) {
	if !t.gbk {
		return []byte(s), nil
	}
	return simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
}

func (t *table) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	row := 1
	for _, n := range t.widths {
		row += n
	}
	today := time.Now().UTC()
	b := []byte{3, byte(today.Year() - 1900), byte(today.Month()), byte(today.Day())}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(t.areas)))
	b = binary.LittleEndian.AppendUint16(b, uint16(32+32*len(columns)+1))
	b = binary.LittleEndian.AppendUint16(b, uint16(row))
	b = append(b, make([]byte, 20)...)
	if t.gbk {
		b[29] = 0x4D // for readers that do not look at the .cpg
	}
	for k, c := range columns {
		field := make([]byte, 32)
		copy(field, c.name)
		field[11], field[16], field[17] = c.kind, byte(t.widths[k]), c.decimals
		b = append(b, field...)
	}
	b = append(b, '\r')
	for i := range t.areas {
		b = append(b, ' ') // not deleted
		for k, c := range columns {
			value, err := t.encode(c.value(&t.areas[i]))
			if err != nil {
				return err
			}
			blank := bytes.Repeat([]byte{' '}, t.widths[k]-len(value))
			if c.kind == 'N' { // to the right
				b = append(append(b, blank...), value...)
			} else {
				b = append(append(b, value...), blank...)
			}
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	if err := out.WriteByte(0x1A); err != nil {
		return err
	}
	return out.Flush()
}
