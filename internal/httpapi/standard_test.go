package httpapi_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"wangge/internal/casesetting"
	"wangge/internal/category"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/roster"
)

func into[T any](tb testing.TB, a answer) (v T) {
	tb.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		tb.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// The classes are looked at, brought in from a workbook through the child
// process, kept as a draft, and put into force once.
func TestClassesComeFromATable(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public = true })
	s.load()
	admin, worker := s.user("admin", s.at(policy.SysAdmin, "")), s.user("worker", s.at(policy.Worker, "G00"))
	shipped := category.Default()

	a := s.get("/api/v1/categories?kind=event&q=" + url.QueryEscape("私搭"))
	a.want(t, "a stranger looks for a class", 200, "")
	if c := into[httpapi.Categories](t, a); len(c.Minors) != 1 || c.Minors[0].Code != "0101" || c.Minors[0].Conditions[0].Phases[0].Limit != "2急日" || c.Edition != shipped.Name {
		t.Errorf("%s", a.body)
	}
	if again := s.get("/api/v1/categories?kind=event&q="+url.QueryEscape("私搭"), "If-None-Match", a.Header.Get("ETag")); again.StatusCode != 304 || again.body != "" {
		t.Errorf("again: %d %s", again.StatusCode, again.body)
	}
	if a := s.get("/api/v1/categories?edition=" + url.QueryEscape(shipped.Name)); !strings.Contains(a.Header.Get("Cache-Control"), "max-age=86400") || len(into[httpapi.Categories](t, a).Minors) != len(shipped.Minors) {
		t.Errorf("a named edition: %v", a.Header)
	}
	s.get("/api/v1/categories?kind=person").want(t, "another kind", 400, "bad_kind")
	s.get("/api/v1/categories?district=none").want(t, "no district", 404, "no_such_district")
	s.get("/api/v1/categories/editions").want(t, "a stranger, the editions", 401, "sign_in_needed")

	table, err := roster.ClassTemplate(shipped)
	if err != nil {
		t.Fatal(err)
	}
	bring := func(u *user, file, content, more string) answer {
		t.Helper()
		return u.do("POST", "/api/v1/categories/import?file="+file+"&name="+url.QueryEscape("新版")+"&valid_from=2026-07-01&"+more, content, "Content-Type", "application/octet-stream")
	}
	bring(worker, "a.xlsx", string(table), "order=gb30428").want(t, "a worker", 403, "forbidden")
	a = bring(admin, "a.xlsx", string(table), "")
	a.want(t, "without an order", 200, "")
	if i := into[httpapi.CategoryImport](t, a); i.Refused != 1 || i.Problems[0].Code != "edition_order" {
		t.Errorf("%s", a.body)
	}
	a = bring(admin, "a.xlsx", string(table), "order=gb30428")
	if i := into[httpapi.CategoryImport](t, a); i.Refused != 0 || i.Changes != 0 || i.Classes != len(shipped.Minors) || i.Committed {
		t.Errorf("%.500s", a.body)
	}
	csv := "代码,名称,类型,自定义,立案条件,结案条件,时限,备注\n01,市容环境,事件,,,,,\n0101,私搭乱建,事件,,占道,拆除,5日,\n0178,流动摊贩聚集,事件,是,占道,离开,2急时,\n"
	a = bring(admin, "a.csv", strings.Replace(csv, "5日", "5天", 1), "order=gb30428&commit=true")
	a.want(t, "a wrong limit, to keep", 422, "rows_refused")
	a = bring(admin, "a.csv", strings.Replace(csv, "5日", "5天", 1), "order=gb30428")
	if i := into[httpapi.CategoryImport](t, a); i.Refused != 1 || i.Problems[0].Line != 3 || i.Problems[0].Code != "limit_unreadable" || i.Problems[0].Text == "" {
		t.Errorf("%s", a.body)
	}
	a = bring(admin, "a.csv", csv, "order=gb30428&commit=true")
	a.want(t, "kept", 200, "")
	if i := into[httpapi.CategoryImport](t, a); !i.Committed || i.Ignored[0] != "备注" || i.Differences[0].What != "conditions" || i.Differences[1].What != "added" || i.Differences[2].What != "removed" {
		t.Errorf("%.600s", a.body)
	}
	bring(admin, "a.csv", csv, "order=gb30428&commit=true").want(t, "kept again", 409, "categories_exist")
	bring(admin, "a.xls", "x", "order=gb30428").want(t, "old Excel", 415, "old_excel")

	name := url.PathEscape("新版")
	s.get("/api/v1/categories?edition="+name).want(t, "a draft, to a stranger", 404, "no_such_categories")
	worker.get("/api/v1/categories/editions/"+name).want(t, "a draft, to a worker", 200, "")
	activate := func(u *user, body string) answer {
		return u.do("POST", "/api/v1/categories/editions/"+name+"/activation", body)
	}
	activate(worker, `{}`).want(t, "a worker", 403, "forbidden")
	activate(admin, `{"from":"soon"}`).want(t, "from no moment", 422, "bad_moment")
	activate(admin, `{}`).want(t, "into force", 200, "")
	activate(admin, `{}`).want(t, "twice", 409, "categories_in_force")
	if c := into[httpapi.Categories](t, s.get("/api/v1/categories")); c.Edition != "新版" || len(c.Minors) != 2 || c.Minors[1].Name != "流动摊贩聚集" {
		t.Errorf("%+v", c)
	}
	a = worker.get("/api/v1/categories/editions")
	if list := into[struct{ Editions []httpapi.CategoryEdition }](t, a).Editions; len(list) != 2 || list[0].State != "current" || list[1].State != "past" {
		t.Errorf("%s", a.body)
	}
	worker.get("/api/v1/categories/template").want(t, "the template", 200, "")
}

// How cases are handled is saved by whoever has seen the newest, and a deadline is
// explained day by day.
func TestHowCasesAreHandled(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	admin, worker := s.user("admin", s.at(policy.SysAdmin, "")), s.user("worker", s.at(policy.Worker, "G00"))
	const path = "/api/v1/settings/cases"
	set := into[httpapi.CaseSetting](t, worker.get(path))
	if set.Version != 1 || set.Words["state.filed"] != "已立案" || set.Setting.Limits.Intake != "15工作分钟" {
		t.Errorf("%+v", set)
	}
	set.Setting.Calendar.Days = []casesetting.Day{{Date: "2026-10-01", Name: "国庆节"}}
	set.Setting.Calendar.Published = []int{2026}
	body, err := json.Marshal(set.Setting)
	if err != nil {
		t.Fatal(err)
	}
	tag := admin.tag(path)
	worker.do("PUT", path, string(body), "If-Match", tag).want(t, "a worker", 403, "forbidden")
	admin.do("PUT", path, string(body)).want(t, "without If-Match", 428, "if_match_missing")
	admin.do("PUT", path, strings.Replace(string(body), `"warning":80`, `"warning":800`, 1), "If-Match", tag).want(t, "too much", 422, "setting_range")
	admin.do("PUT", path, strings.Replace(string(body), `"warning"`, `"more":1,"warning"`, 1), "If-Match", tag).want(t, "an unknown field", 422, "invalid_body")
	admin.do("PUT", path, string(body), "If-Match", tag).want(t, "saved", 200, "")
	admin.do("PUT", path, string(body), "If-Match", tag).want(t, "as seen before", 412, "stale_version")

	try := func(body string) answer { return worker.do("POST", path+"/deadline", body) }
	a := try(`{"limit":"4工作时","start":"2026-09-30T16:00:00+08:00","pauses":[{"from":"2026-10-02T08:00:00+08:00","to":"2026-10-02T09:00:00+08:00","reason":"等待材料"}]}`)
	a.want(t, "a deadline", 200, "")
	d := into[httpapi.Deadline](t, a)
	if d.Deadline == nil || d.Deadline.Format("01-02 15:04") != "10-02 11:00" || d.Seconds != 4*3600 || len(d.Unpublished) != 0 {
		t.Errorf("%s", a.body)
	}
	var kinds []string
	for _, step := range d.Steps {
		kinds = append(kinds, step.Kind)
	}
	if got := strings.Join(kinds, " "); got != "left holiday paused left" {
		t.Errorf("steps %s in %s", got, a.body)
	}
	if d := into[httpapi.Deadline](t, try(`{"limit":"10000日","start":"2026-09-30T16:00:00+08:00"}`)); len(d.Steps) != 400 || d.More == 0 || len(d.Unpublished) == 0 {
		t.Errorf("%d steps, %d more", len(d.Steps), d.More)
	}
	try(`{"limit":"4小时","start":"2026-09-30T16:00:00+08:00"}`).want(t, "a vague limit", 400, "limit_invalid")
	try(`{"limit":"4时","start":"0001-01-01T00:00:00Z"}`).want(t, "no start", 422, "clock_invalid")
	try(`{"limit":"4时","start":"2026-09-30T16:00:00+08:00","calendar":{"zone":"","periods":[],"seasons":[],"rest":[],"days":[],"published":[]}}`).want(t, "no calendar", 422, "calendar_invalid")
	if a := try(`{"limit":"4时","start":"2026-09-30T16:00:00+08:00","pauses":[{"from":"2026-09-30T16:00:00+08:00"}]}`); into[httpapi.Deadline](t, a).Deadline != nil {
		t.Errorf("an open pause: %s", a.body)
	}
}
