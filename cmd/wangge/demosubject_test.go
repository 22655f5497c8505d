package main_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTheDemoShowsTheArticlesFigures asks the API of the demo for what the article
// about the district counts.
func TestTheDemoShowsTheArticlesFigures(t *testing.T) {
	t.Parallel()
	dir := home(t)
	s := serve(t, dir, "--demo")
	password, err := os.ReadFile(filepath.Join(dir, "demo-password"))
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	do := func(method, path, body string, to any) {
		t.Helper()
		r, err := http.NewRequestWithContext(context.Background(), method, s.address+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, resp.StatusCode)
		}
		if err := json.NewDecoder(resp.Body).Decode(to); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	do(http.MethodPost, "/api/v1/session", `{"login":"demo-party","password":"`+strings.TrimSpace(string(password))+`"}`, &struct{}{})
	type row struct {
		Name   string
		Area   struct{ Code string }
		Fields map[string]any
	}
	list := func(path string) (rows []row) {
		t.Helper()
		var d struct{ Subjects []row }
		do(http.MethodGet, path, "", &d)
		return d.Subjects
	}
	sum := func(rows []row, field string) (n float64) {
		for _, r := range rows {
			v, _ := r.Fields[field].(float64)
			n += v
		}
		return n
	}
	var then struct{ Areas []struct{ Code string } }
	for level, want := range map[string]int{"subdistrict": 8, "community": 53} {
		if do(http.MethodGet, "/api/v1/districts/150102/areas?limit=1000&at=2021-01-01&level="+level, "", &then); len(then.Areas) != want {
			t.Errorf("%d of level %s in the edition of the article, want %d", len(then.Areas), level, want)
		}
	}
	for path, want := range map[string]int{
		"/api/v1/branches?limit=1000&form=joint_committee":                      61,
		"/api/v1/branches?limit=1000&form=two_new_committee":                    3,
		"/api/v1/branches?limit=1000&active=all&form=temporary_branch":          219,
		"/api/v1/branches?limit=1000&form=temporary_branch":                     0, // they are over
		"/api/v1/sites?limit=1000&form=party_service_center":                    72,
		"/api/v1/sites?limit=1000&form=elder_canteen":                           12,
		"/api/v1/sites?limit=1000&form=office&level=subdistrict&area=150102002": 5,
		"/api/v1/sites?limit=1000&form=center&level=subdistrict&area=150102002": 1,
	} {
		if n := len(list(path)); n != want {
			t.Errorf("%s: %d, want %d", path, n, want)
		}
	}
	if n := len(list("/api/v1/branches?limit=1000&form=grid_branch")) + len(list("/api/v1/branches?limit=1000&form=compound_branch")); n <= 300 {
		t.Errorf("%d grid and compound branches", n)
	}
	if n := len(list("/api/v1/member-units?limit=1000")); n <= 300 {
		t.Errorf("%d member units", n)
	}
	if n := sum(list("/api/v1/branches?form=two_new_committee"), "enterprises"); n != 500 {
		t.Errorf("%.0f enterprises", n)
	}
	upgraded := 0
	var invested float64
	for _, r := range list("/api/v1/sites?limit=1000&form=party_service_center") {
		if r.Fields["upgraded"] == true {
			upgraded++
			invested += r.Fields["invested"].(float64)
		}
	}
	if upgraded != 43 || invested <= 90_000_000 {
		t.Errorf("%d upgraded with %.0f yuan", upgraded, invested)
	}
	var done []row
	for _, r := range list("/api/v1/renovations?limit=1000&level=subdistrict&area=150102002") {
		if r.Fields["stage"] == "upkeep" {
			done = append(done, r)
		}
	}
	if n := sum(done, "structures_done"); len(done) != 8 || n != 5211 {
		t.Errorf("%d renovated compounds with %.0f structures demolished", len(done), n)
	}
	var gaps struct {
		Levels []struct {
			Level     string
			Uncovered []struct{ Code string }
		}
	}
	if do(http.MethodGet, "/api/v1/coverage", "", &gaps); gaps.Levels[0].Level != "grid" || len(gaps.Levels[0].Uncovered) != 6 {
		t.Errorf("%+v", gaps.Levels[0])
	}
}
