package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"wangge/internal/fault"
	"wangge/internal/guard"
	"wangge/internal/policy"
)

// Problem is RFC 9457 problem details. Code is stable and meant for programs;
// detail is one sentence for people, in the language that they accept.
type Problem struct {
	Type   string        `json:"type" doc:"always about:blank; code tells the problems apart"`
	Title  string        `json:"title" doc:"the words of the HTTP status"`
	Status int           `json:"status"`
	Detail string        `json:"detail" doc:"what is wrong, where, and what to do"`
	Code   string        `json:"code" doc:"stable, for programs"`
	Errors []ProblemItem `json:"errors,omitempty" doc:"each finding, where there are several"`

	retry int // seconds
}

// ProblemItem is one of several findings.
type ProblemItem struct {
	Code     string `json:"code"`
	Detail   string `json:"detail"`
	Location string `json:"location,omitempty" doc:"where in the request, or which areas"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statuses = map[fault.Kind]int{
	fault.Invalid: 400, fault.NotFound: 404, fault.Conflict: 409, fault.Stale: 412, fault.TooLarge: 413,
	fault.Unsupported: 415, fault.Unprocessable: 422, fault.Precondition: 428, fault.TooMany: 429, fault.Unavailable: 503, fault.NoRoom: 507,
	fault.Unauthenticated: 401, fault.Forbidden: 403,
}

// statusGone counts requests whose caller left before the answer.
const statusGone = 499

// hasFindings is an error that lists what it refuses.
type hasFindings struct {
	error
	items []ProblemItem
}

func (h *hasFindings) Unwrap() error { return h.error }

// problem is the one place where an error becomes an answer. What is not a
// *fault.Error is a bug: it is logged, and the caller learns nothing of it.
func problem(ctx context.Context, err error) *Problem {
	r := requestOf(ctx)
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	e, ours := fault.As(err)
	if !ours && errors.Is(err, context.Canceled) && ctx.Err() != nil { // the caller has gone and will not read this
		return &Problem{Type: "about:blank", Title: "Client Closed Request", Status: statusGone, Detail: "caller gone", Code: "caller_gone"}
	}
	if !ours {
		r.cause = err
		e = fault.New(0, "internal", "服务出错了，已记录；请稍后再试", "something went wrong and was logged; try again later")
	} else if e.Kind == fault.Unavailable || e.Kind == fault.NoRoom {
		r.cause = err
	}
	status := statuses[e.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: e.Text(r.lang), Code: e.Code}
	if e.Kind == fault.Unavailable || e.Kind == fault.TooMany {
		p.retry = max(1, int(math.Ceil(e.Retry.Seconds())))
	}
	var several *hasFindings
	if errors.As(err, &several) {
		p.Errors = several.items
	}
	return p
}

// write sends p as the whole answer.
func (p *Problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	p.headers(w.Header().Set)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func (p *Problem) headers(set func(name, value string)) {
	set("Cache-Control", "no-store")
	if p.retry > 0 {
		set("Retry-After", strconv.Itoa(p.retry))
	}
}

// refuse answers err outside of huma.
func refuse(w http.ResponseWriter, r *http.Request, err error) { problem(r.Context(), err).write(w) }

var hookOnce sync.Once

// hookHuma makes huma build its errors here, and takes lists as never null.
// Huma keeps both in variables of its package, so they are set once for the
// process.
func hookHuma() {
	hookOnce.Do(func() {
		huma.DefaultArrayNullable = false
		huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
			return humaProblem(context.Background(), status, errs)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
			p := humaProblem(ctx.Context(), status, errs)
			p.headers(ctx.SetHeader)
			return p
		}
	})
}

// humaProblem turns huma's own refusals (a body that does not parse, a value
// that its schema forbids) and what handlers return into problems.
func humaProblem(ctx context.Context, status int, errs []error) *Problem {
	if status == http.StatusInternalServerError {
		return problem(ctx, errors.Join(errs...))
	}
	codes := map[int][3]string{
		http.StatusBadRequest:            {"bad_request", "请求看不懂", "the request cannot be read"},
		http.StatusRequestTimeout:        {"body_too_slow", "请求体没有及时传完", "the body did not arrive in time"},
		http.StatusRequestEntityTooLarge: {"body_too_large", "请求体太大", "the body is too large"},
		http.StatusUnsupportedMediaType:  {"unsupported_media_type", "不支持这种 Content-Type", "this content type is not supported"},
		http.StatusUnprocessableEntity:   {"invalid_body", "请求内容不合要求", "the request breaks its schema"},
		http.StatusNotAcceptable:         {"not_acceptable", "给不出 Accept 要求的格式", "the format that Accept asks for cannot be given"},
	}
	text, known := codes[status]
	if !known {
		text = [3]string{"refused", "请求被拒绝", "the request was refused"}
	}
	zh, en := text[1], text[2]
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: text[0], Detail: zh}
	if requestOf(ctx).lang == "en" {
		p.Detail = en
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Errors = append(p.Errors, ProblemItem{Code: text[0], Detail: plainly(ctx, detail.Message), Location: clip(detail.Location, 200)})
		}
	}
	return p
}

// plainly turns one of huma's findings into a sentence for people.
func plainly(ctx context.Context, finding string) string {
	said := [2]string{"内容不合要求（" + clip(finding, 200) + "）", clip(finding, 200)}
	for _, f := range []struct{ begins, zh, en string }{
		{"json:", "JSON 读不懂", "the JSON cannot be read"}, {"invalid character", "JSON 读不懂", "the JSON cannot be read"}, {"unexpected end", "JSON 没有写完", "the JSON ends too early"},
		{"expected array", "这里应是数组", "an array is expected here"}, {"expected object", "这里应是对象", "an object is expected here"}, {"expected string", "这里应是文字", "a text is expected here"},
		{"expected number", "这里应是数", "a number is expected here"}, {"expected integer", "这里应是整数", "a whole number is expected here"}, {"expected boolean", "这里应是 true 或 false", "true or false is expected here"},
		{"expected required property", "缺少必填项：" + clip(strings.TrimPrefix(finding, "expected required property "), 100), clip(finding, 200)},
		{"unexpected property", "没有这一项", "there is no such property"}, {"request body is required", "缺少请求体", "the request has no body"},
		{"expected value to be one of", "不在可选的值里：" + clip(strings.TrimPrefix(finding, "expected value to be one of "), 150), clip(finding, 200)},
	} {
		if strings.HasPrefix(finding, f.begins) {
			said = [2]string{f.zh, f.en}
			break
		}
	}
	if requestOf(ctx).lang == "en" {
		return said[1]
	}
	return said[0]
}

// request is what is remembered while a request is served.
type request struct {
	lang  string
	path  string
	cause error // of a 5xx, for the log
	shed  bool  // there was too much to do; the log hears of it in sum

	key    string    // its Idempotency-Key
	digest hash.Hash // of what it asks for; nil without a key

	caller *guard.Caller // nil: a stranger
	posts  []policy.Post // of the caller, as they lie now
	open   bool          // there are no accounts: everything is allowed
	action policy.Action
	effect policy.Effect // the strongest that was allowed
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{lang: "zh"}
}

var languages = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// acceptedLanguage is "en" for those who ask for English before Chinese, and
// "zh" for everybody else.
func acceptedLanguage(header string) string {
	if len(header) > 200 || strings.TrimSpace(header) == "" {
		return "zh"
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "zh"
	}
	if _, i, confidence := languages.Match(tags...); i == 1 && confidence > language.No {
		return "en"
	}
	return "zh"
}

func noSuchPath(path string) error {
	return fault.New(fault.NotFound, "not_found", "没有这个地址：%[1]s", "there is nothing at %[1]s", clip(path, 100))
}

func clip(s string, most int) string {
	if len(s) > most {
		return fmt.Sprintf("%s…", strings.ToValidUTF8(s[:most], ""))
	}
	return s
}
