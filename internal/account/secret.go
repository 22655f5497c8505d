package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// Secret is something random that is handed out once: a session, a one-time
// link, an API key. Only its hash is kept.
type Secret string

// NewSecret returns a secret of 256 bits, in 43 characters that fit a URL.
func NewSecret() Secret {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the program ends first
	return Secret(base64.RawURLEncoding.EncodeToString(b))
}

// Hash is what is kept. The secret has all the entropy it needs, so that a fast
// hash will do.
func (s Secret) Hash() [32]byte { return sha256.Sum256([]byte(s)) }
