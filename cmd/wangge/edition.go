package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"wangge/internal/area"
	"wangge/internal/postgres"
	"wangge/internal/report"
)

type editionCommand struct {
	List     editionList     `cmd:"" help:"List the editions, newest first."`
	Check    editionCheck    `cmd:"" help:"Run every rule over an edition."`
	Diff     editionDiff     `cmd:"" help:"What edition B changes against edition A."`
	New      editionNew      `cmd:"" help:"Begin a draft, empty or as a copy of another edition."`
	Mend     editionMend     `cmd:"" help:"Put a finding of a draft right, undo, or list what was changed."`
	Lineage  editionLineage  `cmd:"" help:"What ties an edition to the one before: proposed for a draft, recorded once activated."`
	Waive    editionWaive    `cmd:"" help:"Let a finding of a draft pass, with a reason."`
	Activate editionActivate `cmd:"" help:"Put an edition into force from a date."`
}

type editionFlags struct {
	databaseFlags
	District string `help:"Code of the district; may be left out while there is only one."`
}

type editionList struct{ editionFlags }

func (c *editionList) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		var districts []string
		if c.District != "" {
			districts = []string{c.District}
		}
		editions, err := db.Editions(ctx, districts, postgres.Page{Most: 1000})
		if err != nil {
			return err
		}
		force, err := db.InForce(ctx, postgres.At{})
		if err != nil {
			return err
		}
		if len(editions) == 0 {
			fmt.Fprintln(t.out, t.say("还没有版次；先运行 wangge import", "no editions yet; start with wangge import"))
		}
		for _, e := range editions {
			state := t.say(map[area.Status]string{area.Draft: "草稿", area.Checked: "已检查"}[e.Status], string(e.Status))
			if len(e.Activations) > 0 {
				var times []string
				for _, a := range slices.Backward(e.Activations) {
					times = append(times, fmt.Sprintf(t.say("自 %s 启用（第 %d 代）", "from %s (generation %d)"), a.ValidFrom.Format(time.DateOnly), a.Generation))
				}
				state = strings.Join(times, t.say("，", ", "))
			}
			if slices.ContainsFunc(force.Editions, func(f postgres.EditionInForce) bool { return f.Edition == e.ID }) {
				state = t.say("【现行】", "[in force] ") + state
			}
			fmt.Fprintf(t.out, "%s  %s  %s", e.District, e.Name, state)
			for _, l := range e.Levels {
				fmt.Fprintf(t.out, "  %s %d", t.say(l.Level.Word(), l.Level.String()), l.Areas)
			}
			fmt.Fprintf(t.out, t.say("  问题 %d\n", "  findings %d\n"), e.Findings)
		}
		return nil
	})
}

type editionCheck struct {
	editionFlags
	Name   string `arg:"" help:"Name of the edition."`
	Report string `type:"path" help:"Write the findings to a file: .json, .geojson, .html (a page to print), else text."`
}

func (c *editionCheck) Run(ctx context.Context, t *terminal) error {
	if err := refuseReportPath(c.Report); err != nil {
		return err
	}
	return c.withStore(ctx, t, func(db *database) error {
		e, found, err := db.CheckEdition(ctx, c.District, c.Name)
		if err != nil {
			return err
		}
		if c.Report != "" {
			r := &report.Report{Edition: e, District: e.District, Findings: found}
			if _, r.Areas, err = db.AreasOf(ctx, e.District, e.Name); err != nil {
				return err
			}
			mends, err := db.Mends(ctx, e.District, e.ID, postgres.Page{Most: 1000})
			if err != nil {
				return err
			}
			for i := range mends { // oldest first
				m := mends[len(mends)-1-i]
				r.Changes = append(r.Changes, report.Change{Made: m.Made, ZH: m.ZH, EN: m.EN, Areas: m.Areas, Place: m.Place, Undone: m.Undone, SolvedZH: m.SolvedZH, SolvedEN: m.SolvedEN})
			}
			if err := writeReport(c.Report, r, t.lang); err != nil {
				return err
			}
		}
		printFindings(t.out, t, found, 20)
		if area.Refuses(found) {
			fmt.Fprintf(t.out, t.say("版次 %s 没有通过检查\n", "edition %s does not pass\n"), e.Name)
			return errRefused
		}
		fmt.Fprintf(t.out, t.say("版次 %s 通过检查\n", "edition %s passes\n"), e.Name)
		return nil
	})
}

type editionDiff struct {
	editionFlags
	A string `arg:"" help:"The earlier edition."`
	B string `arg:"" help:"The later edition."`
}

func (c *editionDiff) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		diff, err := db.Diff(ctx, c.District, c.A, c.B)
		if err != nil {
			return err
		}
		words := map[string]string{"added": "新增", "removed": "撤销", "renamed": "改名", "moved": "换上级", "redrawn": "改界", "rekinded": "换类别", "recoded": "换编码"}
		for _, d := range diff {
			fmt.Fprintf(t.out, "%s %s %s", t.say(words[d.Change], d.Change), t.say(d.Level.Word(), d.Level.String()), d.Code)
			switch d.Change {
			case "redrawn":
				fmt.Fprintf(t.out, t.say("  %.0f → %.0f m²，重合 %.1f %%", "  %.0f → %.0f m², %.1f %% in common"), d.BeforeM2, d.AfterM2, 100*d.Common)
			case "added":
				fmt.Fprintf(t.out, "  %s", d.After)
			case "removed":
				fmt.Fprintf(t.out, "  %s", d.Before)
			default:
				fmt.Fprintf(t.out, "  %s → %s", d.Before, d.After)
			}
			fmt.Fprintln(t.out)
		}
		fmt.Fprintf(t.out, t.say("共 %d 处不同\n", "%d differences\n"), len(diff))
		return nil
	})
}

type editionActivate struct {
	editionFlags
	Name string `arg:"" help:"Name of the edition."`
	From string `required:"" help:"First day in force, YYYY-MM-DD, in the district's time zone; may lie ahead."`

	Lineage string `default:"propose" help:"What became of each area: propose (recorded as the overlaps say, unconfirmed), confirm (the same, confirmed: recoded areas keep their identity), or a file from edition lineage --json." placeholder:"propose|confirm|FILE"`
}

func (c *editionActivate) Run(ctx context.Context, t *terminal) error {
	from, err := parseDay(c.From)
	if err != nil {
		return err
	}
	says, err := readConfirmation(c.Lineage)
	if err != nil {
		return err
	}
	return c.withStore(ctx, t, func(db *database) error {
		e, found, err := db.Activate(ctx, c.District, c.Name, from, says, postgres.Write{})
		printFindings(t.out, t, found, 20)
		if err != nil {
			return err
		}
		c.keepFile(ctx, t, db, from)
		a := e.Activations[0]
		fmt.Fprintf(t.out, t.say("版次 %s 自 %s 起启用（第 %d 代）\n", "edition %s is in force from %s (generation %d)\n"),
			e.Name, a.ValidFrom.Format(time.DateOnly), a.Generation)
		before, links, err := db.Lineage(ctx, e.District, e.Name, from)
		if err != nil || before == "" {
			return err
		}
		unconfirmed := 0
		for _, l := range links {
			if !l.Same() && !l.Confirmed {
				unconfirmed++
			}
		}
		fmt.Fprintf(t.out, t.say("相对 %s 记下 %d 条沿革", "%[2]d links to %[1]s recorded"), before, len(links))
		if unconfirmed > 0 {
			fmt.Fprintf(t.out, t.say("，其中 %d 条按重叠推断、未经确认；见 wangge edition lineage %s", ", %d of them as the overlaps propose, unconfirmed; see wangge edition lineage %s"), unconfirmed, e.Name)
		}
		fmt.Fprintln(t.out)
		return nil
	})
}
