package caseflow

import (
	"context"
	"time"

	"wangge/internal/incident"
	"wangge/internal/postgres"
)

// scanEvery is how often every instance asks what has become late. A scan asks
// what is due now and not what has changed since, so one that fails costs time
// and nothing else.
const scanEvery = 5 * time.Second

// mostAtOnce bounds one scan, so that several instances share what is to be done.
const mostAtOnce = 500

// within bounds what the scan waits for beside the deadlines themselves, which
// the store bounds.
const within = 20 * time.Second

// Run scans until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	tick := time.NewTicker(scanEvery)
	defer tick.Stop()
	for {
		if err := d.Scan(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("the scan of the deadlines did not come to its end; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Scan raises what has become late, lets suspended cases go on whose day has
// come, and goes through the open cases after a new calendar and after new
// boundaries.
func (d *Desk) Scan(ctx context.Context) error {
	for {
		raised, resting, err := d.Store.RaiseDue(ctx, mostAtOnce)
		for _, r := range resting {
			d.resume(ctx, r.IncidentKey)
		}
		if err != nil {
			return err
		}
		if raised < mostAtOnce {
			break
		}
	}
	if err := d.reckonAnew(ctx); err != nil {
		return err
	}
	return d.reviewBoundaries(ctx)
}

// resume lets a suspended case go on, unless somebody was faster.
func (d *Desk) resume(ctx context.Context, key postgres.IncidentKey) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err := d.Act(ctx, key, postgres.Write{}, Act{Action: incident.ResumeAction})
	if err != nil && ctx.Err() == nil {
		d.Log.Warn("a suspended case did not go on; it is tried again", "case", key.ID, "err", err)
	}
}
