package ingest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/rtree"

	"wangge/internal/area"
	"wangge/internal/geo"
)

// How much of the ground that a code had before and has now is common to both
// (intersection over union).
const (
	hardlyCommon = 0.3 // below, the code stands for something else
	mostlyCommon = 0.5 // above, it is the same area
	oldShare     = 0.2 // of all codes in the wrong place: the boundaries are of another time
	leastOld     = 3   // codes for such a judgement
)

// against compares areas with those that had their codes before.
func (b *Batch) against(known Known, level area.Level) (found []area.Finding) {
	before := map[string]*area.Version{}
	for _, v := range known.Areas {
		before[v.Code] = v
	}
	type stray struct {
		Candidate
		common float64
	}
	var strays []stray
	same := 0
	for _, c := range b.Areas {
		v := before[c.Code]
		if v == nil {
			continue
		}
		if common := overUnion(c.Ground, v.Ground); common < hardlyCommon {
			strays = append(strays, stray{c, common})
		} else {
			same++
		}
	}
	swapped := map[string]bool{}
	for i, c := range strays {
		for _, d := range strays[:i] {
			if swapped[c.Code] || swapped[d.Code] {
				continue
			}
			if overUnion(c.Ground, before[d.Code].Ground) > mostlyCommon && overUnion(d.Ground, before[c.Code].Ground) > mostlyCommon {
				swapped[c.Code], swapped[d.Code] = true, true
				at := c.Ground.LabelPoint()
				codes := []string{c.Code, d.Code}
				slices.Sort(codes)
				found = append(found, area.Finding{Code: "codes_swapped", Severity: area.Error, Level: level, Areas: codes, Place: &at, Waivable: true,
					ZH: fmt.Sprintf("编码 %s 和 %s 对调了：与版次 %s 相比，两个区域各在对方的位置。补救：在文件里换回来；确实互换的，写明理由放行", codes[0], codes[1], known.Edition),
					EN: fmt.Sprintf("the codes %s and %s have changed places since edition %s: put them right in the file, or waive this with a reason if it is meant", codes[0], codes[1], known.Edition)})
			}
		}
	}
	strays = slices.DeleteFunc(strays, func(c stray) bool { return swapped[c.Code] })
	if n := len(strays) + same; len(strays) >= leastOld && float64(len(strays)) > oldShare*float64(n) {
		none := 0
		var codes []string
		for _, c := range strays {
			codes = append(codes, c.Code)
			if c.common == 0 {
				none++
			}
		}
		at := strays[0].Ground.LabelPoint()
		found = append(found, area.Finding{Code: "old_boundaries", Severity: area.Error, Level: level, Areas: codes[:min(len(codes), 50)], Place: &at, Waivable: true,
			ZH: fmt.Sprintf("这多半是另一个时期的边界，只换了标签：%d 个编码里有 %d 个与版次 %s 同编码的区域重合不到 %.0f %%，其中 %d 个毫不相交。补救：向提供方核对边界的日期；确实大改过的，写明理由放行", n, len(strays), known.Edition, 100*hardlyCommon, none),
			EN: fmt.Sprintf("these look like boundaries of another time under a new label: of %d codes %d share less than %.0f %% with the area that has the code in edition %s, %d of them nothing: ask for the date of the boundaries, or waive this with a reason", n, len(strays), 100*hardlyCommon, known.Edition, none)})
	} else {
		for _, c := range strays {
			at := c.Ground.LabelPoint()
			found = append(found, area.Finding{Code: "code_elsewhere", Severity: area.Warning, Level: level, Areas: []string{c.Code}, Place: &at, Waivable: true,
				ZH: fmt.Sprintf("编码 %s 换了地方：与版次 %s 里同编码的区域只重合 %.0f %%。请核对编码", c.Code, known.Edition, 100*c.common),
				EN: fmt.Sprintf("the code %s has moved: it shares only %.0f %% with the area that has it in edition %s: check the code", c.Code, 100*c.common, known.Edition)})
		}
	}
	if known.Whole {
		found = append(found, b.missing(known, level)...)
	}
	return found
}

// overUnion is the common share of two areas: intersection over union, about.
func overUnion(a, b geo.Area) float64 {
	if !a.Box().Meets(b.Box()) {
		return 0
	}
	shared, ofA, ofB := geo.SharedGround(a, b)
	if ofA+ofB-shared <= 0 {
		return 0
	}
	return shared / (ofA + ofB - shared)
}

// missing lists areas that were there before and whose ground nobody has now.
// A file that holds only a few of them is taken to be a part on purpose.
func (b *Batch) missing(known Known, level area.Level) (found []area.Finding) {
	has := map[string]bool{}
	var ground codesAt
	for _, c := range b.Areas {
		has[c.Code] = true
		ground.add(c.Ground)
	}
	var gone []*area.Version
	for _, v := range known.Areas {
		if !has[v.Code] && !v.Overlay() && !ground.covers(v.Ground.LabelPoint()) {
			gone = append(gone, v)
		}
	}
	if len(gone)*2 > len(known.Areas) {
		return nil
	}
	for _, v := range gone {
		at := v.Ground.LabelPoint()
		found = append(found, area.Finding{Code: "area_missing", Severity: area.Warning, Level: level, Areas: []string{v.Code}, Place: &at, M2: v.AreaM2, Waivable: true,
			ZH: fmt.Sprintf("少了 %s %s（%s）：版次 %s 里有它，这个文件里没有，它的地面也不归别的区域", level.Word(), v.Code, v.Name, known.Edition),
			EN: fmt.Sprintf("the %s %s (%s) of edition %s is missing, and nobody has its ground", level, v.Code, v.Name, known.Edition)})
	}
	return found
}

// codesAt finds whether some area covers a place.
type codesAt struct {
	tree rtree.RTreeGN[int64, geo.Area]
}

func (c *codesAt) add(g geo.Area) {
	lo, hi := g.Box().Corners()
	c.tree.Insert(lo, hi, g)
}

func (c *codesAt) covers(p geo.Point) (yes bool) {
	lo, hi := p.Corners()
	c.tree.Search(lo, hi, func(_, _ [2]int64, g geo.Area) bool { yes = g.Covers(p); return !yes })
	return yes
}

// checkSequence notes codes that are numbers of one length when one number in
// the middle is missing, and codes that begin with another whole code.
func (b *Batch) checkSequence(level area.Level) {
	codes := make([]string, 0, len(b.Areas))
	for _, c := range b.Areas {
		codes = append(codes, c.Code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	var prefixes []string
	for i := 0; i+1 < len(codes); i++ {
		if strings.HasPrefix(codes[i+1], codes[i]) { // sorted: the next code begins with this one if any does
			prefixes = append(prefixes, codes[i])
		}
	}
	if len(prefixes) > 0 {
		b.Findings = append(b.Findings, area.Finding{Code: "prefix_codes", Severity: area.Warning, Level: level, Areas: prefixes[:min(len(prefixes), 50)], Waivable: true,
			ZH: fmt.Sprintf("有 %d 个编码是别的编码的开头（例如 %s）：按开头比较编码的系统会认错。建议补零成等长", len(prefixes), prefixes[0]),
			EN: fmt.Sprintf("%d codes are the beginning of other codes (%s for one): systems that compare beginnings take one for the other; pad them to one length", len(prefixes), prefixes[0])})
	}
	dedicated := map[string]bool{} // often numbered by themselves, from 901
	for _, c := range b.Areas {
		if c.Kind == area.Dedicated {
			dedicated[c.Code] = true
		}
	}
	var skipped []string
	for i := 0; i+1 < len(codes) && len(skipped) <= 50; i++ {
		a, z := codes[i], codes[i+1]
		stem := len(a) - 3
		if stem < 6 || len(a) != len(z) || a[:stem] != z[:stem] || !number(a[stem:]) || !number(z[stem:]) || dedicated[z] {
			continue
		}
		if next := fmt.Sprintf("%s%03d", a[:stem], value(a[stem:])+1); next < z {
			skipped = append(skipped, next)
		}
	}
	if len(skipped) > 0 {
		b.Findings = append(b.Findings, area.Finding{Code: "code_skipped", Severity: area.Note, Level: level, Areas: skipped[:min(len(skipped), 50)], Waivable: true,
			ZH: fmt.Sprintf("编码不连续，跳过了 %s 等 %d 处：可能漏了区域", skipped[0], len(skipped)),
			EN: fmt.Sprintf("codes are not consecutive: %s and %d places in all are skipped; areas may be missing", skipped[0], len(skipped))})
	}
}

func number(s string) bool { return strings.Trim(s, "0123456789") == "" }

func value(s string) (n int) {
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

// Coordinates rounded to steps of this many metres or more are listed.
const (
	coarseStep  = 5.0 // a warning
	coarserNote = 0.9 // a note
	leastSample = 40  // positions for such a judgement
)

// checkPrecision finds coordinates that were rounded too far.
func (b *Batch) checkPrecision(level area.Level) {
	w := &b.Raw
	if len(w.Some) < leastSample {
		return
	}
	degree := 111_000.0
	if w.metric() {
		degree = 1
	}
	for _, k := range []int{-2, -1, 0, 1, 2, 3, 4, 5} { // decimals
		step := degree * math.Pow10(-k)
		if step < coarserNote {
			return
		}
		unit := math.Pow10(k)
		rounded := 0
		for _, at := range w.Some {
			if isWhole(at[0]*unit) && isWhole(at[1]*unit) {
				rounded++
			}
		}
		if float64(rounded) < 0.98*float64(len(w.Some)) {
			continue
		}
		f := area.Finding{Code: "coordinates_rounded", Severity: area.Note, Level: level, Waivable: true,
			ZH: fmt.Sprintf("坐标只精确到约 %s 米（%s），边界之间会有空隙和重叠。补救：请对方给出不少于 7 位小数的度，或厘米级的米", metres(step), example(w)),
			EN: fmt.Sprintf("coordinates are rounded to about %s m (%s), which leaves gaps and overlaps: ask for degrees with 7 decimals, or metres with centimetres", metres(step), example(w))}
		if step >= coarseStep {
			f.Severity = area.Warning
		}
		b.Findings = append(b.Findings, f)
		return
	}
}

func isWhole(v float64) bool { return math.Abs(v-math.Round(v)) < 1e-6*math.Max(1, math.Abs(v)*1e-6) }

func metres(m float64) string { return fmt.Sprintf("%.0f", math.Max(1, m)) }

func example(w *Raw) string {
	at := slices.MaxFunc(w.Some[:min(len(w.Some), 50)], func(p, q [2]float64) int {
		return cmp.Compare(len(fmt.Sprint(p[0])), len(fmt.Sprint(q[0])))
	})
	return fmt.Sprintf("%v, %v", at[0], at[1])
}
