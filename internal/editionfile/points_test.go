package editionfile_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// TestTheIndexAgreesWithTheGoldenVectors builds the index from the decoded file
// and asks it about every row.
func TestTheIndexAgreesWithTheGoldenVectors(t *testing.T) {
	t.Parallel()
	total, mismatches := 0, 0
	for _, e := range every(t) {
		if len(e.c.Versions) == 0 {
			continue
		}
		dir := editionfile.Dir(t.TempDir())
		path, err := dir.Write(e.c)
		if err != nil {
			t.Fatal(err)
		}
		c, err := dir.Read(area.ContentHash(e.c.Versions))
		if err != nil {
			t.Fatal(err)
		}
		same(t, c, e.c)
		index, err := gridindex.NewEdition(c.Versions, c.Grids, gridindex.About{})
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(strings.TrimSuffix(path, ".wge") + ".points.csv")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rows[0], ","); got != "x,y,level,code,compounds,dedicated" {
			t.Errorf("%s: header %s", e.name, got)
		}
		outside, border, compounds, dedicated := 0, 0, 0, 0
		for _, row := range rows[1:] {
			x, errX := strconv.ParseInt(row[0], 10, 32)
			y, errY := strconv.ParseInt(row[1], 10, 32)
			if errX != nil || errY != nil {
				t.Fatalf("%s: row %q", e.name, row)
			}
			p := geo.Point{X: int32(x), Y: int32(y)}
			level, code := "", ""
			if owner := index.Locate(p); owner != nil {
				level, code = owner.Level.String(), owner.Code
			}
			got := []string{row[0], row[1], level, code, join(index.Compounds(p)), join(index.Dedicated(p))}
			for i := range row {
				if got[i] != row[i] {
					mismatches++
					t.Errorf("%s: the index says %q, the vectors %q", e.name, got, row)
					break
				}
			}
			if level == "" {
				outside++
			}
			if onBorder(c.Versions, p) {
				border++
			}
			if row[4] != "" {
				compounds++
			}
			if row[5] != "" {
				dedicated++
			}
		}
		n := len(rows) - 1
		total += n
		t.Logf("%s: %d points: %d on borders, %d outside, %d in compounds, %d in dedicated grids", e.name, n, border, outside, compounds, dedicated)
		overlays := strings.HasPrefix(e.name, "nested")
		if n > 2_000 || n < 100 || border < n/10 || outside == 0 && e.name != "wide" || overlays && (compounds == 0 || dedicated == 0) {
			t.Errorf("%s: these points say little", e.name)
		}
	}
	t.Logf("acceptance: %s: %d golden points asked of the index built from the file, %d mismatches", t.Name(), total, mismatches)
}

func join(areas []*gridindex.Area) string {
	var codes []string
	for _, a := range areas {
		codes = append(codes, a.Code)
	}
	return strings.Join(codes, ";")
}

func onBorder(versions []*area.Version, p geo.Point) bool {
	for _, v := range versions {
		if !v.Ground.Box().Contains(p) {
			continue
		}
		for r := range v.Ground.Polygons().Rings {
			if r.Side(p) == geo.OnBorder {
				return true
			}
		}
	}
	return false
}

func TestTheVectorsFollowFromTheContent(t *testing.T) {
	t.Parallel()
	read := func(c *editionfile.Content) string {
		t.Helper()
		path, err := editionfile.Dir(t.TempDir()).Write(c)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(strings.TrimSuffix(path, ".wge") + ".points.csv")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	c := nested(t, 3, 4)
	want := read(c)
	for i, j := 0, len(c.Versions)-1; i < j; i, j = i+1, j-1 {
		c.Versions[i], c.Versions[j] = c.Versions[j], c.Versions[i]
	}
	c.Versions[0].Label, c.Versions[0].AreaM2 = geo.Point{}, 0 // not part of the content hash
	if read(c) != want {
		t.Error("other vectors for the same content")
	}
}
