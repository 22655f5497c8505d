package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/httpapi"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

type userCommand struct {
	Add           userAdd     `cmd:"" help:"Add a person with an account and a post, and print a one-time link to set the password."`
	List          userList    `cmd:"" help:"List people, their accounts and posts."`
	Disable       userDisable `cmd:"" help:"Disable an account and end its sessions."`
	ResetPassword userReset   `cmd:"" help:"Print a one-time link to set a new password."`
	Token         userToken   `cmd:"" help:"Make an API key for a program, and print its secret, once."`
}

// linkFlags say where the service is reached, for links.
type linkFlags struct {
	URL string `name:"url" default:"http://127.0.0.1:8080" help:"Address at which the service is reached, for the link."`
}

func (l linkFlags) link(secret account.Secret) string {
	return strings.TrimSuffix(l.URL, "/") + httpapi.InvitationPath(secret)
}

// placeFlags name the area of a post or key.
type placeFlags struct {
	District string `help:"Code of the district; may be left out while there is only one."`
	Area     string `help:"Code of the area, in any edition; without it the whole installation." placeholder:"CODE"`
}

// find resolves the area. Errors: no_district, no_such_area, ambiguous_area.
func (p placeFlags) find(ctx context.Context, db *database) (district string, id uuid.UUID, err error) {
	if p.Area == "" {
		return "", uuid.Nil, nil
	}
	if district = p.District; district == "" {
		if district, err = db.OnlyDistrict(ctx); err != nil {
			return "", uuid.Nil, err
		}
	}
	ids, err := db.AreaIDs(ctx, district, p.Area)
	switch {
	case err != nil:
		return "", uuid.Nil, err
	case len(ids) == 0:
		return "", uuid.Nil, fault.New(fault.Invalid, "no_such_area", "%[1]s 没有编码是 %[2]q 的区域", "%[1]s has no area with the code %[2]q", district, p.Area)
	case len(ids) > 1:
		return "", uuid.Nil, fault.New(fault.Invalid, "ambiguous_area", "编码 %[1]q 在几个层级都有，请在网页上授予", "the code %[1]q stands on several levels: grant the post in the browser", p.Area)
	}
	return district, ids[0], nil
}

type userAdd struct {
	databaseFlags
	linkFlags
	placeFlags
	Login      string   `arg:"" help:"Login of the new account."`
	Name       string   `help:"Name of the person; the login when left out."`
	Phone      string   `help:"Telephone."`
	Department string   `help:"Department."`
	Role       []string `help:"Post: grid_worker, grid_lead, community_officer, street_officer, dispatcher, department_handler, planner, boundary_steward, supervisor, party_affairs, system_admin, security_admin, auditor." placeholder:"ROLE"`
	Duty       []string `help:"Duties of a dispatcher: intake, shift_lead."`
	Until      string   `help:"Last day of the post, YYYY-MM-DD." placeholder:"DATE"`
}

func (c *userAdd) Run(ctx context.Context, t *terminal) error {
	login, err := account.Login(c.Login)
	if err != nil {
		return err
	}
	n := postgres.NewPerson{Name: c.Name, Phone: c.Phone, Department: c.Department, Login: login}
	if n.Name == "" {
		n.Name = login
	}
	until, err := account.LastDay(c.Until)
	if err != nil {
		return err
	}
	return c.withStore(ctx, t, func(db *database) error {
		district, id, err := c.find(ctx, db)
		if err != nil {
			return err
		}
		for _, role := range c.Role {
			n.Posts = append(n.Posts, postgres.NewPost{Role: policy.Role(role), Duties: c.Duty, District: district, Area: id, Until: until})
		}
		p, err := db.AddPerson(ctx, postgres.Write{}, n)
		if err != nil {
			return err
		}
		secret, err := db.Invite(ctx, p.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("已添加 %s（%s）。请在 %s 前用这个一次性链接设密码：\n  %s\n", "added %s (%s). Set the password by %s with this one-time link:\n  %s\n"),
			p.Name, p.Login, time.Now().Add(postgres.InvitationFor).Format(time.DateTime), c.link(secret))
		return nil
	})
}

type userList struct{ databaseFlags }

func (c *userList) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, t.say("登录名\t姓名\t账号\t岗位", "login\tname\taccount\tposts"))
		const most = 500
		for from := 0; ; from += most {
			people, err := db.People(ctx, postgres.Operator, postgres.PeopleFilter{}, postgres.Page{From: from, Most: most})
			if err != nil {
				return err
			}
			for _, p := range people {
				state := t.say("在用", "active")
				switch {
				case p.Login == "":
					state = t.say("没有", "none")
				case !p.Disabled.IsZero():
					state = t.say("已停用", "disabled")
				case !p.Ready:
					state = t.say("未设密码", "invited")
				}
				var posts []string
				for _, post := range p.Posts {
					if post.At(time.Now()) {
						posts = append(posts, strings.TrimSpace(t.say(post.Role.Word(), string(post.Role))+" "+post.District))
					}
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Login, p.Name, state, strings.Join(posts, t.say("、", ", ")))
			}
			if len(people) < most {
				return w.Flush()
			}
		}
	})
}

type userDisable struct {
	databaseFlags
	Login string `arg:"" help:"Login of the account."`
}

func (c *userDisable) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		p, err := db.PersonByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		if _, err := db.Disable(ctx, p.ID, true, postgres.Write{}); err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("已停用 %s，其登录已结束\n", "%s is disabled and signed out\n"), p.Login)
		return nil
	})
}

type userReset struct {
	databaseFlags
	linkFlags
	Login string `arg:"" help:"Login of the account."`
}

func (c *userReset) Run(ctx context.Context, t *terminal) error {
	return c.withStore(ctx, t, func(db *database) error {
		p, err := db.PersonByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		secret, err := db.Invite(ctx, p.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("请 %s 在 %s 前用这个一次性链接设新密码：\n  %s\n", "%s sets a new password by %s with this one-time link:\n  %s\n"),
			p.Name, time.Now().Add(postgres.InvitationFor).Format(time.DateTime), c.link(secret))
		return nil
	})
}

type userToken struct {
	databaseFlags
	placeFlags
	Name   string   `arg:"" help:"What the key is for, as 12345 热线."`
	Action []string `required:"" help:"What it may do: locate, area.read, map.public, metrics, …" placeholder:"ACTION"`
	Days   int      `default:"90" help:"How long it is good, at most 400 days."`
}

func (c *userToken) Run(ctx context.Context, t *terminal) error {
	actions, err := account.ParseKeyActions(c.Action)
	if err != nil {
		return err
	}
	if c.Days < 1 || c.Days > 400 {
		return fault.New(fault.Invalid, "bad_until", "--days 应是 1 到 400", "--days is 1 to 400")
	}
	return c.withStore(ctx, t, func(db *database) error {
		district, id, err := c.find(ctx, db)
		if err != nil {
			return err
		}
		secret := account.NewSecret()
		k, err := db.AddKey(ctx, postgres.Write{}, postgres.APIKey{Name: c.Name, Actions: actions, District: district, Area: id, Until: time.Now().AddDate(0, 0, c.Days)}, secret)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, t.say("密钥“%s”，到 %s 为止；只显示这一次，用 Authorization: Bearer 发送：\n  %s\n", "key %q, good until %s; shown once, sent as Authorization: Bearer:\n  %s\n"),
			k.Name, k.Until.Format(time.DateOnly), secret)
		return nil
	})
}
