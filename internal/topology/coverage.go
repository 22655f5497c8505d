package topology

import (
	"fmt"
	"slices"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Partition checks that areas of one level do not overlap. Where there is no
// coarser level to compare with, a hole between them is a gap; elsewhere Within
// finds the gaps. Overlays (compounds, dedicated grids) must be left out by the
// caller. Findings: overlap, gap; their severity follows the coverage asked for.
func Partition(areas []*area.Version, coverage area.Coverage, coarsest bool) []area.Finding {
	layers := make([]layer, len(areas))
	for i, v := range areas {
		layers[i] = layer{v.Ground, 1}
	}
	faces := arrange(layers)
	var findings []area.Finding
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
// uncovered. Overlaps between children are Partition's matter. Findings: gap,
// outside_parent.
func Within(parent *area.Version, children []*area.Version, coverage area.Coverage) []area.Finding {
	layers := []layer{{parent.Ground, -1}}
	for _, v := range children {
		layers = append(layers, layer{v.Ground, 1})
	}
	faces := arrange(layers)
	var findings []area.Finding
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
	return f.finding("overlap", areas[0].Level, codes, coverage,
		"%[1]d 个%[2]s重叠：%[3]s，约 %[4]s m²", "%[1]d %[5]s areas overlap: %[3]s, about %[4]s m²")
}

func gap(areas []*area.Version, f face, coverage area.Coverage) area.Finding {
	level := area.Grid
	if len(areas) > 0 {
		level = areas[0].Level
	}
	codes := codesOf(areas, append(f.beside, f.layers...))
	return f.finding("gap", level, codes, coverage,
		"%[2]s之间有空隙，周围是 %[3]s，约 %[4]s m²", "a gap between %[5]s areas %[3]s, about %[4]s m²")
}

func outside(parent *area.Version, children []*area.Version, f face, coverage area.Coverage) area.Finding {
	codes := codesOf(children, f.layers)
	escaped := strings.ReplaceAll(parent.Code, "%", "%%")
	found := f.finding("outside_parent", children[0].Level, codes, coverage,
		"%[2]s %[3]s 超出上级 "+escaped+"，约 %[4]s m²", "%[5]s %[3]s leaves its parent "+escaped+", about %[4]s m²")
	found.Areas = append(found.Areas, parent.Code)
	return found
}

func (f face) finding(code string, level area.Level, codes []string, coverage area.Coverage, zh, en string) area.Finding {
	severity := area.Error
	if coverage == area.Tolerant {
		severity = area.Warning
	}
	at := f.at
	m2 := f.area * geo.MetresAt(at).SquareMetres()
	size := fmt.Sprintf("%.2f", m2)
	if m2 >= 100 {
		size = fmt.Sprintf("%.0f", m2)
	} else if m2 < 0.01 {
		size = "<0.01"
	}
	list := fmt.Sprint(codes)
	return area.Finding{
		Code: code, Severity: severity, Level: level, Areas: codes, Place: &at, M2: m2,
		ZH: fmt.Sprintf(zh, len(codes), level.Word(), list, size, level),
		EN: fmt.Sprintf(en, len(codes), level.Word(), list, size, level),
	}
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
