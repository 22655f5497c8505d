package httpapi_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// user is somebody who is signed in.
type user struct {
	*service
	id     uuid.UUID
	login  string
	secret account.Secret
	key    account.Secret // of an API key instead
}

// at is a post in an area by its code; "" is every district.
func (s *service) at(role policy.Role, code string) postgres.NewPost {
	s.tb.Helper()
	post := postgres.NewPost{Role: role}
	if code == "" {
		return post
	}
	ids, err := s.store.AreaIDs(s.tb.Context(), "150102", code)
	if err != nil || len(ids) != 1 {
		s.tb.Fatalf("area %s: %v, %v", code, ids, err)
	}
	post.District, post.Area = "150102", ids[0]
	return post
}

// user makes somebody with these posts, who is signed in.
func (s *service) user(login string, posts ...postgres.NewPost) *user {
	s.tb.Helper()
	p, err := s.store.AddPerson(s.tb.Context(), postgres.Write{}, postgres.NewPerson{Name: "某" + login, Login: login, Password: "none", Posts: posts})
	if err != nil {
		s.tb.Fatal(err)
	}
	u := &user{service: s, id: p.ID, login: login}
	u.signIn()
	s.closed()
	return u
}

// closed waits until the service has noticed that there are accounts.
func (s *service) closed() {
	s.tb.Helper()
	s.eventually("accounts to be noticed", func() bool {
		var me httpapi.Me
		s.json("/api/v1/session", &me)
		return !me.Open
	})
}

// signIn opens a session without a password: hashing is tried where it matters.
func (u *user) signIn() {
	u.tb.Helper()
	u.secret = account.NewSecret()
	o := postgres.Opening{Secret: u.secret, Source: "192.0.2.1", Agent: "test", Most: account.ASVS.Most}
	if err := u.store.SignedIn(u.tb.Context(), u.id, u.login, o); err != nil {
		u.tb.Fatal(err)
	}
}

// apiKey makes a program with a key.
func (s *service) apiKey(post postgres.NewPost, actions ...policy.Action) *user {
	s.tb.Helper()
	u := &user{service: s, key: account.NewSecret()}
	k, err := s.store.AddKey(s.tb.Context(), postgres.Write{}, postgres.APIKey{Name: "测试", Actions: actions, District: post.District, Area: post.Area, Until: time.Now().Add(time.Hour)}, u.key)
	if err != nil {
		s.tb.Fatal(err)
	}
	u.id = k.ID
	return u
}

// do is service.do as this user, from a page of the service.
func (u *user) do(method, path, body string, headers ...string) answer {
	u.tb.Helper()
	if u.key != "" {
		headers = append([]string{"Authorization", "Bearer " + string(u.key)}, headers...)
	} else {
		headers = append([]string{"Cookie", "wangge=" + string(u.secret), "Sec-Fetch-Site", "same-origin"}, headers...)
	}
	if body != "" && !strings.Contains(strings.Join(headers, " "), "Content-Type") {
		headers = append(headers, "Content-Type", "application/json")
	}
	return u.service.do(method, path, body, headers...)
}

func (u *user) get(path string, headers ...string) answer {
	u.tb.Helper()
	return u.do(http.MethodGet, path, "", headers...)
}

// tag is the ETag of what is at a path.
func (u *user) tag(path string) string {
	u.tb.Helper()
	a := u.get(path)
	if a.StatusCode != http.StatusOK || a.Header.Get("ETag") == "" {
		u.tb.Fatalf("%s: %d %s", path, a.StatusCode, a.body)
	}
	return a.Header.Get("ETag")
}

// person is the path of somebody.
func (u *user) person() string { return fmt.Sprintf("/api/v1/people/%s", u.id) }

// want fails the test unless an answer has a status and a code.
func (a answer) want(tb testing.TB, what string, status int, code string) {
	tb.Helper()
	if a.StatusCode != status || code != "" && a.code() != code {
		tb.Errorf("%s: %d %s, want %d %s: %s", what, a.StatusCode, a.code(), status, code, a.body)
	}
}

// proxies are believed in tests: the client is who they say.
var proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
