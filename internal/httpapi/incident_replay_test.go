package httpapi_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/geo/geotest"
	"wangge/internal/httpapi"
	"wangge/internal/ingest"
	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/upload"
)

// request is one row of a real table of requests, as it is reported again.
type request struct {
	id, place, said, address, owner string // place is a part of JSON, owner the district that the table names
	strange                         bool   // its times cannot be
}

// What stands in the tables (see TestRealRequestsAreKept):
//
//	New York   2,199 rows: 1,595 with a position, 2 of them in no community district; 604 without;
//	           156 were never closed; 1 was closed (in 1900) before it was made; all are some ten years old
//	Boston     100 rows, all with a position: 300 km from the districts that are in force
func requests(t *testing.T) (all []request) {
	t.Helper()
	for _, table := range []struct {
		file, id, lat, lon, opened, closed, owner string
		said                                      []string
	}{
		{"points/nyc_311_2011_2013.csv", "id", "lat", "lon", "created_at", "closed_at", "pip_cd", []string{"category", "descriptor", "agency"}},
		{"points/boston311-100.csv", "case_enquiry_id", "latitude", "longitude", "open_dt", "closed_dt", "", []string{"case_title", "reason", "type"}},
	} {
		f, err := os.Open(geotest.Shared(t, table.file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, name := range rows[0] {
			column[name] = i
		}
		for _, row := range rows[1:] {
			of := func(name string) string {
				if i, there := column[name]; there {
					return strings.TrimSpace(row[i])
				}
				return ""
			}
			r := request{id: of(table.id), owner: of(table.owner), address: of("location")}
			var said []string
			for _, name := range table.said {
				said = append(said, of(name))
			}
			r.said = fmt.Sprintf("%s [%s] 上报时间 %s", strings.Join(said, " · "), r.id, of(table.opened))
			if closed := of(table.closed); closed != "" {
				r.said += " 结束时间 " + closed
				r.strange = closed < of(table.opened)
			}
			if of(table.lat) != "" {
				r.place = fmt.Sprintf(`,"lon":%s,"lat":%s`, of(table.lon), of(table.lat))
			}
			all = append(all, r)
		}
	}
	return all
}

// TestRealRequestsAreKept reports what people once reported: each row becomes a
// case, those with a position that of the right area, those without one, or with
// one somewhere else, wait where the desk looks for them, and what they say of
// times bends no clock.
func TestRealRequestsAreKept(t *testing.T) {
	t.Parallel()
	all := requests(t)
	if len(all) != 2299 {
		t.Fatalf("%d rows", len(all))
	}
	if os.Getenv("WANGGE_ACCEPT") == "" {
		var some []request
		for i, r := range all {
			if i%20 == 0 || r.strange || r.place != "" && r.owner == "" && i < 2199 {
				some = append(some, r)
			}
		}
		all = some
	}
	url := pgtest.Database(t)
	s := start(t, url)
	s.newYork()
	desk := s.user("desk", postgres.NewPost{Role: policy.Dispatcher, District: "NYC", Area: s.root("NYC")})
	key := s.apiKey(postgres.NewPost{}, policy.CaseCreate)
	began := time.Now()
	next := make(chan request)
	var clients sync.WaitGroup
	var outside, without, right, other, strange atomic.Int64
	for range 8 {
		clients.Go(func() {
			for r := range next {
				words, _ := json.Marshal(r.said)
				address, _ := json.Marshal(r.address)
				a := key.do("POST", "/api/v1/incidents", fmt.Sprintf(`{"id":%q,"district":"NYC","description":%s,"address":%s%s}`, uuid.Must(uuid.NewV7()), words, address, r.place))
				var receipt httpapi.Receipt
				if json.Unmarshal([]byte(a.body), &receipt) != nil || a.StatusCode != http.StatusCreated {
					t.Errorf("%s: %d %s", r.id, a.StatusCode, a.body)
					continue
				}
				if r.strange {
					strange.Add(1)
				}
				switch {
				case r.place == "":
					without.Add(1)
				case len(receipt.Areas) < 2:
					outside.Add(1)
				case receipt.Areas[len(receipt.Areas)-1].Code == r.owner:
					right.Add(1)
				default:
					other.Add(1)
				}
			}
		})
	}
	for _, r := range all {
		next <- r
	}
	close(next)
	clients.Wait()
	if n := count(t, url, `SELECT count(*) FROM incident i WHERE `+wholeCase); n != len(all) {
		t.Errorf("%d whole cases of %d rows", n, len(all))
	}
	wrong := count(t, url, `SELECT count(*) FROM incident i WHERE x IS NOT NULL AND area_id IS DISTINCT FROM (SELECT area_id FROM area_version v
		WHERE v.district = 'NYC' AND v.level = 3 AND ST_Covers(v.lattice, ST_MakePoint(i.x, i.y)) ORDER BY priority, code LIMIT 1)`)
	bent := count(t, url, `SELECT count(*) FROM incident i JOIN deadline d USING (district, incident_id) WHERE i.reported_at < $1 OR d.due_at < $1 OR (d.clock->>'Start')::timestamptz < $1`, began.Add(-time.Minute))
	waiting := 0
	for cursor := ""; ; {
		var list httpapi.IncidentList
		a := desk.get("/api/v1/incidents?queue=open&located=false&limit=200" + cursor)
		if err := json.Unmarshal([]byte(a.body), &list); err != nil || a.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		waiting += len(list.Incidents)
		if list.Next == "" {
			break
		}
		cursor = "&cursor=" + list.Next
	}
	kept := desk.get("/api/v1/incidents?text=1900-01-01")
	if !strings.Contains(kept.body, "结束时间 1900-01-01T00:00:00") || strange.Load() != 1 {
		t.Errorf("the impossible time is not told in words: %d %.300s", kept.StatusCode, kept.body)
	}
	t.Logf("acceptance: %d real requests (New York, Boston): %d in the district that the table names, %d in another one where districts overlap, %d in none, %d without a position; %d wait for a place, %d differ from ST_Covers, %d with a bent clock",
		len(all), right.Load(), other.Load(), outside.Load(), without.Load(), waiting, wrong, bent)
	if waiting != int(outside.Load()+without.Load()) || wrong != 0 || bent != 0 || other.Load() > right.Load()/100 || right.Load() == 0 || without.Load() == 0 || outside.Load() < 2 {
		t.Errorf("%d wait for a place, %d of other areas, %d bent", waiting, wrong, bent)
	}
}

// newYork brings its community districts into force.
func (s *service) newYork() {
	s.tb.Helper()
	batch, err := ingest.Read(context.Background(), []string{geotest.Shared(s.tb, "nyc/nyc_community_districts_71.geojson")}, ingest.Options{Level: area.Community, CodeField: "BoroCD"})
	if err != nil {
		s.tb.Fatal(err)
	}
	fill := upload.Filling(postgres.Fill{District: "NYC", DistrictName: "New York", Edition: "2026", Scheme: area.Opaque, Coverage: area.Tolerant, Commit: true}, area.Community, batch)
	if done, err := s.store.FillDraft(s.tb.Context(), fill); err != nil || !done.Committed {
		s.tb.Fatalf("%v, %+v", err, done)
	}
	s.activateIn("NYC", "2026", "2026-01-01")
	s.eventually("the edition", func() bool {
		var d httpapi.DistrictList
		s.json("/api/v1/districts", &d)
		return len(d.Districts) == 1
	})
}

// root is the area that is the whole of a district.
func (s *service) root(district string) (id uuid.UUID) {
	s.tb.Helper()
	ids, err := s.store.AreaIDs(s.tb.Context(), district, district)
	if err != nil || len(ids) != 1 {
		s.tb.Fatalf("%v, %v", ids, err)
	}
	return ids[0]
}
