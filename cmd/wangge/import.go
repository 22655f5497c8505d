package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/ingest"
	"wangge/internal/postgres"
	"wangge/internal/report"
	"wangge/internal/sandbox"
	"wangge/internal/upload"
)

type importCommand struct {
	databaseFlags
	Files        []string          `arg:"" name:"file" help:"GeoJSON, GeoPackage, Shapefile (.shp or .zip), KML, KMZ, or CSV with WKT." type:"path"`
	Level        string            `required:"" help:"district, subdistrict, community, grid or compound."`
	CodeField    string            `help:"Attribute with the code; the usual names are tried."`
	NameField    string            `help:"Attribute with the name; the usual names are tried."`
	ParentField  string            `help:"Attribute with the code of the parent; found by area when left out."`
	KindField    string            `help:"Attribute with the kind of a grid: basic or dedicated; the usual names are tried."`
	CRS          string            `name:"crs" default:"auto" help:"auto (what the file says), EPSG:n, wgs84, cgcs2000, gcj02 or bd09."`
	Layer        string            `help:"Layer of a file that holds several."`
	Charset      string            `default:"" enum:",utf-8,gbk" help:"Characters of attribute tables: utf-8 or gbk; found out when left out."`
	District     string            `help:"Code of the district; may be left out while there is only one."`
	DistrictName string            `help:"Name of a district that does not exist yet."`
	Synthetic    bool              `help:"A district that does not exist yet is invented: 示意数据 is said wherever a person sees it."`
	Scheme       string            `default:"auto" enum:"auto,gbt,opaque" help:"Codes: gbt (6/9/12/15 digits, checked), opaque (any text), auto."`
	Coverage     string            `default:"" enum:",strict,tolerant" help:"strict refuses gaps and overlaps, tolerant lists them; by default strict for gbt."`
	Edition      string            `help:"Name of the draft; by default the one there is, or a new one named by today's date."`
	SwapAxes     bool              `help:"The file gives y (latitude, northing) before x."`
	Shift        string            `help:"Move the file by so many metres east and north, as a datum shift asks." placeholder:"EAST,NORTH"`
	Snap         float64           `help:"After reading, draw borders together that lie within so many metres, on all levels." placeholder:"METRES"`
	Base         string            `help:"A new draft begins as a copy of this edition." placeholder:"EDITION"`
	Whole        bool              `help:"The files hold the whole level: areas of it that they do not name go."`
	KeepDefects  bool              `help:"Keep the draft although its check finds errors, to mend them there."`
	Waive        map[string]string `help:"Let a finding of the file pass: its code and the reason." placeholder:"CODE=REASON"`
	Commit       bool              `help:"Keep the result; without it everything is tried and nothing kept."`
	Activate     bool              `help:"Also activate the edition from today (with --commit)."`
	Report       string            `type:"path" help:"Write the findings to a file: .json, .geojson, .html (a page to print), else text."`
}

func (c *importCommand) Run(ctx context.Context, t *terminal) (err error) {
	opt := ingest.Options{CodeField: c.CodeField, NameField: c.NameField, ParentField: c.ParentField, KindField: c.KindField}
	if opt.Level, err = area.ParseLevel(c.Level); err != nil {
		return err
	}
	opt.Layer, opt.Charset, opt.Swap = c.Layer, c.Charset, c.SwapAxes
	if opt.Shift, err = parseShift(c.Shift); err != nil {
		return err
	}
	if opt.Reference, err = ingest.ParseReference(c.CRS); err != nil {
		return err
	}
	if c.Activate && !c.Commit {
		return fault.New(fault.Invalid, "activate_needs_commit", "--activate 要和 --commit 一起用", "--activate needs --commit")
	}
	if err := refuseReportPath(c.Report); err != nil {
		return err
	}
	if t.progress {
		opt.Progress = func(file string, done int, bytes int64) {
			fmt.Fprintf(t.err, "\r\x1b[K%s  %d  %.1f MB", file, done, float64(bytes)/1e6)
		}
	}
	db, err := c.open(ctx, t)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := db.close(); err == nil {
			err = closeErr
		}
	}()
	opt.Project = func(definition string, positions [][2]float64) error { return db.Project(ctx, definition, positions) }
	batch, err := sandbox.Runner{}.Read(ctx, c.Files, opt)
	if t.progress {
		fmt.Fprint(t.err, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	before, err := db.KnownBefore(ctx, c.District, c.Edition, opt.Level)
	if err != nil {
		return err
	}
	known := ingest.Known(before)
	known.Whole = c.Whole || known.Whole && c.Base == ""
	if err := batch.Suspect(known, opt); err != nil {
		return err
	}
	for i := range batch.Findings {
		if f := &batch.Findings[i]; f.Waivable {
			f.Waived = strings.TrimSpace(c.Waive[f.Code])
		}
	}
	fill := postgres.Fill{District: c.District, DistrictName: c.DistrictName, Synthetic: c.Synthetic, Edition: c.Edition, Base: c.Base, Whole: c.Whole, Snap: c.Snap,
		KeepDefects: c.KeepDefects, Coverage: area.Coverage(c.Coverage), Commit: c.Commit}
	if c.Scheme != "auto" {
		fill.Scheme = area.Scheme(c.Scheme)
	}
	fill = upload.Filling(fill, opt.Level, batch)
	if c.Activate {
		now := time.Now()
		fill.ActivateFrom = &now
	}
	if t.progress {
		fmt.Fprintf(t.err, t.say("检查 %d 个区域……", "checking %d areas…"), len(fill.Areas))
	}
	done, err := db.FillDraft(ctx, fill)
	if t.progress {
		fmt.Fprint(t.err, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	if done.Activated != nil && done.Committed {
		c.keepFile(ctx, t, db, *fill.ActivateFrom)
	}
	if c.Report != "" {
		if err := writeReport(c.Report, &report.Report{Edition: &done.Edition, District: done.Edition.District, Findings: done.Findings}, t.lang); err != nil {
			return err
		}
	}
	printFindings(t.out, t, done.Findings, 20)
	c.printOutcome(t, done)
	if done.Refused {
		return errRefused
	}
	return nil
}

// parseShift reads EAST,NORTH in metres; "" is none. Error: bad_shift.
func parseShift(s string) (shift [2]float64, err error) {
	if s == "" {
		return shift, nil
	}
	east, north, ok := strings.Cut(s, ",")
	for i, text := range []string{east, north} {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(v >= -10_000 && v <= 10_000) || !ok {
			return shift, fault.New(fault.Invalid, "bad_shift", "--shift 应写成 东,北（米，10000 以内），例如 -577.3,-155，得到 %[1]q", "write --shift as EAST,NORTH in metres, within 10000, as in -577.3,-155, not %[1]q", s)
		}
		shift[i] = v
	}
	return shift, nil
}

func (c *importCommand) printOutcome(t *terminal, done *postgres.Filled) {
	refused := done.Refused
	fmt.Fprintf(t.out, t.say("%s 版次 %s：新增 %d，替换 %d（编码方案 %s）\n", "%s edition %s: %d added, %d replaced (%s codes)\n"),
		done.Edition.District, done.Edition.Name, done.Added, done.Replaced, done.Scheme)
	for _, l := range done.Edition.Levels {
		fmt.Fprintf(t.out, "  %s %d\n", t.say(l.Level.Word(), l.Level.String()), l.Areas)
	}
	switch {
	case refused:
		fmt.Fprintln(t.out, t.say("有必须先改正的问题，什么都没有写入。", "Some findings must be put right first; nothing was written."))
	case !c.Commit:
		fmt.Fprintln(t.out, t.say("这是试运行，什么都没有写入；加上 --commit 才会保存。", "This was a dry run and nothing was written; add --commit to keep it."))
	case area.Refuses(done.Findings):
		fmt.Fprintf(t.out, t.say("已存入草稿，但还有必须改正的问题，改好才能启用：在网页的边界管理里修补，或看 wangge edition check %s\n", "Kept as a draft with errors that must be put right before it can be activated: mend them on the web page, or see wangge edition check %s\n"), done.Edition.Name)
	case done.Activated != nil:
		fmt.Fprintf(t.out, t.say("已保存并启用（第 %d 代）。\n", "Kept and activated (generation %d).\n"), done.Activated.Generation)
	default:
		fmt.Fprintf(t.out, t.say("已存入草稿；下一步：wangge edition activate %s --from 日期\n", "Kept as a draft; next: wangge edition activate %s --from DATE\n"), done.Edition.Name)
	}
}

// printFindings prints the findings by kind with a few examples of each.
func printFindings(w io.Writer, t *terminal, findings []area.Finding, most int) {
	words := map[area.Severity][2]string{area.Error: {"错误", "error"}, area.Warning: {"警告", "warning"}, area.Note: {"说明", "note"}}
	count := map[area.Severity]int{}
	for _, severity := range []area.Severity{area.Error, area.Warning, area.Note} {
		for _, f := range findings {
			if f.Severity != severity {
				continue
			}
			if count[severity]++; count[severity] <= most {
				fmt.Fprintf(w, "%s %s: %s\n", t.say(words[severity][0], words[severity][1]), f.Code, report.Describe(f, t.lang))
			}
		}
		if left := count[severity] - most; left > 0 {
			fmt.Fprintf(w, t.say("……还有 %d 条%s，全部见 --report\n", "… and %d more of kind %s; all of them with --report\n"), left, t.say(words[severity][0], words[severity][1]))
		}
	}
	if len(findings) > 0 {
		fmt.Fprintf(w, t.say("共 %d 条：错误 %d，警告 %d，说明 %d\n", "%d findings: %d errors, %d warnings, %d notes\n"),
			len(findings), count[area.Error], count[area.Warning], count[area.Note])
	}
}

func refuseReportPath(path string) error {
	if path == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fault.New(fault.Invalid, "bad_report_path", "报告写不到 %[1]s：目录不存在", "cannot write the report to %[1]s: no such directory", path)
	}
	return nil
}

// writeReport writes all findings, in the form that the name of the file asks
// for. The file appears whole or not at all.
func writeReport(path string, r *report.Report, lang string) error {
	r.Made = time.Now()
	return writeWhole(path, func(w io.Writer) error { return report.Write(w, report.ForFile(path), r, lang) })
}

// writeWhole writes a file aside and renames it when it is complete.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".wangge-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
