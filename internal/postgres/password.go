package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// InvitationFor is how long a one-time link is good.
const InvitationFor = 3 * 24 * time.Hour

// Invite makes a one-time link with which somebody sets a password, and voids
// those made before. Errors: no_such_person, no_account.
func (s *Store) Invite(ctx context.Context, person uuid.UUID) (account.Secret, error) {
	secret := account.NewSecret()
	_, err := s.personWrite(ctx, Write{}, person, policy.AccountWrite, func(tx *writing) (string, map[string]any, error) {
		p, err := loadPerson(ctx, tx, person)
		if err != nil {
			return "", nil, err
		}
		if p.Login == "" || !p.Disabled.IsZero() {
			return "", nil, fault.New(fault.Conflict, "no_account", "此人没有在用的账号：先写登录名，或先启用", "the person has no account in use: give a login, or enable it, first")
		}
		return "invited", nil, invite(ctx, tx, &person, secret)
	})
	return secret, err
}

func invite(ctx context.Context, tx *writing, person *uuid.UUID, secret account.Secret) error {
	if _, err := tx.Exec(ctx, `UPDATE invitation SET used_at = now() WHERE person_id IS NOT DISTINCT FROM $1 AND used_at IS NULL`, person); err != nil {
		return err
	}
	hash := secret.Hash()
	_, err := tx.Exec(ctx, `INSERT INTO invitation (token, person_id, until_at) VALUES ($1, $2, now() + $3::interval)`, hash[:], person, InvitationFor)
	return err
}

// InviteFirst makes the one-time link for the first administrator. Error:
// accounts_exist.
func (s *Store) InviteFirst(ctx context.Context) (account.Secret, error) {
	secret := account.NewSecret()
	err := s.inTx(ctx, func(tx *writing) error {
		if err := refuseAccounts(ctx, tx); err != nil {
			return err
		}
		if err := invite(ctx, tx, nil, secret); err != nil {
			return err
		}
		record(ctx, tx, audit.Entry{Act: string(policy.AccountWrite), Object: "invitation of the first administrator", Result: audit.Done})
		return nil
	})
	return secret, err
}

// refuseAccounts refuses when anybody has an account, and keeps others from
// making the first meanwhile. Error: accounts_exist.
func refuseAccounts(ctx context.Context, tx *writing) error {
	if err := theService.in(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('wangge administrators'))`); err != nil {
		return err
	}
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account)`).Scan(&there); err != nil {
		return err
	}
	if there {
		return fault.New(fault.Conflict, "accounts_exist", "已有账号：请由管理员添加", "there are accounts already: have an administrator add yours")
	}
	return nil
}

var errInvitation = fault.New(fault.NotFound, "no_such_invitation", "这个链接用过了、过期了，或不完整：请找管理员要一个新的", "this link was used, has expired or is not whole: ask the administrator for a new one")

// Invited says for whom a one-time link is: nil for the first administrator.
// Error: no_such_invitation.
func (s *Store) Invited(ctx context.Context, secret account.Secret) (p *account.Person, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		id, err := invitation(ctx, tx, secret)
		if err != nil || id == nil {
			return err
		}
		p, err = loadPerson(ctx, tx, *id)
		return err
	})
	return p, err
}

// invitation finds an open one-time link, and locks it in a transaction that
// may write.
func invitation(ctx context.Context, tx pgx.Tx, secret account.Secret) (person *uuid.UUID, err error) {
	hash := secret.Hash()
	err = tx.QueryRow(ctx, `SELECT person_id FROM invitation WHERE token = $1 AND used_at IS NULL AND until_at > now()`, hash[:]).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errInvitation
	}
	return person, err
}

// UseInvitation sets the password of whom a one-time link is for, which is used
// up, and ends sessions that were open. Errors: no_such_invitation.
func (s *Store) UseInvitation(ctx context.Context, secret account.Secret, hash string, former int) (person uuid.UUID, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		id, err := invitation(ctx, tx, secret)
		if err != nil {
			return err
		}
		if id == nil {
			return errInvitation
		}
		if err := useUp(ctx, tx, secret); err != nil {
			return err
		}
		person = *id
		if err := endAll(ctx, tx, person); err != nil {
			return err
		}
		return setPassword(ctx, tx, person, hash, former, "password set by link")
	})
	return person, err
}

func useUp(ctx context.Context, tx *writing, secret account.Secret) error {
	hash := secret.Hash()
	tag, err := tx.Exec(ctx, `UPDATE invitation SET used_at = now() WHERE token = $1 AND used_at IS NULL`, hash[:])
	if err == nil && tag.RowsAffected() == 0 {
		return errInvitation
	}
	return err
}

// UseFirstInvitation makes the first administrator, of the system and of
// security. Errors: no_such_invitation, accounts_exist.
func (s *Store) UseFirstInvitation(ctx context.Context, secret account.Secret, n NewPerson) (person uuid.UUID, err error) {
	err = s.inTx(ctx, func(tx *writing) error {
		if err := refuseAccounts(ctx, tx); err != nil {
			return err
		}
		if id, err := invitation(ctx, tx, secret); err != nil {
			return err
		} else if id != nil {
			return errInvitation
		}
		if err := useUp(ctx, tx, secret); err != nil {
			return err
		}
		n.Posts = []NewPost{{Role: policy.SysAdmin}, {Role: policy.SecAdmin}}
		person, err = addPerson(ctx, tx, n)
		return err
	})
	return person, err
}

// Passwords returns the hash of a person's password and those before, newest
// first, and when it was set.
func (s *Store) Passwords(ctx context.Context, person uuid.UUID) (hashes []string, set time.Time, err error) {
	err = s.look(ctx, Viewer{Me: person}, func(tx pgx.Tx) error {
		var now string
		var at *time.Time
		if err := tx.QueryRow(ctx, `SELECT password, former, password_at FROM account WHERE person_id = $1`, person).Scan(&now, &hashes, &at); err != nil {
			return err
		}
		hashes, set = append([]string{now}, hashes...), orZero(at)
		return nil
	})
	return hashes, set, err
}

// SetPassword changes a person's password, ends all sessions, and opens a new
// one.
func (s *Store) SetPassword(ctx context.Context, person uuid.UUID, hash string, former int, o Opening) error {
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		if err := endAll(ctx, tx, person); err != nil {
			return err
		}
		if _, err := addSession(ctx, tx, person, o); err != nil {
			return err
		}
		return setPassword(ctx, tx, person, hash, former, "password changed")
	})
}

// ResetPassword sets a password without a link; for demo accounts.
func (s *Store) ResetPassword(ctx context.Context, person uuid.UUID, hash string) error {
	return s.inTx(ctx, func(tx *writing) error {
		if err := theService.in(ctx, tx); err != nil {
			return err
		}
		if err := endAll(ctx, tx, person); err != nil {
			return err
		}
		return setPassword(ctx, tx, person, hash, 0, "password reset")
	})
}

func setPassword(ctx context.Context, tx *writing, person uuid.UUID, hash string, former int, what string) error {
	if _, err := tx.Exec(ctx, `UPDATE account SET former = (CASE WHEN password = '' THEN former ELSE (password || former)[1:$3] END), password = $2, password_at = now() WHERE person_id = $1`,
		person, hash, former); err != nil {
		return err
	}
	version, err := touchPerson(ctx, tx, person, 0)
	if err != nil {
		return err
	}
	return leave(ctx, tx, change{Subject: "person", ID: person, Version: version, What: what, Audit: audit.Entry{Act: string(policy.SignIn)}})
}
