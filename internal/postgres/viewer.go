package postgres

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Viewer is for whom rows about people are read. Row-level security shows no
// others, whatever is asked for; the zero Viewer sees nobody.
type Viewer struct {
	Me         uuid.UUID
	Everywhere bool
	Scopes     []Scope
}

// Scope is an interval [Lo, Hi) of positions in the area tree of an edition.
type Scope struct {
	District string    `json:"district"`
	Edition  uuid.UUID `json:"edition"`
	Lo       int32     `json:"lo"`
	Hi       int32     `json:"hi"`
}

// theService looks for itself: who signs in, and what an administrator does.
var theService = Viewer{Everywhere: true}

// Operator is whoever runs the program on the host.
var Operator = theService

// look runs do on what the viewer may see, and changes nothing.
func (s *Store) look(ctx context.Context, v Viewer, do func(tx pgx.Tx) error) error {
	return translate(pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := v.in(ctx, tx); err != nil {
			return err
		}
		return do(tx)
	}))
}

// in says who looks, until the transaction ends.
func (v Viewer) in(ctx context.Context, tx pgx.Tx) error {
	me, scope := "", "*"
	if v.Me != uuid.Nil {
		me = v.Me.String()
	}
	if !v.Everywhere {
		b, err := json.Marshal(append([]Scope{}, v.Scopes...))
		if err != nil {
			return err
		}
		scope = string(b)
	}
	_, err := tx.Exec(ctx, `SELECT set_config('wangge.me', $1, true), set_config('wangge.scope', $2, true)`, me, scope)
	return err
}
