package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/area"
	"wangge/internal/gridindex"
	"wangge/internal/lineage"
	"wangge/internal/live"
	"wangge/internal/postgres"
)

// Period is a time in which one edition is in force.
type Period struct {
	Edition    string        `json:"edition"`
	ValidFrom  string        `json:"valid_from" doc:"first day, in the district's time zone"`
	ValidTo    string        `json:"valid_to,omitempty" doc:"first day of the next; absent for the last"`
	Generation int64         `json:"generation" doc:"that put it into force"`
	Begun      bool          `json:"begun" doc:"false for an edition that lies ahead"`
	Changes    []ChangeCount `json:"changes" doc:"against the period before"`
}

// ChangeCount counts links of one kind at one level.
type ChangeCount struct {
	Level string `json:"level"`
	Kind  string `json:"kind" enum:"rename,recode,transfer,split,merge"`
	Count int    `json:"count"`
}

// Link ties an area of one edition to one of the next.
type Link struct {
	Kind      string   `json:"kind" enum:"rename,recode,transfer,split,merge"`
	Level     string   `json:"level"`
	On        string   `json:"on,omitempty" doc:"first day of the later edition; absent while that is a draft"`
	Before    string   `json:"before" doc:"the earlier edition"`
	After     string   `json:"after" doc:"the later one"`
	From      LinkSide `json:"from"`
	To        LinkSide `json:"to"`
	SameArea  bool     `json:"same_area" doc:"both sides are one area: it was renamed, recoded, or hangs under another parent"`
	SharedM2  float64  `json:"shared_m2" doc:"ground that passed, to about one percent"`
	ShareFrom float64  `json:"share_from" doc:"and as a share of the one side"`
	ShareTo   float64  `json:"share_to" doc:"and of the other"`
	Confirmed bool     `json:"confirmed" doc:"by a person; otherwise as the overlaps propose it"`
	Text      string   `json:"text" doc:"in one sentence"`
}

// LinkSide is an area at one end of a link, as it stands in its edition.
type LinkSide struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	ParentCode string `json:"parent_code,omitempty"`
	ParentName string `json:"parent_name,omitempty"`
}

// Stay is one area through a time in which nothing of it changed.
type Stay struct {
	Level      string     `json:"level"`
	Code       string     `json:"code"`
	Name       string     `json:"name"`
	ParentCode string     `json:"parent_code,omitempty"`
	ParentName string     `json:"parent_name,omitempty"`
	ValidFrom  string     `json:"valid_from"`
	ValidTo    string     `json:"valid_to,omitempty" doc:"first day that it no longer holds; absent while it does"`
	Editions   []string   `json:"editions" doc:"the earliest first"`
	AreaM2     float64    `json:"area_m2"`
	Bbox       [4]float64 `json:"bbox" doc:"west, south, east, north"`
}

// Note says why an old code was answered, and with what.
type Note struct {
	Kind       string    `json:"kind" enum:"code_changed,ended" doc:"code_changed: the area goes on under the code in the answer; ended: the answer is how it last stood"`
	Since      string    `json:"since" doc:"first day that the code no longer holds; empty while it does"`
	Text       string    `json:"text"`
	Successors []AreaRef `json:"successors" doc:"of an area that has ended: the areas that have its ground today"`
}

type (
	timelineOutput struct {
		Body struct {
			District string   `json:"district"`
			Periods  []Period `json:"periods" doc:"the earliest first"`
		}
	}
	historyOutput struct {
		Body struct {
			Stays []Stay `json:"stays" doc:"the earliest first"`
			Links []Link `json:"links" doc:"all that touch it, in time"`
		}
	}
	descentOutput struct {
		Body struct {
			Area  Stay   `json:"area" doc:"as it stood on the day asked about"`
			Links []Link `json:"links" doc:"step by step, away from that day"`
			Ends  []Stay `json:"ends" doc:"successors: the areas of today that have its ground; predecessors: those of the first edition"`
		}
	}
	lineageOutput struct {
		Body struct {
			Before string `json:"before" doc:"the edition that it follows; empty when it is the first"`
			Links  []Link `json:"links"`
			Total  int    `json:"total"`
			Next   string `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
)

func (s *Server) historyRoutes() {
	const one = "/api/v1/districts/{district}/areas/{level}/{code}"
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/districts/{district}/timeline", "timeline", "一个区的各个版次 · The editions in force, one after another", 400, 404, 503), s.timeline)
	huma.Register(s.api, operation(http.MethodGet, one+"/history", "area-history", "沿革 · The life of an area; old codes are known", 400, 404, 503), s.areaHistory)
	huma.Register(s.api, operation(http.MethodGet, one+"/successors", "area-successors", "后来成了什么 · What became of an area", 400, 404, 503), s.successors)
	huma.Register(s.api, operation(http.MethodGet, one+"/predecessors", "area-predecessors", "从哪里来 · What an area came from", 400, 404, 503), s.predecessors)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/editions/{district}/{name}/lineage", "edition-lineage", "与前一版次的沿革 · What ties it to the edition before: proposed for a draft, recorded once activated", 400, 404, 503), s.lineage)
}

func date(t time.Time) string { return t.Format(time.DateOnly) }

func dateOrNone(t *time.Time) string {
	if t == nil {
		return ""
	}
	return date(*t)
}

func (s *Server) timeline(ctx context.Context, in *struct {
	District string `path:"district"`
	KnownAt  string `query:"known_at" doc:"a date or RFC 3339 time: as recorded by then"`
}) (*timelineOutput, error) {
	at, err := live.ParseAt("", in.KnownAt)
	if err != nil {
		return nil, err
	}
	periods, err := s.Store.Timeline(ctx, in.District, at.Known)
	if err != nil {
		return nil, err
	}
	if len(periods) == 0 {
		return nil, noSuchDistrict()
	}
	changes, err := s.Store.Changes(ctx, in.District, periods, at.Known)
	if err != nil {
		return nil, err
	}
	out := &timelineOutput{}
	out.Body.District = in.District
	for i, p := range periods {
		d := Period{Edition: p.Name, ValidFrom: date(p.From), ValidTo: dateOrNone(p.Until), Generation: p.Generation, Begun: p.Begun, Changes: []ChangeCount{}}
		for _, c := range changes[i] {
			d.Changes = append(d.Changes, ChangeCount{c.Level.String(), string(c.Kind), c.Count})
		}
		out.Body.Periods = append(out.Body.Periods, d)
	}
	return out, nil
}

func (s *Server) areaHistory(ctx context.Context, in *struct {
	District string `path:"district"`
	Level    string `path:"level" enum:"district,subdistrict,community,grid,compound"`
	Code     string `path:"code"`
	KnownAt  string `query:"known_at" doc:"a date or RFC 3339 time: as recorded by then"`
}) (*historyOutput, error) {
	level, err := area.ParseLevel(in.Level)
	if err != nil {
		return nil, err
	}
	at, err := live.ParseAt("", in.KnownAt)
	if err != nil {
		return nil, err
	}
	h, err := s.Store.AreaHistory(ctx, in.District, level, in.Code, at.Known)
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.Stays, out.Body.Links = describeStays(h.Stays), describeLinks(h.Links, requestOf(ctx).lang)
	return out, nil
}

func (s *Server) successors(ctx context.Context, in *AreaPath) (*descentOutput, error) {
	return descent(ctx, in, s.Store.Successors)
}

func (s *Server) predecessors(ctx context.Context, in *AreaPath) (*descentOutput, error) {
	return descent(ctx, in, s.Store.Predecessors)
}

func descent(ctx context.Context, in *AreaPath, follow func(context.Context, string, area.Level, string, postgres.At) (*postgres.Descent, error)) (*descentOutput, error) {
	level, err := area.ParseLevel(in.Level)
	if err != nil {
		return nil, err
	}
	at, err := live.ParseAt(in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	d, err := follow(ctx, in.District, level, in.Code, at)
	if err != nil {
		return nil, err
	}
	out := &descentOutput{}
	out.Body.Area, out.Body.Links, out.Body.Ends = describeStay(d.Of), describeLinks(d.Links, requestOf(ctx).lang), describeStays(d.Ends)
	return out, nil
}

func (s *Server) lineage(ctx context.Context, in *struct {
	EditionPath
	From   string `query:"from" doc:"of a draft: the day it is meant to be in force from; today when left out" format:"date"`
	Limit  count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}) (*lineageOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	at, err := live.ParseAt(in.From, "")
	if err != nil {
		return nil, err
	}
	tie, err := s.ties.of(ctx, s, in.EditionPath, at.Valid)
	if err != nil {
		return nil, err
	}
	links := tie.links
	out := &lineageOutput{}
	out.Body.Before, out.Body.Total = tie.before, len(links)
	out.Body.Links, out.Body.Next = paged(page, links[min(page.From, len(links)):], func(r *lineage.Record) Link { return describeLink(*r, requestOf(ctx).lang) })
	return out, nil
}

// ties keeps the lineages that were looked at last, so that the pages of one are
// not each worked out anew.
type ties struct {
	mu   sync.Mutex
	kept []*tie // newest first
}

// tie is the lineage of an edition as it stood at one version, on one day, in
// one generation.
type tie struct {
	key    string
	before string
	links  []lineage.Record
}

const mostTies = 4

// of returns the lineage of an edition as it stands now. Errors: no_such_edition.
func (c *ties) of(ctx context.Context, s *Server, path EditionPath, from time.Time) (*tie, error) {
	e, err := s.Store.Edition(ctx, path.District, path.Name)
	if err != nil {
		return nil, err
	}
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%s %d %s %s %s", e.ID, e.Version, date(from), ix.Snapshot, time.Now().UTC().Format("2006-01-02 15"))
	c.mu.Lock()
	defer c.mu.Unlock() // one at a time: it is heavy
	for _, t := range c.kept {
		if t.key == key {
			return t, nil
		}
	}
	t := &tie{key: key}
	if t.before, t.links, err = s.Store.Lineage(ctx, e.District, e.Name, from); err != nil {
		return nil, err
	}
	c.kept = append([]*tie{t}, c.kept[:min(len(c.kept), mostTies-1)]...)
	return t, nil
}

// formerly finds the area that has, or had, a code that is not in force on the
// day asked about: under the code that it bears then, or, when nothing is asked
// about a day, as it last stood. The note says which. Error: no_such_area.
func (s *Server) formerly(ctx context.Context, district string, level area.Level, code string, moment Moment) (*gridindex.Area, *gridindex.Index, *Note, error) {
	at, err := live.ParseAt(moment.At, moment.KnownAt)
	if err != nil {
		return nil, nil, nil, err
	}
	h, err := s.Store.AreaHistory(ctx, district, level, code, at.Known)
	if err != nil {
		return nil, nil, nil, err
	}
	day := at.Valid
	if day.IsZero() {
		day = h.Today
	}
	var then, bore *postgres.Stay // on the day, and when the code held: last before it, else first after it
	for i := range h.Stays {
		stay := &h.Stays[i]
		begun := date(stay.From) <= date(day)
		if begun && (stay.Until == nil || date(*stay.Until) > date(day)) {
			then = stay
		}
		if stay.Code == code && (begun || bore == nil) {
			bore = stay
		}
	}
	note := &Note{Kind: "code_changed", Since: dateOrNone(bore.Until), Successors: []AreaRef{}}
	switch {
	case then != nil && date(bore.From) > date(day):
		note.Text = say(ctx, "那时的编码是 %[2]s；自 %[3]s 起才是 %[1]s", "its code was %[2]s then; it is %[1]s since %[3]s", code, then.Code, date(bore.From))
	case then != nil:
		note.Text = say(ctx, "编码 %[1]s 自 %[3]s 起改为 %[2]s", "the code %[1]s is %[2]s since %[3]s", code, then.Code, note.Since)
	case moment.At != "" || bore.Until == nil: // not there on that day, or not yet
		return nil, nil, nil, noSuchArea()
	default:
		note.Kind, then = "ended", bore
		note.Text = say(ctx, "编码 %[1]s 自 %[2]s 起停用，这里是它最后的样子", "the code %[1]s ended on %[2]s; this is how it last stood", code, note.Since)
	}
	ix, err := s.Boundaries.At(ctx, postgres.At{Valid: then.From, Known: at.Known})
	if err != nil {
		return nil, nil, nil, err
	}
	if e := ix.Edition(district); e != nil {
		if a := e.Find(level, then.Code); a != nil {
			return a, ix, note, nil
		}
	}
	return nil, nil, nil, noSuchArea()
}

// describeFormer describes an area that was found by an old code.
func (s *Server) describeFormer(ctx context.Context, a *gridindex.Area, ix *gridindex.Index, note *Note, known string) (*areaOutput, error) {
	d := describeArea(ctx, a, ix)
	d.Note = note
	if note.Kind == "ended" {
		d.ValidTo = note.Since
		at, err := live.ParseAt("", known)
		if err != nil {
			return nil, err
		}
		descent, err := s.Store.Successors(ctx, a.District, a.Level, a.Code, postgres.At{Known: at.Known})
		if err != nil {
			return nil, err
		}
		for _, e := range descent.Ends {
			note.Successors = append(note.Successors, AreaRef{e.Level.String(), e.Code, e.Name})
		}
	}
	return &areaOutput{d}, nil
}

func say(ctx context.Context, zh, en string, args ...any) string {
	if requestOf(ctx).lang == "en" {
		zh = en
	}
	return fmt.Sprintf(zh, args...)
}

func describeStay(s postgres.Stay) Stay {
	return Stay{Level: s.Level.String(), Code: s.Code, Name: s.Name, ParentCode: s.ParentCode, ParentName: s.ParentName,
		ValidFrom: date(s.From), ValidTo: dateOrNone(s.Until), Editions: s.Names, AreaM2: s.AreaM2, Bbox: bbox(s.Box)}
}

func describeStays(list []postgres.Stay) []Stay {
	out := []Stay{}
	for _, s := range list {
		out = append(out, describeStay(s))
	}
	return out
}

func describeLink(r lineage.Record, lang string) Link {
	l := Link{Kind: string(r.Kind), Level: r.Level.String(), Before: r.Before, After: r.After,
		From:     LinkSide{r.From.Code, r.From.Name, r.From.ParentCode, r.From.ParentName},
		To:       LinkSide{r.To.Code, r.To.Name, r.To.ParentCode, r.To.ParentName},
		SameArea: r.Same(), SharedM2: r.SharedM2, ShareFrom: r.OfFrom, ShareTo: r.OfTo, Confirmed: r.Confirmed, Text: r.Text(lang)}
	if !r.On.IsZero() {
		l.On = date(r.On)
	}
	return l
}

func describeLinks(list []lineage.Record, lang string) []Link {
	out := []Link{}
	for _, r := range list {
		out = append(out, describeLink(r, lang))
	}
	return out
}
