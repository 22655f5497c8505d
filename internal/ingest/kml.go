package ingest

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// The caps on KML.
const (
	maxKMLDepth = 100       // elements around a Placemark
	maxInside   = 500_000   // elements in a Placemark
	maxOutside  = 4_000_000 // elements around all of them
	maxKMLText  = 8 << 20   // bytes between two tags: a ring of 50,000 vertices in full
	maxKMLTag   = 256 << 10 // bytes of one tag with its attributes
)

// readKMZ reads the KML document in an archive.
func readKMZ(p *parts, fields []string, yield func(*feature) error) (seen []string, err error) {
	doc, err := p.open(".kml", maxPart)
	if err != nil {
		return nil, err
	}
	defer doc.Close()
	return readKML(doc, fields, yield)
}

// readKML reads the polygons of a KML document (OGC 12-007r2), in UTF-8 or GBK:
// one feature a Placemark, its attributes the name and what ExtendedData holds.
// Entities are not expanded and nothing is fetched. Errors: bad_kml, not_utf8,
// too_deep, too_many_features, too_many_elements, string_too_long.
func readKML(r io.Reader, fields []string, yield func(*feature) error) (seen []string, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(2); isUTF16(head) {
		return nil, fault.New(fault.Invalid, "not_utf8", "文件是 UTF-16 编码，请另存为 UTF-8", "the file is UTF-16; save it as UTF-8")
	}
	k := &kml{decoder: xml.NewDecoder(&tagLimit{r: in}), fields: fields, yield: yield}
	k.decoder.Entity = map[string]string{} // none of a document's own
	k.decoder.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(charset), "gb") {
			return simplifiedchinese.GB18030.NewDecoder().Reader(in), nil
		}
		return nil, fmt.Errorf("encoding %s", clip(charset))
	}
	for depth, roots, elements := 0, 0, 0; ; {
		token, err := k.decoder.Token()
		if errors.Is(err, io.EOF) {
			if roots == 0 {
				return nil, k.bad(nil)
			}
			return k.seen.list, nil
		}
		if err != nil {
			return nil, k.bad(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			if depth == 0 && strings.Trim(string(t), " \t\r\n\uFEFF") != "" {
				return nil, k.bad(nil)
			}
		case xml.StartElement:
			if depth == 0 {
				if roots++; roots > 1 || t.Name.Local != "kml" {
					return nil, k.bad(nil)
				}
			}
			if t.Name.Local == "Placemark" { // read to its end
				if err := k.placemark(); err != nil {
					return nil, err
				}
				continue
			}
			if depth++; depth > maxKMLDepth {
				return nil, tooDeep(maxKMLDepth)
			}
			if elements++; elements > maxOutside {
				return nil, tooManyElements(maxOutside)
			}
		case xml.EndElement:
			depth--
		}
	}
}

// isUTF16 reports whether a file begins with the mark of UTF-16.
func isUTF16(head []byte) bool {
	return len(head) >= 2 && (head[0] == 0xFF && head[1] == 0xFE || head[0] == 0xFE && head[1] == 0xFF)
}

func tooDeep(most int) error {
	return fault.New(fault.Invalid, "too_deep", "嵌套超过 %[1]d 层", "nested more than %[1]d deep", most)
}

func tooManyElements(most int) error {
	return fault.New(fault.Invalid, "too_many_elements", "元素超过 %[1]d 个", "more than %[1]d elements", most)
}

// tagLimit fails when one tag, or the text between two, grows beyond its cap:
// the decoder would hold all of it.
type tagLimit struct {
	r     io.Reader
	n     int  // bytes since the last tag began or ended
	inTag bool // comments and declarations count as text
	quote byte // in a tag, the quote that an attribute's value stands in
	first bool // just after "<"
}

func (l *tagLimit) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	for _, c := range b[:n] {
		l.n++
		switch {
		case !l.inTag:
			if c == '<' {
				l.inTag, l.first, l.n = true, true, 0
				continue
			}
		case l.first && (c == '!' || c == '?'):
			l.inTag = false
		case l.quote != 0:
			if c == l.quote {
				l.quote = 0
			}
		case c == '"' || c == '\'':
			l.quote = c
		case c == '>':
			l.inTag, l.n = false, 0
		}
		l.first = false
		if l.n <= maxKMLTag {
			continue
		}
		if most := l.most(); l.n > most {
			return n, fault.New(fault.Invalid, "string_too_long", "一段文字超过 %[1]d 字节", "a text of more than %[1]d bytes", most)
		}
	}
	return n, err
}

func (l *tagLimit) most() int {
	if l.inTag {
		return maxKMLTag
	}
	return maxKMLText
}

type kml struct {
	decoder *xml.Decoder
	fields  []string
	seen    fieldNames
	yield   func(*feature) error
	count   int
}

func (k *kml) bad(cause error) error {
	var ours *fault.Error
	if errors.As(cause, &ours) {
		return ours
	}
	line, _ := k.decoder.InputPos()
	var syntax *xml.SyntaxError
	if errors.As(cause, &syntax) && syntax.Msg == "invalid UTF-8" {
		return fault.New(fault.Invalid, "not_utf8", "第 %[1]d 行不是 UTF-8 文字，可能是 GBK", "line %[1]d is not UTF-8; perhaps it is GBK", line)
	}
	return fault.New(fault.Invalid, "bad_kml", "不是完好的 KML（第 %[1]d 行）", "not sound KML (line %[1]d)", line).Because(cause)
}

// placemark reads up to the end of the Placemark just opened.
func (k *kml) placemark() error {
	if k.count++; k.count > maxFeatures {
		return fault.New(fault.Invalid, "too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
	}
	f := &feature{index: k.count, attributes: map[string]string{}, reference: Reference{CRS: geo.WGS84}}
	var path []string
	var key string // of the Data or SimpleData being read
	var text strings.Builder
	geometry := ""
	for elements := 0; ; {
		token, err := k.decoder.Token()
		if err != nil {
			return k.bad(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			if len(path) > maxDepth {
				return tooDeep(maxDepth)
			}
			if elements++; elements > maxInside {
				return tooManyElements(maxInside)
			}
			text.Reset()
			switch t.Name.Local {
			case "Data", "SimpleData":
				key = ""
				for _, a := range t.Attr {
					if a.Name.Local == "name" {
						key = a.Value
					}
				}
			case "Polygon":
				if f.room() {
					f.polygons = append(f.polygons, [][]position{nil}) // the exterior goes first, wherever it stands
				}
				geometry = "Polygon"
			case "Point", "LineString", "Model", "Track":
				if geometry == "" {
					geometry = t.Name.Local
				}
			}
		case xml.CharData:
			if text.Len()+len(t) > maxKMLText { // in pieces, around comments
				return fault.New(fault.Invalid, "string_too_long", "一段文字超过 %[1]d 字节", "a text of more than %[1]d bytes", maxKMLText)
			}
			text.Write(t)
		case xml.EndElement:
			if len(path) == 0 { // the Placemark itself
				return k.finish(f, geometry)
			}
			switch path[len(path)-1] {
			case "name":
				if len(path) == 1 {
					k.attribute(f, "name", text.String())
				}
			case "value", "SimpleData":
				k.attribute(f, key, text.String())
			case "coordinates":
				if slices.Contains(path, "Polygon") {
					f.kmlRing(text.String(), slices.Contains(path, "innerBoundaryIs"))
				}
			}
			path = path[:len(path)-1]
		}
	}
}

func (k *kml) attribute(f *feature, key, value string) {
	if f.index <= 100 {
		k.seen.note(key)
	}
	if slices.Contains(k.fields, key) {
		f.attributes[key] = attribute(strings.TrimSpace(value))
	}
}

func (k *kml) finish(f *feature, geometry string) error {
	switch {
	case geometry == "":
		f.refuse("empty", "")
	case geometry != "Polygon":
		f.refuse("unsupported_geometry", geometry)
	}
	return k.yield(f)
}

// kmlRing reads "lon,lat[,height] lon,lat[,height] …" into the polygon just
// opened, whose exterior has the first place.
func (f *feature) kmlRing(text string, inner bool) {
	if f.refused || len(f.polygons) == 0 || !f.room() { // a ring without positions costs too
		return
	}
	ring := []position{}
	for word := range strings.FieldsSeq(text) {
		x, rest, ok := strings.Cut(word, ",")
		y, height, has := strings.Cut(rest, ",")
		lon, errX := ordinate(x)
		lat, errY := ordinate(y)
		if !ok || errX != nil || errY != nil {
			f.refuse("bad_position", clip(word))
			return
		}
		if has && height != "" && strings.Trim(height, "0.") != "" {
			f.dropElevation()
		}
		if !f.room() {
			return
		}
		ring = append(ring, position{lon, lat})
	}
	last := len(f.polygons) - 1
	switch {
	case inner:
		f.polygons[last] = append(f.polygons[last], ring)
	case f.polygons[last][0] != nil:
		f.refuse("bad_nesting", "outerBoundaryIs")
	default:
		f.polygons[last][0] = ring
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// maxAttribute is the most bytes of an attribute that are kept: more than a name
// may have, so that one that is too long still is.
const maxAttribute = 512

func attribute(s string) string {
	if len(s) <= maxAttribute {
		return s
	}
	return strings.Clone(strings.ToValidUTF8(s[:maxAttribute], ""))
}

// fieldNames are the names of attributes seen in the first features, within
// reason.
type fieldNames struct {
	list []string
	set  map[string]bool
}

func (n *fieldNames) note(name string) {
	if n.set[name] || len(n.list) == 1000 || len(name) > maxKey {
		return
	}
	if n.set == nil {
		n.set = map[string]bool{}
	}
	n.set[name] = true
	n.list = append(n.list, name)
}

// ordinate reads a coordinate as people write it in text. What lies beyond a
// double becomes infinite, for the gate to refuse.
func ordinate(s string) (float64, error) {
	if len(s) > maxNumber {
		return 0, strconv.ErrRange
	}
	v, err := strconv.ParseFloat(s, 64)
	if errors.Is(err, strconv.ErrRange) {
		err = nil
	}
	return v, err
}
