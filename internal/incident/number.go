package incident

import (
	"crypto/rand"
	"strings"
)

// letters are 32 signs that nobody takes for each other.
const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewNumber makes the number by which a citizen follows a case: 15 letters and
// digits, 75 random bits, in groups for reading aloud. It says nothing of the
// case and cannot be guessed.
func NewNumber() string {
	b := make([]byte, 15)
	_, _ = rand.Read(b) // never fails
	var s strings.Builder
	for i, v := range b {
		if i > 0 && i%5 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(letters[v%32])
	}
	return s.String()
}

func isNumber(s string) bool {
	if len(s) != 17 {
		return false
	}
	for i := range len(s) {
		if i%6 == 5 && s[i] != '-' || i%6 != 5 && strings.IndexByte(letters, s[i]) < 0 {
			return false
		}
	}
	return true
}

// ReadNumber reads a number as people type it: small letters, spaces or no
// hyphens. ok is false when it is none.
func ReadNumber(text string) (number string, ok bool) {
	if len(text) > 60 {
		return "", false
	}
	var s strings.Builder
	n := 0
	for _, r := range strings.ToUpper(text) {
		if r == '-' || r == ' ' || r == '—' || r == '－' {
			continue
		}
		if n > 0 && n%5 == 0 {
			s.WriteByte('-')
		}
		s.WriteRune(r)
		n++
	}
	return s.String(), isNumber(s.String())
}
