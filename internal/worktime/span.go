package worktime

import (
	"iter"
	"math"
	"time"
)

// span is a stretch of counted time in Unix seconds, hi not included; each
// second is worth weight towards the limit.
type span struct{ lo, hi, weight int64 }

const day = 24 * 60 * 60

// need is the worth of a limit: seconds, or for work days shares of days.
func (c *Calendar) need(l Limit) int64 {
	n := int64(l.N)
	switch l.Unit {
	case UrgentMinute, WorkMinute:
		return n * 60
	case UrgentHour, WorkHour:
		return n * 3600
	case WorkDay:
		return n * c.dayUnit * 60
	}
	return n * day
}

// spans yields what counts for unit within [lo, hi), in order. It walks day by
// day, and has no end when hi is never.
func (c *Calendar) spans(unit Unit, lo, hi int64) iter.Seq[span] {
	return func(yield func(span) bool) {
		if lo >= hi {
			return
		}
		if !unit.working() {
			yield(span{lo, hi, 1})
			return
		}
		z := c.zoneAt(lo)
		for midnight := floorDay(lo + z.offset - day); midnight-day < hi; midnight += day {
			periods := c.On(dateOf(midnight))
			if len(periods) == 0 {
				continue
			}
			weight := int64(1)
			if unit == WorkDay {
				total := 0
				for _, p := range periods {
					total += p.To - p.From
				}
				weight = c.dayUnit / int64(total)
			}
			// A second counts when the clock on the wall stands within a
			// period. Within one offset of the zone that is plain shifting;
			// a day on which the offset changes is done once for each.
			if midnight-day < z.lo || midnight+2*day > z.hi {
				z = c.zoneAt(midnight - day)
			}
			for here := z; ; here = c.zoneAt(here.hi) {
				for _, p := range periods {
					s := span{
						max(lo, here.lo, midnight+int64(p.From)*60-here.offset),
						min(hi, here.hi, midnight+int64(p.To)*60-here.offset),
						weight,
					}
					if s.lo < s.hi && !yield(s) {
						return
					}
				}
				if here.hi >= midnight+2*day {
					break
				}
			}
		}
	}
}

// stretch is a time in which the zone keeps one offset from UTC, in seconds.
type stretch struct{ lo, hi, offset int64 }

func (c *Calendar) zoneAt(at int64) stretch {
	t := time.Unix(at, 0).In(c.zone)
	_, offset := t.Zone()
	z := stretch{math.MinInt64, never, int64(offset)}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		z.lo = from.Unix()
	}
	if !to.IsZero() {
		z.hi = to.Unix()
	}
	return z
}

// never stands for the end of an open pause, far after every deadline.
const never = math.MaxInt64 / 4

func floorDay(wall int64) int64 {
	r := wall % day
	if r < 0 {
		r += day
	}
	return wall - r
}

// dateOf names the day whose midnight, read as if in UTC, is given.
func dateOf(midnight int64) Date {
	y, m, d := time.Unix(midnight, 0).UTC().Date()
	return Date{y, m, d}
}
