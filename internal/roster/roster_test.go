package roster_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/roster"
)

func write(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func read(tb testing.TB, name, content string) *roster.Roster {
	tb.Helper()
	r, err := roster.Read(tb.Context(), write(tb, name, content))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// codes are the problems of an entry as field:code.
func codes(e roster.Entry) (out []string) {
	for _, p := range e.Problems {
		out = append(out, p.Field+":"+p.Code)
	}
	return out
}

const people = `赛罕区网格人员名单
单位：演示街道办事处

姓名*,手机号（必填）,登录名,岗位,职责,区划代码,管辖区域,部门,开始日期,结束日期,备注
张三,138 0013-8000,zhangsan,网格员,,150105,150105001001001,,2026-01-01,2026年11月25日,新来的
李四,+86 (471) 1234567,LiSi,派遣员,受理员、值班长,150105,新华街道,,2026/3/4,,

"王,五",１３９００１３９０００,ｗａｎｇｗｕ,Department_Handler,,１５０１０５,150105001,城管局,2026.5.6,20271231,
`

var peopleEntries = []roster.Entry{
	{Line: 5, Name: "张三", Phone: "13800138000", Login: "zhangsan", Role: policy.Worker, District: "150105", Area: "150105001001001", From: "2026-01-01", Until: "2026-11-25"},
	{Line: 6, Name: "李四", Phone: "+864711234567", Login: "LiSi", Role: policy.Dispatcher, Duties: []string{"intake", "shift_lead"}, District: "150105", Area: "新华街道", From: "2026-03-04"},
	{Line: 8, Name: "王,五", Phone: "13900139000", Login: "wangwu", Role: policy.Handler, District: "150105", Area: "150105001", Department: "城管局", From: "2026-05-06", Until: "2027-12-31"},
}

func TestEncodingsAndSeparators(t *testing.T) {
	t.Parallel()
	encodings := map[string]encoding.Encoding{
		"UTF-8":          encoding.Nop,
		"UTF-8 BOM":      unicode.UTF8BOM,
		"UTF-16 LE":      unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"UTF-16 BE":      unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"GBK":            simplifiedchinese.GBK,
		"GB18030":        simplifiedchinese.GB18030,
		"UTF-8, CR only": nil,
	}
	for label, e := range encodings {
		for ending, separator := range map[string]string{".csv": ",", ".txt": ";", ".tsv": "\t", ".CSV": "，"} {
			t.Run(label+" "+separator, func(t *testing.T) {
				t.Parallel()
				lines := strings.Split(people, "\n")
				for i, line := range lines {
					if i > 2 {
						lines[i] = strings.ReplaceAll(line, ",", separator)
					}
				}
				text := strings.Join(lines, "\r\n")
				if e == nil {
					text = strings.Join(lines, "\r")
				} else {
					var err error
					if text, err = e.NewEncoder().String(text); err != nil {
						t.Fatal(err)
					}
				}
				got := read(t, "a"+ending, text)
				want := slices.Clone(peopleEntries)
				if want[2].Name = "王" + separator + "五"; separator == "\t" { // no text of one line
					want[2].Name, want[2].Problems = "王五", got.Entries[2].Problems
				}
				if diff := cmp.Diff(&roster.Roster{Entries: want, Ignored: []string{"备注"}}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		heading string
		want    roster.Entry
		ignored []string
	}{
		{"姓名,岗位,手机", roster.Entry{Name: "甲", Role: policy.Worker, Phone: "12345"}, nil},
		{"Name,Role,Mobile", roster.Entry{Name: "甲", Role: policy.Worker, Phone: "12345"}, nil},
		{" 姓 名 ＊,岗　位（必填）,联系电话(11位)", roster.Entry{Name: "甲", Role: policy.Worker, Phone: "12345"}, nil},
		{"ＮＡＭＥ*,post,Area_Code", roster.Entry{Name: "甲", Role: policy.Worker, Area: "12345"}, nil},
		{"name,POST,valid from", roster.Entry{Name: "甲", Role: policy.Worker}, nil},
		{"姓名,用户名,社区编码", roster.Entry{Name: "甲", Login: "网格员", Area: "12345"}, nil},
		{"姓名,角色,姓名", roster.Entry{Name: "甲", Role: policy.Worker}, []string{"姓名"}},
		{"姓名,职务,性别", roster.Entry{Name: "甲", Role: policy.Worker}, []string{"性别"}},
		{"\u200b姓名,岗位,", roster.Entry{Name: "甲", Role: policy.Worker}, nil},
	} {
		t.Run(tc.heading, func(t *testing.T) {
			t.Parallel()
			got := read(t, "a.csv", tc.heading+"\n甲,网格员,12345\n")
			if len(got.Entries) != 1 {
				t.Fatalf("%+v", got)
			}
			tc.want.Line, tc.want.Problems = 2, got.Entries[0].Problems
			if diff := cmp.Diff(tc.want, got.Entries[0]); diff != "" || !slices.Equal(got.Ignored, tc.ignored) {
				t.Errorf("ignored %q, (-want +got):\n%s", got.Ignored, diff)
			}
		})
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	cell := func(role string) roster.Entry {
		return read(t, "a.csv", "姓名,岗位\n甲,"+role+"\n").Entries[0]
	}
	for _, r := range policy.Roles {
		for _, word := range []string{r.Word(), string(r), strings.ToUpper(string(r)), " " + r.Word() + "　"} {
			e := cell(word)
			want := r
			if !account.Appointed(r) {
				want = ""
			}
			if e.Role != want || (want == "") != slices.Equal(codes(e), []string{"role:unknown_role"}) {
				t.Errorf("%q is %q with %q", word, e.Role, codes(e))
			}
		}
	}
	for word, duty := range map[string]string{"受理员": "intake", "值班长": "shift_lead"} {
		if e := cell(word); e.Role != policy.Dispatcher || !slices.Equal(e.Duties, []string{duty}) || e.Problems != nil {
			t.Errorf("%s: %+v", word, e)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, heading, line string
		want                []string
	}{
		{"nothing is wrong", "姓名,岗位", "甲,网格员", nil},
		{"a person without a post", "姓名,岗位,部门", "甲,,城管局", nil},
		{"no name", "姓名,岗位", " \u200b ,网格员", []string{"name:missing_name"}},
		{"letters in a telephone number", "姓名,岗位,手机", "甲,,1380013800O", []string{"phone:bad_phone"}},
		{"two telephone numbers", "姓名,岗位,手机", "甲,,13800138000/13900139000", []string{"phone:bad_phone"}},
		{"a short telephone number", "姓名,岗位,手机", "甲,,119", []string{"phone:bad_phone"}},
		{"a long telephone number", "姓名,岗位,手机", "甲,,1380013800013800", []string{"phone:bad_phone"}},
		{"a telephone number with a fraction", "姓名,岗位,手机", "甲,,13800138000.0", []string{"phone:bad_phone"}},
		{"a plus in the middle", "姓名,岗位,手机", "甲,,138+00138000", []string{"phone:bad_phone"}},
		{"a telephone number that Excel rounded", "姓名,岗位,手机", "甲,,1.38E+10", []string{"phone:phone_damaged"}},
		{"the same in full width", "姓名,岗位,手机", "甲,,１．３８Ｅ＋１０", []string{"phone:phone_damaged"}},
		{"a code that Excel rounded", "姓名,岗位,区域", "甲,,1.50102E+14", []string{"area:number_damaged"}},
		{"a login that Excel rounded", "姓名,登录名", "甲,1.38001e10", []string{"login:number_damaged"}},
		{"a role that nobody knows", "姓名,岗位", "甲,网格长老", []string{"role:unknown_role"}},
		{"two roles at once", "姓名,岗位", "甲,网格员、网格长", []string{"role:unknown_role"}},
		{"a duty that nobody knows", "姓名,岗位,职责", "甲,派遣员,值夜", []string{"duties:unknown_duty"}},
		{"a duty that the role does not have", "姓名,岗位,职责", "甲,网格员,受理员", []string{"duties:unknown_duty"}},
		{"a day that does not exist", "姓名,岗位,起", "甲,,2026-02-30", []string{"from:bad_date"}},
		{"a word for a date", "姓名,岗位,止", "甲,,长期", []string{"until:bad_date"}},
		{"a serial number in a text", "姓名,岗位,止", "甲,,46351", []string{"until:bad_date"}},
		{"a year that is a slip", "姓名,岗位,起", "甲,,0226-01-01", []string{"from:bad_date"}},
		{"a time of day", "姓名,岗位,起", "甲,,2026-01-01 08:30", []string{"from:bad_date"}},
		{"midnight", "姓名,岗位,起", "甲,,2026/1/1 0:00:00", nil},
		{"ends before it begins", "姓名,岗位,起,止", "甲,,2026-02-01,2026-01-31", []string{"until:until_before_from"}},
		{"one day", "姓名,岗位,起,止", "甲,,2026-02-01,2026-02-01", nil},
		{"a name of 60 characters", "姓名,岗位", strings.Repeat("甲", 60) + ",", nil},
		{"a name of 61", "姓名,岗位", strings.Repeat("甲", 61) + ",", []string{"name:text_too_long"}},
		{"a department of 101", "姓名,岗位,部门", "甲,," + strings.Repeat("乙", 101), []string{"department:text_too_long"}},
		{"a line break", "姓名,岗位", "\"甲\n乙\",", []string{"name:bad_text"}},
		{"a bell", "姓名,岗位,部门", "甲,,城\a管", []string{"department:bad_text"}},
		{"a damaged character", "姓名,岗位", "张\ufffd,", []string{"name:bad_text"}},
		{"an example that was left", "姓名,岗位", "示例·网格员,", []string{"name:example_line"}},
		{"several at once", "姓名,岗位,手机", ",x,y", []string{"name:missing_name", "phone:bad_phone", "role:unknown_role"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, "a.csv", tc.heading+"\n"+tc.line+"\n")
			if len(r.Entries) != 1 || !slices.Equal(codes(r.Entries[0]), tc.want) {
				t.Fatalf("%+v, want %q", r.Entries, tc.want)
			}
			for _, p := range r.Entries[0].Problems {
				if p.ZH == "" || p.EN == "" || p.Text("en") != p.EN || p.Text("zh") != p.ZH || strings.Contains(p.ZH+p.EN, "%!") {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

// A second line with the same login, however it is written, names the first.
func TestALoginTwice(t *testing.T) {
	t.Parallel()
	r := read(t, "a.csv", "姓名,登录名\n甲,abc\n乙,\n丙,ＡＢＣ\n丁,\n")
	p := r.Entries[2].Problems
	if len(p) != 1 || p[0].Code != "duplicate_login" || !strings.Contains(p[0].ZH, "第 2 行和第 4 行") || !strings.Contains(p[0].EN, "line 2 and on line 4") {
		t.Errorf("%+v", p)
	}
	if r.Entries[0].Problems != nil || r.Entries[1].Problems != nil || r.Entries[3].Problems != nil {
		t.Errorf("%+v", r.Entries)
	}
}

func TestWhatSpreadsheetsAddIsTakenOff(t *testing.T) {
	t.Parallel()
	e := read(t, "a.csv", "姓名,手机,登录名,部门\n'@甲,'+8613800138000,'=x,'n Beetje\n").Entries[0]
	if e.Name != "@甲" || e.Phone != "+8613800138000" || e.Login != "=x" || e.Department != "'n Beetje" {
		t.Errorf("%+v", e)
	}
	e = read(t, "a.csv", "姓名,手机,登录名\n\ufeff甲\u200e,\u202d13800138000\u202c,\n").Entries[0]
	if e.Name != "甲" || e.Phone != "13800138000" || e.Problems != nil {
		t.Errorf("%+v", e)
	}
}

// Lines without anything in a column that is read are no entries, and the lines
// of the others are those of the file.
func TestEmptyLines(t *testing.T) {
	t.Parallel()
	r := read(t, "a.csv", "序号,姓名,岗位\n1,甲,\n2,,\n,,\n\n\"3\n\",\"乙\",\n4, ,　\n5,丙,")
	var got []string
	for _, e := range r.Entries {
		got = append(got, fmt.Sprint(e.Line, e.Name))
	}
	if want := []string{"2甲", "6乙", "9丙"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	head := "姓名,岗位\n"
	for _, tc := range []struct {
		name, file, content string
		kind                fault.Kind
		code                string
	}{
		{"an unknown ending", "a.pdf", "", fault.Unsupported, "unsupported_format"},
		{"old Excel", "a.xls", "", fault.Unsupported, "old_excel"},
		{"old Excel under another name", "a.xlsx", ole + "Workbook", fault.Unsupported, "old_excel"},
		{"old Excel as CSV", "a.csv", ole + "Workbook", fault.Unsupported, "old_excel"},
		{"an encrypted workbook", "a.xlsx", ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", fault.Unsupported, "encrypted"},
		{"a workbook for macros", "a.xlsm", "", fault.Unsupported, "macros"},
		{"a text as workbook", "a.xlsx", head, fault.Invalid, "bad_xlsx"},
		{"a workbook as text", "a.csv", "PK\x03\x04", fault.Unsupported, "wrong_ending"},
		{"bytes that are no text", "a.csv", "姓名\xff\xff\xff", fault.Invalid, "not_text"},
		{"text with zeros", "a.csv", head + "a\x00b,", fault.Invalid, "not_text"},
		{"an empty file", "a.csv", "", fault.Unprocessable, "no_heading"},
		{"a heading without post and login", "a.csv", "姓名,手机\n甲,\n", fault.Unprocessable, "no_heading"},
		{"a heading on line 11", "a.csv", strings.Repeat("标题\n", 10) + head + "甲,\n", fault.Unprocessable, "no_heading"},
		{"quotes that do not match", "a.csv", head + "甲,\"网格员\n乙,", fault.Invalid, "bad_csv"},
		{"11 MB", "a.csv", head + strings.Repeat("甲乙丙,\n", 1<<20), fault.TooLarge, "file_too_large"},
		{"5001 entries", "a.csv", head + strings.Repeat("甲,\n", 5001), fault.TooLarge, "too_many_entries"},
		{"61 columns", "a.csv", head + "甲" + strings.Repeat(",x", 60) + "\n", fault.TooLarge, "too_many_columns"},
		{"61 columns in the heading", "a.csv", "姓名,岗位" + strings.Repeat(",x", 59) + "\n", fault.TooLarge, "too_many_columns"},
		{"a long cell", "a.csv", head + "甲," + strings.Repeat("x", 2001) + "\n", fault.TooLarge, "cell_too_long"},
		{"a row without end", "a.csv", head + strings.Repeat(",", 9<<20), fault.TooLarge, "row_too_long"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r, err := roster.Read(t.Context(), write(t, tc.file, tc.content))
			e, ours := fault.As(err)
			if !ours || e.Code != tc.code || e.Kind != tc.kind || e.ZH == "" || e.EN == "" || strings.Contains(e.ZH+e.EN, "%!") {
				t.Errorf("%+v, %v; want %s", r, err, tc.code)
			}
		})
	}
	if _, err := roster.Read(t.Context(), filepath.Join(t.TempDir(), "none.csv")); !fault.Is(err, "no_such_file") {
		t.Errorf("no file: %v", err)
	}
	folder := filepath.Join(t.TempDir(), "a.csv")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := roster.Read(t.Context(), folder); !fault.Is(err, "not_regular") {
		t.Errorf("a folder: %v", err)
	}
}

func TestTheLimitsThemselvesAreAllowed(t *testing.T) {
	t.Parallel()
	wide := "姓名,岗位" + strings.Repeat(",x", 58) + strings.Repeat(",", 40) + "\n"
	r := read(t, "a.csv", wide+strings.Repeat("甲,"+strings.Repeat(" ", 2000)+"\n", 5000))
	if len(r.Entries) != 5000 || len(r.Ignored) != 58 {
		t.Errorf("%d entries, %d headings ignored", len(r.Entries), len(r.Ignored))
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{write(t, "a.csv", people), write(t, "a.xlsx", string(workbook(t, nil)))} {
		if _, err := roster.Read(ctx, path); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

func TestTheTemplateIsReadAsItStands(t *testing.T) {
	t.Parallel()
	var first []roster.Entry
	for _, lang := range []string{"zh", "en"} {
		b := roster.Template(lang)
		if !strings.HasPrefix(string(b), "\ufeff") || !strings.Contains(string(b), "*,") {
			t.Errorf("%s: %q", lang, b)
		}
		r := read(t, "a.csv", string(b))
		if len(r.Ignored) > 0 || len(r.Entries) < 8 {
			t.Errorf("%s: ignored %q, %d entries", lang, r.Ignored, len(r.Entries))
		}
		for i := range r.Entries {
			e := &r.Entries[i]
			if got := codes(*e); !slices.Equal(got, []string{"name:example_line"}) {
				t.Errorf("%s, line %d: %q", lang, e.Line, got)
			}
			if e.Role == "" || e.Phone == "" || e.Login == "" || e.District == "" || e.Area == "" || e.From == "" {
				t.Errorf("%s: %+v", lang, e)
			}
			e.Name, e.Department, e.Problems = "", "", nil
		}
		if first == nil {
			first = r.Entries
		} else if diff := cmp.Diff(first, r.Entries); diff != "" {
			t.Errorf("the languages differ:\n%s", diff)
		}
	}
}
