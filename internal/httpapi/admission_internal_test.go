package httpapi

import (
	"context"
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
		if _, there := newLanes(2, 8)[of]; !there && of != freeClass {
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
	for of, l := range newLanes(2, 8) {
		l.patient = time.Minute
		var leaves []func()
		for range cap(l.slots) {
			leave, ok := l.enter(t.Context())
			if !ok {
				t.Fatalf("%s: no slot", of)
			}
			leaves = append(leaves, leave)
		}
		let := make(chan int, l.most)
		var waiting sync.WaitGroup
		for i := range int(l.most) {
			waiting.Go(func() {
				leave, ok := l.enter(t.Context())
				if !ok {
					t.Errorf("%s: one who waited was sent away", of)
					return
				}
				let <- i
				leave()
			})
		}
		for l.waiting.Load() < l.most {
			time.Sleep(time.Millisecond)
		}
		began := time.Now()
		if _, ok := l.enter(t.Context()); ok || time.Since(began) > 100*time.Millisecond {
			t.Errorf("%s: one too many was let in, or kept waiting", of)
		}
		for _, leave := range leaves {
			leave()
		}
		waiting.Wait()
		if len(let) != int(l.most) || l.waiting.Load() != 0 || len(l.slots) != 0 {
			t.Errorf("%s: %d came in, %d wait, %d slots are taken", of, len(let), l.waiting.Load(), len(l.slots))
		}
	}
}

func TestNobodyWaitsForEver(t *testing.T) {
	t.Parallel()
	l := newLane(1, 10, 20*time.Millisecond)
	leave, _ := l.enter(t.Context())
	if _, ok := l.enter(t.Context()); ok {
		t.Error("there was no slot")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	l.patient = time.Minute
	if _, ok := l.enter(gone); ok {
		t.Error("who has gone was let in")
	}
	leave()
	if leave, ok := l.enter(t.Context()); !ok || l.waiting.Load() != 0 {
		t.Error("a free slot is not given")
	} else {
		leave()
	}
}
