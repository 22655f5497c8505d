package sandbox

import (
	"errors"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/ingest"
	"wangge/internal/roster"
)

// The tasks a child can be started for.
const (
	taskRead    = "read"
	taskCheck   = "check"
	taskSnap    = "snap"
	taskRoster  = "roster"
	taskClasses = "classes"
)

// readTask is what the child needs to read files. The functions of Options do
// not travel; the child puts its own in their place.
type readTask struct {
	Files              []string
	Options            ingest.Options
	Projects, Progress bool // whether Options had these functions
}

// checkTask is what the child needs to check an edition; Versions versions
// follow, one message each.
type checkTask struct {
	Scheme   area.Scheme
	Coverage map[area.Level]area.Coverage
	Versions int
}

// snapTask is what the child needs to draw borders together; Versions versions
// follow, one message each.
type snapTask struct {
	Metres   float64
	Versions int
}

// rosterTask is what the child needs to read a table of people, or of classes.
type rosterTask struct{ File string }

// changed is one area that a snap changed: which of those sent, and how it is now.
type changed struct {
	Index int
	After area.Version
}

// report is what the child sends; one of the fields is set. After Done follow
// as many areas, findings or entries as it says.
type report struct {
	Project  *projection
	Progress *progress
	Done     *outcome
}

// projection asks the service for PROJ.
type projection struct {
	Definition string
	Ordinates  []float64 // x, y, x, y …
}

// projected is the service's answer.
type projected struct {
	Ordinates []float64
	Failure   *failure
}

type progress struct {
	File  string
	Done  int
	Bytes int64
}

// outcome is how the task ended.
type outcome struct {
	Failure  *failure
	Batch    ingest.Batch // without its areas
	Areas    int
	Findings int
	Changed  int
	Roster   roster.Roster // without its entries
	Entries  int
	Classes  roster.Classes // without its rows
	Rows     int
}

// failure is an error on its way between the processes.
type failure struct {
	Fault  *fault.Error // nil where it is none; its cause does not travel
	Text   string       // for the log: the cause of a fault, else all of it
	Echoed bool         // it is what the service answered to a projection
}

func newFailure(err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{Text: err.Error()}
	var e *echo
	f.Echoed = errors.As(err, &e)
	var ours bool
	if f.Fault, ours = fault.As(err); ours {
		f.Text = ""
		if cause := errors.Unwrap(f.Fault); cause != nil {
			f.Text = cause.Error()
		}
	}
	return f
}

// echo is an error of the service as the child sees it.
type echo struct{ failure }

func (e *echo) Error() string { return e.Text }

// echo is the failure as an error of the child: a fault keeps its code and both
// languages.
func (f *failure) echo() error {
	e := &echo{*f}
	if f.Fault == nil {
		return e
	}
	return f.Fault.Because(e)
}

// err is the failure as an error of the service. origin is the error that it
// answered to a projection, if any.
func (f *failure) err(origin error) error {
	if f.Fault == nil {
		if !f.Echoed {
			origin = nil
		}
		return &remote{f.Text, origin}
	}
	if e, ours := fault.As(origin); ours && f.Echoed {
		return f.Fault.Because(errors.Unwrap(e))
	}
	if f.Text == "" {
		return f.Fault
	}
	return f.Fault.Because(errors.New(f.Text))
}

// remote is an error of the child: its words, and what caused it where that is
// known here.
type remote struct {
	text  string
	cause error
}

func (e *remote) Error() string { return e.text }
func (e *remote) Unwrap() error { return e.cause }

func flatten(positions [][2]float64) []float64 {
	out := make([]float64, 0, 2*len(positions))
	for _, at := range positions {
		out = append(out, at[0], at[1])
	}
	return out
}

// unflatten puts ordinates back into positions, of which there must be as many.
func unflatten(positions [][2]float64, ordinates []float64) error {
	if len(ordinates) != 2*len(positions) {
		return errors.New("another number of positions came back")
	}
	for i := range positions {
		positions[i] = [2]float64{ordinates[2*i], ordinates[2*i+1]}
	}
	return nil
}
