// Package live keeps one index in step with the database: it follows the
// generation, loads what changed, and swaps the new snapshot in whole.
package live

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"wangge/internal/editionfile"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
	"wangge/internal/tile"
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

	files    editionfile.Dir // "" keeps none
	index    atomic.Pointer[snapshots]
	good     atomic.Int64                     // when the index last matched the database, Unix ns
	problem  atomic.Pointer[string]           // why it does not; nil while it does
	loaded   map[uuid.UUID]*gridindex.Edition // only Run touches it
	refused  map[uuid.UUID]error              // editions that would not load; only Run
	prepared map[uuid.UUID]bool               // editions ahead whose file stands; only Run
	hint     chan struct{}
	history  history
}

// snapshots are what is in force, and what will be from a moment that is known.
type snapshots struct {
	now   *gridindex.Index
	next  *gridindex.Index // nil while nothing lies close ahead
	begin time.Time        // of what lies ahead, by this machine's monotonic clock; zero when nothing does
}

func (s *snapshots) at(t time.Time) *gridindex.Index {
	switch {
	case s == nil:
		return nil
	case s.next != nil && !t.Before(s.begin):
		return s.next
	}
	return s.now
}

// foresees reports whether what the database says of the next moment, asked at
// a time, is what the snapshots are made for.
func (s *snapshots) foresees(in *postgres.InForce, asked time.Time) bool {
	if in.Next == nil {
		return s.begin.IsZero()
	}
	begin := asked.Add(in.Next.Sub(in.Now))
	near := begin.Sub(asked) <= aheadBy
	const answer = 50 * time.Millisecond // what a question may take
	return !s.begin.IsZero() && s.begin.Sub(begin).Abs() < answer && (s.next != nil || !near)
}

// New returns boundaries that are empty until Run has reached the database.
// They are read from the edition files in a directory where these are present
// and sound, and written there otherwise; "" does without.
func New(store *postgres.Store, files editionfile.Dir, log *slog.Logger) *Boundaries {
	return &Boundaries{store: store, files: files, log: log, hint: make(chan struct{}, 1),
		loaded: map[uuid.UUID]*gridindex.Edition{}, refused: map[uuid.UUID]error{}, prepared: map[uuid.UUID]bool{},
		history: history{building: map[gridindex.About]*building{}, slots: make(chan struct{}, mostBuilding)}}
}

// Index returns the present snapshot; nil before the first. An edition that was
// activated ahead is served from its very moment on, without a word from the
// database, so that all instances change together.
func (b *Boundaries) Index() *gridindex.Index { return b.index.Load().at(time.Now()) }

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

// aheadBy is how long before its moment an edition activated ahead is held in
// memory.
const aheadBy = 30 * time.Minute

// follow loads what is in force and not loaded yet, and what will be, and swaps.
// A district whose edition will not load keeps the old one, and all is flagged
// until it does.
func (b *Boundaries) follow(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, pollWithin)
	defer cancel()
	in, err := b.store.InForce(asking, postgres.At{})
	if err != nil {
		return err
	}
	asked := time.Now()
	old := b.index.Load()
	if old != nil && same(old.now, in) && old.foresees(in, asked) {
		b.inStep()
		return nil
	}
	began := time.Now()
	keep := map[uuid.UUID]*gridindex.Edition{}
	now, fresh, failed := b.gather(ctx, in, old, keep)
	if failed != nil && !fresh {
		return failed
	}
	set := &snapshots{now: now}
	if in.Next != nil {
		if err := b.ahead(ctx, set, in, asked, keep); err != nil {
			failed = errors.Join(failed, err)
			set.next, set.begin = nil, time.Time{} // tried again at the next question
		}
	}
	b.loaded = keep
	b.index.Store(set)
	if failed != nil {
		return failed // the others go on; this is flagged all the same
	}
	b.inStep()
	if old == nil || old.now.Snapshot != now.Snapshot {
		b.log.Info("boundaries in force", "generation", in.Generation, "districts", len(now.Editions()), "took", time.Since(began).Round(time.Millisecond))
	}
	return nil
}

// gather makes the snapshot of what is in force, adding its editions to keep.
// fresh says that something is not in the old one; an error, that a district has
// what it had before, or nothing.
func (b *Boundaries) gather(ctx context.Context, in *postgres.InForce, old *snapshots, keep map[uuid.UUID]*gridindex.Edition) (ix *gridindex.Index, fresh bool, failed error) {
	var editions []*gridindex.Edition
	for _, force := range in.Editions {
		e, err := b.load(ctx, force)
		if err != nil {
			failed = errors.Join(failed, err)
			if old != nil {
				e = old.now.Edition(force.District) // the district keeps what it had
			}
			if e == nil {
				continue
			}
		} else if old == nil || old.now.Edition(force.District) != e {
			fresh = true
		}
		keep[e.District.Version.Edition] = e
		editions = append(editions, e)
	}
	return gridindex.New(in.Generation, editions), fresh, failed
}

// ahead makes ready what will be in force next: its file at once, its index
// when the moment is near.
func (b *Boundaries) ahead(ctx context.Context, set *snapshots, in *postgres.InForce, asked time.Time, keep map[uuid.UUID]*gridindex.Edition) error {
	wait := in.Next.Sub(in.Now)
	asking, cancel := context.WithTimeout(ctx, pollWithin)
	defer cancel()
	coming, err := b.store.InForce(asking, postgres.At{Instant: *in.Next})
	if err != nil {
		return err
	}
	set.begin = asked.Add(wait)
	if wait > aheadBy {
		return b.prepare(ctx, coming)
	}
	set.next, _, err = b.gather(ctx, coming, &snapshots{now: set.now}, keep)
	return err
}

// prepare makes the files of editions that are not in force yet.
func (b *Boundaries) prepare(ctx context.Context, coming *postgres.InForce) error {
	for _, force := range coming.Editions {
		if b.files == "" || b.loaded[force.Edition] != nil || b.prepared[force.Edition] || b.refused[force.Edition] != nil {
			continue
		}
		if _, err := b.content(ctx, force); err != nil {
			return err
		}
		b.prepared[force.Edition] = true
	}
	return nil
}
func (b *Boundaries) inStep() {
	b.good.Store(time.Now().UnixNano())
	b.problem.Store(nil)
}

func same(ix *gridindex.Index, in *postgres.InForce) bool {
	if ix.Generation != in.Generation || len(ix.Editions()) != len(in.Editions) {
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
	if err == nil {
		go tile.Prepare(e, 1) // before anybody looks
	}
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
	return gridindex.About{Scheme: force.Scheme, Name: force.Name, Synthetic: force.Synthetic,
		ValidFrom: force.ValidFrom.Format(time.DateOnly), Activation: force.Activation}
}

// build indexes an edition, from its file where that is present and sound, from
// the database otherwise.
func (b *Boundaries) build(ctx context.Context, force postgres.EditionInForce) (*gridindex.Edition, error) {
	content, err := b.content(ctx, force)
	if err != nil {
		return nil, err
	}
	e, err := gridindex.NewEdition(content.Versions, content.Grids, about(force))
	if err != nil {
		return nil, &unfit{fmt.Errorf("edition %s of %s refused: %w", force.Name, force.District, err)}
	}
	return e, nil
}

func (b *Boundaries) content(ctx context.Context, force postgres.EditionInForce) (*editionfile.Content, error) {
	if b.files != "" {
		c, err := b.files.Read(force.Hash)
		if err == nil {
			for _, v := range c.Versions {
				v.Edition = force.Edition
			}
			return c, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			b.log.Warn("edition file refused; it is made again from the database", "edition", force.Name, "district", force.District, "err", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	versions, grids, err := b.store.LoadEdition(ctx, force.District, force.Edition)
	if errors.Is(err, postgres.ErrTampered) {
		return nil, &unfit{err}
	}
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		v.Label = v.Ground.LabelPoint() // so that nobody who reads the file has to
	}
	c := &editionfile.Content{District: force.District, Versions: versions, Grids: grids}
	if b.files != "" {
		if path, err := b.files.Write(c); err != nil {
			b.log.Warn("edition file not kept; the next start reads the database again", "edition", force.Name, "district", force.District, "err", err)
		} else {
			b.log.Info("edition file written", "edition", force.Name, "district", force.District, "path", path)
		}
	}
	return c, nil
}
