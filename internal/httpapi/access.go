package httpapi

import "wangge/internal/policy"

// access says which action of the policy each operation is, by its id. An
// operation that is not named here is not served: New panics on it.
var access = map[string]policy.Action{
	"locate":       policy.Locate,
	"locate-batch": policy.Locate,

	"districts":         policy.AreaRead,
	"timeline":          policy.AreaRead,
	"areas":             policy.AreaRead,
	"area":              policy.AreaRead,
	"area-by-code":      policy.AreaRead,
	"area-children":     policy.AreaRead,
	"area-ancestors":    policy.AreaRead,
	"area-neighbours":   policy.AreaRead,
	"area-geometry":     policy.AreaRead,
	"area-history":      policy.AreaRead,
	"area-successors":   policy.AreaRead,
	"area-predecessors": policy.AreaRead,
	"tilejson":          policy.AreaRead,
	"tile":              policy.AreaRead,

	"editions":         policy.DraftRead,
	"edition":          policy.DraftRead,
	"edition-findings": policy.DraftRead,
	"edition-diff":     policy.DraftRead,
	"edition-lineage":  policy.DraftRead,
	"edition-mends":    policy.DraftRead,
	"edition-borders":  policy.DraftRead,
	"edition-tile":     policy.DraftRead,
	"edition-report":   policy.DraftRead,
	"edition-new":      policy.DraftEdit,
	"edition-drop":     policy.DraftEdit,
	"edition-check":    policy.DraftEdit,
	"edition-mend":     policy.DraftEdit,
	"edition-undo":     policy.DraftEdit,
	"edition-redo":     policy.DraftEdit,
	"finding-waive":    policy.DraftEdit,
	"finding-unwaive":  policy.DraftEdit,
	"edition-activate": policy.EditionActivate,
	"edition-export":   policy.BoundaryExport,

	"upload-open":   policy.DraftImport,
	"upload-file":   policy.DraftImport,
	"upload-look":   policy.DraftImport,
	"upload-drop":   policy.DraftImport,
	"import-begin":  policy.DraftImport,
	"import":        policy.DraftImport,
	"import-cancel": policy.DraftImport,
	"import-tile":   policy.DraftImport,

	"healthz": policy.Health,
	"readyz":  policy.Health,
}

// actionOf is the action of an operation.
func actionOf(id string) policy.Action {
	action, known := access[id]
	if !known {
		panic("httpapi: the operation " + id + " declares no action; name it in access.go")
	}
	return action
}
