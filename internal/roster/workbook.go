package roster

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"wangge/internal/fault"
)

// maxStrings is how many texts the cells of a workbook may share.
const maxStrings = 1 << 20

// workbook is an Excel workbook (ISO/IEC 29500-1 §18) as far as a table needs
// it: the values of cells, how they are kept, and which were computed.
type workbook struct {
	archive *archive
	sheets  []string // parts of the sheets that are shown, in their order
	texts   []string // that cells share
	epoch   epoch
}

// readWorkbook reads the first sheet that has a heading and is not hidden.
// Errors: bad_xlsx, zip_bomb, encrypted, macros, no_heading, those of lines.
func readWorkbook(ctx context.Context, b []byte, begin func(epoch) lines) error {
	a, err := openArchive(b)
	if err != nil {
		return err
	}
	w := &workbook{archive: a}
	if err := w.open(ctx); err != nil {
		return err
	}
	for _, sheet := range w.sheets {
		t := begin(w.epoch)
		if err := w.readSheet(ctx, sheet, t.take); err != nil && !fault.Is(err, "no_heading") {
			return err
		}
		if t.headed() {
			return nil
		}
	}
	return begin(w.epoch).noHeading()
}

// open finds sheets and shared texts.
func (w *workbook) open(ctx context.Context) error {
	top, err := w.relations(ctx, "_rels/.rels")
	if err != nil {
		return err
	}
	book := "xl/workbook.xml"
	for _, r := range top {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			book = resolve("", r.target)
		}
	}
	folder := path.Dir(book)
	parts, err := w.relations(ctx, path.Join(folder, "_rels", path.Base(book)+".rels"))
	if err != nil {
		return err
	}
	for _, r := range parts {
		if strings.HasSuffix(r.kind, "/sharedStrings") && w.texts == nil {
			if err := w.readTexts(ctx, resolve(folder, r.target)); err != nil {
				return err
			}
		}
	}
	return w.each(ctx, book, func(p *part, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if v := attribute(e, "date1904"); v == "1" || v == "true" {
				w.epoch = epoch1904
			}
		case "sheet":
			if state := attribute(e, "state"); state == "hidden" || state == "veryHidden" {
				return nil // who brings the file does not see it either
			}
			for _, a := range e.Attr {
				if r, known := parts[a.Value]; known && a.Name.Local == "id" && a.Name.Space != "" && strings.HasSuffix(r.kind, "/worksheet") {
					w.sheets = append(w.sheets, resolve(folder, r.target))
				}
			}
		}
		return nil
	})
}

// relation points from one part to another.
type relation struct{ kind, target string }

func (w *workbook) relations(ctx context.Context, name string) (map[string]relation, error) {
	found := map[string]relation{}
	return found, w.each(ctx, name, func(_ *part, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attribute(e, "TargetMode") != "External" {
			found[attribute(e, "Id")] = relation{attribute(e, "Type"), attribute(e, "Target")}
		}
		return nil
	})
}

// resolve is the name of the part that a target means.
func resolve(folder, target string) string {
	if rest, whole := strings.CutPrefix(target, "/"); whole {
		return path.Clean(rest)
	}
	return path.Join(folder, target)
}

// each calls visit at every start tag of a part, to its end; visit may read on.
// Errors: those of part.next, ctx's, those of visit.
func (w *workbook) each(ctx context.Context, name string, visit func(*part, xml.StartElement) error) error {
	p, err := w.archive.open(name)
	if err != nil {
		return err
	}
	defer p.close()
	for {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := visit(p, e); err != nil {
				return err
			}
		}
	}
}

// inside reads to the end tag of the element that p is in, calling visit at
// every start tag and text in it. Errors: those of part.next.
func inside(p *part, visit func(t xml.Token)) error {
	for end := p.depth - 1; ; {
		t, err := p.next()
		if errors.Is(err, io.EOF) {
			return badWorkbook("部件 %[1]q 不完整", "the part %[1]q is cut off", clip(p.name))
		}
		if err != nil {
			return err
		}
		if p.depth == end {
			return nil
		}
		visit(t)
	}
}

// text gathers what a cell says, up to the cap on cells and one byte more.
type text struct {
	b       []byte
	wanted  bool // inside a tag whose text counts
	reading bool // inside the reading of the characters (ruby), which does not
}

// visit takes a token of a string item (si, is) or of a cell.
func (x *text) visit(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		x.reading = x.reading || t.Name.Local == "rPh"
		x.wanted = !x.reading && (t.Name.Local == "t" || t.Name.Local == "v")
	case xml.EndElement:
		x.wanted = false
		if t.Name.Local == "rPh" {
			x.reading = false
		}
	case xml.CharData:
		if room := maxCell + 1 - len(x.b); x.wanted && room > 0 {
			x.b = append(x.b, t[:min(room, len(t))]...)
		}
	}
}

// escape is how Excel writes a character that XML cannot hold (§22.4.2.4).
var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func (x *text) String() string {
	return escape.ReplaceAllStringFunc(string(x.b), func(s string) string {
		r, _ := strconv.ParseUint(s[2:6], 16, 16) // four such digits always fit
		return string(rune(r))
	})
}

func (w *workbook) readTexts(ctx context.Context, name string) error {
	return w.each(ctx, name, func(p *part, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		var x text
		if err := inside(p, x.visit); err != nil {
			return err
		}
		if len(w.texts) == maxStrings {
			return fault.New(fault.TooLarge, "zip_bomb", "工作簿里超过 %[1]d 段文字；请只留人员名单", "the workbook holds more than %[1]d texts; keep the list of people alone", maxStrings)
		}
		w.texts = append(w.texts, x.String())
		return nil
	})
}
