package httpapi

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/prometheus/client_golang/prometheus"

	"wangge/internal/fault"
	"wangge/internal/policy"
)

// class is a kind of request, by what is given up first when there is more to do
// than can be done: exports, then tiles, lookups, the work on cases, and last of
// all what somebody reports.
type class string

const (
	intakeClass   class = "intake"
	dispatchClass class = "dispatch"
	lookupClass   class = "lookup"
	tileClass     class = "tiles"
	exportClass   class = "export"
	// freeClass waits for nobody: signs of life, and what has limits of its own
	// because it lasts as long as its caller takes, or works in a process apart.
	freeClass class = "free"
)

// classOf is the class of an operation.
func classOf(id string) class {
	switch id {
	case "photo-bytes", "upload-file", "events", "locate-batch":
		return freeClass
	case "photo", "photo-thumbnail", "tile", "tilejson", "edition-tile", "import-tile", "incident-tile", "incident-tilejson", "base-map-file":
		return tileClass
	case "incident-report", "photo-begin", "photo-progress":
		return intakeClass
	case "audit-export", "audit-verify", "ogc-items":
		return exportClass
	}
	switch ruleOf(id).action {
	case policy.Health, policy.Metrics, policy.DraftImport, policy.DraftEdit, policy.EditionActivate, policy.BoundaryExport, policy.CaseExport:
		return freeClass
	case policy.Locate, policy.AreaRead, policy.MapPublic, policy.DraftRead, policy.Docs:
		return lookupClass
	}
	return dispatchClass
}

// gate keeps each class to its lane, and makes way for the intake: while more
// reports are under way than it bears, every other lane lets in one at a time and
// only an eighth of its queue may wait, so that reports find the processors and
// connections that they need. Below that load no lane narrows.
type gate struct {
	mu    sync.Mutex
	lanes map[class]*lane
	bears int       // reports at work or waiting
	told  time.Time // when the log last heard of a refusal
}

// lane lets a number of requests of a class work at once. Some more wait in the
// order in which they came, for a while; the rest are told at once to come back.
type lane struct {
	slots, most int           // that may work, that may wait
	patient     time.Duration // how long
	busy        int
	queue       []chan struct{} // those who wait; closed when it is their turn
}

// newGate sizes the lanes by the processors and the connections to the
// database. No class can take all connections, so that the others find one
// however long its queue is. Who waits is not lost time below load: a page that
// asks for thirty tiles at once gets all of them.
func newGate(processors, connections int) *gate {
	return &gate{bears: connections / 2, lanes: map[class]*lane{
		intakeClass:   {slots: max(2, connections-2), most: 2048, patient: 20 * time.Second},
		dispatchClass: {slots: max(2, connections/2), most: 256, patient: 5 * time.Second},
		lookupClass:   {slots: 4 * processors, most: 256, patient: 5 * time.Second},
		tileClass:     {slots: max(2, processors), most: 128, patient: 5 * time.Second},
		exportClass:   {slots: max(2, connections/4), most: 32, patient: 10 * time.Second},
	}}
}

// width is how many of a class may work at present, and how many may wait.
func (g *gate) width(of class) (slots, most int) {
	l, reports := g.lanes[of], g.lanes[intakeClass]
	if of == intakeClass || reports.busy+len(reports.queue) <= g.bears {
		return l.slots, l.most
	}
	return 1, l.most / 8
}

// enter takes a slot, which leave gives back; ok is false when there is none.
func (g *gate) enter(ctx context.Context, of class) (ok bool) {
	l := g.lanes[of]
	g.mu.Lock()
	slots, most := g.width(of)
	if len(l.queue) == 0 && l.busy < slots {
		l.busy++
		g.mu.Unlock()
		return true
	}
	if len(l.queue) >= most {
		g.mu.Unlock()
		return false
	}
	turn := make(chan struct{})
	l.queue = append(l.queue, turn)
	g.mu.Unlock()
	patience := time.NewTimer(l.patient)
	defer patience.Stop()
	select {
	case <-turn:
		return true
	case <-patience.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(l.queue, turn); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
		g.call() // a lane may be wider without a report that waited
		return false
	}
	return true // its turn came meanwhile
}

func (g *gate) leave(of class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lanes[of].busy--
	g.call()
}

// call lets in who may now.
func (g *gate) call() {
	for of, l := range g.lanes {
		for slots, _ := g.width(of); len(l.queue) > 0 && l.busy < slots; l.busy++ {
			close(l.queue[0])
			l.queue = l.queue[1:]
		}
	}
}

// tells says whether the log is to hear of a refusal: once in ten seconds, for a
// line for each would be more work than the refusals.
func (g *gate) tells(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.told) < 10*time.Second {
		return false
	}
	g.told = now
	return true
}

// shed stands before every operation and keeps each class to its lane. Error:
// overloaded.
func (s *Server) shed(c huma.Context, next func(huma.Context)) {
	of := classOf(c.Operation().OperationID)
	if of == freeClass {
		next(c)
		return
	}
	if !s.gate.enter(c.Context(), of) {
		s.metrics.shed.With(prometheus.Labels{"class": string(of)}).Inc()
		if s.gate.tells(time.Now()) {
			s.Log.Warn("too much to do: requests are told to come back (see wangge_shed_total)", "class", of)
		}
		r, w := humachi.Unwrap(c)
		requestOf(c.Context()).shed = true
		refuse(w, r, overloaded())
		return
	}
	defer s.gate.leave(of)
	next(c)
}

func overloaded() error {
	e := fault.New(fault.Unavailable, "overloaded", "现在太忙，请稍后再试；上报优先", "too busy at the moment; try again shortly. Reports go first")
	e.Retry = 2 * time.Second
	return e
}
