package httpapi

import (
	"context"
	"runtime"
	"sync/atomic"
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

// lane lets a number of requests of a class work at once. Some more wait in the
// order in which they came, for a while; the rest are told at once to come back.
type lane struct {
	slots   chan struct{}
	waiting atomic.Int64
	most    int64         // that may wait
	patient time.Duration // how long
}

func newLane(slots int, most int64, patient time.Duration) *lane {
	return &lane{slots: make(chan struct{}, slots), most: most, patient: patient}
}

// newLanes sizes the lanes by the processors and the connections to the
// database. All but the intake leave connections over for it, so that it finds
// one however long the queues of the others are. Who waits is not lost time
// below load: a page that asks for thirty tiles at once gets all of them.
func newLanes(processors, connections int) map[class]*lane {
	return map[class]*lane{
		intakeClass:   newLane(4*connections, 512, 10*time.Second),
		dispatchClass: newLane(max(2, connections/2), 256, 2*time.Second),
		lookupClass:   newLane(4*processors, 256, time.Second),
		tileClass:     newLane(max(2, processors), 128, time.Second),
		exportClass:   newLane(max(2, connections/4), 32, 10*time.Second),
	}
}

func usualLanes(connections int) map[class]*lane {
	return newLanes(runtime.GOMAXPROCS(0), connections)
}

// enter takes a slot, which leave gives back; ok is false when there is none.
func (l *lane) enter(ctx context.Context) (leave func(), ok bool) {
	leave = func() { <-l.slots }
	select {
	case l.slots <- struct{}{}:
		return leave, true
	default:
	}
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > l.most {
		return nil, false
	}
	patience := time.NewTimer(l.patient)
	defer patience.Stop()
	select {
	case l.slots <- struct{}{}:
		return leave, true
	case <-patience.C:
	case <-ctx.Done():
	}
	return nil, false
}

// shed stands before every operation and keeps each class to its lane. Error:
// overloaded.
func (s *Server) shed(c huma.Context, next func(huma.Context)) {
	of := classOf(c.Operation().OperationID)
	if of == freeClass {
		next(c)
		return
	}
	leave, ok := s.lanes[of].enter(c.Context())
	if !ok {
		s.metrics.shed.With(prometheus.Labels{"class": string(of)}).Inc()
		r, w := humachi.Unwrap(c)
		refuse(w, r, overloaded())
		return
	}
	defer leave()
	next(c)
}

func overloaded() error {
	e := fault.New(fault.Unavailable, "overloaded", "现在太忙，请稍后再试；上报优先", "too busy at the moment; try again shortly. Reports go first")
	e.Retry = 2 * time.Second
	return e
}
