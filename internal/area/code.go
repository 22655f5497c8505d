package area

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wangge/internal/fault"
)

// Scheme is how the codes of a district are built.
type Scheme string

// GBT codes are digits: 6 for the district (GB/T 2260), 9 for the subdistrict
// (GB/T 10114), 12 for the community, 15 for the grid (domain practice after
// DB11: district 6, subdistrict 3, community 3, sequence 3), each beginning
// with its parent's. Opaque codes are any text.
const (
	GBT    Scheme = "gbt"
	Opaque Scheme = "opaque"
)

var gbtDigits = map[Level]int{District: 6, Subdistrict: 9, Community: 12, Grid: 15}

// GuessScheme returns GBT when at least four fifths of the codes have the
// digits that their level asks for, and Opaque otherwise: a few mistyped codes
// are to be refused, not to switch the checks off. Compounds say nothing.
func GuessScheme(district string, level Level, codes []string) Scheme {
	if !digits(district, 6) {
		return Opaque
	}
	misfits := 0
	for _, c := range codes {
		if n, ok := gbtDigits[level]; ok && !digits(c, n) {
			misfits++
		}
	}
	if misfits*5 > len(codes) {
		return Opaque
	}
	return GBT
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// CheckCode refuses a code that its scheme does not allow. Errors: bad_code.
func (s Scheme) CheckCode(district string, level Level, code string) error {
	if err := CheckText("code", code, 64); err != nil {
		return err
	}
	n, known := gbtDigits[level]
	if s != GBT || !known {
		return nil
	}
	if !digits(code, n) {
		return fault.New(fault.Unprocessable, "bad_code",
			"%[1]s编码 %[2]q 应为 %[3]d 位数字", "the %[4]s code %[2]q should have %[3]d digits",
			level.Word(), code, n, level.String())
	}
	if !strings.HasPrefix(code, district) {
		return fault.New(fault.Unprocessable, "bad_code",
			"编码 %q 不以区代码 %s 开头", "the code %q does not begin with the district's %s", code, district)
	}
	return nil
}

// CheckParent refuses a GBT code that does not begin with its parent's.
// Dedicated grids may lie across communities and are not held to it.
func (s Scheme) CheckParent(v *Version, parentCode string) error {
	if s == GBT && v.Level <= Grid && !v.Overlay() && !strings.HasPrefix(v.Code, parentCode) {
		return fault.New(fault.Unprocessable, "code_parent_mismatch",
			"编码 %s 不以上级编码 %s 开头，而按位置它属于该上级",
			"the code %s does not begin with %s, the code of the parent it lies in", v.Code, parentCode)
	}
	return nil
}

// CheckText refuses text that people cannot read or that may do harm where it
// is shown: empty, too long (in characters), control or direction characters,
// broken encoding. Errors: bad_code, bad_name by field.
func CheckText(field, s string, most int) error {
	bad := func(zh, en string) error {
		return fault.New(fault.Unprocessable, "bad_"+field, zh+"：%[1]q", en+": %[1]q", s)
	}
	switch {
	case strings.TrimSpace(s) == "":
		if field == "code" {
			return fault.New(fault.Unprocessable, "bad_code", "没有编码：属性里没有常见的编码字段，请用 --code-field 写明", "no code: none of the usual attributes is there; name one with --code-field")
		}
		return fault.New(fault.Unprocessable, "bad_"+field, "没有名称", "no name")
	case s != strings.TrimSpace(s):
		return bad("首尾有空白", "space at the start or end")
	case utf8.RuneCountInString(s) > most:
		return bad("太长", "too long")
	case !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError):
		return bad("编码损坏的文字，文件可能不是 UTF-8", "broken text; the file may not be UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return bad("含有不可见的控制字符", "contains invisible control characters")
		}
	}
	return nil
}
