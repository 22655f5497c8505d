package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBoundariesGoOutAndComeIn exports an edition in every format, imports each
// file as an edition of another district, and exports that: the two are the same
// to the byte.
func TestBoundariesGoOutAndComeIn(t *testing.T) {
	t.Parallel()
	dir := home(t)
	imported(t, dir, "2026", "A")
	first := filepath.Join(dir, "first.geojson")
	if out := must(t, dir, "export", "2026", "--level", "grid", "--out", first); !strings.Contains(out, "16 个区域（WGS-84）") {
		t.Errorf("it says\n%s", out)
	}
	want, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ = cutLine(want)
	for i, tc := range []struct {
		out   string
		flags []string
	}{
		{"grids.geojson", []string{"--crs", "EPSG:4525"}},
		{"grids.gpkg", []string{"--crs", "EPSG:4546", "--level", "community"}},
		{"grids.zip", []string{"--charset", "gbk", "--crs", "cgcs2000"}},
		{"shape.data.zip", []string{"--format", "shp", "--crs", "EPSG:3857"}},
		{"grids.kml", nil},
	} {
		path := filepath.Join(dir, tc.out)
		must(t, dir, append([]string{"export", "2026", "--district", "D", "--level", "grid", "--out", path}, tc.flags...)...)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
			t.Fatalf("%s: %v, %v", tc.out, info, err)
		}
		again := fmt.Sprint("again", i)
		args := []string{"import", path, "--level", "grid", "--kind-field", "kind", "--district", "D", "--edition", again, "--coverage", "tolerant", "--commit"}
		if strings.HasSuffix(path, ".gpkg") {
			args = append(args, "--layer", "grid")
			communities := append([]string{"import", path, "--layer", "community", "--level", "community"}, args[6:]...)
			must(t, dir, communities[:len(communities)-2]...)
			args = append(args, "--parent-field", "parent")
		} else {
			must(t, dir, "import", filepath.Join(dir, "Acommunities.geojson"), "--level", "community", "--district", "D", "--edition", again, "--commit")
		}
		must(t, dir, args...)
		second := filepath.Join(dir, "second.geojson")
		must(t, dir, "export", again, "--district", "D", "--level", "grid", "--out", second)
		got, err := os.ReadFile(second)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, _ = cutLine(got); string(got) != string(want) {
			t.Errorf("%s comes back as\n%.600s\nwant\n%.600s", tc.out, got, want)
		}
		must(t, dir, "edition", "activate", again, "--district", "D", "--from", "2026-01-01") // only one draft may be open
	}
	if out, err := exec.Command("ogrinfo", "-al", "-so", filepath.Join(dir, "grids.gpkg")).CombinedOutput(); err != nil || !strings.Contains(string(out), "Feature Count: 16") || !strings.Contains(string(out), "Feature Count: 2\n") {
		t.Errorf("ogrinfo: %v\n%s", err, out)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".wangge-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// cutLine takes off the first line, which names the edition.
func cutLine(b []byte) (line, rest []byte, found bool) {
	head, tail, found := strings.Cut(string(b), "\n")
	return []byte(head), []byte(tail), found
}

func TestWhatIsNotExportedLeavesNoFile(t *testing.T) {
	t.Parallel()
	dir := home(t)
	imported(t, dir, "2026", "A")
	kept := filepath.Join(dir, "kept.geojson")
	if err := os.WriteFile(kept, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"2026", "--level", "grid"}, 2, "out"},
		{[]string{"2026", "--out", kept}, 2, "level"},
		{[]string{"2026", "--level", "street", "--out", kept}, 2, "unknown_level"},
		{[]string{"2026", "--level", "compound", "--out", kept}, 1, "empty_level"},
		{[]string{"2026", "--level", "grid", "--level", "community", "--out", kept}, 2, "one_level"},
		{[]string{"2026", "--level", "grid,community", "--out", kept}, 2, "one_level"},
		{[]string{"2026", "--level", "grid", "--out", kept, "--format", "dxf"}, 2, "unsupported_format"},
		{[]string{"2026", "--level", "grid", "--out", filepath.Join(dir, "a.shp")}, 2, "a.zip"},
		{[]string{"2026", "--level", "grid", "--out", filepath.Join(dir, "a.shp"), "--format", "shp"}, 2, "a.zip"},
		{[]string{"2026", "--level", "grid", "--out", filepath.Join(dir, "a.dxf")}, 2, "unsupported_format"},
		{[]string{"2026", "--level", "grid", "--out", filepath.Join(dir, "none", "a.gpkg")}, 2, "no_such_directory"},
		{[]string{"2026", "--level", "grid", "--out", kept, "--crs", "mars"}, 2, "unknown_crs"},
		{[]string{"2026", "--level", "grid", "--out", kept, "--crs", "EPSG:999998"}, 1, "unknown_crs"},
		{[]string{"2026", "--level", "grid", "--out", filepath.Join(dir, "a.kml"), "--crs", "EPSG:4546"}, 2, "kml_is_wgs84"},
		{[]string{"2026", "--level", "grid", "--out", kept, "--charset", "gbk"}, 2, "bad_charset"},
		{[]string{"2026", "--level", "grid", "--out", kept, "--charset", "big5"}, 2, "charset"},
		{[]string{"none", "--level", "grid", "--out", kept}, 1, "no_such_edition"},
		{[]string{"2026", "--level", "grid", "--out", kept, "--district", "X"}, 1, "no_such_edition"},
		{[]string{"--help"}, 0, "--charset"},
	} {
		code, out, errOut := run(t, dir, "", append([]string{"export"}, tc.args...)...)
		if code != tc.code || !strings.Contains(out+errOut, tc.says) {
			t.Errorf("wangge export %v: exit %d, want %d saying %q\n%s%s", tc.args, code, tc.code, tc.says, out, errOut)
		}
	}
	if text, err := os.ReadFile(kept); err != nil || string(text) != "before" {
		t.Errorf("the file that was there is now %.100q, %v", text, err)
	}
	for _, pattern := range []string{"a.*", ".wangge-*"} {
		if left, err := filepath.Glob(filepath.Join(dir, pattern)); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}
