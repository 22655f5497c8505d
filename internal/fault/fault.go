// Package fault is the one error vocabulary of the house: every error that a
// person or a program outside may see is a *fault.Error with a stable code.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal an error is. Each maps to one HTTP status
// (httpapi) and one exit code (cmd/wangge).
type Kind uint8

// The kinds, with the HTTP status that the contract gives them.
const (
	Invalid       Kind = iota + 1 // 400: cannot be parsed
	NotFound                      // 404: not there, or not the caller's
	Conflict                      // 409: the present state forbids it
	Stale                         // 412: If-Match names an old version
	TooLarge                      // 413
	Unsupported                   // 415
	Unprocessable                 // 422: well-formed, but a rule refuses it
	Precondition                  // 428: If-Match is missing
	TooMany                       // 429
	Unavailable                   // 503: try again later
	NoRoom                        // 507: no room for what was sent or made

	Unauthenticated // 401: nobody has signed in
	Forbidden       // 403: these posts may never
)

// Error is a refusal that its receiver can act on. Code is stable and meant for
// programs; ZH and EN are one sentence for people: what is wrong, where, what
// to do.
type Error struct {
	Kind  Kind
	Code  string
	ZH    string
	EN    string
	Retry time.Duration // for TooMany and Unavailable: when to come back
	cause error
}

// New makes a refusal. Both texts are formatted with the same args; use
// explicit indexes (%[2]s) where the languages order them differently.
func New(kind Kind, code, zh, en string, args ...any) *Error {
	e := &Error{Kind: kind, Code: code, ZH: zh, EN: en}
	if len(args) > 0 {
		e.ZH, e.EN = fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)
	}
	return e
}

// Because keeps the inner cause for the log. It is never shown to a caller.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.EN + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.EN
}

func (e *Error) Unwrap() error { return e.cause }

// Text returns the sentence in the language asked for: English for "en",
// Chinese for everything else.
func (e *Error) Text(lang string) string {
	if lang == "en" {
		return e.EN
	}
	return e.ZH
}

// As finds the *Error inside err; ok is false where there is none.
func As(err error) (e *Error, ok bool) {
	ok = errors.As(err, &e)
	return e, ok
}

// Is reports whether err carries a refusal with the given code.
func Is(err error, code string) bool {
	e, ok := As(err)
	return ok && e.Code == code
}
