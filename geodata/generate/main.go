// Command generate draws the demo district: invented boundaries in two editions,
// the same on every run.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"

	"wangge/internal/geo"
)

// seed makes every run draw the same district.
const seed = 3

// anchorGrid is the grid in which the origin of the plane lies in the end.
const anchorGrid = "150102002003004"

func main() {
	out := flag.String("out", "geodata/xincheng", "directory to write to")
	flag.Parse()
	if err := generate(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(out string) error {
	rng := rand.New(rand.NewPCG(seed, 2))
	t := newTerrain(rng)
	one := first(rng, t)
	two := second(rng, t, one)
	// The whole map is moved so that a known place lies well inside a known grid.
	at, _ := roomiest(ringOf(one.grid(anchorGrid).ground.Polygons()[0][0]))
	from, to := at.point(), vec{}.point()
	for _, e := range []*edition{one, two} {
		e.shift(geo.Point{X: to.X - from.X, Y: to.Y - from.Y})
		if err := e.write(out); err != nil {
			return err
		}
	}
	return nil
}
