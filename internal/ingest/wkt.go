package ingest

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/fault"
)

// The caps on one row of a table: the most vertices written in full fit.
const (
	maxWKTRow    = 8 << 20 // bytes: more than the vertices of the largest area that is taken
	maxRowCommas = 300_000
	maxColumns   = 2048
)

// usualGeometries are the headers under which a table holds its geometry.
var usualGeometries = []string{"wkt", "geometry", "geom", "the_geom", "shape", "几何", "边界"}

// readTable reads a CSV whose geometry column holds well-known text (OGC
// 06-103r4), in UTF-8 or GBK. What looks like a formula is text. Errors: bad_csv,
// not_utf8, no_such_column, too_many_columns, row_too_long, too_many_features.
func readTable(r io.Reader, charset string, fields []string, yield func(*feature) error) (seen []string, err error) {
	limited := &rowLimit{r: r}
	in := bufio.NewReaderSize(limited, 64<<10)
	if head, _ := in.Peek(2); isUTF16(head) {
		return nil, fault.New(fault.Invalid, "not_utf8", "文件是 UTF-16 编码，请另存为 UTF-8", "the file is UTF-16; save it as UTF-8")
	}
	if head, _ := in.Peek(3); string(head) == "\xEF\xBB\xBF" {
		_, _ = in.Discard(3)
		charset = "utf-8"
	}
	var text io.Reader = in
	if head, _ := in.Peek(32 << 10); charset == "gbk" || charset == "" && !utf8.Valid(whole(head)) {
		text = simplifiedchinese.GB18030.NewDecoder().Reader(in)
	}
	table := csv.NewReader(text)
	table.ReuseRecord, table.FieldsPerRecord, table.LazyQuotes = true, -1, false
	header, err := table.Read()
	if err != nil {
		return nil, badTable(err)
	}
	if len(header) > maxColumns {
		return nil, fault.New(fault.Invalid, "too_many_columns", "表格超过 %[1]d 列", "a table of more than %[1]d columns", maxColumns)
	}
	seen = slices.Clone(header)
	at := slices.IndexFunc(seen, func(h string) bool { return slices.Contains(usualGeometries, strings.ToLower(strings.TrimSpace(h))) })
	if at < 0 {
		return nil, fault.New(fault.Invalid, "no_such_column", "表格里没有几何列（%[1]s）；有：%[2]s", "the table has no column with geometry (%[1]s); it has: %[2]s",
			strings.Join(usualGeometries, "/"), listed(seen))
	}
	for index := 1; ; index++ {
		limited.n, limited.commas = 0, 0
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			return seen, nil
		}
		if err != nil {
			return nil, badTable(err)
		}
		if index > maxFeatures {
			return nil, fault.New(fault.Invalid, "too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
		}
		f := &feature{index: index, attributes: map[string]string{}}
		for i, v := range record {
			if i < len(seen) && i != at && slices.Contains(fields, seen[i]) {
				f.attributes[seen[i]] = attribute(v)
			}
		}
		if at < len(record) {
			f.wkt(record[at])
		} else {
			f.refuse("empty", "")
		}
		if err := yield(f); err != nil {
			return nil, err
		}
	}
}

// whole cuts a possibly torn character off the end.
func whole(b []byte) []byte {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

func badTable(err error) error {
	if _, ours := fault.As(err); ours {
		return err
	}
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "bad_csv", "表格是空的", "the table is empty")
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		if _, ours := fault.As(parse.Err); ours {
			return parse.Err
		}
		return fault.New(fault.Invalid, "bad_csv", "CSV 第 %[1]d 行写法有误：%[2]v", "the CSV is malformed in line %[1]d: %[2]v", parse.Line, parse.Err)
	}
	return err
}

// rowLimit fails when one row grows beyond the caps; the caller resets the
// counts.
type rowLimit struct {
	r         io.Reader
	n, commas int
}

func (l *rowLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.n += n
	if l.commas += bytes.Count(p[:n], []byte(",")); l.n > maxWKTRow+64<<10 || l.commas > maxRowCommas {
		return n, fault.New(fault.TooLarge, "row_too_long", "一行超过 %[1]d MB", "a row of more than %[1]d MB", maxWKTRow>>20)
	}
	return n, err
}

// wkt reads POLYGON or MULTIPOLYGON text, with an optional SRID before it.
func (f *feature) wkt(s string) {
	s = strings.TrimSpace(s)
	if srid, rest, ok := strings.Cut(s, ";"); ok {
		if n, is := cutFold(srid, "SRID="); is {
			if code, err := strconv.Atoi(n); err == nil && code > 0 {
				f.reference = fromEPSG(code)
			}
			s = strings.TrimSpace(rest)
		}
	}
	open := strings.IndexByte(s, '(')
	if open < 0 {
		open = len(s)
	}
	words := strings.Fields(strings.ToUpper(s[:min(open, 100)]))
	depth := 0
	switch {
	case len(words) == 0 || slices.Contains(words, "EMPTY"):
		f.refuse("empty", "")
	case words[0] == "POLYGON":
		depth = 2
	case words[0] == "MULTIPOLYGON":
		depth = 3
	default:
		f.refuse("unsupported_geometry", clip(words[0]))
	}
	if f.refused {
		return
	}
	p := &wktText{s: s[open:], f: f}
	if p.list(depth) && strings.TrimSpace(p.s) != "" {
		f.refuse("bad_position", clip(p.s))
	}
	if depth == 2 && !f.refused && len(f.polygons) == 0 {
		f.refuse("empty", "")
	}
}

type wktText struct {
	s string
	f *feature
}

func (p *wktText) next(c byte) bool {
	p.s = strings.TrimLeft(p.s, " \t\r\n")
	if p.s == "" || p.s[0] != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

// list reads "(…, …)": of polygons at depth 3, of rings at depth 2, of
// positions at depth 1. It reports whether all went well.
func (p *wktText) list(depth int) bool {
	if !p.next('(') {
		p.f.refuse("bad_position", clip(p.s))
		return false
	}
	if depth == 2 {
		p.f.polygons = append(p.f.polygons, nil)
	}
	var ring []position
	for {
		if depth > 1 {
			if !p.list(depth - 1) {
				return false
			}
		} else if !p.position(&ring) {
			return false
		}
		if p.next(',') {
			continue
		}
		if !p.next(')') {
			p.f.refuse("bad_position", clip(p.s))
			return false
		}
		if depth == 1 && len(p.f.polygons) > 0 {
			last := len(p.f.polygons) - 1
			p.f.polygons[last] = append(p.f.polygons[last], ring)
		}
		return true
	}
}

func (p *wktText) position(ring *[]position) bool {
	end := strings.IndexAny(p.s, ",()")
	if end < 0 {
		end = len(p.s)
	}
	var words []string
	if end <= 4*maxNumber {
		words = strings.Fields(p.s[:end])
	}
	if len(words) < 2 || len(words) > 4 {
		p.f.refuse("bad_position", clip(p.s[:end]))
		return false
	}
	x, errX := ordinate(words[0])
	y, errY := ordinate(words[1])
	if errX != nil || errY != nil {
		p.f.refuse("bad_position", clip(p.s[:end]))
		return false
	}
	if len(words) > 2 {
		p.f.dropElevation()
	}
	p.s = p.s[end:]
	if !p.f.room() {
		return false
	}
	*ring = append(*ring, position{x, y})
	return true
}
