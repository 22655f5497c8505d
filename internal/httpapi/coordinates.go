package httpapi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/locate"
)

// Coordinates are one position in every system that people ask for.
type Coordinates struct {
	WGS84     Degrees    `json:"wgs84"`
	CGCS2000  Degrees    `json:"cgcs2000"`
	GCJ02     Degrees    `json:"gcj02"`
	BD09      Degrees    `json:"bd09"`
	Projected *Projected `json:"projected" doc:"in the 3° zone that it lies in; null outside 73.5° to 136.5° east"`
}

// Degrees is a position in degrees, seven decimals (about a centimetre).
type Degrees struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// Projected is a position in metres, three decimals.
type Projected struct {
	CRS   string  `json:"crs" example:"EPSG:4546"`
	Name  string  `json:"name" example:"CGCS2000 / 3° 带 111°E"`
	East  float64 `json:"east"`
	North float64 `json:"north"`
}

type coordinatesInput struct {
	X   decimal `query:"x" required:"true" doc:"longitude in degrees, or metres east" example:"111.6712"`
	Y   decimal `query:"y" required:"true" doc:"latitude in degrees, or metres north" example:"40.8301"`
	CRS string  `query:"crs" doc:"wgs84 (default), cgcs2000, gcj02, bd09, or EPSG:n"`
}

type coordinatesOutput struct{ Body Coordinates }

func (s *Server) coordinateRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/coordinates", "coordinates", "坐标换算 · A position in other systems", 400, 503), s.coordinates)
	s.nullable("Coordinates", "projected")
}

// coordinates converts one position: 400 when it cannot be used. The answer is
// reckoned here; a position given in an EPSG system is turned into degrees by the
// database.
func (s *Server) coordinates(ctx context.Context, in *coordinatesInput) (*coordinatesOutput, error) {
	x, err := locate.ParseNumber("x", string(in.X))
	if err != nil {
		return nil, err
	}
	y, err := locate.ParseNumber("y", string(in.Y))
	if err != nil {
		return nil, err
	}
	if max(math.Abs(x), math.Abs(y)) > furthest {
		return nil, notThere(x, y)
	}
	both, err := s.toCGCS2000(ctx, in.CRS, [2]float64{x, y}, [2]float64{y, x})
	if err != nil {
		return nil, err
	}
	ix := s.Boundaries.Index()
	inDistrict := func(at [2]float64) bool {
		p, err := geo.Snap(at[0], at[1])
		return err == nil && ix != nil && ix.Locate(p.Round(step(ctx))) != nil
	}
	if !inDistrict(both[0]) && inDistrict(both[1]) {
		return nil, fault.New(fault.Invalid, "lat_lon_swapped",
			"两个坐标写反了：%[1]v、%[2]v 不在辖区内，对调后正好在；请先写经度（东），后写纬度（北）",
			"the two ordinates are swapped: %[1]v, %[2]v lies outside, the exchanged pair inside; give longitude (east) first", x, y)
	}
	if _, err := geo.Snap(both[0][0], both[0][1]); err != nil {
		return nil, notThere(x, y)
	}
	return &coordinatesOutput{coordinatesOf(both[0][0], both[0][1], requestOf(ctx).lang, coarse(ctx))}, nil
}

// furthest is beyond every system on the ground, in degrees or metres.
const furthest = 1e8

func notThere(x, y float64) error {
	return fault.New(fault.Invalid, "out_of_range", "%[1]v、%[2]v 不是这个坐标系里的位置", "%[1]v, %[2]v is no position in this system", x, y)
}

// toCGCS2000 turns positions in a system into degrees; those that are none in it
// become infinite. Errors: unknown_crs; 503 where the database is needed and
// silent.
func (s *Server) toCGCS2000(ctx context.Context, name string, positions ...[2]float64) ([][2]float64, error) {
	crs, unknown := geo.ParseCRS(name)
	if unknown == nil {
		for i, p := range positions {
			if _, err := geo.Snap(p[0], p[1]); err != nil { // the shifts loop on nonsense
				positions[i] = [2]float64{math.Inf(1), math.Inf(1)}
				continue
			}
			positions[i][0], positions[i][1] = crs.ToCGCS2000(p[0], p[1])
		}
		return positions, nil
	}
	unknown = fault.New(fault.Invalid, "unknown_crs",
		"不认识坐标系 %[1]q，可用：wgs84、cgcs2000、gcj02、bd09，或 EPSG:4546 这样的编号", "unknown coordinate system %[1]q; use wgs84, cgcs2000, gcj02, bd09 or a code such as EPSG:4546", clip(name, 60))
	code, isEPSG := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(name)), "EPSG:")
	if n, err := strconv.ParseUint(code, 10, 32); !isEPSG || err != nil || n < 1024 || n > 999_999 {
		return nil, unknown
	}
	err := s.Store.Project(ctx, "EPSG:"+code, positions)
	if fault.Is(err, "unknown_crs") {
		return nil, unknown
	}
	if _, known := fault.As(err); err != nil && !known && !errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("project %s: %w", code, err)
	}
	return positions, err
}

// coordinatesOf writes a position in all systems; for strangers to about a metre.
func coordinatesOf(lon, lat float64, lang string, rounded bool) (c Coordinates) {
	perDegree, perMetre := 1e7, 1e3
	if rounded {
		perDegree, perMetre = 1e5, 1
	}
	to := func(v, per float64) float64 { return math.Round(v*per) / per }
	if rounded {
		lon, lat = to(lon, perDegree), to(lat, perDegree)
	}
	in := func(crs geo.CRS) Degrees {
		x, y := crs.FromCGCS2000(lon, lat)
		return Degrees{to(x, perDegree), to(y, perDegree)}
	}
	c = Coordinates{WGS84: in(geo.WGS84), CGCS2000: in(geo.CGCS2000), GCJ02: in(geo.GCJ02), BD09: in(geo.BD09)}
	if z, ok := geo.ZoneOf(lon); ok {
		east, north := z.Project(lon, lat)
		name := fmt.Sprintf("CGCS2000 / 3° 带 %d°E", z)
		if lang == "en" {
			name = fmt.Sprintf("CGCS2000 / 3-degree zone %d°E", z)
		}
		c.Projected = &Projected{CRS: z.Code(), Name: name, East: to(east, perMetre), North: to(north, perMetre)}
	}
	return c
}
