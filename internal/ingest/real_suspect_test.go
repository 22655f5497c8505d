package ingest_test

import (
	"math"
	"slices"
	"testing"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/ingest"
)

// The outline of Xincheng as its publisher gives it is GCJ-02 by the name of
// WGS-84; Seoul of 2013 lies some 300 m off what came later. Both are named, and
// read again as proposed both fit.
func TestRealFilesUnderAWrongSystem(t *testing.T) {
	t.Parallel()
	read := func(t *testing.T, path string, known ingest.Known, opt ingest.Options) *ingest.Batch {
		t.Helper()
		b, err := ingest.Read(t.Context(), []string{path}, opt)
		if err == nil {
			err = b.Suspect(known, opt)
		}
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	named := func(t *testing.T, b *ingest.Batch, code string) *area.Finding {
		t.Helper()
		i := slices.IndexFunc(b.Findings, func(f area.Finding) bool { return f.Code == code })
		if i < 0 {
			t.Fatalf("no %s among %v", code, codesOf(b.Findings))
		}
		return &b.Findings[i]
	}
	t.Run("Xincheng", func(t *testing.T) {
		t.Parallel()
		right := geotest.GeoJSON(t, geotest.Shared(t, "xincheng/xincheng_boundary_datav_wgs84.geojson"), "name")
		path := geotest.Shared(t, "xincheng/xincheng_boundary_datav_GCJ02_ORIGINAL.geojson")
		known := ingest.Known{Edition: "2025", Outline: right[0].Area}
		opt := ingest.Options{Level: area.District, CodeField: "adcode"}
		f := named(t, read(t, path, known, opt), "gcj02_as_wgs84")
		if f.Mends[0].CRS != "gcj02" {
			t.Errorf("proposes %+v", f.Mends)
		}
		opt.Reference = ingest.Reference{CRS: geo.GCJ02}
		if left := read(t, path, known, opt).Findings; area.Refuses(left) {
			t.Errorf("read again: %v", codesOf(left))
		}
	})
	t.Run("Seoul", func(t *testing.T) {
		t.Parallel()
		path := geotest.Shared(t, "seoul/seoul_haengjeongdong_423_2013.geojson")
		known := ingest.Known{Edition: "2020"}
		const east, north = 241, -187
		for _, n := range geotest.GeoJSON(t, path, "code") {
			m := geo.MetresAt(n.Area.Box().Min)
			lon, lat := m.Degrees(east, north)
			var moved geo.MultiPolygon
			for _, polygon := range n.Area.Polygons() {
				var q geo.Polygon
				for _, r := range polygon {
					r = slices.Clone(r)
					for i := range r {
						r[i] = geo.Point{X: r[i].X + int32(lon*geo.Scale), Y: r[i].Y + int32(lat*geo.Scale)}
					}
					q = append(q, r)
				}
				moved = append(moved, q)
			}
			known.Areas = append(known.Areas, &area.Version{Level: area.Grid, Code: n.Name, Kind: area.Basic, Ground: geotest.Area(moved)})
		}
		opt := ingest.Options{Level: area.Grid, CodeField: "code"}
		f := named(t, read(t, path, known, opt), "datum_shift")
		if s := f.Mends[0].Shift; math.Hypot(s[0]-east, s[1]-north) > 5 {
			t.Errorf("proposes %v, the shift is %d m east and %d m north", s, east, north)
		}
		opt.Shift = f.Mends[0].Shift
		if left := read(t, path, known, opt).Findings; area.Refuses(left) {
			t.Errorf("read again: %v", codesOf(left))
		}
	})
}
