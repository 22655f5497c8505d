package photo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/photo"
)

// scene is a picture whose corners differ: red, green, blue, white from the upper
// left, clockwise.
func scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			switch right, low := x >= w/2, y >= h/2; {
			case right && low:
				c = color.RGBA{0, 0, 255, 255}
			case right:
				c = color.RGBA{0, 255, 0, 255}
			case low:
				c = color.RGBA{255, 255, 255, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encodeJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// entry is a field of an EXIF directory.
type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

// exifOf writes the TIFF structure of a camera that says all that is read.
func exifOf(order binary.AppendByteOrder, orientation uint16) []byte {
	text := func(tag uint16, s string) entry { return entry{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)} }
	fractions := func(tag uint16, parts ...uint32) entry {
		e := entry{tag: tag, kind: 5, count: uint32(len(parts) / 2)}
		for _, p := range parts {
			e.value = order.AppendUint32(e.value, p)
		}
		return e
	}
	directory := func(at int, entries ...entry) []byte {
		b := order.AppendUint16(nil, uint16(len(entries)))
		beyond, tail := at+2+12*len(entries)+4, []byte{}
		for _, e := range entries {
			b = order.AppendUint16(b, e.tag)
			b = order.AppendUint16(b, e.kind)
			b = order.AppendUint32(b, e.count)
			if len(e.value) <= 4 {
				b = append(b, append(e.value, 0, 0, 0, 0)[:4]...)
			} else {
				b = order.AppendUint32(b, uint32(beyond+len(tail)))
				tail = append(tail, e.value...)
			}
		}
		return append(order.AppendUint32(b, 0), tail...)
	}
	exposure := func(at int) []byte {
		return directory(at, text(0x9003, "2026:03:04 05:06:07"), text(0x9011, "+08:00"), text(0x927c, "MAKERNOTE-CANARY"))
	}
	place := func(at int) []byte {
		return directory(at, text(1, "N"), fractions(2, 40, 1, 49, 1, 4836, 100), text(3, "E"), fractions(4, 111, 1, 40, 1, 1632, 100))
	}
	main := func(exposureAt, placeAt uint32) []byte {
		return directory(8, entry{0x0112, 3, 1, order.AppendUint16(nil, orientation)}, text(0x010f, "CAMERA-CANARY"),
			entry{0x8769, 4, 1, order.AppendUint32(nil, exposureAt)}, entry{0x8825, 4, 1, order.AppendUint32(nil, placeAt)})
	}
	exposureAt := 8 + len(main(0, 0))
	placeAt := exposureAt + len(exposure(exposureAt))
	head := []byte("II*\x00")
	if order.String() == "BigEndian" {
		head = []byte("MM\x00*")
	}
	b := order.AppendUint32(head, 8)
	b = append(b, main(uint32(exposureAt), uint32(placeAt))...)
	return append(append(b, exposure(exposureAt)...), place(placeAt)...)
}

// withSegment puts an APP segment behind the beginning of a JPEG.
func withSegment(file []byte, marker byte, content []byte) []byte {
	b := append([]byte{0xff, 0xd8, 0xff, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(content)+2))...)
	return append(append(b, content...), file[2:]...)
}

func withExif(file []byte, orientation uint16) []byte {
	return withSegment(file, 0xe1, append([]byte("Exif\x00\x00"), exifOf(binary.LittleEndian, orientation)...))
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(file []byte, name string, content []byte) []byte {
	const header = 33
	chunk := append([]byte(name), content...)
	b := append([]byte{}, file[:header]...)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(content))), chunk...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
	return append(b, file[header:]...)
}

// webpPixel is one grey pixel as WebP.
const webpPixel = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"

func webpFile(tb testing.TB) []byte {
	tb.Helper()
	b, err := base64.StdEncoding.DecodeString(webpPixel)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestPhotographsOfEveryFormatAreRead(t *testing.T) {
	t.Parallel()
	clear := image.NewNRGBA(image.Rect(0, 0, 40, 20)) // seen through: white is behind it
	for name, tc := range map[string]struct {
		file []byte
		w, h int
	}{
		"JPEG":            {encodeJPEG(t, scene(40, 20)), 40, 20},
		"large JPEG":      {encodeJPEG(t, scene(5000, 3000)), 2048, 1228},
		"narrow JPEG":     {encodeJPEG(t, scene(9000, 2)), 2048, 1},
		"PNG":             {encodePNG(t, scene(40, 20)), 40, 20},
		"transparent PNG": {encodePNG(t, clear), 40, 20},
		"WebP":            {webpFile(t), 1, 1},
	} {
		p, err := photo.Read(tc.file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || m.Bounds().Dx() != tc.w || m.Bounds().Dy() != tc.h || p.Width != tc.w || p.Height != tc.h {
			t.Errorf("%s: %d×%d, %v, %v", name, p.Width, p.Height, m.Bounds(), err)
		}
		if small, err := jpeg.DecodeConfig(bytes.NewReader(p.Thumbnail)); err != nil || max(small.Width, small.Height) != min(320, max(tc.w, tc.h)) {
			t.Errorf("%s: a thumbnail of %v, %v", name, small, err)
		}
		if name == "transparent PNG" {
			if r, g, b, _ := m.At(1, 1).RGBA(); r < 0xf000 || g < 0xf000 || b < 0xf000 {
				t.Errorf("what is seen through is %v", m.At(1, 1))
			}
		}
		if !p.Taken.IsZero() || p.Point != (geo.Point{}) {
			t.Errorf("%s: %v, %v out of nothing", name, p.Taken, p.Point)
		}
	}
}

// TestOrientationIsKept turns the scene as each value says, and looks for the
// colours of its corners.
func TestOrientationIsKept(t *testing.T) {
	t.Parallel()
	want := map[uint16]string{1: "RGBW", 2: "GRWB", 3: "BWRG", 4: "WBGR", 5: "RWBG", 6: "WRGB", 7: "BGRW", 8: "GBWR", 9: "RGBW"} // from the upper left, clockwise
	for o, corners := range want {
		for _, size := range [][2]int{{64, 32}, {3000, 600}} {
			p, err := photo.Read(withExif(encodeJPEG(t, scene(size[0], size[1])), o))
			if err != nil {
				t.Fatal(err)
			}
			m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
			if err != nil {
				t.Fatal(err)
			}
			w, h := m.Bounds().Dx(), m.Bounds().Dy()
			if tall := h > w; tall != (o >= 5 && o <= 8) || w != p.Width || h != p.Height {
				t.Errorf("orientation %d: %d×%d", o, w, h)
			}
			got := ""
			for _, at := range []image.Point{{2, 2}, {w - 3, 2}, {w - 3, h - 3}, {2, h - 3}} {
				r, g, b, _ := m.At(at.X, at.Y).RGBA()
				switch {
				case r > 0xb000 && g > 0xb000 && b > 0xb000:
					got += "W"
				case r > 0xb000:
					got += "R"
				case g > 0xb000:
					got += "G"
				case b > 0xb000:
					got += "B"
				}
			}
			if got != corners {
				t.Errorf("orientation %d of %v: the corners are %s, want %s", o, size, got, corners)
			}
		}
	}
}

// TestPicturesCarryNothingButPixels is promise P55: whatever stands beside the
// pixels is gone, and the time and place are fields of ours.
func TestPicturesCarryNothingButPixels(t *testing.T) {
	t.Parallel()
	plain := encodeJPEG(t, scene(64, 32))
	loaded := withExif(plain, 1)
	loaded = withSegment(loaded, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>XMP-CANARY</x:xmpmeta>"))
	loaded = withSegment(loaded, 0xed, []byte("Photoshop 3.0\x008BIM\x04\x04IPTC-CANARY"))
	loaded = withSegment(loaded, 0xe2, []byte("MPF\x00MPF-CANARY"))
	loaded = withSegment(loaded, 0xfe, []byte("COMMENT-CANARY"))
	loaded = append(loaded, []byte("<html><script>TAIL-CANARY</script>")...)
	loaded = append(loaded, plain...) // a second image
	loaded = append(loaded, []byte("PK\x03\x04ZIP-CANARY")...)
	chunks := withChunk(withChunk(encodePNG(t, scene(64, 32)), "tEXt", []byte("Author\x00TEXT-CANARY")), "eXIf", exifOf(binary.BigEndian, 1))
	chunks = append(chunks, []byte("TAIL-CANARY")...)
	webp := webpFile(t)
	meta := exifOf(binary.BigEndian, 1)
	webp = append(append(append(webp, "EXIF"...), binary.LittleEndian.AppendUint32(nil, uint32(len(meta)))...), meta...)
	if len(meta)%2 == 1 {
		webp = append(webp, 0)
	}
	binary.LittleEndian.PutUint32(webp[4:], uint32(len(webp)-8))
	for name, file := range map[string][]byte{"JPEG": loaded, "PNG": chunks, "WebP": webp} {
		p, err := photo.Read(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := time.Date(2026, 3, 3, 21, 6, 7, 0, time.UTC); !p.Taken.Equal(want) {
			t.Errorf("%s: taken at %v, want %v", name, p.Taken, want)
		}
		if math.Abs(p.Point.Lon()-111.6712) > 1e-7 || math.Abs(p.Point.Lat()-40.8301) > 1e-7 {
			t.Errorf("%s: taken at %v", name, p.Point)
		}
		for what, out := range map[string][]byte{"picture": p.JPEG, "thumbnail": p.Thumbnail} {
			for _, mark := range []string{"CANARY", "Exif", "xmp", "http", "8BIM", "MPF", "JFIF", "html", "PK\x03\x04", "2026:03", "ICC"} {
				if bytes.Contains(out, []byte(mark)) {
					t.Errorf("%s: the %s holds %q", name, what, mark)
				}
			}
			onlyPixels(t, name+" "+what, out)
		}
	}
}

// onlyPixels walks the segments of a JPEG: tables and one scan, then the end.
func onlyPixels(t *testing.T, name string, b []byte) {
	t.Helper()
	for i := 2; ; {
		marker := b[i+1]
		if !bytes.Contains([]byte{0xdb, 0xc0, 0xc4, 0xda}, []byte{marker}) {
			t.Errorf("%s: a segment %x", name, marker)
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
		if marker == 0xda {
			break
		}
	}
	if end := bytes.Index(b, []byte{0xff, 0xd9}); end != len(b)-2 {
		t.Errorf("%s: the end stands at %d of %d", name, end, len(b))
	}
}

func pngHeader(w, h uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	b = append(binary.BigEndian.AppendUint32(b, h), 8, 6, 0, 0, 0)
	return append(append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), b...), binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b))...)
}

// jpegHeader is a JPEG whose frame says a size, with some scans of nothing.
func jpegHeader(w, h uint16, frame byte, scans int) []byte {
	b := []byte{0xff, 0xd8, 0xff, frame, 0, 11, 8}
	b = binary.BigEndian.AppendUint16(b, h)
	b = append(binary.BigEndian.AppendUint16(b, w), 1, 1, 0x11, 0)
	for range scans {
		b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55)
	}
	return append(b, 0xff, 0xd9)
}

func TestHostilePhotographsAreRefused(t *testing.T) {
	t.Parallel()
	var moving bytes.Buffer
	if err := gif.Encode(&moving, scene(4, 4), nil); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		file []byte
		code string
	}{
		"nothing":                   {nil, "photo_format"},
		"a GIF of 65535²":           {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;"), "photo_format"},
		"a GIF":                     {moving.Bytes(), "photo_format"},
		"an SVG":                    {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "photo_format"},
		"a DjVu":                    {[]byte("AT&TFORM\x00\x00\x00\x10DJVUINFO"), "photo_format"},
		"a page":                    {[]byte("<!doctype html>"), "photo_format"},
		"HEIC":                      {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "photo_format"},
		"a PNG of 50,000²":          {pngHeader(50_000, 50_000), "photo_too_large"},
		"a PNG of 20,000 × 10":      {pngHeader(20_000, 10), "photo_too_large"},
		"a PNG of 8,000²":           {pngHeader(8_000, 8_000), "photo_too_large"},
		"a JPEG of 65,535²":         {jpegHeader(65_535, 65_535, 0xc0, 1), "photo_too_large"},
		"a progressive one of 36 M": {jpegHeader(6_000, 6_000, 0xc2, 1), "photo_too_large"},
		"a JPEG of 1,000 scans":     {jpegHeader(100, 100, 0xc2, 1000), "photo_too_large"},
		"a JPEG without a scan":     {jpegHeader(100, 100, 0xc0, 0), "photo_broken"},
		"a PNG that ends":           {pngHeader(100, 100), "photo_broken"},
		"a WebP of nothing":         {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00"), "photo_broken"},
	} {
		began := time.Now()
		p, err := photo.Read(tc.file)
		if !fault.Is(err, tc.code) || p != nil {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	if _, err := photo.Read([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")); err == nil || !strings.Contains(err.Error(), "HEIC") {
		t.Errorf("HEIC is not named: %v", err)
	}
}

func TestPhotographsThatEndAnywhereAreSurvived(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{"JPEG": withExif(encodeJPEG(t, scene(16, 16)), 6), "PNG": withChunk(encodePNG(t, scene(16, 16)), "eXIf", exifOf(binary.LittleEndian, 6)), "WebP": webpFile(t)} {
		for n := range file {
			if _, err := photo.Read(file[:n]); err != nil && !fault.Is(err, "photo_format") && !fault.Is(err, "photo_broken") {
				t.Fatalf("%s, %d of %d bytes: %v", name, n, len(file), err)
			}
		}
		if _, err := photo.Read(file[:len(file)/2]); err == nil {
			t.Errorf("half a %s was taken", name)
		}
	}
}

// FuzzPicture: whatever comes, a small sound picture or a refusal.
func FuzzPicture(f *testing.F) {
	f.Add(withExif(encodeJPEG(f, scene(16, 8)), 6))
	f.Add(withChunk(encodePNG(f, scene(16, 8)), "eXIf", exifOf(binary.BigEndian, 3)))
	f.Add(webpFile(f))
	f.Add(jpegHeader(64, 64, 0xc2, 3))
	f.Add(pngHeader(50_000, 50_000))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := photo.Read(file)
		if err != nil {
			if e, ours := fault.As(err); !ours || !photo.Refused(e) {
				t.Fatalf("%v", err)
			}
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG))
		if err != nil || c.Width != p.Width || c.Height != p.Height || max(c.Width, c.Height) > 2048 {
			t.Fatal(fmt.Sprint(c, p.Width, p.Height, err))
		}
	})
}
