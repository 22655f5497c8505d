package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// TestOneKeyOneWrite is promise P3: keys with many posts each at the same time,
// on two instances, some with another body, make one row a key.
func TestOneKeyOneWrite(t *testing.T) {
	t.Parallel()
	keys, posts := 60, 64
	if os.Getenv("WANGGE_ACCEPT") != "" {
		keys = 500
	}
	url := pgtest.Database(t)
	a, b := start(t, url), start(t, url)
	one := a.user("one", a.at(policy.SysAdmin, ""))
	two := a.user("two", a.at(policy.SysAdmin, ""))
	b.closed()
	there := &user{service: b, id: one.id, secret: one.secret}
	var wrong, made, replayed, refused atomic.Int64
	slots := make(chan struct{}, 4) // keys at work at once
	var all sync.WaitGroup
	for k := range keys {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			var group sync.WaitGroup
			ids := make(chan string, posts)
			for i := range posts {
				group.Go(func() {
					name := fmt.Sprintf("人%03d", k)
					altered := i%20 == 19 // five in a hundred
					if altered {
						name += "乙"
					}
					answer := []*user{one, there}[i%2].do("POST", "/api/v1/people", `{"name":"`+name+`"}`, "Idempotency-Key", fmt.Sprintf("key-%d", k))
					switch {
					case altered && answer.code() == "idempotency_key_reused" && answer.StatusCode == http.StatusConflict:
						refused.Add(1)
					case altered && answer.StatusCode == http.StatusCreated: // it was the first
						made.Add(1)
						ids <- answer.body
					case !altered && answer.StatusCode == http.StatusCreated:
						replayed.Add(1)
						ids <- answer.body
					case !altered && answer.code() == "idempotency_key_reused": // the altered one was the first
						refused.Add(1)
					default:
						wrong.Add(1)
						t.Errorf("key %d, post %d: %d %s", k, i, answer.StatusCode, answer.body)
					}
				})
			}
			group.Wait()
			close(ids)
			first := ""
			for body := range ids {
				var p httpapi.Person
				if err := json.Unmarshal([]byte(body), &p); err != nil {
					t.Error(err)
				}
				if first == "" {
					first = p.ID.String()
				} else if p.ID.String() != first {
					t.Errorf("key %d made %s and %s", k, first, p.ID)
				}
			}
		})
	}
	all.Wait()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var people, histories, events, audits, kept int
	if err := conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM person WHERE name LIKE '人%'),
		(SELECT count(*) FROM history h JOIN person p ON h.id = p.person_id WHERE p.name LIKE '人%'),
		(SELECT count(*) FROM outbox o JOIN person p ON o.id = p.person_id WHERE p.name LIKE '人%'),
		(SELECT count(*) FROM audit a JOIN person p ON a.object = 'person ' || p.person_id WHERE p.name LIKE '人%'),
		(SELECT count(*) FROM idempotency WHERE made_at > now() - interval '90 days')`).Scan(&people, &histories, &events, &audits, &kept); err != nil {
		t.Fatal(err)
	}
	if people != keys || histories != keys || events != keys || audits != keys || kept != keys {
		t.Errorf("%d people, %d histories, %d events, %d rows of audit, %d keys; want %d of each", people, histories, events, audits, kept, keys)
	}
	t.Logf("acceptance: %d keys with %d posts each at the same time on two instances: %d rows, %d answers alike, %d refused (another body)", keys, posts, people, replayed.Load(), refused.Load())
	if wrong.Load() > 0 || refused.Load() == 0 {
		t.Errorf("made %d, replayed %d, refused %d", made.Load(), replayed.Load(), refused.Load())
	}
	// Somebody else's key of the same name is another key.
	mine := two.do("POST", "/api/v1/people", `{"name":"人000"}`, "Idempotency-Key", "key-0")
	mine.want(t, "the same key of somebody else", 201, "")
	one.do("POST", "/api/v1/people", `{"name":"x"}`, "Idempotency-Key", "same").want(t, "a write", 201, "")
	one.do("PUT", one.person(), `{"name":"x"}`, "Idempotency-Key", "same", "If-Match", one.tag(one.person())).want(t, "the key for another act", 409, "idempotency_key_reused")
}

// TestOneOfEightWins is promise P16 for people: of writers who saw the same
// version one wins and the others are told.
func TestOneOfEightWins(t *testing.T) {
	t.Parallel()
	rounds, writers := 40, 8
	if os.Getenv("WANGGE_ACCEPT") != "" {
		rounds = 200
	}
	url := pgtest.Database(t)
	a, b := start(t, url), start(t, url)
	admin := a.user("admin", a.at(policy.SysAdmin, ""))
	target := a.user("target")
	b.closed()
	there := &user{service: b, id: admin.id, secret: admin.secret}
	admin.do("PUT", target.person(), `{"name":"x","login":"target"}`).want(t, "without If-Match", 428, "if_match_missing")
	for round := range rounds {
		tag := admin.tag(target.person())
		var won, told atomic.Int64
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				answer := []*user{admin, there}[i%2].do("PUT", target.person(), fmt.Sprintf(`{"name":"第%d轮%d","login":"target"}`, round, i), "If-Match", tag)
				switch answer.StatusCode {
				case http.StatusOK:
					won.Add(1)
				case http.StatusPreconditionFailed:
					told.Add(1)
				default:
					t.Errorf("round %d: %d %s", round, answer.StatusCode, answer.body)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || told.Load() != int64(writers-1) {
			t.Fatalf("round %d: %d won, %d were told", round, won.Load(), told.Load())
		}
	}
	var p httpapi.Person
	if err := json.Unmarshal([]byte(admin.get(target.person()).body), &p); err != nil || p.Version != int64(rounds+1) {
		t.Errorf("after %d rounds the version is %d, %v", rounds, p.Version, err)
	}
	var past struct{ History []httpapi.Past }
	if err := json.Unmarshal([]byte(admin.get(target.person()+"/history").body), &past); err != nil || len(past.History) != rounds+1 {
		t.Errorf("%d rows of history, %v", len(past.History), err)
	}
}

// TestASecondPersonActivates: who asks does not confirm, and what changed since
// is asked for again.
func TestASecondPersonActivates(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	s.fill("2026-02")
	steward, planner := s.user("steward", s.at(policy.Steward, "150102")), s.user("planner", s.at(policy.Planner, "150102"))
	small := s.user("small", s.at(policy.Steward, "SW"))
	const draft = "/api/v1/editions/150102/2026-02"
	steward.do("POST", draft+"/check", "").want(t, "check", 200, "")
	asked := steward.do("POST", draft+"/activations", `{"valid_from":"2026-02-01"}`, "If-Match", steward.tag(draft))
	asked.want(t, "ask", 202, "")
	var list struct{ Requests []httpapi.ActivationRequest }
	waiting := func(u *user) httpapi.ActivationRequest {
		t.Helper()
		list.Requests = nil
		if a := u.get("/api/v1/activation-requests"); json.Unmarshal([]byte(a.body), &list) != nil || len(list.Requests) != 1 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		return list.Requests[0]
	}
	r := waiting(steward)
	if !r.Mine || r.Void || r.By.ID != steward.id || r.ValidFrom != "2026-02-01" || waiting(planner).Mine {
		t.Errorf("%+v", r)
	}
	if a := small.get("/api/v1/activation-requests"); a.body != "{\"requests\":[]}\n" {
		t.Errorf("a steward of a community sees %s", a.body)
	}
	confirm := func(u *user, r httpapi.ActivationRequest) answer {
		return u.do("POST", draft+"/activations/"+r.ID.String()+"/confirmation", "")
	}
	confirm(steward, r).want(t, "by the same person", 422, "same_person")
	confirm(small, r).want(t, "by a steward of a community", 404, "no_such_edition")
	planner.do("POST", draft+"/activations", `{"valid_from":"2026-03-01"}`, "If-Match", planner.tag(draft)).want(t, "another request meanwhile", 409, "request_waits")
	// The draft changes: the request is void.
	s.fill("2026-02")
	if !waiting(planner).Void {
		t.Error("the draft has changed, and the request stands")
	}
	confirm(planner, r).want(t, "a void one", 409, "request_void")
	steward.do("POST", draft+"/activations", `{"valid_from":"2026-02-01"}`, "If-Match", steward.tag(draft)).want(t, "ask again", 202, "")
	again := waiting(planner)
	if again.ID == r.ID || again.Void {
		t.Fatalf("%+v", again)
	}
	steward.do("DELETE", draft+"/activations/"+again.ID.String(), "").want(t, "withdraw", 204, "")
	confirm(planner, again).want(t, "what was withdrawn", 404, "no_such_request")
	planner.do("POST", draft+"/activations", `{"valid_from":"2026-02-01"}`, "If-Match", planner.tag(draft)).want(t, "the planner asks", 202, "")
	last := waiting(steward)
	confirm(steward, last).want(t, "the steward confirms", 201, "")
	confirm(steward, last).want(t, "and again", 404, "no_such_request")
	s.eventually("the edition", func() bool {
		var d httpapi.DistrictList
		a := steward.get("/api/v1/districts")
		return json.Unmarshal([]byte(a.body), &d) == nil && d.Districts[0].Edition == "2026-02"
	})
}
