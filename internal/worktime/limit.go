// Package worktime is the clocks of case handling: how long a unit has under a
// limit such as 4工作时 or 15日, what counts as working time in a calendar with
// holidays and make-up days, and why a deadline falls where it falls. It knows
// no database and never asks for the present: callers pass it.
//
// All moments are cut to the whole second, all arithmetic is on integers.
package worktime

import (
	"strconv"
	"strings"

	"wangge/internal/fault"
)

// Unit says what a limit counts.
type Unit string

// The units. "Urgent" time runs through nights and holidays; work time runs
// only in the work periods of working days. Minutes are there because cities
// set limits such as 15 分钟 and 1.5 工作时, and N is whole.
const (
	UrgentMinute Unit = "urgent_minute" // 分钟
	UrgentHour   Unit = "urgent_hour"   // 紧急工作时
	WorkMinute   Unit = "work_minute"   // 工作分钟
	WorkHour     Unit = "work_hour"     // 工作时
	UrgentDay    Unit = "urgent_day"    // 紧急工作日: 24 hours on end
	NaturalDay   Unit = "natural_day"   // 自然日: counted as UrgentDay
	WorkDay      Unit = "work_day"      // 工作日
)

// MaxN bounds the number in a limit, so that no clock walks for long.
const MaxN = 10_000

// Limit is one time limit (时限), say 4 WorkHour. Zero is due at once.
type Limit struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// word binds what people write to a unit. The first of a unit is the one that
// String and English write.
type word struct {
	text, english string
	unit          Unit
}

// words: the short forms are those of the GB/T 30428 limit tables, where 时 and
// 日 alone mean work hours and work days. Longer ones stand before their tails.
var words = []word{
	{"分钟", "min", UrgentMinute},
	{"急时", "urgent h", UrgentHour},
	{"工作分钟", "work min", WorkMinute},
	{"工作时", "work h", WorkHour},
	{"急日", "urgent d", UrgentDay},
	{"自然日", "calendar d", NaturalDay},
	{"工作日", "work d", WorkDay},
	{"紧急工作时", "urgent hours", UrgentHour}, {"紧急工作小时", "urgent hour", UrgentHour},
	{"紧急工作日", "urgent days", UrgentDay}, {"", "urgent day", UrgentDay},
	{"时", "work hours", WorkHour}, {"工作小时", "work hour", WorkHour},
	{"日", "work days", WorkDay}, {"", "work day", WorkDay},
	{"", "calendar days", NaturalDay}, {"", "calendar day", NaturalDay},
	{"工作分", "work minutes", WorkMinute}, {"", "work minute", WorkMinute},
	{"分", "minutes", UrgentMinute}, {"", "minute", UrgentMinute},
}

// ParseLimit reads "2急时", "4 工作时", "15日" (work days, as the limit tables
// mean it) or "4 work h". Hours may have a fraction that makes whole minutes:
// "1.5工作时" is 90 WorkMinute. Full-width digits are read as digits. A bare
// "天" or "小时" is refused: it does not say whether nights and holidays count.
// Errors: limit_invalid.
func ParseLimit(s string) (Limit, error) {
	refused := fault.New(fault.Invalid, "limit_invalid",
		"时限“%.40[1]s”无法识别：请写作 2急时、4工作时、1.5工作时、3急日、7自然日 或 15日（工作日）",
		"limit %.40[1]q is not understood: write 2 urgent h, 4 work h, 1.5 work h, 3 urgent d, 7 calendar d or 15 work d", s)
	text := strings.ToLower(strings.TrimSpace(strings.Map(narrow, s)))
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.') {
		end++
	}
	whole, fraction, dotted := strings.Cut(text[:end], ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n > MaxN {
		return Limit{}, refused
	}
	name := strings.Join(strings.Fields(text[end:]), " ")
	for _, w := range words {
		if name == "" || name != w.text && name != w.english {
			continue
		}
		l := Limit{n, w.unit}
		if dotted {
			part, scale, ok := decimal(fraction)
			switch {
			case !ok || part*60%scale != 0:
				return Limit{}, refused
			case w.unit == WorkHour:
				l = Limit{n*60 + part*60/scale, WorkMinute}
			case w.unit == UrgentHour:
				l = Limit{n*60 + part*60/scale, UrgentMinute}
			default:
				return Limit{}, refused
			}
		}
		if l.N > MaxN {
			return Limit{}, refused
		}
		return l, nil
	}
	return Limit{}, refused
}

// decimal reads up to three digits after the point as part/scale.
func decimal(digits string) (part, scale int, ok bool) {
	if len(digits) == 0 || len(digits) > 3 {
		return 0, 0, false
	}
	part, err := strconv.Atoi(digits)
	for scale = 1; len(digits) > 0; digits = digits[1:] {
		scale *= 10
	}
	return part, scale, err == nil
}

func narrow(r rune) rune {
	switch {
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	case r == '．':
		return '.'
	case r == '　':
		return ' '
	}
	return r
}

// String writes the limit in Chinese, "4工作时"; ParseLimit reads it back.
func (l Limit) String() string { return strconv.Itoa(l.N) + l.word().text }

// English writes "4 work h"; ParseLimit reads it back.
func (l Limit) English() string { return strconv.Itoa(l.N) + " " + l.word().english }

func (l Limit) word() word {
	for _, w := range words {
		if w.unit == l.Unit {
			return w
		}
	}
	return word{"?", "?", l.Unit}
}

// Validate refuses unknown units and numbers outside 0…MaxN (limit_invalid).
func (l Limit) Validate() error {
	if l.N < 0 || l.N > MaxN || l.word().text == "?" {
		return fault.New(fault.Invalid, "limit_invalid",
			"时限须为 0 至 %[1]d 的整数并带有已知单位", "a limit is a whole number from 0 to %[1]d with a known unit", MaxN)
	}
	return nil
}

// Working says whether the limit runs only in work periods.
func (l Limit) Working() bool { return l.Unit.working() }

// working says whether the unit runs only in work periods.
func (u Unit) working() bool { return u == WorkMinute || u == WorkHour || u == WorkDay }
