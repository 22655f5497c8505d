package httpapi

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"wangge/internal/geo"
	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// Incident is a case (案卷) as its reader may see it.
type Incident struct {
	ID          uuid.UUID       `json:"id"`
	District    string          `json:"district"`
	Number      string          `json:"number" doc:"by which the citizen follows it"`
	State       string          `json:"state" enum:"reported,inspecting,filed,dispatched,handling,handled,verified,closed,suspended,rejected,voided,merged"`
	StateWord   string          `json:"state_word"`
	Open        bool            `json:"open" doc:"somebody still has to act"`
	Channel     string          `json:"channel" enum:"citizen,staff,key"`
	Outside     bool            `json:"outside" doc:"reported by somebody outside their own area"`
	Description string          `json:"description"`
	Address     string          `json:"address"`
	Position    *Degrees        `json:"position" doc:"CGCS2000; null while nobody knows where it is"`
	Areas       []NamedArea     `json:"areas" doc:"the chain that it was decided for, coarse to fine; empty while no area is known"`
	Edition     string          `json:"edition,omitempty" doc:"of the boundaries that it was decided under"`
	Category    *CaseCategory   `json:"category" doc:"a guess until it is accepted; null without one"`
	Unit        *Name           `json:"unit" doc:"responsible unit; null while nobody has it"`
	Assignee    *Name           `json:"assignee"`
	Due         *time.Time      `json:"due" doc:"of the work"`
	Clock       *CaseClock      `json:"clock" doc:"of the phase that runs or rests; null where none does"`
	Marks       CaseMarks       `json:"marks"`
	Reported    time.Time       `json:"reported_at"`
	Filed       *time.Time      `json:"filed_at,omitempty"`
	Dispatched  *time.Time      `json:"dispatched_at,omitempty"`
	Handled     *time.Time      `json:"handled_at,omitempty"`
	Closed      *time.Time      `json:"closed_at,omitempty"`
	Photos      []CasePhoto     `json:"photos"`
	Actions     []AllowedAction `json:"actions" doc:"what the caller may do now"`
	Waiting     *WaitingAct     `json:"waiting,omitempty" doc:"what waits for a second person; of one case alone, not in lists"`
	Version     int64           `json:"version" doc:"also the ETag"`
	Updated     time.Time       `json:"updated_at"`
}

// CaseCategory is the class of a case in the edition that it keeps.
type CaseCategory struct {
	Edition   string `json:"edition"`
	Kind      string `json:"kind" enum:"event,component"`
	Code      string `json:"code"`
	Name      string `json:"name"`
	Major     string `json:"major"`
	Condition string `json:"condition" doc:"filing condition; empty without one"`
	Closing   string `json:"closing,omitempty" doc:"closing condition"`
}

// CaseClock is the clock of the phase that a case is in.
type CaseClock struct {
	Phase string     `json:"phase" enum:"intake,inspect,dispatch,handle,verify,close"`
	State string     `json:"state" enum:"normal,due_soon,overdue,paused"`
	Due   *time.Time `json:"due" doc:"null while it rests"`
	Soon  *time.Time `json:"soon" doc:"from then on it is due soon"`
}

// CaseMarks are what holds beside the state.
type CaseMarks struct {
	Supervised int        `json:"supervised" doc:"level of 督办, 0 to 3"`
	Returns    int        `json:"returns"`
	Reworks    int        `json:"reworks"`
	Reopened   int        `json:"reopened"`
	Extensions int        `json:"extensions"`
	Disputed   bool       `json:"disputed"`
	Forced     bool       `json:"forced"`
	Deferred   bool       `json:"deferred"`
	AskedUntil *time.Time `json:"asked_until,omitempty" doc:"an extension is asked for, until then"`
	RestUntil  *time.Time `json:"rest_until,omitempty"`
	Parent     *uuid.UUID `json:"parent,omitempty" doc:"the case that it follows"`
	Answer     string     `json:"answer,omitempty" enum:"satisfied,fair,unsatisfied"`
}

// CasePhoto is a photograph of a case.
type CasePhoto struct {
	ID        uuid.UUID  `json:"id"`
	Kind      string     `json:"kind" enum:"near,far,reference,before,after"`
	URL       string     `json:"url"`
	Thumbnail string     `json:"thumbnail"`
	Width     int        `json:"width"`
	Height    int        `json:"height"`
	Taken     *time.Time `json:"taken,omitempty"`
	Position  *Degrees   `json:"position,omitempty"`
}

// AllowedAction is something that may be done to a case now.
type AllowedAction struct {
	Action  string      `json:"action" doc:"the last part of its path"`
	Word    string      `json:"word"`
	To      string      `json:"to,omitempty" doc:"the state that it leads to; absent where the state stays or is the one before"`
	Needs   []string    `json:"needs" enum:"reason,place,category,unit,deadline,until,evidence,parent,level,answer"`
	Reasons []CodedWord `json:"reasons" doc:"to choose from"`
	Second  bool        `json:"second,omitempty" doc:"a second person has to confirm it"`
}

// CodedWord is a code with its word.
type CodedWord struct {
	Code string `json:"code"`
	Word string `json:"word"`
}

// casePlace is where a case is seen from.
func (s *Server) casePlace(c *postgres.Case) *policy.Place { return s.areaPlace(c.District, c.Sight) }

// caseEffect is the strongest that the caller's posts allow about a case. What
// is for the assigned, or for one's own report, counts for those alone.
func (s *Server) caseEffect(ctx context.Context, c *postgres.Case, action policy.Action) policy.Effect {
	seen := requestOf(ctx)
	if seen.open {
		return policy.Allow
	}
	if seen.caller == nil {
		return policy.Deny
	}
	place, best := s.casePlace(c), policy.Deny
	for _, p := range seen.posts {
		effect := policy.Granted([]policy.Post{p}, action, *place)
		switch effect {
		case policy.Mine:
			if c.ReportedBy != seen.owner() {
				continue
			}
		case policy.Assigned:
			if !s.assigned(seen, c) || action == policy.CasePhone && !c.State.Open() {
				continue
			}
		case policy.Limited:
			if p.Role != policy.Key {
				continue
			}
		case policy.Token, policy.Counts, policy.Propose, policy.Flagged:
			continue
		}
		best = max(best, effect)
	}
	if best == policy.Deny && reading(action) && s.assigned(seen, c) && policy.May(seen.posts, policy.CaseHandle) {
		return policy.Assigned // what somebody has to handle is theirs to read, wherever it lies
	}
	return best
}

// reading reports whether an action is to read about cases.
func reading(a policy.Action) bool {
	return a == policy.CaseRead || a == policy.CaseList || a == policy.CasePhoto || a == policy.CaseEvents
}

// assigned reports whether a case is the caller's unit's, or their own, while it is.
func (s *Server) assigned(seen *request, c *postgres.Case) bool {
	if !c.ClosedAt.IsZero() && time.Since(c.ClosedAt) > 30*24*time.Hour {
		return false
	}
	return c.Assignee != uuid.Nil && c.Assignee == seen.caller.Person || c.Unit != uuid.Nil && slices.Contains(seen.caller.Units, c.Unit)
}

// caseFor finds a case for something to be done with it. One that is not the
// caller's is answered like one that is not there.
func (s *Server) caseFor(ctx context.Context, id string, action policy.Action) (*postgres.Case, policy.Effect, error) {
	key, err := IDPath{id}.id(postgres.NoSuchIncident())
	if err != nil {
		return nil, policy.Deny, err
	}
	c, err := s.Store.Incident(ctx, key)
	if err != nil {
		return nil, policy.Deny, err
	}
	if s.caseEffect(ctx, c, policy.CaseRead) == policy.Deny {
		return nil, policy.Deny, s.deny(ctx, "", postgres.NoSuchIncident())
	}
	effect := s.caseEffect(ctx, c, action)
	if effect == policy.Deny {
		return nil, effect, s.deny(ctx, "", forbidden())
	}
	return c, effect, nil
}

// caseViewer is the caller towards lists of cases.
func (s *Server) caseViewer(ctx context.Context, action policy.Action) postgres.CaseViewer {
	seen := requestOf(ctx)
	if seen.open {
		return postgres.CaseViewer{Everywhere: true}
	}
	if seen.caller == nil {
		return postgres.CaseViewer{}
	}
	return s.Guard.CaseViewer(seen.caller, action)
}

// describeCases describes cases for their reader, with names and photographs.
func (s *Server) describeCases(ctx context.Context, cases []postgres.Case) ([]Incident, error) {
	names, err := s.Store.CaseNames(ctx, cases)
	if err != nil {
		return nil, err
	}
	ids := map[string][]uuid.UUID{}
	for i := range cases {
		ids[cases[i].District] = append(ids[cases[i].District], cases[i].ID)
	}
	photos := map[uuid.UUID][]postgres.CasePhoto{}
	for district, some := range ids {
		of, err := s.Store.IncidentPhotos(ctx, district, some)
		if err != nil {
			return nil, err
		}
		for id, p := range of {
			photos[id] = p
		}
	}
	list := make([]Incident, 0, len(cases))
	for i := range cases {
		d, err := s.describeCase(ctx, &cases[i], names, photos[cases[i].ID])
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func (s *Server) describeOne(ctx context.Context, c *postgres.Case) (Incident, error) {
	list, err := s.describeCases(ctx, []postgres.Case{*c})
	if err != nil {
		return Incident{}, err
	}
	return list[0], nil
}

func (s *Server) describeCase(ctx context.Context, c *postgres.Case, names map[uuid.UUID]string, photos []postgres.CasePhoto) (d Incident, err error) {
	lang := requestOf(ctx).lang
	words, err := s.caseWords(ctx, c.District)
	if err != nil {
		return d, err
	}
	d = Incident{ID: c.ID, District: c.District, Number: c.Number, State: string(c.State), StateWord: words.state(c.State, lang), Open: c.State.Open(),
		Channel: string(c.Channel), Outside: c.Outside, Description: c.Description, Address: c.Place.Address,
		Due: orNil(c.Progress.Due), Reported: c.ReportedAt, Filed: orNil(c.FiledAt), Dispatched: orNil(c.DispatchedAt), Handled: orNil(c.HandledAt), Closed: orNil(c.ClosedAt),
		Version: c.Version, Updated: c.UpdatedAt, Photos: []CasePhoto{}, Actions: []AllowedAction{}, Areas: []NamedArea{},
		Marks: CaseMarks{Supervised: c.Supervised, Returns: c.Returns, Reworks: c.Reworks, Reopened: c.Reopened, Extensions: c.Extensions, Disputed: c.Disputed,
			Forced: c.Forced, Deferred: c.Deferred, AskedUntil: orNil(c.AskedUntil), RestUntil: orNil(c.Until), Answer: string(c.Answer)}}
	if c.Parent != uuid.Nil {
		d.Marks.Parent = &c.Parent
	}
	if c.Place.Point != (geo.Point{}) {
		d.Position = degreesOf(c.Place.Point)
	}
	d.Areas, d.Edition = s.caseAreas(c), c.EditionName
	if c.Category.Code != "" {
		if d.Category, err = s.describeClass(ctx, c); err != nil {
			return d, err
		}
	}
	if c.Unit != uuid.Nil {
		d.Unit = &Name{c.Unit, names[c.Unit]}
	}
	if c.Assignee != uuid.Nil {
		d.Assignee = &Name{c.Assignee, names[c.Assignee]}
	}
	d.Clock = clockOf(c, time.Now())
	for _, p := range photos {
		d.Photos = append(d.Photos, describePhoto(c.District, p))
	}
	as := policy.CaseRead
	if requestOf(ctx).action == policy.CaseExport { // what leaves the house may be masked where reading is not
		as = policy.CaseExport
	}
	if s.caseEffect(ctx, c, as) == policy.Masked {
		d.Description, d.Address = maskNumbers(d.Description), maskNumbers(d.Address)
	}
	if s.caseEffect(ctx, c, policy.CaseRead) == policy.Masked {
		d.Number, d.Photos = "", []CasePhoto{} // the number would tell what is masked
	}
	d.Actions = s.allowedActions(ctx, c, words, lang)
	return d, nil
}

// clockOf reads the clock of a case at a moment.
func clockOf(c *postgres.Case, now time.Time) *CaseClock {
	phase := c.State.Phase()
	if c.State == incident.Suspended || c.State == incident.Merged {
		return &CaseClock{Phase: string(c.Before.Phase()), State: "paused"}
	}
	if phase == "" || c.Due.IsZero() {
		return nil
	}
	d := &CaseClock{Phase: string(phase), State: "normal", Due: orNil(c.Due), Soon: orNil(c.Soon)}
	switch {
	case !now.Before(c.Due):
		d.State = "overdue"
	case !now.Before(c.Soon):
		d.State = "due_soon"
	}
	return d
}

// caseAreas is the chain of areas that a case was decided for, as they are named
// in the boundaries in force, or else as the place lies now.
func (s *Server) caseAreas(c *postgres.Case) []NamedArea {
	chain := []NamedArea{}
	ix := s.Boundaries.Index()
	if ix == nil || ix.Edition(c.District) == nil {
		return chain
	}
	e := ix.Edition(c.District)
	a := e.ByID(c.Place.Area)
	if a == nil {
		a = e.ByID(c.Sight)
	}
	for ; a != nil; a = a.Up {
		chain = append(chain, nameOf(a))
	}
	slices.Reverse(chain)
	return chain
}

// allowedActions lists what the caller may do to a case now.
func (s *Server) allowedActions(ctx context.Context, c *postgres.Case, words caseWords, lang string) []AllowedAction {
	list := []AllowedAction{}
	seen := map[incident.Action]bool{}
	for _, m := range incident.Moves() {
		if m.Action == incident.ReportAction || m.Action == incident.UndoAction || seen[m.Action] || !slices.Contains(m.From, c.State) {
			continue
		}
		switch m.Action {
		case incident.GrantAction, incident.RefuseAction:
			if c.AskedUntil.IsZero() {
				continue
			}
		case incident.AskAction:
			if !c.AskedUntil.IsZero() || !c.Progress.Due.After(time.Now()) {
				continue
			}
		case incident.LiftAction:
			if c.Supervised == 0 {
				continue
			}
		}
		effect := s.caseEffect(ctx, c, m.Policy)
		if effect == policy.Deny {
			continue
		}
		seen[m.Action] = true
		a := AllowedAction{Action: string(m.Action), Word: words.action(m.Action, lang), To: string(m.To), Needs: []string{}, Reasons: []CodedWord{},
			Second: effect == policy.SecondEyes && needsSecond(m.Action)}
		for _, n := range m.Needs {
			a.Needs = append(a.Needs, string(n))
		}
		for _, r := range incident.Reasons(m.Action) {
			a.Reasons = append(a.Reasons, CodedWord{string(r), words.reason(m.Action, r, lang)})
		}
		list = append(list, a)
	}
	return list
}

// needsSecond reports whether an act takes a second person where the policy asks
// for one. To answer a request for more time is to be that second person, and to
// let a case go on harms nobody.
func needsSecond(a incident.Action) bool {
	return a != incident.GrantAction && a != incident.RefuseAction && a != incident.ResumeAction && a != incident.UndoAction
}

func describePhoto(district string, p postgres.CasePhoto) CasePhoto {
	base := "/api/v1/photos/" + district + "/" + p.ID.String()
	d := CasePhoto{ID: p.ID, Kind: p.Kind, URL: base, Thumbnail: base + "/thumbnail", Width: p.Width, Height: p.Height, Taken: p.Taken}
	if p.X != nil && p.Y != nil {
		d.Position = degreesOf(geo.Point{X: *p.X, Y: *p.Y})
	}
	return d
}

func degreesOf(p geo.Point) *Degrees {
	return &Degrees{p.Lon(), p.Lat()}
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// longNumbers are telephone and identity numbers in a text.
var longNumbers = regexp.MustCompile(`[0-9０-９]{3}[0-9０-９ \-]{3,}[0-9０-９Xx]{1,}`)

// maskNumbers hides what may be a telephone or identity number.
func maskNumbers(text string) string { return longNumbers.ReplaceAllString(text, "***") }
