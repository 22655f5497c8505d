package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// square is a cell of 100 × 100 steps of a thousandth of a degree.
func square(x0, y0, x1, y1 int32) geo.Area {
	const s = 10_000
	return geotest.Area(geo.MultiPolygon{{{{X: x0 * s, Y: y0 * s}, {X: x1 * s, Y: y0 * s}, {X: x1 * s, Y: y1 * s}, {X: x0 * s, Y: y1 * s}}}})
}

func at(code string, ground geo.Area) postgres.FillArea {
	return postgres.FillArea{Code: code, Name: "name of " + code, Kind: area.Basic, Ground: ground, Source: "test.geojson#1"}
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// fill imports and fails the test when that does not work.
func fill(tb testing.TB, s *postgres.Store, f postgres.Fill) *postgres.Filled {
	tb.Helper()
	f.Commit = true
	done, err := s.FillDraft(tb.Context(), f)
	if err != nil {
		tb.Fatal(err)
	}
	if !done.Committed {
		tb.Fatalf("the import was refused: %+v", done.Findings)
	}
	return done
}

// two is a district of two grids, west and east.
func two(edition string) postgres.Fill {
	return postgres.Fill{District: "D", DistrictName: "District", Edition: edition, Level: area.Grid, Coverage: area.Strict,
		Areas: []postgres.FillArea{at("W", square(0, 0, 10, 10)), at("E", square(10, 0, 20, 10))}}
}

func codesOf(found []area.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.Code)
	}
	return out
}

func load(tb testing.TB, s *postgres.Store, when postgres.At) map[string]*area.Version {
	tb.Helper()
	in, err := s.InForce(tb.Context(), when)
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]*area.Version{}
	for _, e := range in.Editions {
		versions, _, err := s.LoadEdition(tb.Context(), e.District, e.Edition)
		if err != nil {
			tb.Fatal(err)
		}
		for _, v := range versions {
			out[v.Level.String()+" "+v.Code] = v
		}
	}
	return out
}

func TestADryRunKeepsNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	done, err := s.FillDraft(t.Context(), two("2026"))
	if err != nil || done.Committed || done.Added != 2 || done.Scheme != area.Opaque {
		t.Fatalf("%+v, %v", done, err)
	}
	if editions, err := s.Editions(t.Context(), nil, postgres.Page{Most: 10}); err != nil || len(editions) != 0 {
		t.Errorf("left behind: %+v, %v", editions, err)
	}
}

func TestFindingsThatRefuseKeepNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	for name, tc := range map[string]struct {
		change func(*postgres.Fill)
		code   string
	}{
		"overlap": {func(f *postgres.Fill) { f.Areas[1].Ground = square(9, 0, 20, 10) }, "overlap"},
		"a gap between": {func(f *postgres.Fill) {
			f.Areas = append(f.Areas[:0:0], at("S", square(0, 0, 30, 10)), at("N", square(0, 20, 30, 30)), at("W", square(0, 10, 10, 20)), at("E", square(20, 10, 30, 20)))
		}, "gap"},
		"the national scheme": {func(f *postgres.Fill) { f.District, f.Scheme = "150102", area.GBT }, "bad_code"},
		"what the reader found": {func(f *postgres.Fill) {
			f.Findings = []area.Finding{{Code: "ring_crosses", Severity: area.Error, Level: area.Grid, ZH: "错", EN: "wrong"}}
		}, "ring_crosses"},
	} {
		t.Run(name, func(t *testing.T) {
			f := two("2026")
			tc.change(&f)
			f.Commit = true
			done, err := s.FillDraft(t.Context(), f)
			if err != nil || done.Committed || !slices.Contains(codesOf(done.Findings), tc.code) {
				t.Errorf("%+v, %v; want %s", done, err, tc.code)
			}
			if editions, err := s.Editions(t.Context(), nil, postgres.Page{Most: 10}); err != nil || len(editions) != 0 {
				t.Errorf("left behind: %+v, %v", editions, err)
			}
		})
	}
}

func TestTolerantCoverageListsAndGoesOn(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	f := two("2026")
	f.Coverage = area.Tolerant
	f.Areas[1].Ground = square(9, 0, 20, 10)
	done := fill(t, s, f)
	if got := codesOf(done.Findings); !slices.Equal(got, []string{"overlap"}) {
		t.Errorf("findings %v", got)
	}
	e, found, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{})
	if err != nil || len(e.Activations) != 1 || e.Findings != 1 {
		t.Errorf("%+v, %v, %v", e, found, err)
	}
	listed, err := s.Findings(t.Context(), "D", e.ID, postgres.Page{Most: 10})
	if err != nil || len(listed) != 1 || listed[0].Code != "overlap" || listed[0].M2 < 10_000 || listed[0].Place == nil || !slices.Equal(listed[0].Areas, []string{"E", "W"}) {
		t.Errorf("listed %+v, %v", listed, err)
	}
}

func TestLevelsAreLinkedByFieldOrByArea(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, postgres.Fill{District: "D", Edition: "2026", Level: area.Community, Areas: []postgres.FillArea{at("CW", square(0, 0, 10, 10)), at("CE", square(10, 0, 20, 10))}})
	grids := []postgres.FillArea{at("G1", square(0, 0, 10, 5)), at("G2", square(0, 5, 10, 10)), at("G3", square(10, 0, 20, 10))}
	grids[1].Parent = "CW"
	fill(t, s, postgres.Fill{Level: area.Grid, Areas: grids})
	park := at("P", square(8, 2, 14, 8))
	park.Kind = area.Dedicated
	fill(t, s, postgres.Fill{Level: area.Grid, Areas: []postgres.FillArea{park}})
	fill(t, s, postgres.Fill{Level: area.Compound, Areas: []postgres.FillArea{at("K", square(7, 0, 12, 10))}})
	if _, _, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	all := load(t, s, postgres.At{})
	for child, parent := range map[string]string{"grid G1": "community CW", "grid G2": "community CW", "grid G3": "community CE", "community CW": "district D", "grid P": "community CE", "compound K": "community CW"} {
		if all[child] == nil || all[parent] == nil || all[child].Parent != all[parent].AreaID {
			t.Errorf("%s is not under %s", child, parent)
		}
	}
	if d := all["district D"]; d.Ground.Box() != square(0, 0, 20, 10).Box() || d.Source != "union" {
		t.Errorf("the district's outline is %+v", d)
	}
	if m2 := all["grid G3"].AreaM2; m2 < 1.20e6 || m2 > 1.25e6 {
		t.Errorf("area %.0f m²; ten thousandths of a degree squared at the equator are about 1.23 km²", m2)
	}
	in, err := s.InForce(t.Context(), postgres.At{})
	if err != nil {
		t.Fatal(err)
	}
	_, memberships, err := s.LoadEdition(t.Context(), "D", in.Editions[0].Edition)
	if err != nil {
		t.Fatal(err)
	}
	k := memberships[all["compound K"].AreaID]
	if len(k) != 3 || k[0] != all["grid G3"].AreaID && k[0] != all["grid G1"].AreaID && k[0] != all["grid G2"].AreaID {
		t.Errorf("K lies in %v, want three grids", k)
	}
	if k[0] != all["grid G3"].AreaID { // 2/5 against 3/10 and 3/10
		t.Errorf("the grid with the largest share does not come first")
	}
}

func TestAParentThatIsNotThereRefuses(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	f := two("2026")
	f.Areas[0].Parent = "nowhere"
	f.Commit = true
	done, err := s.FillDraft(t.Context(), f)
	if err != nil || done.Committed || !slices.Contains(codesOf(done.Findings), "no_parent") {
		t.Errorf("%+v, %v", done, err)
	}
}

// An area keeps its identity from edition to edition, and a retired code is
// never given to something else.
func TestIdentityIsForLife(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("2025"))
	if _, _, err := s.Activate(t.Context(), "", "2025", day("2025-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	before := load(t, s, postgres.At{})
	only := two("2026")
	only.Areas = []postgres.FillArea{at("W", square(0, 0, 20, 10))} // E is retired
	only.Areas[0].Name = "renamed"
	fill(t, s, only)
	if _, _, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	back := two("2026-back") // and comes back
	fill(t, s, back)
	if _, _, err := s.Activate(t.Context(), "", "2026-back", day("2026-02-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	between := load(t, s, postgres.At{Valid: day("2026-01-15")})
	after := load(t, s, postgres.At{})
	if between["grid E"] != nil || between["grid W"].AreaID != before["grid W"].AreaID || between["grid W"].Name != "renamed" {
		t.Errorf("in between: %+v", between)
	}
	if after["grid E"].AreaID != before["grid E"].AreaID || after["district D"].AreaID != before["district D"].AreaID {
		t.Error("the code E came back as another area")
	}
	diff, err := s.Diff(t.Context(), "D", "2025", "2026")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diff {
		got = append(got, d.Code+" "+d.Change)
	}
	if want := []string{"E removed", "W redrawn", "W renamed"}; !slices.Equal(got, want) {
		t.Errorf("diff %v, want %v", got, want)
	}
}

func TestAnActiveEditionNeverChanges(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(t, s, two("2026"))
	if _, _, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	f := two("2026")
	f.Commit = true
	if _, err := s.FillDraft(t.Context(), f); !fault.Is(err, "edition_active") {
		t.Errorf("import into it: %v", err)
	}
	conn := connect(t, url)
	for _, sql := range []string{`UPDATE area_version SET name = 'x'`, `DELETE FROM area_version`, `UPDATE area_version SET lattice = ST_Translate(lattice, 1, 0)`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
	// Whoever switches the triggers off is noticed when the edition is loaded.
	for _, sql := range []string{`ALTER TABLE area_version DISABLE TRIGGER area_version_frozen`, `UPDATE area_version SET lattice = ST_Translate(lattice, 1, 0) WHERE code = 'W'`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	in, err := s.InForce(t.Context(), postgres.At{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.LoadEdition(t.Context(), "D", in.Editions[0].Edition); err == nil {
		t.Error("an edition that was tampered with was loaded")
	}
}

func TestTheTwoTimes(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	recorded := map[string]time.Time{}
	activate := func(name, from string) {
		t.Helper()
		e, _, err := s.Activate(t.Context(), "", name, day(from), postgres.Confirmation{}, postgres.Write{})
		if err != nil {
			t.Fatal(err)
		}
		recorded[name] = e.Activations[0].Recorded
		// Local midnight in Shanghai is 16:00 UTC of the day before.
		if got := e.Activations[0].Effective.UTC(); got != day(from).Add(-8*time.Hour) {
			t.Errorf("%s is effective at %v", name, got)
		}
		time.Sleep(2 * time.Millisecond)
	}
	for _, name := range []string{"A", "B", "A corrected", "ahead"} {
		fill(t, s, two(name))
		switch name {
		case "A":
			activate(name, "2026-01-01")
		case "B":
			activate(name, "2026-06-01")
		case "A corrected":
			activate(name, "2026-01-01")
		case "ahead":
			activate(name, "2200-01-01")
		}
	}
	name := func(at postgres.At) string {
		t.Helper()
		in, err := s.InForce(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if len(in.Editions) == 0 {
			return ""
		}
		return in.Editions[0].Name
	}
	for _, tc := range []struct {
		when postgres.At
		want string
	}{
		{postgres.At{}, "B"},
		{postgres.At{Valid: day("2025-12-31")}, ""},
		{postgres.At{Valid: day("2026-01-01")}, "A corrected"},
		{postgres.At{Valid: day("2026-05-31")}, "A corrected"},
		{postgres.At{Valid: day("2026-06-01")}, "B"},
		{postgres.At{Valid: day("2200-01-01")}, "ahead"},
		{postgres.At{Valid: day("2026-03-01"), Known: recorded["A"]}, "A"},
		{postgres.At{Valid: day("2026-03-01"), Known: recorded["B"]}, "A"},
		{postgres.At{Valid: day("2026-03-01"), Known: recorded["A corrected"]}, "A corrected"},
		{postgres.At{Valid: day("2026-07-01"), Known: recorded["A"]}, "A"},
		{postgres.At{Known: recorded["A"].Add(-time.Second)}, ""},
	} {
		if got := name(tc.when); got != tc.want {
			t.Errorf("at %v known %v: %q, want %q", tc.when.Valid, tc.when.Known, got, tc.want)
		}
	}
}

func TestActivationIsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	e := fill(t, s, two("2026")).Edition
	if _, _, err := s.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Version: e.Version + 1}); !fault.Is(err, "stale_version") {
		t.Errorf("a version that is not there: %v", err)
	}
	var all sync.WaitGroup
	for range 8 { // the same request, sent again and again
		all.Go(func() {
			got, _, err := s.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Version: e.Version, Key: "once", Request: []byte("2026 from January")})
			if err != nil || len(got.Activations) != 1 {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
	if _, _, err := s.Activate(t.Context(), "D", "2026", day("2026-02-01"), postgres.Confirmation{}, postgres.Write{Key: "once", Request: []byte("2026 from February")}); !fault.Is(err, "idempotency_key_reused") {
		t.Errorf("the key with another date: %v", err)
	}
	if _, _, err := s.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{Version: e.Version}); !fault.Is(err, "stale_version") {
		t.Errorf("the version from before the activation: %v", err)
	}
	other := fill(t, s, two("other")).Edition
	if _, _, err := s.Activate(t.Context(), "D", "other", day("2026-02-01"), postgres.Confirmation{}, postgres.Write{Version: other.Version, Key: "once", Request: []byte("other")}); !fault.Is(err, "idempotency_key_reused") {
		t.Errorf("the key with another edition: %v", err)
	}
	if _, _, err := s.Activate(t.Context(), "D", "nope", day("2026-02-01"), postgres.Confirmation{}, postgres.Write{}); !fault.Is(err, "no_such_edition") {
		t.Errorf("an edition that is not there: %v", err)
	}
	in, err := s.InForce(t.Context(), postgres.At{})
	if err != nil || in.Generation != 1 {
		t.Errorf("generation %d, %v; want 1", in.Generation, err)
	}
}

func TestDistrictsMayNotOverlap(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("2026"))
	beside := two("2026")
	beside.District, beside.Areas = "D2", []postgres.FillArea{at("X", square(20, 0, 30, 10))}
	fill(t, s, beside)
	across := two("2026")
	across.District, across.Areas = "D3", []postgres.FillArea{at("Y", square(15, 5, 40, 9))}
	fill(t, s, across)
	for district, code := range map[string]string{"D": "", "D2": "", "D3": "district_overlap"} {
		if district == "D3" {
			continue
		}
		if _, _, err := s.Activate(t.Context(), district, "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
			t.Fatalf("%s: %v, want %q", district, err, code)
		}
	}
	if _, _, err := s.Activate(t.Context(), "D3", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); !fault.Is(err, "district_overlap") {
		t.Errorf("an overlapping district: %v", err)
	}
	if _, _, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); !fault.Is(err, "no_district") {
		t.Errorf("no district named among three: %v", err)
	}
	in, err := s.InForce(t.Context(), postgres.At{})
	if err != nil || len(in.Editions) != 2 || in.Generation != 2 {
		t.Errorf("%+v, %v", in, err)
	}
}

// An edition that was meant as a small correction and holds nothing else says
// what it leaves out.
func TestWhatAnEditionLeavesOutIsSaid(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, postgres.Fill{District: "D", Edition: "2025", Level: area.Community, Areas: []postgres.FillArea{at("CW", square(0, 0, 10, 10)), at("CE", square(10, 0, 20, 10))}})
	fill(t, s, two("2025"))
	if _, found, err := s.Activate(t.Context(), "D", "2025", day("2025-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil || len(found) > 0 {
		t.Fatalf("the first edition: %v, %v", codesOf(found), err)
	}
	fill(t, s, postgres.Fill{District: "D", Edition: "2026", Level: area.Community, Areas: []postgres.FillArea{at("CW", square(0, 0, 10, 10))}})
	want := []string{"ground_lost", "level_lost"}
	_, found, err := s.CheckEdition(t.Context(), "D", "2026")
	if err != nil || !slices.Equal(codesOf(found), want) {
		t.Errorf("check: %v, %v", codesOf(found), err)
	}
	_, found, err = s.Activate(t.Context(), "D", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{})
	if err != nil || !slices.Equal(codesOf(found), want) {
		t.Errorf("activation: %v, %v", codesOf(found), err)
	}
}

// A district whose present edition lies elsewhere soon still stands where it
// stands until then.
func TestDistrictsMayNotOverlapAtAnyTimeToCome(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	here, away := two("here"), two("away")
	away.Areas = []postgres.FillArea{at("W", square(50, 0, 60, 10))}
	fill(t, s, here)
	fill(t, s, away)
	for name, from := range map[string]string{"here": "2026-01-01", "away": "2100-01-01"} {
		if _, _, err := s.Activate(t.Context(), "D", name, day(from), postgres.Confirmation{}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
	}
	other := two("2026")
	other.District, other.Areas = "D2", []postgres.FillArea{at("X", square(5, 5, 15, 9))}
	fill(t, s, other)
	if _, _, err := s.Activate(t.Context(), "D2", "2026", day("2026-06-01"), postgres.Confirmation{}, postgres.Write{}); !fault.Is(err, "district_overlap") {
		t.Errorf("over a district that is in force until 2100: %v", err)
	}
	if _, _, err := s.Activate(t.Context(), "D2", "2026", day("2100-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Errorf("once the other has moved away: %v", err)
	}
}

func TestAChangeOfKindIsADifference(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("A"))
	b := two("B")
	b.Areas[1].Kind = area.Dedicated
	b.Coverage = area.Tolerant
	fill(t, s, b)
	diff, err := s.Diff(t.Context(), "D", "A", "B")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(diff, func(d postgres.Difference) bool {
		return d.Code == "E" && d.Change == "rekinded" && d.Before == "basic" && d.After == "dedicated"
	}) {
		t.Errorf("diff %+v", diff)
	}
}

// TestImportsAndActivationsRace lets imports change drafts while they are being
// activated. Whatever is in force afterwards is what was checked.
func TestImportsAndActivationsRace(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("start"))
	rng := rand.New(rand.NewPCG(1, 2))
	var conflicts, activated int
	for round := range 12 {
		name := fmt.Sprintf("round %d", round)
		fill(t, s, two(name))
		var all sync.WaitGroup
		importAfter, activateAfter := time.Duration(rng.IntN(15))*time.Millisecond, time.Duration(rng.IntN(15))*time.Millisecond
		all.Go(func() {
			time.Sleep(importAfter)
			f := two(name)
			f.Areas[0].Name = "changed"
			f.Commit = true
			if _, err := s.FillDraft(t.Context(), f); fault.Is(err, "edition_active") {
				conflicts++
			} else if err != nil {
				t.Errorf("import: %v", err)
			}
		})
		all.Go(func() {
			time.Sleep(activateAfter)
			if _, _, err := s.Activate(t.Context(), "", name, day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
				t.Errorf("activate: %v", err)
			} else {
				activated++
			}
		})
		all.Wait()
		load(t, s, postgres.At{}) // fails when the content differs from what was checked
	}
	t.Logf("%d activated, of them %d before the import came", activated, conflicts)
}

func TestALockHeldTooLongIsSaid(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, err := postgres.Open(t.Context(), url+"&lock_timeout=300ms")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(t, s, two("2026"))
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), `BEGIN; SELECT * FROM generation FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{})
	if !fault.Is(err, "database_unavailable") {
		t.Errorf("%v, want database_unavailable, to be tried again", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := s.InForce(ctx, postgres.At{}); err == nil {
		t.Error("a request that has run out of time got an answer")
	}
	if _, err := conn.Exec(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestWhatGoesInComesOut stores real winding polygons with holes and enclaves
// and reads back the same rings.
func TestWhatGoesInComesOut(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	rng := rand.New(rand.NewPCG(7, 8))
	p := geotest.NewPartition(rng, 8, 8, 16, geotest.Hohhot)
	p.Enclaves(rng)
	f := postgres.Fill{District: "D", Edition: "2026", Level: area.Grid, Coverage: area.Strict}
	grounds := p.Areas()
	for i, g := range grounds {
		f.Areas = append(f.Areas, at(fmt.Sprintf("G%02d", i), g))
	}
	fill(t, s, f)
	if _, _, err := s.Activate(t.Context(), "", "2026", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	all := load(t, s, postgres.At{})
	for i, g := range grounds {
		v := all[fmt.Sprintf("grid G%02d", i)]
		if fmt.Sprint(v.Ground.Polygons()) != fmt.Sprint(g.Polygons()) || v.Parent != all["district D"].AreaID || v.AreaID == uuid.Nil {
			t.Errorf("%s came out differently", v.Code)
		}
	}
	if errors.Is(t.Context().Err(), context.Canceled) {
		t.Fatal("out of time")
	}
}
