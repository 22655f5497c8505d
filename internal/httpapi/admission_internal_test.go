package httpapi

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"wangge/internal/policy"
)

// TestEveryOperationHasAClass: what is given up first is nobody's report.
func TestEveryOperationHasAClass(t *testing.T) {
	t.Parallel()
	for id, rule := range access {
		of := classOf(id)
		if (of == intakeClass) != (rule.action == policy.CaseCreate && (id == "incident-report" || id == "photo-begin" || id == "photo-progress")) {
			t.Errorf("%s is of the class %s", id, of)
		}
		if _, there := newGate(2, 8).lanes[of]; !there && of != freeClass {
			t.Errorf("%s: the class %s has no lane", id, of)
		}
	}
	for id, want := range map[string]class{"incident-dispatch": dispatchClass, "incidents": dispatchClass, "incidents-summary": dispatchClass, "locate": lookupClass, "search": lookupClass,
		"tile": tileClass, "photo": tileClass, "audit-export": exportClass, "ogc-items": exportClass, "edition-export": freeClass, "healthz": freeClass, "events": freeClass, "photo-bytes": freeClass} {
		if got := classOf(id); got != want {
			t.Errorf("%s is of the class %s, want %s", id, got, want)
		}
	}
}

// TestALaneLetsSoManyIn: so many work, so many wait in their order, the others are
// told at once; one class does not take another's place.
func TestALaneLetsSoManyIn(t *testing.T) {
	t.Parallel()
	for of := range newGate(2, 8).lanes {
		g := newGate(2, 8)
		l := g.lanes[of]
		l.patient = time.Minute
		for range l.slots {
			if !g.enter(t.Context(), of) {
				t.Fatalf("%s: no slot", of)
			}
		}
		var let []int
		var waiting sync.WaitGroup
		for i := range l.most {
			waiting.Go(func() {
				if !g.enter(t.Context(), of) {
					t.Errorf("%s: one who waited was sent away", of)
					return
				}
				let = append(let, i) // one at a time: only one slot is given back
				g.leave(of)
			})
			for g.waiting(of) <= i {
				runtime.Gosched()
			}
		}
		began := time.Now()
		if g.enter(t.Context(), of) || time.Since(began) > 100*time.Millisecond {
			t.Errorf("%s: one too many was let in, or kept waiting", of)
		}
		g.leave(of)
		waiting.Wait()
		if len(let) != l.most || !slices.IsSorted(let) {
			t.Errorf("%s: %d of %d came in, in order: %t", of, len(let), l.most, slices.IsSorted(let))
		}
		for range l.slots - 1 {
			g.leave(of)
		}
		if l.busy != 0 || len(l.queue) != 0 {
			t.Errorf("%s: %d slots are taken, %d wait", of, l.busy, len(l.queue))
		}
	}
}

func (g *gate) waiting(of class) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.lanes[of].queue)
}

// TestOthersMakeWayForReports: while there are more reports than the gate bears,
// others come in one at a time, and most are told at once to come back; then all
// is as before.
func TestOthersMakeWayForReports(t *testing.T) {
	t.Parallel()
	g := newGate(2, 8)
	for range g.bears + 1 {
		if !g.enter(t.Context(), intakeClass) {
			t.Fatal("a report was sent away")
		}
	}
	for of, l := range g.lanes {
		if of == intakeClass {
			continue
		}
		if !g.enter(t.Context(), of) {
			t.Errorf("%s: not even one", of)
		}
		var came sync.WaitGroup
		for range l.most / 8 {
			came.Go(func() {
				if !g.enter(t.Context(), of) {
					t.Errorf("%s: one who waited was sent away", of)
				}
			})
		}
		for g.waiting(of) < l.most/8 {
			runtime.Gosched()
		}
		if g.enter(t.Context(), of) {
			t.Errorf("%s: came in before the reports", of)
		}
		g.leave(of) // one goes, the next comes
		if g.mu.Lock(); l.busy != 1 {
			t.Errorf("%s: %d at once beside the reports", of, l.busy)
		}
		g.mu.Unlock()
		if !g.enter(t.Context(), intakeClass) {
			t.Error("a report was sent away")
		}
		for range g.lanes[intakeClass].busy - g.bears {
			g.leave(intakeClass)
		}
		if g.mu.Lock(); l.busy != min(l.slots, l.most/8) {
			t.Errorf("%s: %d work after the reports, want %d", of, l.busy, min(l.slots, l.most/8))
		}
		g.mu.Unlock()
		for range l.most / 8 {
			g.leave(of)
		}
		came.Wait()
		if !g.enter(t.Context(), intakeClass) {
			t.Fatal("a report was sent away")
		}
	}
}

func TestNobodyWaitsForEver(t *testing.T) {
	t.Parallel()
	g := &gate{lanes: map[class]*lane{intakeClass: {slots: 1, most: 10, patient: 20 * time.Millisecond}}}
	g.enter(t.Context(), intakeClass)
	if g.enter(t.Context(), intakeClass) {
		t.Error("there was no slot")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	g.lanes[intakeClass].patient = time.Minute
	if g.enter(gone, intakeClass) {
		t.Error("who has gone was let in")
	}
	g.leave(intakeClass)
	if !g.enter(t.Context(), intakeClass) || g.waiting(intakeClass) != 0 {
		t.Error("a free slot is not given")
	}
}

// TestTheLogIsToldNowAndThen of what the metrics count one by one.
func TestTheLogIsToldNowAndThen(t *testing.T) {
	t.Parallel()
	g, now := newGate(2, 8), time.Now()
	if !g.tells(now) || g.tells(now.Add(9*time.Second)) || !g.tells(now.Add(10*time.Second)) {
		t.Error("not once in ten seconds")
	}
}
