package editionfile_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/editionfile"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
)

var update = flag.Bool("update", false, "write the example of docs/edition-file.md from the code")

// example is the edition that docs/edition-file.md takes apart.
//
//	  0         10        20
//	10 +---------+---------+
//	   |   101   |   102   |    two grids, and a compound 4..10 × 2..8 in 101
//	   |    +----+         |    that shares a piece of the border
//	 0 +----+----+---------+
func example() *editionfile.Content {
	c := &editionfile.Content{District: "1"}
	add := func(id byte, level area.Level, code, name string, r geo.Ring) *area.Version {
		v := &area.Version{District: "1", AreaID: uuid.UUID{15: id}, Level: level, Code: code, Name: name, Kind: area.Basic,
			Ground: geotest.Area(geo.MultiPolygon{{r}}), Source: "a#" + code, AreaM2: 0.5, Label: r[0]}
		c.Versions = append(c.Versions, v)
		return v
	}
	district := add(0xd1, area.District, "1", "区", ring(0, 0, 20, 0, 20, 10, 0, 10))
	west := add(0xa1, area.Grid, "101", "西", ring(0, 0, 10, 0, 10, 2, 10, 8, 10, 10, 0, 10))
	east := add(0xa2, area.Grid, "102", "东", ring(20, 10, 10, 10, 10, 8, 10, 2, 10, 0, 20, 0))
	compound := add(0xc1, area.Compound, "k", "苑", ring(4, 2, 10, 2, 10, 8, 4, 8))
	west.Priority = -1
	west.Parent, east.Parent, compound.Parent = district.AreaID, district.AreaID, west.AreaID
	c.Grids = map[uuid.UUID][]uuid.UUID{compound.AreaID: {west.AreaID}}
	return c
}

// annotator is another reader of the format, written from the document: it
// lists bytes with their meaning.
type annotator struct {
	b     []byte
	at    int
	lines strings.Builder
}

func (a *annotator) take(n int, format string, args ...any) []byte {
	b := a.b[a.at : a.at+n]
	fmt.Fprintf(&a.lines, "%04x  %-48s  %s\n", a.at, fmt.Sprintf("% x", b[:min(n, 16)]), fmt.Sprintf(format, args...))
	for from := 16; from < n; from += 16 {
		fmt.Fprintf(&a.lines, "%04x  % x\n", a.at+from, b[from:min(n, from+16)])
	}
	a.at += n
	return b
}

func (a *annotator) number(what string) int {
	n, size := binary.Uvarint(a.b[a.at:])
	a.take(size, "%s: %d", what, n)
	return int(n)
}

func (a *annotator) text(what string) {
	n, size := binary.Uvarint(a.b[a.at:])
	a.take(size+int(n), "%s: %s", what, a.b[a.at+size:a.at+size+int(n)])
}

func (a *annotator) file() string {
	a.take(8, "magic, format 1")
	a.take(32, "content hash")
	a.text("district")
	areas, chains := a.number("areas"), a.number("chains")
	a.number("points of all chains")
	a.number("vertices of all rings")
	for i := range areas {
		a.take(16, "area %d: id", i)
		a.take(1, "level: %s", area.Level(a.b[a.at]))
		a.take(1, "kind: %s", []string{"none", "basic", "dedicated"}[a.b[a.at]])
		priority, size := binary.Varint(a.b[a.at:])
		a.take(size, "priority: %d", priority)
		a.number("parent")
		a.text("code")
		a.text("name")
		a.text("source")
		a.take(8, "square metres: %v", math.Float64frombits(binary.LittleEndian.Uint64(a.b[a.at:])))
		a.take(8, "label: %d, %d", int32(binary.LittleEndian.Uint32(a.b[a.at:])), int32(binary.LittleEndian.Uint32(a.b[a.at+4:])))
		for range a.number("lies in grids") {
			a.number("grid")
		}
	}
	var x, y int64
	for i := range chains {
		a.number(fmt.Sprintf("chain %d: owner to the left", i))
		a.number("owner to the right")
		for range a.number("edges") + 1 {
			dx, n := binary.Varint(a.b[a.at:])
			dy, m := binary.Varint(a.b[a.at+n:])
			x, y = x+dx, y+dy
			a.take(n+m, "(%d, %d)", x, y)
		}
	}
	for i := range areas {
		for range a.number(fmt.Sprintf("area %d: polygons", i)) {
			for range a.number("rings") {
				a.number("edges to skip")
				for range a.number("chains") {
					n, size := binary.Uvarint(a.b[a.at:])
					a.take(size, "chain %d %s", n/2, []string{"as it runs", "reversed"}[n%2])
				}
			}
		}
	}
	if filled := len(a.b) - 32 - a.at; filled > 0 {
		a.take(filled, "filled up")
	}
	a.take(32, "SHA-256 of all that is above")
	return a.lines.String()
}

func TestTheDocumentedExampleIsWhatIsWritten(t *testing.T) {
	t.Parallel()
	const path, fence = "../../docs/edition-file.md", "```\n"
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b := encode(t, example())
	want := (&annotator{b: b}).file()
	from := bytes.Index(doc, []byte(fence+"0000  ")) + len(fence)
	if from < len(fence) {
		t.Fatal("the document has no example")
	}
	to := from + bytes.Index(doc[from:], []byte(fence))
	if *update {
		doc = append(append(bytes.Clone(doc[:from]), want...), doc[to:]...)
		if err := os.WriteFile(path, doc, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(doc[from:to]) != want {
		t.Errorf("the example in %s is not what is written; run go test ./internal/editionfile -run Documented -update. It should be:\n%s", path, want)
	}
	c, _ := decode(t, b)
	same(t, c, example())
}
