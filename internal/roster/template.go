package roster

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"wangge/internal/policy"
)

// The marks of names in the examples of the template.
const (
	exampleZH = "示例·"
	exampleEN = "Example "
)

func isExample(name string) bool {
	return strings.HasPrefix(name, exampleZH) || strings.HasPrefix(name, exampleEN)
}

// examples are the common posts: role, duties, area as levels have codes,
// department.
var examples = []struct {
	role             policy.Role
	word             string // "" is that of the role
	duty, area, unit string
}{
	{role: policy.Worker, area: "150102001001001"},
	{role: policy.Lead, area: "150102001001001"},
	{role: policy.Community, area: "150102001001"},
	{role: policy.Street, area: "150102001"},
	{role: policy.Dispatcher, area: "150102"},
	{role: policy.Dispatcher, word: "受理员", duty: "intake", area: "150102"},
	{role: policy.Dispatcher, word: "值班长", duty: "shift_lead", area: "150102"},
	{role: policy.Handler, area: "150102", unit: "城管局"},
}

// Template is a table to fill in, with one example per common post, in Chinese
// or, for "en", in English: CSV in UTF-8 with a byte order mark, without which
// Excel takes it for GBK. Read refuses the examples where they are left
// (example_line).
func Template(lang string) []byte {
	var out bytes.Buffer
	out.WriteString("\uFEFF")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	var head []string
	for _, c := range columns {
		h := c.headings[0]
		if lang == "en" {
			h = c.headings[1]
		}
		if c.field == name {
			h += "*"
		}
		head = append(head, h)
	}
	_ = w.Write(head) // a buffer takes everything
	for i, x := range examples {
		who, post, unit := exampleZH+x.role.Word(), x.role.Word(), x.unit
		if x.word != "" {
			who, post = exampleZH+x.word, x.word
		}
		if lang == "en" {
			who, post = exampleEN+string(x.role), string(x.role)
			if unit != "" {
				unit = "city management"
			}
		}
		duty := ""
		if lang == "en" {
			duty = x.duty
		}
		n := strconv.Itoa(i + 1)
		_ = w.Write([]string{who, "1380000000" + n, "example" + n, post, duty, "150102", x.area, unit, "2026-01-01", ""})
	}
	w.Flush()
	return out.Bytes()
}
