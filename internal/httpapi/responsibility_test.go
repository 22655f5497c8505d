package httpapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/dispatch"
	"wangge/internal/guard"
	"wangge/internal/httpapi"
	"wangge/internal/live"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// read decodes an answer that has to have a status.
func read[T any](tb testing.TB, a answer, status int) (v T) {
	tb.Helper()
	if a.StatusCode != status {
		tb.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		tb.Fatal(err)
	}
	return v
}

func TestUnitsAreKeptOnceAndAsLastSeen(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	admin, worker, stranger := s.user("admin", s.at(policy.SysAdmin, "")), s.user("worker", s.at(policy.Worker, "G00")), s.user("stranger")
	handler := s.user("handler", s.at(policy.Handler, "150102"))
	const body = `{"name":" 城管执法 ","kind":"department","phone":"0471 123-4567"}`
	worker.do("POST", "/api/v1/units", body).want(t, "a worker adds", 403, "forbidden")
	stranger.get("/api/v1/units").want(t, "somebody without a post reads", 403, "forbidden")

	u := read[httpapi.ResponsibleUnit](t, admin.do("POST", "/api/v1/units", body, "Idempotency-Key", "k1"), 201)
	again := read[httpapi.ResponsibleUnit](t, admin.do("POST", "/api/v1/units", body, "Idempotency-Key", "k1"), 201)
	if u.ID != again.ID || u.Name != "城管执法" || u.Phone != "04711234567" || u.District != "150102" {
		t.Errorf("%+v, again %+v", u, again)
	}
	path := "/api/v1/units/150102/" + u.ID.String()
	admin.do("PUT", path, `{"name":"执法队"}`).want(t, "without If-Match", 428, "if_match_missing")
	admin.do("PUT", path, `{"name":"执法队"}`, "If-Match", `"1"`).want(t, "changed", 200, "")
	admin.do("PUT", path, `{"name":"又改"}`, "If-Match", `"1"`).want(t, "as seen before", 412, "stale_version")
	admin.do("PUT", "/api/v1/units/999999/"+u.ID.String(), `{"name":"又改"}`, "If-Match", `"2"`).want(t, "of another district", 404, "no_such_unit")
	admin.do("POST", "/api/v1/units", `{"name":"甲","kind":"territory","area":"C1"}`).want(t, "of a compound", 422, "unit_area")

	// Members are at once what the caller's identity says.
	g := guard.New(s.store, live.New(s.store, "", nil), 1e12)
	of := func() []uuid.UUID {
		c, err := g.BySession(t.Context(), handler.secret)
		if err != nil || c == nil {
			t.Fatal(c, err)
		}
		g.ForgetAll(handler.id)
		return c.Units
	}
	if len(of()) != 0 {
		t.Error("a member before")
	}
	admin.do("PUT", path+"/members", `{"people":["`+handler.id.String()+`","`+handler.id.String()+`"]}`, "If-Match", `"2"`).want(t, "members", 200, "")
	if units := of(); !slices.Equal(units, []uuid.UUID{u.ID}) {
		t.Errorf("units of the member: %v", units)
	}
	admin.do("PUT", path+"/members", `{"people":["`+uuid.NewString()+`"]}`, "If-Match", `"3"`).want(t, "nobody", 422, "no_such_person")
	list := func(who *user) httpapi.ResponsibleUnit {
		return read[struct{ Units []httpapi.ResponsibleUnit }](t, who.get("/api/v1/units"), 200).Units[0]
	}
	if u := list(admin); len(u.Members) != 1 || u.Members[0].Name != "某handler" || u.MemberCount != 1 {
		t.Errorf("the administrator sees %+v", u)
	}
	if u := list(worker); len(u.Members) != 0 || u.MemberCount != 1 {
		t.Errorf("a worker sees members: %+v", u)
	}
	admin.do("PUT", path+"/members", `{"people":[]}`, "If-Match", `"3"`).want(t, "no members", 200, "")
	if len(of()) != 0 {
		t.Error("still a member")
	}
	past, err := s.store.History(t.Context(), "unit", u.ID)
	if err != nil || len(past) != 4 || past[0].What != "members" {
		t.Errorf("%+v, %v", past, err)
	}
}

func TestTheTerritoryUnitIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	area := s.at(policy.Street, "SW").Area
	first, err := s.store.EnsureTerritory(t.Context(), "150102", area, "三角线社区")
	if err != nil || first != dispatch.TerritoryID("150102", area) {
		t.Fatal(first, err)
	}
	if _, err := s.store.DisableUnit(t.Context(), "150102", first, true, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	if second, err := s.store.EnsureTerritory(t.Context(), "150102", area, "别名"); err != nil || second != first {
		t.Error(second, err)
	}
	if u, err := s.store.Unit(t.Context(), "150102", first); err != nil || u.Name != "三角线社区" || !u.Disabled || u.Version != 2 {
		t.Errorf("%+v, %v", u, err)
	}
	s.do("POST", "/api/v1/units", `{"name":"三角线","kind":"territory","area":"SW"}`, "Content-Type", "application/json").want(t, "by hand as well", 409, "unit_exists")
	if _, err := s.store.EnsureTerritory(t.Context(), "150102", uuid.New(), "无"); err == nil {
		t.Error("an area that is not there has a unit")
	}
}

func TestTheSuggestionSaysWhoAndWhy(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	add := func(body string) httpapi.Responsibility {
		return read[httpapi.Responsibility](t, s.do("POST", "/api/v1/responsibilities", body, "Content-Type", "application/json"), 201)
	}
	unit := func(name string) string {
		u := read[httpapi.ResponsibleUnit](t, s.do("POST", "/api/v1/units", `{"name":"`+name+`","kind":"department"}`, "Content-Type", "application/json"), 201)
		return u.ID.String()
	}
	at := s.cells[14].LabelPoint() // in G14 and in the compounds C1 and C2
	ask := func(rest string) httpapi.UnitSuggestion {
		return read[httpapi.UnitSuggestion](t, s.get(fmt.Sprintf("/api/v1/responsibilities/suggestion?lon=%.7f&lat=%.7f&%s", at.Lon(), at.Lat(), rest)), 200)
	}
	if got := ask("kind=event&code=0110"); !got.Fallback || got.Unit.Name != "新城区" || got.Edition.Name != "2026-01" || got.Class.Name != "暴露生活垃圾" || len(got.Chain) != 5 || got.Chain[0].Code != "C1" || got.Owner.Code != "G14" {
		t.Errorf("without rules: %+v", got)
	}
	water, garden := unit("供水"), unit("园林")
	add(`{"name":"井盖","basis":"owner","kind":"component","codes":["0101"],"unit":"` + water + `"}`)
	compound := add(`{"name":"团结小区","basis":"territory","areas":[{"level":"compound","code":"C1"}],"daily":[{"from":"08:00","to":"18:00"}],"unit":"` + garden + `"}`)
	if got := ask("kind=component&code=0101"); got.Unit.Name != "供水" || got.Rule.Name != "井盖" || got.Basis != "owner" || got.RunnerUp == nil {
		t.Errorf("a component: %+v", got)
	}
	if got := ask("kind=event&code=0110&at=2026-03-02T08:00:00%2B08:00"); got.Unit.Name != "园林" || got.Why[3].Text != "写明了团结小区（C1）" || got.RunnerUp == nil || !got.RunnerUp.Fallback {
		t.Errorf("by day: %+v", got)
	}
	if got := ask("kind=event&code=0110&at=2026-03-02T18:00:00%2B08:00"); !got.Fallback {
		t.Errorf("after hours: %+v", got)
	}
	s.do("POST", "/api/v1/units/150102/"+water+"/disable", "", "If-Match", `"1"`).want(t, "disabled", 200, "")
	got := ask("kind=component&code=0101&at=2026-03-02T08:00:00%2B08:00")
	if got.Unit.Name != "园林" || len(got.Skipped) != 1 || got.Skipped[0].Code != "unit_disabled" || !strings.Contains(got.Skipped[0].Text, "启用") {
		t.Errorf("with a broken rule: %+v", got)
	}
	list := read[struct{ Rules []httpapi.Responsibility }](t, s.get("/api/v1/responsibilities"), 200).Rules
	if len(list) != 2 || list[0].Name != "井盖" || len(list[0].Broken) != 1 || len(list[1].Broken) != 0 || list[1].Daily[0].To != "18:00" {
		t.Errorf("the broken one is not on top: %+v", list)
	}
	path := "/api/v1/responsibilities/150102/" + compound.ID.String()
	s.do("DELETE", path, "", "If-Match", `"9"`).want(t, "as never seen", 412, "stale_version")
	s.do("PUT", path, `{"name":"全区","basis":"territory","unit":"`+garden+`"}`, "If-Match", `"1"`, "Content-Type", "application/json").want(t, "changed", 200, "")
	if got := ask("kind=event"); got.Rule == nil || got.Rule.Version != 2 || got.Rule.Name != "全区" {
		t.Errorf("after the change: %+v", got)
	}
	s.do("DELETE", path, "", "If-Match", `"2"`).want(t, "deleted", 204, "")
	for what, tc := range map[string][3]string{
		"outside":             {"kind=event&lon=100&lat=30", "422", "not_covered"},
		"swapped":             {fmt.Sprintf("kind=event&lon=%.7f&lat=%.7f", at.Lat(), at.Lon()), "400", "lat_lon_swapped"},
		"an unknown class":    {fmt.Sprintf("kind=event&code=9999&lon=%.7f&lat=%.7f", at.Lon(), at.Lat()), "422", "no_such_class"},
		"an unknown district": {fmt.Sprintf("district=X&kind=event&lon=%.7f&lat=%.7f", at.Lon(), at.Lat()), "404", "no_such_district"},
		"a time of no kind":   {fmt.Sprintf("at=soon&kind=event&lon=%.7f&lat=%.7f", at.Lon(), at.Lat()), "400", "bad_date"},
	} {
		if a := s.get("/api/v1/responsibilities/suggestion?" + tc[0]); fmt.Sprint(a.StatusCode) != tc[1] || a.code() != tc[2] {
			t.Errorf("%s: %d %s", what, a.StatusCode, a.body)
		}
	}
}

func TestNearABorderTheUnitAcrossIsTold(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	u := read[httpapi.ResponsibleUnit](t, s.do("POST", "/api/v1/units", `{"name":"西南处","kind":"department"}`, "Content-Type", "application/json"), 201)
	s.do("POST", "/api/v1/responsibilities", `{"name":"西南","basis":"territory","areas":[{"level":"community","code":"SW"}],"unit":"`+u.ID.String()+`"}`, "Content-Type", "application/json").want(t, "rule", 201, "")
	// Walk from the middle of a grid of another community towards one of SW, until
	// the border of the owner is near.
	from, to := s.cells[21].LabelPoint(), s.cells[14].LabelPoint()
	told := 0
	for i := range 400 {
		f := float64(i) / 400
		lon, lat := from.Lon()+(to.Lon()-from.Lon())*f, from.Lat()+(to.Lat()-from.Lat())*f
		got := read[httpapi.UnitSuggestion](t, s.get(fmt.Sprintf("/api/v1/responsibilities/suggestion?kind=event&lon=%.7f&lat=%.7f", lon, lat)), 200)
		across := got.RunnerUp != nil && got.RunnerUp.Across
		if across && got.Border.DistanceM > 20.05 {
			t.Errorf("%.1f m from the border, and %s is told", got.Border.DistanceM, got.RunnerUp.Unit.Name)
		}
		if across && got.Unit.Name == got.RunnerUp.Unit.Name {
			t.Errorf("the same on both sides: %s", got.Unit.Name)
		}
		if across {
			told++
		}
	}
	if told == 0 {
		t.Error("the unit across the border is never told")
	}
}
