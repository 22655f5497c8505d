package caseflow

import (
	"context"
	"time"

	"wangge/internal/incident"
	"wangge/internal/worktime"
)

func (d *Desk) rules(_ context.Context, _ string) (*rules, error) {
	calendar, err := worktime.New(worktime.DefaultPlan())
	if err != nil {
		return nil, err
	}
	return &rules{Rules: incident.DefaultRules, calendar: calendar, boundary: StayRule, nearMetres: 50, nearTime: 24 * time.Hour,
		limits: map[incident.Phase]worktime.Limit{incident.IntakePhase: {N: 15, Unit: worktime.WorkMinute}, incident.InspectPhase: {N: 24, Unit: worktime.UrgentHour},
			incident.DispatchPhase: {N: 15, Unit: worktime.WorkMinute}, incident.HandlePhase: {N: 2, Unit: worktime.WorkDay},
			incident.VerifyPhase: {N: 2, Unit: worktime.WorkHour}, incident.ClosePhase: {N: 2, Unit: worktime.WorkHour}}}, nil
}

// Words are a district's own words for states, actions and reasons.
func (d *Desk) Words(_ context.Context, _ string) (map[string]string, error) { return nil, nil }
