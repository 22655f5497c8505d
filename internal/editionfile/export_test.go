package editionfile

import "wangge/internal/geo"

// Chain is a chain as the file has it, for tests.
type Chain struct {
	Points      []geo.Point
	Left, Right int
}

// Chains reads the chains of a file.
func Chains(b []byte) ([]Chain, error) {
	f, err := parse(b[:len(b)-32])
	if err != nil {
		return nil, err
	}
	var out []Chain
	for _, c := range f.chains {
		out = append(out, Chain{c.points, c.left, c.right})
	}
	return out, nil
}
