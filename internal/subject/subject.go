// Package subject describes the subjects on the map (专题): compounds, Party
// organisations, sites and what else a district keeps about its places. A kind is
// a table of fields; its rows in the database, its part of the API, its forms and
// lists and its layer are all made from that table.
package subject

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

// Kind is one sort of subject.
type Kind struct {
	Name   string // as it is kept
	Path   string // in the API: /api/v1/branches
	ZH, EN string
	Write  policy.Action // what takes to change one; reading all of them is policy.SubjectRead
	Sited  bool          // has a point
	Fields []Field
	check  func(*Row) []string // what is wrong beside the fields, as codes of wrongs
}

// Type is what a field holds.
type Type string

// The types. Money is whole yuan; a Date is YYYY-MM-DD; Areas and Links are
// lists, of areas of the boundaries and of other subjects.
const (
	Text   Type = "text"
	Whole  Type = "whole"
	Money  Type = "money"
	Date   Type = "date"
	Choice Type = "choice"
	Flag   Type = "flag"
	Areas  Type = "areas"
	Links  Type = "links"
)

// Field is one of what a kind keeps.
type Field struct {
	Name     string
	ZH, EN   string
	Type     Type
	Required bool
	Personal bool         // about a person: not for strangers
	Most     int64        // of a whole number or money; characters of a text, entries of a list. 0: usualMost
	Choices  []Option     // of a choice
	Levels   []area.Level // of areas: none is any
	To       string       // of links: the kind
}

// Option is one that may be chosen.
type Option struct{ Code, ZH, EN string }

// Row is what a subject says of itself. Values holds string, int64 or bool by the
// name of the field; the areas and links of a list stand beside it, as the caller
// has resolved them.
type Row struct {
	Code, Name   string
	Since, Until time.Time // days in UTC; zero: not said
	Values       map[string]any
	Lists        map[string]int // how many areas or links each list has
}

// Active reports whether the subject is there on a day in UTC.
func (r *Row) Active(day time.Time) bool {
	return (r.Since.IsZero() || !r.Since.After(day)) && (r.Until.IsZero() || r.Until.After(day))
}

// Bounds on what is entered.
const (
	longestName = 200
	longestCode = 60
	usualText   = 500
	usualList   = 500
	mostNumber  = 1_000_000_000_000
)

// most is the largest number, longest text or list of a field.
func (f *Field) most() int64 {
	switch {
	case f.Most != 0:
		return f.Most
	case f.Type == Text:
		return usualText
	case f.Type == Areas || f.Type == Links:
		return usualList
	}
	return mostNumber
}

// Field returns one by its name; nil where the kind has no such field.
func (k *Kind) Field(name string) *Field {
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			return &k.Fields[i]
		}
	}
	return nil
}

// Wrong is one thing that is wrong with a row, and where.
type Wrong struct {
	Field  string // "" is the row as a whole
	ZH, EN string
}

// Check refuses a row that cannot be kept, with all that is wrong with it.
// Values are made canonical: whole numbers come as float64 from JSON and as text
// from tables. Error: subject_invalid.
func (k *Kind) Check(r *Row) ([]Wrong, error) {
	var wrongs []Wrong
	add := func(field, zh, en string) { wrongs = append(wrongs, Wrong{field, zh, en}) }
	r.Name, r.Code = strings.TrimSpace(r.Name), strings.TrimSpace(r.Code)
	if r.Name == "" || utf8.RuneCountInString(r.Name) > longestName {
		add("name", "名称不能空，最多 200 字", "a name is needed, of 200 characters at most")
	}
	if utf8.RuneCountInString(r.Code) > longestCode {
		add("code", "编号最多 60 字", "a code has 60 characters at most")
	}
	if !r.Since.IsZero() && !r.Until.IsZero() && !r.Until.After(r.Since) {
		add("until", "止期要晚于起期", "it ends after it begins")
	}
	for name := range r.Values {
		if f := k.Field(name); f == nil || f.Type == Areas || f.Type == Links {
			add(name, "没有这个字段", "there is no such field")
		}
	}
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Type == Areas || f.Type == Links {
			if n := r.Lists[f.Name]; int64(n) > f.most() || f.Required && n == 0 {
				add(f.Name, f.ZH+"要有 1 到 "+strconv.FormatInt(f.most(), 10)+" 个", f.EN+": 1 to "+strconv.FormatInt(f.most(), 10)+" of them")
			}
			continue
		}
		v, zh, en := f.read(r.Values[f.Name])
		switch {
		case zh != "":
			add(f.Name, zh, en)
		case v == nil && f.Required:
			add(f.Name, "请填写"+f.ZH, f.EN+" is needed")
		case v == nil:
			delete(r.Values, f.Name)
		default:
			r.Values[f.Name] = v
		}
	}
	if len(wrongs) == 0 && k.check != nil {
		for _, code := range k.check(r) {
			wrongs = append(wrongs, rules[code])
		}
	}
	if len(wrongs) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(wrongs, func(a, b Wrong) int { return strings.Compare(a.Field, b.Field) })
	return wrongs, fault.New(fault.Unprocessable, "subject_invalid", "%[1]s：%[2]s", "%[3]s: %[4]s", k.ZH, wrongs[0].ZH, k.EN, wrongs[0].EN)
}

// read makes a value canonical: nil where there is none. zh and en say what is
// wrong with it.
func (f *Field) read(v any) (value any, zh, en string) {
	if v == nil || v == "" {
		return nil, "", ""
	}
	switch f.Type {
	case Flag:
		if b, ok := v.(bool); ok {
			return b, "", ""
		}
		switch v {
		case "是", "true":
			return true, "", ""
		case "否", "false":
			return false, "", ""
		}
		return nil, f.ZH + "只能是“是”或“否”", f.EN + " is yes or no"
	case Whole, Money:
		var n int64
		switch v := v.(type) {
		case int64:
			n = v
		case float64:
			if v != math.Trunc(v) || math.Abs(v) > mostNumber {
				return nil, f.ZH + "应是整数", f.EN + " is a whole number"
			}
			n = int64(v)
		case string:
			var err error
			if n, err = strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(v), ",", ""), 10, 64); err != nil {
				return nil, f.ZH + "应是整数", f.EN + " is a whole number"
			}
		default:
			return nil, f.ZH + "应是整数", f.EN + " is a whole number"
		}
		if n < 0 || n > f.most() {
			most := strconv.FormatInt(f.most(), 10)
			return nil, f.ZH + "应在 0 到 " + most + " 之间", f.EN + " lies between 0 and " + most
		}
		return n, "", ""
	}
	s, ok := v.(string)
	if !ok {
		return nil, f.ZH + "应是文字", f.EN + " is a text"
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil, "", ""
	}
	switch f.Type {
	case Date:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return nil, f.ZH + "应写成 2026-01-31", f.EN + " is written 2026-01-31"
		}
	case Choice:
		for _, o := range f.Choices {
			if s == o.Code || s == o.ZH {
				return o.Code, "", ""
			}
		}
		return nil, f.ZH + "里没有“" + s + "”这一项", f.EN + " has no “" + s + "”"
	default:
		if int64(utf8.RuneCountInString(s)) > f.most() || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			most := strconv.FormatInt(f.most(), 10)
			return nil, f.ZH + "最多 " + most + " 字", f.EN + " has " + most + " characters at most"
		}
	}
	return s, "", ""
}

// Find returns a kind by its name; nil where there is none.
func Find(name string) *Kind {
	for _, k := range Kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}
