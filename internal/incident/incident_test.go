package incident_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	. "wangge/internal/incident"
)

var (
	start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	desk, worker, officer,
	unitA, unitB, areaID, edition = id(1), id(2), id(3), id(11), id(12), id(21), id(22)
	point = geo.Point{X: 1116600000, Y: 408300000}
	place = Place{Point: point, Address: "新城北街 1 号", Area: areaID, Edition: edition}
	class = category.Ref{Edition: "试", Kind: category.Event, Code: "0110"}
)

func id(n byte) uuid.UUID {
	u := uuid.UUID{15: n}
	u[6], u[8] = 0x70, 0x80
	return u
}

func by(who uuid.UUID, minute int) Act {
	return Act{By: who, At: start.Add(time.Duration(minute) * time.Minute)}
}

func because(act Act, r Reason) Act { act.Reason = r; return act }

func report(t interface{ Fatal(args ...any) }, n byte) *Incident {
	in, err := New(Report{District: "150102", ID: id(n), Number: NewNumber(), Place: place, Category: class}, by(worker, 0))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// photo is taken at a minute, so many lattice steps north of the place; 1,000
// steps are 11.1 m.
func photo(minute int, north int32) []Evidence {
	return []Evidence{{Photo: id(99), Point: geo.Point{X: point.X, Y: point.Y + north}, Taken: by(desk, minute).At}}
}

// do does an action with everything that it needs, one minute after the other.
func do(t interface{ Fatal(args ...any) }, in *Incident, a Action, past []Entry) error {
	m := int(in.Version)
	act := by(desk, m)
	if a == ReceiveAction || a == HandleAction || a == AskAction || a == ReturnAction {
		act.By = worker
	}
	if reasons := Reasons(a); len(reasons) > 0 && a != DispatchAction || in.Disputed {
		if len(reasons) > 0 {
			act.Reason = reasons[0]
		}
	}
	if a == UndoAction && len(past) > 0 {
		act.By = past[len(past)-1].By
	}
	return with(t, in, a, act, map[bool]uuid.UUID{true: unitB, false: unitA}[in.Unit == unitA], past)
}

// with does an action as act says.
func with(t interface{ Fatal(args ...any) }, in *Incident, a Action, act Act, unit uuid.UUID, past []Entry) error {
	due := act.At.Add(48 * time.Hour)
	switch a {
	case InspectAction:
		return in.Inspect(act)
	case AcceptAction:
		return in.Accept(act, class, "条件1")
	case RejectAction:
		return in.Reject(act)
	case ClassifyAction:
		return in.Classify(act, class, "条件2")
	case RelocateAction:
		to := place
		to.Area = id(byte(100 + in.Version))
		return in.Relocate(act, to)
	case DispatchAction:
		return in.Dispatch(act, unit, uuid.Nil, due)
	case TransferAction:
		return in.Transfer(act, unit, uuid.Nil)
	case ReceiveAction:
		return in.Receive(act)
	case ReturnAction:
		return in.Return(act, DefaultRules)
	case HandleAction:
		return in.Handle(act)
	case VerifyAction:
		return in.Verify(act, []Evidence{{id(99), point, act.At}}, DefaultRules)
	case ReworkAction:
		return in.Rework(act, due)
	case CloseAction:
		return in.Close(act)
	case ForceAction:
		return in.ForceClose(act)
	case AskAction:
		return in.AskExtension(act, in.Due.Add(time.Hour), DefaultRules)
	case GrantAction:
		return in.GrantExtension(act)
	case RefuseAction:
		return in.RefuseExtension(act)
	case SuspendAction:
		return in.Suspend(act, due, DefaultRules)
	case DeferAction:
		return in.Defer(act, due, DefaultRules)
	case ResumeAction:
		return in.Resume(act, due)
	case SuperviseAction:
		return in.Supervise(act, in.Supervised%3+1)
	case LiftAction:
		return in.LiftSupervision(act)
	case VoidAction:
		return in.Void(act)
	case MergeAction:
		return in.Merge(act, report(t, 77))
	case SplitAction:
		return in.Split(act)
	case ReopenAction:
		return in.Reopen(act)
	case RevisitAction:
		return in.Revisit(act, Fair)
	case UndoAction:
		return in.Undo(act, past, DefaultRules)
	}
	t.Fatal("no way to do " + a)
	return nil
}

// paths lead from a report into every state.
var paths = map[State]string{
	Reported: "", Inspecting: "inspect", Filed: "accept", Rejected: "reject", Dispatched: "accept dispatch", Handling: "accept dispatch receive",
	Handled: "accept dispatch handle", Verified: "accept dispatch receive handle verify", Closed: "accept dispatch receive handle verify close",
	Suspended: "accept dispatch suspend", Voided: "accept void", Merged: "merge",
}

func at(t *testing.T, path string) (*Incident, []Entry) {
	t.Helper()
	in := report(t, 50)
	past := in.Fresh()
	for a := range strings.FieldsSeq(path) {
		if err := do(t, in, Action(a), past); err != nil {
			t.Fatalf("%s of %q: %v", a, path, err)
		}
		past = append(past, in.Fresh()...)
	}
	return in, past
}

// legal is the table of move.go once more, as people say it: the actions that
// each state allows and where they lead. A dot stays.
var legal = map[State]string{
	Reported:   "inspect>inspecting accept>filed reject>rejected merge>merged",
	Inspecting: "accept>filed reject>rejected merge>merged",
	Filed:      "classify>. dispatch>dispatched suspend>suspended defer>suspended force_close>closed void>voided merge>merged",
	Dispatched: "receive>handling return>filed transfer>dispatched handle>handled extend>. suspend>suspended defer>suspended force_close>closed void>voided",
	Handling:   "return>filed transfer>dispatched handle>handled extend>. suspend>suspended defer>suspended force_close>closed void>voided",
	Handled:    "verify>verified rework>dispatched force_close>closed",
	Verified:   "close>closed rework>dispatched",
	Closed:     "reopen>filed revisit>.",
	Suspended:  "resume>dispatched force_close>closed void>voided",
	Rejected:   "reopen>reported",
	Voided:     "",
	Merged:     "split>reported",
}

func TestEveryStateAllowsItsActionsAndRefusesAllOthers(t *testing.T) {
	t.Parallel()
	seen := map[Action]bool{ReportAction: true}
	for _, s := range States {
		want := legal[s]
		if s.Open() {
			want += " relocate>. supervise>."
		}
		if s != Reported {
			_, past := at(t, paths[s])
			want += " undo>" + string(past[len(past)-2].To)
		}
		for _, m := range Moves() {
			if m.Action == ReportAction || m.Action == GrantAction || m.Action == RefuseAction || m.Action == LiftAction {
				continue // the last three ask for a mark: below
			}
			in, past := at(t, paths[s])
			if in.State != s {
				t.Fatalf("%q leads to %s", paths[s], in.State)
			}
			before := *in
			err := do(t, in, m.Action, past)
			_, to, allowed := strings.Cut(" "+want+" ", " "+string(m.Action)+">")
			to, _, _ = strings.Cut(to, " ")
			if to == "." {
				to = string(s)
			}
			switch fresh := in.Fresh(); {
			case !allowed:
				if e, ok := fault.As(err); !ok || e.Kind != fault.Conflict {
					t.Errorf("%s of a case that is %s: %v, want a conflict", m.Action, s, err)
				}
				if !reflect.DeepEqual(before, *in) || len(fresh) > 0 {
					t.Errorf("the refused %s changed a case that is %s", m.Action, s)
				}
			case err != nil:
				t.Errorf("%s of a case that is %s: %v", m.Action, s, err)
			case in.State != State(to) || in.Version != before.Version+1 || len(fresh) != 1 ||
				fresh[0].From != s || fresh[0].To != State(to) || fresh[0].After != in.Progress || fresh[0].Version != in.Version:
				t.Errorf("%s of a case that is %s leads to %s, want %s; %+v", m.Action, s, in.State, to, fresh)
			default:
				seen[m.Action] = true
			}
		}
	}
	for _, path := range []string{"accept dispatch extend grant_extension", "accept dispatch receive extend refuse_extension", "supervise lift_supervision"} {
		at(t, path)
		seen[Action(path[strings.LastIndex(path, " ")+1:])] = true
	}
	for _, m := range Moves() {
		if !seen[m.Action] || m.Action.Word("zh") == "" || m.Action.Word("en") == "" {
			t.Errorf("%s was never legal or has no word", m.Action)
		}
		if slices.Contains(m.Needs, NeedReason) && len(Reasons(m.Action)) == 0 {
			t.Errorf("%s needs a reason and has no list", m.Action)
		}
	}
}

func TestRulesOfTheWork(t *testing.T) {
	t.Parallel()
	soon := start.Add(100 * time.Hour)
	for _, tc := range []struct {
		name, path, code string
		kind             fault.Kind
		act              func(in *Incident) error
	}{
		{"the handler does not verify", "accept dispatch handle", "case_own_work", fault.Conflict, func(in *Incident) error { return in.Verify(by(worker, 9), photo(8, 0), DefaultRules) }},
		{"who accepted does not verify", "accept dispatch receive", "case_own_work", fault.Conflict, func(in *Incident) error {
			if err := in.Handle(by(officer, 8)); err != nil {
				return err
			}
			return in.Verify(by(worker, 9), photo(8, 0), DefaultRules)
		}},
		{"the handler does not close", "accept dispatch handle verify", "case_own_work", fault.Conflict, func(in *Incident) error { return in.Close(by(worker, 9)) }},
		{"the handler does not force", "accept dispatch handle", "case_own_work", fault.Conflict, func(in *Incident) error { return in.ForceClose(because(by(worker, 9), "gone")) }},
		{"no photograph", "accept dispatch handle", "case_evidence", fault.Unprocessable, func(in *Incident) error { return in.Verify(by(desk, 9), nil, DefaultRules) }},
		{"a photograph 101 m away", "accept dispatch handle", "case_evidence", fault.Unprocessable, func(in *Incident) error { return in.Verify(by(desk, 9), photo(8, 9100), DefaultRules) }},
		{"a photograph 99 m away", "accept dispatch handle", "", 0, func(in *Incident) error { return in.Verify(by(desk, 9), photo(8, 8900), DefaultRules) }},
		{"a photograph before dispatch", "accept dispatch handle", "case_evidence", fault.Unprocessable, func(in *Incident) error { return in.Verify(by(desk, 9), photo(2, 0), DefaultRules) }},
		{"a photograph from tomorrow", "accept dispatch handle", "case_evidence", fault.Unprocessable, func(in *Incident) error { return in.Verify(by(desk, 9), photo(1440, 0), DefaultRules) }},
		{"a photograph of the work before rework", "accept dispatch handle rework handle", "case_evidence", fault.Unprocessable, func(in *Incident) error { return in.Verify(by(desk, 9), photo(3, 0), DefaultRules) }},
		{"rejecting without a reason", "", "case_reason", fault.Unprocessable, func(in *Incident) error { return in.Reject(by(desk, 9)) }},
		{"a reason of another list", "", "case_reason", fault.Unprocessable, func(in *Incident) error { return in.Reject(because(by(desk, 9), "weather")) }},
		{"another reason without a note", "", "case_reason_note", fault.Unprocessable, func(in *Incident) error { return in.Reject(because(by(desk, 9), Other)) }},
		{"nobody acts", "", "case_actor", fault.Unprocessable, func(in *Incident) error { return in.Reject(because(Act{At: start}, "not_found")) }},
		{"the service has it verified", "", "", 0, func(in *Incident) error { return in.Inspect(Act{At: start}) }},
		{"voiding without a reason", "accept", "case_reason", fault.Unprocessable, func(in *Incident) error { return in.Void(by(desk, 9)) }},
		{"returning without a reason", "accept dispatch", "case_reason", fault.Unprocessable, func(in *Incident) error { return in.Return(by(worker, 9), DefaultRules) }},
		{"a note with an escape", "", "case_note", fault.Unprocessable, func(in *Incident) error { return in.Inspect(Act{By: desk, At: start, Note: "\x1b[0m"}) }},
		{"no class", "", "case_category", fault.Unprocessable, func(in *Incident) error { return in.Accept(by(desk, 9), category.Ref{}, "") }},
		{"no unit", "accept", "case_unit", fault.Unprocessable, func(in *Incident) error { return in.Dispatch(by(desk, 9), uuid.Nil, uuid.Nil, soon) }},
		{"a deadline that has passed", "accept", "case_deadline", fault.Unprocessable, func(in *Incident) error { return in.Dispatch(by(desk, 9), unitA, uuid.Nil, start) }},
		{"to the unit that has it", "accept dispatch", "case_same_unit", fault.Conflict, func(in *Incident) error { return in.Transfer(because(by(desk, 9), "workload"), unitA, uuid.Nil) }},
		{"a disputed case without a ruling", "accept dispatch return dispatch return", "case_ruling", fault.Unprocessable, func(in *Incident) error { return in.Dispatch(by(desk, 9), unitA, uuid.Nil, soon) }},
		{"more time when overdue", "accept dispatch", "case_overdue", fault.Conflict, func(in *Incident) error {
			return in.AskExtension(because(by(worker, 9000), "weather"), start.Add(9999*time.Hour), DefaultRules)
		}},
		{"more time twice", "accept dispatch extend grant_extension extend", "case_extended", fault.Conflict, nil},
		{"asking twice", "accept dispatch extend extend", "case_asked", fault.Conflict, nil},
		{"less time", "accept dispatch", "case_until", fault.Unprocessable, func(in *Incident) error {
			return in.AskExtension(because(by(worker, 9), "weather"), in.Due, DefaultRules)
		}},
		{"granting what nobody asked", "accept dispatch", "case_not_asked", fault.Conflict, func(in *Incident) error { return in.GrantExtension(by(desk, 9)) }},
		{"granting to oneself", "accept dispatch extend", "case_own_work", fault.Conflict, func(in *Incident) error { return in.GrantExtension(by(worker, 9)) }},
		{"resting for two years", "accept", "case_until", fault.Unprocessable, func(in *Incident) error {
			return in.Suspend(because(by(desk, 9), "funds"), start.AddDate(2, 0, 0), DefaultRules)
		}},
		{"going on without a deadline", "accept dispatch suspend", "case_deadline", fault.Unprocessable, func(in *Incident) error { return in.Resume(by(desk, 9), time.Time{}) }},
		{"the same level", "supervise", "case_same_level", fault.Conflict, func(in *Incident) error { return in.Supervise(because(by(desk, 9), "safety"), 1) }},
		{"a level of four", "", "case_level", fault.Unprocessable, func(in *Incident) error { return in.Supervise(because(by(desk, 9), "safety"), 4) }},
		{"not supervised", "", "case_not_supervised", fault.Conflict, func(in *Incident) error { return in.LiftSupervision(by(desk, 9)) }},
		{"into itself", "", "case_parent", fault.Conflict, func(in *Incident) error { return in.Merge(by(desk, 9), in) }},
		{"an unknown answer", "accept dispatch handle verify close", "case_answer", fault.Unprocessable, func(in *Incident) error { return in.Revisit(by(desk, 9), "happy") }},
		{"nowhere", "", "case_not_located", fault.Unprocessable, func(in *Incident) error { return in.Relocate(because(by(desk, 9), "boundary"), Place{}) }},
		{"where it is", "", "case_same_place", fault.Conflict, func(in *Incident) error { return in.Relocate(because(by(desk, 9), "boundary"), place) }},
	} {
		path, act := tc.path, tc.act
		if act == nil { // the last word is the act
			cut := strings.LastIndex(path, " ")
			last := Action(path[cut+1:])
			path, act = path[:cut], func(in *Incident) error { return do(t, in, last, nil) }
		}
		in, _ := at(t, path)
		before := in.Progress
		err := act(in)
		if e, _ := fault.As(err); tc.code == "" && err != nil || tc.code != "" && (!fault.Is(err, tc.code) || e.Kind != tc.kind) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.code)
		}
		if tc.code != "" && in.Progress != before && tc.name != "who accepted does not verify" {
			t.Errorf("%s: refused, yet changed", tc.name)
		}
	}
}

func TestMarksTellWhatHappened(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"accept dispatch return":                             "returns 1 disputed false",
		"accept dispatch return dispatch return":             "returns 2 disputed true",
		"accept dispatch return dispatch return dispatch":    "returns 0 disputed false",
		"accept dispatch handle rework handle verify rework": "reworks 2",
		"accept dispatch handle verify close reopen":         "reopened 1",
		"accept dispatch defer":                              "deferred before dispatched",
		"accept dispatch force_close":                        "forced",
		"accept dispatch force_close reopen":                 "reopened 1 forced false",
	} {
		in, _ := at(t, path)
		got := fmt.Sprintf("returns %d disputed %v; reworks %d; reopened %d forced %v; before %s", in.Returns, in.Disputed, in.Reworks, in.Reopened, in.Forced, in.Before)
		switch want {
		case "deferred before dispatched":
			if !in.Deferred || in.Before != Dispatched || in.Until.IsZero() {
				t.Errorf("%s: %s", path, got)
			}
		case "forced":
			if !in.Forced || in.ClosedAt.IsZero() {
				t.Errorf("%s: %s", path, got)
			}
		default:
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s, want %s", path, got, want)
			}
		}
	}
}

func TestAMergedCaseStandsWhereItsParentDoes(t *testing.T) {
	t.Parallel()
	child, parent := report(t, 50), report(t, 51)
	if err := child.Merge(by(desk, 1), parent); err != nil {
		t.Fatal(err)
	}
	if err := do(t, parent, AcceptAction, nil); err != nil {
		t.Fatal(err)
	}
	if got := child.Standing(parent); got != Filed {
		t.Errorf("the child stands at %s", got)
	}
	if err := parent.Merge(by(desk, 3), child); !fault.Is(err, "case_parent") {
		t.Errorf("merged into a merged case: %v", err)
	}
	if err := child.Split(by(desk, 4)); err != nil || child.State != Reported || child.Parent != uuid.Nil {
		t.Errorf("split: %v, %s", err, child.State)
	}
}

func TestUndoGivesBackExactlyWhatWas(t *testing.T) {
	t.Parallel()
	for _, s := range States {
		if s == Reported {
			continue
		}
		in, past := at(t, paths[s])
		last := past[len(past)-1]
		if err := in.Undo(by(officer, int(in.Version)), past, DefaultRules); !fault.Is(err, "undo_others_move") {
			t.Errorf("%s: somebody else took it back: %v", s, err)
		}
		late := Act{By: last.By, At: last.At.Add(5*time.Minute + time.Microsecond)}
		if err := in.Undo(late, past, DefaultRules); !fault.Is(err, "undo_too_late") {
			t.Errorf("%s: taken back too late: %v", s, err)
		}
		if err := in.Undo(Act{By: last.By, At: last.At.Add(5 * time.Minute)}, past, DefaultRules); err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if in.Progress != past[len(past)-2].After || in.Version != last.Version+1 {
			t.Errorf("%s: not as before: %+v", s, in.Progress)
		}
		past = append(past, in.Fresh()...)
		if err := do(t, in, UndoAction, past); !fault.Is(err, "undo_nothing") {
			t.Errorf("%s: an undo was undone: %v", s, err)
		}
	}
	in, past := at(t, "accept dispatch") // somebody acts between reading the history and the undo
	if err := in.Receive(by(worker, 3)); err != nil {
		t.Fatal(err)
	}
	if err := in.Undo(by(desk, 4), past, DefaultRules); !fault.Is(err, "undo_others_move") {
		t.Errorf("undone over somebody's head: %v", err)
	}
}

func TestClocksFollowTheState(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from, to, before State
		want             string
	}{
		{"", Reported, "", "[{start intake}]"}, {Reported, Filed, "", "[{stop intake} {start dispatch}]"},
		{Dispatched, Handling, "", "[]"}, {Handling, Dispatched, "", "[]"}, {Handling, Suspended, "", "[{pause handle}]"},
		{Suspended, Handling, Handling, "[{resume handle}]"}, {Suspended, Closed, Handling, "[{stop handle}]"},
		{Handled, Dispatched, "", "[{stop verify} {start handle}]"}, {Verified, Closed, "", "[{stop close}]"}, {Reported, Merged, "", "[{pause intake}]"},
	} {
		if got := fmt.Sprint(Effects(tc.from, tc.to, tc.before)); got != tc.want {
			t.Errorf("%s to %s: %s, want %s", tc.from, tc.to, got, tc.want)
		}
	}
}

func TestAReportIsRefusedWithoutItsMarks(t *testing.T) {
	t.Parallel()
	good := Report{District: "150102", ID: id(1), Number: NewNumber()}
	for code, spoil := range map[string]func(r *Report){
		"case_id": func(r *Report) { r.ID = uuid.New() }, "case_number": func(r *Report) { r.Number = "ABCDE" },
		"case_address": func(r *Report) { r.Place.Address = "\x00" }, "": func(*Report) {},
	} {
		r := good
		spoil(&r)
		if _, err := New(r, Act{At: start}); code == "" && err != nil || code != "" && !fault.Is(err, code) {
			t.Errorf("%q: %v", code, err)
		}
	}
	if a, b := NewNumber(), NewNumber(); a == b || len(a) != 17 {
		t.Errorf("numbers %s, %s", a, b)
	}
}
