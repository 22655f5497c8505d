package incident

import (
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Incident is a case file (案卷) on one event or component.
type Incident struct {
	District   string
	ID         uuid.UUID // UUIDv7, made by the reporter's device
	Number     string    // for the citizen, see NewNumber
	ReportedAt time.Time
	Outside    bool // reported by somebody outside their own area: accepted and marked
	Progress
	Version   int64 // 1 after the report, one more with every move; the ETag
	UpdatedAt time.Time

	fresh []Entry
}

// Progress is everything that moves change, and nothing else. It is compared and
// copied as a value; every entry of the history keeps the one it led to, so any
// former one can be had again. Times are UTC in microseconds, as stored.
type Progress struct {
	State     State
	Place     Place
	Category  category.Ref // a guess before filing
	Condition string       // the filing condition, as the edition has it
	Unit      uuid.UUID    // responsible unit (责任单位); zero while nobody has the case
	Assignee  uuid.UUID    // the person in the unit who was sent; zero: the unit finds somebody
	Due       time.Time    // when handling is due; kept after it for the record

	ReceivedBy, HandledBy uuid.UUID // since the last dispatch
	Proof                 uuid.UUID // the photograph that the check relied on

	RespondedAt, FiledAt, DispatchedAt, HandledAt, ClosedAt time.Time

	Marks
}

// Marks are what holds beside the state.
type Marks struct {
	Supervised int       // level of 督办, 1 to 3; 0 is none
	AskedUntil time.Time // an extension is asked for (延期), until then
	AskedBy    uuid.UUID
	Extensions int  // granted in this round
	Returns    int  // 回退, since filing or the last ruling
	Disputed   bool // returned so often that somebody must rule whose it is
	Reworks    int  // 返工
	Reopened   int
	Forced     bool      // closed by force, without evidence
	Deferred   bool      // 缓办, as against 挂账, while suspended
	Until      time.Time // while suspended
	Before     State     // where a suspended or merged case goes on
	Parent     uuid.UUID // while merged
	Answer     Answer    // of the reporter, at the revisit
}

// Place is where a case lies and what was decided of it then; a new edition of
// boundaries changes neither.
type Place struct {
	Point   geo.Point // CGCS2000; the zero point is not located
	Address string
	Area    uuid.UUID // decided under Edition; zero while no area is known
	Edition uuid.UUID
}

func (p Place) located() bool {
	return p.Point != geo.Point{} && p.Area != uuid.Nil && p.Edition != uuid.Nil
}

// Answer is how content the reporter is (满意度).
type Answer string

// The answers.
const (
	Satisfied   Answer = "satisfied"   // 满意
	Fair        Answer = "fair"        // 基本满意
	Unsatisfied Answer = "unsatisfied" // 不满意
)

// Act is who does something, when and why. The zero By is the service itself.
type Act struct {
	By     uuid.UUID
	At     time.Time
	Reason Reason
	Note   string
}

// Entry is one line of the history. Nothing changes it.
type Entry struct {
	District string
	Incident uuid.UUID
	Version  int64 // the case's version that it led to: unique within the case
	Action   Action
	From, To State
	Act
	After Progress
}

// Rules are what a deployment may configure.
type Rules struct {
	EvidenceMetres float64       // how far from the place evidence may be taken
	Extensions     int           // how many may be granted
	DisputeAfter   int           // the return that opens a dispute
	UndoWithin     time.Duration // how long one may take back one's last move
	LongestRest    time.Duration // how long a case may be suspended at once
}

// DefaultRules are in force where nothing else is configured.
var DefaultRules = Rules{EvidenceMetres: 100, Extensions: 1, DisputeAfter: 2, UndoWithin: 5 * time.Minute, LongestRest: 365 * 24 * time.Hour}

// Report is what begins a case.
type Report struct {
	District string
	ID       uuid.UUID
	Number   string
	Place    Place // may be not located: then the desk has to find it
	Category category.Ref
	Outside  bool
}

// New makes a case of a report. Unprocessable: case_id, case_number,
// case_address, case_note.
func New(r Report, act Act) (*Incident, error) {
	switch {
	case r.District == "" || r.ID.Version() != 7:
		return nil, fault.New(fault.Unprocessable, "case_id", "案卷编号须为 UUIDv7，并注明所属区", "a case needs a district and a UUIDv7")
	case !isNumber(r.Number):
		return nil, fault.New(fault.Unprocessable, "case_number", "查询码格式不对", "the number is not one of ours")
	}
	if err := checkAddress(r.Place); err != nil {
		return nil, err
	}
	in := &Incident{District: r.District, ID: r.ID, Number: r.Number, Outside: r.Outside, ReportedAt: stored(act.At)}
	m := next[0]
	if err := in.check(m, act); err != nil {
		return nil, err
	}
	in.take(m, act, Progress{State: Reported, Place: r.Place, Category: r.Category})
	return in, nil
}

// Fresh gives the entries made since it was last asked, for the store to save
// with the case.
func (in *Incident) Fresh() []Entry {
	entries := in.fresh
	in.fresh = nil
	return entries
}

// move does an action: it refuses what the table does not hold, checks the act,
// lets change edit a copy of the progress and takes it. After an error nothing
// has changed.
func (in *Incident) move(a Action, act Act, change func(p *Progress) error) error {
	m, ok := MoveOf(a, in.State)
	if !ok {
		return fault.New(fault.Conflict, "case_wrong_state", "案卷现为“%[1]s”，不能%[2]s", "the case is %[3]s: cannot %[4]s",
			in.State.Word("zh"), a.Word("zh"), in.State.Word("en"), a.Word("en"))
	}
	if err := in.check(m, act); err != nil {
		return err
	}
	p := in.Progress
	switch {
	case m.Back:
		p.State = p.Before
	case m.To != "":
		p.State = m.To
	}
	if change != nil {
		if err := change(&p); err != nil {
			return err
		}
	}
	if in.State == Reported && p.RespondedAt.IsZero() && p.State != Reported {
		p.RespondedAt = in.notBefore(act.At)
	}
	in.take(m, act, p)
	return nil
}

// check refuses an act that lacks what every act or this move needs.
func (in *Incident) check(m Move, act Act) error {
	switch {
	case act.At.IsZero() || act.By == uuid.Nil && !m.System && m.Action != ReportAction:
		return fault.New(fault.Unprocessable, "case_actor", "须注明由谁、何时操作", "say who acts and when")
	case !fits(act.Note):
		return fault.New(fault.Unprocessable, "case_note", "备注过长或含控制字符", "the note is too long or holds control characters")
	case act.Reason == "" && m.needs(NeedReason), act.Reason != "" && ReasonWord(m.Action, act.Reason, "") == "":
		return fault.New(fault.Unprocessable, "case_reason", "%[1]s须从列表中选择原因", "give a reason of the list to %[2]s", m.Action.Word("zh"), m.Action.Word("en"))
	case act.Reason == Other && act.Note == "":
		return fault.New(fault.Unprocessable, "case_reason_note", "选择“其他”须写明原因", "say in a note what the other reason is")
	}
	return nil
}

// take makes p the progress of the case and writes the entry.
func (in *Incident) take(m Move, act Act, p Progress) {
	act.At = in.notBefore(act.At)
	in.Version++
	in.fresh = append(in.fresh, Entry{District: in.District, Incident: in.ID, Version: in.Version, Action: m.Action,
		From: in.State, To: p.State, Act: act, After: p})
	in.Progress, in.UpdatedAt = p, act.At
}

// notBefore is the time of an act, never before the one before it: clocks of two
// instances may differ by a little.
func (in *Incident) notBefore(t time.Time) time.Time {
	if t = stored(t); t.Before(in.UpdatedAt) {
		return in.UpdatedAt
	}
	return t
}

func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func fits(note string) bool {
	if !utf8.ValidString(note) || utf8.RuneCountInString(note) > 500 {
		return false
	}
	for _, r := range note {
		if unicode.IsControl(r) && r != '\n' {
			return false
		}
	}
	return true
}
