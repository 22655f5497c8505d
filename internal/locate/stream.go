package locate

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// maxRow is the most bytes that one row of a stream may have.
const maxRow = 1 << 20

// Table says how to read a CSV stream.
type Table struct {
	LonColumn, LatColumn string // "" finds the usual names
	CRS                  geo.CRS
	Progress             func(rows int64) // may be nil; called every thousand rows
}

// Tally counts what a stream held.
type Tally struct {
	Rows    int64 // answered, all kinds
	Covered int64
	Outside int64   // answered, in no area
	Swapped int64   // not covered as they stand, but with the ordinates exchanged
	Blank   int64   // without coordinates
	Bad     int64   // with coordinates that cannot be used
	BadRows []int64 // the first of them, counted from 1 after the header
}

func (t *Tally) bad() {
	t.Bad++
	if len(t.BadRows) < 10 {
		t.BadRows = append(t.BadRows, t.Rows)
	}
}

var (
	lonNames = []string{"lon", "lng", "long", "longitude", "x", "经度"}
	latNames = []string{"lat", "latitude", "y", "纬度"}
)

// CSV answers a table row by row in constant memory: it keeps the columns and
// appends district, subdistrict, community, grid and compound codes. A row
// whose position cannot be used keeps its place with empty codes. Errors:
// no_such_column, bad_csv, row_too_long.
func CSV(ix func() *gridindex.Index, in io.Reader, out io.Writer, table Table) (t Tally, err error) {
	limited := &rowLimit{r: in}
	reader := csv.NewReader(skipBOM(limited))
	reader.ReuseRecord, reader.FieldsPerRecord = true, -1
	writer := csv.NewWriter(out)
	header, err := reader.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return t, fault.New(fault.Invalid, "bad_csv", "表格是空的", "the table is empty")
		}
		return t, csvError(err)
	}
	lon, err := column(header, table.LonColumn, lonNames)
	if err != nil {
		return t, err
	}
	lat, err := column(header, table.LatColumn, latNames)
	if err != nil {
		return t, err
	}
	columns := len(header)
	row := append(slices.Clone(header), "district", "subdistrict", "community", "grid", "compound")
	if err := writer.Write(row); err != nil {
		return t, err
	}
	for {
		limited.n = 0
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			writer.Flush()
			return t, writer.Error()
		}
		if err != nil {
			writer.Flush()
			return t, csvError(err)
		}
		t.Rows++
		if len(record) > columns {
			writer.Flush()
			line, _ := reader.FieldPos(0)
			return t, fault.New(fault.Invalid, "bad_csv", "CSV 第 %[1]d 行有 %[2]d 列，表头只有 %[3]d 列", "line %[1]d of the CSV has %[2]d columns, the header only %[3]d", line, len(record), columns)
		}
		var c Codes
		field := func(i int) string {
			if i < len(record) {
				return strings.TrimSpace(record[i])
			}
			return ""
		}
		x, y := field(lon), field(lat)
		p, err := parseRow(table.CRS, x, y)
		switch {
		case x == "" && y == "":
			t.Blank++
		case err != nil:
			t.bad()
		default:
			if c = CodesAt(ix(), p); c.District != "" {
				t.Covered++
			} else {
				t.Outside++
			}
		}
		if c.District == "" && x != "" {
			if q, err := parseRow(table.CRS, y, x); err == nil && ix().Locate(q) != nil {
				t.Swapped++
			}
		}
		row = append(row[:0], record...)
		for len(row) < columns {
			row = append(row, "") // a short row keeps the codes in their columns
		}
		row = append(row, c.District, c.Subdistrict, c.Community, c.Grid, c.Compound)
		if err := writer.Write(row); err != nil {
			return t, err
		}
		if table.Progress != nil && t.Rows%1000 == 0 {
			table.Progress(t.Rows)
		}
	}
}

func parseRow(crs geo.CRS, x, y string) (geo.Point, error) {
	lon, err := ParseNumber("lon", x)
	if err != nil {
		return geo.Point{}, err
	}
	lat, err := ParseNumber("lat", y)
	if err != nil {
		return geo.Point{}, err
	}
	return crs.Locate(lon, lat)
}

func column(header []string, name string, usual []string) (int, error) {
	for i, h := range header {
		h = strings.TrimSpace(h)
		if name != "" && h == name || name == "" && slices.Contains(usual, strings.ToLower(h)) {
			return i, nil
		}
	}
	want := name
	if want == "" {
		want = strings.Join(usual, "/")
	}
	return 0, fault.New(fault.Invalid, "no_such_column", "表格里没有列 %[1]s；有：%[2]s", "the table has no column %[1]s; it has: %[2]s",
		want, strings.Join(header, ", "))
}

func csvError(err error) error {
	if _, ours := fault.As(err); ours {
		return err
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fault.New(fault.Invalid, "bad_csv", "CSV 第 %[1]d 行写法有误：%[2]v", "the CSV is malformed in line %[1]d: %[2]v", parse.Line, parse.Err)
	}
	return err
}

// rowLimit fails when one row grows beyond maxRow; the caller resets n.
type rowLimit struct {
	r io.Reader
	n int
}

func (l *rowLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.n += n; l.n > maxRow+64<<10 {
		return n, fault.New(fault.TooLarge, "row_too_long", "一行超过 1 MiB", "a row of more than 1 MiB")
	}
	return n, err
}

func skipBOM(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if head, err := b.Peek(3); err == nil && bytes.Equal(head, []byte("\xEF\xBB\xBF")) {
		_, _ = b.Discard(3)
	}
	return b
}

// NDJSON answers one JSON value a line, each [lon, lat] or an object with lon
// and lat, with one Answer a line in the same order. A line that cannot be
// used is answered by {"error": {"code", "detail"}}. Blank lines are skipped.
// round is that of Query.
func NDJSON(ix func() *gridindex.Index, in io.Reader, out io.Writer, crs geo.CRS, round int32, lang string) (t Tally, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxRow)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		t.Rows++
		lon, lat, err := position(line)
		var a *Answer
		if err == nil {
			a, err = One(ix(), Query{Lon: lon, Lat: lat, CRS: crs, Round: round})
		}
		if err != nil {
			e, ours := fault.As(err)
			if !ours {
				return t, err
			}
			t.bad()
			err = encoder.Encode(map[string]any{"error": map[string]string{"code": e.Code, "detail": e.Text(lang)}})
		} else {
			if a.Covered {
				t.Covered++
			}
			err = encoder.Encode(a)
		}
		if err != nil {
			return t, err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return t, fault.New(fault.TooLarge, "row_too_long", "一行超过 1 MiB", "a row of more than 1 MiB")
	}
	return t, lines.Err()
}

func position(line []byte) (lon, lat float64, err error) {
	bad := func(why error) error {
		return fault.New(fault.Invalid, "bad_position", `每行应是 [经度, 纬度] 或 {"lon":…, "lat":…}`,
			`each line must be [lon, lat] or {"lon":…, "lat":…}`).Because(why)
	}
	var pair []bareNumber
	if line[0] == '{' {
		var named struct{ Lon, Lat *bareNumber }
		if err := json.Unmarshal(line, &named); err != nil || named.Lon == nil || named.Lat == nil {
			return 0, 0, bad(err)
		}
		pair = []bareNumber{*named.Lon, *named.Lat}
	} else if err := json.Unmarshal(line, &pair); err != nil || len(pair) != 2 {
		return 0, 0, bad(err)
	}
	return parsePair(pair[0], pair[1])
}

// bareNumber is a JSON number as it is written. Unlike json.Number it refuses
// one in quotes.
type bareNumber string

// UnmarshalJSON implements json.Unmarshaler.
func (n *bareNumber) UnmarshalJSON(b []byte) error {
	if c := b[0]; c != '-' && (c < '0' || c > '9') {
		return fmt.Errorf("%.20s is not a number", b)
	}
	*n = bareNumber(b)
	return nil
}

func parsePair(x, y bareNumber) (lon, lat float64, err error) {
	if lon, err = ParseNumber("lon", string(x)); err != nil {
		return 0, 0, err
	}
	lat, err = ParseNumber("lat", string(y))
	return lon, lat, err
}

// maxPoints is the most points of one JSON batch; streams have no limit.
const maxPoints = 100_000

// pointList is the list of a batch, read element by element so that a long one
// is refused before it takes room.
type pointList [][]bareNumber

// UnmarshalJSON implements json.Unmarshaler.
func (l *pointList) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		return errors.New("points is null")
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	if t, err := decoder.Token(); err != nil || t != json.Delim('[') {
		return errors.New("points is not a list")
	}
	*l = pointList{}
	for decoder.More() {
		if len(*l) == maxPoints {
			return fault.New(fault.TooLarge, "too_many_points",
				"一次至多 %[1]d 个点；更多请用 text/csv 或 application/x-ndjson 流",
				"at most %[1]d points at once; stream text/csv or application/x-ndjson for more", maxPoints)
		}
		var pair []bareNumber
		if err := decoder.Decode(&pair); err != nil {
			return fault.New(fault.Invalid, "bad_position", "第 %[1]d 个点应是 [经度, 纬度]，数字不加引号", "point %[1]d must be [lon, lat] with bare numbers", len(*l)+1)
		}
		if len(pair) != 2 {
			return fault.New(fault.Invalid, "bad_position", "第 %[1]d 个点应有两个数", "point %[1]d must have two numbers", len(*l)+1)
		}
		*l = append(*l, pair)
	}
	return nil
}

// ReadPoints reads {"points": [[lon, lat], …]} in degrees. Errors: bad_json,
// bad_position with the number of the point, too_many_points.
func ReadPoints(body io.Reader) ([][2]float64, error) {
	var request struct {
		Points *pointList `json:"points"`
	}
	decoder := json.NewDecoder(body)
	if err := decoder.Decode(&request); err != nil {
		if _, ours := fault.As(err); ours {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "bad_json",
			`请求体应是 {"points": [[经度, 纬度], …]}，数字不加引号`, `the body must be {"points": [[lon, lat], …]} with bare numbers`).Because(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "trailing_data", "JSON 结束之后还有内容", "something follows the end of the JSON value")
	}
	if request.Points == nil {
		return nil, fault.New(fault.Invalid, "bad_json", `请求体里没有 "points"`, `the body has no "points"`)
	}
	points := make([][2]float64, len(*request.Points))
	for i, pair := range *request.Points {
		lon, lat, err := parsePair(pair[0], pair[1])
		if e, ours := fault.As(err); ours {
			return nil, fault.New(fault.Invalid, e.Code, "第 %[1]d 个点：%[2]s", "point %[1]d: %[3]s", i+1, e.ZH, e.EN)
		}
		points[i] = [2]float64{lon, lat}
	}
	return points, nil
}

// CheckBatch refuses a list of points of which one cannot be answered, before
// any is. Errors: those of One, with the number of the point.
func CheckBatch(ix *gridindex.Index, points [][2]float64, crs geo.CRS) error {
	for i, p := range points {
		q := Query{Lon: p[0], Lat: p[1], CRS: crs}
		at, err := crs.Locate(p[0], p[1])
		if err != nil || ix.Locate(at) == nil {
			err = swapped(ix, q, err)
		}
		if e, ours := fault.As(err); ours {
			return fault.New(e.Kind, e.Code, "第 %[1]d 个点：%[2]s", "point %[1]d: %[3]s", i+1, e.ZH, e.EN)
		}
	}
	return nil
}
