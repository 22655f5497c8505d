package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

// limits are what a child may use. It takes them on by itself, before it
// touches anything of the user's.
type limits struct {
	Memory uint64 // bytes of writable memory
	CPU    time.Duration
}

const (
	niceness = 10       // below the service, which answers people
	maxFiles = 64       // open at once
	maxStack = 64 << 20 // bytes of one goroutine's stack
)

// takeOn lowers what this process may use. Memory is limited by RLIMIT_DATA:
// RLIMIT_AS would count the address space that Go's runtime reserves without
// using it.
func (l limits) takeOn() error {
	seconds := uint64((l.CPU + time.Second - 1) / time.Second)
	for _, r := range []struct {
		resource int
		most     uint64
	}{
		{syscall.RLIMIT_CPU, seconds},
		{syscall.RLIMIT_CORE, 0},
		{syscall.RLIMIT_FSIZE, 0}, // nothing is written but the pipe to the service
		{syscall.RLIMIT_NOFILE, maxFiles},
		{syscall.RLIMIT_DATA, l.Memory},
	} {
		if r.resource == syscall.RLIMIT_DATA && raceDetector {
			continue
		}
		if err := syscall.Setrlimit(r.resource, &syscall.Rlimit{Cur: r.most, Max: r.most}); err != nil {
			return fmt.Errorf("limit %d to %d: %w", r.resource, r.most, err)
		}
	}
	debug.SetMemoryLimit(int64(l.Memory - l.Memory/8)) // collect harder before the wall than at it
	debug.SetMaxStack(maxStack)
	return renice()
}

// renice puts every thread there is behind the service; later ones inherit it.
func renice() error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := syscall.Setpriority(syscall.PRIO_PROCESS, id, niceness); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("renice: %w", err)
		}
	}
	return nil
}
