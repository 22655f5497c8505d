package export

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"strconv"
)

// properties are the attributes of a GeoJSON feature.
type properties struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Parent *string `json:"parent"`
	Kind   *string `json:"kind"`
	AreaM2 float64 `json:"area_m2"`
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// geoJSON writes a FeatureCollection of MultiPolygons (RFC 7946): exterior rings
// counter-clockwise, and on WGS-84 and CGCS2000 the seven decimals of the
// lattice. In another system it is GeoJSON of 2008, with a "crs" member before
// the features.
func (j *job) geoJSON(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	head := struct {
		Type string `json:"type"`
		Name string `json:"name"`
		Note string `json:"note,omitempty"`
		CRS  any    `json:"crs,omitempty"`
	}{Type: "FeatureCollection", Name: j.title(j.levels[0]), Note: j.Note}
	if j.System.epsg != 0 && !j.System.exact() {
		head.CRS = map[string]any{"type": "name", "properties": map[string]string{"name": "urn:ogc:def:crs:EPSG::" + strconv.Itoa(j.System.epsg)}}
	}
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	b = append(b[:len(b)-1], ",\"features\":[\n"...)
	first := true
	for s, err := range j.shapes(ctx, j.levels[0]) {
		if err != nil {
			return err
		}
		if !first {
			b = append(b, ",\n"...)
		}
		first = false
		attributes, err := json.Marshal(properties{s.Code, s.Name, orNull(s.Parent), orNull(s.kind()), s.squareMetres()})
		if err != nil {
			return err
		}
		b = append(append(append(b, `{"type":"Feature","properties":`...), attributes...), `,"geometry":{"type":"MultiPolygon","coordinates":`...)
		b = append(appendPolygons(b, s.polygons), `}}`...)
		if _, err := out.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	if _, err := out.Write(append(b, "\n]}\n"...)); err != nil {
		return err
	}
	return out.Flush()
}

func appendPolygons(b []byte, polygons [][][]position) []byte {
	return appendList(b, polygons, func(b []byte, polygon [][]position) []byte {
		return appendList(b, polygon, func(b []byte, ring []position) []byte {
			return appendList(b, ring, func(b []byte, at position) []byte {
				b = strconv.AppendFloat(append(b, '['), at[0], 'f', -1, 64)
				return append(strconv.AppendFloat(append(b, ','), at[1], 'f', -1, 64), ']')
			})
		})
	})
}

func appendList[T any](b []byte, items []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, item)
	}
	return append(b, ']')
}
