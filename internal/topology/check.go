package topology

import (
	"fmt"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Check runs every rule over a whole edition: codes follow their parents,
// parents exist and are the right ones, no level overlaps itself, children tile
// their parents, and no area has an odd shape.
// Levels for which nothing was asked are held to tolerant coverage.
func Check(versions []*area.Version, scheme area.Scheme, coverage map[area.Level]area.Coverage) []area.Finding {
	var findings []area.Finding
	byLevel := map[area.Level][]*area.Version{}
	byID := map[uuid.UUID]*area.Version{}
	children := map[uuid.UUID][]*area.Version{}
	for _, v := range versions {
		byID[v.AreaID] = v
		if !v.Overlay() {
			byLevel[v.Level] = append(byLevel[v.Level], v)
			children[v.Parent] = append(children[v.Parent], v)
		}
	}
	for _, v := range versions {
		if v.Level > area.District {
			findings = append(findings, checkParent(v, byID[v.Parent], scheme, byLevel)...)
		}
	}
	coarser := area.Level(0)
	for _, level := range area.Levels[:4] {
		areas := byLevel[level]
		if len(areas) == 0 {
			continue
		}
		asked := coverage[level]
		if asked == "" {
			asked = area.Tolerant
		}
		coarsest := coarser == 0 || coarser == area.District && unionOutline(byLevel[area.District])
		if level == area.District && unionOutline(areas) { // its holes are those of the areas that it was made from
			coarser = level
			continue
		}
		findings = append(findings, Partition(areas, asked, coarsest)...)
		if level > area.District {
			findings = append(findings, Shapes(areas)...)
		}
		if !coarsest {
			for _, parent := range byLevel[coarser] {
				findings = append(findings, Within(parent, children[parent.AreaID], asked)...)
			}
		}
		coarser = level
	}
	return findings
}

// unionOutline reports whether the district's outline was made from its areas,
// so that comparing them with it says nothing.
func unionOutline(districts []*area.Version) bool {
	return len(districts) == 1 && districts[0].Source == "union"
}

func checkParent(v, parent *area.Version, scheme area.Scheme, byLevel map[area.Level][]*area.Version) []area.Finding {
	at := v.Ground.LabelPoint()
	if parent != nil && !v.Overlay() && !parent.Ground.Covers(at) {
		if right := covering(byLevel[parent.Level], at); right != nil {
			return []area.Finding{{Code: "wrong_parent", Severity: area.Error, Level: v.Level, Areas: []string{v.Code, parent.Code}, Place: &at,
				Mends: []area.Mend{{Kind: area.Assign, Area: right.Code}},
				ZH:    fmt.Sprintf("%s %s 的上级写的是 %s，但它在 %s（%s）里", v.Level.Word(), v.Code, parent.Code, right.Code, right.Name),
				EN:    fmt.Sprintf("the %s %s names %s as its parent but lies in %s (%s)", v.Level, v.Code, parent.Code, right.Code, right.Name)}}
		}
	}
	if parent == nil {
		severity := area.Error
		if v.Overlay() {
			severity = area.Warning // it may lie outside, as a park at the edge does
		}
		return []area.Finding{{Code: "no_parent", Severity: severity, Level: v.Level, Areas: []string{v.Code}, Place: &at,
			ZH: fmt.Sprintf("%s %s 找不到上级：给出的上级编码不存在，或它不在任何上级区域之内", v.Level.Word(), v.Code),
			EN: fmt.Sprintf("the %s %s has no parent: the code given does not exist, or it lies in no area above", v.Level, v.Code)}}
	}
	if err := scheme.CheckParent(v, parent.Code); err != nil {
		e, _ := fault.As(err)
		return []area.Finding{{Code: e.Code, Severity: area.Error, Level: v.Level, Areas: []string{v.Code, parent.Code}, Place: &at, ZH: e.ZH, EN: e.EN}}
	}
	return nil
}

// covering is the area that covers p, nil where there is none.
func covering(areas []*area.Version, p geo.Point) *area.Version {
	for _, v := range areas {
		if v.Ground.Covers(p) {
			return v
		}
	}
	return nil
}
