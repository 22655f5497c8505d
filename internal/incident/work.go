package incident

import (
	"time"

	"github.com/google/uuid"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Dispatch hands the case to a unit until due (派遣), and there to assignee where
// that is not zero. A disputed case needs a reason, which settles the dispute. Unprocessable: case_unit, case_deadline,
// case_ruling.
func (in *Incident) Dispatch(act Act, unit, assignee uuid.UUID, due time.Time) error {
	return in.move(DispatchAction, act, func(p *Progress) error {
		if p.Disputed {
			if act.Reason == "" {
				return fault.New(fault.Unprocessable, "case_ruling", "案卷有归属争议，派遣须写明裁定依据", "whose it is has been disputed: give the grounds of the ruling")
			}
			p.Disputed, p.Returns = false, 0
		}
		p.begin()
		p.Unit, p.Assignee, p.Due, p.DispatchedAt, p.Extensions = unit, assignee, stored(due), in.notBefore(act.At), 0
		if unit == uuid.Nil {
			return noUnit()
		}
		return in.checkDue(p, act)
	})
}

// Transfer hands the case on to another unit or person; the deadline stays (改派).
// Unprocessable: case_unit; Conflict: case_same_unit.
func (in *Incident) Transfer(act Act, unit, assignee uuid.UUID) error {
	return in.move(TransferAction, act, func(p *Progress) error {
		switch {
		case unit == uuid.Nil:
			return noUnit()
		case unit == p.Unit && assignee == p.Assignee:
			return fault.New(fault.Conflict, "case_same_unit", "案卷已在该单位", "the unit has the case already")
		}
		p.begin()
		p.Unit, p.Assignee, p.DispatchedAt = unit, assignee, in.notBefore(act.At)
		return nil
	})
}

// Receive says that the unit has begun (签收).
func (in *Incident) Receive(act Act) error {
	return in.move(ReceiveAction, act, func(p *Progress) error {
		p.ReceivedBy = act.By
		return nil
	})
}

// Return gives the case back as not the unit's (回退); the second time opens a
// dispute.
func (in *Incident) Return(act Act, rules Rules) error {
	return in.move(ReturnAction, act, func(p *Progress) error {
		p.leave()
		p.Due = time.Time{}
		p.Returns++
		p.Disputed = p.Disputed || p.Returns >= rules.DisputeAfter
		return nil
	})
}

// Handle says that the work is done (处置完成).
func (in *Incident) Handle(act Act) error {
	return in.move(HandleAction, act, func(p *Progress) error {
		p.answerAsk()
		p.HandledBy, p.HandledAt = act.By, in.notBefore(act.At)
		return nil
	})
}

// Evidence is a photograph with what it says of itself.
type Evidence struct {
	Photo uuid.UUID
	Point geo.Point // CGCS2000; zero where it has none
	Taken time.Time
}

// Verify confirms the work (核查) by the first photograph that was taken near the
// place, after the last dispatch and not in the future. Who accepted or handled
// the case cannot. Conflict: case_own_work; Unprocessable: case_evidence.
func (in *Incident) Verify(act Act, photos []Evidence, rules Rules) error {
	return in.move(VerifyAction, act, func(p *Progress) error {
		if err := p.notOwn(act); err != nil {
			return err
		}
		metres := geo.MetresAt(p.Place.Point)
		for _, e := range photos {
			if e.Photo != uuid.Nil && e.Point != (geo.Point{}) && metres.Between(p.Place.Point, e.Point) <= rules.EvidenceMetres &&
				e.Taken.After(p.DispatchedAt) && !e.Taken.After(in.notBefore(act.At)) {
				p.Proof = e.Photo
				return nil
			}
		}
		return fault.New(fault.Unprocessable, "case_evidence", "须有派遣之后、距案发地点 %[1]g 米以内拍摄的照片",
			"needs a photograph taken after dispatch and within %[1]g m of the place", rules.EvidenceMetres)
	})
}

// Rework sends the case back to the unit as not fixed (返工). Conflict:
// case_own_work; Unprocessable: case_deadline.
func (in *Incident) Rework(act Act, due time.Time) error {
	return in.move(ReworkAction, act, func(p *Progress) error {
		if err := p.notOwn(act); err != nil {
			return err
		}
		p.begin()
		p.Reworks++
		p.Due, p.DispatchedAt, p.Extensions = stored(due), in.notBefore(act.At), 0
		return in.checkDue(p, act)
	})
}

// Close ends a checked case (结案). Conflict: case_own_work.
func (in *Incident) Close(act Act) error {
	return in.move(CloseAction, act, func(p *Progress) error {
		p.ClosedAt = in.notBefore(act.At)
		return p.notOwn(act)
	})
}

// ForceClose ends a case without evidence (强制结案) and marks it so. Conflict:
// case_own_work.
func (in *Incident) ForceClose(act Act) error {
	return in.move(ForceAction, act, func(p *Progress) error {
		if err := p.notOwn(act); err != nil {
			return err
		}
		p.Forced, p.ClosedAt = true, in.notBefore(act.At)
		return rest(p)
	})
}

// Revisit keeps what the reporter said of the closed case (回访).
// Unprocessable: case_answer.
func (in *Incident) Revisit(act Act, answer Answer) error {
	return in.move(RevisitAction, act, func(p *Progress) error {
		if answer != Satisfied && answer != Fair && answer != Unsatisfied {
			return fault.New(fault.Unprocessable, "case_answer", "满意度应为满意、基本满意或不满意", "the answer is satisfied, fair or unsatisfied")
		}
		p.Answer = answer
		return nil
	})
}

// notOwn refuses to let people judge their own work.
func (p *Progress) notOwn(act Act) error {
	if act.By == p.HandledBy || act.By == p.ReceivedBy {
		return fault.New(fault.Conflict, "case_own_work", "核查、结案人不能是处置人", "nobody checks or closes their own work")
	}
	return nil
}

func (in *Incident) checkDue(p *Progress, act Act) error {
	if !p.Due.After(in.notBefore(act.At)) {
		return fault.New(fault.Unprocessable, "case_deadline", "须有将来的处置时限", "needs a deadline in the future")
	}
	return nil
}

func noUnit() error {
	return fault.New(fault.Unprocessable, "case_unit", "须指定责任单位", "needs a responsible unit")
}
