package roster

import (
	"strconv"
	"strings"

	"wangge/internal/fault"
)

// sort says what a cell is. A file of text has written cells alone.
type sort uint8

const (
	written sort = iota
	number       // as Excel keeps numbers and dates: text is the decimal
	formula      // what it shows was computed; text is ""
	broken       // an error value of Excel, such as #N/A
)

type cell struct {
	text string
	sort sort
}

// lines is what takes a table line by line, and finds its heading among them.
type lines interface {
	take(line int, cells []cell) error // error: no_heading, once none can come
	headed() bool
	noHeading() error
	known(cells []cell) int // columns that a line names as a heading; 0 when it is none
}

// table takes lines one by one: it finds the heading and makes entries of what
// follows.
type table struct {
	roster Roster
	fields []field        // of the columns; nil before the heading
	epoch  epoch          // of dates in number cells
	lines  map[string]int // on which a login was first
}

// take is given every line that there is, in order. Errors: too_many_entries,
// too_many_columns, cell_too_long; no_heading once none can come.
func (t *table) take(line int, cells []cell) error {
	if t.fields == nil {
		if line > headingLines {
			return noHeading()
		}
		if fields, ignored, ok := heading(cells); ok {
			t.fields, t.roster.Ignored = fields, ignored
		}
		return nil
	}
	read := map[field]cell{}
	for i, c := range cells {
		if len(c.text) > maxCell {
			return fault.New(fault.TooLarge, "cell_too_long", "第 %[1]d 行第 %[2]d 列的内容超过 %[3]d 字节；请缩短", "line %[1]d, column %[2]d holds more than %[3]d bytes; shorten it", line, i+1, maxCell)
		}
		if i < len(t.fields) && t.fields[i] != "" && (c.sort != written || strings.TrimSpace(clean(c.text)) != "") {
			read[t.fields[i]] = c
		}
	}
	if len(read) == 0 {
		return nil
	}
	if len(t.roster.Entries) == maxEntries {
		return fault.New(fault.TooLarge, "too_many_entries", "从第 %[1]d 行起超过 %[2]d 条；请分成几个文件", "from line %[1]d on there are more than %[2]d entries; split the file", line, maxEntries)
	}
	l := &reading{entry: Entry{Line: line}, cells: read, epoch: t.epoch}
	l.read()
	t.once(l)
	t.roster.Entries = append(t.roster.Entries, l.entry)
	return nil
}

// once notes a login that an earlier line has already.
func (t *table) once(l *reading) {
	key := strings.ToLower(l.entry.Login)
	if key == "" {
		return
	}
	if first, twice := t.lines[key]; twice {
		l.problem(login, "duplicate_login", "登录名 %[1]q 在第 %[2]d 行和第 %[3]d 行重复", "the login %[1]q is on line %[2]d and on line %[3]d", clip(l.entry.Login), first, l.entry.Line)
		return
	}
	if t.lines == nil {
		t.lines = map[string]int{}
	}
	t.lines[key] = l.entry.Line
}

func (t *table) headed() bool { return t.fields != nil }

func (t *table) noHeading() error { return noHeading() }

func (t *table) known(cells []cell) (n int) {
	fields, _, ok := heading(cells)
	for _, f := range fields {
		if ok && f != "" {
			n++
		}
	}
	return n
}

func tooManyColumns(line int) error {
	return fault.New(fault.TooLarge, "too_many_columns", "第 %[1]d 行超过 %[2]d 列；请删去多余的列", "line %[1]d has more than %[2]d columns; delete those that are not needed", line, maxColumns)
}

// whole is the digits of a number that has no fraction, as Excel keeps it
// exactly: with at most 15 digits.
func whole(text string) (digits string, ok bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || f != float64(int64(f)) || f <= -1e15 || f >= 1e15 {
		return "", false
	}
	return strconv.FormatInt(int64(f), 10), true
}
