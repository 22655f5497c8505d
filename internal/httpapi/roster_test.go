package httpapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// TestATableOfPeople is looked at, refused as a whole while a row has problems,
// and brought in once.
func TestATableOfPeople(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	admin := s.user("admin", s.at(policy.SysAdmin, ""), s.at(policy.SecAdmin, ""))
	only := s.user("only", s.at(policy.SysAdmin, ""))
	s.user("there", s.at(policy.Worker, "G00"))
	const head = "姓名,手机,登录名,岗位,区域\n"
	good := head + "张三,13800138000,zhang.san,网格员,G01\n李四,,LiSi,社区干部,三角线社区\n王五,,,,\n某there,,there,网格长,G00\n某there二,,,网格员,G02\n"
	bring := func(u *user, table, more string, headers ...string) (answer, httpapi.Roster) {
		t.Helper()
		a := u.do("POST", "/api/v1/people/imports?name=%E5%90%8D%E5%8D%95.csv"+more, table, append([]string{"Content-Type", "application/octet-stream"}, headers...)...)
		var r httpapi.Roster
		_ = json.Unmarshal([]byte(a.body), &r)
		return a, r
	}
	a, r := bring(admin, head+"张三,13800138000,zhang.san,网格员,G01\n,12,bad login!,国王,没有\n李四,,there,网格员,G01\n赵六,,zhao,网格员,G99\n某admin,,admin,审计员,\n", "")
	a.want(t, "a table with problems", 200, "")
	if r.Refused != 4 || r.Adds != 1 || r.Committed || len(r.Links) > 0 || r.Rows[0].Area == nil || r.Rows[0].Area.Code != "G01" || len(r.Rows[1].Problems) < 2 ||
		r.Rows[2].Problems[0].Code != "login_taken" || r.Rows[3].Problems[0].Code != "no_such_area" || r.Rows[4].Problems[0].Code != "not_oneself" {
		t.Errorf("%s", a.body)
	}
	a, _ = bring(admin, head+"张三,12,,,\n", "&commit=true")
	a.want(t, "to keep it", 422, "rows_refused")
	a, r = bring(admin, good, "")
	if a.want(t, "a good one", 200, ""); r.Refused > 0 || r.Adds != 4 || r.Grants != 4 || r.Rows[3].Does != "post" || r.Committed {
		t.Errorf("%s", a.body)
	}
	if list := admin.get("/api/v1/people?text=" + "zhang.san"); strings.Contains(list.body, "zhang.san") {
		t.Error("looking at a table has kept it")
	}
	a, _ = bring(only, good, "")
	a.want(t, "posts, by who grants none", 403, "forbidden")
	a, r = bring(admin, good, "&commit=true", "Idempotency-Key", "once")
	if a.want(t, "kept", 200, ""); !r.Committed || len(r.Links) != 2 {
		t.Fatalf("%s", a.body)
	}
	a, again := bring(admin, good, "&commit=true", "Idempotency-Key", "once")
	if a.want(t, "and again", 200, ""); len(again.Links) > 0 {
		t.Errorf("%s", a.body)
	}
	_, token, _ := strings.Cut(r.Links[0].Path, "#")
	s.do("POST", "/api/v1/invitations/look", `{"token":"`+token+`"}`, "Content-Type", "application/json").want(t, "a link", 200, "")
	var list struct{ People []httpapi.Person }
	if err := json.Unmarshal([]byte(admin.get("/api/v1/people").body), &list); err != nil || len(list.People) != 3+4 {
		t.Errorf("%d people, %v", len(list.People), err)
	}
	for name, code := range map[string]string{"x.xls": "old_excel", "x.pdf": "unsupported_format"} {
		admin.do("POST", "/api/v1/people/imports?name="+name, "x", "Content-Type", "application/octet-stream").want(t, name, 415, code)
	}
	admin.get("/api/v1/people/import-template").want(t, "the template", 200, "")
}
