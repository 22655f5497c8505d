package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
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
	CodeField   string     // "" tries the usual names
	NameField   string     // "" tries the usual names; an area without name gets its code
	ParentField string     // "" finds parents by area
	KindField   string     // "" tries the usual names, and takes as basic what says nothing known
	Layer       string     // of a file that holds several; "" takes the only one
	Also        []string   // attributes that Batch.Samples shows besides
	Charset     string     // of attribute tables: utf-8, gbk; "" finds out
	Reference   Reference  // the system named by hand; it goes before what the file says
	Swap        bool       // the file gives y before x
	Shift       [2]float64 // metres east and north by which the file is moved; see Suspect
	// Project turns positions (x east, y north) in a system that PROJ knows into
	// longitude and latitude on CGCS2000, in place. What cannot be turned becomes
	// infinite.
	Project  func(definition string, positions [][2]float64) error
	Progress func(file string, done int, bytes int64) // may be nil; called every hundred features
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
	Raw      Raw                   // some positions as the files give them
	Features int                   // as the files have them, refused ones included
	Fields   []string              // attributes that the files have
	Samples  []map[string]string   // those attributes of the first features that were asked for
	Noted    map[area.Severity]int // findings about single features, kept or not
}

// The attribute names tried when none is given, as files of planning and civil
// affairs offices usually have them.
var (
	usualCodes = []string{"code", "CODE", "Code", "编码", "代码", "网格编码", "adcode", "ADCODE", "id", "ID"}
	usualNames = []string{"name", "NAME", "Name", "名称", "网格名称"}
	usualKinds = []string{"kind", "KIND", "Kind", "类别", "网格类别"}
)

// UsualFields are the attributes among fields that usually hold codes and names;
// "" where there is none.
func UsualFields(fields []string) (code, name string) {
	first := func(usual []string) string {
		for _, u := range usual {
			if slices.Contains(fields, u) {
				return u
			}
		}
		return ""
	}
	return first(usualCodes), first(usualNames)
}

// Read reads all files into one batch. An error means that a file cannot be
// used at all; everything else is a finding in the batch. Errors: no_such_file,
// unsupported_format and those of the format's reader.
func Read(ctx context.Context, files []string, opt Options) (*Batch, error) {
	b := &Batch{}
	for _, name := range files {
		if err := b.readFile(ctx, name, opt); err != nil {
			var e *fault.Error
			if errors.As(err, &e) {
				named := *e
				named.ZH, named.EN = filepath.Base(name)+"："+e.ZH, filepath.Base(name)+": "+e.EN
				return nil, &named
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(b.Areas) == 0 && !area.Refuses(b.Findings) {
		b.Findings = append(b.Findings, area.Finding{Code: "no_features", Severity: area.Error, Level: opt.Level,
			ZH: "文件里没有要素", EN: "the files have no features"})
	}
	b.more(opt.Level)
	b.checkCodes(opt.Level)
	b.checkSequence(opt.Level)
	b.checkPrecision(opt.Level)
	return b, nil
}

// formats names what can be read, for people.
const formats = "GeoJSON（.geojson、.json）、GeoPackage（.gpkg）、Shapefile（.shp、.zip）、KML（.kml、.kmz）、CSV（WKT）"

func (b *Batch) readFile(ctx context.Context, name string, opt Options) error {
	info, err := os.Stat(name)
	if err != nil {
		return noSuchFile(err)
	}
	if info.IsDir() {
		return fault.New(fault.Invalid, "no_such_file", "这是目录，不是文件", "this is a directory, not a file")
	}
	l := &loader{batch: b, opt: opt, name: filepath.Base(name)}
	fields := slices.Concat([]string{opt.CodeField, opt.NameField, opt.ParentField, opt.KindField}, usualCodes, usualNames, usualKinds, opt.Also)
	var seen []string
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".geojson", ".json", ".kml", ".csv":
		f, err := openRegular(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in := &countingReader{r: f}
		l.bytes = &in.n
		switch ext {
		case ".kml":
			seen, err = readKML(in, fields, l.take)
		case ".csv":
			seen, err = readTable(in, opt.Charset, fields, l.take)
		default:
			seen, err = readGeoJSON(in, fields, opt.Reference != Reference{}, l.take)
		}
		if err != nil {
			return err
		}
	case ".gpkg":
		seen, err = readGeoPackage(ctx, name, opt.Layer, fields, l.take)
	case ".shp", ".zip", ".kmz":
		var p *parts
		switch ext {
		case ".shp":
			p, err = besideShapefile(name)
		case ".zip":
			p, err = inArchive(name, ".shp", opt.Layer)
		default:
			p, err = inArchive(name, ".kml", opt.Layer)
		}
		if err != nil {
			return err
		}
		defer p.close()
		if ext == ".kmz" {
			seen, err = readKMZ(p, fields, l.take)
		} else {
			seen, err = readShapefile(p, opt.Charset, fields, l.take)
		}
	default:
		return fault.New(fault.Invalid, "unsupported_format", "不认识文件格式 %[1]q，可读 %[2]s", "unknown format %[1]q; these are read: %[2]s", ext, formats)
	}
	if err == nil {
		err = l.flush()
	}
	if err != nil {
		return err
	}
	for _, field := range []string{opt.CodeField, opt.NameField, opt.ParentField, opt.KindField} {
		if field != "" && l.count > 0 && !slices.Contains(seen, field) {
			return fault.New(fault.Invalid, "no_such_field",
				"没有属性 %[1]q；文件里的属性有：%[2]s", "there is no attribute %[1]q; the file has: %[2]s", field, strings.Join(seen, ", "))
		}
	}
	for _, f := range seen {
		if !slices.Contains(b.Fields, f) {
			b.Fields = append(b.Fields, f)
		}
	}
	b.Features += l.count
	l.progress()
	return nil
}

// mostShown is how many features are shown as samples.
const mostShown = 5

// loader takes the features of one file and hands them on in groups, so that
// many positions go through PROJ at once.
type loader struct {
	batch    *Batch
	opt      Options
	name     string
	bytes    *int64
	count    int
	pending  []*feature
	vertices int
}

// groupVertices is how many positions wait for each other.
const groupVertices = 50_000

func (l *loader) take(f *feature) error {
	if l.count++; l.count%100 == 0 {
		l.progress()
	}
	if l.opt.Reference != (Reference{}) {
		f.reference = l.opt.Reference
	}
	l.batch.Raw.sample(f, f.pick(l.opt.CodeField, usualCodes))
	if len(l.batch.Samples) < mostShown {
		l.batch.Samples = append(l.batch.Samples, maps.Clone(f.attributes))
	}
	if l.opt.Swap {
		f.swap()
	}
	l.pending = append(l.pending, f)
	if l.vertices += f.vertices; l.vertices >= groupVertices {
		return l.flush()
	}
	return nil
}

func (l *loader) progress() {
	if l.opt.Progress == nil {
		return
	}
	n := int64(0)
	if l.bytes != nil {
		n = *l.bytes
	}
	l.opt.Progress(l.name, l.count, n)
}

// flush turns what waits into candidates.
func (l *loader) flush() error {
	waiting := map[string][]*feature{}
	for _, f := range l.pending {
		if f.reference.Definition != "" && !f.refused && f.finite() {
			waiting[f.reference.Definition] = append(waiting[f.reference.Definition], f)
		}
	}
	for definition, features := range waiting {
		if err := l.project(definition, features); err != nil {
			return err
		}
	}
	for _, f := range l.pending {
		crs := f.reference.CRS
		if crs == "" {
			crs = geo.WGS84
		}
		if l.opt.Shift != ([2]float64{}) {
			crs = f.shift(crs, l.opt.Shift)
		}
		l.batch.add(f, crs, l.name, l.opt)
	}
	l.pending, l.vertices = l.pending[:0], 0
	return nil
}

// project turns the positions of features into longitude and latitude.
func (l *loader) project(definition string, features []*feature) error {
	var all []position
	for _, f := range features {
		for _, polygon := range f.polygons {
			for _, ring := range polygon {
				all = append(all, ring...)
			}
		}
	}
	if err := l.opt.Project(definition, all); err != nil {
		return err
	}
	for _, f := range features {
		f.reference = Reference{CRS: geo.CGCS2000}
		for _, polygon := range f.polygons {
			for _, ring := range polygon {
				all = all[copy(ring, all):]
				for _, at := range ring {
					if math.IsInf(at[0], 0) || math.IsNaN(at[0]) {
						f.refuse("not_projectable", "")
					}
				}
			}
		}
	}
	return nil
}

// mostNoted is how many findings about single features are kept of each
// severity; the rest are counted.
const mostNoted = 2_000

// note keeps a finding about one feature.
func (b *Batch) note(f area.Finding) {
	if b.Noted == nil {
		b.Noted = map[area.Severity]int{}
	}
	if b.Noted[f.Severity]++; b.Noted[f.Severity] <= mostNoted {
		b.Findings = append(b.Findings, f)
	}
}

// more says how many findings were not kept.
func (b *Batch) more(level area.Level) {
	for _, s := range []area.Severity{area.Error, area.Warning, area.Note} {
		if n := b.Noted[s] - mostNoted; n > 0 {
			b.Findings = append(b.Findings, area.Finding{Code: "more", Severity: s, Level: level,
				ZH: fmt.Sprintf("同类问题另有 %d 条没有列出", n), EN: fmt.Sprintf("%d more findings of this severity are not listed", n)})
		}
	}
}

// add passes one feature through the gate and the rules for text.
func (b *Batch) add(f *feature, crs geo.CRS, file string, opt Options) {
	c := Candidate{
		Code:   f.pick(opt.CodeField, usualCodes),
		Name:   f.pick(opt.NameField, usualNames),
		Source: fmt.Sprintf("%s#%d", file, f.index),
	}
	if opt.ParentField != "" {
		c.Parent = f.attributes[opt.ParentField]
	}
	label := c.Code
	if area.CheckText("code", c.Code, 64) != nil {
		label = c.Source
	}
	refuse := func(err error) {
		e, _ := fault.As(err)
		b.note(area.Finding{Code: e.Code, Severity: area.Error, Level: opt.Level,
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
	if c.Parent != "" {
		if err := area.CheckText("code", c.Parent, 64); err != nil {
			refuse(err)
			refused = true
		}
	}
	c.Kind = area.Basic
	if opt.KindField != "" {
		var err error
		if c.Kind, err = area.ParseKind(f.attributes[opt.KindField]); err != nil {
			refuse(err)
			refused = true
		} else if c.Kind == area.Dedicated && opt.Level != area.Grid {
			refuse(fault.New(fault.Unprocessable, "unknown_kind", "只有网格才有专属的，%[1]s没有", "only grids may be dedicated, not a %[2]s", opt.Level.Word(), opt.Level))
			refused = true
		}
	} else if opt.Level == area.Grid { // nobody named the attribute: another meaning of it is no fault
		if kind, err := area.ParseKind(f.pick("", usualKinds)); err == nil {
			c.Kind = kind
		}
	}
	var rings geo.MultiPolygon
	if !f.refused {
		rings = f.snap(crs)
	}
	for _, d := range f.defects {
		b.note(area.FromDefect(opt.Level, label, d))
	}
	if f.refused {
		return
	}
	ground, defects, ok := geo.Gate(rings)
	for _, d := range defects {
		b.note(area.FromDefect(opt.Level, label, d))
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
