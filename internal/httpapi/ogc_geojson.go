package httpapi

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// OGCFeatures is a page of features.
type OGCFeatures struct {
	Type           string         `json:"type" enum:"FeatureCollection"`
	NumberMatched  int            `json:"numberMatched"`
	NumberReturned int            `json:"numberReturned"`
	TimeStamp      time.Time      `json:"timeStamp"`
	Links          []OGCLink      `json:"links"`
	Features       []OGCPlainItem `json:"features"`
}

// OGCPlainItem is a feature on a page.
type OGCPlainItem struct {
	Type       string        `json:"type" enum:"Feature"`
	ID         string        `json:"id" format:"uuid" doc:"area_id"`
	Properties OGCProperties `json:"properties"`
	Geometry   OGCGeometry   `json:"geometry"`
}

// OGCFeature is a feature by itself.
type OGCFeature struct {
	Type       string        `json:"type" enum:"Feature"`
	ID         string        `json:"id" format:"uuid" doc:"area_id"`
	Links      []OGCLink     `json:"links"`
	Properties OGCProperties `json:"properties"`
	Geometry   OGCGeometry   `json:"geometry"`
}

// OGCProperties says what a feature is.
type OGCProperties struct {
	District   string  `json:"district" doc:"code of the district"`
	Level      string  `json:"level"`
	Code       string  `json:"code"`
	Name       string  `json:"name"`
	Kind       *string `json:"kind" doc:"basic or dedicated; null but for grids"`
	Parent     *string `json:"parent" doc:"code of the area above; null for a district"`
	ParentName *string `json:"parent_name"`
	AreaM2     float64 `json:"area_m2" doc:"on the ellipsoid"`
	Edition    string  `json:"edition"`
	ValidFrom  string  `json:"valid_from" format:"date" doc:"first day of the edition"`
	Synthetic  bool    `json:"synthetic" doc:"invented, for showing the product"`
}

// OGCGeometry is the shape of an area: outer rings counter-clockwise.
type OGCGeometry struct {
	Type        string           `json:"type" enum:"MultiPolygon"`
	Coordinates [][][][2]float64 `json:"coordinates" doc:"in the order of axes of the system that Content-Crs names"`
}

func propertiesOf(a *gridindex.Area) OGCProperties {
	about := a.Edition().About
	p := OGCProperties{District: a.District, Level: a.Level.String(), Code: a.Code, Name: a.Name, Kind: kindOf(a), Parent: parentOf(a),
		AreaM2: a.AreaM2, Edition: about.Name, ValidFrom: about.ValidFrom, Synthetic: about.Synthetic}
	if a.Up != nil {
		p.ParentName = &a.Up.Name
	}
	return p
}

// featureCollection writes a page. Positions are written from the lattice's
// integers, which is exact.
func (s *Server) featureCollection(ctx context.Context, found *selected, crs system, links []OGCLink) ([]byte, error) {
	pen, err := penFor(ctx, found.page, crs)
	if err != nil {
		return nil, err
	}
	head, err := json.Marshal(links)
	if err != nil {
		return nil, err
	}
	b := append(pen.out, `{"type":"FeatureCollection","numberMatched":`...)
	b = strconv.AppendInt(b, int64(found.matched), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(found.page)), 10)
	b = append(b, `,"timeStamp":"`...)
	b = time.Now().UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
	b = append(append(append(b, `","links":`...), head...), `,"features":[`...)
	pen.out = b
	for i, a := range found.page {
		if i > 0 {
			pen.out = append(pen.out, ',')
		}
		if err := pen.feature(a, nil); err != nil {
			return nil, err
		}
	}
	return append(pen.out, "]}"...), nil
}

func (s *Server) oneFeature(ctx context.Context, a *gridindex.Area, crs system, links []OGCLink) ([]byte, error) {
	pen, err := penFor(ctx, []*gridindex.Area{a}, crs)
	if err != nil {
		return nil, err
	}
	err = pen.feature(a, links)
	return pen.out, err
}

// pen writes features in one system.
type pen struct {
	out       []byte
	crs       system
	step      int32
	projected [][2]float64 // easting and northing of what is still to be written
}

// penFor makes a pen for a page. Error: outside_crs.
func penFor(ctx context.Context, page []*gridindex.Area, crs system) (*pen, error) {
	p := &pen{crs: crs, step: step(ctx)}
	vertices := 0
	for _, a := range page {
		vertices += a.Ground.Polygons().Vertices()
	}
	p.out = make([]byte, 0, 1024+400*len(page)+27*vertices)
	if crs != epsg4546 {
		return p, nil
	}
	points := make([]geo.Point, 0, vertices)
	for _, a := range page {
		for r := range a.Ground.Polygons().Rings {
			for _, v := range r {
				points = append(points, v.Round(p.step))
			}
		}
	}
	var err error
	p.projected, err = project(points)
	return p, err
}

func (p *pen) feature(a *gridindex.Area, links []OGCLink) error {
	properties, err := json.Marshal(propertiesOf(a))
	if err != nil {
		return err
	}
	p.out = append(append(append(p.out, `{"type":"Feature","id":"`...), a.AreaID.String()...), '"')
	if links != nil {
		text, err := json.Marshal(links)
		if err != nil {
			return err
		}
		p.out = append(append(p.out, `,"links":`...), text...)
	}
	p.out = append(append(append(p.out, `,"properties":`...), properties...), `,"geometry":{"type":"MultiPolygon","coordinates":[`...)
	for i, polygon := range a.Ground.Polygons() {
		p.separate(i)
		p.out = append(p.out, '[')
		for j, r := range polygon {
			p.separate(j)
			p.ring(r)
		}
		p.out = append(p.out, ']')
	}
	p.out = append(p.out, "]}}"...)
	return nil
}

func (p *pen) separate(i int) {
	if i > 0 {
		p.out = append(p.out, ',')
	}
}

// ring writes a ring, closed by its first position.
func (p *pen) ring(r geo.Ring) {
	p.out = append(p.out, '[')
	begin := len(p.out)
	first := 0
	for i, v := range r {
		p.separate(i)
		p.out = append(p.out, '[')
		v = v.Round(p.step)
		switch p.crs {
		case epsg4546:
			at := p.projected[0]
			p.projected = p.projected[1:]
			p.out = strconv.AppendFloat(p.out, at[1], 'f', 4, 64)
			p.out = append(p.out, ',')
			p.out = strconv.AppendFloat(p.out, at[0], 'f', 4, 64)
		case epsg4490:
			p.out = appendDegrees(append(appendDegrees(p.out, v.Y), ','), v.X)
		default:
			p.out = appendDegrees(append(appendDegrees(p.out, v.X), ','), v.Y)
		}
		p.out = append(p.out, ']')
		if i == 0 {
			first = len(p.out)
		}
	}
	p.out = append(append(p.out, ','), p.out[begin:first]...)
	p.out = append(p.out, ']')
}

// appendDegrees writes lattice units as degrees, without trailing zeros.
func appendDegrees(b []byte, v int32) []byte {
	n := int64(v)
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/geo.Scale, 10)
	rest := n % geo.Scale
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(geo.Scale / 10); rest > 0; unit /= 10 {
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return b
}
