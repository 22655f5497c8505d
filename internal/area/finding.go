package area

import (
	"fmt"

	"wangge/internal/geo"
)

// Severity says what a finding does to an import or a check.
type Severity string

// An error refuses; a warning is listed; a note says what was repaired.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Finding is one thing found in boundaries: what, which areas, where, how much.
type Finding struct {
	Code     string     // stable
	Severity Severity   //
	Level    Level      // of the areas concerned
	Areas    []string   // their codes
	Place    *geo.Point // a point of the place, on the lattice; nil where there is none
	M2       float64    // ground concerned, m²; 0 where it has none
	ZH, EN   string     // one sentence for people
}

// Text returns the sentence in the language asked for.
func (f Finding) Text(lang string) string {
	if lang == "en" {
		return f.EN
	}
	return f.ZH
}

// Refuses reports whether any of the findings is an error.
func Refuses(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == Error {
			return true
		}
	}
	return false
}

// FromDefect turns what the gate found in the area with the given code into a
// finding.
func FromDefect(level Level, code string, d geo.Defect) Finding {
	f := Finding{Code: d.Code, Severity: Error, Level: level, Areas: []string{code}, ZH: d.Text("zh"), EN: d.Text("en")}
	if d.Repaired {
		f.Severity = Note
	}
	if d.HasPlace {
		at := d.At
		f.Place = &at
	}
	if d.Detail != "" {
		f.ZH, f.EN = fmt.Sprintf("%s（%s）", f.ZH, d.Detail), fmt.Sprintf("%s (%s)", f.EN, d.Detail)
	}
	return f
}
