package incident

import (
	"time"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/fault"
)

// Every method below is a move of the table. Conflict if it is not legal in the
// present state (case_wrong_state) or a rule of the work forbids it;
// Unprocessable if something that it needs is missing or wrong. After an error
// nothing has changed.

// Inspect sends somebody to look before the case is filed (送核实).
func (in *Incident) Inspect(act Act) error { return in.move(InspectAction, act, nil) }

// Accept takes the case on (立案) under a class and a filing condition, which is
// empty where the class has none. The case needs a place in an area.
// Unprocessable: case_not_located, case_category.
func (in *Incident) Accept(act Act, class category.Ref, condition string) error {
	return in.move(AcceptAction, act, func(p *Progress) error {
		if !p.Place.located() {
			return notLocated()
		}
		p.FiledAt = in.notBefore(act.At)
		return p.classify(class, condition)
	})
}

// Reject declines to take the case on (不予立案).
func (in *Incident) Reject(act Act) error { return in.move(RejectAction, act, nil) }

// Classify puts a filed case under another class. Unprocessable: case_category.
func (in *Incident) Classify(act Act, class category.Ref, condition string) error {
	return in.move(ClassifyAction, act, func(p *Progress) error { return p.classify(class, condition) })
}

func (p *Progress) classify(class category.Ref, condition string) error {
	if class.Edition == "" || class.Kind.Word() == "" || len(class.Code) != 4 {
		return fault.New(fault.Unprocessable, "case_category", "须选择分类标准中的小类", "choose a class of an edition")
	}
	p.Category, p.Condition = class, condition
	return nil
}

// Relocate gives the case another place or area: it was wrong, somebody else
// takes it over, or the boundary changed. Clocks and unit stay. Unprocessable:
// case_not_located, case_address; Conflict: case_same_place.
func (in *Incident) Relocate(act Act, to Place) error {
	return in.move(RelocateAction, act, func(p *Progress) error {
		switch {
		case !to.located():
			return notLocated()
		case to == p.Place:
			return fault.New(fault.Conflict, "case_same_place", "位置和所属区域没有变化", "this is where the case lies already")
		}
		p.Place = to
		return checkAddress(to)
	})
}

// Merge makes the case follow another one about the same matter (并案). The
// store refuses it for a case that others follow. Conflict: case_parent.
func (in *Incident) Merge(act Act, parent *Incident) error {
	return in.move(MergeAction, act, func(p *Progress) error {
		if parent == nil || parent.ID == in.ID || parent.District != in.District || !parent.State.Open() {
			return fault.New(fault.Conflict, "case_parent", "只能并入同区另一件未办结的案卷", "a case is merged into another open one of the district")
		}
		p.Parent, p.Before = parent.ID, in.State
		return nil
	})
}

// Split takes a merged case out again, into the state that it had.
func (in *Incident) Split(act Act) error {
	return in.move(SplitAction, act, func(p *Progress) error {
		p.Parent, p.Before = uuid.Nil, ""
		return nil
	})
}

// Standing is the state to tell people: a merged case stands where its parent
// does. parent is nil for a case that has none.
func (in *Incident) Standing(parent *Incident) State {
	if in.State == Merged && parent != nil && parent.ID == in.Parent {
		return parent.State
	}
	return in.State
}

// Void ends a case that should not have been one (作废).
func (in *Incident) Void(act Act) error { return in.move(VoidAction, act, rest) }

// Reopen begins a closed or rejected case anew; the counts stay, what was done
// in the former round is in the history.
func (in *Incident) Reopen(act Act) error {
	return in.move(ReopenAction, act, func(p *Progress) error {
		p.leave()
		p.Due, p.DispatchedAt, p.ClosedAt = time.Time{}, time.Time{}, time.Time{}
		p.Forced, p.Answer, p.Returns, p.Disputed, p.Extensions = false, "", 0, false, 0
		p.Reopened++
		return nil
	})
}

// leave takes the case from the unit.
func (p *Progress) leave() {
	p.Unit, p.Assignee = uuid.Nil, uuid.Nil
	p.begin()
}

// begin forgets what was done since the last dispatch.
func (p *Progress) begin() {
	p.ReceivedBy, p.HandledBy, p.Proof, p.HandledAt = uuid.Nil, uuid.Nil, uuid.Nil, time.Time{}
	p.answerAsk()
}

// answerAsk ends the wait for an extension.
func (p *Progress) answerAsk() { p.AskedUntil, p.AskedBy = time.Time{}, uuid.Nil }

// rest ends all that waits, where a case ends.
func rest(p *Progress) error {
	p.answerAsk()
	p.Deferred, p.Until, p.Before = false, time.Time{}, ""
	return nil
}

func notLocated() error {
	return fault.New(fault.Unprocessable, "case_not_located", "案卷须先定位到区域", "the case needs a place in an area")
}

func checkAddress(p Place) error {
	if !fits(p.Address) {
		return fault.New(fault.Unprocessable, "case_address", "地址过长或含控制字符", "the address is too long or holds control characters")
	}
	return nil
}
