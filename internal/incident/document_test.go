package incident_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wangge/internal/incident"
)

var update = flag.Bool("update", false, "write docs/case.md from the model")

func TestTheDocumentIsMadeFromTheModel(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "case.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- case -->\n", "<!-- /case -->\n"
	head, rest, ok := strings.Cut(string(b), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("no place for the model")
	}
	want := head + begin + "## 状态图\n\n" + incident.Chart() + "\n## 操作\n\n" + incident.Document() + end + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(b) {
		t.Error("docs/case.md is not made from the model: go test ./internal/incident -run Document -update")
	}
}
