package mend

import (
	"fmt"
	"strings"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Union is the ground that areas cover together, when their borders match. An
// error says that they do not.
func Union(areas []*area.Version) (geo.Area, error) {
	s := newSheet(areas)
	box := geo.Box{}
	for i, v := range areas {
		if i == 0 {
			box = v.Ground.Box()
		}
		box = box.Union(v.Ground.Box())
	}
	s.node(box)
	b := border{}
	for i := range areas {
		b.add(s.of(i)...)
	}
	rings, err := b.rings()
	if err != nil {
		return geo.Area{}, err
	}
	if len(rings) == 0 {
		return geo.Area{}, fmt.Errorf("nothing to unite")
	}
	return gate(areas[0], rings)
}

// Worse lists the findings of after that were not there before: of their kind
// and areas there are more, or they cover more ground by over 0.02 m², which is
// what rounding a crossing to the lattice may cost along a long border.
func Worse(before, after []area.Finding) (worse []area.Finding) {
	type key struct{ family, areas string }
	keyOf := func(f area.Finding) key { return key{family(f.Code), f.Level.String() + strings.Join(f.Areas, "\x00")} }
	count, ground := map[key]int{}, map[key]float64{}
	for _, f := range before {
		if f.Severity != area.Note {
			count[keyOf(f)]++
			ground[keyOf(f)] += f.M2
		}
	}
	for _, f := range after {
		if f.Severity == area.Note {
			continue
		}
		k := keyOf(f)
		count[k]--
		if ground[k] -= f.M2; count[k] < 0 || ground[k] < -0.02 {
			worse = append(worse, f)
		}
	}
	return worse
}

// family joins the codes that tell sizes and shapes of one thing apart.
func family(code string) string {
	switch code {
	case "sliver_gap", "hole":
		return "gap"
	case "sliver_overlap":
		return "overlap"
	}
	return code
}
