package ingest

import (
	"regexp"
	"strconv"
	"strings"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// Reference is the coordinate system of a file: one that is read here, or any
// that PROJ knows. The zero Reference is "not said".
type Reference struct {
	CRS        geo.CRS // longitude and latitude
	Definition string  // for PROJ: "EPSG:n", or well-known text; then CRS is ""
}

// maxDefinition is the most bytes of a definition that are handed to PROJ.
const maxDefinition = 16 << 10

// ParseReference reads the name of a system as people give it: auto, EPSG:n, or
// one of geo.CRS. Error: unknown_crs.
func ParseReference(s string) (Reference, error) {
	s = strings.TrimSpace(s)
	if strings.EqualFold(s, "auto") || s == "" {
		return Reference{}, nil
	}
	if code, ok := cutFold(s, "EPSG:"); ok {
		n, err := strconv.Atoi(code)
		if err != nil || n < 1024 || n > 999_999 {
			return Reference{}, fault.New(fault.Invalid, "unknown_crs", "EPSG 编号应是整数，例如 EPSG:4546，得到 %[1]q", "an EPSG code is a whole number, as in EPSG:4546, not %[1]q", s)
		}
		return fromEPSG(n), nil
	}
	c, err := geo.ParseCRS(s)
	return Reference{CRS: c}, err
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

func fromEPSG(n int) Reference {
	switch n {
	case 4326:
		return Reference{CRS: geo.WGS84}
	case 4490:
		return Reference{CRS: geo.CGCS2000}
	}
	return Reference{Definition: "EPSG:" + strconv.Itoa(n)}
}

var (
	urn       = regexp.MustCompile(`(?i)(?:^|:)(?:EPSG|OGC)(?:::|:[\d.]+:|:|/[\d.]+/)(\w+)$`)
	authority = regexp.MustCompile(`(?i)(?:AUTHORITY|ID)\s*\[\s*"EPSG"\s*,\s*"?(\d+)"?\s*\]\s*\]\s*$`)
	beginning = regexp.MustCompile(`(?i)^\s*(PROJCS|GEOGCS|COMPD_CS|PROJCRS|PROJECTEDCRS|GEOGCRS|GEODCRS|GEODETICCRS|GEOGRAPHICCRS|COMPOUNDCRS|BOUNDCRS)\s*\[\s*"([^"]*)"`)
)

// parseURN reads the name of a system as GeoJSON's old "crs" member, KML and
// OGC services write it. ok is false for a name that says nothing.
func parseURN(name string) (Reference, bool) {
	m := urn.FindStringSubmatch(name)
	if m == nil {
		return Reference{}, false
	}
	if strings.EqualFold(m[1], "CRS84") {
		return Reference{CRS: geo.WGS84}, true
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return Reference{}, false
	}
	return fromEPSG(n), true
}

// gaussKruger matches the names that Esri's software gives to CGCS2000 and
// earlier Chinese projections: by central meridian, or by zone with its number
// before the easting.
var gaussKruger = regexp.MustCompile(`(?i)^(CGCS2000|Xian_1980|Beijing_1954)_(3_Degree_)?GK_(CM_(\d+)E|Zone_(\d+)N?)$`)

// The first EPSG code of each family, and the meridian or zone it stands for.
var families = map[string]struct{ zone3, zone3From, cm3, zone6, zone6From, cm6 int }{
	"cgcs2000":     {4513, 25, 4534, 4491, 13, 4502},
	"xian_1980":    {2349, 25, 2370, 2327, 13, 2338},
	"beijing_1954": {2401, 25, 2422, 21413, 13, 21453},
}

// parseWKT reads the well-known text of a .prj file. Names that are certain are
// turned into EPSG codes; the rest is left to PROJ. ok is false for what is not
// well-known text.
func parseWKT(text string) (Reference, bool) {
	m := beginning.FindStringSubmatch(text)
	if m == nil || len(text) > maxDefinition {
		return Reference{}, false
	}
	if a := authority.FindStringSubmatch(text); a != nil {
		if n, err := strconv.Atoi(a[1]); err == nil {
			return fromEPSG(n), true
		}
	}
	switch name := strings.NewReplacer(" ", "_", "-", "_").Replace(m[2]); strings.ToLower(name) {
	case "gcs_wgs_1984", "wgs_84", "wgs84", "wgs_1984":
		return Reference{CRS: geo.WGS84}, true
	case "gcs_china_geodetic_coordinate_system_2000", "china_geodetic_coordinate_system_2000", "cgcs2000", "gcs_cgcs2000":
		return Reference{CRS: geo.CGCS2000}, true
	default:
		if n := gaussKrugerCode(name); n != 0 {
			return fromEPSG(n), true
		}
	}
	return Reference{Definition: strings.TrimSpace(text)}, true
}

// gaussKrugerCode is the EPSG code of a named Gauss-Krüger zone, 0 when the
// name is none.
func gaussKrugerCode(name string) int {
	m := gaussKruger.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	f := families[strings.ToLower(m[1])]
	meridian, _ := strconv.Atoi(m[4])
	zone, _ := strconv.Atoi(m[5])
	switch three := m[2] != ""; {
	case m[4] != "" && three && meridian >= 75 && meridian <= 135 && meridian%3 == 0:
		return f.cm3 + (meridian-75)/3
	case m[4] != "" && !three && meridian >= 75 && meridian <= 135 && (meridian-75)%6 == 0:
		return f.cm6 + (meridian-75)/6
	case m[5] != "" && three && zone >= 25 && zone <= 45:
		return f.zone3 + zone - f.zone3From
	case m[5] != "" && !three && zone >= 13 && zone <= 23:
		return f.zone6 + zone - f.zone6From
	}
	return 0
}

// String is the name of the system, for people; "" where none is said.
func (r Reference) String() string {
	switch {
	case r.CRS != "":
		return r.CRS.Label()
	case strings.HasPrefix(r.Definition, "EPSG:"):
		return r.Definition
	}
	if m := beginning.FindStringSubmatch(r.Definition); m != nil {
		return m[2]
	}
	return ""
}
