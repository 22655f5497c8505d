package incident

import (
	"fmt"
	"slices"
	"strings"
)

// Chart draws the states and moves as a Mermaid diagram, for docs/case.md.
// Moves that change no state and undo are left to the table.
func Chart() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range States {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", s.Word("zh"), s)
	}
	labels := map[[2]string][]string{}
	var order [][2]string
	arrow := func(from, to, label string) {
		key := [2]string{from, to}
		if labels[key] == nil {
			order = append(order, key)
		}
		labels[key] = append(labels[key], label)
	}
	for _, m := range next {
		label := m.Action.Word("zh")
		switch {
		case m.Action == ReportAction:
			arrow("[*]", string(m.To), label)
		case m.Action == UndoAction || m.To == "" && !m.Back:
		case m.Back:
			for _, from := range pausedFrom(m.From[0]) {
				arrow(string(m.From[0]), string(from), label)
			}
		default:
			for _, from := range m.From {
				arrow(string(from), string(m.To), label)
			}
		}
	}
	for _, key := range order {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", key[0], key[1], strings.Join(labels[key], "、"))
	}
	b.WriteString("```\n")
	return b.String()
}

// pausedFrom lists where a suspended or merged case can have come from.
func pausedFrom(s State) (from []State) {
	for _, m := range next {
		if m.To == s {
			for _, f := range m.From {
				if !slices.Contains(from, f) {
					from = append(from, f)
				}
			}
		}
	}
	return from
}

var needWords = map[Need]string{NeedReason: "原因", NeedPlace: "位置和区域", NeedCategory: "小类、立案条件", NeedUnit: "责任单位", NeedDeadline: "时限",
	NeedUntil: "截止时间", NeedEvidence: "证据照片", NeedParent: "主案卷", NeedLevel: "级别", NeedAnswer: "满意度"}

// Document writes the moves and the reasons as Markdown tables.
func Document() string {
	var b strings.Builder
	b.WriteString("| 操作 | action | 从 | 到 | 权限 | 须有 | 时钟 |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, m := range next {
		from, to := names(m.From), m.To.Word("zh")
		switch {
		case m.Action == UndoAction:
			from, to = "任何状态", "撤销前的状态"
		case m.Back:
			to = "原状态"
		case m.To == "":
			to = "不变"
		}
		if slices.Equal(m.From, open) {
			from = "任何未办结状态"
		}
		may := "同被撤销的操作"
		if m.Policy != "" {
			may = "`" + string(m.Policy) + "`"
		}
		if m.System {
			may += "、系统"
		}
		var needs []string
		for _, n := range m.Needs {
			needs = append(needs, needWords[n])
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s | %s |\n", m.Action.Word("zh"), m.Action, from, to, may, dash(strings.Join(needs, "、")), dash(clocks(m)))
	}
	b.WriteString("\n| 操作 | 原因 |\n| --- | --- |\n")
	for _, m := range next {
		var reasons []string
		for _, r := range Reasons(m.Action) {
			reasons = append(reasons, fmt.Sprintf("%s `%s`", ReasonWord(m.Action, r, "zh"), r))
		}
		if len(reasons) > 0 && m.From[0] != Rejected { // reopen has two lines, one list
			fmt.Fprintf(&b, "| %s | %s |\n", m.Action.Word("zh"), strings.Join(reasons, "、"))
		}
	}
	return b.String()
}

// clocks tells what a move does to the clocks, from any of its states.
func clocks(m Move) string {
	if m.Action == UndoAction {
		return "按历史重算"
	}
	if m.Back {
		return "resume（原环节）"
	}
	if m.To == "" {
		return ""
	}
	froms := m.From
	if m.Action == ReportAction {
		froms = []State{""}
	}
	var told []string
	for _, from := range froms {
		for _, e := range Effects(from, m.To, "") {
			if t := e.Do + " " + string(e.Phase); !slices.Contains(told, t) {
				told = append(told, t)
			}
		}
		if t := "stop（暂停的环节）"; from.waits() && !slices.Contains(told, t) {
			told = append(told, t)
		}
	}
	return strings.Join(told, ", ")
}

func names(states []State) string {
	var words []string
	for _, s := range states {
		words = append(words, s.Word("zh"))
	}
	return dash(strings.Join(words, "、"))
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
