package geodata

import _ "embed"

// Category is the shipped table of event and component classes, with their
// filing conditions and limits, as CSV. internal/category reads it; README.md
// says where it is from.
//
//go:embed category.csv
var Category []byte
