package httpapi

import (
	"context"
	"math"
	"strings"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/locate"
)

// system is a coordinate system that features can be had in, by its URI.
type system string

// The systems. CGCS2000 stands for WGS-84, as everywhere here.
const (
	crs84    system = "http://www.opengis.net/def/crs/OGC/1.3/CRS84" // longitude, latitude
	epsg4490 system = "http://www.opengis.net/def/crs/EPSG/0/4490"   // CGCS2000: latitude, longitude
	epsg4546 system = "http://www.opengis.net/def/crs/EPSG/0/4546"   // CGCS2000 / 3-degree GK CM 111E: northing, easting
)

var systems = []system{crs84, epsg4490, epsg4546}

// parseSystem reads the URI of a system, CRS84 where none is given. Error: unknown_crs.
func parseSystem(parameter, uri string, given bool) (system, error) {
	if !given {
		return crs84, nil
	}
	for _, c := range systems {
		if string(c) == uri {
			return c, nil
		}
	}
	names := make([]string, len(systems))
	for i, c := range systems {
		names[i] = string(c)
	}
	return "", fault.New(fault.Invalid, "unknown_crs", "%[1]s 不认识坐标系 %[2]q，可用：%[3]s", "%[1]s: unknown coordinate system %[2]q; use %[3]s", parameter, clip(uri, 100), strings.Join(names, " "))
}

// zone is that of EPSG:4546.
const zone = geo.Zone(111)

// reach is how far from its meridian, in degrees, the zone is used: it and its
// neighbours, where the projection is exact to less than a millimetre.
const reach = 4.5

// project turns lattice points into easting and northing. Error: outside_crs.
func project(points []geo.Point) ([][2]float64, error) {
	out := make([][2]float64, len(points))
	for i, p := range points {
		if math.Abs(p.Lon()-float64(zone)) > reach {
			return nil, fault.New(fault.Invalid, "outside_crs", "这些要素离 111°E 太远，不能用 EPSG:4546 表示", "these features lie too far from 111°E to be given in EPSG:4546")
		}
		out[i][0], out[i][1] = zone.Project(p.Lon(), p.Lat())
	}
	return out, nil
}

func badBox(why, en string) error {
	return fault.New(fault.Invalid, "bad_bbox", "bbox 不对：%[1]s", "bad bbox: %[2]s", why, en)
}

// parseBoxes reads a bbox in a system: two corners of two or three numbers
// each, in the system's order of axes. A box that crosses the antimeridian (its
// west is greater than its east) becomes two; one in a projected system becomes
// the smallest box in degrees around it. Boxes beyond the world are cut off.
// Error: bad_bbox.
func (s *Server) parseBoxes(ctx context.Context, text string, in system) ([]geo.Box, error) {
	parts := strings.Split(text, ",")
	n := len(parts)
	if n != 4 && n != 6 {
		return nil, badBox("应是 4 个或 6 个数，用逗号隔开", "give 4 or 6 numbers with commas between")
	}
	v := make([]float64, n)
	for i, p := range parts {
		var err error
		if v[i], err = locate.ParseNumber("bbox", strings.TrimSpace(p)); err != nil {
			return nil, badBox("有一项不是数", "one of them is not a number")
		}
	}
	if n == 6 {
		if v[2] > v[5] {
			return nil, badBox("最低高程大于最高高程", "the least height is above the greatest")
		}
		v = []float64{v[0], v[1], v[3], v[4]} // areas have no height
	}
	if in != crs84 { // latitude or northing first
		v[0], v[1], v[2], v[3] = v[1], v[0], v[3], v[2]
	}
	if v[1] > v[3] {
		return nil, badBox("南界大于北界", "the south is greater than the north")
	}
	if in == epsg4546 {
		if v[0] > v[2] {
			return nil, badBox("西界大于东界", "the west is greater than the east")
		}
		if min(v[0], v[1]) < -1.1e7 || max(v[2], v[3]) > 1.1e7 { // farther than the poles are
			return nil, badBox("超出 EPSG:4546 的范围", "it lies outside of EPSG:4546")
		}
		var err error
		if v, err = s.unproject(ctx, v); err != nil {
			return nil, err
		}
	}
	corner := func(lon, lat float64) (geo.Point, error) {
		return geo.Snap(min(max(lon, -180), 180), min(max(lat, -90), 90))
	}
	low, err := corner(v[0], v[1])
	if err != nil {
		return nil, badBox("数太大", "the numbers are too large")
	}
	high, err := corner(v[2], v[3])
	if err != nil {
		return nil, badBox("数太大", "the numbers are too large")
	}
	low, high = low.Round(step(ctx)), high.Round(step(ctx)) // strangers cannot feel for what they are not shown
	if v[0] > v[2] {
		return []geo.Box{{Min: low, Max: geo.Point{X: geo.MaxX, Y: high.Y}}, {Min: geo.Point{X: -geo.MaxX, Y: low.Y}, Max: high}}, nil
	}
	return []geo.Box{{Min: low, Max: high}}, nil
}

// unproject returns the box in degrees around a box in metres. Straight sides
// become curves, so that points along them are taken too.
func (s *Server) unproject(ctx context.Context, v []float64) ([]float64, error) {
	const pieces = 16
	var along [][2]float64
	for i := range pieces + 1 {
		t := float64(i) / pieces
		x, y := v[0]+t*(v[2]-v[0]), v[1]+t*(v[3]-v[1])
		along = append(along, [2]float64{x, v[1]}, [2]float64{x, v[3]}, [2]float64{v[0], y}, [2]float64{v[2], y})
	}
	if err := s.Store.Project(ctx, "EPSG:4546", along); err != nil {
		return nil, err
	}
	out := []float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range along {
		if math.IsInf(p[0], 0) || math.IsNaN(p[0]) || math.IsInf(p[1], 0) || math.IsNaN(p[1]) {
			return nil, badBox("超出 EPSG:4546 的范围", "it lies outside of EPSG:4546")
		}
		out[0], out[1], out[2], out[3] = min(out[0], p[0]), min(out[1], p[1]), max(out[2], p[0]), max(out[3], p[1])
	}
	return out, nil
}
