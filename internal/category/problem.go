package category

// Problem is something wrong with a table: on a line of the file, or with the
// edition itself (line 0). Code is stable.
type Problem struct {
	Line  int
	Code  string
	Value string // the text that is wrong
}

// problems says what each code means: Chinese, English.
var problems = map[string][2]string{
	"csv_unreadable":      {"不是可读的 CSV", "not readable as CSV"},
	"csv_heading":         {"表头应为 code,name,kind,local,condition,closing,limit", "the heading must be code,name,kind,local,condition,closing,limit"},
	"cell_computed":       {"单元格是公式或错误值；请粘贴为数值", "the cell holds a formula or an error; paste it as a value"},
	"too_many_rows":       {"行数过多", "too many rows"},
	"edition_name":        {"版次名称为空或过长", "the edition's name is empty or too long"},
	"edition_date":        {"施行日期应为 YYYY-MM-DD", "the date must be YYYY-MM-DD"},
	"edition_order":       {"须说明大类顺序：GB/T 30428 或 CJ/T 214", "say which order of majors the table uses: GB/T 30428 or CJ/T 214"},
	"edition_empty":       {"没有任何小类", "there is no class"},
	"order_contradiction": {"街面秩序与突发事件的代码与所选大类顺序不符", "the codes of 街面秩序 and 突发事件 contradict the order chosen"},
	"kind_unknown":        {"类型应为事件或部件", "the kind must be 事件 or 部件"},
	"code_unreadable":     {"代码应为两位（大类）或四位（小类）数字，不含 00", "the code must be two digits (major) or four (minor), none of them 00"},
	"text_bad":            {"名称或条件为空、过长或含控制字符", "a name or condition is empty, too long or holds control characters"},
	"local_unreadable":    {"是否自定义应为“是”或空", "local must be 是 or empty"},
	"code_duplicate":      {"代码重复", "the code is there twice"},
	"condition_duplicate": {"同一小类的立案条件重复", "the class has this condition twice"},
	"condition_missing":   {"有时限而无立案条件，或有多行而无立案条件", "a limit or a second row needs a condition"},
	"limit_missing":       {"缺少时限", "the limit is missing"},
	"limit_unreadable":    {"时限应如 2急时、1急日、4时、15日", "a limit reads like 2急时, 1急日, 4时, 15日"},
	"major_unknown":       {"大类不在表中", "the major is not in the table"},
	"local_not_down":      {"自定义代码应从 99 起倒排，不低于标准代码", "a local code is counted down from 99 and stands above the standard ones"},
}

// Text tells the problem in the language asked for: English for "en", Chinese
// for everything else.
func (p Problem) Text(lang string) string {
	words := problems[p.Code]
	if lang == "en" {
		return words[1]
	}
	return words[0]
}
