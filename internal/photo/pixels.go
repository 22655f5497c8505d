package photo

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// shrink returns m on white with its longer side at most side, never larger
// than it was. Whole pixels are averaged first, a strip at a time, so that a
// picture of any size takes little memory and nothing flickers; the rest is
// interpolated.
func shrink(m image.Image, side int) *image.RGBA {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	small := average(m, max(1, max(w, h)/side))
	if max(w, h) <= side {
		return small
	}
	into := image.Rect(0, 0, max(1, w*side/max(w, h)), max(1, h*side/max(w, h)))
	if into == small.Rect {
		return small
	}
	out := image.NewRGBA(into)
	draw.ApproxBiLinear.Scale(out, into, small, small.Rect, draw.Src, nil)
	return out
}

// average makes one pixel of n × n; what is left over at the right and below
// falls away, as long as something remains.
func average(m image.Image, n int) *image.RGBA {
	b := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()/n), max(1, b.Dy()/n)))
	strip := image.NewRGBA(image.Rect(0, 0, out.Rect.Dx()*n, n))
	white := image.NewUniform(color.White)
	for y := range out.Rect.Dy() {
		draw.Draw(strip, strip.Rect, white, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, m, image.Pt(b.Min.X, b.Min.Y+y*n), draw.Over)
		row := out.Pix[y*out.Stride : (y+1)*out.Stride]
		if n == 1 {
			copy(row, strip.Pix)
			continue
		}
		for x := range out.Rect.Dx() {
			var sum [3]int
			for sy := range n {
				pixels := strip.Pix[sy*strip.Stride+4*x*n:][:4*n]
				for i := 0; i < len(pixels); i += 4 {
					sum[0] += int(pixels[i])
					sum[1] += int(pixels[i+1])
					sum[2] += int(pixels[i+2])
				}
			}
			for i, s := range sum {
				row[4*x+i] = byte((s + n*n/2) / (n * n)) //nolint:gosec // an average of bytes
			}
			row[4*x+3] = 0xff
		}
	}
	return out
}

// turn puts a picture upright: orientation is as EXIF counts, 1 to 8.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	var from func(x, y int) (int, int)
	switch orientation {
	case 2: // mirrored
		from = func(x, y int) (int, int) { return w - 1 - x, y }
	case 3: // upside down
		from = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 4:
		from = func(x, y int) (int, int) { return x, h - 1 - y }
	case 5:
		from = func(x, y int) (int, int) { return y, x }
	case 6: // to be turned clockwise
		from = func(x, y int) (int, int) { return y, h - 1 - x }
	case 7:
		from = func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }
	case 8: // counter-clockwise
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	default:
		return m
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := from(x, y)
			copy(out.Pix[y*out.Stride+4*x:][:4], m.Pix[sy*m.Stride+4*sx:][:4])
		}
	}
	return out
}
