package mend_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/mend"
	"wangge/internal/topology"
)

// draft makes a partition of grids in two communities, the west and the east,
// whose borders are unions of their grids'.
func draft(t interface{ Fatal(...any) }, seed uint64, columns, rows, segments int) []*area.Version {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := geotest.NewPartition(rng, columns, rows, segments, geotest.Hohhot)
	var versions []*area.Version
	var west, east []*area.Version
	for i, a := range p.Areas() {
		v := &area.Version{AreaID: uuid.New(), Level: area.Grid, Code: fmt.Sprintf("G%03d", i), Name: "格", Kind: area.Basic, Ground: a}
		versions = append(versions, v)
		if i%columns < columns/2 {
			west = append(west, v)
		} else {
			east = append(east, v)
		}
	}
	for k, group := range [][]*area.Version{west, east} {
		ground, err := mend.Union(group)
		if err != nil {
			t.Fatal(err)
		}
		c := &area.Version{AreaID: uuid.New(), Level: area.Community, Code: fmt.Sprintf("C%d", k), Name: "社区", Kind: area.Basic, Ground: ground}
		for _, v := range group {
			v.Parent = c.AreaID
		}
		versions = append(versions, c)
	}
	return versions
}

func check(versions []*area.Version) []area.Finding {
	found := topology.Check(versions, area.Opaque, map[area.Level]area.Coverage{area.Grid: area.Strict, area.Community: area.Strict})
	return slices.DeleteFunc(found, func(f area.Finding) bool {
		return f.Severity == area.Note || f.Code == "no_parent" && f.Level == area.Community || f.Code == "spike"
	})
}

func apply(versions []*area.Version, changes []mend.Change) []*area.Version {
	out := slices.Clone(versions)
	for _, c := range changes {
		switch i := slices.Index(out, c.Before); {
		case c.Before == nil:
			out = append(out, c.After)
		case c.After == nil:
			out = slices.Delete(out, i, i+1)
		default:
			out[i] = c.After
		}
	}
	return out
}

func brief(found []area.Finding) (out []string) {
	for _, f := range found {
		out = append(out, fmt.Sprint(f.Code, f.Areas, f.M2))
	}
	return out
}

// shifted returns v with all vertices in box moved by (dx, dy).
func shifted(t *testing.T, v *area.Version, box geo.Box, dx, dy int32) *area.Version {
	t.Helper()
	var m geo.MultiPolygon
	for _, polygon := range v.Ground.Polygons() {
		var q geo.Polygon
		for _, r := range polygon {
			r = slices.Clone(r)
			for i, p := range r {
				if box.Contains(p) {
					r[i] = geo.Point{X: p.X + dx, Y: p.Y + dy}
				}
			}
			q = append(q, append(r, r[0]))
		}
		m = append(m, q)
	}
	ground, _, ok := geo.Gate(m)
	if !ok {
		t.Skip("the moved vertices break the ring")
	}
	w := *v
	w.Ground = ground
	return &w
}

func TestASnapClosesSliversAndLeavesCleanBordersAlone(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		versions := draft(t, seed, 6, 4, 8)
		if found := check(versions); len(found) > 0 {
			t.Fatalf("seed %d: not clean: %v", seed, brief(found))
		}
		changes, err := mend.Snap(versions, 0.5)
		if err != nil || len(changes) != 0 {
			t.Fatalf("seed %d: a clean draft changed in %d areas, %v", seed, len(changes), err)
		}
		// One grid is redrawn a few centimetres off: slivers and overlaps all round.
		broken := slices.Clone(versions)
		broken[8] = shifted(t, versions[8], versions[8].Ground.Box(), 17, 11)
		if len(check(broken)) == 0 {
			t.Fatalf("seed %d: nothing is wrong", seed)
		}
		if changes, err = mend.Snap(broken, 0.5); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		mended := apply(broken, changes)
		if found := check(mended); len(found) > 0 {
			t.Errorf("seed %d: after the snap %v", seed, brief(found))
		}
	}
}

func TestAGapIsFilledAndAnOverlapCut(t *testing.T) {
	t.Parallel()
	filled, cut := 0, 0
	for seed := range uint64(40) {
		versions := draft(t, seed, 6, 4, 8)
		v := versions[8]
		b := v.Ground.Box()
		half := geo.Box{Min: b.Min, Max: geo.Point{X: b.Min.X + (b.Max.X-b.Min.X)/3, Y: b.Max.Y}}
		broken := slices.Clone(versions)
		broken[8] = shifted(t, v, half, 3000, -1500)
		for range 12 {
			found := check(broken)
			if len(found) == 0 {
				break
			}
			f := found[0]
			var changes []mend.Change
			var err error
			m := f.Mends[len(f.Mends)-1]
			switch m.Kind {
			case area.Fill:
				changes, err = mend.FillGap(broken, f.Level, f.Shape, m.Area)
				filled++
			case area.Cut:
				changes, err = mend.CutOverlap(broken, f.Level, f.Shape, f.Areas, m.Area)
				cut++
			case area.Trim:
				changes, err = mend.TrimToParent(broken, f.Level, f.Shape, m.Area)
			default:
				t.Fatalf("seed %d: %+v", seed, f)
			}
			if err != nil {
				t.Errorf("seed %d: %s %v: %v", seed, f.Code, f.Areas, err)
				break
			}
			after := apply(broken, changes)
			if worse := mend.Worse(found, check(after), nil, true); len(worse) > 0 {
				t.Errorf("seed %d: %s %v opened %v", seed, m.Kind, m.Area, brief(worse))
			}
			broken = after
		}
		if found := check(broken); len(found) > 0 {
			t.Errorf("seed %d: left over %v", seed, brief(found))
		}
	}
	if filled < 20 || cut < 20 {
		t.Errorf("only %d fills and %d cuts were tried", filled, cut)
	}
}

// redrawn moves every vertex of v that inside holds by some metres at random; the
// same vertex of other areas moves alike when they share the seed.
func redrawn(t *testing.T, v *area.Version, seed uint64, most int32, inside func(geo.Point) bool) *area.Version {
	t.Helper()
	var m geo.MultiPolygon
	for _, polygon := range v.Ground.Polygons() {
		var q geo.Polygon
		for _, r := range polygon {
			r = slices.Clone(r)
			for i, p := range r {
				if inside(p) {
					rng := rand.New(rand.NewPCG(seed, uint64(p.X)<<32|uint64(uint32(p.Y))))
					r[i] = geo.Point{X: p.X + rng.Int32N(2*most+1) - most, Y: p.Y + rng.Int32N(2*most+1) - most}
				}
			}
			q = append(q, append(r, r[0]))
		}
		m = append(m, q)
	}
	ground, _, ok := geo.Gate(m)
	if !ok {
		t.Skip("the moved vertices break the ring")
	}
	w := *v
	w.Ground = ground
	return &w
}

// mendAll does what is proposed, the largest first, until nothing is left; it
// returns how many proposals went through and how many were refused.
func mendAll(t *testing.T, versions []*area.Version) (left []area.Finding, done, refused int) {
	t.Helper()
	for range 60 {
		found := check(versions)
		progress := false
		for _, f := range found {
			for _, m := range slices.Backward(f.Mends) { // the ground before the snap
				var changes []mend.Change
				var err error
				switch m.Kind {
				case area.Fill:
					changes, err = mend.FillGap(versions, f.Level, f.Shape, m.Area)
				case area.Cut:
					changes, err = mend.CutOverlap(versions, f.Level, f.Shape, f.Areas, m.Area)
				case area.Trim:
					changes, err = mend.TrimToParent(versions, f.Level, f.Shape, m.Area)
				case area.SnapBorders:
					changes, err = mend.Snap(versions, m.Metres)
				default:
					continue
				}
				if err == nil && len(changes) > 0 {
					after := apply(versions, changes)
					if worse := mend.Worse(found, check(after), nil, true); len(worse) == 0 || m.Kind == area.Trim || m.Kind == area.SnapBorders {
						versions, progress = after, true
						done++
						break
					}
				}
				refused++
			}
			if progress {
				break
			}
		}
		if !progress {
			return found, done, refused
		}
	}
	return check(versions), done, refused
}

// A grid redrawn by some twenty metres leaves dozens of gaps and overlaps, of
// two and three areas: what is proposed mends them all.
func TestATangleIsMendedAsProposed(t *testing.T) {
	t.Parallel()
	done, refused := 0, 0
	for seed := range uint64(12) {
		versions := draft(t, seed, 4, 4, 8)
		i := int(seed) % 16
		versions[i] = redrawn(t, versions[i], seed, 2000, func(geo.Point) bool { return true })
		left, d, r := mendAll(t, versions)
		if done, refused = done+d, refused+r; len(left) > 0 {
			t.Errorf("seed %d: left over %v", seed, brief(left))
		}
	}
	t.Logf("%d proposals went through, %d were refused", done, refused)
	if refused > done {
		t.Errorf("%d proposals were refused and %d went through", refused, done)
	}
}

// A border between communities that is redrawn with their grids on one side only
// is mended on both levels at once.
func TestABorderOfTwoLevelsIsMendedOnBoth(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		versions := draft(t, seed, 4, 3, 8)
		west := versions[len(versions)-2]
		border := func(p geo.Point) bool { // of the west community, at the east one
			return west.Ground.Polygons().Side(p) == geo.OnBorder && versions[len(versions)-1].Ground.Covers(p)
		}
		broken := slices.Clone(versions)
		for i, v := range versions {
			if v == west || v.Parent == west.AreaID {
				broken[i] = redrawn(t, v, seed, 1500, border)
			}
		}
		left, done, _ := mendAll(t, broken)
		if len(left) > 0 || done == 0 {
			t.Errorf("seed %d: after %d mends left over %v", seed, done, brief(left))
		}
	}
}

// A gap around an area that lies in it alone goes to the neighbour without it.
func TestAGapAroundAnIslandIsFilled(t *testing.T) {
	t.Parallel()
	ring := func(x0, y0, x1, y1 int32) geo.Ring {
		return geo.Ring{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	}
	hole := ring(2000, 2000, 8000, 8000)
	slices.Reverse(hole)
	outer := &area.Version{AreaID: uuid.New(), Level: area.Grid, Code: "A", Kind: area.Basic, Ground: geotest.Area(geo.MultiPolygon{{ring(0, 0, 10000, 10000), hole}})}
	island := &area.Version{AreaID: uuid.New(), Level: area.Grid, Code: "B", Kind: area.Basic, Ground: geotest.Area(geo.MultiPolygon{{ring(4000, 4000, 6000, 6000)}})}
	versions := []*area.Version{outer, island}
	gaps := topology.Partition(versions, area.Strict, true)
	if len(gaps) != 1 {
		t.Fatalf("%v", brief(gaps))
	}
	changes, err := mend.FillGap(versions, area.Grid, gaps[0].Shape, "A")
	if err != nil {
		t.Fatal(err)
	}
	if left := topology.Partition(apply(versions, changes), area.Strict, true); len(left) > 0 {
		t.Errorf("left over %v", brief(left))
	}
}

// Whatever a steward drags, inserts, drops, splits and merges, coverage stays
// whole or the edit is refused, and nothing is half done.
func TestEditsKeepTheCoverageWhole(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		versions := draft(t, rng.Uint64(), 4, 4, 4)
		total := area2(versions)
		for range 6 {
			grids := slices.DeleteFunc(slices.Clone(versions), func(v *area.Version) bool { return v.Level != area.Grid })
			v := grids[rng.IntN(len(grids))]
			r := v.Ground.Polygons()[0][0]
			i := rng.IntN(len(r))
			p, q := r[i], r[(i+1)%len(r)]
			near := geo.Point{X: p.X + rng.Int32N(20001) - 10000, Y: p.Y + rng.Int32N(20001) - 10000}
			var changes []mend.Change
			var err error
			same := map[string]string{}
			kind := []string{"move", "insert", "drop", "split", "merge"}[rng.IntN(5)]
			switch kind {
			case "move":
				changes, err = mend.MoveVertex(versions, p, near)
			case "insert":
				changes, err = mend.InsertVertex(versions, p, q, near)
			case "drop":
				changes, err = mend.DropVertex(versions, p)
			case "split":
				b := v.Ground.Box().Grow(100, 100)
				y := b.Min.Y + (b.Max.Y-b.Min.Y)/2 + rng.Int32N(1000)
				code := fmt.Sprintf("N%d", rng.Uint32())
				same[code] = v.Code
				changes, err = mend.Split(versions, area.Grid, v.Code, []geo.Point{{X: b.Min.X, Y: y}, {X: b.Min.X + (b.Max.X-b.Min.X)/2, Y: y + 500}, {X: b.Max.X, Y: y - 777}}, mend.Part{Code: code, Name: "新"})
			case "merge":
				gone := grids[rng.IntN(len(grids))].Code
				same[gone] = v.Code
				changes, err = mend.Merge(versions, area.Grid, v.Code, gone)
			}
			if err != nil {
				if _, ours := fault.As(err); !ours {
					t.Fatalf("%s: %v", kind, err)
				}
				continue
			}
			after := apply(versions, changes)
			if worse := mend.Worse(check(versions), check(after), same, false); len(worse) > 0 {
				if kind == "split" || kind == "merge" {
					t.Fatalf("%s of %s opened %v", kind, v.Code, brief(worse))
				}
				continue // refused by the store
			}
			done[kind]++
			versions = after
			if kind == "split" || kind == "merge" {
				if now := area2(versions); now-total > 1e6 || total-now > 1e6 { // crossings are rounded to the lattice
					t.Fatalf("%s changed the ground of the district by %v steps²", kind, now-total)
				}
			}
			total = area2(versions)
		}
	})
	for _, kind := range []string{"move", "insert", "drop", "split", "merge"} {
		if done[kind] < 10 {
			t.Errorf("only %d edits of kind %s went through", done[kind], kind)
		}
	}
}

// area2 is twice the ground of all grids, square lattice steps.
func area2(versions []*area.Version) (sum float64) {
	for _, v := range versions {
		if v.Level != area.Grid {
			continue
		}
		for r := range v.Ground.Polygons().Rings {
			for i, a := range r {
				b := r[(i+1)%len(r)]
				sum += float64(int64(a.X-r[0].X)*int64(b.Y-r[0].Y) - int64(b.X-r[0].X)*int64(a.Y-r[0].Y))
			}
		}
	}
	return sum
}
