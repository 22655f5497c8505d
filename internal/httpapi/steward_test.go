package httpapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wangge/internal/geo"
	"wangge/internal/httpapi"
	"wangge/internal/postgres/pgtest"
)

// upload brings one file and returns the upload's id.
func (s *service) upload(name, content string) string {
	s.tb.Helper()
	var u httpapi.Upload
	if err := json.Unmarshal([]byte(s.do("POST", "/api/v1/uploads", "").body), &u); err != nil {
		s.tb.Fatal(err)
	}
	a := s.do("PUT", "/api/v1/uploads/"+u.ID+"/files/"+name, content, "Content-Type", "application/octet-stream")
	if a.StatusCode != http.StatusOK {
		s.tb.Fatalf("upload %s: %d %s", name, a.StatusCode, a.body)
	}
	return u.ID
}

// importDone begins an import, waits for its end and returns its id.
func (s *service) importDone(request string) string {
	s.tb.Helper()
	return s.importEnd(request).ID
}

func (s *service) importEnd(request string) (j httpapi.Import) {
	s.tb.Helper()
	a := s.do("POST", "/api/v1/imports", request, "Content-Type", "application/json")
	if a.StatusCode != http.StatusAccepted {
		s.tb.Fatalf("import %s: %d %s", request, a.StatusCode, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &j); err != nil {
		s.tb.Fatal(err)
	}
	s.eventually("the import", func() bool {
		j = httpapi.Import{}
		s.json("/api/v1/imports/"+j0(a.body), &j)
		return j.State == "done" || j.State == "failed" || j.State == "cancelled"
	})
	return j
}

func j0(body string) string {
	var j httpapi.Import
	_ = json.Unmarshal([]byte(body), &j)
	return j.ID
}

// change asks for a change of a draft at its present version.
func (s *service) change(method, path, body string) answer {
	s.tb.Helper()
	edition := strings.Join(strings.Split(path, "/")[:6], "/")
	return s.do(method, path, body, "Content-Type", "application/json", "If-Match", s.get(edition).Header.Get("ETag"))
}

func (s *service) findings(edition string) []httpapi.Finding {
	s.tb.Helper()
	var list struct{ Findings []httpapi.Finding }
	s.json("/api/v1/editions/150102/"+edition+"/findings?limit=1000", &list)
	return list.Findings
}

// street is six grids in two communities, as a steward has them: shared borders
// with some vertices between the corners. The last grid can be shifted by steps.
func street() (communities, grids map[string][][2]float64) {
	const x0, y0, w, h = 111.66, 40.82, 0.006, 0.005
	at := func(i, j float64) [2]float64 {
		bend := 0.0004 * math.Sin(3*i+5*j)
		return [2]float64{math.Round((x0+i*w+bend)*1e7) / 1e7, math.Round((y0+j*h+bend)*1e7) / 1e7}
	}
	side := func(i0, j0, i1, j1 float64) (line [][2]float64) {
		for k := range 4 {
			t := float64(k) / 4
			line = append(line, at(i0+t*(i1-i0), j0+t*(j1-j0)))
		}
		return line
	}
	// Corners in lattice order make a shared side come out the same on both sides.
	run := func(i0, j0, i1, j1 float64) [][2]float64 {
		if i0 > i1 || j0 > j1 {
			line := side(i1, j1, i0, j0)
			line = append(line[1:], at(i0, j0))
			slices.Reverse(line)
			return line
		}
		return side(i0, j0, i1, j1)
	}
	box := func(i0, j0, i1, j1 float64) (ring [][2]float64) {
		for i := i0; i < i1; i++ {
			ring = append(ring, run(i, j0, i+1, j0)...)
		}
		for j := j0; j < j1; j++ {
			ring = append(ring, run(i1, j, i1, j+1)...)
		}
		for i := i1; i > i0; i-- {
			ring = append(ring, run(i, j1, i-1, j1)...)
		}
		for j := j1; j > j0; j-- {
			ring = append(ring, run(i0, j, i0, j-1)...)
		}
		return ring
	}
	communities = map[string][][2]float64{"150102001001": box(0, 0, 3, 1), "150102001002": box(0, 1, 3, 2)}
	grids = map[string][][2]float64{}
	for k := range 6 {
		i, j := float64(k%3), float64(k/3)
		grids[fmt.Sprintf("150102001%03d%03d", 1+k/3, 1+k%3)] = box(i, j, i+1, j+1)
	}
	return communities, grids
}

func collection(areas map[string][][2]float64, word string) string {
	var features []string
	for code, ring := range areas {
		coordinates, _ := json.Marshal([][][2]float64{append(slices.Clone(ring), ring[0])})
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"%s%s"},"geometry":{"type":"Polygon","coordinates":%s}}`, code, word, code[len(code)-2:], coordinates))
	}
	slices.Sort(features)
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

// gbkShapefile writes areas as a zipped Shapefile with a GBK table, labelled WGS-84.
func gbkShapefile(tb testing.TB, areas map[string][][2]float64) string {
	tb.Helper()
	dir := tb.TempDir()
	source := filepath.Join(dir, "source.geojson")
	if err := os.WriteFile(source, []byte(collection(areas, "网格")), 0o600); err != nil {
		tb.Fatal(err)
	}
	if out, err := exec.Command("ogr2ogr", "-f", "ESRI Shapefile", filepath.Join(dir, "网格.shp"), source, "-lco", "ENCODING=GBK").CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, ext := range []string{".shp", ".shx", ".dbf", ".prj"} {
		content, err := os.ReadFile(filepath.Join(dir, "网格"+ext))
		if err != nil {
			tb.Fatal(err)
		}
		w, err := z.Create("网格" + ext)
		if err == nil {
			_, err = io.Copy(w, bytes.NewReader(content))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return packed.String()
}

// A steward brings a GBK Shapefile in the wrong coordinate system with a sliver
// and an overlap: it is named, read again, mended, and becomes the edition in
// force, with everything written down.
func TestAStewardMendsAFileAndActivatesIt(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	communities, grids := street()
	first := s.importEnd(fmt.Sprintf(`{"upload":%q,"level":"community","district":"150102","district_name":"新城区","edition":"2026-01","commit":true}`, s.upload("c.geojson", collection(communities, "社区"))))
	if !first.Committed {
		t.Fatalf("%+v", first)
	}
	if second := s.importEnd(fmt.Sprintf(`{"upload":%q,"level":"grid","edition":"2026-01","commit":true}`, s.upload("g.geojson", collection(grids, "网格")))); !second.Committed || second.Found != 0 {
		t.Fatalf("%+v", second)
	}
	if a := s.change("POST", "/api/v1/editions/150102/2026-01/activations", `{"valid_from":"2026-01-01"}`); a.StatusCode != http.StatusCreated {
		t.Fatal(a.body)
	}

	// The new file: shifted to GCJ-02, one corner drawn 3 cm off, one vertex 40 m into the neighbour.
	spoiled := map[string][][2]float64{}
	for code, ring := range grids {
		ring = slices.Clone(ring)
		for i, at := range ring {
			if code == "150102001001001" && at == grids["150102001001002"][0] {
				at[0] -= 3e-7
			}
			if code == "150102001002003" && i == 14 {
				at[0] -= 4e-4
			}
			x, y := geo.GCJ02.FromCGCS2000(at[0], at[1])
			ring[i] = [2]float64{x, y}
		}
		spoiled[code] = ring
	}
	id := s.upload("网格.zip", gbkShapefile(t, spoiled))
	var look httpapi.UploadLook
	s.json("/api/v1/uploads/"+id, &look)
	if look.Features != 6 || look.Level != "grid" || look.Code != "code" || look.Name != "name" || look.System != "WGS-84" || !strings.HasPrefix(look.Samples[0]["name"], "网格") {
		t.Fatalf("the look: %+v", look)
	}
	request := fmt.Sprintf(`{"upload":%q,"level":"grid","edition":"2026-02","base":"2026-01","whole":true,"keep_defects":true`, id)
	tried := s.importEnd(request + `,"commit":true}`)
	if !tried.Refused || tried.Committed || tried.Findings[0].Code != "gcj02_as_wgs84" || tried.Findings[0].Mends[0].CRS != "gcj02" {
		t.Fatalf("the mislabelled file: %+v", tried)
	}
	if a := s.get("/api/v1/imports/" + tried.ID + "/tiles/14/13271/6149.mvt"); a.StatusCode > 204 {
		t.Errorf("preview: %d %s", a.StatusCode, a.body)
	}
	kept := s.importEnd(request + `,"crs":"gcj02","commit":true}`)
	if kept.Refused || !kept.Committed {
		t.Fatalf("read again: %+v", kept)
	}
	found := s.findings("2026-02")
	of := func(code string) *httpapi.Finding {
		for i := range found {
			if strings.HasPrefix(found[i].Code, code) && found[i].Waived == "" {
				return &found[i]
			}
		}
		return nil
	}
	if of("overlap") == nil || of("sliver") == nil && of("t_junction") == nil {
		t.Fatalf("found %+v", found)
	}
	const draft = "/api/v1/editions/150102/2026-02"
	if a := s.change("POST", draft+"/activations", `{"valid_from":"2026-02-01"}`); a.StatusCode != http.StatusUnprocessableEntity || a.code() != "check_refuses" {
		t.Errorf("a draft with defects is activated: %d %s", a.StatusCode, a.body)
	}
	if a := s.change("PUT", fmt.Sprintf("%s/findings/%d/waiver", draft, of("overlap").ID), `{"reason":"看过"}`); a.code() != "not_waivable" {
		t.Errorf("an overlap in strict coverage is waived: %s", a.body)
	}
	for _, body := range []string{
		fmt.Sprintf(`{"kind":"assign","finding":%d,"area":"150102001001"}`, of("overlap").ID),
		fmt.Sprintf(`{"kind":"cut","finding":%d,"area":"150102001001001"}`, of("overlap").ID),
		fmt.Sprintf(`{"kind":"trim","finding":%d,"area":"150102001002003"}`, of("overlap").ID),
	} {
		if a := s.change("POST", draft+"/mends", body); a.code() != "mend_does_not_fit" {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.body)
		}
	}
	// Mend what is listed, largest first, as proposed.
	for range 12 {
		found = s.findings("2026-02")
		i := slices.IndexFunc(found, func(f httpapi.Finding) bool { return f.Severity == "error" })
		if i < 0 {
			break
		}
		f := found[i]
		m := f.Mends[0]
		body := fmt.Sprintf(`{"kind":%q,"finding":%d,"area":%q,"metres":%g}`, m.Kind, f.ID, m.Area, m.Metres)
		if a := s.change("POST", draft+"/mends", body); a.StatusCode != http.StatusOK {
			t.Fatalf("%s for %s: %d %s", body, f.Text, a.StatusCode, a.body)
		}
	}
	if left := s.findings("2026-02"); slices.ContainsFunc(left, func(f httpapi.Finding) bool { return f.Severity != "note" }) {
		t.Fatalf("left over: %+v", left)
	}
	// Undone and redone: the findings come back and go again.
	var mends struct{ Mends []httpapi.Mend }
	s.json(draft+"/mends", &mends)
	if first := mends.Mends[len(mends.Mends)-1]; first.Kind != "import" || !strings.Contains(first.Text, "网格.zip") || !strings.Contains(first.Text, "GCJ-02") {
		t.Errorf("what was read is not written down: %+v", first)
	}
	solved := 0
	for _, m := range mends.Mends {
		solved += len(m.Solved)
	}
	if solved < 2 {
		t.Errorf("the mends name %d findings that they put right", solved)
	}
	n := len(mends.Mends) - 1 // all but the import
	if n < 2 {
		t.Fatalf("%d mends were written down", n)
	}
	for range n {
		if a := s.change("POST", draft+"/undo", ""); a.StatusCode != http.StatusOK {
			t.Fatal(a.body)
		}
	}
	if got := len(s.findings("2026-02")); got != kept.Found {
		t.Errorf("after undoing all there are %d findings, there were %d", got, kept.Found)
	}
	if a := s.change("POST", draft+"/undo", ""); a.code() != "nothing_to_undo" {
		t.Error(a.body)
	}
	for range n {
		if a := s.change("POST", draft+"/redo", ""); a.StatusCode != http.StatusOK {
			t.Fatal(a.body)
		}
	}
	if a := s.do("POST", draft+"/mends", `{"kind":"snap","metres":1}`, "Content-Type", "application/json", "If-Match", `"1"`); a.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("a stale change: %d %s", a.StatusCode, a.body)
	}
	page := s.get(draft + "/report")
	for _, want := range []string{"边界质量报告", "新城区", "已作改动", "<svg", mends.Mends[0].Text, "解决：重叠", "读入 网格.zip"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if a := s.change("POST", draft+"/activations", `{"valid_from":"2026-02-01"}`); a.StatusCode != http.StatusCreated {
		t.Fatal(a.body)
	}
	if a := s.change("POST", draft+"/undo", ""); a.code() != "edition_active" {
		t.Errorf("an active edition is changed: %s", a.body)
	}
}

// Dragging, splitting and merging over HTTP: both sides follow, what would open
// a gap is refused and changes nothing.
func TestSharedBordersAreEdited(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	communities, grids := street()
	s.importEnd(fmt.Sprintf(`{"upload":%q,"level":"community","district":"150102","district_name":"新城区","edition":"d","commit":true}`, s.upload("c.geojson", collection(communities, "社区"))))
	s.importEnd(fmt.Sprintf(`{"upload":%q,"level":"grid","edition":"d","commit":true}`, s.upload("g.geojson", collection(grids, "网格"))))
	const draft = "/api/v1/editions/150102/d"
	mend := func(body string) answer { s.tb.Helper(); return s.change("POST", draft+"/mends", body) }
	clean := func() {
		t.Helper()
		for _, f := range s.findings("d") {
			t.Errorf("a finding: %s %v: %s", f.Code, f.Areas, f.Text)
		}
	}
	clean()
	corner := grids["150102001002002"][0] // of four grids and both communities
	if a := mend(fmt.Sprintf(`{"kind":"move","points":[[%.7f,%.7f],[%.7f,%.7f]]}`, corner[0], corner[1], corner[0]+5e-4, corner[1]+3e-4)); a.StatusCode != http.StatusOK {
		t.Fatal(a.body)
	}
	clean()
	var borders httpapi.Borders
	s.json(fmt.Sprintf("%s/borders?bbox=%.7f,%.7f,%.7f,%.7f", draft, corner[0], corner[1], corner[0]+1e-3, corner[1]+1e-3), &borders)
	have := 0
	for _, a := range borders.Areas {
		for _, ring := range a.Rings {
			for _, p := range ring {
				if math.Abs(p[0]-corner[0]-5e-4) < 1e-8 && math.Abs(p[1]-corner[1]-3e-4) < 1e-8 {
					have++
				}
			}
		}
	}
	if have != 6 { // four grids, two communities
		t.Errorf("the moved vertex belongs to %d areas, want 6", have)
	}
	before := s.get(draft).Header.Get("ETag")
	if a := mend(fmt.Sprintf(`{"kind":"move","points":[[%.7f,%.7f],[111.7,40.9]]}`, corner[0]+5e-4, corner[1]+3e-4)); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a vertex is dragged across others: %d %s", a.StatusCode, a.body)
	}
	if s.get(draft).Header.Get("ETag") != before {
		t.Error("a refused change changed the draft")
	}
	g := grids["150102001001001"]
	if a := mend(fmt.Sprintf(`{"kind":"split","level":"grid","area":"150102001001001","other":"150102001001009","name":"新网格","points":[[%.7f,%.7f],[%.7f,%.7f]]}`, g[0][0]-1e-3, 40.8225, g[4][0]+1e-3, 40.8223)); a.StatusCode != http.StatusOK {
		t.Fatal(a.body)
	}
	clean()
	if a := mend(`{"kind":"merge","level":"grid","area":"150102001001002","other":"150102001001001"}`); a.StatusCode != http.StatusOK {
		t.Fatal(a.body)
	}
	clean()
	if a := mend(`{"kind":"merge","level":"grid","area":"150102001001002","other":"150102001002003"}`); a.code() != "other_parent" {
		t.Error(a.body)
	}
	var e httpapi.Edition
	s.json(draft, &e)
	if last := e.Levels[len(e.Levels)-1]; last.Areas != 6 {
		t.Errorf("%d grids after a split and a merge", last.Areas)
	}
	for range 3 {
		if a := s.change("POST", draft+"/undo", ""); a.StatusCode != http.StatusOK {
			t.Fatal(a.body)
		}
	}
	clean()
	if a := s.change("POST", draft+"/activations", `{"valid_from":"2026-01-01"}`); a.StatusCode != http.StatusCreated {
		t.Fatal(a.body)
	}
}

// Two stewards drag the same border at once: one wins, the other is told what
// was changed, and the coverage stays whole in every round.
func TestTwoStewardsAtOneBorder(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	communities, grids := street()
	s.importEnd(fmt.Sprintf(`{"upload":%q,"level":"community","district":"150102","district_name":"新城区","edition":"d","commit":true}`, s.upload("c.geojson", collection(communities, "社区"))))
	s.importEnd(fmt.Sprintf(`{"upload":%q,"level":"grid","edition":"d","commit":true}`, s.upload("g.geojson", collection(grids, "网格"))))
	const draft = "/api/v1/editions/150102/d"
	at := grids["150102001002002"][0]
	first := at // both drag to places around it, whoever wins, so that the border does not wander off
	for round := range 25 {
		etag := s.get(draft).Header.Get("ETag")
		to := [][2]float64{{first[0] + 1e-4, first[1] + float64(round+1)*1e-6}, {first[0] - 1e-4, first[1] - float64(round+1)*1e-6}}
		answers := make([]answer, 2)
		var both sync.WaitGroup
		for i := range answers {
			both.Go(func() {
				answers[i] = s.do("POST", draft+"/mends", fmt.Sprintf(`{"kind":"move","points":[[%.7f,%.7f],[%.7f,%.7f]]}`, at[0], at[1], to[i][0], to[i][1]),
					"Content-Type", "application/json", "If-Match", etag)
			})
		}
		both.Wait()
		winner := slices.IndexFunc(answers, func(a answer) bool { return a.StatusCode == http.StatusOK })
		if winner < 0 {
			t.Fatalf("round %d: nobody wins: %s, %s", round, answers[0].body, answers[1].body)
		}
		loser := answers[1-winner]
		var p httpapi.Problem
		if err := json.Unmarshal([]byte(loser.body), &p); err != nil || loser.StatusCode != http.StatusPreconditionFailed || len(p.Errors) == 0 || !strings.Contains(p.Errors[0].Detail, "界点移动") {
			t.Fatalf("round %d: the loser hears %d %s", round, loser.StatusCode, loser.body)
		}
		at = [2]float64{math.Round(to[winner][0]*1e7) / 1e7, math.Round(to[winner][1]*1e7) / 1e7}
		if found := s.findings("d"); len(found) > 0 {
			t.Fatalf("round %d: %+v", round, found)
		}
	}
}
