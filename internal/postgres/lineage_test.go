package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/lineage"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// strip is the naive model of a district: a row of cells, each owned by a grid,
// each grid hung under a community.
type strip struct {
	grids []run // from west to east
	next  int   // number of the next new code
}

// run is a grid that holds some cells in a row.
type run struct {
	id          int // for life
	code, name  string
	cells       int
	communities int // which community it hangs under, from west to east
}

const cellsOfStrip = 12

func newStrip() *strip {
	m := &strip{}
	for i := range 6 {
		m.grids = append(m.grids, run{id: i, code: fmt.Sprintf("G%02d", i), name: fmt.Sprintf("格 %d", i), cells: 2, communities: i / 2})
	}
	m.next = 6
	return m
}

func (m *strip) fresh() (id int, code string) {
	m.next++
	return m.next - 1, fmt.Sprintf("G%02d", m.next-1)
}

// owner is the grid of a cell.
func (m *strip) owner(cell int) run {
	for _, g := range m.grids {
		if cell -= g.cells; cell < 0 {
			return g
		}
	}
	panic("no such cell")
}

// change makes one random change, and returns what it was.
func (m *strip) change(rng *rand.Rand) (*strip, lineage.Kind) {
	for {
		n := &strip{grids: slices.Clone(m.grids), next: m.next}
		i := rng.IntN(len(n.grids))
		g := &n.grids[i]
		right := i+1 < len(n.grids)
		switch kind := lineage.Kinds[rng.IntN(len(lineage.Kinds))]; kind {
		case lineage.Rename:
			g.name += "新"
			return n, kind
		case lineage.Recode:
			_, g.code = n.fresh()
			return n, kind
		case lineage.Split:
			if g.cells < 2 {
				continue
			}
			id, code := n.fresh()
			part := run{id: id, code: code, name: "新格", cells: 1 + rng.IntN(g.cells-1), communities: g.communities}
			g.cells -= part.cells
			n.grids = slices.Insert(n.grids, i+1, part)
			return n, kind
		case lineage.Merge:
			if !right || n.grids[i+1].communities != g.communities {
				continue
			}
			g.cells += n.grids[i+1].cells
			n.grids = slices.Delete(n.grids, i+1, i+2)
			return n, kind
		case lineage.Transfer:
			switch {
			case right && n.grids[i+1].communities != g.communities && n.count(g.communities) > 1: // to the next community
				g.communities = n.grids[i+1].communities
				return n, kind
			case right && g.cells > 1: // ground to the next grid
				g.cells--
				n.grids[i+1].cells++
				return n, kind
			}
		}
	}
}

func (m *strip) count(community int) (n int) {
	for _, g := range m.grids {
		if g.communities == community {
			n++
		}
	}
	return n
}

func (m *strip) fill(tb testing.TB, s *postgres.Store, district string, south int32, edition string) {
	tb.Helper()
	var grids, communities []postgres.FillArea
	west := int32(0)
	for _, g := range m.grids {
		east := west + int32(g.cells)
		ground := square(west, south, east, south+1)
		community := fmt.Sprintf("C%d", g.communities)
		grids = append(grids, postgres.FillArea{Code: g.code, Name: g.name, Kind: area.Basic, Parent: community, Ground: ground, Source: "test"})
		if n := len(communities); n > 0 && communities[n-1].Code == community {
			from := communities[n-1].Ground.Box().Min.X / 10_000
			communities[n-1].Ground = square(from, south, east, south+1)
		} else {
			communities = append(communities, postgres.FillArea{Code: community, Name: community, Kind: area.Basic, Ground: ground, Source: "test"})
		}
		west = east
	}
	// The vertices between grids lie on the borders of communities as well,
	// where the check finds them.
	for _, f := range []postgres.Fill{{Level: area.Community, Areas: communities}, {Level: area.Grid, Areas: grids}} {
		f.District, f.Edition, f.Coverage, f.Scheme = district, edition, area.Strict, area.Opaque
		for _, found := range fill(tb, s, f).Findings {
			if found.Severity == area.Error {
				tb.Fatal(found.ZH)
			}
		}
	}
}

// sequences is how many random histories are lived through: some, or all of
// promise P25 in an acceptance run.
func sequences() int {
	if os.Getenv("WANGGE_ACCEPT") != "" {
		return 1000
	}
	return 100
}

// TestAThousandHistories lives through random splits, merges, transfers and
// recodes, with corrections of the past, and holds every answer to the model.
func TestAThousandHistories(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	for k := range sequences() {
		liveThrough(t, s, rand.New(rand.NewPCG(4, uint64(k))), fmt.Sprintf("D%03d", k), int32(2*k))
		if t.Failed() {
			t.Fatalf("sequence %d", k)
		}
	}
	t.Logf("acceptance: P25 %d random histories of splits, merges, transfers, recodes and corrections: every answer the model's, nobody orphaned", sequences())
}

type activation struct {
	model    *strip
	edition  string
	from     time.Time
	recorded time.Time
}

func liveThrough(t *testing.T, s *postgres.Store, rng *rand.Rand, district string, south int32) {
	t.Helper()
	var acts []activation
	ids := map[int]uuid.UUID{} // of the model's grids
	model := newStrip()
	day := day("2020-01-01")
	for k := range 3 + rng.IntN(2) {
		edition := fmt.Sprintf("E%d", k)
		from := day
		switch {
		case k == 0:
		case k > 1 && rng.IntN(4) == 0 && acts[k-1].from.After(acts[0].from): // the last one is corrected
			from = acts[k-1].from
			before := acts[0]
			for _, a := range acts {
				if a.from.Before(from) && !a.from.Before(before.from) {
					before = a
				}
			}
			base := &strip{grids: before.model.grids, next: acts[k-1].model.next} // codes are not given twice
			model, _ = base.change(rng)
		default:
			model, _ = model.change(rng)
			day = day.AddDate(0, 0, 1+rng.IntN(300))
			from = day
		}
		model.fill(t, s, district, south, edition)
		e, _, err := s.Activate(t.Context(), district, edition, from, postgres.Confirmation{AsProposed: true}, postgres.Write{})
		if err != nil {
			t.Fatal(err)
		}
		acts = append(acts, activation{model, edition, from, e.Activations[0].Recorded})
	}
	// The answers are those of the model, at any valid and recorded time.
	for range 12 {
		known := acts[rng.IntN(len(acts))].recorded
		valid := acts[0].from.AddDate(0, 0, rng.IntN(1200)-20)
		var want *activation
		for i := range acts {
			if a := &acts[i]; !a.recorded.After(known) && !a.from.After(valid) && (want == nil || !a.from.Before(want.from)) {
				want = a
			}
		}
		in, err := s.InForce(t.Context(), postgres.At{Valid: valid, Known: known})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(in.Editions, func(e postgres.EditionInForce) bool { return e.District == district })
		if want == nil {
			if i >= 0 {
				t.Errorf("%s at %v known %v: %s, want nothing", district, valid, known, in.Editions[i].Name)
			}
			continue
		}
		if i < 0 || in.Editions[i].Name != want.edition {
			t.Fatalf("%s at %v known %v: %+v, want %s", district, valid, known, in.Editions, want.edition)
		}
		versions, _, err := s.LoadEdition(t.Context(), district, in.Editions[i].Edition)
		if err != nil {
			t.Fatal(err)
		}
		for cell := range cellsOfStrip {
			g := want.model.owner(cell)
			p := geo.Point{X: int32(cell)*10_000 + 5000, Y: south*10_000 + 5000}
			var owners []*area.Version
			for _, v := range versions {
				if v.Level == area.Grid && v.Ground.Covers(p) {
					owners = append(owners, v)
				}
			}
			if len(owners) != 1 || owners[0].Code != g.code || owners[0].Name != g.name {
				t.Errorf("%s, cell %d on %v: %v, want %s", district, cell, valid, owners, g.code)
				continue
			}
			if id, known := ids[g.id]; known && id != owners[0].AreaID {
				t.Errorf("%s: grid %d has two identities", district, g.id)
			}
			ids[g.id] = owners[0].AreaID
		}
	}
	nobodyIsOrphaned(t, s, district, south, acts)
}

// nobodyIsOrphaned follows the ground of every cell from the first edition to
// today's, and back.
func nobodyIsOrphaned(t *testing.T, s *postgres.Store, district string, south int32, acts []activation) {
	t.Helper()
	last := acts[0]
	for _, a := range acts {
		if !a.from.Before(last.from) {
			last = a
		}
	}
	for cell := range cellsOfStrip {
		then, now := acts[0].model.owner(cell), last.model.owner(cell)
		d, err := s.Successors(t.Context(), district, area.Grid, then.code, postgres.At{Valid: acts[0].from})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(d.Ends, func(e postgres.Stay) bool { return e.Code == now.code }) {
			t.Errorf("%s, cell %d: %s became %v, not %s", district, cell, then.code, d.Ends, now.code)
		}
		if d, err = s.Predecessors(t.Context(), district, area.Grid, now.code, postgres.At{}); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(d.Ends, func(e postgres.Stay) bool { return e.Code == then.code }) {
			t.Errorf("%s, cell %d: %s came from %v, not %s", district, cell, now.code, d.Ends, then.code)
		}
		places, err := s.PlaceHistory(t.Context(), geo.Point{X: int32(cell)*10_000 + 5000, Y: south*10_000 + 5000}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		first, final := places[0].Chain, places[len(places)-1].Chain
		if first[len(first)-1].Code != then.code || final[len(final)-1].Code != now.code {
			t.Errorf("%s, cell %d: from %v to %v, want %s to %s", district, cell, first, final, then.code, now.code)
		}
		for i, p := range places[1:] {
			if len(p.Links) == 0 {
				t.Errorf("%s, cell %d: nothing says how %v became %v", district, cell, places[i].Chain, p.Chain)
			}
		}
	}
}

func TestARecodedAreaKeepsItsIdentity(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("A"))
	if _, _, err := s.Activate(t.Context(), "D", "A", day("2020-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	recoded := two("B")
	recoded.Areas[1].Code = "E2"
	fill(t, s, recoded)
	before, links, err := s.Lineage(t.Context(), "", "B", day("2023-01-01"))
	if err != nil || before != "A" || len(links) != 1 || links[0].Kind != lineage.Recode || links[0].From.Code != "E" || links[0].To.Code != "E2" {
		t.Fatalf("proposed from %q: %+v, %v", before, links, err)
	}
	for name, bad := range map[string]postgres.Choice{
		"no such code":         {Level: area.Grid, Kind: lineage.Recode, From: "X", To: "E2"},
		"both go on":           {Level: area.Grid, Kind: lineage.Recode, From: "W", To: "E2"},
		"it was not merged":    {Level: area.Grid, Kind: lineage.Merge, From: "W", To: "E2"},
		"not between two":      {Level: area.Grid, Kind: lineage.Rename, From: "E", To: "E2"},
		"a kind nobody knows":  {Level: area.Grid, Kind: "eaten", From: "E", To: "E2"},
		"a code not of this":   {Level: area.Grid, Kind: lineage.Split, From: "E", To: "E"},
		"a level not of these": {Level: area.Community, Kind: lineage.Split, From: "E", To: "E2"},
	} {
		if _, _, err := s.Activate(t.Context(), "D", "B", day("2023-01-01"), postgres.Confirmation{Links: []postgres.Choice{bad}}, postgres.Write{}); !fault.Is(err, "lineage_unfit") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := s.Activate(t.Context(), "D", "B", day("2023-01-01"), postgres.Confirmation{Links: []postgres.Choice{{area.Grid, lineage.Recode, "E", "E2"}}}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	was, is := load(t, s, postgres.At{Valid: day("2022-12-31")})["grid E"], load(t, s, postgres.At{})["grid E2"]
	if was.AreaID != is.AreaID {
		t.Error("the same grid has two identities")
	}
	h, err := s.AreaHistory(t.Context(), "D", area.Grid, "E", time.Time{})
	if err != nil || len(h.Stays) != 2 || h.Stays[0].Code != "E" || h.Stays[1].Code != "E2" || h.Stays[0].Until.Format(time.DateOnly) != "2023-01-01" || len(h.Links) != 1 || !h.Links[0].Confirmed {
		t.Errorf("history: %+v, %v", h, err)
	}
	// The old code is never given to something else.
	third := two("C")
	third.Areas = []postgres.FillArea{at("W", square(0, 0, 10, 10)), at("E2", square(10, 0, 15, 10)), at("E", square(15, 0, 20, 10))}
	done, err := s.FillDraft(t.Context(), third)
	if err != nil || !done.Refused || !slices.Contains(codesOf(done.Findings), "code_retired") {
		t.Errorf("a retired code for something else: %+v, %v", done, err)
	}
	// Under its old code it is itself again.
	fill(t, s, two("D"))
	if _, _, err := s.Activate(t.Context(), "D", "D", day("2024-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	if again := load(t, s, postgres.At{})["grid E"]; again.AreaID != was.AreaID {
		t.Error("an area that takes its old code back is another one")
	}
}

// A link that nobody confirmed ties two areas, and leaves each its identity.
func TestUnconfirmedLineageIsSaid(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("A"))
	recoded := two("B")
	recoded.Areas[1].Code = "E2"
	fill(t, s, recoded)
	for _, e := range [][2]string{{"A", "2020-01-01"}, {"B", "2023-01-01"}} {
		if _, _, err := s.Activate(t.Context(), "D", e[0], day(e[1]), postgres.Confirmation{}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := s.Successors(t.Context(), "D", area.Grid, "E", postgres.At{})
	if err != nil || len(d.Links) != 1 || d.Links[0].Confirmed || d.Links[0].Same() || len(d.Ends) != 1 || d.Ends[0].Code != "E2" {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := s.Successors(t.Context(), "D", area.Grid, "E2", postgres.At{Valid: day("2021-01-01")}); !fault.Is(err, "no_such_area") {
		t.Errorf("a code before its time: %v", err)
	}
}

// A correction of the past ties itself to what follows.
func TestACorrectionIsTiedToWhatFollows(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	split := two("B")
	split.Areas = []postgres.FillArea{at("W", square(0, 0, 5, 10)), at("M", square(5, 0, 10, 10)), at("E", square(10, 0, 20, 10))}
	corrected := two("A corrected")
	corrected.Areas[0].Name = "West"
	for _, e := range []struct {
		f    postgres.Fill
		from string
	}{{two("A"), "2020-01-01"}, {split, "2023-01-01"}, {corrected, "2020-01-01"}} {
		fill(t, s, e.f)
		if _, _, err := s.Activate(t.Context(), "D", e.f.Edition, day(e.from), postgres.Confirmation{AsProposed: true}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	h, err := s.AreaHistory(t.Context(), "D", area.Grid, "W", time.Time{})
	if err != nil || len(h.Stays) != 2 || h.Stays[0].Name != "West" || h.Stays[0].Names[0] != "A corrected" {
		t.Fatalf("%+v, %v", h, err)
	}
	var kinds []lineage.Kind
	for _, l := range h.Links {
		kinds = append(kinds, l.Kind)
	}
	if !slices.Equal(kinds, []lineage.Kind{lineage.Split, lineage.Rename}) {
		t.Errorf("links: %v", kinds)
	}
}

// A code that a draft beside it uses already does not keep an area from being
// itself; the draft is the same area's from then on.
func TestOtherDraftsFollowARecode(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	recoded := func(name string) postgres.Fill {
		f := two(name)
		f.Areas[1].Code = "E2"
		return f
	}
	fill(t, s, two("A"))
	if _, _, err := s.Activate(t.Context(), "D", "A", day("2020-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	fill(t, s, recoded("B"))
	fill(t, s, recoded("C"))
	if _, _, err := s.CheckEdition(t.Context(), "D", "C"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"B", "C"} {
		if _, _, err := s.Activate(t.Context(), "D", name, day("2023-01-01"), postgres.Confirmation{AsProposed: true}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
		if load(t, s, postgres.At{Valid: day("2022-01-01")})["grid E"].AreaID != load(t, s, postgres.At{})["grid E2"].AreaID {
			t.Errorf("after %s the grid has two identities", name)
		}
	}
}

// What was recorded is not told otherwise by a later activation, least of all as
// it was known before.
func TestRecordedLineageStands(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	split := two("B")
	split.Areas = []postgres.FillArea{at("W", square(0, 0, 5, 10)), at("M", square(5, 0, 10, 10)), at("E", square(10, 0, 20, 10))}
	fill(t, s, two("A"))
	fill(t, s, split)
	activate := func(name, from string, says postgres.Confirmation) {
		t.Helper()
		if _, _, err := s.Activate(t.Context(), "D", name, day(from), says, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	links := func(known time.Time) (kinds []lineage.Kind, confirmed bool) {
		t.Helper()
		h, err := s.AreaHistory(t.Context(), "D", area.Grid, "W", known)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range h.Links {
			kinds, confirmed = append(kinds, l.Kind), l.Confirmed
		}
		return kinds, confirmed
	}
	activate("A", "2020-01-01", postgres.Confirmation{})
	activate("B", "2023-01-01", postgres.Confirmation{Links: []postgres.Choice{}}) // nothing of it holds
	first := time.Now()
	if kinds, _ := links(time.Time{}); len(kinds) > 0 {
		t.Fatalf("a steward said that nothing passed: %v", kinds)
	}
	activate("B", "2022-01-01", postgres.Confirmation{})
	if kinds, _ := links(time.Time{}); len(kinds) > 0 {
		t.Errorf("an activation that says nothing changed what was confirmed: %v", kinds)
	}
	activate("B", "2021-01-01", postgres.Confirmation{AsProposed: true})
	if kinds, confirmed := links(time.Time{}); !slices.Equal(kinds, []lineage.Kind{lineage.Split}) || !confirmed {
		t.Errorf("confirmed anew: %v", kinds)
	}
	if kinds, _ := links(first); len(kinds) > 0 {
		t.Errorf("as known before, it is told otherwise: %v", kinds)
	}
}

func TestLinksNeedGround(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("A"))
	if _, _, err := s.Activate(t.Context(), "D", "A", day("2020-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	fill(t, s, two("B"))
	far := postgres.Choice{Level: area.Grid, Kind: lineage.Split, From: "W", To: "E"}
	for name, links := range map[string][]postgres.Choice{"no ground in common": {far}, "far more than there are areas": slices.Repeat([]postgres.Choice{far}, 100)} {
		_, _, err := s.Activate(t.Context(), "D", "B", day("2023-01-01"), postgres.Confirmation{Links: links}, postgres.Write{})
		if f, ok := fault.As(err); !ok || f.Code != "lineage_unfit" || !strings.Contains(f.EN, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who took over a part may have lost other ground since: that is nobody's heir.
func TestSuccessorsHaveTheGround(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	for _, e := range []struct {
		name, from string
		areas      []postgres.FillArea
	}{
		{"1", "2020-01-01", []postgres.FillArea{at("A", square(0, 0, 10, 10)), at("B", square(10, 0, 20, 10))}},
		{"2", "2021-01-01", []postgres.FillArea{at("A", square(0, 0, 9, 10)), at("B", square(9, 0, 20, 10))}},
		{"3", "2022-01-01", []postgres.FillArea{at("A", square(0, 0, 9, 10)), at("B", square(9, 0, 15, 10)), at("C", square(15, 0, 20, 10))}},
	} {
		f := two(e.name)
		f.Areas = e.areas
		fill(t, s, f)
		if _, _, err := s.Activate(t.Context(), "D", e.name, day(e.from), postgres.Confirmation{}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	ends := func(d *postgres.Descent, err error) (codes []string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range d.Ends {
			codes = append(codes, e.Code)
		}
		return codes
	}
	if got := ends(s.Successors(t.Context(), "D", area.Grid, "A", postgres.At{Valid: day("2020-06-01")})); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("successors of A: %v", got)
	}
	if got := ends(s.Predecessors(t.Context(), "D", area.Grid, "C", postgres.At{})); !slices.Equal(got, []string{"B"}) {
		t.Errorf("predecessors of C: %v", got)
	}
}

// A place that passed from one district to another has one history.
func TestAPlaceThatPassedBetweenDistricts(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	for _, e := range []struct {
		district, name, from string
		areas                []postgres.FillArea
	}{
		{"DA", "a1", "2020-01-01", []postgres.FillArea{at("A1", square(0, 0, 10, 10)), at("A2", square(10, 0, 20, 10))}},
		{"DA", "a2", "2021-01-01", []postgres.FillArea{at("A1", square(0, 0, 10, 10))}},
		{"DB", "b1", "2021-01-01", []postgres.FillArea{at("B2", square(10, 0, 20, 10))}},
		{"DA", "a1 corrected", "2020-02-01", []postgres.FillArea{at("A1", square(0, 0, 10, 10)), at("A2", square(10, 0, 20, 10))}}, // it ends before DB begins
	} {
		f := two(e.name)
		f.District, f.DistrictName, f.Areas = e.district, e.district, e.areas
		fill(t, s, f)
		if _, _, err := s.Activate(t.Context(), e.district, e.name, day(e.from), postgres.Confirmation{AsProposed: true}, postgres.Write{}); err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
	}
	list, err := s.PlaceHistory(t.Context(), geo.Point{X: 150_000, Y: 50_000}, time.Time{})
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if a, b := list[0], list[1]; a.District != "DA" || a.Until.Format(time.DateOnly) != "2021-01-01" || a.Chain[len(a.Chain)-1].Code != "A2" ||
		b.District != "DB" || b.From.Format(time.DateOnly) != "2021-01-01" || b.Until != nil || b.Chain[len(b.Chain)-1].Code != "B2" {
		t.Errorf("%+v", list)
	}
	if list, err = s.PlaceHistory(t.Context(), geo.Point{X: 900_000, Y: 50_000}, time.Time{}); err != nil || len(list) != 0 {
		t.Errorf("outside: %+v, %v", list, err)
	}
}

func TestTwoDraftsOfOneNameAtOnce(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("A"))
	var all sync.WaitGroup
	var made, refused atomic.Int32
	for range 8 {
		all.Go(func() {
			switch _, err := s.NewDraft(t.Context(), "D", "B", "A"); {
			case err == nil:
				made.Add(1)
			case fault.Is(err, "edition_exists"):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 || refused.Load() != 7 {
		t.Errorf("%d made, %d refused", made.Load(), refused.Load())
	}
}
