package geo_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"wangge/internal/geo"
)

// TestTurnAgreesWithBigIntegers tries rings of every size, those at which 64
// bits cease to be enough among them, and thin ones whose area nearly vanishes.
func TestTurnAgreesWithBigIntegers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	for range 5_000 {
		reach := int32(1) << rng.IntN(30)
		at := func(limit int32) int32 { return max(-limit, min(limit, rng.Int32N(2*reach+1)-reach)) }
		var r geo.Ring
		for range 3 + rng.IntN(1<<rng.IntN(8)) {
			r = append(r, geo.Point{X: at(geo.MaxX), Y: at(geo.MaxY)})
		}
		switch rng.IntN(4) {
		case 0: // round and round
			x, y := min(reach, geo.MaxX), min(reach, geo.MaxY)
			for range 1 << rng.IntN(10) {
				r = append(r, geo.Point{X: -x, Y: -y}, geo.Point{X: x, Y: -y}, geo.Point{X: x, Y: y}, geo.Point{X: -x, Y: y})
			}
		case 1: // out and back along the same points, but for one step
			for i := len(r) - 2; i > 0; i-- {
				r = append(r, r[i])
			}
			r[len(r)-1].Y += rng.Int32N(3) - 1
		}
		want := new(big.Int)
		for i, a := range r {
			b := r[(i+1)%len(r)]
			want.Add(want, new(big.Int).Mul(big.NewInt(int64(a.X)), big.NewInt(int64(b.Y))))
			want.Sub(want, new(big.Int).Mul(big.NewInt(int64(a.Y)), big.NewInt(int64(b.X))))
		}
		if r.Turn() != want.Sign() {
			t.Fatalf("%v turns %d, by big integers %d", r, r.Turn(), want.Sign())
		}
	}
}
