package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestEveryCommandDeclaresItsAction walks the command line as it is parsed.
func TestEveryCommandDeclaresItsAction(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commands{}, kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		if len(n.Children) == 0 {
			seen[path] = true
			if _, declared := acts[path]; !declared {
				t.Errorf("%s declares no action", path)
			}
		}
		for _, child := range n.Children {
			walk(child, strings.TrimSpace(path+" "+child.Name))
		}
	}
	walk(parser.Model.Node, "")
	for path := range acts {
		if !seen[path] {
			t.Errorf("%s is no command", path)
		}
	}
}
