package roster_test

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/roster"
)

const ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// saved is a workbook that excelize writes after edit.
func saved(tb testing.TB, edit func(f *excelize.File)) string {
	tb.Helper()
	f := excelize.NewFile()
	edit(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// set fills a row of Sheet1 from column A.
func set(tb testing.TB, f *excelize.File, sheet string, row int, values ...any) {
	tb.Helper()
	if err := f.SetSheetRow(sheet, "A"+strconv.Itoa(row), &values); err != nil {
		tb.Fatal(err)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// A workbook as an office makes it: notes on a first sheet, a list with a title
// above the heading, numbers and dates as Excel keeps them, a hidden sheet.
func TestAWorkbook(t *testing.T) {
	t.Parallel()
	content := saved(t, func(f *excelize.File) {
		set(t, f, "Sheet1", 1, "填写说明")
		set(t, f, "Sheet1", 2, "请在名单中填写")
		for _, name := range []string{"旧名单", "名单", "更多"} {
			_, err := f.NewSheet(name)
			must(t, err)
		}
		set(t, f, "旧名单", 1, "姓名", "岗位")
		set(t, f, "旧名单", 2, "甲", "网格员")
		must(t, f.SetSheetVisible("旧名单", false))
		set(t, f, "更多", 1, "姓名", "岗位")
		set(t, f, "更多", 2, "乙", "网格员")
		const s = "名单"
		set(t, f, s, 1, "赛罕区网格人员名单")
		must(t, f.MergeCell(s, "A1", "I1"))
		set(t, f, s, 3, "姓名", "手机", "登录名", "岗位", "区域编码", "部门", "起", "止", "备注")
		set(t, f, s, 4, "张三", 13800138000, 13800138000, "网格员", 150105001001001, "", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), "2026年11月25日", "x")
		set(t, f, s, 6, "李四", "+86 139-0013-9000", "lisi", "值班长", "新华街道", 7, 46351.75, 20271231)
		must(t, f.SetCellRichText(s, "A7", []excelize.RichTextRun{{Text: "王"}, {Text: "五", Font: &excelize.Font{Bold: true}}}))
		must(t, f.SetCellStr(s, "D7", "督查"))
	})
	want := &roster.Roster{Ignored: []string{"备注"}, Entries: []roster.Entry{
		{Line: 4, Name: "张三", Phone: "13800138000", Login: "13800138000", Role: policy.Worker, Area: "150105001001001", From: "2026-01-02", Until: "2026-11-25"},
		{Line: 6, Name: "李四", Phone: "+8613900139000", Login: "lisi", Role: policy.Dispatcher, Duties: []string{"shift_lead"}, Area: "新华街道", Department: "7", From: "2026-11-25", Until: "2027-12-31"},
		{Line: 7, Name: "王五", Role: policy.Supervisor},
	}}
	if diff := cmp.Diff(want, read(t, "a.XLSX", content)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAWorkbookThatCountsDaysFrom1904(t *testing.T) {
	t.Parallel()
	content := saved(t, func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		set(t, f, "Sheet1", 1, "姓名", "岗位", "起")
		set(t, f, "Sheet1", 2, "甲", "", 46351-1462)
	})
	if e := read(t, "a.xlsx", content).Entries[0]; e.From != "2026-11-25" || e.Problems != nil {
		t.Errorf("%+v", e)
	}
}

func TestFormulasAreNotTrusted(t *testing.T) {
	t.Parallel()
	content := saved(t, func(f *excelize.File) {
		set(t, f, "Sheet1", 1, "姓名", "岗位", "手机")
		set(t, f, "Sheet1", 2, "甲", "网格员", 13800138000)
		must(t, f.SetCellFormula("Sheet1", "A2", `A3&"乙"`))
		set(t, f, "Sheet1", 3, "乙", "网格员", 13800138000)
		must(t, f.SetCellFormula("Sheet1", "C3", `13800138000+1`))
	})
	r := read(t, "a.xlsx", content)
	if e := r.Entries[0]; e.Name != "" || !slices.Equal(codes(e), []string{"name:formula"}) {
		t.Errorf("%+v", e)
	}
	if e := r.Entries[1]; e.Phone != "" || !slices.Equal(codes(e), []string{"phone:formula"}) {
		t.Errorf("%+v", e)
	}
}

// parts are those of a small workbook, by name; edits replace the text of a
// part, or add one.
func parts(edits map[string]string) map[string]string {
	p := map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       shared(""),
		"xl/worksheets/sheet1.xml":   sheet(""),
	}
	for name, text := range edits {
		p[name] = text
	}
	return p
}

// sheet is a sheet whose first row is the heading 姓名, 岗位, 手机; rows follow.
func sheet(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>` + rows + `</sheetData></worksheet>`
}

func shared(more string) string {
	return `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>姓名</t><phoneticPr fontId="1"/></si><si><r><t>岗</t></r><r><t>位</t></r><rPh sb="0" eb="1"><t>ガン</t></rPh></si><si><t>手机</t></si>` + more + `</sst>`
}

// workbook packs the parts with edits.
func workbook(tb testing.TB, edits map[string]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	all := parts(edits)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out, err := w.Create(name)
		must(tb, err)
		_, err = io.WriteString(out, all[name])
		must(tb, err)
	}
	must(tb, w.Close())
	return b.Bytes()
}

// Cells that other programs write, or that programs could.
func TestCells(t *testing.T) {
	t.Parallel()
	cells := func(c string) string {
		return `<row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c>` + c + `</row>`
	}
	for _, tc := range []struct {
		name, rows string
		phone      string
		want       []string
	}{
		{"a number of Java", cells(`<c r="C2"><v>1.3800138E10</v></c>`), "13800138000", nil},
		{"a round number", cells(`<c r="C2" t="n"><v>1.38E+10</v></c>`), "13800000000", nil},
		{"a text in exponent form", cells(`<c r="C2" t="str"><v>1.38E+10</v></c>`), "", []string{"phone:phone_damaged"}},
		{"a number too large", cells(`<c r="C2"><v>1.38E+300</v></c>`), "", []string{"phone:bad_phone"}},
		{"no number", cells(`<c r="C2"><v>NaN</v></c>`), "", []string{"phone:bad_phone"}},
		{"an error value", cells(`<c r="C2" t="e"><v>#N/A</v></c>`), "", []string{"phone:bad_text"}},
		{"an empty formula", cells(`<c r="C2"><f/><v>13800138000</v></c>`), "", []string{"phone:formula"}},
		{"a formula without a result", cells(`<c r="C2"><f>1</f></c>`), "", []string{"phone:formula"}},
		{"a shared formula", cells(`<c r="C2"><f t="shared" si="0"/><v>13800138000</v></c>`), "", []string{"phone:formula"}},
		{"what an array formula filled", cells(`<c r="B2"><f t="array" ref="B2:C3">1</f></c><c r="C2"><v>13800138000</v></c>`), "", []string{"phone:formula", "role:formula"}},
		{"what a data table filled", `<row r="1000"><c r="C1000"><f t="dataTable" ref="A1:C1001"/></c></row>` + `<row r="1001"><c r="A1001" t="inlineStr"><is><t>甲</t></is></c><c r="C1001"><v>13800138000</v></c></row>`, "", []string{"name:formula", "phone:formula"}},
		{"an escaped character", cells(`<c r="C2" t="str"><v>_x0031_3800138000_x000D_</v></c>`), "13800138000", nil},
		{"rows and cells without a number", `<row><c t="str"><v>甲</v></c><c/><c><v>13800138000</v></c></row>`, "13800138000", nil},
		{"a name space with a prefix", `<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="2"><x:c r="A2" t="str"><x:v>甲</x:v></x:c><x:c r="C2"><x:v>13800138000</x:v></x:c></x:row>`, "13800138000", nil},
		{"a remark inside", cells(`<c r="C2"><v>138<!-- -->00138000</v></c>`), "13800138000", nil},
		{"styled cells far to the right", cells(`<c r="C2"><v>13800138000</v></c><c r="XFD2" s="1"/>`), "13800138000", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, "a.xlsx", string(workbook(t, map[string]string{"xl/worksheets/sheet1.xml": sheet(tc.rows)})))
			e := r.Entries[len(r.Entries)-1]
			if e.Phone != tc.phone || !slices.Equal(codes(e), tc.want) {
				t.Errorf("%+v, want %q and %q", e, tc.phone, tc.want)
			}
		})
	}
}

// packed is a zip of entries made by hand, so that it can lie.
func packed(tb testing.TB, headers ...*zip.FileHeader) string {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range parts(nil) {
		out, err := w.Create(name)
		must(tb, err)
		_, err = io.WriteString(out, text)
		must(tb, err)
	}
	for _, h := range headers {
		out, err := w.CreateRaw(h)
		must(tb, err)
		_, err = out.Write(make([]byte, min(h.CompressedSize64, 100)))
		must(tb, err)
	}
	must(tb, w.Close())
	return b.String()
}

// Files that are made to hurt cost little and are refused with a code.
func TestHostileWorkbooks(t *testing.T) {
	t.Parallel()
	row := `<row r="2"><c r="A2" t="str"><v>甲</v></c></row>`
	with := func(name, text string) string { return string(workbook(t, map[string]string{name: text})) }
	inSheet := func(rows string) string { return with("xl/worksheets/sheet1.xml", sheet(rows)) }
	laughs := `<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">`
	for c := 'b'; c < 'k'; c++ {
		laughs += `<!ENTITY ` + string(c) + ` "` + strings.Repeat("&"+string(c-1)+";", 10) + `">`
	}
	laughs += `]>` + shared(`<si><t>&j;</t></si>`)
	honest := string(workbook(t, map[string]string{"xl/worksheets/sheet1.xml": sheet(row)}))
	big := strings.Repeat("0", 100<<20)
	liar := &zip.FileHeader{Name: "xl/media/a", Method: zip.Deflate, CompressedSize64: 100, UncompressedSize64: 1 << 62}
	for _, tc := range []struct {
		name, content, code string
	}{
		{"a bomb among the texts", with("xl/sharedStrings.xml", shared("<si><t>"+big+"</t></si>")), "zip_bomb"},
		{"a bomb in the sheet", inSheet(strings.Repeat(" ", 70<<20)), "zip_bomb"},
		{"a bomb in a part that is not read", with("xl/media/a.png", big), "zip_bomb"},
		{"a bomb of many parts", string(workbook(t, map[string]string{"a": big[:40<<20], "b": big[:40<<20]})), "zip_bomb"},
		{"a part that understates its size", understated(t, with("xl/worksheets/sheet1.xml", sheet(strings.Repeat("<!---->", 9<<20)))), "bad_xlsx"},
		{"a sheet that is shown again and again", string(workbook(t, map[string]string{
			"xl/worksheets/sheet1.xml": `<worksheet>` + strings.Repeat("<!---->", 1<<18) + `</worksheet>`,
			"xl/workbook.xml":          strings.Replace(parts(nil)["xl/workbook.xml"], "<sheets>", "<sheets>"+strings.Repeat(`<sheet name="a" sheetId="1" r:id="rId1"/>`, 1000), 1),
		})), "zip_bomb"},
		{"a part of an absurd size", packed(t, liar), "zip_bomb"},
		{"sizes that overflow", packed(t, &zip.FileHeader{Name: "a", Method: zip.Deflate, CompressedSize64: 1, UncompressedSize64: 1<<64 - 1}), "zip_bomb"},
		{"a part of -1 bytes", packed(t, &zip.FileHeader{Name: "a", Method: zip.Deflate, CompressedSize64: 1<<64 - 1, UncompressedSize64: 1}), "bad_xlsx"},
		{"parts without number", manyParts(t, 201), "zip_bomb"},
		{"parts that share their bytes", overlapping(t), "zip_bomb"},
		{"a name that leads out", with("../../etc/passwd", "x"), "bad_xlsx"},
		{"the same with the other stroke", with(`xl\..\..\passwd`, "x"), "bad_xlsx"},
		{"an absolute name", with("/etc/passwd", "x"), "bad_xlsx"},
		{"a part twice", with("XL/Workbook.xml", "x"), "bad_xlsx"},
		{"a locked part", packed(t, &zip.FileHeader{Name: "a", Flags: 1, CompressedSize64: 1, UncompressedSize64: 1}), "encrypted"},
		{"macros", with("xl/vbaProject.bin", "x"), "macros"},
		{"a billion laughs", with("xl/sharedStrings.xml", laughs), "bad_xlsx"},
		{"a billion laughs in the sheet", with("xl/worksheets/sheet1.xml", strings.Replace(laughs, "sst", "worksheet", 1)), "bad_xlsx"},
		{"an external entity", with("xl/sharedStrings.xml", `<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>`+shared(`<si><t>&x;</t></si>`)), "bad_xlsx"},
		{"an entity that is not declared", with("xl/sharedStrings.xml", shared(`<si><t>&x;</t></si>`)), "bad_xlsx"},
		{"a row far away", inSheet(`<row r="2147483647"><c r="A2147483647" t="str"><v>甲</v></c></row>`), "bad_xlsx"},
		{"a row before the first", inSheet(`<row r="-1"><c r="A-1" t="str"><v>甲</v></c></row>`), "bad_xlsx"},
		{"a row of no number", inSheet(`<row r="x"/>`), "bad_xlsx"},
		{"a row twice", inSheet(row + row), "bad_xlsx"},
		{"a row beyond the last", inSheet(`<row r="1048576"/><row/>`), "bad_xlsx"},
		{"a cell of another row", inSheet(`<row r="2"><c r="A3"/></row>`), "bad_xlsx"},
		{"a cell far away", inSheet(`<row r="2"><c r="ZZZZZZZ2" t="str"><v>甲</v></c></row>`), "bad_xlsx"},
		{"cells out of order", inSheet(`<row r="2"><c r="B2"/><c r="A2"/></row>`), "bad_xlsx"},
		{"a cell outside all rows", with("xl/worksheets/sheet1.xml", `<worksheet><c r="A0"/></worksheet>`), "bad_xlsx"},
		{"a text that does not exist", inSheet(`<row r="2"><c r="A2" t="s"><v>99</v></c></row>`), "bad_xlsx"},
		{"a text before the first", inSheet(`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`), "bad_xlsx"},
		{"a sheet that ends too early", with("xl/worksheets/sheet1.xml", strings.TrimSuffix(sheet(row), "</sheetData></worksheet>")), "bad_xlsx"},
		{"tags without end", inSheet(strings.Repeat("<a>", 1<<20)), "bad_xlsx"},
		{"a tag without end", inSheet(`<row ` + strings.Repeat(`a="" `, 1<<20) + `/>`), "bad_xlsx"},
		{"a text without end", with("xl/sharedStrings.xml", shared("<si><t>"+big[:2<<20]+"</t></si>")), "bad_xlsx"},
		{"texts without number", with("xl/sharedStrings.xml", shared(strings.Repeat("<si/>", 1<<20))), "zip_bomb"},
		{"a cell of many texts", inSheet(`<row r="2"><c r="A2" t="inlineStr"><is>` + strings.Repeat("<r><t>x</t></r>", 1<<20) + `</is></c></row>`), "cell_too_long"},
		{"a long text", string(workbook(t, map[string]string{"xl/sharedStrings.xml": shared("<si><t>" + big[:100<<10] + "</t></si>"), "xl/worksheets/sheet1.xml": sheet(`<row><c t="s"><v>3</v></c></row>`)})), "cell_too_long"},
		{"61 columns", inSheet(`<row r="2"><c r="BI2"><v>1</v></c></row>`), "too_many_columns"},
		{"5001 entries", inSheet(strings.Repeat(`<row><c t="str"><v>甲</v></c></row>`, 5001)), "too_many_entries"},
		{"another encoding", with("xl/worksheets/sheet1.xml", strings.Replace(sheet(row), "UTF-8", "UTF-7", 1)), "bad_xlsx"},
		{"a sheet that is not there", with("xl/_rels/workbook.xml.rels", strings.Replace(parts(nil)["xl/_rels/workbook.xml.rels"], "sheet1.xml", "../../../../etc/passwd", 1)), "bad_xlsx"},
		{"a workbook that is its own sheet", with("xl/_rels/workbook.xml.rels", strings.Replace(parts(nil)["xl/_rels/workbook.xml.rels"], "worksheets/sheet1.xml", "workbook.xml", 1)), "no_heading"},
		{"no workbook", with("_rels/.rels", `<Relationships><Relationship Type="x/officeDocument" Target="../../x"/></Relationships>`), "bad_xlsx"},
		{"a bad checksum", strings.ReplaceAll(honest, crc(sheet(row)), "\x01\x02\x03\x04"), "bad_xlsx"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := write(t, "a.xlsx", tc.content)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			r, err := roster.Read(t.Context(), path)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			e, ours := fault.As(err)
			if !ours || e.Code != tc.code || e.ZH == "" || e.EN == "" || strings.Contains(e.ZH+e.EN, "%!") || len(e.EN) > 500 {
				t.Errorf("%+v, %v; want %s", r, err, tc.code)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 600 || took > 20*time.Second {
				t.Errorf("%d MiB were allocated in %v", used, took)
			}
		})
	}
}

// crc is the checksum of a text as a zip holds it.
func crc(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
}

// understated rewrites every claimed size of 60 MB and more to 1000 bytes.
func understated(tb testing.TB, content string) string {
	tb.Helper()
	z, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	must(tb, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range z.File {
		h := e.FileHeader
		if h.UncompressedSize64 > 60<<20 {
			h.UncompressedSize64 = 1000
		}
		raw, err := e.OpenRaw()
		must(tb, err)
		out, err := w.CreateRaw(&h)
		must(tb, err)
		_, err = io.Copy(out, raw)
		must(tb, err)
	}
	must(tb, w.Close())
	return b.String()
}

func manyParts(tb testing.TB, n int) string {
	tb.Helper()
	edits := map[string]string{}
	for i := range n {
		edits["a"+strconv.Itoa(i)] = ""
	}
	return string(workbook(tb, edits))
}

// overlapping points a second entry of the directory to the bytes of a first.
func overlapping(tb testing.TB) string {
	tb.Helper()
	b := workbook(tb, map[string]string{"xl/a.xml": "aaaa", "xl/b.xml": "bbbb"})
	first, second := bytes.LastIndex(b, []byte("xl/a.xml")), bytes.LastIndex(b, []byte("xl/b.xml"))
	copy(b[second-4:second], b[first-4:first]) // where the entry begins
	return string(b)
}

// A workbook that is cut off anywhere is refused with a code.
func TestAWorkbookThatIsCutOff(t *testing.T) {
	t.Parallel()
	content := saved(t, func(f *excelize.File) {
		set(t, f, "Sheet1", 1, "姓名", "岗位")
		set(t, f, "Sheet1", 2, "甲", "网格员")
	})
	for n := 0; n < len(content); n += 37 {
		if _, err := roster.Read(t.Context(), write(t, "a.xlsx", content[:n])); !fault.Is(err, "bad_xlsx") {
			t.Errorf("cut off at %d of %d: %v", n, len(content), err)
		}
	}
	read(t, "a.xlsx", content)
}

// What excelize locks with a password is refused as locked.
func TestALockedWorkbook(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	var b bytes.Buffer
	must(t, f.Write(&b, excelize.Options{Password: "123456"}))
	if _, err := roster.Read(t.Context(), write(t, "a.xlsx", b.String())); !fault.Is(err, "encrypted") {
		t.Error(err)
	}
}
