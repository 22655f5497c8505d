package httpapi_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
)

// TestTilesShowWhatTheAPIShows asks for 500 tiles as each kind of caller: they
// name exactly the areas whose labels, as the API gives them to the same
// caller, lie in the tile, and draw nothing that the API does not list there.
func TestTilesShowWhatTheAPIShows(t *testing.T) {
	t.Parallel()
	s := startWith(t, pgtest.Database(t), func(c *httpapi.Config) { c.Public, c.Review = true, "蒙S(2026)001号" })
	s.load()
	bodies := map[string][]string{}
	for who, get := range map[string]func(path string, headers ...string) answer{
		"stranger": s.get,
		"worker":   s.user("worker", s.at(policy.Worker, "G00")).get,
		"planner":  s.user("planner", s.at(policy.Planner, "150102")).get,
		"key":      s.apiKey(s.at(policy.Planner, "150102"), policy.AreaRead).get,
	} {
		rng := rand.New(rand.NewPCG(7, 8))
		named, drawn := 0, 0
		for range 500 {
			level := []string{"subdistrict", "community", "grid", "grid"}[rng.IntN(4)]
			z := 9 + rng.IntN(9)
			lon, lat := 111.55+rng.Float64()*0.3, 40.78+rng.Float64()*0.22
			path := tileAt("/tiles/"+level+"/{z}/{x}/{y}.mvt", z, lon, lat)
			a := get(path)
			if a.StatusCode != http.StatusOK && a.StatusCode != http.StatusNoContent {
				t.Fatalf("%s: %s: %d %s", who, path, a.StatusCode, a.body)
			}
			bodies[who] = append(bodies[who], a.body)
			west, south, east, north := groundOf(path)
			wide := (east - west) / 64
			listed := map[string]httpapi.Area{}
			for _, a := range listAll(t, get, fmt.Sprintf("/api/v1/districts/150102/areas?level=%s&limit=1000&bbox=%.9f,%.9f,%.9f,%.9f", level, west-wide, south-wide, east+wide, north+wide)) {
				listed[a.Code] = a
			}
			layers, err := mvt.Unmarshal([]byte(a.body))
			if err != nil {
				t.Fatal(err)
			}
			labels := map[string]bool{}
			for _, l := range layers {
				for _, f := range l.Features {
					code := f.Properties["code"].(string)
					if listed[code].Name != f.Properties["name"] {
						t.Errorf("%s: %s: %s %q is drawn and not listed", who, path, code, f.Properties["name"])
					}
					drawn++
					if l.Name == level+"_label" {
						labels[code] = true
					}
				}
			}
			step := (east - west) / 4096
			for code, a := range listed {
				if inside := a.Label[0] > west+step && a.Label[0] < east-step && a.Label[1] > south+step && a.Label[1] < north-step; inside && !labels[code] {
					t.Errorf("%s: %s: %s is listed and not drawn", who, path, code)
				}
			}
			named += len(labels)
		}
		if named < 100 || drawn < 1000 {
			t.Errorf("%s: only %d names and %d shapes in 500 tiles: the test says little", who, named, drawn)
		}
	}
	same := 0
	for i := range bodies["worker"] {
		if bodies["worker"][i] != bodies["planner"][i] || bodies["worker"][i] != bodies["key"][i] {
			t.Errorf("tile %d: the worker, the planner and the key are shown %d, %d and %d bytes; a stranger %d", i, len(bodies["worker"][i]), len(bodies["planner"][i]), len(bodies["key"][i]), len(bodies["stranger"][i]))
		}
		if bodies["worker"][i] == bodies["stranger"][i] {
			same++
		}
	}
	if same > 450 {
		t.Errorf("%d of 500 tiles are the same for a stranger: nothing is rounded", same)
	}
}

func listAll(t *testing.T, get func(string, ...string) answer, path string) (all []httpapi.Area) {
	t.Helper()
	a := get(path)
	a.want(t, path, 200, "")
	var list httpapi.AreaList
	if err := json.Unmarshal([]byte(a.body), &list); err != nil {
		t.Fatal(err)
	}
	if list.Next != "" {
		t.Fatalf("%s: more than one page", path)
	}
	return list.Areas
}

// groundOf is the ground of the tile at a path, in degrees.
func groundOf(path string) (west, south, east, north float64) {
	var z, x, y int
	_, _ = fmt.Sscanf(path[strings.Index(path[7:], "/")+7:], "/%d/%d/%d.mvt", &z, &x, &y)
	n := math.Exp2(float64(z))
	lat := func(y int) float64 {
		return math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/n))) * 180 / math.Pi
	}
	return float64(x)/n*360 - 180, lat(y + 1), float64(x+1)/n*360 - 180, lat(y)
}

// TestTilesArePackedAndKept: gzip for those who read it, the same answer for
// the others, and one etag for both.
func TestTilesArePackedAndKept(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	path := tileAt("/tiles/grid/{z}/{x}/{y}.mvt", 11, 111.7, 40.89)
	plain := s.get(path, "Accept-Encoding", "identity")
	for range 2 {
		packed := s.get(path, "Accept-Encoding", "br, gzip;q=0.8")
		if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") == "" || len(packed.body) > len(plain.body)*3/4 {
			t.Errorf("%v, %d of %d bytes", packed.Header, len(packed.body), len(plain.body))
		}
		if unpack(t, packed.body) != plain.body {
			t.Error("packed it is another tile")
		}
		if packed.Header.Get("ETag") != plain.Header.Get("ETag") {
			t.Error("another etag")
		}
	}
	if a := s.get(path, "Accept-Encoding", "gzip;q=0"); a.Header.Get("Content-Encoding") != "" || a.body != plain.body {
		t.Error("gzip for somebody who refuses it")
	}
	list := s.get("/api/v1/districts/150102/areas?level=grid&limit=1000", "Accept-Encoding", "gzip")
	if list.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(unpack(t, list.body), "G14") {
		t.Errorf("a list is not packed: %v", list.Header)
	}
}

func unpack(t *testing.T, packed string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
