package ingest

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// readKML reads the polygons of a KML document (OGC 12-007r2): one feature a
// Placemark, its attributes the name and what ExtendedData holds. Entities are
// not expanded and nothing is fetched. Errors: bad_kml, too_deep,
// too_many_features.
func readKML(r io.Reader, fields []string, yield func(*feature) error) (seen []string, err error) {
	k := &kml{decoder: xml.NewDecoder(r), fields: fields, yield: yield}
	k.decoder.Entity = map[string]string{} // none of a document's own
	root := false
	for {
		token, err := k.decoder.Token()
		if errors.Is(err, io.EOF) {
			if !root {
				return nil, k.bad(nil)
			}
			return k.seen, nil
		}
		if err != nil {
			return nil, k.bad(err)
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
			continue
		case !root && start.Name.Local != "kml":
			return nil, k.bad(nil)
		case start.Name.Local == "Placemark":
			if err := k.placemark(); err != nil {
				return nil, err
			}
			continue
		}
		root = true
		if k.depth++; k.depth > 100_000 {
			return nil, k.bad(nil)
		}
	}
}

type kml struct {
	decoder *xml.Decoder
	fields  []string
	seen    []string
	yield   func(*feature) error
	count   int
	depth   int
}

func (k *kml) bad(cause error) error {
	var ours *fault.Error
	if errors.As(cause, &ours) {
		return ours
	}
	line, _ := k.decoder.InputPos()
	return fault.New(fault.Invalid, "bad_kml", "不是完好的 KML（第 %[1]d 行）", "not sound KML (line %[1]d)", line).Because(cause)
}

// placemark reads up to the end of the Placemark just opened.
func (k *kml) placemark() error {
	if k.count++; k.count > maxFeatures {
		return fault.New(fault.Invalid, "too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
	}
	f := &feature{index: k.count, attributes: map[string]string{}, reference: Reference{CRS: geo.WGS84}}
	var path []string
	var key string // of the Data or SimpleData being read
	var text strings.Builder
	geometry := ""
	for {
		token, err := k.decoder.Token()
		if err != nil {
			return k.bad(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			if len(path) > maxDepth {
				return fault.New(fault.Invalid, "too_deep", "嵌套超过 %[1]d 层", "nested more than %[1]d deep", maxDepth)
			}
			text.Reset()
			switch t.Name.Local {
			case "Data", "SimpleData":
				key = ""
				for _, a := range t.Attr {
					if a.Name.Local == "name" {
						key = a.Value
					}
				}
			case "Polygon":
				f.polygons = append(f.polygons, nil)
				geometry = "Polygon"
			case "Point", "LineString", "Model", "Track":
				if geometry == "" {
					geometry = t.Name.Local
				}
			}
		case xml.CharData:
			if text.Len()+len(t) > 64<<20 {
				return k.bad(nil)
			}
			text.Write(t)
		case xml.EndElement:
			if len(path) == 0 { // the Placemark itself
				return k.finish(f, geometry)
			}
			switch path[len(path)-1] {
			case "name":
				if len(path) == 1 {
					k.attribute(f, "name", text.String())
				}
			case "value", "SimpleData":
				k.attribute(f, key, text.String())
			case "coordinates":
				if slices.Contains(path, "Polygon") {
					f.kmlRing(text.String(), slices.Contains(path, "innerBoundaryIs"))
				}
			}
			path = path[:len(path)-1]
		}
	}
}

func (k *kml) attribute(f *feature, key, value string) {
	if f.index == 1 && !slices.Contains(k.seen, key) {
		k.seen = append(k.seen, key)
	}
	if slices.Contains(k.fields, key) {
		f.attributes[key] = strings.TrimSpace(value)
	}
}

func (k *kml) finish(f *feature, geometry string) error {
	switch {
	case geometry == "":
		f.refuse("empty", "")
	case geometry != "Polygon":
		f.refuse("unsupported_geometry", geometry)
	}
	return k.yield(f)
}

// kmlRing reads "lon,lat[,height] lon,lat[,height] …" into the polygon just opened.
func (f *feature) kmlRing(text string, inner bool) {
	if f.refused || len(f.polygons) == 0 {
		return
	}
	var ring []position
	for word := range strings.FieldsSeq(text) {
		x, rest, ok := strings.Cut(word, ",")
		y, height, has := strings.Cut(rest, ",")
		lon, errX := strconv.ParseFloat(x, 64)
		lat, errY := strconv.ParseFloat(y, 64)
		if !ok || errX != nil || errY != nil {
			f.refuse("bad_position", clip(word))
			return
		}
		if has && height != "" && strings.Trim(height, "0.") != "" {
			f.dropElevation()
		}
		if !f.room() {
			return
		}
		ring = append(ring, position{lon, lat})
	}
	last := len(f.polygons) - 1
	if !inner && len(f.polygons[last]) > 0 { // the exterior goes first, wherever it stands
		f.polygons[last] = append([][]position{ring}, f.polygons[last]...)
	} else {
		f.polygons[last] = append(f.polygons[last], ring)
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
