package area_test

import (
	"slices"
	"strings"
	"testing"

	"wangge/internal/area"
	"wangge/internal/fault"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		scheme area.Scheme
		level  area.Level
		code   string
		want   string
	}{
		{"a street", area.GBT, area.Subdistrict, "150102002", ""},
		{"a grid", area.GBT, area.Grid, "150102002003004", ""},
		{"too short", area.GBT, area.Grid, "150102002003", "bad_code"},
		{"of another district", area.GBT, area.Subdistrict, "150103002", "bad_code"},
		{"full-width digits", area.GBT, area.Subdistrict, "１５０１０２００２", "bad_code"},
		{"a compound has no national code", area.GBT, area.Compound, "C0203", ""},
		{"any text", area.Opaque, area.Grid, "E00073143", ""},
		{"nothing", area.Opaque, area.Grid, "", "bad_code"},
		{"blanks", area.Opaque, area.Grid, "   ", "bad_code"},
		{"a blank at the end", area.Opaque, area.Grid, "A ", "bad_code"},
		{"too long", area.Opaque, area.Grid, strings.Repeat("x", 65), "bad_code"},
		{"64 characters, not bytes", area.Opaque, area.Grid, strings.Repeat("网", 64), ""},
		{"a direction override", area.Opaque, area.Grid, "A\u202eB", "bad_code"},
		{"broken text", area.Opaque, area.Grid, "A\xff", "bad_code"},
	} {
		err := tc.scheme.CheckCode("150102", tc.level, tc.code)
		if tc.want == "" && err != nil || tc.want != "" && !fault.Is(err, tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
	if got := area.GuessScheme("150102", area.Grid, []string{"150102002003004"}); got != area.GBT {
		t.Errorf("15 digits in 150102: %s", got)
	}
	if got := area.GuessScheme("150102", area.Grid, []string{"150102002003004", "G1"}); got != area.Opaque {
		t.Errorf("mixed codes: %s", got)
	}
	mistyped := append(slices.Repeat([]string{"150102002003004"}, 9), "15010200200300")
	if got := area.GuessScheme("150102", area.Grid, mistyped); got != area.GBT {
		t.Errorf("one mistyped code of ten switches the checks off: %s", got)
	}
	if got := area.GuessScheme("BRI", area.Grid, nil); got != area.Opaque {
		t.Errorf("a district that is no number: %s", got)
	}
}

func TestChildrenBeginWithTheirParent(t *testing.T) {
	t.Parallel()
	grid := &area.Version{Level: area.Grid, Code: "150102002003004", Kind: area.Basic}
	if err := area.GBT.CheckParent(grid, "150102002003"); err != nil {
		t.Error(err)
	}
	if err := area.GBT.CheckParent(grid, "150102002004"); !fault.Is(err, "code_parent_mismatch") {
		t.Errorf("under another community: %v", err)
	}
	grid.Kind = area.Dedicated
	if err := area.GBT.CheckParent(grid, "150102002004"); err != nil {
		t.Errorf("a dedicated grid lies across communities: %v", err)
	}
}

func TestKindsAsFilesWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]area.Kind{"": area.Basic, "基础网格": area.Basic, " Dedicated ": area.Dedicated, "专属": area.Dedicated} {
		if got, err := area.ParseKind(text); err != nil || got != want {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
	if _, err := area.ParseKind("商圈"); !fault.Is(err, "unknown_kind") {
		t.Errorf("%v", err)
	}
}
