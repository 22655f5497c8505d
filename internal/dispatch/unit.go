package dispatch

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/worktime"
)

// UnitKind says why a unit may answer for something.
type UnitKind string

// The kinds.
const (
	Department UnitKind = "department" // 专业部门: by its trade
	Owner      UnitKind = "owner"      // 权属单位: because the thing is its own
	Territory  UnitKind = "territory"  // 属地: because it is on its ground
)

// UnitKinds lists the kinds as people are offered them.
var UnitKinds = []UnitKind{Department, Owner, Territory}

// Unit is a responsible unit (责任单位): who cases are sent to.
type Unit struct {
	ID       uuid.UUID
	District string
	Name     string
	Kind     UnitKind
	Area     uuid.UUID // of a territory unit; zero for the others
	Phone    string
	Disabled bool
	Version  int64
}

// territories is the name space of the ids of territory units.
var territories = uuid.MustParse("5b0f3c52-9d0c-5a8e-8f0e-6c2f0a6f7d10")

// TerritoryID is the id of the unit that answers for an area when no rule does.
// It is the same on every machine and at every time, so the unit can be named
// before its row is there.
func TerritoryID(district string, area uuid.UUID) uuid.UUID {
	return uuid.NewSHA1(territories, append([]byte(district+"\x00"), area[:]...))
}

// Check reads what is said of a unit, trimming texts. Errors: missing_text,
// text_too_long, bad_text, bad_phone, unknown_unit_kind, unit_area.
func (u *Unit) Check() error {
	var err error
	if u.Name, err = text("name", u.Name); err != nil {
		return err
	}
	if u.Phone = strings.NewReplacer(" ", "", "-", "").Replace(u.Phone); u.Phone != "" {
		if digits := strings.TrimPrefix(u.Phone, "+"); len(digits) < 3 || len(digits) > 16 || strings.Trim(digits, "0123456789") != "" {
			return fault.New(fault.Unprocessable, "bad_phone", "电话应是 3–16 位数字", "a telephone number has 3 to 16 digits")
		}
	}
	if !slices.Contains(UnitKinds, u.Kind) {
		return fault.New(fault.Unprocessable, "unknown_unit_kind", "单位类别只能是 department（专业部门）、owner（权属单位）、territory（属地）",
			"the kind of a unit is department, owner or territory")
	}
	if (u.Kind == Territory) != (u.Area != uuid.Nil) {
		return fault.New(fault.Unprocessable, "unit_area", "属地单位要写明所在区域，其他单位没有区域", "a territory unit has an area, the others have none")
	}
	return nil
}

// Basis is why a rule holds.
type Basis string

// The bases.
const (
	ByOwner     Basis = "owner"     // 属主
	ByTerritory Basis = "territory" // 属地
)

// Rule is one rule of responsibility (责任规则): which unit answers for which
// classes, where and when.
type Rule struct {
	ID       uuid.UUID
	District string
	Name     string
	Basis    Basis
	Kind     category.Kind     // "" for events and components
	Codes    []string          // majors (2 digits) and minors (4); none: every class
	Areas    []uuid.UUID       // these and all below them; none: everywhere in the district
	From     time.Time         // first moment that it holds; zero: ever since
	Until    time.Time         // first moment that it holds no more; zero: open
	Daily    []worktime.Period // times of day on the district's clock; none: always. A night is two periods
	Unit     uuid.UUID
	Priority int // the lower goes first among rules that are equally specific
	Version  int64
}

// The bounds of a rule.
const (
	mostCodes = 300
	mostAreas = 300
	mostDaily = 6
	// MostPriority bounds the priority of a rule, which begins at 0.
	MostPriority = 999
)

// Check reads what is said of a rule: texts trimmed, lists sorted, each thing
// once. Errors: missing_text, text_too_long, bad_text, unknown_basis,
// unknown_kind, class_needs_kind, bad_class, too_many, until_before_from,
// bad_daily, bad_priority, unit_missing.
func (r *Rule) Check() error {
	var err error
	if r.Name, err = text("name", r.Name); err != nil {
		return err
	}
	if r.Basis != ByOwner && r.Basis != ByTerritory {
		return fault.New(fault.Unprocessable, "unknown_basis", "责任依据只能是 owner（属主）或 territory（属地）", "the basis is owner or territory")
	}
	if r.Kind != "" && r.Kind != category.Event && r.Kind != category.Component {
		return fault.New(fault.Unprocessable, "unknown_kind", "类别只能是 event（事件）、component（部件）或不写", "the kind is event, component or left out")
	}
	if r.Kind == "" && len(r.Codes) > 0 {
		return fault.New(fault.Unprocessable, "class_needs_kind", "事件和部件的编码各自编号：写了类别编码，就要选事件或部件",
			"events and components number their classes independently: with codes, say which of the two")
	}
	if len(r.Codes) > mostCodes || len(r.Areas) > mostAreas || len(r.Daily) > mostDaily {
		return fault.New(fault.Unprocessable, "too_many", "一条规则最多 %[1]d 个类别、%[2]d 个区域、%[3]d 个时段", "a rule has at most %[1]d classes, %[2]d areas and %[3]d times of day",
			mostCodes, mostAreas, mostDaily)
	}
	r.Codes, r.Areas, r.Daily = slices.Clone(r.Codes), slices.Clone(r.Areas), slices.Clone(r.Daily)
	for i, c := range r.Codes {
		r.Codes[i] = strings.TrimSpace(c)
		if !isCode(r.Codes[i]) {
			return fault.New(fault.Unprocessable, "bad_class", "类别编码是 2 位大类或 4 位小类：第 %[1]d 个不是", "a class is 2 digits (major) or 4 (minor): number %[1]d is not", i+1)
		}
	}
	slices.Sort(r.Codes)
	r.Codes = slices.Compact(r.Codes)
	slices.SortFunc(r.Areas, compareID)
	r.Areas = slices.Compact(r.Areas)
	if !r.Until.IsZero() && !r.Until.After(r.From) {
		return fault.New(fault.Unprocessable, "until_before_from", "结束日期早于开始日期", "it ends before it begins")
	}
	slices.SortFunc(r.Daily, func(a, b worktime.Period) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	last := 0
	for _, p := range r.Daily {
		if p.From < last || p.To <= p.From || p.To > 24*60 {
			return fault.New(fault.Unprocessable, "bad_daily", "时段要在 00:00–24:00 之内、先始后终、互不重叠；跨夜请写成两段", "times of day lie within 00:00–24:00, begin before they end and do not overlap; a night is two of them")
		}
		last = p.To
	}
	if r.Priority < 0 || r.Priority > MostPriority {
		return fault.New(fault.Unprocessable, "bad_priority", "次序是 0–%[1]d 的整数", "the priority is a whole number from 0 to %[1]d", MostPriority)
	}
	if r.Unit == uuid.Nil {
		return fault.New(fault.Unprocessable, "unit_missing", "要写明责任单位", "the unit is missing")
	}
	return nil
}

// isCode tells whether s has the form of a major or a minor.
func isCode(s string) bool {
	return (len(s) == 2 || len(s) == 4 && s[2:] != "00") && s[:2] != "00" && strings.Trim(s, "0123456789") == ""
}

func compareID(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }

// text reads a name that is shown to others.
func text(field, s string) (string, error) {
	const most = 60
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return s, fault.New(fault.Unprocessable, "missing_text", "%[1]s 不能是空的", "%[1]s must not be empty", field)
	case utf8.RuneCountInString(s) > most:
		return s, fault.New(fault.Unprocessable, "text_too_long", "%[1]s 最多 %[2]d 个字", "%[1]s has at most %[2]d characters", field, most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) }):
		return s, fault.New(fault.Unprocessable, "bad_text", "%[1]s 里有看不见的控制字符", "%[1]s holds invisible control characters", field)
	}
	return s, nil
}
