package httpapi

import (
	"math"
	"strconv"

	"wangge/internal/geo"
	"wangge/internal/gridindex"
)

// drawing is the outlines of some areas as SVG, north up.
type drawing struct {
	Width, Height int
	Label         string
	Shapes        []drawnShape
}

type drawnShape struct{ Href, Name, Path string }

const (
	drawnWidth   = 720
	drawnHeight  = 440
	drawnMargin  = 8
	mostDrawn    = 1000 // shapes
	drawnSpacing = 0.6  // pixels between vertices; nearer ones are left out
)

// draw fits areas into a picture. A degree of longitude is as wide as it is in
// the middle of them.
func (a *asked) draw(found []*gridindex.Area, step int32) drawing {
	if len(found) == 0 || len(found) > mostDrawn {
		return drawing{}
	}
	box := found[0].Ground.Box()
	for _, f := range found {
		box = box.Union(f.Ground.Box())
	}
	narrow := math.Cos((box.Min.Lat() + box.Max.Lat()) / 2 * math.Pi / 180)
	wide, high := (box.Max.Lon()-box.Min.Lon())*narrow, box.Max.Lat()-box.Min.Lat()
	scale := min((drawnWidth-2*drawnMargin)/wide, (drawnHeight-2*drawnMargin)/high)
	d := drawing{Width: int(math.Ceil(wide*scale)) + 2*drawnMargin, Height: int(math.Ceil(high*scale)) + 2*drawnMargin, Label: a.say("边界草图", "Outlines")}
	place := func(p geo.Point) (x, y float64) {
		p = p.Round(step)
		return drawnMargin + (p.Lon()-box.Min.Lon())*narrow*scale, drawnMargin + (box.Max.Lat()-p.Lat())*scale
	}
	for _, f := range found {
		var path []byte
		for r := range f.Ground.Polygons().Rings {
			path = appendRing(path, r, place)
		}
		d.Shapes = append(d.Shapes, drawnShape{a.featureAddress(f), f.Code + " " + f.Name, string(path)})
	}
	return d
}

func appendRing(path []byte, r geo.Ring, place func(geo.Point) (x, y float64)) []byte {
	command := byte('M')
	var lastX, lastY float64
	for _, p := range r {
		x, y := place(p)
		if command == 'L' && math.Abs(x-lastX)+math.Abs(y-lastY) < drawnSpacing {
			continue
		}
		path = strconv.AppendFloat(append(path, command), x, 'f', 1, 64)
		path = strconv.AppendFloat(append(path, ' '), y, 'f', 1, 64)
		command, lastX, lastY = 'L', x, y
	}
	return append(path, 'Z')
}
