package gridindex_test

import (
	"slices"
	"sync"
	"testing"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// TestHavingAndAround: areas are found by name, kind and parent, by many at
// once; the box around a level holds dedicated grids too.
func TestHavingAndAround(t *testing.T) {
	t.Parallel()
	e := small(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, level := range area.Levels {
				for _, a := range e.Level(level) {
					if found := e.Having(level, gridindex.Name, a.Name); !slices.Contains(found, a) {
						t.Errorf("%s is not found by its name: %v", a.Code, codes(found))
					}
					if a.Up == nil {
						continue
					}
					if found := codes(e.Having(level, gridindex.Parent, a.Up.Code)); !slices.Contains(found, a.Code) || !slices.IsSorted(found) {
						t.Errorf("%s is not found by its parent: %v", a.Code, found)
					}
				}
			}
		})
	}
	all.Wait()
	for kind, want := range map[area.Kind][]string{area.Basic: {"GA", "GB"}, area.Dedicated: {"P"}, "": nil} {
		if found := codes(e.Having(area.Grid, gridindex.Kind, string(kind))); !slices.Equal(found, want) {
			t.Errorf("%s: %v, want %v", kind, found, want)
		}
	}
	if found := e.Having(area.Community, gridindex.Kind, string(area.Basic)); len(found) != 0 {
		t.Errorf("communities have no kind: %v", codes(found))
	}
	if got, want := e.Around(area.Grid), (geo.Box{Min: geo.Point{X: 0, Y: 0}, Max: geo.Point{X: 14, Y: 10}}); got != want {
		t.Errorf("around the grids: %v, want %v", got, want)
	}
	if got, want := e.Around(area.District), (geo.Box{Min: geo.Point{X: 0, Y: 0}, Max: geo.Point{X: 20, Y: 10}}); got != want {
		t.Errorf("around the district: %v, want %v", got, want)
	}
}
