package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/guard"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// CaseEvent is what a stream says of one change: which case, not what is in it.
type CaseEvent struct {
	ID       uuid.UUID `json:"id"`
	District string    `json:"district"`
	Version  int64     `json:"version"`
	What     string    `json:"what" doc:"an action, or due_soon, overdue, long_overdue; reckoned: its times changed with the calendar; gone: it is not the reader's to see any more"`
	State    string    `json:"state,omitempty"`
	At       time.Time `json:"at"`
}

const (
	streamSlots   = 2000             // streams at once
	lookAgain     = 2 * time.Second  // who reads, and what they may see
	beat          = 15 * time.Second // a line that says that the stream is alive
	writeWithin   = 20 * time.Second // before a reader counts as gone
	replayedAtOne = 1000
)

func (s *Server) eventRoutes() {
	op := operation(http.MethodGet, "/api/v1/events", "events", "案卷动态（SSE） · What happens to cases, as server-sent events", 400, 401, 403, 429, 503)
	op.Responses = map[string]*huma.Response{"200": {Description: "events of the type case, with a CaseEvent each; reset when what was asked for is not kept any more",
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: s.schema(CaseEvent{}, "CaseEvent")}}}}
	huma.Register(s.api, op, s.events)
}

// events streams what happens to the cases that the caller may see, from now on
// or from behind the event that they saw last.
func (s *Server) events(ctx context.Context, in *struct {
	Last  string `header:"Last-Event-ID" doc:"of the event seen last"`
	After string `query:"after" doc:"likewise, for those who cannot send a header"`
}) (*huma.StreamResponse, error) {
	after := int64(-1)
	if text := cmp.Or(in.Last, in.After); text != "" { // a browser that connects again sends the header beside its old address
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, fault.New(fault.Invalid, "bad_event_id", "Last-Event-ID 应是收到过的事件号", "Last-Event-ID is the number of an event that was received")
		}
		after = n
	}
	owner := requestOf(ctx).owner()
	if !s.readers.enter(owner) {
		return nil, tooMany()
	}
	select {
	case s.streams <- struct{}{}:
	default:
		s.readers.leave(owner)
		return nil, tooMany()
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { <-s.streams; s.readers.leave(owner) }()
		r, w := humachi.Unwrap(c)
		st := &stream{s: s, ctx: ctx, w: w, control: http.NewResponseController(w), seen: requestOf(ctx), shown: map[uuid.UUID]bool{}, again: s.callerAgain(r)}
		st.run(after)
	}}, nil
}

// callerAgain finds the caller of a request anew; nil when they are not let in
// any more.
func (s *Server) callerAgain(r *http.Request) func() *guard.Caller {
	key := bearer(r)
	session := s.sessionOf(r)
	return func() *guard.Caller {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), lookAgain)
		defer cancel()
		var c *guard.Caller
		var err error
		switch {
		case key != "":
			c, err = s.Guard.ByKey(ctx, key)
		case session != "":
			c, err = s.Guard.BySession(ctx, session)
		}
		if err != nil {
			return nil
		}
		return c
	}
}

// readers counts the streams of each caller.
type readers struct {
	mu sync.Mutex
	of map[string]int
}

const streamsEach = 12 // of one caller: pages on several devices

func (r *readers) enter(owner string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[string]int{}
	}
	if r.of[owner] >= streamsEach {
		return false
	}
	r.of[owner]++
	return true
}

func (r *readers) leave(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of[owner]--; r.of[owner] <= 0 {
		delete(r.of, owner)
	}
}

// stream is one reader of the events.
type stream struct {
	s       *Server
	ctx     context.Context //nolint:containedctx // of one stream
	w       http.ResponseWriter
	control *http.ResponseController
	seen    *request
	again   func() *guard.Caller
	shown   map[uuid.UUID]bool // cases that the reader has been told of
	last    int64
}

func (st *stream) run(after int64) {
	h := st.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	st.w.WriteHeader(http.StatusOK)
	listener := st.s.Feed.Listen() // before what was missed is read, so that nothing falls between
	defer st.s.Feed.Leave(listener)
	if !st.replay(after) {
		return
	}
	look, alive := time.NewTicker(lookAgain), time.NewTicker(beat)
	defer look.Stop()
	defer alive.Stop()
	for {
		select {
		case <-st.ctx.Done():
			return
		case e, more := <-listener.Events:
			if !more || !st.tell(e) { // it fell behind: the reader comes back with the number it saw last
				return
			}
		case <-look.C:
			if !st.still() {
				return
			}
		case <-alive.C:
			if !st.write(": \n\n") {
				return
			}
		}
	}
}

// still sees whether the reader is let in, and what they may see by now.
func (st *stream) still() bool {
	if st.seen.open {
		open, err := st.s.Guard.Open(st.ctx)
		return err == nil && open
	}
	c := st.again()
	if c == nil || c.Cut {
		return false
	}
	st.seen.caller, st.seen.posts = c, st.s.Guard.Posts(c)
	return policy.May(st.seen.posts, policy.CaseEvents)
}

// replay tells what happened behind an event; -1 begins now, 0 with everything. What is not kept
// any more cannot be told: the reader has to ask for everything anew.
func (st *stream) replay(after int64) bool {
	last, err := st.s.Store.FeedEnd(st.ctx)
	if err != nil {
		return false
	}
	if after < 0 {
		st.last = last
		return st.write(fmt.Sprintf("retry: 2000\nid: %d\nevent: ready\ndata: {}\n\n", last))
	}
	if held, err := st.s.Store.FeedHolds(st.ctx, after); err != nil {
		return false
	} else if !held && after > 0 || after > last {
		st.last = last
		return st.write(fmt.Sprintf("retry: 2000\nid: %d\nevent: reset\ndata: {}\n\n", last))
	}
	st.last = after
	if !st.write("retry: 2000\nevent: ready\ndata: {}\n\n") {
		return false
	}
	for {
		events, err := st.s.Store.Feed(st.ctx, st.last, replayedAtOne)
		if err != nil {
			return false
		}
		for _, e := range events {
			if !st.tell(e) {
				return false
			}
		}
		if len(events) < replayedAtOne {
			return true
		}
	}
}

// tell writes one event, when it is the reader's to see.
func (st *stream) tell(e postgres.FeedEvent) bool {
	if e.Seq <= st.last {
		return true
	}
	st.last = e.Seq
	c := &postgres.Case{}
	c.District = e.District
	if e.Sight != nil {
		c.Sight = *e.Sight
	}
	if e.Unit != nil {
		c.Unit = *e.Unit
	}
	if e.Assignee != nil {
		c.Assignee = *e.Assignee
	}
	d := CaseEvent{ID: e.Incident, District: e.District, Version: e.Version, What: e.What, State: e.State, At: e.At}
	if st.s.caseEffect(st.ctx, c, policy.CaseEvents) == policy.Deny {
		if !st.shown[e.Incident] {
			return true
		}
		delete(st.shown, e.Incident)
		d.What, d.State = "gone", ""
	} else if len(st.shown) < 10_000 {
		st.shown[e.Incident] = true
	}
	data, err := json.Marshal(d)
	if err != nil {
		return false
	}
	return st.write(fmt.Sprintf("id: %d\nevent: case\ndata: %s\n\n", e.Seq, data))
}

func (st *stream) write(text string) bool {
	_ = st.control.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := st.w.Write([]byte(text)); err != nil {
		return false
	}
	return st.control.Flush() == nil
}

// bearer is the API key of a request; "" where there is none.
func bearer(r *http.Request) account.Secret {
	if header := r.Header.Get("Authorization"); len(header) > 7 {
		return account.Secret(header[7:])
	}
	return ""
}
