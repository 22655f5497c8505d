package geo

// texts are the sentences for every defect code of the gate.
var texts = map[string][2]string{
	"empty":                {"几何为空", "the geometry is empty"},
	"too_many_vertices":    {"顶点太多：单个多边形至多 50,000 个，单个区域至多 250,000 个", "too many vertices: at most 50,000 in a polygon and 250,000 in an area"},
	"ring_collapsed":       {"外环对齐到格网（约 1 厘米）后没有面积", "the exterior ring has no area on the lattice (about 1 cm)"},
	"hole_collapsed":       {"内环没有面积，已去掉", "a hole has no area; dropped"},
	"ring_unclosed":        {"环没有闭合，已闭合", "the ring is not closed; closed"},
	"repeated_vertex":      {"连续重复的顶点，已去重", "a vertex is repeated; dropped"},
	"spike":                {"原路折返的尖刺，已去掉", "a spike runs out and straight back; dropped"},
	"ring_self_touch":      {"环在一点上碰到自身，已拆成不相碰的环", "the ring touches itself in a point; taken apart into rings that do not"},
	"ring_crosses":         {"环自相交，或与另一个环相交", "a ring crosses itself or another ring"},
	"edges_overlap":        {"两条边有一段重合", "two edges share a stretch"},
	"hole_outside":         {"内环不在外环之内", "a hole lies outside its exterior ring"},
	"holes_nested":         {"内环套在另一个内环里", "a hole lies inside another hole"},
	"interior_cut":         {"环在多处相碰，把内部切成了几块", "rings touch in several points and cut the interior apart"},
	"parts_overlap":        {"同一区域的几个部分互相重叠", "parts of the area overlap"},
	"bad_position":         {"坐标应是 2 到 4 个数的列表", "a position must be a list of 2 to 4 numbers"},
	"bad_nesting":          {"坐标的嵌套层数与几何类型不符", "the nesting of the coordinates does not fit the geometry type"},
	"unsupported_geometry": {"只收多边形（Polygon、MultiPolygon）", "only Polygon and MultiPolygon are taken"},
	"bad_wkb":              {"几何数据损坏（WKB）", "the geometry's bytes are damaged (WKB)"},
	"not_projectable":      {"坐标换算不到经纬度，坐标系可能写错", "the coordinates cannot be turned into longitude and latitude; the system may be wrong"},
	"not_a_feature":        {"不是 Feature", "not a Feature"},
	"not_finite":           {"坐标不是有限的数", "a coordinate is not a finite number"},
	"out_of_range":         {"坐标超出经纬度范围，可能是投影坐标（米），请用 --crs 写明", "a coordinate is outside longitude and latitude; perhaps metres: name the system with --crs"},
	"charset_contradicted": {"文件说文字是 UTF-8，实际是 GBK，已按 GBK 读", "the file says its text is UTF-8, but it is GBK; read as GBK"},
	"elevation_dropped":    {"第三维（高程）及以后的数值已略去", "the third and further ordinates are dropped"},
}

// Text is the sentence for the defect in Chinese ("zh") or English ("en").
func (d Defect) Text(lang string) string {
	t, known := texts[d.Code]
	if !known {
		return d.Code
	}
	if lang == "en" {
		return t[1]
	}
	return t[0]
}
