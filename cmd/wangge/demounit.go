package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wangge/geodata"
	"wangge/internal/category"
	"wangge/internal/dispatch"
	"wangge/internal/postgres"
)

// demoUnits are the responsible units of the demo district, invented, with what
// each answers for by its trade or because it owns it.
var demoUnits = []struct {
	name       string
	kind       dispatch.UnitKind
	events     []string
	components []string
}{
	{"市容环卫中心（示意）", dispatch.Department, []string{"0110", "0111", "0112", "0114", "0131", "0135", "0137", "0507"}, []string{"0301", "0302", "0303", "0304", "0305"}},
	{"城管执法大队（示意）", dispatch.Department, []string{"01", "02", "04"}, []string{"03"}},
	{"园林绿化中心（示意）", dispatch.Department, []string{"0117", "0118", "0121", "0122"}, []string{"04", "0114"}},
	{"市政设施管理处（示意）", dispatch.Department, []string{"0113", "0505", "0506", "0508"}, []string{"01", "02"}},
	{"住建局工地监管科（示意）", dispatch.Department, []string{"03"}, nil},
	{"交警大队（示意）", dispatch.Department, []string{"0496"}, []string{"0217", "0219", "0220"}},
	{"供水公司（示意）", dispatch.Owner, []string{"0501"}, []string{"0101", "0125"}},
	{"排水公司（示意）", dispatch.Owner, []string{"0503"}, []string{"0102", "0103", "0104"}},
	{"供热公司（示意）", dispatch.Owner, []string{"0504"}, []string{"0110"}},
	{"燃气公司（示意）", dispatch.Owner, []string{"0502"}, []string{"0111", "0149", "0157", "0504"}},
}

// The street of the demo whose own staff goes before the departments.
const (
	demoStreet     = "150102002"
	demoStreetName = "锡林北路街道"
)

// addDemoUnits makes the demo's units and rules where there are none, and the
// demo handler a member of 城管执法大队. It goes after the demo's accounts.
func addDemoUnits(ctx context.Context, t *terminal, db *database) error {
	rules, err := db.Responsibilities(ctx, geodata.District)
	if err != nil || len(rules) > 0 {
		return err
	}
	there, err := db.Units(ctx, geodata.District)
	if err != nil {
		return err
	}
	byName := map[string]uuid.UUID{}
	for _, u := range there {
		byName[u.Name] = u.ID
	}
	for _, d := range demoUnits {
		unit, known := byName[d.name]
		if !known {
			u, err := db.AddUnit(ctx, dispatch.Unit{District: geodata.District, Name: d.name, Kind: d.kind}, postgres.Write{})
			if err != nil {
				return err
			}
			unit, byName[d.name] = u.ID, u.ID
		}
		for kind, codes := range map[category.Kind][]string{category.Event: d.events, category.Component: d.components} {
			if len(codes) == 0 {
				continue
			}
			if err := addDemoRule(ctx, db, dispatch.Rule{Name: d.name + " · " + kind.Word(), Basis: dispatch.ByOwner, Kind: kind, Codes: codes, Unit: unit}); err != nil {
				return err
			}
		}
	}
	handler, err := db.PersonByLogin(ctx, "demo-handler")
	if err != nil {
		return err
	}
	if _, _, err := db.SetMembers(ctx, geodata.District, byName["城管执法大队（示意）"], []uuid.UUID{handler.ID}, postgres.Write{}); err != nil {
		return err
	}
	place := placeFlags{District: geodata.District, Area: demoStreet}
	_, street, err := place.find(ctx, db)
	if err != nil {
		return err
	}
	own, err := db.EnsureTerritory(ctx, geodata.District, street, demoStreetName)
	if err != nil {
		return err
	}
	if err := addDemoRule(ctx, db, dispatch.Rule{Name: demoStreetName + "先属地（示意）", Basis: dispatch.ByTerritory, Kind: category.Event,
		Codes: []string{"0107", "0136", "0410"}, Areas: []uuid.UUID{street}, Unit: own}); err != nil {
		return err
	}
	fmt.Fprintf(t.out, t.say("  责任单位 %d 个（示意）\n", "  %d responsible units (synthetic)\n"), len(demoUnits)+1)
	return nil
}

func addDemoRule(ctx context.Context, db *database, r dispatch.Rule) error {
	r.District = geodata.District
	if err := r.Check(); err != nil {
		return err
	}
	_, err := db.AddResponsibility(ctx, r, postgres.Write{})
	return err
}
