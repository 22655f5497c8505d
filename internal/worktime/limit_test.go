package worktime_test

import (
	"testing"

	"wangge/internal/worktime"
)

func TestLimitsAreReadAsTheTablesWriteThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]worktime.Limit{
		"2急时": {2, worktime.UrgentHour}, "2 紧急工作时": {2, worktime.UrgentHour}, "１５日": {15, worktime.WorkDay},
		"4时": {4, worktime.WorkHour}, "1.5工作时": {90, worktime.WorkMinute}, "3急日": {3, worktime.UrgentDay},
		"7自然日": {7, worktime.NaturalDay}, "15分钟": {15, worktime.UrgentMinute}, "0.25急时": {15, worktime.UrgentMinute},
		"4 Work H": {4, worktime.WorkHour}, "5 work days": {5, worktime.WorkDay}, "0时": {0, worktime.WorkHour},
	} {
		if got, err := worktime.ParseLimit(in); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "4", "时", "-1时", "4小时", "3天", "1.5日", "0.001时", "1.时", "10001日", "99999999999999999999时", "4时4时", "4h"} {
		if got, err := worktime.ParseLimit(in); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"2急时", "1.5工作时", "15日", "4 work h", "０时"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := worktime.ParseLimit(s)
		if err != nil {
			return
		}
		if err := l.Validate(); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{l.String(), l.English()} {
			if again, err := worktime.ParseLimit(text); err != nil || again != l {
				t.Fatalf("%q → %v → %q → %v, %v", s, l, text, again, err)
			}
		}
	})
}
