package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
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
	if a := desk.get("/api/v1/incidents?queue=open&q=" + "井盖"); !strings.Contains(a.body, r.Number) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents/summary"); !strings.Contains(a.body, `"open":1`) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}
