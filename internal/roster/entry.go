package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// The most characters of a text.
const (
	maxName = 60
	maxText = 100
)

// reading is one line while it becomes an entry.
type reading struct {
	entry Entry
	cells map[field]cell // those that hold something
	epoch epoch
}

func (l *reading) problem(f field, code, zh, en string, args ...any) {
	e := fault.New(fault.Unprocessable, code, zh, en, args...)
	l.entry.Problems = append(l.entry.Problems, Problem{string(f), e.Code, e.ZH, e.EN})
}

func (l *reading) read() {
	e := &l.entry
	e.Name = l.text(name)
	_, given := l.cells[name]
	switch {
	case !given:
		l.problem(name, "missing_name", "没有姓名", "there is no name")
	case isExample(e.Name):
		l.problem(name, "example_line", "这是模板里的示例行；请删去", "this is an example of the template; delete the line")
	}
	e.Phone = l.phone()
	e.Login = l.code(login)
	l.role()
	e.District, e.Area = l.code(district), l.code(area)
	e.Department = l.text(department)
	e.From, e.Until = l.date(from), l.date(until)
	if e.From != "" && e.Until != "" && e.Until < e.From {
		l.problem(until, "until_before_from", "结束日期 %[2]s 早于开始日期 %[1]s", "it ends on %[2]s, before it begins on %[1]s", e.From, e.Until)
	}
}

// text is what a cell says, for people. Problems: formula, bad_text,
// text_too_long.
func (l *reading) text(f field) string {
	c := l.cells[f]
	switch c.sort {
	case formula:
		l.problem(f, "formula", "单元格是公式，不采用其结果；请用“选择性粘贴—数值”换成值", "the cell holds a formula, whose result is not taken; paste it as a value")
		return ""
	case broken:
		l.problem(f, "bad_text", "单元格是 Excel 错误值 %[1]q", "the cell shows the Excel error %[1]q", clip(c.text))
		return ""
	case number:
		if digits, ok := whole(c.text); ok {
			return digits
		}
	}
	s := c.text
	if rest, quoted := strings.CutPrefix(s, "'"); quoted && rest != "" && strings.ContainsRune("=+-@", rune(rest[0])) {
		s = rest // spreadsheet programs put it there so that the text is no formula
	}
	s = strings.TrimSpace(invisible(s))
	if strings.ContainsFunc(s, control) {
		l.problem(f, "bad_text", "含有换行、乱码或控制字符：%[1]q", "it holds line breaks, garbled or control characters: %[1]q", clip(s))
		s = clean(s)
	}
	most := maxText
	if f == name {
		most = maxName
	}
	if n := utf8.RuneCountInString(s); n > most {
		l.problem(f, "text_too_long", "有 %[1]d 个字，最多 %[2]d 个", "it has %[1]d characters; %[2]d is the most", n, most)
	}
	return s
}

// folded is text with full-width letters and digits made plain.
func (l *reading) folded(f field) string { return strings.TrimSpace(width.Fold.String(l.text(f))) }

// control are characters that no text of one line has, besides those of a file
// that was read in a wrong encoding.
func control(r rune) bool {
	return unicode.Is(unicode.Cc, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// invisible takes off what is pasted along unseen, such as the marks of
// direction around numbers copied from a telephone.
func invisible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}

// clean is text without characters that cannot be seen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if control(r) {
			return -1
		}
		return r
	}, invisible(s))
}

// exponent is what Excel leaves of a long number that it writes to a CSV.
var exponent = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+$`)

// damaged reports whether a number lost digits: as text in exponent form, or as
// a number of more digits than Excel keeps.
func (l *reading) damaged(f field, s string) bool {
	if l.cells[f].sort == number {
		_, exact := whole(s)
		return !exact
	}
	return exponent.MatchString(s)
}

// code is a login or a code. Problems: those of text, number_damaged.
func (l *reading) code(f field) string {
	s := l.folded(f)
	if s != "" && l.damaged(f, s) {
		l.problem(f, "number_damaged", "%[1]q 已被 Excel 改成了近似数，无法还原；请把这一列设为“文本”格式后重新填写", "Excel made %[1]q a rounded number, which cannot be undone; format the column as text and enter it anew", clip(s))
		return ""
	}
	return s
}

// phone is a telephone number. Problems: those of text, bad_phone, phone_damaged.
func (l *reading) phone() string {
	s := l.folded(phone)
	if s == "" {
		return ""
	}
	if l.cells[phone].sort == written && exponent.MatchString(s) {
		l.problem(phone, "phone_damaged", "号码 %[1]q 已被 Excel 改成了近似数，无法还原；请把这一列设为“文本”格式后重新填写", "Excel made the number %[1]q a rounded one, which cannot be undone; format the column as text and enter it anew", clip(s))
		return ""
	}
	var digits strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r == '+' && digits.Len() == 0:
			digits.WriteRune(r)
		case unicode.IsSpace(r), strings.ContainsRune("-.()‐‑–—", r):
		default:
			digits.WriteString("?") // not a telephone number
		}
	}
	out := digits.String()
	if n := len(strings.TrimPrefix(out, "+")); n < 5 || n > 15 || strings.Contains(out, "?") || decimal.MatchString(s) {
		l.problem(phone, "bad_phone", "%[1]q 不是一个电话号码（5–15 位数字）", "%[1]q is not one telephone number (5 to 15 digits)", clip(s))
		return ""
	}
	return out
}

// decimal is a number with a fraction, whose digits are no telephone number.
var decimal = regexp.MustCompile(`^[0-9]{6,}\.[0-9]+$`)

// dutyWords are the Chinese words for the duties: each is also the name of the
// post of a dispatcher that has it.
var dutyWords = map[string]string{"受理员": "intake", "值班长": "shift_lead"}

// role reads role and duties. Problems: those of text, unknown_role,
// unknown_duty.
func (l *reading) role() {
	e := &l.entry
	if s := squeeze(l.folded(role)); s != "" {
		if duty, dispatcher := dutyWords[s]; dispatcher {
			e.Role, e.Duties = policy.Dispatcher, []string{duty}
		} else if e.Role = appointed(s); e.Role == "" {
			l.problem(role, "unknown_role", "没有“%[1]s”这种岗位；可写：%[2]s", "there is no role %[1]q; there are: %[3]s", clip(s), roleWords(), roleNames())
		}
	}
	for _, d := range strings.FieldsFunc(l.folded(duties), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;/|、", r) }) {
		duty := strings.ToLower(d)
		if known, ok := dutyWords[d]; ok {
			duty = known
		}
		if !slices.Contains(account.Duties, duty) {
			l.problem(duties, "unknown_duty", "没有“%[1]s”这种职责；可写：受理员、值班长", "there is no duty %[1]q; there are: intake, shift_lead", clip(d))
		} else if !slices.Contains(e.Duties, duty) {
			e.Duties = append(e.Duties, duty)
		}
	}
	if e.Role != "" {
		if refused, ours := fault.As(account.CheckPost(e.Role, e.Duties)); ours {
			l.problem(duties, refused.Code, "%[1]s", "%[2]s", refused.ZH, refused.EN)
		}
	}
}

// squeeze takes all space out.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// appointed is the role to which people are appointed under a word or name, ""
// where there is none.
func appointed(s string) policy.Role {
	for _, r := range policy.Roles {
		if account.Appointed(r) && (s == r.Word() || strings.EqualFold(s, string(r))) {
			return r
		}
	}
	return ""
}

func roleWords() string {
	var words []string
	for _, r := range policy.Roles {
		if account.Appointed(r) {
			words = append(words, r.Word())
		}
	}
	return strings.Join(append(words, "受理员", "值班长"), "、")
}

func roleNames() string {
	var names []string
	for _, r := range policy.Roles {
		if account.Appointed(r) {
			names = append(names, string(r))
		}
	}
	return strings.Join(names, ", ")
}

// epoch is the day from which Excel counts.
type epoch uint8

const (
	epoch1900 epoch = iota
	epoch1904
)

// day is the day of a serial number. Before March 1900 Excel is off by one day;
// no post is that old.
func (e epoch) day(serial int) time.Time {
	if e == epoch1904 {
		return time.Date(1904, 1, 1+serial, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(1899, 12, 30+serial, 0, 0, 0, 0, time.UTC)
}

// written forms of a date; what follows may be midnight, as Excel writes it.
var (
	dated   = regexp.MustCompile(`^(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?)?$`)
	compact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
)

// The years that a post may begin or end in: others are slips.
const (
	firstYear = 1950
	lastYear  = 2199
)

// date is a day as YYYY-MM-DD. Problems: those of text, bad_date.
func (l *reading) date(f field) string {
	s := l.folded(f)
	if s == "" {
		return ""
	}
	parts := dated.FindStringSubmatch(s)
	if parts == nil {
		parts = compact.FindStringSubmatch(s)
	}
	var day time.Time
	ok := false
	if parts != nil {
		var err error
		day, err = time.Parse("2006-1-2", fmt.Sprintf("%s-%s-%s", parts[1], parts[2], parts[3]))
		ok = err == nil
	} else if l.cells[f].sort == number {
		days, _, _ := strings.Cut(s, ".") // the fraction is the time of day
		var serial int
		if digits, exact := whole(days); exact {
			_, err := fmt.Sscan(digits, &serial)
			ok = err == nil && serial > 0 && serial < 200_000
			day = l.epoch.day(serial)
		}
	}
	if !ok || day.Year() < firstYear || day.Year() > lastYear {
		l.problem(f, "bad_date", "%[1]q 不是日期；请写成 2026-11-25", "%[1]q is no date; write it like 2026-11-25", clip(s))
		return ""
	}
	return day.Format(time.DateOnly)
}
