package httpapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
)

// One Idempotency-Key for an act on several cases is done to each of them, and
// not once more when it is sent again.
func TestAnActOnSeveralCasesIsDoneToEachUnderOneKey(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	desk := s.user("desk", s.at(policy.Dispatcher, "150102"))
	var items []string
	var ids []uuid.UUID
	for cell := range 3 {
		r := s.report(desk.do, s.place(cell)+`,"kind":"event","category":"0112"`)
		items, ids = append(items, fmt.Sprintf(`{"id":%q,"version":1}`, r.ID)), append(ids, r.ID)
	}
	body := `{"action":"accept","condition":"条件1","items":[` + strings.Join(items, ",") + `]}`
	for range 2 {
		a := desk.do("POST", "/api/v1/incidents/bulk", body, "Content-Type", "application/json", "Idempotency-Key", "three at once")
		var out struct{ Results []httpapi.BulkResult }
		if err := json.Unmarshal([]byte(a.body), &out); err != nil || len(out.Results) != 3 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		for i, id := range ids {
			if c := caseOf(t, desk.get("/api/v1/incidents/"+id.String())); c.State != "filed" || c.Version != 2 || !out.Results[i].OK || out.Results[i].Version != 2 {
				t.Errorf("%s is %s at version %d, and the answer said %+v", id, c.State, c.Version, out.Results[i])
			}
		}
	}
}

// Lists hold to what is disputed and to what was closed since a day; one case
// tells what waits on it to those who may confirm it.
func TestTheDeskSeesDisputesAndWhatWaits(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	desk, second := s.user("desk", s.at(policy.Dispatcher, "150102")), s.user("second", s.at(policy.Dispatcher, "150102"))
	r := s.report(desk.do, s.place(1)+`,"kind":"event","category":"0112"`)
	caseOf(t, desk.act(r.ID, "accept", `{"condition":"条件1"}`))
	if a := desk.get("/api/v1/incidents?disputed=true"); a.StatusCode != 200 || strings.Contains(a.body, r.Number) {
		t.Errorf("nothing is disputed: %d %s", a.StatusCode, a.body)
	}
	if a := desk.get("/api/v1/incidents?closed_from=2020-01-01"); a.StatusCode != 200 || strings.Contains(a.body, r.Number) {
		t.Errorf("nothing is closed: %d %s", a.StatusCode, a.body)
	}
	desk.get("/api/v1/incidents?closed_from=yesterday").want(t, "no date", 400, "bad_time")
	until := time.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
	if a := desk.act(r.ID, "suspend", `{"reason":"funds","until":"`+until+`"}`); a.StatusCode != 202 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if c := caseOf(t, desk.get("/api/v1/incidents/"+r.ID.String())); c.Waiting == nil || c.Waiting.Action != "suspend" || !c.Waiting.Mine {
		t.Errorf("%+v", c.Waiting)
	}
	c := caseOf(t, second.get("/api/v1/incidents/"+r.ID.String()))
	if c.Waiting == nil || c.Waiting.Mine {
		t.Fatalf("%+v", c.Waiting)
	}
	caseOf(t, second.do("POST", "/api/v1/incidents/"+r.ID.String()+"/requests/"+c.Waiting.ID.String()+"/confirmation", `{}`, "Content-Type", "application/json"))
	if c := caseOf(t, second.get("/api/v1/incidents/"+r.ID.String())); c.State != "suspended" || c.Waiting != nil {
		t.Errorf("%s %+v", c.State, c.Waiting)
	}
}
