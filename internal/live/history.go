package live

import (
	"context"
	"slices"
	"sync"
	"time"

	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
)

// historyEditions is how many editions that are not in force are kept in
// memory for each district of a question, so that its districts do not drive
// each other out.
const historyEditions = 4

// history keeps the editions asked for last.
type history struct {
	mu     sync.Mutex
	recent []*gridindex.Edition // the last used at the end
}

// At returns the boundaries of another moment, read from the database when they
// are not at hand. The generation is today's: it names the state of knowledge
// that the answer was made from.
func (b *Boundaries) At(ctx context.Context, at postgres.At) (*gridindex.Index, error) {
	in, err := b.store.InForce(ctx, at)
	if err != nil {
		return nil, err
	}
	var editions []*gridindex.Edition
	for _, force := range in.Editions {
		e, err := b.recall(ctx, force, historyEditions*len(in.Editions))
		if err != nil {
			return nil, err
		}
		editions = append(editions, e)
	}
	return gridindex.New(in.Generation, editions), nil
}

// recall returns an edition from the snapshot in force, from recent use, or
// from the database; most is how many the recent use may hold. One caller reads at a time; the others wait for it.
func (b *Boundaries) recall(ctx context.Context, force postgres.EditionInForce, most int) (*gridindex.Edition, error) {
	wanted := func(e *gridindex.Edition) bool {
		return e.District.Version.Edition == force.Edition && e.About == about(force)
	}
	if ix := b.index.Load(); ix != nil {
		if e := ix.Edition(force.District); e != nil && wanted(e) {
			return e, nil
		}
	}
	h := &b.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.IndexFunc(h.recent, wanted); i >= 0 {
		e := h.recent[i]
		h.recent = append(slices.Delete(h.recent, i, i+1), e)
		return e, nil
	}
	e, err := b.build(ctx, force)
	if err != nil {
		return nil, err
	}
	if len(h.recent) >= most {
		h.recent = slices.Delete(h.recent, 0, len(h.recent)-most+1)
	}
	h.recent = append(h.recent, e)
	return e, nil
}

// ParseAt reads a moment as people write it: valid is a date (the boundaries in
// force on that day, in each district's time zone), known a date or an RFC 3339
// time with offset (as recorded by then). "" means now. Error: bad_date.
func ParseAt(valid, known string) (at postgres.At, err error) {
	bad := func(field, s string) error {
		return fault.New(fault.Invalid, "bad_date", "%[1]s 应写成 2026-01-31（known_at 也可带时间和时区），得到 %[2]q",
			"write %[1]s as 2026-01-31 (known_at may have a time with offset), got %[2]q", field, s)
	}
	if valid != "" {
		if at.Valid, err = time.Parse(time.DateOnly, valid); err != nil || at.Valid.Year() < 1 {
			return at, bad("at", valid)
		}
	}
	if known != "" {
		if at.Known, err = time.Parse(time.RFC3339, known); err != nil {
			if at.Known, err = time.Parse(time.DateOnly, known); err != nil {
				return at, bad("known_at", known)
			}
		}
		if at.Known.Year() < 1 {
			return at, bad("known_at", known)
		}
	}
	return at, nil
}
