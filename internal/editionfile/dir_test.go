package editionfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wangge/internal/area"
	"wangge/internal/editionfile"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("WANGGE_WRITE_EDITION"); dir != "" {
		os.Exit(writer(dir, os.Getenv("WANGGE_FILE_LIMIT")))
	}
	os.Exit(m.Run())
}

// writer is a process of its own that writes editions until it fails or is
// killed. limit is how large a file may grow, as on a disk that fills up.
func writer(dir, limit string) int {
	if limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil {
			return 3
		}
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(n), Max: uint64(n)}); err != nil {
			return 3
		}
	}
	editions := heavy()
	for {
		for _, c := range editions {
			path, err := editionfile.Dir(dir).Write(c)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			if limit != "" {
				return 0
			}
			_ = os.Remove(path) // so that the next round writes it again
		}
	}
}

// heavy are editions whose files are larger than their golden vectors.
func heavy() []*editionfile.Content {
	t := &testing.B{}
	return []*editionfile.Content{strips(t, 14), strips(t, 15)}
}

func start(t *testing.T, dir string, limit int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "WANGGE_WRITE_EDITION="+dir)
	if limit != 0 {
		cmd.Env = append(cmd.Env, "WANGGE_FILE_LIMIT="+strconv.Itoa(limit))
	}
	return cmd
}

// whole fails unless every edition in dir is good and has its vectors; it
// returns how many there are, and how many temporary files.
func whole(t *testing.T, dir string) (editions, leftovers int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."):
			leftovers++
		case strings.HasSuffix(name, ".points.csv"):
			if b, err := os.ReadFile(path); err != nil || strings.Count(string(b), "\n") < 800 || !strings.HasSuffix(string(b), "\n") {
				t.Errorf("%s is not whole: %d bytes, %v", name, len(b), err)
			}
		default:
			editions++
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, hash, err := editionfile.Decode(b); err != nil || name != fmt.Sprintf("%x.wge", hash) {
				t.Errorf("%s is not whole: %v", name, err)
			}
			if _, err := os.Stat(strings.TrimSuffix(path, ".wge") + ".points.csv"); err != nil {
				t.Errorf("%s stands without its vectors: %v", name, err)
			}
		}
	}
	return editions, leftovers
}

func TestADiskThatFillsUpLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{10_000, 100_000} { // within the vectors, within the edition
		dir := filepath.Join(t.TempDir(), "editions")
		out, err := start(t, dir, limit).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "file too large") {
			t.Fatalf("at %d bytes: %v: %s", limit, err, out)
		}
		if editions, leftovers := whole(t, dir); editions+leftovers > 0 {
			t.Errorf("at %d bytes: %d editions and %d leftovers stand", limit, editions, leftovers)
		}
	}
}

// TestADeathInTheMiddleLeavesNoHalfFile kills a process that writes editions as
// soon as a temporary file, the vectors or an edition is seen, or a little later.
func TestADeathInTheMiddleLeavesNoHalfFile(t *testing.T) {
	t.Parallel()
	c := heavy()[0]
	all, left := 0, 0
	for i := range 9 {
		dir := filepath.Join(t.TempDir(), "editions")
		cmd := start(t, dir, 0)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pattern := []string{".edition-*", "*.csv", "*.wge"}[i%3]
		for wait := time.Now().Add(20 * time.Second); time.Now().Before(wait); time.Sleep(50 * time.Microsecond) {
			if seen, _ := filepath.Glob(filepath.Join(dir, pattern)); len(seen) > 0 {
				break
			}
		}
		time.Sleep(time.Duration(i/3) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if entries, _ := os.ReadDir(dir); len(entries) == 0 {
			t.Error("the process was killed before it wrote anything")
		}
		editions, leftovers := whole(t, dir)
		all, left = all+editions, left+leftovers
		if _, err := editionfile.Dir(dir).Write(c); err != nil {
			t.Error(err)
		}
		if _, err := editionfile.Dir(dir).Read(area.ContentHash(c.Versions)); err != nil {
			t.Error(err)
		}
	}
	t.Logf("9 processes killed: %d editions stood, all whole, and %d temporary files", all, left)
}

// TestNobodySeesHalfAFile looks at the names all the while that another process
// writes them over and over: what is there has its full size.
func TestNobodySeesHalfAFile(t *testing.T) {
	t.Parallel()
	c := heavy()[0]
	path := newShelf(t, c).path
	sizes := map[string]int64{}
	for _, name := range []string{path, strings.TrimSuffix(path, ".wge") + ".points.csv"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		sizes[filepath.Base(name)] = info.Size()
	}
	dir := t.TempDir()
	cmd := start(t, dir, 0)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	seen := 0
	for end := time.Now().Add(20 * time.Second); seen < 20_000 && time.Now().Before(end); {
		for name, size := range sizes {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			if seen++; info.Size() != size {
				t.Fatalf("%s has %d bytes of %d", name, info.Size(), size)
			}
		}
	}
	if seen == 0 {
		t.Error("nothing was written")
	}
}

func TestADirectoryThatCannotBeWrittenGivesAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(t.TempDir(), "sealed")
	if err := os.Mkdir(sealed, 0o500); err != nil {
		t.Fatal(err)
	}
	dirs := []string{file, filepath.Join(file, "below"), "/proc/self"}
	if os.Getuid() != 0 {
		dirs = append(dirs, sealed)
	}
	for _, dir := range dirs {
		if path, err := editionfile.Dir(dir).Write(tolerant(t)); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}

func TestWritingAgainKeepsWhatIsGood(t *testing.T) {
	t.Parallel()
	c := tolerant(t)
	s := newShelf(t, c)
	vectors := strings.TrimSuffix(s.path, ".wge") + ".points.csv"
	stat := func(path string) os.FileInfo {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	before := stat(s.path)
	if path, err := s.dir.Write(c); err != nil || path != s.path {
		t.Fatalf("%s, %v", path, err)
	}
	if !os.SameFile(before, stat(s.path)) {
		t.Error("a good file was written again")
	}
	for name, spoil := range map[string]func() error{
		"damaged":     func() error { return os.WriteFile(s.path, s.good[:len(s.good)-1], 0o600) },
		"no edition":  func() error { return os.Remove(s.path) },
		"no vectors":  func() error { return os.Remove(vectors) },
		"none at all": func() error { return errors.Join(os.Remove(s.path), os.Remove(vectors)) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.dir.Write(c); err != nil {
			t.Fatal(err)
		}
		stat(vectors)
		if _, err := s.dir.Read(s.hash); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadSaysWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if _, err := editionfile.Dir(dir).Read(make([]byte, 32)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
}
