package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// Identity is who stands behind a session or an API key, as of now.
type Identity struct {
	Person     uuid.UUID // zero for a key
	Name       string
	Login      string
	Demo       bool
	PasswordAt time.Time
	Posts      []account.Post // present ones
	Units      []uuid.UUID    // responsible units that the person belongs to

	Session uuid.UUID
	Seen    time.Time
	Until   time.Time

	Key *APIKey
}

// BySession returns who has an open session, by the hash of its secret; nil
// where there is none. idle is how long it may have been silent.
func (s *Store) BySession(ctx context.Context, hash [32]byte, idle time.Duration) (*Identity, error) {
	var i *Identity
	err := s.look(ctx, theService, func(tx pgx.Tx) error {
		var found Identity
		err := tx.QueryRow(ctx, `
			SELECT s.person_id, p.name, a.login, a.demo, coalesce(a.password_at, s.made_at), s.session_id, s.seen_at, s.until_at
			FROM session s JOIN account a USING (person_id) JOIN person p USING (person_id)
			WHERE s.token = $1 AND s.ended_at IS NULL AND s.until_at > now() AND s.seen_at > now() - $2::interval AND a.disabled_at IS NULL`, hash[:], idle).
			Scan(&found.Person, &found.Name, &found.Login, &found.Demo, &found.PasswordAt, &found.Session, &found.Seen, &found.Until)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, selectPost+`WHERE person_id = $1 AND from_at <= now() AND (until_at IS NULL OR until_at > now())`, found.Person)
		if err != nil {
			return err
		}
		found.Posts, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (account.Post, error) {
			_, p, err := scanPost(row)
			return p, err
		})
		if err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, `SELECT unit_id FROM unit_member WHERE person_id = $1`, found.Person); err != nil {
			return err
		}
		found.Units, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		i = &found
		return err
	})
	if err != nil {
		return nil, err
	}
	return i, nil
}

// Seen notes that a session is in use.
func (s *Store) Seen(ctx context.Context, session uuid.UUID) error {
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE session SET seen_at = now() WHERE session_id = $1 AND ended_at IS NULL`, session)
		return err
	})
}

// SigningIn is what is known of a login that somebody signs in with.
type SigningIn struct {
	Person uuid.UUID // zero where there is no such account
	Name   string
	Hash   string // "" where nothing can match
	Demo   bool
}

// The limits on failed sign-ins beyond those of a profile, for somebody who
// tries many logins from one place or one login from many.
const (
	mostFromSource = 60  // in the time that a profile makes them wait
	mostForLogin   = 200 // from places where the account was never signed in
)

// TrySignIn counts an attempt, before it is known how it ends, and returns what
// is known of the login. Whoever failed too often, by login and source, waits;
// the account's owner elsewhere does not. Error: too_many_tries.
func (s *Store) TrySignIn(ctx context.Context, login, source string, p account.Profile) (*SigningIn, error) {
	found := &SigningIn{}
	var wait time.Duration
	hashed := sha256.Sum256([]byte(login))
	err := s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		var failures int
		var last time.Duration
		if err := tx.QueryRow(ctx, `
			INSERT INTO sign_in_trial AS t (login, source, failures) VALUES ($1, $2, 1)
			ON CONFLICT (login, source) DO UPDATE SET
			  failures = CASE WHEN t.last_at < now() - $3::interval THEN 1 ELSE least(t.failures + 1, $4 + 1) END,
			  last_at = CASE WHEN t.failures > $4 AND t.last_at >= now() - $3::interval THEN t.last_at ELSE now() END
			RETURNING failures, now() - last_at`, hashed[:], source, p.Wait, p.Tries).Scan(&failures, &last); err != nil {
			return err
		}
		if failures > p.Tries {
			wait = p.Wait - last
		}
		err := tx.QueryRow(ctx, `SELECT person_id, name, CASE WHEN disabled_at IS NULL THEN password ELSE '' END, demo
			FROM account JOIN person USING (person_id) WHERE login = $1`, login).Scan(&found.Person, &found.Name, &found.Hash, &found.Demo)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		var here, everywhere int
		var known bool
		if err := tx.QueryRow(ctx, `SELECT
			(SELECT coalesce(sum(failures), 0) FROM sign_in_trial WHERE source = $2 AND last_at > now() - $3::interval),
			(SELECT coalesce(sum(failures), 0) FROM sign_in_trial WHERE login = $1 AND last_at > now() - $3::interval),
			EXISTS (SELECT FROM session WHERE person_id = $4 AND source = $2)`, hashed[:], source, p.Wait, found.Person).Scan(&here, &everywhere, &known); err != nil {
			return err
		}
		if wait == 0 && (here > mostFromSource || everywhere > mostForLogin && !known) {
			wait = p.Wait
		}
		if wait > 0 {
			return recordSignIn(ctx, tx, found.Person, hashed[:], "waits")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		e := fault.New(fault.TooMany, "too_many_tries", "登录失败次数太多，请 %[1]d 分钟后再试，或找管理员重置密码", "too many failed sign-ins; try again in %[1]d minutes, or have the administrator reset the password", int(wait.Minutes())+1)
		e.Retry = wait
		return nil, e
	}
	return found, nil
}

// recordSignIn records a sign-in that did not happen. What was typed as login
// may be a password: it is recorded by its hash.
func recordSignIn(ctx context.Context, tx *writing, person uuid.UUID, login []byte, why string) error {
	object := "login " + hex.EncodeToString(login[:6])
	if person != uuid.Nil {
		object = "person " + person.String()
	}
	record(ctx, tx, audit.Entry{Act: string(policy.SignIn), Object: object, Result: audit.Refused, Detail: audit.Detail(map[string]any{"why": why})})
	return nil
}

// SignInFailed records that an attempt failed.
func (s *Store) SignInFailed(ctx context.Context, login string, person uuid.UUID) error {
	hashed := sha256.Sum256([]byte(login))
	return s.inTx(ctx, func(tx *writing) error { return recordSignIn(ctx, tx, person, hashed[:], "failed") })
}

// SignedIn opens a session for somebody who has shown to be that person.
func (s *Store) SignedIn(ctx context.Context, person uuid.UUID, login string, o Opening) error {
	hashed := sha256.Sum256([]byte(login))
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sign_in_trial WHERE login = $1 AND source = $2`, hashed[:], o.Source); err != nil {
			return err
		}
		id, err := addSession(ctx, tx, person, o)
		if err != nil {
			return err
		}
		return recordSignedIn(ctx, tx, person, id)
	})
}

// Opening is a session that is to be opened.
type Opening struct {
	Secret        account.Secret
	Source, Agent string
	Most          time.Duration // that it may last
}

func addSession(ctx context.Context, tx *writing, person uuid.UUID, o Opening) (uuid.UUID, error) {
	id, hash := uuid.Must(uuid.NewV7()), o.Secret.Hash()
	_, err := tx.Exec(ctx, `INSERT INTO session (session_id, token, person_id, until_at, source, agent) VALUES ($1, $2, $3, now() + $4::interval, $5, $6)`,
		id, hash[:], person, o.Most, o.Source, o.Agent)
	return id, err
}

// recordSignedIn records a sign-in as the act of whom it lets in.
func recordSignedIn(ctx context.Context, tx *writing, person, session uuid.UUID) error {
	var name string
	if err := tx.QueryRow(ctx, `SELECT name FROM person WHERE person_id = $1`, person).Scan(&name); err != nil {
		return err
	}
	ctx = audit.By(ctx, audit.Actor{Who: person.String(), Name: name, Source: audit.ActorOf(ctx).Source})
	record(ctx, tx, audit.Entry{Act: string(policy.SignIn), Object: "session " + session.String(), Result: audit.Done})
	return nil
}

// Session is where somebody is signed in.
type Session struct {
	ID                uuid.UUID
	Made, Seen, Until time.Time
	Source, Agent     string
}

// Sessions lists the open sessions of a person, the newest first.
func (s *Store) Sessions(ctx context.Context, person uuid.UUID, idle time.Duration) (list []Session, err error) {
	err = s.look(ctx, Viewer{Me: person}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT session_id, made_at, seen_at, until_at, source, agent FROM session
			WHERE person_id = $1 AND ended_at IS NULL AND until_at > now() AND seen_at > now() - $2::interval ORDER BY made_at DESC`, person, idle)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Session, err error) {
			return x, row.Scan(&x.ID, &x.Made, &x.Seen, &x.Until, &x.Source, &x.Agent)
		})
		return err
	})
	return list, err
}

// EndSession ends one session of a person. Error: no_such_session.
func (s *Store) EndSession(ctx context.Context, person, session uuid.UUID) error {
	return s.inTx(ctx, func(tx *writing) error {
		if err := (Viewer{Me: person}).in(ctx, tx); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE session SET ended_at = now() WHERE person_id = $1 AND session_id = $2 AND ended_at IS NULL`, person, session)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return NoSuchSession()
		}
		record(ctx, tx, audit.Entry{Act: string(policy.SessionEnd), Object: "session " + session.String(), Result: audit.Done})
		return nil
	})
}

// NoSuchSession is the answer about a session that is not there, or not one's own.
func NoSuchSession() error {
	return fault.New(fault.NotFound, "no_such_session", "没有这个登录", "there is no such session")
}

// EndSessions ends all sessions of a person but one; a zero one spares none.
// Error: no_such_person.
func (s *Store) EndSessions(ctx context.Context, person, but uuid.UUID) error {
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		if _, err := loadPerson(ctx, tx, person); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE session SET ended_at = now() WHERE person_id = $1 AND session_id <> $2 AND ended_at IS NULL`, person, but); err != nil {
			return err
		}
		record(ctx, tx, audit.Entry{Act: string(policy.SessionEnd), Object: "person " + person.String(), Result: audit.Done})
		return nil
	})
}
