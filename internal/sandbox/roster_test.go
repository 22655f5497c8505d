package sandbox_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"wangge/internal/fault"
	"wangge/internal/roster"
	"wangge/internal/sandbox"
)

// book is a workbook with a heading and two people, one of them with problems.
func book(tb testing.TB) string {
	tb.Helper()
	f := excelize.NewFile()
	for at, row := range map[string][]any{
		"A1": {"姓名", "手机", "登录名", "岗位", "备注"},
		"A2": {"张三", 13800138000, "zhangsan", "值班长", ""},
		"A4": {"", "x", "ZhangSan", "国王", ""},
	} {
		if err := f.SetSheetRow("Sheet1", at, &row); err != nil {
			tb.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func TestAChildReadsARoster(t *testing.T) {
	t.Parallel()
	for _, path := range []string{write(t, "a.xlsx", book(t)), write(t, "a.csv", string(roster.Template("zh")))} {
		want, err := roster.Read(t.Context(), path)
		if err != nil || len(want.Entries) < 2 || len(want.Entries[1].Problems) == 0 {
			t.Fatalf("%+v, %v", want, err)
		}
		got, err := sandbox.Runner{Binary: program}.Roster(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the child read something else (-want +got):\n%s", filepath.Base(path), diff)
		}
	}
}

// replaced is a workbook with another text in one part.
func replaced(tb testing.TB, book, part string, text io.Reader) string {
	tb.Helper()
	z, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		tb.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range z.File {
		from := text
		if e.Name != part {
			if from, err = e.Open(); err != nil {
				tb.Fatal(err)
			}
		}
		to, err := w.Create(e.Name)
		if err == nil {
			_, err = io.Copy(to, from)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// What is made to hurt is refused in the words of the reader, or costs the child
// its life; the service is told either way.
func TestHostileRostersCostTheChildAlone(t *testing.T) {
	t.Parallel()
	const part = "xl/worksheets/sheet1.xml"
	text := func(s string) io.Reader { return strings.NewReader(s) }
	for _, tc := range []struct {
		name, file, content string
		runner              sandbox.Runner
		code                string
	}{
		{"a bomb", "a.xlsx", replaced(t, book(t), part, io.LimitReader(zeros{}, 300<<20)), sandbox.Runner{}, "zip_bomb"},
		{"a row far away", "a.xlsx", replaced(t, book(t), part, text(`<worksheet><sheetData><row r="2147483647"/></sheetData></worksheet>`)), sandbox.Runner{}, "bad_xlsx"},
		{"entities", "a.xlsx", replaced(t, book(t), part, text(`<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>`)), sandbox.Runner{}, "bad_xlsx"},
		{"old Excel", "a.xls", "", sandbox.Runner{}, "old_excel"},
		{"more than the memory allows", "a.xlsx", replaced(t, book(t), "xl/sharedStrings.xml", text("<sst>"+strings.Repeat("<si><t>"+strings.Repeat("x", 1900)+"</t></si>", 30_000)+"</sst>")), sandbox.Runner{Memory: 140 << 20}, "too_heavy"},
		{"more than the clock allows", "a.xlsx", replaced(t, book(t), part, text("<worksheet>"+strings.Repeat("<!---->", 8<<20)+"</worksheet>")), sandbox.Runner{Wall: 50 * time.Millisecond}, "too_heavy"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.runner.Binary = program
			r, err := tc.runner.Roster(t.Context(), write(t, tc.file, tc.content))
			if !fault.Is(err, tc.code) {
				t.Errorf("%+v, %v; want %s", r, err, tc.code)
			}
		})
	}
	crashing := sandbox.Runner{Binary: write(t, "child", "#!/bin/sh\necho 'panic: boom' >&2; exit 2\n")}
	if _, err := crashing.Roster(t.Context(), write(t, "a.xlsx", book(t))); !fault.Is(err, "reader_failed") {
		t.Errorf("a panic: %v", err)
	}
	_, err := sandbox.Runner{Binary: program}.Roster(t.Context(), filepath.Join(t.TempDir(), "none.csv"))
	if e, ours := fault.As(err); !ours || e.Code != "no_such_file" || errors.Unwrap(e) == nil {
		t.Errorf("no file: %v", err)
	}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
