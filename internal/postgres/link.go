package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/mend"
	"wangge/internal/topology"
)

// link sets every parent: the one that the file names, else the area of the
// next coarser level present that shares most ground. Compounds hang under
// communities or coarser, because they lie across grids. Ground is compared
// here, not in the database: shapes made to cross each other without end would
// keep it busy.
func (d *draft) link(ctx context.Context) error {
	versions, err := loadVersions(ctx, d.tx, d.district, d.edition)
	if err != nil {
		return err
	}
	given, err := d.givenParents(ctx)
	if err != nil {
		return err
	}
	above := map[area.Level]area.Level{} // the level that parents come from
	for _, level := range area.Levels[1:] {
		for up := min(level, area.Compound-1) - 1; up >= area.District; up-- {
			if slices.ContainsFunc(versions, func(v *area.Version) bool { return v.Level == up && v.Kind == area.Basic }) {
				above[level] = up
				break
			}
		}
	}
	byCode := map[area.Level]map[string]uuid.UUID{}
	ground := newGrounds(versions)
	for _, v := range versions {
		if byCode[v.Level] == nil {
			byCode[v.Level] = map[string]uuid.UUID{}
		}
		byCode[v.Level][v.Code] = v.AreaID
	}
	var ids, parents []uuid.UUID
	for _, v := range versions {
		up, has := above[v.Level]
		if !has {
			continue
		}
		parent := uuid.Nil
		if code, named := given[v.AreaID]; named {
			parent = byCode[up][code]
		} else if p := ground.most(up, v.Ground); p != nil {
			parent = p.AreaID
		}
		if parent != v.Parent {
			ids, parents = append(ids, v.AreaID), append(parents, parent)
		}
	}
	_, err = d.tx.Exec(ctx, `UPDATE area_version v SET parent_id = nullif(p.parent, '00000000-0000-0000-0000-000000000000')
		FROM unnest($3::uuid[], $4::uuid[]) AS p (id, parent) WHERE v.district = $1 AND v.edition_id = $2 AND v.area_id = p.id`,
		d.district, d.edition, ids, parents)
	if err != nil {
		return fmt.Errorf("link parents: %w", err)
	}
	return nil
}

func (d *draft) givenParents(ctx context.Context) (map[uuid.UUID]string, error) {
	rows, err := d.tx.Query(ctx, `SELECT area_id, parent_code FROM area_version
		WHERE district = $1 AND edition_id = $2 AND parent_code IS NOT NULL`, d.district, d.edition)
	if err != nil {
		return nil, err
	}
	given := map[uuid.UUID]string{}
	var id uuid.UUID
	var code string
	_, err = pgx.ForEachRow(rows, []any{&id, &code}, func() error { given[id] = code; return nil })
	return given, err
}

// grounds finds which areas of a level share ground with another.
type grounds struct {
	levels [area.Compound + 1]rtree.RTreeGN[int64, *area.Version]
}

func newGrounds(versions []*area.Version) *grounds {
	g := &grounds{}
	for _, v := range versions {
		if v.Kind == area.Basic {
			lo, hi := v.Ground.Box().Corners()
			g.levels[v.Level].Insert(lo, hi, v)
		}
	}
	return g
}

// at lists the areas of a level whose boxes meet that of ground, by code.
func (g *grounds) at(level area.Level, ground geo.Area) (found []*area.Version) {
	lo, hi := ground.Box().Corners()
	g.levels[level].Search(lo, hi, func(_, _ [2]int64, v *area.Version) bool { found = append(found, v); return true })
	slices.SortFunc(found, func(v, w *area.Version) int {
		if v.Before(w) {
			return -1
		}
		return 1
	})
	return found
}

// most is the area of the level that shares most ground; nil when none does.
func (g *grounds) most(level area.Level, ground geo.Area) (best *area.Version) {
	most := 0.0
	near := g.at(level, ground)
	if len(near) > mostMeasured { // long slanted shapes, whose boxes say little
		middle := ground.LabelPoint()
		if i := slices.IndexFunc(near, func(v *area.Version) bool { return v.Ground.Covers(middle) }); i >= 0 {
			return near[i]
		}
		near = near[:mostMeasured]
	}
	for _, v := range near {
		if coversMost(v.Ground, ground) {
			return v
		}
		if shared, _, _ := geo.SharedGround(v.Ground, ground); shared > most {
			best, most = v, shared
		}
	}
	return best
}

// mostMeasured is how many areas the ground of one is measured against; hardly
// any has so many around it.
const mostMeasured = 64

// coversMost reports whether outer covers the middle of inner and vertices all
// around it, which in a partition settles the matter without measuring.
func coversMost(outer, inner geo.Area) bool {
	if !outer.Covers(inner.LabelPoint()) {
		return false
	}
	for r := range inner.Polygons().Rings {
		for i := 0; i < len(r); i += max(1, len(r)/32) {
			if !outer.Covers(r[i]) {
				return false
			}
		}
	}
	return true
}

// leastShare is the share of a compound's ground below which it does not count
// as lying in a grid: borders are drawn apart by that much.
const leastShare = 0.002

// computeMemberships finds the grids that each compound lies in.
func computeMemberships(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID, versions []*area.Version) error {
	if _, err := tx.Exec(ctx, `DELETE FROM compound_grid WHERE district = $1 AND edition_id = $2`, district, edition); err != nil {
		return err
	}
	ground := newGrounds(versions)
	var compounds, grids []uuid.UUID
	var shares []float64
	for _, c := range versions {
		if c.Level != area.Compound {
			continue
		}
		near := ground.at(area.Grid, c.Ground)
		for _, g := range near[:min(len(near), 16*mostMeasured)] {
			if shared, whole, _ := geo.SharedGround(c.Ground, g.Ground); whole > 0 && shared/whole > leastShare {
				compounds, grids, shares = append(compounds, c.AreaID), append(grids, g.AreaID), append(shares, min(1, shared/whole))
			}
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO compound_grid (district, edition_id, compound_id, grid_id, share)
		SELECT $1, $2, * FROM unnest($3::uuid[], $4::uuid[], $5::float8[])`, district, edition, compounds, grids, shares)
	if err != nil {
		return fmt.Errorf("memberships of compounds: %w", err)
	}
	return nil
}

// outline makes the district the union of its coarsest level, unless an
// outline was imported.
func (d *draft) outline(ctx context.Context) error {
	versions, err := loadVersions(ctx, d.tx, d.district, d.edition)
	if err != nil {
		return err
	}
	var coarsest []*area.Version
	for _, v := range versions {
		switch {
		case v.Level == area.District && v.Source != unionSource:
			return nil
		case v.Level == area.District || v.Overlay():
		case len(coarsest) == 0 || coarsest[0].Level == v.Level: // they come by level
			coarsest = append(coarsest, v)
		}
	}
	if len(coarsest) == 0 {
		return nil // only overlays so far
	}
	ground, err := d.union(ctx, coarsest)
	if err != nil {
		return err
	}
	v := &area.Version{District: d.district, Edition: d.edition, Level: area.District, Code: d.district, Kind: area.Basic, Ground: ground, Source: unionSource}
	if err := d.tx.QueryRow(ctx, `SELECT area_id, name FROM district WHERE district = $1`, d.district).Scan(&v.AreaID, &v.Name); err != nil {
		return err
	}
	if _, err := d.tx.Exec(ctx, `DELETE FROM area_version WHERE district = $1 AND edition_id = $2 AND level = 1`, d.district, d.edition); err != nil {
		return err
	}
	return insertVersions(ctx, d.tx, []*area.Version{v}, nil)
}

// unionSource is the source of an outline that was made from the areas.
const unionSource = "union"

// union is the ground that areas cover together. Borders that match cancel and
// leave it; where they do not, PostGIS unites what does not cross without end.
func (d *draft) union(ctx context.Context, areas []*area.Version) (geo.Area, error) {
	if ground, err := mend.Union(areas); err == nil {
		return ground, nil
	}
	for _, f := range topology.Partition(areas, area.Tolerant, false) {
		if f.Code == "tangled" {
			return geo.Area{}, fault.New(fault.Unprocessable, "tangled", "%[1]s", "%[2]s", f.ZH, f.EN)
		}
	}
	var united []byte
	err := d.tx.QueryRow(ctx, `SELECT ST_AsBinary(ST_CollectionExtract(ST_UnaryUnion(ST_Collect(lattice), 1), 3))
		FROM area_version WHERE district = $1 AND edition_id = $2 AND level = $3 AND kind = 'basic'`,
		d.district, d.edition, areas[0].Level).Scan(&united)
	if err != nil {
		return geo.Area{}, fmt.Errorf("outline of the district: %w", err)
	}
	rings, err := decodeRings(united)
	if err != nil {
		return geo.Area{}, err
	}
	ground, defects, ok := geo.Gate(rings)
	if !ok {
		return geo.Area{}, fault.New(fault.Unprocessable, "outline_broken",
			"合并各区域得到的区界不合格（%[1]s），请用 --level district 导入区界",
			"the union of the areas is not a valid outline (%[1]s); import one with --level district", defects[len(defects)-1].Code)
	}
	return ground, nil
}
