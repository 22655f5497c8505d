package locate_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
	"wangge/internal/locate"
)

// index is a district of 4×4 grids at Hohhot under two communities.
func index(tb testing.TB) *gridindex.Index {
	tb.Helper()
	p := geotest.NewPartition(rand.New(rand.NewPCG(1, 2)), 4, 4, 8, geotest.Hohhot)
	b := geotest.Hohhot
	whole := geotest.Area(geo.MultiPolygon{{{b.Min, {X: b.Max.X, Y: b.Min.Y}, b.Max, {X: b.Min.X, Y: b.Max.Y}}}})
	d := &area.Version{District: "150102", AreaID: uuid.New(), Level: area.District, Code: "150102", Name: "新城区", Kind: area.Basic, Ground: whole}
	c := &area.Version{District: "150102", AreaID: uuid.New(), Level: area.Community, Code: "150102002003", Name: "三角线社区", Kind: area.Basic, Parent: d.AreaID, Ground: whole}
	versions := []*area.Version{d, c}
	for i, a := range p.Areas() {
		versions = append(versions, &area.Version{District: "150102", AreaID: uuid.New(), Level: area.Grid,
			Code: fmt.Sprintf("150102002003%03d", i), Name: fmt.Sprintf("第%d网格", i), Kind: area.Basic, Parent: c.AreaID, Ground: a})
	}
	e, err := gridindex.NewEdition(versions, nil, gridindex.About{Name: "2026-01", ValidFrom: "2026-01-01", Activation: 7})
	if err != nil {
		tb.Fatal(err)
	}
	return gridindex.New(7, []*gridindex.Edition{e})
}

func inside(tb testing.TB, ix *gridindex.Index, code string) geo.Point {
	tb.Helper()
	a := ix.Edition("150102").Find(area.Grid, code)
	if a == nil {
		tb.Fatalf("no grid %s", code)
	}
	return a.Label
}

func TestOne(t *testing.T) {
	t.Parallel()
	ix := index(t)
	at := inside(t, ix, "150102002003005")
	a, err := locate.One(ix, locate.Query{Lon: at.Lon(), Lat: at.Lat(), CRS: geo.WGS84})
	if err != nil {
		t.Fatal(err)
	}
	if !a.Covered || a.Grid.Code != "150102002003005" || a.Community.Code != "150102002003" || a.Subdistrict != nil || a.District.Code != "150102" ||
		a.Generation != 7 || a.Edition.Generation != 7 || a.Border.DistanceM <= 0 || len(a.Border.Neighbours) == 0 {
		t.Errorf("answer %+v", a)
	}
	for i, code := range a.Border.Neighbours {
		n := ix.Edition("150102").Find(area.Grid, code)
		want := n.Name
		if n.Up.Code != a.Community.Code {
			want = n.Up.Name + n.Name
		}
		if a.Border.Names[i] != want {
			t.Errorf("%s is called %s, want %s", code, a.Border.Names[i], want)
		}
	}
	// The shape that callers rely on: every key is there, null or empty.
	raw, _ := json.Marshal(a)
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"subdistrict": "null", "compound": "null", "compounds": "[]", "dedicated_grids": "[]", "branch": "null", "workers": "[]", "covered": "true"} {
		if string(keys[key]) != want {
			t.Errorf("%s is %s, want %s", key, keys[key], want)
		}
	}
	if _, there := keys["nearest"]; there {
		t.Error("a covered point has a nearest grid")
	}

	far, err := locate.One(ix, locate.Query{Lon: 113, Lat: 41, CRS: geo.WGS84})
	if err != nil || far.Covered || far.Grid != nil || far.Nearest == nil || far.Nearest.DistanceM < 1000 || far.Edition != nil || far.Border != nil {
		t.Errorf("far away: %+v, %v", far, err)
	}
	_, err = locate.One(ix, locate.Query{Lon: at.Lat(), Lat: at.Lon(), CRS: geo.WGS84})
	if !fault.Is(err, "lat_lon_swapped") {
		t.Errorf("swapped: %v", err)
	}
	for name, q := range map[string]locate.Query{"not_finite": {Lon: math.NaN(), Lat: 1}, "out_of_range": {Lon: 640412, Lat: 3457455}} {
		if _, err := locate.One(ix, q); !fault.Is(err, name) {
			t.Errorf("%v: %v, want %s", q, err, name)
		}
	}
}

// The same place in any system has the same owner.
func TestOneInEverySystem(t *testing.T) {
	t.Parallel()
	ix := index(t)
	at := inside(t, ix, "150102002003009")
	for _, crs := range []geo.CRS{geo.WGS84, geo.CGCS2000, geo.GCJ02, geo.BD09} {
		lon, lat := crs.FromCGCS2000(at.Lon(), at.Lat())
		a, err := locate.One(ix, locate.Query{Lon: lon, Lat: lat, CRS: crs})
		if err != nil || !a.Covered || a.Grid.Code != "150102002003009" || math.Abs(a.Located[0]-at.Lon()) > 1e-7 || math.Abs(a.Located[1]-at.Lat()) > 1e-7 {
			t.Errorf("%s: %+v, %v", crs, a, err)
		}
	}
}

func TestParsePosition(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text     string
		lon, lat float64
		code     string
	}{
		{"111.6712,40.8301", 111.6712, 40.8301, ""},
		{" 111.6712 , 40.8301 ", 111.6712, 40.8301, ""},
		{"１１１．６７１２，４０．８３０１", 111.6712, 40.8301, ""},
		{"111.6712；40.8301", 111.6712, 40.8301, ""},
		{"111.6712 40.8301", 111.6712, 40.8301, ""},
		{"-2.58,51.46", -2.58, 51.46, ""},
		{"1e2,4E1", 100, 40, ""},
		{"111.6712", 0, 0, "bad_position"},
		{"1,2,3", 0, 0, "bad_position"},
		{"", 0, 0, "bad_position"},
		{"0x10,1", 0, 0, "bad_number"},
		{"NaN,1", 0, 0, "bad_number"},
		{"Inf,1", 0, 0, "bad_number"},
		{"1_0,1", 0, 0, "bad_number"},
		{"1e999,1", 0, 0, "not_finite"},
		{strings.Repeat("9", 500) + ",1", 0, 0, "bad_number"},
	} {
		lon, lat, err := locate.ParsePosition(tc.text)
		if tc.code != "" {
			if !fault.Is(err, tc.code) {
				t.Errorf("%q: %v, want %s", tc.text, err, tc.code)
			}
		} else if err != nil || lon != tc.lon || lat != tc.lat {
			t.Errorf("%q = %v, %v, %v", tc.text, lon, lat, err)
		}
	}
}

func FuzzPosition(f *testing.F) {
	f.Add("111.6712,40.8301")
	f.Add("１１１．６，４０")
	f.Add("-0,1e-400")
	f.Fuzz(func(t *testing.T, text string) {
		lon, lat, err := locate.ParsePosition(text)
		if err != nil {
			if _, ours := fault.As(err); !ours {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if math.IsNaN(lon) || math.IsInf(lon, 0) || math.IsNaN(lat) || math.IsInf(lat, 0) {
			t.Fatalf("%q gave %v, %v", text, lon, lat)
		}
	})
}

func TestCSV(t *testing.T) {
	t.Parallel()
	ix := index(t)
	at := inside(t, ix, "150102002003005")
	position := fmt.Sprintf("%.7f,%.7f", at.Lon(), at.Lat())
	for _, tc := range []struct {
		name, in, out string
		table         locate.Table
		tally         locate.Tally
		code          string
	}{
		{"keeps the columns and their order", "id,lon,lat,note\n1," + position + ",\"a,b\"\n", "id,lon,lat,note,district,subdistrict,community,grid,compound\n1," + position + ",\"a,b\",150102,,150102002003,150102002003005,\n",
			locate.Table{}, locate.Tally{Rows: 1, Covered: 1}, ""},
		{"a row that cannot be used keeps its place", "lon,lat\n\"\",\nx,1\n" + position + "\n999,1\n", "lon,lat,district,subdistrict,community,grid,compound\n,,,,,,\nx,1,,,,,\n" + position + ",150102,,150102002003,150102002003005,\n999,1,,,,,\n",
			locate.Table{}, locate.Tally{Rows: 4, Covered: 1, Blank: 1, Bad: 2, BadRows: []int64{2, 4}}, ""},
		{"outside is empty, not bad", "lon,lat\n10,10\n", "lon,lat,district,subdistrict,community,grid,compound\n10,10,,,,,\n", locate.Table{}, locate.Tally{Rows: 1, Outside: 1}, ""},
		{"swapped columns are counted", "lat,lon\n" + position + "\n", "", locate.Table{}, locate.Tally{Rows: 1, Swapped: 1, Bad: 1, BadRows: []int64{1}}, ""},
		{"Chinese headers and a BOM", "\xEF\xBB\xBF经度,纬度\n" + position + "\n", "经度,纬度,district,subdistrict,community,grid,compound\n" + position + ",150102,,150102002003,150102002003005,\n", locate.Table{}, locate.Tally{Rows: 1, Covered: 1}, ""},
		{"named columns", "b,a\n" + fmt.Sprintf("%.7f,%.7f", at.Lat(), at.Lon()) + "\n", "", locate.Table{LonColumn: "a", LatColumn: "b"}, locate.Tally{Rows: 1, Covered: 1}, ""},
		{"a short row", "id,lon,lat,note\n1," + position + "\n", "", locate.Table{}, locate.Tally{Rows: 1, Covered: 1}, ""},
		{"no such column", "a,b\n1,2\n", "", locate.Table{}, locate.Tally{}, "no_such_column"},
		{"empty", "", "", locate.Table{}, locate.Tally{}, "bad_csv"},
		{"an open quote", "lon,lat\n\"1,2\n", "", locate.Table{}, locate.Tally{}, "bad_csv"},
		{"a field of 100 MB", "lon,lat\n" + strings.Repeat("9", 3<<20) + ",1\n", "", locate.Table{}, locate.Tally{}, "row_too_long"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			tally, err := locate.CSV(func() *gridindex.Index { return ix }, strings.NewReader(tc.in), &out, tc.table)
			if tc.code != "" {
				if !fault.Is(err, tc.code) {
					t.Fatalf("%v, want %s", err, tc.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tc.out != "" && out.String() != tc.out {
				t.Errorf("wrote\n%swant\n%s", &out, tc.out)
			}
			if fmt.Sprint(tally) != fmt.Sprint(tc.tally) {
				t.Errorf("tally %+v, want %+v", tally, tc.tally)
			}
			rows, err := csv.NewReader(&out).ReadAll()
			if err != nil {
				t.Fatalf("the answer is not a table: %v", err)
			}
			if last := rows[len(rows)-1]; len(last) != len(rows[0]) {
				t.Errorf("columns %d, header %d", len(last), len(rows[0]))
			}
		})
	}
}

func TestNDJSON(t *testing.T) {
	t.Parallel()
	ix := index(t)
	at := inside(t, ix, "150102002003005")
	in := fmt.Sprintf("[%.7f,%.7f]\n\n{\"lon\":%.7f,\"lat\":%.7f,\"id\":1}\n[\"111\",40]\n{\"lon\":1}\n[1,2,3]\nnonsense\n[1e999,0]\n", at.Lon(), at.Lat(), at.Lon(), at.Lat())
	var out bytes.Buffer
	tally, err := locate.NDJSON(func() *gridindex.Index { return ix }, strings.NewReader(in), &out, geo.WGS84, 1, "zh")
	if err != nil || tally.Rows != 7 || tally.Covered != 2 || tally.Bad != 5 {
		t.Fatalf("%+v, %v", tally, err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 7 {
		t.Fatalf("%d lines for 7 questions", len(lines))
	}
	for i, line := range lines {
		var a struct {
			Grid  *locate.Unit
			Error *struct{ Code, Detail string }
		}
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		if (i < 2) != (a.Grid != nil) || (i >= 2) != (a.Error != nil && a.Error.Code != "" && a.Error.Detail != "") {
			t.Errorf("line %d: %s", i, line)
		}
	}
	if _, err := locate.NDJSON(func() *gridindex.Index { return ix }, strings.NewReader("["+strings.Repeat(" ", 2<<20)), io.Discard, geo.WGS84, 1, "zh"); !fault.Is(err, "row_too_long") {
		t.Errorf("a line of 2 MB: %v", err)
	}
}

// The table and the single answer agree at every point.
func TestCodesAgreeWithTheAnswer(t *testing.T) {
	t.Parallel()
	ix := index(t)
	rng := rand.New(rand.NewPCG(9, 9))
	b := geotest.Hohhot
	var kinds []bool
	for range 2_000 {
		p := geo.Point{X: b.Min.X - 100_000 + rng.Int32N(b.Max.X-b.Min.X+200_000), Y: b.Min.Y + rng.Int32N(b.Max.Y-b.Min.Y)}
		a, err := locate.One(ix, locate.Query{Lon: p.Lon(), Lat: p.Lat(), CRS: geo.CGCS2000})
		if err != nil {
			t.Fatal(err)
		}
		c := locate.CodesAt(ix, p)
		if a.Covered != (c.District != "") || a.Grid != nil && a.Grid.Code != c.Grid || a.Grid == nil && c.Grid != "" || a.Community != nil && a.Community.Code != c.Community {
			t.Errorf("%v: %+v, %+v", p, a, c)
		}
		kinds = append(kinds, a.Covered)
	}
	if !slices.Contains(kinds, true) || !slices.Contains(kinds, false) {
		t.Error("all points are of one kind")
	}
}
