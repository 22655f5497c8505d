// Package feed follows what happens to cases and hands it to whoever listens in
// this process: one reader of the database, however many listeners. What is
// handed out is in the order of commits and has no gaps; a listener that falls
// behind is let go and begins again where it was.
package feed

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wangge/internal/postgres"
)

const (
	askEvery = 300 * time.Millisecond
	askFor   = 5 * time.Second // before a question counts as lost
	atOnce   = 500
	behind   = 256 // events that a listener may be behind
)

// Follower reads the feed. Make it with New.
type Follower struct {
	store *postgres.Store
	log   *slog.Logger

	mu        sync.Mutex
	last      int64
	started   bool
	ended     bool
	listeners map[*Listener]struct{}
}

// Listener is told what happens. Events is closed when it has fallen behind or
// was let go.
type Listener struct {
	Events chan postgres.FeedEvent
}

// New makes a follower that has read nothing yet.
func New(store *postgres.Store, log *slog.Logger) *Follower {
	return &Follower{store: store, log: log, listeners: map[*Listener]struct{}{}}
}

// Run follows the feed until ctx ends. What happened before is not handed out.
func (f *Follower) Run(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	silent := false
	for {
		err := f.read(ctx)
		if (err != nil) != silent && ctx.Err() == nil {
			silent = err != nil
			if silent {
				f.log.Warn("the feed cannot be read; it is tried again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			f.end()
			return
		case <-tick.C:
		}
	}
}

// end lets everybody go, and whoever comes.
func (f *Follower) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	for l := range f.listeners {
		f.drop(l)
	}
}

// read hands out what has happened since the last time.
func (f *Follower) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	if !f.started {
		last, err := f.store.FeedEnd(ctx)
		if err != nil {
			return err
		}
		f.mu.Lock()
		f.last, f.started = last, true
		f.mu.Unlock()
	}
	for {
		events, err := f.store.Feed(ctx, f.last, atOnce)
		if err != nil {
			return err
		}
		f.mu.Lock()
		for _, e := range events {
			f.last = e.Seq
			for l := range f.listeners {
				select {
				case l.Events <- e:
				default:
					f.drop(l)
				}
			}
		}
		f.mu.Unlock()
		if len(events) < atOnce {
			return nil
		}
	}
}

// Listen adds a listener; it is told what is read from now on.
func (f *Follower) Listen() *Listener {
	l := &Listener{Events: make(chan postgres.FeedEvent, behind)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners[l] = struct{}{}
	if f.ended {
		f.drop(l)
	}
	return l
}

// Leave lets a listener go.
func (f *Follower) Leave(l *Listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(l)
}

func (f *Follower) drop(l *Listener) {
	if _, there := f.listeners[l]; there {
		delete(f.listeners, l)
		close(l.Events)
	}
}
