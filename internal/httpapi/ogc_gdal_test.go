package httpapi_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// recorder stands before a service and notes what is asked of it.
type recorder struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func record(t *testing.T, s *service) *recorder {
	t.Helper()
	to, err := url.Parse(s.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	rec := &recorder{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec.mu.Lock()
		rec.asked = append(rec.asked, r.URL.RequestURI())
		rec.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(rec.Close)
	return rec
}

// since returns what was asked for since the last call.
func (r *recorder) since() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

// TestGDALReadsTheService: ogrinfo lists every collection, ogr2ogr reads each of
// them whole and exactly, and filters arrive at the service.
func TestGDALReadsTheService(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	worker, key := s.user("worker", s.at(policy.Worker, "G00")), s.apiKey(s.at(policy.Key, "150102"), policy.AreaRead)
	rec := record(t, s)
	source := "OAPIF:" + rec.URL + "/ogc"
	as := map[string][]string{ // what a worker's browser sends, and what a program does
		"the worker": {"--config", "GDAL_HTTP_HEADERS", "Cookie: wangge=" + string(worker.secret)},
		"a key":      {"--config", "GDAL_HTTP_HEADERS", "Authorization: Bearer " + string(key.key)},
	}
	list := run(t, "ogrinfo", append(as["a key"], source)...)
	for _, c := range collections {
		if !strings.Contains(list, ": "+c+" (") {
			t.Errorf("ogrinfo does not list %s:\n%s", c, list)
		}
	}
	table := func(who, collection string, args ...string) (rows []map[string]string) {
		t.Helper()
		text := run(t, "ogr2ogr", slices.Concat(as[who], []string{"-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "/vsistdout/", source, collection}, args)...)
		lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		for _, l := range lines[min(1, len(lines)):] {
			row := map[string]string{}
			for i, v := range l {
				row[lines[0][i]] = v
			}
			rows = append(rows, row)
		}
		return rows
	}
	_, versions, err := s.store.AreasOf(t.Context(), "150102", "2026-01")
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"the worker", "a key"} {
		for _, level := range area.Levels {
			want := map[string]*area.Version{}
			for _, v := range versions {
				if v.Level == level {
					want[v.Code] = v
				}
			}
			if len(want) == 0 {
				continue
			}
			rows := table(who, level.String())
			if len(rows) != len(want) {
				t.Errorf("%s: %s reads %d features, want %d", level, who, len(rows), len(want))
			}
			for _, row := range rows {
				v := want[row["code"]]
				delete(want, row["code"])
				if v == nil || row["id"] != v.AreaID.String() || row["name"] != v.Name || row["district"] != "150102" || row["edition"] != "2026-01" {
					t.Errorf("%s: %v", level, row)
					continue
				}
				if got, want := ringsOfWKT(t, row["WKT"]), ringsIn(v.Ground.Polygons()); !slices.Equal(got, want) {
					t.Errorf("%s %s for %s: %v, want %v", level, v.Code, who, got, want)
				}
			}
			if len(want) != 0 {
				t.Errorf("%s lacks %v", level, want)
			}
		}
	}
	if pages := len(rec.since()); pages < 10 {
		t.Errorf("%d requests: the pages were not turned", pages)
	}
	arrives := func(part string) {
		t.Helper()
		if asked := rec.since(); !slices.ContainsFunc(asked, func(a string) bool { return strings.Contains(a, "/items?") && strings.Contains(a, part) }) {
			t.Errorf("no request has %s: %v", part, asked)
		}
	}
	if rows := table("the worker", "grid", "-where", "code='G14'"); len(rows) != 1 || rows[0]["code"] != "G14" {
		t.Errorf("%v", rows)
	}
	arrives("code=G14")
	if rows := table("the worker", "grid", "-where", "parent='SW' AND kind='basic'"); len(rows) == 0 || slices.ContainsFunc(rows, func(r map[string]string) bool { return r["parent"] != "SW" }) {
		t.Errorf("%v", rows)
	}
	arrives("parent=SW")
	p := s.cells[14].LabelPoint()
	if rows := table("the worker", "grid", "-spat", fmt.Sprint(p.Lon()-0.0001), fmt.Sprint(p.Lat()-0.0001), fmt.Sprint(p.Lon()+0.0001), fmt.Sprint(p.Lat()+0.0001)); len(rows) != 1 || rows[0]["code"] != "G14" {
		t.Errorf("%v", rows)
	}
	arrives("bbox=111.")
}

// ringsOfWKT reads the rings of a multipolygon in lattice units.
func ringsOfWKT(t *testing.T, wkt string) (rings []string) {
	t.Helper()
	body, ok := strings.CutPrefix(wkt, "MULTIPOLYGON (")
	if !ok {
		t.Fatalf("%.60s", wkt)
	}
	for part := range strings.SplitSeq(strings.NewReplacer("(", "", "))", ")").Replace(body), ")") {
		part = strings.Trim(part, ", ")
		if part == "" {
			continue
		}
		var ring geo.Ring
		for at := range strings.SplitSeq(part, ",") {
			x, y, _ := strings.Cut(strings.TrimSpace(at), " ")
			lon, err1 := strconv.ParseFloat(x, 64)
			lat, err2 := strconv.ParseFloat(y, 64)
			p, err3 := geo.Snap(lon, lat)
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatalf("%q", at)
			}
			ring = append(ring, p)
		}
		rings = append(rings, canonicalRing(ring[:len(ring)-1]))
	}
	slices.Sort(rings)
	return rings
}
