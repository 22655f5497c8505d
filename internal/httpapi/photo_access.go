package httpapi

import (
	"context"
	"crypto/subtle"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// lets reports whether a secret is the one that was given out with a photograph.
func lets(secret string, p *postgres.Photo) bool {
	hash := account.Secret(secret).Hash()
	return len(p.Secret) > 0 && subtle.ConstantTimeCompare(hash[:], p.Secret) == 1
}

// sent reports whether a photograph is the caller's own: sent by that account or
// key, or, without signing in, by who carries its secret.
func sent(ctx context.Context, p *postgres.Photo, secret string) bool {
	owner := requestOf(ctx).owner()
	return owner != audit.Nobody && owner == p.Owner || lets(secret, p)
}

// ofOwnPhoto: what is being sent is nobody's but the sender's.
func ofOwnPhoto(s *Server, c huma.Context) (*policy.Place, error) {
	p, err := s.photo(c.Context(), c.Param("district"), c.Param("id"))
	if err == nil && !sent(c.Context(), p, c.Header("Upload-Secret")) {
		err = postgres.NoSuchPhoto()
	}
	return nil, err
}

// ofPhoto: who sent a photograph sees it; everybody else goes by the case that it
// is attached to.
func ofPhoto(s *Server, c huma.Context) (*policy.Place, error) {
	p, err := s.photo(c.Context(), c.Param("district"), c.Param("id"))
	if err != nil || sent(c.Context(), p, c.Header("Upload-Secret")) {
		return nil, err
	}
	of, err := s.Store.CaseOfPhoto(c.Context(), p.District, p.ID)
	if fault.Is(err, "no_such_incident") {
		return nil, postgres.NoSuchPhoto()
	}
	if err != nil {
		return nil, err
	}
	if s.caseEffect(c.Context(), of, policy.CasePhoto) == policy.Deny {
		return nil, s.deny(c.Context(), "photo", postgres.NoSuchPhoto())
	}
	return nil, nil //nolint:nilnil // it is the caller's to see
}

// mayLook decides about looking at a photograph. Who sent one sees it whatever
// the posts, so that only a place is asked about, and what may not be seen is
// not there.
func (s *Server) mayLook(ctx context.Context, seen *request, rule rule, find func(where, context.Context) (*policy.Place, error)) error {
	if seen.caller == nil && !s.Public {
		return errSignIn
	}
	seen.effect = policy.Mine
	place, missing := find(rule.where, ctx)
	if place == nil {
		return missing
	}
	return s.allows(ctx, place, missing)
}
