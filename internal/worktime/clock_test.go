package worktime_test

import (
	"slices"
	"testing"
	"time"

	"wangge/internal/fault"
	"wangge/internal/worktime"
)

// The holidays here are made up for the tests: Thursday 2026-10-01 to Wednesday
// 10-07 free, Saturday 2026-10-10 works for it.
func plan() worktime.Plan {
	p := worktime.DefaultPlan()
	p.Published = []int{2026}
	p.Exceptions = map[worktime.Date]worktime.Exception{{Year: 2026, Month: 10, Day: 10}: {Work: true, Name: "调休"}}
	for d := 1; d <= 7; d++ {
		p.Exceptions[worktime.Date{Year: 2026, Month: 10, Day: d}] = worktime.Exception{Name: "国庆节"}
	}
	return p
}

func calendar(t testing.TB, p worktime.Plan) *worktime.Calendar {
	t.Helper()
	c, err := worktime.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t testing.TB, c *worktime.Calendar, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	m, err := time.ParseInLocation("2006-01-02 15:04", s, c.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func limit(t testing.TB, s string) worktime.Limit {
	t.Helper()
	l, err := worktime.ParseLimit(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// 2026-11-23 is a Monday.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	c := calendar(t, plan())
	for _, tc := range []struct {
		name, start string
		limits      []string // the first is the limit, others are extensions
		pauses      [][2]string
		want        string // empty: none yet
	}{
		// Urgent hours run through the night.
		{"urgent hours at night", "2026-11-23 23:30", []string{"2急时"}, nil, "2026-11-24 01:30"},
		// 23:30 is outside work: begins Tue 08:00, four hours fill the morning.
		{"a night report under work hours", "2026-11-23 23:30", []string{"4工作时"}, nil, "2026-11-24 12:00"},
		// 11:30–12:00 is half an hour, the rest after lunch 14:00–15:00.
		{"across lunch", "2026-11-23 11:30", []string{"1.5工作时"}, nil, "2026-11-23 15:00"},
		// Begins 14:00 after lunch.
		{"reported at lunch", "2026-11-23 12:30", []string{"1时"}, nil, "2026-11-23 15:00"},
		// Fri 17:30–18:00 half, Mon 08:00–11:30 three and a half.
		{"Friday evening and four hours", "2026-11-27 17:30", []string{"4工作时"}, nil, "2026-11-30 11:30"},
		// Half of Monday's two working hours are gone: same point of work on Tuesday.
		{"a work day from mid-morning", "2026-11-23 10:00", []string{"1日"}, nil, "2026-11-24 10:00"},
		// A day begun before opening is itself the first: ends at its close.
		{"a work day from before opening", "2026-11-23 07:00", []string{"1日"}, nil, "2026-11-23 18:00"},
		// Saturday begins with Monday; two days end Tuesday's close.
		{"work days from a Saturday", "2026-11-28 09:00", []string{"2日"}, nil, "2026-12-01 18:00"},
		// Wed 30 Sep 16:00–18:00 is a quarter; 1–7 Oct free; Thu 8, Fri 9 are two
		// days; the three quarters left are six hours of the make-up Saturday 10.
		{"a holiday week with a make-up Saturday", "2026-09-30 16:00", []string{"3日"}, nil, "2026-10-10 16:00"},
		// Calendar days do not care for holidays.
		{"natural days through the holiday", "2026-09-30 16:00", []string{"3自然日"}, nil, "2026-10-03 16:00"},
		{"urgent days through the holiday", "2026-09-30 16:00", []string{"3急日"}, nil, "2026-10-03 16:00"},
		// Pause 11:00–15:00 takes one hour before and one after lunch: 4 h are
		// 09–11 and 15–17.
		{"a pause across lunch", "2026-11-23 09:00", []string{"4工作时"}, [][2]string{{"2026-11-23 11:00", "2026-11-23 15:00"}}, "2026-11-23 17:00"},
		// Paused at night only: nothing of work time is lost.
		{"a pause across the night", "2026-11-23 17:00", []string{"2工作时"}, [][2]string{{"2026-11-23 18:00", "2026-11-24 08:00"}}, "2026-11-24 09:00"},
		// 16–17 counts, pause to Thu 8 Oct 09:00, one hour more.
		{"a pause across the holiday", "2026-09-30 16:00", []string{"2工作时"}, [][2]string{{"2026-09-30 17:00", "2026-10-08 09:00"}}, "2026-10-08 10:00"},
		// Begins when the pause ends.
		{"a start in a pause", "2026-11-23 09:00", []string{"1工作时"}, [][2]string{{"2026-11-23 08:30", "2026-11-23 10:00"}}, "2026-11-23 11:00"},
		{"paused now", "2026-11-23 09:00", []string{"4工作时"}, [][2]string{{"2026-11-23 10:00", ""}}, ""},
		{"an open pause after the deadline", "2026-11-23 09:00", []string{"1工作时"}, [][2]string{{"2026-11-23 10:00", ""}}, "2026-11-23 10:00"},
		// 4 h end at 15:00; one day more from there.
		{"an extension", "2026-11-23 09:00", []string{"4工作时", "1日"}, nil, "2026-11-24 15:00"},
		{"an extension of urgent hours after work hours", "2026-11-23 16:00", []string{"2工作时", "2急时"}, nil, "2026-11-23 20:00"},
		{"zero is due at once, also at night", "2026-11-23 23:30", []string{"0工作时"}, nil, "2026-11-23 23:30"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			k := worktime.Clock{Calendar: c, Start: at(t, c, tc.start), Phases: []worktime.Phase{{Limit: limit(t, tc.limits[0])}}}
			for _, l := range tc.limits[1:] {
				k.Phases[0].Extensions = append(k.Phases[0].Extensions, limit(t, l))
			}
			for _, p := range tc.pauses {
				k.Pauses = append(k.Pauses, worktime.Pause{From: at(t, c, p[0]), To: at(t, c, p[1])})
			}
			if err := k.Validate(); err != nil {
				t.Fatal(err)
			}
			got, ok := k.Deadline()
			if want := at(t, c, tc.want); !got.Equal(want) || ok != (tc.want != "") {
				t.Errorf("deadline %v, %v; want %v", got, ok, want)
			}
		})
	}
}

// 供水管道破裂: 现场围护 3急时 → 修复 8急时 → 恢复路面 5日.
func TestPhasesFollowEachOther(t *testing.T) {
	t.Parallel()
	c := calendar(t, plan())
	k := worktime.Clock{Calendar: c, Start: at(t, c, "2026-11-23 20:00"), Phases: []worktime.Phase{
		{Name: "现场围护", Limit: limit(t, "3急时")}, {Name: "修复", Limit: limit(t, "8急时")}, {Name: "恢复路面", Limit: limit(t, "5日")},
	}}
	check := func(state worktime.State, now string, want ...string) {
		t.Helper()
		for i, leg := range k.Legs() {
			if !leg.Deadline.Equal(at(t, c, want[i])) {
				t.Errorf("phase %d is due %v, want %s", i, leg.Deadline, want[i])
			}
		}
		if r := k.Read(at(t, c, now)); r.State != state {
			t.Errorf("at %s %s, want %s", now, r.State, state)
		}
	}
	// Repair ends 07:00 on Tuesday: five whole days, Tue to Fri and Monday.
	check(worktime.Overdue, "2026-11-24 00:00", "2026-11-23 23:00", "2026-11-24 07:00", "2026-11-30 18:00")
	k.Phases[0].Done = at(t, c, "2026-11-23 21:00")
	check(worktime.Normal, "2026-11-24 00:00", "2026-11-23 23:00", "2026-11-24 05:00", "2026-11-30 18:00")
	k.Phases[1].Done = at(t, c, "2026-11-24 10:00") // late; the last runs from there
	check(worktime.Normal, "2026-11-24 12:00", "2026-11-23 23:00", "2026-11-24 05:00", "2026-12-01 10:00")
	if legs := k.Legs(); legs[0].Late || !legs[1].Late {
		t.Error("only the repair was late")
	}
	k.Phases[2].Done = at(t, c, "2026-11-25 10:00")
	check(worktime.Finished, "2027-01-01 00:00", "2026-11-23 23:00", "2026-11-24 05:00", "2026-12-01 10:00")
}

func TestAReadingTellsStateAndReasons(t *testing.T) {
	t.Parallel()
	c := calendar(t, plan())
	k := worktime.Clock{Calendar: c, Start: at(t, c, "2026-09-30 16:00"),
		Phases: []worktime.Phase{{Limit: limit(t, "4工作时")}},
		Pauses: []worktime.Pause{{From: at(t, c, "2026-09-30 17:00"), To: at(t, c, "2026-09-30 17:30"), Reason: "等材料"}}}
	// 16–17, 17:30–18, then Thu 8 Oct 08:00–10:30.
	for _, tc := range []struct {
		now   string
		state worktime.State
		left  time.Duration
	}{
		{"2026-09-30 16:30", worktime.Normal, 210 * time.Minute},
		{"2026-09-30 17:10", worktime.Paused, 180 * time.Minute},
		{"2026-10-08 09:41", worktime.Normal, 49 * time.Minute},
		{"2026-10-08 09:42", worktime.DueSoon, 48 * time.Minute}, // four fifths of 240 are used
		{"2026-10-08 10:29", worktime.DueSoon, time.Minute},
		{"2026-10-08 10:30", worktime.Overdue, 0},
	} {
		r := k.Read(at(t, c, tc.now))
		if r.State != tc.state || r.Remaining != tc.left || r.Used+r.Remaining != 4*time.Hour {
			t.Errorf("%s: %s, %v left, %v used; want %s, %v", tc.now, r.State, r.Remaining, r.Used, tc.state, tc.left)
		}
	}
	var got []string
	for _, s := range k.Explain(at(t, c, "2026-10-08 09:00")).Steps {
		got = append(got, string(s.Kind)+" "+s.From.Format("01-02 15:04")+" "+s.To.Format("15:04")+" "+s.Name)
	}
	want := []string{"used 09-30 16:00 17:00 ", "used 09-30 17:30 18:00 ", "used 10-08 08:00 09:00 ", "left 10-08 09:00 10:30 ", "paused 09-30 17:00 17:30 等材料"}
	for _, d := range []string{"01", "02", "03", "04", "05", "06", "07"} {
		want = append(want, "holiday 10-"+d+" 00:00 00:00 国庆节")
	}
	if !slices.Equal(got, want) {
		t.Errorf("steps %q\nwant %q", got, want)
	}
	k.Pauses[0].To = time.Time{}
	if r := k.Read(at(t, c, "2026-10-20 09:00")); r.State != worktime.Paused || r.Remaining != 3*time.Hour || r.Used != time.Hour || r.Natural != 0 {
		t.Errorf("in an open pause: %+v", r)
	}
}

func TestAYearWithoutHolidaysIsTold(t *testing.T) {
	t.Parallel()
	c := calendar(t, plan())
	k := worktime.Clock{Calendar: c, Start: at(t, c, "2026-12-30 09:00"), Phases: []worktime.Phase{{Limit: limit(t, "5日")}}}
	if got := k.Legs()[0].Unpublished; !slices.Equal(got, []int{2027}) {
		t.Errorf("unpublished %v, want 2027", got)
	}
	k.Phases[0].Limit = limit(t, "5急日")
	if got := k.Legs()[0].Unpublished; got != nil {
		t.Errorf("natural time needs no holidays, told %v", got)
	}
}

func TestClocksThatChangeInBerlin(t *testing.T) {
	t.Parallel()
	c := calendar(t, worktime.Plan{Zone: "Europe/Berlin", Periods: []worktime.Period{{From: 60, To: 4 * 60}}})
	for _, tc := range []struct{ start, limit, want string }{
		{"2026-03-29 00:30", "2工作时", "2026-03-29 04:00"}, // 02:00–03:00 is skipped
		{"2026-10-25 00:30", "4工作时", "2026-10-25 04:00"}, // 02:00–03:00 comes twice
		{"2026-03-28 20:00", "1急日", "2026-03-29 21:00"},  // 24 hours
	} {
		k := worktime.Clock{Calendar: c, Start: at(t, c, tc.start), Phases: []worktime.Phase{{Limit: limit(t, tc.limit)}}}
		if got, _ := k.Deadline(); !got.Equal(at(t, c, tc.want)) {
			t.Errorf("%s + %s = %v, want %s", tc.start, tc.limit, got, tc.want)
		}
	}
}

func TestBadCalendarsAndClocksAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*worktime.Plan){
		"overlap":       func(p *worktime.Plan) { p.Periods = []worktime.Period{{From: 0, To: 100}, {From: 99, To: 200}} },
		"over midnight": func(p *worktime.Plan) { p.Periods = []worktime.Period{{From: 1320, To: 360}} },
		"no periods":    func(p *worktime.Plan) { p.Periods = nil },
		"no such zone":  func(p *worktime.Plan) { p.Zone = "Mars/Olympus" },
		"no such day": func(p *worktime.Plan) {
			p.Exceptions[worktime.Date{Year: 2026, Month: 2, Day: 29}] = worktime.Exception{}
		},
		"no work": func(p *worktime.Plan) { p.Rest = []time.Weekday{0, 1, 2, 3, 4, 5, 6} },
		"seasons meet": func(p *worktime.Plan) {
			s := worktime.Season{First: worktime.MonthDay{Month: 10, Day: 1}, Last: worktime.MonthDay{Month: 3, Day: 1}, Periods: p.Periods}
			p.Seasons = []worktime.Season{s, {First: s.Last, Last: s.Last, Periods: p.Periods}}
		},
	} {
		p := plan()
		spoil(&p)
		if _, err := worktime.New(p); !fault.Is(err, "calendar_invalid") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := calendar(t, plan())
	start, phases := at(t, c, "2026-11-23 09:00"), []worktime.Phase{{}}
	for name, k := range map[string]worktime.Clock{
		"no phases":        {Calendar: c, Start: start},
		"backward pause":   {Calendar: c, Start: start, Phases: phases, Pauses: []worktime.Pause{{From: start, To: start.Add(-1)}}},
		"no start":         {Calendar: c, Phases: phases},
		"second done only": {Calendar: c, Start: start, Phases: []worktime.Phase{{Limit: limit(t, "1时")}, {Limit: limit(t, "1时"), Done: start}}},
	} {
		if err := k.Validate(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func BenchmarkDeadline(b *testing.B) {
	c := calendar(b, plan())
	for _, l := range []string{"4工作时", "15日", "10000日"} { // the last is some forty years
		b.Run(l, func(b *testing.B) {
			k := worktime.Clock{Calendar: c, Start: at(b, c, "2026-11-23 09:00"), Phases: []worktime.Phase{{Limit: limit(b, l)}}}
			b.ReportAllocs()
			for b.Loop() {
				k.Deadline()
			}
		})
	}
}

// One second of an eight-hour day is 0.875 s of a seven-hour day: the day is
// full only with the whole next second.
func TestDaysOfTwoSeasonsAddUpAndRoundUp(t *testing.T) {
	t.Parallel()
	p := plan()
	p.Seasons = []worktime.Season{{First: worktime.MonthDay{Month: 11, Day: 24}, Last: worktime.MonthDay{Month: 2, Day: 28},
		Periods: []worktime.Period{{From: 8*60 + 30, To: 12 * 60}, {From: 14 * 60, To: 17*60 + 30}}}}
	c := calendar(t, p)
	k := worktime.Clock{Calendar: c, Start: at(t, c, "2026-11-23 08:00").Add(time.Second), Phases: []worktime.Phase{{Limit: limit(t, "1日")}}}
	if got, _ := k.Deadline(); !got.Equal(at(t, c, "2026-11-24 08:30").Add(time.Second)) {
		t.Errorf("due %v", got)
	}
	k.Start = at(t, c, "2026-11-23 16:00") // a quarter of eight hours; three quarters of seven
	if got, _ := k.Deadline(); !got.Equal(at(t, c, "2026-11-24 15:45")) {
		t.Errorf("due %v", got)
	}
}
