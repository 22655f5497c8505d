package worktime_test

import (
	"testing"
	"time"

	"wangge/internal/worktime"
)

// The moment told ahead is the first second at which a reading says so.
func TestSoonIsToldAhead(t *testing.T) {
	t.Parallel()
	calendar, err := worktime.New(worktime.DefaultPlan())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 6, 16, 30, 0, 0, calendar.Zone()) // Friday
	for _, tc := range []struct {
		limit   string
		warning worktime.Warning
		want    time.Time
	}{
		{"4工作时", worktime.Warning{}, time.Date(2026, 3, 9, 9, 42, 0, 0, calendar.Zone())}, // 3 h 12 min of work: 1 h 30 on Friday, 1 h 42 on Monday
		{"2急时", worktime.Warning{Percent: 50}, start.Add(time.Hour)},
		{"15分钟", worktime.Warning{Left: 5 * time.Minute}, start.Add(10 * time.Minute)},
		{"1急时", worktime.Warning{Percent: 100}, start.Add(time.Hour)},
	} {
		limit, err := worktime.ParseLimit(tc.limit)
		if err != nil {
			t.Fatal(err)
		}
		k := &worktime.Clock{Calendar: calendar, Start: start, Phases: []worktime.Phase{{Limit: limit}}, Warning: tc.warning}
		got := k.SoonAt()
		if !got.Equal(tc.want) {
			t.Errorf("%s: soon at %s, want %s", tc.limit, got, tc.want)
		}
		if deadline, _ := k.Deadline(); got.Before(deadline) && (k.Read(got).State != worktime.DueSoon || k.Read(got.Add(-time.Second)).State != worktime.Normal) {
			t.Errorf("%s: the readings at and before %s say %s and %s", tc.limit, got, k.Read(got).State, k.Read(got.Add(-time.Second)).State)
		}
	}
	open := &worktime.Clock{Calendar: calendar, Start: start, Phases: []worktime.Phase{{Limit: worktime.Limit{N: 1, Unit: worktime.UrgentHour}}}, Pauses: []worktime.Pause{{From: start}}}
	if !open.SoonAt().IsZero() {
		t.Error("a clock that rests is soon due")
	}
}
