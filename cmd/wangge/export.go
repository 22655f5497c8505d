package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"wangge/internal/area"
	"wangge/internal/export"
	"wangge/internal/fault"
)

type exportCommand struct {
	editionFlags
	Edition string   `arg:"" help:"Name of the edition."`
	Level   []string `required:"" help:"district, subdistrict, community, grid or compound; several for a GeoPackage."`
	Format  string   `help:"geojson, gpkg, shp (a .zip) or kml; by the ending of --out when left out."`
	CRS     string   `name:"crs" default:"wgs84" help:"wgs84, cgcs2000, gcj02, bd09 or EPSG:n. KML is always wgs84."`
	Charset string   `default:"utf-8" enum:"utf-8,gbk" help:"Characters of a Shapefile's table: utf-8 or gbk."`
	Out     string   `required:"" type:"path" help:"File to write, such as grids.gpkg."`
}

func (c *exportCommand) Run(ctx context.Context, t *terminal) error {
	opt := export.Options{Charset: c.Charset}
	var levels []area.Level
	for _, name := range c.Level {
		level, err := area.ParseLevel(name)
		if err != nil {
			return err
		}
		levels = append(levels, level)
	}
	format, err := export.FormatOf(c.Out)
	if c.Format != "" && !strings.EqualFold(filepath.Ext(c.Out), ".shp") { // a .zip under that name is read by nobody
		format, err = export.ParseFormat(c.Format)
	}
	if err != nil {
		return err
	}
	opt.Format = format
	if opt.System, err = export.ParseSystem(c.CRS); err != nil {
		return err
	}
	if _, missing := os.Stat(filepath.Dir(c.Out)); missing != nil {
		return fault.New(fault.Invalid, "no_such_directory", "目录不存在：%[1]s", "no such directory: %[1]s", filepath.Dir(c.Out))
	}
	return c.withStore(ctx, t, func(db *database) error {
		opt.Definition, opt.Project = db.Definition, db.ProjectTo
		edition, versions, err := db.AreasOf(ctx, c.District, c.Edition)
		if err != nil {
			return err
		}
		selected, err := export.Select(edition, versions, levels)
		if err != nil {
			return err
		}
		if err := db.Record(ctx, selected.Entry(opt)); err != nil {
			return err
		}
		if err := writeWhole(c.Out, func(w io.Writer) error { return export.Write(ctx, w, selected, opt) }); err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("已写出版次 %s 的 %d 个区域（%s）：%s\n", "wrote %[2]d areas of the edition %[1]s (%[3]s): %[4]s\n"),
			edition.Name, len(selected.Areas), opt.System, c.Out)
		return nil
	})
}
