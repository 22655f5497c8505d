// Package zipcheck looks at zip archives that nobody trusts, before anything is
// unpacked from them.
package zipcheck

import (
	"archive/zip"
	"cmp"
	"errors"
	"slices"
)

// What Spans finds wrong.
var (
	ErrDamaged  = errors.New("the archive is damaged")
	ErrCutOff   = errors.New("the archive is cut off")
	ErrOverlaps = errors.New("the entries of the archive share their bytes")
)

// Spans returns an error for an archive of size bytes whose entries share
// bytes, or claim some that it does not have: so are bombs built that no single
// entry gives away. Errors: ErrDamaged, ErrCutOff, ErrOverlaps.
func Spans(files []*zip.File, size int64) error {
	type span struct{ from, to int64 }
	var spans []span
	for _, e := range files {
		from, err := e.DataOffset()
		if err != nil {
			return errors.Join(ErrDamaged, err)
		}
		if e.CompressedSize64 > uint64(size) || from > size-int64(e.CompressedSize64) {
			return ErrCutOff
		}
		if e.CompressedSize64 > 0 {
			spans = append(spans, span{from, from + int64(e.CompressedSize64)})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return ErrOverlaps
		}
	}
	return nil
}
