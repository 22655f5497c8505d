package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"wangge/internal/fault"
	"wangge/internal/httpapi"
	"wangge/internal/postgres"
)

type editionLineage struct {
	editionFlags
	Name string `arg:"" help:"Name of the edition."`
	From string `help:"Of a draft: the day it is meant to be in force from; today when left out." placeholder:"DATE"`
	JSON bool   `name:"json" help:"Print the links between two areas as edition activate --lineage takes them."`
}

func (c *editionLineage) Run(ctx context.Context, t *terminal) error {
	var from time.Time // today in the district
	if c.From != "" {
		var err error
		if from, err = parseDay(c.From); err != nil {
			return err
		}
	}
	return c.withStore(ctx, t, func(db *database) error {
		before, links, err := db.Lineage(ctx, c.District, c.Name, from)
		if err != nil {
			return err
		}
		if c.JSON {
			choices := []httpapi.ConfirmedLink{}
			for _, l := range links {
				if !l.Same() {
					choices = append(choices, httpapi.ConfirmedLink{Level: l.Level.String(), Kind: string(l.Kind), From: l.From.Code, To: l.To.Code})
				}
			}
			return writeJSON(t.out, choices)
		}
		if before == "" {
			fmt.Fprintln(t.out, t.say("之前没有启用的版次，没有沿革", "nothing was in force before, so there is no lineage"))
			return nil
		}
		for _, l := range links {
			fmt.Fprintf(t.out, "%s %s  %s%s\n", t.say(l.Level.Word(), l.Level.String()), l.Kind.Word(t.lang), l.Text(t.lang),
				map[bool]string{true: t.say("（已确认）", " (confirmed)")}[l.Confirmed])
		}
		fmt.Fprintf(t.out, t.say("相对版次 %s 共 %d 条沿革\n", "%[2]d links to the edition %[1]s\n"), before, len(links))
		return nil
	})
}

// readConfirmation reads what --lineage says: propose, confirm, or a file.
// Error: bad_lineage.
func readConfirmation(said string) (says postgres.Confirmation, err error) {
	switch said {
	case "propose":
		return says, nil
	case "confirm":
		return postgres.Confirmation{AsProposed: true}, nil
	}
	b, err := os.ReadFile(said)
	if err != nil {
		return says, fault.New(fault.Invalid, "bad_lineage", "--lineage 应是 propose、confirm 或一个文件，打不开 %[1]q", "--lineage is propose, confirm or a file; cannot open %[1]q", said)
	}
	var links []httpapi.ConfirmedLink
	if err := json.Unmarshal(b, &links); err != nil {
		return says, fault.New(fault.Invalid, "bad_lineage", "沿革文件 %[1]s 看不懂：%[2]v；请用 wangge edition lineage --json 写出一份再改", "cannot read the lineage %[1]s: %[2]v; start from wangge edition lineage --json", said, err)
	}
	return httpapi.Confirm(links)
}

func parseDay(s string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil || day.Year() < 1900 || day.Year() > 2200 {
		err = fault.New(fault.Invalid, "bad_date", "日期应写成 2026-01-31（1900 到 2200 年），得到 %[1]q", "write the date as 2026-01-31 (years 1900 to 2200), got %[1]q", s)
	}
	return day, err
}
