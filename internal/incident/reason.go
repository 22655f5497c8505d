package incident

// Reason is why something was done, by its code.
type Reason string

// Other is a reason of every list; it needs a note.
const Other Reason = "other"

// reasonTexts lists the reasons of each action: code, Chinese, English. Codes
// never change; deployments may use words of their own.
var reasonTexts = map[Action][][3]string{
	RejectAction: {{"out_of_scope", "不属受理范围", "not a matter for this service"}, {"not_found", "现场未发现", "nothing found on site"},
		{"below_condition", "未达立案条件", "below the filing condition"}, {"unclear", "描述不清，无法核实", "too unclear to verify"}, {"repeated", "重复上报", "reported before"}},
	RelocateAction: {{"boundary", "边界调整", "the boundary changed"}, {"wrong_place", "位置更正", "the place was wrong"}, {"agreed", "协商移交", "handed over by agreement"}},
	DispatchAction: {{"ruling", "裁定归属", "decided who is responsible"}, {"clarified", "已补充依据", "grounds were added"}},
	TransferAction: {{"wrong_unit", "派遣有误", "the wrong unit"}, {"owner_changed", "权属变更", "the owner changed"}, {"workload", "力量调配", "balance of load"}},
	ReturnAction: {{"not_our_duty", "非本单位职责", "not our duty"}, {"not_our_area", "不在管辖范围", "not our area"},
		{"wrong_category", "类别有误", "the wrong class"}, {"wrong_place", "位置有误", "the wrong place"}, {"not_found", "现场未发现", "nothing found on site"}},
	ReworkAction: {{"not_fixed", "问题未解决", "not fixed"}, {"partly_fixed", "处置不彻底", "partly fixed"}, {"wrong_evidence", "照片不符", "the photographs do not fit"}},
	ForceAction: {{"gone", "问题已不存在", "the matter is gone"}, {"impossible", "客观上无法处置", "cannot be handled"},
		{"unreasonable", "诉求不合理", "an unreasonable demand"}, {"elsewhere", "已由其他渠道办结", "settled elsewhere"}},
	AskAction:     {{"complex", "工程复杂", "complex work"}, {"material", "等待材料", "waiting for material"}, {"weather", "天气影响", "weather"}, {"permit", "手续办理中", "waiting for a permit"}},
	RefuseAction:  {{"insufficient", "理由不充分", "insufficient grounds"}, {"urgent", "不宜拖延", "cannot wait"}},
	SuspendAction: {{"no_owner", "权属不清", "no known owner"}, {"project", "需立项改造", "needs a project"}, {"funds", "资金未落实", "no funds yet"}, {"lawsuit", "涉法涉诉", "before a court"}},
	DeferAction:   {{"season", "季节原因", "season"}, {"weather", "天气原因", "weather"}, {"occasion", "重大活动", "a public occasion"}, {"works", "配合施工", "works in progress"}},
	SuperviseAction: {{"overdue", "超期未办", "overdue"}, {"safety", "安全隐患", "danger"}, {"public", "社会关注", "public attention"},
		{"instruction", "领导批示", "instruction from above"}, {"repeated", "反复发生", "keeps coming back"}},
	VoidAction:   {{"mistaken", "误立案", "filed by mistake"}, {"repeated", "重复立案", "filed before"}, {"test", "测试数据", "test"}},
	ReopenAction: {{"not_fixed", "反映未解决", "said to be not fixed"}, {"recurred", "问题复发", "came back"}, {"false_closing", "虚假结案", "closed without work"}, {"wrongly_rejected", "不予立案有误", "wrongly rejected"}},
}

// Reasons lists the reasons of an action; none where it takes none.
func Reasons(a Action) (reasons []Reason) {
	for _, r := range reasonTexts[a] {
		reasons = append(reasons, Reason(r[0]))
	}
	if len(reasons) > 0 {
		reasons = append(reasons, Other)
	}
	return reasons
}

// ReasonWord is the default word for a reason of an action, as State.Word; empty
// where the action has no such reason.
func ReasonWord(a Action, reason Reason, lang string) string {
	for _, r := range reasonTexts[a] {
		if r[0] == string(reason) {
			return word([2]string{r[1], r[2]}, lang)
		}
	}
	if reason == Other && len(reasonTexts[a]) > 0 {
		return word([2]string{"其他", "other"}, lang)
	}
	return ""
}
