package topology

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// What counts as a sliver, and as a vertex that misses its place by one step.
const (
	sliverMetres  = 1.0 // mean width below which a gap or an overlap is a sliver
	sliverShape   = 5.0 // how many times longer than wide a sliver is
	junctionSteps = 2.0 // lattice steps that a T-junction may be off its line
	mostProposals = 4   // ways to mend that one finding lists
)

// Partition checks that areas of one level do not overlap. Where there is no
// coarser level to compare with, a hole between them is a gap; elsewhere Within
// finds the gaps. Overlays (compounds, dedicated grids) must be left out by the
// caller. Findings: overlap, gap, hole (a gap inside one area), sliver_overlap,
// sliver_gap (narrower than 1 m), t_junction (a corner that misses the border it
// should touch by a step or two), tangled; their severity follows the coverage
// asked for.
func Partition(areas []*area.Version, coverage area.Coverage, coarsest bool) []area.Finding {
	layers := make([]layer, len(areas))
	for i, v := range areas {
		layers[i] = layer{v.Ground, 1}
	}
	faces, where := arrange(layers)
	var findings []area.Finding
	if where != nil {
		findings = append(findings, tangled(areas, *where))
	}
	for _, f := range faces {
		switch {
		case f.count > 1:
			findings = append(findings, overlap(areas, f, coverage))
		case f.count == 0 && coarsest:
			findings = append(findings, gap(areas, f, coverage))
		}
	}
	sortFindings(findings)
	return findings
}

// Within checks that children lie in their parent and leave no part of it
// uncovered. Overlaps between children are Partition's matter. Findings: those of
// Partition for gaps, and outside_parent.
func Within(parent *area.Version, children []*area.Version, coverage area.Coverage) []area.Finding {
	layers := []layer{{parent.Ground, -1}}
	for _, v := range children {
		layers = append(layers, layer{v.Ground, 1})
	}
	faces, where := arrange(layers)
	var findings []area.Finding
	if where != nil {
		findings = append(findings, tangled(append([]*area.Version{parent}, children...), *where))
	}
	for _, f := range faces {
		switch {
		case f.count < 0:
			findings = append(findings, gap(children, f.without(0), coverage))
		case f.count > 0 && !f.inParent(parent):
			findings = append(findings, outside(parent, children, f.without(0), coverage))
		}
	}
	sortFindings(findings)
	return findings
}

// inParent reports whether the parent, layer 0, covers the face.
func (f face) inParent(parent *area.Version) bool {
	if slices.Contains(f.layers, 0) {
		return true
	}
	return !slices.Contains(f.beside, 0) && parent.Ground.Covers(f.at)
}

// without removes the parent's layer and renumbers those of the children.
func (f face) without(parent int32) face {
	shift := func(layers []int32) []int32 {
		var out []int32
		for _, l := range layers {
			if l > parent {
				out = append(out, l-1)
			}
		}
		return out
	}
	f.layers, f.beside = shift(f.layers), shift(f.beside)
	along := map[int32]float64{}
	for l, length := range f.along {
		if l > parent {
			along[l-1] = length
		}
	}
	f.along = along
	return f
}

func overlap(areas []*area.Version, f face, coverage area.Coverage) area.Finding {
	involved := f.layers
	for i, v := range areas { // areas that cover the face without bounding it
		if len(f.nodes) > 0 && !slices.Contains(involved, int32(i)) && coversAll(v.Ground, f.nodes) {
			involved = append(involved, int32(i))
		}
	}
	codes := codesOf(areas, involved)
	found := f.finding("overlap", areas[0].Level, codes, coverage,
		"%[1]d 个%[2]s重叠：%[3]s，约 %[4]s m²", "%[1]d %[5]s areas overlap: %[3]s, about %[4]s m²")
	for _, c := range codes[:min(len(codes), mostProposals)] {
		found.Mends = append(found.Mends, area.Mend{Kind: area.Cut, Area: c})
	}
	return f.narrow(found)
}

func gap(areas []*area.Version, f face, coverage area.Coverage) area.Finding {
	level := area.Grid
	if len(areas) > 0 {
		level = areas[0].Level
	}
	around := append(slices.Clone(f.beside), f.layers...)
	codes := codesOf(areas, around)
	code, zh, en := "gap", "%[2]s之间有空隙，周围是 %[3]s，约 %[4]s m²", "a gap between %[5]s areas %[3]s, about %[4]s m²"
	if len(codes) == 1 && f.along[around[0]] > 0.999*f.length {
		code, zh, en = "hole", "%[2]s %[3]s 里有一块空地不归任何%[2]s，约 %[4]s m²", "ground inside or beside the %[5]s %[3]s belongs to none, about %[4]s m²"
	}
	found := f.finding(code, level, codes, coverage, zh, en)
	slices.SortFunc(around, func(a, b int32) int { // the longest border first
		return cmp.Or(cmp.Compare(f.along[b], f.along[a]), cmp.Compare(areas[a].Code, areas[b].Code))
	})
	for _, i := range slices.Compact(around)[:min(len(slices.Compact(around)), mostProposals)] {
		found.Mends = append(found.Mends, area.Mend{Kind: area.Fill, Area: areas[i].Code})
	}
	return f.narrow(found)
}

func outside(parent *area.Version, children []*area.Version, f face, coverage area.Coverage) area.Finding {
	codes := codesOf(children, f.layers)
	escaped := strings.ReplaceAll(parent.Code, "%", "%%")
	found := f.finding("outside_parent", children[0].Level, codes, coverage,
		"%[2]s %[3]s 超出上级 "+escaped+"，约 %[4]s m²", "%[5]s %[3]s leaves its parent "+escaped+", about %[4]s m²")
	for _, c := range codes[:min(len(codes), mostProposals)] {
		found.Mends = append(found.Mends, area.Mend{Kind: area.Trim, Area: c})
	}
	if w := f.width(); w < sliverMetres {
		found.Mends = append([]area.Mend{{Kind: area.SnapBorders, Metres: tolerance(w)}}, found.Mends...)
	}
	found.Areas = append(found.Areas, parent.Code)
	return found
}

// tangled is the finding where borders cross so often that faces are not traced.
func tangled(areas []*area.Version, at geo.Point) area.Finding {
	return area.Finding{Code: "tangled", Severity: area.Error, Level: areas[len(areas)-1].Level, Areas: []string{}, Place: &at,
		ZH: fmt.Sprintf("边界互相穿越超过 %d 次，无法逐处列出：多半是两层数据叠在了一起", maxCrossings),
		EN: fmt.Sprintf("borders cross each other more than %d times, too often to list the places; perhaps two layers lie over each other", maxCrossings)}
}

// width is the mean width of the face in metres: its ground divided by half of
// its border.
func (f face) width() float64 {
	m := geo.MetresAt(f.at)
	border := 0.0
	for i, a := range f.ring {
		border += m.Between(a, f.ring[(i+1)%len(f.ring)])
	}
	if border == 0 {
		return 0
	}
	return 2 * f.area * m.SquareMetres() / border
}

// tolerance is a snap, in metres, that closes a place of that mean width: a
// wedge is twice as wide at its mouth.
func tolerance(width float64) float64 {
	return math.Max(0.03, math.Ceil(width*2.5*100)/100)
}

// narrow turns the finding of a narrow face into that of a sliver or of a
// T-junction off its line, which a snap puts right.
func (f face) narrow(found area.Finding) area.Finding {
	w := f.width()
	if m := geo.MetresAt(f.at); w >= sliverMetres || f.area*m.SquareMetres() < sliverShape*w*w {
		return found
	}
	kind := [2]string{"空隙", "gap"}
	if found.Code == "overlap" {
		kind = [2]string{"重叠", "overlap"}
	}
	if f.offLine() {
		found.Code = "t_junction"
		found.ZH = fmt.Sprintf("一个顶点偏离它应在的边界一两格（约 1 厘米），造成%s：%s", kind[0], strings.Join(found.Areas, "、"))
		found.EN = fmt.Sprintf("a vertex misses the border it should lie on by a step or two (about 1 cm), which leaves %s: %s", map[string]string{"gap": "a gap", "overlap": "an overlap"}[kind[1]], strings.Join(found.Areas, ", "))
	} else {
		found.Code = "sliver_" + kind[1]
		found.ZH = fmt.Sprintf("细长的%s，宽约 %s，面积 %s m²：%s", kind[0], centimetres(w), squareMetres(found.M2), strings.Join(found.Areas, "、"))
		found.EN = fmt.Sprintf("a sliver of %s, about %s wide, %s m²: %s", kind[1], centimetres(w), squareMetres(found.M2), strings.Join(found.Areas, ", "))
	}
	found.Mends = append([]area.Mend{{Kind: area.SnapBorders, Metres: tolerance(w)}}, found.Mends...)
	return found
}

func centimetres(m float64) string { return fmt.Sprintf("%.0f cm", math.Max(1, m*100)) }

// offLine reports whether the face is the wedge that a single vertex leaves
// which misses a line by a step or two.
func (f face) offLine() bool {
	if len(f.ring) < 3 { // less than a step across
		return true
	}
	if len(f.ring) > 4 {
		return false
	}
	var a, b geo.Point
	longest := -1.0
	distance := func(p, q geo.Point) float64 {
		return math.Hypot(float64(p.X)-float64(q.X), float64(p.Y)-float64(q.Y))
	}
	for i, p := range f.ring {
		for _, q := range f.ring[:i] {
			if d := distance(p, q); d > longest {
				a, b, longest = p, q, d
			}
		}
	}
	height := 0.0
	for _, p := range f.ring {
		cross := (float64(b.X)-float64(a.X))*(float64(p.Y)-float64(a.Y)) - (float64(b.Y)-float64(a.Y))*(float64(p.X)-float64(a.X))
		height = math.Max(height, math.Abs(cross)/longest)
	}
	return height <= junctionSteps && f.area <= 0.75*longest*math.Max(height, 1)
}

func (f face) finding(code string, level area.Level, codes []string, coverage area.Coverage, zh, en string) area.Finding {
	severity := area.Error
	if coverage == area.Tolerant {
		severity = area.Warning
	}
	at := f.at
	m2 := f.area * geo.MetresAt(at).SquareMetres()
	size := squareMetres(m2)
	return area.Finding{
		Code: code, Severity: severity, Level: level, Areas: codes, Place: &at, M2: m2, Shape: f.ring, Waivable: coverage == area.Tolerant,
		ZH: fmt.Sprintf(zh, len(codes), level.Word(), strings.Join(codes, "、"), size, level),
		EN: fmt.Sprintf(en, len(codes), level.Word(), strings.Join(codes, ", "), size, level),
	}
}

func squareMetres(m2 float64) string {
	switch {
	case m2 >= 100:
		return fmt.Sprintf("%.0f", m2)
	case m2 < 0.01:
		return "<0.01"
	}
	return fmt.Sprintf("%.2f", m2)
}

func coversAll(ground geo.Area, points []geo.Point) bool {
	for _, p := range points {
		if !ground.Covers(p) {
			return false
		}
	}
	return true
}

func codesOf(areas []*area.Version, layers []int32) []string {
	codes := make([]string, 0, len(layers))
	for _, l := range layers {
		codes = append(codes, areas[l].Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// sortFindings puts the largest first and keeps equal runs stable.
func sortFindings(findings []area.Finding) {
	slices.SortStableFunc(findings, func(f, g area.Finding) int {
		switch {
		case f.M2 > g.M2:
			return -1
		case f.M2 < g.M2:
			return 1
		}
		return slices.Compare(f.Areas, g.Areas)
	})
}
