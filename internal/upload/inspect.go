package upload

import (
	"context"
	"path/filepath"

	"wangge/internal/area"
	"wangge/internal/ingest"
)

// Look is what is in an upload.
type Look struct {
	Main     string // name of the file that is read
	Features int
	Fields   []string
	Samples  []map[string]string // of the first features
	System   string              // coordinate system as the file says; "" where it does not
	Level    area.Level          // guessed by the length of codes; 0 where that says nothing
	Code     string              // guessed fields; "" where none fits
	Name     string
	Parent   string
}

// Look reads an upload and says what is in it. layer and charset are as in
// ingest.Options. Errors: no_such_upload, unsupported_format, and those of
// ingest.Read and sandbox.
func (d *Depot) Look(ctx context.Context, id, owner, layer, charset string) (*Look, error) {
	u, err := d.Find(id, owner)
	if err != nil {
		return nil, err
	}
	file, err := d.main(u)
	if err != nil {
		return nil, err
	}
	// Any system: nothing here depends on where things lie.
	opt := ingest.Options{Level: area.Grid, Layer: layer, Charset: charset, Project: d.project(ctx)}
	first, err := d.runner.Read(ctx, []string{file}, opt)
	if err != nil {
		return nil, err
	}
	opt.Also = first.Fields
	if opt.Also != nil {
		if first, err = d.runner.Read(ctx, []string{file}, opt); err != nil {
			return nil, err
		}
	}
	look := &Look{Main: filepath.Base(file), Features: first.Features, Fields: first.Fields, Samples: first.Samples, System: first.Raw.Reference.String()}
	look.guess()
	return look, nil
}

func (d *Depot) project(ctx context.Context) func(string, [][2]float64) error {
	return func(definition string, positions [][2]float64) error {
		return d.store.Project(ctx, definition, positions)
	}
}

// guess proposes the fields and the level.
func (l *Look) guess() {
	l.Code, l.Name = ingest.UsualFields(l.Fields)
	lengths := map[int]area.Level{9: area.Subdistrict, 12: area.Community, 15: area.Grid}
	for _, sample := range l.Samples {
		l.Level = lengths[len(sample[l.Code])]
	}
	for _, field := range l.Fields {
		if field == l.Code {
			continue
		}
		fits := len(l.Samples) > 0
		for _, sample := range l.Samples {
			up, code := sample[field], sample[l.Code]
			fits = fits && len(up) >= 6 && len(up) < len(code) && code[:len(up)] == up
		}
		if fits {
			l.Parent = field
		}
	}
}
