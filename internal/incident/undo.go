package incident

import (
	"slices"

	"wangge/internal/fault"
)

// Undo takes one's own last move back, within the time that the rules give and
// if nobody has acted since: the case is exactly as before, in a new version,
// and the history keeps both. past is the history of the case, oldest first, of
// which the last two entries are enough. A report and an undo cannot be taken
// back. Conflict: undo_nothing, undo_others_move, undo_too_late.
func (in *Incident) Undo(act Act, past []Entry, rules Rules) error {
	if len(past) < 2 || slices.Contains([]Action{ReportAction, UndoAction}, past[len(past)-1].Action) {
		return fault.New(fault.Conflict, "undo_nothing", "没有可撤销的操作", "there is nothing to undo")
	}
	before, last := past[len(past)-2], past[len(past)-1]
	switch {
	case last.Incident != in.ID || last.Version != in.Version || before.Incident != in.ID || before.Version != in.Version-1 || last.By != act.By:
		return fault.New(fault.Conflict, "undo_others_move", "最后的操作不是您做的，不能撤销", "somebody else has acted: it cannot be undone")
	case in.notBefore(act.At).Sub(last.At) > rules.UndoWithin:
		return fault.New(fault.Conflict, "undo_too_late", "已超过可撤销的 %[1]d 分钟", "it is more than %[1]d minutes ago", int(rules.UndoWithin.Minutes()))
	}
	m, _ := MoveOf(UndoAction, in.State)
	if err := in.check(m, act); err != nil {
		return err
	}
	in.take(m, act, before.After)
	return nil
}
