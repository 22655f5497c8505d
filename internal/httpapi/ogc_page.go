package httpapi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"wangge/internal/area"
	"wangge/internal/gridindex"
)

// frame is what a page below /ogc has around it.
func (a *asked) frame(title string, above ...crumb) frame {
	f := frame{Lang: a.lang, Title: title, Review: a.review, JSON: a.at(a.path, a.with("f", "json")),
		Crumbs: append([]crumb{{"/", "网格"}, {ogcRoot, "OGC API"}}, above...)}
	for _, e := range a.index.Editions() {
		f.Synthetic = f.Synthetic || e.About.Synthetic
	}
	return f
}

func (a *asked) ofCollections() crumb {
	return crumb{ogcRoot + "/collections", a.say("图层", "Collections")}
}

func (a *asked) ofCollection(level area.Level) crumb {
	return crumb{ogcRoot + "/collections/" + level.String(), a.say(level.Word(), plural[level])}
}

func (a *asked) landingPage() ([]byte, error) {
	return drawPage("landing", struct {
		frame
		Address string
		Links   []crumb
	}{a.frame(a.say("开放地理服务", "Open geographic service")), a.at(ogcRoot, nil), []crumb{
		a.ofCollections(),
		{ogcRoot + "/api", a.say("接口文档", "API documentation")},
		{ogcRoot + "/conformance", a.say("符合的标准", "Conformance")},
	}})
}

func (a *asked) conformancePage() ([]byte, error) {
	return drawPage("conformance", struct {
		frame
		Classes []string
	}{a.frame(a.say("符合的标准", "Conformance")), conformance})
}

// count is how many features a collection has.
func (a *asked) count(level area.Level) (n int) {
	for _, e := range a.index.Editions() {
		n += len(e.Level(level))
	}
	return n
}

func (a *asked) about(level area.Level) string {
	return a.say(aboutLevel[level][0], aboutLevel[level][1])
}

func (a *asked) collectionsPage(all *OGCCollections) ([]byte, error) {
	type row struct {
		ID, Href, Title, About string
		Count                  int
	}
	page := struct {
		frame
		Collections []row
	}{frame: a.frame(a.say("图层", "Collections"))}
	for i, level := range area.Levels {
		c := a.ofCollection(level)
		page.Collections = append(page.Collections, row{all.Collections[i].ID, c.Href, c.Text, a.about(level), a.count(level)})
	}
	return drawPage("collections", page)
}

type ogcField struct {
	Name, Type, About string
	Filter            bool
}

func (a *asked) fields() []ogcField {
	return []ogcField{
		{"district", "text", a.say("区的编码", "code of the district"), true},
		{"level", "text", a.say("层级", "level"), false},
		{"code", "text", a.say("编码", "code"), true},
		{"name", "text", a.say("名称", "name"), true},
		{"kind", "text", a.say("网格类别：basic 基础、dedicated 专属", "of grids: basic or dedicated"), true},
		{"parent", "text", a.say("上级的编码", "code of the area above"), true},
		{"parent_name", "text", a.say("上级的名称", "its name"), false},
		{"area_m2", "number", a.say("椭球面积，平方米", "square metres on the ellipsoid"), false},
		{"edition", "text", a.say("边界版次", "edition of the boundaries"), false},
		{"valid_from", "date", a.say("版次生效日", "first day of the edition"), false},
		{"synthetic", "boolean", a.say("是否示意数据", "invented, for showing the product"), false},
	}
}

func (a *asked) collectionPage(c *OGCCollection, level area.Level) ([]byte, error) {
	page := struct {
		frame
		About, Items, Extent, Since string
		Count                       int
		Crs                         []string
		Fields                      []ogcField
	}{frame: a.frame(a.ofCollection(level).Text, a.ofCollections()), About: a.about(level), Items: a.at(a.path+"/items", nil), Count: a.count(level), Crs: c.Crs, Fields: a.fields()}
	if c.Extent != nil {
		b := c.Extent.Spatial.Bbox[0]
		page.Extent, page.Since = fmt.Sprintf("%v, %v, %v, %v", b[0], b[1], b[2], b[3]), *c.Extent.Temporal.Interval[0][0]
	}
	return drawPage("collection", page)
}

// featureAddress is the page of a feature, at the moment and in the system that
// were asked for.
func (a *asked) featureAddress(found *gridindex.Area) string {
	q := url.Values{}
	for _, keep := range []string{"datetime", "crs", "f"} {
		if a.query.Has(keep) {
			q.Set(keep, a.query.Get(keep))
		}
	}
	return a.at(ogcRoot+"/collections/"+found.Level.String()+"/items/"+found.AreaID.String(), q)
}

func (a *asked) itemsPage(found *selected, q *selection, links []OGCLink, step int32) ([]byte, error) {
	type row struct{ Href, Code, Name, Kind, Parent, District, M2, Edition string }
	page := struct {
		frame
		Counted     string
		First, Next string
		Drawing     drawing
		Features    []row
	}{frame: a.frame(a.ofCollection(q.level).Text, a.ofCollections(), a.ofCollection(q.level)), Drawing: a.draw(found.page, step)}
	page.Synthetic = slices.ContainsFunc(found.page, func(f *gridindex.Area) bool { return f.Edition().About.Synthetic })
	page.Title += a.say("：要素", ": features")
	page.Counted = a.say(fmt.Sprintf("共 %d 个，本页 %d 个", found.matched, len(found.page)), fmt.Sprintf("%d in all, %d on this page", found.matched, len(found.page)))
	if a.query.Has("cursor") {
		first := a.with("cursor", "")
		first.Del("cursor")
		page.First = a.at(a.path, first)
	}
	for _, l := range links {
		if l.Rel == "next" {
			page.Next = l.Href
		}
	}
	for _, f := range found.page {
		r := row{Href: a.featureAddress(f), Code: f.Code, Name: f.Name, District: f.District, M2: strconv.FormatFloat(f.AreaM2, 'f', 0, 64), Edition: f.Edition().About.Name}
		if kind := kindOf(f); kind != nil {
			r.Kind = map[string]string{"basic": a.say("基础", "basic"), "dedicated": a.say("专属", "dedicated")}[*kind]
		}
		if f.Up != nil {
			r.Parent = f.Up.Code + " " + f.Up.Name
		}
		page.Features = append(page.Features, r)
	}
	return drawPage("items", page)
}

func (a *asked) featurePage(found *gridindex.Area, q *selection, step int32) ([]byte, error) {
	type fact struct{ Key, Word, Text string }
	p := propertiesOf(found)
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	at := func(word string) string { return map[bool]string{true: "", false: words[word]}[a.lang == "en"] }
	page := struct {
		frame
		Drawing  drawing
		Map, API string
		Facts    []fact
	}{frame: a.frame(found.Name, a.ofCollections(), a.ofCollection(q.level)), Drawing: a.draw([]*gridindex.Area{found}, step),
		Map: "/?" + url.Values{"a": {found.District + "/" + found.Level.String() + "/" + found.Code}}.Encode(), API: apiAddress(found)}
	if page.Title == "" {
		page.Title = found.Code
	}
	page.Synthetic = p.Synthetic
	for _, f := range [][2]string{{"id", found.AreaID.String()}, {"code", p.Code}, {"name", p.Name}, {"level", p.Level}, {"kind", text(p.Kind)}, {"parent", text(p.Parent)}, {"parent_name", text(p.ParentName)},
		{"district", p.District}, {"area_m2", strconv.FormatFloat(p.AreaM2, 'f', 1, 64)}, {"edition", p.Edition}, {"valid_from", p.ValidFrom}} {
		if f[1] != "" {
			page.Facts = append(page.Facts, fact{f[0], at(f[0]), f[1]})
		}
	}
	return drawPage("feature", page)
}
