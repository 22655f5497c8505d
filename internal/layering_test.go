package internal_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// layers lists the packages from the ground up. A package imports only
// packages of lower layers; those of one layer do not know each other.
var layers = [][]string{
	{"audit", "fault", "policy", "zipcheck"},
	{"account", "category", "geo", "worktime"},
	{"area"},
	{"casemap", "dispatch", "editionfile", "gridindex", "incident", "subject", "topology"},
	{"casesetting", "mend"},
	{"lineage"},
	{"basemap", "casetable", "export", "gazetteer", "ingest", "locate", "photo", "postgres", "report", "roster", "tile"},
	{"feed", "live", "sandbox"},
	{"caseflow", "guard", "upload"},
	{"httpapi"},
}

// outside says which modules a package may know: technologies stay where they
// belong, and the lower layers know none.
var outside = map[string][]string{
	"fault":       {},
	"feed":        {},
	"account":     {"github.com/alexedwards/argon2id", "github.com/google/uuid", "github.com/trustelem/zxcvbn"},
	"geo":         {"github.com/tidwall/"},
	"guard":       {"github.com/google/uuid"},
	"area":        {"github.com/google/uuid"},
	"caseflow":    {"github.com/google/uuid"},
	"casetable":   {"github.com/xuri/excelize/v2"},
	"casesetting": {},
	"casemap":     {"github.com/google/uuid", "github.com/tidwall/rtree"},
	"category":    {},
	"dispatch":    {"github.com/google/uuid"},
	"incident":    {"github.com/google/uuid"},
	"subject":     {},
	"topology":    {"github.com/google/uuid", "github.com/tidwall/rtree"},
	"mend":        {"github.com/google/uuid", "github.com/tidwall/rtree"},
	"editionfile": {"github.com/google/uuid"},
	"gazetteer":   {"github.com/mozillazg/go-pinyin", "golang.org/x/text"},
	"lineage":     {"github.com/google/uuid", "github.com/tidwall/rtree"},
	"gridindex":   {"github.com/google/uuid", "github.com/tidwall/rtree"},
	"export":      {"github.com/google/uuid", "github.com/twpayne/go-kml/v3", "golang.org/x/text", "modernc.org/sqlite"},
	"ingest":      {"github.com/tidwall/rtree", "golang.org/x/text", "modernc.org/sqlite"},
	"locate":      {"golang.org/x/text"},
	"photo":       {"github.com/google/uuid", "github.com/minio/minio-go/v7", "golang.org/x/image"},
	"postgres":    {"github.com/google/uuid", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "github.com/tidwall/rtree", "github.com/twpayne/go-geom"},
	"basemap":     {},
	"tile":        {"github.com/tidwall/rtree"},
	"live":        {"github.com/google/uuid"},
	"upload":      {"github.com/google/uuid"},
	"report":      {},
	"roster":      {"github.com/xuri/excelize/v2", "golang.org/x/text"},
	"sandbox":     {},
	"worktime":    {},
	"httpapi":     {"github.com/danielgtaylor/huma/v2", "github.com/go-chi/", "github.com/google/uuid", "github.com/klauspost/compress", "github.com/maypok86/otter/v2", "github.com/prometheus/", "golang.org/x/text"},
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "wangge/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	layer := map[string]int{}
	for i, names := range layers {
		for _, n := range names {
			layer[n] = i
		}
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name, inside := strings.CutPrefix(p.ImportPath, "wangge/internal/")
		if !inside || strings.HasSuffix(name, "test") { // geotest, pgtest: for tests alone
			for _, path := range p.Imports {
				if strings.HasPrefix(path, "wangge/cmd") {
					t.Errorf("%s imports %s", p.ImportPath, path)
				}
			}
			continue
		}
		own, known := layer[name]
		if !known {
			t.Errorf("%s has no layer: say in this test where it stands", p.ImportPath)
			continue
		}
		seen++
		for _, path := range p.Imports {
			if strings.HasSuffix(path, "test") && strings.HasPrefix(path, "wangge/") {
				t.Errorf("%s imports %s, which is for tests", name, path)
			}
			if other, ours := strings.CutPrefix(path, "wangge/internal/"); ours {
				if at, known := layer[other]; known && at >= own {
					t.Errorf("%s imports %s, which stands beside or above it", name, other)
				}
				continue
			}
			if strings.HasPrefix(path, "wangge/cmd") || path == "wangge/web" || path == "wangge/migrations" && name != "postgres" {
				t.Errorf("%s imports %s", name, path)
			}
			if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			allowed := false
			for _, prefix := range outside[name] {
				allowed = allowed || strings.HasPrefix(path, prefix)
			}
			if !allowed {
				t.Errorf("%s imports %s; that technology belongs elsewhere", name, path)
			}
		}
	}
	if seen < len(layer) {
		t.Errorf("only %d of %d packages were seen", seen, len(layer))
	}
}

// TestSerialPackagesStartNoGoroutine: what make test runs without the race
// detector has nothing for it to find.
func TestSerialPackagesStartNoGoroutine(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^SERIAL := (.+)$`).FindSubmatch(makefile)
	if list == nil {
		t.Fatal("the Makefile names no serial packages")
	}
	for _, name := range strings.Fields(string(list[1])) {
		files, err := filepath.Glob(filepath.Join(name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Errorf("internal/%s: %d files, %v", name, len(files), err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") { // tests that run beside each other share nothing
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range file.Imports {
				if strings.HasPrefix(i.Path.Value, `"sync`) {
					t.Errorf("internal/%s imports %s", path, i.Path.Value)
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if _, starts := n.(*ast.GoStmt); starts {
					t.Errorf("internal/%s starts a goroutine", path)
				}
				return true
			})
		}
	}
}
