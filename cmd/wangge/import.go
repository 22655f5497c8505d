package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/ingest"
	"wangge/internal/postgres"
)

type importCommand struct {
	databaseFlags
	Files        []string `arg:"" name:"file" help:"GeoJSON, GeoPackage, Shapefile (.shp or .zip), KML, KMZ, or CSV with WKT." type:"path"`
	Level        string   `required:"" help:"district, subdistrict, community, grid or compound."`
	CodeField    string   `help:"Attribute with the code; the usual names are tried."`
	NameField    string   `help:"Attribute with the name; the usual names are tried."`
	ParentField  string   `help:"Attribute with the code of the parent; found by area when left out."`
	KindField    string   `help:"Attribute with the kind of a grid: basic or dedicated."`
	CRS          string   `name:"crs" default:"auto" help:"auto (what the file says), EPSG:n, wgs84, cgcs2000, gcj02 or bd09."`
	Layer        string   `help:"Layer of a file that holds several."`
	Charset      string   `default:"" enum:",utf-8,gbk" help:"Characters of attribute tables: utf-8 or gbk; found out when left out."`
	District     string   `help:"Code of the district; may be left out while there is only one."`
	DistrictName string   `help:"Name of a district that does not exist yet."`
	Scheme       string   `default:"auto" enum:"auto,gbt,opaque" help:"Codes: gbt (6/9/12/15 digits, checked), opaque (any text), auto."`
	Coverage     string   `default:"" enum:",strict,tolerant" help:"strict refuses gaps and overlaps, tolerant lists them; by default strict for gbt."`
	Edition      string   `help:"Name of the draft; by default the one there is, or a new one named by today's date."`
	Commit       bool     `help:"Keep the result; without it everything is tried and nothing kept."`
	Activate     bool     `help:"Also activate the edition from today (with --commit)."`
	Report       string   `type:"path" help:"Write the findings to a file: .json, .geojson, else text."`
}

func (c *importCommand) Run(ctx context.Context, t *terminal) (err error) {
	opt := ingest.Options{CodeField: c.CodeField, NameField: c.NameField, ParentField: c.ParentField, KindField: c.KindField}
	if opt.Level, err = area.ParseLevel(c.Level); err != nil {
		return err
	}
	opt.Layer, opt.Charset = c.Layer, c.Charset
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
	batch, err := ingest.Read(ctx, c.Files, opt)
	if t.progress {
		fmt.Fprint(t.err, "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	fill := postgres.Fill{District: c.District, DistrictName: c.DistrictName, Edition: c.Edition,
		Coverage: area.Coverage(c.Coverage), Level: opt.Level, Findings: batch.Findings, Commit: c.Commit}
	if c.Scheme != "auto" {
		fill.Scheme = area.Scheme(c.Scheme)
	}
	for _, a := range batch.Areas {
		fill.Areas = append(fill.Areas, postgres.FillArea{Code: a.Code, Name: a.Name, Parent: a.Parent, Source: a.Source, Kind: a.Kind, Ground: a.Ground})
	}
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
	if c.Report != "" {
		if err := writeReport(c.Report, done.Findings, t.lang); err != nil {
			return err
		}
	}
	printFindings(t.out, t, done.Findings, 20)
	c.printOutcome(t, done)
	if area.Refuses(done.Findings) {
		return errRefused
	}
	return nil
}

func (c *importCommand) printOutcome(t *terminal, done *postgres.Filled) {
	refused := area.Refuses(done.Findings)
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
				fmt.Fprintf(w, "%s %s: %s\n", t.say(words[severity][0], words[severity][1]), f.Code, describe(f, t.lang))
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

func describe(f area.Finding, lang string) string {
	text := f.Text(lang)
	if len(f.Areas) > 0 && !strings.Contains(text, f.Areas[0]) {
		shown := f.Areas[:min(4, len(f.Areas))]
		text += " [" + strings.Join(shown, ", ")
		if len(f.Areas) > len(shown) {
			text += ", …"
		}
		text += "]"
	}
	if f.Place != nil {
		text += fmt.Sprintf(" @ %.7f,%.7f", f.Place.Lon(), f.Place.Lat())
	}
	return text
}

// reportRow is one finding in a report file.
type reportRow struct {
	Code     string   `json:"code"`
	Severity string   `json:"severity"`
	Level    string   `json:"level"`
	Areas    []string `json:"areas"`
	Lon      *float64 `json:"lon,omitempty"`
	Lat      *float64 `json:"lat,omitempty"`
	M2       float64  `json:"m2"`
	Text     string   `json:"text"`
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
func writeReport(path string, findings []area.Finding, lang string) error {
	var rows []reportRow
	for _, f := range findings {
		row := reportRow{Code: f.Code, Severity: string(f.Severity), Level: f.Level.String(), Areas: f.Areas, M2: f.M2, Text: f.Text(lang)}
		if row.Areas == nil {
			row.Areas = []string{}
		}
		if f.Place != nil {
			lon, lat := f.Place.Lon(), f.Place.Lat()
			row.Lon, row.Lat = &lon, &lat
		}
		rows = append(rows, row)
	}
	return writeWhole(path, func(w io.Writer) error {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".json":
			return writeJSON(w, map[string]any{"findings": append([]reportRow{}, rows...)})
		case ".geojson":
			features := []any{}
			for _, r := range rows {
				var geometry any
				if r.Lon != nil {
					geometry = map[string]any{"type": "Point", "coordinates": []float64{*r.Lon, *r.Lat}}
				}
				features = append(features, map[string]any{"type": "Feature", "geometry": geometry, "properties": r})
			}
			return writeJSON(w, map[string]any{"type": "FeatureCollection", "features": features})
		}
		for _, f := range findings {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%.1f m²\t%s\n", f.Severity, f.Code, f.Level, f.M2, describe(f, lang)); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
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
