package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
)

const mostItems = 10000

// OGCItemsQuery is what may be asked of the features of a collection.
type OGCItemsQuery struct {
	OGCCollectionPath
	Limit    count  `query:"limit" doc:"features on a page; more than the greatest counts as the greatest (1000 in EPSG:4546)"`
	Cursor   string `query:"cursor" doc:"where a page begins; follow the next link instead of making one"`
	Bbox     string `query:"bbox" doc:"only features that meet this box: two corners, in bbox-crs"`
	BboxCrs  string `query:"bbox-crs" format:"uri" doc:"URI of the system of bbox; CRS84 (longitude, latitude) when left out"`
	Crs      string `query:"crs" format:"uri" doc:"URI of the system of the answer; CRS84 (longitude, latitude) when left out"`
	Datetime string `query:"datetime" doc:"an instant or an interval: the boundaries in force at its last moment that is not in the future; those of today when left out"`
	District string `query:"district" doc:"code of the district"`
	Code     string `query:"code" doc:"code of the area"`
	Name     string `query:"name" doc:"name of the area, in full"`
	Kind     string `query:"kind" doc:"basic or dedicated; grids only"`
	Parent   string `query:"parent" doc:"code of the area above"`
}

// properties are the filters by property.
var properties = []string{"district", "code", "name", "kind", "parent"}

func (s *Server) parseItems(ctx context.Context, a *asked, in *OGCItemsQuery, level area.Level) (*selection, error) {
	q := &selection{level: level, limit: usualLimit, equals: map[string]string{}}
	var err error
	if a.query.Has("limit") {
		if q.limit, err = parseItemLimit(a.query.Get("limit")); err != nil {
			return nil, err
		}
	}
	if a.query.Has("cursor") {
		if q.after, err = parseItemCursor(in.Cursor); err != nil {
			return nil, err
		}
	}
	if q.crs, err = parseSystem("crs", a.query.Get("crs"), a.query.Has("crs")); err != nil {
		return nil, err
	}
	boxSystem, err := parseSystem("bbox-crs", a.query.Get("bbox-crs"), a.query.Has("bbox-crs"))
	if err != nil {
		return nil, err
	}
	if a.query.Has("bbox") {
		if q.boxes, err = s.parseBoxes(ctx, a.query.Get("bbox"), boxSystem); err != nil {
			return nil, err
		}
	}
	for _, name := range properties {
		if a.query.Has(name) {
			q.equals[name] = a.query.Get(name)
		}
	}
	if a.query.Has("datetime") {
		last, err := parseDatetime(a.query.Get("datetime"))
		if err != nil {
			return nil, err
		}
		if a.index, err = s.inForceAt(ctx, last); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func parseItemLimit(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	tooMany := err != nil && len(strings.TrimLeft(text, "0123456789")) == 0 && text != "" // a number all the same
	if n < 1 && !tooMany || err != nil && !tooMany {
		return 0, fault.New(fault.Invalid, "bad_limit", "limit 应是正整数，最多算 %[1]d", "limit must be a positive whole number; it counts up to %[1]d", mostItems)
	}
	if tooMany {
		return mostItems, nil
	}
	return int(min(n, mostItems)), nil
}

func parseItemCursor(text string) (after [2]string, err error) {
	last, err := parseCursor(text)
	if err != nil {
		return after, err
	}
	district, code, ok := strings.Cut(last, "\n")
	if !ok {
		_, err = parseCursor("!")
	}
	return [2]string{district, code}, err
}

func (s *Server) ogcItems(ctx context.Context, in *OGCItemsQuery) (*ogcOutput, error) {
	level, err := parseCollection(in.Collection)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(ctx, &in.OGCRequest, append([]string{"limit", "cursor", "bbox", "bbox-crs", "crs", "datetime"}, properties...)...)
	if err != nil {
		return nil, err
	}
	q, err := s.parseItems(ctx, a, in, level)
	if err != nil {
		return nil, err
	}
	links := func(found *selected) []OGCLink {
		links := a.own(typeGeoJSON)
		if found.more {
			last := found.page[len(found.page)-1]
			links = append(links, OGCLink{Href: a.at(a.path, a.with("cursor", makeCursor(last.District+"\n"+last.Code))), Rel: "next", Type: links[0].Type, Title: "下一页 · Next page"})
		}
		return append(links, OGCLink{Href: a.at(ogcRoot+"/collections/"+level.String(), nil), Rel: "collection", Type: typeJSON, Title: level.Word() + " · " + plural[level]})
	}
	out, err := s.answer(a, typeGeoJSON, func() ([]byte, error) {
		found := q.pick(a.index)
		return s.featureCollection(ctx, &found, q.crs, links(&found))
	}, func() ([]byte, error) {
		found := q.pick(a.index)
		return a.itemsPage(&found, q, links(&found), step(ctx))
	})
	return withCrs(out, q.crs), err
}

func withCrs(out *ogcOutput, crs system) *ogcOutput {
	if out != nil && out.Status == http.StatusOK {
		out.ContentCrs = "<" + string(crs) + ">"
	}
	return out
}

// OGCFeaturePath names one feature.
type OGCFeaturePath struct {
	OGCCollectionPath
	Feature  string `path:"featureId" doc:"area_id: the area's identity for life"`
	Crs      string `query:"crs" format:"uri" doc:"URI of the system of the answer; CRS84 (longitude, latitude) when left out"`
	Datetime string `query:"datetime" doc:"as for the features of a collection"`
}

func (s *Server) ogcFeature(ctx context.Context, in *OGCFeaturePath) (*ogcOutput, error) {
	level, err := parseCollection(in.Collection)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(ctx, &in.OGCRequest, "crs", "datetime")
	if err != nil {
		return nil, err
	}
	q, err := s.parseItems(ctx, a, &OGCItemsQuery{}, level)
	if err != nil {
		return nil, err
	}
	found := featureByID(a.index, level, in.Feature)
	if found == nil {
		return nil, fault.New(fault.NotFound, "no_such_feature", "没有这个要素", "there is no such feature")
	}
	links := append(a.own(typeGeoJSON),
		OGCLink{Href: a.at(ogcRoot+"/collections/"+level.String(), nil), Rel: "collection", Type: typeJSON, Title: level.Word() + " · " + plural[level]},
		OGCLink{Href: a.base + apiAddress(found), Rel: "related", Type: typeJSON, Title: "更多 · More about the area"})
	out, err := s.answer(a, typeGeoJSON, func() ([]byte, error) { return s.oneFeature(ctx, found, q.crs, links) },
		func() ([]byte, error) { return a.featurePage(found, q, step(ctx)) })
	return withCrs(out, q.crs), err
}

func featureByID(ix *gridindex.Index, level area.Level, text string) *gridindex.Area {
	id, err := uuid.Parse(text)
	if err != nil {
		return nil
	}
	for _, e := range ix.Editions() {
		if a := e.ByID(id); a != nil && a.Level == level {
			return a
		}
	}
	return nil
}

// addressOf is the path of an area in the API; its parts are escaped already.
func addressOf(district, level, code string) string {
	return "/api/v1/districts/" + district + "/areas/" + level + "/" + code
}

func apiAddress(a *gridindex.Area) string {
	return addressOf(url.PathEscape(a.District), a.Level.String(), url.PathEscape(a.Code))
}
