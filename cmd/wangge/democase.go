package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/caseflow"
	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/incident"
	"wangge/internal/live"
	"wangge/internal/postgres"
)

// demoCases are the kinds of cases of the demo, invented, with how far each goes.
var demoCases = []struct {
	kind      category.Kind
	code      string
	condition string
	text      string
	steps     string // accept, dispatch, receive, handle; reject
	unplaced  bool
}{
	{category.Event, "0110", "条件1", "小区门口暴露垃圾，已有两天", "", false},
	{category.Event, "0113", "条件1", "人行道破损，老人易绊倒", "", false},
	{category.Event, "0405", "条件1", "烧烤店占道经营", "accept", false},
	{category.Event, "0201", "条件1", "楼道口贴满小广告", "accept dispatch", false},
	{category.Event, "0410", "条件1", "共享单车堵住盲道", "accept dispatch receive", false},
	{category.Event, "0128", "条件1", "商铺外放音响扰民", "accept dispatch receive handle", false},
	{category.Event, "0507", "条件1", "背阴路段结冰", "accept dispatch", false},
	{category.Event, "0135", "条件1", "废弃沙发堆在楼下", "accept dispatch receive handle", false},
	{category.Event, "0136", "条件1", "门前乱堆物料", "accept", false},
	{category.Event, "0304", "条件1", "工地扬尘，没有遮盖", "accept dispatch receive", false},
	{category.Event, "", "", "路灯不亮，在菜市场附近，说不清具体位置", "", true},
	{category.Event, "0504", "条件1", "热力井冒汽", "accept dispatch", false},
	{category.Event, "0117", "条件1", "绿地里有垃圾", "reject", false},
}

// demoRounds is how often the list above is gone through.
const demoRounds = 3

// addDemoCases reports the demo's cases, and takes some of them on, while there
// are none. Everything goes the way of real ones.
func addDemoCases(ctx context.Context, t *terminal, db *database, boundaries *live.Boundaries, desk *caseflow.Desk) error {
	there, err := db.Incidents(ctx, postgres.CaseViewer{Everywhere: true}, postgres.CaseFilter{Most: 1})
	if err != nil || len(there) > 0 {
		return err
	}
	e, err := demoEdition(ctx, boundaries)
	if err != nil {
		return err
	}
	people := map[string]uuid.UUID{}
	for _, login := range []string{"demo-worker", "demo-dispatcher", "demo-handler"} {
		p, err := db.PersonByLogin(ctx, login)
		if err != nil {
			return err
		}
		people[login] = p.ID
	}
	standard, err := db.Categories(ctx, geodata.District, "")
	if err != nil {
		return err
	}
	book, _, err := db.Book(ctx, geodata.District, dispatch.Known{Area: func(id uuid.UUID) bool { return e.ByID(id) != nil },
		Class: func(kind category.Kind, code string) bool {
			_, minor := standard.Minor(kind, code)
			_, major := standard.Major(kind, code)
			return minor || major
		}})
	if err != nil {
		return err
	}
	grids := e.Level(area.Grid)
	rng := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same invented cases everywhere
	as := func(login string) context.Context {
		return audit.By(ctx, audit.Actor{Who: people[login].String(), Name: login, Source: "demo"})
	}
	n := 0
	for range demoRounds {
		for _, d := range demoCases {
			at := grids[rng.IntN(len(grids))]
			r := caseflow.Report{District: geodata.District, ID: uuid.Must(uuid.NewV7()), Point: beside(at, rng), Description: d.text + "（示意）", Kind: d.kind, Code: d.code,
				Channel: postgres.ByStaff, By: people["demo-worker"], Actor: people["demo-worker"].String(), BodyHash: []byte("demo")}
			if d.unplaced {
				r.Point, r.Kind, r.Address = geo.Point{}, "", "东风市场一带（示意）"
			}
			c, _, err := desk.Report(as("demo-worker"), postgres.Write{}, r)
			if err != nil {
				return err
			}
			if err := demoSteps(as, desk, book, c, at, d.condition, d.steps, people); err != nil {
				return fmt.Errorf("demo case %s: %w", d.code, err)
			}
			n++
		}
	}
	fmt.Fprintf(t.out, t.say("  案卷 %d 件（示意）\n", "  %d cases (synthetic)\n"), n)
	return nil
}

// demoEdition waits for the boundaries of the demo district.
func demoEdition(ctx context.Context, boundaries *live.Boundaries) (*gridindex.Edition, error) {
	for ctx.Err() == nil {
		if ix := boundaries.Index(); ix != nil && ix.Edition(geodata.District) != nil {
			return ix.Edition(geodata.District), nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil, ctx.Err()
}

// beside is a point near the middle of an area.
func beside(a *gridindex.Area, rng *rand.Rand) geo.Point {
	p := geo.Point{X: a.Label.X + rng.Int32N(2000) - 1000, Y: a.Label.Y + rng.Int32N(2000) - 1000}
	if a.Ground.Covers(p) {
		return p
	}
	return a.Label
}

// demoSteps takes a case as far as it is to go.
func demoSteps(as func(login string) context.Context, desk *caseflow.Desk, book *dispatch.Book, c *postgres.Case, at *gridindex.Area, condition, steps string, people map[string]uuid.UUID) (err error) {
	key := postgres.IncidentKey{District: c.District, ID: c.ID}
	who := map[string]string{"accept": "demo-dispatcher", "reject": "demo-dispatcher", "dispatch": "demo-dispatcher", "receive": "demo-handler", "handle": "demo-handler"}
	for _, step := range strings.Fields(steps) {
		act := caseflow.Act{Action: incident.Action(step), By: people[who[step]], Filing: condition}
		switch step {
		case "reject":
			act.Reason = "not_found"
		case "dispatch":
			q := dispatch.Question{Kind: c.Category.Kind, Code: c.Category.Code, At: time.Now()}
			for a := at; a != nil; a = a.Up {
				q.Chain = append(q.Chain, dispatch.Ancestor{ID: a.AreaID, Level: a.Level, Code: a.Code, Name: a.Name})
			}
			act.Unit = book.Suggest(q).Unit
		}
		if c, err = desk.Act(as(who[step]), key, postgres.Write{}, act); err != nil {
			return err
		}
	}
	return nil
}
