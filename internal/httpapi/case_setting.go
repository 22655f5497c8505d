package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/casesetting"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/worktime"
)

// CaseSetting is how the cases of a district are handled.
type CaseSetting struct {
	District string              `json:"district"`
	Version  int64               `json:"version" doc:"also the ETag; 1 is what the program brings along"`
	Made     *time.Time          `json:"made,omitempty"`
	By       string              `json:"by" doc:"who saved it; empty for version 1"`
	Setting  casesetting.Setting `json:"setting"`
	Words    map[string]string   `json:"words" doc:"the usual Chinese word under each key of setting.words"`
}

type caseSettingOutput struct {
	ETag string `header:"ETag"`
	Body CaseSetting
}

func (s *Server) caseSettingRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/settings/cases", "case-setting", "办理规则 · How cases are handled", 404), s.caseSetting)
	save := operation(http.MethodPut, "/api/v1/settings/cases", "case-setting-save", "保存办理规则 · Save how cases are handled", 400, 404, 412, 413, 422, 428)
	save.MaxBodyBytes = 1 << 20
	huma.Register(s.api, save, s.saveCaseSetting)
	huma.Register(s.api, operation(http.MethodPost, "/api/v1/settings/cases/deadline", "case-deadline", "试算时限 · Try a deadline", 400, 404, 413, 422), s.caseDeadline)
}

func (s *Server) caseSetting(ctx context.Context, in *struct {
	District string `query:"district" doc:"the only one when left out"`
}) (*caseSettingOutput, error) {
	district, err := s.standardDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	set, err := s.Store.Setting(ctx, district)
	if err != nil {
		return nil, err
	}
	return describeCaseSetting(district, set), nil
}

func describeCaseSetting(district string, set *postgres.CaseSetting) *caseSettingOutput {
	d := CaseSetting{District: district, Version: set.Version, By: set.By, Setting: set.Setting, Words: casesetting.WordKeys()}
	if !set.Made.IsZero() {
		d.Made = &set.Made
	}
	return &caseSettingOutput{etag(set.Version), d}
}

func (s *Server) saveCaseSetting(ctx context.Context, in *struct {
	District string `query:"district" doc:"the only one when left out"`
	IfMatch  string `header:"If-Match" doc:"the ETag of the setting as last seen"`
	Key      string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body     casesetting.Setting
}) (*caseSettingOutput, error) {
	district, err := s.settingDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	set, err := s.Store.SaveSetting(ctx, district, in.Body, writing(ctx, version))
	if err != nil {
		return nil, err
	}
	return describeCaseSetting(district, set), nil
}

// DeadlineTrial is a limit that is tried on the working calendar.
type DeadlineTrial struct {
	Limit    string                `json:"limit" example:"4工作时"`
	Start    time.Time             `json:"start"`
	Pauses   []DeadlinePause       `json:"pauses,omitempty" maxItems:"20"`
	Calendar *casesetting.Calendar `json:"calendar,omitempty" doc:"to try before it is saved; the saved one when left out"`
}

// DeadlinePause is a time that does not count.
type DeadlinePause struct {
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty" doc:"absent while it lasts"`
	Reason string     `json:"reason,omitempty" maxLength:"100"`
}

// Deadline is when a limit is used up, and why then.
type Deadline struct {
	Limit       string         `json:"limit" doc:"as it was understood"`
	Deadline    *time.Time     `json:"deadline,omitempty" doc:"absent while a pause lasts"`
	Seconds     int64          `json:"seconds" doc:"of time that counts"`
	Steps       []DeadlineStep `json:"steps" doc:"the first 400, in the order of time"`
	More        int            `json:"more" doc:"steps that are left out"`
	Unpublished []int          `json:"unpublished" doc:"years it depends on whose holidays were not entered"`
}

// DeadlineStep is a stretch of time that counted, or did not.
type DeadlineStep struct {
	Kind string     `json:"kind" enum:"left,paused,holiday,rest,make_up" doc:"left: it counts"`
	From time.Time  `json:"from"`
	To   *time.Time `json:"to,omitempty"`
	Name string     `json:"name,omitempty"`
}

const mostDeadlineSteps = 400

// caseDeadline tries a limit from a start on the calendar of a district, or on
// one that is not saved yet.
func (s *Server) caseDeadline(ctx context.Context, in *struct {
	District string `query:"district" doc:"the only one when left out"`
	Body     DeadlineTrial
}) (*struct{ Body Deadline }, error) {
	district, err := s.standardDistrict(ctx, in.District)
	if err != nil {
		return nil, err
	}
	set, err := s.Store.Setting(ctx, district)
	if err != nil {
		return nil, err
	}
	if in.Body.Calendar != nil {
		set.Calendar = *in.Body.Calendar
	}
	calendar, err := set.Clock()
	if err != nil {
		return nil, err
	}
	limit, err := worktime.ParseLimit(in.Body.Limit)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Pauses) > 20 {
		return nil, fault.New(fault.Unprocessable, "too_many_pauses", "最多试 %[1]d 次暂停", "at most %[1]d pauses", 20)
	}
	clock := worktime.Clock{Calendar: calendar, Start: in.Body.Start, Phases: []worktime.Phase{{Limit: limit}}}
	for _, p := range in.Body.Pauses {
		pause := worktime.Pause{From: p.From, Reason: p.Reason}
		if p.To != nil {
			pause.To = *p.To
		}
		clock.Pauses = append(clock.Pauses, pause)
	}
	if err := clock.Validate(); err != nil {
		return nil, err
	}
	return &struct{ Body Deadline }{explainDeadline(limit, clock.Explain(in.Body.Start))}, nil
}

func explainDeadline(limit worktime.Limit, e worktime.Explanation) Deadline {
	d := Deadline{Limit: limit.String(), Seconds: int64((e.Used + e.Remaining) / time.Second), Steps: []DeadlineStep{}, Unpublished: append([]int{}, e.Unpublished...)}
	if !e.Deadline.IsZero() {
		d.Deadline = &e.Deadline
	}
	slices.SortStableFunc(e.Steps, func(a, b worktime.Step) int { return a.From.Compare(b.From) })
	d.More = max(0, len(e.Steps)-mostDeadlineSteps)
	for _, step := range e.Steps[:len(e.Steps)-d.More] {
		told := DeadlineStep{Kind: string(step.Kind), From: step.From, Name: step.Name}
		if !step.To.IsZero() {
			told.To = &step.To
		}
		d.Steps = append(d.Steps, told)
	}
	return d
}
