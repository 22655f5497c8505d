package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/subject"
)

// subjectBody is the least that a kind takes, in an area, with changes.
func subjectBody(k *subject.Kind, name, code string, links map[string]uuid.UUID, change func(b map[string]any)) string {
	fields, lists := map[string]any{}, map[string]any{}
	for _, f := range k.Fields {
		switch {
		case !f.Required:
		case f.Type == subject.Choice:
			fields[f.Name] = f.Choices[0].Code
		case f.Type == subject.Whole:
			fields[f.Name] = 2026
		case f.Type == subject.Links:
			lists[f.Name] = []uuid.UUID{links[f.To]}
		}
	}
	b := map[string]any{"name": name, "area": map[string]any{"code": code}, "fields": fields, "links": lists}
	if change != nil {
		change(b)
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (s *service) subjectOf(a answer) (d httpapi.Subject) {
	s.tb.Helper()
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || d.ID == uuid.Nil {
		s.tb.Fatalf("%d %s: %v", a.StatusCode, a.body, err)
	}
	return d
}

// TestEverySubjectInTheSameManner: each kind is added once whatever is repeated,
// read, changed by whoever saw it last, ended, kept with its past, and closed to
// whom the policy does not name.
func TestEverySubjectInTheSameManner(t *testing.T) {
	t.Parallel()
	at := pgtest.Database(t)
	s := start(t, at)
	s.load()
	conn, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	asJSON := []string{"Content-Type", "application/json"}
	own := map[policy.Action][2]*user{} // who may write in SW, and in NE
	worker := s.user("worker", s.at(policy.Worker, "G00"))
	admin := s.user("root", s.at(policy.SysAdmin, ""))
	links := map[string]uuid.UUID{}
	for _, k := range subject.Kinds {
		if _, made := own[k.Write]; !made {
			for _, role := range policy.Roles {
				post := policy.Post{Role: role, District: "D", Lo: 1, Hi: 3}
				if role != policy.Key && policy.Granted([]policy.Post{post}, k.Write, policy.Place{District: "D", Lo: 2, Hi: 3}) == policy.Allow {
					own[k.Write] = [2]*user{s.user(string(k.Write)+".sw", s.at(role, "SW")), s.user(string(k.Write)+".ne", s.at(role, "NE"))}
					break
				}
			}
		}
		writer, foreigner := own[k.Write][0], own[k.Write][1]
		all := "/api/v1/" + k.Path
		one := func(id uuid.UUID) string { return all + "/150102/" + id.String() }

		key := append([]string{"Idempotency-Key", "one-" + k.Name}, asJSON...)
		body := subjectBody(k, "三角线", "SW", links, nil)
		made := writer.do("POST", all, body, key...)
		made.want(t, "adding a "+k.Name, http.StatusCreated, "")
		d := s.subjectOf(made)
		links[k.Name] = d.ID
		if again := s.subjectOf(writer.do("POST", all, body, key...)); again.ID != d.ID {
			t.Errorf("%s: the same request made two", k.Name)
		}
		if d.Code == "" || !d.Active || d.Version != 1 || made.Header.Get("ETag") != `"1"` || d.Area == nil || d.Area.Code != "SW" {
			t.Errorf("%s: %s", k.Name, made.body)
		}
		if n := strings.Count(worker.get(all+"?text="+url.QueryEscape("角线")).body, d.ID.String()); n != 1 {
			t.Errorf("%s: found %d times by its name", k.Name, n)
		}
		for query, want := range map[string]int{"?area=SW": 1, "?area=NE": 0, "?active=false": 0, "?text=" + d.Code: 1, "?covers=grid/G00": 0} {
			if n := strings.Count(worker.get(all+query).body, `"id":"`+d.ID.String()); n != want {
				t.Errorf("%s%s: found %d times, want %d", k.Name, query, n, want)
			}
		}
		worker.get(one(d.ID)).want(t, "reading it", 200, "")

		// Whom the policy does not name.
		worker.do("POST", all, body, asJSON...).want(t, "a worker adds", 403, "forbidden")
		s.do("GET", all, "").want(t, "a stranger reads", 401, "sign_in_needed")
		foreigner.do("POST", all, body, asJSON...).want(t, "adding in somebody else's area", 403, "not_allowed_here")
		for _, act := range []struct{ method, path, body string }{{"PUT", "", body}, {"POST", "/end", `{}`}, {"POST", "/confirm", ""}} {
			headers := append([]string{"If-Match", `"1"`}, asJSON...)
			a, b := foreigner.do(act.method, one(d.ID)+act.path, act.body, headers...), foreigner.do(act.method, one(uuid.Must(uuid.NewV7()))+act.path, act.body, headers...)
			if a.StatusCode != 404 || a.body != b.body {
				t.Errorf("%s %s%s: foreign %d %s, missing %d %s", act.method, k.Name, act.path, a.StatusCode, a.body, b.StatusCode, b.body)
			}
		}

		// Who saw it last changes it.
		changed := subjectBody(k, "三角线二", "SW", links, nil)
		writer.do("PUT", one(d.ID), changed, asJSON...).want(t, "a change without having seen it", 428, "if_match_missing")
		writer.do("PUT", one(d.ID), changed, append([]string{"If-Match", `"1"`}, asJSON...)...).want(t, "a change", 200, "")
		writer.do("PUT", one(d.ID), changed, append([]string{"If-Match", `"1"`}, asJSON...)...).want(t, "a change of what has changed", 412, "stale_version")
		given := subjectBody(k, "三角线二", "NE", links, nil)
		writer.do("PUT", one(d.ID), given, append([]string{"If-Match", `"2"`}, asJSON...)...).want(t, "giving it to where one may not", 404, "no_such_subject")
		if now := s.subjectOf(writer.get(one(d.ID))); now.Name != "三角线二" || now.Version != 2 || now.Code != d.Code || now.Area.Code != "SW" {
			t.Errorf("%s after a change: %+v", k.Name, now)
		}
		same := subjectBody(k, "别的", "SW", links, func(b map[string]any) { b["code"] = d.Code })
		writer.do("POST", all, same, asJSON...).want(t, "a code that is taken", 409, "subject_exists")

		// What is wrong is named.
		for _, f := range k.Fields {
			bad := any("没有这样的值")
			if f.Type == subject.Text {
				bad = strings.Repeat("长", 501)
			}
			if f.Type == subject.Areas || f.Type == subject.Links {
				continue
			}
			a := writer.do("POST", all, subjectBody(k, "甲", "SW", links, func(b map[string]any) { b["fields"].(map[string]any)[f.Name] = bad }), asJSON...)
			if a.StatusCode != 422 || !strings.Contains(a.body, `"location":"`+f.Name+`"`) {
				t.Errorf("%s, a bad %s: %d %s", k.Name, f.Name, a.StatusCode, a.body)
			}
		}
		writer.do("POST", all, subjectBody(k, "甲", "SW", links, func(b map[string]any) { b["fields"].(map[string]any)["odd"] = 1 }), asJSON...).want(t, "a field that is not there", 422, "subject_invalid")
		writer.do("POST", all, subjectBody(k, "甲", "SW", links, func(b map[string]any) { b["since"], b["until"] = "2026-02-01", "2026-01-01" }), asJSON...).want(t, "an end before the beginning", 422, "subject_invalid")
		writer.do("POST", all, subjectBody(k, "甲", "none", links, nil), asJSON...).want(t, "an area that is not there", 422, "no_such_area")

		// Its past.
		writer.do("POST", one(d.ID)+"/end", `{}`, append([]string{"If-Match", `"2"`}, asJSON...)...).want(t, "ending it", 200, "")
		if strings.Contains(worker.get(all).body, `"id":"`+d.ID.String()) || !strings.Contains(worker.get(all+"?active=false").body, `"id":"`+d.ID.String()) {
			t.Errorf("%s: what has ended is still listed, or not among those that have", k.Name)
		}
		var history, audited int
		if err := conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM history WHERE subject = $1 AND id = $2), (SELECT count(*) FROM audit WHERE object = $1 || ' ' || $2::text AND act = $3 AND result = 'done')`,
			k.Name, d.ID, string(k.Write)).Scan(&history, &audited); err != nil || history != 3 || audited != 3 {
			t.Errorf("%s: %d rows of history and %d of the audit, want 3 and 3; %v", k.Name, history, audited, err)
		}
	}
	var kinds struct{ Kinds []httpapi.SubjectKind }
	if err := json.Unmarshal([]byte(admin.get("/api/v1/subjects", "Accept-Language", "en").body), &kinds); err != nil || len(kinds.Kinds) != len(subject.Kinds) || kinds.Kinds[0].Word != subject.Kinds[0].EN || kinds.Kinds[0].Write {
		t.Errorf("%+v, %v", kinds.Kinds, err)
	}
}

// TestTemporaryBranchesAndWorksHaveRules: what fits the fields and not each other.
func TestTemporaryBranchesAndWorksHaveRules(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	add := func(path, body string) answer { return s.do("POST", path, body, "Content-Type", "application/json") }
	add("/api/v1/branches", `{"name":"临时","area":{"code":"SW"},"fields":{"form":"temporary_branch"}}`).want(t, "a temporary branch without an end", 422, "subject_invalid")
	add("/api/v1/branches", `{"name":"临时","area":{"code":"SW"},"until":"2099-01-01","fields":{"form":"temporary_branch"}}`).want(t, "one with an end", 201, "")
	compound := s.subjectOf(add("/api/v1/compounds", `{"name":"幸福里","area":{"code":"SW"}}`))
	for fields, wrong := range map[string]string{
		`"stage":"works","households":100,"consent_yes":66,"threshold":67`:                                                        "stage",
		`"stage":"works","households":100,"consent_yes":67,"threshold":67`:                                                        "",
		`"stage":"plan","households":100,"consent_yes":1,"threshold":67`:                                                          "",
		`"stage":"survey","households":100,"consent_yes":101`:                                                                     "consent_yes",
		`"stage":"upkeep","structures":10,"structures_done":9`:                                                                    "stage",
		`"stage":"upkeep","structures":10,"structures_done":9,"structures_kept":1`:                                                "stage",
		`"stage":"upkeep","structures":10,"structures_done":9,"structures_kept":1,"kept_because":"文物"`:                            "",
		`"stage":"works","structures":10,"structures_done":9,"structures_kept":2`:                                                 "structures_done",
		`"stage":"acceptance","households":3,"consent_yes":2,"threshold":67,"fund_government":1000000`:                            "stage",
		`"stage":"acceptance","households":3,"consent_yes":2,"threshold":66,"fund_government":1000000,"stage_since":"2026-03-01"`: "",
		`"stage":"acceptance","households":3,"consent_yes":2,"threshold":66,"fund_government":-1`:                                 "fund_government",
		`"stage":"acceptance","households":3.5`:                                                                                   "households",
	} {
		a := add("/api/v1/renovations", `{"name":"改造","area":{"code":"SW"},"links":{"compounds":["`+compound.ID.String()+`"]},"fields":{"year":2026,`+fields+`}}`)
		if wrong == "" && a.StatusCode != 201 || wrong != "" && (a.StatusCode != 422 || !strings.Contains(a.body, `"location":"`+wrong+`"`)) {
			t.Errorf("%s: %d %s, want %q", fields, a.StatusCode, a.body, wrong)
		}
	}
	add("/api/v1/renovations", `{"name":"改造","area":{"code":"SW"},"links":{"compounds":["`+uuid.Must(uuid.NewV7()).String()+`"]},"fields":{"year":2026,"stage":"survey"}}`).
		want(t, "a compound that is not there", 422, "no_such_link")
}

// TestGapsAreSeenAndClosed: a grid without a branch is listed until one covers
// it; when its border moves the cover stays and is to be confirmed again.
func TestGapsAreSeenAndClosed(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	party := s.user("party", s.at(policy.Party, "SW"))
	type answered struct {
		Levels []httpapi.CoveredLevel `json:"levels"`
		Stale  int                    `json:"stale"`
	}
	look := func() (d answered) {
		t.Helper()
		if err := json.Unmarshal([]byte(party.get("/api/v1/coverage").body), &d); err != nil || len(d.Levels) != 2 || d.Levels[0].Level != "grid" {
			t.Fatalf("%+v, %v", d, err)
		}
		return d
	}
	missing := func(d answered, code string) bool {
		for _, a := range d.Levels[0].Uncovered {
			if a.Code == code {
				return true
			}
		}
		return false
	}
	before := look()
	if n := len(before.Levels[0].Uncovered); n == 0 || n != before.Levels[0].All || !missing(before, "G00") {
		t.Fatalf("%d of %d grids have no branch", n, before.Levels[0].All)
	}
	add := func(form, code string) httpapi.Subject {
		return s.subjectOf(party.do("POST", "/api/v1/branches", fmt.Sprintf(`{"name":%q,"area":{"code":"SW"},"fields":{"form":%q},"areas":{"covers":[{"level":"grid","code":%q}]}}`, code+"党支部", form, code), "Content-Type", "application/json"))
	}
	add("functional_group", "G00") // is no branch
	if !missing(look(), "G00") {
		t.Error("a functional group closes the gap")
	}
	founded := add("grid_branch", "G00")
	after := look()
	if missing(after, "G00") || len(after.Levels[0].Uncovered) != before.Levels[0].All-1 || after.Stale != 0 {
		t.Errorf("%d grids have no branch, %d are to be confirmed", len(after.Levels[0].Uncovered), after.Stale)
	}
	if n := strings.Count(party.get("/api/v1/branches?covers=grid/G00").body, `"kind":"party_org"`); n != 2 {
		t.Errorf("%d cover the grid", n)
	}
	one := "/api/v1/branches/150102/" + founded.ID.String()

	s.fill("2026-02") // G00 and G01 change places
	done, err := s.store.FillDraft(t.Context(), postgres.Fill{District: "150102", Edition: "2026-02", Scheme: area.Opaque, Level: area.Grid, Commit: true, Areas: []postgres.FillArea{
		{Code: "G00", Name: "第0网格", Ground: s.cells[1], Kind: area.Basic, Source: "test#1"}, {Code: "G01", Name: "第1网格", Ground: s.cells[0], Kind: area.Basic, Source: "test#2"}}})
	if err != nil || !done.Committed {
		t.Fatalf("%+v, %v", done, err)
	}
	s.activate("2026-02", "2026-02-01")
	s.eventually("the new boundaries", func() bool { return look().Stale > 0 })
	moved := s.subjectOf(party.get(one))
	if !moved.Stale || !moved.Areas["covers"][0].Stale || missing(look(), "G00") || look().Stale != 2 {
		t.Errorf("after its border moved: %+v, %d to be confirmed", moved, look().Stale)
	}
	if n := strings.Count(party.get("/api/v1/branches?stale=true").body, `"kind":"party_org"`); n != 2 {
		t.Errorf("%d are listed to be confirmed", n)
	}
	party.do("POST", one+"/confirm", "", "If-Match", `"1"`).want(t, "a confirmation", 200, "")
	if sure := s.subjectOf(party.get(one)); sure.Stale || sure.Version != 2 || len(sure.Areas["covers"]) != 1 || look().Stale != 1 {
		t.Errorf("confirmed: %+v", sure)
	}
}
