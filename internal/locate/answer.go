// Package locate answers "whose is this point?" for people and programs: one
// point, or a stream of them. The command line and HTTP give the same answers.
package locate

import (
	"math"
	"time"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// Query is one question.
type Query struct {
	Lon, Lat float64 // degrees in CRS
	CRS      geo.CRS
	Accuracy float64 // metres, of the position; 0 when unknown

	// Round is what positions of the answer are rounded to, in lattice units, for
	// those who are not shown them exactly: distances then are whole metres. Whose
	// the point is stays exact. 0 and 1 leave everything as it is.
	Round int32
}

// Answer is what the contract says of GET /api/v1/locate. Levels are null
// where the point is not covered or the level is missing.
type Answer struct {
	Point          Position    `json:"point"`
	Located        [2]float64  `json:"located" doc:"the point on the lattice that was asked about: longitude and latitude, CGCS2000"`
	Covered        bool        `json:"covered"`
	Generation     int64       `json:"generation" doc:"the boundary generation that the answer was made from"`
	StaleSince     *time.Time  `json:"stale_since,omitempty" doc:"present when the boundaries may be out of date"`
	Edition        *EditionRef `json:"edition"`
	District       *Unit       `json:"district"`
	Subdistrict    *Unit       `json:"subdistrict"`
	Community      *Unit       `json:"community"`
	Grid           *Unit       `json:"grid"`
	DedicatedGrids []Unit      `json:"dedicated_grids"`
	Compound       *Compound   `json:"compound"`
	Compounds      []string    `json:"compounds"`
	Branch         *Branch     `json:"branch"`
	Workers        []Worker    `json:"workers"`
	Border         *Border     `json:"border"`
	Nearest        *Nearest    `json:"nearest,omitempty" doc:"only when no area covers the point"`
	History        []Then      `json:"history,omitempty" doc:"whom the place has belonged to, the earliest first; only when it was asked for, or another moment"`
}

// Then is whom a place belonged to through a time in which nothing of that
// changed.
type Then struct {
	Edition     string   `json:"edition"`
	ValidFrom   string   `json:"valid_from" doc:"date, in the district's time zone"`
	ValidTo     string   `json:"valid_to,omitempty" doc:"first day that it no longer holds; absent while it does"`
	Asked       bool     `json:"asked,omitempty" doc:"the answer is from this time"`
	District    *Unit    `json:"district"`
	Subdistrict *Unit    `json:"subdistrict"`
	Community   *Unit    `json:"community"`
	Grid        *Unit    `json:"grid"`
	Changes     []Change `json:"changes" doc:"what led here from the entry before"`
}

// Change is one link of lineage.
type Change struct {
	Kind      string `json:"kind" enum:"rename,recode,transfer,split,merge"`
	Level     string `json:"level"`
	From      string `json:"from" doc:"code before"`
	To        string `json:"to" doc:"code after"`
	Confirmed bool   `json:"confirmed"`
	Text      string `json:"text"`
}

// Position is the point as it was asked for.
type Position struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
	CRS geo.CRS `json:"crs"`
}

// EditionRef names the boundaries that the answer comes from.
type EditionRef struct {
	Name       string `json:"name"`
	ValidFrom  string `json:"valid_from" doc:"date, in the district's time zone"`
	Generation int64  `json:"generation"`
	Synthetic  bool   `json:"synthetic,omitempty" doc:"invented, for showing the product"`
}

// Unit names one area.
type Unit struct {
	Code string    `json:"code"`
	Name string    `json:"name"`
	Kind area.Kind `json:"kind,omitempty" doc:"basic or dedicated; grids only"`
}

// Compound names the first compound that covers the point.
type Compound struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	RedProperty bool   `json:"red_property"`
}

// Branch is the grid's Party branch.
type Branch struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Worker serves the grid. Phone is there only for callers who may see it.
type Worker struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Phone string `json:"phone,omitempty"`
}

// Border says how near the edge of the owner is, and who lies beyond.
type Border struct {
	DistanceM  float64  `json:"distance_m"`
	Neighbours []string `json:"neighbours" doc:"codes of the areas across, nearest first"`
	Names      []string `json:"names" doc:"their names in the same order, with the parent's where it is another one"`
}

// Nearest is the nearest area of the finest level, for a point outside.
type Nearest struct {
	District  string     `json:"district"`
	Level     string     `json:"level"`
	Grid      *Unit      `json:"grid" doc:"null where the district has no grids"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	DistanceM float64    `json:"distance_m"`
	Point     [2]float64 `json:"point" doc:"a point inside that area, longitude and latitude"`
}

// One answers one question. Errors: not_finite, out_of_range, lat_lon_swapped.
func One(ix *gridindex.Index, q Query) (*Answer, error) {
	p, err := q.CRS.Locate(q.Lon, q.Lat)
	if err != nil {
		return nil, swapped(ix, q, err)
	}
	a := &Answer{
		Point: Position{q.Lon, q.Lat, q.CRS}, Located: q.shown(p), Generation: ix.Generation,
		DedicatedGrids: []Unit{}, Compounds: []string{}, Workers: []Worker{},
	}
	owner := ix.Locate(p)
	if owner == nil {
		if err := swapped(ix, q, nil); err != nil {
			return nil, err
		}
		a.Nearest = q.nearest(ix, p)
		return a, nil
	}
	a.Covered = true
	e := owner.Edition()
	a.Edition = &EditionRef{e.About.Name, e.About.ValidFrom, ix.Generation, e.About.Synthetic}
	a.District, a.Subdistrict = unit(owner.Ancestor(area.District)), unit(owner.Ancestor(area.Subdistrict))
	a.Community, a.Grid = unit(owner.Ancestor(area.Community)), unit(owner.Ancestor(area.Grid))
	for _, d := range e.Dedicated(p) {
		a.DedicatedGrids = append(a.DedicatedGrids, *unit(d))
	}
	for i, c := range e.Compounds(p) {
		if i == 0 {
			a.Compound = &Compound{Code: c.Code, Name: c.Name}
		}
		a.Compounds = append(a.Compounds, c.Code)
	}
	border := owner.Border(p, q.Accuracy)
	described := DescribeBorder(owner, border)
	described.DistanceM = q.metres(border.Metres)
	a.Border = &described
	return a, nil
}

// DescribeBorder tells how near the edge of an owner is, and who lies beyond.
func DescribeBorder(owner *gridindex.Area, border gridindex.Border) Border {
	b := Border{DistanceM: round(border.Metres, 10), Neighbours: []string{}, Names: []string{}}
	for _, n := range border.Neighbours {
		name := n.Name
		if n.Up != nil && n.Up != owner.Up {
			name = n.Up.Name + name
		}
		b.Neighbours, b.Names = append(b.Neighbours, n.Code), append(b.Names, name)
	}
	return b
}

// swapped returns lat_lon_swapped when the question, outside as it stands,
// would hit a district with its ordinates exchanged; otherwise err.
func swapped(ix *gridindex.Index, q Query, err error) error {
	p, wrong := q.CRS.Locate(q.Lat, q.Lon)
	if wrong != nil || ix.Locate(p) == nil {
		return err
	}
	return fault.New(fault.Invalid, "lat_lon_swapped",
		"经纬度写反了：经度 %[1]v、纬度 %[2]v 不在辖区内，对调后正好在；请先写经度、后写纬度",
		"longitude and latitude are swapped: %[1]v, %[2]v lies outside, the exchanged pair inside; give longitude first", q.Lon, q.Lat)
}

// shown is a position as the answer gives it.
func (q Query) shown(p geo.Point) [2]float64 {
	p = p.Round(max(1, q.Round))
	return [2]float64{p.Lon(), p.Lat()}
}

func (q Query) metres(m float64) float64 {
	if q.Round > 1 {
		return math.Round(m)
	}
	return round(m, 10)
}

func (q Query) nearest(ix *gridindex.Index, p geo.Point) *Nearest {
	a, metres := ix.Nearest(p)
	if a == nil {
		return nil
	}
	n := &Nearest{District: a.District, Level: a.Level.String(), Code: a.Code, Name: a.Name,
		DistanceM: q.metres(metres), Point: q.shown(a.Label)}
	if a.Level == area.Grid {
		n.Grid = unit(a)
	}
	return n
}

func unit(a *gridindex.Area) *Unit {
	if a == nil {
		return nil
	}
	u := &Unit{Code: a.Code, Name: a.Name}
	if a.Level == area.Grid {
		u.Kind = a.Kind
	}
	return u
}

func round(v, per float64) float64 { return math.Round(v*per) / per }

// Codes are the codes of the chain at a point, for tables; "" where a level is
// missing or the point is not covered.
type Codes struct{ District, Subdistrict, Community, Grid, Compound string }

// CodesAt returns the codes at a lattice point.
func CodesAt(ix *gridindex.Index, p geo.Point) (c Codes) {
	owner := ix.Locate(p)
	if owner == nil {
		return c
	}
	for a := owner; a != nil; a = a.Up {
		switch a.Level {
		case area.District:
			c.District = a.Code
		case area.Subdistrict:
			c.Subdistrict = a.Code
		case area.Community:
			c.Community = a.Code
		case area.Grid:
			c.Grid = a.Code
		}
	}
	if compounds := owner.Edition().Compounds(p); len(compounds) > 0 {
		c.Compound = compounds[0].Code
	}
	return c
}
