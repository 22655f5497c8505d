package geo_test

import (
	"os"
	"regexp"
	"testing"

	"wangge/internal/geo"
)

// TestTheGateIsDocumented keeps the table of docs/geometry-gate.md whole: a row
// for every code that the gate may give, and no row for one that it may not.
func TestTheGateIsDocumented(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("defect_text.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/geometry-gate.md")
	if err != nil {
		t.Fatal(err)
	}
	one := regexp.MustCompile(`(?s)## One area.*?\n## `).Find(doc)
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)`").FindAllSubmatch(one, -1) {
		documented[string(m[1])] = true
	}
	codes := regexp.MustCompile(`(?m)^\t"([a-z_]+)":`).FindAllSubmatch(source, -1)
	if len(codes) < 20 {
		t.Fatalf("only %d codes were found in the source", len(codes))
	}
	for _, m := range codes {
		code := string(m[1])
		if !documented[code] {
			t.Errorf("%s has no row in docs/geometry-gate.md", code)
		}
		delete(documented, code)
		if d := (geo.Defect{Code: code}); d.Text("zh") == code || d.Text("en") == code {
			t.Errorf("%s has no words", code)
		}
	}
	for code := range documented {
		t.Errorf("%s is documented and never given", code)
	}
}
