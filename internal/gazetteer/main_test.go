package gazetteer_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/google/uuid"

	"wangge/geodata"
	"wangge/internal/area"
	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
	"wangge/internal/gridindex"
)

// demo is the demo district of today; each compound lies in the grid around
// its label.
var demo = sync.OnceValue(func() *gridindex.Index {
	var versions []*area.Version
	byCode := map[string]*area.Version{}
	for _, level := range area.Levels {
		text, err := fs.ReadFile(geodata.Editions[len(geodata.Editions)-1].Files(), level.String()+".geojson")
		if err != nil {
			panic(err)
		}
		var file struct {
			Features []struct {
				Properties struct{ Code, Name, Parent, Kind string }
				Geometry   struct {
					Type        string
					Coordinates json.RawMessage
				}
			}
		}
		if err := json.Unmarshal(text, &file); err != nil {
			panic(err)
		}
		for _, f := range file.Features {
			p := f.Properties
			kind, err := area.ParseKind(p.Kind)
			if err != nil {
				panic(err)
			}
			v := &area.Version{District: geodata.District, AreaID: uuid.NewSHA1(uuid.Nil, []byte(level.String()+p.Code)), Level: level,
				Code: p.Code, Name: p.Name, Kind: kind, Ground: ground(f.Geometry.Type, f.Geometry.Coordinates)}
			if parent := byCode[p.Parent]; parent != nil {
				v.Parent = parent.AreaID
			}
			byCode[p.Code] = v
			versions = append(versions, v)
		}
	}
	plain, err := gridindex.NewEdition(versions, nil, gridindex.About{Name: "2023-07"})
	if err != nil {
		panic(err)
	}
	grids := map[uuid.UUID][]uuid.UUID{}
	for _, c := range plain.Level(area.Compound) {
		grids[c.AreaID] = []uuid.UUID{plain.Locate(c.Label).AreaID}
	}
	e, err := gridindex.NewEdition(versions, grids, gridindex.About{Name: "2023-07", Synthetic: true})
	if err != nil {
		panic(err)
	}
	return gridindex.New(1, []*gridindex.Edition{e})
})

func ground(kind string, coordinates []byte) geo.Area {
	var polygons [][][][2]float64
	if kind == "Polygon" {
		coordinates = append(append([]byte("["), coordinates...), ']')
	}
	if err := json.Unmarshal(coordinates, &polygons); err != nil {
		panic(err)
	}
	var m geo.MultiPolygon
	for _, rings := range polygons {
		var polygon geo.Polygon
		for _, r := range rings {
			var ring geo.Ring
			for _, c := range r[:len(r)-1] {
				p, err := geo.Snap(c[0], c[1])
				if err != nil {
					panic(err)
				}
				ring = append(ring, p)
			}
			polygon = append(polygon, ring)
		}
		m = append(m, polygon)
	}
	a, _, ok := geo.Gate(m)
	if !ok {
		panic("the demo district does not pass the gate")
	}
	return a
}

// tree is a district of 50 streets of 20 communities of 10 grids, on ground as
// small as it may be; names of streets and communities are invented.
func tree(tb testing.TB, invent func() string) *gridindex.Index {
	tb.Helper()
	var versions []*area.Version
	at := 0
	add := func(level area.Level, above *area.Version, code, name string) *area.Version {
		x, y := int32(1_116_000_000+at%128*1000), int32(408_000_000+at/128*1000) //nolint:gosec // small
		at++
		square := geotest.Area(geo.MultiPolygon{{{{X: x, Y: y}, {X: x + 1000, Y: y}, {X: x + 1000, Y: y + 1000}, {X: x, Y: y + 1000}}}})
		v := &area.Version{District: "150102", AreaID: uuid.New(), Level: level, Code: code, Name: name, Kind: area.Basic, Ground: square}
		if above != nil {
			v.Parent = above.AreaID
		}
		versions = append(versions, v)
		return v
	}
	d := add(area.District, nil, "150102", "新城区")
	for i := range 50 {
		s := add(area.Subdistrict, d, fmt.Sprintf("150102%03d", i+1), invent()+"街道")
		for j := range 20 {
			c := add(area.Community, s, fmt.Sprintf("%s%03d", s.Code, j+1), invent()+"社区")
			for k, number := range []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"} {
				add(area.Grid, c, fmt.Sprintf("%s%03d", c.Code, k+1), "第"+number+"网格")
			}
		}
	}
	e, err := gridindex.NewEdition(versions, nil, gridindex.About{Name: "1"})
	if err != nil {
		tb.Fatal(err)
	}
	return gridindex.New(1, []*gridindex.Edition{e})
}
