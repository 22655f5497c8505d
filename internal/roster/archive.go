package roster

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"wangge/internal/fault"
	"wangge/internal/zipcheck"
)

// The caps on a workbook, which is a zip, whatever it claims.
const (
	maxParts    = 200
	maxUnpacked = 64 << 20 // bytes of all parts together, as claimed and as read
	maxToken    = 1 << 20  // bytes of one tag or text in a part
	maxDepth    = 32       // of tags within tags
)

// archive holds the parts of a workbook. Nothing is unpacked before it is read,
// and nothing goes to the disk: names are only compared.
type archive struct {
	parts map[string]*zip.File // by lower-case name
	left  int64                // bytes that may still be unpacked
}

// openArchive checks what the zip says of itself. Errors: bad_xlsx, zip_bomb,
// encrypted, macros.
func openArchive(b []byte) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, badWorkbook("文件损坏，或不是 .xlsx", "the file is damaged or no .xlsx").Because(err)
	}
	if len(z.File) > maxParts {
		return nil, zipBomb("工作簿里超过 %[1]d 个部件", "the workbook has more than %[1]d parts", maxParts)
	}
	if err := zipcheck.Spans(z.File, int64(len(b))); err != nil {
		return nil, spansFault(err)
	}
	a := &archive{parts: map[string]*zip.File{}, left: maxUnpacked}
	claimed := uint64(0)
	for _, e := range z.File {
		if e.UncompressedSize64 > maxUnpacked { // before the sum, which must not overflow
			return nil, unpacksTooLarge()
		}
		if claimed += e.UncompressedSize64; claimed > maxUnpacked {
			return nil, unpacksTooLarge()
		}
		n := strings.ToLower(strings.ReplaceAll(e.Name, `\`, "/"))
		switch {
		case slices.Contains(strings.Split(n, "/"), ".."), strings.HasPrefix(n, "/"), strings.Contains(n, ":"):
			return nil, badWorkbook("工作簿里有越出压缩包的文件名 %[1]q", "a part has a name that leads out of the archive: %[1]q", clip(e.Name))
		case a.parts[n] != nil:
			return nil, badWorkbook("工作簿里有两个部件同名：%[1]q", "two parts have the same name: %[1]q", clip(e.Name))
		case e.Flags&1 != 0:
			return nil, encrypted()
		case path.Base(n) == "vbaproject.bin":
			return nil, hasMacros()
		}
		a.parts[n] = e
	}
	return a, nil
}

// spansFault says what zipcheck.Spans found in words for people.
func spansFault(err error) error {
	switch {
	case errors.Is(err, zipcheck.ErrOverlaps):
		return zipBomb("工作簿里的部件互相重叠", "the parts of the workbook share their bytes")
	case errors.Is(err, zipcheck.ErrCutOff):
		return badWorkbook("文件不完整", "the file is cut off")
	}
	return badWorkbook("文件损坏", "the file is damaged").Because(err)
}

func badWorkbook(zh, en string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "bad_xlsx", zh+"；请在 Excel 或 WPS 里打开后另存为 .xlsx 或 CSV", en+"; open it in a spreadsheet program and save it as .xlsx or CSV", args...)
}

func zipBomb(zh, en string, args ...any) *fault.Error {
	return fault.New(fault.TooLarge, "zip_bomb", zh+"，拒绝解压", en+" and is not unpacked", args...)
}

func unpacksTooLarge() error {
	return zipBomb("工作簿解开后超过 %[1]d MB", "the workbook unpacks into more than %[1]d MB", maxUnpacked>>20)
}

// open returns a part for reading its XML. The caller closes it. Errors, now
// and while reading: bad_xlsx, zip_bomb.
func (a *archive) open(name string) (*part, error) {
	e := a.parts[strings.ToLower(name)]
	if e == nil {
		return nil, badWorkbook("工作簿缺少部件 %[1]q", "the workbook has no part %[1]q", clip(name))
	}
	r, err := e.Open()
	if err != nil {
		return nil, badWorkbook("读不出部件 %[1]q", "the part %[1]q cannot be read", clip(name)).Because(err)
	}
	p := &part{archive: a, name: name, packed: r}
	p.decoder = xml.NewDecoder(p)
	return p, nil
}

// part is one part while its XML is read.
type part struct {
	archive *archive
	name    string
	packed  io.ReadCloser
	decoder *xml.Decoder
	token   int // bytes unpacked since the last token
	depth   int
}

func (p *part) close() { _ = p.packed.Close() }

// Read is for the decoder.
func (p *part) Read(b []byte) (int, error) {
	if p.token > maxToken {
		return 0, badWorkbook("部件 %[1]q 里有一处超过 %[2]d KB", "something in the part %[1]q has more than %[2]d KB", clip(p.name), maxToken>>10)
	}
	n, err := p.packed.Read(b)
	p.token += n
	if p.archive.left -= int64(n); p.archive.left < 0 {
		return 0, unpacksTooLarge()
	}
	return n, err
}

// next is the next tag or text; io.EOF at the end of the part. Entities are not
// declared in workbooks: a document type is refused, whatever it says. Errors:
// bad_xlsx, zip_bomb, io.EOF.
func (p *part) next() (xml.Token, error) {
	p.token = 0
	t, err := p.decoder.Token()
	switch _, ours := fault.As(err); {
	case err == nil, ours, errors.Is(err, io.EOF):
	default:
		return nil, badWorkbook("部件 %[1]q 损坏", "the part %[1]q is damaged", clip(p.name)).Because(err)
	}
	switch t.(type) {
	case xml.Directive:
		return nil, badWorkbook("部件 %[1]q 里有文档类型声明", "the part %[1]q declares a document type", clip(p.name))
	case xml.StartElement:
		if p.depth++; p.depth > maxDepth {
			return nil, badWorkbook("部件 %[1]q 嵌套过深", "the part %[1]q is nested too deeply", clip(p.name))
		}
	case xml.EndElement:
		p.depth--
	}
	return t, err
}

// attribute is the value of an attribute without a name space, "" where there
// is none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
