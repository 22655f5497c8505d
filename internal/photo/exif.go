package photo

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"wangge/internal/geo"
)

// exif is what is wanted of the EXIF.
type exif struct {
	orientation int // 1 to 8; 0 where it is not said
	taken       time.Time
	point       geo.Point
}

// The tags that are read.
const (
	tagOrientation = 0x0112
	tagExif        = 0x8769 // leads to the directory about the exposure
	tagGPS         = 0x8825 // and to that about the place
	tagTaken       = 0x9003
	tagOffset      = 0x9011 // of that time from UTC
	tagNorth       = 1
	tagLatitude    = 2
	tagEast        = 3
	tagLongitude   = 4
)

// exifOfJPEG finds the TIFF structure in the segments before the first scan.
func exifOfJPEG(data []byte) []byte {
	for i := 2; i+4 <= len(data) && data[i] == 0xff && data[i+1] != 0xda; {
		length := int(data[i+2])<<8 | int(data[i+3])
		if length < 2 || i+2+length > len(data) {
			return nil
		}
		if tiff, is := bytes.CutPrefix(data[i+4:i+2+length], []byte("Exif\x00\x00")); is && data[i+1] == 0xe1 {
			return tiff
		}
		i += 2 + length
	}
	return nil
}

// exifOfPNG finds it in the chunk that PNG has for it.
func exifOfPNG(data []byte) []byte {
	for rest := data[8:]; len(rest) >= 12; {
		length := int64(binary.BigEndian.Uint32(rest))
		if length > int64(len(rest))-12 {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return rest[8 : 8+length]
		}
		rest = rest[12+length:]
	}
	return nil
}

func exifOfWebP(data []byte) []byte {
	for rest := data[12:]; len(rest) >= 8; {
		length := int64(binary.LittleEndian.Uint32(rest[4:]))
		if length > int64(len(rest))-8 {
			return nil
		}
		if string(rest[:4]) == "EXIF" {
			return bytes.TrimPrefix(rest[8:8+length], []byte("Exif\x00\x00"))
		}
		rest = rest[min(8+length+length%2, int64(len(rest))):]
	}
	return nil
}

// parseExif reads what is wanted and can be read; the rest it passes over.
func parseExif(data []byte) exif {
	t := tiff{data: data}
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		t.order = binary.BigEndian
	default:
		return exif{}
	}
	first, ok := t.long(4)
	if !ok {
		return exif{}
	}
	var e exif
	main := t.directory(first)
	if o := main[tagOrientation].number; o >= 1 && o <= 8 {
		e.orientation = int(o)
	}
	exposure := t.directory(main[tagExif].number)
	e.taken = takenAt(t.text(exposure[tagTaken]), t.text(exposure[tagOffset]))
	gps := t.directory(main[tagGPS].number)
	lat, okLat := t.angle(gps[tagLatitude])
	lon, okLon := t.angle(gps[tagLongitude])
	if !okLat || !okLon || lat == 0 && lon == 0 { // what cameras write that do not know
		return e
	}
	if t.text(gps[tagNorth]) == "S" {
		lat = -lat
	}
	if t.text(gps[tagEast]) == "W" {
		lon = -lon
	}
	if p, err := geo.WGS84.Locate(lon, lat); err == nil {
		e.point = p
	}
	return e
}

// oneZone is the time of all of China, for cameras that do not say their zone.
var oneZone = time.FixedZone("", 8*60*60)

func takenAt(local, offset string) time.Time {
	const form = "2006:01:02 15:04:05"
	at, err := time.Parse(form+"-07:00", local+offset)
	if err != nil {
		at, err = time.ParseInLocation(form, local, oneZone)
	}
	if err != nil || at.Year() < 1990 { // no camera wrote EXIF before; one without a clock begins at 1970 or 1980
		return time.Time{}
	}
	return at.UTC()
}

// tiff is a structure of directories; nothing in it is believed.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// field is an entry of a directory. Number is its value, where it is one whole
// number.
type field struct {
	kind   uint16
	count  uint32
	at     int // where count, the value or its place stands
	number uint32
}

func (t tiff) short(at uint32) (uint16, bool) {
	if int64(at)+2 > int64(len(t.data)) {
		return 0, false
	}
	return t.order.Uint16(t.data[at:]), true
}

func (t tiff) long(at uint32) (uint32, bool) {
	if int64(at)+4 > int64(len(t.data)) {
		return 0, false
	}
	return t.order.Uint32(t.data[at:]), true
}

// directory reads the entries at a place; none from 0.
func (t tiff) directory(at uint32) map[uint16]field {
	n, ok := t.short(at)
	if !ok || at == 0 {
		return nil
	}
	fields := map[uint16]field{}
	for i := range int64(n) {
		begin := int64(at) + 2 + 12*i
		if begin+12 > int64(len(t.data)) {
			break
		}
		entry := t.data[begin : begin+12]
		f := field{kind: t.order.Uint16(entry[2:]), count: t.order.Uint32(entry[4:]), at: int(begin) + 8}
		switch f.kind {
		case 3:
			f.number = uint32(t.order.Uint16(entry[8:]))
		case 4:
			f.number = t.order.Uint32(entry[8:])
		}
		fields[t.order.Uint16(entry)] = f
	}
	return fields
}

// value is the bytes of a field of the kind; nil where they are not there.
func (t tiff) value(f field, kind uint16, size int64) []byte {
	length := int64(f.count) * size
	if f.kind != kind || length > int64(len(t.data)) {
		return nil
	}
	at := int64(f.at)
	if length > 4 {
		at = int64(t.order.Uint32(t.data[f.at:]))
	}
	if at+length > int64(len(t.data)) {
		return nil
	}
	return t.data[at : at+length]
}

func (t tiff) text(f field) string {
	text, _, _ := strings.Cut(string(t.value(f, 2, 1)), "\x00")
	return text
}

// angle reads degrees, minutes and seconds as three fractions.
func (t tiff) angle(f field) (degrees float64, ok bool) {
	b := t.value(f, 5, 8)
	if len(b) != 24 {
		return 0, false
	}
	for i, part := range []float64{1, 60, 3600} {
		over, under := t.order.Uint32(b[8*i:]), t.order.Uint32(b[8*i+4:])
		if under == 0 {
			if over == 0 && i > 0 { // not said
				continue
			}
			return 0, false
		}
		degrees += float64(over) / float64(under) / part
	}
	return degrees, true
}
