package upload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/ingest"
	"wangge/internal/postgres"
)

// State is how far an import has come.
type State string

// The states; the last three are final.
const (
	Waiting   State = "waiting"
	Reading   State = "reading"
	Checking  State = "checking"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Request is an import as somebody asks for it.
type Request struct {
	Upload string
	Read   ingest.Options    // without Project and Progress
	Fill   postgres.Fill     // without Level, Areas and Findings
	Waive  map[string]string // code of a finding → why it may pass
	Owner  string
	By     audit.Actor
}

// Job is one import at work. Its fields may be read when Depot.Job has returned it.
type Job struct {
	ID       string
	State    State
	Features int   // read so far
	Bytes    int64 // read so far
	Total    int64 // of the files
	Upload   string
	Level    area.Level
	Began    time.Time
	owner    string
	Outcome  *postgres.Filled // when Done
	Err      error            // when Failed
	preview  *preview
	cancel   context.CancelFunc
}

// preview is what was read, to be looked at on a map.
type preview struct {
	once     sync.Once
	level    area.Level
	areas    []ingest.Candidate
	index    *gridindex.Index
	district string
}

// Import begins an import. Errors: no_such_upload, unsupported_format,
// too_many_imports.
func (d *Depot) Import(r Request) (*Job, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.uploads[r.Upload]
	if u == nil || u.owner != r.Owner {
		return nil, noSuchUpload()
	}
	file, err := d.main(u)
	if err != nil {
		return nil, err
	}
	for _, old := range d.jobs { // what was read is kept for looking at it, not for good
		if old.over() && time.Since(old.Began) > previewFor {
			old.preview = nil
		}
	}
	for len(d.order) >= maxJobs {
		i := slices.IndexFunc(d.order, func(id string) bool { return d.jobs[id].over() })
		if i < 0 {
			e := fault.New(fault.TooMany, "too_many_imports", "排队的导入太多，请稍后再试", "too many imports are waiting; try again shortly")
			e.Retry = time.Minute
			return nil, e
		}
		delete(d.jobs, d.order[i])
		d.order = slices.Delete(d.order, i, i+1)
	}
	ctx, cancel := context.WithCancel(audit.By(d.ctx, r.By))
	j := &Job{ID: uuid.NewString(), State: Waiting, Upload: r.Upload, Level: r.Read.Level, Began: time.Now(), owner: r.Owner, cancel: cancel}
	for _, f := range u.Files {
		j.Total += f.Bytes
	}
	u.busy++
	d.jobs[j.ID], d.order = j, append(d.order, j.ID)
	d.running.Go(func() {
		defer cancel()
		outcome, err := d.safely(ctx, j, r, file)
		d.mu.Lock()
		defer d.mu.Unlock()
		u.busy--
		switch {
		case err == nil:
			j.State, j.Outcome = Done, outcome
		case errors.Is(err, context.Canceled) || ctx.Err() != nil:
			j.State = Cancelled
		default:
			j.State, j.Err = Failed, err
		}
	})
	copied := *j
	return &copied, nil
}

// previewFor is how long after its begin an import can be looked at.
const previewFor = 30 * time.Minute

// safely does the work; a panic in it fails the import, not the service.
func (d *Depot) safely(ctx context.Context, j *Job, r Request, file string) (outcome *postgres.Filled, err error) {
	defer func() {
		if p := recover(); p != nil {
			outcome, err = nil, fault.New(fault.Unprocessable, "reader_failed", "处理时程序出错停止，什么都没有写入；这是程序的缺陷，请把文件交给维护者",
				"the program failed while working on this, and nothing was written; this is a defect: please give the file to those who maintain it").Because(fmt.Errorf("panic: %v", p))
		}
	}()
	return d.work(ctx, j, r, file)
}

func (j *Job) over() bool { return j.State == Done || j.State == Failed || j.State == Cancelled }

// update changes a job under the lock.
func (d *Depot) update(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// work reads, compares and fills. One import works at a time.
func (d *Depot) work(ctx context.Context, j *Job, r Request, file string) (*postgres.Filled, error) {
	select {
	case d.slot <- struct{}{}:
		defer func() { <-d.slot }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d.update(func() { j.State = Reading })
	opt := r.Read
	opt.Project = d.project(ctx)
	opt.Progress = func(_ string, done int, bytes int64) {
		d.update(func() { j.Features, j.Bytes = done, bytes })
	}
	batch, err := d.runner.Read(ctx, []string{file}, opt)
	if err != nil {
		return nil, err
	}
	d.update(func() {
		j.State, j.Features = Checking, batch.Features
		j.preview = &preview{level: opt.Level, areas: batch.Areas, district: r.Fill.District}
	})
	before, err := d.store.KnownBefore(ctx, r.Fill.District, r.Fill.Edition, opt.Level)
	if err != nil {
		return nil, err
	}
	known := ingest.Known(before)
	known.Whole = r.Fill.Whole || known.Whole && r.Fill.Base == ""
	if err := batch.Suspect(known, opt); err != nil {
		return nil, err
	}
	for i := range batch.Findings {
		if f := &batch.Findings[i]; f.Waivable && r.Waive[f.Code] != "" {
			f.Waived = r.Waive[f.Code]
		}
	}
	return d.store.FillDraft(ctx, Filling(r.Fill, opt.Level, batch))
}

// Filling completes a fill with what was read.
func Filling(fill postgres.Fill, level area.Level, batch *ingest.Batch) postgres.Fill {
	fill.Level, fill.Findings, fill.How = level, batch.Findings, batch.Raw.Reference.String()
	for _, a := range batch.Areas {
		fill.Areas = append(fill.Areas, postgres.FillArea{Code: a.Code, Name: a.Name, Parent: a.Parent, Source: a.Source, Kind: a.Kind, Ground: a.Ground})
	}
	return fill
}

// Job returns an import of an owner's as it stands. Error: no_such_import.
func (d *Depot) Job(id, owner string) (*Job, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j := d.jobs[id]
	if j == nil || j.owner != owner {
		return nil, fault.New(fault.NotFound, "no_such_import", "没有这次导入，可能服务重启过：请重新导入", "there is no such import; the service may have been restarted: import again")
	}
	copied := *j
	return &copied, nil
}

// Cancel ends an import; one that is over stays as it is. Error: no_such_import.
func (d *Depot) Cancel(id, owner string) (*Job, error) {
	j, err := d.Job(id, owner)
	if err != nil {
		return nil, err
	}
	if !j.over() {
		j.cancel()
	}
	return j, nil
}

// Preview is an index over what an import has read, to be drawn on a map; nil
// before it was read, or when there is nothing.
func (j *Job) Preview() *gridindex.Index {
	p := j.preview
	if p == nil {
		return nil
	}
	p.once.Do(func() {
		var versions []*area.Version
		for _, c := range p.areas {
			versions = append(versions, &area.Version{AreaID: uuid.New(), District: p.district, Level: p.level, Code: c.Code, Name: c.Name, Kind: c.Kind, Ground: c.Ground})
		}
		p.index = Index(versions)
	})
	return p.index
}

// Index makes areas that may not fit together yet drawable: codes that stand
// twice are told apart, what has no parent hangs under the district, and without
// a district a box stands for it. nil when there is nothing.
func Index(versions []*area.Version) *gridindex.Index {
	if len(versions) == 0 {
		return nil
	}
	box := versions[0].Ground.Box()
	var district *area.Version
	seen := map[string]bool{}
	byID := map[uuid.UUID]*area.Version{}
	all := make([]*area.Version, 0, len(versions)+1)
	for _, v := range versions {
		w := *v
		for key := w.Level.String() + w.Code; seen[key]; key = w.Level.String() + w.Code {
			w.Code += "′"
		}
		seen[w.Level.String()+w.Code] = true
		box = box.Union(w.Ground.Box())
		byID[w.AreaID] = &w
		if w.Level == area.District && district == nil {
			district = &w
		}
		all = append(all, &w)
	}
	if district == nil {
		a, b := box.Grow(1, 1).Min, box.Grow(1, 1).Max
		ground, _, ok := geo.Gate(geo.MultiPolygon{{{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}, a}}})
		if !ok {
			return nil
		}
		district = &area.Version{AreaID: uuid.New(), Level: area.District, Code: versions[0].District, Kind: area.Basic, Ground: ground}
		all = append(all, district)
	}
	for _, v := range all {
		if p := byID[v.Parent]; v.Level > area.District && (p == nil || p.Level >= v.Level) {
			v.Parent = district.AreaID
		}
	}
	e, err := gridindex.NewEdition(all, nil, gridindex.About{})
	if err != nil {
		return nil // nothing that can be drawn
	}
	return gridindex.New(0, []*gridindex.Edition{e})
}
