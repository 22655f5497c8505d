package caseflow

import (
	"context"

	"wangge/internal/postgres"
)

// reckonAnew goes through the cases whose clocks run by a calendar that has
// changed since: a holiday that was entered late moves what falls on it.
func (d *Desk) reckonAnew(ctx context.Context) error {
	for {
		keys, err := d.Store.Unreckoned(ctx, 100)
		if err != nil {
			return err
		}
		done := 0
		for _, key := range keys {
			if err := d.reckonCase(ctx, key); err == nil {
				done++
			} else if ctx.Err() == nil {
				d.Log.Warn("the clocks of a case could not be reckoned anew; it is tried again", "case", key.ID, "err", err)
			}
		}
		if len(keys) < 100 || done == 0 {
			return nil
		}
	}
}

func (d *Desk) reckonCase(ctx context.Context, key postgres.IncidentKey) error {
	rules, err := d.rules(ctx, key.District)
	if err != nil {
		return err
	}
	return d.Store.ReckonIncident(ctx, key, rules.calendarVersion, rules.reckon)
}
