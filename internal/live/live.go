// Package live keeps one index in step with the database: it follows the
// generation, loads what changed, and swaps the new snapshot in whole.
package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"wangge/internal/gridindex"
	"wangge/internal/postgres"
)

const (
	pollEvery  = time.Second
	pollWithin = 2 * time.Second // a query that takes longer counts as no answer
	staleAfter = 4 * time.Second // without a good answer from the database
)

// Boundaries is the live index. Run keeps it in step; any number of readers
// may use it meanwhile.
type Boundaries struct {
	store *postgres.Store
	log   *slog.Logger

	index   atomic.Pointer[gridindex.Index]
	good    atomic.Int64                     // when the index last matched the database, Unix ns
	problem atomic.Pointer[string]           // why it does not; nil while it does
	loaded  map[uuid.UUID]*gridindex.Edition // only Run touches it
	refused map[uuid.UUID]error              // editions that would not load; only Run
	hint    chan struct{}
	history history
}

// New returns boundaries that are empty until Run has reached the database.
func New(store *postgres.Store, log *slog.Logger) *Boundaries {
	return &Boundaries{store: store, log: log, hint: make(chan struct{}, 1),
		loaded: map[uuid.UUID]*gridindex.Edition{}, refused: map[uuid.UUID]error{}}
}

// Index returns the present snapshot; nil before the first.
func (b *Boundaries) Index() *gridindex.Index { return b.index.Load() }

// Stale reports since when the snapshot may be out of step with the database,
// and why. ok is true while it is in step.
func (b *Boundaries) Stale() (since time.Time, why string, ok bool) {
	good := b.good.Load()
	if good == 0 {
		return time.Time{}, "not loaded yet", false
	}
	since = time.Unix(0, good)
	if p := b.problem.Load(); p != nil && *p != "" {
		why = *p
	}
	return since, why, time.Since(since) < staleAfter
}

// Run follows the database until ctx ends. Notifications only hasten a poll;
// polling alone keeps the index within a second or two of the database.
func (b *Boundaries) Run(ctx context.Context) {
	go b.listen(ctx)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := b.follow(ctx); err != nil && ctx.Err() == nil {
			b.note(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-b.hint:
		}
	}
}

func (b *Boundaries) note(err error) {
	why := err.Error()
	if last := b.problem.Swap(&why); last == nil || *last != why {
		b.log.Error("boundaries are out of step with the database", "err", err)
	}
}

func (b *Boundaries) listen(ctx context.Context) {
	wait := 100 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		err := b.store.WaitForGeneration(ctx, func() {
			select {
			case b.hint <- struct{}{}:
			default:
			}
		})
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > 10*time.Second {
			wait = 100 * time.Millisecond
		}
		b.log.Debug("listening connection lost", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
}

// follow loads what is in force and not loaded yet, and swaps. A district whose
// edition will not load keeps the old one, and all is flagged until it does.
func (b *Boundaries) follow(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, pollWithin)
	defer cancel()
	in, err := b.store.InForce(asking, postgres.At{})
	if err != nil {
		return err
	}
	if old := b.index.Load(); old != nil && old.Generation == in.Generation && same(old, in) {
		b.inStep()
		return nil
	}
	began := time.Now()
	keep := map[uuid.UUID]*gridindex.Edition{}
	var editions []*gridindex.Edition
	var failed error
	fresh := false
	old := b.index.Load()
	for _, force := range in.Editions {
		e, err := b.load(ctx, force)
		if err != nil {
			failed = errors.Join(failed, err)
			if old != nil {
				e = old.Edition(force.District) // the district keeps what it had
			}
			if e == nil {
				continue
			}
		} else if old == nil || old.Edition(force.District) != e {
			fresh = true
		}
		keep[e.District.Version.Edition] = e
		editions = append(editions, e)
	}
	if failed != nil && !fresh {
		return failed
	}
	b.loaded = keep
	b.index.Store(gridindex.New(in.Generation, editions))
	if failed != nil {
		return failed // the others go on; this is flagged all the same
	}
	b.inStep()
	b.log.Info("boundaries in force", "generation", in.Generation, "districts", len(editions), "took", time.Since(began).Round(time.Millisecond))
	return nil
}

func (b *Boundaries) inStep() {
	b.good.Store(time.Now().UnixNano())
	b.problem.Store(nil)
}

func same(ix *gridindex.Index, in *postgres.InForce) bool {
	if len(ix.Editions()) != len(in.Editions) {
		return false
	}
	for i, e := range ix.Editions() {
		if e.District.Version.Edition != in.Editions[i].Edition || e.About.Activation != in.Editions[i].Activation {
			return false
		}
	}
	return true
}

// load returns the index of an edition, from memory where it is there already.
// One that was refused is not tried again: an active edition never changes.
func (b *Boundaries) load(ctx context.Context, force postgres.EditionInForce) (*gridindex.Edition, error) {
	if e := b.loaded[force.Edition]; e != nil && e.About == about(force) {
		return e, nil
	}
	if err := b.refused[force.Edition]; err != nil {
		return nil, err
	}
	e, err := b.build(ctx, force)
	var bad *unfit
	if errors.As(err, &bad) {
		b.refused[force.Edition] = err
	}
	return e, err
}

// unfit is an edition that was read whole and cannot be served.
type unfit struct{ why error }

func (u *unfit) Error() string { return u.why.Error() }

func about(force postgres.EditionInForce) gridindex.About {
	return gridindex.About{Scheme: force.Scheme, Name: force.Name,
		ValidFrom: force.ValidFrom.Format(time.DateOnly), Activation: force.Activation}
}

// build reads an edition from the database and indexes it.
func (b *Boundaries) build(ctx context.Context, force postgres.EditionInForce) (*gridindex.Edition, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	versions, grids, err := b.store.LoadEdition(ctx, force.District, force.Edition)
	if errors.Is(err, postgres.ErrTampered) {
		return nil, &unfit{err}
	}
	if err != nil {
		return nil, err
	}
	e, err := gridindex.NewEdition(versions, grids, about(force))
	if err != nil {
		return nil, &unfit{fmt.Errorf("edition %s of %s refused: %w", force.Name, force.District, err)}
	}
	return e, nil
}
