package roster

import (
	"context"
	"slices"
	"strings"

	"wangge/internal/category"
	"wangge/internal/fault"
)

// Classes is a table of the classes of events and components as somebody
// brought it, for category.Build. Problems are those of cells; Build finds the
// others.
type Classes struct {
	Rows     []category.Row
	Problems []category.Problem
	Ignored  []string // headings that were not understood
}

const maxClassRows = 20_000

// classColumns are the headings of the columns of category.Row, in its order, as
// plain makes them; the first is that of ClassTemplate.
var classColumns = [][]string{
	{"代码", "code", "编码", "类别代码"},
	{"名称", "name", "类别名称"},
	{"类型", "kind", "类别", "事部件"},
	{"自定义", "local"},
	{"立案条件", "condition", "filing"},
	{"结案条件", "closing"},
	{"时限", "limit", "处置时限"},
}

// The columns without which a line is no heading.
const codeColumn, nameColumn, kindColumn = 0, 1, 2

// ReadClasses reads a table of classes, by the ending of its name as Read. Errors:
// those of Read.
func ReadClasses(ctx context.Context, path string) (*Classes, error) {
	var t *classTable
	if err := read(ctx, path, func(epoch) lines { t = &classTable{}; return t }); err != nil {
		return nil, err
	}
	return &t.classes, nil
}

// classTable takes the lines of a table of classes.
type classTable struct {
	classes Classes
	columns []int // of classColumns, by column; -1 where none; nil before the heading
}

func (t *classTable) headed() bool { return t.columns != nil }

func (t *classTable) noHeading() error {
	return fault.New(fault.Unprocessable, "no_heading",
		"前 %[1]d 行里没有找到表头；表头要有“代码”“名称”“类型”（可再有：自定义、立案条件、结案条件、时限）",
		"there is no heading in the first %[1]d lines; it must have “code”, “name” and “kind” (and may have: local, condition, closing, limit)", headingLines)
}

func (t *classTable) known(cells []cell) (n int) {
	columns, _, ok := classHeading(cells)
	for _, c := range columns {
		if ok && c >= 0 {
			n++
		}
	}
	return n
}

func classHeading(cells []cell) (columns []int, ignored []string, ok bool) {
	for _, c := range cells {
		at := slices.IndexFunc(classColumns, func(names []string) bool { return slices.Contains(names, plain(c.text)) })
		if slices.Contains(columns, at) {
			at = -1 // the first of two columns counts
		}
		columns = append(columns, at)
		if text := strings.TrimSpace(c.text); at < 0 && text != "" {
			ignored = append(ignored, clip(clean(text)))
		}
	}
	ok = true
	for _, needed := range []int{codeColumn, nameColumn, kindColumn} {
		ok = ok && slices.Contains(columns, needed)
	}
	return columns, ignored, ok
}

func (t *classTable) take(line int, cells []cell) error {
	if t.columns == nil {
		if line > headingLines {
			return t.noHeading()
		}
		if columns, ignored, ok := classHeading(cells); ok {
			t.columns, t.classes.Ignored = columns, ignored
		}
		return nil
	}
	var texts [7]string
	empty := true
	for i, c := range cells {
		if i >= len(t.columns) || t.columns[i] < 0 {
			continue
		}
		if len(c.text) > maxCell {
			return fault.New(fault.TooLarge, "cell_too_long", "第 %[1]d 行第 %[2]d 列的内容超过 %[3]d 字节；请缩短", "line %[1]d, column %[2]d holds more than %[3]d bytes; shorten it", line, i+1, maxCell)
		}
		if c.sort == formula || c.sort == broken {
			t.classes.Problems = append(t.classes.Problems, category.Problem{Line: line, Code: "cell_computed", Value: c.text})
			empty = false
			continue
		}
		texts[t.columns[i]] = classText(c, t.columns[i] == codeColumn)
		empty = empty && texts[t.columns[i]] == ""
	}
	if empty {
		return nil
	}
	if len(t.classes.Rows) == maxClassRows {
		return fault.New(fault.TooLarge, "too_many_entries", "从第 %[1]d 行起超过 %[2]d 条", "from line %[1]d on there are more than %[2]d entries", line, maxClassRows)
	}
	t.classes.Rows = append(t.classes.Rows, category.Row{Line: line, Code: texts[0], Name: texts[1], Kind: texts[2], Local: texts[3],
		Condition: texts[4], Closing: texts[5], Limit: texts[6]})
	return nil
}

// classText is a cell on one line: conditions are often broken into several. A
// code kept as a number has lost its first 0.
func classText(c cell, code bool) string {
	text := c.text
	if digits, ok := whole(c.text); ok && c.sort == number {
		if text = digits; code && len(digits)%2 == 1 {
			text = "0" + digits
		}
	}
	return strings.Join(strings.Fields(invisible(text)), " ")
}
