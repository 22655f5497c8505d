package basemap

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"wangge/internal/fault"
)

const deepest = 24 // that a map can be zoomed to

// Parse reads 名称=https://host/{z}/{x}/{y}.png;option=value;… The options are
// crs, attribution, review, min-zoom, max-zoom and tms. Errors: bad_base_map,
// bad_base_map_option, and those of the address.
func Parse(text string) (*Map, error) {
	first, options, _ := strings.Cut(text, ";")
	label, address, ok := strings.Cut(first, "=")
	label, address = strings.TrimSpace(label), strings.TrimSpace(address)
	if !ok || label == "" || strings.Contains(label, "://") {
		return nil, fault.New(fault.Invalid, "bad_base_map", "底图应写成 名称=https://host/{z}/{x}/{y}.png，得到 %[1]q", "write a base map as NAME=https://host/{z}/{x}/{y}.png, got %[1]q", text)
	}
	address, err := template(address)
	if err != nil {
		return nil, err
	}
	m := &Map{ID: idOf(label), Label: label, System: WGS84, MaxZoom: 18, Layers: []Layer{{Tiles: []string{address}}}}
	err = eachOption(options, func(name, value string) (bool, error) {
		switch name {
		case "crs":
			m.System, err = system(value)
		case "attribution":
			m.Attribution = value
		case "review":
			m.Review = value
		case "min-zoom":
			m.MinZoom, err = zoom(name, value)
		case "max-zoom":
			m.MaxZoom, err = zoom(name, value)
		case "tms":
			m.Layers[0].TMS = true
		default:
			return false, nil
		}
		return true, err
	})
	if err == nil && m.MinZoom > m.MaxZoom {
		err = fault.New(fault.Invalid, "bad_base_map_option", "底图 %[1]q 的 min-zoom 大于 max-zoom", "min-zoom of base map %[1]q is greater than its max-zoom", label)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// eachOption hands each name=value to take, which says whether it knows the
// name. Error: bad_base_map_option.
func eachOption(options string, take func(name, value string) (known bool, err error)) error {
	for option := range strings.SplitSeq(options, ";") {
		if strings.TrimSpace(option) == "" {
			continue
		}
		name, value, _ := strings.Cut(option, "=")
		known, err := take(strings.TrimSpace(name), strings.TrimSpace(value))
		if err == nil && !known {
			err = fault.New(fault.Invalid, "bad_base_map_option",
				"底图没有选项 %[1]q；瓦片可用 crs、attribution、review、min-zoom、max-zoom、tms，文件可用 name、attribution、review（地址里的分号写成 %%3B）",
				"base maps have no option %[1]q; tiles take crs, attribution, review, min-zoom, max-zoom, tms, files take name, attribution, review (write a semicolon in an address as %%3B)", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func system(name string) (System, error) {
	switch strings.ToLower(name) {
	case "wgs84", "cgcs2000":
		return WGS84, nil
	case "gcj02":
		return GCJ02, nil
	}
	return "", fault.New(fault.Invalid, "bad_base_map_option", "底图的 crs 只能是 wgs84、cgcs2000 或 gcj02，得到 %[1]q（百度的瓦片另有分法，不能用）",
		"the crs of a base map is wgs84, cgcs2000 or gcj02, got %[1]q (Baidu divides its tiles differently)", name)
}

func zoom(name, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > deepest {
		return 0, fault.New(fault.Invalid, "bad_base_map_option", "底图的 %[1]s 应是 0–%[3]d 的整数，得到 %[2]q", "%[1]s of a base map is a whole number from 0 to %[3]d, got %[2]q", name, value, deepest)
	}
	return n, nil
}

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	plainHost   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)
	// WMTS writes the same numbers by other names.
	sameAs = map[string]string{"{z}": "{z}", "{x}": "{x}", "{y}": "{y}", "{tilematrix}": "{z}", "{tilecol}": "{x}", "{tilerow}": "{y}"}
)

// template checks the address of tiles and brings its placeholders to {z}, {x}
// and {y}. The host goes into the Content-Security-Policy and so is a plain
// one. Errors: bad_base_map_address, base_map_placeholder, base_map_password.
func template(address string) (string, error) {
	var unknown string
	seen := map[string]bool{}
	address = placeholder.ReplaceAllStringFunc(address, func(p string) string {
		same := sameAs[strings.ToLower(p)]
		if same == "" {
			unknown = p
		}
		seen[same] = true
		return same
	})
	switch {
	case unknown == "{s}":
		return "", fault.New(fault.Invalid, "base_map_placeholder", "底图地址不能用 {s}：请写出一台主机，例如把 {s} 换成 a", "{s} cannot be used in the address of a base map: name one host, such as a in its place")
	case unknown != "":
		return "", fault.New(fault.Invalid, "base_map_placeholder", "底图地址里的 %[1]s 不认识；可用 {z} {x} {y}，或 {TileMatrix} {TileCol} {TileRow}", "%[1]s in the address of a base map is not known; use {z} {x} {y}, or {TileMatrix} {TileCol} {TileRow}", unknown)
	case !seen["{z}"] || !seen["{x}"] || !seen["{y}"]:
		return "", fault.New(fault.Invalid, "base_map_placeholder", "底图地址里要有 {z}、{x}、{y}，得到 %[1]q", "the address of a base map needs {z}, {x} and {y}, got %[1]q", address)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Fragment != "", !plainHost.MatchString(u.Host) && u.User == nil, strings.ContainsFunc(address, odd):
		return "", fault.New(fault.Invalid, "bad_base_map_address", "底图地址应是 http(s)://主机/路径，主机写域名或 IPv4（中文域名写成 xn--），得到 %[1]q",
			"the address of a base map is http(s)://host/path with a domain or an IPv4 host (xn-- for other letters), got %[1]q", address)
	case u.User != nil:
		return "", fault.New(fault.Invalid, "base_map_password", "底图地址里不能有用户名和密码：浏览器会把地址给所有人看", "the address of a base map must not hold a user or a password: everybody's browser is shown it")
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + address[strings.Index(address, "://")+3+len(u.Host):], nil
}

// odd is what no address holds as it is.
func odd(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`"'<>\^|`+"`", r) }
