package subject

import (
	"wangge/internal/area"
	"wangge/internal/policy"
)

// Forms of Party organisations ("1+3+N") that cover a grid or a compound by
// themselves.
const (
	GridBranch     = "grid_branch"
	CompoundBranch = "compound_branch"
)

// PartyOrg is the kind whose rows cover grids, compounds and areas.
const PartyOrg = "party_org"

// rules say what is wrong where fields do not fit each other.
var rules = map[string]Wrong{
	"temporary_ends":  {"until", "临时党支部要写明止期", "a temporary branch has an end"},
	"consent_counts":  {"consent_yes", "同意户数不能多于总户数", "no more households consent than there are"},
	"below_threshold": {"stage", "同意率还没有达到门槛，不能开工", "works do not begin below the threshold of consent"},
	"structures_open": {"stage", "还有没拆也没有说明的凉房，不能转入长效管理", "structures are neither demolished nor explained; it cannot be closed"},
	"structures_sum":  {"structures_done", "拆除和说明的数量不能多于计划", "no more structures are demolished and explained than were planned"},
}

// Kinds are all subjects, in the order in which people are shown them.
var Kinds = []*Kind{
	{
		Name: PartyOrg, Path: "branches", ZH: "党组织", EN: "Party organisation", Write: policy.PartyWrite, Sited: true,
		Fields: []Field{
			{Name: "form", ZH: "类型", EN: "Type", Type: Choice, Required: true, Choices: []Option{
				{"street_committee", "街道党工委", "Street working committee"}, {"community_committee", "社区党委", "Community committee"},
				{CompoundBranch, "小区党支部", "Compound branch"}, {GridBranch, "网格党支部", "Grid branch"},
				{"functional_group", "功能型党小组", "Functional group"}, {"joint_committee", "联合党委", "Joint committee"},
				{"temporary_branch", "临时党支部", "Temporary branch"}, {"two_new_committee", "“两新”党组织", "Two-new committee"},
			}},
			{Name: "parent", ZH: "上级党组织", EN: "Parent", Type: Links, To: PartyOrg, Most: 1},
			{Name: "secretary", ZH: "书记", EN: "Secretary", Type: Text, Most: 60, Personal: true},
			{Name: "members", ZH: "党员数", EN: "Members", Type: Whole, Most: 100_000},
			{Name: "founded_on", ZH: "成立日期", EN: "Founded on", Type: Date},
			{Name: "covers", ZH: "覆盖范围", EN: "Covers", Type: Areas},
			{Name: "address", ZH: "地址", EN: "Address", Type: Text, Most: 200},
			{Name: "enterprises", ZH: "覆盖企业数", EN: "Enterprises covered", Type: Whole, Most: 100_000},
		},
		check: func(r *Row) []string {
			if r.Values["form"] == "temporary_branch" && r.Until.IsZero() {
				return []string{"temporary_ends"}
			}
			return nil
		},
	},
	{
		Name: "compound", Path: "compounds", ZH: "小区", EN: "Compound", Write: policy.CompoundWrite, Sited: true,
		Fields: []Field{
			{Name: "ground", ZH: "小区边界", EN: "Ground", Type: Areas, Levels: []area.Level{area.Compound}, Most: 1},
			{Name: "grids", ZH: "所在网格", EN: "Grids", Type: Areas, Levels: []area.Level{area.Grid}, Most: 50},
			{Name: "address", ZH: "地址", EN: "Address", Type: Text, Most: 200},
			{Name: "built_year", ZH: "建成年份", EN: "Built in", Type: Whole, Most: 2100},
			{Name: "buildings", ZH: "楼栋数", EN: "Buildings", Type: Whole, Most: 10_000},
			{Name: "households", ZH: "户数", EN: "Households", Type: Whole, Most: 100_000},
			{Name: "property", ZH: "物业类型", EN: "Property management", Type: Choice, Choices: []Option{
				{"red", "红色物业", "Red property"}, {"commercial", "市场物业", "Commercial"}, {"self", "自管", "Self-managed"}, {"none", "无物业", "None"}}},
			{Name: "firm", ZH: "物业公司", EN: "Property firm", Type: Text, Most: 200},
			{Name: "firm_party", ZH: "物业党组织", EN: "Party organisation of the firm", Type: Links, To: PartyOrg, Most: 1},
			{Name: "committee", ZH: "业主委员会", EN: "Owners' committee", Type: Text, Most: 200},
			{Name: "rating", ZH: "物业评级", EN: "Rating", Type: Choice, Choices: []Option{{"A", "A", "A"}, {"B", "B", "B"}, {"C", "C", "C"}, {"D", "D", "D"}}},
		},
	},
	{
		Name: "site", Path: "sites", ZH: "阵地与服务点", EN: "Site", Write: policy.PartyWrite, Sited: true,
		Fields: []Field{
			{Name: "form", ZH: "类型", EN: "Type", Type: Choice, Required: true, Choices: []Option{
				{"party_service_center", "党群服务中心", "Party-masses service centre"}, {"elder_canteen", "为老服务餐厅", "Elder canteen"},
				{"workstation", "工作站", "Workstation"}, {"office", "办公室", "Office"}, {"center", "中心", "Centre"}}},
			{Name: "address", ZH: "地址", EN: "Address", Type: Text, Most: 200},
			{Name: "floor_m2", ZH: "建筑面积（m²）", EN: "Floor area (m²)", Type: Whole, Most: 1_000_000},
			{Name: "hours", ZH: "开放时间", EN: "Hours", Type: Text, Most: 100},
			{Name: "services", ZH: "服务内容", EN: "Services", Type: Text},
			{Name: "upgraded", ZH: "已提档升级", EN: "Upgraded", Type: Flag},
			{Name: "invested", ZH: "投入（元）", EN: "Invested (yuan)", Type: Money},
		},
	},
	{
		Name: "member_unit", Path: "member-units", ZH: "共建单位", EN: "Member unit", Write: policy.PartyWrite, Sited: true,
		Fields: []Field{
			{Name: "form", ZH: "类型", EN: "Type", Type: Choice, Required: true, Choices: []Option{
				{"agency", "区直机关", "District agency"}, {"institution", "事业单位", "Institution"}, {"resident_unit", "驻区单位", "Unit in the area"}, {"enterprise", "企业", "Enterprise"}}},
			{Name: "committee", ZH: "所属联合党委", EN: "Joint committee", Type: Links, To: PartyOrg, Most: 20},
			{Name: "members", ZH: "党员数", EN: "Party members", Type: Whole, Most: 100_000},
			{Name: "address", ZH: "地址", EN: "Address", Type: Text, Most: 200},
		},
	},
	{
		Name: "renovation", Path: "renovations", ZH: "老旧小区改造", EN: "Renovation", Write: policy.RenovationEdit,
		Fields: []Field{
			{Name: "compounds", ZH: "改造小区", EN: "Compounds", Type: Links, To: "compound", Required: true, Most: 50},
			{Name: "year", ZH: "计划年度", EN: "Programme year", Type: Whole, Required: true, Most: 2100},
			{Name: "content", ZH: "改造内容", EN: "Content", Type: Choice, Choices: []Option{{"basic", "基础类", "Basic"}, {"better", "完善类", "Better"}, {"best", "提升类", "Best"}}},
			{Name: "stage", ZH: "阶段", EN: "Stage", Type: Choice, Required: true, Choices: []Option{
				{"survey", "摸底", "Survey"}, {"consent", "意愿", "Consent"}, {"plan", "方案", "Plan"}, {"works", "施工", "Works"}, {"acceptance", "验收", "Acceptance"}, {"upkeep", "长效管理", "Upkeep"}}},
			{Name: "stage_since", ZH: "进入本阶段", EN: "In this stage since", Type: Date},
			{Name: "households", ZH: "总户数", EN: "Households", Type: Whole, Most: 100_000},
			{Name: "consent_yes", ZH: "同意户数", EN: "Consenting households", Type: Whole, Most: 100_000},
			{Name: "threshold", ZH: "同意率门槛（%）", EN: "Threshold of consent (%)", Type: Whole, Most: 100},
			{Name: "fund_government", ZH: "政府出资（元）", EN: "From the government (yuan)", Type: Money},
			{Name: "fund_enterprise", ZH: "企业出资（元）", EN: "From enterprises (yuan)", Type: Money},
			{Name: "fund_residents", ZH: "居民出资（元）", EN: "From residents (yuan)", Type: Money},
			{Name: "contractor", ZH: "施工单位", EN: "Contractor", Type: Text, Most: 200},
			{Name: "structures", ZH: "计划拆除凉房（间）", EN: "Structures to demolish", Type: Whole, Most: 100_000},
			{Name: "structures_done", ZH: "已拆除（间）", EN: "Demolished", Type: Whole, Most: 100_000},
			{Name: "structures_kept", ZH: "保留并说明（间）", EN: "Kept, with a reason", Type: Whole, Most: 100_000},
			{Name: "kept_because", ZH: "保留的说明", EN: "Why they are kept", Type: Text},
		},
		check: renovationWrongs,
	},
}

// renovationWrongs: no works under the threshold of consent, no closing while
// structures are unexplained.
func renovationWrongs(r *Row) (wrongs []string) {
	n := func(name string) int64 { v, _ := r.Values[name].(int64); return v }
	stage, _ := r.Values["stage"].(string)
	if n("consent_yes") > n("households") {
		wrongs = append(wrongs, "consent_counts")
	}
	started := stage == "works" || stage == "acceptance" || stage == "upkeep"
	if started && n("consent_yes")*100 < n("threshold")*n("households") {
		wrongs = append(wrongs, "below_threshold")
	}
	settled := n("structures_done") + n("structures_kept")
	because, _ := r.Values["kept_because"].(string)
	switch {
	case settled > n("structures"):
		wrongs = append(wrongs, "structures_sum")
	case stage == "upkeep" && (settled < n("structures") || n("structures_kept") > 0 && because == ""):
		wrongs = append(wrongs, "structures_open")
	}
	return wrongs
}
