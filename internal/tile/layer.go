package tile

import (
	"encoding/binary"
	"slices"
)

// layer writes one layer of a tile, feature by feature, in the protocol buffers
// of MVT 2.1.
type layer struct {
	name     string
	features []byte
	keys     []string
	values   []byte
	count    uint32 // of values

	// The feature at work: its tags, then its shape, then finish.
	tags  []byte
	shape []byte
	kind  byte
	at    step // where the cursor of the shape stands
	work  []byte
}

// Kinds of shapes.
const (
	noShape byte = 0
	point   byte = 1
	polygon byte = 3
)

// Commands of shapes.
const (
	moveTo = 1
	lineTo = 2
	close  = 7
)

// Fields with their wire types, as one byte each: the number of the field times
// eight, plus 2 for what has a length and 0 for a number.
const (
	tileLayer    = 3*8 + 2
	layerVersion = 15 * 8
	layerName    = 1*8 + 2
	layerFeature = 2*8 + 2
	layerKey     = 3*8 + 2
	layerValue   = 4*8 + 2
	layerExtent  = 5 * 8
	featureTags  = 2*8 + 2
	featureKind  = 3 * 8
	featureShape = 4*8 + 2
	valueText    = 1*8 + 2
	valueNumber  = 5 * 8

	versionOfTiles = 2
)

func (l *layer) begin(name string) {
	l.name, l.count = name, 0
	l.features, l.keys, l.values = l.features[:0], l.keys[:0], l.values[:0]
	l.drop()
}

// text adds a value and returns its number.
func (l *layer) text(s string) uint32 {
	size := len(s)
	inner := 1 + width(uint64(size)) + size
	l.values = append(l.values, layerValue)
	l.values = binary.AppendUvarint(l.values, uint64(inner))
	l.values = append(l.values, valueText)
	l.values = binary.AppendUvarint(l.values, uint64(size))
	l.values = append(l.values, s...)
	l.count++
	return l.count - 1
}

// number adds a value and returns its number.
func (l *layer) number(n uint64) uint32 {
	l.values = append(l.values, layerValue, byte(1+width(n)), valueNumber)
	l.values = binary.AppendUvarint(l.values, n)
	l.count++
	return l.count - 1
}

// width is how many bytes n takes.
func width(n uint64) (bytes int) {
	for bytes = 1; n >= 1<<7; bytes++ {
		n >>= 7
	}
	return bytes
}

// tag gives the feature at work a property.
func (l *layer) tag(key string, value uint32) {
	k := slices.Index(l.keys, key)
	if k < 0 {
		k = len(l.keys)
		l.keys = append(l.keys, key)
	}
	l.tags = binary.AppendUvarint(l.tags, uint64(k))
	l.tags = binary.AppendUvarint(l.tags, uint64(value))
}

func (l *layer) command(id, times int) {
	l.shape = binary.AppendUvarint(l.shape, uint64(id|times<<3))
}

// to moves the cursor.
func (l *layer) to(s step) {
	zigzag := func(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) }
	l.shape = binary.AppendUvarint(l.shape, zigzag(s.x-l.at.x))
	l.shape = binary.AppendUvarint(l.shape, zigzag(s.y-l.at.y))
	l.at = s
}

// point gives the feature at work a place.
func (l *layer) point(s step) {
	l.kind = point
	l.command(moveTo, 1)
	l.to(s)
}

// ring adds a ring to the feature at work. Exterior rings run counter-clockwise
// on the ground, which is what MVT has the other way round.
func (l *layer) ring(r []step) {
	l.kind = polygon
	l.command(moveTo, 1)
	l.to(r[len(r)-1])
	l.command(lineTo, len(r)-1)
	for _, s := range slices.Backward(r[:len(r)-1]) {
		l.to(s)
	}
	l.command(close, 1)
}

// finish adds the feature at work to the layer.
func (l *layer) finish() {
	w := append(l.work[:0], featureTags)
	w = binary.AppendUvarint(w, uint64(len(l.tags)))
	w = append(w, l.tags...)
	w = append(w, featureKind, l.kind, featureShape)
	w = binary.AppendUvarint(w, uint64(len(l.shape)))
	w = append(w, l.shape...)
	l.features = append(l.features, layerFeature)
	l.features = binary.AppendUvarint(l.features, uint64(len(w)))
	l.features = append(l.features, w...)
	l.work = w
	l.drop()
}

// drop forgets the feature at work.
func (l *layer) drop() {
	l.tags, l.shape, l.kind, l.at = l.tags[:0], l.shape[:0], noShape, step{}
}

// appendTo writes the layer behind a tile; one without features is left out.
func (l *layer) appendTo(out []byte) []byte {
	if len(l.features) == 0 {
		return out
	}
	w := append(l.work[:0], layerVersion, versionOfTiles, layerName)
	w = binary.AppendUvarint(w, uint64(len(l.name)))
	w = append(w, l.name...)
	for _, k := range l.keys {
		w = append(w, layerKey, byte(len(k)))
		w = append(w, k...)
	}
	w = append(w, layerExtent)
	w = binary.AppendUvarint(w, extent)
	l.work = w
	out = append(out, tileLayer)
	out = binary.AppendUvarint(out, uint64(len(w)+len(l.features)+len(l.values)))
	out = append(out, w...)
	out = append(out, l.features...)
	return append(out, l.values...)
}
