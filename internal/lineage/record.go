package lineage

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
)

// Side is an area at one end of a record, as it stands in its edition.
type Side struct {
	Area                   uuid.UUID
	Code, Name             string
	ParentCode, ParentName string // "" for a district
}

// Record is a link as it is kept and told.
type Record struct {
	Kind      Kind
	Level     area.Level
	From, To  Side
	Before    string    // edition
	After     string    // edition
	On        time.Time // first day of After; zero while it is a draft
	SharedM2  float64
	OfFrom    float64
	OfTo      float64
	Confirmed bool // by a person; otherwise as the overlaps propose it
}

// Same reports whether the record is of one area.
func (r Record) Same() bool { return r.From.Area == r.To.Area }

// Text tells the record in one sentence, without its date.
func (r Record) Text(lang string) string {
	from, to := r.From, r.To
	if lang == "en" {
		switch {
		case r.Kind == Rename:
			return fmt.Sprintf("%s is renamed %s", from.Name, to.Name)
		case r.Kind == Recode && r.Same():
			return fmt.Sprintf("%s changes its code from %s to %s", to.Name, from.Code, to.Code)
		case r.Kind == Recode:
			return fmt.Sprintf("%s (%s) is now %s (%s), at the same place", from.Name, from.Code, to.Name, to.Code)
		case r.Kind == Transfer && r.Same():
			return fmt.Sprintf("%s passes from %s to %s", to.Name, from.ParentName, to.ParentName)
		case r.Kind == Transfer:
			return fmt.Sprintf("%s of %s (%s) passes to %s (%s)", ground(r.SharedM2, lang), from.Name, from.Code, to.Name, to.Code)
		case r.Kind == Split:
			return fmt.Sprintf("%s (%s) is set up on ground of %s (%s): %s, %s of it", to.Name, to.Code, from.Name, from.Code, ground(r.SharedM2, lang), percent(r.OfFrom))
		}
		return fmt.Sprintf("%s (%s) is merged into %s (%s)", from.Name, from.Code, to.Name, to.Code)
	}
	switch {
	case r.Kind == Rename:
		return fmt.Sprintf("%s更名为%s", from.Name, to.Name)
	case r.Kind == Recode && r.Same():
		return fmt.Sprintf("%s的编码由 %s 改为 %s", to.Name, from.Code, to.Code)
	case r.Kind == Recode:
		return fmt.Sprintf("%s（%s）改为%s（%s），位置不变", from.Name, from.Code, to.Name, to.Code)
	case r.Kind == Transfer && r.Same():
		return fmt.Sprintf("%s由%s划归%s", to.Name, from.ParentName, to.ParentName)
	case r.Kind == Transfer:
		return fmt.Sprintf("%s（%s）有 %s 划入%s（%s）", from.Name, from.Code, ground(r.SharedM2, lang), to.Name, to.Code)
	case r.Kind == Split:
		return fmt.Sprintf("由%s（%s）分出%s（%s），%s，占原来的 %s", from.Name, from.Code, to.Name, to.Code, ground(r.SharedM2, lang), percent(r.OfFrom))
	}
	return fmt.Sprintf("%s（%s）并入%s（%s）", from.Name, from.Code, to.Name, to.Code)
}

// Word names the kind in the language asked for.
func (k Kind) Word(lang string) string {
	words := map[Kind][2]string{Rename: {"更名", "rename"}, Recode: {"换码", "recode"}, Transfer: {"划转", "transfer"}, Split: {"拆分", "split"}, Merge: {"合并", "merge"}}
	if lang == "en" {
		return words[k][1]
	}
	return words[k][0]
}

func percent(share float64) string {
	if share < 0.1 {
		return fmt.Sprintf("%.1f%%", share*100)
	}
	return fmt.Sprintf("%.0f%%", share*100)
}

func ground(m2 float64, lang string) string {
	hectare := map[bool]string{true: "ha", false: "公顷"}[lang == "en"]
	switch {
	case m2 >= 1e6:
		return fmt.Sprintf("%.2f km²", m2/1e6)
	case m2 >= 1e4:
		return fmt.Sprintf("%.1f %s", m2/1e4, hectare)
	}
	return fmt.Sprintf("%.0f m²", m2)
}
