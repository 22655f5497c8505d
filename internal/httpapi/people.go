package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// Person is somebody who uses the product.
type Person struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	Phone      string     `json:"phone"`
	Department string     `json:"department"`
	Login      string     `json:"login" doc:"empty without an account"`
	Status     string     `json:"status" enum:"active,invited,disabled,none" doc:"of the account; invited: no password set yet"`
	Demo       bool       `json:"demo,omitempty"`
	Disabled   *time.Time `json:"disabled,omitempty"`
	Created    time.Time  `json:"created"`
	Version    int64      `json:"version" doc:"also the ETag"`
	Posts      []Post     `json:"posts" doc:"present and coming ones first, then those that ended"`
}

// Post is a role in an area for a time.
type Post struct {
	ID     uuid.UUID  `json:"id"`
	Role   string     `json:"role"`
	Duties []string   `json:"duties" doc:"of a dispatcher: intake (受理员), shift_lead (值班长)"`
	Area   *PostArea  `json:"area,omitempty" doc:"absent: every district"`
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until,omitempty" doc:"first moment when it does not count any more"`
	State  string     `json:"state" enum:"present,coming,ended,lost" doc:"lost: its area is not there any more"`
}

// PostArea is the area of a post, in the boundaries in force.
type PostArea struct {
	District string      `json:"district"`
	Level    string      `json:"level,omitempty"`
	Code     string      `json:"code,omitempty" doc:"absent when the area is not there any more"`
	Name     string      `json:"name,omitempty"`
	Bbox     *[4]float64 `json:"bbox,omitempty"`
}

// PostRequest is a post that is to be granted.
type PostRequest struct {
	Role     string   `json:"role" enum:"grid_worker,grid_lead,community_officer,street_officer,dispatcher,department_handler,planner,boundary_steward,supervisor,party_affairs,system_admin,security_admin,auditor"`
	Duties   []string `json:"duties,omitempty" enum:"intake,shift_lead"`
	District string   `json:"district,omitempty" doc:"may be left out while there is only one; empty with an empty area: every district"`
	Level    string   `json:"level,omitempty" enum:"district,subdistrict,community,grid,compound" doc:"where a code stands on several levels"`
	Area     string   `json:"area,omitempty" doc:"code, in the boundaries in force"`
	From     string   `json:"from,omitempty" example:"2026-01-31" doc:"first day; now when left out"`
	Until    string   `json:"until,omitempty" example:"2026-12-31" doc:"last day; open when left out"`
}

// PersonRequest is what is said of a person.
type PersonRequest struct {
	Name       string `json:"name" maxLength:"200"`
	Phone      string `json:"phone,omitempty" maxLength:"60"`
	Department string `json:"department,omitempty" maxLength:"200"`
	Login      string `json:"login,omitempty" maxLength:"200" doc:"empty without an account"`
}

// InvitationLink is a one-time link, shown once.
type InvitationLink struct {
	Path  string    `json:"path" doc:"to be put behind the address of the service"`
	Until time.Time `json:"until"`
}

type (
	personOutput struct {
		ETag string `header:"ETag"`
		Body Person
	}
	peopleOutput struct {
		Body struct {
			People []Person `json:"people"`
			Next   string   `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
	linkOutput struct{ Body InvitationLink }
	pastOutput struct {
		Body struct {
			History []Past `json:"history" doc:"newest first"`
		}
	}
	// PersonWrite names a person as last seen.
	PersonWrite struct {
		IDPath
		IfMatch string `header:"If-Match" doc:"the ETag of the person as last seen"`
		Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	}
)

// Past is one row of a history.
type Past struct {
	Version int64          `json:"version"`
	At      time.Time      `json:"at"`
	Actor   string         `json:"actor"`
	What    string         `json:"what"`
	Detail  map[string]any `json:"detail"`
}

func (s *Server) peopleRoutes() {
	const all, one = "/api/v1/people", "/api/v1/people/{id}"
	huma.Register(s.api, operation(http.MethodGet, all, "people", "人员列表 · People", 400, 401, 403, 503), s.people)
	huma.Register(s.api, operation(http.MethodGet, one, "person", "一个人 · One person", 401, 403, 404, 503), s.person)
	huma.Register(s.api, operation(http.MethodGet, one+"/history", "person-history", "变更记录 · How it came to be so", 401, 403, 404, 503), s.personHistory)
	add := operation(http.MethodPost, all, "person-add", "添加人员 · Add a person", 401, 403, 409, 422, 503)
	add.DefaultStatus = http.StatusCreated
	huma.Register(s.api, add, s.addPerson)
	huma.Register(s.api, operation(http.MethodPut, one, "person-change", "修改资料 · Change", 401, 403, 404, 409, 412, 422, 428, 503), s.changePerson)
	for id, summary := range map[string]string{"disable": "停用账号 · Disable the account", "enable": "启用账号 · Enable it again"} {
		huma.Register(s.api, operation(http.MethodPost, one+"/"+id, "person-"+id, summary, 401, 403, 404, 409, 412, 428, 503), func(ctx context.Context, in *PersonWrite) (*personOutput, error) {
			return s.writePerson(ctx, in, func(person uuid.UUID, by postgres.Write) (*account.Person, error) {
				return s.Store.Disable(ctx, person, id == "disable", by)
			})
		})
	}
	invite := operation(http.MethodPost, one+"/invitations", "person-invite", "一次性链接（设密码） · A one-time link, to set a password", 401, 403, 404, 409, 503)
	invite.DefaultStatus = http.StatusCreated
	huma.Register(s.api, invite, s.invite)
	huma.Register(s.api, operation(http.MethodDelete, one+"/sessions", "person-sessions-end", "让其退出 · Sign them out everywhere", 401, 403, 404, 503), s.endSessionsOf)
	grant := operation(http.MethodPost, one+"/posts", "post-grant", "授予岗位 · Grant a post", 400, 401, 403, 404, 409, 412, 422, 428, 503)
	grant.DefaultStatus = http.StatusCreated
	huma.Register(s.api, grant, s.grant)
	huma.Register(s.api, operation(http.MethodDelete, one+"/posts/{post}", "post-end", "结束岗位 · End a post", 400, 401, 403, 404, 409, 412, 422, 428, 503), s.endPost)
}

func (s *Server) people(ctx context.Context, in *struct {
	Text     string `query:"text" doc:"in name, login, telephone or department"`
	Role     string `query:"role"`
	District string `query:"district"`
	Area     string `query:"area" doc:"code: with a post there or below"`
	Status   string `query:"status" enum:"active,invited,disabled,without" doc:"without: no present post"`
	Limit    count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
}) (*peopleOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	f := postgres.PeopleFilter{Text: clip(strings.TrimSpace(in.Text), 100), Role: policy.Role(in.Role), Status: in.Status}
	if f.Status != "" && !slices.Contains([]string{"active", "invited", "disabled", "without"}, f.Status) {
		return nil, fault.New(fault.Invalid, "bad_status", "status 只能是 active、invited、disabled、without", "status is one of active, invited, disabled, without")
	}
	if f.Role != "" && !account.Appointed(f.Role) {
		return nil, fault.New(fault.Invalid, "unknown_role", "没有这种岗位：%[1]q", "there is no such role: %[1]q", clip(in.Role, 40))
	}
	if in.Area != "" {
		a, err := s.areaNamed(in.District, "", in.Area)
		if err != nil {
			return nil, err
		}
		f.Area = &postgres.Scope{District: a.District, Edition: a.Version.Edition, Lo: a.Lo, Hi: a.Hi}
	}
	found, err := s.Store.People(ctx, s.viewer(ctx), f, page.oneMore())
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{}
	out.Body.People, out.Body.Next = paged(page, found, s.describePerson)
	return out, nil
}

func (s *Server) person(ctx context.Context, in *IDPath) (*personOutput, error) {
	id, err := in.id(postgres.NoSuchPerson())
	if err != nil {
		return nil, err
	}
	p, err := s.Store.Person(ctx, s.viewer(ctx), id)
	return s.respondPerson(p, err)
}

func (s *Server) respondPerson(p *account.Person, err error) (*personOutput, error) {
	if err != nil {
		return nil, err
	}
	return &personOutput{etag(p.Version), s.describePerson(p)}, nil
}

func (s *Server) personHistory(ctx context.Context, in *IDPath) (*pastOutput, error) {
	id, err := in.id(postgres.NoSuchPerson())
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.Person(ctx, s.viewer(ctx), id); err != nil {
		return nil, err
	}
	past, err := s.Store.History(ctx, "person", id)
	if err != nil {
		return nil, err
	}
	out := &pastOutput{}
	out.Body.History = []Past{}
	for _, p := range past {
		out.Body.History = append(out.Body.History, Past(p))
	}
	return out, nil
}

// check reads what is said of a person. Errors: missing_text, bad_text,
// text_too_long, bad_phone, bad_login.
func (r *PersonRequest) check() error {
	var err error
	if r.Name, err = personText("name", r.Name); err != nil {
		return err
	}
	if r.Department != "" {
		if r.Department, err = personText("department", r.Department); err != nil {
			return err
		}
	}
	if r.Phone = strings.NewReplacer(" ", "", "-", "").Replace(r.Phone); r.Phone != "" {
		digits := strings.TrimPrefix(r.Phone, "+")
		if len(digits) < 5 || len(digits) > 16 || strings.Trim(digits, "0123456789") != "" {
			return fault.New(fault.Unprocessable, "bad_phone", "电话应是 5–16 位数字：%[1]q", "a telephone number has 5 to 16 digits: %[1]q", clip(r.Phone, 40))
		}
	}
	if r.Login != "" {
		r.Login, err = account.Login(r.Login)
	}
	return err
}

// personText reads a text about a person that is shown to others.
func personText(field, s string) (string, error) {
	const most = 60
	s = strings.TrimSpace(s)
	hidden := func(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) }
	switch {
	case s == "":
		return s, fault.New(fault.Unprocessable, "missing_text", "%[1]s 不能是空的", "%[1]s must not be empty", field)
	case utf8.RuneCountInString(s) > most:
		return s, fault.New(fault.Unprocessable, "text_too_long", "%[1]s 最多 %[2]d 个字", "%[1]s has at most %[2]d characters", field, most)
	case strings.ContainsFunc(s, hidden):
		return s, fault.New(fault.Unprocessable, "bad_text", "%[1]s 里有看不见的控制字符", "%[1]s holds invisible control characters", field)
	}
	return s, nil
}

func (s *Server) addPerson(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body struct {
		PersonRequest
		ID    *uuid.UUID    `json:"id,omitempty" doc:"of the caller's making (UUIDv7)"`
		Posts []PostRequest `json:"posts,omitempty" maxItems:"20" doc:"for security administrators"`
	}
}) (*personOutput, error) {
	b := &in.Body
	if err := b.check(); err != nil {
		return nil, err
	}
	n := postgres.NewPerson{Name: b.Name, Phone: b.Phone, Department: b.Department, Login: b.Login}
	if b.ID != nil {
		n.ID = *b.ID
	}
	if len(b.Posts) > 0 {
		if err := s.mayGrant(ctx, n.ID); err != nil {
			return nil, err
		}
	}
	for _, p := range b.Posts {
		post, err := s.newPost(p)
		if err != nil {
			return nil, err
		}
		n.Posts = append(n.Posts, post)
	}
	p, err := s.Store.AddPerson(ctx, writing(ctx, 0), n)
	return s.respondPerson(p, err)
}

// mayGrant refuses whoever may not grant posts, and to grant them to oneself.
// Errors: forbidden, not_oneself.
func (s *Server) mayGrant(ctx context.Context, to uuid.UUID) error {
	seen := requestOf(ctx)
	if policy.Best(seen.posts, policy.PostGrant) < policy.SecondEyes {
		return s.deny(ctx, "post-grant", fault.New(fault.Forbidden, "forbidden", "只有安全管理员能授予岗位", "only a security administrator grants posts"))
	}
	if seen.caller.Person == to {
		return s.deny(ctx, "post-grant", errNotOneself)
	}
	return nil
}

func (s *Server) changePerson(ctx context.Context, in *struct {
	PersonWrite
	Body PersonRequest
}) (*personOutput, error) {
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	return s.writePerson(ctx, &in.PersonWrite, func(id uuid.UUID, by postgres.Write) (*account.Person, error) {
		return s.Store.ChangePerson(ctx, id, in.Body.Name, in.Body.Phone, in.Body.Department, in.Body.Login, by)
	})
}

// writePerson runs a write about a person who is there.
func (s *Server) writePerson(ctx context.Context, in *PersonWrite, do func(id uuid.UUID, by postgres.Write) (*account.Person, error)) (*personOutput, error) {
	id, err := in.id(postgres.NoSuchPerson())
	if err != nil {
		return nil, err
	}
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	p, err := do(id, writing(ctx, version))
	if err == nil {
		s.Guard.ForgetAll(id)
	}
	return s.respondPerson(p, err)
}

func (s *Server) invite(ctx context.Context, in *IDPath) (*linkOutput, error) {
	id, err := in.id(postgres.NoSuchPerson())
	if err != nil {
		return nil, err
	}
	secret, err := s.Store.Invite(ctx, id)
	if err != nil {
		return nil, err
	}
	return &linkOutput{InvitationLink{InvitationPath(secret), time.Now().Add(postgres.InvitationFor)}}, nil
}

// InvitationPath is the page of a one-time link. The secret stands behind the
// #, which browsers do not send, so that it is in no log.
func InvitationPath(secret account.Secret) string {
	return "/invitation#" + url.PathEscape(string(secret))
}

func (s *Server) endSessionsOf(ctx context.Context, in *IDPath) (*struct{}, error) {
	id, err := in.id(postgres.NoSuchPerson())
	if err != nil {
		return nil, err
	}
	seen := requestOf(ctx)
	if seen.effect == policy.Mine && seen.caller.Person != id {
		return nil, s.deny(ctx, "person-sessions-end", postgres.NoSuchPerson())
	}
	if err := s.Store.EndSessions(ctx, id, uuid.Nil); err != nil {
		return nil, err
	}
	s.Guard.ForgetAll(id)
	return nil, nil
}

func (s *Server) grant(ctx context.Context, in *struct {
	PersonWrite
	Body PostRequest
}) (*personOutput, error) {
	post, err := s.newPost(in.Body)
	if err != nil {
		return nil, err
	}
	return s.writePerson(ctx, &in.PersonWrite, func(id uuid.UUID, by postgres.Write) (*account.Person, error) {
		if err := s.mayGrant(ctx, id); err != nil {
			return nil, err
		}
		return s.Store.Grant(ctx, id, post, by)
	})
}

func (s *Server) endPost(ctx context.Context, in *struct {
	PersonWrite
	Post  string `path:"post"`
	Until string `query:"until" doc:"last day; it ends now when left out"`
}) (*personOutput, error) {
	post, err := IDPath{in.Post}.id(postgres.NoSuchPost())
	if err != nil {
		return nil, err
	}
	until, err := account.LastDay(in.Until)
	if err != nil {
		return nil, err
	}
	return s.writePerson(ctx, &in.PersonWrite, func(id uuid.UUID, by postgres.Write) (*account.Person, error) {
		if err := s.mayGrant(ctx, id); err != nil {
			return nil, err
		}
		return s.Store.EndPost(ctx, id, post, until, by)
	})
}

// newPost reads a post that is to be granted. Errors: unknown_role,
// unknown_duty, area_missing, area_too_many, no_such_area, ambiguous_area,
// bad_date, until_before_from.
func (s *Server) newPost(r PostRequest) (p postgres.NewPost, err error) {
	p.Role, p.Duties = policy.Role(r.Role), r.Duties
	if err := account.CheckPost(p.Role, p.Duties); err != nil {
		return p, err
	}
	if err := account.CheckReach(p.Role, r.Area == ""); err != nil {
		return p, err
	}
	if r.Area != "" {
		a, err := s.areaNamed(r.District, r.Level, r.Area)
		if err != nil {
			return p, err
		}
		p.District, p.Area = a.District, a.AreaID
	}
	if p.From, err = account.FirstDay(r.From); err != nil {
		return p, err
	}
	if p.Until, err = account.LastDay(r.Until); err != nil {
		return p, err
	}
	if !p.Until.IsZero() && !p.Until.After(p.From) {
		return p, fault.New(fault.Unprocessable, "until_before_from", "结束日期早于开始日期", "it ends before it begins")
	}
	return p, nil
}

// areaNamed finds the area with a code, or else the one with a name, in the
// boundaries in force. Errors: no_such_area, ambiguous_area.
func (s *Server) areaNamed(district, level, code string) (*gridindex.Area, error) {
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	var byCode, byName []*gridindex.Area
	for _, e := range ix.Editions() {
		if district != "" && e.Code != district {
			continue
		}
		for _, l := range area.Levels {
			if level != "" && l.String() != level {
				continue
			}
			if a := e.Find(l, code); a != nil {
				byCode = append(byCode, a)
			}
			for _, a := range e.Level(l) {
				if a.Name == code {
					byName = append(byName, a)
				}
			}
		}
	}
	found := byCode
	if len(found) == 0 {
		found = byName
	}
	switch len(found) {
	case 0:
		return nil, fault.New(fault.Unprocessable, "no_such_area", "现在的边界里没有 %[1]q", "there is no %[1]q in the boundaries in force", clip(code, 60))
	case 1:
		return found[0], nil
	}
	return nil, fault.New(fault.Unprocessable, "ambiguous_area", "%[1]q 有 %[2]d 个，请写编码，必要时写明层级", "there are %[2]d areas %[1]q: give the code, and the level where needed", clip(code, 60), len(found))
}

func (s *Server) describePerson(p *account.Person) Person {
	d := Person{ID: p.ID, Name: p.Name, Phone: p.Phone, Department: p.Department, Login: p.Login, Status: "active", Demo: p.Demo,
		Created: p.Created, Version: p.Version, Posts: s.describePosts(p.Posts)}
	switch {
	case p.Login == "":
		d.Status = "none"
	case !p.Disabled.IsZero():
		d.Status, d.Disabled = "disabled", &p.Disabled
	case !p.Ready:
		d.Status = "invited"
	}
	return d
}

func (s *Server) describePosts(posts []account.Post) []Post {
	list := []Post{}
	now := time.Now()
	for _, p := range posts {
		d := Post{ID: p.ID, Role: string(p.Role), Duties: append([]string{}, p.Duties...), From: p.From, State: "present"}
		if !p.Until.IsZero() {
			d.Until = &p.Until
		}
		var there bool
		if d.Area, there = s.postArea(p.District, p.Area); !there {
			d.State = "lost"
		}
		switch {
		case !p.Until.IsZero() && !now.Before(p.Until):
			d.State = "ended"
		case now.Before(p.From):
			d.State = "coming"
		}
		list = append(list, d)
	}
	return list
}

// postArea describes the area of a post or key in the boundaries in force; nil
// for every district. there is false when it is not in them any more.
func (s *Server) postArea(district string, id uuid.UUID) (d *PostArea, there bool) {
	if district == "" {
		return nil, true
	}
	d = &PostArea{District: district}
	ix := s.Boundaries.Index()
	if ix == nil {
		return d, false
	}
	e := ix.Edition(district)
	if e == nil {
		return d, false
	}
	a := e.ByID(id)
	if a == nil {
		return d, false
	}
	box := bbox(a.Ground.Box())
	d.Level, d.Code, d.Name, d.Bbox = a.Level.String(), a.Code, a.Name, &box
	return d, true
}
