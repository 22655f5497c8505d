package policy

import (
	"fmt"
	"strings"
)

var roleWords = map[Role]string{Anyone: "未登录", Reporter: "市民", Worker: "网格员", Lead: "网格长", Community: "社区干部", Street: "街道干部",
	Dispatcher: "派遣员", Handler: "部门处置人员", Planner: "规划人员", Steward: "边界管理员", Supervisor: "督查", Party: "党务工作者",
	SysAdmin: "系统管理员", SecAdmin: "安全管理员", Auditor: "审计员", Key: "接口密钥"}

// Word is the Chinese word for the role.
func (r Role) Word() string { return roleWords[r] }

// Document writes the rules as a Markdown table, for docs/authorisation.md.
func Document() string {
	var b strings.Builder
	b.WriteString("| action |")
	for _, r := range Roles {
		fmt.Fprintf(&b, " %s<br>%s |", r, r.Word())
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(Roles)) + "\n")
	for _, a := range Actions {
		fmt.Fprintf(&b, "| `%s` |", a)
		for _, r := range Roles {
			fmt.Fprintf(&b, " %s |", describe(rules[a][r]))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// describe tells a cell: what holds in one's own area and below first.
func describe(c cell) string {
	if c == never {
		return "–"
	}
	if c == (cell{c[Own], c[Own], c[Own], c[Own]}) {
		return c[Own].String() + " anywhere"
	}
	var parts []string
	switch {
	case c[Own] == c[Below]:
		parts = append(parts, c[Own].String())
	case c[Below] == Deny:
		parts = append(parts, c[Own].String()+" (own area)")
	default:
		parts = append(parts, c[Own].String()+" (own area)", c[Below].String()+" below")
	}
	for _, r := range []Relation{Elsewhere, Above} {
		if c[r] != Deny {
			parts = append(parts, c[r].String()+" "+r.String())
		}
	}
	return strings.Join(parts, ", ")
}
