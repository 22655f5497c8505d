package ingest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// Raw holds some of the positions of the files, as they stand there: a few of
// every feature, and the outermost. What a file says of its system is judged by
// reading them again in other ways.
type Raw struct {
	Reference Reference // as said, or named by hand
	Some      [][2]float64
	Codes     []string      // of the features that Some are from, as far as they are known
	Outermost [4][2]float64 // least x, least y, greatest x, greatest y
	Any       bool
}

const (
	samplesPerFeature = 8
	mostSamples       = 40_000
	mostTried         = 1_500 // of them are read again for each hypothesis
)

func (w *Raw) sample(f *feature, code string) {
	w.Reference = f.reference
	for _, polygon := range f.polygons {
		for k, ring := range polygon {
			stride := max(1, len(ring)/samplesPerFeature)
			for i, at := range ring {
				if !(math.Abs(at[0]) < 1e9 && math.Abs(at[1]) < 1e9) {
					continue
				}
				if !w.Any {
					w.Any, w.Outermost = true, [4][2]float64{at, at, at, at}
				}
				o := &w.Outermost
				if at[0] < o[0][0] {
					o[0] = at
				}
				if at[1] < o[1][1] {
					o[1] = at
				}
				if at[0] > o[2][0] {
					o[2] = at
				}
				if at[1] > o[3][1] {
					o[3] = at
				}
				if k == 0 && i%stride == 0 && len(w.Some) < mostSamples {
					w.Some, w.Codes = append(w.Some, at), append(w.Codes, code)
				}
			}
		}
	}
}

// Known is what a file is compared with. All of it may be missing.
type Known struct {
	Edition string          // name of the edition that the rest is from
	Areas   []*area.Version // of the level that is imported
	Outline geo.Area        // of the district, or of the areas above
	Whole   bool            // the file should hold the whole level
}

// reading is one way to read a file, and how well it fits what is known.
type reading struct {
	mend area.Mend // how to read it again
	code string    // of the finding if it fits best
	off  float64   // metres from what is known
}

// When a reading is believed: what the file says is off by more than
// offMetres, and the other reading by less than betterBy of that.
const (
	offMetres  = 20.0
	betterBy   = 0.35
	farthest   = 20_000.0 // metres; further is all the same
	shiftSpare = 1.5      // a named system wins over a measured shift unless it is this much worse
)

// Suspect compares what was read with what is known of the district, and with
// common sense, and lists what commonly goes wrong: another coordinate system
// than the file says, swapped axes, a datum shift, boundaries of another time,
// codes that changed places, an area that is missing. Findings that refuse may
// be waived with a reason. project is that of Options. Findings:
// gcj02_as_wgs84, bd09_as_wgs84, axes_swapped, wrong_meridian, zone_prefix,
// datum_shift, old_boundaries, code_elsewhere, codes_swapped, area_missing.
func (b *Batch) Suspect(known Known, opt Options) error {
	found, err := b.system(known, opt)
	if err != nil {
		return err
	}
	if len(found) == 0 && len(known.Areas) > 0 {
		found = b.against(known, opt.Level)
	}
	b.Findings = append(found, b.Findings...)
	return nil
}

// system judges the coordinate system.
func (b *Batch) system(known Known, opt Options) ([]area.Finding, error) {
	if !b.Raw.Any {
		return nil, nil
	}
	if f := b.senseless(opt); f != nil {
		return []area.Finding{*f}, nil
	}
	fit := known.fit()
	if fit == nil {
		return b.meridian(opt), nil
	}
	asSaid := reading{mend: area.Mend{Swap: opt.Swap, Shift: opt.Shift}}
	points, err := b.readAgain(b.Raw.Reference, asSaid.mend, opt, mostTried)
	if err != nil {
		return nil, err
	}
	// Borders that lie on known ones are where they should be, whatever the codes say.
	if asSaid.off = fit(points); asSaid.off <= offMetres || known.onBorders(points) {
		return b.meridian(opt), nil
	}
	best := reading{off: math.Inf(1)}
	for _, r := range b.readings(opt) {
		reference := b.Raw.Reference
		if r.mend.CRS != "" {
			if reference, err = ParseReference(r.mend.CRS); err != nil {
				return nil, err
			}
		}
		if reference.Definition != "" { // dozens of meridians: first see where the outermost positions land
			if points, err = b.readAgain(reference, r.mend, opt, 0); err != nil {
				return nil, err
			}
			if fit(points) >= farthest {
				continue
			}
		}
		if points, err = b.readAgain(reference, r.mend, opt, mostTried); err != nil {
			return nil, err
		}
		if r.off = fit(points); r.off < best.off {
			best = r
		}
	}
	if shift, ok := b.measured(known, opt); ok {
		points, err := b.readAgain(b.Raw.Reference, shift.mend, opt, mostTried)
		if err != nil {
			return nil, err
		}
		if shift.off = fit(points); shift.off*shiftSpare+5 < best.off {
			best = shift
		}
	}
	if best.off > betterBy*asSaid.off {
		return b.meridian(opt), nil
	}
	return []area.Finding{b.blame(best, asSaid, known, opt)}, nil
}

// fit returns the measure of how far points lie from what is known, in metres;
// nil when nothing is.
func (k Known) fit() func([]sampled) float64 {
	if len(k.Areas) > 0 {
		borders := k.borders()
		own := make(map[string]geo.Area, len(k.Areas))
		for _, v := range k.Areas {
			own[v.Code] = v.Ground
		}
		return func(points []sampled) float64 {
			if len(points) == 0 {
				return farthest
			}
			// Against the area of the same code where there is one: in a dense
			// district some border is near wherever one looks.
			var distances, same []float64
			for _, p := range points {
				if ground, ok := own[p.code]; ok && p.code != "" {
					same = append(same, min(farthest, geo.MetresAt(p.Point).ToBorder(p.Point, ground)))
				} else {
					distances = append(distances, borders.Nearest(p.Point, farthest))
				}
			}
			if len(same) > len(distances) {
				distances = same
			}
			slices.Sort(distances)
			return distances[len(distances)/2]
		}
	}
	if k.Outline.Empty() {
		return nil
	}
	outline := k.Outline.Box()
	return func(points []sampled) float64 {
		if len(points) == 0 {
			return farthest
		}
		var ring geo.Ring
		for _, p := range points {
			ring = append(ring, p.Point)
		}
		box := ring.Box()
		m := geo.MetresAt(outline.Min)
		off := math.Abs(m.East(outline.Min, box.Min)) + math.Abs(m.North(outline.Min, box.Min)) +
			math.Abs(m.East(outline.Max, box.Max)) + math.Abs(m.North(outline.Max, box.Max))
		return min(off/4, farthest)
	}
}

// sampled is a position of the file on the lattice, and the code of its feature.
type sampled struct {
	geo.Point
	code string
}

func (k Known) borders() *geo.Borders {
	grounds := make([]geo.Area, len(k.Areas))
	for i, v := range k.Areas {
		grounds[i] = v.Ground
	}
	return geo.NewBorders(grounds...)
}

// onBorders reports whether most points lie on known borders to the centimetre.
func (k Known) onBorders(points []sampled) bool {
	if len(k.Areas) == 0 {
		return false
	}
	borders, on := k.borders(), 0
	for _, p := range points {
		if borders.Nearest(p.Point, 1) < 0.05 {
			on++
		}
	}
	return 2*on > len(points)
}

// readAgain puts some of the sampled positions, and the outermost, on the
// lattice, read another way.
func (b *Batch) readAgain(reference Reference, how area.Mend, opt Options, most int) ([]sampled, error) {
	var positions []position
	var codes []string
	for i := 0; most > 0 && i < len(b.Raw.Some); i += max(1, len(b.Raw.Some)/most) {
		positions, codes = append(positions, b.Raw.Some[i]), append(codes, b.Raw.Codes[i])
	}
	positions, codes = append(positions, b.Raw.Outermost[:]...), append(codes, "", "", "", "")
	if how.Swap {
		for i, at := range positions {
			positions[i] = position{at[1], at[0]}
		}
	}
	crs := reference.CRS
	if reference.Definition != "" {
		if err := opt.Project(reference.Definition, positions); err != nil {
			return nil, err
		}
		crs = geo.CGCS2000
	}
	var points []sampled
	for i, at := range positions {
		if !(math.Abs(at[0]) <= 180 && math.Abs(at[1]) <= 90) {
			continue
		}
		c := crs
		if how.Shift != ([2]float64{}) {
			at, c = moved(crs, at, how.Shift), geo.CGCS2000
		}
		if p, err := c.Locate(at[0], at[1]); err == nil {
			points = append(points, sampled{p, codes[i]})
		}
	}
	if len(points) < len(positions)/2 {
		return nil, nil // it does not fit this system at all
	}
	return points, nil
}

// metric reports whether the raw positions are metres, not degrees.
func (w *Raw) metric() bool { return w.Outermost[2][0] > 180 || w.Outermost[3][1] > 180 }

// readings lists the other ways in which the file could be meant.
func (b *Batch) readings(opt Options) (list []reading) {
	add := func(code string, m area.Mend) {
		m.Kind = area.Reread
		list = append(list, reading{mend: m, code: code})
	}
	w := &b.Raw
	add("axes_swapped", area.Mend{Swap: !opt.Swap})
	if !w.metric() {
		if w.Reference.CRS != geo.GCJ02 {
			add("gcj02_as_wgs84", area.Mend{CRS: string(geo.GCJ02), Swap: opt.Swap})
		}
		if w.Reference.CRS != geo.BD09 {
			add("bd09_as_wgs84", area.Mend{CRS: string(geo.BD09), Swap: opt.Swap})
		}
		if w.Reference.CRS == geo.GCJ02 || w.Reference.CRS == geo.BD09 {
			add("wrong_system", area.Mend{CRS: string(geo.WGS84), Swap: opt.Swap})
		}
		return list
	}
	said, isKruger := krugerOf(w.Reference)
	for _, swap := range []bool{opt.Swap, !opt.Swap} {
		east := w.Outermost[0][0]
		if swap {
			east = w.Outermost[0][1]
		}
		for _, k := range krugers(east) {
			code := "wrong_meridian"
			if isKruger && k.meridian == said.meridian {
				code = "zone_prefix"
			}
			if !isKruger {
				code = "wrong_system"
			}
			if swap != opt.Swap {
				code = "axes_swapped"
			}
			if reference := fromEPSG(k.epsg); reference != w.Reference || swap != opt.Swap {
				add(code, area.Mend{CRS: fmt.Sprintf("EPSG:%d", k.epsg), Swap: swap})
			}
		}
	}
	return list
}

// kruger is one Gauss-Krüger system of CGCS2000.
type kruger struct {
	epsg     int
	meridian float64 // degrees east
	width    float64 // of its zone, degrees
	zone     int     // in front of the easting; 0 for none
}

// krugerOf is the system that a reference names.
func krugerOf(r Reference) (kruger, bool) {
	var n int
	if _, err := fmt.Sscanf(r.Definition, "EPSG:%d", &n); err != nil {
		return kruger{}, false
	}
	switch {
	case n >= 4491 && n <= 4501:
		return kruger{n, float64(6*(n-4491+13) - 3), 6, n - 4491 + 13}, true
	case n >= 4502 && n <= 4512:
		return kruger{n, float64(75 + 6*(n-4502)), 6, 0}, true
	case n >= 4513 && n <= 4533:
		return kruger{n, float64(3 * (n - 4513 + 25)), 3, n - 4513 + 25}, true
	case n >= 4534 && n <= 4554:
		return kruger{n, float64(75 + 3*(n-4534)), 3, 0}, true
	}
	return kruger{}, false
}

// krugers lists the systems in which an easting may be meant: those of its zone
// number, or of every meridian when it has none.
func krugers(easting float64) (list []kruger) {
	for n := 4513; n <= 4533; n++ {
		list = append(list, mustKruger(n), mustKruger(n+21))
	}
	for n := 4491; n <= 4501; n++ {
		list = append(list, mustKruger(n), mustKruger(n+11))
	}
	zone := int(easting / 1e6)
	return slices.DeleteFunc(list, func(k kruger) bool { return k.zone != zone })
}

func mustKruger(epsg int) kruger {
	k, _ := krugerOf(fromEPSG(epsg))
	return k
}

// nearest is the system for data a longitude: 3° wide, without zone number.
func nearest(lon float64) kruger {
	cm := min(135, max(75, 3*math.Round(lon/3)))
	return mustKruger(4534 + int(cm-75)/3)
}

// senseless finds what no file in China can mean: latitude before longitude,
// northing before easting, an easting with a zone number in a system without,
// or the other way round, metres where degrees were said.
func (b *Batch) senseless(opt Options) *area.Finding {
	w := &b.Raw
	lo, hi := [2]float64{w.Outermost[0][0], w.Outermost[1][1]}, [2]float64{w.Outermost[2][0], w.Outermost[3][1]}
	if opt.Swap {
		lo, hi = [2]float64{lo[1], lo[0]}, [2]float64{hi[1], hi[0]}
	}
	evidence := fmt.Sprintf("(%.7g, %.7g) … (%.7g, %.7g)", lo[0], lo[1], hi[0], hi[1])
	within := func(axis int, least, most float64) bool { return lo[axis] >= least && hi[axis] <= most }
	easting := func(axis int) bool {
		return within(axis, 1e5, 9e5) || lo[axis] >= 13e6 && hi[axis] <= 46e6 && math.Floor(lo[axis]/1e6) == math.Floor(hi[axis]/1e6)
	}
	said, isKruger := krugerOf(w.Reference)
	switch {
	case !w.metric() && within(0, 15, 56) && within(1, 70, 140) && hi[1] > 90,
		w.metric() && w.Reference.Definition == "" && within(0, 15e5, 62e5) && easting(1),
		isKruger && within(0, 15e5, 62e5) && easting(1):
		return suspicion("axes_swapped", opt.Level, area.Mend{Kind: area.Reread, Swap: !opt.Swap},
			"坐标的两个轴写反了：第一个数应是经度（或向东的坐标），而文件里是 %[1]s。补救：对调两轴重读（--swap-axes）",
			"the two axes are swapped: the first number should be the longitude or easting, but the file has %[1]s; read it again with the axes swapped (--swap-axes)", evidence)
	case isKruger && said.zone > 0 && hi[0] < 1e6:
		k := mustKruger(withoutZone(said.epsg))
		return suspicion("zone_prefix", opt.Level, reread(k, opt),
			"坐标系 EPSG:%[2]d 的横坐标应以带号 %[3]d 开头，文件里没有：%[1]s。补救：按 EPSG:%[4]d 重读（--crs EPSG:%[4]d）",
			"eastings in EPSG:%[2]d begin with the zone number %[3]d, those of the file do not: %[1]s; read it again as EPSG:%[4]d (--crs EPSG:%[4]d)", evidence, said.epsg, said.zone, k.epsg)
	case isKruger && said.zone == 0 && lo[0] > 1e7:
		zone := int(lo[0] / 1e6)
		for _, k := range krugers(lo[0]) {
			if k.meridian == said.meridian || k.width == said.width {
				return suspicion("zone_prefix", opt.Level, reread(k, opt),
					"横坐标带着带号 %[3]d（%[1]s），而坐标系 EPSG:%[2]d 不带带号。补救：按 EPSG:%[4]d 重读（--crs EPSG:%[4]d）",
					"eastings begin with a zone number, %[3]d (%[1]s), which EPSG:%[2]d does not have; read it again as EPSG:%[4]d (--crs EPSG:%[4]d)", evidence, said.epsg, zone, k.epsg)
			}
		}
	case w.metric() && w.Reference.Definition == "" && easting(0) && lo[0] > 1e7:
		for _, k := range krugers(lo[0]) {
			return suspicion("projected_as_degrees", opt.Level, reread(k, opt),
				"坐标是米，不是经纬度：%[1]s，横坐标带着带号 %[2]d。补救：按 EPSG:%[3]d 重读（--crs EPSG:%[3]d）",
				"the coordinates are metres, not degrees: %[1]s, with the zone number %[2]d; read it again as EPSG:%[3]d (--crs EPSG:%[3]d)", evidence, k.zone, k.epsg)
		}
	}
	return nil
}

func reread(k kruger, opt Options) area.Mend {
	return area.Mend{Kind: area.Reread, CRS: fmt.Sprintf("EPSG:%d", k.epsg), Swap: opt.Swap}
}

func withoutZone(epsg int) int {
	if epsg >= 4513 {
		return epsg + 21
	}
	return epsg + 11
}

// meridian finds a projection whose central meridian lies far from the data:
// either the file names the wrong one, or its lengths and areas are off.
func (b *Batch) meridian(opt Options) []area.Finding {
	said, ok := krugerOf(b.Raw.Reference)
	if !ok || len(b.Areas) == 0 {
		return nil
	}
	box := b.Areas[0].Ground.Box()
	for _, c := range b.Areas {
		box = box.Union(c.Ground.Box())
	}
	middle := geo.Point{X: int32((int64(box.Min.X) + int64(box.Max.X)) / 2), Y: int32((int64(box.Min.Y) + int64(box.Max.Y)) / 2)}
	away := math.Abs(middle.Lon() - said.meridian)
	if away <= said.width*0.75 {
		return nil
	}
	reach := away * math.Pi / 180 * math.Cos(middle.Lat()*math.Pi/180)
	k := nearest(middle.Lon())
	f := suspicion("wrong_meridian", opt.Level, reread(k, opt),
		"文件的坐标系 EPSG:%[1]d 的中央经线是 %[2]g°，而数据在东经 %[3]s°，相差 %[4]s°：在该坐标系里量的面积偏大 %[5]s %%；也可能是坐标系写错了。这里通常用 EPSG:%[6]d（中央经线 %[7]g°）。补救：核实后按 EPSG:%[6]d 重读（--crs EPSG:%[6]d），或写明理由放行",
		"the file's system EPSG:%[1]d has its central meridian at %[2]g°, the data lies at %[3]s°, %[4]s° away: areas measured in it are %[5]s %% too large, or the system is the wrong one; EPSG:%[6]d (meridian %[7]g°) is usual here: ask, then read it again (--crs EPSG:%[6]d), or waive this with a reason",
		said.epsg, said.meridian, fmt.Sprintf("%.2f", middle.Lon()), fmt.Sprintf("%.1f", away), fmt.Sprintf("%.1f", 100*reach*reach), k.epsg, k.meridian)
	return []area.Finding{*f}
}

// measured is the shift between the areas read and those known under the same
// codes, or between the outlines.
func (b *Batch) measured(known Known, opt Options) (reading, bool) {
	var east, north []float64
	code := map[string]geo.Box{}
	for _, v := range known.Areas {
		code[v.Code] = v.Ground.Box()
	}
	add := func(from, to geo.Box) {
		m := geo.MetresAt(from.Min)
		east = append(east, (m.East(from.Min, to.Min)+m.East(from.Max, to.Max))/2)
		north = append(north, (m.North(from.Min, to.Min)+m.North(from.Max, to.Max))/2)
	}
	whole := geo.Box{}
	for i, c := range b.Areas {
		if i == 0 {
			whole = c.Ground.Box()
		}
		whole = whole.Union(c.Ground.Box())
		if box, ok := code[c.Code]; ok {
			add(c.Ground.Box(), box)
		}
	}
	if len(known.Areas) == 0 && len(b.Areas) > 0 {
		add(whole, known.Outline.Box())
	}
	if len(east) == 0 {
		return reading{}, false
	}
	slices.Sort(east)
	slices.Sort(north)
	shift := [2]float64{math.Round(east[len(east)/2]*10)/10 + opt.Shift[0], math.Round(north[len(north)/2]*10)/10 + opt.Shift[1]}
	if math.Hypot(shift[0], shift[1]) > 5_000 {
		return reading{}, false
	}
	return reading{mend: area.Mend{Kind: area.Reread, Swap: opt.Swap, Shift: shift}, code: "datum_shift"}, true
}

// blame words what the best reading says of the file.
func (b *Batch) blame(best, asSaid reading, known Known, opt Options) area.Finding {
	against := "区界"
	againstEN := "the district's outline"
	if len(known.Areas) > 0 {
		against, againstEN = "版次 "+known.Edition+" 的边界", "the boundaries of edition "+known.Edition
	}
	off := func(m float64) string {
		if m >= farthest {
			return "20 km+"
		}
		return fmt.Sprintf("%.0f m", m)
	}
	evidence := fmt.Sprintf("与%s相差 %s，换一种读法后只差 %s", against, off(asSaid.off), off(best.off))
	evidenceEN := fmt.Sprintf("it is %s off %s, and only %s when read the other way", off(asSaid.off), againstEN, off(best.off))
	said := cmp.Or(b.Raw.Reference.String(), "WGS-84")
	if len(said) > 40 {
		said = said[:40] + "…"
	}
	var f *area.Finding
	switch m := best.mend; best.code {
	case "gcj02_as_wgs84":
		f = suspicion(best.code, opt.Level, m, "坐标其实是 GCJ-02（高德、腾讯），却标成 %[3]s：%[1]s。补救：按 GCJ-02 重读（--crs gcj02）",
			"the coordinates are GCJ-02 (Amap, Tencent) but labelled %[3]s: %[2]s; read the file again as GCJ-02 (--crs gcj02)", evidence, evidenceEN, said)
	case "bd09_as_wgs84":
		f = suspicion(best.code, opt.Level, m, "坐标其实是 BD-09（百度），却标成 %[3]s：%[1]s。补救：按 BD-09 重读（--crs bd09）",
			"the coordinates are BD-09 (Baidu) but labelled %[3]s: %[2]s; read the file again as BD-09 (--crs bd09)", evidence, evidenceEN, said)
	case "axes_swapped":
		f = suspicion(best.code, opt.Level, m, "坐标的两个轴写反了：%[1]s。补救：对调两轴重读（--swap-axes）",
			"the two axes are swapped: %[2]s; read the file again with the axes swapped (--swap-axes)", evidence, evidenceEN)
	case "datum_shift":
		f = suspicion(best.code, opt.Level, m, "整个文件偏了：%[1]s，即向东 %[3]s 米、向北 %[4]s 米，多半是基准转换漏掉或用错。补救：请对方重新转换，或平移后重读（--shift %[5]s,%[6]s）",
			"the whole file is shifted: %[2]s, that is by moving it %[3]s m east and %[4]s m north; a datum transformation was left out or wrong: ask for it again, or read it moved (--shift %[5]s,%[6]s)",
			evidence, evidenceEN, fmt.Sprintf("%.1f", m.Shift[0]), fmt.Sprintf("%.1f", m.Shift[1]), fmt.Sprintf("%.1f", m.Shift[0]), fmt.Sprintf("%.1f", m.Shift[1]))
	case "wrong_meridian", "zone_prefix":
		reference, _ := ParseReference(m.CRS)
		k, _ := krugerOf(reference)
		f = suspicion(best.code, opt.Level, m, "坐标系标成 %[3]s，但中央经线（或带号）不对：%[1]s。补救：按 %[4]s（中央经线 %[5]g°）重读（--crs %[4]s）",
			"the file says %[3]s, but the central meridian or zone is wrong: %[2]s; read it again as %[4]s (meridian %[5]g°) (--crs %[4]s)", evidence, evidenceEN, said, m.CRS, k.meridian)
	default:
		f = suspicion(best.code, opt.Level, m, "坐标系不是 %[3]s：%[1]s。补救：按 %[4]s 重读（--crs %[4]s）",
			"the system is not %[3]s: %[2]s; read the file again as %[4]s (--crs %[4]s)", evidence, evidenceEN, said, m.CRS)
	}
	return *f
}

// suspicion is an error that a person may waive.
func suspicion(code string, level area.Level, mend area.Mend, zh, en string, args ...any) *area.Finding {
	return &area.Finding{Code: code, Severity: area.Error, Level: level, Waivable: true, Mends: []area.Mend{mend},
		ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}
