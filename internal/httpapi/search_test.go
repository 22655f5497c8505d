package httpapi_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"wangge/internal/httpapi"
	"wangge/internal/postgres/pgtest"
)

// TestSearch asks for areas as the field on the map does, today and in the past.
func TestSearch(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	codes := func(query string) (list []string, out httpapi.SearchAnswer) {
		t.Helper()
		s.json("/api/v1/search?"+query, &out)
		for _, r := range out.Results {
			list = append(list, r.Level+" "+r.Code)
		}
		return list, out
	}
	q := func(text string) string { return "q=" + url.QueryEscape(text) }
	for text, want := range map[string][]string{
		"三角线": {"community SW"}, "sjx": {"community SW"}, "g14": {"grid G14"}, "Ｇ１４": {"grid G14"}, "双创园": {"grid PARK"}, "团结": {"compound C1", "compound C2"},
		"东街12号楼": {"community SE"}, "不存在": nil,
	} {
		if got, _ := codes(q(text)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	_, out := codes(q("新城区三角线4号楼"))
	if r := out.Results[0]; r.Kind != "area" || r.Chain != "新城区 › 三角线社区" || r.Field != "name" || len(r.Matched) != 1 || r.Matched[0] != [2]int{0, 3} || out.Rest != "4号楼" || r.Label[0] < 111 {
		t.Errorf("%+v", out)
	}
	if _, out := codes("limit=2&" + q("网格")); len(out.Results) != 2 || !out.More {
		t.Errorf("%+v", out)
	}
	at := s.cells[35].LabelPoint()
	if got, _ := codes("limit=1&" + q("社区") + "&near=" + fmt.Sprintf("%.7f,%.7f", at.Lon(), at.Lat())); !slices.Equal(got, []string{"community NE"}) {
		t.Errorf("the nearest is %v", got)
	}
	if got, _ := codes(q("三角线") + "&at=2020-01-01"); got != nil {
		t.Errorf("before there were any boundaries: %v", got)
	}
	for query, code := range map[string]string{
		"": "bad_query", "q=": "bad_query", "q=%20%09": "bad_query", q(strings.Repeat("网", 101)): "bad_query", q(strings.Repeat("x", 5000)): "bad_query",
		"limit=0&q=a": "bad_limit", "limit=51&q=a": "bad_limit", "limit=many&q=a": "bad_limit", "near=here&q=a": "bad_near", "near=111&q=a": "bad_near", "near=200,40&q=a": "bad_near",
		"at=soon&q=a": "bad_date", "q=%00": "bad_text", "q=%ff%fe": "bad_text",
	} {
		s.get("/api/v1/search?"+query).want(t, query, 400, code)
	}
	for _, text := range []string{"%e2%80%ae%e4%b8%89", "%f0%a0%ae%b7", "%25_%5c", "'%3b--", url.QueryEscape(strings.Repeat("网", 100))} {
		s.get("/api/v1/search?q="+text).want(t, text, 200, "")
	}
}
