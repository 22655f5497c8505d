package httpapi

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// AuditEntry is one row of the audit.
type AuditEntry struct {
	Seq      int64           `json:"seq"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor" doc:"id of a person, operator: and the user on the host, key: and the id, or anyone"`
	Name     string          `json:"name" doc:"of the actor, as it was then"`
	Source   string          `json:"source" doc:"network address, or the host"`
	Act      string          `json:"act" doc:"an action of docs/authorisation.md"`
	District string          `json:"district,omitempty"`
	Object   string          `json:"object"`
	Result   string          `json:"result" enum:"done,refused"`
	Detail   json.RawMessage `json:"detail,omitempty"`
	Hash     string          `json:"hash" doc:"SHA-256 over this row and the hash of the one before"`
}

type (
	auditOutput struct {
		Body struct {
			Entries []AuditEntry `json:"entries" doc:"newest first"`
			Next    string       `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
	verifyOutput struct {
		Body struct {
			Rows   int64        `json:"rows"`
			Last   string       `json:"last" doc:"hash of the last row; kept elsewhere, it anchors the chain"`
			Faults []AuditFault `json:"faults" doc:"where the chain does not hold, the first hundred"`
		}
	}
	// AuditFault is a place where the chain does not hold.
	AuditFault struct {
		Seq  int64  `json:"seq"`
		Text string `json:"text"`
	}
	// AuditQuery selects rows of the audit.
	AuditQuery struct {
		Actor    string `query:"actor"`
		Act      string `query:"act"`
		District string `query:"district"`
		Result   string `query:"result" enum:"done,refused"`
		From     string `query:"from" doc:"first day"`
		Until    string `query:"until" doc:"last day"`
	}
)

func (s *Server) auditRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/audit", "audit", "审计记录 · Who did what", 400, 401, 403, 422, 503), s.audit)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/audit/verification", "audit-verify", "校验审计链 · Does the chain hold", 401, 403, 429, 503), s.verifyAudit)
	export := operation(http.MethodGet, "/api/v1/audit/export", "audit-export", "导出审计 · All rows, one JSON a line, oldest first", 401, 403, 429, 503)
	export.Responses = map[string]*huma.Response{"200": {Description: "the rows", Content: map[string]*huma.MediaType{"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	huma.Register(s.api, export, s.exportAudit)
}

func (s *Server) audit(ctx context.Context, in *struct {
	AuditQuery
	Limit  count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}) (*auditOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	f := postgres.AuditFilter{Actor: in.Actor, Act: in.Act, District: in.District, Result: audit.Result(in.Result)}
	if f.From, err = account.FirstDay(in.From); err != nil {
		return nil, err
	}
	if f.Until, err = account.LastDay(in.Until); err != nil {
		return nil, err
	}
	if seen := requestOf(ctx); seen.effect != policy.Allow { // one's own acts
		if f.Actor != "" && f.Actor != seen.owner() {
			return &auditOutput{}, s.deny(ctx, "audit", fault.New(fault.Forbidden, "forbidden", "只能看自己的记录", "only your own acts are yours to see"))
		}
		f.Actor = seen.owner()
	}
	found, err := s.Store.Audit(ctx, f, page.oneMore())
	if err != nil {
		return nil, err
	}
	out := &auditOutput{}
	out.Body.Entries, out.Body.Next = paged(page, found, describeEntry)
	return out, nil
}

func describeEntry(e *audit.Entry) AuditEntry {
	d := AuditEntry{Seq: e.Seq, At: e.At, Actor: e.Actor.Who, Name: e.Actor.Name, Source: e.Actor.Source, Act: e.Act, District: e.District,
		Object: e.Object, Result: string(e.Result), Hash: hex.EncodeToString(e.Hash)}
	if json.Valid([]byte(e.Detail)) {
		d.Detail = json.RawMessage(e.Detail)
	}
	return d
}

// whole lets whoever reads all of the audit go through it from end to end, one
// at a time. Errors: forbidden, too_many_requests.
func (s *Server) whole(ctx context.Context, operation string) (done func(), err error) {
	if seen := requestOf(ctx); seen.effect != policy.Allow {
		return nil, s.deny(ctx, operation, forbidden())
	}
	select {
	case s.verifies <- struct{}{}:
		return func() { <-s.verifies }, nil
	default:
		e := fault.New(fault.TooMany, "too_many_requests", "正在校验或导出，请稍后再试", "the audit is being read through; try again shortly")
		e.Retry = 5 * time.Second
		return nil, e
	}
}

func (s *Server) verifyAudit(ctx context.Context, _ *struct{}) (*verifyOutput, error) {
	done, err := s.whole(ctx, "audit-verify")
	if err != nil {
		return nil, err
	}
	defer done()
	faults, rows, last, err := s.Store.VerifyAudit(ctx)
	if err != nil {
		return nil, err
	}
	out := &verifyOutput{}
	out.Body.Rows, out.Body.Last, out.Body.Faults = rows, hex.EncodeToString(last), []AuditFault{}
	for _, f := range faults[:min(len(faults), usualLimit)] {
		text := f.ZH
		if requestOf(ctx).lang == "en" {
			text = f.EN
		}
		out.Body.Faults = append(out.Body.Faults, AuditFault{f.Seq, text})
	}
	return out, nil
}

func (s *Server) exportAudit(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	done, err := s.whole(ctx, "audit-export")
	if err != nil {
		return nil, err
	}
	if err := s.Store.Record(ctx, audit.Entry{Act: string(policy.AuditRead), Object: "audit export", Result: audit.Done}); err != nil {
		done()
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer done()
		r, w := humachi.Unwrap(c)
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Content-Disposition", `attachment; filename="wangge-audit.ndjson"`)
		control := http.NewResponseController(w)
		encoder := json.NewEncoder(w)
		_, _, err := s.Store.EachAudit(r.Context(), func(e *audit.Entry) error {
			_ = control.SetWriteDeadline(time.Now().Add(streamPatience))
			return encoder.Encode(describeEntry(e))
		})
		if err != nil {
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler)
		}
	}}, nil
}
