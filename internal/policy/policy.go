// Package policy decides who may do what, and where. It is the one place that
// does: routes, tiles, streams, exports and commands ask Decide.
//
// The rules are data: an action, a role, and how the place of the thing lies to
// the place of the post. docs/authorisation.md is written from them.
package policy

import "slices"

// Role is what a post lets its holder be.
type Role string

// The roles, as columns of the table. Reporter is a member of the public who
// reports, Anyone whoever has not signed in; a Key is held by a program.
const (
	Anyone     Role = "anyone"
	Reporter   Role = "reporter"
	Worker     Role = "grid_worker"        // 网格员
	Lead       Role = "grid_lead"          // 网格长
	Community  Role = "community_officer"  // 社区干部
	Street     Role = "street_officer"     // 街道干部
	Dispatcher Role = "dispatcher"         // 派遣员; intake and shift lead are duties of it
	Handler    Role = "department_handler" // 部门处置人员
	Planner    Role = "planner"            // 规划人员
	Steward    Role = "boundary_steward"   // 边界管理员
	Supervisor Role = "supervisor"         // 督查
	Party      Role = "party_affairs"      // 党务工作者
	SysAdmin   Role = "system_admin"       // 系统管理员
	SecAdmin   Role = "security_admin"     // 安全管理员
	Auditor    Role = "auditor"            // 审计员
	Key        Role = "api_key"
)

// Roles lists all roles in the order of the table.
var Roles = []Role{Anyone, Reporter, Worker, Lead, Community, Street, Dispatcher, Handler, Planner, Steward, Supervisor, Party, SysAdmin, SecAdmin, Auditor, Key}

// Relation is how the place of a thing lies to that of a post.
type Relation int

// The relations. A thing outside all areas lies above every post but one for
// the whole district.
const (
	Own       Relation = iota // the same area
	Below                     // an area inside
	Elsewhere                 // a sibling, or further off
	Above                     // an area around
)

// Relations lists all relations.
var Relations = []Relation{Own, Below, Elsewhere, Above}

func (r Relation) String() string { return [...]string{"own", "below", "elsewhere", "above"}[r] }

// Effect is what the policy says, the weakest first.
type Effect int

// The effects. All but Deny let the act happen, most under a condition that
// the caller has to keep.
const (
	Deny       Effect = iota
	Token             // with the unguessable number of the thing
	Counts            // numbers alone, cells below five persons suppressed
	Limited           // within the limits for the public: rounded, rated, public fields alone; a key within its own actions and area, exactly
	Propose           // as a proposal that somebody else takes up
	Mine              // one's own: what one reported, did or is
	Assigned          // what is assigned to oneself or one's department, while it is
	Masked            // personal fields masked
	Flagged           // allowed, and marked as outside one's own area
	SecondEyes        // a second person confirms
	Reveal            // in clear, with a reason, audited
	Allow
)

func (e Effect) String() string {
	return [...]string{"deny", "token", "counts", "limited", "propose", "mine", "assigned", "masked", "flagged", "second", "reveal", "allow"}[e]
}

// Post is a role in a place. Lo and Hi bound the half-open interval of
// positions in the area tree of the district; a post for every district has
// District "" .
type Post struct {
	Role     Role
	District string
	Lo, Hi   int32
}

// Place is where a thing is: its interval in the area tree of its district. A
// thing outside all areas of a district has the whole district's interval.
type Place struct {
	District string
	Lo, Hi   int32
}

// Relation says how a place lies to the post's.
func (p Post) Relation(place Place) Relation {
	switch {
	case p.District == "":
		return Below
	case p.District != place.District:
		return Elsewhere
	case p.Lo == place.Lo && p.Hi == place.Hi:
		return Own
	case p.Lo <= place.Lo && place.Hi <= p.Hi:
		return Below
	case place.Lo <= p.Lo && p.Hi <= place.Hi:
		return Above
	}
	return Elsewhere
}

// Decide returns what somebody with these posts may do to a thing at a place:
// the strongest of what each post by itself allows, and of what Anyone may.
// Posts add up, they do not multiply: the role of one never counts in the place
// of another. A post that has ended must not be among them.
func Decide(posts []Post, action Action, place Place) Effect {
	return max(rules[action][Anyone][Own], Granted(posts, action, place))
}

// Granted is Decide without what Anyone may.
func Granted(posts []Post, action Action, place Place) Effect {
	row := rules[action]
	best := Deny
	for _, p := range posts {
		best = max(best, row[p.Role][p.Relation(place)])
	}
	return best
}

// Best returns the strongest that a post allows in its own area: what somebody
// may do somewhere.
func Best(posts []Post, action Action) Effect {
	best := Deny
	for _, p := range posts {
		best = max(best, rules[action][p.Role][Own])
	}
	return best
}

// May reports whether a post lets its holder do the act anywhere at all: what a
// role may never do is refused by name, what is not one's own is not there.
func May(posts []Post, action Action) bool {
	row := rules[action]
	return slices.ContainsFunc(posts, func(p Post) bool { return row[p.Role] != never })
}
