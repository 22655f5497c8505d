package category

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// Row is one line of a table of classes, as text: a major (two digits), or one
// filing condition of a minor (four digits). A minor with several conditions
// has several rows, one below the other.
type Row struct {
	Line      int // in the file, for people
	Code      string
	Name      string
	Kind      string // 事件 or 部件, event or component
	Local     string // 是 or empty
	Condition string
	Closing   string
	Limit     string // 15日, or phases in order: 现场围护 3急时→修复 8急时→恢复路面 5日
}

// Heading is the first line of the CSV form.
var Heading = []string{"code", "name", "kind", "local", "condition", "closing", "limit"}

// maxRows keeps a hostile file small; the largest table known has 523 classes.
const maxRows = 20_000

// ReadCSV reads rows in UTF-8 with the Heading. What cannot be read as CSV at
// all is told as one problem. Codes: csv_unreadable, csv_heading, too_many_rows.
func ReadCSV(r io.Reader) ([]Row, []Problem) {
	lines := csv.NewReader(r)
	lines.FieldsPerRecord = len(Heading)
	var rows []Row
	for first := true; ; first = false {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			if first {
				return nil, []Problem{{Line: 1, Code: "csv_heading"}}
			}
			return rows, nil
		}
		if err != nil {
			line := 0
			if e := (*csv.ParseError)(nil); errors.As(err, &e) {
				line = e.Line
			}
			return nil, []Problem{{Line: line, Code: "csv_unreadable"}}
		}
		line, _ := lines.FieldPos(0)
		if first {
			fields[0] = strings.TrimPrefix(fields[0], "\ufeff")
			if !slices.Equal(fields, Heading) {
				return nil, []Problem{{Line: 1, Code: "csv_heading"}}
			}
			continue
		}
		if len(rows) == maxRows {
			return nil, []Problem{{Line: line, Code: "too_many_rows"}}
		}
		rows = append(rows, Row{line, fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]})
	}
}
