package area

import (
	"slices"
	"strconv"

	"wangge/internal/geo"
)

// titles are the names of findings, for lists and headings. Codes of the gate
// have their own sentences and no title here.
var titles = map[string][2]string{
	"gap":                  {"空隙", "Gap"},
	"overlap":              {"重叠", "Overlap"},
	"hole":                 {"空洞", "Hole"},
	"sliver_gap":           {"细缝", "Sliver gap"},
	"sliver_overlap":       {"细条重叠", "Sliver overlap"},
	"t_junction":           {"界点差一步", "T-junction off by a step"},
	"spike":                {"尖刺", "Spike"},
	"island":               {"孤岛", "Island"},
	"multipart":            {"多块（飞地）", "Several parts"},
	"outside_parent":       {"超出上级", "Outside its parent"},
	"wrong_parent":         {"上级不对", "Wrong parent"},
	"no_parent":            {"没有上级", "No parent"},
	"code_parent_mismatch": {"编码与上级不符", "Code does not follow its parent"},
	"tangled":              {"边界纠缠", "Tangled borders"},
	"gcj02_as_wgs84":       {"其实是 GCJ-02", "GCJ-02 by another name"},
	"bd09_as_wgs84":        {"其实是 BD-09", "BD-09 by another name"},
	"axes_swapped":         {"坐标轴写反", "Axes swapped"},
	"wrong_meridian":       {"中央经线不对", "Wrong central meridian"},
	"zone_prefix":          {"带号不对", "Zone prefix"},
	"wrong_system":         {"坐标系不对", "Wrong coordinate system"},
	"projected_as_degrees": {"米当成了度", "Metres as degrees"},
	"datum_shift":          {"整体偏移", "Datum shift"},
	"coordinates_rounded":  {"坐标位数不够", "Coordinates rounded"},
	"old_boundaries":       {"旧边界新标签", "Old boundaries, new label"},
	"code_elsewhere":       {"编码换了地方", "Code elsewhere"},
	"codes_swapped":        {"编码对调", "Codes swapped"},
	"area_missing":         {"少了区域", "Area missing"},
	"code_skipped":         {"编码不连续", "Code skipped"},
	"prefix_codes":         {"编码互为开头", "Codes that are prefixes"},
	"duplicate_code":       {"编码重复", "Duplicate code"},
	"code_retired":         {"编码已停用", "Retired code"},
	"confusable_codes":     {"编码易混", "Confusable codes"},
	"bad_code":             {"编码不合格", "Bad code"},
	"bad_name":             {"名称不合格", "Bad name"},
	"level_lost":           {"少了层级", "Level lost"},
	"ground_lost":          {"面积减少", "Ground lost"},
	"snapped":              {"已吸附", "Borders drawn together"},
	"more":                 {"还有更多", "More of them"},
	"no_features":          {"没有要素", "No features"},
	"other_district":       {"不是这个区", "Another district"},
	"unknown_kind":         {"类别不明", "Unknown kind"},
}

// Title is the short name of the finding in the language asked for; its code
// where it has none.
func (f Finding) Title(lang string) string {
	t, known := titles[f.Code]
	switch {
	case !known:
		return f.Code
	case lang == "en":
		return t[1]
	}
	return t[0]
}

// Titled lists the codes that have a title.
func Titled() (codes []string) {
	for c := range titles {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}

var severityWords = map[Severity][2]string{Error: {"错误", "error"}, Warning: {"警告", "warning"}, Note: {"说明", "note"}}

// Word is the severity for people.
func (s Severity) Word(lang string) string {
	if lang == "en" {
		return severityWords[s][1]
	}
	return severityWords[s][0]
}

// Text says in one phrase what a mend would do.
func (m Mend) Text(lang string) string {
	en := lang == "en"
	pick := func(zh, english string) string {
		if en {
			return english
		}
		return zh
	}
	switch m.Kind {
	case Fill:
		return pick("补给 ", "fill into ") + m.Area
	case Cut:
		return pick("划归 ", "leave to ") + m.Area
	case Trim:
		return pick("从 ", "cut off ") + m.Area + pick(" 切去", "")
	case Assign:
		return pick("改属 ", "put under ") + m.Area
	case RemoveVertex:
		return pick("去掉这个界点", "remove the vertex")
	case SnapBorders:
		return pick("吸附 ", "snap within ") + number(m.Metres) + pick(" 米以内的边界", " m")
	case Reread:
		switch {
		case m.CRS != "" && m.Swap:
			return pick("对调两轴，按 ", "swap the axes and read as ") + m.system() + pick(" 重读", "")
		case m.CRS != "":
			return pick("按 ", "read again as ") + m.system() + pick(" 重读", "")
		case m.Swap:
			return pick("对调两轴重读", "read again with the axes swapped")
		}
		return pick("平移（东 ", "read again, moved (") + number(m.Shift[0]) + pick("、北 ", " m east, ") + number(m.Shift[1]) + pick(" 米）重读", " m north)")
	}
	return string(m.Kind)
}

func (m Mend) system() string {
	if label := geo.CRS(m.CRS).Label(); label != "" {
		return label
	}
	return m.CRS
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
