package roster

import (
	"context"
	"encoding/xml"
	"strconv"
	"strings"
)

// The extent of a sheet in Excel.
const (
	lastRow    = 1 << 20
	lastColumn = 1 << 14
)

// sheet is one sheet while it is read, row by row. Rows and cells that are not
// there cost nothing, however far apart the others are.
type sheet struct {
	book   *workbook
	take   func(line int, cells []cell) error
	row    int
	column int
	cells  []cell // of the row
	// computed is the last row, by column, that an array formula or a data table
	// fills: such a formula stands in one cell alone, its results in others.
	computed [maxColumns]int
}

// readSheet calls take for every row that holds something. Errors: bad_xlsx,
// zip_bomb, too_many_columns, ctx's, those of take.
func (w *workbook) readSheet(ctx context.Context, name string, take func(line int, cells []cell) error) error {
	s := &sheet{book: w, take: take}
	err := w.each(ctx, name, func(p *part, e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			if err := s.flush(); err != nil {
				return err
			}
			return s.startRow(attribute(e, "r"))
		case "c":
			return s.readCell(p, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.flush()
}

func (s *sheet) flush() error {
	cells := s.cells
	s.cells = s.cells[:0]
	if len(cells) == 0 {
		return nil
	}
	return s.take(s.row, cells)
}

// startRow goes to the row with a number, or to the next one.
func (s *sheet) startRow(number string) error {
	row := s.row + 1
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < row {
			return badWorkbook("第 %[1]d 行之后的行号 %[2]q 不合理", "after row %[1]d comes one that is numbered %[2]q", s.row, clip(number))
		}
		row = n
	}
	if row > lastRow {
		return badWorkbook("行号 %[1]d 超出工作表", "row %[1]d lies outside every sheet", row)
	}
	s.row, s.column = row, 0
	return nil
}

// readCell reads one cell, which must be in the row and behind the one before.
func (s *sheet) readCell(p *part, e xml.StartElement) error {
	column := s.column + 1
	if at := attribute(e, "r"); at != "" {
		c, row, ok := position(at)
		if !ok || row != s.row || c < column {
			return badWorkbook("第 %[1]d 行里单元格的位置 %[2]q 不合理", "in row %[1]d a cell says that it is at %[2]q", s.row, clip(at))
		}
		column = c
	}
	if column > lastColumn || s.row == 0 {
		return badWorkbook("第 %[1]d 行有单元格超出工作表", "in row %[1]d a cell lies outside the sheet", s.row)
	}
	s.column = column
	var x text
	computed := column <= maxColumns && s.computed[column-1] >= s.row
	if err := inside(p, func(t xml.Token) {
		if f, ok := t.(xml.StartElement); ok && f.Name.Local == "f" {
			computed = true
			if kind := attribute(f, "t"); kind == "array" || kind == "dataTable" {
				s.fill(attribute(f, "ref"))
			}
		}
		x.visit(t)
	}); err != nil {
		return err
	}
	c, err := s.cell(attribute(e, "t"), x.String(), computed)
	if err != nil || c == (cell{}) {
		return err
	}
	if column > maxColumns {
		return tooManyColumns(s.row)
	}
	for len(s.cells) < column-1 {
		s.cells = append(s.cells, cell{})
	}
	s.cells = append(s.cells, c)
	return nil
}

// cell is what a cell of a type (§18.18.11) says.
func (s *sheet) cell(kind, value string, computed bool) (cell, error) {
	switch {
	case computed:
		return cell{sort: formula}, nil
	case value == "":
		return cell{}, nil
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(s.book.texts) {
			return cell{}, badWorkbook("第 %[1]d 行引用了不存在的文字", "row %[1]d refers to a text that does not exist", s.row)
		}
		return cell{text: s.book.texts[i]}, nil
	case "", "n":
		return cell{value, number}, nil
	case "e":
		return cell{value, broken}, nil
	}
	return cell{text: value}, nil // text of its own, an ISO date, 0 or 1
}

// fill notes the cells that the formula in the present cell fills.
func (s *sheet) fill(ref string) {
	first, last, _ := strings.Cut(ref, ":")
	if last == "" {
		last = first
	}
	left, _, ok := position(first)
	right, bottom, ok2 := position(last)
	if !ok || !ok2 {
		return
	}
	for c := left; c <= min(right, maxColumns); c++ {
		s.computed[c-1] = max(s.computed[c-1], bottom)
	}
}

// position reads a reference such as AB12: column and row, from 1.
func position(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	row, err := strconv.Atoi(ref[i:])
	return column, row, err == nil && i > 0 && column <= lastColumn && row > 0 && row <= lastRow
}
