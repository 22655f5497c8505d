// Package account says who uses the product: people, their accounts and posts,
// what a password must be, and the secrets that are handed out.
package account

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"wangge/internal/fault"
	"wangge/internal/policy"
)

// Person is somebody who uses the product, with account and posts.
type Person struct {
	ID         uuid.UUID
	Name       string
	Phone      string
	Department string // of a department handler above all
	Login      string // "" without an account
	Ready      bool   // a password has been set
	Disabled   time.Time
	Demo       bool
	Version    int64
	Created    time.Time
	Posts      []Post // the present and coming ones first
}

// Post is a role in an area for a time: [From, Until).
type Post struct {
	ID       uuid.UUID
	Role     policy.Role
	Duties   []string
	District string    // "" for every district
	Area     uuid.UUID // in that district
	From     time.Time
	Until    time.Time // zero: open
	By       string    // actor that granted it
}

// At reports whether the post counts at a moment.
func (p *Post) At(t time.Time) bool {
	return !t.Before(p.From) && (p.Until.IsZero() || t.Before(p.Until))
}

// Duties lists the duties that dispatchers may have: intake (受理员) and shift
// lead (值班长).
var Duties = []string{"intake", "shift_lead"}

// CheckPost refuses a role that nobody is appointed to, and duties that it does
// not have. Errors: unknown_role, unknown_duty.
func CheckPost(role policy.Role, duties []string) error {
	if !Appointed(role) {
		return fault.New(fault.Unprocessable, "unknown_role", "没有这种岗位：%[1]q", "there is no such role: %[1]q", role)
	}
	for _, d := range duties {
		if role != policy.Dispatcher || !slices.Contains(Duties, d) {
			return fault.New(fault.Unprocessable, "unknown_duty", "%[1]s没有这种职责：%[2]q", "a %[3]s has no such duty: %[2]q", role.Word(), d, string(role))
		}
	}
	return nil
}

// Appointed reports whether people are appointed to a role.
func Appointed(role policy.Role) bool {
	return slices.Contains(policy.Roles, role) && role != policy.Anyone && role != policy.Reporter && role != policy.Key
}

// CheckReach refuses a post without an area for a role that has one, and the
// other way round. Who works on boundaries may do so for every district, so that
// a first one can be brought in. Errors: area_missing, area_too_many.
func CheckReach(role policy.Role, everywhere bool) error {
	switch role {
	case policy.SysAdmin, policy.SecAdmin, policy.Auditor:
		if !everywhere {
			return fault.New(fault.Unprocessable, "area_too_many", "%[1]s管的是整个系统，不写区域", "a %[2]s has no area: the role is for the whole installation", role.Word(), string(role))
		}
	case policy.Steward, policy.Planner, policy.Supervisor:
	default:
		if everywhere {
			return fault.New(fault.Unprocessable, "area_missing", "%[1]s要写明管哪个区域", "say which area the %[2]s has", role.Word(), string(role))
		}
	}
	return nil
}

// Login returns a login in the form in which it is kept: without space around,
// in lower case. Errors: bad_login.
func Login(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	bad := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
	}
	if n := utf8.RuneCountInString(s); n < 2 || n > 60 || strings.ContainsFunc(s, bad) {
		return "", fault.New(fault.Unprocessable, "bad_login", "登录名要有 2–60 个字，只用文字、数字和 . _ - @：%[1]q", "a login has 2 to 60 letters, digits and . _ - @: %[1]q", s)
	}
	return s, nil
}
