package basemap_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wangge/internal/basemap"
	"wangge/internal/basemap/basemaptest"
	"wangge/internal/fault"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, tiles string
		system      basemap.System
		tms         bool
		maxZoom     int
	}{
		{"影像=https://a.example.org/{z}/{x}/{y}.png", "https://a.example.org/{z}/{x}/{y}.png", basemap.WGS84, false, 18},
		{" 高德 = http://127.0.0.1:9000/t?x={x}&y={y}&z={z};crs=GCJ02;max-zoom=17;", "http://127.0.0.1:9000/t?x={x}&y={y}&z={z}", basemap.GCJ02, false, 17},
		{"wmts=https://T.Example.org/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol};crs=cgcs2000;tms;min-zoom=3",
			"https://t.example.org/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}", basemap.WGS84, true, 18},
	} {
		m, err := basemap.Parse(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		if m.Layers[0].Tiles[0] != tc.tiles || m.System != tc.system || m.Layers[0].TMS != tc.tms || m.MaxZoom != tc.maxZoom {
			t.Errorf("%s: %+v", tc.text, m)
		}
	}
	m, err := basemap.Parse("底图=https://a.example.org/{z}/{x}/{y}; attribution=© 某某=甲;review=GS(2026)1号")
	if err != nil || m.Attribution != "© 某某=甲" || m.Review != "GS(2026)1号" || m.Label != "底图" || m.ID == "" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const good = "https://a.example.org/{z}/{x}/{y}.png"
	for text, code := range map[string]string{
		"":                                      "bad_base_map",
		good:                                    "bad_base_map",
		"=" + good:                              "bad_base_map",
		"a=https://example.org/":                "base_map_placeholder",
		"a=https://example.org/{z}{x}":          "base_map_placeholder",
		"a=https://{s}.example.org/{z}/{x}/{y}": "base_map_placeholder",
		"a=https://{x}.example.org/{z}/{x}/{y}": "bad_base_map_address",
		"a=https://example.org/{quadkey}{z}{x}{y}":  "base_map_placeholder",
		"a=ftp://example.org/{z}/{x}/{y}":           "bad_base_map_address",
		"a=javascript:alert({z},{x},{y})":           "bad_base_map_address",
		"a=//example.org/{z}/{x}/{y}":               "bad_base_map_address",
		"a=https:///{z}/{x}/{y}":                    "bad_base_map_address",
		"a=https://[::1]/{z}/{x}/{y}":               "bad_base_map_address",
		"a=https://地图.中国/{z}/{x}/{y}":               "bad_base_map_address",
		"a=https://*.example.org/{z}/{x}/{y}":       "bad_base_map_address",
		"a=https://a,b/{z}/{x}/{y}":                 "bad_base_map_address",
		"a=https://example.org/{z}/{x}/{y}#top":     "bad_base_map_address",
		"a=https://example.org/{z}/{x}/{y} 'none'":  "bad_base_map_address",
		"a=https://me:secret@example.org/{z}{x}{y}": "base_map_password",
		"a=https://me@example.org/{z}{x}{y}":        "base_map_password",
		"a=" + good + ";crs=bd09":                   "bad_base_map_option",
		"a=" + good + ";max-zoom=25":                "bad_base_map_option",
		"a=" + good + ";max-zoom=deep":              "bad_base_map_option",
		"a=" + good + ";min-zoom=9;max-zoom=8":      "bad_base_map_option",
		"a=" + good + ";colour=red":                 "bad_base_map_option",
	} {
		m, err := basemap.Parse(text)
		if !fault.Is(err, code) {
			t.Errorf("%s: %+v, %v, want %s", text, m, err, code)
			continue
		}
		if e, _ := fault.As(err); e.Kind != fault.Invalid || e.ZH == "" || strings.Contains(e.ZH+e.EN, "%!") {
			t.Errorf("%s: %+v", text, e)
		}
	}
}

func TestTianditu(t *testing.T) {
	t.Parallel()
	maps, err := basemap.Tianditu("0123abc", "")
	if err != nil || len(maps) != 2 {
		t.Fatal(maps, err)
	}
	img := maps[1]
	if len(img.Layers) != 2 || len(img.Layers[0].Tiles) != 8 || img.Layers[1].Tiles[7] != "https://t7.tianditu.gov.cn/DataServer?T=cia_w&x={x}&y={y}&l={z}&tk=0123abc" {
		t.Errorf("%+v", img)
	}
	for _, key := range []string{"a b", "a&tk=b", "", strings.Repeat("a", 65)} {
		if _, err := basemap.Tianditu(key, ""); !fault.Is(err, "bad_tianditu_key") {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestOriginsAreNamedOnce(t *testing.T) {
	t.Parallel()
	a, _ := basemap.Parse("a=https://one.example.org:8443/{z}/{x}/{y}")
	b, _ := basemap.Parse("b=https://ONE.example.org:8443/b/{z}/{x}/{y}")
	c, _ := basemap.Parse("c=http://10.0.0.1/{z}/{x}/{y}")
	if got := basemap.Origins([]*basemap.Map{a, b, c}); !slices.Equal(got, []string{"http://10.0.0.1", "https://one.example.org:8443"}) {
		t.Error(got)
	}
	if err := basemap.Check([]*basemap.Map{a, b, c}); err != nil {
		t.Error(err)
	}
	if err := basemap.Check([]*basemap.Map{a, b, a}); !fault.Is(err, "base_map_twice") {
		t.Error(err)
	}
}

const metadata = `{"attribution":"<a href=\"https://example.org\">甲 &amp; 乙</a>","vector_layers":[{"id":"roads"},{"id":"water"}]}`

func TestParseFile(t *testing.T) {
	t.Parallel()
	path := basemaptest.Write(t, basemaptest.Bytes(metadata))
	m, err := basemap.ParseFile(path + ";name=自己的")
	if err != nil || m.Label != "自己的" || m.Attribution != "" || m.MaxZoom != 14 {
		t.Fatalf("%+v, %v", m, err)
	}
	f, a, err := m.File.Open()
	if err != nil || !slices.Equal(a.SourceLayers, []string{"roads", "water"}) || a.Raster || a.Attribution != "甲 & 乙" {
		t.Fatalf("%+v, %v", a, err)
	}
	_ = f.Close()
	if m, err = basemap.ParseFile(path + ";attribution=丙"); err != nil || m.Label != "ground" || m.Attribution != "丙" {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err = basemap.ParseFile(path + ";crs=gcj02"); !fault.Is(err, "bad_base_map_option") {
		t.Error(err)
	}
}

func TestParseFileRefuses(t *testing.T) {
	t.Parallel()
	set := func(at int, b byte) func([]byte) []byte {
		return func(h []byte) []byte { h[at] = b; return h }
	}
	number := func(at int, n uint64) func([]byte) []byte {
		return func(h []byte) []byte { binary.LittleEndian.PutUint64(h[at:], n); return h }
	}
	for name, tc := range map[string]struct {
		spoil func([]byte) []byte
		says  string
	}{
		"empty":                     {func([]byte) []byte { return nil }, "shorter"},
		"cut in its header":         {func(h []byte) []byte { return h[:126] }, "shorter"},
		"something else":            {set(0, 'S'), "does not begin"},
		"version 2":                 {set(7, 2), "version 2"},
		"cut off":                   {func(h []byte) []byte { return h[:len(h)-1] }, "cut off"},
		"tiles beyond the end":      {number(64, 1), "cut off"},
		"a length that overflows":   {number(64, math.MaxUint64), "cut off"},
		"sums that overflow":        {func(h []byte) []byte { return number(56, math.MaxInt64)(number(64, math.MaxInt64)(h)) }, "cut off"},
		"a directory in the head":   {number(8, 12), "cut off"},
		"no root directory":         {number(16, 0), "root directory"},
		"brotli":                    {set(97, 3), "directories are compressed"},
		"zstd tiles":                {set(98, 4), "tiles are compressed"},
		"unknown tiles":             {set(99, 0), "type 0"},
		"zooms upside down":         {set(100, 15), "zooms"},
		"too deep":                  {set(101, 31), "zooms"},
		"metadata that are no zip":  {set(97, 2), "metadata"},
		"metadata that are no JSON": {func(h []byte) []byte { h[len(h)-1] = 'x'; return h }, "metadata"},
	} {
		path := basemaptest.Write(t, tc.spoil(basemaptest.Bytes(metadata)))
		if _, err := basemap.ParseFile(path); !fault.Is(err, "bad_base_map_file") || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none.pmtiles"), ""} {
		if _, err := basemap.ParseFile(path); !fault.Is(err, "bad_base_map_file") {
			t.Errorf("%q: %v", path, err)
		}
	}
	// Metadata that unpack to far more than anybody needs are read no further.
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 32<<20))
	_ = z.Close()
	bomb := set(97, 2)(basemaptest.Bytes(packed.String()))
	if _, err := basemap.ParseFile(basemaptest.Write(t, bomb)); !fault.Is(err, "bad_base_map_file") {
		t.Error(err)
	}
}

// TestARealArchive reads a file of Protomaps where one is at hand.
func TestARealArchive(t *testing.T) {
	t.Parallel()
	const path = "../../../shared/testdata/basemap/protomaps_firenze.pmtiles"
	if _, err := os.Stat(path); err != nil {
		t.Skip("there is no real archive here: ", err)
	}
	m, err := basemap.ParseFile(path)
	if err != nil || m.MaxZoom != 14 {
		t.Fatalf("%+v, %v", m, err)
	}
	f, a, err := m.File.Open()
	if err != nil || !strings.Contains(a.Attribution, "OpenStreetMap") {
		t.Fatalf("%+v, %v", a, err)
	}
	_ = f.Close()
}
