package main

import (
	"context"
	"fmt"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/report"
)

type editionNew struct {
	editionFlags
	Name string `arg:"" help:"Name of the draft."`
	Base string `help:"Edition to begin from; empty when left out." placeholder:"EDITION"`
}

func (c *editionNew) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		e, err := db.NewDraft(ctx, c.District, c.Name, c.Base)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("已新建草稿 %s\n", "new draft %s\n"), e.Name)
		return nil
	})
}

type editionMend struct {
	editionFlags
	Name    string  `arg:"" help:"Name of the draft."`
	List    bool    `help:"List the findings with their numbers and proposals, and the changes made."`
	Finding int64   `help:"Number of the finding to put right." placeholder:"N"`
	Kind    string  `help:"How: fill, cut, trim, assign, remove_vertex or snap; the first proposal when left out." placeholder:"KIND"`
	Area    string  `help:"Code of the area that gets, keeps or loses the ground; the proposal's when left out." placeholder:"CODE"`
	Snap    float64 `help:"Draw borders together that lie within so many metres, on all levels." placeholder:"METRES"`
	Undo    bool    `help:"Take the last change back."`
	Redo    bool    `help:"Make the last change again that was taken back."`
}

func (c *editionMend) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		var e *area.Edition
		var err error
		switch {
		case c.List:
			return c.list(ctx, t, db)
		case c.Undo:
			e, err = db.Undo(ctx, c.District, c.Name, postgres.Write{})
		case c.Redo:
			e, err = db.Redo(ctx, c.District, c.Name, postgres.Write{})
		case c.Snap != 0:
			e, err = db.Mend(ctx, c.District, c.Name, postgres.Mending{Kind: string(area.SnapBorders), Metres: c.Snap}, postgres.Write{})
		case c.Finding != 0:
			var m postgres.Mending
			if m, err = c.chosen(ctx, db); err == nil {
				e, err = db.Mend(ctx, c.District, c.Name, m, postgres.Write{})
			}
		default:
			err = fault.New(fault.Invalid, "nothing_asked", "请写明做什么：--list、--finding、--snap、--undo 或 --redo", "say what to do: --list, --finding, --snap, --undo or --redo")
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("已改，草稿还有 %d 条问题\n", "done; the draft has %d findings\n"), e.Findings)
		return nil
	})
}

// chosen is the mend that the flags ask for, completed by the finding's proposals.
func (c *editionMend) chosen(ctx context.Context, db *database) (m postgres.Mending, err error) {
	e, err := db.Edition(ctx, c.District, c.Name)
	if err != nil {
		return m, err
	}
	found, err := db.Findings(ctx, e.District, e.ID, postgres.Page{Most: 1_000_000})
	if err != nil {
		return m, err
	}
	m = postgres.Mending{Finding: c.Finding, Kind: c.Kind, Area: c.Area}
	for _, f := range found {
		if f.ID != c.Finding {
			continue
		}
		for _, p := range f.Mends {
			if c.Kind == "" || c.Kind == string(p.Kind) {
				m.Kind, m.Metres = string(p.Kind), p.Metres
				if m.Area == "" {
					m.Area = p.Area
				}
				break
			}
		}
	}
	return m, nil
}

func (c *editionMend) list(ctx context.Context, t *terminal, db *database) error {
	e, err := db.Edition(ctx, c.District, c.Name)
	if err != nil {
		return err
	}
	found, err := db.Findings(ctx, e.District, e.ID, postgres.Page{Most: 10_000})
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintf(t.out, "%d  %s  %s\n", f.ID, f.Severity.Word(t.lang), report.Describe(f, t.lang))
		if f.Waived != "" {
			fmt.Fprintf(t.out, t.say("    已放行：%s\n", "    waived: %s\n"), f.Waived)
		}
		for _, m := range f.Mends {
			fmt.Fprintf(t.out, "    %s  %s\n", m.Kind, m.Text(t.lang))
		}
	}
	mends, err := db.Mends(ctx, e.District, e.ID, postgres.Page{Most: 1000})
	if err != nil {
		return err
	}
	for i := range mends {
		m := mends[len(mends)-1-i]
		undone := ""
		if m.Undone {
			undone = t.say("（已撤销）", " (undone)")
		}
		fmt.Fprintf(t.out, "%s  %s%s\n", m.Made.Local().Format(time.DateTime), t.say(m.ZH, m.EN), undone)
	}
	return nil
}

type editionWaive struct {
	editionFlags
	Name    string `arg:"" help:"Name of the draft."`
	Finding int64  `required:"" help:"Number of the finding, as edition mend --list gives it." placeholder:"N"`
	Reason  string `help:"Why it may pass; without one the finding counts again."`
}

func (c *editionWaive) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		_, err := db.Waive(ctx, c.District, c.Name, c.Finding, c.Reason, postgres.Write{})
		if err == nil {
			fmt.Fprintln(t.out, t.say("已记下", "noted"))
		}
		return err
	})
}
