package postgres_test

import (
	"strings"
	"testing"
	"time"

	"wangge/internal/casesetting"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

func classes(tb testing.TB, name, limit string) *category.Edition {
	tb.Helper()
	rows, problems := category.ReadCSV(strings.NewReader(strings.Join(category.Heading, ",") + "\n01,市容,事件,,,,\n0101,私搭乱建,事件,,占道,,\"" + limit + "\"\n"))
	e, more := category.Build(category.About{Name: name, ValidFrom: "2026-01-01", Order: category.GB30428}, rows)
	if e == nil || len(problems) > 0 {
		tb.Fatal(problems, more)
	}
	return e
}

// An edition of the classes comes into force, stays as it is, and the shipped one
// is there before anything was written.
func TestClassesComeByEditionAndStay(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := open(t, url)
	fill(t, s, two("2026"))
	ctx := t.Context()
	conn := connect(t, url)
	var rows int
	current := func(want string) {
		t.Helper()
		if e, err := s.Categories(ctx, "D", ""); err != nil || e.Name != want {
			t.Errorf("current is %v, %v; want %s", e, err, want)
		}
	}
	shipped := category.Default().Name
	current(shipped)
	list, err := s.CategoryEditions(ctx, "D")
	if err != nil || len(list) != 1 || list[0].Name != shipped || !list[0].Current {
		t.Errorf("%+v, %v", list, err)
	}
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM category_edition`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("reading has written %d rows, %v", rows, err)
	}
	for _, refused := range []struct {
		err  error
		code string
	}{
		{s.AddCategories(ctx, "X", classes(t, "甲", "2日"), postgres.Write{}), "no_such_district"},
		{s.AddCategories(ctx, "D", classes(t, shipped, "2日"), postgres.Write{}), "categories_exist"},
		{s.PutCategoriesInForce(ctx, "D", "甲", time.Time{}, postgres.Write{}), "no_such_categories"},
		{s.AddCategories(ctx, "D", classes(t, "甲", "2日"), postgres.Write{}), ""},
		{s.AddCategories(ctx, "D", classes(t, "甲", "3日"), postgres.Write{}), "categories_exist"},
		{s.AddCategories(ctx, "D", classes(t, "乙", "现场围护 3急时→修复 8急时"), postgres.Write{}), ""},
	} {
		if refused.code == "" && refused.err != nil || refused.code != "" && !fault.Is(refused.err, refused.code) {
			t.Errorf("%v, want %q", refused.err, refused.code)
		}
	}
	current(shipped)
	for _, name := range []string{"甲", "乙"} {
		if err := s.PutCategoriesInForce(ctx, "D", name, time.Time{}, postgres.Write{}); err != nil {
			t.Fatal(err)
		}
		current(name)
	}
	if err := s.PutCategoriesInForce(ctx, "D", "甲", time.Time{}, postgres.Write{}); !fault.Is(err, "categories_in_force") {
		t.Error(err)
	}
	if e, err := s.Categories(ctx, "D", "乙"); err != nil || len(e.Minors[0].Conditions[0].Phases) != 2 || e.Minors[0].Conditions[0].Phases[1] != (category.Phase{Name: "修复", Limit: "8急时"}) {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err := s.Categories(ctx, "D", shipped); err != nil || len(e.Minors) != len(category.Default().Minors) {
		t.Errorf("the shipped edition: %v", err)
	}
	if err := s.AddCategories(ctx, "D", classes(t, "丙", "2日"), postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutCategoriesInForce(ctx, "D", "丙", time.Now().Add(time.Hour), postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	current("乙") // 丙 waits
	if list, err = s.CategoryEditions(ctx, "D"); err != nil || len(list) != 4 || list[0].Name != "丙" || !list[1].Current || list[3].Name != shipped {
		t.Errorf("%+v, %v", list, err)
	}
	for _, sql := range []string{`UPDATE category_edition SET content = '{}' WHERE edition = '甲'`, `DELETE FROM category_edition WHERE edition = '甲'`} {
		if _, err := conn.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "stays as it is") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// A setting is a row a version, and whoever has not seen the newest is refused.
func TestSettingsAreKeptByVersion(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	fill(t, s, two("2026"))
	ctx := t.Context()
	set, err := s.Setting(ctx, "D")
	if err != nil || set.Version != 1 || set.Duplicates.Metres != 50 {
		t.Fatalf("%+v, %v", set, err)
	}
	changed := set.Setting
	changed.UndoMinutes = 7
	if set, err = s.SaveSetting(ctx, "D", changed, postgres.Write{Version: 1}); err != nil || set.Version != 2 || set.UndoMinutes != 7 || set.By == "" {
		t.Fatalf("%+v, %v", set, err)
	}
	if _, err := s.SaveSetting(ctx, "D", changed, postgres.Write{Version: 1}); !fault.Is(err, "stale_version") {
		t.Error(err)
	}
	if _, err := s.SaveSetting(ctx, "X", changed, postgres.Write{}); !fault.Is(err, "no_such_district") {
		t.Error(err)
	}
	if _, err := s.SaveSetting(ctx, "D", casesetting.Setting{}, postgres.Write{}); !fault.Is(err, "calendar_invalid") {
		t.Error(err)
	}
	if again, err := s.Setting(ctx, "D"); err != nil || again.Version != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}
