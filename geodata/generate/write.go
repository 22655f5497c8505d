package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"wangge/internal/geo"
)

// feature is one line of a file: its properties as JSON, in order, and its ground.
type feature struct {
	properties string
	ground     geo.Area
}

// write writes the files of an edition into a directory of its own.
func (e *edition) write(dir string) error {
	dir = filepath.Join(dir, e.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	levels := map[string][]feature{
		"district": {{fmt.Sprintf(`"code":%q,"name":%q`, district, districtName), e.union(district)}},
	}
	add := func(level, properties string, ground geo.Area) {
		levels[level] = append(levels[level], feature{properties, ground})
	}
	for _, u := range e.subdistricts {
		add("subdistrict", fmt.Sprintf(`"code":%q,"name":%q,"parent":%q`, u.code, u.name, u.parent), e.union(u.code))
	}
	for _, u := range e.communities {
		add("community", fmt.Sprintf(`"code":%q,"name":%q,"parent":%q`, u.code, u.name, u.parent), e.union(u.code))
	}
	for _, g := range e.grids {
		add("grid", fmt.Sprintf(`"code":%q,"name":%q,"parent":%q,"kind":%q,"households":%d`, g.code, g.name, g.parent, g.kind, g.households), g.ground)
	}
	for _, c := range e.compounds {
		add("compound", fmt.Sprintf(`"code":%q,"name":%q,"households":%d,"built":%d`, c.code, c.name, c.households, c.built), c.ground)
	}
	words := map[string]string{"district": "区", "subdistrict": "街道", "community": "社区", "grid": "网格", "compound": "小区"}
	for level, features := range levels {
		name := fmt.Sprintf("示意数据 %s%s %s", districtName, words[level], e.name)
		if err := os.WriteFile(filepath.Join(dir, level+".geojson"), collection(name, features), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// collection is a GeoJSON file with one feature a line.
func collection(name string, features []feature) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":"FeatureCollection","name":%q,"description":%q,"features":[`,
		name, "示意数据：边界、网格和小区均为虚构，不是真实界线（CGCS2000 经纬度）")
	for i, f := range features {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n"+`{"type":"Feature","properties":{%s},"geometry":`, f.properties)
		writeGround(&b, f.ground)
		b.WriteByte('}')
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}

func writeGround(b *bytes.Buffer, a geo.Area) {
	m := a.Polygons()
	kind, open, shut := "Polygon", "", ""
	if len(m) > 1 {
		kind, open, shut = "MultiPolygon", "[", "]"
	}
	fmt.Fprintf(b, `{"type":%q,"coordinates":%s`, kind, open)
	for i, polygon := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for j, r := range polygon {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('[')
			for k := range len(r) + 1 {
				if k > 0 {
					b.WriteByte(',')
				}
				p := r[k%len(r)]
				fmt.Fprintf(b, "[%s,%s]", degrees(p.X), degrees(p.Y))
			}
			b.WriteByte(']')
		}
		b.WriteByte(']')
	}
	b.WriteString(shut + "}")
}

// degrees writes an ordinate of the lattice without loss.
func degrees(v int32) string {
	return strconv.FormatFloat(float64(v)/geo.Scale, 'f', -1, 64)
}
