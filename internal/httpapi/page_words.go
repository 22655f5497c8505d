package httpapi

// words are Chinese words for keys of answers; other keys stand alone.
var words = map[string]string{
	"areas": "区域", "district": "区", "districts": "区", "subdistrict": "街道", "community": "社区", "grid": "网格", "grids": "网格",
	"compound": "小区", "compounds": "小区", "dedicated_grids": "专属网格", "level": "层级", "levels": "层级", "code": "编码", "name": "名称",
	"kind": "类别", "parent": "上级", "parent_code": "上级编码", "parent_name": "上级名称", "children": "下级数", "area_m2": "面积（m²）", "label": "名称所在点", "bbox": "范围",
	"edition": "版次", "editions": "版次", "valid_from": "起", "valid_to": "止", "synthetic": "示意数据", "generation": "代", "snapshot": "快照",
	"next": "下一页", "missing": "没有的", "ambiguous": "不唯一的", "candidates": "可能是", "scheme": "编码规则", "periods": "各时期", "begun": "已生效",
	"changes": "变化", "count": "数量", "links": "沿革", "stays": "各阶段", "from": "从", "to": "到", "text": "说明", "confirmed": "已确认",
	"point": "点", "lon": "经度", "lat": "纬度", "crs": "坐标系", "covered": "在范围内", "nearest": "最近的", "border": "边界", "distance_m": "距离（m）",
	"neighbours": "相邻", "status": "状态", "detail": "说明", "title": "标题", "errors": "各项错误", "location": "位置", "findings": "问题", "severity": "严重程度",
	"people": "人员", "login": "登录名", "phone": "电话", "email": "邮箱", "posts": "岗位", "role": "岗位", "keys": "接口密钥", "actions": "可执行的操作", "until": "到期",
	"made": "建立", "by": "谁", "at": "时间", "entries": "记录", "version": "版本", "note": "附注", "successors": "后来的区域", "geometry": "图形", "coordinates": "坐标",
	"properties": "属性", "features": "要素", "total": "总数", "before": "之前", "after": "之后", "id": "编号", "type": "类型", "coverage": "覆盖要求",
	"public": "公开", "review": "审图号", "signed_in": "已登录", "reason": "理由", "result": "结果", "object": "对象",
}
