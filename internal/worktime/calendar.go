package worktime

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"wangge/internal/fault"
)

// Period is a stretch of a working day in minutes after local midnight, From
// included, To (up to 1440) not. A shift across midnight is written as two,
// 22:00–24:00 and 00:00–06:00: each belongs to the date it lies in, so a
// holiday's early morning is never counted as the day before's shift.
type Period struct{ From, To int }

// MonthDay is a day of every year.
type MonthDay struct {
	Month time.Month
	Day   int
}

// Season gives other periods from First to Last (both included) of every year;
// it may run across New Year.
type Season struct {
	First, Last MonthDay
	Periods     []Period
}

// Date is a local calendar day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String writes 2026-10-01.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Exception is a day that is not what its weekday says: a holiday, or with
// Work a make-up working day (调休).
type Exception struct {
	Work bool
	Name string // "国庆节", shown in explanations
}

// Plan is what an administrator sets; New makes a Calendar of it.
type Plan struct {
	Zone       string // IANA name; empty is Asia/Shanghai
	Periods    []Period
	Seasons    []Season
	Rest       []time.Weekday
	Exceptions map[Date]Exception
	// Published lists the years whose holidays have been announced and
	// entered. A deadline that needs another year is given, and says so.
	Published []int
}

// DefaultPlan is 08:00–12:00 and 14:00–18:00, Monday to Friday, Shanghai time.
// It has no holidays: they are announced by the State Council each autumn and
// must be entered from the announcement, so no year counts as published.
func DefaultPlan() Plan {
	return Plan{
		Zone:    "Asia/Shanghai",
		Periods: []Period{{8 * 60, 12 * 60}, {14 * 60, 18 * 60}},
		Rest:    []time.Weekday{time.Saturday, time.Sunday},
	}
}

// Calendar answers which seconds are working time. It never changes and may be
// shared.
type Calendar struct {
	zone    *time.Location
	plan    Plan
	dayUnit int64 // value of one working day: divisible by every day's minutes
}

const maxExceptions, maxDayUnit = 20_000, 1_000_000_000

// New checks plan and makes a calendar of it. Errors: calendar_invalid, with
// what is wrong; the first fault found is told.
func New(plan Plan) (*Calendar, error) {
	if plan.Zone == "" {
		plan.Zone = "Asia/Shanghai"
	}
	zone, err := time.LoadLocation(plan.Zone)
	if err != nil || plan.Zone == "Local" {
		return nil, invalid("时区 %[1]s 不存在", "there is no time zone %[1]s", plan.Zone)
	}
	c := &Calendar{zone: zone, plan: plan, dayUnit: 1}
	c.plan.Rest = slices.Clone(plan.Rest)
	c.plan.Published = slices.Clone(plan.Published)
	c.plan.Exceptions = maps.Clone(plan.Exceptions)
	c.plan.Seasons = slices.Clone(plan.Seasons)
	if c.plan.Periods, err = c.periods(plan.Periods); err != nil {
		return nil, err
	}
	taken := map[MonthDay]bool{}
	for i := range c.plan.Seasons {
		s := &c.plan.Seasons[i]
		if s.Periods, err = c.periods(s.Periods); err != nil {
			return nil, err
		}
		if err := s.take(taken); err != nil {
			return nil, err
		}
	}
	week := map[time.Weekday]bool{}
	for _, d := range plan.Rest {
		if d < time.Sunday || d > time.Saturday {
			return nil, invalid("休息日 %[1]d 不是星期", "rest day %[1]d is no weekday", int(d))
		}
		week[d] = true
	}
	if len(week) == 7 {
		return nil, invalid("一周至少要有一个工作日", "a week needs at least one working day")
	}
	if len(plan.Exceptions) > maxExceptions {
		return nil, invalid("节假日和调休超过 %[1]d 天", "more than %[1]d holidays and make-up days", maxExceptions)
	}
	for d := range plan.Exceptions {
		if t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC); t.Year() != d.Year || t.Month() != d.Month || t.Day() != d.Day {
			return nil, invalid("日期 %[1]s 不存在", "there is no day %[1]s", d.String())
		}
	}
	return c, nil
}

// periods sorts and checks the periods of a day and widens dayUnit to them.
func (c *Calendar) periods(in []Period) ([]Period, error) {
	out := slices.Clone(in)
	slices.SortFunc(out, func(a, b Period) int { return cmp.Compare(a.From, b.From) })
	end, total := 0, 0
	for i, p := range out {
		if p.From < 0 || p.To > 1440 || p.From >= p.To {
			return nil, invalid("工作时段 %[1]s 不在一天之内；跨夜的请在 24:00 处分成两段",
				"work period %[1]s does not lie within one day; split one across midnight at 24:00", p.String())
		}
		if i > 0 && p.From < end {
			return nil, invalid("工作时段 %[1]s 与前一段重叠", "work period %[1]s overlaps the one before", p.String())
		}
		end, total = p.To, total+p.To-p.From
	}
	if total == 0 {
		return nil, invalid("工作日至少要有一个工作时段", "a working day needs at least one work period")
	}
	a, b := c.dayUnit, int64(total)
	for b != 0 {
		a, b = b, a%b
	}
	if c.dayUnit = c.dayUnit / a * int64(total); c.dayUnit > maxDayUnit {
		return nil, invalid("各季节的工作时长种类过多", "the seasons have too many different lengths of day")
	}
	return out, nil
}

// String writes 08:00–12:00.
func (p Period) String() string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", p.From/60, p.From%60, p.To/60, p.To%60)
}

// take marks the season's days, in a leap year, and refuses a day taken twice.
func (s Season) take(taken map[MonthDay]bool) error {
	for _, d := range []MonthDay{s.First, s.Last} {
		if t := time.Date(2024, d.Month, d.Day, 0, 0, 0, 0, time.UTC); t.Month() != d.Month || t.Day() != d.Day {
			return invalid("季节的日期 %[1]d 月 %[2]d 日不存在", "a season has no day %[1]d-%[2]d", int(d.Month), d.Day)
		}
	}
	for t := time.Date(2024, s.First.Month, s.First.Day, 0, 0, 0, 0, time.UTC); ; t = t.AddDate(0, 0, 1) {
		d := MonthDay{t.Month(), t.Day()}
		if taken[d] {
			return invalid("两个季节都包含 %[1]d 月 %[2]d 日", "two seasons hold the day %[1]d-%[2]d", int(d.Month), d.Day)
		}
		if taken[d] = true; d == s.Last {
			return nil
		}
	}
}

func (s Season) holds(d MonthDay) bool {
	first, last := s.First.order() <= d.order(), d.order() <= s.Last.order()
	if s.First.order() > s.Last.order() { // across New Year
		return first || last
	}
	return first && last
}

func (d MonthDay) order() int { return int(d.Month)*100 + d.Day }

// On returns the work periods of a day, none when it is free. The slice is the
// calendar's own: do not write to it.
func (c *Calendar) On(d Date) []Period {
	if e, ok := c.plan.Exceptions[d]; ok {
		if !e.Work {
			return nil
		}
	} else if slices.Contains(c.plan.Rest, time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()) {
		return nil
	}
	for _, s := range c.plan.Seasons {
		if s.holds(MonthDay{d.Month, d.Day}) {
			return s.Periods
		}
	}
	return c.plan.Periods
}

// Zone is the calendar's time zone; every moment it returns is in it.
func (c *Calendar) Zone() *time.Location { return c.zone }

func invalid(zh, en string, args ...any) error {
	return fault.New(fault.Invalid, "calendar_invalid", zh, en, args...)
}
