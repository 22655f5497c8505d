package httpapi_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// ringsOf are the rings of a GeoJSON geometry in lattice units, in order.
func ringsOf(c [][][][2]float64) (rings []string) {
	for _, polygon := range c {
		for _, r := range polygon {
			var ring geo.Ring
			for _, p := range r[:len(r)-1] {
				ring = append(ring, geo.Point{X: int32(math.Round(p[0] * geo.Scale)), Y: int32(math.Round(p[1] * geo.Scale))})
			}
			rings = append(rings, canonicalRing(ring))
		}
	}
	slices.Sort(rings)
	return rings
}

// ringsIn are the rings of an area, likewise.
func ringsIn(m geo.MultiPolygon) (rings []string) {
	for r := range m.Rings {
		rings = append(rings, canonicalRing(r))
	}
	slices.Sort(rings)
	return rings
}

// canonicalRing writes a ring from its least vertex on.
func canonicalRing(r geo.Ring) string {
	least := 0
	for i, p := range r {
		if p.Compare(r[least]) < 0 {
			least = i
		}
	}
	return fmt.Sprint(slices.Concat(r[least:], r[:least]))
}

func testBbox(o ogc) {
	rng := rand.New(rand.NewPCG(7, 8))
	covering := func(p geo.Point) (list []string) {
		for i, c := range o.cells {
			if c.Covers(p) {
				list = append(list, fmt.Sprintf("G%02d", i))
			}
		}
		return list
	}
	several := 0
	for i := range 60 {
		cell := o.cells[rng.IntN(len(o.cells))]
		p := cell.LabelPoint()
		if i%2 == 0 { // a vertex, where areas meet
			r := cell.Polygons()[0][0]
			p = r[rng.IntN(len(r))]
		}
		want := covering(p)
		if len(want) > 1 {
			several++
		}
		query := fmt.Sprintf("?kind=basic&bbox=%.7f,%.7f,%.7f,%.7f", p.Lon(), p.Lat(), p.Lon(), p.Lat())
		if i%3 == 0 {
			query = fmt.Sprintf("?kind=basic&bbox=%.7f,%.7f,-10,%.7f,%.7f,500", p.Lon(), p.Lat(), p.Lon(), p.Lat())
		}
		if f := o.items("grid", query); !slices.Equal(codes(f), want) || f.NumberMatched != len(want) {
			o.t.Errorf("%s: %v, want %v", query, codes(f), want)
		}
		alone := codes(o.items("grid", strings.Replace(query, "kind=basic&", "", 1)))
		if got := slices.DeleteFunc(alone, func(c string) bool { return c == "PARK" }); !slices.Equal(got, want) {
			o.t.Errorf("%s without the kind: %v, want %v", query, got, want)
		}
	}
	if several == 0 {
		o.t.Error("no point lay on a border: the test proves nothing")
	}
	b := geotest.Hohhot
	for query, want := range map[string]int{
		"?bbox=-180,-90,180,90":                                                                        37,
		"?bbox=-400,-400,400,90":                                                                       37,
		"?bbox=170,-90,-170,90":                                                                        0,
		fmt.Sprintf("?bbox=%.7f,-90,-170,90", b.Min.Lon()):                                             37,
		fmt.Sprintf("?bbox=%.7f,-90,180,90", b.Max.Lon()+0.0000001):                                    0,
		fmt.Sprintf("?bbox=%.7f,%.7f,%.7f,90", b.Max.Lon()+1, b.Min.Lat(), b.Min.Lon()):                o.items("grid", fmt.Sprintf("?bbox=-180,%.7f,%.7f,90", b.Min.Lat(), b.Min.Lon())).NumberMatched,
		fmt.Sprintf("?code=G14&bbox=%.7f,%.7f,%.7f,90", b.Min.Lon(), b.Max.Lat()+0.1, b.Max.Lon()+0.1): 0,
	} {
		if f := o.items("grid", query); f.NumberMatched != want {
			o.t.Errorf("%s: %d, want %d", query, f.NumberMatched, want)
		}
	}
}

func testDatetime(o ogc) {
	s := ogc{start(o.t, pgtest.Database(o.t)), o.t}
	s.load()
	for edition, from := range map[string]string{"2026-06": "2026-06-01", "2999-01": "2999-01-01"} {
		s.fill(edition)
		s.activate(edition, from)
	}
	s.eventually("the second edition", func() bool { return s.items("grid", "?code=G14").Features[0].Properties.Edition == "2026-06" })
	for datetime, want := range map[string]string{
		"2026-03-01": "2026-01", "2026-06-01": "2026-06", "2026-05-31": "2026-01", "2025-12-31": "",
		"2026-05-31T16:00:00Z": "2026-06", "2026-05-31T15:59:59Z": "2026-01", "2026-06-01T00:00:00+08:00": "2026-06", "2026-06-01t00:00:00.5+08:00": "2026-06",
		"2026-01-01/2026-05-31": "2026-01", "../2026-02-01": "2026-01", "/2026-02-01": "2026-01", "../2025-02-01": "",
		"2026-02-01/..": "2026-06", "2026-02-01/": "2026-06", "../..": "2026-06", "2026-02-01T00:00:00Z/2026-02-02": "2026-01",
		"3000-01-01": "2026-06", "2026-02-01/3000-01-01T00:00:00Z": "2026-06", "3000-01-01T00:00:00Z/..": "2026-06",
	} {
		f := s.items("grid", "?code=G14&datetime="+url.QueryEscape(datetime))
		got := ""
		if len(f.Features) == 1 {
			got = f.Features[0].Properties.Edition
			s.get("/ogc/collections/grid/items/"+f.Features[0].ID+"?datetime="+url.QueryEscape(datetime)).want(o.t, datetime, 200, "")
		}
		if got != want || f.NumberMatched != len(f.Features) {
			o.t.Errorf("%s: %q, want %q", datetime, got, want)
		}
	}
	if f := s.items("grid", "?code=G14&datetime=2026-06-01T00:00:00+08:00"); f.Features[0].Properties.Edition != "2026-06" {
		o.t.Errorf("a plus that was not escaped: %+v", f)
	}
	for _, bad := range []string{"", "x", "..", "/", "2026-13-01", "2026-02-01/2026-01-01", "2026-02-01T00:00:00", "2026-01-01/2026-02-01/2026-03-01", "0000-01-01", "2026-02-01T00:00:00Z/2026-01-30"} {
		s.refuses("/ogc/collections/grid/items?datetime=" + url.QueryEscape(bad))
	}
}

func testTransform(o ogc) {
	plain := o.items("grid", "?limit=10000")
	turned := o.items("grid", "?limit=10000&crs="+epsg4490)
	projected := o.items("grid", "?limit=10000&crs="+epsg4546)
	conn, err := pgx.Connect(o.t.Context(), o.url)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = conn.Close(o.t.Context()) }()
	var asked []string
	var got [][2]float64
	for i, f := range plain.Features {
		a, b, c := positions(f.Geometry.Coordinates), positions(turned.Features[i].Geometry.Coordinates), positions(projected.Features[i].Geometry.Coordinates)
		if len(a) != len(b) || len(a) != len(c) {
			o.t.Fatalf("%s has %d, %d, %d positions", f.Properties.Code, len(a), len(b), len(c))
		}
		for j := range a {
			if a[j] != [2]float64{b[j][1], b[j][0]} {
				o.t.Errorf("%v in EPSG:4490 is %v", a[j], b[j])
			}
			asked = append(asked, fmt.Sprintf("%.7f %.7f", a[j][0], a[j][1]))
			got = append(got, c[j])
		}
	}
	rows, err := conn.Query(o.t.Context(), `SELECT ST_Y(p), ST_X(p) FROM unnest($1::text[]) WITH ORDINALITY AS t(at, n), ST_Transform(ST_GeomFromText('POINT(' || at || ')', 4326), 4546) p ORDER BY n`, asked)
	if err != nil {
		o.t.Fatal(err)
	}
	i := 0
	for ; rows.Next(); i++ {
		var northing, easting float64
		if err := rows.Scan(&northing, &easting); err != nil {
			o.t.Fatal(err)
		}
		if math.Abs(northing-got[i][0]) > 0.001 || math.Abs(easting-got[i][1]) > 0.001 {
			o.t.Fatalf("%s: northing, easting %v, want %f, %f", asked[i], got[i], northing, easting)
		}
	}
	if rows.Err() != nil || i != len(got) {
		o.t.Fatalf("%d of %d: %v", i, len(got), rows.Err())
	}
	// 4.4 to 4.6 million metres north of the equator, about 60 km east of 111°E.
	if p := got[0]; p[0] < 4.4e6 || p[0] > 4.6e6 || p[1] < 5.4e5 || p[1] > 5.8e5 {
		o.t.Errorf("%v", p)
	}
	// What EPSG says of the axes, and another program of a position.
	for code, axes := range map[string][2]string{"EPSG:4490": {`geodetic latitude (Lat)",north`, `geodetic longitude (Lon)",east`}, "EPSG:4546": {`northing (X)",north`, `easting (Y)",east`}} {
		text := run(o.t, "gdalsrsinfo", "-o", "wkt2", code)
		first, second := strings.Index(text, axes[0]), strings.LastIndex(text, axes[1])
		if first < 0 || second < first {
			o.t.Errorf("%s: %s", code, text)
		}
	}
	var x, y, z float64
	lon, lat, _ := strings.Cut(asked[0], " ")
	if _, err := fmt.Sscan(run(o.t, "sh", "-c", "echo "+lon+" "+lat+" | gdaltransform -s_srs OGC:CRS84 -t_srs EPSG:4546"), &x, &y, &z); err != nil {
		o.t.Fatal(err)
	}
	if math.Abs(y-got[0][0]) > 0.01 || math.Abs(x-got[0][1]) > 0.01 {
		o.t.Errorf("GDAL says easting %f, northing %f; we say %v", x, y, got[0])
	}
}

// run runs a program of gdal-bin and returns what it prints.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil || strings.Contains(complaint.String(), "ERROR") {
		t.Fatalf("%s %v: %v %s %s", name, args, err, out, complaint.String())
	}
	return string(out)
}

func testBboxCrs(o ogc) {
	p := o.cells[14].LabelPoint()
	d := 0.0005
	w, s, e, n := p.Lon()-d, p.Lat()-d, p.Lon()+d, p.Lat()+d
	want := codes(o.items("grid", fmt.Sprintf("?bbox=%.7f,%.7f,%.7f,%.7f", w, s, e, n)))
	if len(want) == 0 || len(want) > 9 {
		o.t.Fatalf("%v", want)
	}
	if got := codes(o.items("grid", fmt.Sprintf("?bbox-crs=%s&bbox=%.7f,%.7f,%.7f,%.7f", epsg4490, s, w, n, e))); !slices.Equal(got, want) {
		o.t.Errorf("EPSG:4490: %v, want %v", got, want)
	}
	corner := [][2]float64{{w, s}, {e, n}}
	if err := o.store.ProjectTo(o.t.Context(), "EPSG:4546", corner); err != nil {
		o.t.Fatal(err)
	}
	if got := codes(o.items("grid", fmt.Sprintf("?bbox-crs=%s&bbox=%.3f,%.3f,%.3f,%.3f", epsg4546, corner[0][1], corner[0][0], corner[1][1], corner[1][0]))); !slices.Equal(got, want) {
		o.t.Errorf("EPSG:4546: %v, want %v", got, want)
	}
	o.refuses(fmt.Sprintf("/ogc/collections/grid/items?bbox-crs=%s&bbox=1,9,2,3", epsg4546), fmt.Sprintf("/ogc/collections/grid/items?bbox-crs=%s&bbox=1,1,1e300,1e300", epsg4546))
}

// TestOGCAccess: strangers get what is public, rounded; a key gets as much as a
// stranger, also where the service is closed; whoever signs in gets it exactly.
func TestOGCAccess(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "蒙S(2026)001号" })
	s.load()
	worker, key := s.user("worker", s.at(policy.Worker, "G00")), s.apiKey(s.at(policy.Key, "150102"), policy.AreaRead)
	narrow := s.apiKey(s.at(policy.Key, "150102"), policy.Locate)
	closed := ogc{start(t, s.url), t} // the same data, not public
	closed.closed()
	closedWorker, closedKey := &user{service: closed.service, secret: worker.secret}, &user{service: closed.service, key: key.key}
	const grids = "/ogc/collections/grid/items"
	var f httpapi.OGCFeatures
	if err := json.Unmarshal([]byte(worker.get(grids+"?code=G14").body), &f); err != nil {
		t.Fatal(err)
	}
	one := grids + "/" + f.Features[0].ID
	if got, want := ringsOf(f.Features[0].Geometry.Coordinates), ringsIn(s.cells[14].Polygons()); !slices.Equal(got, want) {
		t.Errorf("the worker gets %v, want %v", got, want)
	}
	for _, path := range []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/grid", grids, grids + "?limit=3", grids + "?crs=" + epsg4490, one} {
		for _, form := range []string{"json", "html"} {
			path := path + map[bool]string{true: "&f=", false: "?f="}[strings.Contains(path, "?")] + form
			stranger, own, program := s.get(path), worker.get(path), key.get(path)
			for who, a := range map[string]answer{"a stranger": stranger, "the worker": own, "a key": program} {
				if a.StatusCode != 200 || a.Header.Get("Cache-Control") != "private, no-cache" || !strings.Contains(a.Header.Get("Vary"), "Accept") {
					t.Errorf("%s, %s: %d %v %.200s", path, who, a.StatusCode, a.Header, a.body)
				}
			}
			if found := precise.FindString(stranger.body); found != "" {
				t.Errorf("%s: a stranger gets %s", path, found)
			}
			if form == "json" && strings.HasPrefix(path, grids) && (!precise.MatchString(own.body) || !precise.MatchString(program.body)) {
				t.Errorf("%s: the worker or the key gets it rounded", path)
			}
			if form == "html" && !strings.Contains(stranger.body, "蒙S(2026)001号") {
				t.Errorf("%s lacks the review number", path)
			}
			if strings.HasPrefix(path, grids) && stranger.Header.Get("ETag") == own.Header.Get("ETag") {
				t.Errorf("%s: one tag for both, %s", path, own.Header.Get("ETag"))
			}
			if again := worker.get(path, "If-None-Match", own.Header.Get("ETag")); again.StatusCode != 304 || again.body != "" {
				t.Errorf("%s again: %d", path, again.StatusCode)
			}
			if other := worker.get(path, "If-None-Match", stranger.Header.Get("ETag")); other.StatusCode != 200 {
				t.Errorf("%s with a stranger's tag: %d", path, other.StatusCode)
			}
			if form == "html" {
				if en := worker.get(path, "Accept-Language", "en", "If-None-Match", own.Header.Get("ETag")); en.StatusCode != 200 || !strings.Contains(en.body, `lang="en"`) {
					t.Errorf("%s in English: %d", path, en.StatusCode)
				}
				if refused := closed.get(path); refused.StatusCode != 401 || !strings.Contains(refused.body, "sign_in_needed") || refused.Header.Get("Content-Type") != "text/html; charset=utf-8" {
					t.Errorf("%s of a closed service: %d %s", path, refused.StatusCode, refused.body)
				}
				continue
			}
			closed.get(path).want(t, path, 401, "sign_in_needed")
			closed.get(path, "Authorization", "Bearer none").want(t, path, 401, "key_unknown")
			narrow.get(path).want(t, path, 403, "key_too_narrow")
			if a := closedKey.get(path); a.StatusCode != 200 || strings.HasPrefix(path, grids) && !precise.MatchString(a.body) {
				t.Errorf("%s for a key of a closed service: %d %.200s", path, a.StatusCode, a.body)
			}
			closedWorker.get(path).want(t, path, 200, "")
		}
	}
	// A stranger cannot feel for the hidden digits with boxes.
	r := s.cells[14].Polygons()[0][0]
	for _, p := range r {
		q := p.Round(100)
		exact, near := s.get(fmt.Sprintf("%s?bbox=%.7f,%.7f,%.7f,%.7f", grids, p.Lon(), p.Lat(), p.Lon(), p.Lat())), s.get(fmt.Sprintf("%s?bbox=%.7f,%.7f,%.7f,%.7f", grids, q.Lon(), q.Lat(), q.Lon(), q.Lat()))
		var a, b httpapi.OGCFeatures
		if json.Unmarshal([]byte(exact.body), &a) != nil || json.Unmarshal([]byte(near.body), &b) != nil || !slices.Equal(codes(a), codes(b)) {
			t.Errorf("a stranger learns %v at %v, and %v at %v", codes(a), p, codes(b), q)
		}
	}
}

// TestOGCAcrossDistricts: a page may end in one district and go on in the next;
// what was activated anew in between skips and repeats nothing.
func TestOGCAcrossDistricts(t *testing.T) {
	t.Parallel()
	o := ogc{loaded(t), t}
	b := geotest.Hohhot
	square := func(from, to int32) geo.Area {
		return geotest.Area(geo.MultiPolygon{{{{X: b.Max.X + from, Y: b.Min.Y}, {X: b.Max.X + to, Y: b.Min.Y}, {X: b.Max.X + to, Y: b.Max.Y}, {X: b.Max.X + from, Y: b.Max.Y}}}})
	}
	done, err := o.store.FillDraft(t.Context(), postgres.Fill{District: "150103", DistrictName: "<img src=x onerror=alert(1)>", Edition: "2026-01", Scheme: area.Opaque, Level: area.Grid, Commit: true,
		Areas: []postgres.FillArea{{Code: "G14", Name: "a&b/<i>?\"'", Kind: area.Basic, Ground: square(1000, 90_000), Source: "test#1"},
			{Code: "G15", Name: "B", Kind: area.Basic, Ground: square(90_000, 180_000), Source: "test#1"}}})
	if err != nil || !done.Committed {
		t.Fatalf("%v %+v", err, done)
	}
	o.activateIn("150103", "2026-01", "2026-02-01")
	o.eventually("the other district", func() bool { return len(o.items("district", "").Features) == 2 })
	turn := func(query string) (all []string) {
		f := o.items("grid", query)
		for {
			for _, one := range f.Features {
				all = append(all, one.Properties.District+one.Properties.Code)
			}
			if !hasNext(f.Links) || len(all) > 50 {
				return all
			}
			next := o.linked(f.Links, "next", "application/geo+json")
			f = httpapi.OGCFeatures{}
			o.read(next, &f)
		}
	}
	for _, limit := range []string{"?limit=2", "?limit=19", "?limit=38"} {
		if all := turn(limit); len(all) != 39 || !slices.IsSorted(all) || len(slices.Compact(all)) != 39 || all[38] != "150103G15" {
			t.Errorf("%s: %v", limit, all)
		}
	}
	if all, want := turn("?parent=SW&limit=4"), o.items("grid", "?parent=SW").NumberMatched; len(all) != want || want < 5 { // the last district has none
		t.Errorf("%v, want %d", all, want)
	}
	if f := o.items("grid", "?code=G14"); f.NumberMatched != 2 {
		t.Errorf("%v", codes(f))
	}
	if f := o.items("grid", "?code=G14&limit=1"); len(f.Features) != 1 || !hasNext(f.Links) {
		t.Errorf("%+v", f.Links)
	}
	if f := o.items("grid", "?district=150103"); f.NumberMatched != 2 || f.Features[0].Properties.Name != "a&b/<i>?\"'" {
		t.Errorf("%+v", f)
	}
	for _, path := range []string{"/ogc/collections/grid/items?district=150103", "/ogc/collections/district/items", "/ogc/collections/grid/items/" + o.items("grid", "?district=150103").Features[0].ID, "/api/v1/districts",
		"/api/v1/districts/150103/areas?level=grid", "/api/v1/areas/none%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "/ogc/%3Cimg%20src%3Dx%3E", "/ogc/collections/%3Cimg%20src%3Dx%3E", "/ogc?%3Cimg%20src%3Dx%3E=1"} {
		page := o.get(path, "Accept", "text/html").body
		if !strings.HasPrefix(page, "<!doctype html>") || strings.Contains(page, "<img") || strings.Contains(page, "<i>") {
			t.Errorf("%s: %s", path, page)
		}
	}
	if a := o.get("/ogc", "Host", "127.0.0.1:1"); a.StatusCode != 200 {
		t.Errorf("%d", a.StatusCode)
	}
}
