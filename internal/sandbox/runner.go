package sandbox

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"wangge/internal/area"
	"wangge/internal/category"
	"wangge/internal/fault"
	"wangge/internal/ingest"
	"wangge/internal/mend"
	"wangge/internal/roster"
)

// Runner starts children, each with its own limits. The zero Runner is ready to
// use.
type Runner struct {
	Binary string        // "" is the running program itself
	Memory uint64        // bytes of one child, about 120 MiB of them its own; 0 is 768 MiB
	CPU    time.Duration // of one child, in whole seconds; 0 is 120 s
	Wall   time.Duration // that one child may take, waiting included; 0 is 15 minutes
	Slots  chan struct{} // how many children run at once, by its capacity; others wait; nil does not limit
}

// defaults fills what was left out.
func (r Runner) defaults() Runner {
	if r.Binary == "" {
		r.Binary = "/proc/self/exe" // the very program that runs, even when another took its place on the disk
	}
	if r.Memory == 0 {
		r.Memory = 768 << 20
	}
	if r.CPU == 0 {
		r.CPU = 120 * time.Second
	}
	if r.Wall == 0 {
		r.Wall = 15 * time.Minute
	}
	return r
}

// Read is ingest.Read in a child. opt.Project and opt.Progress are called here,
// on the caller's goroutine. Errors: those of ingest.Read, too_heavy when the
// files need more than the limits allow, reader_failed when the child dies
// otherwise; ctx's when it ends first.
func (r Runner) Read(ctx context.Context, files []string, opt ingest.Options) (*ingest.Batch, error) {
	var batch ingest.Batch
	err := r.run(ctx, taskRead, func(c *conversation) error {
		task := readTask{Files: files, Options: opt, Projects: opt.Project != nil, Progress: opt.Progress != nil}
		if err := c.send(task); err != nil {
			return err
		}
		done, err := c.serve(opt)
		if err != nil {
			return err
		}
		batch = done.Batch
		batch.Areas, err = receiveEach[ingest.Candidate](c.in, done.Areas)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &batch, nil
}

// Check is topology.Check in a child. Errors: too_heavy, reader_failed, ctx's.
func (r Runner) Check(ctx context.Context, versions []*area.Version, scheme area.Scheme, coverage map[area.Level]area.Coverage) (findings []area.Finding, err error) {
	err = r.run(ctx, taskCheck, func(c *conversation) error {
		if err := c.send(checkTask{scheme, coverage, len(versions)}); err != nil {
			return err
		}
		done, err := c.give(versions)
		if err != nil {
			return err
		}
		findings, err = receiveEach[area.Finding](c.in, done.Findings)
		return err
	})
	return findings, err
}

// Snap is mend.Snap in a child. Errors: those of mend.Snap, too_heavy,
// reader_failed, ctx's.
func (r Runner) Snap(ctx context.Context, versions []*area.Version, metres float64) (changes []mend.Change, err error) {
	err = r.run(ctx, taskSnap, func(c *conversation) error {
		if err := c.send(snapTask{metres, len(versions)}); err != nil {
			return err
		}
		done, err := c.give(versions)
		if err != nil {
			return err
		}
		list, err := receiveEach[changed](c.in, done.Changed)
		if err != nil {
			return err
		}
		for i := range list {
			if k := list[i].Index; k >= 0 && k < len(versions) {
				changes = append(changes, mend.Change{Before: versions[k], After: &list[i].After})
			}
		}
		return nil
	})
	return changes, err
}

// Roster is roster.Read in a child. Errors: those of roster.Read, too_heavy,
// reader_failed, ctx's.
func (r Runner) Roster(ctx context.Context, path string) (*roster.Roster, error) {
	var read roster.Roster
	err := r.run(ctx, taskRoster, func(c *conversation) error {
		if err := c.send(rosterTask{path}); err != nil {
			return err
		}
		done, err := c.serve(ingest.Options{})
		if err != nil {
			return err
		}
		read = done.Roster
		read.Entries, err = receiveEach[roster.Entry](c.in, done.Entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &read, nil
}

// Classes is roster.ReadClasses in a child. Errors: those of
// roster.ReadClasses, too_heavy, reader_failed, ctx's.
func (r Runner) Classes(ctx context.Context, path string) (*roster.Classes, error) {
	var read roster.Classes
	err := r.run(ctx, taskClasses, func(c *conversation) error {
		if err := c.send(rosterTask{path}); err != nil {
			return err
		}
		done, err := c.serve(ingest.Options{})
		if err != nil {
			return err
		}
		read = done.Classes
		read.Rows, err = receiveEach[category.Row](c.in, done.Rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &read, nil
}

// give sends versions, one message each, and waits for the answer.
func (c *conversation) give(versions []*area.Version) (*outcome, error) {
	for _, v := range versions {
		if err := c.out.Encode(v); err != nil {
			return nil, err
		}
	}
	if err := c.flush(); err != nil {
		return nil, err
	}
	return c.serve(ingest.Options{})
}

// conversation is the service's side of the talk with one child.
type conversation struct {
	in    *gob.Decoder
	out   *gob.Encoder
	flush func() error
}

func (c *conversation) send(v any) error {
	if err := c.out.Encode(v); err != nil {
		return err
	}
	return c.flush()
}

// final is an error that the child or the caller gave: the talk itself went well.
type final struct{ error }

// serve answers the child until it is done.
func (c *conversation) serve(opt ingest.Options) (*outcome, error) {
	var origin error
	for {
		var m report
		if err := c.in.Decode(&m); err != nil {
			return nil, err
		}
		switch {
		case m.Project != nil && opt.Project != nil:
			positions := make([][2]float64, len(m.Project.Ordinates)/2)
			err := unflatten(positions, m.Project.Ordinates)
			if err == nil {
				err = opt.Project(m.Project.Definition, positions)
			}
			origin = err
			answer := projected{Failure: newFailure(err)}
			if err == nil {
				answer.Ordinates = flatten(positions)
			}
			if err := c.send(answer); err != nil {
				return nil, err
			}
		case m.Progress != nil && opt.Progress != nil:
			opt.Progress(m.Progress.File, m.Progress.Done, m.Progress.Bytes)
		case m.Done != nil:
			if m.Done.Failure != nil {
				return nil, final{m.Done.Failure.err(origin)}
			}
			return m.Done, nil
		default:
			return nil, errors.New("a message that says nothing")
		}
	}
}

// run starts a child for the task and lets talk speak with it. When run
// returns, the child is gone.
func (r Runner) run(ctx context.Context, task string, talk func(*conversation) error) error {
	r = r.defaults()
	if r.Slots != nil {
		select {
		case r.Slots <- struct{}{}:
			defer func() { <-r.Slots }()
		case <-ctx.Done():
			return fmt.Errorf("sandbox: %w", ctx.Err())
		}
	}
	// The child dies with the thread that started it, so that thread stays.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	bounded, cancel := context.WithTimeoutCause(ctx, r.Wall, errTime)
	defer cancel()
	cmd := exec.CommandContext(bounded, r.Binary, "sandbox", task) // killed -9 when bounded ends
	cmd.Args[0] = "wangge"
	cmd.Env = []string{"GOMAXPROCS=2", "GOTRACEBACK=single"} // nothing of ours: no addresses, no passwords
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.WaitDelay = time.Second
	words := &head{most: 16 << 10}
	cmd.Stderr = words
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	wait := sync.OnceValue(cmd.Wait)
	defer func() { cancel(); _ = wait() }() // whatever comes, a caller's panic included

	buffered := bufio.NewWriterSize(in, 64<<10)
	c := &conversation{in: gob.NewDecoder(bufio.NewReaderSize(out, 64<<10)), out: gob.NewEncoder(buffered), flush: buffered.Flush}
	err = c.out.Encode(limits{Memory: r.Memory, CPU: r.CPU})
	if err == nil {
		err = talk(c)
	}
	var last final
	if err == nil || errors.As(err, &last) {
		return last.error // the answer is whole; the child has nothing more to say
	}
	cause := err
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE) {
		_ = in.Close()
		cause = errors.Join(wait(), context.Cause(bounded), err) // it died, or is about to
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	cancel()
	_ = wait()
	return r.verdict(cmd, cause, words.String())
}

var errTime = errors.New("the time is up")

// verdict says why a child died before it answered.
func (r Runner) verdict(cmd *exec.Cmd, cause error, words string) error {
	var exit *exec.ExitError
	killed := false
	if errors.As(cause, &exit) {
		status, ok := exit.Sys().(syscall.WaitStatus)
		killed = ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	cause = fmt.Errorf("sandbox: %w after %v of CPU: %s", cause, used.Round(time.Millisecond), words)
	heavy := errors.Is(cause, errTime) ||
		killed || // for its CPU, or by a system short of memory
		hasAny(words, "out of memory", "cannot allocate memory", "cannot map pages", "stack overflow", "stack exceeds", "failed to create new OS thread", "pthread_create failed")
	if heavy {
		return fault.New(fault.Unprocessable, "too_heavy",
			"内容太复杂，超出了一次处理的限度（%[1]d MB 内存、%[2]d 秒计算）；请简化内容（如边界），或分成几个文件",
			"this is more than one run may use (%[1]d MB of memory, %[2]d s of computing); simplify the content, such as boundaries, or split the file",
			r.Memory>>20, int(r.CPU.Seconds())).Because(cause)
	}
	return fault.New(fault.Unprocessable, "reader_failed",
		"处理时程序出错停止，什么都没有写入；这是程序的缺陷，请把文件交给维护者",
		"the program failed while working on this, and nothing was written; this is a defect of the program: please give the file to those who maintain it").Because(cause)
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// head keeps the first bytes written to it, where a dying Go program says why.
type head struct {
	b    []byte
	most int
}

func (h *head) Write(p []byte) (int, error) {
	h.b = append(h.b, p[:min(len(p), h.most-len(h.b))]...)
	return len(p), nil
}

func (h *head) String() string { return strings.TrimSpace(string(h.b)) }
