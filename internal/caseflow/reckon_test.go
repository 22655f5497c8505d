package caseflow_test

import (
	"testing"
	"time"

	"wangge/internal/casesetting"
	"wangge/internal/incident"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// TestANewCalendarMovesRunningClocks: a holiday that is entered late moves what
// falls on it, and what was told late is told anew; taking it back moves all
// back. A change of anything else reckons nothing.
func TestANewCalendarMovesRunningClocks(t *testing.T) {
	t.Parallel()
	address := pgtest.Database(t)
	d := desk(t, address)
	district(t, d)
	ids := reported(t, d, 3)
	key := postgres.IncidentKey{District: "D", ID: ids[0]}
	conn := sql(t, address)
	state := func() (due time.Time, round int) {
		t.Helper()
		c, err := d.Store.Incident(t.Context(), key.ID)
		if err != nil {
			t.Fatal(err)
		}
		clocks, _, err := d.Store.Clocks(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		r := clocks[incident.IntakePhase]
		if !r.Due.Equal(c.Due) || c.Version != 1 {
			t.Errorf("the clock is due at %v, the case of version %d says %v", r.Due, c.Version, c.Due)
		}
		return r.Due, r.Round
	}
	set := func(change func(*casesetting.Setting)) {
		t.Helper()
		s, err := d.Store.Setting(t.Context(), "D")
		if err == nil {
			change(&s.Setting)
			_, err = d.Store.SaveSetting(t.Context(), "D", s.Setting, postgres.Write{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	scan := func() {
		t.Helper()
		if err := desk(t, address).Scan(t.Context()); err != nil { // one that has not read the setting before
			t.Fatal(err)
		}
	}
	due, _ := state()
	scan()
	fed := number(t, conn, `SELECT count(*) FROM feed`)
	set(func(s *casesetting.Setting) { s.UndoMinutes = 3 })
	scan()
	if same, _ := state(); !same.Equal(due) || number(t, conn, `SELECT count(*) FROM feed`) != fed {
		t.Errorf("the clock moved from %v to %v though the calendar stayed", due, same)
	}
	if _, err := conn.Exec(t.Context(), `UPDATE deadline SET raised = 2, next_at = now() + interval '1 day' WHERE incident_id = $1`, key.ID); err != nil { // it was told
		t.Fatal(err)
	}

	holidays := []casesetting.Day{}
	for i := range 40 {
		holidays = append(holidays, casesetting.Day{Date: time.Now().AddDate(0, 0, i-1).Format(time.DateOnly), Name: "停工"})
	}
	var before []casesetting.Day
	set(func(s *casesetting.Setting) { before, s.Calendar.Days = s.Calendar.Days, holidays })
	scan()
	late, round := state()
	if late.Before(time.Now().AddDate(0, 0, 37)) || round != 2 {
		t.Errorf("due at %v in round %d after 40 holidays; it was %v", late, round, due)
	}
	if n := number(t, conn, `SELECT count(*) FROM feed WHERE what = 'reckoned'`); n != 3 {
		t.Errorf("%d of 3 cases were told of", n)
	}
	if n := number(t, conn, `SELECT count(*) FROM audit WHERE act = 'case.clock' AND detail LIKE '%reckoned%'`); n != 3 {
		t.Errorf("%d of 3 cases are in the audit", n)
	}
	if n := number(t, conn, `SELECT count(*) FROM deadline WHERE ended_at IS NULL AND due_at > now() + interval '37 days' AND next_at BETWEEN now() + interval '30 days' AND due_at`); n != 3 {
		t.Errorf("the scan looks again in time at %d of 3 clocks", n)
	}

	set(func(s *casesetting.Setting) { s.Calendar.Days = before })
	scan()
	if back, _ := state(); !back.Equal(due) {
		t.Errorf("due at %v after the holidays were taken back; it was %v", back, due)
	}
	if keys, err := d.Store.Unreckoned(t.Context(), 10); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v are left", keys, err)
	}
}
