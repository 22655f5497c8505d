package httpapi

import (
	"context"
	"net/url"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
)

// OGCLanding is the landing page.
type OGCLanding struct {
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Links       []OGCLink `json:"links"`
}

// OGCConformance lists what the service conforms to.
type OGCConformance struct {
	ConformsTo []string `json:"conformsTo"`
}

// OGCCollections is all collections.
type OGCCollections struct {
	Links       []OGCLink       `json:"links"`
	Crs         []string        `json:"crs" doc:"the systems of every collection"`
	Collections []OGCCollection `json:"collections"`
}

// OGCCollection is one level of all districts.
type OGCCollection struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Links       []OGCLink  `json:"links"`
	Extent      *OGCExtent `json:"extent,omitempty" doc:"absent while the collection is empty"`
	ItemType    string     `json:"itemType" enum:"feature"`
	Crs         []string   `json:"crs"`
	StorageCrs  string     `json:"storageCrs"`
}

// OGCExtent is where and when the features are.
type OGCExtent struct {
	Spatial  OGCSpatial  `json:"spatial"`
	Temporal OGCTemporal `json:"temporal"`
}

// OGCSpatial is a box around all features.
type OGCSpatial struct {
	Bbox [][4]float64 `json:"bbox" doc:"west, south, east, north"`
	Crs  string       `json:"crs"`
}

// OGCTemporal is from when the features hold; they do until further notice.
type OGCTemporal struct {
	Interval [][2]*string `json:"interval" doc:"first moment, and null"`
	Trs      string       `json:"trs"`
}

var conformance = []string{
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
}

// plural is the English word for the areas of a level.
var plural = map[area.Level]string{area.District: "Districts", area.Subdistrict: "Subdistricts", area.Community: "Communities", area.Grid: "Grids", area.Compound: "Compounds"}

// aboutLevel tells each level in one sentence.
var aboutLevel = map[area.Level][2]string{
	area.District:    {"区的边界", "Outlines of districts"},
	area.Subdistrict: {"街道、乡镇的边界", "Outlines of subdistricts (streets and townships)"},
	area.Community:   {"社区、村的边界", "Outlines of communities"},
	area.Grid:        {"网格的边界；专属网格（kind=dedicated）叠加在基础网格之上", "Outlines of grids; dedicated ones (kind=dedicated) lie over the basic ones"},
	area.Compound:    {"小区的边界，叠加在网格之上", "Outlines of residential compounds, which lie over the grids"},
}

func (s *Server) ogcLanding(ctx context.Context, in *OGCRequest) (*ogcOutput, error) {
	a, err := s.ask(ctx, in)
	if err != nil {
		return nil, err
	}
	landing := OGCLanding{Title: "网格 Wangge",
		Description: "当前有效的网格边界：区、街道、社区、网格、小区。Boundaries in force: districts, subdistricts, communities, grids and compounds.",
		Links: append(a.own(typeJSON),
			OGCLink{Href: a.at(ogcRoot+"/api", url.Values{"f": {"json"}}), Rel: "service-desc", Type: typeOAS30, Title: "接口说明 · API definition"},
			OGCLink{Href: a.at(ogcRoot+"/api", url.Values{"f": {"html"}}), Rel: "service-doc", Type: typeHTML, Title: "接口文档 · API documentation"},
			OGCLink{Href: a.at(ogcRoot+"/conformance", nil), Rel: "conformance", Type: typeJSON, Title: "符合的标准 · Conformance"},
			OGCLink{Href: a.at(ogcRoot+"/collections", nil), Rel: "data", Type: typeJSON, Title: "图层 · Collections"},
		)}
	return s.answer(a, typeJSON, marshal(landing), a.landingPage)
}

func (s *Server) ogcConformance(ctx context.Context, in *OGCRequest) (*ogcOutput, error) {
	a, err := s.ask(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.answer(a, typeJSON, marshal(OGCConformance{conformance}), a.conformancePage)
}

func (s *Server) ogcCollections(ctx context.Context, in *OGCRequest) (*ogcOutput, error) {
	a, err := s.ask(ctx, in)
	if err != nil {
		return nil, err
	}
	all := OGCCollections{Links: a.own(typeJSON)}
	for _, c := range systems {
		all.Crs = append(all.Crs, string(c))
	}
	for _, level := range area.Levels {
		all.Collections = append(all.Collections, a.collection(level, step(ctx)))
	}
	return s.answer(a, typeJSON, marshal(all), func() ([]byte, error) { return a.collectionsPage(&all) })
}

// parseCollection reads the id of a collection. Error: no_such_collection.
func parseCollection(id string) (area.Level, error) {
	level, err := area.ParseLevel(id)
	if err != nil {
		return 0, fault.New(fault.NotFound, "no_such_collection", "没有图层 %[1]q，可用：district、subdistrict、community、grid、compound",
			"there is no collection %[1]q; use district, subdistrict, community, grid or compound", clip(id, 40))
	}
	return level, nil
}

// OGCCollectionPath names a collection.
type OGCCollectionPath struct {
	OGCRequest
	Collection string `path:"collectionId" enum:"district,subdistrict,community,grid,compound"`
}

func (s *Server) ogcCollection(ctx context.Context, in *OGCCollectionPath) (*ogcOutput, error) {
	level, err := parseCollection(in.Collection)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(ctx, &in.OGCRequest)
	if err != nil {
		return nil, err
	}
	c := a.collection(level, step(ctx))
	c.Links = append(a.own(typeJSON), c.Links[1:]...)
	return s.answer(a, typeJSON, marshal(c), func() ([]byte, error) { return a.collectionPage(&c, level) })
}

// collection describes a level; its first link is to itself. The extent is made
// of the boxes of the level's areas.
func (a *asked) collection(level area.Level, step int32) OGCCollection {
	path := ogcRoot + "/collections/" + level.String()
	c := OGCCollection{ID: level.String(), Title: level.Word() + " · " + plural[level],
		Description: aboutLevel[level][0] + "。" + aboutLevel[level][1] + ".", ItemType: "feature", StorageCrs: string(epsg4490),
		Links: []OGCLink{
			{Href: a.at(path, nil), Rel: "self", Type: typeJSON, Title: "图层说明 · This collection"},
			{Href: a.at(path+"/items", url.Values{"f": {"json"}}), Rel: "items", Type: typeGeoJSON, Title: "要素 · Features as GeoJSON"},
			{Href: a.at(path+"/items", url.Values{"f": {"html"}}), Rel: "items", Type: typeHTML, Title: "要素 · Features as a page"},
		}}
	for _, crs := range systems {
		c.Crs = append(c.Crs, string(crs))
	}
	var box *geo.Box
	since := ""
	for _, e := range a.index.Editions() {
		if len(e.Level(level)) == 0 {
			continue
		}
		if around := e.Around(level); box == nil {
			box = &around
		} else {
			*box = box.Union(around)
		}
		if since == "" || e.About.ValidFrom < since {
			since = e.About.ValidFrom
		}
	}
	if box != nil {
		b := geo.Box{Min: box.Min.Round(step), Max: box.Max.Round(step)}
		moment := dayBegins(since)
		c.Extent = &OGCExtent{OGCSpatial{[][4]float64{bbox(b)}, string(crs84)},
			OGCTemporal{[][2]*string{{&moment, nil}}, "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}}
	}
	return c
}

// dayBegins is the midnight of a date as RFC 3339, in the time zone of China.
func dayBegins(date string) string {
	return date + "T00:00:00+08:00"
}
