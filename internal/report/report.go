// Package report writes what was found in the boundaries of an edition, and what
// was changed: as text, JSON, GeoJSON, and as a page to be printed and signed.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Report is what is written. Only Findings is needed.
type Report struct {
	District string // name and code, for people
	Edition  *area.Edition
	Findings []area.Finding
	Changes  []Change
	Areas    []*area.Version // for the figure of a page
	Made     time.Time
}

// Change is one mend that was made.
type Change struct {
	Made   time.Time
	ZH, EN string
	Areas  []string
	Place  *geo.Point
	Undone bool

	SolvedZH, SolvedEN []string // the findings that it put right
}

// Format is a form of the report.
type Format string

// The forms.
const (
	Text    Format = "text"
	JSON    Format = "json"
	GeoJSON Format = "geojson"
	Page    Format = "html"
)

// ForFile is the form that the name of a file asks for.
func ForFile(name string) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return JSON
	case ".geojson":
		return GeoJSON
	case ".html", ".htm":
		return Page
	}
	return Text
}

// ContentType is the media type of the form.
func (f Format) ContentType() string {
	return map[Format]string{Text: "text/plain; charset=utf-8", JSON: "application/json", GeoJSON: "application/geo+json", Page: "text/html; charset=utf-8"}[f]
}

// Write writes r in the form and language asked for.
func Write(w io.Writer, f Format, r *Report, lang string) error {
	switch f {
	case JSON:
		return writeJSON(w, map[string]any{"findings": rows(r.Findings, lang), "changes": changes(r.Changes, lang)})
	case GeoJSON:
		return writeJSON(w, features(r.Findings, lang))
	case Page:
		return writePage(w, r, lang)
	}
	for _, x := range r.Findings {
		waived := ""
		if x.Waived != "" {
			waived = "\t(" + x.Waived + ")"
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%.2f m²\t%s%s%s\n", x.Severity, x.Code, x.Level, x.M2, Describe(x, lang), proposals(x, lang), waived); err != nil {
			return err
		}
	}
	for _, c := range r.Changes {
		undone := ""
		if c.Undone {
			undone = map[bool]string{true: " (undone)", false: "（已撤销）"}[lang == "en"]
		}
		if _, err := fmt.Fprintf(w, "mend\t%s\t%s%s\n", c.Made.Format(time.RFC3339), c.text(lang), undone); err != nil {
			return err
		}
		for _, s := range c.solved(lang) {
			if _, err := fmt.Fprintf(w, "\t%s\t%s\n", map[bool]string{true: "solved", false: "解决"}[lang == "en"], s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c Change) solved(lang string) []string {
	if lang == "en" {
		return c.SolvedEN
	}
	return c.SolvedZH
}

func (c Change) text(lang string) string {
	if lang == "en" {
		return c.EN
	}
	return c.ZH
}

// Describe is the sentence of a finding with the areas it concerns and its place.
func Describe(f area.Finding, lang string) string {
	text := f.Text(lang)
	if len(f.Areas) > 0 && !strings.Contains(text, f.Areas[0]) {
		shown := f.Areas[:min(4, len(f.Areas))]
		text += " [" + strings.Join(shown, ", ")
		if len(f.Areas) > len(shown) {
			text += ", …"
		}
		text += "]"
	}
	if f.Place != nil {
		text += fmt.Sprintf(" @ %.7f,%.7f", f.Place.Lon(), f.Place.Lat())
	}
	return text
}

func proposals(f area.Finding, lang string) string {
	if len(f.Mends) == 0 {
		return ""
	}
	return map[bool]string{true: "; mend: ", false: "；可"}[lang == "en"] + f.Mends[0].Text(lang)
}

// row is one finding in JSON.
type row struct {
	Code     string      `json:"code"`
	Title    string      `json:"title"`
	Severity string      `json:"severity"`
	Level    string      `json:"level"`
	Areas    []string    `json:"areas"`
	Lon      *float64    `json:"lon,omitempty"`
	Lat      *float64    `json:"lat,omitempty"`
	M2       float64     `json:"m2"`
	Text     string      `json:"text"`
	Mends    []area.Mend `json:"mends"`
	Waived   string      `json:"waived,omitempty"`
}

func rows(findings []area.Finding, lang string) []row {
	out := []row{}
	for _, f := range findings {
		r := row{Code: f.Code, Title: f.Title(lang), Severity: string(f.Severity), Level: f.Level.String(), Areas: f.Areas, M2: f.M2, Text: f.Text(lang), Mends: f.Mends, Waived: f.Waived}
		if r.Areas == nil {
			r.Areas = []string{}
		}
		if r.Mends == nil {
			r.Mends = []area.Mend{}
		}
		if f.Place != nil {
			lon, lat := f.Place.Lon(), f.Place.Lat()
			r.Lon, r.Lat = &lon, &lat
		}
		out = append(out, r)
	}
	return out
}

func changes(list []Change, lang string) []map[string]any {
	out := []map[string]any{}
	for _, c := range list {
		out = append(out, map[string]any{"made": c.Made, "text": c.text(lang), "areas": c.Areas, "undone": c.Undone, "solved": c.solved(lang)})
	}
	return out
}

// features gives each finding as its outline, or as its place.
func features(findings []area.Finding, lang string) map[string]any {
	list := []any{}
	for i, r := range rows(findings, lang) {
		var geometry any
		switch f := findings[i]; {
		case len(f.Shape) >= 3:
			geometry = map[string]any{"type": "Polygon", "coordinates": [][][2]float64{Outline(f.Shape)}}
		case f.Place != nil:
			geometry = map[string]any{"type": "Point", "coordinates": []float64{f.Place.Lon(), f.Place.Lat()}}
		}
		list = append(list, map[string]any{"type": "Feature", "geometry": geometry, "properties": r})
	}
	return map[string]any{"type": "FeatureCollection", "features": list}
}

// Outline is a ring as GeoJSON has it: longitude and latitude, counter-clockwise,
// the first position repeated at the end.
func Outline(r geo.Ring) [][2]float64 {
	var out [][2]float64
	for i := range len(r) + 1 {
		k := i % len(r)
		if r.Turn() < 0 {
			k = (len(r) - i) % len(r)
		}
		out = append(out, [2]float64{r[k].Lon(), r[k].Lat()})
	}
	return out
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
