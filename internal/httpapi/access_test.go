package httpapi_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"wangge/internal/policy"
	"wangge/internal/postgres"
	"wangge/internal/postgres/pgtest"
)

// TestEveryOperationDeclaresItsAction is promise P44 on the document that the
// service gives of itself.
func TestEveryOperationDeclaresItsAction(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	var doc struct {
		Paths map[string]map[string]struct {
			Action policy.Action `json:"x-action"`
		}
	}
	if err := json.Unmarshal(s.document(), &doc); err != nil {
		t.Fatal(err)
	}
	n := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			n++
			if !slices.Contains(policy.Actions, op.Action) {
				t.Errorf("%s %s is %q, which is no action of the policy", method, path, op.Action)
			}
			writes := method != "get" && !strings.HasPrefix(path, "/api/v1/locate") && path != "/api/v1/summaries"
			reads := slices.Contains([]policy.Action{policy.Locate, policy.AreaRead, policy.DraftRead, policy.Health}, op.Action)
			if writes && reads {
				t.Errorf("%s %s writes and is declared as %s", method, path, op.Action)
			}
		}
	}
	if n < 40 {
		t.Fatalf("only %d operations", n)
	}
}

// TestExportsAreRecorded: whoever takes boundaries away leaves a row, with the
// address asked from.
func TestExportsAreRecorded(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.Database(t))
	s.load()
	if a := s.get("/api/v1/editions/150102/2026-01/export?level=grid&format=gpkg"); a.StatusCode != 200 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	entries, err := s.store.Audit(t.Context(), postgres.AuditFilter{Act: string(policy.BoundaryExport)}, postgres.Page{Most: 10})
	if err != nil || len(entries) != 1 || entries[0].Object != "edition 2026-01" || entries[0].Actor.Who != "anyone" || entries[0].Actor.Source != "127.0.0.1" {
		t.Errorf("%+v, %v", entries, err)
	}
}
