package incident

import "slices"

// State is how far the work on a case is.
type State string

// The states.
const (
	Reported   State = "reported"
	Inspecting State = "inspecting"
	Filed      State = "filed"
	Rejected   State = "rejected"
	Dispatched State = "dispatched"
	Handling   State = "handling"
	Handled    State = "handled"
	Verified   State = "verified"
	Closed     State = "closed"
	Suspended  State = "suspended"
	Voided     State = "voided"
	Merged     State = "merged"
)

// States lists all states in the order of the work.
var States = []State{Reported, Inspecting, Filed, Dispatched, Handling, Handled, Verified, Closed, Suspended, Rejected, Voided, Merged}

// open holds the states in which somebody still has to act.
var open = []State{Reported, Inspecting, Filed, Dispatched, Handling, Handled, Verified, Suspended}

// Open reports whether somebody still has to act on a case in this state. A
// merged case waits for its parent and is not open.
func (s State) Open() bool { return slices.Contains(open, s) }

var stateWords = map[State][2]string{
	Reported: {"已上报", "reported"}, Inspecting: {"待核实", "being verified"}, Filed: {"已立案", "filed"},
	Rejected: {"不予立案", "rejected"}, Dispatched: {"已派遣", "dispatched"}, Handling: {"处置中", "being handled"},
	Handled: {"已处置（待核查）", "handled, to be checked"}, Verified: {"已核查", "verified"}, Closed: {"已结案", "closed"},
	Suspended: {"挂账", "suspended"}, Voided: {"作废", "voided"}, Merged: {"已并案", "merged"},
}

// Word is the default word for the state: English for "en", Chinese for
// everything else. Deployments may use words of their own.
func (s State) Word(lang string) string { return word(stateWords[s], lang) }

func word(words [2]string, lang string) string {
	if lang == "en" {
		return words[1]
	}
	return words[0]
}

// Phase is a stretch of time with a limit, each with a clock of its own.
type Phase string

// The phases.
const (
	IntakePhase   Phase = "intake"   // 受理: file, reject or have it verified
	InspectPhase  Phase = "inspect"  // 核实
	DispatchPhase Phase = "dispatch" // 派遣
	HandlePhase   Phase = "handle"   // 处置
	VerifyPhase   Phase = "verify"   // 核查
	ClosePhase    Phase = "close"    // 结案
)

var phaseOf = map[State]Phase{Reported: IntakePhase, Inspecting: InspectPhase, Filed: DispatchPhase,
	Dispatched: HandlePhase, Handling: HandlePhase, Handled: VerifyPhase, Verified: ClosePhase}

// Phase is the one whose clock runs in this state; empty where none does.
func (s State) Phase() Phase { return phaseOf[s] }

// waits reports whether the clock stands still, to go on afterwards.
func (s State) waits() bool { return s == Suspended || s == Merged }

// Effect is what a change of state does to the clock of a phase.
type Effect struct {
	Do    string // start, stop, pause or resume
	Phase Phase
}

// Effects tells what going from one state to another does to the clocks; before
// is the state that a suspended or merged case came from. States of one phase
// do nothing to its clock: handing a case on wins no time.
func Effects(from, to, before State) []Effect {
	switch {
	case from.Phase() == to.Phase() && !from.waits() && !to.waits():
		return nil
	case to.waits():
		return []Effect{{"pause", from.Phase()}}
	case from.waits() && to == before:
		return []Effect{{"resume", to.Phase()}}
	case from.waits():
		from = before
	}
	var effects []Effect
	if p := from.Phase(); p != "" {
		effects = append(effects, Effect{"stop", p})
	}
	if p := to.Phase(); p != "" {
		effects = append(effects, Effect{"start", p})
	}
	return effects
}
