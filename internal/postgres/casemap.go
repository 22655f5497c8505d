package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/casemap"
)

const selectMapCase = `SELECT i.district, i.incident_id, i.x, i.y, i.sight, coalesce(i.kind, ''), coalesce(i.code, ''), i.state, i.reported_at,
	i.clock_due, i.clock_soon, i.unit_id, i.assignee, i.supervised > 0, i.version, i.state IN ` + openStates + ` FROM incident i `

func scanMapCase(row pgx.CollectableRow) (c casemap.Case, err error) {
	var x, y *int32
	var sight, unit, assignee *uuid.UUID
	var due, soon *time.Time
	err = row.Scan(&c.District, &c.ID, &x, &y, &sight, &c.Kind, &c.Code, &c.State, &c.ReportedAt, &due, &soon, &unit, &assignee, &c.Supervised, &c.Version, &c.Open)
	if c.Unplaced = x == nil || y == nil; !c.Unplaced {
		c.Point.X, c.Point.Y = *x, *y
	}
	for to, from := range map[*uuid.UUID]*uuid.UUID{&c.Area: sight, &c.Unit: unit, &c.Assignee: assignee} {
		if from != nil {
			*to = *from
		}
	}
	c.Due, c.SoonAt = orZero(due), orZero(soon)
	return c, err
}

// MapCases returns what the map knows about cases: about those of ids, or about
// all for nil. The service looks for itself: who asks the map is told what they
// may see.
func (s *Store) MapCases(ctx context.Context, ids []uuid.UUID) ([]casemap.Case, error) {
	rows, err := s.pool.Query(ctx, selectMapCase+`WHERE $1::uuid[] IS NULL OR i.incident_id = ANY($1)`, ids)
	if err != nil {
		return nil, translate(err)
	}
	cases, err := pgx.CollectRows(rows, scanMapCase)
	return cases, translate(err)
}
