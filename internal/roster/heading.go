package roster

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"wangge/internal/fault"
)

// field is what a column holds.
type field string

// The fields, by the names that Problem gives them.
const (
	name       field = "name"
	phone      field = "phone"
	login      field = "login"
	role       field = "role"
	duties     field = "duties"
	district   field = "district"
	area       field = "area"
	department field = "department"
	from       field = "from"
	until      field = "until"
)

// columns lists the fields in the order of the template, with the headings
// under which each is known: the Chinese one of the template first. Headings
// are written as plain makes them.
var columns = []struct {
	field    field
	headings []string
}{
	{name, []string{"姓名", "name"}},
	{phone, []string{"手机", "phone", "手机号", "手机号码", "电话", "联系电话", "mobile"}},
	{login, []string{"登录名", "login", "账号", "用户名", "account", "username"}},
	{role, []string{"岗位", "role", "角色", "职务", "post"}},
	{duties, []string{"职责", "duties"}},
	{district, []string{"区划", "district", "区代码", "区划代码"}},
	{area, []string{"区域", "area", "区域编码", "管辖区域", "网格编码", "社区编码", "areacode", "code"}},
	{department, []string{"部门", "department"}},
	{from, []string{"开始日期", "from", "起", "生效日期", "validfrom"}},
	{until, []string{"结束日期", "until", "止", "截止日期", "validuntil"}},
}

// headingLines is how many lines are searched for the heading: people put a
// title, the unit and the date above.
const headingLines = 10

// plain is a heading without what people adorn it with: width, case, space,
// joints, the star of a mandatory column and a remark in brackets.
func plain(s string) string {
	s = strings.ToLower(width.Fold.String(s))
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsGraphic(r) || strings.ContainsRune("_-*:", r) {
			return -1
		}
		return r
	}, s)
	if open := strings.LastIndexByte(s, '('); open > 0 && strings.HasSuffix(s, ")") {
		s = s[:open]
	}
	return s
}

// heading says which field each column holds, "" where none, and which
// headings were not understood. ok is false when the line is no heading.
func heading(cells []cell) (fields []field, ignored []string, ok bool) {
	for _, c := range cells {
		f := headingField(plain(c.text))
		if slices.Contains(fields, f) {
			f = "" // the first of two columns counts
		}
		fields = append(fields, f)
		if text := strings.TrimSpace(c.text); f == "" && text != "" {
			ignored = append(ignored, clip(clean(text)))
		}
	}
	return fields, ignored, slices.Contains(fields, name) && (slices.Contains(fields, role) || slices.Contains(fields, login))
}

func headingField(heading string) field {
	for _, c := range columns {
		if slices.Contains(c.headings, heading) {
			return c.field
		}
	}
	return ""
}

func noHeading() error {
	return fault.New(fault.Unprocessable, "no_heading",
		"前 %[1]d 行里没有找到表头；表头要有“姓名”，以及“岗位”或“登录名”（可再有：手机、职责、区划、区域、部门、开始日期、结束日期）",
		"there is no heading in the first %[1]d lines; it must have “name”, and “role” or “login” (and may have: phone, duties, district, area, department, from, until)", headingLines)
}
