package geo_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"wangge/internal/geo"
	"wangge/internal/geo/geotest"
)

func TestAreasTravelWhole(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	p := geotest.NewPartition(rng, 6, 6, 8, geotest.Hohhot)
	p.Enclaves(rng)
	world, _, _ := geo.Gate(geo.MultiPolygon{{{{X: -geo.MaxX, Y: -geo.MaxY}, {X: geo.MaxX, Y: -geo.MaxY}, {X: geo.MaxX, Y: geo.MaxY}, {X: -geo.MaxX, Y: geo.MaxY}}}})
	for i, a := range append(p.Areas(), geo.Area{}, world) {
		b, err := a.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		back := world
		if err := back.UnmarshalBinary(b); err != nil || !reflect.DeepEqual(back, a) {
			t.Errorf("area %d comes back as %v, %v", i, back.Polygons(), err)
		}
		if err := back.UnmarshalBinary(append(bytes.Clone(b), 0)); err == nil {
			t.Errorf("area %d is taken with a byte after it", i)
		}
	}
}

// Damaged bytes are refused before room is made for what they claim.
func TestDamagedAreasAreRefused(t *testing.T) {
	t.Parallel()
	a := geotest.Area(geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10, Y: 0}, {X: 10, Y: 10}}}})
	good, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if err := new(geo.Area).UnmarshalBinary(good[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are taken", n, len(good))
		}
	}
	for name, b := range map[string][]byte{
		"countless polygons":   {0xff, 0xff, 0xff, 0xff, 0x7f},
		"countless vertices":   {1, 1, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a ring of two":        {1, 1, 2, 0, 0, 2, 0},
		"a ring that turns":    {1, 1, 3, 0, 0, 2, 2, 2, 1},
		"beyond the earth":     {1, 1, 3, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 2, 0, 0, 2},
		"a step that wraps":    {1, 1, 3, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 2, 0, 0, 2},
		"a polygon of nothing": {1, 0},
	} {
		if err := new(geo.Area).UnmarshalBinary(b); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
