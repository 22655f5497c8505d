package dispatch

import (
	"slices"

	"github.com/google/uuid"
)

// Broken is one thing that is wrong with a rule. A rule with areas or classes
// that are not there any more still holds for its others.
type Broken struct {
	Rule uuid.UUID
	Name string // of the rule
	Code string // unit_gone, unit_disabled, area_gone, class_gone
	What string // which unit, area or class
	ZH   string // what is wrong and what to do
	EN   string
}

const (
	unitGone     = "unit_gone"
	unitDisabled = "unit_disabled"
	areaGone     = "area_gone"
	classGone    = "class_gone"
)

var brokenWords = map[string][2]string{
	unitGone:     {"责任单位已不存在：请改选单位，或删除这条规则", "its unit is not there: choose another, or delete the rule"},
	unitDisabled: {"责任单位已停用：请启用它，或改选单位", "its unit is disabled: enable it, or choose another"},
	areaGone:     {"写明的区域不在现行边界里：请改选区域", "an area of it is not in the boundaries in force: choose another"},
	classGone:    {"写明的类别不在现行立案标准里：请改选类别", "a class of it is not in the standard in force: choose another"},
}

func (p *page) add(code, what string) {
	words := brokenWords[code]
	p.broken = append(p.broken, Broken{p.ID, p.Name, code, what, words[0], words[1]})
}

// first is the first thing of a sort that is wrong; there is one.
func (p *page) first(code string) Broken {
	return p.broken[slices.IndexFunc(p.broken, func(b Broken) bool { return b.Code == code })]
}
