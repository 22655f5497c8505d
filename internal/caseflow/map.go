package caseflow

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"wangge/internal/casemap"
	"wangge/internal/feed"
	"wangge/internal/live"
	"wangge/internal/postgres"
)

// Map keeps the cases in memory as the feed tells of them, for tiles. Make it
// with NewMap.
type Map struct {
	casemap.Set

	store      *postgres.Store
	boundaries *live.Boundaries
	follower   *feed.Follower
	log        *slog.Logger
}

// NewMap makes a map without cases.
func NewMap(store *postgres.Store, boundaries *live.Boundaries, follower *feed.Follower, log *slog.Logger) *Map {
	return &Map{store: store, boundaries: boundaries, follower: follower, log: log}
}

const (
	gather    = 200 * time.Millisecond // what happens within is read at once
	readAgain = 2 * time.Second        // after a failure
	loadFor   = time.Minute
)

// Run keeps the map until ctx ends. Whatever goes wrong, it reads everything
// anew.
func (m *Map) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := m.follow(ctx); err != nil && ctx.Err() == nil {
			m.log.Warn("the map of the cases is read anew", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(readAgain):
		}
	}
}

// follow reads all cases, and then what happens to them, until the feed lets go
// or the boundaries change.
func (m *Map) follow(ctx context.Context) error {
	listener := m.follower.Listen() // before all are read: nothing falls between
	defer m.follower.Leave(listener)
	snapshot := m.snapshot()
	if err := m.load(ctx, nil); err != nil {
		return err
	}
	tick := time.NewTicker(gather)
	defer tick.Stop()
	var changed []uuid.UUID
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, more := <-listener.Events:
			if !more {
				return nil
			}
			changed = append(changed, e.Incident)
		case <-tick.C:
			if m.snapshot() != snapshot {
				return nil // positions in the tree are others now
			}
			if len(changed) > 0 {
				if err := m.load(ctx, changed); err != nil {
					return err
				}
				changed = changed[:0]
			}
		}
	}
}

// snapshot names the boundaries that the positions are from.
func (m *Map) snapshot() string {
	if ix := m.boundaries.Index(); ix != nil {
		return ix.Snapshot
	}
	return ""
}

// load reads cases, or all for nil.
func (m *Map) load(ctx context.Context, ids []uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, loadFor)
	defer cancel()
	cases, err := m.store.MapCases(ctx, ids)
	if err != nil {
		return err
	}
	ix := m.boundaries.Index()
	for i := range cases {
		c := &cases[i]
		c.Lo = -1
		if ix != nil && ix.Edition(c.District) != nil {
			if a := ix.Edition(c.District).ByID(c.Area); a != nil {
				c.Lo = a.Lo
			}
		}
	}
	if ids == nil {
		m.Replace(cases)
		return nil
	}
	for _, c := range cases {
		m.Put(c)
	}
	return nil
}
