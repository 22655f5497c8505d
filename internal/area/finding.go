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

// Finding is one thing found in boundaries: what, which areas, where, how much,
// and what would put it right.
type Finding struct {
	ID       int64      // of the row, once it is kept; 0 before
	Code     string     // stable
	Severity Severity   //
	Level    Level      // of the areas concerned
	Areas    []string   // their codes
	Place    *geo.Point // a point of the place, on the lattice; nil where there is none
	Shape    geo.Ring   // the outline of the place, rounded to the lattice; nil where there is none
	M2       float64    // ground concerned, m²; 0 where it has none
	ZH, EN   string     // one sentence for people
	Mends    []Mend     // what would put it right, the likeliest first
	Waivable bool       // a person may let it pass, with a reason
	Waived   string     // that reason; "" while it counts
}

// Mend is one way to put a finding right. Kind says which fields count.
type Mend struct {
	Kind   MendKind   `json:"kind"`
	Area   string     `json:"area,omitempty"`   // code of the area that gets, keeps or loses the ground, or of the parent
	Metres float64    `json:"metres,omitempty"` // tolerance of a snap
	CRS    string     `json:"crs,omitempty"`    // the system to read the file in again
	Swap   bool       `json:"swap,omitempty"`   // read the file again with the axes swapped
	Shift  [2]float64 `json:"shift,omitzero"`   // read the file again, moved by metres east and north
}

// MendKind is what a mend does.
type MendKind string

// The kinds. The first five change a draft, Reread changes how a file is read.
const (
	Fill         MendKind = "fill"          // a gap goes to Area
	Cut          MendKind = "cut"           // an overlap stays with Area; the others lose it
	Trim         MendKind = "trim"          // what Area has outside its parent is cut off
	Assign       MendKind = "assign"        // the area hangs under the parent Area from now on
	RemoveVertex MendKind = "remove_vertex" // the vertex at the place goes, on both sides of the border
	SnapBorders  MendKind = "snap"          // borders closer than Metres become one
	Reread       MendKind = "reread"        // the file is read again in CRS, with Swap or Shift
)

// Text returns the sentence in the language asked for.
func (f Finding) Text(lang string) string {
	if lang == "en" {
		return f.EN
	}
	return f.ZH
}

// Refuses reports whether any of the findings is an error that nobody has
// waived.
func Refuses(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == Error && f.Waived == "" {
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
