package incident

import (
	"slices"

	"wangge/internal/policy"
)

// Action is something done to a case.
type Action string

// The actions.
const (
	ReportAction    Action = "report"
	InspectAction   Action = "inspect"
	AcceptAction    Action = "accept"
	RejectAction    Action = "reject"
	ClassifyAction  Action = "classify"
	RelocateAction  Action = "relocate"
	DispatchAction  Action = "dispatch"
	TransferAction  Action = "transfer"
	ReceiveAction   Action = "receive"
	ReturnAction    Action = "return"
	HandleAction    Action = "handle"
	VerifyAction    Action = "verify"
	ReworkAction    Action = "rework"
	CloseAction     Action = "close"
	ForceAction     Action = "force_close"
	AskAction       Action = "extend"
	GrantAction     Action = "grant_extension"
	RefuseAction    Action = "refuse_extension"
	SuspendAction   Action = "suspend"
	DeferAction     Action = "defer"
	ResumeAction    Action = "resume"
	SuperviseAction Action = "supervise"
	LiftAction      Action = "lift_supervision"
	VoidAction      Action = "void"
	MergeAction     Action = "merge"
	SplitAction     Action = "split"
	ReopenAction    Action = "reopen"
	RevisitAction   Action = "revisit"
	UndoAction      Action = "undo"
)

// Need is what an action takes besides somebody who does it.
type Need string

// The needs.
const (
	NeedReason   Need = "reason"   // one of Reasons
	NeedPlace    Need = "place"    // position, address and the area decided
	NeedCategory Need = "category" // class and filing condition
	NeedUnit     Need = "unit"
	NeedDeadline Need = "deadline" // until when the work is due
	NeedUntil    Need = "until"    // until when the case rests, or the time asked for
	NeedEvidence Need = "evidence" // a photograph near the place, taken after dispatch
	NeedParent   Need = "parent"
	NeedLevel    Need = "level"
	NeedAnswer   Need = "answer" // how content the reporter is
)

// Move is one legal move.
type Move struct {
	Action Action
	From   []State
	To     State         // empty: the state stays, unless Back
	Back   bool          // to the state before it rested or was merged
	Policy policy.Action // who may; empty: whoever may do what is undone
	Needs  []Need
	System bool // the service itself may do it as well: a scan, an activation
}

// next holds every legal move. An action that leads to different states has a
// line for each.
var next = []Move{
	{Action: ReportAction, To: Reported, Policy: policy.CaseCreate},
	{Action: InspectAction, From: []State{Reported}, To: Inspecting, Policy: policy.CaseDispatch, System: true},
	{Action: AcceptAction, From: []State{Reported, Inspecting}, To: Filed, Policy: policy.CaseDispatch, Needs: []Need{NeedPlace, NeedCategory}},
	{Action: RejectAction, From: []State{Reported, Inspecting}, To: Rejected, Policy: policy.CaseDispatch, Needs: []Need{NeedReason}},
	{Action: ClassifyAction, From: []State{Filed}, Policy: policy.CaseDispatch, Needs: []Need{NeedCategory}},
	{Action: RelocateAction, From: open, Policy: policy.CaseTransfer, Needs: []Need{NeedPlace, NeedReason}, System: true},
	{Action: DispatchAction, From: []State{Filed}, To: Dispatched, Policy: policy.CaseDispatch, Needs: []Need{NeedUnit, NeedDeadline}},
	{Action: TransferAction, From: []State{Dispatched, Handling}, To: Dispatched, Policy: policy.CaseDispatch, Needs: []Need{NeedUnit, NeedReason}},
	{Action: ReceiveAction, From: []State{Dispatched}, To: Handling, Policy: policy.CaseHandle},
	{Action: ReturnAction, From: []State{Dispatched, Handling}, To: Filed, Policy: policy.CaseHandle, Needs: []Need{NeedReason}},
	{Action: HandleAction, From: []State{Dispatched, Handling}, To: Handled, Policy: policy.CaseHandle},
	{Action: VerifyAction, From: []State{Handled}, To: Verified, Policy: policy.CaseClose, Needs: []Need{NeedEvidence}},
	{Action: ReworkAction, From: []State{Handled, Verified}, To: Dispatched, Policy: policy.CaseClose, Needs: []Need{NeedReason, NeedDeadline}},
	{Action: CloseAction, From: []State{Verified}, To: Closed, Policy: policy.CaseClose},
	{Action: ForceAction, From: []State{Filed, Dispatched, Handling, Handled, Suspended}, To: Closed, Policy: policy.CaseDelete, Needs: []Need{NeedReason}},
	{Action: AskAction, From: []State{Dispatched, Handling}, Policy: policy.CaseHandle, Needs: []Need{NeedReason, NeedUntil}},
	{Action: GrantAction, From: []State{Dispatched, Handling}, Policy: policy.CaseClock},
	{Action: RefuseAction, From: []State{Dispatched, Handling}, Policy: policy.CaseClock, Needs: []Need{NeedReason}},
	{Action: SuspendAction, From: []State{Filed, Dispatched, Handling}, To: Suspended, Policy: policy.CaseClock, Needs: []Need{NeedReason, NeedUntil}},
	{Action: DeferAction, From: []State{Filed, Dispatched, Handling}, To: Suspended, Policy: policy.CaseClock, Needs: []Need{NeedReason, NeedUntil}},
	{Action: ResumeAction, From: []State{Suspended}, Back: true, Policy: policy.CaseClock, Needs: []Need{NeedDeadline}, System: true},
	{Action: SuperviseAction, From: open, Policy: policy.CaseUrge, Needs: []Need{NeedReason, NeedLevel}},
	{Action: LiftAction, From: open, Policy: policy.CaseUrge},
	{Action: VoidAction, From: []State{Filed, Dispatched, Handling, Suspended}, To: Voided, Policy: policy.CaseDelete, Needs: []Need{NeedReason}},
	{Action: MergeAction, From: []State{Reported, Inspecting, Filed}, To: Merged, Policy: policy.CaseDispatch, Needs: []Need{NeedParent}},
	{Action: SplitAction, From: []State{Merged}, Back: true, Policy: policy.CaseDispatch},
	{Action: ReopenAction, From: []State{Closed}, To: Filed, Policy: policy.CaseReopen, Needs: []Need{NeedReason}},
	{Action: ReopenAction, From: []State{Rejected}, To: Reported, Policy: policy.CaseReopen, Needs: []Need{NeedReason}},
	{Action: RevisitAction, From: []State{Closed}, Policy: policy.CaseClose, Needs: []Need{NeedAnswer}},
	{Action: UndoAction, From: States, Back: true},
}

var actionWords = map[Action][2]string{
	ReportAction: {"上报", "report"}, InspectAction: {"送核实", "have verified"}, AcceptAction: {"立案", "accept"},
	RejectAction: {"不予立案", "reject"}, ClassifyAction: {"改类", "classify anew"}, RelocateAction: {"移交、改位置", "relocate"},
	DispatchAction: {"派遣", "dispatch"}, TransferAction: {"改派", "transfer"}, ReceiveAction: {"签收", "receive"},
	ReturnAction: {"回退", "return"}, HandleAction: {"处置完成", "finish handling"}, VerifyAction: {"核查", "verify"},
	ReworkAction: {"返工", "ask for rework"}, CloseAction: {"结案", "close"}, ForceAction: {"强制结案", "close by force"},
	AskAction: {"申请延期", "ask for an extension"}, GrantAction: {"准予延期", "grant the extension"},
	RefuseAction: {"不予延期", "refuse the extension"}, SuspendAction: {"挂账", "suspend"}, DeferAction: {"缓办", "defer"},
	ResumeAction: {"恢复办理", "resume"}, SuperviseAction: {"督办", "supervise"}, LiftAction: {"解除督办", "lift supervision"},
	VoidAction: {"作废", "void"}, MergeAction: {"并案", "merge"}, SplitAction: {"拆案", "split off"},
	ReopenAction: {"重开", "reopen"}, RevisitAction: {"回访", "revisit"}, UndoAction: {"撤销", "undo"},
}

// Word is the default word for the action, as State.Word.
func (a Action) Word(lang string) string { return word(actionWords[a], lang) }

// Moves lists every legal move, in the order of the work.
func Moves() []Move { return slices.Clone(next) }

// MoveOf finds what an action does to a case in a state; ok is false where it is
// not legal there. A rule may still refuse it.
func MoveOf(a Action, from State) (m Move, ok bool) {
	for _, m := range next {
		if m.Action == a && slices.Contains(m.From, from) {
			return m, true
		}
	}
	return m, false
}

// PolicyOf is the action of the policy that an action on a case is, whatever
// state it leads from; empty for undo, which takes what it undoes took.
func PolicyOf(a Action) policy.Action {
	i := slices.IndexFunc(next, func(m Move) bool { return m.Action == a })
	if i < 0 {
		return ""
	}
	return next[i].Policy
}

func (m Move) needs(n Need) bool { return slices.Contains(m.Needs, n) }
