package postgres_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

func TestPositionsGoIntoASystemAndComeBack(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	given := [][2]float64{{111.6712345, 40.8301234}, {111.55, 40.78}, {111.85, 41}}
	for _, system := range []struct {
		epsg int
		x, y float64 // where the first is, to the metre or the degree, as PROJ's own program says
	}{
		{4546, 556619, 4521925}, {4525, 37556619, 4521925}, {4508, 556619, 4521925}, {3857, 12431185, 4987317}, {32649, 556597, 4520116}, {4490, 112, 41}, {2433, 0, 0},
	} {
		name := "EPSG:" + strconv.Itoa(system.epsg)
		wkt, err := s.Definition(t.Context(), system.epsg)
		if err != nil || !strings.HasSuffix(wkt, `AUTHORITY["EPSG","`+strconv.Itoa(system.epsg)+`"]]`) {
			t.Errorf("%s is %q, %v", name, wkt, err)
		}
		for _, definition := range []string{name, wkt} {
			at := append([][2]float64{}, given...)
			if err := s.ProjectTo(t.Context(), definition, at); err != nil {
				t.Errorf("%.30s: %v", definition, err)
				continue
			}
			if system.x != 0 && (math.Round(at[0][0]) != system.x || math.Round(at[0][1]) != system.y) {
				t.Errorf("%.30s: the first is at %.3f, want about %v, %v", definition, at[0], system.x, system.y)
			}
			if err := s.Project(t.Context(), definition, at); err != nil {
				t.Errorf("%.30s, back: %v", definition, err)
			}
			for i := range at {
				if math.Abs(at[i][0]-given[i][0])+math.Abs(at[i][1]-given[i][1]) > 1e-8 {
					t.Errorf("%.30s: %v came back as %v", definition, given[i], at[i])
				}
			}
		}
	}
	far := append([][2]float64{{21, 0.5}}, given...) // a quarter of the Earth from the meridian
	if err := s.ProjectTo(t.Context(), "EPSG:4546", far); err != nil {
		t.Fatal(err)
	}
	for i, at := range far {
		if math.IsInf(at[0], 0) != (i == 0) {
			t.Errorf("position %d is at %v", i, at)
		}
	}
	for _, definition := range []string{"EPSG:999998", `PROJCS["nonsense"]`} {
		if err := s.ProjectTo(t.Context(), definition, [][2]float64{{111, 40}}); !fault.Is(err, "unknown_crs") {
			t.Errorf("%s: %v", definition, err)
		}
	}
	for _, epsg := range []int{999998, 102100} { // the second is Esri's
		if _, err := s.Definition(t.Context(), epsg); !fault.Is(err, "unknown_crs") {
			t.Errorf("%d: %v", epsg, err)
		}
	}
}

func TestTheAreasOfAnEdition(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.AreasOf(t.Context(), "", "A"); !fault.Is(err, "no_district") {
		t.Errorf("without any district: %v", err)
	}
	fill(t, s, two("A"))
	e, versions, err := s.AreasOf(t.Context(), "", "A") // a draft
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "A" || e.District != "D" || e.Status != area.Draft || len(versions) != 3 ||
		versions[0].Level != area.District || versions[1].Code != "E" || versions[2].Code != "W" || versions[1].Parent != versions[0].AreaID {
		t.Errorf("the draft %+v has %+v", e, versions)
	}
	if _, _, err := s.AreasOf(t.Context(), "D", "B"); !fault.Is(err, "no_such_edition") {
		t.Errorf("an edition that is not there: %v", err)
	}
	if _, _, err := s.Activate(t.Context(), "D", "A", day("2026-01-01"), postgres.Confirmation{}, postgres.Write{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.AreasOf(t.Context(), "D", "A"); err != nil {
		t.Error(err)
	}
	conn := connect(t, url)
	for _, sql := range []string{`ALTER TABLE area_version DISABLE TRIGGER area_version_frozen`, `UPDATE area_version SET name = 'x' WHERE code = 'W'`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.AreasOf(t.Context(), "D", "A"); !errors.Is(err, postgres.ErrTampered) {
		t.Errorf("what somebody wrote around the gate: %v", err)
	}
}
