package httpapi

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"wangge/internal/fault"
)

const (
	maxSpool  = 1 << 30          // bytes that wait on disk for one caller
	spoolWait = 30 * time.Second // for a caller that does not take them
)

// spool is a queue of bytes on disk: one goroutine writes, another reads, and
// neither waits for the other but for data.
type spool struct {
	file *os.File
	most int64 // bytes that may stand in it
	mu   sync.Mutex
	more *sync.Cond
	put  int64 // where the next bytes are written
	got  int64 // where the next are read; both begin anew when all is read
	err  error // io.EOF once all is written
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "wangge-batch-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // it lives as long as it is open
	s := &spool{file: f, most: maxSpool}
	s.more = sync.NewCond(&s.mu)
	return s, nil
}

func (s *spool) close() { _ = s.file.Close() }

// Write appends p. It waits while too much waits, and fails once the reader has
// gone. Errors: answer_not_taken, no_room.
func (s *spool) Write(p []byte) (int, error) {
	s.mu.Lock()
	last, taken := s.got, time.Now()
	for s.err == nil && s.put+int64(len(p)) > s.most {
		if s.got == s.put { // all is read: begin anew, so that a long stream takes no room
			s.put, s.got = 0, 0
			break
		}
		if s.got != last {
			last, taken = s.got, time.Now()
		}
		if time.Since(taken) > spoolWait {
			s.mu.Unlock()
			return 0, fault.New(fault.TooLarge, "answer_not_taken", "答案没有被读走；请一边发送一边读取，或分几次发送", "the answers are not taken; read while you send, or send the points in parts")
		}
		s.mu.Unlock()
		time.Sleep(spoolPoll)
		s.mu.Lock()
	}
	err, put := s.err, s.put
	s.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := s.file.WriteAt(p, put)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fault.New(fault.NoRoom, "no_room", "服务器的磁盘满了，请告诉管理员", "the server's disk is full; tell the administrator").Because(err)
	}
	s.mu.Lock()
	s.put += int64(n)
	s.mu.Unlock()
	s.more.Signal()
	return n, err
}

const spoolPoll = 20 * time.Millisecond

// finish says that nothing follows: nil when all was answered, else why not.
// Only the first call counts.
func (s *spool) finish(err error) {
	if err == nil {
		err = io.EOF
	}
	s.mu.Lock()
	if s.err == nil {
		s.err = err
	}
	s.mu.Unlock()
	s.more.Signal()
}

// await waits until most bytes are there or all that will come, and returns
// what went wrong until then.
func (s *spool) await(most int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.err == nil && s.put < most {
		s.more.Wait()
	}
	if s.err == nil || errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}

// read returns the next bytes, waiting for some; io.EOF after the last.
func (s *spool) read(p []byte) (int, error) {
	s.mu.Lock()
	for s.err == nil && s.put == s.got {
		s.more.Wait()
	}
	available, got, err := s.put-s.got, s.got, s.err
	s.mu.Unlock()
	if available == 0 || err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	n, err := s.file.ReadAt(p[:min(int64(len(p)), available)], got)
	s.mu.Lock()
	s.got += int64(n)
	s.mu.Unlock()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if errors.Is(err, os.ErrClosed) {
		err = context.Canceled
	}
	return n, err
}
