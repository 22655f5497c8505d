package casesetting

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wangge/internal/fault"
	"wangge/internal/worktime"
)

// Calendar is worktime.Plan as people write it.
type Calendar struct {
	Zone      string   `json:"zone" doc:"IANA name"`
	Periods   []string `json:"periods" doc:"of a working day: 08:00-12:00"`
	Seasons   []Season `json:"seasons"`
	Rest      []int    `json:"rest" doc:"days of the week without work, 0 is Sunday"`
	Days      []Day    `json:"days" doc:"holidays and make-up working days"`
	Published []int    `json:"published" doc:"years whose holidays were entered"`
}

// Season gives a part of every year other periods.
type Season struct {
	First   string   `json:"first" doc:"MM-DD"`
	Last    string   `json:"last" doc:"MM-DD, included"`
	Periods []string `json:"periods"`
}

// Day is a day that is not what its weekday says.
type Day struct {
	Date string `json:"date" doc:"YYYY-MM-DD"`
	Work bool   `json:"work" doc:"a make-up working day (调休)"`
	Name string `json:"name"`
}

// Bounds on what is entered, so that no clock walks for long: with an hour of
// work a day, the longest limit ends within two centuries.
const (
	maxPeriods, maxSeasons, maxDays, maxYears = 8, 12, 6000, 200
	firstYear, lastYear                       = 2000, 2199
	shortestDay                               = 60 // minutes
)

func defaultCalendar() Calendar {
	plan := worktime.DefaultPlan()
	c := Calendar{Zone: plan.Zone, Seasons: []Season{}, Days: []Day{}, Published: []int{}}
	for _, p := range plan.Periods {
		c.Periods = append(c.Periods, fmt.Sprintf("%02d:%02d-%02d:%02d", p.From/60, p.From%60, p.To/60, p.To%60))
	}
	for _, d := range plan.Rest {
		c.Rest = append(c.Rest, int(d))
	}
	return c
}

// Clock is the calendar that clocks run by. Error: calendar_invalid.
func (s *Setting) Clock() (*worktime.Calendar, error) {
	plan, err := s.Calendar.plan()
	if err != nil {
		return nil, err
	}
	return worktime.New(plan)
}

func (c *Calendar) plan() (plan worktime.Plan, err error) {
	if len(c.Zone) > 64 || len(c.Seasons) > maxSeasons || len(c.Rest) > 7 || len(c.Days) > maxDays || len(c.Published) > maxYears {
		return plan, invalid("工作日历里的季节、节假日或年份过多", "the calendar has too many seasons, days or years")
	}
	plan.Zone = c.Zone
	if plan.Periods, err = periods(c.Periods); err != nil {
		return plan, err
	}
	for _, s := range c.Seasons {
		season, err := s.season()
		if err != nil {
			return plan, err
		}
		plan.Seasons = append(plan.Seasons, season)
	}
	for _, d := range c.Rest {
		plan.Rest = append(plan.Rest, time.Weekday(d))
	}
	plan.Exceptions = make(map[worktime.Date]worktime.Exception, len(c.Days))
	for _, d := range c.Days {
		t, err := time.Parse(time.DateOnly, d.Date)
		if err != nil || !sane(t.Year()) {
			return plan, invalid("日期“%.20[1]s”无法识别：请写作 2026-10-01", "the day %.20[1]q is not understood: write 2026-10-01", d.Date)
		}
		if !readable(d.Name) {
			return plan, invalid("%[1]s 的名称过长或含控制字符", "the name of %[1]s is too long or holds control characters", d.Date)
		}
		date := worktime.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
		if _, twice := plan.Exceptions[date]; twice {
			return plan, invalid("%[1]s 写了两次", "%[1]s is there twice", d.Date)
		}
		plan.Exceptions[date] = worktime.Exception{Work: d.Work, Name: d.Name}
	}
	for _, y := range c.Published {
		if !sane(y) {
			return plan, invalid("年份 %[1]d 不在 %[2]d–%[3]d 之间", "the year %[1]d is not within %[2]d–%[3]d", y, firstYear, lastYear)
		}
	}
	plan.Published = slices.Clone(c.Published)
	return plan, nil
}

func (s Season) season() (season worktime.Season, err error) {
	if season.Periods, err = periods(s.Periods); err != nil {
		return season, err
	}
	if season.First, err = monthDay(s.First); err != nil {
		return season, err
	}
	season.Last, err = monthDay(s.Last)
	return season, err
}

func monthDay(text string) (worktime.MonthDay, error) {
	t, err := time.Parse(time.DateOnly, "2024-"+text)
	if err != nil {
		return worktime.MonthDay{}, invalid("季节的日期“%.20[1]s”无法识别：请写作 05-01", "the day %.20[1]q of a season is not understood: write 05-01", text)
	}
	return worktime.MonthDay{Month: t.Month(), Day: t.Day()}, nil
}

// periods reads 08:00-12:00; worktime.New checks how they lie.
func periods(texts []string) ([]worktime.Period, error) {
	if len(texts) > maxPeriods {
		return nil, invalid("一天的工作时段不超过 %[1]d 段", "a day has at most %[1]d work periods", maxPeriods)
	}
	var out []worktime.Period
	total := 0
	for _, text := range texts {
		from, to, _ := strings.Cut(strings.ReplaceAll(text, "–", "-"), "-")
		f, ok := minute(from)
		t, ok2 := minute(to)
		if !ok || !ok2 {
			return nil, invalid("工作时段“%.20[1]s”无法识别：请写作 08:00-12:00", "the work period %.20[1]q is not understood: write 08:00-12:00", text)
		}
		out = append(out, worktime.Period{From: f, To: t})
		total += t - f
	}
	if total < shortestDay {
		return nil, invalid("一个工作日至少要有 %[1]d 分钟", "a working day has at least %[1]d minutes", shortestDay)
	}
	return out, nil
}

func minute(text string) (n int, ok bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

func sane(year int) bool { return year >= firstYear && year <= lastYear }

func invalid(zh, en string, args ...any) error {
	return fault.New(fault.Unprocessable, "calendar_invalid", zh, en, args...)
}
