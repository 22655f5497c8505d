package httpapi_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"

	"wangge/internal/area"
	"wangge/internal/httpapi"
	"wangge/internal/locate"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// recode imports an edition that is the loaded one but for three grids: G14 has
// another code, G15 is under another name, G20 has taken G21 in.
func (s *service) recode(edition string) {
	s.tb.Helper()
	if _, err := s.store.NewDraft(s.tb.Context(), "150102", edition, "2026-01"); err != nil {
		s.tb.Fatal(err)
	}
	e, err := s.store.Edition(s.tb.Context(), "150102", edition)
	if err != nil {
		s.tb.Fatal(err)
	}
	if _, err := s.store.Mend(s.tb.Context(), "150102", edition, postgres.Mending{Kind: "merge", Level: area.Grid, Area: "G20", Other: "G19"}, postgres.Write{Version: e.Version}); err != nil {
		s.tb.Fatal(err)
	}
	done, err := s.store.FillDraft(s.tb.Context(), postgres.Fill{District: "150102", Edition: edition, Level: area.Grid, Commit: true, KeepDefects: true, Areas: []postgres.FillArea{
		{Code: "G15", Name: "改了名的网格", Kind: area.Basic, Ground: s.cells[15], Source: "test#1"}}})
	if err != nil || !done.Committed {
		s.tb.Fatalf("%v %+v", err, done)
	}
}

// TestTheTwoTimesOverHTTP asks areas, points and tiles about the past, before
// and after an activation and a correction.
func TestTheTwoTimesOverHTTP(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	p := s.cells[19].LabelPoint()
	point := fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", p.Lon(), p.Lat())
	const areas = "/api/v1/districts/150102/areas/grid/"
	x := int((p.Lon() + 180) / 360 * (1 << 12))
	y := int((0.5 - math.Log(math.Tan(math.Pi/4+p.Lat()*math.Pi/360))/(2*math.Pi)) * (1 << 12))
	tileOf := func(moment string) (names []string) {
		t.Helper()
		var doc httpapi.TileJSON
		s.json("/tiles/grid.json?"+moment, &doc)
		path := strings.NewReplacer("{z}", "12", "{x}", fmt.Sprint(x), "{y}", fmt.Sprint(y)).Replace(doc.Tiles[0])
		a := s.get(path)
		if a.StatusCode == 204 {
			return nil
		}
		if !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s may not be kept: %v", path, a.Header)
		}
		layers, err := mvt.Unmarshal([]byte(a.body))
		if err != nil {
			t.Fatalf("%s: %d %v", path, a.StatusCode, err)
		}
		for _, f := range layers[0].Features {
			names = append(names, fmt.Sprint(f.Properties["code"]))
		}
		slices.Sort(names)
		return names
	}
	before := map[string]string{}
	past := []string{point + "&at=2026-01-15", areas + "G19?at=2026-01-15", areas + "G14/geometry?at=2026-01-15", "/api/v1/districts/150102/areas?level=grid&at=2026-01-15&limit=1000"}
	for _, path := range past {
		before[path] = withoutGeneration(s.get(path).body)
	}
	beforeTile := tileOf("at=2026-01-15")
	s.recode("2026-02")
	s.activate("2026-02", "2026-02-01")
	s.eventually("the second edition", func() bool {
		var a httpapi.Area
		s.json(areas+"G20", &a)
		return a.Edition == "2026-02"
	})
	for _, path := range past {
		if got := withoutGeneration(s.get(path).body); got != before[path] {
			t.Errorf("%s has changed:\n%s\n%s", path, before[path], got)
		}
	}
	if got := tileOf("at=2026-01-15"); !slices.Equal(got, beforeTile) || !slices.Contains(got, "G19") {
		t.Errorf("the tile of the past: %v, before %v", got, beforeTile)
	}
	if got := tileOf(""); slices.Contains(got, "G19") || !slices.Contains(got, "G20") {
		t.Errorf("the tile of today: %v", got)
	}
	if got := tileOf("known_at=" + url.QueryEscape(time.Now().Add(-time.Hour).Format(time.RFC3339))); got != nil {
		t.Errorf("an hour ago nothing was known, and is drawn: %v", got)
	}
	var then, now locate.Answer
	s.json(point+"&at=2026-01-15", &then)
	s.json(point+"&at=2026-02-15", &now)
	if then.Grid.Code != "G19" || now.Grid.Code != "G20" || len(then.History) != 2 || len(now.History) != 2 ||
		!then.History[0].Asked || then.History[1].Asked || now.History[0].Asked || !now.History[1].Asked {
		t.Fatalf("then %s %+v, now %s %+v", then.Grid.Code, then.History, now.Grid.Code, now.History)
	}
	c := now.History[1].Changes
	if len(c) != 1 || c[0].Kind != "merge" || c[0].From != "G19" || c[0].To != "G20" {
		t.Errorf("the link: %+v", c)
	}
	// The old code is answered with how it last stood, and where to look.
	var old httpapi.Area
	s.json(areas+"G19", &old)
	if old.Code != "G19" || old.Note == nil || old.Note.Kind != "ended" || old.Note.Since != "2026-02-01" || old.ValidTo != "2026-02-01" || len(old.Note.Successors) != 1 || old.Note.Successors[0].Code != "G20" {
		t.Errorf("an old code: %+v %+v", old, old.Note)
	}
	s.json("/api/v1/areas/G19", &old)
	if old.Note == nil {
		t.Errorf("by the short form: %+v", old)
	}
	var whole httpapi.Area
	if s.json("/api/v1/areas/G19?at=2026-01-15", &whole); whole.Code != "G19" || whole.Edition != "2026-01" || whole.Note != nil {
		t.Errorf("by the short form, on a day with it: %+v", whole)
	}
	for _, below := range []string{"/geometry", "/neighbours", "/ancestors", "/children"} {
		if a := s.get(areas + "G19" + below); a.StatusCode != 200 {
			t.Errorf("%s of an old code: %d %s", below, a.StatusCode, a.body)
		}
	}
	if a := s.get(areas + "G19?at=2026-02-15"); a.StatusCode != 404 {
		t.Errorf("at a day without it: %d %s", a.StatusCode, a.body)
	}
	var line struct {
		Periods []httpapi.Period `json:"periods"`
	}
	s.json("/api/v1/districts/150102/timeline", &line)
	if len(line.Periods) != 2 || line.Periods[0].ValidTo != "2026-02-01" || fmt.Sprint(line.Periods[1].Changes) != "[{grid rename 1} {grid transfer 1} {grid merge 1}]" && fmt.Sprint(line.Periods[1].Changes) != "[{grid merge 1} {grid rename 1}]" {
		t.Errorf("the timeline: %+v", line.Periods)
	}
	var h struct {
		Stays []httpapi.Stay `json:"stays"`
		Links []httpapi.Link `json:"links"`
	}
	s.json(areas+"G15/history", &h)
	if len(h.Stays) != 2 || h.Stays[1].Name != "改了名的网格" || len(h.Links) != 1 || h.Links[0].Kind != "rename" || h.Links[0].Text != "第15网格更名为改了名的网格" || h.Links[0].Confirmed {
		t.Errorf("the life of G15: %+v", h)
	}
}

// TestARecodeConfirmedOverHTTP sends the lineage with the activation.
func TestARecodeConfirmedOverHTTP(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	s.fill("2026-02")
	grids := []postgres.FillArea{}
	for i, g := range s.cells {
		grids = append(grids, postgres.FillArea{Code: fmt.Sprintf("G%02d", i), Name: fmt.Sprintf("第%d网格", i), Kind: area.Basic, Ground: g, Source: "test#1"})
	}
	whole := func(edition, code string) {
		t.Helper()
		grids[14].Code = code
		if done, err := s.store.FillDraft(t.Context(), postgres.Fill{District: "150102", Edition: edition, Level: area.Grid, Areas: grids, Whole: true, Commit: true}); err != nil || !done.Committed {
			t.Fatalf("%v %+v", err, done)
		}
	}
	whole("2026-02", "N14")
	const draft = "/api/v1/editions/150102/2026-02"
	var proposed struct {
		Before string         `json:"before"`
		Links  []httpapi.Link `json:"links"`
	}
	s.json(draft+"/lineage?from=2026-02-01", &proposed)
	if proposed.Before != "2026-01" || len(proposed.Links) != 1 || proposed.Links[0].Kind != "recode" || proposed.Links[0].SameArea {
		t.Fatalf("%+v", proposed)
	}
	body, _ := json.Marshal(map[string]any{"valid_from": "2026-02-01", "lineage": []httpapi.ConfirmedLink{{Level: "grid", Kind: "recode", From: "G14", To: "N14"}}})
	if a := s.do("POST", draft+"/activations", string(body), "Content-Type", "application/json", "If-Match", s.get(draft).Header.Get("ETag")); a.StatusCode != 201 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	var a httpapi.Area
	s.eventually("the recode", func() bool {
		s.json("/api/v1/districts/150102/areas/grid/G14", &a)
		return a.Code == "N14"
	})
	if a.Note == nil || a.Note.Kind != "code_changed" || a.Note.Text != "编码 G14 自 2026-02-01 起改为 N14" || a.ValidTo != "" {
		t.Errorf("%+v %+v", a, a.Note)
	}
	s.json("/api/v1/districts/150102/areas/grid/N14?at=2026-01-15", &a)
	if a.Code != "G14" || a.Note == nil || a.Note.Text != "那时的编码是 G14；自 2026-02-01 起才是 N14" {
		t.Errorf("asked about a day before its code: %+v %+v", a, a.Note)
	}
	then, now := s.get("/api/v1/districts/150102/areas/grid/G14/geometry?at=2026-01-15"), s.get("/api/v1/districts/150102/areas/grid/N14/geometry")
	if identity(t, then.body) != identity(t, now.body) {
		t.Error("a recoded grid has another identity")
	}
	// It takes its old code back, and will have the new one again.
	for edition, code := range map[string]string{"2026-03": "G14", "2199": "N14"} {
		s.fill(edition)
		whole(edition, code)
	}
	s.activate("2026-03", "2026-03-01")
	s.activate("2199", "2199-01-01")
	s.eventually("the old code", func() bool {
		s.json("/api/v1/districts/150102/areas/grid/N14", &a)
		return a.Code == "G14"
	})
	if a.Note == nil || a.Note.Text != "编码 N14 自 2026-03-01 起改为 G14" {
		t.Errorf("%+v", a.Note)
	}
}

func identity(t *testing.T, feature string) string {
	t.Helper()
	var f struct{ ID string }
	if err := json.Unmarshal([]byte(feature), &f); err != nil || f.ID == "" {
		t.Fatalf("%v: %s", err, feature)
	}
	return f.ID
}

// withoutGeneration leaves out what names the state of knowledge, and what is
// told beyond the moment.
func withoutGeneration(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	var drop func(any)
	drop = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			delete(v, "generation")
			delete(v, "history")
			for _, w := range v {
				drop(w)
			}
		case []any:
			for _, w := range v {
				drop(w)
			}
		}
	}
	drop(v)
	out, _ := json.Marshal(v)
	return string(out)
}
