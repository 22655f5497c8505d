// Package geodata carries the demo district, which is synthetic (示意数据).
package geodata

import (
	"embed"
	"io/fs"
)

//go:generate go run ./generate

//go:embed all:xincheng
var files embed.FS

// District and DistrictName are the code (GB/T 2260) and the name of the demo
// district; its boundaries are invented.
const (
	District     = "150102"
	DistrictName = "新城区"
)

// Edition is one edition of the demo district.
type Edition struct {
	Name      string
	ValidFrom string // YYYY-MM-DD
}

// Editions are the editions of the demo district, the earlier first.
var Editions = []Edition{{"2020-01", "2020-01-01"}, {"2023-07", "2023-07-01"}}

// Files holds one GeoJSON file a level, named after it.
func (e Edition) Files() fs.FS {
	sub, err := fs.Sub(files, "xincheng/"+e.Name)
	if err != nil {
		panic(err) // the name is a constant of this package
	}
	return sub
}
