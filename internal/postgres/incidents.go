package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

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

// Resting stands for the deadline of a case that rests, in the order of the queue.
var Resting = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

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
const endedStates = `('closed', 'rejected', 'voided', 'merged')`

// caseWhere is a condition on incident i that grows by what is asked for alone:
// one that stood for everything at once, with "or nothing is asked", could use no
// index.
type caseWhere struct {
	sql  strings.Builder
	args []any
}

// arg binds a value and returns its place.
func (w *caseWhere) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *caseWhere) and(condition string) {
	if w.sql.Len() == 0 {
		w.sql.WriteString(" WHERE ")
	} else {
		w.sql.WriteString(" AND ")
	}
	w.sql.WriteString(condition)
}

// caseAreas are the areas that a list is about, found beforehand: how many they
// are decides which index serves.
type caseAreas struct {
	seen   []uuid.UUID // in parts of districts that the viewer sees
	within []uuid.UUID // below the area of the filter
}

func (s *Store) caseAreas(ctx context.Context, v CaseViewer, f CaseFilter) (a caseAreas, err error) {
	_, parts := v.split()
	if a.seen, err = s.areasIn(ctx, parts); err == nil && f.Area != nil {
		a.within, err = s.areasIn(ctx, []Scope{*f.Area})
	}
	return a, err
}

func (s *Store) areasIn(ctx context.Context, scopes []Scope) ([]uuid.UUID, error) {
	if len(scopes) == 0 {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `SELECT a.area_id FROM area_position a JOIN jsonb_to_recordset($1::jsonb) AS s(district text, edition uuid, lo integer, hi integer)
		ON a.district = s.district COLLATE "C" AND a.edition_id = s.edition AND a.lo >= s.lo AND a.lo < s.hi`, scopes)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, translate(err)
}

// split tells whole districts, which are seen without asking where each case
// lies, from parts of districts.
func (v *CaseViewer) split() (whole []string, parts []Scope) {
	for _, s := range v.Scopes {
		if s.Lo == 0 {
			whole = append(whole, s.District)
		} else {
			parts = append(parts, s)
		}
	}
	return whole, parts
}

// whereCase holds a list to what its viewer may see and to a filter.
func whereCase(v CaseViewer, f CaseFilter, areas caseAreas) *caseWhere {
	w := &caseWhere{}
	w.seenBy(v, f.District, areas.seen)
	if f.District != "" {
		w.and("i.district = " + w.arg(f.District))
	}
	if f.States != nil {
		w.and("i.state = ANY(" + w.arg(f.States) + ")")
	}
	if f.OpenOnly || f.Overdue { // a clock runs in open cases alone
		w.and("i.state IN " + openStates)
	}
	if f.Overdue {
		w.and("i.clock_due <= now()")
	}
	if f.Kind != "" {
		w.and("i.kind = " + w.arg(f.Kind))
	}
	switch {
	case len(f.Code) == 2:
		w.and("i.code ^@ " + w.arg(f.Code))
	case f.Code != "":
		w.and("i.code = " + w.arg(f.Code))
	}
	if f.Unit != uuid.Nil {
		w.and("i.unit_id = " + w.arg(f.Unit))
	}
	if f.Assignee != uuid.Nil {
		w.and("i.assignee = " + w.arg(f.Assignee))
	}
	if f.Mine {
		w.and("(i.unit_id = ANY(" + w.arg(append([]uuid.UUID{}, v.Units...)) + ") OR i.assignee = " + w.arg(idOrNull(v.Person)) + ")")
	}
	if f.Area != nil {
		w.and("i.district = " + w.arg(f.Area.District) + " AND i.sight = ANY(" + w.arg(areas.within) + ")")
	}
	if f.Box != nil {
		w.and(w.inBox(f.Box))
	}
	if !f.From.IsZero() {
		w.and("i.reported_at >= " + w.arg(f.From))
	}
	if !f.To.IsZero() {
		w.and("i.reported_at < " + w.arg(f.To))
	}
	if f.Text != "" {
		text := w.arg(f.Text)
		w.and("pieces(left(i.number || ' ' || i.address || ' ' || i.description, 600)) @> pieces(" + text + ")")
		w.and("position(lower(" + text + ") IN lower(i.number || ' ' || i.address || ' ' || i.description)) > 0")
	}
	if f.Located != nil {
		w.and("(i.x IS NOT NULL AND i.area_id IS NOT NULL) = " + w.arg(*f.Located))
	}
	if f.Parent != uuid.Nil {
		w.and("i.parent_id = " + w.arg(f.Parent))
	}
	if f.Disputed {
		w.and("i.disputed")
	}
	if !f.ClosedFrom.IsZero() {
		w.and("i.closed_at >= " + w.arg(f.ClosedFrom))
	}
	return w
}

// smallBox is the side of a box that the index of places is asked for, on the
// lattice: some five kilometres. In a larger one there are so many cases that
// looking through the latest finds a page sooner, and the planner cannot tell.
const smallBox = 500_000

// inBox says that a case lies in a box.
func (w *caseWhere) inBox(b *geo.Box) string {
	west, south, east, north := w.arg(b.Min.X), w.arg(b.Min.Y), w.arg(b.Max.X), w.arg(b.Max.Y)
	in := fmt.Sprintf("i.x BETWEEN %s AND %s AND i.y BETWEEN %s AND %s", west, east, south, north)
	if int64(b.Max.X)-int64(b.Min.X) <= smallBox && int64(b.Max.Y)-int64(b.Min.Y) <= smallBox {
		in += fmt.Sprintf(" AND i.x IS NOT NULL AND ST_MakePoint(i.x, i.y) && ST_MakeEnvelope(%s::integer, %s::integer, %s::integer, %s::integer)", west, south, east, north)
	}
	return in
}

// stillTheirs: what was assigned to somebody is theirs to read until a month after
// it was closed.
const stillTheirs = "(i.closed_at IS NULL OR i.closed_at > now() - interval '30 days')"

// seenBy adds what a viewer may see.
func (w *caseWhere) seenBy(v CaseViewer, district string, areas []uuid.UUID) {
	whole, _ := v.split()
	if v.Everywhere || district != "" && slices.Contains(whole, district) {
		return
	}
	var mine []string
	if len(whole) > 0 {
		mine = append(mine, "i.district = ANY("+w.arg(whole)+")")
	}
	if len(areas) > 0 {
		mine = append(mine, "i.sight = ANY("+w.arg(areas)+")")
	}
	if len(v.Units) > 0 {
		mine = append(mine, "i.unit_id = ANY("+w.arg(v.Units)+") AND "+stillTheirs)
	}
	if v.Person != uuid.Nil {
		mine = append(mine, "i.assignee = "+w.arg(v.Person)+" AND "+stillTheirs)
	}
	if v.Reporter != "" {
		mine = append(mine, "i.reported_by = "+w.arg(v.Reporter)+" AND i.channel <> 'citizen'")
	}
	if len(mine) == 0 {
		mine = append(mine, "false")
	}
	w.and("(" + strings.Join(mine, " OR ") + ")")
}

// Incidents lists the cases that the viewer may see.
func (s *Store) Incidents(ctx context.Context, v CaseViewer, f CaseFilter) (cases []Case, err error) {
	areas, err := s.caseAreas(ctx, v, f)
	if err != nil {
		return nil, err
	}
	w := whereCase(v, f, areas)
	key, order, after := "(i.reported_at, i.incident_id)", "i.reported_at DESC, i.incident_id DESC", "<"
	if f.ByDue {
		key, order, after = "(coalesce(i.clock_due, 'infinity'), i.incident_id)", "coalesce(i.clock_due, 'infinity'), i.incident_id", ">"
	}
	if !f.AfterTime.IsZero() {
		last := any(f.AfterTime)
		if f.ByDue && f.AfterTime.Equal(Resting) {
			last = pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
		}
		w.and(key + " " + after + " (" + w.arg(last) + "::timestamptz, " + w.arg(f.AfterID) + ")")
	}
	rows, err := s.pool.Query(ctx, selectCase+w.sql.String()+" ORDER BY "+order+" LIMIT "+w.arg(f.Most), w.planned()...)
	if err != nil {
		return nil, translate(err)
	}
	cases, err = pgx.CollectRows(rows, scanCase)
	return cases, translate(err)
}

// planned are the arguments of a statement that is planned for them anew each
// time: how best to find a text or a box depends on which.
func (w *caseWhere) planned() []any { return append([]any{pgx.QueryExecModeCacheDescribe}, w.args...) }

// CaseCounts is how many cases there are of each state, and how many of the open
// ones are overdue or due soon. Open ones are all counted; of the others, those
// that were reported since EndedSince.
type CaseCounts struct {
	ByState                map[string]int
	Open, Overdue, DueSoon int
	EndedSince             time.Time
}

// How far back cases are counted that are not open any more, where nobody says,
// and at most: all that there ever were would be more each day.
const (
	endedFor  = 7 * 24 * time.Hour
	endedMost = 14 * 24 * time.Hour
)

// CountIncidents counts the cases that the viewer may see.
func (s *Store) CountIncidents(ctx context.Context, v CaseViewer, f CaseFilter) (n CaseCounts, err error) {
	n.ByState = map[string]int{}
	until := f.To
	if until.IsZero() {
		until = time.Now().UTC()
	}
	n.EndedSince = f.From
	if f.From.IsZero() {
		n.EndedSince = until.Add(-endedFor)
	}
	if earliest := until.Add(-endedMost); n.EndedSince.Before(earliest) {
		n.EndedSince = earliest
	}
	areas, err := s.caseAreas(ctx, v, f)
	if err != nil {
		return n, err
	}
	open, ended := f, f
	open.OpenOnly, ended.From = true, n.EndedSince
	if !f.ClosedFrom.IsZero() { // the window is that of the closing, however old the report
		ended.From = f.From
		if earliest := until.Add(-endedMost); f.ClosedFrom.Before(earliest) {
			ended.ClosedFrom = earliest
		}
	}
	for _, half := range []struct {
		f    CaseFilter
		only string
	}{{open, ""}, {ended, "i.state IN " + endedStates}} {
		if half.only != "" && (f.OpenOnly || f.Overdue) {
			continue
		}
		w := whereCase(v, half.f, areas)
		if half.only != "" {
			w.and(half.only)
		}
		rows, err := s.pool.Query(ctx, `SELECT i.state, count(*), count(*) FILTER (WHERE i.clock_due <= now()), count(*) FILTER (WHERE i.clock_soon <= now() AND i.clock_due > now())
			FROM incident i `+w.sql.String()+` GROUP BY i.state`, w.planned()...)
		if err != nil {
			return n, translate(err)
		}
		var state string
		var all, late, soon int
		if _, err := pgx.ForEachRow(rows, []any{&state, &all, &late, &soon}, func() error {
			n.ByState[state] = all
			if half.only == "" {
				n.Open, n.Overdue, n.DueSoon = n.Open+all, n.Overdue+late, n.DueSoon+soon
			}
			return nil
		}); err != nil {
			return n, translate(err)
		}
	}
	return n, nil
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
	err = s.inTx(ctx, func(tx *writing) error {
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
		record(ctx, tx, revealed(c, act, reason))
		return nil
	})
	return r, err
}

// Similar returns open cases of a class within a box that were reported between
// two moments: candidates for being the same matter.
func (s *Store) Similar(ctx context.Context, district, kind, code string, box geo.Box, since, until time.Time) ([]Case, error) {
	w := &caseWhere{}
	w.and("i.district = " + w.arg(district) + " AND i.kind = " + w.arg(kind) + " AND i.code = " + w.arg(code))
	w.and("i.reported_at BETWEEN " + w.arg(since) + " AND " + w.arg(until) + " AND i.state IN " + openStates)
	w.and(w.inBox(&box))
	rows, err := s.pool.Query(ctx, selectCase+w.sql.String()+" ORDER BY i.reported_at DESC LIMIT 50", w.planned()...)
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
