package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/locate"
)

// TestThePastIsAskedOnTheCommandLine puts a second edition under other codes
// into force, confirms what became of each area, and asks about both times.
func TestThePastIsAskedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := home(t)
	cells := imported(t, dir, "old", "A")
	must(t, dir, "edition", "activate", "old", "--from", "2020-01-01")
	imported(t, dir, "new", "B")
	if out := must(t, dir, "edition", "lineage", "new", "--from", "2023-07-01"); !strings.Contains(out, "网格 换码  名称 AG05（AG05）改为名称 BG05（BG05），位置不变") || !strings.Contains(out, "相对版次 old 共 18 条沿革") {
		t.Errorf("proposed:\n%s", out)
	}
	file := filepath.Join(dir, "lineage.json")
	links := must(t, dir, "edition", "lineage", "new", "--from", "2023-07-01", "--json")
	if err := os.WriteFile(file, []byte(strings.Replace(links, `"AG05"`, `"AG99"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{file: "AG99", filepath.Join(dir, "none.json"): "打不开", "/dev/null": "看不懂"} {
		if code, _, errOut := run(t, dir, "", "edition", "activate", "new", "--from", "2023-07-01", "--lineage", arg); code == 0 || !strings.Contains(errOut, want) {
			t.Errorf("--lineage %s: exit %d\n%s", arg, code, errOut)
		}
	}
	if err := os.WriteFile(file, []byte(links), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, dir, "edition", "activate", "new", "--from", "2023-07-01", "--lineage", file); !strings.Contains(out, "相对 old 记下 36 条沿革\n") { // every code and every name
		t.Errorf("activated:\n%s", out)
	}
	p := cells[5].LabelPoint()
	point := fmt.Sprintf("%.7f,%.7f", p.Lon(), p.Lat())
	for at, want := range map[string]string{"2020-06-01": "AG05", "2024-06-01": "BG05"} {
		var a locate.Answer
		if err := json.Unmarshal([]byte(must(t, dir, "locate", point, "--at", at)), &a); err != nil {
			t.Fatal(err)
		}
		if a.Grid.Code != want || len(a.History) != 2 || a.History[0].Grid.Code != "AG05" || a.History[1].Grid.Code != "BG05" {
			t.Errorf("at %s: %s, %+v", at, a.Grid.Code, a.History)
			continue
		}
		found := false
		for _, c := range a.History[1].Changes {
			found = found || c.Kind == "recode" && c.Level == "grid" && c.From == "AG05" && c.To == "BG05" && c.Confirmed
		}
		if !found {
			t.Errorf("at %s nothing ties the two: %+v", at, a.History[1].Changes)
		}
	}
	if _, _, errOut := run(t, dir, "", "locate", point, "--at", "2019-06-01"); !strings.Contains(errOut, "那时") {
		t.Errorf("before the first edition: %s", errOut)
	}
	if code, _, errOut := run(t, dir, "", "locate", point, "--at", "2024-06-01", "--known-at", "yesterday"); code != 2 || !strings.Contains(errOut, "known_at") {
		t.Errorf("a bad time: exit %d\n%s", code, errOut)
	}
}

// TestTheDemoDistrict loads it and counts it; it goes into an empty database
// alone.
func TestTheDemoDistrict(t *testing.T) {
	t.Parallel()
	dir := home(t)
	out := must(t, dir, "demo")
	if !strings.Contains(out, "示意数据") {
		t.Errorf("nothing says that it is synthetic:\n%s", out)
	}
	if out := must(t, dir, "demo"); !strings.Contains(out, "已经在了") {
		t.Errorf("a second time: %s", out)
	}
	other := home(t)
	imported(t, other, "mine", "A")
	if code, _, errOut := run(t, other, "", "demo"); code == 0 || !strings.Contains(errOut, "D 的边界") {
		t.Errorf("beside something else: exit %d\n%s", code, errOut)
	}
	for i, e := range geodata.Editions {
		counts := map[area.Level]int{}
		for _, line := range strings.Split(must(t, dir, "edition", "list"), "\n") {
			if strings.Contains(line, e.Name) {
				t.Log(line)
			}
		}
		want := []map[area.Level]int{{area.Subdistrict: 8, area.Community: 53}, {area.Subdistrict: 11, area.Community: 65}}[i]
		for _, level := range []area.Level{area.Subdistrict, area.Community} {
			file := filepath.Join(dir, level.String()+".geojson")
			must(t, dir, "export", e.Name, "--level", level.String(), "--out", file)
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(b), "示意数据") {
				t.Errorf("the exported %s does not say that it is synthetic", level)
			}
			if counts[level] = strings.Count(string(b), `"MultiPolygon"`); counts[level] != want[level] {
				t.Errorf("%s has %d areas of level %s, want %d", e.Name, counts[level], level, want[level])
			}
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "editions", "*.wge")); err != nil || len(files) != len(geodata.Editions) {
		t.Errorf("edition files: %v, %v", files, err)
	}
	// What goes out comes back, dedicated grids as such.
	grids := filepath.Join(dir, "grid.geojson")
	must(t, dir, "export", "2023-07", "--level", "grid", "--out", grids)
	if out := must(t, dir, "import", grids, "--level", "grid", "--parent-field", "parent", "--edition", "again", "--base", "2023-07"); strings.Contains(out, "overlap") {
		t.Errorf("an export does not come back:\n%s", out)
	}
	report := filepath.Join(dir, "report.html")
	must(t, dir, "edition", "check", "2023-07", "--report", report)
	if b, err := os.ReadFile(report); err != nil || !strings.Contains(string(b), "2023-07（示意数据）") {
		t.Errorf("the printed report does not say that it is synthetic: %v", err)
	}
	// The example of the documentation.
	for _, at := range []string{"2020-06-01", "2024-06-01"} {
		var a locate.Answer
		if err := json.Unmarshal([]byte(must(t, dir, "locate", "111.6712,40.8301", "--at", at)), &a); err != nil {
			t.Fatal(err)
		}
		if a.Grid == nil || a.Grid.Code != "150102002003004" || a.Community.Name != "三角线社区" || !a.Edition.Synthetic {
			t.Errorf("at %s: %+v %+v", at, a.Grid, a.Edition)
		}
	}
}
