package httpapi

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"wangge/internal/fault"
)

// maxSpool is the most bytes that wait on disk for one caller.
const maxSpool = 8 << 30

// spool is a queue of bytes on disk: one goroutine writes, another reads, and
// neither waits for the other but for data.
type spool struct {
	file *os.File
	mu   sync.Mutex
	more *sync.Cond
	put  int64 // bytes written
	got  int64 // bytes read
	err  error // io.EOF once all is written
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "wangge-batch-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // it lives as long as it is open
	s := &spool{file: f}
	s.more = sync.NewCond(&s.mu)
	return s, nil
}

func (s *spool) close() { _ = s.file.Close() }

// Write appends p. It fails once the reader has gone.
func (s *spool) Write(p []byte) (int, error) {
	s.mu.Lock()
	err, put := s.err, s.put
	s.mu.Unlock()
	if err != nil {
		return 0, err
	}
	if put+int64(len(p)) > maxSpool {
		return 0, fault.New(fault.TooLarge, "answer_too_large", "答案太大，请分几次发送", "the answer is too large; send the points in parts")
	}
	n, err := s.file.WriteAt(p, put)
	s.mu.Lock()
	s.put += int64(n)
	s.mu.Unlock()
	s.more.Signal()
	return n, err
}

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
	available, err := s.put-s.got, s.err
	s.mu.Unlock()
	if available == 0 || err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	n, err := s.file.ReadAt(p[:min(int64(len(p)), available)], s.got)
	s.got += int64(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if errors.Is(err, os.ErrClosed) {
		err = context.Canceled
	}
	return n, err
}
