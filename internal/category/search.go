package category

import (
	"cmp"
	"slices"
	"strings"
)

// Search finds classes by words, all of which must stand in the name, in the
// name of the major or at the beginning of the code; the best first: the exact
// code or name, then names that begin so, then the others, by kind and code. An
// empty kind is both. An empty query finds nothing.
func (e *Edition) Search(query string, kind Kind, limit int) []Minor {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 || limit <= 0 {
		return nil
	}
	type hit struct {
		minor Minor
		rank  int
	}
	var hits []hit
	for _, m := range e.Minors {
		if kind != "" && m.Kind != kind {
			continue
		}
		major, _ := e.Major(m.Kind, m.Code[:2])
		name, rank := strings.ToLower(m.Name), 0
		for _, w := range words {
			switch {
			case m.Code == w || name == w:
			case strings.HasPrefix(name, w) || strings.HasPrefix(m.Code, w):
				rank = max(rank, 1)
			case strings.Contains(name, w):
				rank = max(rank, 2)
			case strings.Contains(strings.ToLower(major.Name), w):
				rank = max(rank, 3)
			default:
				rank = 4
			}
			if rank == 4 {
				break
			}
		}
		if rank < 4 {
			hits = append(hits, hit{m, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	found := make([]Minor, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		found = append(found, h.minor)
	}
	return found
}
