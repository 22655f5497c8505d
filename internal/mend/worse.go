package mend

import (
	"slices"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// step is the width, in metres, of one lattice step: what rounding a crossing to
// the lattice may move a border by.
const step = 0.012

// Worse lists the findings of after that those of before do not explain: one of
// the same kind, level and areas explains as much ground as it had, and what
// rounding crossings to the lattice may add along its border. same maps the codes
// of areas that a split or a merge made one: the code that came or went to the one
// that stays. repair is for mends in a tangle: there a finding is also explained
// by one with more areas, of which it is a part, or by being thinner than a step;
// it stays listed. An edit of sound borders must leave neither.
func Worse(before, after []area.Finding, same map[string]string, repair bool) (worse []area.Finding) {
	type key struct{ family, areas string }
	keyOf := func(f area.Finding) key {
		var codes []string
		for _, c := range f.Areas {
			if other, ok := same[c]; ok {
				c = other
			}
			if !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
		slices.Sort(codes)
		return key{family(f), f.Level.String() + strings.Join(codes, "\x00")}
	}
	left := make([]float64, len(before)) // ground that each finding before may still explain
	for i, f := range before {
		left[i] = f.M2 + rounding(f) + 0.02
	}
	explained := func(f area.Finding) bool {
		k := keyOf(f)
		for i, b := range before {
			if b.Severity != area.Note && left[i] >= f.M2 && keyOf(b) == k {
				left[i] -= max(f.M2, 0.01)
				return true
			}
		}
		if !repair {
			return false
		}
		for i, b := range before { // a part of what was there, with fewer areas in it
			if b.Severity != area.Note && left[i] >= f.M2 && family(b) == family(f) && b.Level == f.Level && subset(f.Areas, b.Areas) {
				left[i] -= f.M2
				return true
			}
		}
		return f.M2 <= rounding(f)
	}
	for _, f := range after {
		if f.Severity != area.Note && !explained(f) {
			worse = append(worse, f)
		}
	}
	return worse
}

func subset(a, b []string) bool {
	for _, c := range a {
		if !slices.Contains(b, c) {
			return false
		}
	}
	return true
}

// rounding is the ground that one step along the border of a finding holds.
func rounding(f area.Finding) float64 {
	if len(f.Shape) < 2 {
		return 0
	}
	m := geo.MetresAt(f.Shape[0])
	border := 0.0
	for i, p := range f.Shape {
		border += m.Between(p, f.Shape[(i+1)%len(f.Shape)])
	}
	return step * border
}

// family joins the codes that tell sizes and shapes of one thing apart.
func family(f area.Finding) string {
	switch f.Code {
	case "sliver_gap", "hole":
		return "gap"
	case "sliver_overlap":
		return "overlap"
	case "t_junction":
		if strings.Contains(f.EN, "overlap") {
			return "overlap"
		}
		return "gap"
	}
	return f.Code
}
