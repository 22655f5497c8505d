package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"wangge/internal/area"
	"wangge/internal/geo"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// mostListed is how many findings a printed page lists; more are counted.
const mostListed = 500

type pageData struct {
	Lang, Title, District, Edition, Status, Made string
	Levels, Passes                               string
	Kinds                                        []kindRow
	Findings                                     []findingRow
	More                                         int
	Changes                                      []changeRow
	Figure                                       template.HTML
	W                                            map[string]string
}

type kindRow struct {
	Title, Severity   string
	Count, Waived, M2 string
}

type findingRow struct {
	N                                                            int
	Severity, Class, Title, Text, Areas, Place, M2, Mend, Waived string
}

type changeRow struct {
	Made, Text, Areas, Undone string
	Solved                    []string
}

var words = map[string]map[string]string{
	"zh": {"title": "边界质量报告", "edition": "版次", "status": "状态", "made": "出具时间", "levels": "内容", "summary": "汇总", "kind": "问题", "severity": "级别", "count": "处数",
		"waived": "放行", "ground": "面积 m²", "findings": "逐条", "place": "位置（经度, 纬度）", "areas": "区域", "mend": "建议", "changes": "已作改动", "when": "时间", "what": "改动",
		"none": "没有发现问题。", "nochanges": "没有改动。", "undone": "已撤销", "solved": "解决", "made_by": "编制", "checked_by": "审核", "date": "日期", "more": "另有 %d 条未列出，见 JSON 或 GeoJSON 报告。",
		"print": "打印", "draft": "草稿，待检查", "checked": "已通过检查", "active": "已启用", "figure": "问题位置图（编号见逐条）", "reason": "放行理由"},
	"en": {"title": "Boundary quality report", "edition": "Edition", "status": "Status", "made": "Issued", "levels": "Contents", "summary": "Summary", "kind": "Finding", "severity": "Severity", "count": "Count",
		"waived": "Waived", "ground": "Ground m²", "findings": "In detail", "place": "Place (lon, lat)", "areas": "Areas", "mend": "Proposal", "changes": "Changes made", "when": "Time", "what": "Change",
		"none": "Nothing was found.", "nochanges": "Nothing was changed.", "undone": "undone", "solved": "Put right", "made_by": "Prepared by", "checked_by": "Reviewed by", "date": "Date", "more": "%d more are not listed; see the JSON or GeoJSON report.",
		"print": "Print", "draft": "draft, to be checked", "checked": "passed", "active": "active", "figure": "Where they are (numbers as below)", "reason": "Waived because"},
}

func writePage(w io.Writer, r *Report, lang string) error {
	t := words["zh"]
	if lang == "en" {
		t = words["en"]
	}
	zone := time.FixedZone("CST", 8*3600)
	d := pageData{Lang: map[bool]string{true: "en", false: "zh-CN"}[lang == "en"], Title: t["title"], District: r.District, Made: r.Made.In(zone).Format("2006-01-02 15:04"), W: t}
	if e := r.Edition; e != nil {
		d.Edition = e.Name
		if e.Synthetic {
			d.Edition += map[bool]string{true: " (示意数据, synthetic)", false: "（示意数据）"}[lang == "en"]
		}
		d.Status = t["draft"]
		if e.Status == area.Checked {
			d.Status = t["checked"]
		}
		if len(e.Activations) > 0 {
			d.Status = t["active"] + " " + e.Activations[0].ValidFrom.Format(time.DateOnly)
		}
		var levels []string
		for _, l := range e.Levels {
			word := l.Level.Word()
			if lang == "en" {
				word = l.Level.String()
			}
			levels = append(levels, fmt.Sprintf("%s %d", word, l.Areas))
		}
		d.Levels = strings.Join(levels, " · ")
	}
	findings := slices.Clone(r.Findings)
	rank := map[area.Severity]int{area.Error: 0, area.Warning: 1, area.Note: 2}
	slices.SortStableFunc(findings, func(f, g area.Finding) int { return rank[f.Severity] - rank[g.Severity] })
	d.Kinds = kinds(findings, lang)
	for i, f := range findings {
		if i == mostListed {
			d.More = len(findings) - i
			break
		}
		row := findingRow{N: i + 1, Severity: f.Severity.Word(lang), Class: string(f.Severity), Title: f.Title(lang), Text: f.Text(lang), Areas: list(f.Areas), Waived: f.Waived}
		if f.Place != nil {
			row.Place = fmt.Sprintf("%.7f, %.7f", f.Place.Lon(), f.Place.Lat())
		}
		if f.M2 > 0 {
			row.M2 = fmt.Sprintf("%.2f", f.M2)
		}
		if len(f.Mends) > 0 && f.Waived == "" {
			row.Mend = f.Mends[0].Text(lang)
		}
		d.Findings = append(d.Findings, row)
	}
	for _, c := range r.Changes {
		row := changeRow{Made: c.Made.In(zone).Format("2006-01-02 15:04"), Text: c.text(lang), Areas: list(c.Areas), Solved: c.solved(lang)}
		if c.Undone {
			row.Undone = t["undone"]
		}
		d.Changes = append(d.Changes, row)
	}
	d.Figure = figure(r.Areas, findings)
	return page.Execute(w, d)
}

func list(codes []string) string {
	if len(codes) > 6 {
		return strings.Join(codes[:6], ", ") + fmt.Sprintf(" … (%d)", len(codes))
	}
	return strings.Join(codes, ", ")
}

func kinds(findings []area.Finding, lang string) (rows []kindRow) {
	type tally struct {
		first         area.Finding
		count, waived int
		m2            float64
	}
	var order []string
	by := map[string]*tally{}
	for _, f := range findings {
		k := string(f.Severity) + f.Code
		if by[k] == nil {
			by[k] = &tally{first: f}
			order = append(order, k)
		}
		by[k].count++
		by[k].m2 += f.M2
		if f.Waived != "" {
			by[k].waived++
		}
	}
	for _, k := range order {
		c := by[k]
		row := kindRow{Title: c.first.Title(lang), Severity: c.first.Severity.Word(lang), Count: fmt.Sprint(c.count)}
		if c.waived > 0 {
			row.Waived = fmt.Sprint(c.waived)
		}
		if c.m2 > 0 {
			row.M2 = fmt.Sprintf("%.2f", c.m2)
		}
		rows = append(rows, row)
	}
	return rows
}

// The figure, in units of the page.
const (
	figureWidth  = 1000.0
	figureHeight = 620.0
	mostDrawn    = 60_000 // corners; more are thinned
	mostMarked   = 200    // findings; of many, notes are left out
)

// figure draws the borders of the finest level and numbers the findings.
func figure(areas []*area.Version, findings []area.Finding) template.HTML {
	finest := area.Level(0)
	for _, v := range areas {
		if !v.Overlay() {
			finest = max(finest, v.Level)
		}
	}
	var drawn []*area.Version
	vertices := 0
	for _, v := range areas {
		if v.Overlay() || v.Level != finest && v.Level > area.Subdistrict {
			continue
		}
		drawn = append(drawn, v)
		vertices += v.Ground.Polygons().Vertices()
	}
	if len(drawn) == 0 {
		return ""
	}
	box := drawn[0].Ground.Box()
	for _, v := range drawn {
		box = box.Union(v.Ground.Box())
	}
	m := geo.MetresAt(geo.Point{X: box.Min.X, Y: int32((int64(box.Min.Y) + int64(box.Max.Y)) / 2)})
	scale := math.Min((figureWidth-40)/m.East(box.Min, geo.Point{X: box.Max.X, Y: box.Min.Y}), (figureHeight-40)/m.North(box.Min, geo.Point{X: box.Min.X, Y: box.Max.Y}))
	if math.IsInf(scale, 0) || math.IsNaN(scale) {
		return ""
	}
	left := (figureWidth - m.East(box.Min, geo.Point{X: box.Max.X, Y: box.Min.Y})*scale) / 2
	at := func(p geo.Point) (x, y float64) {
		return left + m.East(box.Min, p)*scale, figureHeight - 20 - m.North(box.Min, p)*scale
	}
	slices.SortStableFunc(drawn, func(v, w *area.Version) int { return int(w.Level) - int(v.Level) })
	thin := max(1, vertices/mostDrawn)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="img">`, figureWidth, figureHeight)
	for _, v := range drawn {
		b.WriteString(`<path class="` + v.Level.String() + `" d="`)
		for r := range v.Ground.Polygons().Rings {
			lastX, lastY := math.Inf(1), math.Inf(1)
			for i := 0; i < len(r); i += thin {
				x, y := at(r[i])
				if i > 0 && math.Abs(x-lastX)+math.Abs(y-lastY) < 0.7 {
					continue
				}
				lastX, lastY = x, y
				command := "L"
				if i == 0 {
					command = "M"
				}
				fmt.Fprintf(&b, "%s%.1f %.1f", command, x, y)
			}
			b.WriteString("Z")
		}
		b.WriteString(`"/>`)
	}
	for i, f := range findings {
		if f.Place == nil || i >= mostMarked || f.Severity == area.Note && len(findings) > mostMarked/4 {
			continue
		}
		x, y := at(*f.Place)
		x, y = math.Max(0, math.Min(figureWidth, x)), math.Max(0, math.Min(figureHeight, y))
		fmt.Fprintf(&b, `<g class="%s" transform="translate(%.1f %.1f)"><circle r="%g"/><text y="3.5">%d</text></g>`, f.Severity, x, y, 8+1.5*math.Log10(float64(i+1)), i+1)
	}
	metres := niceLength(180 / scale)
	label := fmt.Sprintf("%g m", metres)
	if metres >= 1000 {
		label = fmt.Sprintf("%g km", metres/1000)
	}
	fmt.Fprintf(&b, `<g class="scale"><path d="M20 %g v-6 v6 h%.1f v-6"/><text x="%.1f" y="%g">%s</text></g>`, figureHeight-4, metres*scale, 26+metres*scale, figureHeight-4, label)
	fmt.Fprintf(&b, `<g class="north" transform="translate(%g 30)"><path d="M0 -18 L7 10 L0 4 L-7 10Z"/><text y="24">N</text></g></svg>`, figureWidth-30)
	return template.HTML(b.String()) //nolint:gosec // numbers and fixed words alone
}

// niceLength is the largest of 1, 2, 5 × 10ⁿ not above v.
func niceLength(v float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(v)))
	switch {
	case v >= 5*p:
		return 5 * p
	case v >= 2*p:
		return 2 * p
	}
	return p
}
