// Package sandbox does the work on what users upload in a child process of our
// own program, with limits on its memory and time: reading files, tables of
// people among them, and checking whole editions. A file that is too much for the child costs the child, not
// the service.
//
//	service                        child (wangge sandbox TASK)
//	Runner.Read ── limits, task ─▶ takes on its limits, reads the files
//	opt.Project ◀── positions ──── needs PROJ, which only the service has
//	            ─── positions ───▶
//	opt.Progress ◀─ count ───────
//	            ◀── areas ──────── one by one, each restored by the rules of
//	                               geo.Restore
//
// Both sides are the same program, so what passes between them is gob of the
// house's own structs, whole: a field that is added to one travels by itself.
// Gob leaves out functions, and pointers to a zero number or text; no struct
// that passes here may rely on those.
package sandbox
