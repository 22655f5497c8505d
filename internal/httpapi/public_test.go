package httpapi_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// precise is a coordinate near Hohhot with more than five decimals.
var precise = regexp.MustCompile(`\b(?:111|4[01])\.\d{6,}`)

// TestWhatStrangersSee: a public service lets strangers locate and look at the
// map, rounded, and nothing else; whoever has signed in gets it exactly.
func TestWhatStrangersSee(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "蒙S(2026)001号" })
	s.load()
	u := s.user("worker", s.at(policy.Worker, "G00"))
	areas := "/api/v1/districts/150102/areas"
	exact := 0
	for _, path := range []string{"/api/v1/locate?lon=111.61&lat=40.85", "/api/v1/locate?lon=111.1&lat=40.85", "/api/v1/districts", areas + "?level=grid", areas + "/grid/G14",
		areas + "/grid/G14/geometry", areas + "/grid/G14/neighbours", areas + "/grid/G14/ancestors", areas + "/grid/G14/history", areas + "/community/SW/children",
		"/api/v1/areas/G14", "/api/v1/search?q=G14", "/tiles/grid.json", "/api/v1/districts/150102/timeline"} {
		a := s.get(path)
		a.want(t, path, 200, "")
		if found := precise.FindString(a.body); found != "" {
			t.Errorf("%s: a stranger gets %s", path, found)
		}
		if own := u.get(path); precise.MatchString(own.body) {
			exact++
		} else {
			own.want(t, path+", signed in", 200, "")
		}
	}
	if exact < 6 {
		t.Errorf("only %d answers to the worker are exact: the test looks for the wrong numbers", exact)
	}
	var own, public httpapi.TileJSON
	if err := json.Unmarshal([]byte(s.get("/tiles/grid.json").body), &public); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(u.get("/tiles/grid.json").body), &own); err != nil {
		t.Fatal(err)
	}
	if public.Tiles[0] == own.Tiles[0] {
		t.Errorf("one address for both: %s", own.Tiles[0])
	}
	at := s.cells[14].LabelPoint()
	const z = 18
	path := tileAt(own.Tiles[0], z, at.Lon(), at.Lat())
	mine, theirs := u.get(path), s.get(path)
	if mine.Header.Get("ETag") == theirs.Header.Get("ETag") || !strings.HasPrefix(theirs.Header.Get("Cache-Control"), "private") {
		t.Errorf("a tile for strangers under %s, %s; for the worker %s", theirs.Header.Get("ETag"), theirs.Header.Get("Cache-Control"), mine.Header.Get("ETag"))
	}
	if m := s.me(""); !m.Public || m.Review != "蒙S(2026)001号" || m.SignedIn {
		t.Errorf("%+v", m)
	}
	for _, path := range []string{"/api/v1/editions", "/api/v1/people", "/api/v1/audit", "/openapi.json", "/metrics", "/api/v1/keys", "/api/v1/activation-requests"} {
		s.get(path).want(t, path, 401, "sign_in_needed")
	}
	for path, status := range map[string]int{"/": 200, "/sign-in": 200, "/office/keys": 200, "/print": 200, "/healthz": 200, "/assets/app-1a.js": 200, "/nothing": 404} {
		s.get(path).want(t, path, status, "")
	}
}

func tileAt(template string, z int, lon, lat float64) string {
	n := math.Exp2(float64(z))
	x, y := int((lon+180)/360*n), int((1-math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi)/2*n)
	return strings.NewReplacer("{z}", fmt.Sprint(z), "{x}", fmt.Sprint(x), "{y}", fmt.Sprint(y)).Replace(template)
}

// TestWhatIsForeignIsMissing: for every route that names a thing, the id of
// somebody else's thing answers with the very body of one that does not exist.
func TestWhatIsForeignIsMissing(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	s.fill("2026-02")
	steward := s.user("steward", s.at(policy.Steward, "150102"))
	small := s.user("small", s.at(policy.Steward, "SW")) // the draft is not a matter of the community alone
	lead := s.user("lead", s.at(policy.Lead, "SW"))
	below := s.user("below", s.at(policy.Worker, "G00"))
	sibling := s.user("sibling", s.at(policy.Worker, "G35"))
	parent := s.user("parent", s.at(policy.Community, "150102"))
	everywhere := s.user("everywhere", s.at(policy.Auditor, ""))
	nowhere := s.user("nowhere")
	probes := 0
	same := func(u *user, method, foreign, missing, body string, headers ...string) {
		t.Helper()
		a, b := u.do(method, foreign, body, headers...), u.do(method, missing, body, headers...)
		if a.StatusCode != http.StatusNotFound || a.StatusCode != b.StatusCode || a.body != b.body {
			t.Errorf("%s %s: %d %s, but %s: %d %s", method, foreign, a.StatusCode, a.body, missing, b.StatusCode, b.body)
		}
		probes++
	}
	// Editions: the answer names what was asked for, so that the same name is asked for in a district that is not there.
	const draft, gone = "/api/v1/editions/150102/2026-02", "/api/v1/editions/150103/2026-02"
	for _, r := range [][3]string{{"GET", ""}, {"GET", "/findings"}, {"GET", "/diff?against=2026-01"}, {"GET", "/lineage"}, {"GET", "/mends"}, {"GET", "/borders?bbox=111.6,40.8,111.7,40.9"},
		{"GET", "/tiles/grid/13/6638/3074.mvt"}, {"GET", "/report"}, {"GET", "/export?level=grid"}, {"POST", "/check"}, {"POST", "/mends", `{"kind":"snap","metres":1}`}, {"POST", "/undo"}, {"POST", "/redo"},
		{"DELETE", ""}, {"PUT", "/findings/1/waiver", `{"reason":"看过"}`}, {"DELETE", "/findings/1/waiver"}, {"POST", "/activations", `{"valid_from":"2026-02-01"}`},
		{"POST", "/activations/" + uuid.NewString() + "/confirmation"}, {"DELETE", "/activations/" + uuid.NewString()}} {
		a, b := small.do(r[0], draft+r[1], r[2], "If-Match", `"1"`), small.do(r[0], gone+r[1], r[2], "If-Match", `"1"`)
		if a.StatusCode != 404 || a.StatusCode != b.StatusCode || strings.ReplaceAll(a.body, "150102", "") != strings.ReplaceAll(b.body, "150103", "") {
			t.Errorf("%s %s: %d %s, but %d %s", r[0], r[1], a.StatusCode, a.body, b.StatusCode, b.body)
		}
		if x := small.do(r[0], "/api/v1/editions/150102/nothing"+r[1], r[2], "If-Match", `"1"`); x.StatusCode != 404 || strings.ReplaceAll(x.body, "nothing", "") != strings.ReplaceAll(a.body, "2026-02", "") {
			t.Errorf("%s %s of none: %d %s", r[0], r[1], x.StatusCode, x.body)
		}
		probes += 2
	}
	// Uploads and imports are of who brought them.
	var up httpapi.Upload
	if err := json.Unmarshal([]byte(steward.do("POST", "/api/v1/uploads", "").body), &up); err != nil {
		t.Fatal(err)
	}
	steward.do("PUT", "/api/v1/uploads/"+up.ID+"/files/a.csv", "code,wkt\n", "Content-Type", "application/octet-stream").want(t, "a file", 200, "")
	begun := steward.do("POST", "/api/v1/imports", `{"upload":"`+up.ID+`","level":"grid","edition":"2026-03"}`)
	var job httpapi.Import
	if err := json.Unmarshal([]byte(begun.body), &job); err != nil {
		t.Fatalf("%v: %s", err, begun.body)
	}
	planner := s.user("planner", s.at(policy.Planner, "150102"))
	for _, r := range []string{"GET", "DELETE"} {
		same(planner, r, "/api/v1/uploads/"+up.ID, "/api/v1/uploads/"+uuid.NewString(), "")
		same(planner, r, "/api/v1/imports/"+job.ID, "/api/v1/imports/"+uuid.NewString(), "")
	}
	same(planner, "PUT", "/api/v1/uploads/"+up.ID+"/files/b.csv", "/api/v1/uploads/"+uuid.NewString()+"/files/b.csv", "x", "Content-Type", "application/octet-stream")
	same(planner, "GET", "/api/v1/imports/"+job.ID+"/tiles/10/829/384.mvt", "/api/v1/imports/"+uuid.NewString()+"/tiles/10/829/384.mvt", "")
	other := planner.do("POST", "/api/v1/imports", `{"upload":"`+up.ID+`","level":"grid","edition":"2026-03"}`)
	if none := planner.do("POST", "/api/v1/imports", `{"upload":"`+uuid.NewString()+`","level":"grid","edition":"2026-03"}`); other.StatusCode != 404 || other.body != none.body {
		t.Errorf("an import of somebody else's file: %d %s, of none: %s", other.StatusCode, other.body, none.body)
	}
	// A district by name in a body.
	far := small.do("POST", "/api/v1/editions", `{"district":"150102","name":"x"}`)
	if none := small.do("POST", "/api/v1/editions", `{"district":"150103","name":"x"}`); far.StatusCode != 404 || strings.ReplaceAll(far.body, "150102", "") != strings.ReplaceAll(none.body, "150103", "") {
		t.Errorf("a draft in a district: %s, and in none: %s", far.body, none.body)
	}
	// People: siblings, those above, those of the whole installation, those without a post.
	missing := "/api/v1/people/" + uuid.NewString()
	for _, foreign := range []*user{sibling, parent, everywhere, nowhere} {
		for _, path := range []string{"", "/history"} {
			same(lead, "GET", foreign.person()+path, missing+path, "")
			same(below, "GET", foreign.person()+path, missing+path, "")
		}
		same(below, "DELETE", foreign.person()+"/sessions", missing+"/sessions", "")
	}
	same(below, "GET", lead.person(), missing, "")
	lead.get(below.person()).want(t, "a person below", 200, "")
	below.get(below.person()).want(t, "oneself", 200, "")
	var theirs struct{ Sessions []httpapi.Session }
	if err := json.Unmarshal([]byte(sibling.get("/api/v1/sessions").body), &theirs); err != nil || len(theirs.Sessions) != 1 {
		t.Fatal(err)
	}
	same(below, "DELETE", "/api/v1/sessions/"+theirs.Sessions[0].ID.String(), "/api/v1/sessions/"+uuid.NewString(), "")
	sibling.get("/api/v1/sessions").want(t, "the session of the sibling", 200, "")
	// Lists, with cursors and filters made for others, hold one's own alone.
	for _, path := range []string{"/api/v1/people?text=sibling", "/api/v1/people?role=auditor", "/api/v1/people?area=NE", "/api/v1/people?limit=1&cursor=MjA"} {
		if a := lead.get(path); a.StatusCode != 200 || strings.Contains(a.body, "某sibling") || strings.Contains(a.body, "某everywhere") {
			t.Errorf("%s: %s", path, a.body)
		}
		probes++
	}
	lead.get("/api/v1/audit?actor="+steward.id.String()).want(t, "the acts of somebody else", 403, "forbidden")
	if a := lead.get("/api/v1/audit"); strings.Contains(a.body, steward.id.String()) {
		t.Errorf("one's own acts hold those of others: %s", a.body)
	}
	if a := small.get("/api/v1/editions"); a.body != "{\"editions\":[]}\n" {
		t.Errorf("editions of others: %s", a.body)
	}
	if a := small.get("/api/v1/editions?district=150102"); a.body != "{\"editions\":[]}\n" {
		t.Errorf("editions of others: %s", a.body)
	}
	// A key of the same name does not give the answer of somebody else.
	admin, second := s.user("admin", s.at(policy.SysAdmin, "")), s.user("second", s.at(policy.SysAdmin, ""))
	first := admin.do("POST", "/api/v1/people", `{"name":"甲"}`, "Idempotency-Key", "k")
	if again := second.do("POST", "/api/v1/people", `{"name":"甲"}`, "Idempotency-Key", "k"); first.body == again.body || again.StatusCode != 201 {
		t.Errorf("%s and %s", first.body, again.body)
	}
	if probes < 70 {
		t.Errorf("only %d probes", probes)
	}
}

// TestPostsFollowTheirAreas: codes that begin alike are not one another, and a
// post whose area moves, or is gone, reaches what it reaches then.
func TestPostsFollowTheirAreas(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	// G1 is no area; G10 to G15 are not below a post in another grid that begins alike.
	lead := s.user("lead", s.at(policy.Lead, "G14"))
	for _, code := range []string{"G10", "G1", "SW"} {
		a := lead.get("/api/v1/permissions?district=150102&area=" + code)
		if strings.Contains(a.body, `"workers.read","effect":"allow"`) {
			t.Errorf("a post in G14 reaches %s", code)
		}
	}
	if a := lead.get("/api/v1/permissions?district=150102&area=G14"); !strings.Contains(a.body, `"workers.read","effect":"allow"`) {
		t.Errorf("a post in G14 does not reach it: %s", a.body)
	}
	reaches := func(u *user, code string) bool {
		t.Helper()
		a := u.get("/api/v1/permissions?district=150102&area=" + code)
		a.want(t, code, 200, "")
		return strings.Contains(a.body, `"workers.read","effect":"allow"`)
	}
	officer, keeper := s.user("officer", s.at(policy.Community, "SW")), s.user("keeper", s.at(policy.Lead, "C2"))
	if !reaches(officer, "G00") || reaches(officer, "G05") || !reaches(keeper, "C2") {
		t.Error("before the areas move")
	}
	// SW and SE change places, so that their grids change hands; C2 is gone.
	s.fill("2026-02")
	b := geotest.Hohhot
	x, y := b.Min.X+(b.Max.X-b.Min.X)/2, b.Min.Y+(b.Max.Y-b.Min.Y)/2
	box := func(code string, x0, x1 int32) postgres.FillArea {
		return postgres.FillArea{Code: code, Name: code, Kind: area.Basic, Source: "test#2", Ground: geotest.Area(geo.MultiPolygon{{{{X: x0, Y: b.Min.Y}, {X: x1, Y: b.Min.Y}, {X: x1, Y: y}, {X: x0, Y: y}}}})}
	}
	for level, areas := range map[area.Level][]postgres.FillArea{
		area.Community: {box("SE", b.Min.X, x), box("SW", x, b.Max.X)},
		area.Compound:  {{Code: "C1", Name: "团结小区", Kind: area.Basic, Source: "test#2", Ground: geotest.Area(geo.MultiPolygon{{{{X: x, Y: y}, {X: x + 1000, Y: y}, {X: x + 1000, Y: y + 1000}, {X: x, Y: y + 1000}}}})}},
	} {
		if done, err := s.store.FillDraft(t.Context(), postgres.Fill{District: "150102", Edition: "2026-02", Level: level, Areas: areas, Commit: true, Whole: level == area.Compound}); err != nil || !done.Committed {
			t.Fatalf("%v %+v", err, done)
		}
	}
	s.activate("2026-02", "2026-02-01")
	s.eventually("the move", func() bool { return reaches(officer, "G05") })
	if reaches(officer, "G00") {
		t.Error("a post keeps what has moved away")
	}
	if a := keeper.get("/api/v1/permissions?district=150102&area=G14"); strings.Contains(a.body, `"workers.read","effect":"allow"`) {
		t.Error("a post in an area that is gone reaches something")
	}
	admin := s.user("admin", s.at(policy.SysAdmin, ""), s.at(policy.SecAdmin, ""))
	if a := admin.get(keeper.person()); !strings.Contains(a.body, `"state":"lost"`) {
		t.Errorf("the post of an area that is gone: %s", a.body)
	}
	// One that ended today.
	var p httpapi.Person
	if err := json.Unmarshal([]byte(admin.get(officer.person()).body), &p); err != nil {
		t.Fatal(err)
	}
	admin.do("DELETE", officer.person()+"/posts/"+p.Posts[0].ID.String(), "", "If-Match", admin.tag(officer.person())).want(t, "end it", 200, "")
	if reaches(officer, "G05") {
		t.Error("a post that has ended reaches something")
	}
	// Of two posts each counts in its own place alone.
	two := s.user("two", s.at(policy.Community, "SW"), s.at(policy.Worker, "NE"))
	if a := two.get("/api/v1/permissions?district=150102&area=NE"); strings.Contains(a.body, `"case.dispatch","effect":"allow"`) {
		t.Errorf("the community officer's power counts in the worker's place")
	}
}

// BenchmarkLocate compares an open lookup with one by a session and one by an
// API key.
func BenchmarkLocate(b *testing.B) {
	url := pgtest.Database(b)
	open := start(b, pgtest.Database(b))
	open.load()
	closed := start(b, url)
	closed.load()
	u := closed.user("worker", closed.at(policy.Worker, "G00"))
	at := open.cells[14].LabelPoint()
	path := fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lon(), at.Lat())
	for name, set := range map[string]func(r *http.Request) *service{
		"open":    func(*http.Request) *service { return open },
		"session": func(r *http.Request) *service { r.Header.Set("Cookie", "wangge="+string(u.secret)); return closed },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
				s := set(r)
				w := httptest.NewRecorder()
				s.http.Config.Handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
