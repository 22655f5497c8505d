package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/ingest"
	"wangge/internal/postgres"
	"wangge/internal/sandbox"
	"wangge/internal/upload"
)

type demoCommand struct{ databaseFlags }

func (c *demoCommand) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		state, other, err := demoState(ctx, db)
		switch {
		case err != nil:
			return err
		case state == demoThere:
			fmt.Fprintln(t.out, t.say("示范区已经在了", "the demo district is there already"))
			return nil
		case state == demoNot:
			return fault.New(fault.Conflict, "not_empty", "数据库里已有 %[1]s 的边界；示范区只装进空的数据库，可用 --data-dir 另选一处",
				"the database holds boundaries of %[1]s already; the demo district goes into an empty one only: choose another with --data-dir", other)
		}
		return c.loadDemo(ctx, t, db)
	})
}

// loadDemoWhenEmpty loads the demo district unless the database holds anything
// else; one whose loading was broken off is loaded to its end.
func (f *databaseFlags) loadDemoWhenEmpty(ctx context.Context, t *terminal, db *database) error {
	state, _, err := demoState(ctx, db)
	if err != nil || state != demoToLoad {
		return err
	}
	return f.loadDemo(ctx, t, db)
}

// The states of a database towards the demo district.
const (
	demoToLoad = iota // empty, or begun and not finished
	demoThere         // it is there
	demoNot           // something else is
)

// demoState says how a database stands towards the demo district; other names
// the district that is there instead.
func demoState(ctx context.Context, db *database) (state int, other string, err error) {
	editions, err := db.Editions(ctx, nil, postgres.Page{Most: 100})
	if err != nil {
		return 0, "", err
	}
	active := 0
	for _, e := range editions {
		known := slices.ContainsFunc(geodata.Editions, func(d geodata.Edition) bool { return d.Name == e.Name })
		if e.District != geodata.District || !e.Synthetic {
			return demoNot, e.District, nil
		}
		if known && len(e.Activations) > 0 {
			active++
		}
	}
	if active == len(geodata.Editions) {
		return demoThere, "", nil
	}
	return demoToLoad, "", nil
}

// loadDemo brings the demo district in as any file of a user's comes in: level
// by level through the importer, checked, and activated edition by edition.
func (f *databaseFlags) loadDemo(ctx context.Context, t *terminal, db *database) error {
	fmt.Fprintln(t.out, t.say("装入示范区（示意数据）……", "loading the demo district (synthetic)…"))
	dir, err := os.MkdirTemp("", "wangge-demo-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, e := range geodata.Editions {
		switch begun, err := db.Edition(ctx, geodata.District, e.Name); {
		case err == nil && len(begun.Activations) > 0:
			continue // an earlier run came so far
		case err == nil:
			if err := db.DropDraft(ctx, geodata.District, e.Name, postgres.Write{}); err != nil {
				return err
			}
		case !fault.Is(err, "no_such_edition"):
			return err
		}
		for _, level := range area.Levels {
			if err := importDemo(ctx, db, dir, e, level); err != nil {
				return fmt.Errorf("demo %s, %s: %w", e.Name, level, err)
			}
		}
		if err := waiveRemarks(ctx, db, e.Name); err != nil {
			return err
		}
		from, err := parseDay(e.ValidFrom)
		if err != nil {
			return err
		}
		active, _, err := db.Activate(ctx, geodata.District, e.Name, from, postgres.Confirmation{AsProposed: true}, postgres.Write{})
		if err != nil {
			return err
		}
		f.keepFile(ctx, t, db, from)
		var counts string
		for _, l := range active.Levels[1:] {
			counts += fmt.Sprintf(t.say("，%d 个%s", ", %d %s"), l.Areas, t.say(l.Level.Word(), l.Level.String()))
		}
		fmt.Fprintf(t.out, t.say("  版次 %s 自 %s 起%s\n", "  edition %s from %s%s\n"), e.Name, e.ValidFrom, counts)
	}
	return nil
}

func importDemo(ctx context.Context, db *database, dir string, e geodata.Edition, level area.Level) error {
	name := level.String() + ".geojson"
	content, err := fs.ReadFile(e.Files(), name)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "示意数据-"+e.Name+"-"+name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return err
	}
	opt := ingest.Options{Level: level}
	batch, err := sandbox.Runner{}.Read(ctx, []string{file}, opt)
	if err != nil {
		return err
	}
	before, err := db.KnownBefore(ctx, geodata.District, e.Name, level)
	if err != nil {
		return err
	}
	if err := batch.Suspect(ingest.Known(before), opt); err != nil {
		return err
	}
	for i := range batch.Findings {
		batch.Findings[i].Waived = meant[batch.Findings[i].Code]
	}
	fill := postgres.Fill{District: geodata.District, DistrictName: geodata.DistrictName, Synthetic: true, Edition: e.Name,
		Scheme: area.GBT, Coverage: area.Strict, Commit: true}
	done, err := db.FillDraft(ctx, upload.Filling(fill, level, batch))
	if err != nil {
		return err
	}
	for _, f := range done.Findings {
		if f.Severity != area.Note {
			return fmt.Errorf("%s: %s", f.Code, f.EN)
		}
	}
	return nil
}

// meant says why what the importer remarks about the demo district is so.
var meant = map[string]string{
	"multipart":    "示意数据：有意画成几块",
	"code_skipped": "示意数据：用的是真实编码，真实编码本来就不连续",
}

// waiveRemarks lets what the check remarks pass, with its reason.
func waiveRemarks(ctx context.Context, db *database, edition string) error {
	e, err := db.Edition(ctx, geodata.District, edition)
	if err != nil {
		return err
	}
	found, err := db.Findings(ctx, e.District, e.ID, postgres.Page{Most: 1000})
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Waived != "" || meant[f.Code] == "" {
			continue
		}
		if _, err := db.Waive(ctx, e.District, edition, f.ID, meant[f.Code], postgres.Write{}); err != nil {
			return err
		}
	}
	return nil
}
