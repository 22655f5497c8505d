package geo

import (
	"fmt"
	"math"
)

// Zone is a 3° zone of the Gauss–Krüger projection on CGCS2000 (GB/T 17798),
// named by its central meridian in degrees; east coordinates have the 500 km
// added to them and no zone number before them.
type Zone int

// The zones with an EPSG code: 75°E (EPSG:4534) to 135°E (EPSG:4554).
const (
	firstZone Zone = 75
	lastZone  Zone = 135
	firstEPSG      = 4534
)

// ZoneOf returns the zone that a longitude lies in; ok is false where there is
// none.
func ZoneOf(lon float64) (z Zone, ok bool) {
	z = Zone(math.Round(lon/3) * 3)
	return z, z >= firstZone && z <= lastZone
}

// Code is the EPSG code of the zone, as "EPSG:4546".
func (z Zone) Code() string { return fmt.Sprintf("EPSG:%d", firstEPSG+int(z-firstZone)/3) }

// Project turns longitude and latitude (degrees, CGCS2000) into metres east and
// north, by Krüger's series to the sixth order in the third flattening (Karney
// 2011, eq. 35): exact to well below a millimetre within the zone and its
// neighbours. PROJ, and so PostGIS, gives the same.
func (z Zone) Project(lon, lat float64) (east, north float64) {
	const n = flattening / (2 - flattening)
	const n2, n3, n4, n5, n6 = n * n, n * n * n, n * n * n * n, n * n * n * n * n, n * n * n * n * n * n
	alpha := [...]float64{
		n/2 - n2*2/3 + n3*5/16 + n4*41/180 - n5*127/288 + n6*7891/37800,
		n2*13/48 - n3*3/5 + n4*557/1440 + n5*281/630 - n6*1983433/1935360,
		n3*61/240 - n4*103/140 + n5*15061/26880 + n6*167603/181440,
		n4*49561/161280 - n5*179/168 + n6*6601661/7257600,
		n5*34729/80640 - n6*3418889/1995840,
		n6 * 212378941 / 319334400,
	}
	const rectifying = semiMajor / (1 + n) * (1 + n2/4 + n4/64 + n6/256) // radius of the meridian
	e := math.Sqrt(flattening * (2 - flattening))
	sin := math.Sin(lat * math.Pi / 180)
	tan := math.Sinh(math.Atanh(sin) - e*math.Atanh(e*sin)) // of the conformal latitude
	sinL, cosL := math.Sincos((lon - float64(z)) * math.Pi / 180)
	xi, eta := math.Atan2(tan, cosL), math.Asinh(sinL/math.Hypot(tan, cosL))
	y, x := xi, eta
	for i, a := range alpha {
		k := 2 * float64(i+1)
		y += a * math.Sin(k*xi) * math.Cosh(k*eta)
		x += a * math.Cos(k*xi) * math.Sinh(k*eta)
	}
	return 500_000 + rectifying*x, rectifying * y
}
