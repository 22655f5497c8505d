package caseflow

import (
	"context"

	"github.com/google/uuid"

	"wangge/internal/casesetting"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// reviewBoundaries goes through the open cases that were decided under another
// edition than the one in force, in small steps. None moves silently: what
// became of each is listed, and one that moves has it in its history. Clocks and
// units stay.
func (d *Desk) reviewBoundaries(ctx context.Context) error {
	for {
		keys, err := d.Store.UnreviewedIncidents(ctx, 100)
		if err != nil || len(keys) == 0 {
			return err
		}
		done := 0
		for _, key := range keys {
			if err := d.review(ctx, key); err == nil {
				done++
			} else if ctx.Err() != nil {
				return err
			} else {
				d.Log.Warn("a case could not be held against the new boundaries; it is tried again", "case", key.ID, "err", err)
			}
		}
		if len(keys) < 100 || done == 0 {
			return nil
		}
	}
}

func (d *Desk) review(ctx context.Context, key postgres.IncidentKey) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	rules, err := d.rules(ctx, key.District)
	if err != nil {
		return err
	}
	return d.Store.ReviewIncident(ctx, key, func(w *postgres.Work) (outcome string, to uuid.UUID, err error) {
		w.Calendar = rules.calendarVersion
		in := &w.Case.Incident
		owner, covered, err := w.FixOwner(in.Place.Point)
		if err != nil {
			return "", uuid.Nil, err
		}
		if !covered || owner.District != in.District {
			return "stayed", uuid.Nil, nil
		}
		w.Case.Sight = owner.Area
		if owner.Area == in.Place.Area {
			return "", owner.Area, nil // nothing has changed for it
		}
		there, err := w.AreaIn(owner.Edition, in.Place.Area)
		if err != nil {
			return "", uuid.Nil, err
		}
		if rules.moved == casesetting.Stay || rules.moved == casesetting.Split && there ||
			!in.State.Open() { // a merged case goes where its parent goes
			return "stayed", owner.Area, nil
		}
		w.Act(string(policy.CaseTransfer))
		place := in.Place
		place.Area, place.Edition = owner.Area, owner.Edition
		return "moved", owner.Area, in.Relocate(incident.Act{At: w.Now, Reason: "boundary"}, place)
	})
}
