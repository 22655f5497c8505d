package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"wangge/internal/area"
)

type valueKind int8

const (
	nullValue valueKind = iota
	boolValue
	numberValue
	textValue
	arrayValue
	objectValue
)

// jsonValue is decoded JSON that keeps the order of keys and the digits of
// numbers.
type jsonValue struct {
	kind  valueKind
	text  string   // of a scalar
	keys  []string // of an object
	items []*jsonValue
}

func readJSON(body []byte) (*jsonValue, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return readValue(d)
}

func readValue(d *json.Decoder) (*jsonValue, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case nil:
		return &jsonValue{kind: nullValue, text: "null"}, nil
	case bool:
		return &jsonValue{kind: boolValue, text: fmt.Sprint(t)}, nil
	case json.Number:
		return &jsonValue{kind: numberValue, text: t.String()}, nil
	case string:
		return &jsonValue{kind: textValue, text: t}, nil
	}
	v := &jsonValue{kind: arrayValue}
	if token == json.Delim('{') {
		v.kind = objectValue
	}
	for d.More() {
		if v.kind == objectValue {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v.keys = append(v.keys, key.(string))
		}
		item, err := readValue(d)
		if err != nil {
			return nil, err
		}
		v.items = append(v.items, item)
	}
	_, err = d.Token()
	return v, err
}

// field is the value of a key; nil where v is no object or has none.
func (v *jsonValue) field(key string) *jsonValue {
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.items[i]
	}
	return nil
}

// string is the text of a key; "" where there is none.
func (v *jsonValue) string(key string) string {
	if f := v.field(key); f != nil && f.kind == textValue {
		return f.text
	}
	return ""
}

// synthetic reports whether something in v is marked as invented.
func (v *jsonValue) synthetic() bool {
	if f := v.field("synthetic"); f != nil && f.text == "true" {
		return true
	}
	return slices.ContainsFunc(v.items, (*jsonValue).synthetic)
}

// numbers writes an array of numbers, or of arrays of them, as JSON does.
func (v *jsonValue) numbers() (string, bool) {
	if v.kind == numberValue {
		return v.text, true
	}
	if v.kind != arrayValue || len(v.items) == 0 {
		return "", false
	}
	var b strings.Builder
	b.WriteByte('[')
	for i, item := range v.items {
		text, ok := item.numbers()
		if !ok {
			return "", false
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text)
	}
	b.WriteByte(']')
	return b.String(), true
}

// pageValue is a value as the template draws it: one of fields, rows, items,
// numbers or a text, which may be a link.
type pageValue struct {
	Inline  bool // few fields, each of them short: in one line
	Fields  []pageField
	Columns []pageField // with rows: heads without values
	Rows    [][]pageValue
	Items   []pageValue
	Numbers string
	Text    string
	Href    string
	Null    bool
}

// Short reports whether a value is better not broken into lines.
func (p pageValue) Short() bool { return utf8.RuneCountInString(p.Text) <= 24 && len(p.Numbers) <= 60 }

func (p pageValue) plain() bool {
	return p.Fields == nil && p.Rows == nil && p.Items == nil && p.Short()
}

const mostInline = 4 // fields in one line

type pageField struct {
	Key, Word string
	Value     pageValue
}

// linker draws values, and ties what has an address to it.
type linker struct {
	server *Server
	path   string // of the request
	lang   string
	next   string // address of the next page
}

// draw turns v, found under a key, into what the template takes. district is
// the code of the district that v stands in.
func (l *linker) draw(v *jsonValue, key, district string) pageValue {
	switch v.kind {
	case objectValue:
		return l.object(v, key, district)
	case arrayValue:
		return l.array(v, key, district)
	case nullValue:
		return pageValue{Text: "null", Null: true}
	case textValue:
		p := pageValue{Text: v.text}
		if strings.HasPrefix(v.text, "/api/v1/") || strings.HasPrefix(v.text, ogcRoot+"/") {
			p.Href = v.text
		}
		return p
	}
	return pageValue{Text: v.text}
}

func (l *linker) object(v *jsonValue, key, district string) pageValue {
	if len(v.items) == 0 {
		return pageValue{Text: "{}", Null: true}
	}
	cells := l.cells(v, key, district)
	var p pageValue
	for i, k := range v.keys {
		p.Fields = append(p.Fields, pageField{k, l.word(k), cells[i]})
	}
	p.Inline = len(p.Fields) <= mostInline && !slices.ContainsFunc(cells, func(c pageValue) bool { return !c.plain() })
	return p
}

// cells draws the values of an object, in the order of its keys.
func (l *linker) cells(v *jsonValue, key, district string) []pageValue {
	switch d := v.field("district"); {
	case d != nil && d.kind == textValue:
		district = d.text
	case d != nil && d.kind == objectValue && d.string("code") != "":
		district = d.string("code")
	case district == "" && strings.HasPrefix(l.path, "/api/v1/districts/"):
		district, _, _ = strings.Cut(strings.TrimPrefix(l.path, "/api/v1/districts/"), "/")
	}
	named, address := l.address(v, key, district)
	var cells []pageValue
	for i, k := range v.keys {
		cell := l.draw(v.items[i], k, district)
		switch {
		case k == named && cell.Href == "":
			cell.Href = address
		case k == "next" && key == "" && l.next != "":
			cell.Href = l.next
		}
		cells = append(cells, cell)
	}
	return cells
}

// address finds where an object has an address of its own, and which of its
// fields says so.
func (l *linker) address(v *jsonValue, key, district string) (field, address string) {
	code, level := v.string("code"), v.string("level")
	if _, err := area.ParseLevel(key); level == "" && err == nil {
		level = key
	}
	segment := url.PathEscape
	list := strings.TrimSuffix(l.path, "/")
	switch {
	case code != "" && key == "districts":
		field, address = "code", addressOf(segment(code), "district", segment(code))
	case code != "" && level != "" && district != "":
		field, address = "code", addressOf(segment(district), segment(level), segment(code))
	case v.string("name") != "" && district != "" && (key == "editions" || v.field("activations") != nil):
		field, address = "name", "/api/v1/editions/"+segment(district)+"/"+segment(v.string("name"))
	case v.string("id") != "" && strings.HasSuffix(list, "/"+key):
		field, address = "id", list+"/"+segment(v.string("id"))
	default:
		return "", ""
	}
	if !l.server.router.Match(chi.NewRouteContext(), http.MethodGet, address) {
		return "", ""
	}
	return field, address
}

// array draws objects as one table, numbers in one line, and the rest as a list.
func (l *linker) array(v *jsonValue, key, district string) (p pageValue) {
	if len(v.items) == 0 {
		return pageValue{Text: map[bool]string{true: "none", false: "无"}[l.lang == "en"], Null: true}
	}
	if text, ok := v.numbers(); ok {
		return pageValue{Numbers: text}
	}
	if slices.ContainsFunc(v.items, func(item *jsonValue) bool { return item.kind != objectValue }) {
		for _, item := range v.items {
			p.Items = append(p.Items, l.draw(item, key, district))
		}
		return p
	}
	at := map[string]int{}
	for _, item := range v.items {
		for _, k := range item.keys {
			if _, known := at[k]; !known {
				at[k] = len(p.Columns)
				p.Columns = append(p.Columns, pageField{Key: k, Word: l.word(k)})
			}
		}
	}
	for _, item := range v.items {
		row := make([]pageValue, len(p.Columns))
		for i, cell := range l.cells(item, key, district) {
			row[at[item.keys[i]]] = cell
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// word is what people call a key; "" where nobody has said.
func (l *linker) word(key string) string {
	if l.lang == "en" {
		return ""
	}
	return words[key]
}
