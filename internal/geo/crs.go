package geo

import (
	"math"
	"strings"

	"wangge/internal/fault"
)

// CRS names a coordinate system that positions may be given in. All are
// longitude and latitude in degrees.
type CRS string

// The systems that every position-taking door accepts. Inside, everything is
// CGCS2000; the others are converted at the door.
const (
	WGS84    CRS = "wgs84"    // EPSG:4326; taken as CGCS2000 (they differ by well under a metre)
	CGCS2000 CRS = "cgcs2000" // EPSG:4490
	GCJ02    CRS = "gcj02"    // the shifted system of Amap and Tencent maps
	BD09     CRS = "bd09"     // Baidu's, shifted once more
)

// Label is the name of the system for people.
func (c CRS) Label() string {
	return map[CRS]string{WGS84: "WGS-84", CGCS2000: "CGCS2000", GCJ02: "GCJ-02", BD09: "BD-09"}[c]
}

// ParseCRS reads the name of a system; "" is WGS84. Error: unknown_crs.
func ParseCRS(s string) (CRS, error) {
	switch c := CRS(strings.ToLower(strings.TrimSpace(s))); c {
	case "", "epsg:4326":
		return WGS84, nil
	case "epsg:4490":
		return CGCS2000, nil
	case WGS84, CGCS2000, GCJ02, BD09:
		return c, nil
	}
	return "", fault.New(fault.Invalid, "unknown_crs",
		"不认识坐标系 %q，可用：wgs84、cgcs2000、gcj02、bd09",
		"unknown coordinate system %q; use wgs84, cgcs2000, gcj02 or bd09", s)
}

// ToCGCS2000 converts a position in degrees.
func (c CRS) ToCGCS2000(lon, lat float64) (float64, float64) {
	switch c {
	case GCJ02:
		return invert(wgsToGCJ, lon, lat)
	case BD09:
		return invert(func(lon, lat float64) (float64, float64) { return gcjToBD(wgsToGCJ(lon, lat)) }, lon, lat)
	}
	return lon, lat
}

// FromCGCS2000 converts a position in degrees to c.
func (c CRS) FromCGCS2000(lon, lat float64) (float64, float64) {
	switch c {
	case GCJ02:
		return wgsToGCJ(lon, lat)
	case BD09:
		return gcjToBD(wgsToGCJ(lon, lat))
	}
	return lon, lat
}

// Locate converts a position in c and snaps it to the lattice.
func (c CRS) Locate(lon, lat float64) (Point, error) {
	if _, err := Snap(lon, lat); err != nil { // refuse before converting: the shift loops on nonsense
		return Point{}, err
	}
	return Snap(c.ToCGCS2000(lon, lat))
}

// outsideChina is the box within which the shift applies, as the public
// descriptions of GCJ-02 give it.
func outsideChina(lon, lat float64) bool {
	return lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271
}

// wgsToGCJ applies the GCJ-02 shift. The constants are those of the
// Krasovsky 1940 ellipsoid and of the published polynomial.
func wgsToGCJ(lon, lat float64) (float64, float64) {
	if outsideChina(lon, lat) {
		return lon, lat
	}
	const a, ee = 6378245.0, 0.00669342162296594323
	x, y := lon-105, lat-35
	wave := func(v float64) float64 {
		return (20*math.Sin(6*v*math.Pi) + 20*math.Sin(2*v*math.Pi)) * 2 / 3
	}
	root := math.Sqrt(math.Abs(x))
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + wave(x) +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + wave(x) +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(lat / 180 * math.Pi)
	w := 1 - ee*sin*sin
	north = north * 180 / (a * (1 - ee) / (w * math.Sqrt(w)) * math.Pi)
	east = east * 180 / (a / math.Sqrt(w) * cos * math.Pi)
	return lon + east, lat + north
}

// gcjToBD applies Baidu's second shift.
func gcjToBD(lon, lat float64) (float64, float64) {
	const k = math.Pi * 3000 / 180
	r := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*k)
	theta := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*k)
	sin, cos := math.Sincos(theta)
	return r*cos + 0.0065, r*sin + 0.006
}

// invert undoes a shift by fixed-point iteration, to below 1e-10 degrees.
func invert(shift func(lon, lat float64) (float64, float64), lon, lat float64) (float64, float64) {
	x, y := lon, lat
	for range 30 {
		sx, sy := shift(x, y)
		dx, dy := sx-lon, sy-lat
		x, y = x-dx, y-dy
		if math.Abs(dx)+math.Abs(dy) < 1e-11 {
			break
		}
	}
	return x, y
}
