package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/mend"
)

// Difference is what one edition changes against another, for one area.
type Difference struct {
	Level    area.Level
	Code     string
	Change   string // added, removed, renamed, redrawn, moved (another parent), rekinded, recoded
	Before   string // name; code of the parent where it moved
	After    string
	BeforeM2 float64
	AfterM2  float64
	Common   float64 // redrawn: ground in both, as a share of the ground in either, about
	Box      geo.Box // of the area after, or before where it is gone
}

// Diff lists what edition b changes against edition a of one district, by level
// and code. Areas are compared by identity; borders that only gained or lost
// vertices on a straight line count as the same.
func (s *Store) Diff(ctx context.Context, district, a, b string) (diff []Difference, err error) {
	var before, after []*area.Version
	err = s.inTx(ctx, func(tx *writing) error {
		if district, err = onlyDistrict(ctx, tx, district); err != nil {
			return err
		}
		for _, side := range []struct {
			name string
			to   *[]*area.Version
		}{{a, &before}, {b, &after}} {
			e, err := editionByName(ctx, tx, district, side.name)
			if err != nil {
				return err
			}
			if *side.to, err = loadVersions(ctx, tx, district, e.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	had, has := byIdentity(before), byIdentity(after)
	for id, v := range had {
		if has[id] == nil {
			diff = append(diff, Difference{Level: v.Level, Code: v.Code, Change: "removed", Before: v.Name, BeforeM2: v.AreaM2, Box: v.Ground.Box()})
		}
	}
	for id, w := range has {
		v := had[id]
		if v == nil {
			diff = append(diff, Difference{Level: w.Level, Code: w.Code, Change: "added", After: w.Name, AfterM2: w.AreaM2, Box: w.Ground.Box()})
			continue
		}
		note := func(change, from, to string) {
			if from != to {
				diff = append(diff, Difference{Level: w.Level, Code: w.Code, Change: change, Before: from, After: to, BeforeM2: v.AreaM2, AfterM2: w.AreaM2, Box: w.Ground.Box()})
			}
		}
		note("recoded", v.Code, w.Code)
		note("renamed", v.Name, w.Name)
		note("rekinded", string(v.Kind), string(w.Kind))
		note("moved", codeOf(had[v.Parent]), codeOf(has[w.Parent]))
		if !mend.Same(v.Ground, w.Ground) {
			shared, ofV, ofW := geo.SharedGround(v.Ground, w.Ground)
			diff = append(diff, Difference{Level: w.Level, Code: w.Code, Change: "redrawn", Before: v.Name, After: w.Name,
				BeforeM2: v.AreaM2, AfterM2: w.AreaM2, Common: shared / max(ofV+ofW-shared, 1), Box: w.Ground.Box()})
		}
	}
	slices.SortFunc(diff, func(d, e Difference) int {
		return cmp.Or(cmp.Compare(d.Level, e.Level), cmp.Compare(d.Code, e.Code), cmp.Compare(d.Change, e.Change))
	})
	return diff, nil
}

func byIdentity(versions []*area.Version) map[uuid.UUID]*area.Version {
	m := make(map[uuid.UUID]*area.Version, len(versions))
	for _, v := range versions {
		m[v.AreaID] = v
	}
	return m
}

func codeOf(v *area.Version) string {
	if v == nil {
		return ""
	}
	return v.Code
}
