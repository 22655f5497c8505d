package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/geo"
	"wangge/internal/incident"
)

// CaseViewer is for whom cases are read: those in the scopes, and those that are
// theirs by assignment or because they reported them. Nobody else's are found.
type CaseViewer struct {
	Everywhere bool
	Scopes     []Scope
	Units      []uuid.UUID // whose cases are theirs
	Person     uuid.UUID   // whose cases are theirs, as assignee
	Reporter   string      // actor of the audit whose reports are theirs
}

// CaseFilter selects cases. Zero values select all.
type CaseFilter struct {
	District   string
	States     []string
	OpenOnly   bool
	Overdue    bool
	Kind       string
	Code       string // major or minor
	Unit       uuid.UUID
	Assignee   uuid.UUID
	Mine       bool // of the viewer's units, or assigned to the viewer
	Area       *Scope
	Box        *geo.Box
	From, To   time.Time // reported
	Text       string
	Located    *bool
	Parent     uuid.UUID
	Disputed   bool
	ClosedFrom time.Time
	ByDue      bool      // the next due first; otherwise the latest reported first
	AfterTime  time.Time // of the last row before this page
	AfterID    uuid.UUID
	Most       int
}

const openStates = `('reported', 'inspecting', 'filed', 'dispatched', 'handling', 'handled', 'verified', 'suspended')`

// whereCase holds a list to what its viewer may see ($1–$7) and to a filter
// ($8–$31). Whole districts are seen without asking where each case lies.
const whereCase = `
	WHERE ($1 OR i.district = ANY($2) OR i.unit_id = ANY($4) OR i.assignee = $5 OR i.reported_by = $6
	  OR EXISTS (SELECT FROM area_position a JOIN jsonb_to_recordset($3::jsonb) AS s(district text, edition uuid, lo integer, hi integer)
	       ON a.district = s.district COLLATE "C" AND a.edition_id = s.edition AND a.lo >= s.lo AND a.lo < s.hi
	     WHERE a.district = i.district AND a.area_id = i.sight))
	  AND ($7 = '' OR i.district = $7)
	  AND ($8::text[] IS NULL OR i.state = ANY($8))
	  AND (NOT $9 OR i.state IN ` + openStates + `)
	  AND (NOT $10 OR i.clock_due <= now())
	  AND ($11 = '' OR i.kind = $11)
	  AND ($12 = '' OR i.code = $12 OR length($12) = 2 AND left(i.code, 2) = $12)
	  AND ($13::uuid IS NULL OR i.unit_id = $13)
	  AND ($14::uuid IS NULL OR i.assignee = $14)
	  AND (NOT $15 OR i.unit_id = ANY($4) OR i.assignee = $5)
	  AND ($16 = '' OR EXISTS (SELECT FROM area_position a WHERE a.district = $16 AND a.edition_id = $17 AND a.area_id = i.sight AND i.district = $16 AND a.lo >= $18 AND a.lo < $19))
	  AND (NOT $20 OR i.x IS NOT NULL AND point(i.x, i.y) <@ box(point($21, $22), point($23, $24)))
	  AND ($25::timestamptz IS NULL OR i.reported_at >= $25)
	  AND ($26::timestamptz IS NULL OR i.reported_at < $26)
	  AND ($27 = '' OR pieces(left(i.number || ' ' || i.address || ' ' || i.description, 600)) @> pieces($27)
	       AND position(lower($27) IN lower(i.number || ' ' || i.address || ' ' || i.description)) > 0)
	  AND ($28::boolean IS NULL OR (i.x IS NOT NULL AND i.area_id IS NOT NULL) = $28)
	  AND ($29::uuid IS NULL OR i.parent_id = $29)
	  AND (NOT $30 OR i.disputed)
	  AND ($31::timestamptz IS NULL OR i.closed_at >= $31) `

func caseArgs(v CaseViewer, f CaseFilter) []any {
	whole, parts := []string{}, []Scope{}
	for _, s := range v.Scopes {
		if s.Lo == 0 {
			whole = append(whole, s.District)
		} else {
			parts = append(parts, s)
		}
	}
	var area Scope
	if f.Area != nil {
		area = *f.Area
	}
	var box geo.Box
	if f.Box != nil {
		box = *f.Box
	}
	me := v.Person
	reporter := v.Reporter
	if reporter == "" {
		reporter = "-" // nobody
	}
	return []any{v.Everywhere, whole, parts, append([]uuid.UUID{}, v.Units...), idOrNull(me), reporter,
		f.District, f.States, f.OpenOnly, f.Overdue, f.Kind, f.Code, idOrNull(f.Unit), idOrNull(f.Assignee), f.Mine,
		area.District, area.Edition, area.Lo, area.Hi,
		f.Box != nil, float64(box.Min.X), float64(box.Min.Y), float64(box.Max.X), float64(box.Max.Y),
		orNull(f.From), orNull(f.To), f.Text, f.Located, idOrNull(f.Parent), f.Disputed, orNull(f.ClosedFrom)}
}

// Incidents lists the cases that the viewer may see.
func (s *Store) Incidents(ctx context.Context, v CaseViewer, f CaseFilter) (cases []Case, err error) {
	order := `AND ($32::timestamptz IS NULL OR (i.reported_at, i.incident_id) < ($32, $33)) ORDER BY i.reported_at DESC, i.incident_id DESC LIMIT $34`
	if f.ByDue {
		order = `AND ($32::timestamptz IS NULL OR (coalesce(i.clock_due, 'infinity'), i.incident_id) > ($32, $33)) ORDER BY coalesce(i.clock_due, 'infinity'), i.incident_id LIMIT $34`
	}
	rows, err := s.pool.Query(ctx, selectCase+whereCase+order, append(caseArgs(v, f), orNull(f.AfterTime), f.AfterID, f.Most)...)
	if err != nil {
		return nil, translate(err)
	}
	cases, err = pgx.CollectRows(rows, scanCase)
	return cases, translate(err)
}

// CaseCounts is how many cases there are of each state, and how many of the open
// ones are overdue or due soon.
type CaseCounts struct {
	ByState                map[string]int
	Open, Overdue, DueSoon int
}

// CountIncidents counts the cases that the viewer may see.
func (s *Store) CountIncidents(ctx context.Context, v CaseViewer, f CaseFilter) (n CaseCounts, err error) {
	n.ByState = map[string]int{}
	rows, err := s.pool.Query(ctx, `SELECT i.state, count(*), count(*) FILTER (WHERE i.state IN `+openStates+`),
		  count(*) FILTER (WHERE i.clock_due <= now()), count(*) FILTER (WHERE i.clock_soon <= now() AND i.clock_due > now())
		FROM incident i `+whereCase+`GROUP BY i.state`, caseArgs(v, f)...)
	if err != nil {
		return n, translate(err)
	}
	var state string
	var all, open, late, soon int
	_, err = pgx.ForEachRow(rows, []any{&state, &all, &open, &late, &soon}, func() error {
		n.ByState[state] = all
		n.Open, n.Overdue, n.DueSoon = n.Open+open, n.Overdue+late, n.DueSoon+soon
		return nil
	})
	return n, translate(err)
}

// CaseEntry is one line of the history, with the name of who did it.
type CaseEntry struct {
	incident.Entry
	Actor string
}

const selectEntry = `SELECT e.district, e.incident_id, e.version, e.action, e.from_state, e.to_state, e.at, e.actor, e.reason, e.note, e.after,
	coalesce((SELECT name FROM person p WHERE p.person_id = e.actor), '') FROM incident_entry e `

func scanCaseEntry(row pgx.CollectableRow) (e CaseEntry, err error) {
	var actor *uuid.UUID
	err = row.Scan(&e.District, &e.Incident, &e.Version, &e.Action, &e.From, &e.To, &e.At, &actor, &e.Reason, &e.Note, &e.After, &e.Actor)
	if actor != nil {
		e.By = *actor
	}
	e.At = e.At.UTC()
	return e, err
}

// IncidentHistory returns how a case came to be as it is, oldest first.
func (s *Store) IncidentHistory(ctx context.Context, key IncidentKey) (entries []CaseEntry, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectEntry+`WHERE district = $1 AND incident_id = $2 ORDER BY version`, key.District, key.ID)
		if err != nil {
			return err
		}
		entries, err = pgx.CollectRows(rows, scanCaseEntry)
		return err
	})
	return entries, err
}

// CasePhoto is a photograph of a case.
type CasePhoto struct {
	ID            uuid.UUID
	Kind          string
	Width, Height int
	Taken         *time.Time
	X, Y          *int32 // lattice
	Version       int64  // of the case, that it came with
}

// IncidentPhotos returns the photographs of cases, by case, the earliest first.
func (s *Store) IncidentPhotos(ctx context.Context, district string, cases []uuid.UUID) (map[uuid.UUID][]CasePhoto, error) {
	rows, err := s.pool.Query(ctx, `SELECT a.incident_id, p.photo_id, a.kind, coalesce(p.width, 0), coalesce(p.height, 0), p.taken_at, p.place_x, p.place_y, a.version
		FROM incident_photo a JOIN photo p USING (district, photo_id)
		WHERE a.district = $1 AND a.incident_id = ANY($2) ORDER BY a.version, p.made_at, p.photo_id`, district, cases)
	if err != nil {
		return nil, translate(err)
	}
	of := map[uuid.UUID][]CasePhoto{}
	var id uuid.UUID
	var p CasePhoto
	_, err = pgx.ForEachRow(rows, []any{&id, &p.ID, &p.Kind, &p.Width, &p.Height, &p.Taken, &p.X, &p.Y, &p.Version}, func() error {
		of[id] = append(of[id], p)
		p.Taken, p.X, p.Y = nil, nil, nil
		return nil
	})
	return of, translate(err)
}

// CaseOfPhoto returns the case that a photograph belongs to. Error:
// no_such_incident, also for one that belongs to none.
func (s *Store) CaseOfPhoto(ctx context.Context, district string, photo uuid.UUID) (*Case, error) {
	return oneCase(ctx, s.pool, selectCase+`JOIN incident_photo a ON a.district = i.district AND a.incident_id = i.incident_id
		WHERE a.district = $1 AND a.photo_id = $2`, district, photo)
}

// Reporter returns who reported a case, to a viewer in whose scope it lies. The
// look is recorded with its reason. Zero when nobody left a name.
func (s *Store) Reporter(ctx context.Context, v Viewer, c *Case, act, reason string) (r Reporter, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := v.in(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT name, phone FROM reporter WHERE district = $1 AND incident_id = $2`, c.District, c.ID)
		if err != nil {
			return err
		}
		if _, err := pgx.ForEachRow(rows, []any{&r.Name, &r.Phone}, func() error { return nil }); err != nil {
			return err
		}
		return record(ctx, tx, revealed(c, act, reason))
	})
	return r, err
}

// Similar returns open cases of a class within a box that were reported between
// two moments: candidates for being the same matter.
func (s *Store) Similar(ctx context.Context, district, kind, code string, box geo.Box, since, until time.Time) ([]Case, error) {
	rows, err := s.pool.Query(ctx, selectCase+`WHERE i.district = $1 AND i.kind = $2 AND i.code = $3 AND i.reported_at >= $4 AND i.x IS NOT NULL
		AND i.reported_at <= $9 AND point(i.x, i.y) <@ box(point($5, $6), point($7, $8)) AND i.state NOT IN ('rejected', 'voided', 'merged', 'closed')
		ORDER BY i.reported_at DESC LIMIT 50`, district, kind, code, since, float64(box.Min.X), float64(box.Min.Y), float64(box.Max.X), float64(box.Max.Y), until)
	if err != nil {
		return nil, translate(err)
	}
	cases, err := pgx.CollectRows(rows, scanCase)
	return cases, translate(err)
}

// CaseNames returns the names of the units and people that cases refer to.
func (s *Store) CaseNames(ctx context.Context, cases []Case) (names map[uuid.UUID]string, err error) {
	names = map[uuid.UUID]string{}
	var ids []uuid.UUID
	for _, c := range cases {
		for _, id := range []uuid.UUID{c.Unit, c.Assignee} {
			if id != uuid.Nil {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return names, nil
	}
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT unit_id, name FROM unit WHERE unit_id = ANY($1) UNION ALL SELECT person_id, name FROM person WHERE person_id = ANY($1)`, ids)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil })
		return err
	})
	return names, err
}

// GridWorker is a grid worker at a grid, with the cases that wait for them.
type GridWorker struct {
	ID    uuid.UUID
	Name  string
	Phone string
	Area  uuid.UUID
	Open  int
}

// WorkersOf lists the grid workers who have a present post at one of some areas.
func (s *Store) WorkersOf(ctx context.Context, district string, areas []uuid.UUID) (workers []GridWorker, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT p.person_id, p.name, p.phone, q.area_id,
			  (SELECT count(*) FROM incident i WHERE i.district = $1 AND i.assignee = p.person_id AND i.state IN ('dispatched', 'handling'))
			FROM post q JOIN person p USING (person_id) LEFT JOIN account a USING (person_id)
			WHERE q.district = $1 AND q.area_id = ANY($2) AND q.role = 'grid_worker' AND q.from_at <= now() AND (q.until_at IS NULL OR q.until_at > now())
			  AND a.disabled_at IS NULL ORDER BY p.name, p.person_id LIMIT 200`, district, areas)
		if err != nil {
			return err
		}
		workers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[GridWorker])
		return err
	})
	return workers, err
}
