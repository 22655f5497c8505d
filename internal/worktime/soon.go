package worktime

import "time"

// SoonAt is the first second in which the last phase reads as due soon; zero
// while an open pause hides its deadline, and the deadline itself where it never
// is due soon before.
func (k *Clock) SoonAt() time.Time {
	legs := k.Legs()
	leg := legs[len(legs)-1]
	if leg.Deadline.IsZero() {
		return time.Time{}
	}
	course := k.Calendar.run(leg.Begin.Unix(), k.Phases[leg.Phase].limits(), k.closed(never))
	var total int64
	for _, s := range course.counted {
		total += s.hi - s.lo
	}
	var used int64
	for _, s := range course.counted {
		lo, hi := int64(0), s.hi-s.lo // the fewest seconds of s after which it is soon
		for lo < hi {
			if mid := (lo + hi) / 2; k.Warning.soon(time.Duration(used+mid)*time.Second, time.Duration(total)*time.Second) {
				hi = mid
			} else {
				lo = mid + 1
			}
		}
		if k.Warning.soon(time.Duration(used+lo)*time.Second, time.Duration(total)*time.Second) {
			return k.at(s.lo + lo)
		}
		used += s.hi - s.lo
	}
	return leg.Deadline
}
