package casesetting_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"wangge/internal/casesetting"
	"wangge/internal/fault"
	"wangge/internal/incident"
	"wangge/internal/worktime"
)

func TestTheDefaultHoldsAndComesBackFromItsText(t *testing.T) {
	t.Parallel()
	s := casesetting.Default()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back casesetting.Setting
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Validate(); err != nil || fmt.Sprint(back) != fmt.Sprint(s) {
		t.Errorf("%v, %v", back, err)
	}
	if l, ok := back.Limit(incident.IntakePhase); !ok || l != (worktime.Limit{N: 15, Unit: worktime.WorkMinute}) {
		t.Errorf("intake has %v", l)
	}
	if _, ok := back.Limit(incident.HandlePhase); ok {
		t.Error("the limit of handling is the class's")
	}
}

func TestAHolidayMovesADeadline(t *testing.T) {
	t.Parallel()
	s := casesetting.Default()
	s.Calendar.Days = []casesetting.Day{{Date: "2026-10-01", Name: "国庆节"}, {Date: "2026-10-02", Name: "国庆节"}, {Date: "2026-10-10", Work: true}}
	s.Calendar.Published = []int{2026}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	calendar, err := s.Clock()
	if err != nil {
		t.Fatal(err)
	}
	k := worktime.Clock{Calendar: calendar, Start: time.Date(2026, 9, 30, 17, 0, 0, 0, calendar.Zone()), Phases: []worktime.Phase{{Limit: worktime.Limit{N: 2, Unit: worktime.WorkHour}}}}
	if at, _ := k.Deadline(); at.Format("01-02 15:04") != "10-05 09:00" {
		t.Errorf("due %v", at)
	}
}

func TestWhatCannotBeHandledByIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(s *casesetting.Setting)
		code  string
	}{
		"no hours":           {func(s *casesetting.Setting) { s.Calendar.Periods = nil }, "calendar_invalid"},
		"hours of a minute":  {func(s *casesetting.Setting) { s.Calendar.Periods = []string{"08:00-08:01"} }, "calendar_invalid"},
		"hours backwards":    {func(s *casesetting.Setting) { s.Calendar.Periods = []string{"12:00-08:00", "00:00-23:00"} }, "calendar_invalid"},
		"no such time":       {func(s *casesetting.Setting) { s.Calendar.Periods = []string{"08:00-25:00"} }, "calendar_invalid"},
		"a zone on the disk": {func(s *casesetting.Setting) { s.Calendar.Zone = "../../etc/passwd" }, "calendar_invalid"},
		"a day of no month":  {func(s *casesetting.Setting) { s.Calendar.Days = []casesetting.Day{{Date: "2026-02-30"}} }, "calendar_invalid"},
		"a day twice": {func(s *casesetting.Setting) {
			s.Calendar.Days = []casesetting.Day{{Date: "2026-10-01"}, {Date: "2026-10-01", Work: true}}
		}, "calendar_invalid"},
		"a far year":    {func(s *casesetting.Setting) { s.Calendar.Published = []int{1 << 40} }, "calendar_invalid"},
		"too many days": {func(s *casesetting.Setting) { s.Calendar.Days = make([]casesetting.Day, 6001) }, "calendar_invalid"},
		"no rest":       {func(s *casesetting.Setting) { s.Calendar.Rest = []int{0, 1, 2, 3, 4, 5, 6} }, "calendar_invalid"},
		"a season of no day": {func(s *casesetting.Setting) {
			s.Calendar.Seasons = []casesetting.Season{{First: "02-30", Last: "03-01", Periods: []string{"08:00-12:00"}}}
		}, "calendar_invalid"},
		"a vague limit":       {func(s *casesetting.Setting) { s.Limits.Verify = "2小时" }, "limit_invalid"},
		"no time at all":      {func(s *casesetting.Setting) { s.Limits.Close = "0工作时" }, "setting_range"},
		"a warning afterward": {func(s *casesetting.Setting) { s.Warning = 101 }, "setting_range"},
		"a huge distance":     {func(s *casesetting.Setting) { s.EvidenceMetres = 1 << 40 }, "setting_range"},
		"rest for ever":       {func(s *casesetting.Setting) { s.RestDays = -1 }, "setting_range"},
		"moved elsewhere":     {func(s *casesetting.Setting) { s.Moved = "away" }, "setting_moved"},
		"no such word":        {func(s *casesetting.Setting) { s.Words = map[string]string{"state.lost": "丢"} }, "word_unknown"},
		"a long word":         {func(s *casesetting.Setting) { s.Words = map[string]string{"state.filed": strings.Repeat("长", 21)} }, "word_bad"},
		"a word that hides":   {func(s *casesetting.Setting) { s.Words = map[string]string{"state.filed": "立\u202e案"} }, "word_bad"},
		"an empty word":       {func(s *casesetting.Setting) { s.Words = map[string]string{"action.accept": " "} }, "word_bad"},
	} {
		s := casesetting.Default()
		tc.spoil(&s)
		if err := s.Validate(); !fault.Is(err, tc.code) {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
	}
	s := casesetting.Default()
	s.Words = map[string]string{"state.filed": "已受理", "reason.reject.unclear": "说不清", "action.accept": "受理"}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}
