package worktime

import (
	"cmp"
	"slices"
	"time"

	"wangge/internal/fault"
)

// Pause is a time that does not count, From included, To not: 挂账, 缓办, waiting
// for material. A zero To is open: the pause still lasts.
type Pause struct {
	From, To time.Time
	Reason   string
}

// Phase is one step of the work (现场围护, 修复, 恢复路面) with its own limit.
// Extensions (延期) run one after the other when Limit is used up.
type Phase struct {
	Name       string
	Limit      Limit
	Extensions []Limit
	Done       time.Time // zero while it is not
}

// Clock is the time a case has. A case with a single limit has one Phase. The
// first phase runs from Start, each later one from the Done of the phase before
// or, while that is not done, from its deadline.
//
// A limit runs from the first second that counts: a case that comes at night or
// in a pause under a work limit begins with the next work period.
//
// WorkDay has one rule: a working day is worth one day, each of its working
// seconds an equal share of it, and N days must add up. A start in the middle of
// a day thus ends at the same point of work N working days later (Mon 10:00 +
// 1 → Tue 10:00), a start at or before opening at the close of the Nth day, and
// days of different length in two seasons count alike. On a day with a change
// of the offset within a work period the day is worth a little more or less.
// UrgentDay and NaturalDay are 24 hours each, also when a zone changes its
// offset.
//
// A deadline is exclusive: at that second the case is overdue. Always: a later
// start has no earlier deadline, and a pause never shortens.
type Clock struct {
	Calendar *Calendar
	Start    time.Time
	Phases   []Phase
	Pauses   []Pause // in any order, may overlap
	Warning  Warning
}

// Warning says when a clock is due soon: at Percent of the counted time used,
// or with no more than Left of it remaining, whichever comes first. The zero
// Warning is 80 percent alone: half an hour left would have a limit of 15 minutes
// born due soon.
type Warning struct {
	Percent int
	Left    time.Duration
}

const maxPhases, maxPauses, maxExtensions = 20, 1000, 20

// Validate refuses what a clock cannot run on: no phases, too many of anything,
// moments outside 1900–2199, pauses that end before they begin, phases done out
// of order or before Start. Errors: clock_invalid, limit_invalid. The other
// methods expect a valid clock.
func (k *Clock) Validate() error {
	refuse := func(zh, en string, args ...any) error {
		return fault.New(fault.Unprocessable, "clock_invalid", zh, en, args...)
	}
	sane := func(t time.Time) bool { return t.Year() >= 1900 && t.Year() < 2200 }
	if k.Calendar == nil || !sane(k.Start) {
		return refuse("计时缺少日历，或起点不在 1900–2199 年", "a clock needs a calendar and a start in 1900–2199")
	}
	if len(k.Phases) == 0 || len(k.Phases) > maxPhases || len(k.Pauses) > maxPauses {
		return refuse("阶段须为 1–%[1]d 个，暂停不超过 %[2]d 次", "a clock has 1–%[1]d phases and at most %[2]d pauses", maxPhases, maxPauses)
	}
	if k.Warning.Percent < 0 || k.Warning.Percent > 100 || k.Warning.Left < 0 {
		return refuse("预警比例须为 0–100", "a warning is 0–100 percent")
	}
	for _, p := range k.Pauses {
		if !sane(p.From) || !p.To.IsZero() && (!sane(p.To) || p.To.Before(p.From)) {
			return refuse("暂停的结束早于开始，或不在 1900–2199 年", "a pause ends before it begins, or lies outside 1900–2199")
		}
	}
	last, open := k.Start, false
	for _, p := range k.Phases {
		if len(p.Extensions) > maxExtensions {
			return refuse("延期不超过 %[1]d 次", "at most %[1]d extensions", maxExtensions)
		}
		for _, l := range p.limits() {
			if err := l.Validate(); err != nil {
				return err
			}
		}
		if p.Done.IsZero() {
			open = true
			continue
		}
		if open || p.Done.Before(last) || !sane(p.Done) {
			return refuse("阶段“%[1]s”的完成时间早于上一阶段", "phase %[1]q is done before the one before it", p.Name)
		}
		last = p.Done
	}
	return nil
}

func (p Phase) limits() []Limit { return append([]Limit{p.Limit}, p.Extensions...) }

// Leg is a phase on the calendar.
type Leg struct {
	Phase    int       // index into Phases
	Begin    time.Time // zero while an open pause hides it
	Deadline time.Time // zero while an open pause hides it
	Late     bool      // done at or after its deadline
	// Unpublished are years the deadline depends on and whose holidays the
	// calendar does not know; a deadline with any may still move.
	Unpublished []int
}

// Legs returns every phase in order. It does not depend on the present.
func (k *Clock) Legs() []Leg {
	closed := k.closed(never)
	begin, known := k.Start.Unix(), true
	out := make([]Leg, len(k.Phases))
	for i, p := range k.Phases {
		leg := Leg{Phase: i}
		if known {
			leg.Begin = k.at(begin)
			r := k.Calendar.run(begin, p.limits(), closed)
			leg.Unpublished = r.unpublished
			if known = r.done; known {
				leg.Deadline = k.at(r.end)
				leg.Late = !p.Done.IsZero() && p.Done.Unix() >= r.end
			}
			begin = r.end
		}
		if !p.Done.IsZero() {
			begin, known = p.Done.Unix(), true
		}
		out[i] = leg
	}
	return out
}

// Deadline is when the last phase is due; ok is false while an open pause
// hides it.
func (k *Clock) Deadline() (at time.Time, ok bool) {
	legs := k.Legs()
	at = legs[len(legs)-1].Deadline
	return at, !at.IsZero()
}

func (k *Clock) at(unix int64) time.Time { return time.Unix(unix, 0).In(k.Calendar.zone) }

// gap is a stretch of pauses in Unix seconds, merged: they neither touch nor
// overlap.
type gap struct{ lo, hi int64 }

// closed merges the pauses; an open one ends at end, or is none if that is
// before its beginning.
func (k *Clock) closed(end int64) []gap {
	gaps := make([]gap, 0, len(k.Pauses))
	for _, p := range k.Pauses {
		g := gap{p.From.Unix(), end}
		if !p.To.IsZero() {
			g.hi = p.To.Unix()
		}
		if g.lo < g.hi {
			gaps = append(gaps, g)
		}
	}
	slices.SortFunc(gaps, func(a, b gap) int { return cmp.Compare(a.lo, b.lo) })
	merged := gaps[:0]
	for _, g := range gaps {
		if n := len(merged); n > 0 && g.lo <= merged[n-1].hi {
			merged[n-1].hi = max(merged[n-1].hi, g.hi)
			continue
		}
		merged = append(merged, g)
	}
	return merged
}

// course is what counting limits from a moment came to.
type course struct {
	counted     []span
	end         int64 // the deadline, if done
	done        bool  // false: an open pause came first
	unpublished []int
}

// run counts the limits one after the other from begin, leaving out gaps.
func (c *Calendar) run(begin int64, limits []Limit, gaps []gap) (r course) {
	r.end, r.done = begin, true
	last, working := begin, false
	for _, l := range limits {
		need := c.need(l)
		if need == 0 {
			continue
		}
		for lo, i := r.end, 0; need > 0 && lo < never; i++ {
			hi, next := int64(never), int64(never)
			if i < len(gaps) {
				hi, next = gaps[i].lo, gaps[i].hi
			}
			for s := range c.spans(l.Unit, lo, hi) {
				if gain := (s.hi - s.lo) * s.weight; gain < need {
					need -= gain
				} else {
					s.hi = s.lo + (need+s.weight-1)/s.weight // the second that fills the limit
					need = 0
				}
				r.counted, r.end = append(r.counted, s), s.hi
				if need == 0 {
					break
				}
			}
			lo = max(lo, next)
		}
		if l.Unit.working() {
			working = true
			last = r.end
		}
		if need > 0 {
			r.done = false
			break
		}
	}
	if working {
		r.unpublished = c.unpublished(begin, last)
	}
	return r
}

// unpublished lists the years from lo to hi whose holidays are not known.
func (c *Calendar) unpublished(lo, hi int64) (years []int) {
	for y := time.Unix(lo, 0).In(c.zone).Year(); y <= time.Unix(hi, 0).In(c.zone).Year(); y++ {
		if !slices.Contains(c.plan.Published, y) {
			years = append(years, y)
		}
	}
	return years
}
