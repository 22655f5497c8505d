package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"wangge/geodata"
	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// demoUsers are the accounts of the demo: one for each way of working. Their
// password is printed, so they let nobody in but in demo mode, on loopback.
var demoUsers = []struct {
	login, name string
	roles       []policy.Role
	duties      []string
	area        string // code; "" for the whole installation
}{
	{"demo-admin", "演示·管理员", []policy.Role{policy.SysAdmin, policy.SecAdmin}, nil, ""},
	{"demo-auditor", "演示·审计员", []policy.Role{policy.Auditor}, nil, ""},
	{"demo-steward", "演示·边界管理员", []policy.Role{policy.Steward}, nil, "150102"},
	{"demo-planner", "演示·规划人员", []policy.Role{policy.Planner}, nil, "150102"},
	{"demo-dispatcher", "演示·派遣员", []policy.Role{policy.Dispatcher}, []string{"shift_lead"}, "150102"},
	{"demo-handler", "演示·部门处置人员", []policy.Role{policy.Handler}, nil, "150102"},
	{"demo-party", "演示·党务工作者", []policy.Role{policy.Party}, nil, "150102"},
	{"demo-supervisor", "演示·督查", []policy.Role{policy.Supervisor}, nil, "150102"},
	{"demo-street", "演示·街道干部", []policy.Role{policy.Street}, nil, "150102002"},
	{"demo-community", "演示·社区干部", []policy.Role{policy.Community}, nil, "150102002001"},
	{"demo-worker", "演示·网格员", []policy.Role{policy.Worker}, nil, "150102002001001"},
}

// demoPassword returns the password of the demo accounts of this data directory.
// fresh says that it is a new one.
func (f *databaseFlags) demoPassword() (password string, fresh bool, err error) {
	path := filepath.Join(f.DataDir, "demo-password")
	kept, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(kept))) >= account.ASVS.Shortest {
		return strings.TrimSpace(string(kept)), false, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", false, err
	}
	password = "demo-" + string(account.NewSecret())[:12]
	if err := os.MkdirAll(f.DataDir, 0o755); err != nil {
		return "", false, err
	}
	return password, true, os.WriteFile(path, []byte(password+"\n"), 0o600)
}

// addDemoUsers makes the demo accounts where they are missing, and prints all of
// them.
func (f *databaseFlags) addDemoUsers(ctx context.Context, t *terminal, db *database) error {
	password, fresh, err := f.demoPassword()
	if err != nil {
		return err
	}
	hash := ""
	hashed := func() (string, error) {
		if hash == "" {
			hash, err = account.NewHasher().Hash(ctx, password)
		}
		return hash, err
	}
	fmt.Fprintf(t.out, t.say("演示账号（示意数据，密码都是 %s）：\n", "demo accounts (synthetic; the password of all is %s):\n"), password)
	for _, u := range demoUsers {
		p, err := db.PersonByLogin(ctx, u.login)
		switch {
		case fault.Is(err, "no_such_person"):
			n := postgres.NewPerson{Name: u.name, Login: u.login, Demo: true}
			if n.Password, err = hashed(); err != nil {
				return err
			}
			place := placeFlags{District: geodata.District, Area: u.area}
			district, id, err := place.find(ctx, db)
			if err != nil {
				return err
			}
			for _, role := range u.roles {
				n.Posts = append(n.Posts, postgres.NewPost{Role: role, Duties: u.duties, District: district, Area: id})
			}
			if _, err := db.AddPerson(ctx, postgres.Write{}, n); err != nil {
				return err
			}
		case err != nil:
			return err
		case !p.Demo:
			continue // somebody's own
		case fresh:
			h, err := hashed()
			if err != nil {
				return err
			}
			if err := db.ResetPassword(ctx, p.ID, h); err != nil {
				return err
			}
		}
		var words []string
		for _, r := range u.roles {
			words = append(words, t.say(r.Word(), string(r)))
		}
		fmt.Fprintf(t.out, "  %-16s %s %s\n", u.login, strings.Join(words, t.say("、", ", ")), u.area)
	}
	return nil
}
