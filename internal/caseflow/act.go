package caseflow

import (
	"context"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// Act is something to be done to a case. Which fields count depends on the
// action: see docs/case.md.
type Act struct {
	Action   incident.Action
	By       uuid.UUID // zero: the service itself
	Reason   incident.Reason
	Note     string
	Kind     category.Kind
	Code     string
	Filing   string    // condition
	Point    geo.Point // CGCS2000
	Address  string
	Unit     uuid.UUID
	Assignee uuid.UUID
	Until    time.Time
	Level    int
	Answer   incident.Answer
	Parent   uuid.UUID
	Photos   []postgres.AttachedPhoto
}

// Act does something to a case, as far as the model allows it. What the caller
// may do is not asked here. Errors: those of the model, stale_version,
// no_such_incident, photo_missing, photo_taken, case_has_followers.
func (d *Desk) Act(ctx context.Context, key postgres.IncidentKey, by postgres.Write, act Act) (*postgres.Case, error) {
	rules, err := d.rules(ctx, key.District)
	if err != nil {
		return nil, err
	}
	return d.Store.UpdateIncident(ctx, key, by, func(w *postgres.Work) error {
		w.Calendar = rules.calendarVersion
		w.Act(string(incident.PolicyOf(act.Action)))
		w.Attach(act.Photos)
		m := &move{Desk: d, ctx: ctx, w: w, in: &w.Case.Incident, rules: rules, act: act,
			by: incident.Act{By: act.By, At: w.Now, Reason: act.Reason, Note: act.Note}}
		from, before := w.Case.State, w.Case.Before
		if err := m.do(); err != nil {
			return err
		}
		if act.Action == incident.UndoAction {
			return nil
		}
		return m.clocks(incident.Effects(from, w.Case.State, before))
	})
}

// move is one act at work on a locked case.
type move struct {
	*Desk
	ctx   context.Context //nolint:containedctx // of one act
	w     *postgres.Work
	in    *incident.Incident
	rules *rules
	act   Act
	by    incident.Act
	clock *worktime.Clock // of the work, where the act decided it
}

func (m *move) do() error {
	in, act, by, rules := m.in, m.act, m.by, m.rules.Rules
	switch act.Action {
	case incident.InspectAction:
		return in.Inspect(by)
	case incident.AcceptAction, incident.ClassifyAction:
		return m.classify()
	case incident.RejectAction:
		if err := m.noFollowers(); err != nil {
			return err
		}
		return in.Reject(by)
	case incident.RelocateAction:
		return m.moveTo(m.by)
	case incident.DispatchAction, incident.ReworkAction:
		return m.send()
	case incident.TransferAction:
		if err := m.knownUnit(); err != nil {
			return err
		}
		return in.Transfer(by, act.Unit, act.Assignee)
	case incident.ReceiveAction:
		return in.Receive(by)
	case incident.ReturnAction:
		return in.Return(by, rules)
	case incident.HandleAction:
		return in.Handle(by)
	case incident.VerifyAction:
		photos, err := m.w.Evidence()
		if err != nil {
			return err
		}
		return in.Verify(by, photos, rules)
	case incident.CloseAction:
		return in.Close(by)
	case incident.ForceAction:
		return in.ForceClose(by)
	case incident.AskAction:
		return m.ask()
	case incident.GrantAction:
		return m.grant()
	case incident.RefuseAction:
		return in.RefuseExtension(by)
	case incident.SuspendAction:
		return in.Suspend(by, act.Until, rules)
	case incident.DeferAction:
		return in.Defer(by, act.Until, rules)
	case incident.ResumeAction:
		return m.resume()
	case incident.SuperviseAction:
		return in.Supervise(by, act.Level)
	case incident.LiftAction:
		return in.LiftSupervision(by)
	case incident.VoidAction:
		if err := m.noFollowers(); err != nil {
			return err
		}
		return in.Void(by)
	case incident.MergeAction:
		return m.merge()
	case incident.SplitAction:
		return in.Split(by)
	case incident.ReopenAction:
		return in.Reopen(by)
	case incident.RevisitAction:
		return in.Revisit(by, act.Answer)
	case incident.UndoAction:
		return m.undo()
	}
	return fault.New(fault.NotFound, "no_such_action", "没有操作 %[1]q", "there is no action %[1]q", string(act.Action))
}

// classify takes a case on, or puts it under another class; both decide which
// limits it has. A place that comes with it is decided first.
func (m *move) classify() error {
	if m.act.Action == incident.AcceptAction && m.act.Point != (geo.Point{}) && m.act.Point != m.in.Place.Point {
		if err := m.moveTo(incident.Act{By: m.by.By, At: m.by.At, Reason: "wrong_place"}); err != nil {
			return err
		}
	}
	class := m.in.Category
	if m.act.Code != "" {
		class = category.Ref{Kind: m.act.Kind, Code: m.act.Code} // of the edition that is current now
	}
	if class.Code != "" {
		edition, err := m.Store.Categories(m.ctx, m.in.District, class.Edition)
		if err != nil {
			return err
		}
		class.Edition = edition.Name
		if _, err := m.condition(m.ctx, m.in.District, class, m.act.Filing); err != nil {
			return err
		}
	}
	if m.act.Action == incident.ClassifyAction {
		return m.in.Classify(m.by, class, m.act.Filing)
	}
	return m.in.Accept(m.by, class, m.act.Filing)
}

// moveTo gives the case the place of the act; whose it is is decided under the
// generation at the commit.
func (m *move) moveTo(by incident.Act) error {
	to := incident.Place{Point: m.act.Point, Address: m.act.Address}
	if to.Point == (geo.Point{}) {
		to.Point = m.in.Place.Point
	}
	if to.Address == "" {
		to.Address = m.in.Place.Address
	}
	if to.Point != (geo.Point{}) {
		owner, covered, err := m.w.FixOwner(to.Point)
		if err != nil {
			return err
		}
		if covered && owner.District == m.in.District {
			to.Area, to.Edition = owner.Area, owner.Edition
		}
	}
	err := m.in.Relocate(by, to)
	if err == nil {
		m.w.Case.Sight = to.Area
	}
	return err
}

// send dispatches the case, or sends it back to be done again: both start the
// clock of the work.
func (m *move) send() error {
	if m.act.Action == incident.DispatchAction {
		if err := m.knownUnit(); err != nil {
			return err
		}
	}
	due := m.w.Now // what the model refuses needs no deadline
	if m.in.Category.Code != "" {
		clock, err := m.handling(m.ctx, m.rules, m.in.District, m.in.Category, m.in.Condition, m.w.Now)
		if err != nil {
			return err
		}
		m.clock = &clock
		_, due = m.rules.reckon(clock)
	}
	if m.act.Action == incident.ReworkAction {
		return m.in.Rework(m.by, due)
	}
	return m.in.Dispatch(m.by, m.act.Unit, m.act.Assignee, due)
}

// ask asks for more time, in whole minutes beyond the deadline.
func (m *move) ask() error {
	until := m.act.Until
	if more := until.Sub(m.in.Due); more > 0 {
		until = m.in.Due.Add((more + time.Minute - 1).Truncate(time.Minute))
	}
	return m.in.AskExtension(m.by, until, m.rules.Rules)
}

// grant gives the time that was asked for, on the clock as well.
func (m *move) grant() error {
	more := m.in.AskedUntil.Sub(m.in.Due)
	if err := m.in.GrantExtension(m.by); err != nil {
		return err
	}
	r := m.w.Clock(incident.HandlePhase)
	last := &r.Clock.Phases[len(r.Clock.Phases)-1]
	last.Extensions = append(last.Extensions, worktime.Limit{N: int(more / time.Hour), Unit: worktime.UrgentHour},
		worktime.Limit{N: int(more % time.Hour / time.Minute), Unit: worktime.UrgentMinute})
	r.Soon, r.Due = m.rules.reckon(r.Clock)
	return m.w.Change(incident.HandlePhase)
}

// resume lets a suspended case go on; its clock has stood still.
func (m *move) resume() error {
	if m.by.By == uuid.Nil && m.in.Until.After(m.w.Now) {
		return fault.New(fault.Conflict, "case_rests", "案卷还在挂账期内", "the case still rests")
	}
	due := time.Time{}
	if r := m.w.Clock(m.in.Before.Phase()); r != nil && m.in.State == incident.Suspended {
		if err := m.goOn(m.in.Before.Phase()); err != nil {
			return err
		}
		due = r.Due
	}
	return m.in.Resume(m.by, due)
}

// goOn ends the rest of a clock.
func (m *move) goOn(p incident.Phase) error {
	r := m.w.Clock(p)
	for i := range r.Clock.Pauses {
		if r.Clock.Pauses[i].To.IsZero() {
			r.Clock.Pauses[i].To = m.w.Now
		}
	}
	r.RestUntil = time.Time{}
	r.Soon, r.Due = m.rules.reckon(r.Clock)
	return m.w.Change(p)
}

func (m *move) merge() error {
	if m.act.Parent == m.in.ID {
		return m.in.Merge(m.by, m.in)
	}
	parent, err := m.leader(m.act.Parent)
	if err != nil {
		return err
	}
	return m.in.Merge(m.by, &parent.Incident)
}

// noFollowers refuses what cannot be done to a case that others follow. Error:
// case_has_followers.
func (m *move) noFollowers() error {
	n, err := m.w.Followers()
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "case_has_followers", "有 %[1]d 件案卷并在它下面，先拆出或并到别处", "%[1]d cases follow this one; split them off first", n)
	}
	return err
}

// leader locks the case that this one is to follow. Errors: no_such_incident,
// case_parent, case_has_followers.
func (m *move) leader(id uuid.UUID) (*postgres.Case, error) {
	parent, err := m.w.Other(id)
	if err != nil {
		return nil, err
	}
	if !parent.State.Open() {
		return nil, fault.New(fault.Conflict, "case_parent", "只能并入同区另一件未办结的案卷", "a case is merged into another open one of the district")
	}
	return parent, m.noFollowers()
}

// undo takes the last move back, and the clocks with it.
func (m *move) undo() error {
	past, err := m.w.Past()
	if err != nil {
		return err
	}
	if err := m.in.Undo(m.by, past, m.rules.Rules); err != nil {
		return err
	}
	if m.in.State == incident.Merged { // as it was before: it still has to be possible
		if _, err := m.leader(m.in.Parent); err != nil {
			return err
		}
	}
	if past[0].After.Place != past[len(past)-1].After.Place { // it lies where it lay before
		m.w.Case.Sight = m.in.Place.Area
		if owner, covered, err := m.w.FixOwner(m.in.Place.Point); err != nil {
			return err
		} else if covered && owner.District == m.in.District {
			m.w.Case.Sight = owner.Area
		}
	}
	m.w.Act(string(incident.PolicyOf(past[len(past)-1].Action)))
	return m.w.RestoreClocks(past[0].Version)
}

// clocks does what a change of state means to the clocks.
func (m *move) clocks(effects []incident.Effect) error {
	for _, e := range effects {
		switch e.Do {
		case "stop":
			m.w.Stop(e.Phase)
		case "start":
			if err := m.begin(e.Phase); err != nil {
				return err
			}
		case "pause":
			if r := m.w.Clock(e.Phase); r != nil {
				r.Clock.Pauses = append(r.Clock.Pauses, worktime.Pause{From: m.w.Now, Reason: m.act.Action.Word("zh")})
				r.Soon, r.Due, r.RestUntil = time.Time{}, time.Time{}, m.in.Until
				if err := m.w.Change(e.Phase); err != nil {
					return err
				}
			}
		case "resume":
			if r := m.w.Clock(e.Phase); r != nil && r.Due.IsZero() {
				if err := m.goOn(e.Phase); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *move) begin(phase incident.Phase) error {
	if phase != incident.HandlePhase || m.clock == nil {
		return m.start(m.w, m.rules, phase)
	}
	soon, due := m.rules.reckon(*m.clock)
	return m.w.Start(phase, *m.clock, soon, due)
}

// knownUnit sees to it that the unit that a case goes to is there: that of a
// territory is made when it is first needed. Errors: case_unit, no_such_unit,
// unit_disabled.
func (m *move) knownUnit() error {
	if m.act.Unit == uuid.Nil {
		return nil // the model says so
	}
	if m.act.Assignee != uuid.Nil {
		if err := m.w.Fits(m.act.Unit, m.act.Assignee); err != nil {
			return err
		}
	}
	works := m.w.UnitWorks(m.act.Unit)
	if works == nil {
		return nil
	}
	if ix := m.Boundaries.Index(); ix != nil && ix.Edition(m.in.District) != nil {
		for _, a := range ix.Edition(m.in.District).All() {
			if a.Level <= area.Community && dispatch.TerritoryID(m.in.District, a.AreaID) == m.act.Unit {
				_, err := m.w.Territory(a.AreaID, a.Name) // it answers even when it is disabled: somebody has to
				return err
			}
		}
	}
	return works
}
