package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"wangge/internal/policy"
	"wangge/internal/postgres/pgtest"
	"wangge/internal/subject"
)

var update = flag.Bool("update", false, "write openapi.json from the code")

// document fetches the OpenAPI document, with its version left out.
func (s *service) document() []byte {
	s.tb.Helper()
	var d map[string]any
	s.json("/openapi.json", &d)
	delete(d["info"].(map[string]any), "version")
	d["info"].(map[string]any)["version"] = "0"
	text, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		s.tb.Fatal(err)
	}
	return append(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">")), '\n')
}

// TestOpenAPI keeps openapi.json, from which the web's types are made, equal
// to what the service says of itself.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	got := start(t, pgtest.Database(t)).document()
	if *update {
		if err := os.WriteFile("openapi.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.json is not what the service says of itself: run make types")
	}
}

// call is one request and what it is to be answered with.
type call struct {
	method, path, body string
	headers            []string
	status             int
	code               string
}

// subjectCalls are those of every kind of subject.
func subjectCalls() []call {
	asJSON := []string{"Content-Type", "application/json"}
	calls := []call{{"GET", "/api/v1/subjects", "", nil, 200, ""}, {"GET", "/api/v1/coverage", "", nil, 200, ""}, {"GET", "/api/v1/coverage?district=none", "", nil, 404, "no_such_district"},
		{"POST", "/api/v1/branches", `{"name":"第一网格党支部","area":{"code":"SW"},"fields":{"form":"grid_branch"},"areas":{"covers":[{"level":"grid","code":"G00"}]}}`, asJSON, 201, ""}}
	for _, k := range subject.Kinds {
		all, none := "/api/v1/"+k.Path, "/api/v1/"+k.Path+"/150102/none"
		seen := append([]string{"If-Match", `"1"`}, asJSON...)
		calls = append(calls, call{"GET", all + "?active=all&limit=2", "", nil, 200, ""}, call{"GET", all + "?limit=0", "", nil, 400, "bad_limit"},
			call{"GET", none, "", nil, 404, "no_such_subject"},
			call{"POST", all, `{"name":"","area":{"code":"SW"}}`, asJSON, 422, "subject_invalid"},
			call{"PUT", none, `{"name":"甲","area":{"code":"SW"}}`, seen, 404, "no_such_subject"},
			call{"POST", none + "/end", `{}`, seen, 404, "no_such_subject"}, call{"POST", none + "/confirm", "", []string{"If-Match", `"1"`}, 404, "no_such_subject"})
	}
	return calls
}

// TestAnswersFollowTheDocument calls every operation, well and badly, and
// holds each answer to the OpenAPI document.
func TestAnswersFollowTheDocument(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	s.fill("2026-02")
	doc, err := libopenapi.NewDocument(s.document())
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, errs := v.ValidateDocument(); !ok {
		t.Fatalf("the document itself: %v", errs)
	}
	at := s.cells[14].LabelPoint()
	point := fmt.Sprintf("lon=%.7f&lat=%.7f", at.Lon(), at.Lat())
	areas := "/api/v1/districts/150102/areas"
	const draft = "/api/v1/editions/150102/2026-02"
	upload := s.upload("grids.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"X1"},"geometry":{"type":"Polygon","coordinates":[[[111.6,40.8],[111.7,40.8],[111.7,40.9],[111.6,40.8]]]}}]}`)
	other := s.upload("nothing.txt", "x")
	job := s.importDone(`{"upload":"` + upload + `","level":"grid","edition":"2026-03"}`)
	jsonBody := []string{"Content-Type", "application/json", "If-Match", "current"}
	photoID, photoFile := newID(), snapshot(t, 1)
	called := map[string]bool{}
	const caseID = "0198f000-0000-7000-8000-000000000001"
	one, asJSON := "/api/v1/incidents/"+caseID, []string{"Content-Type", "application/json"}
	var admin, target *user
	for _, tc := range append(subjectCalls(), []call{
		{"GET", "/api/v1/locate?" + point, "", nil, 200, ""},
		{"GET", "/api/v1/locate?lon=100&lat=30", "", nil, 200, ""},
		{"GET", "/api/v1/locate?" + point + "&crs=gcj02&accuracy=500&at=2026-03-01&known_at=2199-01-01T00:00:00%2B08:00", "", nil, 200, ""},
		{"GET", "/api/v1/locate?" + point + "&at=2025-03-01", "", nil, 200, ""},
		{"GET", "/api/v1/locate?lon=x&lat=30", "", nil, 400, "bad_number"},
		{"POST", "/api/v1/locate/batch", fmt.Sprintf(`{"points":[[%.7f,%.7f],[1,2]]}`, at.Lon(), at.Lat()), []string{"Content-Type", "application/json"}, 200, ""},
		{"POST", "/api/v1/locate/batch", "lon,lat\n1,2\n", []string{"Content-Type", "text/csv"}, 200, ""},
		{"POST", "/api/v1/locate/batch", "[1,2]\n", []string{"Content-Type", "application/x-ndjson"}, 200, ""},
		{"POST", "/api/v1/locate/batch", "<a/>", []string{"Content-Type", "text/xml"}, 415, "unsupported_media_type"},
		{"GET", "/api/v1/coordinates?x=111.6712&y=40.8301", "", nil, 200, ""},
		{"GET", "/api/v1/coordinates?x=8.5&y=47.4&crs=bd09", "", nil, 200, ""},
		{"GET", "/api/v1/coordinates?x=111.6712&y=40.8301&crs=EPSG:1", "", nil, 400, "unknown_crs"},
		{"POST", "/api/v1/summaries", `{"polygon":{"type":"Polygon","coordinates":[[[111.6,40.8],[111.7,40.8],[111.7,40.9],[111.6,40.8]]]}}`, []string{"Content-Type", "application/json"}, 200, ""},
		{"POST", "/api/v1/summaries", `{"polygon":{"type":"Polygon","coordinates":[[[111.6,40.8],[111.7,40.9],[111.7,40.8],[111.6,40.9],[111.6,40.8]]]}}`, []string{"Content-Type", "application/json"}, 422, "ring_crosses"},
		{"POST", "/api/v1/incidents", `{"id":"` + caseID + `","lon":` + fmt.Sprintf("%.7f", at.Lon()) + `,"lat":` + fmt.Sprintf("%.7f", at.Lat()) + `,"kind":"event","category":"0112","description":"路面脏"}`, asJSON, 201, ""},
		{"POST", "/api/v1/incidents", `{"id":"` + caseID + `","description":"别的"}`, asJSON, 409, "case_id_taken"},
		{"POST", "/api/v1/incidents", `{"id":"none"}`, asJSON, 422, "case_id"},
		{"GET", "/api/v1/incidents?queue=open&limit=3", "", nil, 200, ""},
		{"GET", "/api/v1/incidents?status=lost", "", nil, 400, "bad_state"},
		{"GET", "/api/v1/incidents/summary", "", nil, 200, ""},
		{"GET", "/api/v1/incidents/words", "", nil, 200, ""},
		{"GET", "/api/v1/incidents/similar?" + point + "&kind=event&category=0112", "", nil, 200, ""},
		{"GET", "/api/v1/incidents/boundary-changes", "", nil, 200, ""},
		{"GET", "/api/v1/incidents/export", "", nil, 0, ""},
		{"GET", "/api/v1/incidents/export?format=pdf", "", nil, 400, "bad_format"},
		{"GET", one, "", nil, 200, ""},
		{"GET", "/api/v1/incidents/none", "", nil, 404, "no_such_incident"},
		{"GET", one + "/history", "", nil, 200, ""},
		{"GET", one + "/clock", "", nil, 200, ""},
		{"POST", one + "/inspect", "", append([]string{"If-Match", `"1"`}, asJSON...), 200, ""},
		{"POST", one + "/accept", `{"condition":"条件9"}`, append([]string{"If-Match", `"2"`}, asJSON...), 422, "case_condition"},
		{"POST", one + "/accept", `{"condition":"条件1"}`, append([]string{"If-Match", `"2"`}, asJSON...), 200, ""},
		{"POST", one + "/accept", `{}`, asJSON, 428, "if_match_missing"},
		{"POST", one + "/classify", `{"kind":"event","category":"0113","condition":"条件1"}`, append([]string{"If-Match", `"3"`}, asJSON...), 200, ""},
		{"GET", one + "/suggestion", "", nil, 200, ""},
		{"POST", one + "/supervise", `{"reason":"safety","level":1}`, append([]string{"If-Match", `"4"`}, asJSON...), 200, ""},
		{"POST", one + "/lift_supervision", `{}`, append([]string{"If-Match", `"5"`}, asJSON...), 200, ""},
		{"POST", one + "/suspend", `{"reason":"funds","until":"` + time.Now().AddDate(0, 1, 0).Format(time.RFC3339) + `"}`, append([]string{"If-Match", `"6"`}, asJSON...), 200, ""},
		{"POST", one + "/resume", `{}`, append([]string{"If-Match", `"7"`}, asJSON...), 200, ""},
		{"POST", one + "/defer", `{"reason":"season"}`, append([]string{"If-Match", `"8"`}, asJSON...), 422, "case_until"},
		{"POST", one + "/relocate", `{"reason":"wrong_place"}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_same_place"},
		{"POST", one + "/dispatch", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 422, "case_unit"},
		{"POST", one + "/dispatch", `{"unit":"` + caseID + `"}`, append([]string{"If-Match", `"8"`}, asJSON...), 422, "no_such_unit"},
		{"POST", one + "/dispatch", `{}`, append([]string{"If-Match", `"1"`}, asJSON...), 412, "stale_version"},
		{"POST", one + "/transfer", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/receive", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/return", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/handle", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/verify", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/rework", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/close", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/extend", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/grant_extension", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/refuse_extension", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/split", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/reopen", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/revisit", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/reject", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_wrong_state"},
		{"POST", one + "/merge", `{"parent":"` + caseID + `"}`, append([]string{"If-Match", `"8"`}, asJSON...), 409, "case_parent"},
		{"POST", one + "/force_close", `{}`, append([]string{"If-Match", `"8"`}, asJSON...), 422, "case_reason"},
		{"POST", one + "/undo", ``, append([]string{"If-Match", `"8"`}, asJSON...), 200, ""},
		{"POST", one + "/void", `{"reason":"test"}`, append([]string{"If-Match", `"9"`}, asJSON...), 200, ""},
		{"POST", one + "/reporter", `{"reason":"回电"}`, asJSON, 200, ""},
		{"POST", one + "/requests/" + caseID + "/confirmation", "", nil, 404, "no_such_request"},
		{"DELETE", one + "/requests/" + caseID, "", nil, 404, "no_such_request"},
		{"POST", "/api/v1/incidents/bulk", `{"action":"accept","items":[{"id":"` + caseID + `","version":1}],"condition":"条件1"}`, asJSON, 200, ""},
		{"POST", "/api/v1/incidents/bulk", `{"action":"close","items":[]}`, asJSON, 422, "invalid_body"},
		{"GET", "/api/v1/reports/AAAAA-AAAAA-AAAAA", "", nil, 404, "no_such_report"},
		{"GET", "/api/v1/events?after=soon", "", nil, 400, "bad_event_id"},
		{"GET", "/tiles/incident.json?open=true", "", nil, 200, ""},
		{"GET", "/tiles/incident/0/0/0.mvt?open=false", "", nil, 0, ""},
		{"GET", "/api/v1/districts", "", nil, 200, ""},
		{"GET", "/api/v1/districts?at=2020-01-01", "", nil, 200, ""},
		{"GET", areas + "?level=grid&limit=5", "", nil, 200, ""},
		{"GET", areas + "?level=compound", "", nil, 200, ""},
		{"GET", areas + "?level=grid&bbox=111.6,40.8,111.7,40.9", "", nil, 200, ""},
		{"GET", areas + "?level=street", "", nil, 400, "unknown_level"},
		{"GET", areas + "/district/150102", "", nil, 200, ""},
		{"GET", areas + "/community/SW", "", nil, 200, ""},
		{"GET", areas + "/grid/G14", "", nil, 200, ""},
		{"GET", areas + "/compound/C1", "", nil, 200, ""},
		{"GET", areas + "/grid/none", "", nil, 404, "no_such_area"},
		{"GET", areas + "/community/SW/children", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/ancestors", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/neighbours", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/geometry", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/history", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/history?known_at=2020-01-01", "", nil, 404, "no_such_area"},
		{"GET", areas + "/grid/none/history", "", nil, 404, "no_such_area"},
		{"GET", areas + "/grid/G14/successors", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/predecessors?at=2026-03-01", "", nil, 200, ""},
		{"GET", areas + "/grid/G14/successors?at=2020-01-01", "", nil, 404, "no_such_area"},
		{"GET", areas + "/grid/G14/successors?at=soon", "", nil, 400, "bad_date"},
		{"GET", "/api/v1/districts/150102/timeline", "", nil, 200, ""},
		{"GET", "/api/v1/districts/none/timeline", "", nil, 404, "no_such_district"},
		{"GET", draft + "/lineage?from=2026-02-01", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/2026-01/lineage", "", nil, 200, ""},
		{"GET", draft + "/lineage?from=soon", "", nil, 400, "bad_date"},
		{"GET", "/api/v1/areas/G14", "", nil, 200, ""},
		{"GET", "/api/v1/areas/none", "", nil, 404, "no_such_area"},
		{"GET", "/api/v1/areas?codes=G14,none,SW", "", nil, 200, ""},
		{"GET", "/api/v1/areas/geometry?codes=G14,none&level=grid", "", nil, 200, ""},
		{"GET", "/ogc", "", nil, 200, ""},
		{"GET", "/ogc?f=xml", "", nil, 400, "bad_format"},
		{"GET", "/ogc/conformance", "", nil, 200, ""},
		{"GET", "/ogc/api", "", nil, 0, ""},
		{"GET", "/ogc/collections", "", nil, 200, ""},
		{"GET", "/ogc/collections/grid", "", nil, 200, ""},
		{"GET", "/ogc/collections/street", "", nil, 404, "no_such_collection"},
		{"GET", "/ogc/collections/grid/items?limit=2&bbox=111.6,40.8,111.7,40.9", "", nil, 200, ""},
		{"GET", "/ogc/collections/grid/items?limit=0", "", nil, 400, "bad_limit"},
		{"GET", "/ogc/collections/grid/items/none", "", nil, 404, "no_such_feature"},
		{"GET", "/api/v1/search?q=G14&limit=3&near=111.6,40.8", "", nil, 200, ""},
		{"GET", "/api/v1/search?q=%E6%B2%A1%E6%9C%89&at=2026-03-01", "", nil, 200, ""},
		{"GET", "/api/v1/search?q=", "", nil, 400, "bad_query"},
		{"GET", "/api/v1/editions?limit=1", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/2026-01", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/none", "", nil, 404, "no_such_edition"},
		{"GET", "/api/v1/editions/150102/2026-01/findings?limit=3", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/2026-02/diff?against=2026-01", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/2026-01/export?level=grid", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/2026-01/export?level=compound", "", nil, 200, ""},
		{"GET", "/api/v1/editions/150102/2026-01/export?level=subdistrict", "", nil, 422, "empty_level"},
		{"POST", "/api/v1/uploads", "", nil, 201, ""},
		{"PUT", "/api/v1/uploads/" + other + "/files/b.kml", "<kml/>", []string{"Content-Type", "application/octet-stream"}, 200, ""},
		{"PUT", "/api/v1/uploads/none/files/b.kml", "<kml/>", []string{"Content-Type", "application/octet-stream"}, 404, "no_such_upload"},
		{"GET", "/api/v1/uploads/" + upload, "", nil, 200, ""},
		{"GET", "/api/v1/uploads/none", "", nil, 404, "no_such_upload"},
		{"DELETE", "/api/v1/uploads/" + other, "", nil, 0, ""},
		{"POST", "/api/v1/imports", `{"upload":"none","level":"grid"}`, []string{"Content-Type", "application/json"}, 404, "no_such_upload"},
		{"POST", "/api/v1/imports", `{"upload":"` + upload + `","level":"grid","edition":"2026-03"}`, []string{"Content-Type", "application/json"}, 202, ""},
		{"GET", "/api/v1/imports/" + job, "", nil, 200, ""},
		{"GET", "/api/v1/imports/" + job + "/tiles/10/829/384.mvt", "", nil, 0, ""},
		{"DELETE", "/api/v1/imports/" + job, "", nil, 200, ""},
		{"GET", "/api/v1/imports/none", "", nil, 404, "no_such_import"},
		{"POST", "/api/v1/editions", `{"name":"2026-04","base":"2026-01"}`, []string{"Content-Type", "application/json"}, 0, ""},
		{"POST", "/api/v1/editions", `{"name":"2026-04"}`, []string{"Content-Type", "application/json"}, 409, "edition_exists"},
		{"DELETE", "/api/v1/editions/150102/2026-01", "", []string{"If-Match", `"1"`}, 409, "edition_active"},
		{"GET", draft + "/borders?bbox=111.6,40.8,111.7,40.9", "", nil, 200, ""},
		{"GET", draft + "/tiles/grid/10/829/384.mvt", "", nil, 0, ""},
		{"GET", draft + "/mends", "", nil, 200, ""},
		{"POST", draft + "/mends", `{"kind":"snap","metres":0.01}`, jsonBody, 0, ""},
		{"POST", draft + "/mends", `{"kind":"snap","metres":100}`, jsonBody, 400, "bad_tolerance"},
		{"POST", draft + "/mends", `{"kind":"snap","metres":1}`, []string{"Content-Type", "application/json"}, 428, "if_match_missing"},
		{"POST", draft + "/undo", "", []string{"If-Match", "current"}, 409, "nothing_to_undo"},
		{"POST", draft + "/redo", "", []string{"If-Match", "current"}, 409, "nothing_to_undo"},
		{"PUT", draft + "/findings/999999999/waiver", `{"reason":"看过"}`, jsonBody, 404, "no_such_finding"},
		{"DELETE", draft + "/findings/999999999/waiver", "", []string{"If-Match", "current"}, 404, "no_such_finding"},
		{"GET", draft + "/report", "", nil, 200, ""},
		{"GET", draft + "/report?format=json", "", nil, 200, ""},
		{"GET", draft + "/report?format=geojson", "", nil, 200, ""},
		{"GET", draft + "/report?format=xml", "", nil, 0, ""},
		{"POST", "/api/v1/editions/150102/2026-02/check", "", nil, 200, ""},
		{"POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"2026-02-01"}`, []string{"Content-Type", "application/json"}, 428, "if_match_missing"},
		{"POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"2026-02-01"}`, []string{"Content-Type", "application/json", "If-Match", `"99"`}, 412, "stale_version"},
		{"POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"soon"}`, []string{"Content-Type", "application/json", "If-Match", `"1"`}, 0, ""},
		{"POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"2026-02-01","lineage":[{"level":"grid","kind":"merge","from":"G00","to":"none"}]}`, []string{"Content-Type", "application/json", "If-Match", "current"}, 422, "lineage_unfit"},
		{"POST", "/api/v1/editions/150102/2026-02/activations", `{"valid_from":"2026-02-01","lineage":[]}`, []string{"Content-Type", "application/json", "If-Match", "current"}, 201, ""},
		{"GET", "/tiles/grid.json", "", nil, 200, ""},
		{"GET", "/tiles/grid.json?at=2026-01-15", "", nil, 200, ""},
		{"GET", "/tiles/grid.json?at=soon", "", nil, 400, "bad_date"},
		{"GET", "/tiles/street.json", "", nil, 404, "no_such_layer"},
		{"GET", "/tiles/grid/13/6638/3074.mvt", "", nil, 0, ""},
		{"GET", "/tiles/grid/13/0/0.mvt", "", nil, 204, ""},
		{"GET", "/tiles/grid/x/0/0.mvt", "", nil, 400, "bad_tile"},
		{"GET", "/api/v1/base-maps", "", nil, 200, ""},
		{"GET", "/base-maps/none.pmtiles", "", nil, 404, "no_such_base_map"},
		{"POST", "/api/v1/photos", announce(photoID, photoFile, `,"taken":"2026-03-04T05:06:07+08:00","lon":111.6,"lat":40.8`), []string{"Content-Type", "application/json"}, 201, ""},
		{"POST", "/api/v1/photos", announce(photoID, snapshot(t, 2), ""), []string{"Content-Type", "application/json"}, 409, "photo_differs"},
		{"GET", photoPath(photoID) + "/upload", "", nil, 200, ""},
		{"PATCH", photoPath(photoID) + "/upload", string(photoFile), []string{"Content-Type", "application/offset+octet-stream", "Upload-Offset", "7"}, 409, "offset_differs"},
		{"PATCH", photoPath(photoID) + "/upload", string(photoFile), []string{"Content-Type", "application/offset+octet-stream", "Upload-Offset", "0"}, 200, ""},
		{"GET", photoPath(photoID), "", nil, 200, ""},
		{"GET", photoPath(photoID) + "/thumbnail", "", nil, 200, ""},
		{"GET", "/api/v1/photos/150102/none", "", nil, 404, "no_such_photo"},
		{"GET", "/api/v1/session", "", nil, 200, ""},
		{"POST", "/api/v1/session", `{"login":"nobody","password":"x"}`, []string{"Content-Type", "application/json"}, 401, "wrong_credentials"},
		{"DELETE", "/api/v1/session", "", nil, 204, ""},
		{"GET", "/api/v1/permissions?district=150102&area=SW", "", nil, 200, ""},
		{"GET", "/api/v1/sessions", "", nil, 409, "no_accounts_yet"},
		{"DELETE", "/api/v1/sessions", "", nil, 409, "no_accounts_yet"},
		{"DELETE", "/api/v1/sessions/none", "", nil, 409, "no_accounts_yet"},
		{"PUT", "/api/v1/password", `{"current":"x","new":"y"}`, []string{"Content-Type", "application/json"}, 409, "no_accounts_yet"},
		{"POST", "/api/v1/invitations/look", `{"token":"x"}`, []string{"Content-Type", "application/json"}, 404, "no_such_invitation"},
		{"POST", "/api/v1/invitations", `{"token":"x","password":"y"}`, []string{"Content-Type", "application/json"}, 404, "no_such_invitation"},
		{"GET", "/api/v1/units", "", nil, 200, ""},
		{"GET", "/api/v1/units?district=none", "", nil, 404, "no_such_district"},
		{"POST", "/api/v1/units", `{"name":"市政","kind":"department"}`, jsonBody[:2], 201, ""},
		{"POST", "/api/v1/units", `{"name":"三角线","kind":"territory"}`, jsonBody[:2], 422, "unit_area"},
		{"GET", "/api/v1/units/150102/none", "", nil, 404, "no_such_unit"},
		{"PUT", "/api/v1/units/150102/none", `{"name":"市政"}`, jsonBody, 404, "no_such_unit"},
		{"PUT", "/api/v1/units/150102/none/members", `{"people":[]}`, jsonBody, 404, "no_such_unit"},
		{"POST", "/api/v1/units/150102/none/disable", "", jsonBody[2:], 404, "no_such_unit"},
		{"POST", "/api/v1/units/150102/none/enable", "", jsonBody[2:], 404, "no_such_unit"},
		{"GET", "/api/v1/responsibilities", "", nil, 200, ""},
		{"POST", "/api/v1/responsibilities", `{"name":"甲","basis":"owner","codes":["01"],"unit":"` + uuid.Nil.String() + `"}`, jsonBody[:2], 422, "class_needs_kind"},
		{"PUT", "/api/v1/responsibilities/150102/none", `{"name":"甲","basis":"owner","unit":"` + uuid.Nil.String() + `"}`, jsonBody, 404, "no_such_rule"},
		{"DELETE", "/api/v1/responsibilities/150102/none", "", jsonBody[2:], 404, "no_such_rule"},
		{"GET", "/api/v1/responsibilities/suggestion?kind=event&code=0110&" + point, "", nil, 200, ""},
		{"GET", "/api/v1/responsibilities/suggestion?kind=rain&lon=111.6712&lat=40.8301", "", nil, 400, "unknown_kind"},
		{"GET", "/api/v1/activation-requests", "", nil, 200, ""},
		{"POST", draft + "/activations/none/confirmation", "", nil, 404, "no_such_request"},
		{"DELETE", draft + "/activations/none", "", nil, 404, "no_such_request"},
		{"GET", "/api/v1/audit", "", nil, 200, ""},
		{"GET", "/api/v1/audit?from=soon", "", nil, 422, "bad_date"},
		{"GET", "/api/v1/audit/verification", "", nil, 200, ""},
		{"GET", "/api/v1/audit/export", "", nil, 200, ""},
		{"GET", "/healthz", "", nil, 200, ""},
		{"GET", "/readyz", "", nil, 200, ""},
		{"SIGN", "IN", "", nil, 0, ""}, // from here on as an administrator; TARGET is somebody
		{"GET", "/api/v1/sessions", "", nil, 200, ""},
		{"GET", "/api/v1/people?text=a&status=active", "", nil, 200, ""},
		{"GET", "/api/v1/people?status=odd", "", nil, 400, "bad_status"},
		{"POST", "/api/v1/people", `{"name":"甲","login":"jia","posts":[{"role":"grid_worker","area":"G00"}]}`, nil, 201, ""},
		{"POST", "/api/v1/people", `{"name":"甲","login":"jia"}`, nil, 409, "login_taken"},
		{"POST", "/api/v1/people", `{"name":"甲","posts":[{"role":"grid_worker"}]}`, nil, 422, "area_missing"},
		{"GET", "/api/v1/people/import-template", "", nil, 200, ""},
		{"POST", "/api/v1/people/imports?name=a.csv", "姓名,岗位\n丙,国王\n丁,\n", []string{"Content-Type", "application/octet-stream"}, 200, ""},
		{"POST", "/api/v1/people/imports?name=a.doc", "x", []string{"Content-Type", "application/octet-stream"}, 415, "unsupported_format"},
		{"GET", "/api/v1/people/TARGET", "", nil, 200, ""},
		{"GET", "/api/v1/people/none", "", nil, 404, "no_such_person"},
		{"PUT", "/api/v1/people/TARGET", `{"name":"乙","login":"target","phone":"0471-1234567"}`, []string{"If-Match", `"1"`}, 200, ""},
		{"PUT", "/api/v1/people/TARGET", `{"name":"乙","login":"target"}`, []string{"If-Match", `"1"`}, 412, "stale_version"},
		{"PUT", "/api/v1/people/TARGET", `{"name":"乙","login":"target","phone":"call me"}`, []string{"If-Match", `"2"`}, 422, "bad_phone"},
		{"POST", "/api/v1/people/TARGET/invitations", "", nil, 201, ""},
		{"POST", "/api/v1/people/TARGET/posts", `{"role":"auditor"}`, []string{"If-Match", `"3"`}, 201, ""},
		{"POST", "/api/v1/people/TARGET/posts", `{"role":"auditor","area":"G00"}`, []string{"If-Match", `"4"`}, 422, "area_too_many"},
		{"DELETE", "/api/v1/people/TARGET/posts/none", "", []string{"If-Match", `"4"`}, 404, "no_such_post"},
		{"POST", "/api/v1/people/TARGET/disable", "", []string{"If-Match", `"4"`}, 200, ""},
		{"POST", "/api/v1/people/TARGET/enable", "", []string{"If-Match", `"5"`}, 200, ""},
		{"GET", "/api/v1/people/TARGET/history", "", nil, 200, ""},
		{"DELETE", "/api/v1/people/TARGET/sessions", "", nil, 204, ""},
		{"POST", "/api/v1/keys", `{"name":"热线","actions":["locate"],"until":"` + time.Now().AddDate(0, 1, 0).Format(time.DateOnly) + `"}`, nil, 201, ""},
		{"POST", "/api/v1/keys", `{"name":"热线","actions":["people.read"],"until":"2026-12-01"}`, nil, 422, "unknown_action"},
		{"GET", "/api/v1/keys", "", nil, 200, ""},
		{"DELETE", "/api/v1/keys/none", "", []string{"If-Match", `"1"`}, 404, "no_such_key"},
		{"GET", "/api/v1/categories?kind=component", "", nil, 403, "forbidden"},
		{"GET", "/api/v1/categories/editions", "", nil, 200, ""},
		{"GET", "/api/v1/categories/editions/none", "", nil, 404, "no_such_categories"},
		{"GET", "/api/v1/categories/editions/GB%2FT%2030428%20%E7%A4%BA%E6%84%8F", "", nil, 200, ""},
		{"GET", "/api/v1/categories/template", "", nil, 0, ""},
		{"POST", "/api/v1/categories/import?file=a.csv&name=a&valid_from=2026-01-01&order=gb30428", "code,name,kind,limit\n01,市容,事件,\n0101,私搭乱建,事件,5天\n", []string{"Content-Type", "application/octet-stream"}, 200, ""},
		{"POST", "/api/v1/categories/editions/none/activation", `{}`, nil, 404, "no_such_categories"},
		{"GET", "/api/v1/settings/cases", "", nil, 200, ""},
		{"PUT", "/api/v1/settings/cases", `{}`, []string{"If-Match", `"1"`}, 422, "invalid_body"},
		{"POST", "/api/v1/settings/cases/deadline", `{"limit":"4工作时","start":"2026-09-30T16:00:00+08:00"}`, nil, 200, ""},
		{"GET", "/api/v1/audit?result=done", "", nil, 200, ""},
		{"GET", "/api/v1/audit/verification", "", nil, 403, "forbidden"},
	}...) {
		if tc.method == "SIGN" {
			admin = s.user("admin", s.at(policy.SysAdmin, ""), s.at(policy.SecAdmin, ""))
			target = s.user("target")
			continue
		}
		if admin != nil {
			tc.path = strings.ReplaceAll(tc.path, "TARGET", target.id.String())
			tc.headers = append([]string{"Content-Type", "application/json", "Cookie", "wangge=" + string(admin.secret), "Sec-Fetch-Site", "same-origin"}, tc.headers...)
		}
		name := tc.method + " " + tc.path
		for i, h := range tc.headers {
			if h == "current" {
				tc.headers[i] = s.get("/api/v1/editions/150102/2026-02").Header.Get("ETag")
			}
		}
		a := s.do(tc.method, tc.path, tc.body, tc.headers...)
		if tc.status != 0 && (a.StatusCode != tc.status || a.code() != tc.code) {
			t.Errorf("%s: %d %q, want %d %q: %s", name, a.StatusCode, a.code(), tc.status, tc.code, a.body)
			continue
		}
		request, err := http.NewRequestWithContext(t.Context(), tc.method, s.http.URL+tc.path, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(tc.headers); i += 2 {
			request.Header.Set(tc.headers[i], tc.headers[i+1])
		}
		a.Body = http.NoBody
		if a.body != "" {
			a.Body = readCloser{strings.NewReader(a.body)}
		}
		form := strings.SplitN(a.Header.Get("Content-Type"), ";", 2)[0]
		if form == "application/json" || strings.HasSuffix(form, "+json") {
			if ok, errs := v.ValidateHttpResponse(request, a.Response); !ok {
				for _, e := range errs {
					t.Errorf("%s: %s: %s %v", name, e.Message, e.Reason, e.SchemaValidationErrors)
				}
			}
		}
		called[tc.method+" "+strings.SplitN(tc.path, "?", 2)[0]] = true
	}
	if s.log.String() != "" && strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("errors were logged:\n%s", s.log)
	}
	// Every operation of the document has been called.
	model, errModel := doc.BuildV3Model()
	if errModel != nil {
		t.Fatal(errModel)
	}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			found := false
			for c := range called {
				m, p, _ := strings.Cut(c, " ")
				if strings.EqualFold(m, method) && matches(path, p) {
					found = true
				}
			}
			if !found {
				t.Errorf("%s %s was never called", method, path)
			}
		}
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// matches reports whether a path fits a template of the document.
func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, part := range want {
		if strings.HasPrefix(part, "{") && !strings.HasPrefix(template, "/tiles") {
			continue
		}
		if part != got[i] && !strings.Contains(part, "{") {
			return false
		}
	}
	return true
}
