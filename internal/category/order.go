package category

// Order is the order of the majors of events. Two are in use, with codes 04 and
// 05 the other way round, so that a file of codes alone does not say what it
// means: an importer has to be told.
type Order string

// The orders.
const (
	GB30428 Order = "gb30428" // since 2013: 04 街面秩序, 05 突发事件
	CJT214  Order = "cjt214"  // CJ/T 214-2005 and -2007: 04 突发事件, 05 街面秩序
)

var swapped = map[string]string{"04": "05", "05": "04"}

// MajorIn gives the two digits that a major of order o has in another order.
// Minors are not carried over by code, for the orders number them
// differently: they are to be matched by name.
func (o Order) MajorIn(other Order, kind Kind, major string) string {
	if to, ok := swapped[major]; ok && kind == Event && o != other {
		return to
	}
	return major
}

// contradicts reports whether the name of an event's major says that the
// table is in the other order.
func (o Order) contradicts(m Major) bool {
	street, sudden := "04", "05"
	if o == CJT214 {
		street, sudden = sudden, street
	}
	return m.Kind == Event && !m.Local &&
		(m.Name == "街面秩序" && m.Code == sudden || m.Name == "突发事件" && m.Code == street)
}
