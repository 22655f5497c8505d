package ingest_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
	"wangge/internal/postgres/pgtest"
)

// sheet is a file of grids that can be spoiled in one way.
type sheet struct {
	rng    *rand.Rand
	codes  []string
	areas  []geo.MultiPolygon
	crs    string // of the "crs" member; "" has none
	place  func(lon, lat float64) [2]float64
	places int // decimals
	known  ingest.Known
}

func newSheet(seed uint64) *sheet { return sheetOf(seed, 5, geotest.Hohhot) }

// sheetOf is a sheet of side × side grids in a box.
func sheetOf(seed uint64, side int, box geo.Box) *sheet {
	rng := rand.New(rand.NewPCG(seed, 12))
	p := geotest.NewPartition(rng, side, side, 8, box)
	p.Enclaves(rng)
	s := &sheet{rng: rng, places: 7, place: func(lon, lat float64) [2]float64 { return [2]float64{lon, lat} }}
	s.known.Edition, s.known.Whole = "2025-01", true
	for i, m := range p.Cells {
		code := fmt.Sprintf("150102001001%03d", i+1) // under a thousand
		s.codes, s.areas = append(s.codes, code), append(s.areas, m)
		s.known.Areas = append(s.known.Areas, &area.Version{Level: area.Grid, Code: code, Name: "格", Kind: area.Basic, Ground: geotest.Area(m)})
	}
	return s
}

// read writes the file and reads it.
func (s *sheet) read(tb testing.TB, opt ingest.Options) *ingest.Batch {
	tb.Helper()
	var features []string
	for i, m := range s.areas {
		var polygons [][][]json.RawMessage
		for _, polygon := range m {
			var rings [][]json.RawMessage
			for _, r := range polygon {
				var ring []json.RawMessage
				for k := range len(r) + 1 {
					at := s.place(r[k%len(r)].Lon(), r[k%len(r)].Lat())
					ring = append(ring, json.RawMessage(fmt.Sprintf("[%.*f,%.*f]", s.places, at[0], s.places, at[1])))
				}
				rings = append(rings, ring)
			}
			polygons = append(polygons, rings)
		}
		coordinates, err := json.Marshal(polygons)
		if err != nil {
			tb.Fatal(err)
		}
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q},"geometry":{"type":"MultiPolygon","coordinates":%s}}`, s.codes[i], coordinates))
	}
	crs := ""
	if s.crs != "" {
		crs = fmt.Sprintf(`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:%s"}},`, s.crs)
	}
	path := filepath.Join(tb.TempDir(), "grids.geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection",`+crs+`"features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		tb.Fatal(err)
	}
	b, err := ingest.Read(tb.Context(), []string{path}, opt)
	if err != nil {
		tb.Fatal(err)
	}
	if err := b.Suspect(s.known, opt); err != nil {
		tb.Fatal(err)
	}
	return b
}

// blocks is a box in which twelve grids a side are about 130 m wide.
var blocks = geo.Box{Min: geo.Point{X: 111_6500000, Y: 40_8200000}, Max: geo.Point{X: 111_6700000, Y: 40_8355000}}

// kruger projects to a Gauss-Krüger zone with PROJ.
func kruger(tb testing.TB, epsg int) func(lon, lat float64) [2]float64 {
	tb.Helper()
	store := pgtest.Store(tb)
	cache := map[[2]float64][2]float64{}
	return func(lon, lat float64) [2]float64 {
		at, done := cache[[2]float64{lon, lat}]
		if !done {
			positions := [][2]float64{{lon, lat}}
			if err := store.ProjectTo(tb.Context(), fmt.Sprintf("EPSG:%d", epsg), positions); err != nil {
				tb.Fatal(err)
			}
			at = positions[0]
			cache[[2]float64{lon, lat}] = at
		}
		return at
	}
}

// near projects by a plane that touches the projection in the middle of the
// sheet: good to some metres there, and quick.
func near(project func(lon, lat float64) [2]float64) func(lon, lat float64) [2]float64 {
	const lon0, lat0, d = 111.7, 40.89, 0.05
	o, e, n := project(lon0, lat0), project(lon0+d, lat0), project(lon0, lat0+d)
	return func(lon, lat float64) [2]float64 {
		u, v := (lon-lon0)/d, (lat-lat0)/d
		return [2]float64{o[0] + u*(e[0]-o[0]) + v*(n[0]-o[0]), o[1] + u*(e[1]-o[1]) + v*(n[1]-o[1])}
	}
}

// TestFortyMislabelledFilesAreNamed spoils forty clean files in each of the ways
// that files are commonly wrong. Each is named with its remedy, reading it again
// as proposed finds nothing, and clean files raise no alarm.
func TestFortyMislabelledFilesAreNamed(t *testing.T) {
	t.Parallel()
	const files = 40
	opt := projecting(t, ingest.Options{Level: area.Grid})
	to4546, to4525 := near(kruger(t, 4546)), near(kruger(t, 4525))
	shifted := func(crs geo.CRS) func(s *sheet) {
		return func(s *sheet) {
			s.places = 9
			s.place = func(lon, lat float64) [2]float64 {
				x, y := crs.FromCGCS2000(lon, lat)
				return [2]float64{x, y}
			}
		}
	}
	outlineOnly := func(s *sheet) {
		box := s.known.Areas[0].Ground.Box()
		for _, v := range s.known.Areas {
			box = box.Union(v.Ground.Box())
		}
		s.known.Areas = nil
		s.known.Outline = geotest.Area(geo.MultiPolygon{{{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max, {X: box.Min.X, Y: box.Max.Y}}}})
	}
	for name, tc := range map[string]struct {
		code   string
		remedy func(area.Mend) bool
		spoil  func(s *sheet)
	}{
		"clean":                 {"", nil, func(*sheet) {}},
		"clean, outline alone":  {"", nil, outlineOnly},
		"clean, nothing known":  {"", nil, func(s *sheet) { s.known = ingest.Known{} }},
		"clean, projected":      {"", nil, func(s *sheet) { s.crs, s.place = "EPSG::4546", to4546 }},
		"clean, with zone":      {"", nil, func(s *sheet) { s.crs, s.place = "EPSG::4525", to4525 }},
		"GCJ-02 as WGS-84":      {"gcj02_as_wgs84", func(m area.Mend) bool { return m.CRS == "gcj02" }, shifted(geo.GCJ02)},
		"GCJ-02, outline alone": {"gcj02_as_wgs84", func(m area.Mend) bool { return m.CRS == "gcj02" }, func(s *sheet) { outlineOnly(s); shifted(geo.GCJ02)(s) }},
		"BD-09 as WGS-84":       {"bd09_as_wgs84", func(m area.Mend) bool { return m.CRS == "bd09" }, shifted(geo.BD09)},
		"BD-09, outline alone":  {"bd09_as_wgs84", func(m area.Mend) bool { return m.CRS == "bd09" }, func(s *sheet) { outlineOnly(s); shifted(geo.BD09)(s) }},
		"4546 labelled 4549":    {"wrong_meridian", func(m area.Mend) bool { return m.CRS == "EPSG:4546" }, func(s *sheet) { s.crs, s.place = "EPSG::4549", to4546 }},
		"4549 where 4546 belongs": {"wrong_meridian", func(m area.Mend) bool { return m.CRS == "EPSG:4546" }, func(s *sheet) {
			s.known = ingest.Known{}
			s.crs, s.place = "EPSG::4549", near(kruger(t, 4549))
		}},
		"zone prefix missing":    {"zone_prefix", func(m area.Mend) bool { return m.CRS == "EPSG:4546" }, func(s *sheet) { s.crs, s.place = "EPSG::4525", to4546 }},
		"zone prefix too many":   {"zone_prefix", func(m area.Mend) bool { return m.CRS == "EPSG:4525" }, func(s *sheet) { s.crs, s.place = "EPSG::4546", to4525 }},
		"metres without a label": {"projected_as_degrees", func(m area.Mend) bool { return m.CRS == "EPSG:4525" }, func(s *sheet) { s.place = to4525 }},
		"axes swapped": {"axes_swapped", func(m area.Mend) bool { return m.Swap }, func(s *sheet) {
			s.place = func(lon, lat float64) [2]float64 { return [2]float64{lat, lon} }
		}},
		"northing first": {"axes_swapped", func(m area.Mend) bool { return m.Swap }, func(s *sheet) {
			s.crs = "EPSG::4546"
			s.place = func(lon, lat float64) [2]float64 { at := to4546(lon, lat); return [2]float64{at[1], at[0]} }
		}},
		"a datum shift": {"datum_shift", func(m area.Mend) bool { return math.Hypot(m.Shift[0], m.Shift[1]) > 100 }, func(s *sheet) {
			east, north := geo.MetresAt(geotest.Hohhot.Min).Degrees(150+200*s.rng.Float64(), -100-250*s.rng.Float64())
			s.place = func(lon, lat float64) [2]float64 { return [2]float64{lon + east, lat + north} }
		}},
		"GCJ-02 in grids of 130 m": {"gcj02_as_wgs84", func(m area.Mend) bool { return m.CRS == "gcj02" }, func(s *sheet) {
			*s = *sheetOf(s.rng.Uint64(), 12, blocks)
			shifted(geo.GCJ02)(s)
		}},
		"a shift of grids of 130 m": {"datum_shift", func(m area.Mend) bool { return math.Hypot(m.Shift[0], m.Shift[1]) > 100 }, func(s *sheet) {
			*s = *sheetOf(s.rng.Uint64(), 12, blocks)
			east, north := geo.MetresAt(blocks.Min).Degrees(130+100*s.rng.Float64(), -130-100*s.rng.Float64())
			s.place = func(lon, lat float64) [2]float64 { return [2]float64{lon + east, lat + north} }
		}},
		"a part of the grids": {"", nil, func(s *sheet) { s.known.Whole = false; s.codes, s.areas = s.codes[:15], s.areas[:15] }},
		"redrawn by a third": {"", nil, func(s *sheet) {
			redrawn := sheetOf(s.rng.Uint64(), 5, geotest.Hohhot)
			for i := range s.areas {
				if i%5 < 2 { // two columns of five, drawn anew
					s.areas[i] = redrawn.areas[i]
				}
			}
		}},
		"rounded to 11 m": {"coordinates_rounded", nil, func(s *sheet) { s.places = 4; s.known = ingest.Known{} }},
		"old boundaries": {"old_boundaries", nil, func(s *sheet) {
			first := s.codes[0]
			s.codes = append(slices.Clone(s.codes[1:]), first) // every code stands on its neighbour's ground
		}},
		"one code elsewhere": {"code_elsewhere", nil, func(s *sheet) {
			i := s.rng.IntN(len(s.codes) - 2)
			s.codes[i], s.codes[i+1], s.codes[i+2] = s.codes[i+1], s.codes[i+2], s.codes[i]
		}},
		"two codes swapped": {"codes_swapped", nil, func(s *sheet) {
			i := s.rng.IntN(len(s.codes) - 1)
			j := (i + 1 + s.rng.IntN(len(s.codes)-1)) % len(s.codes)
			s.codes[i], s.codes[j] = s.codes[j], s.codes[i]
		}},
		"one grid missing": {"area_missing", nil, func(s *sheet) {
			i := s.rng.IntN(len(s.codes))
			s.codes, s.areas = slices.Delete(s.codes, i, i+1), slices.Delete(s.areas, i, i+1)
		}},
		"a code twice": {"duplicate_code", nil, func(s *sheet) { s.codes[3] = s.codes[7] }},
		"full-width digits": {"confusable_codes", nil, func(s *sheet) {
			s.known = ingest.Known{}
			s.codes[4] = strings.Map(func(r rune) rune { return r + '０' - '0' }, s.codes[9])
		}},
		"a code that begins another": {"prefix_codes", nil, func(s *sheet) { s.known = ingest.Known{}; s.codes[4] = s.codes[9][:12] }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(files) {
				s := newSheet(seed)
				tc.spoil(s)
				b := s.read(t, opt)
				i := slices.IndexFunc(b.Findings, func(f area.Finding) bool { return f.Code == tc.code })
				if tc.code == "" {
					for _, f := range b.Findings {
						if f.Severity != area.Note {
							t.Fatalf("file %d: a false alarm: %s: %s", seed, f.Code, f.EN)
						}
					}
					continue
				}
				if i < 0 {
					t.Fatalf("file %d: no %s among %v", seed, tc.code, codesOf(b.Findings))
				}
				f := b.Findings[i]
				if strings.Contains(f.ZH+f.EN, "%!") || f.ZH == "" || f.EN == "" {
					t.Fatalf("file %d: badly worded: %s / %s", seed, f.ZH, f.EN)
				}
				if tc.remedy == nil {
					continue
				}
				if len(f.Mends) != 1 || !tc.remedy(f.Mends[0]) {
					t.Fatalf("file %d: %s proposes %+v", seed, f.Code, f.Mends)
				}
				again, m := opt, f.Mends[0]
				if m.CRS != "" {
					var err error
					if again.Reference, err = ingest.ParseReference(m.CRS); err != nil {
						t.Fatal(err)
					}
				}
				again.Swap, again.Shift = m.Swap, m.Shift
				if name == "4549 where 4546 belongs" {
					continue // the numbers are right in 4549; only the choice of system is questioned
				}
				for _, f := range s.read(t, again).Findings {
					if f.Severity != area.Note {
						t.Fatalf("file %d: read again as proposed it still has %s: %s", seed, f.Code, f.EN)
					}
				}
			}
		})
	}
}

func codesOf(findings []area.Finding) (codes []string) {
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	return codes
}
