// Package casetable writes tables for spreadsheet programs: CSV and Excel. What
// people have typed never becomes a formula there.
package casetable

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// Table takes the rows of a table, the heading first.
type Table struct {
	csv   *csv.Writer
	out   io.Writer
	file  *excelize.File
	sheet *excelize.StreamWriter
	row   int
}

// NewCSV writes UTF-8 with a byte order mark, by which spreadsheet programs know it.
func NewCSV(w io.Writer) (*Table, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	t := &Table{csv: csv.NewWriter(w)}
	return t, nil
}

// NewExcel writes a workbook of one sheet, which goes out with Close.
func NewExcel(w io.Writer, sheet string) (*Table, error) {
	t := &Table{out: w, file: excelize.NewFile()}
	if err := t.file.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	var err error
	t.sheet, err = t.file.NewStreamWriter(sheet)
	return t, err
}

// Row adds one row. Every cell is text.
func (t *Table) Row(cells ...string) error {
	if t.csv != nil {
		safe := make([]string, len(cells))
		for i, c := range cells {
			safe[i] = Neutral(c)
		}
		return t.csv.Write(safe)
	}
	t.row++
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, c)
	}
	at, err := excelize.CoordinatesToCellName(1, t.row)
	if err != nil {
		return err
	}
	return t.sheet.SetRow(at, values)
}

// Close ends the table.
func (t *Table) Close() error {
	if t.csv != nil {
		t.csv.Flush()
		return t.csv.Error()
	}
	defer func() { _ = t.file.Close() }()
	if err := t.sheet.Flush(); err != nil {
		return err
	}
	return t.file.Write(t.out)
}

// Neutral puts an apostrophe before a text that a spreadsheet program might take
// for a formula: one that begins, behind spaces, quotes and control characters,
// with one of = + - @ in either width. The apostrophe says "text" there and can
// be taken away again (OWASP, CSV Injection).
func Neutral(text string) string {
	if text == "" {
		return text
	}
	first := strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '"' || r == '\'' || r == '“' || r == '＂'
	})
	if strings.ContainsRune("\t\r\n\x00", rune(text[0])) || first != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(first)[0]) {
		return "'" + strings.ReplaceAll(text, "\x00", "")
	}
	return strings.ReplaceAll(text, "\x00", "")
}
