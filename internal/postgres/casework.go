package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/audit"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/worktime"
)

// Work is one write about a case, while its row is locked. What do and finish
// change in Case and through its methods is saved when they return.
type Work struct {
	Case *Case
	Now  time.Time // by the database's clock
	// Calendar is the version of the calendar (CaseSetting.Reckoned) by which do
	// and finish reckon clocks.
	Calendar int64

	ctx    context.Context //nolint:containedctx // of one write, while its row is locked
	tx     *writing
	store  *Store
	clocks map[incident.Phase]*Running
	photos []AttachedPhoto
	before []byte   // clocks as they were read, as an entry keeps them
	added  *NewCase // nil for a case that is there
	act    string   // of the audit
}

// Running is the clock of a phase that runs or rests.
type Running struct {
	Round int
	Clock worktime.Clock // without its calendar
	// Soon and Due are what the clock comes to; zero while it rests.
	Soon, Due time.Time
	RestUntil time.Time // when a suspended case goes on by itself
	Ended     bool
	EndedAt   time.Time `json:"-"`

	raised   int
	reckoned int64 // by which calendar; 0 is by one that is not known
	changed  bool
}

// workOn locks a case for a write.
func (s *Store) workOn(ctx context.Context, tx *writing, key IncidentKey) (*Work, error) {
	c, err := oneCase(ctx, tx, selectCase+`WHERE i.district = $1 AND i.incident_id = $2 FOR UPDATE`, key.District, key.ID)
	if err != nil {
		return nil, err
	}
	w := &Work{ctx: ctx, tx: tx, store: s, Case: c, clocks: map[incident.Phase]*Running{}}
	if err := w.readClock(); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT phase, round, clock, soon_at, due_at, rest_until, raised, reckoned FROM deadline
		WHERE district = $1 AND incident_id = $2 AND ended_at IS NULL`, key.District, key.ID)
	if err != nil {
		return nil, err
	}
	var phase incident.Phase
	var clock []byte
	var soon, due, rest *time.Time
	var round, raised int
	var reckoned int64
	_, err = pgx.ForEachRow(rows, []any{&phase, &round, &clock, &soon, &due, &rest, &raised, &reckoned}, func() error {
		r := &Running{Round: round, Soon: orZero(soon), Due: orZero(due), RestUntil: orZero(rest), raised: raised, reckoned: reckoned}
		w.clocks[phase] = r
		return json.Unmarshal(clock, &r.Clock)
	})
	if err != nil {
		return nil, err
	}
	w.before, err = json.Marshal(w.clocks)
	return w, err
}

// readClock takes the moment of the write from the database.
func (w *Work) readClock() error {
	return w.tx.QueryRow(w.ctx, `SELECT clock_timestamp()`).Scan(&w.Now)
}

// Clock returns the clock of a phase that runs or rests; nil when none does.
func (w *Work) Clock(p incident.Phase) *Running { return w.clocks[p] }

// Start begins a new round of a phase, and ends the one that runs.
func (w *Work) Start(p incident.Phase, clock worktime.Clock, soon, due time.Time) error {
	var round int
	if err := w.tx.QueryRow(w.ctx, `SELECT coalesce(max(round), 0) FROM deadline WHERE district = $1 AND incident_id = $2 AND phase = $3`,
		w.Case.District, w.Case.ID, string(p)).Scan(&round); err != nil {
		return err
	}
	if old := w.clocks[p]; old != nil { // one phase has one clock
		round = max(round, old.Round)
		if !old.Ended {
			old.Ended = true
			if err := w.saveClock(p, old); err != nil {
				return err
			}
		}
	}
	w.clocks[p] = &Running{Round: round + 1, Clock: clock, Soon: soon, Due: due, reckoned: w.Calendar, changed: true}
	return nil
}

// Change marks a clock as changed and reckoned. One whose lateness has been told and that has
// time again begins a new round, which is told anew.
func (w *Work) Change(p incident.Phase) error {
	r := w.clocks[p]
	r.reckoned = w.Calendar
	if r.changed = true; r.raised == 0 || !r.Due.After(w.Now) {
		return nil
	}
	return w.Start(p, r.Clock, r.Soon, r.Due)
}

// Stop ends the clock of a phase.
func (w *Work) Stop(p incident.Phase) {
	if r := w.clocks[p]; r != nil {
		r.Ended, r.changed = true, true
	}
}

// Attach adds photographs to the case.
func (w *Work) Attach(photos []AttachedPhoto) { w.photos = append(w.photos, photos...) }

// Act names what is done for the audit.
func (w *Work) Act(action string) { w.act = action }

// FixOwner decides who owns a point, under the generation at the commit.
func (w *Work) FixOwner(p geo.Point) (Owner, bool, error) { return w.store.FixOwner(w.ctx, w.tx, p) }

// Territory returns the unit of an area, which is made when it is first needed.
func (w *Work) Territory(area uuid.UUID, name string) (uuid.UUID, error) {
	return ensureTerritory(w.ctx, w.tx, w.Case.District, area, name)
}

// Past returns the last two entries of the history, the older first.
func (w *Work) Past() ([]incident.Entry, error) {
	rows, err := w.tx.Query(w.ctx, selectEntry+`WHERE district = $1 AND incident_id = $2 AND version > $3 ORDER BY version`, w.Case.District, w.Case.ID, w.Case.Version-2)
	if err != nil {
		return nil, err
	}
	entries, err := pgx.CollectRows(rows, scanCaseEntry)
	past := make([]incident.Entry, len(entries))
	for i := range entries {
		past[i] = entries[i].Entry
	}
	return past, err
}

// RestoreClocks puts the clocks back to how they were after the entry of a
// version, for an undo: what has begun since is over.
func (w *Work) RestoreClocks(version int64) error {
	var kept map[incident.Phase]*Running
	if err := w.tx.QueryRow(w.ctx, `SELECT clocks FROM incident_entry WHERE district = $1 AND incident_id = $2 AND version = $3`,
		w.Case.District, w.Case.ID, version).Scan(&kept); err != nil {
		return err
	}
	for p, r := range w.clocks {
		if old := kept[p]; old == nil || old.Round != r.Round {
			w.clocks[p].Ended, w.clocks[p].changed = true, true
			if err := w.saveClock(p, r); err != nil {
				return err
			}
			delete(w.clocks, p)
		}
	}
	for p, old := range kept {
		old.changed = true
		if r := w.clocks[p]; r != nil {
			old.raised = r.raised
		} else if err := w.tx.QueryRow(w.ctx, `SELECT raised FROM deadline WHERE district = $1 AND incident_id = $2 AND phase = $3 AND round = $4`,
			w.Case.District, w.Case.ID, string(p), old.Round).Scan(&old.raised); err != nil {
			return err
		}
		w.clocks[p] = old
	}
	return nil
}

// Evidence returns the photographs that have come since the last dispatch, those
// that are being attached among them, as the check of the work needs them.
func (w *Work) Evidence() ([]incident.Evidence, error) {
	var fresh []uuid.UUID
	for _, p := range w.photos {
		fresh = append(fresh, p.ID)
	}
	rows, err := w.tx.Query(w.ctx, `SELECT p.photo_id, p.place_x, p.place_y, p.taken_at FROM photo p LEFT JOIN incident_photo a USING (district, photo_id)
		WHERE p.district = $1 AND (a.incident_id = $2 OR p.photo_id = ANY($3)) AND p.state = 'complete' AND p.taken_at IS NOT NULL AND p.place_x IS NOT NULL AND p.completed_at > $4
		ORDER BY p.taken_at DESC`, w.Case.District, w.Case.ID, fresh, w.Case.DispatchedAt)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e incident.Evidence, err error) {
		return e, row.Scan(&e.Photo, &e.Point.X, &e.Point.Y, &e.Taken)
	})
}

// Other locks another case of the district: the one that this one is merged
// into. Error: no_such_incident.
func (w *Work) Other(id uuid.UUID) (*Case, error) {
	return oneCase(w.ctx, w.tx, selectCase+`WHERE i.district = $1 AND i.incident_id = $2 FOR UPDATE`, w.Case.District, id)
}

// Followers counts the cases that are merged into this one.
func (w *Work) Followers() (n int, err error) {
	err = w.tx.QueryRow(w.ctx, `SELECT count(*) FROM incident WHERE district = $1 AND parent_id = $2`, w.Case.District, w.Case.ID).Scan(&n)
	return n, err
}

const progressColumns = `state, x, y, address, area_id, edition_id, kind, code, category, condition, unit_id, assignee, due_at,
	received_by, handled_by, proof, responded_at, filed_at, dispatched_at, handled_at, closed_at,
	supervised, asked_until, asked_by, extensions, returns, reworks, reopened, disputed, forced, deferred, rest_until, before_state, parent_id, answer`

// save writes the case as it is now. seen is the version that was read; 0 adds
// the case.
func (w *Work) save(seen int64) error {
	c := w.Case
	entries := c.Fresh()
	if len(entries) == 0 {
		return errors.New("nothing was done to the case")
	}
	w.showClock()
	if c.Category.Edition == category.Default().Name { // it has no row until something refers to it
		if err := ensureDefaultCategories(w.ctx, w.tx, c.District); err != nil {
			return err
		}
	}
	values := append([]any{c.District, c.ID, seen, c.Version, c.UpdatedAt, idOrNull(c.Sight), orNull(c.Due), orNull(c.Soon)}, progressOf(c.Progress)...)
	if seen == 0 {
		values = append(values, c.Number, w.added.BodyHash, string(c.Channel), c.ReportedBy, c.ReportedAt, c.Outside, c.Description)
		_, err := w.tx.Exec(w.ctx, `INSERT INTO incident (district, incident_id, version, updated_at, sight, seen_in, clock_due, clock_soon, `+progressColumns+`,
			  number, body_hash, channel, reported_by, reported_at, outside, description)
			SELECT $1, $2, $4, $5, $6, $14, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
			  $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50 WHERE $3::bigint = 0`, values...)
		if err != nil {
			return refersTo(err)
		}
	} else {
		done, err := w.tx.Exec(w.ctx, `UPDATE incident SET version = $4, updated_at = $5, sight = $6, clock_due = $7, clock_soon = $8,
			  (`+progressColumns+`) = ($9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
			  $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43)
			WHERE district = $1 AND incident_id = $2 AND version = $3`, values...)
		if err != nil {
			return refersTo(err)
		}
		if done.RowsAffected() != 1 {
			return errors.New("the case changed under its lock")
		}
	}
	if err := w.saveParts(entries); err != nil {
		return err
	}
	return w.tell(entries)
}

// showClock gives the case the times of its phase's clock.
func (w *Work) showClock() {
	c := w.Case
	for _, r := range w.clocks {
		r.Clock.Calendar = nil // what is kept does not depend on it
	}
	c.Due, c.Soon = time.Time{}, time.Time{}
	if r := w.clocks[c.State.Phase()]; r != nil && !r.Ended {
		c.Due, c.Soon = r.Due, r.Soon
	}
}

// refersTo turns a broken reference into what it means.
func refersTo(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "23503" {
		return err
	}
	switch pg.ConstraintName {
	case "incident_district_unit_id_fkey":
		return fault.New(fault.Unprocessable, "no_such_unit", "没有这个责任单位", "there is no such unit")
	case "incident_assignee_fkey":
		return NoSuchPerson()
	case "incident_district_category_fkey":
		return fault.New(fault.Unprocessable, "no_such_category", "没有这个分类标准", "there is no such edition of classes")
	case "incident_photo_district_photo_id_fkey":
		return photoMissing()
	}
	return err
}

func photoMissing() error {
	return fault.New(fault.Unprocessable, "photo_missing", "照片还没有传完，或不存在", "a photograph is not there, or has not arrived whole")
}

// saveParts writes history, clocks, photographs and reporter.
func (w *Work) saveParts(entries []incident.Entry) error {
	c := w.Case
	alive := map[incident.Phase]*Running{}
	for p, r := range w.clocks {
		if r.changed {
			if err := w.saveClock(p, r); err != nil {
				return err
			}
		}
		if !r.Ended {
			alive[p] = r
		}
	}
	for i, e := range entries {
		clocks := any(alive)
		if i < len(entries)-1 { // an entry before the last changed none of them
			clocks = w.before
		}
		if _, err := w.tx.Exec(w.ctx, `INSERT INTO incident_entry (district, incident_id, version, action, from_state, to_state, at, actor, reason, note, after, clocks)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			e.District, e.Incident, e.Version, string(e.Action), string(e.From), string(e.To), e.At, idOrNull(e.By), string(e.Reason), e.Note, e.After, clocks); err != nil {
			return err
		}
	}
	if err := w.savePhotos(); err != nil {
		return err
	}
	if w.added != nil && w.added.Reporter != (Reporter{}) {
		_, err := w.tx.Exec(w.ctx, `INSERT INTO reporter (district, incident_id, name, phone) VALUES ($1, $2, $3, $4)`, c.District, c.ID, w.added.Reporter.Name, w.added.Reporter.Phone)
		return err
	}
	return nil
}

// savePhotos attaches photographs that whoever acts has sent, that have arrived
// whole and belong to no case yet. Errors: photo_missing, photo_taken.
func (w *Work) savePhotos() error {
	for _, p := range w.photos {
		var whole bool
		err := w.tx.QueryRow(w.ctx, `SELECT state = 'complete' AND owner = $3 FROM photo WHERE district = $1 AND photo_id = $2 FOR SHARE`,
			w.Case.District, p.ID, audit.ActorOf(w.ctx).Who).Scan(&whole)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !whole {
			return photoMissing()
		}
		if err != nil {
			return err
		}
		done, err := w.tx.Exec(w.ctx, `INSERT INTO incident_photo (district, photo_id, incident_id, kind, version) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			w.Case.District, p.ID, w.Case.ID, p.Kind, w.Case.Version)
		if err != nil {
			return refersTo(err)
		}
		if done.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "photo_taken", "照片已属于一个案卷", "a photograph belongs to a case already")
		}
	}
	return nil
}

// LongAfter is how long after the deadline a case is overdue for long.
const LongAfter = 24 * time.Hour

// saveClock writes one clock, and when the scan has to look at it.
func (w *Work) saveClock(p incident.Phase, r *Running) error {
	var next, ended *time.Time
	switch {
	case r.Ended:
		ended = &w.Now
	case r.Due.IsZero():
		next = orNull(r.RestUntil)
	case r.raised == 0 && r.Soon.Before(r.Due):
		next = &r.Soon
	case r.raised <= 1:
		next = &r.Due
	case r.raised == 2:
		long := r.Due.Add(LongAfter)
		next = &long
	}
	_, err := w.tx.Exec(w.ctx, `INSERT INTO deadline (district, incident_id, phase, round, clock, soon_at, due_at, rest_until, ended_at, next_at, reckoned)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (district, incident_id, phase, round) DO UPDATE SET clock = excluded.clock, soon_at = excluded.soon_at, due_at = excluded.due_at,
		  rest_until = excluded.rest_until, ended_at = excluded.ended_at, next_at = excluded.next_at, reckoned = excluded.reckoned`,
		w.Case.District, w.Case.ID, string(p), r.Round, r.Clock, orNull(r.Soon), orNull(r.Due), orNull(r.RestUntil), ended, next, r.reckoned)
	r.changed = false
	return err
}

// tell writes outbox, audit and feed.
func (w *Work) tell(entries []incident.Entry) error {
	c, last := w.Case, entries[len(entries)-1]
	if _, err := w.tx.Exec(w.ctx, `INSERT INTO outbox (event_id, subject, id, version, what) VALUES ($1, 'incident', $2, $3, $4)`,
		uuid.Must(uuid.NewV7()), c.ID, c.Version, string(last.Action)); err != nil {
		return err
	}
	recordCase(w.ctx, w.tx, c, w.act, string(last.Action), map[string]any{"version": c.Version, "state": c.State})
	return nil
}

// recordCase writes the row of the audit about a case, and the event of the feed
// with its number.
func recordCase(ctx context.Context, tx *writing, c *Case, act, what string, detail map[string]any) {
	detail["did"] = what
	entry := audit.Entry{Act: act, District: c.District, Object: "incident " + c.ID.String(), Result: audit.Done, Detail: audit.Detail(detail)}
	record(ctx, tx, entry).event = &event{c, what}
}

// UnitWorks refuses a unit that is not there or does not work any more. Errors:
// no_such_unit, unit_disabled.
func (w *Work) UnitWorks(id uuid.UUID) error {
	var works bool
	err := w.tx.QueryRow(w.ctx, `SELECT disabled_at IS NULL FROM unit WHERE district = $1 AND unit_id = $2`, w.Case.District, id).Scan(&works)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.Unprocessable, "no_such_unit", "没有这个责任单位", "there is no such unit")
	}
	if err == nil && !works {
		err = fault.New(fault.Conflict, "unit_disabled", "这个责任单位已停用", "this unit has been disabled")
	}
	return err
}

// AreaIn reports whether an area is in an edition of the district.
func (w *Work) AreaIn(edition, area uuid.UUID) (in bool, err error) {
	err = w.tx.QueryRow(w.ctx, `SELECT EXISTS (SELECT FROM area_version WHERE district = $1 AND edition_id = $2 AND area_id = $3)`, w.Case.District, edition, area).Scan(&in)
	return in, err
}

// Fits refuses an assignee who is neither of the unit nor at work in the
// district's areas, or whose account is disabled. Error: case_assignee.
func (w *Work) Fits(unit, assignee uuid.UUID) error {
	var fits bool
	err := w.tx.QueryRow(w.ctx, `SELECT NOT EXISTS (SELECT FROM account WHERE person_id = $3 AND disabled_at IS NOT NULL)
		AND (EXISTS (SELECT FROM unit_member WHERE district = $1 AND unit_id = $2 AND person_id = $3)
		  OR EXISTS (SELECT FROM post WHERE district = $1 AND person_id = $3 AND role IN ('grid_worker', 'grid_lead', 'community_officer', 'street_officer')
		       AND from_at <= now() AND (until_at IS NULL OR until_at > now())))`, w.Case.District, unit, assignee).Scan(&fits)
	if err == nil && !fits {
		err = fault.New(fault.Unprocessable, "case_assignee", "此人不是该单位的人员，也不在本区网格、社区、街道岗位上", "this person is neither of the unit nor at work in the district's areas")
	}
	return err
}
