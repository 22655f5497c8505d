package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Options say how to read files.
type Options struct {
	Level       area.Level
	CodeField   string // "" tries the usual names
	NameField   string // "" tries the usual names; an area without name gets its code
	ParentField string // "" finds parents by area
	KindField   string // "" takes every grid as basic
	CRS         geo.CRS
	AutoCRS     bool                                     // true: no system was named; a contrary "crs" member refuses the file
	Progress    func(file string, done int, bytes int64) // may be nil; called every hundred features
}

// Candidate is one area as read, past the gate.
type Candidate struct {
	Code, Name, Parent string // Parent is "" when it is to be found by area
	Kind               area.Kind
	Ground             geo.Area
	Source             string // file and feature
}

// Batch is what the files of one import gave.
type Batch struct {
	Areas    []Candidate
	Findings []area.Finding
}

// The attribute names tried when none is given, as files of planning and civil
// affairs offices usually have them.
var (
	usualCodes = []string{"code", "CODE", "Code", "编码", "代码", "网格编码", "id", "ID"}
	usualNames = []string{"name", "NAME", "Name", "名称", "网格名称"}
)

// Read reads all files into one batch. An error means that a file cannot be
// used at all; everything else is a finding in the batch. Errors: no_such_file,
// unsupported_format and those of the format's reader.
func Read(files []string, opt Options) (*Batch, error) {
	b := &Batch{}
	for _, name := range files {
		if err := b.readFile(name, opt); err != nil {
			var e *fault.Error
			if errors.As(err, &e) {
				named := *e
				named.ZH, named.EN = name+"："+e.ZH, name+": "+e.EN
				return nil, &named
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(b.Areas) == 0 && !area.Refuses(b.Findings) {
		b.Findings = append(b.Findings, area.Finding{Code: "no_features", Severity: area.Error, Level: opt.Level,
			ZH: "文件里没有要素", EN: "the files have no features"})
	}
	b.checkCodes(opt.Level)
	return b, nil
}

func (b *Batch) readFile(name string, opt Options) error {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".geojson", ".json":
	default:
		return fault.New(fault.Invalid, "unsupported_format",
			"不认识文件格式 %q，目前可读 GeoJSON（.geojson、.json）", "unknown format %q; GeoJSON (.geojson, .json) is read for now", ext)
	}
	f, err := os.Open(name)
	if err != nil {
		return fault.New(fault.Invalid, "no_such_file", "打不开文件：%[1]v", "cannot open the file: %[1]v", err)
	}
	defer f.Close()
	return b.readStream(f, filepath.Base(name), opt)
}

func (b *Batch) readStream(r io.Reader, name string, opt Options) error {
	in := &countingReader{r: r}
	fields := slices.Concat([]string{opt.CodeField, opt.NameField, opt.ParentField, opt.KindField}, usualCodes, usualNames)
	pick := func(f *feature, field string, usual []string) string {
		if field != "" {
			return f.attributes[field]
		}
		for _, u := range usual {
			if v := f.attributes[u]; v != "" {
				return v
			}
		}
		return ""
	}
	count := 0
	seen, err := readGeoJSON(in, opt.CRS, opt.AutoCRS, fields, func(f *feature) error {
		count++
		if opt.Progress != nil && count%100 == 0 {
			opt.Progress(name, count, in.n)
		}
		c := Candidate{
			Code:   pick(f, opt.CodeField, usualCodes),
			Name:   pick(f, opt.NameField, usualNames),
			Source: fmt.Sprintf("%s#%d", name, f.index),
		}
		if opt.ParentField != "" {
			c.Parent = f.attributes[opt.ParentField]
		}
		b.add(c, f, opt)
		return nil
	})
	if err != nil {
		return err
	}
	for _, field := range []string{opt.CodeField, opt.NameField, opt.ParentField, opt.KindField} {
		if field != "" && count > 0 && !slices.Contains(seen, field) {
			return fault.New(fault.Invalid, "no_such_field",
				"没有属性 %[1]q；文件里的属性有：%[2]s", "there is no attribute %[1]q; the file has: %[2]s", field, strings.Join(seen, ", "))
		}
	}
	if opt.Progress != nil {
		opt.Progress(name, count, in.n)
	}
	return nil
}

// add passes one feature through the gate and the rules for text.
func (b *Batch) add(c Candidate, f *feature, opt Options) {
	label := c.Code
	if label == "" {
		label = c.Source
	}
	refuse := func(err error) {
		e, _ := fault.As(err)
		b.Findings = append(b.Findings, area.Finding{Code: e.Code, Severity: area.Error, Level: opt.Level,
			Areas: []string{label}, ZH: c.Source + "：" + e.ZH, EN: c.Source + ": " + e.EN})
	}
	refused := false
	if err := area.CheckText("code", c.Code, 64); err != nil {
		refuse(err)
		refused = true
	}
	if c.Name == "" {
		c.Name = c.Code
	}
	if err := area.CheckText("name", c.Name, 100); err != nil && c.Name != c.Code {
		refuse(err)
		refused = true
	}
	var err error
	if c.Kind, err = area.ParseKind(f.attributes[opt.KindField]); err != nil {
		refuse(err)
		refused = true
	}
	for _, d := range f.defects {
		b.Findings = append(b.Findings, area.FromDefect(opt.Level, label, d))
	}
	if f.refused {
		return
	}
	ground, defects, ok := geo.Gate(f.rings)
	for _, d := range defects {
		b.Findings = append(b.Findings, area.FromDefect(opt.Level, label, d))
	}
	if ok && !refused {
		c.Ground = ground
		b.Areas = append(b.Areas, c)
	}
}

// checkCodes finds codes that stand twice, or that people would take for one
// another: equal but for case or full and half width.
func (b *Batch) checkCodes(level area.Level) {
	first := map[string]Candidate{}
	for _, c := range b.Areas {
		folded := strings.ToLower(norm.NFKC.String(c.Code))
		other, seen := first[folded]
		if !seen {
			first[folded] = c
			continue
		}
		f := area.Finding{Code: "duplicate_code", Severity: area.Error, Level: level, Areas: []string{c.Code},
			ZH: fmt.Sprintf("编码 %s 出现了两次：%s 和 %s", c.Code, other.Source, c.Source),
			EN: fmt.Sprintf("the code %s stands twice: %s and %s", c.Code, other.Source, c.Source)}
		if other.Code != c.Code {
			f.Code, f.Areas = "confusable_codes", []string{other.Code, c.Code}
			f.ZH = fmt.Sprintf("编码 %q 与 %q 只差全角半角或大小写", other.Code, c.Code)
			f.EN = fmt.Sprintf("the codes %q and %q differ only in width or case", other.Code, c.Code)
		}
		b.Findings = append(b.Findings, f)
	}
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
