package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

func code(err error) string {
	if f, ours := fault.As(err); ours {
		return f.Code
	}
	return ""
}

func TestPasswordsByProfile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		password   string
		asvs, djbh string
	}{
		{"short", "password_short", "password_short"},
		{strings.Repeat("长", 129), "password_long", "password_long"},
		{"lauter kleine buchstaben", "", "password_plain"},
		{"Password-123", "password_common", "password_common"},
		{"zhangsan1980", "password_common", "password_plain"},
		{"Tulpen-im-Mai-2026", "", ""},
		{"七个小矮人去挖矿 7A", "", ""},
	} {
		if got := code(account.ASVS.Check(tc.password, "zhangsan", "张三")); got != tc.asvs {
			t.Errorf("asvs, %.20s: %q, want %q", tc.password, got, tc.asvs)
		}
		if got := code(account.DJBH.Check(tc.password, "zhangsan", "张三")); got != tc.djbh {
			t.Errorf("djbh, %.20s: %q, want %q", tc.password, got, tc.djbh)
		}
	}
	now := time.Now()
	if account.ASVS.Expired(now.AddDate(-10, 0, 0), now) || !account.DJBH.Expired(now.AddDate(0, 0, -91), now) || account.DJBH.Expired(now.AddDate(0, 0, -89), now) {
		t.Error("passwords expire by the wrong profile")
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	h := account.NewHasher()
	hash, err := h.Hash(t.Context(), "geheim")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		password, hash string
		want           bool
	}{{"geheim", hash, true}, {"geheimer", hash, false}, {"geheim", "", false}, {"", "", false}} {
		if got, err := h.Matches(t.Context(), tc.password, tc.hash); err != nil || got != tc.want {
			t.Errorf("%q against %.12q: %v, %v", tc.password, tc.hash, got, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // whoever has gone takes no turn for long
		_, _ = h.Matches(ended, "x", "")
	}
	a, b := account.NewSecret(), account.NewSecret()
	if a == b || len(a) != 43 || a.Hash() == b.Hash() {
		t.Errorf("%s, %s", a, b)
	}
}

func TestLoginsPostsAndDays(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{" Zhang.San ": "zhang.san", "张三": "张三", "a": "", "a b": "", "x<script>": "", strings.Repeat("a", 61): ""} {
		got, err := account.Login(in)
		if (want == "") != (code(err) == "bad_login") || want != "" && got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, tc := range []struct {
		role       policy.Role
		duties     []string
		everywhere bool
		want       string
	}{
		{policy.Worker, nil, false, ""}, {policy.Worker, nil, true, "area_missing"}, {policy.Worker, []string{"intake"}, false, "unknown_duty"},
		{policy.Dispatcher, []string{"intake", "shift_lead"}, false, ""}, {policy.Auditor, nil, true, ""}, {policy.Auditor, nil, false, "area_too_many"},
		{policy.Steward, nil, true, ""}, {policy.Steward, nil, false, ""}, {policy.Key, nil, false, "unknown_role"}, {policy.Anyone, nil, false, "unknown_role"}, {"king", nil, false, "unknown_role"},
	} {
		err := account.CheckPost(tc.role, tc.duties)
		if err == nil {
			err = account.CheckReach(tc.role, tc.everywhere)
		}
		if code(err) != tc.want {
			t.Errorf("%s %v everywhere %v: %v, want %q", tc.role, tc.duties, tc.everywhere, err, tc.want)
		}
	}
	first, _ := account.FirstDay("2026-01-31")
	last, _ := account.LastDay("2026-01-31")
	if got := first.UTC().Format(time.RFC3339); got != "2026-01-30T16:00:00Z" || last.Sub(first) != 24*time.Hour {
		t.Errorf("the day begins at %s and ends at %s", got, last)
	}
	for _, bad := range []string{"31.1.2026", "2026-02-30", "1999-01-01", "soon"} {
		if _, err := account.LastDay(bad); code(err) != "bad_date" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := account.ParseKeyActions([]string{"locate", "locate"}); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"people.read", "edition.activate", "health", "x"} {
		if _, err := account.ParseKeyActions([]string{bad}); code(err) != "unknown_action" {
			t.Errorf("a key for %s: %v", bad, err)
		}
	}
}
