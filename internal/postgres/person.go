package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/policy"
)

const selectPerson = `
	SELECT p.person_id, p.name, p.phone, p.department, coalesce(a.login, ''), coalesce(a.password <> '', false),
	       a.disabled_at, coalesce(a.demo, false), p.version, p.created_at
	FROM person p LEFT JOIN account a USING (person_id) `

func scanPerson(row pgx.CollectableRow) (p account.Person, err error) {
	var disabled *time.Time
	err = row.Scan(&p.ID, &p.Name, &p.Phone, &p.Department, &p.Login, &p.Ready, &disabled, &p.Demo, &p.Version, &p.Created)
	p.Disabled = orZero(disabled)
	return p, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// PeopleFilter selects people. Zero values select all.
type PeopleFilter struct {
	Text   string // in name, login, telephone or department
	Role   policy.Role
	Area   *Scope // with a post there or below
	Status string // active, disabled, invited (no password yet), without (any present post)
}

// People lists the people whom the viewer may see, by name.
func (s *Store) People(ctx context.Context, v Viewer, f PeopleFilter, page Page) (people []account.Person, err error) {
	var area Scope
	if f.Area != nil {
		area = *f.Area
	}
	err = s.look(ctx, v, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectPerson+`
			WHERE ($1 = '' OR position(lower($1) IN lower(p.name || ' ' || coalesce(a.login, '') || ' ' || p.phone || ' ' || p.department)) > 0)
			  AND ($2 = '' OR EXISTS (SELECT FROM post q WHERE q.person_id = p.person_id AND q.role = $2 AND (q.until_at IS NULL OR q.until_at > now())))
			  AND ($3 = '' OR EXISTS (SELECT FROM post q JOIN area_position x USING (district, area_id)
			       WHERE q.person_id = p.person_id AND (q.until_at IS NULL OR q.until_at > now())
			         AND x.district = $3 AND x.edition_id = $4 AND x.lo >= $5 AND x.lo < $6))
			  AND CASE $7 WHEN 'active' THEN a.disabled_at IS NULL AND a.password <> ''
			              WHEN 'disabled' THEN a.disabled_at IS NOT NULL
			              WHEN 'invited' THEN a.disabled_at IS NULL AND a.password = ''
			              WHEN 'without' THEN NOT EXISTS (SELECT FROM post q WHERE q.person_id = p.person_id AND q.from_at <= now() AND (q.until_at IS NULL OR q.until_at > now()))
			              ELSE true END
			ORDER BY p.name, p.person_id OFFSET $8 LIMIT $9`,
			f.Text, string(f.Role), area.District, area.Edition, area.Lo, area.Hi, f.Status, page.From, page.Most)
		if err != nil {
			return err
		}
		if people, err = pgx.CollectRows(rows, scanPerson); err != nil {
			return err
		}
		return fillPosts(ctx, tx, people)
	})
	return people, err
}

// Person returns one whom the viewer may see. Error: no_such_person.
func (s *Store) Person(ctx context.Context, v Viewer, id uuid.UUID) (p *account.Person, err error) {
	err = s.look(ctx, v, func(tx pgx.Tx) error {
		p, err = loadPerson(ctx, tx, id)
		return err
	})
	return p, err
}

func loadPerson(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*account.Person, error) {
	p, err := exactlyOne(ctx, tx, scanPerson, NoSuchPerson(), selectPerson+`WHERE p.person_id = $1`, id)
	if err != nil {
		return nil, err
	}
	one := []account.Person{*p}
	return &one[0], fillPosts(ctx, tx, one)
}

// NoSuchPerson is the answer about somebody who is not there, or not to be seen.
func NoSuchPerson() error {
	return fault.New(fault.NotFound, "no_such_person", "没有这个人，或不归您看", "there is no such person, or not for you to see")
}

// PersonByLogin returns the person with a login. Error: no_such_person.
func (s *Store) PersonByLogin(ctx context.Context, login string) (p *account.Person, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		var id uuid.UUID
		if err := tx.QueryRow(ctx, `SELECT person_id FROM account WHERE login = $1`, login).Scan(&id); errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "no_such_person", "没有登录名 %[1]q", "there is no login %[1]q", login)
		} else if err != nil {
			return err
		}
		p, err = loadPerson(ctx, tx, id)
		return err
	})
	return p, err
}

// fillPosts adds the posts of people: present and coming ones first, then those
// that have ended, the last first.
func fillPosts(ctx context.Context, tx pgx.Tx, people []account.Person) error {
	at := map[uuid.UUID]int{}
	ids := make([]uuid.UUID, len(people))
	for i, p := range people {
		ids[i], at[p.ID] = p.ID, i
	}
	rows, err := tx.Query(ctx, selectPost+`WHERE person_id = ANY($1)
		ORDER BY coalesce(until_at, 'infinity') > now() DESC, coalesce(until_at, 'infinity') DESC, from_at, post_id`, ids)
	if err != nil {
		return err
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		person, p, err := scanPost(row)
		if err == nil {
			i := at[person]
			people[i].Posts = append(people[i].Posts, p)
		}
		return struct{}{}, err
	})
	return err
}

const selectPost = `SELECT person_id, post_id, role, duties, coalesce(district, ''), area_id, from_at, until_at, granted_by FROM post `

func scanPost(row pgx.CollectableRow) (person uuid.UUID, p account.Post, err error) {
	var area *uuid.UUID
	var until *time.Time
	err = row.Scan(&person, &p.ID, &p.Role, &p.Duties, &p.District, &area, &p.From, &until, &p.By)
	if area != nil {
		p.Area = *area
	}
	p.Until = orZero(until)
	return person, p, err
}

// NewPerson is somebody who is to be added.
type NewPerson struct {
	ID                      uuid.UUID // of the maker's choice; a zero one is chosen here
	Name, Phone, Department string
	Login                   string // "" without an account
	Demo                    bool
	Password                string // hash; "" until the one-time link is used
	Posts                   []NewPost
	Link                    account.Secret // of a one-time link that is made with it; "" makes none
}

// NewPost is a post that is to be granted. A zero From is now.
type NewPost struct {
	Role        policy.Role
	Duties      []string
	District    string // "" for every district
	Area        uuid.UUID
	From, Until time.Time
}

// AddPerson adds somebody, with account and posts. Errors: login_taken,
// person_exists, no_such_area, bad_post, idempotency_key_reused.
func (s *Store) AddPerson(ctx context.Context, by Write, n NewPerson) (*account.Person, error) {
	return s.personAfter(ctx, by, func(tx *writing) (uuid.UUID, error) { return addPerson(ctx, tx, n) })
}

// Enrolment is one line of a table of people: somebody who is added, or a post
// more for somebody who is there.
type Enrolment struct {
	To uuid.UUID // zero: the person is added
	NewPerson
}

// Enrol adds people and grants posts, all or nothing. fresh is false when that
// was done before, under the same key. Errors: those of AddPerson and Grant.
func (s *Store) Enrol(ctx context.Context, by Write, enrolments []Enrolment) (fresh bool, err error) {
	_, err = s.once(ctx, by, func(tx *writing) (string, error) {
		fresh = true
		if err := theService.in(ctx, tx); err != nil {
			return "", err
		}
		for _, e := range enrolments {
			if e.To == uuid.Nil {
				_, err = addPerson(ctx, tx, e.NewPerson)
			} else {
				err = grantAll(ctx, tx, e.To, e.Posts)
			}
			if err != nil {
				return "", err
			}
		}
		return "", nil
	})
	return fresh, err
}

func grantAll(ctx context.Context, tx *writing, person uuid.UUID, posts []NewPost) error {
	for _, p := range posts {
		version, err := touchPerson(ctx, tx, person, 0)
		if err != nil {
			return err
		}
		post, err := addPost(ctx, tx, person, p)
		if err != nil {
			return err
		}
		if err := leave(ctx, tx, change{Subject: "person", ID: person, Version: version, What: "post granted",
			Detail: map[string]any{"post": describePost(post, p)}, Audit: audit.Entry{Act: string(policy.PostGrant)}}); err != nil {
			return err
		}
	}
	return nil
}

// PeopleByLogin returns the people who have some of the logins, by login.
func (s *Store) PeopleByLogin(ctx context.Context, logins []string) (byLogin map[string]*account.Person, err error) {
	byLogin = map[string]*account.Person{}
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectPerson+`WHERE a.login = ANY($1)`, logins)
		if err != nil {
			return err
		}
		people, err := pgx.CollectRows(rows, scanPerson)
		if err != nil {
			return err
		}
		if err := fillPosts(ctx, tx, people); err != nil {
			return err
		}
		for i := range people {
			byLogin[people[i].Login] = &people[i]
		}
		return nil
	})
	return byLogin, err
}

// personAfter runs a write about one person and returns how that person is
// afterwards.
func (s *Store) personAfter(ctx context.Context, by Write, do func(tx *writing) (uuid.UUID, error)) (*account.Person, error) {
	object, err := s.once(ctx, by, func(tx *writing) (string, error) {
		if err := theService.in(ctx, tx); err != nil {
			return "", err
		}
		id, err := do(tx)
		return id.String(), err
	})
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(object)
	if err != nil {
		return nil, errKeyReused // for a write that makes no person
	}
	return s.Person(ctx, theService, id)
}

func addPerson(ctx context.Context, tx *writing, n NewPerson) (uuid.UUID, error) {
	if n.ID == uuid.Nil {
		n.ID = uuid.Must(uuid.NewV7())
	}
	_, err := tx.Exec(ctx, `INSERT INTO person (person_id, name, phone, department) VALUES ($1, $2, $3, $4)`, n.ID, n.Name, n.Phone, n.Department)
	if err == nil && n.Login != "" {
		_, err = tx.Exec(ctx, `INSERT INTO account (person_id, login, demo, password, password_at) VALUES ($1, $2, $3, $4, CASE WHEN $4 = '' THEN NULL ELSE now() END)`, n.ID, n.Login, n.Demo, n.Password)
	}
	if err != nil {
		return n.ID, taken(err, n.Login)
	}
	if n.Link != "" {
		if err := invite(ctx, tx, &n.ID, n.Link); err != nil {
			return n.ID, err
		}
	}
	detail := map[string]any{"account": n.Login != "", "invited": n.Link != ""}
	var posts []string
	for _, post := range n.Posts {
		id, err := addPost(ctx, tx, n.ID, post)
		if err != nil {
			return n.ID, err
		}
		posts = append(posts, describePost(id, post))
	}
	if len(posts) > 0 {
		detail["posts"] = posts
	}
	return n.ID, leave(ctx, tx, change{Subject: "person", ID: n.ID, Version: 1, What: "added", Detail: detail, Audit: audit.Entry{Act: string(policy.AccountWrite)}})
}

func describePost(id uuid.UUID, p NewPost) string {
	return strings.TrimSpace(id.String() + " " + string(p.Role) + " " + p.District)
}

// taken turns a broken unique key into what it means.
func taken(err error, login string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.ConstraintName {
		case "account_login_key", "account_pkey":
			return fault.New(fault.Conflict, "login_taken", "登录名 %[1]q 已有人用，或此人已有账号", "the login %[1]q is taken, or the person has an account", login)
		case "person_pkey":
			return fault.New(fault.Conflict, "person_exists", "这个编号的人已经在了", "a person with this id is there already")
		}
	}
	return err
}

func addPost(ctx context.Context, tx pgx.Tx, person uuid.UUID, p NewPost) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	if err := account.CheckPost(p.Role, p.Duties); err != nil {
		return id, err
	}
	if err := account.CheckReach(p.Role, p.District == ""); err != nil {
		return id, err
	}
	if !p.Until.IsZero() && p.Until.Before(p.From) {
		return id, fault.New(fault.Unprocessable, "until_before_from", "结束日期早于开始日期", "it ends before it begins")
	}
	var area *uuid.UUID
	var district *string
	if p.District != "" {
		area, district = &p.Area, &p.District
	}
	_, err := tx.Exec(ctx, `INSERT INTO post (post_id, person_id, role, duties, district, area_id, from_at, until_at, granted_by)
		VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8, $9)`,
		id, person, string(p.Role), append([]string{}, p.Duties...), district, area, orNull(p.From), orNull(p.Until), audit.ActorOf(ctx).Who)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23503" {
		return id, fault.New(fault.Unprocessable, "no_such_area", "没有这个区域", "there is no such area")
	}
	return id, err
}

// touchPerson counts the version of a person on, and returns it. Errors:
// no_such_person, stale_version.
func touchPerson(ctx context.Context, tx pgx.Tx, id uuid.UUID, seen int64) (version int64, err error) {
	err = tx.QueryRow(ctx, `UPDATE person SET version = version + 1 WHERE person_id = $1 AND $2::bigint IN (0, version) RETURNING version`, id, seen).Scan(&version)
	if !errors.Is(err, pgx.ErrNoRows) {
		return version, err
	}
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person WHERE person_id = $1)`, id).Scan(&there); err != nil {
		return 0, err
	}
	if !there {
		return 0, NoSuchPerson()
	}
	return 0, fault.New(fault.Stale, "stale_version", "这个人的资料已被别人改动，请刷新后再试", "this person has been changed meanwhile; reload and try again")
}

// personWrite is a write about one person who is there.
func (s *Store) personWrite(ctx context.Context, by Write, id uuid.UUID, act policy.Action, do func(tx *writing) (what string, detail map[string]any, err error)) (*account.Person, error) {
	return s.personAfter(ctx, by, func(tx *writing) (uuid.UUID, error) {
		version, err := touchPerson(ctx, tx, id, by.Version)
		if err != nil {
			return id, err
		}
		what, detail, err := do(tx)
		if err != nil {
			return id, err
		}
		return id, leave(ctx, tx, change{Subject: "person", ID: id, Version: version, What: what, Detail: detail, Audit: audit.Entry{Act: string(act)}})
	})
}

// ChangePerson changes name, telephone, department and login; a login makes an
// account where there is none. Errors: no_such_person, stale_version,
// login_taken, idempotency_key_reused.
func (s *Store) ChangePerson(ctx context.Context, id uuid.UUID, name, phone, department, login string, by Write) (*account.Person, error) {
	return s.personWrite(ctx, by, id, policy.AccountWrite, func(tx *writing) (string, map[string]any, error) {
		before, err := loadPerson(ctx, tx, id)
		if err != nil {
			return "", nil, err
		}
		var fields []string
		for _, f := range []struct{ name, before, after string }{
			{"name", before.Name, name}, {"phone", before.Phone, phone}, {"department", before.Department, department}, {"login", before.Login, login},
		} {
			if f.before != f.after {
				fields = append(fields, f.name)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE person SET name = $2, phone = $3, department = $4 WHERE person_id = $1`, id, name, phone, department); err != nil {
			return "", nil, err
		}
		switch {
		case login == before.Login:
		case login == "":
			err = fault.New(fault.Unprocessable, "login_needed", "已有账号的人要有登录名；不再用时请停用账号", "who has an account has a login; disable the account when it is no longer used")
		case before.Login == "":
			_, err = tx.Exec(ctx, `INSERT INTO account (person_id, login) VALUES ($1, $2)`, id, login)
		default:
			_, err = tx.Exec(ctx, `UPDATE account SET login = $2 WHERE person_id = $1`, id, login)
		}
		return "changed", map[string]any{"fields": fields}, taken(err, login)
	})
}

// Disable takes an account out of use and ends its sessions and links, or takes
// it into use again. Errors: no_such_person, stale_version, last_administrator,
// idempotency_key_reused.
func (s *Store) Disable(ctx context.Context, id uuid.UUID, disabled bool, by Write) (*account.Person, error) {
	return s.personWrite(ctx, by, id, policy.AccountWrite, func(tx *writing) (string, map[string]any, error) {
		if !disabled {
			_, err := tx.Exec(ctx, `UPDATE account SET disabled_at = NULL WHERE person_id = $1`, id)
			return "enabled", nil, err
		}
		if _, err := tx.Exec(ctx, `UPDATE account SET disabled_at = coalesce(disabled_at, now()) WHERE person_id = $1`, id); err != nil {
			return "", nil, err
		}
		if err := keepsAdministrator(ctx, tx); err != nil {
			return "", nil, err
		}
		return "disabled", nil, endAll(ctx, tx, id)
	})
}

// keepsAdministrator refuses to leave nobody who can let people in. Error:
// last_administrator.
func keepsAdministrator(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('wangge administrators'))`); err != nil {
		return err
	}
	for _, role := range []policy.Role{policy.SysAdmin, policy.SecAdmin} {
		var left bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM post JOIN account USING (person_id)
			WHERE role = $1 AND from_at <= now() AND (until_at IS NULL OR until_at > now()) AND disabled_at IS NULL)`, string(role)).Scan(&left); err != nil {
			return err
		}
		if !left {
			return fault.New(fault.Conflict, "last_administrator", "这样就没有%[1]s了：先给别人这个岗位", "that would leave no %[2]s: give somebody else the post first", role.Word(), string(role))
		}
	}
	return nil
}

// endAll ends all sessions of a person and voids one-time links.
func endAll(ctx context.Context, tx *writing, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE session SET ended_at = now() WHERE person_id = $1 AND ended_at IS NULL`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE invitation SET used_at = now() WHERE person_id = $1 AND used_at IS NULL`, id)
	return err
}

// Grant gives somebody a post. Errors: no_such_person, stale_version,
// no_such_area, bad_post, idempotency_key_reused.
func (s *Store) Grant(ctx context.Context, id uuid.UUID, p NewPost, by Write) (*account.Person, error) {
	return s.personWrite(ctx, by, id, policy.PostGrant, func(tx *writing) (string, map[string]any, error) {
		post, err := addPost(ctx, tx, id, p)
		return "post granted", map[string]any{"post": describePost(post, p)}, err
	})
}

// EndPost ends a post at a moment; a zero one is now. Errors: no_such_person,
// no_such_post, stale_version, last_administrator, idempotency_key_reused.
func (s *Store) EndPost(ctx context.Context, id, post uuid.UUID, until time.Time, by Write) (*account.Person, error) {
	return s.personWrite(ctx, by, id, policy.PostGrant, func(tx *writing) (string, map[string]any, error) {
		tag, err := tx.Exec(ctx, `UPDATE post SET until_at = greatest(from_at, coalesce($3, now()))
			WHERE person_id = $1 AND post_id = $2 AND (until_at IS NULL OR until_at > now())`, id, post, orNull(until))
		if err != nil {
			return "", nil, err
		}
		if tag.RowsAffected() == 0 {
			return "", nil, NoSuchPost()
		}
		return "post ended", map[string]any{"post": post.String()}, keepsAdministrator(ctx, tx)
	})
}

// NoSuchPost is the answer about a post that is not there, or has ended.
func NoSuchPost() error {
	return fault.New(fault.NotFound, "no_such_post", "没有这个岗位，或已经结束", "there is no such post, or it has ended")
}

// HasAccounts reports whether anybody has an account: until then the service is
// open on loopback.
func (s *Store) HasAccounts(ctx context.Context) (has bool, err error) {
	err = s.look(ctx, theService, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account)`).Scan(&has)
	})
	return has, err
}

// AreaIDs returns the identities of the areas of a district that have, or ever
// had, a code.
func (s *Store) AreaIDs(ctx context.Context, district, code string) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT area_id FROM area_code WHERE district = $1 AND code = $2`, district, code)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	return ids, translate(err)
}
