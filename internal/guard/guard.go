// Package guard says who a caller is and what the posts of a caller reach now:
// it holds sessions and keys for a moment, and places posts in the area tree in
// force. What may be done there, package policy decides.
package guard

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/gridindex"
	"wangge/internal/live"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

const (
	heldFor  = 2 * time.Second  // what the database said counts for so long
	askFor   = 2 * time.Second  // before the database counts as silent
	askAgain = time.Second / 5  // while it is silent
	graceFor = 5 * time.Minute  // while it is silent; then nobody is known
	noteSeen = 30 * time.Second // at most so often a session is noted as in use
	mostHeld = 20_000           // callers held; beyond, all are forgotten and asked for again
)

// Guard knows callers. It is safe for concurrent use.
type Guard struct {
	store      *postgres.Store
	boundaries *live.Boundaries
	idle       time.Duration

	mu      sync.Mutex
	callers map[held]*entry

	accounts atomic.Bool // there are accounts; they never go
	opening  sync.Mutex  // guards what follows: whether there were none when last asked
	none     bool
	asked    time.Time
	silent   error
}

type held struct {
	key  bool
	hash [32]byte
}

// entry is what is held about one session or key.
type entry struct {
	mu     sync.Mutex             // held while the database is asked, so that one asks for all
	caller *Caller                // nil: nobody
	last   atomic.Pointer[Caller] // the same, for those who do not hold the lock
	asked  time.Time              // zero: never
	good   time.Time              // when the database last answered
}

// New returns a guard. Sessions that were silent for idle have ended.
func New(store *postgres.Store, boundaries *live.Boundaries, idle time.Duration) *Guard {
	return &Guard{store: store, boundaries: boundaries, idle: idle, callers: map[held]*entry{}}
}

// Caller is who asks.
type Caller struct {
	postgres.Identity
	// Cut is set while the database cannot say whether the caller is still let
	// in: then only what concerns no person is answered.
	Cut bool

	placed *atomic.Pointer[placed]
}

// placed are the posts of a caller in one snapshot of the boundaries.
type placed struct {
	index *gridindex.Index
	posts []policy.Post
	scope []postgres.Scope
}

// Open reports whether there are no accounts yet, so that whoever reaches the
// service may do everything. While the database is silent the error says so, and
// the answer is the last that it gave.
func (g *Guard) Open(ctx context.Context) (bool, error) {
	if g.accounts.Load() {
		return false, nil
	}
	g.opening.Lock()
	defer g.opening.Unlock()
	if time.Since(g.asked) < time.Second {
		return g.none, g.silent
	}
	ctx, cancel := within(ctx, g.silent != nil)
	defer cancel()
	has, err := g.store.HasAccounts(ctx)
	g.asked, g.silent = time.Now(), err
	if err == nil {
		g.none = !has
		g.accounts.Store(has)
	}
	return g.none, err
}

// within bounds a question to the database, which must not hold up callers again
// and again while it is silent.
func within(ctx context.Context, silent bool) (context.Context, context.CancelFunc) {
	if silent {
		return context.WithTimeout(context.WithoutCancel(ctx), askAgain)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), askFor)
}

// BySession returns who has an open session; nil for nobody.
func (g *Guard) BySession(ctx context.Context, secret account.Secret) (*Caller, error) {
	hash := secret.Hash()
	return g.find(ctx, held{false, hash}, func(ctx context.Context) (*postgres.Identity, error) {
		i, err := g.store.BySession(ctx, hash, g.idle)
		if err == nil && i != nil && time.Since(i.Seen) > noteSeen {
			_ = g.store.Seen(ctx, i.Session) // a database that takes no writes knows callers all the same
		}
		return i, err
	})
}

// ByKey returns who stands behind an API key; nil for nobody.
func (g *Guard) ByKey(ctx context.Context, secret account.Secret) (*Caller, error) {
	hash := secret.Hash()
	return g.find(ctx, held{true, hash}, func(ctx context.Context) (*postgres.Identity, error) { return g.store.ByKey(ctx, hash) })
}

// find answers from memory while that is fresh, and asks otherwise.
func (g *Guard) find(ctx context.Context, k held, ask func(context.Context) (*postgres.Identity, error)) (*Caller, error) {
	g.mu.Lock()
	e := g.callers[k]
	if e == nil {
		if len(g.callers) >= mostHeld {
			g.callers = map[held]*entry{}
		}
		e = &entry{}
		g.callers[k] = e
	}
	g.mu.Unlock()

	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.asked) < heldFor {
		return e.caller, nil
	}
	ctx, cancel := within(ctx, e.caller != nil && e.caller.Cut)
	defer cancel()
	began := time.Now()
	identity, err := ask(ctx)
	if err != nil {
		if e.caller == nil || time.Since(e.good) > graceFor {
			return nil, err
		}
		cut := *e.caller
		cut.Cut = true
		e.caller, e.asked = &cut, time.Now()
		return e.caller, nil
	}
	e.asked, e.good = began, began
	if identity == nil {
		e.caller = nil
		g.forget(k, e)
		return nil, nil
	}
	e.caller = &Caller{Identity: *identity, placed: &atomic.Pointer[placed]{}}
	e.last.Store(e.caller)
	return e.caller, nil
}

// Holds reports whether a session or key was known a moment ago.
func (g *Guard) Holds(secret account.Secret) bool {
	hash := secret.Hash()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.callers[held{false, hash}] != nil || g.callers[held{true, hash}] != nil
}

// forget lets go of somebody who is nobody: made-up secrets must not fill the
// memory.
func (g *Guard) forget(k held, e *entry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.callers[k] == e {
		delete(g.callers, k)
	}
}

// AccountsMade notes that there are accounts now.
func (g *Guard) AccountsMade() { g.accounts.Store(true) }

// Posts are the caller's posts as they lie in the boundaries in force. A post
// in an area that is not there any more reaches nothing.
func (g *Guard) Posts(c *Caller) []policy.Post { return g.place(c).posts }

// Viewer is the caller towards the database: who sees which rows about people,
// by the posts with which the action is allowed below.
func (g *Guard) Viewer(c *Caller, action policy.Action) postgres.Viewer {
	v := postgres.Viewer{Me: c.Person}
	p := g.place(c)
	for i, post := range p.posts {
		if policy.Decide([]policy.Post{post}, action, policy.Place{District: post.District, Lo: post.Lo, Hi: post.Hi}) <= policy.Mine {
			continue
		}
		if post.District == "" {
			v.Everywhere = true
		} else {
			v.Scopes = append(v.Scopes, p.scope[i])
		}
	}
	return v
}

// CaseViewer is c towards lists of cases: what their posts reach, what is
// assigned to their units or to them, and what they reported.
func (g *Guard) CaseViewer(c *Caller, action policy.Action) postgres.CaseViewer {
	var v postgres.CaseViewer
	p := g.place(c)
	for i, post := range p.posts {
		effect := policy.Granted([]policy.Post{post}, action, policy.Place{District: post.District, Lo: post.Lo, Hi: post.Hi})
		switch {
		case effect == policy.Mine:
			v.Reporter = c.Who()
		case effect == policy.Assigned:
			v.Units, v.Person = c.Units, c.Person
		case effect < policy.Limited:
		case post.District == "":
			v.Everywhere = true
		default:
			v.Scopes = append(v.Scopes, p.scope[i])
		}
	}
	if len(v.Scopes) > 0 || v.Everywhere { // what is assigned to somebody is theirs, wherever it lies
		v.Units, v.Person = c.Units, c.Person
	}
	return v
}

// CaseCounts is c towards numbers of cases that tell no single one.
func (g *Guard) CaseCounts(c *Caller) (v postgres.CaseViewer) {
	p := g.place(c)
	for i, post := range p.posts {
		if policy.Granted([]policy.Post{post}, policy.CaseTiles, policy.Place{District: post.District, Lo: post.Lo, Hi: post.Hi}) != policy.Counts {
			continue
		}
		if post.District == "" {
			v.Everywhere = true
		} else {
			v.Scopes = append(v.Scopes, p.scope[i])
		}
	}
	return v
}

// Who names c as the audit does.
func (c *Caller) Who() string {
	if c.Key != nil {
		return "key:" + c.Key.ID.String()
	}
	return c.Person.String()
}

func (g *Guard) place(c *Caller) *placed {
	ix := g.boundaries.Index()
	if p := c.placed.Load(); p != nil && p.index == ix {
		return p
	}
	p := &placed{index: ix}
	add := func(role policy.Role, district string, area uuid.UUID) {
		if district == "" {
			p.posts, p.scope = append(p.posts, policy.Post{Role: role}), append(p.scope, postgres.Scope{})
			return
		}
		if ix == nil {
			return
		}
		e := ix.Edition(district)
		if e == nil {
			return
		}
		if a := e.ByID(area); a != nil {
			p.posts = append(p.posts, policy.Post{Role: role, District: district, Lo: a.Lo, Hi: a.Hi})
			p.scope = append(p.scope, postgres.Scope{District: district, Edition: a.Version.Edition, Lo: a.Lo, Hi: a.Hi})
		}
	}
	if c.Key != nil {
		add(policy.Key, c.Key.District, c.Key.Area)
	}
	for _, post := range c.Posts {
		add(post.Role, post.District, post.Area)
	}
	c.placed.Store(p)
	return p
}

// ForgetAll has everything about a person asked for again at once: it was just
// changed here.
func (g *Guard) ForgetAll(person uuid.UUID) {
	g.drop(func(c *Caller) bool { return c.Person == person || c.Key != nil && c.Key.Maker == person })
}

// ForgetKey likewise has a key asked for again.
func (g *Guard) ForgetKey(id uuid.UUID) {
	g.drop(func(c *Caller) bool { return c.Key != nil && c.Key.ID == id })
}

func (g *Guard) drop(which func(*Caller) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for k, e := range g.callers {
		if c := e.last.Load(); c != nil && which(c) {
			delete(g.callers, k)
		}
	}
}
