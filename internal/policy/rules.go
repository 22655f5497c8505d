package policy

import "strings"

// Action is something that can be done.
type Action string

// What concerns boundaries and places.
const (
	MapPublic       Action = "map.public"       // the published map: areas, compounds, sites, branches with public fields
	Locate          Action = "locate"           // whose is a point: names and codes
	AreaRead        Action = "area.read"        // areas with shape, history, neighbours; editions in force
	WorkersRead     Action = "workers.read"     // who serves a grid, with telephone
	DraftRead       Action = "draft.read"       // drafts, findings, differences, reports
	DraftEdit       Action = "draft.edit"       // mend, waive, split, merge, begin and drop a draft
	DraftImport     Action = "draft.import"     // files into a draft
	EditionActivate Action = "edition.activate" // put into force
	BoundaryExport  Action = "boundary.export"  // files of boundaries
)

// What concerns cases.
const (
	CaseCreate   Action = "case.create"
	CaseRead     Action = "case.read"
	CaseList     Action = "case.list"
	CasePhone    Action = "case.reporter_phone" // the reporter's telephone
	CaseHandle   Action = "case.handle"         // accept, handle, attach
	CaseDispatch Action = "case.dispatch"       // dispatch, transfer
	CaseTransfer Action = "case.transfer_out"   // out of one's area
	CaseClose    Action = "case.close"          // verify and close what somebody else handled
	CaseReopen   Action = "case.reopen"
	CaseClock    Action = "case.clock" // change a deadline, suspend
	CaseUrge     Action = "case.urge"  // 督办
	CaseDelete   Action = "case.delete"
	CasePhoto    Action = "case.photo"
	CaseExport   Action = "case.export"
	CaseTiles    Action = "case.tiles"
	CaseEvents   Action = "case.events"   // the stream of changes
	StandardRead Action = "standard.read" // units, who is responsible for what, clocks and their calendar
)

// What concerns people served, and the subjects on the map.
const (
	ResidentList   Action = "resident.list"
	ResidentReveal Action = "resident.reveal"
	ResidentWrite  Action = "resident.write"
	VisitRecord    Action = "visit.record"
	ResidentTiles  Action = "resident.tiles"
	SmallCounts    Action = "stats.small" // figures below five persons
	OfflineBundle  Action = "offline.bundle"
	TrackRead      Action = "track.read" // where a worker has been
	SubjectRead    Action = "subject.read"
	CompoundWrite  Action = "compound.write"
	RenovationEdit Action = "renovation.write"
	PartyWrite     Action = "party.write" // Party organisations, their cover and counts
)

// What concerns the product itself.
const (
	SignIn        Action = "sign_in"       // and out, one's own account and password
	Docs          Action = "docs"          // the description of the interface
	AccountWrite  Action = "account.write" // people and accounts: make, disable, reset
	PeopleRead    Action = "people.read"   // people and their posts
	PostGrant     Action = "post.grant"    // roles and areas
	SessionEnd    Action = "session.end"   // end sessions, one's own always
	KeyMake       Action = "key.make"      // API keys
	Settings      Action = "settings"      // limits, standards, review number
	AuditRead     Action = "audit.read"    // read and export
	PrivacyFile   Action = "privacy.file"  // a request under PIPL
	PrivacyDecide Action = "privacy.decide"
	Health        Action = "health" // alive, ready
	Metrics       Action = "metrics"
)

// table holds the rules: a line an action, a column a role, in the order of
// Roles. A cell is an effect by its letter, in one's own area and below; a mark
// behind it says where else or where only:
//
//	.  in one's own area alone     ~  elsewhere     ^  above     *  anywhere
//
//	a allow      m masked     r reveal with a reason   2 second person
//	p propose    c counts     l limited                i mine
//	g assigned   f flagged    t with its number        - never
//
// What somebody may do with what is nobody's place (an account, the audit) is
// written with *.
const table = `
                    any   rep   work  lead  comm  strt  disp  hand  plan  stew  supv  prty  sysa  seca  audi  key

map.public          l*    l*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    l*
locate              l*    l*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    -     -     -     l*
area.read           l*    l*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    l*
workers.read        -     -     a     a     a     a     a     -     -     -     a     -     -     -     -     -
draft.read          -     -     -     -     a     a     -     -     a     a     a     -     -     -     a*    -
draft.edit          -     -     -     -     p     p     -     -     a     a     -     -     -     -     -     -
draft.import        -     -     -     -     -     -     -     -     a     a     -     -     -     -     -     -
edition.activate    -     -     -     -     -     -     -     -     2     2     -     -     -     -     -     -
boundary.export     -     -     -     -     -     -     -     -     a     a     -     -     -     -     -     -

case.create         l*    i*    a.f~  af~   a     a     a     -     -     -     a     -     -     -     -     l
case.read           t*    i*    a.    a     a     a     a     g*    m     -     a     -     -     -     -     l
case.list           -     i*    a.    a     a     a     a     g*    m     -     a     -     -     -     -     l
case.reporter_phone -     i*    g*    r     r     r     r     g*    -     -     r     -     -     -     -     -
case.handle         -     -     g*    a     a     a     a     g*    -     -     -     -     -     -     -     -
case.dispatch       -     -     -     -     a     a     a     -     -     -     -     -     -     -     -     -
case.transfer_out   -     -     -     -     p     p     a     p*    -     -     -     -     -     -     -     -
case.close          -     i*    -     a     a     a     a     -     -     -     a     -     -     -     -     -
case.reopen         -     i*    -     -     a     a     a     -     -     -     a     -     -     -     -     -
case.clock          -     -     -     -     -     2     2     -     -     -     2     -     -     -     -     -
case.urge           -     -     -     -     -     -     -     -     -     -     a     -     -     -     -     -
case.delete         -     -     -     -     -     -     2     -     -     -     -     -     -     -     -     -
case.photo          -     i*    a.    a     a     a     a     g*    -     -     a     -     -     -     -     l
case.export         -     i*    -     -     m     m     m     g*    m     -     m     -     -     -     -     -
case.tiles          -     -     a.    a     a     a     a     g*    c     -     a     -     -     -     -     l
case.events         -     i*    a.    a     a     a     a     g*    -     -     a     -     -     -     -     -
standard.read       -     -     a*    a*    a*    a*    a*    a*    a*    a*    a*    -     a*    a*    a*    l*

resident.list       -     -     m.    m     m     m     c     -     -     -     -     -     -     -     -     -
resident.reveal     -     -     r.    r     r     r     -     -     -     -     -     -     -     -     -     -
resident.write      -     -     a.    a     a     -     -     -     -     -     -     -     -     -     -     -
visit.record        -     -     a.    a     a     m     c     -     -     -     -     -     -     -     -     -
resident.tiles      -     -     a.    m     m     c     c     -     -     -     -     -     -     -     -     -
stats.small         -     -     a.    a.    c     c     c     -     c     -     c     c     -     -     -     -
offline.bundle      -     -     a.    a.    -     -     -     -     -     -     -     -     -     -     -     -
track.read          -     -     i*    -     a.    c     c     -     -     -     -     -     -     -     -     -
subject.read        l*    l*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    l*
compound.write      -     -     -     -     a     a     -     -     a     -     -     -     -     -     -     -
renovation.write    -     -     -     -     p     a     -     -     a     -     -     -     -     -     -     -
party.write         -     -     -     -     -     -     -     -     -     -     -     a     -     -     -     -

sign_in             a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    -
docs                -     -     a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*
account.write       -     -     -     -     -     -     -     -     -     -     -     -     a*    -     -     -
people.read         -     -     i*    a     a     a     a     i*    i*    i*    a     a     a*    a*    -     -
post.grant          -     -     -     -     -     -     -     -     -     -     -     -     -     2*    -     -
session.end         -     i*    i*    i*    i*    i*    i*    i*    i*    i*    i*    i*    a*    a*    i*    -
key.make            -     -     -     -     -     -     -     -     -     -     -     -     p*    2*    -     -
settings            -     -     -     -     -     -     p     -     -     -     -     -     a*    a*    -     -
audit.read          -     -     i*    i*    i*    i*    i*    i*    i*    i*    i*    i*    i*    i*    a*    -
privacy.file        -     i*    a     a     a     a     -     -     -     -     -     -     -     -     -     -
privacy.decide      -     -     -     -     a     a     a     -     -     -     -     -     -     -     m*    -
health              a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*    a*
metrics             -     -     -     -     -     -     -     -     -     -     -     -     a*    -     -     a*
`

type cell [4]Effect

var never = cell{}

// Actions lists all actions in the order of the table.
var Actions, rules = parse(table)

var letters = map[byte]Effect{'a': Allow, 'm': Masked, 'r': Reveal, '2': SecondEyes, 'p': Propose, 'c': Counts,
	'l': Limited, 'i': Mine, 'g': Assigned, 'f': Flagged, 't': Token}

// parse reads the table. It panics on a line that it cannot read: the table is
// part of the program.
func parse(table string) (actions []Action, rules map[Action]map[Role]cell) {
	rules = map[Action]map[Role]cell{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "any" {
			continue
		}
		action := Action(fields[0])
		if len(fields) != len(Roles)+1 || rules[action] != nil {
			panic("policy: bad line: " + line)
		}
		actions = append(actions, action)
		rules[action] = map[Role]cell{}
		for i, text := range fields[1:] {
			c, ok := parseCell(text)
			if !ok {
				panic("policy: bad cell " + text + ": " + line)
			}
			rules[action][Roles[i]] = c
		}
	}
	return actions, rules
}

func parseCell(text string) (c cell, ok bool) {
	if text == "-" {
		return never, true
	}
	for i := 0; i < len(text); i++ {
		e, known := letters[text[i]]
		if !known {
			return c, false
		}
		mark := byte(0)
		if i+1 < len(text) && letters[text[i+1]] == Deny {
			mark = text[i+1]
			i++
		}
		switch mark {
		case 0:
			c[Own], c[Below] = e, e
		case '.':
			c[Own] = e
		case '~':
			c[Elsewhere] = e
		case '^':
			c[Above] = e
		case '*':
			c = cell{e, e, e, e}
		default:
			return c, false
		}
	}
	return c, true
}
