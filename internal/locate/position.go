package locate

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"wangge/internal/fault"
)

// ParseNumber reads one ordinate in degrees: a decimal number. Hexadecimal,
// "Inf" and "NaN", which strconv takes, are not numbers here. Error:
// bad_number, not_finite.
func ParseNumber(field, s string) (float64, error) {
	bad := func() error {
		return fault.New(fault.Invalid, "bad_number", "%[1]s 不是一个数：%[2]q", "%[1]s is not a number: %[2]q", field, s)
	}
	if s == "" {
		return 0, fault.New(fault.Invalid, "missing_number", "缺少 %[1]s", "%[1]s is missing", field)
	}
	if len(s) > 400 {
		s = s[:40]
		return 0, bad()
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E' {
			return 0, bad()
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, bad()
	}
	if math.IsInf(v, 0) {
		return 0, fault.New(fault.Invalid, "not_finite", "%[1]s 太大", "%[1]s is too large", field)
	}
	return v, nil
}

// ParsePosition reads "lon,lat" as people type it: a comma of either width, a
// semicolon or spaces between, digits of either width. Errors: bad_position and
// those of ParseNumber.
func ParsePosition(s string) (lon, lat float64, err error) {
	narrow := width.Narrow.String(s)
	parts := strings.FieldsFunc(narrow, func(r rune) bool { return strings.ContainsRune(",;、 \t\r\n", r) })
	if len(parts) != 2 {
		return 0, 0, fault.New(fault.Invalid, "bad_position",
			"坐标应写成“经度,纬度”，例如 111.6712,40.8301；得到 %[1]q", `write a position as "longitude,latitude", such as 111.6712,40.8301; got %[1]q`, s)
	}
	if lon, err = ParseNumber("lon", parts[0]); err != nil {
		return 0, 0, err
	}
	lat, err = ParseNumber("lat", parts[1])
	return lon, lat, err
}
