package basemap

import (
	"fmt"
	"net/url"
	"regexp"

	"wangge/internal/fault"
)

// deepestTianditu is the last zoom that the DataServer draws (1–18).
const deepestTianditu = 18

var tiandituKey = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// Tianditu makes the two base maps of 天地图: drawn and imagery, each with its
// names above. Both lie on CGCS2000 in the Web Mercator tiling (EPSG:3857). The
// review number is the operator's to look up: the one printed with Tianditu's
// boundary files is not that of its tiles. Error: bad_tianditu_key.
func Tianditu(key, review string) ([]*Map, error) {
	if !tiandituKey.MatchString(key) {
		return nil, fault.New(fault.Invalid, "bad_tianditu_key", "天地图密钥应只有字母和数字", "a Tianditu key has letters and digits alone")
	}
	one := func(id, label string, sheets ...string) *Map {
		m := &Map{ID: id, Label: label, System: WGS84, Attribution: "国家地理信息公共服务平台 天地图", Review: review, MinZoom: 1, MaxZoom: deepestTianditu}
		for _, sheet := range sheets {
			m.Layers = append(m.Layers, Layer{Tiles: dataServer(sheet, key)})
		}
		return m
	}
	return []*Map{one("tianditu-vec", "天地图 矢量", "vec_w", "cva_w"), one("tianditu-img", "天地图 影像", "img_w", "cia_w")}, nil
}

// dataServer spreads the requests for one sheet over t0 to t7.
func dataServer(sheet, key string) (addresses []string) {
	for n := range 8 {
		addresses = append(addresses, fmt.Sprintf("https://t%d.tianditu.gov.cn/DataServer?T=%s&x={x}&y={y}&l={z}&tk=%s", n, sheet, url.QueryEscape(key)))
	}
	return addresses
}
