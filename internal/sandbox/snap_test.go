package sandbox_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/mend"
	"wangge/internal/sandbox"
)

// A snap in a child changes what it changes here.
func TestASnapTravels(t *testing.T) {
	t.Parallel()
	var versions []*area.Version
	for i, m := range geotest.NewPartition(rand.New(rand.NewPCG(4, 4)), 4, 4, 8, geotest.Hohhot).Cells {
		if i == 5 {
			for k := range m[0][0] {
				m[0][0][k] = geo.Point{X: m[0][0][k].X + 20, Y: m[0][0][k].Y - 10}
			}
		}
		versions = append(versions, &area.Version{AreaID: uuid.New(), Level: area.Grid, Code: string(rune('A' + i)), Kind: area.Basic, Ground: geotest.Area(m)})
	}
	want, err := mend.Snap(versions, 0.5)
	if err != nil || len(want) == 0 {
		t.Fatal(len(want), err)
	}
	got, err := sandbox.Runner{}.Snap(t.Context(), versions, 0.5)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d changes, want %d: %v", len(got), len(want), err)
	}
	for i := range want {
		if got[i].Before != want[i].Before || got[i].After.Code != want[i].After.Code || !mend.Same(got[i].After.Ground, want[i].After.Ground) {
			t.Errorf("change %d differs", i)
		}
	}
	if _, err := (sandbox.Runner{}).Snap(t.Context(), versions, 1000); !fault.Is(err, "bad_tolerance") {
		t.Errorf("a refusal: %v", err)
	}
}
