package category

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// About is what an edition says of itself.
type About struct {
	Name      string
	ValidFrom string // YYYY-MM-DD
	Source    string
	Order     Order
}

// Longest texts, in characters.
const (
	maxName      = 60
	maxCondition = 500
)

var (
	codeForm  = regexp.MustCompile(`^[0-9]{2}([0-9]{2})?$`)
	limitForm = regexp.MustCompile(`^[1-9][0-9]{0,2}(急时|急日|时|日)$`)
)

// builder gathers an edition and everything that is wrong with it.
type builder struct {
	edition  *Edition
	problems []Problem
	lines    map[Ref]int  // where a class was first seen
	written  map[Ref]bool // has conditions, so another row must have one
	last     Ref
}

// Build makes an edition of rows. Every problem is told, by line, and there is
// no edition while there is one.
func Build(about About, rows []Row) (*Edition, []Problem) {
	b := &builder{lines: map[Ref]int{}, written: map[Ref]bool{}, edition: &Edition{
		Name: about.Name, ValidFrom: about.ValidFrom, Source: about.Source, Order: about.Order}}
	b.about(about)
	for _, r := range rows {
		b.row(r)
	}
	b.whole()
	if len(b.problems) > 0 {
		slices.SortStableFunc(b.problems, func(p, q Problem) int { return cmp.Compare(p.Line, q.Line) })
		return nil, b.problems
	}
	return b.edition, nil
}

func (b *builder) add(line int, code, value string) {
	b.problems = append(b.problems, Problem{line, code, value})
}

func (b *builder) about(about About) {
	if !fits(about.Name, maxName) || about.Name == "" {
		b.add(0, "edition_name", about.Name)
	}
	if _, err := time.Parse(time.DateOnly, about.ValidFrom); err != nil {
		b.add(0, "edition_date", about.ValidFrom)
	}
	if about.Order != GB30428 && about.Order != CJT214 {
		b.add(0, "edition_order", string(about.Order))
	}
}

func (b *builder) row(r Row) {
	before := len(b.problems)
	kind := parseKind(r.Kind)
	if kind == "" {
		b.add(r.Line, "kind_unknown", r.Kind)
	}
	code := strings.TrimSpace(r.Code)
	if !codeForm.MatchString(code) || code[:2] == "00" || len(code) == 4 && code[2:] == "00" {
		b.add(r.Line, "code_unreadable", r.Code)
	}
	name, local := strings.TrimSpace(r.Name), strings.TrimSpace(r.Local)
	if name == "" || !fits(name, maxName) {
		b.add(r.Line, "text_bad", r.Name)
	}
	if local != "" && local != "是" {
		b.add(r.Line, "local_unreadable", r.Local)
	}
	if len(b.problems) > before {
		return
	}
	ref := Ref{Kind: kind, Code: code}
	_, seen := b.lines[ref]
	if !seen {
		b.lines[ref] = r.Line
	}
	if len(code) == 2 {
		if seen {
			b.add(r.Line, "code_duplicate", code)
			return
		}
		b.edition.Majors = append(b.edition.Majors, Major{kind, code, name, local != ""})
	} else {
		b.minor(r, Minor{Kind: kind, Code: code, Name: name, Local: local != ""}, seen)
	}
	b.last = ref
}

// minor takes a class, or one more condition of the class on the row above.
func (b *builder) minor(r Row, m Minor, seen bool) {
	ref := Ref{Kind: m.Kind, Code: m.Code}
	if !seen {
		b.edition.Minors = append(b.edition.Minors, m)
	}
	same := &b.edition.Minors[len(b.edition.Minors)-1]
	if seen && (b.last != ref || same.Name != m.Name || same.Local != m.Local) {
		b.add(r.Line, "code_duplicate", m.Code)
		return
	}
	c, code, value := parseCondition(r)
	switch {
	case code != "":
		b.add(r.Line, code, value)
	case c.Filing == "" && (seen || m.Kind == Event):
		b.add(r.Line, "condition_missing", m.Code)
	case c.Filing != "" && seen && !b.written[ref]:
		b.add(r.Line, "code_duplicate", m.Code) // the row above said: no condition
	case slices.ContainsFunc(same.Conditions, func(o Condition) bool { return o.Filing == c.Filing }):
		b.add(r.Line, "condition_duplicate", c.Filing)
	case c.Filing != "":
		same.Conditions = append(same.Conditions, c)
	}
	b.written[ref] = b.written[ref] || strings.TrimSpace(r.Condition) != ""
}

// parseCondition reads the columns of a condition; without any, it is zero.
func parseCondition(r Row) (c Condition, problem, value string) {
	c.Filing, c.Closing = strings.TrimSpace(r.Condition), strings.TrimSpace(r.Closing)
	if !fits(c.Filing, maxCondition) || !fits(c.Closing, maxCondition) {
		return c, "text_bad", r.Condition
	}
	limit := strings.TrimSpace(r.Limit)
	switch {
	case c.Filing == "" && (limit != "" || c.Closing != ""):
		return c, "condition_missing", r.Limit
	case c.Filing == "":
		return c, "", ""
	case limit == "":
		return c, "limit_missing", r.Condition
	}
	parts := strings.Split(limit, "→")
	for _, part := range parts {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 || len(words) == 1 && len(parts) > 1 || !limitForm.MatchString(words[len(words)-1]) {
			return c, "limit_unreadable", r.Limit
		}
		p := Phase{Limit: words[len(words)-1]}
		if len(words) == 2 {
			p.Name = words[0]
		}
		if !fits(p.Name, maxName) {
			return c, "text_bad", r.Limit
		}
		c.Phases = append(c.Phases, p)
	}
	return c, "", ""
}

// whole checks what only the whole table shows, and sorts it.
func (b *builder) whole() {
	e := b.edition
	slices.SortFunc(e.Majors, byMajor)
	slices.SortFunc(e.Minors, byMinor)
	if len(e.Minors) == 0 {
		b.add(0, "edition_empty", "")
	}
	for _, m := range e.Majors {
		if e.Order.contradicts(m) {
			b.add(b.lines[Ref{Kind: m.Kind, Code: m.Code}], "order_contradiction", m.Code+" "+m.Name)
		}
	}
	highest := map[Ref]string{} // of the standard codes, by major
	for _, m := range e.Minors {
		major := Ref{Kind: m.Kind, Code: m.Code[:2]}
		if !m.Local && !e.isRest(m) {
			highest[major] = m.Code
		}
	}
	for _, m := range e.Minors {
		major := Ref{Kind: m.Kind, Code: m.Code[:2]}
		line := b.lines[Ref{Kind: m.Kind, Code: m.Code}]
		if _, ok := e.Major(m.Kind, major.Code); !ok {
			b.add(line, "major_unknown", major.Code)
		}
		if m.Local && m.Code < highest[major] {
			b.add(line, "local_not_down", m.Code)
		}
	}
}

func parseKind(s string) Kind {
	for _, k := range []Kind{Event, Component} {
		if s = strings.TrimSpace(s); s == string(k) || s == k.Word() {
			return k
		}
	}
	return ""
}

func fits(s string, characters int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= characters && !strings.ContainsFunc(s, unicode.IsControl)
}
