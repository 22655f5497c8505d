package policy_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wangge/internal/policy"
)

var update = flag.Bool("update", false, "write docs/authorisation.md from the rules")

// TestTellingCells holds the rules to a copy written by hand, cell by cell.
func TestTellingCells(t *testing.T) {
	t.Parallel()
	const (
		own, below, elsewhere, above = policy.Own, policy.Below, policy.Elsewhere, policy.Above
	)
	for _, tc := range []struct {
		role   policy.Role
		action policy.Action
		where  policy.Relation
		want   policy.Effect
	}{
		{policy.Anyone, policy.MapPublic, own, policy.Limited},
		{policy.Anyone, policy.Locate, elsewhere, policy.Limited},
		{policy.Anyone, policy.DraftRead, own, policy.Deny},
		{policy.Anyone, policy.CaseRead, own, policy.Token},
		{policy.Anyone, policy.ResidentList, own, policy.Deny},
		{policy.Anyone, policy.AuditRead, own, policy.Deny},
		{policy.Anyone, policy.Metrics, own, policy.Deny},
		{policy.Anyone, policy.Health, own, policy.Allow},
		{policy.Reporter, policy.CaseRead, own, policy.Mine},
		{policy.Worker, policy.Locate, elsewhere, policy.Allow},
		{policy.Worker, policy.CaseCreate, own, policy.Allow},
		{policy.Worker, policy.CaseCreate, elsewhere, policy.Flagged},
		{policy.Worker, policy.CaseCreate, above, policy.Limited},
		{policy.Worker, policy.CaseRead, below, policy.Token},
		{policy.Worker, policy.CaseList, elsewhere, policy.Deny},
		{policy.Worker, policy.CasePhone, own, policy.Assigned},
		{policy.Worker, policy.CaseDispatch, own, policy.Deny},
		{policy.Worker, policy.ResidentList, own, policy.Masked},
		{policy.Worker, policy.ResidentReveal, own, policy.Reveal},
		{policy.Worker, policy.ResidentReveal, elsewhere, policy.Deny},
		{policy.Worker, policy.DraftRead, own, policy.Deny},
		{policy.Worker, policy.EditionActivate, own, policy.Deny},
		{policy.Worker, policy.OfflineBundle, own, policy.Allow},
		{policy.Worker, policy.AuditRead, own, policy.Mine},
		{policy.Worker, policy.PeopleRead, elsewhere, policy.Mine},
		{policy.Lead, policy.CaseRead, below, policy.Allow},
		{policy.Lead, policy.CaseDispatch, own, policy.Deny},
		{policy.Community, policy.CaseDispatch, below, policy.Allow},
		{policy.Community, policy.CaseDispatch, elsewhere, policy.Deny},
		{policy.Community, policy.CaseTransfer, own, policy.Propose},
		{policy.Community, policy.CaseClock, own, policy.Deny},
		{policy.Community, policy.DraftEdit, below, policy.Propose},
		{policy.Community, policy.ResidentWrite, below, policy.Allow},
		{policy.Community, policy.ResidentList, above, policy.Deny},
		{policy.Community, policy.SmallCounts, own, policy.Counts},
		{policy.Street, policy.CaseClock, below, policy.SecondEyes},
		{policy.Street, policy.CaseExport, below, policy.Masked},
		{policy.Street, policy.ResidentWrite, below, policy.Deny},
		{policy.Street, policy.VisitRecord, own, policy.Masked},
		{policy.Street, policy.EditionActivate, own, policy.Deny},
		{policy.Dispatcher, policy.CaseDispatch, below, policy.Allow},
		{policy.Dispatcher, policy.CaseTransfer, own, policy.Allow},
		{policy.Dispatcher, policy.CaseDelete, own, policy.SecondEyes},
		{policy.Dispatcher, policy.ResidentList, own, policy.Counts},
		{policy.Dispatcher, policy.DraftRead, own, policy.Deny},
		{policy.Handler, policy.CaseRead, elsewhere, policy.Assigned},
		{policy.Handler, policy.CaseDispatch, own, policy.Deny},
		{policy.Handler, policy.ResidentList, own, policy.Deny},
		{policy.Planner, policy.DraftImport, below, policy.Allow},
		{policy.Planner, policy.DraftImport, elsewhere, policy.Deny},
		{policy.Planner, policy.EditionActivate, own, policy.SecondEyes},
		{policy.Planner, policy.CaseRead, below, policy.Masked},
		{policy.Planner, policy.CaseTiles, own, policy.Counts},
		{policy.Planner, policy.CaseCreate, own, policy.Limited},
		{policy.Steward, policy.DraftEdit, below, policy.Allow},
		{policy.Steward, policy.EditionActivate, below, policy.SecondEyes},
		{policy.Steward, policy.EditionActivate, above, policy.Deny},
		{policy.Steward, policy.CaseList, own, policy.Deny},
		{policy.Supervisor, policy.CaseUrge, below, policy.Allow},
		{policy.Supervisor, policy.CaseDispatch, own, policy.Deny},
		{policy.Party, policy.PartyWrite, below, policy.Allow},
		{policy.Party, policy.ResidentList, own, policy.Deny},
		{policy.SysAdmin, policy.AccountWrite, elsewhere, policy.Allow},
		{policy.SysAdmin, policy.PostGrant, own, policy.Deny},
		{policy.SysAdmin, policy.ResidentList, own, policy.Deny},
		{policy.SysAdmin, policy.CaseList, own, policy.Deny},
		{policy.SysAdmin, policy.AuditRead, own, policy.Mine},
		{policy.SecAdmin, policy.PostGrant, elsewhere, policy.SecondEyes},
		{policy.SecAdmin, policy.AccountWrite, own, policy.Deny},
		{policy.SecAdmin, policy.Locate, own, policy.Limited},
		{policy.Auditor, policy.AuditRead, elsewhere, policy.Allow},
		{policy.Auditor, policy.DraftEdit, own, policy.Deny},
		{policy.Auditor, policy.ResidentList, own, policy.Deny},
		{policy.Auditor, policy.PostGrant, own, policy.Deny},
		{policy.Key, policy.CaseCreate, below, policy.Limited},
		{policy.Key, policy.ResidentList, own, policy.Deny},
		{policy.Key, policy.EditionActivate, own, policy.Deny},
		{policy.Worker, "no.such.action", own, policy.Deny},
	} {
		if got := decide(tc.role, tc.action, tc.where); got != tc.want {
			t.Errorf("%s, %s, %s: %s, want %s", tc.role, tc.action, tc.where, got, tc.want)
		}
	}
}

// decide asks for a thing that lies in the given relation to the post.
func decide(role policy.Role, action policy.Action, where policy.Relation) policy.Effect {
	post := policy.Post{Role: role, District: "D", Lo: 10, Hi: 20}
	place := map[policy.Relation]policy.Place{policy.Own: {"D", 10, 20}, policy.Below: {"D", 12, 13}, policy.Elsewhere: {"D", 20, 30}, policy.Above: {"D", 0, 40}}[where]
	if role == policy.Anyone {
		return policy.Decide(nil, action, place)
	}
	return policy.Decide([]policy.Post{post}, action, place)
}

// TestRelationsAreThoseOfTheTree compares intervals with a naive walk up random
// trees, and what several posts may do with what each may by itself.
func TestRelationsAreThoseOfTheTree(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		n := 1 + rng.IntN(60)
		parent := make([]int, n)
		children := make([][]int, n)
		for i := 1; i < n; i++ {
			parent[i] = rng.IntN(i)
			children[parent[i]] = append(children[parent[i]], i)
		}
		places := make([]policy.Place, n)
		next := int32(0)
		var number func(i int)
		number = func(i int) {
			places[i] = policy.Place{District: "D", Lo: next}
			next++
			for _, c := range children[i] {
				number(c)
			}
			places[i].Hi = next
		}
		number(0)
		isAbove := func(a, b int) bool { // a is b or around it
			for ; b != a && b != 0; b = parent[b] {
			}
			return a == b
		}
		for range 200 {
			at, of := rng.IntN(n), rng.IntN(n)
			want := policy.Elsewhere
			switch {
			case at == of:
				want = policy.Own
			case isAbove(at, of):
				want = policy.Below
			case isAbove(of, at):
				want = policy.Above
			}
			post := policy.Post{Role: policy.Roles[1+rng.IntN(len(policy.Roles)-1)], District: "D", Lo: places[at].Lo, Hi: places[at].Hi}
			if got := post.Relation(places[of]); got != want {
				t.Fatalf("%v to %v: %s, want %s", places[of], post, got, want)
			}
			other := policy.Post{Role: policy.Roles[1+rng.IntN(len(policy.Roles)-1)], District: "D", Lo: places[of].Lo, Hi: places[of].Hi}
			action := policy.Actions[rng.IntN(len(policy.Actions))]
			both := policy.Decide([]policy.Post{post, other}, action, places[of])
			if each := max(policy.Decide([]policy.Post{post}, action, places[of]), policy.Decide([]policy.Post{other}, action, places[of])); both != each {
				t.Fatalf("%s with %v and %v: %s, each by itself %s", action, post, other, both, each)
			}
			if foreign := (policy.Post{Role: post.Role, District: "E", Lo: post.Lo, Hi: post.Hi}); policy.Decide([]policy.Post{foreign}, action, places[of]) != max(policy.Decide(nil, action, places[of]), decide(post.Role, action, policy.Elsewhere)) {
				t.Fatalf("a post of another district counts: %s", action)
			}
		}
	}
}

func TestTheRulesAreWhole(t *testing.T) {
	t.Parallel()
	for _, action := range policy.Actions {
		for _, role := range policy.Roles[1:] {
			for _, where := range policy.Relations {
				place := map[policy.Relation]policy.Place{policy.Own: {"D", 10, 20}, policy.Below: {"D", 12, 13}, policy.Elsewhere: {"D", 20, 30}, policy.Above: {"D", 0, 40}}[where]
				effect := policy.Granted([]policy.Post{{Role: role, District: "D", Lo: 10, Hi: 20}}, action, place)
				if may := policy.May([]policy.Post{{Role: role, District: "D", Lo: 10, Hi: 20}}, action); effect != policy.Deny && !may {
					t.Errorf("%s may %s somewhere, and not at all", role, action)
				}
				// Three administrators exclude each other, and none sees residents.
				if slices.Contains([]policy.Role{policy.SysAdmin, policy.SecAdmin, policy.Auditor, policy.Key}, role) && strings.HasPrefix(string(action), "resident.") && effect != policy.Deny {
					t.Errorf("%s may %s", role, action)
				}
			}
		}
	}
}

func TestTheDocumentIsMadeFromTheRules(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "authorisation.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- rules -->\n", "<!-- /rules -->\n"
	head, rest, ok := strings.Cut(string(b), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("no place for the rules")
	}
	want := head + begin + policy.Document() + end + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(b) {
		t.Error("docs/authorisation.md is not made from the rules: go test ./internal/policy -run Document -update")
	}
}

func BenchmarkDecide(b *testing.B) {
	posts := []policy.Post{{Role: policy.Worker, District: "150102", Lo: 10, Hi: 20}, {Role: policy.Steward, District: "150102", Lo: 0, Hi: 500}, {Role: policy.Lead, District: "150102", Lo: 30, Hi: 40}}
	place := policy.Place{District: "150102", Lo: 33, Hi: 34}
	b.ReportAllocs()
	for b.Loop() {
		policy.Decide(posts, policy.CaseRead, place)
	}
}
