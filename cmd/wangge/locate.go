package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/live"
	"wangge/internal/locate"
	"wangge/internal/postgres"
)

type locateCommand struct {
	databaseFlags
	Point     string `arg:"" optional:"" name:"lon,lat" help:"One point: longitude, latitude."`
	In        string `help:"CSV to read; - is standard input." placeholder:"FILE"`
	Out       string `help:"CSV to write; - is standard output." placeholder:"FILE"`
	LonColumn string `help:"Column with the longitude; the usual names are tried."`
	LatColumn string `help:"Column with the latitude; the usual names are tried."`
	CRS       string `name:"crs" default:"wgs84" help:"wgs84, cgcs2000, gcj02 or bd09."`
	At        string `help:"Ask for the boundaries valid on a date, YYYY-MM-DD; one point is then told with its history."`
	KnownAt   string `help:"As recorded by a date or RFC 3339 time." placeholder:"TIME"`
}

func (c *locateCommand) Run(ctx context.Context, t *terminal) (err error) {
	crs, err := geo.ParseCRS(c.CRS)
	if err != nil {
		return err
	}
	query := locate.Query{CRS: crs}
	bulk := c.In != "" || c.Out != ""
	switch {
	case bulk && c.Point != "":
		return fault.New(fault.Invalid, "point_or_file", "坐标和 --in 只能二选一", "give either a point or --in")
	case bulk && (c.In == "" || c.Out == ""):
		return fault.New(fault.Invalid, "in_and_out", "--in 和 --out 要一起给；- 表示标准输入、输出", "--in and --out go together; - stands for standard input and output")
	case !bulk && c.Point == "":
		return fault.New(fault.Invalid, "missing_point", "请给出坐标，例如 wangge locate 111.6712,40.8301", "give a point, such as wangge locate 111.6712,40.8301")
	case !bulk:
		if query.Lon, query.Lat, err = locate.ParsePosition(c.Point); err != nil {
			return err
		}
	}
	at, err := live.ParseAt(c.At, c.KnownAt)
	if err != nil {
		return err
	}
	ix, answer, err := c.ask(ctx, t, query, at, bulk)
	if err != nil {
		return err
	}
	switch {
	case len(ix.Editions()) > 0:
	case at != (postgres.At{}):
		fmt.Fprintln(t.err, t.say("那时（按当时所知）还没有启用的边界；现行版次见 wangge edition list", "no boundaries were in force then, as known then; see wangge edition list"))
	default:
		fmt.Fprintln(t.err, t.say("还没有启用的边界；先运行 wangge import 和 wangge edition activate", "no boundaries are in force yet; run wangge import and wangge edition activate first"))
	}
	if !bulk {
		return writeJSON(t.out, answer)
	}
	return c.table(t, ix, crs)
}

// ask loads the boundaries of a moment, answers the one point unless there is a
// table of them, and lets go of the database.
func (c *locateCommand) ask(ctx context.Context, t *terminal, query locate.Query, at postgres.At, bulk bool) (ix *gridindex.Index, answer *locate.Answer, err error) {
	db, err := c.open(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if closeErr := db.close(); err == nil {
			err = closeErr
		}
	}()
	boundaries := live.New(db.Store, c.editions(), t.log)
	if ix, err = boundaries.At(ctx, at); err != nil || bulk {
		return ix, nil, err
	}
	if answer, err = locate.One(ix, query); err != nil || at == (postgres.At{}) {
		return ix, answer, err
	}
	place, err := geo.Snap(answer.Located[0], answer.Located[1])
	if err != nil {
		return nil, nil, err
	}
	answer.History, err = boundaries.PlaceHistory(ctx, place, at.Known, answer.Edition, t.say("zh", "en"))
	return ix, answer, err
}

func (c *locateCommand) table(t *terminal, ix *gridindex.Index, crs geo.CRS) error {
	in, total := t.in, int64(0)
	if c.In != "-" {
		f, err := os.Open(c.In)
		if err != nil {
			return fault.New(fault.Invalid, "no_such_file", "打不开文件：%[1]v", "cannot open the file: %[1]v", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil {
			total = info.Size()
		}
		if c.Out != "-" && sameFile(c.In, c.Out) {
			return fault.New(fault.Invalid, "same_file", "--in 和 --out 是同一个文件", "--in and --out are the same file")
		}
		in = f
	}
	read := &counter{r: in}
	table := locate.Table{LonColumn: c.LonColumn, LatColumn: c.LatColumn, CRS: crs}
	if t.progress && c.Out != "-" {
		shown := time.Now()
		table.Progress = func(rows int64) {
			if time.Since(shown) < 200*time.Millisecond {
				return
			}
			shown = time.Now()
			t.bar(rows, read.n, total)
		}
	}
	var tally locate.Tally
	answer := func(w io.Writer) (err error) {
		out := bufio.NewWriterSize(w, 256<<10)
		tally, err = locate.CSV(func() *gridindex.Index { return ix }, bufio.NewReaderSize(read, 256<<10), out, table)
		if err != nil {
			return err
		}
		return out.Flush()
	}
	var err error
	if c.Out == "-" {
		err = answer(t.out)
	} else if _, missing := os.Stat(filepath.Dir(c.Out)); missing != nil {
		err = fault.New(fault.Invalid, "no_such_directory", "目录不存在：%[1]s", "no such directory: %[1]s", filepath.Dir(c.Out))
	} else {
		err = writeWhole(c.Out, answer)
	}
	if table.Progress != nil {
		fmt.Fprint(t.err, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, t.say("%d 行：在辖区内 %d，辖区外 %d，没有坐标 %d，坐标无法使用 %d\n", "%d rows: %d covered, %d outside, %d without coordinates, %d with unusable coordinates\n"),
		tally.Rows, tally.Covered, tally.Outside, tally.Blank, tally.Bad)
	if tally.Swapped > tally.Covered {
		fmt.Fprintf(t.err, t.say("注意：对调经纬度后有 %d 行在辖区内，列可能写反了；可用 --lon-column、--lat-column 指定\n",
			"note: with longitude and latitude exchanged %d rows would be covered; the columns may be swapped: name them with --lon-column and --lat-column\n"), tally.Swapped)
	}
	if tally.Bad > 0 {
		fmt.Fprintf(t.err, t.say("坐标无法使用的行（从 1 数起，不含表头）：%v\n", "rows with unusable coordinates (from 1, after the header): %v\n"), tally.BadRows)
	}
	return nil
}

func sameFile(a, b string) bool {
	ai, errA := os.Stat(a)
	bi, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(ai, bi)
}

// bar draws how far a table has come.
func (t *terminal) bar(rows, read, total int64) {
	if total <= 0 {
		fmt.Fprintf(t.err, "\r\x1b[K%d", rows)
		return
	}
	const width = 30
	full := int(min(width, read*width/total))
	fmt.Fprintf(t.err, "\r\x1b[K[%-*s] %3d %%  %d", width, strings.Repeat("#", full), min(100, read*100/total), rows)
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
