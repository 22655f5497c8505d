// Package roster reads tables of people and their posts, and of the classes of
// events and components, as administrators bring them from CSV files and Excel
// workbooks, and says of every line what is wrong with it. It writes nothing and knows no area and no account: whether a
// code or a login exists is for others to say.
//
// Files come from outside, so Read is for the sandbox; Template is for anyone.
package roster

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"wangge/internal/fault"
	"wangge/internal/policy"
)

// The caps on a file.
const (
	maxFile    = 10 << 20 // bytes
	maxEntries = 5_000
	maxColumns = 60
	maxCell    = 2_000 // bytes of one cell
)

// Roster is a table of people and posts as somebody brought it.
type Roster struct {
	Entries []Entry
	Ignored []string // headings that were not understood; those columns were not read
}

// Entry is one line of the table: a person, an account, a post, or all three.
// Texts are trimmed and without control characters; a field that Problems names
// holds what could be made of it, "" where that is nothing.
type Entry struct {
	Line        int // in the file, from 1, heading included; of a sheet, its row
	Name        string
	Phone       string // digits, after a + where there was one
	Login       string // as written: account.Login has the last word
	Role        policy.Role
	Duties      []string // of account.Duties
	District    string   // code as written
	Area        string   // code of an area of any level, or its name
	Department  string
	From, Until string // YYYY-MM-DD
	Problems    []Problem
}

// Problem is something wrong with a line. Field is that of Entry in lower case;
// Code is stable: missing_name, bad_phone, phone_damaged, number_damaged,
// unknown_role, unknown_duty, bad_date, until_before_from, text_too_long,
// bad_text, duplicate_login, formula, example_line.
type Problem struct {
	Field  string
	Code   string
	ZH, EN string
}

// Text returns the sentence in the language asked for: English for "en",
// Chinese for everything else.
func (p *Problem) Text(lang string) string {
	if lang == "en" {
		return p.EN
	}
	return p.ZH
}

// Read reads a table by the ending of its name: .csv, .txt, .tsv or .xlsx. An
// error means that the file cannot be used at all; everything else is a problem
// of a line. Errors: no_such_file, not_regular, file_too_large,
// unsupported_format, old_excel, macros, encrypted, wrong_ending, not_text,
// bad_csv, bad_xlsx, zip_bomb, no_heading, too_many_entries, too_many_columns,
// cell_too_long, row_too_long; ctx's when it ends first.
func Read(ctx context.Context, path string) (*Roster, error) {
	var t *table
	if err := read(ctx, path, func(e epoch) lines { t = &table{epoch: e}; return t }); err != nil {
		return nil, err
	}
	return &t.roster, nil
}

// read gives the lines of a file to what begin makes: once for a text, for each
// sheet until one has a heading for a workbook.
func read(ctx context.Context, path string, begin func(epoch) lines) error {
	ending := strings.ToLower(filepath.Ext(path))
	switch ending {
	case ".csv", ".txt", ".tsv", ".xlsx":
	case ".xls", ".et":
		return oldExcel()
	case ".xlsm", ".xltm", ".xlam", ".xlsb":
		return hasMacros()
	default:
		return fault.New(fault.Unsupported, "unsupported_format", "不能读 %[1]q 文件；请另存为 .xlsx 或 CSV", "a file %[1]q cannot be read; save it as .xlsx or CSV", clip(ending))
	}
	b, err := contents(path)
	if err != nil {
		return err
	}
	workbook, old := bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	switch {
	case old && bytes.Contains(b, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")):
		return encrypted()
	case old:
		return oldExcel()
	case ending == ".xlsx":
		return readWorkbook(ctx, b, begin)
	case workbook:
		return fault.New(fault.Unsupported, "wrong_ending", "文件内容是 Excel 工作簿或压缩包，后缀却是 %[1]s；请改为 .xlsx，或在 Excel 里另存为 CSV", "the file is an Excel workbook or an archive but ends in %[1]s; rename it to .xlsx or save it as CSV", ending)
	}
	return readCSV(ctx, b, begin(epoch1900))
}

// contents is the whole of a file of at most maxFile bytes.
func contents(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not hold us up
	if err != nil {
		return nil, fault.New(fault.Invalid, "no_such_file", "打不开文件", "cannot open the file").Because(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "not_regular", "这不是普通文件", "this is no regular file")
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		return nil, fault.New(fault.TooLarge, "file_too_large", "文件超过 %[1]d MB；请只留要导入的表，或分成几个文件", "the file has more than %[1]d MB; keep the table alone, or split it", maxFile>>20)
	}
	return b, nil
}

func oldExcel() error {
	return fault.New(fault.Unsupported, "old_excel", "旧版 .xls 文件不能读；请在 Excel 或 WPS 里另存为 .xlsx 或 CSV", "the old .xls format cannot be read; save the file as .xlsx or CSV")
}

func hasMacros() error {
	return fault.New(fault.Unsupported, "macros", "文件含有宏，不予读取；请另存为不含宏的 .xlsx 或 CSV", "the file holds macros and is not read; save it as .xlsx without macros, or as CSV")
}

func encrypted() error {
	return fault.New(fault.Unsupported, "encrypted", "文件有密码；请去掉密码后再上传", "the file is locked with a password; remove it first")
}

// clip shortens what a file says for a sentence to people.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
