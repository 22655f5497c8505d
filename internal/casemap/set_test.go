package casemap_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/casemap"
	"wangge/internal/geo"
)

var (
	noon     = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	world    = geo.Box{Min: geo.Point{X: -180e7, Y: -90e7}, Max: geo.Point{X: 180e7, Y: 90e7}}
	everyone = &casemap.Filter{Everywhere: true}
)

func id(n int) (u uuid.UUID) {
	binary.BigEndian.PutUint64(u[8:], uint64(n+1))
	return u
}

// many makes cases around the middle of Hohhot, the same each time.
func many(n int) []casemap.Case {
	rng := rand.New(rand.NewPCG(1, 2)) // fixed seed: runs compare
	states := []string{"reported", "dispatched", "handling", "suspended", "closed"}
	cases := make([]casemap.Case, n)
	for i := range cases {
		state := states[rng.IntN(len(states))]
		cases[i] = casemap.Case{ID: id(i), District: "150102", Point: geo.Point{X: 1116000000 + rng.Int32N(2000000), Y: 408000000 + rng.Int32N(1500000)},
			Lo: int32(rng.IntN(500)) - 1, Kind: []string{"component", "event"}[rng.IntN(2)], Code: fmt.Sprintf("%02d%02d", 1+rng.IntN(6), rng.IntN(30)),
			State: state, Open: state != "closed", ReportedAt: noon.Add(-time.Duration(rng.IntN(30*24)) * time.Hour), Due: noon.Add(time.Duration(rng.IntN(200)-100) * time.Hour),
			Unit: id(rng.IntN(40)), Assignee: id(1000 + rng.IntN(400)), Version: 1}
	}
	return cases
}

func ids(s *casemap.Set, box geo.Box, f *casemap.Filter) (out []uuid.UUID) {
	for c := range s.Within(box, f) {
		out = append(out, c.ID)
	}
	slices.SortFunc(out, compare)
	return out
}

func shows(f *casemap.Filter, c casemap.Case) bool {
	p := casemap.Place(c)
	return f.Shows(&p)
}

func compare(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }

// What a box holds is what going through all cases finds.
func TestWithinFindsWhatTheBoxHolds(t *testing.T) {
	t.Parallel()
	all := many(3000)
	var s casemap.Set
	s.Replace(all[:2000])
	for _, c := range all[2000:] {
		s.Put(c)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	filters := []casemap.Filter{{}, {Everywhere: true}, {Scopes: []casemap.Scope{{"150102", 10, 200}}}, {Units: []uuid.UUID{id(3)}},
		{Everywhere: true, Codes: []string{"01", "0203"}, OpenOnly: true}, {Everywhere: true, Overdue: true, Now: noon}}
	for n := range 600 {
		f := &filters[n%len(filters)]
		a, b := all[rng.IntN(len(all))].Point, all[rng.IntN(len(all))].Point
		box := geo.Box{Min: geo.Point{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, Max: geo.Point{X: max(a.X, b.X), Y: max(a.Y, b.Y)}}
		var want []uuid.UUID
		for i := range all {
			p := all[i].Point
			if p.X >= box.Min.X && p.X <= box.Max.X && p.Y >= box.Min.Y && p.Y <= box.Max.Y && shows(f, all[i]) {
				want = append(want, all[i].ID)
			}
		}
		slices.SortFunc(want, compare)
		if got := ids(&s, box, f); !slices.Equal(got, want) {
			t.Fatalf("%v shows %d cases of %+v, not %d", box, len(got), f, len(want))
		}
	}
}

func TestTheNewerVersionStays(t *testing.T) {
	t.Parallel()
	var s casemap.Set
	at := func(version int64, state string, unplaced bool) casemap.Case {
		return casemap.Case{ID: id(1), Point: geo.Point{X: 1116000000 + int32(version), Y: 408000000}, State: state, Version: version, Unplaced: unplaced}
	}
	shown := func() (states string) {
		for c := range s.Within(world, everyone) {
			states += c.State + " "
		}
		return states
	}
	for i, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, ""},
		{func() { s.Put(at(2, "two", false)) }, "two "},
		{func() { s.Put(at(1, "one", false)) }, "two "},
		{func() { s.Put(at(2, "again", false)) }, "again "}, // its place in the tree may be another
		{func() { s.Replace([]casemap.Case{at(1, "one", false)}) }, "again "},
		{func() { s.Replace([]casemap.Case{at(3, "three", false), at(4, "four", false), at(3, "three", false)}) }, "four "},
		{func() { s.Put(at(5, "nowhere", true)) }, ""},
		{func() { s.Put(at(4, "four", false)) }, ""},
		{func() { s.Put(at(6, "six", false)) }, "six "},
		{func() { s.Remove(id(2)) }, "six "},
		{func() { s.Remove(id(1)) }, ""},
		{func() { s.Put(at(1, "one", false)) }, "one "},
		{func() { s.Replace(nil) }, ""},
	} {
		step.do()
		if got := shown(); got != step.want {
			t.Fatalf("after step %d the map shows %q, not %q", i, got, step.want)
		}
	}
}

// Whoever reads while others write sees a state that there was.
func TestReadersSeeWholeStates(t *testing.T) {
	t.Parallel()
	var s casemap.Set
	s.Replace(many(2000))
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := range 500 {
				c := many(1)[0]
				c.ID, c.Version, c.Point.X = id(w*500+n), 2, 1116000000+int32(n)
				s.Put(c)
			}
		})
	}
	for range 50 {
		if n := len(ids(&s, world, everyone)); n != 2000 {
			t.Errorf("%d cases", n)
		}
	}
	writers.Wait()
	if n := len(ids(&s, world, everyone)); n != 2000 || s.Len() != 2000 {
		t.Errorf("%d cases at the end, %d counted", n, s.Len())
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	known := casemap.Case{District: "D", Lo: 5, Kind: "event", Code: "0401", State: "handling", Open: true, ReportedAt: noon, Due: noon, Unit: id(1), Assignee: id(2)}
	unknown := known
	unknown.Lo, unknown.Unit, unknown.Assignee = -1, uuid.Nil, uuid.Nil
	all := func(f casemap.Filter) casemap.Filter { f.Everywhere = true; return f }
	for _, tc := range []struct {
		name           string
		f              casemap.Filter
		known, unknown bool
	}{
		{"nothing", casemap.Filter{}, false, false},
		{"everything", all(casemap.Filter{}), true, true},
		{"its area", casemap.Filter{Scopes: []casemap.Scope{{"D", 5, 6}}}, true, false},
		{"the area before", casemap.Filter{Scopes: []casemap.Scope{{"D", 0, 5}}}, false, false},
		{"another district", casemap.Filter{Scopes: []casemap.Scope{casemap.WholeDistrict("E")}}, false, false},
		{"the whole district", casemap.Filter{Scopes: []casemap.Scope{casemap.WholeDistrict("D")}}, true, true},
		{"its unit", casemap.Filter{Units: []uuid.UUID{id(1)}}, true, false},
		{"no unit is nobody's", casemap.Filter{Units: []uuid.UUID{uuid.Nil}, Assignees: []uuid.UUID{uuid.Nil}}, false, false},
		{"its assignee", casemap.Filter{Assignees: []uuid.UUID{id(2)}}, true, false},
		{"its state", all(casemap.Filter{States: []string{"filed", "handling"}}), true, true},
		{"another state", all(casemap.Filter{States: []string{"filed"}}), false, false},
		{"another kind", all(casemap.Filter{Kinds: []string{"component"}}), false, false},
		{"beginning of its code", all(casemap.Filter{Codes: []string{"04"}}), true, true},
		{"another code", all(casemap.Filter{Codes: []string{"0402"}}), false, false},
		{"from that moment", all(casemap.Filter{From: noon}), true, true},
		{"until that moment", all(casemap.Filter{To: noon}), false, false},
		{"overdue at its time", all(casemap.Filter{Overdue: true, Now: noon}), true, true},
		{"not overdue before", all(casemap.Filter{Overdue: true, Now: noon.Add(-time.Microsecond)}), false, false},
		{"asked for its unit", all(casemap.Filter{Unit: id(1)}), true, false},
	} {
		if got := shows(&tc.f, known); got != tc.known {
			t.Errorf("%s: the known case is shown: %v", tc.name, got)
		}
		if got := shows(&tc.f, unknown); got != tc.unknown {
			t.Errorf("%s: the unknown case is shown: %v", tc.name, got)
		}
	}
}

func TestUrgency(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		c    casemap.Case
		want string
	}{
		{casemap.Case{Open: true}, "normal"},
		{casemap.Case{Open: true, Due: noon}, "overdue"},
		{casemap.Case{Open: true, Due: noon.Add(2 * time.Hour)}, "soon"},
		{casemap.Case{Open: true, Due: noon.Add(2*time.Hour + time.Microsecond)}, "normal"},
		{casemap.Case{Open: true, Due: noon.Add(9 * time.Hour), SoonAt: noon}, "soon"},
		{casemap.Case{Open: true, Due: noon.Add(time.Hour), SoonAt: noon.Add(time.Microsecond)}, "normal"},
		{casemap.Case{Open: true, Due: noon.Add(-time.Hour), State: "suspended"}, "suspended"},
		{casemap.Case{Due: noon.Add(-time.Hour)}, "done"},
	} {
		p := casemap.Place(tc.c)
		if got := p.Urgency(noon).String(); got != tc.want {
			t.Errorf("%+v is %s, not %s", tc.c, got, tc.want)
		}
	}
}

// BenchmarkPut replaces a case among 300,000, with somebody reading after each.
func BenchmarkPut(b *testing.B) {
	var s casemap.Set
	all := many(300_000)
	s.Replace(all)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c := all[i%len(all)]
		c.Version = int64(i + 2)
		s.Put(c)
	}
}

func BenchmarkReplace(b *testing.B) {
	all := many(300_000)
	for b.Loop() {
		var s casemap.Set
		s.Replace(all)
	}
}
