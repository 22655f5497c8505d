package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/report"
)

func sample() *report.Report {
	at := geo.Point{X: 111_6500000, Y: 40_8200000}
	ring := geo.Ring{at, {X: at.X + 1000, Y: at.Y}, {X: at.X + 1000, Y: at.Y + 1000}}
	hostile := `<img src=x onerror=alert(1)>`
	return &report.Report{District: hostile + "新城区", Edition: &area.Edition{Name: "2026-02", District: "150102"}, Made: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC),
		Findings: []area.Finding{
			{Code: "multipart", Severity: area.Note, Level: area.Grid, Areas: []string{"A"}, ZH: "网格 A 由 2 块组成", EN: "two parts"},
			{Code: "overlap", Severity: area.Error, Level: area.Grid, Areas: []string{"A", hostile}, Place: &at, Shape: ring, M2: 12.5,
				Mends: []area.Mend{{Kind: area.Cut, Area: "A"}}, ZH: "重叠 " + hostile, EN: "overlap"},
			{Code: "spike", Severity: area.Warning, Level: area.Grid, Areas: []string{"A"}, Place: &at, ZH: "尖刺", EN: "a spike", Waived: "确实如此"},
		},
		Changes: []report.Change{{Made: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), ZH: "界点移动 3 米", EN: "moved", Areas: []string{"A"}, Undone: true}},
		Areas:   []*area.Version{{Level: area.Grid, Code: "A", Kind: area.Basic, Ground: geotest.Area(geo.MultiPolygon{{ring}})}},
	}
}

func write(t *testing.T, f report.Format, lang string) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, f, sample(), lang); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheReportSaysWhatWasFoundAndChanged(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		format report.Format
		lang   string
		want   []string
	}{
		{report.Text, "zh", []string{"error\toverlap\tgrid\t12.50 m²", "划归 A", "@ 111.6500000,40.8200000", "(确实如此)", "界点移动 3 米（已撤销）"}},
		{report.Text, "en", []string{"leave to A", "moved (undone)"}},
		{report.Page, "zh", []string{`lang="zh-CN"`, "边界质量报告", "2026-11-24 12:00", "放行理由：确实如此", "已撤销", "12.50", "划归 A", "<svg", `class="error" transform`, "编制"}},
		{report.Page, "en", []string{`lang="en"`, "Boundary quality report", "Waived because"}},
	} {
		got := write(t, tc.format, tc.lang)
		for _, w := range tc.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s, %s: no %q in\n%s", tc.format, tc.lang, w, got)
			}
		}
	}
}

func TestAPageRunsNoForeignScript(t *testing.T) {
	t.Parallel()
	if page := write(t, report.Page, "zh"); strings.Contains(page, "<img") || !strings.Contains(page, "&lt;img") {
		t.Error("what a file says reaches the page as markup")
	}
}

func TestTheMachineFormsAreSound(t *testing.T) {
	t.Parallel()
	var plain struct {
		Findings []struct {
			Code, Title, Waived string
			Mends               []area.Mend
		}
		Changes []struct{ Undone bool }
	}
	if err := json.Unmarshal([]byte(write(t, report.JSON, "zh")), &plain); err != nil {
		t.Fatal(err)
	}
	if len(plain.Findings) != 3 || plain.Findings[1].Title != "重叠" || plain.Findings[1].Mends[0].Area != "A" || plain.Findings[2].Waived == "" || !plain.Changes[0].Undone {
		t.Errorf("%+v", plain)
	}
	var collection struct {
		Features []struct {
			Geometry *struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal([]byte(write(t, report.GeoJSON, "zh")), &collection); err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, f := range collection.Features {
		if f.Geometry == nil {
			kinds += "none "
		} else {
			kinds += f.Geometry.Type + " "
		}
	}
	if kinds != "none Polygon Point " {
		t.Errorf("geometries: %s", kinds)
	}
}

func TestEveryFindingHasATitle(t *testing.T) {
	t.Parallel()
	for _, code := range area.Titled() {
		f := area.Finding{Code: code}
		if f.Title("zh") == code || f.Title("en") == code || f.Title("zh") == f.Title("en") {
			t.Errorf("%s is titled %q, %q", code, f.Title("zh"), f.Title("en"))
		}
	}
}
