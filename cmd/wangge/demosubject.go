package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/live"
	"wangge/internal/postgres"
	"wangge/internal/subject"
)

// How much the demo shows, as the article about the district says it.
const (
	demoJoint      = 61        // joint committees: 8 streets and 53 communities
	demoCentres    = 72        // service centres
	demoUpgraded   = 43        // upgraded positions
	demoInvested   = 2_110_000 // yuan at least, for each of them
	demoCanteens   = 12
	demoTemporary  = 219
	demoRenovated  = 8 // compounds of one street, renovated
	demoStructures = 5211
	demoOffices    = 5 // and a centre, in each street
	demoGaps       = 6 // grids without a branch
	demoTwoNew     = 3
	demoFirms      = 500 // that these cover
	demoMembers    = 5   // units of each joint committee
)

// demoSubjects makes the subjects of the demo, all invented.
type demoSubjects struct {
	e    *gridindex.Edition
	rng  *rand.Rand
	list []*postgres.Subject
	at   map[uuid.UUID]uuid.UUID // area → its committee
	n    map[string]int          // how many of each kind
}

// addDemoSubjects makes the demo's Party organisations, compounds, sites, member
// units and renovations while there are none.
func addDemoSubjects(ctx context.Context, t *terminal, db *database, boundaries *live.Boundaries) error {
	there, err := db.Subjects(ctx, postgres.SubjectFilter{District: geodata.District, Kind: subject.Find(subject.PartyOrg)}, 1)
	if err != nil || len(there) > 0 {
		return err
	}
	e, err := demoEdition(ctx, boundaries)
	if err != nil {
		return err
	}
	d := &demoSubjects{e: e, rng: rand.New(rand.NewPCG(8, 8)), at: map[uuid.UUID]uuid.UUID{}, n: map[string]int{}} //nolint:gosec // the same invented subjects everywhere
	d.party()
	d.sites()
	if err := d.compounds(); err != nil {
		return err
	}
	if err := db.AddSubjects(ctx, d.list); err != nil {
		return err
	}
	fmt.Fprintf(t.out, t.say("  党组织 %d 个、小区 %d 个、阵地 %d 处、共建单位 %d 家、改造项目 %d 个（示意）\n", "  %d Party organisations, %d compounds, %d sites, %d member units, %d renovations (synthetic)\n"),
		d.n[subject.PartyOrg], d.n["compound"], d.n["site"], d.n["member_unit"], d.n["renovation"])
	return nil
}

// add makes one in an area; what it covers and belongs to is told by change.
func (d *demoSubjects) add(kind, name string, home *gridindex.Area, p *geo.Point, values map[string]any, change func(n *postgres.Subject)) uuid.UUID {
	d.n[kind]++
	n := &postgres.Subject{District: geodata.District, ID: uuid.Must(uuid.NewV7()), Kind: subject.Find(kind), Area: home.AreaID, Point: p,
		Areas: map[string][]postgres.CoveredArea{}, Links: map[string][]uuid.UUID{}, Row: subject.Row{Name: name, Code: fmt.Sprintf("S%04d", d.n[kind]), Values: values}}
	if change != nil {
		change(n)
	}
	d.list = append(d.list, n)
	return n.ID
}

func (d *demoSubjects) point(a *gridindex.Area) *geo.Point {
	p := beside(a, d.rng)
	return &p
}

func covers(n *postgres.Subject, areas ...*gridindex.Area) {
	for _, a := range areas {
		n.Areas["covers"] = append(n.Areas["covers"], postgres.CoveredArea{ID: a.AreaID})
	}
}

func basic(areas []*gridindex.Area) (list []*gridindex.Area) {
	for _, a := range areas {
		if a.Kind == area.Basic {
			list = append(list, a)
		}
	}
	return list
}

// party makes the Party organisations, the member units of the joint committees
// among them.
func (d *demoSubjects) party() {
	org := func(form, name string, home *gridindex.Area, parent uuid.UUID, members int, change func(n *postgres.Subject)) uuid.UUID {
		return d.add(subject.PartyOrg, name, home, d.point(home), map[string]any{"form": form, "members": int64(members), "founded_on": fmt.Sprintf("%d-07-01", 2012+d.rng.IntN(9))}, func(n *postgres.Subject) {
			if parent != uuid.Nil {
				n.Links["parent"] = []uuid.UUID{parent}
			}
			covers(n, home)
			if change != nil {
				change(n)
			}
		})
	}
	streets, communities, grids := d.e.Level(area.Subdistrict), d.e.Level(area.Community), basic(d.e.Level(area.Grid))
	for _, a := range streets {
		d.at[a.AreaID] = org("street_committee", a.Name+"党工委（示意）", a, uuid.Nil, 60+d.rng.IntN(40), nil)
	}
	for _, a := range communities {
		d.at[a.AreaID] = org("community_committee", a.Name+"党委（示意）", a, d.at[a.Up.AreaID], 80+d.rng.IntN(120), nil)
	}
	for i, a := range grids {
		if i%(len(grids)/demoGaps) != 3 || i/(len(grids)/demoGaps) >= demoGaps {
			org(subject.GridBranch, a.Name+"党支部（示意）", a, d.at[a.Up.AreaID], 6+d.rng.IntN(40), nil)
		}
	}
	for i, c := range d.e.Level(area.Compound) {
		if i%15 == 0 && len(c.Grids) > 0 {
			org(subject.CompoundBranch, c.Name+"党支部（示意）", c.Grids[0], d.at[c.Grids[0].Up.AreaID], 5+d.rng.IntN(20), func(n *postgres.Subject) { n.Areas = map[string][]postgres.CoveredArea{}; covers(n, c) })
		}
	}
	joint := append(append([]*gridindex.Area{}, streets[:min(len(streets), 8)]...), communities...)[:demoJoint]
	for _, a := range joint {
		committee := org("joint_committee", a.Name+"联合党委（示意）", a, d.at[a.AreaID], 0, nil)
		for range demoMembers {
			d.add("member_unit", fmt.Sprintf("共建单位%d（示意）", d.n["member_unit"]+1), a, d.point(a), map[string]any{"form": []string{"agency", "institution", "resident_unit"}[d.rng.IntN(3)], "members": int64(5 + d.rng.IntN(60))},
				func(n *postgres.Subject) { n.Links["committee"] = []uuid.UUID{committee} })
		}
	}
	for i := range demoTwoNew {
		a := streets[i]
		org("two_new_committee", a.Name+"“两新”党委（示意）", a, d.at[a.AreaID], 40, func(n *postgres.Subject) { n.Values["enterprises"] = int64((demoFirms + i) / demoTwoNew) })
	}
	from, to := time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2023, 1, 8, 0, 0, 0, 0, time.UTC)
	for i := range demoTemporary {
		a := grids[i*len(grids)/demoTemporary]
		org("temporary_branch", fmt.Sprintf("%s临时党支部%d（示意）", a.Name, i+1), a, d.at[a.Up.AreaID], 12, func(n *postgres.Subject) { n.Since, n.Until = from, to })
	}
}

// sites makes service centres, canteens, and the offices of each street.
func (d *demoSubjects) sites() {
	communities := d.e.Level(area.Community)
	site := func(form, name string, home *gridindex.Area, values map[string]any) {
		values["form"], values["hours"] = form, "8:30–17:30"
		d.add("site", name, home, d.point(home), values, nil)
	}
	for i := range demoCentres {
		values := map[string]any{"floor_m2": int64(200 + d.rng.IntN(900))}
		if i < demoUpgraded {
			values["upgraded"], values["invested"] = true, int64(demoInvested+d.rng.IntN(200_000))
		}
		a := communities[i%len(communities)]
		site("party_service_center", fmt.Sprintf("%s党群服务中心%d（示意）", a.Name, i/len(communities)+1), a, values)
	}
	for i := range demoCanteens {
		a := communities[i*len(communities)/demoCanteens]
		site("elder_canteen", a.Name+"为老服务餐厅（示意）", a, map[string]any{"services": "65 岁及以上老人就餐"})
	}
	for _, street := range d.e.Level(area.Subdistrict) {
		for _, office := range []string{"党政综合办公室", "党建工作办公室", "公共服务办公室", "公共管理办公室", "公共安全办公室"}[:demoOffices] {
			site("office", street.Name+office+"（示意）", street, map[string]any{})
		}
		site("center", street.Name+"综合服务中心（示意）", street, map[string]any{})
	}
}

// compounds makes a subject of every compound, and the renovations.
func (d *demoSubjects) compounds() error {
	facts, err := demoCompounds()
	if err != nil {
		return err
	}
	var old []*postgres.Subject // in the street of the article, built by 2000
	for _, c := range d.e.Level(area.Compound) {
		if len(c.Grids) == 0 {
			continue
		}
		property := []string{"red", "red", "commercial", "commercial", "self", "none"}[d.rng.IntN(6)]
		values := map[string]any{"built_year": facts[c.Code].Built, "households": facts[c.Code].Households, "property": property, "buildings": 1 + facts[c.Code].Households/60}
		if property == "red" || property == "commercial" {
			values["firm"], values["rating"] = fmt.Sprintf("物业公司%d（示意）", 1+d.rng.IntN(30)), []string{"A", "B", "C"}[d.rng.IntN(3)]
		}
		d.add("compound", c.Name, c.Grids[0], &c.Label, values, func(n *postgres.Subject) {
			n.Code = c.Code
			n.Areas["ground"] = []postgres.CoveredArea{{ID: c.AreaID}}
			for _, g := range c.Grids {
				n.Areas["grids"] = append(n.Areas["grids"], postgres.CoveredArea{ID: g.AreaID})
			}
		})
		if s := c.Grids[0].Ancestor(area.Subdistrict); facts[c.Code].Built <= 2000 && s != nil && s.Code == demoStreet {
			old = append(old, d.list[len(d.list)-1])
		}
	}
	if len(old) < demoRenovated {
		return fmt.Errorf("the demo street has %d old compounds, not %d", len(old), demoRenovated)
	}
	left := int64(demoStructures)
	for i, c := range old {
		home := d.e.ByID(c.Area)
		households, _ := c.Values["households"].(int64)
		values := map[string]any{"year": int64(2019 + i%3), "content": []string{"basic", "better", "best"}[i%3], "households": households, "threshold": int64(67), "consent_yes": households * 9 / 10,
			"fund_government": 60_000 * households / 10, "fund_residents": 6_000 * households / 10, "contractor": "施工单位（示意）"}
		if i >= demoRenovated { // those that are still to come
			values["year"], values["stage"], values["stage_since"] = int64(2026+i%2), []string{"survey", "consent", "plan", "works"}[i%4], "2026-04-01"
		} else {
			n := int64(demoStructures / demoRenovated)
			if i == demoRenovated-1 {
				n = left
			}
			left -= n
			values["stage"], values["stage_since"], values["structures"], values["structures_done"] = "upkeep", "2022-10-31", n, n
		}
		d.add("renovation", c.Name+"改造（示意）", home, nil, values, func(n *postgres.Subject) { n.Links["compounds"] = []uuid.UUID{c.ID} })
	}
	return nil
}

// demoCompounds reads what the demo's files say of its compounds, by code.
func demoCompounds() (map[string]struct{ Households, Built int64 }, error) {
	text, err := fs.ReadFile(geodata.Editions[len(geodata.Editions)-1].Files(), "compound.geojson")
	if err != nil {
		return nil, err
	}
	var file struct {
		Features []struct {
			Properties struct {
				Code              string
				Households, Built int64
			}
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	facts := map[string]struct{ Households, Built int64 }{}
	for _, f := range file.Features {
		facts[f.Properties.Code] = struct{ Households, Built int64 }{f.Properties.Households, f.Properties.Built}
	}
	return facts, nil
}
