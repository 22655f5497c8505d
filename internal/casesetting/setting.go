// Package casesetting is what a district sets about how its cases are handled
// (办理规则): the working calendar, the limits of the phases, thresholds, and
// words of its own. A setting is a document, kept and sent as it stands here.
package casesetting

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wangge/internal/fault"
	"wangge/internal/incident"
	"wangge/internal/worktime"
)

// Setting is everything that is set for the cases of a district.
type Setting struct {
	Calendar   Calendar   `json:"calendar"`
	Limits     Limits     `json:"limits"`
	Warning    int        `json:"warning" doc:"percent of the time used at which a clock is due soon"`
	Duplicates Duplicates `json:"duplicates"`
	// EvidenceMetres is how far from the place a photograph may be taken.
	EvidenceMetres int `json:"evidence_metres" doc:"how far from the place of a case a photograph may be taken"`
	Extensions     int `json:"extensions" doc:"how often a unit may ask for more time"`
	DisputeAfter   int `json:"dispute_after" doc:"returns after which a case is decided by whoever dispatches"`
	UndoMinutes    int `json:"undo_minutes" doc:"how long a step can be undone; 0 is never"`
	RestDays       int `json:"rest_days" doc:"how long a case may rest"`
	// Moved says what happens to open cases whose area an activation changed.
	Moved Moved `json:"moved" enum:"stay,move,split" doc:"open cases whose area an activation changed: stay with the unit, move with the area, or only where the area was split"`
	// Words are words of the district's own, by WordKeys.
	Words map[string]string `json:"words" doc:"words of one's own, by state.…, action.… and reason.…"`
}

// Limits are those of the phases that no class sets a limit for, as
// worktime.ParseLimit reads them.
type Limits struct {
	Intake   string `json:"intake" doc:"受理"`
	Inspect  string `json:"inspect" doc:"核实"`
	Dispatch string `json:"dispatch" doc:"派遣"`
	Verify   string `json:"verify" doc:"核查"`
	Close    string `json:"close" doc:"结案"`
}

// Duplicates says which cases may be the same: of one class, this near and this
// close in time.
type Duplicates struct {
	Metres int `json:"metres"`
	Hours  int `json:"hours"`
}

// Moved is what happens to open cases whose area an activation changed.
type Moved string

// What may happen.
const (
	Stay  Moved = "stay"  // they stay where they were decided
	Move  Moved = "move"  // they go to the area that lies there now
	Split Moved = "split" // they go only where their area was split or is gone
)

// Default is what counts where nothing was set.
func Default() Setting {
	return Setting{
		Calendar:       defaultCalendar(),
		Limits:         Limits{Intake: "15工作分钟", Inspect: "24急时", Dispatch: "15工作分钟", Verify: "2工作时", Close: "2工作时"},
		Warning:        80,
		Duplicates:     Duplicates{Metres: 50, Hours: 24},
		EvidenceMetres: 100,
		Extensions:     1,
		DisputeAfter:   2,
		UndoMinutes:    5,
		RestDays:       365,
		Moved:          Stay,
		Words:          map[string]string{},
	}
}

// Validate refuses what cases cannot be handled by. Errors: calendar_invalid,
// limit_invalid, setting_range, setting_moved, word_unknown, word_bad.
func (s *Setting) Validate() error {
	if _, err := s.Clock(); err != nil {
		return err
	}
	for _, l := range s.Limits.all() {
		limit, err := worktime.ParseLimit(l.text)
		if err != nil {
			return err
		}
		if limit.N == 0 {
			return outOfRange(l.name, 1, worktime.MaxN)
		}
	}
	for _, n := range []struct {
		name         string
		value        int
		least, worst int
	}{
		{"warning", s.Warning, 1, 100},
		{"duplicates.metres", s.Duplicates.Metres, 0, 1000},
		{"duplicates.hours", s.Duplicates.Hours, 0, 24 * 90},
		{"evidence_metres", s.EvidenceMetres, 5, 5000},
		{"extensions", s.Extensions, 0, 10},
		{"dispute_after", s.DisputeAfter, 1, 20},
		{"undo_minutes", s.UndoMinutes, 0, 60},
		{"rest_days", s.RestDays, 1, 3660},
	} {
		if n.value < n.least || n.value > n.worst {
			return outOfRange(n.name, n.least, n.worst)
		}
	}
	if !slices.Contains([]Moved{Stay, Move, Split}, s.Moved) {
		return fault.New(fault.Unprocessable, "setting_moved", "边界变更后的案卷只能是 stay、move 或 split", "cases whose area changed stay, move or split")
	}
	return s.validateWords()
}

func outOfRange(name string, least, most int) error {
	return fault.New(fault.Unprocessable, "setting_range", "%[1]s 须在 %[2]d 至 %[3]d 之间", "%[1]s must be from %[2]d to %[3]d", name, least, most)
}

type namedLimit struct{ name, text string }

func (l Limits) all() []namedLimit {
	return []namedLimit{{"limits.intake", l.Intake}, {"limits.inspect", l.Inspect}, {"limits.dispatch", l.Dispatch}, {"limits.verify", l.Verify}, {"limits.close", l.Close}}
}

// Limit is the limit of a phase; ok is false for handling, whose limit is that
// of the class.
func (s *Setting) Limit(phase incident.Phase) (limit worktime.Limit, ok bool) {
	text := map[incident.Phase]string{
		incident.IntakePhase: s.Limits.Intake, incident.InspectPhase: s.Limits.Inspect, incident.DispatchPhase: s.Limits.Dispatch,
		incident.VerifyPhase: s.Limits.Verify, incident.ClosePhase: s.Limits.Close}[phase]
	limit, err := worktime.ParseLimit(text)
	return limit, err == nil
}

// longestWord is in characters: words stand on buttons.
const longestWord = 20

// WordKeys are the keys under which a district may have words of its own, with
// the usual Chinese word of each: state.filed, action.accept,
// reason.reject.unclear.
func WordKeys() map[string]string {
	keys := map[string]string{}
	for _, state := range incident.States {
		keys["state."+string(state)] = state.Word("zh")
	}
	for _, m := range incident.Moves() {
		keys["action."+string(m.Action)] = m.Action.Word("zh")
		for _, r := range incident.Reasons(m.Action) {
			keys["reason."+string(m.Action)+"."+string(r)] = incident.ReasonWord(m.Action, r, "zh")
		}
	}
	return keys
}

func (s *Setting) validateWords() error {
	known := WordKeys()
	for _, key := range slices.Sorted(maps.Keys(s.Words)) {
		if _, ok := known[key]; !ok {
			return fault.New(fault.Unprocessable, "word_unknown", "没有可改的用语“%.60[1]s”", "there is no word %.60[1]q to change", key)
		}
		w := s.Words[key]
		if strings.TrimSpace(w) == "" || !readable(w) {
			return fault.New(fault.Unprocessable, "word_bad", "用语“%[1]s”须为 1 至 %[2]d 个字，不含控制字符", "the word %[1]q must have 1 to %[2]d characters and none that control", key, longestWord)
		}
	}
	return nil
}

// readable reports whether a text is a word: short, and without characters that
// control what is around it.
func readable(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longestWord &&
		!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
}
