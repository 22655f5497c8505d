// Package photo receives the photographs of cases (案卷照片), makes pictures
// without metadata of them, and keeps those on a disk or in an object store.
package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"time"

	"golang.org/x/image/webp"

	"wangge/internal/fault"
	"wangge/internal/geo"
)

// What is taken, and what is made of it.
const (
	MaxBytes = 30 << 20 // of the photograph as it is sent

	maxPixels = 50_000_000
	maxSide   = 16_000
	maxMemory = 256 << 20 // bytes that decoding may take
	maxScans  = 32        // of a progressive JPEG; each costs a walk over the whole picture

	longest   = 2048 // pixels along the longer side, of the picture
	thumbnail = 320  // and of the thumbnail
	quality   = 82
)

// Picture is a photograph made anew from its pixels: upright, no larger than is
// looked at, and without anything that the camera or somebody else wrote beside
// them. Time and place of its EXIF stand apart.
type Picture struct {
	JPEG, Thumbnail []byte
	Width, Height   int       // of JPEG
	Taken           time.Time // zero where the EXIF does not say
	Point           geo.Point // CGCS2000; zero where the EXIF does not say
}

// format is a kind of file that is read.
type format struct {
	magic  func(data []byte) bool
	config func(data []byte) (image.Config, error)
	decode func(data []byte) (image.Image, error)
	exif   func(data []byte) []byte // the TIFF structure that the EXIF is; nil where there is none
}

func begins(magic string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }
}

var (
	formatJPEG = &format{begins("\xff\xd8\xff"),
		func(data []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(data)) },
		func(data []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(data)) }, exifOfJPEG}
	formatPNG = &format{begins("\x89PNG\r\n\x1a\n"),
		func(data []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(data)) },
		func(data []byte) (image.Image, error) { return png.Decode(bytes.NewReader(data)) }, exifOfPNG}
	formatWebP = &format{func(data []byte) bool {
		return len(data) > 16 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
	},
		func(data []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(data)) },
		func(data []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(data)) }, exifOfWebP}
)

// Read makes a picture of a photograph, whose name and type nobody believes.
// Errors: photo_format, photo_too_large, photo_broken.
func Read(data []byte) (*Picture, error) {
	var f *format
	for _, known := range []*format{formatJPEG, formatPNG, formatWebP} {
		if known.magic(data) {
			f = known
		}
	}
	if f == nil {
		return nil, unknownFormat(data)
	}
	config, err := f.config(data)
	if err != nil {
		return nil, broken(err)
	}
	if err := affordable(f, config, data); err != nil {
		return nil, err
	}
	decoded, err := f.decode(data)
	if err != nil {
		return nil, broken(err)
	}
	meta := parseExif(f.exif(data))
	picture := turn(shrink(decoded, longest), meta.orientation)
	p := &Picture{Width: picture.Rect.Dx(), Height: picture.Rect.Dy(), Taken: meta.taken, Point: meta.point}
	if p.JPEG, err = encode(picture); err != nil {
		return nil, err
	}
	p.Thumbnail, err = encode(shrink(picture, thumbnail))
	return p, err
}

// affordable refuses what would cost too much, by the header and the scans, before any
// pixel is decoded. Errors: photo_too_large, photo_broken.
func affordable(f *format, c image.Config, data []byte) error {
	if c.Width <= 0 || c.Height <= 0 {
		return broken(nil)
	}
	perPixel := int64(4)
	switch {
	case f == formatJPEG:
		scans, progressive := scansOf(data)
		if scans > maxScans {
			return fault.New(fault.TooLarge, "photo_too_large", "照片分成了 %[1]d 遍，最多 %[2]d 遍：请另存为普通 JPEG", "the photograph comes in %[1]d scans, more than %[2]d: save it as an ordinary JPEG", scans, maxScans)
		}
		if progressive {
			perPixel = 16 // the decoder keeps all coefficients
		}
	case f == formatWebP:
		perPixel = 8
	case c.ColorModel == color.RGBA64Model || c.ColorModel == color.NRGBA64Model:
		perPixel = 8
	}
	if pixels := int64(c.Width) * int64(c.Height); c.Width > maxSide || c.Height > maxSide || pixels > maxPixels || pixels*perPixel > maxMemory {
		return fault.New(fault.TooLarge, "photo_too_large", "照片太大（%[1]d×%[2]d 像素），请缩小后再传", "the photograph is too large (%[1]d×%[2]d pixels); make it smaller first", c.Width, c.Height)
	}
	return nil
}

// scansOf counts the scans of a JPEG, and says whether it is progressive.
func scansOf(data []byte) (scans int, progressive bool) {
	for i := 2; i+1 < len(data); {
		if data[i] != 0xff {
			i++ // inside the data of a scan, or what the decoder will stumble upon
			continue
		}
		switch marker := data[i+1]; {
		case marker == 0xff: // padding
			i++
			continue
		case marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8: // a byte of the data, or no length follows
			i += 2
			continue
		case marker == 0xd9: // what stands behind the end is not decoded
			return scans, progressive
		case marker == 0xda:
			scans++
		case marker == 0xc2:
			progressive = true
		}
		if i+3 >= len(data) {
			break
		}
		i += 2 + (int(data[i+2])<<8 | int(data[i+3]))
	}
	return scans, progressive
}

// encode writes pixels alone: Go's encoder adds no segment of its own.
func encode(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

func broken(cause error) error {
	return fault.New(fault.Unprocessable, "photo_broken", "照片损坏，或没有传完整：请重新拍摄或上传", "the photograph is damaged or not whole; take it or send it again").Because(cause)
}

// heic are the brands of the files that phones of Apple and some others write.
var heic = []string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif"}

func unknownFormat(data []byte) error {
	if len(data) > 12 && string(data[4:8]) == "ftyp" {
		for _, brand := range heic {
			if string(data[8:12]) == brand {
				return fault.New(fault.Unsupported, "photo_format", "还不支持 HEIC 照片：请在手机“设置 → 相机 → 格式”里选“兼容性最佳”，或转成 JPEG",
					"HEIC photographs are not read: choose Most Compatible in the phone's camera settings, or convert it to JPEG")
			}
		}
	}
	return fault.New(fault.Unsupported, "photo_format", "不是能读的照片，请用 JPEG、PNG 或 WebP", "this is no photograph that can be read; use JPEG, PNG or WebP")
}
