// Package incident is the case (案卷): what happened where, which state it is
// in, who may move it on and what that takes. It is one model without
// technology: every legal move stands in the table of move.go, docs/case.md is
// written from it, and the store saves what a move changed together with its
// entry of the history.
//
// The state says how far the work is. What can be true in several states is a
// mark beside it (督办, 延期, 争议, counts); what was told to whom is delivery
// and lives elsewhere, as do the reporter's personal data.
package incident
