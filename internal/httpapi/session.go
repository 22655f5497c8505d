package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// Me is who is signed in, and what the service lets them do.
type Me struct {
	SignedIn bool       `json:"signed_in"`
	Open     bool       `json:"open" doc:"there are no accounts yet: whoever reaches the service, on its own machine, may do everything"`
	Public   bool       `json:"public" doc:"strangers may see what is public"`
	Demo     bool       `json:"demo" doc:"on invented data (示意数据)"`
	Review   string     `json:"review,omitempty" doc:"number of the map review (审图号), to be shown on public maps"`
	Person   *Name      `json:"person,omitempty"`
	Login    string     `json:"login,omitempty"`
	Posts    []Post     `json:"posts" doc:"present ones"`
	May      []string   `json:"may" doc:"actions of docs/authorisation.md that are allowed somewhere"`
	Until    *time.Time `json:"until,omitempty" doc:"when the session ends in any case"`
	Idle     int        `json:"idle" doc:"seconds without a request after which a session ends"`
	Renew    bool       `json:"renew" doc:"the password has to be changed before anything else"`
	Rules    Rules      `json:"rules"`
}

// Rules are what a password must be.
type Rules struct {
	Profile  string `json:"profile" enum:"asvs,djbh"`
	Shortest int    `json:"shortest" doc:"characters"`
	Kinds    int    `json:"kinds" doc:"of capital letters, small letters, digits and signs"`
	Days     int    `json:"days" doc:"after which it has to be changed; 0 never"`
}

// Name names a person.
type Name struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Session is where somebody is signed in.
type Session struct {
	ID      uuid.UUID `json:"id"`
	Began   time.Time `json:"began"`
	Seen    time.Time `json:"seen" doc:"last request, to half a minute"`
	Until   time.Time `json:"until"`
	Source  string    `json:"source" doc:"network address"`
	Agent   string    `json:"agent" doc:"browser"`
	Present bool      `json:"present" doc:"the one that asks"`
}

type (
	meOutput struct {
		Cookie http.Cookie `header:"Set-Cookie"`
		Body   Me
	}
	sessionsOutput struct {
		Body struct {
			Sessions []Session `json:"sessions"`
		}
	}
	// Invitation is a one-time link.
	Invitation struct {
		First bool   `json:"first" doc:"it makes the first administrator"`
		Name  string `json:"name,omitempty"`
		Login string `json:"login,omitempty"`
		Rules Rules  `json:"rules"`
	}
	invitationOutput struct{ Body Invitation }
	// Token is the secret of a one-time link.
	Token struct {
		Token string `json:"token" maxLength:"100"`
	}
)

func (s *Server) sessionRoutes() {
	const me = "/api/v1/session"
	huma.Register(s.api, operation(http.MethodGet, me, "session", "我是谁、能做什么 · Who am I, and what may I do", 503), func(ctx context.Context, _ *struct{}) (*struct{ Body Me }, error) {
		return &struct{ Body Me }{s.describeMe(ctx)}, nil
	})
	in := operation(http.MethodPost, me, "sign-in", "登录 · Sign in", 401, 403, 422, 429, 503)
	in.MaxBodyBytes = 4096
	huma.Register(s.api, in, s.signIn)
	huma.Register(s.api, operation(http.MethodDelete, me, "sign-out", "退出 · Sign out", 403, 503), s.signOut)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/permissions", "permissions", "在一个地方能做什么 · What may I do in a place", 422, 503), s.permissions)
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/sessions", "sessions", "我的登录 · Where I am signed in", 401, 503), s.sessions)
	huma.Register(s.api, operation(http.MethodDelete, "/api/v1/sessions", "sessions-end", "退出其他登录 · Sign out everywhere else", 401, 403, 503), func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		c := requestOf(ctx).caller
		return nil, s.Store.EndSessions(ctx, c.Person, c.Session)
	})
	huma.Register(s.api, operation(http.MethodDelete, "/api/v1/sessions/{id}", "session-end", "退出一个登录 · Sign out there", 401, 403, 404, 503), func(ctx context.Context, in *IDPath) (*struct{}, error) {
		id, err := in.id(postgres.NoSuchSession())
		if err != nil {
			return nil, err
		}
		return nil, s.Store.EndSession(ctx, requestOf(ctx).caller.Person, id)
	})
	password := operation(http.MethodPut, "/api/v1/password", "password", "改密码 · Change the password", 401, 403, 422, 429, 503)
	password.MaxBodyBytes = 4096
	huma.Register(s.api, password, s.changePassword)
	look := operation(http.MethodPost, "/api/v1/invitations/look", "invitation-look", "一次性链接是给谁的 · Whom a one-time link is for", 404, 422, 429, 503)
	look.MaxBodyBytes = 4096
	huma.Register(s.api, look, s.lookAtInvitation)
	use := operation(http.MethodPost, "/api/v1/invitations", "invitation-use", "用一次性链接设密码 · Set a password by a one-time link", 404, 409, 422, 429, 503)
	use.MaxBodyBytes = 4096
	huma.Register(s.api, use, s.useInvitation)
}

// IDPath names a thing by its id.
type IDPath struct {
	ID string `path:"id"`
}

// id reads the id; what is none names nothing.
func (p IDPath) id(missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(p.ID)
	if err != nil || len(p.ID) != 36 {
		return id, missing
	}
	return id, nil
}

func (s *Server) describeMe(ctx context.Context) Me {
	seen := requestOf(ctx)
	m := Me{Open: seen.open, Public: s.Public, Demo: s.Demo, Review: s.Review, Posts: []Post{}, May: []string{}, Idle: int(s.Profile.Idle.Seconds()), Rules: s.rules()}
	for _, a := range policy.Actions {
		if seen.open || policy.Best(seen.posts, a) > policy.Propose || s.strangersMay(a) {
			m.May = append(m.May, string(a))
		}
	}
	if c := seen.caller; c != nil && c.Key == nil {
		m.SignedIn, m.Person, m.Login, m.Until = true, &Name{c.Person, c.Name}, c.Login, &c.Until
		m.Renew = s.Profile.Expired(c.PasswordAt, time.Now())
		m.Posts = s.describePosts(c.Posts)
	}
	return m
}

func (s *Server) rules() Rules {
	return Rules{Profile: s.Profile.Name, Shortest: s.Profile.Shortest, Kinds: s.Profile.Kinds, Days: int(s.Profile.Renew.Hours() / 24)}
}

// Permission is what the policy says of one action.
type Permission struct {
	Action string `json:"action"`
	Effect string `json:"effect" doc:"deny, token, counts, limited, propose, mine, assigned, masked, flagged, second, reveal or allow (docs/authorisation.md)"`
}

type permissionsOutput struct {
	Body struct {
		Permissions []Permission `json:"permissions"`
	}
}

// permissions tells what the caller may do to things in an area, or to things
// outside all areas of a district.
func (s *Server) permissions(ctx context.Context, in *struct {
	District string `query:"district"`
	Level    string `query:"level"`
	Area     string `query:"area" doc:"code; when left out, what lies outside all areas of the district"`
}) (*permissionsOutput, error) {
	seen := requestOf(ctx)
	place := s.ofDistrict(in.District)
	if in.Area != "" {
		a, err := s.areaNamed(in.District, in.Level, in.Area)
		if err != nil {
			return nil, err
		}
		place = &policy.Place{District: a.District, Lo: a.Lo, Hi: a.Hi}
	}
	out := &permissionsOutput{}
	for _, a := range policy.Actions {
		effect := policy.Granted(seen.posts, a, *place)
		if stranger := policy.Decide(nil, a, *place); stranger == policy.Allow || s.strangersMay(a) {
			effect = max(effect, stranger)
		}
		if seen.open {
			effect = policy.Allow
		}
		if c := seen.caller; c != nil && c.Key != nil && !slices.Contains(c.Key.Actions, a) {
			effect = policy.Deny
		}
		out.Body.Permissions = append(out.Body.Permissions, Permission{string(a), effect.String()})
	}
	return out, nil
}

// cookie names: the prefix keeps other hosts and plain HTTP from setting it.
const (
	secureCookie = "__Host-wangge"
	plainCookie  = "wangge" // on loopback without TLS, for trying
)

func (s *Server) cookie(value string, until time.Time) http.Cookie {
	c := http.Cookie{Name: plainCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Expires: until}
	if s.Secure {
		c.Name, c.Secure = secureCookie, true
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

func (s *Server) sessionOf(r *http.Request) account.Secret {
	name := plainCookie
	if s.Secure {
		name = secureCookie
	}
	c, err := r.Cookie(name)
	if err != nil || len(c.Value) > 100 {
		return ""
	}
	return account.Secret(c.Value)
}

// AgentHeader is what a browser says it is.
type AgentHeader struct {
	Agent string `header:"User-Agent"`
}

func (s *Server) opening(ctx context.Context, agent string) postgres.Opening {
	return postgres.Opening{Secret: account.NewSecret(), Source: audit.ActorOf(ctx).Source, Agent: clip(agent, 200), Most: s.Profile.Most}
}

var errNoMatch = fault.New(fault.Unauthenticated, "wrong_credentials", "登录名或密码不对", "the login or the password is wrong")

// signIn answers alike, and takes as long, whether the login is known or not.
func (s *Server) signIn(ctx context.Context, in *struct {
	AgentHeader
	Body struct {
		Login    string `json:"login" maxLength:"200"`
		Password string `json:"password" maxLength:"1000"`
	}
}) (*meOutput, error) {
	login := strings.ToLower(strings.TrimSpace(in.Body.Login))
	source := audit.ActorOf(ctx).Source
	found, err := s.Store.TrySignIn(ctx, login, source, s.Profile)
	if err != nil {
		return nil, err
	}
	hash := found.Hash
	if found.Demo && !s.Demo {
		hash = ""
	}
	matches, err := s.hasher.Matches(ctx, in.Body.Password, hash)
	if err != nil {
		return nil, err
	}
	if !matches {
		if err := s.Store.SignInFailed(ctx, login, found.Person); err != nil {
			return nil, err
		}
		return nil, errNoMatch
	}
	o := s.opening(ctx, in.Agent)
	if err := s.Store.SignedIn(ctx, found.Person, login, o); err != nil {
		return nil, err
	}
	return s.welcome(ctx, o)
}

// welcome answers with a new session's cookie and its owner.
func (s *Server) welcome(ctx context.Context, o postgres.Opening) (*meOutput, error) {
	c, err := s.Guard.BySession(ctx, o.Secret)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, errSignIn
	}
	seen := requestOf(ctx)
	seen.caller, seen.posts, seen.open = c, s.Guard.Posts(c), false
	return &meOutput{Cookie: s.cookie(string(o.Secret), c.Until), Body: s.describeMe(ctx)}, nil
}

func (s *Server) signOut(ctx context.Context, _ *struct{}) (*struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}, error) {
	if c := requestOf(ctx).caller; c != nil && c.Key == nil {
		if err := s.Store.EndSession(ctx, c.Person, c.Session); err != nil && !fault.Is(err, "no_such_session") {
			return nil, err
		}
		s.Guard.ForgetAll(c.Person)
	}
	return &struct {
		Cookie http.Cookie `header:"Set-Cookie"`
	}{s.cookie("", time.Unix(1, 0))}, nil
}

func (s *Server) sessions(ctx context.Context, _ *struct{}) (*sessionsOutput, error) {
	c := requestOf(ctx).caller
	list, err := s.Store.Sessions(ctx, c.Person, s.Profile.Idle)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{}
	out.Body.Sessions = []Session{}
	for _, x := range list {
		out.Body.Sessions = append(out.Body.Sessions, Session{x.ID, x.Made, x.Seen, x.Until, x.Source, x.Agent, x.ID == c.Session})
	}
	return out, nil
}

func (s *Server) changePassword(ctx context.Context, in *struct {
	AgentHeader
	Body struct {
		Current string `json:"current" maxLength:"1000"`
		New     string `json:"new" maxLength:"1000"`
	}
}) (*meOutput, error) {
	c := requestOf(ctx).caller
	if c.Demo {
		return nil, fault.New(fault.Conflict, "demo_account", "演示账号的密码不能改", "the password of a demo account cannot be changed")
	}
	hashes, _, err := s.Store.Passwords(ctx, c.Person)
	if err != nil {
		return nil, err
	}
	matches, err := s.hasher.Matches(ctx, in.Body.Current, hashes[0])
	if err != nil {
		return nil, err
	}
	if !matches {
		if err := s.Store.SignInFailed(ctx, c.Login, c.Person); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Unprocessable, "wrong_password", "现在的密码不对", "the present password is wrong")
	}
	for i, h := range hashes {
		if i > s.Profile.Former || h == "" {
			break
		}
		if used, err := s.hasher.Matches(ctx, in.Body.New, h); err != nil {
			return nil, err
		} else if used {
			return nil, fault.New(fault.Unprocessable, "password_used", "这个密码用过了，请换一个", "this password was used before; take another")
		}
	}
	hash, err := s.newHash(ctx, in.Body.New, c.Login, c.Name)
	if err != nil {
		return nil, err
	}
	o := s.opening(ctx, in.Agent)
	if err := s.Store.SetPassword(ctx, c.Person, hash, s.Profile.Former, o); err != nil {
		return nil, err
	}
	s.Guard.ForgetAll(c.Person)
	return s.welcome(ctx, o)
}

func (s *Server) newHash(ctx context.Context, password string, about ...string) (string, error) {
	if err := s.Profile.Check(password, about...); err != nil {
		return "", err
	}
	return s.hasher.Hash(ctx, password)
}

func (s *Server) lookAtInvitation(ctx context.Context, in *struct{ Body Token }) (*invitationOutput, error) {
	p, err := s.Store.Invited(ctx, account.Secret(in.Body.Token))
	if err != nil {
		return nil, err
	}
	out := &invitationOutput{Invitation{First: p == nil, Rules: s.rules()}}
	if p != nil {
		out.Body.Name, out.Body.Login = p.Name, p.Login
	}
	return out, nil
}

func (s *Server) useInvitation(ctx context.Context, in *struct {
	AgentHeader
	Body struct {
		Token
		Password string `json:"password" maxLength:"1000"`
		Name     string `json:"name,omitempty" maxLength:"200" doc:"of the first administrator"`
		Login    string `json:"login,omitempty" maxLength:"200" doc:"likewise"`
	}
}) (*meOutput, error) {
	secret := account.Secret(in.Body.Token.Token)
	p, err := s.Store.Invited(ctx, secret)
	if err != nil {
		return nil, err
	}
	var person uuid.UUID
	var login string
	if p != nil {
		login = p.Login
		hash, err := s.newHash(ctx, in.Body.Password, p.Login, p.Name)
		if err != nil {
			return nil, err
		}
		if person, err = s.Store.UseInvitation(ctx, secret, hash, s.Profile.Former); err != nil {
			return nil, err
		}
		s.Guard.ForgetAll(person)
	} else {
		n := postgres.NewPerson{}
		if n.Name, err = personText("name", in.Body.Name); err != nil {
			return nil, err
		}
		if n.Login, err = account.Login(in.Body.Login); err != nil {
			return nil, err
		}
		login = n.Login
		if n.Password, err = s.newHash(ctx, in.Body.Password, n.Login, n.Name); err != nil {
			return nil, err
		}
		if person, err = s.Store.UseFirstInvitation(ctx, secret, n); err != nil {
			return nil, err
		}
		s.Guard.AccountsMade()
	}
	o := s.opening(ctx, in.Agent)
	if err := s.Store.SignedIn(ctx, person, login, o); err != nil {
		return nil, err
	}
	return s.welcome(ctx, o)
}
