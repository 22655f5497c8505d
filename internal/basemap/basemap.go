// Package basemap reads what the operator says about base maps (底图), which lie
// under the areas: tiles of other services, and PMTiles files of one's own.
// There is none by default.
package basemap

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"

	"wangge/internal/fault"
)

// System says in which coordinates tiles are drawn.
type System string

// The systems. CGCS2000 lies on WGS-84 within centimetres and is called so here.
const (
	WGS84 System = "wgs84"
	GCJ02 System = "gcj02"
)

// Map is one base map that people may choose.
type Map struct {
	ID          string // stands in links: the same name keeps it from start to start
	Label       string
	Layers      []Layer // from below; none for a file
	System      System
	Attribution string
	Review      string // number of its map review (审图号)
	MinZoom     int
	MaxZoom     int
	File        *File // nil for tiles of other services
}

// Layer is one sheet of tiles.
type Layer struct {
	Tiles []string // addresses of the same tile, with {z}, {x} and {y}
	TMS   bool     // rows are counted from the south
}

// Check refuses base maps that cannot be told apart. Error: base_map_twice.
func Check(maps []*Map) error {
	seen := map[string]bool{}
	for _, m := range maps {
		if seen[m.ID] {
			return fault.New(fault.Invalid, "base_map_twice", "有两个底图都叫 %[1]q，请换一个名称", "two base maps are called %[1]q; give one another name", m.Label)
		}
		seen[m.ID] = true
	}
	return nil
}

// Origins lists where browsers fetch tiles from, each once, sorted; none for
// files, which this service sends.
func Origins(maps []*Map) []string {
	var all []string
	for _, m := range maps {
		for _, l := range m.Layers {
			for _, t := range l.Tiles {
				if u, err := url.Parse(t); err == nil {
					all = append(all, u.Scheme+"://"+u.Host)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// idOf makes the id of a base map from its name, which may be Chinese.
func idOf(label string) string {
	sum := sha256.Sum256([]byte(label))
	return hex.EncodeToString(sum[:4])
}
