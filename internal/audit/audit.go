// Package audit is the record of who did what: rows that are only ever added,
// each bound to the one before by a hash, so that what is changed, taken out or
// slipped in afterwards is found.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Actor is who acts, and from where.
type Actor struct {
	Who    string // an account's id, "operator:" and the user on the host, or Nobody
	Name   string // for people; as it was then
	Source string // network address, or the host
}

// Nobody acts who has not signed in.
const Nobody = "anyone"

type actorKey struct{}

// By returns a context whose acts are the actor's.
func By(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// ActorOf returns who acts; Nobody where nobody was named.
func ActorOf(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Who: Nobody, Name: Nobody}
}

// Result is how an act ended.
type Result string

// The results.
const (
	Done    Result = "done"
	Refused Result = "refused"
)

// Entry is one row. Detail holds ids and names of fields, never values that are
// about a person.
type Entry struct {
	Seq      int64     // without a gap, from 1
	At       time.Time // microseconds count
	Actor    Actor
	Act      string // an action of the policy
	District string // code; "" where the act is about none
	Object   string // kind and name, as "edition 2026-01"
	Result   Result
	Detail   string // JSON; "" says nothing more
	Prev     []byte // Hash of the row before; empty for the first
	Hash     []byte
}

// Seal computes the hash of an entry: SHA-256 over the hash before and every
// field, each with its length.
func (e *Entry) Seal() []byte {
	h := sha256.New()
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Prev)))
	b = append(b, e.Prev...)
	b = binary.LittleEndian.AppendUint64(b, uint64(e.Seq))
	b = binary.LittleEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	for _, s := range []string{e.Actor.Who, e.Actor.Name, e.Actor.Source, e.Act, e.District, e.Object, string(e.Result), e.Detail} {
		text(s)
	}
	h.Write(b)
	return h.Sum(nil)
}

// Fault is one place where the chain does not hold.
type Fault struct {
	Seq    int64
	ZH, EN string
}

// Chain checks entries as they come, in order.
type Chain struct {
	last   []byte
	seq    int64
	Faults []Fault
}

// Next takes the next entry.
func (c *Chain) Next(e *Entry) {
	note := func(zh, en string, args ...any) {
		c.Faults = append(c.Faults, Fault{e.Seq, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)})
	}
	switch {
	case e.Seq > c.seq+1:
		note("第 %d 到 %d 行不见了", "rows %d to %d are gone", c.seq+1, e.Seq-1)
	case e.Seq <= c.seq:
		note("行号重复或倒退", "the number stands twice or goes back")
	case !slices.Equal(e.Prev, c.last):
		note("与前一行接不上", "it does not follow the row before")
	}
	if !slices.Equal(e.Seal(), e.Hash) {
		note("内容被改过", "its content was changed")
	}
	c.last, c.seq = e.Hash, e.Seq
}

// End compares the end of the chain with what is said of it: the number and
// the hash of the last row.
func (c *Chain) End(seq int64, hash []byte) {
	if seq != c.seq || !slices.Equal(hash, c.last) {
		c.Faults = append(c.Faults, Fault{seq, "末尾与登记的不符：有行被删或添加", "the end is not the one recorded: rows were taken out or added"})
	}
}

// Detail writes names and ids as JSON, in the order of their names.
func Detail(fields map[string]any) string {
	if len(fields) == 0 {
		return ""
	}
	b, err := json.Marshal(fields)
	if err != nil {
		panic(err) // only texts and numbers are given
	}
	return string(b)
}
