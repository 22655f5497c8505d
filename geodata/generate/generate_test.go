package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestTheCommittedFilesAreWhatTheGeneratorWrites(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors may fuse multiplications with additions and draw a hair differently")
	}
	dir := t.TempDir()
	if err := generate(dir); err != nil {
		t.Fatal(err)
	}
	const committed = "../xincheng"
	names := map[string]bool{}
	for _, root := range []string{dir, committed} {
		err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				names[path] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(names) != 10 {
		t.Errorf("%d files, want 5 in each of 2 editions", len(names))
	}
	for name := range names {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s is not written any more", name)
			continue
		}
		got, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes; run go generate ./geodata", name)
		}
	}
}
