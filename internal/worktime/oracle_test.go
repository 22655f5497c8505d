package worktime_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wangge/internal/worktime"
)

// counts asks the clock on the wall: the plain meaning that the package's
// arithmetic must agree with. worth is the share of the minute in its unit.
func counts(c *worktime.Calendar, u worktime.Unit, at time.Time) (worth, whole int64) {
	local := at.In(c.Zone())
	y, m, d := local.Date()
	total, inside := int64(0), false
	for _, p := range c.On(worktime.Date{Year: y, Month: m, Day: d}) {
		minute := local.Hour()*60 + local.Minute()
		inside = inside || minute >= p.From && minute < p.To
		total += int64(p.To - p.From)
	}
	switch {
	case u == worktime.UrgentHour:
		return 1, 60
	case !inside:
		return 0, 1
	case u == worktime.WorkHour:
		return 1, 60
	}
	return 480 * 390 / total, 480 * 390 // days here have 480 or 390 minutes
}

// naive steps minute by minute; the deadline lies in (after, by].
func naive(k worktime.Clock) (after, by time.Time) {
	l, got := k.Phases[0].Limit, int64(0)
	for at := k.Start; ; at = at.Add(time.Minute) {
		if slices.ContainsFunc(k.Pauses, func(p worktime.Pause) bool { return !at.Before(p.From) && at.Before(p.To) }) {
			continue
		}
		worth, whole := counts(k.Calendar, l.Unit, at)
		if got += worth; worth > 0 && got >= int64(l.N)*whole {
			return at, at.Add(time.Minute)
		}
	}
}

func drawClock(t *rapid.T, c *worktime.Calendar) worktime.Clock {
	// Around the made-up holiday, and both changes of the clocks in Berlin.
	base := rapid.SampledFrom([]time.Time{
		time.Date(2026, 3, 26, 0, 0, 0, 0, time.UTC), time.Date(2026, 9, 25, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 22, 0, 0, 0, 0, time.UTC),
	}).Draw(t, "base")
	minute := func(label string) time.Time {
		return base.Add(time.Duration(rapid.IntRange(0, 12*1440).Draw(t, label)) * time.Minute)
	}
	k := worktime.Clock{Calendar: c, Start: minute("start"), Phases: []worktime.Phase{{Limit: worktime.Limit{
		N:    rapid.IntRange(1, 9).Draw(t, "n"),
		Unit: rapid.SampledFrom([]worktime.Unit{worktime.UrgentHour, worktime.WorkHour, worktime.WorkDay}).Draw(t, "unit"),
	}}}}
	for range rapid.IntRange(0, 3).Draw(t, "pauses") {
		from := minute("from")
		k.Pauses = append(k.Pauses, worktime.Pause{From: from, To: from.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "length")) * time.Minute)})
	}
	return k
}

func TestClocksAgreeWithSteppingMinuteByMinute(t *testing.T) {
	t.Parallel()
	summer := plan()
	summer.Seasons = []worktime.Season{{First: worktime.MonthDay{Month: 10, Day: 1}, Last: worktime.MonthDay{Month: 3, Day: 31},
		Periods: []worktime.Period{{From: 8*60 + 30, To: 12 * 60}, {From: 14 * 60, To: 17 * 60}}}}
	berlin := summer
	berlin.Zone, berlin.Rest = "Europe/Berlin", nil
	berlin.Periods = []worktime.Period{{From: 0, To: 150}, {From: 160, To: 490}}
	berlin.Seasons = []worktime.Season{{First: summer.Seasons[0].First, Last: summer.Seasons[0].Last, Periods: []worktime.Period{{From: 60, To: 170}, {From: 175, To: 455}}}}
	calendars := []*worktime.Calendar{calendar(t, plan()), calendar(t, summer), calendar(t, berlin)}
	rapid.Check(t, func(t *rapid.T) {
		k := drawClock(t, rapid.SampledFrom(calendars).Draw(t, "calendar"))
		due, ok := k.Deadline()
		after, by := naive(k)
		if !ok || !due.After(after) || due.After(by) || k.Phases[0].Limit.Unit != worktime.WorkDay && !due.Equal(by) {
			t.Fatalf("due %v, naive (%v, %v]", due, after, by)
		}
		if r := k.Read(due); r.Remaining != 0 || r.Natural != 0 || r.State != worktime.Overdue {
			t.Fatalf("at the deadline: %+v", r)
		}

		// Remaining is the counted minutes between now and the deadline.
		now := k.Start.Add(time.Duration(rapid.IntRange(-100, 9000).Draw(t, "now")) * time.Minute)
		var left time.Duration
		for m := k.Start; m.Before(due); m = m.Add(time.Minute) {
			worth, _ := counts(k.Calendar, k.Phases[0].Limit.Unit, m)
			if worth > 0 && !m.Before(now) && !slices.ContainsFunc(k.Pauses, func(p worktime.Pause) bool { return !m.Before(p.From) && m.Before(p.To) }) {
				left += min(time.Minute, due.Sub(m))
			}
		}
		r := k.Read(now)
		if r.Remaining != left {
			t.Fatalf("remaining %v at %v, naive %v", r.Remaining, now, left)
		}
		var used, remains time.Duration
		for _, s := range k.Explain(now).Steps {
			switch s.Kind {
			case worktime.Used:
				used += s.To.Sub(s.From)
			case worktime.Left:
				remains += s.To.Sub(s.From)
			}
		}
		if used != r.Used || remains != r.Remaining {
			t.Fatalf("the steps add up to %v and %v, the reading says %v and %v", used, remains, r.Used, r.Remaining)
		}

		// A later start has no earlier deadline.
		later := k
		later.Start = k.Start.Add(time.Duration(rapid.IntRange(1, 3000*60).Draw(t, "later")) * time.Second)
		if d, _ := later.Deadline(); d.Before(due) {
			t.Fatalf("starting at %v is due %v, before %v", later.Start, d, due)
		}
		// A pause more never shortens, and a pause in two parts is the same.
		if len(k.Pauses) > 0 {
			fewer, split := k, k
			fewer.Pauses = k.Pauses[1:]
			if d, _ := fewer.Deadline(); d.After(due) {
				t.Fatalf("without a pause due %v, with it %v", d, due)
			}
			p := k.Pauses[0]
			middle := p.From.Add(p.To.Sub(p.From) / 2)
			split.Pauses = append([]worktime.Pause{{From: middle, To: p.To}, {From: p.From, To: middle}}, k.Pauses[1:]...)
			if d, _ := split.Deadline(); !d.Equal(due) {
				t.Fatalf("a pause in two parts is due %v, not %v", d, due)
			}
		}
	})
}
