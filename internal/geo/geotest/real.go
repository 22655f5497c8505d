package geotest

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	tzfrellite "github.com/ringsaturn/tzf-rel-lite"
	"google.golang.org/protobuf/encoding/protowire"

	"wangge/internal/geo"
)

// Named is one real area.
type Named struct {
	Name string
	Area geo.Area
}

// gate turns real rings into areas; those that the gate refuses are left out
// and counted, because real files have some.
func gate(name string, m geo.MultiPolygon, out []Named, refused *int) []Named {
	a, _, ok := geo.Gate(m)
	if !ok {
		*refused++
		return out
	}
	return append(out, Named{name, a})
}

// Root is the top directory of the project.
func Root(tb testing.TB) string {
	tb.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		tb.Fatal("no source path")
	}
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// Shared is the path of a file of the shared test data. Where that is absent
// the test is skipped, and says so.
func Shared(tb testing.TB, name string) string {
	tb.Helper()
	path := filepath.Join(Root(tb), "..", "shared", "testdata", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("SKIPPED: the shared test data is absent here (%s); this test ran nothing", name)
	}
	return path
}

// Switzerland returns one layer of npm swiss-maps 2023 ("municipalities",
// "districts", "cantons"): areas that share their borders exactly.
func Switzerland(tb testing.TB, layer string) []Named {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join(Root(tb), "web", "node_modules", "swiss-maps", "2023", "ch-combined.json"))
	if err != nil {
		tb.Fatalf("npm packages are missing, run make build first: %v", err)
	}
	var topology struct {
		Arcs      [][][2]float64
		Transform struct{ Scale, Translate [2]float64 }
		Objects   map[string]struct {
			Geometries []struct {
				Type string
				ID   json.RawMessage
				Arcs json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(raw, &topology); err != nil {
		tb.Fatal(err)
	}
	arcs := make([][]geo.Point, len(topology.Arcs))
	for i, arc := range topology.Arcs {
		var x, y float64
		for _, delta := range arc {
			x, y = x+delta[0], y+delta[1]
			p, err := geo.Snap(x*topology.Transform.Scale[0]+topology.Transform.Translate[0], y*topology.Transform.Scale[1]+topology.Transform.Translate[1])
			if err != nil {
				tb.Fatal(err)
			}
			arcs[i] = append(arcs[i], p)
		}
	}
	ring := func(indexes []int) (r geo.Ring) {
		for _, i := range indexes {
			if i >= 0 {
				r = append(r, arcs[i]...)
				continue
			}
			for k := len(arcs[^i]) - 1; k >= 0; k-- {
				r = append(r, arcs[^i][k])
			}
		}
		return r
	}
	var out []Named
	refused := 0
	for _, g := range topology.Objects[layer].Geometries {
		var polygons [][][]int
		switch g.Type {
		case "Polygon":
			polygons = make([][][]int, 1)
			err = json.Unmarshal(g.Arcs, &polygons[0])
		case "MultiPolygon":
			err = json.Unmarshal(g.Arcs, &polygons)
		}
		if err != nil {
			tb.Fatal(err)
		}
		var m geo.MultiPolygon
		for _, p := range polygons {
			var polygon geo.Polygon
			for _, r := range p {
				polygon = append(polygon, ring(r))
			}
			m = append(m, polygon)
		}
		out = gate(string(g.ID), m, out, &refused)
	}
	tb.Logf("swiss-maps %s: %d areas, %d refused by the gate", layer, len(out), refused)
	return out
}

// TimeZones returns the world's time zones of the module tzf-rel-lite: large
// areas with holes, of which many are wider than 6.7°.
func TimeZones(tb testing.TB) []Named {
	tb.Helper()
	var out []Named
	refused := 0
	fields(tb, tzfrellite.LiteData, func(number protowire.Number, zone []byte) {
		if number != 1 {
			return
		}
		var m geo.MultiPolygon
		name := ""
		fields(tb, zone, func(number protowire.Number, value []byte) {
			switch number {
			case 1:
				m = append(m, polygon(tb, value))
			case 2:
				name = string(value)
			}
		})
		out = gate(name, m, out, &refused)
	})
	tb.Logf("time zones: %d areas, %d refused by the gate", len(out), refused)
	return out
}

func polygon(tb testing.TB, b []byte) geo.Polygon {
	p := geo.Polygon{nil}
	fields(tb, b, func(number protowire.Number, value []byte) {
		switch number {
		case 1:
			var at [2]float64
			for len(value) > 0 {
				n, kind, size := protowire.ConsumeTag(value)
				if size < 0 || kind != protowire.Fixed32Type || n > 2 {
					tb.Fatalf("unexpected point")
				}
				bits, more := protowire.ConsumeFixed32(value[size:])
				at[n-1] = float64(math.Float32frombits(bits))
				value = value[size+more:]
			}
			q, err := geo.Snap(at[0], at[1])
			if err != nil {
				tb.Fatal(err)
			}
			p[0] = append(p[0], q)
		case 2:
			p = append(p, polygon(tb, value)[0])
		}
	})
	return p
}

// fields calls do with every length-delimited field of a protobuf message.
func fields(tb testing.TB, b []byte, do func(protowire.Number, []byte)) {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			tb.Fatal(protowire.ParseError(n))
		}
		b = b[n:]
		if kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, b); n < 0 {
				tb.Fatal(protowire.ParseError(n))
			}
			b = b[n:]
			continue
		}
		value, n := protowire.ConsumeBytes(b)
		if n < 0 {
			tb.Fatal(protowire.ParseError(n))
		}
		b = b[n:]
		do(number, value)
	}
}

// GeoJSON reads a file of polygons without the importer, as an independent
// witness: names come from the property named.
func GeoJSON(tb testing.TB, path, property string) []Named {
	tb.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	var collection struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(raw, &collection); err != nil {
		tb.Fatal(err)
	}
	var out []Named
	refused := 0
	for i, f := range collection.Features {
		polygons := make([][][][]float64, 1)
		if f.Geometry.Type == "Polygon" {
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		}
		if err != nil {
			tb.Fatal(err)
		}
		var m geo.MultiPolygon
		for _, rings := range polygons {
			var p geo.Polygon
			for _, positions := range rings {
				var r geo.Ring
				for _, at := range positions {
					q, err := geo.Snap(at[0], at[1])
					if err != nil {
						tb.Fatal(err)
					}
					r = append(r, q)
				}
				p = append(p, r)
			}
			m = append(m, p)
		}
		name, ok := f.Properties[property].(string)
		if !ok {
			name = strconv.Itoa(i)
		}
		out = gate(name, m, out, &refused)
	}
	tb.Logf("%s: %d areas, %d refused by the gate", filepath.Base(path), len(out), refused)
	return out
}
