package incident

import (
	"time"

	"wangge/internal/fault"
)

// AskExtension asks for more time (延期), before the case is overdue and while
// the rules allow one more. Conflict: case_overdue, case_extended, case_asked;
// Unprocessable: case_until.
func (in *Incident) AskExtension(act Act, until time.Time, rules Rules) error {
	return in.move(AskAction, act, func(p *Progress) error {
		switch {
		case !p.AskedUntil.IsZero():
			return fault.New(fault.Conflict, "case_asked", "已有待审批的延期申请", "an extension has been asked for already")
		case p.Extensions >= rules.Extensions:
			return fault.New(fault.Conflict, "case_extended", "延期次数已用完", "no further extension is allowed")
		case !in.notBefore(act.At).Before(p.Due):
			return fault.New(fault.Conflict, "case_overdue", "已超期，不能申请延期", "the case is overdue: it cannot be extended")
		case !until.After(p.Due) || until.Sub(p.Due) > rules.LongestRest:
			return fault.New(fault.Unprocessable, "case_until", "延期应晚于现有时限，不超过 %[1]d 天", "the time asked for must lie after the deadline, by at most %[1]d days", int(rules.LongestRest.Hours()/24))
		}
		p.AskedUntil, p.AskedBy = stored(until), act.By
		return nil
	})
}

// GrantExtension gives the time asked for; not to oneself. One that was asked for
// in time may be granted later. Conflict: case_not_asked, case_own_work.
func (in *Incident) GrantExtension(act Act) error {
	return in.answer(GrantAction, act, func(p *Progress) {
		p.Due = p.AskedUntil
		p.Extensions++
	})
}

// RefuseExtension leaves the deadline as it is. Conflict: case_not_asked,
// case_own_work.
func (in *Incident) RefuseExtension(act Act) error {
	return in.answer(RefuseAction, act, func(*Progress) {})
}

func (in *Incident) answer(a Action, act Act, change func(*Progress)) error {
	return in.move(a, act, func(p *Progress) error {
		switch {
		case p.AskedUntil.IsZero():
			return fault.New(fault.Conflict, "case_not_asked", "没有待审批的延期申请", "no extension has been asked for")
		case p.AskedBy == act.By:
			return fault.New(fault.Conflict, "case_own_work", "不能审批自己的延期申请", "nobody decides on their own request")
		}
		change(p)
		p.answerAsk()
		return nil
	})
}

// Suspend puts the case on the list of what cannot be solved now (挂账), until a
// day on which it is looked at again. Unprocessable: case_until.
func (in *Incident) Suspend(act Act, until time.Time, rules Rules) error {
	return in.pause(SuspendAction, act, until, rules)
}

// Defer puts the work off to a day (缓办). Unprocessable: case_until.
func (in *Incident) Defer(act Act, until time.Time, rules Rules) error {
	return in.pause(DeferAction, act, until, rules)
}

func (in *Incident) pause(a Action, act Act, until time.Time, rules Rules) error {
	return in.move(a, act, func(p *Progress) error {
		if at := in.notBefore(act.At); !until.After(at) || until.Sub(at) > rules.LongestRest {
			return fault.New(fault.Unprocessable, "case_until", "须写明恢复日期，不超过 %[1]d 天", "say until when, at most %[1]d days ahead", int(rules.LongestRest.Hours()/24))
		}
		p.answerAsk()
		p.Before, p.Until, p.Deferred = in.State, stored(until), a == DeferAction
		return nil
	})
}

// Resume goes on where the case was (恢复办理). due is the new deadline of a case
// that a unit has, and unused for one that nobody has yet. Unprocessable:
// case_deadline.
func (in *Incident) Resume(act Act, due time.Time) error {
	return in.move(ResumeAction, act, func(p *Progress) error {
		if p.State.Phase() == HandlePhase {
			if due.IsZero() {
				return fault.New(fault.Unprocessable, "case_deadline", "须有处置时限", "needs a deadline")
			}
			p.Due = stored(due) // of a case that was overdue when it was suspended it lies in the past: what was late stays late
		}
		return rest(p)
	})
}

// Supervise marks the case for the attention of its superiors (督办), level 1 to
// 3. Unprocessable: case_level; Conflict: case_same_level.
func (in *Incident) Supervise(act Act, level int) error {
	return in.move(SuperviseAction, act, func(p *Progress) error {
		switch {
		case level < 1 || level > 3:
			return fault.New(fault.Unprocessable, "case_level", "督办级别应为 1 至 3", "the level is 1, 2 or 3")
		case level == p.Supervised:
			return fault.New(fault.Conflict, "case_same_level", "已是该督办级别", "the case has this level already")
		}
		p.Supervised = level
		return nil
	})
}

// LiftSupervision takes the mark away. Conflict: case_not_supervised.
func (in *Incident) LiftSupervision(act Act) error {
	return in.move(LiftAction, act, func(p *Progress) error {
		if p.Supervised == 0 {
			return fault.New(fault.Conflict, "case_not_supervised", "案卷未被督办", "the case is not supervised")
		}
		p.Supervised = 0
		return nil
	})
}

// Reckon gives the work another time by which it is due, because the calendar
// has changed. It is no step.
func (in *Incident) Reckon(due time.Time) { in.Due = stored(due) }
