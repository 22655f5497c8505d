package category

import (
	"bytes"
	"sync"

	"wangge/geodata"
)

// Default is the edition that ships with the program. It is read at the first
// call.
var Default = sync.OnceValue(func() *Edition {
	rows, problems := ReadCSV(bytes.NewReader(geodata.Category))
	if len(problems) == 0 {
		var e *Edition
		if e, problems = Build(About{
			Name:      "GB/T 30428 示意",
			ValidFrom: "2026-01-01",
			Source:    "按 GB/T 30428.2、GB/T 30428.8 运行的城市实例（运城市，2026）；编号的立案条件为示意",
			Order:     GB30428,
		}, rows); len(problems) == 0 {
			return e
		}
	}
	panic("category: the shipped table is broken: " + problems[0].Code) // part of the program
})
