package sandbox

import (
	"bufio"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"

	"wangge/internal/area"
	"wangge/internal/ingest"
	"wangge/internal/mend"
	"wangge/internal/roster"
	"wangge/internal/topology"
)

// Main is what a child runs; args[0] is the task. It returns the exit code: 0
// when the answer, good or bad, was written to out.
func Main(args []string, in io.Reader, out io.Writer) int {
	buffered := bufio.NewWriterSize(out, 64<<10)
	c := &child{in: gob.NewDecoder(bufio.NewReaderSize(in, 64<<10)), out: gob.NewEncoder(buffered), flush: buffered.Flush}
	if err := c.run(args); err != nil {
		fmt.Fprintln(os.Stderr, "wangge sandbox:", err)
		return 1
	}
	return 0
}

// child is this process at work for the service.
type child struct {
	in     *gob.Decoder
	out    *gob.Encoder
	flush  func() error
	broken error // the service is gone, or does not understand
}

func (c *child) run(args []string) error {
	var l limits
	if err := c.in.Decode(&l); err != nil {
		return fmt.Errorf("this command is run by the service itself: %w", err)
	}
	if err := l.takeOn(); err != nil {
		return err
	}
	var err error
	switch {
	case len(args) == 1 && args[0] == taskRead:
		err = c.read()
	case len(args) == 1 && args[0] == taskCheck:
		err = c.check()
	case len(args) == 1 && args[0] == taskSnap:
		err = c.snap()
	case len(args) == 1 && args[0] == taskRoster:
		err = c.roster()
	case len(args) == 1 && args[0] == taskClasses:
		err = c.classes()
	default:
		err = fmt.Errorf("unknown task %q", args)
	}
	if err != nil {
		return err
	}
	return c.flush()
}

func (c *child) read() error {
	var task readTask
	if err := c.in.Decode(&task); err != nil {
		return err
	}
	if task.Projects {
		task.Options.Project = c.project
	}
	if task.Progress {
		task.Options.Progress = c.progress
	}
	batch, err := ingest.Read(context.Background(), task.Files, task.Options)
	if c.broken != nil {
		return c.broken
	}
	done := &outcome{Failure: newFailure(err)}
	if err != nil {
		return c.out.Encode(report{Done: done})
	}
	done.Batch, done.Areas = *batch, len(batch.Areas)
	done.Batch.Areas = nil
	if err := c.out.Encode(report{Done: done}); err != nil {
		return err
	}
	return sendEach(c.out, batch.Areas)
}

func (c *child) check() error {
	var task checkTask
	if err := c.in.Decode(&task); err != nil {
		return err
	}
	versions, err := c.versions(task.Versions)
	if err != nil {
		return err
	}
	findings := topology.Check(versions, task.Scheme, task.Coverage)
	if err := c.out.Encode(report{Done: &outcome{Findings: len(findings)}}); err != nil {
		return err
	}
	return sendEach(c.out, findings)
}

func (c *child) versions(n int) ([]*area.Version, error) {
	received, err := receiveEach[area.Version](c.in, n)
	if err != nil {
		return nil, err
	}
	versions := make([]*area.Version, len(received))
	for i := range received {
		versions[i] = &received[i]
	}
	return versions, nil
}

func (c *child) snap() error {
	var task snapTask
	if err := c.in.Decode(&task); err != nil {
		return err
	}
	versions, err := c.versions(task.Versions)
	if err != nil {
		return err
	}
	at := make(map[*area.Version]int, len(versions))
	for i, v := range versions {
		at[v] = i
	}
	changes, err := mend.Snap(versions, task.Metres)
	if err := c.out.Encode(report{Done: &outcome{Failure: newFailure(err), Changed: len(changes)}}); err != nil || len(changes) == 0 {
		return err
	}
	list := make([]changed, len(changes))
	for i, x := range changes {
		list[i] = changed{at[x.Before], *x.After}
	}
	return sendEach(c.out, list)
}

func (c *child) roster() error {
	var task rosterTask
	if err := c.in.Decode(&task); err != nil {
		return err
	}
	read, err := roster.Read(context.Background(), task.File)
	done := &outcome{Failure: newFailure(err)}
	if err != nil {
		return c.out.Encode(report{Done: done})
	}
	done.Roster, done.Entries = *read, len(read.Entries)
	done.Roster.Entries = nil
	if err := c.out.Encode(report{Done: done}); err != nil {
		return err
	}
	return sendEach(c.out, read.Entries)
}

func (c *child) classes() error {
	var task rosterTask
	if err := c.in.Decode(&task); err != nil {
		return err
	}
	read, err := roster.ReadClasses(context.Background(), task.File)
	done := &outcome{Failure: newFailure(err)}
	if err != nil {
		return c.out.Encode(report{Done: done})
	}
	done.Classes, done.Rows = *read, len(read.Rows)
	done.Classes.Rows = nil
	if err := c.out.Encode(report{Done: done}); err != nil {
		return err
	}
	return sendEach(c.out, read.Rows)
}

// project has the service project positions, in place.
func (c *child) project(definition string, positions [][2]float64) error {
	err := c.out.Encode(report{Project: &projection{definition, flatten(positions)}})
	if err == nil {
		err = c.flush()
	}
	var answer projected
	if err == nil {
		err = c.in.Decode(&answer)
	}
	if err == nil && answer.Failure != nil {
		return answer.Failure.echo()
	}
	if err == nil {
		err = unflatten(positions, answer.Ordinates)
	}
	if err != nil {
		c.broken = err
	}
	return err
}

// progress tells the service how far the work is.
func (c *child) progress(file string, done int, bytes int64) {
	err := c.out.Encode(report{Progress: &progress{file, done, bytes}})
	if err == nil {
		err = c.flush()
	}
	if err != nil {
		c.broken = err
	}
}

// sendEach sends values one by one, so that no message is large.
func sendEach[T any](out *gob.Encoder, values []T) error {
	for i := range values {
		if err := out.Encode(&values[i]); err != nil {
			return err
		}
	}
	return nil
}

func receiveEach[T any](in *gob.Decoder, n int) ([]T, error) {
	var values []T // not made for n at once: the other side may lie
	for range n {
		var v T
		if err := in.Decode(&v); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}
