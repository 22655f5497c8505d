package ingest

import (
	"fmt"
	"io"
	"slices"

	"wangge/internal/fault"
)

// geoJSON reads a FeatureCollection (RFC 7946) feature by feature.
type geoJSON struct {
	*scanner
	reference Reference // as the "crs" member says
	named     bool      // a system was named by hand; the member does not count
	fields    []string
	seen      fieldNames
	yield     func(*feature) error
	count     int
}

// readGeoJSON calls yield with each feature of r. What is wrong with one
// feature is noted in it; an error means that the file as a whole cannot be
// used. Errors: bad_json, too_deep, not_utf8, truncated, trailing_data,
// duplicate_key, too_many_keys, not_geojson, late_crs, too_many_features.
func readGeoJSON(r io.Reader, fields []string, named bool, yield func(*feature) error) (seen []string, err error) {
	g := &geoJSON{scanner: newScanner(r), fields: fields, named: named, yield: yield}
	k, err := g.next()
	if err != nil {
		return nil, err
	}
	if k != tokenOpen {
		return nil, g.notGeoJSON("the top is not an object")
	}
	collection := false
	err = g.members(func(key string) error {
		k, err := g.valueNext()
		if err != nil {
			return err
		}
		switch key {
		case "type":
			collection = k == tokenString && string(g.text) == "FeatureCollection"
			return g.skipValue(k)
		case "features":
			if k != tokenList {
				return g.notGeoJSON(`"features" is not a list`)
			}
			return g.features()
		case "crs":
			return g.crsMember(k)
		}
		return g.skipValue(k)
	})
	if err != nil {
		return nil, err
	}
	if _, err := g.next(); err != nil { // nothing may follow
		return nil, err
	}
	if !collection {
		return nil, g.notGeoJSON(`"type" is not "FeatureCollection"`)
	}
	return g.seen.list, nil
}

func (g *geoJSON) notGeoJSON(what string) error {
	return g.fail("not_geojson", "不是 GeoJSON FeatureCollection：%[1]s", "not a GeoJSON FeatureCollection: %[1]s", what)
}

// members calls do with every key of the object just opened; do consumes the
// value. A key that stands twice is refused: readers disagree on which counts.
func (g *geoJSON) members(do func(key string) error) error {
	keys := map[string]bool{}
	for n := 0; ; n++ {
		k, err := g.next()
		if err != nil {
			return err
		}
		if k == tokenClose {
			return nil
		}
		key := string(g.text)
		if keys[key] {
			return g.fail("duplicate_key", "键 %[1]q 出现了两次", "the key %[1]q stands twice", clip(key))
		}
		if n == maxKeys {
			return g.fail("too_many_keys", "一个对象超过 %[1]d 个键", "an object of more than %[1]d keys", maxKeys)
		}
		if len(key) <= maxKey { // a longer one is none that is looked for, and dear to keep
			keys[key] = true
		}
		if err := do(key); err != nil {
			return err
		}
	}
}

// crsMember reads the pre-2016 "crs" member. Features that stood before it
// would have been read without it.
func (g *geoJSON) crsMember(k kind) error {
	if k != tokenOpen || g.named {
		return g.skipValue(k)
	}
	if g.count > 0 {
		return g.fail("late_crs", "“crs” 写在要素之后，请移到前面，或用 --crs 写明", `"crs" stands after the features; move it before them, or name the system with --crs`)
	}
	return g.members(func(key string) error {
		k, err := g.valueNext()
		if err != nil || key != "properties" || k != tokenOpen {
			if err != nil {
				return err
			}
			return g.skipValue(k)
		}
		return g.members(func(key string) error {
			k, err := g.valueNext()
			if err != nil {
				return err
			}
			if key == "name" && k == tokenString {
				var ok bool
				if g.reference, ok = parseURN(string(g.text)); !ok {
					return fault.New(fault.Unprocessable, "unsupported_crs", "看不懂文件声明的坐标系 %[1]q，请用 --crs 写明", "the file names the system %[1]q, which says nothing here; name it with --crs", clip(string(g.text)))
				}
			}
			return g.skipValue(k)
		})
	})
}

func (g *geoJSON) features() error {
	for {
		k, err := g.next()
		if err != nil {
			return err
		}
		if k == tokenUnlist {
			return nil
		}
		if k != tokenOpen {
			return g.notGeoJSON("a feature is not an object")
		}
		g.count++
		if g.count > maxFeatures {
			return g.fail("too_many_features", "要素超过 %[1]d 个", "more than %[1]d features", maxFeatures)
		}
		f := &feature{index: g.count, attributes: map[string]string{}, reference: g.reference}
		if err := g.feature(f); err != nil {
			return err
		}
		if err := g.yield(f); err != nil {
			return err
		}
	}
}

func (g *geoJSON) feature(f *feature) error {
	isFeature := false
	err := g.members(func(key string) error {
		k, err := g.valueNext()
		if err != nil {
			return err
		}
		switch {
		case key == "type":
			isFeature = k == tokenString && string(g.text) == "Feature"
		case key == "properties" && k == tokenOpen:
			return g.properties(f)
		case key == "geometry" && k == tokenOpen:
			return g.geometry(f)
		}
		return g.skipValue(k)
	})
	if err == nil && !isFeature {
		f.refuse("not_a_feature", "")
	}
	if err == nil && len(f.polygons) == 0 {
		f.refuse("empty", "")
	}
	return err
}

func (g *geoJSON) properties(f *feature) error {
	return g.members(func(key string) error {
		k, err := g.valueNext()
		if err != nil {
			return err
		}
		if f.index <= 100 {
			g.seen.note(key)
		}
		if (k == tokenString || k == tokenNumber) && slices.Contains(g.fields, key) {
			f.attributes[key] = attribute(string(g.text))
		}
		return g.skipValue(k)
	})
}

func (g *geoJSON) geometry(f *feature) error {
	var shape string
	c := coordinates{f: f}
	before := len(f.defects)
	err := g.members(func(key string) error {
		k, err := g.valueNext()
		if err != nil {
			return err
		}
		switch {
		case key == "type" && k == tokenString:
			shape = string(g.text)
			return nil
		case key == "coordinates" && k == tokenList:
			return g.coordinates(&c, 1)
		}
		return g.skipValue(k)
	})
	if err != nil {
		return err
	}
	switch {
	case shape != "Polygon" && shape != "MultiPolygon":
		f.defects, f.refused = f.defects[:before], false // the nesting of another type is not at fault
		f.refuse("unsupported_geometry", clip(shape))
	case f.refused:
	case c.depth == 3 && shape == "Polygon" || c.depth == 4 && shape == "MultiPolygon":
		f.polygons = c.polygons
		if c.extra {
			f.dropElevation()
		}
	case c.empty:
		f.refuse("empty", "")
	default:
		f.refuse("bad_nesting", fmt.Sprintf("%s, %d", shape, c.depth))
	}
	return nil
}

// coordinates collects the nested lists of one geometry. depth is how many
// lists enclose a number: 3 in a Polygon, 4 in a MultiPolygon.
type coordinates struct {
	f        *feature
	polygons [][][]position
	opened   [3]int // how many lists were opened at depth 1 and 2
	polygon  int    // the polygon and ring that the last point went to
	ring     int
	depth    int
	extra    bool // a third ordinate was there
	empty    bool // some list was empty
}

// coordinates reads the list just opened, at the given depth.
func (g *geoJSON) coordinates(c *coordinates, depth int) error {
	for n := 0; ; n++ {
		k, err := g.next()
		if err != nil {
			return err
		}
		switch {
		case k == tokenUnlist:
			if n == 0 {
				c.empty = true
				c.f.refuse("empty", "")
			}
			return nil
		case k == tokenNumber && n == 0:
			return g.position(c, depth)
		case k == tokenList:
			if depth > 4 {
				c.f.refuse("bad_nesting", "")
			}
			if depth <= 2 {
				c.opened[depth]++
			}
			if err := g.coordinates(c, depth+1); err != nil {
				return err
			}
		default:
			c.f.refuse("bad_position", "")
			if err := g.skipValue(k); err != nil {
				return err
			}
		}
	}
}

// position reads the rest of [lon, lat, …], its first number just scanned.
func (g *geoJSON) position(c *coordinates, depth int) error {
	lon, lat := g.number(), 0.0
	n := 1
	for {
		k, err := g.next()
		if err != nil {
			return err
		}
		if k == tokenUnlist {
			break
		}
		if k != tokenNumber {
			c.f.refuse("bad_position", "")
			if err := g.skipValue(k); err != nil {
				return err
			}
		}
		if n++; n == 2 {
			lat = g.number()
		}
	}
	if n < 2 || n > 4 {
		c.f.refuse("bad_position", "")
	}
	c.extra = c.extra || n > 2
	if c.depth != 0 && c.depth != depth || depth < 3 || depth > 4 {
		c.f.refuse("bad_nesting", "")
	}
	c.depth = depth
	if c.f.refused || !c.f.room() {
		c.polygons = nil
		return nil
	}
	c.add(position{lon, lat})
	return nil
}

// add appends p to the ring that it stands in. In a Polygon the lists at depth
// 1 hold rings; in a MultiPolygon they hold polygons, and those at depth 2 rings.
func (c *coordinates) add(p position) {
	polygon, ring := 1, c.opened[1]
	if c.depth == 4 {
		polygon, ring = c.opened[1], c.opened[2]
	}
	if polygon != c.polygon {
		c.polygons = append(c.polygons, nil)
	}
	last := len(c.polygons) - 1
	if ring != c.ring || polygon != c.polygon {
		c.polygons[last] = append(c.polygons[last], nil)
	}
	c.polygon, c.ring = polygon, ring
	r := &c.polygons[last][len(c.polygons[last])-1]
	*r = append(*r, p)
}
