package worktime

import "time"

// State is how a clock stands.
type State string

// The states. Overdue wins over Paused: what was late before a pause is late
// in it.
const (
	Normal   State = "normal"
	DueSoon  State = "due_soon"
	Overdue  State = "overdue"
	Paused   State = "paused"
	Finished State = "finished" // every phase is done
)

// Reading is a clock read at one moment. It tells of the running phase: the
// first that is not done, or the last when all are.
type Reading struct {
	Leg
	State State
	// Used and Remaining are time that counts under the limit: working time
	// for work limits. In an open pause Remaining is what would be left if the
	// pause ended now.
	Used, Remaining time.Duration
	// Natural is the time on the wall from now to Deadline, negative when
	// overdue, and zero while Deadline is.
	Natural time.Duration
}

// StepKind says why a stretch of an explanation counted, or did not.
type StepKind string

// The kinds of step.
const (
	Used    StepKind = "used"    // counted, before now
	Left    StepKind = "left"    // counts, after now
	Waiting StepKind = "paused"  // left out for a pause; Name is its reason
	Holiday StepKind = "holiday" // left out; Name is the holiday's
	Rest    StepKind = "rest"    // a day of the weekly rest
	MakeUp  StepKind = "make_up" // a day that works though it is a day of rest; the hours stand in used and left
)

// Step is one stretch of an explanation, To not included. An open pause has a
// zero To.
type Step struct {
	Kind     StepKind
	From, To time.Time
	Name     string
}

// Explanation is a reading with its reasons, in the order of their beginnings
// within each kind of reason: counted time, pauses, days. A screen makes the
// sentence: the left steps of 90 minutes are 剩 1.5 工作时：今天 14:00–15:30.
type Explanation struct {
	Reading
	Steps []Step
}

// Read reads the clock at now.
func (k *Clock) Read(now time.Time) Reading {
	r, _ := k.read(now)
	return r
}

// Explain reads the clock at now and says what was counted and what not. Days
// are told for work limits only; others leave none out.
func (k *Clock) Explain(now time.Time) Explanation {
	r, course := k.read(now)
	e := Explanation{Reading: r}
	if r.Begin.IsZero() {
		return e
	}
	at := now.Unix()
	for _, s := range course.counted {
		if s.lo < at {
			e.Steps = append(e.Steps, Step{Used, k.at(s.lo), k.at(min(s.hi, at)), ""})
		}
		if s.hi > at {
			e.Steps = append(e.Steps, Step{Left, k.at(max(s.lo, at)), k.at(s.hi), ""})
		}
	}
	begin, end := r.Begin.Unix(), course.end
	for _, p := range k.Pauses {
		if from := max(p.From.Unix(), begin); from <= end && (p.To.IsZero() || from < p.To.Unix()) {
			s := Step{Waiting, k.at(from), time.Time{}, p.Reason}
			if !p.To.IsZero() {
				s.To = k.at(p.To.Unix())
			}
			e.Steps = append(e.Steps, s)
		}
	}
	for _, l := range k.Phases[r.Phase].limits() {
		if l.Unit.working() && l.N > 0 {
			e.Steps = append(e.Steps, k.Calendar.days(begin, end)...)
			break
		}
	}
	return e
}

// days tells of the days between two moments that are not ordinary working days.
func (c *Calendar) days(lo, hi int64) (steps []Step) {
	first, last := time.Unix(lo, 0).In(c.zone), time.Unix(hi, 0).In(c.zone)
	start := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, time.UTC)
	stop := time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, time.UTC)
	for d := start; !d.After(stop); d = d.AddDate(0, 0, 1) {
		date := Date{d.Year(), d.Month(), d.Day()}
		e, named := c.plan.Exceptions[date]
		s := Step{Kind: Rest, Name: e.Name,
			From: time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, c.zone),
			To:   time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, c.zone)}
		switch {
		case named && e.Work:
			s.Kind = MakeUp
		case named:
			s.Kind = Holiday
		case len(c.On(date)) > 0:
			continue
		}
		steps = append(steps, s)
	}
	return steps
}

func (k *Clock) read(now time.Time) (Reading, course) {
	legs, at := k.Legs(), now.Unix()
	i := 0
	for i < len(k.Phases)-1 && !k.Phases[i].Done.IsZero() {
		i++
	}
	r, done := Reading{Leg: legs[i], State: Normal}, k.Phases[i].Done
	if r.Begin.IsZero() { // an open pause lies before a phase not begun
		r.State = Paused
		return r, course{}
	}
	if !done.IsZero() {
		at = min(at, done.Unix())
	}
	gaps := k.closed(at)
	course := k.Calendar.run(r.Begin.Unix(), k.Phases[i].limits(), gaps)
	for _, s := range course.counted {
		used := max(0, min(at, s.hi)-s.lo)
		r.Used += time.Duration(used) * time.Second
		r.Remaining += time.Duration(s.hi-s.lo-used) * time.Second
	}
	if !r.Deadline.IsZero() {
		r.Natural = time.Duration(r.Deadline.Unix()-at) * time.Second
	}
	switch total := r.Used + r.Remaining; {
	case !done.IsZero():
		r.State = Finished
	case !r.Deadline.IsZero() && r.Natural <= 0:
		r.State = Overdue
	case k.paused(at):
		r.State = Paused
	case k.Warning.soon(r.Used, total):
		r.State = DueSoon
	}
	return r, course
}

func (k *Clock) paused(at int64) bool {
	for _, p := range k.Pauses {
		if p.From.Unix() <= at && (p.To.IsZero() || at < p.To.Unix()) {
			return true
		}
	}
	return false
}

// soon compares whole seconds; a limit is at most some 10⁹ of them.
func (w Warning) soon(used, total time.Duration) bool {
	if w == (Warning{}) {
		w.Percent = 80
	}
	return w.Percent > 0 && int64(used/time.Second)*100 >= int64(total/time.Second)*int64(w.Percent) ||
		w.Left > 0 && total-used <= w.Left
}
