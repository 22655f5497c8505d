package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/user"
	"time"

	"wangge/internal/audit"
	"wangge/internal/policy"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Check the whole chain: rows changed, taken out or slipped in are named."`
	Export auditExport `cmd:"" help:"Write all rows, oldest first, as one JSON object a line."`
}

// operator is whoever runs the program on the host. Such acts are the
// operator's own and are recorded as such.
func operator() audit.Actor {
	a := audit.Actor{Who: "operator", Name: "operator", Source: "host"}
	if u, err := user.Current(); err == nil {
		a.Who, a.Name = "operator:"+u.Username, u.Username
	}
	if host, err := os.Hostname(); err == nil {
		a.Source = host
	}
	return a
}

type auditVerify struct{ databaseFlags }

func (c *auditVerify) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		faults, rows, hash, err := db.VerifyAudit(ctx)
		if err != nil {
			return err
		}
		for _, f := range faults {
			fmt.Fprintf(t.out, t.say("第 %d 行：%s\n", "row %d: %s\n"), f.Seq, t.say(f.ZH, f.EN))
		}
		if len(faults) > 0 {
			fmt.Fprintf(t.out, t.say("共 %d 行，有 %d 处不对\n", "%d rows, %d faults\n"), rows, len(faults))
			return errRefused
		}
		// Kept somewhere else, the last hash also shows when the whole chain was written anew.
		fmt.Fprintf(t.out, t.say("共 %d 行，前后相接，没有改动；末行哈希 %s\n", "%d rows, unbroken; the last hash is %s\n"), rows, hex.EncodeToString(hash))
		return nil
	})
}

type auditExport struct {
	databaseFlags
	Out string `default:"-" help:"File to write; - is standard output." placeholder:"FILE"`
}

func (c *auditExport) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		if err := db.Record(ctx, audit.Entry{Act: string(policy.AuditRead), Object: "audit", Result: audit.Done, Detail: audit.Detail(map[string]any{"did": "export"})}); err != nil {
			return err
		}
		write := func(w io.Writer) error {
			out := bufio.NewWriterSize(w, 64<<10)
			lines := json.NewEncoder(out)
			lines.SetEscapeHTML(false)
			if _, _, err := db.EachAudit(ctx, func(e *audit.Entry) error { return lines.Encode(lineOf(e)) }); err != nil {
				return err
			}
			return out.Flush()
		}
		if c.Out == "-" {
			return write(t.out)
		}
		return writeWhole(c.Out, write)
	})
}

// line is one row of an exported audit.
type line struct {
	Seq      int64           `json:"seq"`
	At       string          `json:"at"`
	Actor    string          `json:"actor"`
	Name     string          `json:"name"`
	Source   string          `json:"source"`
	Act      string          `json:"act"`
	District string          `json:"district"`
	Object   string          `json:"object"`
	Result   string          `json:"result"`
	Detail   json.RawMessage `json:"detail"`
	Prev     string          `json:"prev"`
	Hash     string          `json:"hash"`
}

func lineOf(e *audit.Entry) line {
	l := line{Seq: e.Seq, At: e.At.UTC().Format(time.RFC3339Nano), Actor: e.Actor.Who, Name: e.Actor.Name, Source: e.Actor.Source,
		Act: e.Act, District: e.District, Object: e.Object, Result: string(e.Result), Detail: json.RawMessage(e.Detail),
		Prev: hex.EncodeToString(e.Prev), Hash: hex.EncodeToString(e.Hash)}
	if e.Detail == "" {
		l.Detail = json.RawMessage("null")
	}
	return l
}
