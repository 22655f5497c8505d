package ingest

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// readShapefile reads the polygons of an Esri Shapefile (Technical Description,
// July 1998) with the attributes of its dBASE table. The index (.shx) is not
// needed and not believed. Errors: bad_shapefile, no_layer, not_polygons.
func readShapefile(p *parts, charset string, fields []string, yield func(*feature) error) (seen []string, err error) {
	shapes, err := p.read(".shp", maxPart)
	if err != nil {
		return nil, err
	}
	if len(shapes) < 100 || binary.BigEndian.Uint32(shapes) != 9994 {
		return nil, badShapefile("不是 Shapefile", "not a Shapefile")
	}
	switch kind := binary.LittleEndian.Uint32(shapes[32:]); kind {
	case 5, 15, 25:
	default:
		return nil, fault.New(fault.Unprocessable, "not_polygons", "这个 Shapefile 里不是面（类型 %[1]d）", "this Shapefile holds no polygons (type %[1]d)", kind)
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
		seen = table.names()
	}
	rest := shapes[100:]
	for index := 1; len(rest) > 0; index++ {
		if len(rest) < 8 {
			return nil, badShapefile("第 %[1]d 个图形不完整", "shape %[1]d is cut off", index)
		}
		if index > maxFeatures {
			return nil, fault.New(fault.Invalid, "too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
		}
		size := uint64(binary.BigEndian.Uint32(rest[4:])) * 2
		if size > uint64(len(rest)-8) {
			return nil, badShapefile("第 %[1]d 个图形不完整", "shape %[1]d is cut off", index)
		}
		f := &feature{index: index, attributes: map[string]string{}, reference: reference, loose: true}
		if err := f.shape(rest[8:8+size], index); err != nil {
			return nil, err
		}
		rest = rest[8+size:]
		if table != nil {
			deleted, err := table.attributes(index-1, fields, f.attributes)
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
	return seen, nil
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

// dbf is a dBASE table in memory.
type dbf struct {
	columns []dbfColumn
	rows    []byte
	size    int // of one row
	count   int
	decode  *encoding.Decoder // nil for UTF-8
}

type dbfColumn struct {
	name     string
	from, to int // in a row
}

// openDBF reads the attribute table. charset is "" (as the .cpg or the header
// says, or by looking), "utf-8" or "gbk". Error: bad_dbf.
func openDBF(p *parts, charset string) (*dbf, error) {
	b, err := p.read(".dbf", maxPart)
	if err != nil {
		return nil, err
	}
	bad := fault.New(fault.Invalid, "bad_dbf", "属性表（.dbf）损坏", "the attribute table (.dbf) is damaged")
	if len(b) < 33 {
		return nil, bad
	}
	head, size := int(binary.LittleEndian.Uint16(b[8:])), int(binary.LittleEndian.Uint16(b[10:]))
	count := uint64(binary.LittleEndian.Uint32(b[4:]))
	if head < 33 || head > len(b) || size < 1 || count > maxFeatures || uint64(len(b)-head) < count*uint64(size) {
		return nil, bad
	}
	t := &dbf{rows: b[head:], size: size, count: int(count)}
	from := 1
	for d := b[32:head]; len(d) >= 32 && d[0] != '\r'; d = d[32:] {
		width := int(d[16])
		name, _, _ := strings.Cut(string(d[:11]), "\x00")
		if from+width > size || len(t.columns) == 255 {
			return nil, bad
		}
		t.columns = append(t.columns, dbfColumn{name: name, from: from, to: from + width})
		from += width
	}
	if t.chinese(p, charset, b[29]) {
		t.decode = simplifiedchinese.GB18030.NewDecoder()
		for i := range t.columns {
			t.columns[i].name = t.text([]byte(t.columns[i].name))
		}
	}
	return t, nil
}

// chinese decides whether the text is GBK: by what the caller, the .cpg or the
// header's language byte says, else by looking at all of it.
func (t *dbf) chinese(p *parts, charset string, language byte) bool {
	if charset == "" && p.has(".cpg") {
		if text, err := p.read(".cpg", 100); err == nil {
			charset = strings.ToLower(strings.TrimSpace(string(text)))
		}
	}
	switch {
	case strings.Contains(charset, "utf") || charset == "65001":
		return false
	case strings.Contains(charset, "gb") || strings.Contains(charset, "936"):
		return true
	}
	if language == 0x4D { // dBASE: Chinese GBK
		return true
	}
	for _, c := range t.columns {
		if !utf8.ValidString(c.name) {
			return true
		}
	}
	return !utf8.Valid(t.rows[:t.count*t.size])
}

func (t *dbf) text(b []byte) string {
	if t.decode != nil {
		if out, err := t.decode.Bytes(b); err == nil {
			b = out
		}
	}
	return strings.Trim(string(b), " \x00\t\r\n")
}

func (t *dbf) names() (out []string) {
	for _, c := range t.columns {
		out = append(out, c.name)
	}
	return out
}

// attributes reads the wanted columns of a row. deleted rows are passed over,
// with their shapes. Error: bad_dbf, when the table is shorter than the shapes.
func (t *dbf) attributes(row int, fields []string, into map[string]string) (deleted bool, err error) {
	if row >= t.count {
		return false, fault.New(fault.Invalid, "bad_dbf", "属性表只有 %[1]d 行，比图形少", "the attribute table has only %[1]d rows, fewer than there are shapes", t.count)
	}
	r := t.rows[row*t.size : (row+1)*t.size]
	for _, c := range t.columns {
		for _, f := range fields {
			if f == c.name {
				into[f] = t.text(r[c.from:c.to])
			}
		}
	}
	return r[0] == '*', nil
}
