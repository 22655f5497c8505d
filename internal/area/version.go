package area

import (
	"cmp"
	"time"

	"github.com/google/uuid"

	"wangge/internal/geo"
)

// Version is one area as it stands in one edition. AreaID is its identity for
// life; code, name, parent and ground may differ from edition to edition.
type Version struct {
	District string    // code of the district
	Edition  uuid.UUID // the edition that this version belongs to
	AreaID   uuid.UUID
	Level    Level
	Code     string // unique per district, level and edition
	Name     string
	Kind     Kind
	Priority int32     // lower owns where several cover; 0 unless set
	Parent   uuid.UUID // zero for the district itself
	Ground   geo.Area  // the lattice geometry, which decides
	AreaM2   float64   // on the ellipsoid, from PostGIS geography
	Label    geo.Point // inside, for its name; the zero point until somebody computed it
	Source   string    // provenance: file and feature it was read from
}

// Overlay reports whether v lies over the partition instead of being part of
// it: compounds and dedicated grids.
func (v *Version) Overlay() bool { return v.Level == Compound || v.Kind == Dedicated }

// Before orders the areas that cover one point: the first owns it. Codes
// compare as bytes.
func (v *Version) Before(w *Version) bool {
	return cmp.Or(cmp.Compare(v.Priority, w.Priority), cmp.Compare(v.Code, w.Code)) < 0
}

// Status is how far an edition has come. Whether it is active is not a status
// but a row with a date.
type Status string

// A draft becomes checked when its check finds nothing that refuses it; any
// later import makes it a draft again.
const (
	Draft   Status = "draft"
	Checked Status = "checked"
)

// Coverage is what is asked of a level.
type Coverage string

// Strict coverage has no gap and no overlap, every interior edge matched once
// in reverse. Tolerant coverage lists what it finds and goes on.
const (
	Strict   Coverage = "strict"
	Tolerant Coverage = "tolerant"
)

// Edition is one set of boundaries of one district.
type Edition struct {
	District string
	ID       uuid.UUID
	Name     string
	Status   Status
	Version  int64 // row version, the ETag
	Hash     []byte
	Created  time.Time
	Levels   []LevelCount
	Findings int      // how many are listed, waived ones included
	Box      *geo.Box // around the district; nil while there is none

	Synthetic bool // its district is invented, for showing the product

	Activations []Activation // every time it was activated, newest first
}

// LevelCount says how many areas of a level an edition has, and the coverage
// asked of them.
type LevelCount struct {
	Level    Level
	Coverage Coverage
	Areas    int
}

// Activation puts an edition into force from the start of a day in the
// district's time zone.
type Activation struct {
	ValidFrom  time.Time // the date; only year, month and day count
	Effective  time.Time // local midnight of that date
	Recorded   time.Time
	Generation int64 // the installation-wide count, this one included
}
