package httpapi

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/postgres"
	"wangge/internal/roster"
)

// Roster is what a table of people would do, or has done.
type Roster struct {
	Rows      []RosterRow  `json:"rows"`
	Ignored   []string     `json:"ignored" doc:"headings that were not understood"`
	Adds      int          `json:"adds" doc:"people"`
	Grants    int          `json:"grants" doc:"posts"`
	Refused   int          `json:"refused" doc:"rows with problems; while there is one nothing is kept"`
	Committed bool         `json:"committed"`
	Links     []RosterLink `json:"links" doc:"one-time links of those added, shown once"`
}

// RosterRow is one line of the table.
type RosterRow struct {
	Line       int             `json:"line"`
	Name       string          `json:"name"`
	Phone      string          `json:"phone"`
	Login      string          `json:"login"`
	Department string          `json:"department"`
	Role       string          `json:"role"`
	Duties     []string        `json:"duties"`
	Area       *PostArea       `json:"area,omitempty"`
	AreaText   string          `json:"area_text" doc:"as written"`
	From       string          `json:"from"`
	Until      string          `json:"until"`
	Does       string          `json:"does" enum:"add,post,same,refuse" doc:"adds a person, a post to one who is there, nothing, or has problems"`
	Problems   []RosterProblem `json:"problems"`
}

// RosterProblem is something wrong with a row.
type RosterProblem struct {
	Field string `json:"field"`
	Code  string `json:"code"`
	Text  string `json:"text"`
}

// RosterLink is the one-time link of somebody who was added.
type RosterLink struct {
	Line  int    `json:"line"`
	Name  string `json:"name"`
	Login string `json:"login"`
	Path  string `json:"path" doc:"to be put behind the address of the service"`
}

type rosterOutput struct{ Body Roster }

// maxRoster is a little more than what a table may have, so that the reader can
// say what is wrong.
const maxRoster = 11 << 20

func (s *Server) rosterRoutes() {
	op := operation(http.MethodPost, "/api/v1/people/imports", "people-import", "从表格导入人员 · People from a table", 400, 413, 415, 422)
	op.MaxBodyBytes = maxRoster
	huma.Register(s.api, op, s.importPeople)
	template := operation(http.MethodGet, "/api/v1/people/import-template", "people-template", "人员表格模板 · A table to fill in")
	template.Responses = map[string]*huma.Response{"200": {Description: "the table", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	huma.Register(s.api, template, func(ctx context.Context, _ *struct{}) (*struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}, error) {
		return &struct {
			ContentType string `header:"Content-Type"`
			Disposition string `header:"Content-Disposition"`
			Body        []byte
		}{"text/csv; charset=utf-8", `attachment; filename="wangge-people.csv"`, roster.Template(requestOf(ctx).lang)}, nil
	})
}

// importPeople says what a table would do, and does it when asked to and no row
// has a problem: all of it or nothing.
func (s *Server) importPeople(ctx context.Context, in *struct {
	Name    string `query:"name" required:"true" doc:"of the file, with its ending: .csv or .xlsx"`
	Commit  bool   `query:"commit" doc:"keep it; without it everything is tried and nothing kept"`
	Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	RawBody []byte `contentType:"application/octet-stream"`
}) (*rosterOutput, error) {
	read, err := readTable(ctx, s.Roster, in.Name, in.RawBody)
	if err != nil {
		return nil, err
	}
	logins := []string{}
	for i := range read.Entries {
		if login, err := account.Login(read.Entries[i].Login); err == nil {
			logins = append(logins, login)
		}
	}
	there, err := s.Store.PeopleByLogin(ctx, logins)
	if err != nil {
		return nil, err
	}
	out := Roster{Rows: []RosterRow{}, Ignored: append([]string{}, read.Ignored...), Links: []RosterLink{}}
	var enrolments []postgres.Enrolment
	for i := range read.Entries {
		row, enrolment := s.enrolment(ctx, &read.Entries[i], there)
		switch row.Does {
		case "refuse":
			out.Refused++
		case "add":
			out.Adds++
		}
		if row.Does == "add" || row.Does == "post" {
			out.Grants += len(enrolment.Posts)
			enrolments = append(enrolments, enrolment)
			if enrolment.Link != "" {
				out.Links = append(out.Links, RosterLink{row.Line, row.Name, row.Login, InvitationPath(enrolment.Link)})
			}
		}
		out.Rows = append(out.Rows, row)
	}
	if out.Grants > 0 {
		if err := s.mayGrant(ctx, uuid.Nil); err != nil {
			return nil, err
		}
	}
	if !in.Commit || out.Refused > 0 {
		out.Links = []RosterLink{}
		if in.Commit {
			return nil, fault.New(fault.Unprocessable, "rows_refused", "还有 %[1]d 行有问题，没有导入任何人", "%[1]d rows have problems; nobody was brought in", out.Refused)
		}
		return &rosterOutput{out}, nil
	}
	fresh, err := s.Store.Enrol(ctx, writing(ctx, 0), enrolments)
	if err != nil {
		return nil, err
	}
	if !fresh { // a repetition: the links were made, and shown, before
		out.Links = []RosterLink{}
	}
	out.Committed = true
	return &rosterOutput{out}, nil
}

// readTable has a table read, in a child process, from a file of its own.
func readTable[T any](ctx context.Context, read func(context.Context, string) (*T, error), name string, content []byte) (*T, error) {
	dir, err := os.MkdirTemp("", "wangge-roster-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "roster"+strings.ToLower(clip(filepath.Ext(name), 10)))
	if strings.ContainsAny(file[len(dir)+1:], `/\`) {
		return nil, fault.New(fault.Invalid, "bad_file_name", "文件名不能用：%[1]q", "this file name cannot be used: %[1]q", clip(name, 60))
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return nil, err
	}
	return read(ctx, file)
}

// enrolment says what one line does, and how; there are the people who have the
// logins of the table.
func (s *Server) enrolment(ctx context.Context, e *roster.Entry, there map[string]*account.Person) (RosterRow, postgres.Enrolment) {
	lang := requestOf(ctx).lang
	row := RosterRow{Line: e.Line, Name: e.Name, Phone: e.Phone, Login: e.Login, Department: e.Department, Role: string(e.Role), Duties: append([]string{}, e.Duties...),
		AreaText: e.Area, From: e.From, Until: e.Until, Does: "add", Problems: []RosterProblem{}}
	for _, p := range e.Problems {
		row.Problems = append(row.Problems, RosterProblem{p.Field, p.Code, p.Text(lang)})
	}
	problem := func(field string, err error) {
		if f, ours := fault.As(err); ours {
			row.Problems = append(row.Problems, RosterProblem{field, f.Code, f.Text(lang)})
		}
	}
	who := PersonRequest{Name: e.Name, Phone: e.Phone, Department: e.Department, Login: e.Login}
	if len(e.Problems) == 0 {
		problem("login", who.check())
		row.Login = who.Login
	}
	var posts []postgres.NewPost
	if e.Role != "" {
		post, err := s.newPost(PostRequest{Role: string(e.Role), Duties: e.Duties, District: e.District, Area: e.Area, From: e.From, Until: e.Until})
		problem("area", err)
		row.Area, _ = s.postArea(post.District, post.Area)
		posts = append(posts, post)
	}
	enrolment := postgres.Enrolment{NewPerson: postgres.NewPerson{Name: who.Name, Phone: who.Phone, Department: who.Department, Login: who.Login, Posts: posts}}
	if p := there[who.Login]; p != nil && who.Login != "" {
		enrolment.To, row.Does = p.ID, "post"
		switch {
		case p.Name != who.Name:
			problem("login", fault.New(fault.Unprocessable, "login_taken", "登录名 %[1]q 已是 %[2]s 的", "the login %[1]q is %[2]s's", who.Login, p.Name))
		case p.ID == requestOf(ctx).caller.Person && len(posts) > 0:
			problem("role", errNotOneself)
		case len(posts) == 0 || holds(p, posts[0]):
			row.Does = "same"
		}
	} else if who.Login != "" {
		enrolment.Link = account.NewSecret()
	}
	if len(row.Problems) > 0 {
		row.Does = "refuse"
	}
	return row, enrolment
}

// holds reports whether somebody has a post, or will have it, already.
func holds(p *account.Person, post postgres.NewPost) bool {
	for _, q := range p.Posts {
		if q.Role == post.Role && q.District == post.District && q.Area == post.Area && (q.Until.IsZero() || q.Until.After(post.From)) {
			return true
		}
	}
	return false
}

var errNotOneself = fault.New(fault.Unprocessable, "not_oneself", "不能给自己授予或结束岗位：请另一位安全管理员来做", "nobody grants or ends posts of their own: have another security administrator do it")
