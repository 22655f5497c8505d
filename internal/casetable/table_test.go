package casetable_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wangge/internal/casetable"
)

// dangerous are beginnings by which texts have become formulas.
var dangerous = []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", "\x00=", "＝", "＋", "－", "＠", " =", "  +", "\"=", "'=", "“=", "\u200b=", "\ufeff=", "\u00a0=", "\t", "\r", "\n", "=cmd|' /C calc'!A0", "%0A=", "|="}

func TestNoTextBecomesAFormula(t *testing.T) {
	t.Parallel()
	for _, begin := range dangerous {
		text := begin + `HYPERLINK("http://x")`
		var b bytes.Buffer
		table, err := casetable.NewCSV(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Row("1", text); err != nil {
			t.Fatal(err)
		}
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		cell := rows[0][1]
		if !strings.HasPrefix(cell, "'") {
			t.Errorf("%q goes out as %q", text, cell)
		}
		back := strings.TrimPrefix(cell, "'")
		if want := strings.ReplaceAll(strings.ReplaceAll(text, "\x00", ""), "\r\n", "\n"); strings.ReplaceAll(back, "\r\n", "\n") != want {
			t.Errorf("%q cannot be had again from %q", text, cell)
		}
	}
	for _, plain := range []string{"井盖翘起", "3-5 号楼", "a=b", "北垣街 12 号", ""} {
		if got := casetable.Neutral(plain); got != plain {
			t.Errorf("%q goes out as %q", plain, got)
		}
	}
}

func TestExcelHoldsTextAlone(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	table, err := casetable.NewExcel(&b, "案卷")
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Row("编号", "描述"); err != nil {
		t.Fatal(err)
	}
	for _, begin := range dangerous {
		if err := table.Row("1", begin+"1+1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows("案卷")
	if err != nil || len(rows) != len(dangerous)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i := range dangerous {
		at, _ := excelize.CoordinatesToCellName(2, i+2)
		formula, err := f.GetCellFormula("案卷", at)
		kind, err2 := f.GetCellType("案卷", at)
		if err != nil || err2 != nil || formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%s: formula %q, type %v, %v %v", at, formula, kind, err, err2)
		}
	}
}
