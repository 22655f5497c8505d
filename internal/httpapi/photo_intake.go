package httpapi

import (
	"sync"
	"time"

	"github.com/go-chi/httprate"

	"wangge/internal/fault"
)

// What may come from one address without signing in.
const (
	intakeWindow = time.Hour
	intakeBytes  = 60 << 20 // announced in an hour
	intakeLeast  = 1 << 20  // that a photograph counts for, so that they are not too many either
	intakeAtOnce = 6        // being sent
	intakeKnown  = 10_000   // addresses before those that have rested are forgotten
)

// intake counts the photographs of strangers by address.
type intake struct {
	mu        sync.Mutex
	addresses map[string]*taken
}

type taken struct {
	began time.Time // of the window
	bytes int64
	busy  int
}

// of finds what came from an address; the caller holds the lock.
func (i *intake) of(address string) *taken {
	key := httprate.CanonicalizeIP(address)
	t := i.addresses[key]
	if t == nil {
		if len(i.addresses) >= intakeKnown {
			for k, other := range i.addresses {
				if other.busy == 0 && time.Since(other.began) > intakeWindow {
					delete(i.addresses, k)
				}
			}
		}
		t = &taken{}
		i.addresses[key] = t
	}
	if time.Since(t.began) > intakeWindow {
		t.began, t.bytes = time.Now(), 0
	}
	return t
}

// room reports whether another photograph may be announced.
func (i *intake) room(address string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.of(address).bytes < intakeBytes
}

// announced counts one.
func (i *intake) announced(address string, bytes int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.of(address).bytes += max(bytes, intakeLeast)
}

// begin counts one that is being sent, until done is called.
func (i *intake) begin(address string) (done func(), ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.of(address)
	if t.busy >= intakeAtOnce {
		return nil, false
	}
	t.busy++
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		t.busy--
	}, true
}

func tooManyPhotos() error {
	e := fault.New(fault.TooMany, "too_many_photos", "从这里传来的照片太多了，请过一会儿再传，或先登录", "too many photographs come from here; send the rest later, or sign in first")
	e.Retry = time.Minute
	return e
}
