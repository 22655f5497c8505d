package main_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestTheAuditOnTheCommandLine: what the operator does on the host is recorded
// as the operator's, can be read, and holds together.
func TestTheAuditOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := home(t)
	imported(t, dir, "A", "A")
	must(t, dir, "edition", "activate", "A", "--from", "2026-01-01")
	if out := must(t, dir, "audit", "verify"); !strings.Contains(out, "共 3 行，前后相接") {
		t.Errorf("%s", out)
	}
	lines := strings.Split(strings.TrimSpace(must(t, dir, "audit", "export")), "\n")
	if len(lines) != 4 { // the export itself is a row
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	var row struct{ Actor, Act, Object string }
	if err := json.Unmarshal([]byte(lines[2]), &row); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(row.Actor, "operator:") || row.Act != "edition.activate" || row.Object != "edition A" {
		t.Errorf("%s", lines[2])
	}
}
