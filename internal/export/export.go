// Package export writes the areas of an edition as files that other programs
// open: GeoJSON, GeoPackage, Shapefile and KML. What it writes, ingest reads back
// to the same lattice coordinates.
package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/uuid"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"wangge/internal/area"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
)

// Area is one area as it is written, with the attributes code, name, parent,
// kind and area_m2. Ground is on the lattice (CGCS2000).
type Area struct {
	Level      area.Level
	Code, Name string
	Parent     string    // code; "" for a district
	Kind       area.Kind // written for grids alone, the only level that has kinds
	AreaM2     float64
	Ground     geo.Area
}

func (a *Area) kind() string {
	if a.Level != area.Grid {
		return ""
	}
	return string(a.Kind)
}

// squareMetres is the ground to the nearest 0.01 m², which the lattice bears.
func (a *Area) squareMetres() float64 { return math.Round(a.AreaM2*100) / 100 }

// Selection is what one file holds: areas of one edition.
type Selection struct {
	District     string // code
	DistrictName string // "" where the edition does not hold the district itself
	Edition      string // name
	Synthetic    bool   // invented: said in the file and in its name
	Areas        []Area
}

// Entry is the row of the audit about writing the selection.
func (s *Selection) Entry(opt Options) audit.Entry {
	return audit.Entry{Act: string(policy.BoundaryExport), District: s.District, Object: "edition " + s.Edition, Result: audit.Done,
		Detail: audit.Detail(map[string]any{"areas": len(s.Areas), "format": string(opt.Format), "system": opt.System.String()})}
}

// Select picks the areas of some levels out of all versions of an edition, level
// by level in the order asked for. Error: empty_level.
func Select(e *area.Edition, versions []*area.Version, levels []area.Level) (*Selection, error) {
	s := &Selection{District: e.District, Edition: e.Name, Synthetic: e.Synthetic}
	codes := map[uuid.UUID]string{}
	for _, v := range versions {
		codes[v.AreaID] = v.Code
		if v.Level == area.District {
			s.DistrictName = v.Name
		}
	}
	for i, level := range levels {
		if slices.Contains(levels[:i], level) {
			continue
		}
		before := len(s.Areas)
		for _, v := range versions {
			if v.Level == level {
				s.Areas = append(s.Areas, Area{Level: v.Level, Code: v.Code, Name: v.Name, Parent: codes[v.Parent], Kind: v.Kind, AreaM2: v.AreaM2, Ground: v.Ground})
			}
		}
		if len(s.Areas) == before {
			return nil, fault.New(fault.Unprocessable, "empty_level", "版次 %[1]s 没有%[2]s", "the edition %[1]s has no area of the level %[3]s", e.Name, level.Word(), level.String())
		}
	}
	return s, nil
}

// Format is a form of file.
type Format string

// The formats. A Shapefile is written as one .zip.
const (
	GeoJSON    Format = "geojson"
	GeoPackage Format = "gpkg"
	Shapefile  Format = "shp"
	KML        Format = "kml"
)

// ParseFormat reads the name of a format. Error: unsupported_format.
func ParseFormat(s string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimSpace(s))); f {
	case GeoJSON, GeoPackage, Shapefile, KML:
		return f, nil
	}
	return "", fault.New(fault.Invalid, "unsupported_format", "不认识文件格式 %[1]q，可写 geojson、gpkg、shp、kml", "unknown format %[1]q; these are written: geojson, gpkg, shp, kml", s)
}

// FormatOf reads the format from the ending of a file's name. Error:
// unsupported_format.
func FormatOf(name string) (Format, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".json":
		return GeoJSON, nil
	case ".zip":
		return Shapefile, nil
	case ".shp":
		return "", fault.New(fault.Invalid, "unsupported_format", "Shapefile 有好几个文件，请写成一个 .zip：%[1]s", "a Shapefile is several files; name one .zip for all: %[1]s", strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))+".zip")
	default:
		return ParseFormat(strings.TrimPrefix(ext, "."))
	}
}

// Extension is the ending of a file's name, with the dot.
func (f Format) Extension() string {
	if f == Shapefile {
		return ".zip"
	}
	return "." + string(f)
}

// ContentType is the media type of a file.
func (f Format) ContentType() string {
	return map[Format]string{
		GeoJSON:    "application/geo+json",
		GeoPackage: "application/geopackage+sqlite3",
		Shapefile:  "application/zip",
		KML:        "application/vnd.google-earth.kml+xml",
	}[f]
}

// System is the coordinate system that a file is written in: longitude and
// latitude, or what PROJ knows under an EPSG code. The zero System is WGS-84.
//
// GCJ-02 and BD-09 have no EPSG code. A GeoJSON in them has no "crs" member, a
// Shapefile no .prj, and a GeoPackage an undefined system: only the title says
// what they hold, and whoever reads them has to name the system.
type System struct {
	crs  geo.CRS // "" where EPSG says it
	epsg int     // 0 where there is no code
}

// ParseSystem reads the name of a system: wgs84 (also ""), cgcs2000, gcj02,
// bd09, or EPSG:n. Error: unknown_crs.
func ParseSystem(s string) (System, error) {
	name := strings.TrimSpace(s)
	if c, err := geo.ParseCRS(name); err == nil {
		return System{c, map[geo.CRS]int{geo.WGS84: 4326, geo.CGCS2000: 4490}[c]}, nil
	}
	if len(name) > 5 && strings.EqualFold(name[:5], "EPSG:") {
		if n, err := strconv.Atoi(name[5:]); err == nil && n >= 1024 && n <= 999_999 {
			return System{epsg: n}, nil
		}
	}
	return System{}, fault.New(fault.Invalid, "unknown_crs",
		"不认识坐标系 %[1]q，可用：wgs84、cgcs2000、gcj02、bd09，或 EPSG 编号，例如 EPSG:4546", "unknown coordinate system %[1]q; use wgs84, cgcs2000, gcj02, bd09, or an EPSG code, as in EPSG:4546", s)
}

func (s System) String() string {
	if s == (System{}) {
		return System{crs: geo.WGS84}.String()
	}
	switch s.crs {
	case geo.WGS84:
		return "WGS-84"
	case geo.CGCS2000:
		return "CGCS2000"
	case geo.GCJ02:
		return "GCJ-02"
	case geo.BD09:
		return "BD-09"
	}
	return "EPSG:" + strconv.Itoa(s.epsg)
}

// exact reports whether positions are those of the lattice.
func (s System) exact() bool { return s.crs == geo.WGS84 || s.crs == geo.CGCS2000 }

// Options say how a file is written.
type Options struct {
	Format  Format
	Charset string // of a Shapefile's table: "utf-8" (also ""), or "gbk"
	System  System
	Note    string // what a reader must know, such as 示意数据; may be ""
	// Definition returns the well-known text of an EPSG code.
	Definition func(ctx context.Context, epsg int) (wkt string, err error)
	// Project turns longitude and latitude (CGCS2000, degrees) into the system
	// "EPSG:n" (x east, y north, its own unit), in place. What cannot be turned
	// becomes infinite.
	Project func(ctx context.Context, definition string, positions [][2]float64) error
}

// Write writes a selection to w. A GeoPackage has one layer a level; the other
// formats take one level. Memory grows with the largest area, not with their number:
// what cannot be written straight on waits in a temporary file. After an error w
// may hold a part of the file. Errors: empty_level, one_level, kml_is_wgs84,
// bad_charset, unknown_crs, not_projectable, attribute_too_long, too_large,
// no_room.
func Write(ctx context.Context, w io.Writer, s *Selection, opt Options) error {
	j := &job{Selection: s, Options: opt}
	err := j.prepare(ctx)
	if err == nil {
		err = j.write(ctx, w)
	}
	var lite *sqlite.Error
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.As(err, &lite) && lite.Code()&0xFF == sqlite3.SQLITE_FULL {
		return fault.New(fault.NoRoom, "no_room", "磁盘满了，文件没有写成", "the disk is full; the file was not written").Because(err)
	}
	if err != nil {
		return fmt.Errorf("export %s %s: %w", s.District, s.Edition, err)
	}
	return nil
}

func (j *job) write(ctx context.Context, w io.Writer) error {
	switch j.Format {
	case GeoJSON:
		return j.geoJSON(ctx, w)
	case GeoPackage:
		return j.geoPackage(ctx, w)
	case Shapefile:
		return j.shapefile(ctx, w)
	case KML:
		return j.kml(ctx, w)
	}
	_, err := ParseFormat(string(j.Format))
	return err
}

// job is one file being written.
type job struct {
	*Selection
	Options
	levels  []area.Level // in order
	wkt     string       // "" where there is no code
	perUnit float64      // positions are rounded to this part of a unit
}

// Positions are rounded to about 0.1 mm: far below the half step, 5 mm, from
// which a position would be read back to another place of the lattice.
const (
	perDegree = 1e9
	perMetre  = 1e4
)

// shift is one datum shift out of several, which PostGIS keeps in its texts. PROJ
// chose a better one for these positions, and a reader that found this one would
// place them tens of metres away (EPSG:2433).
var shift = regexp.MustCompile(`,TOWGS84\[[^\]]*\]`)

func (j *job) prepare(ctx context.Context) error {
	if j.System == (System{}) {
		j.System = System{geo.WGS84, 4326}
	}
	for _, a := range j.Areas {
		if !slices.Contains(j.levels, a.Level) {
			j.levels = append(j.levels, a.Level)
		}
	}
	switch {
	case len(j.Areas) == 0:
		return fault.New(fault.Unprocessable, "empty_level", "没有可写的区域", "there is no area to write")
	case len(j.levels) > 1 && j.Format != GeoPackage:
		return fault.New(fault.Invalid, "one_level", "只有 GeoPackage 能放多个层级，别的格式一次一个", "only a GeoPackage holds several levels; the other formats take one at a time")
	case j.Format == KML && j.System.crs != geo.WGS84:
		return fault.New(fault.Invalid, "kml_is_wgs84", "KML 只用 WGS-84 经纬度，写不成 %[1]s；请改用别的格式", "KML is always longitude and latitude on WGS-84, never %[1]s; choose another format", j.System.String())
	}
	switch {
	case j.Charset == "" || j.Charset == "utf-8":
	case j.Charset != "gbk":
		return fault.New(fault.Invalid, "bad_charset", "不认识字符编码 %[1]q，可用：utf-8、gbk", "unknown charset %[1]q; use utf-8 or gbk", j.Charset)
	case j.Format != Shapefile:
		return fault.New(fault.Invalid, "bad_charset", "只有 Shapefile 能用 GBK，别的格式都是 UTF-8", "only a Shapefile may be in GBK; the other formats are UTF-8")
	}
	j.perUnit = perDegree
	if j.System.epsg == 0 {
		return nil
	}
	var err error
	if j.wkt, err = j.Definition(ctx, j.System.epsg); err != nil {
		return err
	}
	j.wkt = shift.ReplaceAllString(j.wkt, "")
	switch {
	case strings.HasPrefix(j.wkt, "GEOGCS["):
	case strings.HasPrefix(j.wkt, "PROJCS["):
		j.perUnit = perMetre
	default:
		return fault.New(fault.Unprocessable, "unknown_crs", "%[1]s 不是平面或经纬度坐标系，边界不能用它表示", "%[1]s is neither a projected nor a geographic system; boundaries cannot be given in it", j.System.String())
	}
	return nil
}

// title says what the file holds, for people.
func (j *job) title(l area.Level) string {
	var words []string
	for _, w := range []string{j.DistrictName, j.District, j.Edition, l.Word()} {
		if w != "" {
			words = append(words, w)
		}
	}
	if j.Synthetic {
		words = append(words, "示意数据")
	}
	if j.System.epsg == 0 { // nothing else in the file can say it
		words = append(words, "（"+j.System.String()+"）")
	}
	return strings.Join(words, " ")
}

// position is x (east, longitude), then y, in the system of the file.
type position = [2]float64

// shape is an area with its ground in the system of the file: rings are closed,
// exteriors first and counter-clockwise.
type shape struct {
	*Area
	polygons [][][]position
	box      box
}

type box struct{ minX, minY, maxX, maxY float64 }

func emptyBox() box { return box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)} }

func (b *box) extend(o box) {
	b.minX, b.minY = min(b.minX, o.minX), min(b.minY, o.minY)
	b.maxX, b.maxY = max(b.maxX, o.maxX), max(b.maxY, o.maxY)
}

// groupVertices is how many positions go through PROJ at once.
const groupVertices = 50_000

// counts says how many rings m has, and how many positions when they are closed.
func counts(m geo.MultiPolygon) (rings, positions int) {
	for r := range m.Rings {
		rings++
		positions += len(r) + 1
	}
	return rings, positions
}

// shapes goes through the areas of one level. Error: not_projectable.
func (j *job) shapes(ctx context.Context, level area.Level) iter.Seq2[shape, error] {
	return func(yield func(shape, error) bool) {
		var group []*Area
		vertices := 0
		flush := func() bool {
			found, err := j.convert(ctx, group, vertices)
			if err != nil {
				yield(shape{}, err)
				return false
			}
			for _, s := range found {
				if !yield(s, nil) {
					return false
				}
			}
			group, vertices = group[:0], 0
			return true
		}
		for i := range j.Areas {
			a := &j.Areas[i]
			if a.Level != level {
				continue
			}
			_, n := counts(a.Ground.Polygons())
			if vertices > 0 && vertices+n > groupVertices && !flush() {
				return
			}
			group, vertices = append(group, a), vertices+n
		}
		if len(group) > 0 {
			flush()
		}
	}
}

// convert turns a group of areas into the system of the file.
func (j *job) convert(ctx context.Context, group []*Area, vertices int) ([]shape, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := make([]position, 0, vertices)
	for _, a := range group {
		for r := range a.Ground.Polygons().Rings {
			for _, p := range r {
				all = append(all, position{p.Lon(), p.Lat()})
			}
			all = append(all, position{r[0].Lon(), r[0].Lat()})
		}
	}
	switch {
	case j.System.exact():
	case j.System.epsg != 0:
		if err := j.Project(ctx, j.System.String(), all); err != nil {
			return nil, err
		}
	default:
		for i, at := range all {
			all[i][0], all[i][1] = j.System.crs.FromCGCS2000(at[0], at[1])
		}
	}
	found := make([]shape, 0, len(group))
	for _, a := range group {
		s := shape{Area: a, box: emptyBox()}
		for _, polygon := range a.Ground.Polygons() {
			var rings [][]position
			for _, r := range polygon {
				ring := all[:len(r)+1]
				all = all[len(ring):]
				if !j.round(ring, &s.box) {
					return nil, fault.New(fault.Unprocessable, "not_projectable", "%[1]s %[2]s（%[3]s）在 %[4]s 的范围之外，换算不了", "%[5]s %[2]s (%[3]s) lies outside of %[4]s and cannot be given in it",
						a.Level.Word(), a.Code, a.Name, j.System.String(), a.Level.String())
				}
				rings = append(rings, ring)
			}
			s.polygons = append(s.polygons, rings)
		}
		found = append(found, s)
	}
	return found, nil
}

// round rounds a ring to what is written and widens b by it; ok is false where a
// position is not finite. Positions of the lattice are their decimals already.
func (j *job) round(ring []position, b *box) (ok bool) {
	for i, at := range ring {
		if math.IsInf(at[0], 0) || math.IsNaN(at[0]) || math.IsInf(at[1], 0) || math.IsNaN(at[1]) {
			return false
		}
		if !j.System.exact() {
			at = position{math.Round(at[0]*j.perUnit) / j.perUnit, math.Round(at[1]*j.perUnit) / j.perUnit}
			ring[i] = at
		}
		b.extend(box{at[0], at[1], at[0], at[1]})
	}
	return true
}
