// Package geodata holds the boundaries that ship with the program: those of the
// demo district, all invented (示意数据). See README.md.
package geodata

import (
	"embed"
	"io/fs"
)

//go:generate go run ./generate -out xincheng

// The demo district. Its code and name are real, its boundaries are not.
const (
	District     = "150102"
	DistrictName = "新城区"
)

// Edition is one edition of the demo district.
type Edition struct {
	Name      string
	ValidFrom string // YYYY-MM-DD
}

// Editions lists the editions, the oldest first.
var Editions = []Edition{
	{"2020-01", "2020-01-01"},
	{"2023-07", "2023-07-01"},
}

//go:embed xincheng
var files embed.FS

// Files holds district.geojson, subdistrict.geojson, community.geojson,
// grid.geojson and compound.geojson of one of the Editions: longitude and latitude
// in degrees, CGCS2000, on the lattice. Grids name their kind in the property
// "kind".
func (e Edition) Files() fs.FS {
	sub, err := fs.Sub(files, "xincheng/"+e.Name)
	if err != nil {
		panic(err) // the name is not even a path
	}
	return sub
}
