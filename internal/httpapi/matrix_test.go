package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"wangge/internal/fault"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// relations are areas as they lie to community SW, by code; "" is what lies
// outside all areas of the district.
var relations = map[policy.Relation]string{policy.Own: "SW", policy.Below: "G00", policy.Elsewhere: "NE", policy.Above: ""}

// TestTheMatrixFromOutside asks the running service for every role, action and
// relation what is allowed, and holds the answer to the rules.
func TestTheMatrixFromOutside(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	ask := func(u *user, code string) map[policy.Action]string {
		a := u.get("/api/v1/permissions?district=150102&level=&area=" + url.QueryEscape(code))
		var body struct {
			Permissions []httpapi.Permission `json:"permissions"`
		}
		if a.StatusCode != http.StatusOK || json.Unmarshal([]byte(a.body), &body) != nil {
			t.Fatalf("%s: %d %s", code, a.StatusCode, a.body)
		}
		m := map[policy.Action]string{}
		for _, p := range body.Permissions {
			m[policy.Action(p.Action)] = p.Effect
		}
		return m
	}
	cells := 0
	for _, role := range policy.Roles {
		var u *user
		post := policy.Post{Role: role, District: "D", Lo: 10, Hi: 20}
		places := map[policy.Relation]policy.Place{policy.Own: {District: "D", Lo: 10, Hi: 20}, policy.Below: {District: "D", Lo: 12, Hi: 13}, policy.Elsewhere: {District: "D", Lo: 20, Hi: 30}, policy.Above: {District: "D", Lo: 0, Hi: 40}}
		switch role {
		case policy.Anyone, policy.Reporter: // reporters come with their own reports
			continue
		case policy.Key:
			u = s.apiKey(s.at(role, "SW"), policy.Actions...)
		case policy.SysAdmin, policy.SecAdmin, policy.Auditor:
			u = s.user(string(role), s.at(role, ""))
			post = policy.Post{Role: role}
		default:
			u = s.user(string(role), s.at(role, "SW"))
		}
		for where, code := range relations {
			got := ask(u, code)
			for _, action := range policy.Actions {
				want := policy.Granted([]policy.Post{post}, action, places[where])
				if stranger := policy.Decide(nil, action, policy.Place{}); stranger == policy.Allow {
					want = policy.Allow
				}
				if role == policy.Key && action == policy.SignIn {
					continue // a key does not sign in
				}
				if got[action] != want.String() {
					t.Errorf("%s, %s, %s: %s, want %s", role, action, where, got[action], want)
				}
				cells++
			}
		}
	}
	if cells < 1976 {
		t.Errorf("only %d cells were asked for", cells)
	}
}

// TestTellingRoutes holds routes to a copy of the matrix written by hand: who
// gets what from each, with a post in the district, in a community, or none
// there.
func TestTellingRoutes(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	s.fill("2026-02")
	users := map[string]*user{
		"worker": s.user("worker", s.at(policy.Worker, "G00")), "lead": s.user("lead", s.at(policy.Lead, "SW")),
		"community": s.user("community", s.at(policy.Community, "SW")), "street": s.user("street", s.at(policy.Street, "150102")),
		"dispatcher": s.user("dispatcher", s.at(policy.Dispatcher, "150102")), "handler": s.user("handler", s.at(policy.Handler, "150102")),
		"planner": s.user("planner", s.at(policy.Planner, "150102")), "steward": s.user("steward", s.at(policy.Steward, "150102")),
		"supervisor": s.user("supervisor", s.at(policy.Supervisor, "150102")), "party": s.user("party", s.at(policy.Party, "150102")),
		"sysadmin": s.user("sysadmin", s.at(policy.SysAdmin, "")), "secadmin": s.user("secadmin", s.at(policy.SecAdmin, "")),
		"auditor": s.user("auditor", s.at(policy.Auditor, "")), "nobody": s.user("nobody"),
		"small": s.user("small", s.at(policy.Steward, "SW")), // a steward of one community
		"key":   s.apiKey(s.at(policy.Key, "150102"), policy.Locate, policy.AreaRead),
	}
	at := s.cells[14].LabelPoint()
	routes := map[string][3]string{
		"locate":      {"GET", fmt.Sprintf("/api/v1/locate?lon=%.7f&lat=%.7f", at.Lon(), at.Lat())},
		"coordinates": {"GET", "/api/v1/coordinates?x=111.6&y=40.9"},
		"summary":     {"POST", "/api/v1/summaries", `{"polygon":{"type":"Polygon","coordinates":[[[111.6,40.8],[111.7,40.8],[111.7,40.9],[111.6,40.8]]]}}`},
		"area":        {"GET", "/api/v1/districts/150102/areas/grid/G14"},
		"tile":        {"GET", "/tiles/grid/13/6638/3074.mvt"},
		"editions":    {"GET", "/api/v1/editions"},
		"draft":       {"GET", "/api/v1/editions/150102/2026-02"},
		"report":      {"GET", "/api/v1/editions/150102/2026-02/report"},
		"drafttile":   {"GET", "/api/v1/editions/150102/2026-02/tiles/grid/13/6638/3074.mvt"},
		"check":       {"POST", "/api/v1/editions/150102/2026-02/check"},
		"upload":      {"POST", "/api/v1/uploads"},
		"export":      {"GET", "/api/v1/editions/150102/2026-01/export?level=grid"},
		"activate":    {"POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"soon"}`},
		"people":      {"GET", "/api/v1/people"},
		"add":         {"POST", "/api/v1/people", `{"name":""}`},
		"grant":       {"POST", "/api/v1/people/" + s.user("target").id.String() + "/posts", `{"role":"auditor"}`},
		"keys":        {"GET", "/api/v1/keys"},
		"audit":       {"GET", "/api/v1/audit"},
		"verify":      {"GET", "/api/v1/audit/verification"},
		"auditexport": {"GET", "/api/v1/audit/export"},
		"metrics":     {"GET", "/metrics"},
		"docs":        {"GET", "/openapi.json"},
		"sessions":    {"GET", "/api/v1/sessions"},
	}
	seen := 0
	for _, tc := range []struct {
		who, what string
		status    int
	}{
		{"worker", "locate", 200}, {"worker", "area", 200}, {"worker", "tile", 200}, {"worker", "editions", 403}, {"worker", "draft", 403},
		{"worker", "check", 403}, {"worker", "upload", 403}, {"worker", "export", 403}, {"worker", "people", 200}, {"worker", "add", 403},
		{"worker", "grant", 403}, {"worker", "keys", 403}, {"worker", "audit", 200}, {"worker", "verify", 403}, {"worker", "metrics", 403}, {"worker", "docs", 200},
		{"worker", "coordinates", 200}, {"worker", "summary", 200}, {"sysadmin", "coordinates", 403}, {"sysadmin", "summary", 200}, {"auditor", "summary", 200},
		{"nobody", "coordinates", 403}, {"nobody", "summary", 403}, {"key", "coordinates", 200}, {"key", "summary", 200},
		{"lead", "draft", 403}, {"lead", "people", 200}, {"lead", "add", 403}, {"lead", "auditexport", 403},
		{"community", "locate", 200}, {"community", "draft", 404}, {"community", "report", 404}, {"community", "check", 403}, {"community", "activate", 403}, {"community", "add", 403},
		{"street", "draft", 200}, {"street", "drafttile", 200}, {"street", "check", 403}, {"street", "export", 403}, {"street", "people", 200}, {"street", "grant", 403},
		{"dispatcher", "locate", 200}, {"dispatcher", "draft", 403}, {"dispatcher", "people", 200}, {"dispatcher", "verify", 403},
		{"handler", "locate", 200}, {"handler", "editions", 403}, {"handler", "metrics", 403},
		{"planner", "editions", 200}, {"planner", "draft", 200}, {"planner", "check", 200}, {"planner", "upload", 201}, {"planner", "export", 200}, {"planner", "activate", 428}, {"planner", "add", 403},
		{"steward", "draft", 200}, {"steward", "report", 200}, {"steward", "check", 200}, {"steward", "upload", 201}, {"steward", "export", 200}, {"steward", "activate", 428}, {"steward", "keys", 403}, {"steward", "people", 200},
		{"small", "draft", 404}, {"small", "check", 404}, {"small", "export", 404}, {"small", "activate", 404}, {"small", "upload", 201},
		{"supervisor", "draft", 200}, {"supervisor", "check", 403}, {"supervisor", "export", 403}, {"supervisor", "people", 200}, {"supervisor", "auditexport", 403},
		{"party", "locate", 200}, {"party", "draft", 403}, {"party", "people", 200},
		{"sysadmin", "locate", 403}, {"sysadmin", "area", 200}, {"sysadmin", "draft", 403}, {"sysadmin", "people", 200}, {"sysadmin", "add", 422}, {"sysadmin", "grant", 403}, {"sysadmin", "keys", 403}, {"sysadmin", "verify", 403}, {"sysadmin", "metrics", 200},
		{"secadmin", "locate", 403}, {"secadmin", "people", 200}, {"secadmin", "add", 403}, {"secadmin", "grant", 428}, {"secadmin", "keys", 200}, {"secadmin", "metrics", 403}, {"secadmin", "export", 403},
		{"auditor", "locate", 403}, {"auditor", "draft", 200}, {"auditor", "check", 403}, {"auditor", "audit", 200}, {"auditor", "verify", 200}, {"auditor", "auditexport", 200}, {"auditor", "people", 403}, {"auditor", "grant", 403},
		{"nobody", "locate", 403}, {"nobody", "area", 403}, {"nobody", "people", 403}, {"nobody", "docs", 403},
		{"key", "locate", 200}, {"key", "area", 200}, {"key", "draft", 403}, {"key", "people", 403}, {"key", "metrics", 403}, {"key", "docs", 403}, {"key", "sessions", 403},
	} {
		r := routes[tc.what]
		if a := users[tc.who].do(r[0], r[1], r[2]); a.StatusCode != tc.status {
			t.Errorf("%s, %s: %d %s, want %d", tc.who, tc.what, a.StatusCode, a.code(), tc.status)
		}
		seen++
	}
	for what, r := range routes { // a stranger gets nothing of a closed service
		s.do(r[0], r[1], r[2], "Content-Type", "application/json").want(t, "stranger, "+what, 401, "sign_in_needed")
	}
	if seen < 60 {
		t.Errorf("only %d cells", seen)
	}
	// Each refusal of somebody known stands in the audit, once.
	entries, err := s.store.Audit(t.Context(), postgres.AuditFilter{Actor: users["worker"].id.String(), Result: "refused"}, postgres.Page{Most: 100})
	if err != nil || len(entries) != 10 {
		t.Errorf("%d refusals of the worker are recorded, %v", len(entries), err)
	}
	if _, err := s.store.PersonByLogin(t.Context(), "none"); !fault.Is(err, "no_such_person") {
		t.Error(err)
	}
}
