package main

import (
	"math"
	"math/rand/v2"
)

// terrain is what the borders follow: an outline, a river, a railway, and the
// main roads. All of it is invented.
type terrain struct {
	outline  line // a ring, counter-clockwise
	river    line // from the hills in the north to the plain
	railway  line // from west to east
	arterial []line
	field    *field
}

// sketchUnit is what the numbers of the sketch below count, in metres.
const sketchUnit = 930

// sketch makes a line of the numbers of the sketch.
func sketch(xy ...float64) line {
	var l line
	for i := 0; i+1 < len(xy); i += 2 {
		l = append(l, vec{xy[i] * sketchUnit, xy[i+1] * sketchUnit})
	}
	return l
}

// wander moves the vertices of a line sideways by sums of waves of about the
// given height and length in metres, in some places more than in others; the ends
// stay.
func wander(rng *rand.Rand, l line, height, length float64) line {
	var phase [6]float64
	for i := range phase {
		phase[i] = 2 * math.Pi * rng.Float64()
	}
	total, s := l.length(), 0.0
	out := append(line{}, l...)
	for i := 1; i+1 < len(l); i++ {
		s += l[i].sub(l[i-1]).len()
		w := 0.0
		for k, share := range [...]float64{1, 0.55, 0.3, 0.16} {
			w += share * math.Sin(2*math.Pi*s/(length*math.Pow(0.46, float64(k)))+phase[k])
		}
		calm := math.Sin(math.Pi*s/(2.7*length)+phase[4]) * math.Sin(math.Pi*s/(1.3*length)+phase[5])
		ease := min(1, min(s, total-s)/(length/2)) * (0.45 + 0.75*math.Abs(calm))
		out[i] = l[i].add(l[i+1].sub(l[i-1]).unit().left().mul(height * ease * w))
	}
	return out
}

func newTerrain(rng *rand.Rand) *terrain {
	t := &terrain{}
	// Roads with corners in the south and west, a stream in the east, the foot of
	// the hills in the north.
	south := wander(rng, spread(sketch(-2.85, -2.05, -2.1, -2.18, -1.66, -2.34, -1.58, -2.72, -0.4, -2.62, 0.24, -2.7, 0.36, -3.2, 1.3, -3.34, 2.12, -3.22, 2.2, -3.6, 3.1, -3.84, 3.9, -3.5, 4.3, -2.95, 4.9, -2.72, 5.02, -2.2), 30), 9, 900)
	east := wander(rng, smooth(sketch(5.02, -2.2, 5.34, -1.75, 5.08, -1.2, 5.52, -0.7, 5.36, 0.05, 5.84, 0.6, 5.74, 1.4, 6.34, 1.9, 6.58, 2.6, 6.24, 3.2, 6.52, 3.8), 24), 38, 640)
	north := wander(rng, smooth(sketch(6.52, 3.8, 5.9, 4.02, 5.3, 3.8, 4.8, 4.15, 4.35, 4.74, 3.7, 4.72, 3.3, 5.26, 2.75, 5.2, 2.3, 5.84, 1.7, 6.3, 1.1, 6.06, 0.68, 5.46, 0.2, 5.32, -0.3, 5.7, -0.9, 5.48, -1.2, 4.84, -1.9, 4.62), 24), 42, 880)
	west := wander(rng, spread(sketch(-1.9, 4.62, -2.22, 4.5, -2.14, 3.72, -2.58, 3.56, -2.7, 2.34, -3.14, 2.24, -3.2, 1.0, -3.02, 0.2, -3.34, 0.1, -3.24, -1.34, -2.94, -1.42, -2.85, -2.05), 30), 8, 1000)
	for _, l := range []line{south, east, north, west} {
		l = simplify(l, 0.8)
		t.outline = append(t.outline, l[:len(l)-1]...)
	}
	t.river = wander(rng, smooth(sketch(2.95, 6.3, 2.72, 5.3, 3.12, 4.75, 2.68, 4.2, 3.02, 3.66, 3.34, 3.1, 3.06, 2.5, 3.46, 1.95, 2.98, 1.4, 3.2, 0.85, 3.5, 0.35, 2.92, -0.1, 3.32, -0.65, 2.86, -1.2, 3.3, -1.7, 2.94, -2.25, 3.28, -2.8, 2.92, -3.35, 3.2, -4.6), 25), 28, 560)
	t.railway = smooth(sketch(-4.2, 0.92, -2.6, 0.66, -0.8, 0.56, 1.0, 0.72, 2.6, 1.02, 4.2, 1.22, 5.6, 1.12, 7.2, 0.82), 40)
	for _, through := range []line{
		// From west to east.
		sketch(-4, 3.46, -2, 3.2, 0, 3.3, 1.8, 3.52, 3.4, 3.32, 5, 3.02, 7, 3.12),
		sketch(-4, 1.98, -2, 1.86, 0, 2.06, 1.6, 1.98, 3.2, 2.16, 5, 2.04, 7, 2.3),
		sketch(-4, -0.92, -2.2, -1.02, -0.6, -0.94, 0.8, -1.08, 1.8, -0.96, 3.4, -0.72, 5, -0.86, 7, -0.7),
		sketch(-4, -1.78, -2.2, -1.7, -0.8, -1.82, 0.6, -1.76, 1.7, -1.92, 3.4, -1.86, 5, -1.7, 7, -1.9),
		sketch(-4, -0.2, -2.2, -0.12, -0.4, -0.26, 1.2, -0.1, 2.6, 0.12, 4.4, 0.16, 7, 0.02),
		sketch(-4, 4.3, -1.6, 4.1, 0.2, 4.36, 2.2, 4.18, 4.2, 4.02, 7, 3.8),
		// From south to north.
		sketch(-2.0, -4, -1.8, -2.3, -1.66, -1.5, -1.8, -0.8, -1.62, 0.6, -1.42, 2, -1.6, 3.6, -1.3, 7),
		sketch(-0.02, -4, -0.12, -2.4, 0.06, -1.2, -0.08, 0.2, 0.12, 1.8, -0.02, 3.4, 0.3, 7),
		sketch(1.72, -4, 1.58, -2.6, 1.7, -1.4, 1.5, -0.2, 1.42, 0.8, 1.66, 2.2, 1.5, 3.6, 1.7, 7),
		sketch(4.5, -4, 4.36, -2, 4.58, -0.4, 4.4, 1, 4.66, 2.4, 4.5, 3.6, 4.8, 7),
		// A ring road that turns from east to south.
		sketch(-1.5, 2.72, 0, 2.7, 1.3, 2.62, 2.1, 2.2, 2.42, 1.5, 2.36, 0.4, 2.5, -0.8, 2.34, -2, 2.5, -4),
		// A branch line of the railway.
		sketch(-2.1, 1.0, -1.9, 0.4, -1.3, -0.22, -0.5, -0.5, 0.3, -0.62, 1.9, -0.56),
	} {
		t.arterial = append(t.arterial, wander(rng, smooth(through, 40), 7, 1300))
	}
	t.field = newField(t)
	return t
}

// field is the direction of streets at each place: a cross, so that it counts
// modulo a right angle. It turns with the lines of the terrain nearby.
type field struct {
	lo         vec
	step       float64
	cols, rows int
	sin, cos   []float64 // of four times the angle
}

func newField(t *terrain) *field {
	f := &field{lo: vec{-4000, -4000}, step: 60, cols: 190, rows: 180}
	f.sin, f.cos = make([]float64, f.cols*f.rows), make([]float64, f.cols*f.rows)
	draw := func(l line, weight, reach float64) {
		l = spread(l, 60)
		n := int(math.Ceil(2.5 * reach / f.step))
		for k := 1; k < len(l); k++ {
			d, at := l[k].sub(l[k-1]), l[k].sub(f.lo).mul(1/f.step)
			sin, cos := math.Sincos(4 * math.Atan2(d.y, d.x))
			for j := max(0, int(at.y)-n); j < min(f.rows, int(at.y)+n); j++ {
				for i := max(0, int(at.x)-n); i < min(f.cols, int(at.x)+n); i++ {
					far := vec{float64(i), float64(j)}.sub(at).mul(f.step / reach)
					w := weight * math.Exp(-far.dot(far)/2)
					f.sin[j*f.cols+i] += w * sin
					f.cos[j*f.cols+i] += w * cos
				}
			}
		}
	}
	for i := range f.cos { // far from everything the streets lie a little askew
		f.sin[i], f.cos[i] = 0.2*math.Sin(4*0.1), 0.2*math.Cos(4*0.1)
	}
	draw(t.river, 1.6, 260)
	draw(t.railway, 1.6, 300)
	draw(append(t.outline[:len(t.outline):len(t.outline)], t.outline[0]), 0.5, 260)
	for _, a := range t.arterial {
		draw(a, 0.9, 380)
	}
	return f
}

// at is the angle of streets at p, within an eighth of a turn of 0.
func (f *field) at(p vec) float64 {
	q := p.sub(f.lo).mul(1 / f.step)
	i, j := int(max(0, min(float64(f.cols-2), q.x))), int(max(0, min(float64(f.rows-2), q.y)))
	u, v := max(0, min(1, q.x-float64(i))), max(0, min(1, q.y-float64(j)))
	mix := func(a []float64) float64 {
		k := j*f.cols + i
		return (a[k]*(1-u)+a[k+1]*u)*(1-v) + (a[k+f.cols]*(1-u)+a[k+f.cols+1]*u)*v
	}
	return math.Atan2(mix(f.sin), mix(f.cos)) / 4
}

// along is the arm of the cross at p that is nearest to the direction d.
func (f *field) along(p, d vec) vec {
	arm := vec{1, 0}.rotate(f.at(p))
	best := arm
	for range 3 {
		if arm = arm.left(); arm.dot(d) > best.dot(d) {
			best = arm
		}
	}
	return best
}

// trace follows the field from p towards d until it has left the ring or gone
// the distance most. bend turns it aside, by how far it has gone.
func (f *field) trace(p, d vec, ring line, most float64, bend func(s float64) float64) line {
	const step = 14
	l := line{p}
	for s := 0.0; s < most; s += step {
		d = f.along(p, d)
		next := p.add(d.rotate(bend(s)).mul(min(step, most-s)))
		l = append(l, next)
		if ring != nil && !ring.holds(next) {
			return l
		}
		p = next
	}
	return l
}
