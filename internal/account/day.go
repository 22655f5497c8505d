package account

import (
	"time"

	"wangge/internal/fault"
)

// zone is where the days of posts and keys begin: China has one time.
var zone = time.FixedZone("UTC+8", 8*60*60)

// FirstDay reads a day, as 2026-01-31, and returns the moment when it begins; ""
// is the zero time. Error: bad_date.
func FirstDay(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil || day.Year() < 2000 || day.Year() > 2200 {
		return time.Time{}, fault.New(fault.Unprocessable, "bad_date", "日期应写成 2026-01-31，得到 %.40[1]q", "write a day as 2026-01-31, got %.40[1]q", s)
	}
	return day, nil
}

// LastDay is FirstDay for the day's end, which is the first moment of the next.
func LastDay(s string) (time.Time, error) {
	day, err := FirstDay(s)
	if err != nil || day.IsZero() {
		return day, err
	}
	return day.AddDate(0, 0, 1), nil
}
