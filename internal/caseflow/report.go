package caseflow

import (
	"context"

	"github.com/google/uuid"

	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// Report is what somebody reports. A report without a place is taken as well:
// the desk finds out where it is.
type Report struct {
	District    string
	ID          uuid.UUID // UUIDv7, of the reporter's device
	Point       geo.Point // CGCS2000; zero where it is not known
	Area        uuid.UUID // where no point is known, an area of the boundaries in force; may be zero
	Address     string
	Description string
	Kind        category.Kind // a guess; may be empty
	Code        string
	Photos      []postgres.AttachedPhoto
	Reporter    postgres.Reporter
	Channel     postgres.Channel
	By          uuid.UUID // zero: a citizen, or a key
	Actor       string    // as the audit names them
	Outside     bool
	BodyHash    []byte
}

// Report takes a report. The owner of the place is decided in the transaction
// that adds the case. The same report again gives the case that it made. Errors:
// case_id, case_id_taken, case_address, case_note, case_category, no_such_area,
// photo_missing, photo_taken, district_mismatch.
func (d *Desk) Report(ctx context.Context, by postgres.Write, r Report) (c *postgres.Case, fresh bool, err error) {
	rules, err := d.rules(ctx, r.District)
	if err != nil {
		return nil, false, err
	}
	var class category.Ref
	if r.Code != "" {
		edition, err := d.Store.Categories(ctx, r.District, "")
		if err != nil {
			return nil, false, err
		}
		if _, known := edition.Minor(r.Kind, r.Code); !known {
			return nil, false, fault.New(fault.Unprocessable, "case_category", "分类标准“%[1]s”里没有小类 %[2]s", "the edition %[1]s has no class %[2]s", edition.Name, r.Code)
		}
		class = category.Ref{Edition: edition.Name, Kind: r.Kind, Code: r.Code}
	}
	n := postgres.NewCase{Reporter: r.Reporter, BodyHash: r.BodyHash, Photos: r.Photos,
		Case: postgres.Case{Channel: r.Channel, ReportedBy: r.Actor, Description: r.Description}}
	n.District, n.ID = r.District, r.ID
	return d.Store.AddIncident(ctx, by, n, func(w *postgres.Work) error {
		w.Calendar = rules.calendarVersion
		w.Act(string(policy.CaseCreate))
		place, err := d.place(w, r)
		if err != nil {
			return err
		}
		in, err := incident.New(incident.Report{District: r.District, ID: r.ID, Number: incident.NewNumber(), Place: place, Category: class, Outside: r.Outside},
			incident.Act{By: r.By, At: w.Now, Note: r.Description})
		if err != nil {
			return err
		}
		w.Case.Incident, w.Case.Sight = *in, place.Area
		return d.start(w, rules, incident.IntakePhase)
	})
}

// place decides where a report lies.
func (d *Desk) place(w *postgres.Work, r Report) (incident.Place, error) {
	p := incident.Place{Point: r.Point, Address: r.Address}
	if r.Point == (geo.Point{}) {
		if r.Area == uuid.Nil {
			return p, nil
		}
		ix := d.Boundaries.Index()
		if ix == nil || ix.Edition(r.District) == nil || ix.Edition(r.District).ByID(r.Area) == nil {
			return p, fault.New(fault.Unprocessable, "no_such_area", "现在的边界里没有这个区域", "there is no such area in the boundaries in force")
		}
		p.Area, p.Edition = r.Area, ix.Edition(r.District).ByID(r.Area).Version.Edition
		return p, nil
	}
	owner, covered, err := w.FixOwner(r.Point)
	switch {
	case err != nil:
		return p, err
	case !covered: // outside every district: kept with its point, for the desk to look at
		return p, nil
	case owner.District != r.District:
		return p, fault.New(fault.Unprocessable, "district_mismatch", "这个位置在 %[1]s，不在 %[2]s", "this place is in %[1]s, not in %[2]s", owner.District, r.District)
	}
	p.Area, p.Edition = owner.Area, owner.Edition
	return p, nil
}

// start begins a phase with the limit that the settings give it.
func (d *Desk) start(w *postgres.Work, r *rules, phase incident.Phase) error {
	clock := r.clock(w.Now, worktime.Phase{Limit: r.limits[phase]})
	soon, due := r.reckon(clock)
	return w.Start(phase, clock, soon, due)
}
