package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"wangge/internal/policy"
)

// acts says which action of the policy each command is. Whoever may run the
// program on the host may do all of them: they are the operator's acts and are
// recorded as such. A command that is not named here does not run.
var acts = map[string]policy.Action{
	"serve":               policy.Settings,
	"migrate":             policy.Settings,
	"import":              policy.DraftImport,
	"demo":                policy.DraftImport,
	"export":              policy.BoundaryExport,
	"locate":              policy.Locate,
	"edition list":        policy.DraftRead,
	"edition new":         policy.DraftEdit,
	"edition check":       policy.DraftEdit,
	"edition diff":        policy.DraftRead,
	"edition mend":        policy.DraftEdit,
	"edition lineage":     policy.DraftRead,
	"edition waive":       policy.DraftEdit,
	"edition activate":    policy.EditionActivate,
	"user add":            policy.AccountWrite,
	"user list":           policy.PeopleRead,
	"user disable":        policy.AccountWrite,
	"user reset-password": policy.AccountWrite,
	"user token":          policy.KeyMake,
	"audit verify":        policy.AuditRead,
	"audit export":        policy.AuditRead,
}

// actOf is the command without its arguments.
func actOf(parsed *kong.Context) string {
	var words []string
	for _, w := range strings.Fields(parsed.Command()) {
		if !strings.HasPrefix(w, "<") && !strings.HasPrefix(w, "[") {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
