package httpapi_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/caseflow"
	"wangge/internal/casesetting"
	"wangge/internal/dispatch"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// report sends a report and returns its receipt.
func (s *service) report(do func(method, path, body string, headers ...string) answer, more string) httpapi.Receipt {
	s.tb.Helper()
	body := fmt.Sprintf(`{"id":%q%s}`, uuid.Must(uuid.NewV7()), more)
	a := do("POST", "/api/v1/incidents", body, "Content-Type", "application/json")
	var r httpapi.Receipt
	if err := json.Unmarshal([]byte(a.body), &r); err != nil || a.StatusCode != http.StatusCreated {
		s.tb.Fatalf("report: %d %s", a.StatusCode, a.body)
	}
	return r
}

// place is a position in the middle of the grid with a number.
func (s *service) place(cell int) string {
	p := s.cells[cell].LabelPoint()
	return fmt.Sprintf(`,"lon":%.7f,"lat":%.7f`, p.Lon(), p.Lat())
}

// act does an action on a case as last seen, and returns the answer.
func (u *user) act(id uuid.UUID, action, body string) answer {
	u.tb.Helper()
	tag := u.get("/api/v1/incidents/" + id.String()).Header.Get("ETag")
	return u.do("POST", "/api/v1/incidents/"+id.String()+"/"+action, body, "Content-Type", "application/json", "If-Match", tag)
}

func caseOf(t *testing.T, a answer) (c httpapi.Incident) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &c); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return c
}

func TestACaseGoesItsWay(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	other := s.user("other", s.at(policy.Supervisor, "150102"))
	r := s.report(desk.do, s.place(3)+`,"description":"井盖翘起","address":"北垣街","kind":"event","category":"0112"`)
	c := caseOf(t, desk.get("/api/v1/incidents/"+r.ID.String()))
	if c.State != "reported" || len(c.Areas) < 3 || c.Clock == nil || c.Clock.Phase != "intake" || c.Clock.Due == nil || c.Category.Name != "道路不洁" {
		t.Fatalf("%+v", c)
	}
	c = caseOf(t, desk.act(r.ID, "accept", `{"condition":"条件1"}`))
	if c.State != "filed" || c.Clock.Phase != "dispatch" {
		t.Fatalf("%+v", c)
	}
	if got := caseOf(t, other.act(r.ID, "supervise", `{"reason":"safety","level":2}`)); got.Marks.Supervised != 2 {
		t.Fatalf("%+v", got)
	}
	if a := desk.act(r.ID, "close", `{}`); a.StatusCode != http.StatusConflict || a.code() != "case_wrong_state" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if !strings.Contains(desk.get("/api/v1/incidents/"+r.ID.String()+"/history").body, `"supervise"`) {
		t.Error("the history does not tell of it")
	}
	if a := desk.get("/api/v1/incidents/" + r.ID.String() + "/clock"); !strings.Contains(a.body, `"dispatch"`) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents?queue=open&text=" + "井盖"); !strings.Contains(a.body, r.Number) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents/summary"); !strings.Contains(a.body, `"open":1`) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

// photograph uploads a picture that says where and when it was taken.
func (s *service) photograph(do func(method, path, body string, headers ...string) answer, cell int, taken time.Time) string {
	s.tb.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	m.Set(int(taken.UnixNano()%64), 3, color.White) // no two alike
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		s.tb.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7()).String()
	a := do("POST", "/api/v1/photos", fmt.Sprintf(`{"id":%q,"district":"150102","bytes":%d,"sha256":"%x","taken":%q%s}`, id, b.Len(), sha256.Sum256(b.Bytes()), taken.Format(time.RFC3339Nano), s.place(cell)),
		"Content-Type", "application/json")
	var begun httpapi.Photo
	if err := json.Unmarshal([]byte(a.body), &begun); err != nil || a.StatusCode != http.StatusCreated {
		s.tb.Fatalf("photo: %d %s", a.StatusCode, a.body)
	}
	if a := do("PATCH", "/api/v1/photos/150102/"+id+"/upload", b.String(), "Content-Type", "application/offset+octet-stream", "Upload-Offset", "0", "Upload-Secret", begun.Secret); a.StatusCode >= 300 {
		s.tb.Fatalf("photo: %d %s", a.StatusCode, a.body)
	}
	return id
}

// TestFromTheCitizenToTheClose goes the whole way: a stranger reports, the desk
// dispatches, the unit returns it, gets it again, does the work, it is sent back
// once, checked with a photograph and closed, and the citizen sees each step.
func TestFromTheCitizenToTheClose(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "GS(2026)1" })
	s.load()
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	handler := s.user("handler", s.at(policy.Handler, "150102"))
	worker := s.user("worker", s.at(policy.Worker, "G03"))
	far := s.user("far", s.at(policy.Worker, "G30"))
	unit := s.unit("城管执法", handler.id)
	elsewhere := s.unit("园林", far.id)

	near := s.photograph(s.do, 3, time.Now())
	r := s.report(s.do, s.place(3)+`,"description":"井盖翘起","name":"张三","phone":"13800000000","photos":[{"id":"`+near+`","kind":"near"}]`)
	if len(r.Areas) == 0 || r.Areas[len(r.Areas)-1].Code != "G03" || len(r.Photos) != 1 {
		t.Fatalf("%+v", r)
	}
	path := "/api/v1/incidents/" + r.ID.String()
	// Who may see it: the desk, the worker of its grid; nobody else.
	for name, tc := range map[string]struct {
		u    *user
		want int
	}{"desk": {desk, 200}, "its worker": {worker, 200}, "another worker": {far, 404}, "a unit that does not have it": {handler, 404}} {
		if a := tc.u.get(path); a.StatusCode != tc.want {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
		if a := tc.u.get("/api/v1/incidents"); strings.Contains(a.body, r.Number) != (tc.want == 200) {
			t.Errorf("%s: the list says otherwise: %s", name, a.body)
		}
		if a := tc.u.get("/api/v1/photos/150102/" + near); a.StatusCode != tc.want {
			t.Errorf("%s: the photograph: %d", name, a.StatusCode)
		}
	}
	if a := s.get(path); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger: %d %s", a.StatusCode, a.body)
	}
	if a := desk.get(path); strings.Contains(a.body, "13800000000") || strings.Contains(a.body, "张三") {
		t.Error("the reporter stands in the case")
	}
	if a := desk.do("POST", path+"/reporter", `{"reason":"回电核实"}`, "Content-Type", "application/json"); !strings.Contains(a.body, "13800000000") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := worker.do("POST", path+"/reporter", `{"reason":"回电核实"}`, "Content-Type", "application/json"); a.StatusCode != http.StatusForbidden {
		t.Errorf("the worker learns who reported: %d %s", a.StatusCode, a.body)
	}
	do := func(u *user, action, body, state string) {
		t.Helper()
		if c := caseOf(t, u.act(r.ID, action, body)); c.State != state {
			t.Fatalf("%s leads to %s, want %s", action, c.State, state)
		}
	}
	do(desk, "accept", `{"kind":"event","category":"0112","condition":"条件1"}`, "filed")
	sug := desk.get(path + "/suggestion")
	if !strings.Contains(sug.body, `"fallback":true`) || !strings.Contains(sug.body, "某worker") {
		t.Errorf("%d %s", sug.StatusCode, sug.body)
	}
	do(desk, "dispatch", `{"unit":"`+elsewhere+`"}`, "dispatched")
	do(far, "return", `{"reason":"not_our_duty"}`, "filed")
	if a := far.get(path); a.StatusCode != http.StatusNotFound {
		t.Errorf("the unit that returned it still sees it: %d", a.StatusCode)
	}
	do(desk, "dispatch", `{"unit":"`+unit+`"}`, "dispatched")
	do(handler, "receive", ``, "handling")
	do(handler, "handle", `{"note":"已扶正"}`, "handled")
	if a := desk.act(r.ID, "verify", ``); a.code() != "case_evidence" {
		t.Errorf("verified without evidence: %d %s", a.StatusCode, a.body)
	}
	do(desk, "rework", `{"reason":"not_fixed"}`, "dispatched")
	do(handler, "handle", ``, "handled")
	if a := handler.act(r.ID, "verify", ``); a.StatusCode != http.StatusForbidden {
		t.Errorf("the handler verifies: %d %s", a.StatusCode, a.body)
	}
	after := s.photograph(desk.do, 3, time.Now())
	do(desk, "verify", `{"photos":[{"id":"`+after+`","kind":"after"}]}`, "verified")
	do(desk, "close", ``, "closed")
	do(desk, "undo", ``, "verified")
	do(desk, "close", ``, "closed")
	if a := handler.get(path); a.StatusCode != http.StatusOK {
		t.Errorf("the handler of a closed case: %d", a.StatusCode)
	}
	var seen httpapi.TrackedReport
	s.json("/api/v1/reports/"+strings.ToLower(strings.ReplaceAll(r.Number, "-", " ")), &seen)
	var words []string
	for _, step := range seen.Steps {
		words = append(words, step.Word)
	}
	if got := strings.Join(words, " "); got != "上报 立案 派遣 回退 派遣 签收 处置完成 返工 处置完成 核查 结案" || seen.State != "closed" {
		t.Errorf("the citizen sees %q, %s", got, seen.State)
	}
	if body := s.get("/api/v1/reports/" + r.Number).body; strings.Contains(body, "某") || strings.Contains(body, "13800000000") {
		t.Errorf("the citizen sees people: %s", body)
	}
	if a := s.get("/api/v1/reports/AAAAA-AAAAA-AAAAA"); a.code() != "no_such_report" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

// unit adds a unit with members and returns its id.
func (s *service) unit(name string, members ...uuid.UUID) string {
	s.tb.Helper()
	u, err := s.store.AddUnit(s.tb.Context(), dispatch.Unit{District: "150102", Name: name, Kind: dispatch.Department}, postgres.Write{})
	if err != nil {
		s.tb.Fatal(err)
	}
	if _, _, err := s.store.SetMembers(s.tb.Context(), "150102", u.ID, members, postgres.Write{}); err != nil {
		s.tb.Fatal(err)
	}
	return u.ID.String()
}

// Some acts take two: one asks, another confirms; nobody confirms their own, and
// a case that has moved on meanwhile is asked about anew.
func TestSomeActsTakeTwo(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	second := s.user("second", s.at(policy.Dispatcher, "150102"))
	worker := s.user("worker", s.at(policy.Worker, "G03"))
	r := s.report(desk.do, s.place(3)+`,"kind":"event","category":"0112"`)
	caseOf(t, desk.act(r.ID, "accept", `{"condition":"条件1"}`))
	void := func(u *user) answer { return u.act(r.ID, "void", `{"reason":"mistaken"}`) }
	if a := void(worker); a.StatusCode != http.StatusForbidden {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if a := void(desk); a.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if a := void(second); a.code() != "case_waits" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	path := "/api/v1/incidents/" + r.ID.String()
	c := caseOf(t, desk.get(path))
	if c.State != "filed" || c.Waiting == nil || c.Waiting.Action != "void" || !c.Waiting.Mine {
		t.Fatalf("%+v", c.Waiting)
	}
	confirm := func(u *user) answer {
		return u.do("POST", path+"/requests/"+c.Waiting.ID.String()+"/confirmation", "", "Content-Type", "application/json")
	}
	if a := confirm(desk); a.code() != "another_person" {
		t.Errorf("one's own: %d %s", a.StatusCode, a.body)
	}
	if a := confirm(worker); a.StatusCode != http.StatusForbidden {
		t.Errorf("somebody who may not: %d %s", a.StatusCode, a.body)
	}
	if got := caseOf(t, confirm(second)); got.State != "voided" {
		t.Errorf("%+v", got)
	}
	if a := confirm(second); a.code() != "no_such_request" {
		t.Errorf("again: %d %s", a.StatusCode, a.body)
	}

	r = s.report(desk.do, s.place(4)+`,"kind":"event","category":"0112"`)
	path = "/api/v1/incidents/" + r.ID.String()
	caseOf(t, desk.act(r.ID, "accept", `{"condition":"条件1"}`))
	if a := void(desk); a.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	c = caseOf(t, desk.get(path))
	caseOf(t, second.act(r.ID, "classify", `{"kind":"event","category":"0113","condition":"条件1"}`))
	if a := confirm(second); a.code() != "no_such_request" {
		t.Errorf("of a case that moved on: %d %s", a.StatusCode, a.body)
	}
	if a := void(second); a.StatusCode != http.StatusAccepted {
		t.Errorf("asked anew: %d %s", a.StatusCode, a.body)
	}
}

// A stream tells what happens to the cases that its reader may see, from behind
// the event they saw last, and ends with their session.
func TestTheStreamFollowsRights(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	worker := s.user("worker", s.at(policy.Worker, "G03"))
	first := s.report(desk.do, s.place(3)+`,"kind":"event","category":"0112"`)
	events, ended := worker.stream("0")
	wait := func(what string) string {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-time.After(10 * time.Second):
			t.Fatal("no event: " + what)
			return ""
		}
	}
	if e := wait("what was missed"); !strings.Contains(e, first.ID.String()) || !strings.Contains(e, `"report"`) {
		t.Errorf("%s", e)
	}
	other := s.report(desk.do, s.place(30)+`,"kind":"event","category":"0112"`)
	mine := s.report(desk.do, s.place(3)+`,"kind":"event","category":"0113"`)
	if e := wait("a new case"); !strings.Contains(e, mine.ID.String()) || strings.Contains(e, other.ID.String()) {
		t.Errorf("%s", e)
	}
	if err := s.store.EndSessions(t.Context(), worker.id, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the stream goes on without a session")
	}
}

// stream reads the data of the events of type case behind an event.
func (u *user) stream(after string) (events chan string, ended chan struct{}) {
	u.tb.Helper()
	r, err := http.NewRequestWithContext(u.tb.Context(), http.MethodGet, u.http.URL+"/api/v1/events", nil)
	if err != nil {
		u.tb.Fatal(err)
	}
	r.Header.Set("Cookie", "wangge="+string(u.secret))
	r.Header.Set("Last-Event-ID", after)
	a, err := http.DefaultClient.Do(r)
	if err != nil || a.StatusCode != http.StatusOK {
		u.tb.Fatalf("%v %v", a, err)
	}
	events, ended = make(chan string, 100), make(chan struct{})
	go func() {
		defer close(ended)
		defer a.Body.Close()
		for lines := bufio.NewScanner(a.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: {\"id\""); ok {
				events <- data
			}
		}
	}()
	return events, ended
}

// An activation moves no open case silently: by the rule of the district a case
// stays or moves, its clock and unit with it; what became of it is listed, and
// who sees it goes by where it lies now.
func TestNewBoundariesMoveNoCaseSilently(t *testing.T) {
	t.Parallel()
	for _, rule := range []casesetting.Moved{casesetting.Stay, casesetting.Move, casesetting.Split} {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			var desk *caseflow.Desk
			s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { desk = c.Cases })
			s.load()
			set := casesetting.Default()
			set.Moved = rule
			if _, err := s.store.SaveSetting(t.Context(), "150102", set, postgres.Write{Version: 1}); err != nil {
				t.Fatal(err)
			}
			boss := s.user("boss", s.at(policy.Dispatcher, "150102"))
			next := s.user("next", s.at(policy.Worker, "G20"))
			unit := s.unit("市政", boss.id)
			gone := s.report(boss.do, s.place(19)+`,"kind":"event","category":"0112"`) // its grid is taken in by the one beside
			still := s.report(boss.do, s.place(3)+`,"kind":"event","category":"0112"`) // its grid stays
			caseOf(t, boss.act(gone.ID, "accept", `{"condition":"条件1"}`))
			before := caseOf(t, boss.act(gone.ID, "dispatch", `{"unit":"`+unit+`"}`))
			if a := next.get("/api/v1/incidents/" + gone.ID.String()); a.StatusCode != http.StatusNotFound {
				t.Fatalf("the grid beside sees it already: %d", a.StatusCode)
			}
			s.recode("2026-02")
			s.activate("2026-02", "2026-02-01")
			s.eventually("the edition", func() bool { return strings.Contains(boss.get("/api/v1/districts").body, "2026-02") })
			for range 2 { // a second time changes nothing
				if err := desk.Scan(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			after := caseOf(t, boss.get("/api/v1/incidents/"+gone.ID.String()))
			moves := rule != casesetting.Stay
			if got := after.Version != before.Version; got != moves {
				t.Errorf("moved: %v, want %v", got, moves)
			}
			if after.State != before.State || !after.Due.Equal(*before.Due) || after.Unit.ID != before.Unit.ID || !after.Clock.Due.Equal(*before.Clock.Due) {
				t.Errorf("clock or unit changed: %+v, before %+v", after, before)
			}
			var list struct{ Incidents []httpapi.ReviewedIncident }
			if err := json.Unmarshal([]byte(boss.get("/api/v1/incidents/boundary-changes").body), &list); err != nil || len(list.Incidents) != 1 ||
				list.Incidents[0].ID != gone.ID || (list.Incidents[0].Outcome == "moved") != moves || list.Incidents[0].To == nil || list.Incidents[0].To.Code != "G20" {
				t.Errorf("listed: %+v, %v", list, err)
			}
			if a := next.get("/api/v1/incidents/" + gone.ID.String()); a.StatusCode != http.StatusOK {
				t.Errorf("whose ground it lies on now does not see it: %d", a.StatusCode)
			}
			if c := caseOf(t, boss.get("/api/v1/incidents/"+still.ID.String())); c.Version != 1 {
				t.Errorf("a case whose grid stays has moved on: %+v", c)
			}
		})
	}
}

// What people who attacked it found: each of these once worked.
func TestWaysAroundThatAreClosed(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "GS(2026)1" })
	s.load()
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	community := s.user("community", s.at(policy.Community, "SW"))
	planner := s.user("planner", s.at(policy.Planner, "150102"))
	key := s.apiKey(s.at(policy.Key, "SW"), policy.CaseCreate)
	mine := s.report(desk.do, s.place(0)+`,"kind":"event","category":"0112","description":"电话 13812345678"`)
	foreign := s.report(desk.do, s.place(35)+`,"kind":"event","category":"0112"`)

	if a := community.act(mine.ID, "merge", `{"parent":"`+foreign.ID.String()+`"}`); a.StatusCode != http.StatusNotFound {
		t.Errorf("merged into a case that one may not see: %d %s", a.StatusCode, a.body)
	}
	if a := community.act(mine.ID, "accept", `{"condition":"条件1"`+s.place(35)+`}`); a.StatusCode != http.StatusForbidden {
		t.Errorf("moved out of one's area by accepting: %d %s", a.StatusCode, a.body)
	}
	if a := key.do("POST", "/api/v1/incidents", fmt.Sprintf(`{"id":%q,"description":"x"%s}`, uuid.Must(uuid.NewV7()), s.place(35)), "Content-Type", "application/json"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a key reports outside its area: %d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents/export"); !strings.Contains(a.body, mine.Number) || strings.Contains(a.body, "13812345678") {
		t.Errorf("the table holds a telephone number: %s", a.body)
	}
	if a := planner.get("/api/v1/incidents"); strings.Contains(a.body, "13812345678") || strings.Contains(a.body, mine.Number) || !strings.Contains(a.body, mine.ID.String()) {
		t.Errorf("whoever sees masked cases sees too much, or nothing: %s", a.body)
	}
	if a := planner.get("/api/v1/incidents?text=13812345678"); a.code() != "masked_search" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents?text=" + strings.Repeat("ab", 5000)); a.code() != "long_text" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents/summary?to=0000-01-01T00:00:00Z"); a.code() != "bad_time" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := desk.do("POST", "/api/v1/incidents/bulk", `{"action":"inspect","items":[{"id":"`+mine.ID.String()+`","version":0}]}`, "Content-Type", "application/json"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an act on a version that nobody saw: %d %s", a.StatusCode, a.body)
	}
	other := s.photograph(desk.do, 0, time.Now())
	if a := community.do("POST", "/api/v1/incidents", fmt.Sprintf(`{"id":%q,"description":"x","photos":[{"id":%q,"kind":"near"}]%s}`, uuid.Must(uuid.NewV7()), other, s.place(0)), "Content-Type", "application/json"); a.code() != "photo_missing" {
		t.Errorf("somebody else's photograph: %d %s", a.StatusCode, a.body)
	}

	// Two cases cannot come to follow each other.
	a, b := s.report(desk.do, s.place(1)+`,"kind":"event","category":"0112"`), s.report(desk.do, s.place(1)+`,"kind":"event","category":"0112"`)
	caseOf(t, desk.act(a.ID, "merge", `{"parent":"`+b.ID.String()+`"}`))
	caseOf(t, desk.act(a.ID, "split", `{}`))
	caseOf(t, desk.act(b.ID, "merge", `{"parent":"`+a.ID.String()+`"}`))
	if got := desk.act(a.ID, "undo", `{}`); got.StatusCode != http.StatusConflict {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got := desk.act(a.ID, "reject", `{"reason":"unclear"}`); got.code() != "case_has_followers" {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}

	// Accepting with another place, taken back: the case waits with its own clock,
	// and accepting again runs one.
	c := s.report(desk.do, s.place(2)+`,"kind":"event","category":"0112"`)
	caseOf(t, desk.act(c.ID, "accept", `{"condition":"条件1"`+s.place(8)+`}`))
	if got := caseOf(t, desk.act(c.ID, "undo", ``)); got.State != "reported" || got.Clock == nil || got.Clock.Phase != "intake" {
		t.Errorf("%+v", got.Clock)
	}
	caseOf(t, desk.act(c.ID, "accept", `{"condition":"条件1"}`))
	var clocks struct{ Clocks []httpapi.PhaseClock }
	if err := json.Unmarshal([]byte(desk.get("/api/v1/incidents/"+c.ID.String()+"/clock").body), &clocks); err != nil {
		t.Fatal(err)
	}
	running := 0
	for _, k := range clocks.Clocks {
		if !k.Ended {
			running++
		}
	}
	if running != 1 {
		t.Errorf("%d clocks run: %+v", running, clocks)
	}
}
