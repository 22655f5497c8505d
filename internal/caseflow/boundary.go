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
		for _, key := range keys {
			if err := d.review(ctx, key); err != nil {
				return err
			}
		}
		if len(keys) < 100 {
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
		if rules.moved == casesetting.Stay || rules.moved == casesetting.Split && d.inForce(in) ||
			!in.State.Open() { // a merged case goes where its parent goes
			return "stayed", owner.Area, nil
		}
		w.Act(string(policy.CaseTransfer))
		there := in.Place
		there.Area, there.Edition = owner.Area, owner.Edition
		return "moved", owner.Area, in.Relocate(incident.Act{At: w.Now, Reason: "boundary"}, there)
	})
}

// inForce reports whether the area that a case was decided for is in the
// boundaries in force.
func (d *Desk) inForce(in *incident.Incident) bool {
	ix := d.Boundaries.Index()
	return ix != nil && ix.Edition(in.District) != nil && ix.Edition(in.District).ByID(in.Place.Area) != nil
}
