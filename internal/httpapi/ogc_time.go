package httpapi

import (
	"context"
	"strings"
	"time"

	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
)

// end is one end of an interval: a moment, or a whole day in the time zone of
// each district.
type end struct {
	open   bool
	day    bool
	moment time.Time // of a day: its midnight, UTC
}

func badDatetime(given string) error {
	return fault.New(fault.Invalid, "bad_datetime", "datetime 应写成 2026-01-31、2026-01-31T08:00:00+08:00，或两者之间的区间（用 / 隔开，不限的一端写 ..），得到 %[1]q",
		"write datetime as 2026-01-31, as 2026-01-31T08:00:00+08:00, or as an interval of two of them (a / between, .. for an open end), got %[1]q", clip(given, 80))
}

func parseEnd(text string) (end, bool) {
	if text == "" || text == ".." {
		return end{open: true}, true
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return end{day: true, moment: t}, t.Year() > 1
	}
	t, err := time.Parse(time.RFC3339, strings.Replace(strings.ToUpper(text), " ", "+", 1)) // the plus of an offset that was not escaped
	return end{moment: t}, err == nil && t.Year() > 1
}

// parseDatetime reads an instant or an interval, and returns its last moment.
// Features hold from their edition's first day until further notice, so that
// whatever is in force at the last moment also meets the interval. Error:
// bad_datetime.
func parseDatetime(text string) (last end, err error) {
	from, to, interval := strings.Cut(text, "/")
	if !interval {
		to = from
	}
	first, ok := parseEnd(from)
	last, sound := parseEnd(to)
	slack := time.Duration(0)
	if first.day != last.day {
		slack = 36 * time.Hour // a day ends 24 hours after its midnight, and elsewhere than in Greenwich
	}
	backwards := !first.open && !last.open && first.moment.Sub(last.moment) > slack
	if !ok || !sound || backwards || text == "/" || !interval && first.open {
		return end{}, badDatetime(text)
	}
	return last, nil
}

// inForceAt returns the boundaries in force at the end of an interval, or today's
// where it lies ahead: what is known of the future may still change.
func (s *Server) inForceAt(ctx context.Context, last end) (*gridindex.Index, error) {
	const furthest = 14 * time.Hour // no time zone is further ahead
	now := time.Now()
	switch {
	case last.open, !last.day && last.moment.After(now), last.day && last.moment.After(now.UTC().Add(furthest-24*time.Hour)):
		return s.index()
	case last.day:
		return s.Boundaries.At(ctx, postgres.At{Valid: last.moment})
	}
	return s.Boundaries.At(ctx, postgres.At{Instant: last.moment})
}
