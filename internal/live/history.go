package live

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/locate"
	"wangge/internal/postgres"
)

// historyEditions is how many editions that are not in force are kept in
// memory for each district of a question, so that its districts do not drive
// each other out.
const historyEditions = 4

// history keeps the editions asked for last.
type history struct {
	mu       sync.Mutex
	recent   []*gridindex.Edition // the last used at the end
	building map[gridindex.About]*building
	slots    chan struct{} // so many are built at once
}

// building is an edition on its way.
type building struct {
	done chan struct{}
	e    *gridindex.Edition
	err  error
}

// mostBuilding is how many editions of the past are read at once.
const mostBuilding = 2

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
// built anew; most is how many the recent use may hold. Whoever asks for one that
// is on its way waits for it.
func (b *Boundaries) recall(ctx context.Context, force postgres.EditionInForce, most int) (*gridindex.Edition, error) {
	wanted := func(e *gridindex.Edition) bool {
		return e.District.Version.Edition == force.Edition && e.About == about(force)
	}
	if ix := b.Index(); ix != nil {
		if e := ix.Edition(force.District); e != nil && wanted(e) {
			return e, nil
		}
	}
	h := &b.history
	h.mu.Lock()
	if i := slices.IndexFunc(h.recent, wanted); i >= 0 {
		e := h.recent[i]
		h.recent = append(slices.Delete(h.recent, i, i+1), e)
		h.mu.Unlock()
		return e, nil
	}
	key := about(force) // activations are counted over all districts
	way := h.building[key]
	if way == nil {
		way = &building{done: make(chan struct{})}
		h.building[key] = way
		go b.bring(context.WithoutCancel(ctx), force, key, way, most)
	}
	h.mu.Unlock()
	select {
	case <-way.done:
		return way.e, way.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bring builds an edition for all who wait for it, whether or not the first of
// them still does.
func (b *Boundaries) bring(ctx context.Context, force postgres.EditionInForce, key gridindex.About, way *building, most int) {
	h := &b.history
	h.slots <- struct{}{}
	way.e, way.err = b.build(ctx, force)
	<-h.slots
	h.mu.Lock()
	delete(h.building, key)
	if way.err == nil {
		if len(h.recent) >= most {
			h.recent = slices.Delete(h.recent, 0, len(h.recent)-most+1)
		}
		h.recent = append(h.recent, way.e)
	}
	h.mu.Unlock()
	close(way.done)
}

// PlaceHistory tells whom a lattice point has belonged to, as known at a moment
// (zero: now). asked is the edition that the answer at hand comes from, whose
// time is marked. It asks the database.
func (b *Boundaries) PlaceHistory(ctx context.Context, p geo.Point, known time.Time, asked *locate.EditionRef, lang string) ([]locate.Then, error) {
	list, err := b.store.PlaceHistory(ctx, p, known)
	if err != nil {
		return nil, err
	}
	var out []locate.Then
	for _, then := range list {
		t := locate.Then{Edition: then.Name, ValidFrom: then.From.Format(time.DateOnly), Changes: []locate.Change{}}
		if then.Until != nil {
			t.ValidTo = then.Until.Format(time.DateOnly)
		}
		t.Asked = asked != nil && asked.ValidFrom >= t.ValidFrom && (t.ValidTo == "" || asked.ValidFrom < t.ValidTo)
		for i, side := range then.Chain {
			u := &locate.Unit{Code: side.Code, Name: side.Name}
			switch then.Levels[i] {
			case area.District:
				t.District = u
			case area.Subdistrict:
				t.Subdistrict = u
			case area.Community:
				t.Community = u
			case area.Grid:
				u.Kind = area.Basic
				t.Grid = u
			}
		}
		for _, l := range then.Links {
			t.Changes = append(t.Changes, locate.Change{Kind: string(l.Kind), Level: l.Level.String(), From: l.From.Code, To: l.To.Code, Confirmed: l.Confirmed, Text: l.Text(lang)})
		}
		out = append(out, t)
	}
	return out, nil
}

// ParseAt reads a moment as people write it: valid is a date (the boundaries in
// force on that day, in each district's time zone), known a date or an RFC 3339
// time with offset (as recorded by then). "" means now. The year 1, with which Go says "no time", is nobody's. Error: bad_date.
func ParseAt(valid, known string) (at postgres.At, err error) {
	bad := func(field, s string) error {
		return fault.New(fault.Invalid, "bad_date", "%[1]s 应写成 2026-01-31（known_at 也可带时间和时区），得到 %[2]q",
			"write %[1]s as 2026-01-31 (known_at may have a time with offset), got %[2]q", field, s)
	}
	if valid != "" {
		if at.Valid, err = time.Parse(time.DateOnly, valid); err != nil || at.Valid.Year() < 2 {
			return at, bad("at", valid)
		}
	}
	if known != "" {
		known = strings.Replace(known, " ", "+", 1) // the plus of an offset that was not escaped
		if at.Known, err = time.Parse(time.RFC3339, known); err != nil {
			if at.Known, err = time.Parse(time.DateOnly, known); err != nil {
				return at, bad("known_at", known)
			}
		}
		if at.Known.Year() < 2 {
			return at, bad("known_at", known)
		}
	}
	return at, nil
}
