package roster_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/roster"
)

// feed holds the reader to its promises on a file that the fuzzer made: it
// does not panic, refuses with codes, and what it lets through is in order.
func feed(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := roster.Read(context.Background(), path)
	if err != nil {
		if _, ours := fault.As(err); !ours {
			t.Fatalf("an error without a code: %v", err)
		}
		return
	}
	last := 0
	for _, e := range r.Entries {
		if e.Line <= last {
			t.Fatalf("line %d follows line %d", e.Line, last)
		}
		last = e.Line
		if e.Name == "" && len(e.Problems) == 0 {
			t.Fatalf("no name and no problem: %+v", e)
		}
		if e.Role != "" && !account.Appointed(e.Role) {
			t.Fatalf("role %q", e.Role)
		}
		if strings.Trim(e.Phone, "+0123456789") != "" {
			t.Fatalf("telephone %q", e.Phone)
		}
		for _, s := range []string{e.Name, e.Login, e.District, e.Area, e.Department, e.From, e.Until} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || s != strings.TrimSpace(s) {
				t.Fatalf("text %q", s)
			}
		}
	}
}

func FuzzRoster(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.csv")
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(people)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{people, gbk, "\ufeff" + people, string(roster.Template("zh")), string(roster.Template("en")),
		"\xff\xfe\xd3\x59\x0d\x54", "姓名;岗位\n\"a\nb\";x", "name\tlogin\n'=x\t1.38E+10", "姓名，登录名\n，", "姓名,岗位,起,止\n甲,a,2026-1-1,46351"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { feed(t, path, b) })
}

// FuzzSheet feeds the rows of a sheet, which is where a workbook varies.
func FuzzSheet(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.xlsx")
	for _, rows := range []string{
		`<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2"><v>1.38E10</v></c></row>`,
		`<row><c t="inlineStr"><is><t>甲</t></is></c><c><f t="array" ref="B2:C9">1</f><v>1</v></c></row>`,
		`<row r="-1"/>`, `<row r="2"><c r="XFD2" t="e"><v>#N/A</v></c></row>`, `<row><c t="str"><v>_x0000__xD800_</v></c></row>`,
	} {
		f.Add(rows)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		feed(t, path, workbook(t, map[string]string{"xl/worksheets/sheet1.xml": sheet(rows)}))
	})
}
