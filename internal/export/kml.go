package export

import (
	"bufio"
	"context"
	"encoding/xml"
	"image/color"
	"io"
	"strconv"

	kml "github.com/twpayne/go-kml/v3"
)

// kml writes a KML document (OGC 12-007r2): one Placemark an area, its name the
// area's, the other attributes in ExtendedData. Placemarks are encoded one by
// one, because the library's own Write wants the document whole in memory.
func (j *job) kml(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if _, err := out.WriteString(xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(out)
	root := xml.StartElement{Name: xml.Name{Space: kml.Namespace, Local: "kml"}}
	document := xml.StartElement{Name: xml.Name{Local: "Document"}}
	style := kml.SharedStyle("area", // without one, Google Earth paints areas over in white
		kml.LineStyle(kml.Color(color.RGBA{R: 0xC0, G: 0x20, B: 0x20, A: 0xFF}), kml.Width(2)),
		kml.PolyStyle(kml.Color(color.RGBA{R: 0xC0, G: 0x20, B: 0x20, A: 0x30})))
	head := []kml.Element{kml.Name(j.title(j.levels[0]))}
	if j.Note != "" {
		head = append(head, kml.Description(j.Note))
	}
	for _, start := range []xml.StartElement{root, document} {
		if err := encoder.EncodeToken(start); err != nil {
			return err
		}
	}
	for _, e := range append(head, style) {
		if err := encoder.Encode(e); err != nil {
			return err
		}
	}
	for s, err := range j.shapes(ctx, j.levels[0]) {
		if err != nil {
			return err
		}
		if err := encoder.EncodeToken(xml.CharData("\n")); err != nil {
			return err
		}
		if err := encoder.Encode(placemark(s, style.URL())); err != nil {
			return err
		}
	}
	for _, start := range []xml.StartElement{document, root} {
		if err := encoder.EncodeToken(start.End()); err != nil {
			return err
		}
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	return out.Flush()
}

func placemark(s shape, style string) kml.Element {
	data := func(name, value string) kml.Element { return kml.Data(name, kml.Value(value)) }
	geometry := kml.MultiGeometry()
	for _, polygon := range s.polygons {
		p := kml.Polygon()
		for i, ring := range polygon {
			coordinates := make([]kml.Coordinate, len(ring))
			for k, at := range ring {
				coordinates[k] = kml.Coordinate{Lon: at[0], Lat: at[1]}
			}
			line := kml.LinearRing(kml.Coordinates(coordinates...))
			if i == 0 {
				p.Append(kml.OuterBoundaryIs(line))
			} else {
				p.Append(kml.InnerBoundaryIs(line))
			}
		}
		geometry.Append(p)
	}
	return kml.Placemark(kml.Name(s.Name), kml.StyleURL(style),
		kml.ExtendedData(data("code", s.Code), data("parent", s.Parent), data("kind", s.kind()),
			data("area_m2", strconv.FormatFloat(s.squareMetres(), 'f', -1, 64))),
		geometry)
}
