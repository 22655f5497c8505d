package ingest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// maxRecord is the most bytes that one shape may have: the most vertices with
// height, measure and rings of four.
const maxRecord = geo.MaxAreaVertices*33 + 1024

// readShapefile reads the polygons of an Esri Shapefile (Technical Description,
// July 1998) with the attributes of its dBASE table, shape by shape. The index
// (.shx) is not needed and not believed. Errors: bad_shapefile, not_polygons,
// unsupported_crs, bad_dbf, too_many_features and those of the parts.
func readShapefile(p *parts, charset string, fields []string, yield func(*feature) error) (seen []string, err error) {
	file, err := p.open(".shp", maxPart)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s := &shapes{in: bufio.NewReaderSize(file, 64<<10)}
	if err := s.header(); err != nil {
		return nil, err
	}
	var reference Reference
	if p.has(".prj") {
		text, err := p.read(".prj", maxDefinition)
		if err != nil {
			return nil, err
		}
		var ok bool
		if reference, ok = parseWKT(string(text)); !ok {
			return nil, fault.New(fault.Unprocessable, "unsupported_crs", "看不懂 .prj 里的坐标系，请用 --crs 写明", "the .prj cannot be read; name the system with --crs")
		}
	}
	var table *dbf
	if p.has(".dbf") {
		if table, err = openDBF(p, charset); err != nil {
			return nil, err
		}
		defer table.close()
		seen = table.names()
	}
	mended := table != nil && table.contradicted
	for {
		f := &feature{index: s.index + 1, attributes: map[string]string{}, reference: reference, loose: true}
		if mended {
			f.defects = append(f.defects, geo.Defect{Code: "charset_contradicted", Repaired: true})
			mended = false
		}
		switch err := s.next(f); {
		case errors.Is(err, io.EOF):
			return seen, nil
		case err != nil:
			return nil, err
		}
		if table != nil {
			deleted, err := table.next(fields, f.attributes)
			if err != nil {
				return nil, err
			}
			if deleted {
				continue
			}
		}
		if err := yield(f); err != nil {
			return nil, err
		}
	}
}

// shapes reads the records of a .shp one after another.
type shapes struct {
	in     *bufio.Reader
	record []byte
	index  int   // of the last record, from 1
	left   int64 // bytes that are still to come, as the header says
}

func (s *shapes) header() error {
	var b [100]byte
	if _, err := io.ReadFull(s.in, b[:]); err != nil {
		if _, ours := fault.As(err); ours {
			return err
		}
		return badShapefile("不是 Shapefile", "not a Shapefile")
	}
	if binary.BigEndian.Uint32(b[:]) != 9994 {
		return badShapefile("不是 Shapefile", "not a Shapefile")
	}
	s.left = 2*int64(binary.BigEndian.Uint32(b[24:])) - int64(len(b))
	switch kind := binary.LittleEndian.Uint32(b[32:]); kind {
	case 5, 15, 25:
		return nil
	default:
		return fault.New(fault.Unprocessable, "not_polygons", "这个 Shapefile 里不是面（类型 %[1]d）", "this Shapefile holds no polygons (type %[1]d)", kind)
	}
}

// next reads one record into f; io.EOF after the last.
func (s *shapes) next(f *feature) error {
	var head [8]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		if errors.Is(err, io.EOF) && s.left <= 0 {
			return io.EOF
		}
		return s.cutOff(err)
	}
	if s.index++; s.index > maxFeatures {
		return fault.New(fault.Invalid, "too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
	}
	size := 2 * int64(binary.BigEndian.Uint32(head[4:]))
	s.left -= 8 + size
	if size > maxRecord { // passed over, so that nothing is made room for
		n, err := io.CopyN(io.Discard, s.in, size)
		if n < size {
			return s.cutOff(err)
		}
		f.refuse("too_many_vertices", "")
		return nil
	}
	if int64(cap(s.record)) < size {
		s.record = make([]byte, size)
	}
	s.record = s.record[:size]
	if _, err := io.ReadFull(s.in, s.record); err != nil {
		return s.cutOff(err)
	}
	return f.shape(s.record, s.index)
}

func (s *shapes) cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return badShapefile("第 %[1]d 个图形不完整", "shape %[1]d is cut off", max(s.index, 1))
	}
	return err
}

func badShapefile(zh, en string, args ...any) error {
	return fault.New(fault.Invalid, "bad_shapefile", zh, en, args...)
}

// shape reads the content of one record.
func (f *feature) shape(b []byte, index int) error {
	if len(b) < 4 {
		return badShapefile("第 %[1]d 个图形不完整", "shape %[1]d is cut off", index)
	}
	switch binary.LittleEndian.Uint32(b) {
	case 0:
		f.refuse("empty", "")
		return nil
	case 15, 25:
		f.dropElevation()
	case 5:
	default:
		f.refuse("unsupported_geometry", "")
		return nil
	}
	if len(b) < 44 {
		return badShapefile("第 %[1]d 个图形不完整", "shape %[1]d is cut off", index)
	}
	rings, points := uint64(binary.LittleEndian.Uint32(b[36:])), uint64(binary.LittleEndian.Uint32(b[40:]))
	if points > geo.MaxAreaVertices || rings > points {
		f.refuse("too_many_vertices", strconv.FormatUint(points, 10))
		return nil
	}
	if uint64(len(b)) < 44+4*rings+16*points {
		return badShapefile("第 %[1]d 个图形的顶点数与长度不符", "the counts of shape %[1]d exceed its length", index)
	}
	starts, xy := b[44:], b[44+4*rings:]
	var polygon [][]position
	for r := range rings {
		from, to := uint64(binary.LittleEndian.Uint32(starts[4*r:])), points
		if r+1 < rings {
			to = uint64(binary.LittleEndian.Uint32(starts[4*(r+1):]))
		}
		if from > to || to > points {
			return badShapefile("第 %[1]d 个图形的环次序有误", "the rings of shape %[1]d are out of order", index)
		}
		ring := make([]position, 0, to-from)
		for i := from; i < to && f.room(); i++ {
			ring = append(ring, position{
				math.Float64frombits(binary.LittleEndian.Uint64(xy[16*i:])),
				math.Float64frombits(binary.LittleEndian.Uint64(xy[16*i+8:])),
			})
		}
		polygon = append(polygon, ring)
	}
	if len(polygon) == 0 {
		f.refuse("empty", "")
	}
	if !f.refused {
		f.polygons = [][][]position{polygon}
	}
	return nil
}

// dbf is a dBASE table, read row by row beside the shapes.
type dbf struct {
	file         io.ReadCloser
	in           *bufio.Reader
	columns      []dbfColumn
	row          []byte
	at, count    int
	language     byte              // of the header
	decode       *encoding.Decoder // nil for UTF-8
	contradicted bool              // the .cpg says UTF-8, the text is GBK
}

type dbfColumn struct {
	name     string
	from, to int // in a row
}

func (t *dbf) close() { _ = t.file.Close() }

func badDBF() error {
	return fault.New(fault.Invalid, "bad_dbf", "属性表（.dbf）损坏", "the attribute table (.dbf) is damaged")
}

// openDBF opens the attribute table. charset is "" (found out), "utf-8" or
// "gbk". The table is read through once to see that it is whole, and what its
// text is written in. Errors: bad_dbf.
func openDBF(p *parts, charset string) (*dbf, error) {
	t, err := startDBF(p)
	if err != nil {
		return nil, err
	}
	votes, err := t.inspect()
	t.close()
	if err != nil {
		return nil, err
	}
	if t, err = startDBF(p); err != nil {
		return nil, err
	}
	var chinese bool
	if chinese, t.contradicted = votes.chinese(p, charset, t.language); chinese {
		t.decode = simplifiedchinese.GB18030.NewDecoder()
	}
	for i := range t.columns {
		t.columns[i].name = t.text([]byte(t.columns[i].name))
	}
	return t, nil
}

// startDBF opens the table and reads its header.
func startDBF(p *parts) (*dbf, error) {
	file, err := p.open(".dbf", maxPart)
	if err != nil {
		return nil, err
	}
	t := &dbf{file: file, in: bufio.NewReaderSize(file, 64<<10)}
	if err := t.header(); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func (t *dbf) header() error {
	var b [32]byte
	if _, err := io.ReadFull(t.in, b[:]); err != nil {
		return t.cutOff(err)
	}
	head, size := int(binary.LittleEndian.Uint16(b[8:])), int(binary.LittleEndian.Uint16(b[10:]))
	count := binary.LittleEndian.Uint32(b[4:])
	if head < 33 || size < 1 || count > maxFeatures {
		return badDBF()
	}
	columns := make([]byte, head-32)
	if _, err := io.ReadFull(t.in, columns); err != nil {
		return t.cutOff(err)
	}
	t.row, t.count = make([]byte, size), int(count)
	from := 1
	for d := columns; len(d) >= 32 && d[0] != '\r'; d = d[32:] {
		width := int(d[16])
		name, _, _ := strings.Cut(string(d[:11]), "\x00")
		if from+width > size {
			return badDBF()
		}
		t.columns = append(t.columns, dbfColumn{name: name, from: from, to: from + width})
		from += width
	}
	t.language = b[29]
	return nil
}

func (t *dbf) cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return badDBF()
	}
	return err
}

// votes counts the texts of a table that are not ASCII: those that are UTF-8,
// and those that are not.
type votes struct{ for8, against8 int }

func (v *votes) count(text []byte) {
	text = bytes.TrimRight(text, " \x00")
	for _, c := range text {
		if c >= utf8.RuneSelf {
			if utf8.Valid(whole(text)) { // a text that fills its column may end in half a character
				v.for8++
			} else {
				v.against8++
			}
			return
		}
	}
}

// inspect reads all rows, to the end of the table.
func (t *dbf) inspect() (votes, error) {
	var v votes
	for _, c := range t.columns {
		v.count([]byte(c.name))
	}
	for range t.count {
		if _, err := io.ReadFull(t.in, t.row); err != nil {
			return v, t.cutOff(err)
		}
		for _, c := range t.columns {
			v.count(t.row[c.from:c.to])
		}
	}
	return v, nil
}

// chinese decides whether the text is GBK: by what the caller says, else by the
// .cpg or the header's language byte, else by the texts. contradicted tells that
// the texts outvoted a .cpg that says UTF-8.
func (v votes) chinese(p *parts, charset string, language byte) (gbk, contradicted bool) {
	declared := charset
	if declared == "" && p.has(".cpg") {
		if text, err := p.read(".cpg", 100); err == nil {
			declared = strings.ToLower(strings.TrimSpace(string(text)))
		}
	}
	looks := v.against8 > 0 && v.against8 >= v.for8
	switch {
	case charset != "":
		return strings.Contains(charset, "gb"), false
	case strings.Contains(declared, "utf") || declared == "65001":
		return looks, looks
	case strings.Contains(declared, "gb") || strings.Contains(declared, "936"):
		return true, false
	}
	return looks || language == 0x4D, false // dBASE: Chinese GBK
}

func (t *dbf) text(b []byte) string {
	b = bytes.Trim(b, " \x00\t\r\n")
	if t.decode == nil {
		return attribute(string(whole(b)))
	}
	if out, err := t.decode.Bytes(b); err == nil {
		b = bytes.TrimSuffix(out, []byte("\uFFFD")) // half a character at the end of a full column
	}
	return attribute(string(b))
}

func (t *dbf) names() (out []string) {
	for _, c := range t.columns {
		out = append(out, c.name)
	}
	return out
}

// next reads the wanted columns of the next row. deleted rows are passed over,
// with their shapes. Error: bad_dbf, when the table is shorter than the shapes.
func (t *dbf) next(fields []string, into map[string]string) (deleted bool, err error) {
	if t.at == t.count {
		return false, fault.New(fault.Invalid, "bad_dbf", "属性表只有 %[1]d 行，比图形少", "the attribute table has only %[1]d rows, fewer than there are shapes", t.count)
	}
	t.at++
	if _, err := io.ReadFull(t.in, t.row); err != nil {
		return false, t.cutOff(err)
	}
	for _, c := range t.columns {
		if slices.Contains(fields, c.name) {
			into[c.name] = t.text(t.row[c.from:c.to])
		}
	}
	return t.row[0] == '*', nil
}
