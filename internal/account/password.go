package account

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/trustelem/zxcvbn"

	"wangge/internal/fault"
)

// Profile is a set of rules for signing in. The two contradict each other, so
// that an installation chooses (ASVS 5.0, 6.2.5 and 6.2.10, forbids rules on
// kinds of characters and forced changes; GB/T 22239-2019, 8.1.4.1 a, asks for
// both).
type Profile struct {
	Name     string
	Shortest int           // characters
	Kinds    int           // of capital, small letter, digit, sign that must occur
	Renew    time.Duration // after which a password has to be changed; 0 never
	Former   int           // passwords before that may not come back
	Idle     time.Duration // after which a session ends when nothing is asked
	Most     time.Duration // after which it ends in any case
	Tries    int           // failed sign-ins from one source before it has to wait
	Wait     time.Duration
}

// The profiles.
var (
	ASVS = Profile{Name: "asvs", Shortest: 10, Idle: 30 * time.Minute, Most: 12 * time.Hour, Tries: 5, Wait: 15 * time.Minute}
	DJBH = Profile{Name: "djbh", Shortest: 10, Kinds: 3, Renew: 90 * 24 * time.Hour, Former: 5, Idle: 10 * time.Minute, Most: 12 * time.Hour, Tries: 5, Wait: 15 * time.Minute}
)

const longestPassword = 128 // characters

// Check refuses a password that the profile does not allow. about are words
// that it must not be made of: login, name. Errors: password_short,
// password_long, password_plain, password_common.
func (p Profile) Check(password string, about ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < p.Shortest:
		return fault.New(fault.Unprocessable, "password_short", "密码至少 %[1]d 个字符", "a password has at least %[1]d characters", p.Shortest)
	case n > longestPassword:
		return fault.New(fault.Unprocessable, "password_long", "密码最多 %[1]d 个字符", "a password has at most %[1]d characters", longestPassword)
	case kinds(password) < p.Kinds:
		return fault.New(fault.Unprocessable, "password_plain", "密码要用到大写字母、小写字母、数字、符号中的至少 %[1]d 种", "a password uses at least %[1]d of capital letters, small letters, digits and signs", p.Kinds)
	}
	const slow = 60 // its time grows with the square of the length
	head := []rune(password)[:min(n, slow)]
	if guess := zxcvbn.PasswordStrength(string(head), words(about)); guess.Score < 3 {
		return fault.New(fault.Unprocessable, "password_common", "这个密码太常见、太好猜：换成几个不相干的词连起来", "this password is common and easily guessed; take a few words that have nothing to do with each other")
	}
	return nil
}

func words(about []string) []string {
	all := []string{"wangge", "网格", "xincheng"}
	for _, a := range about {
		if a != "" {
			all = append(all, a, strings.ToLower(a))
		}
	}
	return all
}

func kinds(s string) int {
	var capital, small, digit, sign int
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			capital = 1
		case unicode.IsLower(r):
			small = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			sign = 1
		}
	}
	return capital + small + digit + sign
}

// Expired reports whether a password set at a moment has to be changed.
func (p Profile) Expired(set, now time.Time) bool { return p.Renew > 0 && now.Sub(set) > p.Renew }

// cost of one hash: 19 MiB and two passes, the OWASP minimum, about 30 ms.
var cost = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hasher hashes passwords, a few at once: each takes 19 MiB and a core. It is
// safe for concurrent use.
type Hasher struct {
	slots chan struct{}
	dummy string // compared where there is no account, to take as long
}

// NewHasher returns a hasher that works on as many passwords at once as there
// are cores, four at most.
func NewHasher() *Hasher {
	dummy, err := argon2id.CreateHash(string(NewSecret()), &cost)
	if err != nil {
		panic(err) // only without randomness
	}
	return &Hasher{slots: make(chan struct{}, min(4, runtime.GOMAXPROCS(0))), dummy: dummy}
}

// patience is how long somebody waits for a slot.
const patience = 3 * time.Second

func (h *Hasher) take(ctx context.Context) error {
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("hash password: %w", ctx.Err())
	case <-wait.C:
		e := fault.New(fault.Unavailable, "sign_in_busy", "登录的人太多，请稍后再试", "too many are signing in; try again shortly")
		e.Retry = patience
		return e
	}
}

// Hash returns the argon2id hash of a password, in PHC form. Error: sign_in_busy.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.take(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.slots }()
	return argon2id.CreateHash(password, &cost)
}

// Matches reports whether a password has a hash. With none it takes as long and
// says no. Error: sign_in_busy.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	if err := h.take(ctx); err != nil {
		return false, err
	}
	defer func() { <-h.slots }()
	against := hash
	if hash == "" {
		against = h.dummy
	}
	same, err := argon2id.ComparePasswordAndHash(password, against)
	return same && hash != "", err
}
