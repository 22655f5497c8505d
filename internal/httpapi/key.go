package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/fault"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// APIKey lets a program in, for some actions in an area.
type APIKey struct {
	ID      uuid.UUID  `json:"id"`
	Name    string     `json:"name"`
	Actions []string   `json:"actions"`
	Area    *PostArea  `json:"area,omitempty" doc:"absent: every district"`
	Maker   string     `json:"maker,omitempty" doc:"id of the person; absent: the operator on the host"`
	Made    time.Time  `json:"made"`
	Until   time.Time  `json:"until"`
	Revoked *time.Time `json:"revoked,omitempty"`
	Version int64      `json:"version" doc:"also the ETag"`
	Secret  string     `json:"secret,omitempty" doc:"shown once, when it is made: send it as Authorization: Bearer"`
}

type (
	keysOutput struct {
		Body struct {
			Keys []APIKey `json:"keys"`
			Able []string `json:"able" doc:"actions that a key can be made for"`
			Next string   `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
		}
	}
	keyOutput struct {
		ETag string `header:"ETag"`
		Body APIKey
	}
)

func (s *Server) keyRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/keys", "keys", "接口密钥 · API keys", 400, 401, 403, 503), s.keys)
	add := operation(http.MethodPost, "/api/v1/keys", "key-make", "新建接口密钥 · Make an API key", 401, 403, 409, 422, 503)
	add.DefaultStatus = http.StatusCreated
	huma.Register(s.api, add, s.makeKey)
	huma.Register(s.api, operation(http.MethodDelete, "/api/v1/keys/{id}", "key-revoke", "停用接口密钥 · Revoke it", 401, 403, 404, 409, 412, 428, 503), s.revokeKey)
}

func (s *Server) keys(ctx context.Context, in *struct {
	Limit  count  `query:"limit" doc:"at most 1000; 100 when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}) (*keysOutput, error) {
	page, err := parsePage(in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Keys(ctx, page.oneMore())
	if err != nil {
		return nil, err
	}
	out := &keysOutput{}
	out.Body.Keys, out.Body.Next = paged(page, found, s.describeKey)
	for _, a := range account.KeyActions() {
		out.Body.Able = append(out.Body.Able, string(a))
	}
	return out, nil
}

func (s *Server) describeKey(k *postgres.APIKey) APIKey {
	d := APIKey{ID: k.ID, Name: k.Name, Actions: []string{}, Made: k.Made, Until: k.Until, Version: k.Version}
	for _, a := range k.Actions {
		d.Actions = append(d.Actions, string(a))
	}
	if k.Maker != uuid.Nil {
		d.Maker = k.Maker.String()
	}
	if !k.Revoked.IsZero() {
		d.Revoked = &k.Revoked
	}
	d.Area, _ = s.postArea(k.District, k.Area)
	return d
}

// makeKey makes a key that is narrower than its maker: for some of the actions
// that keys can have, inside the area where the maker makes keys, for a time.
func (s *Server) makeKey(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body struct {
		Name     string   `json:"name" maxLength:"200"`
		Actions  []string `json:"actions" minItems:"1" maxItems:"50"`
		District string   `json:"district,omitempty"`
		Level    string   `json:"level,omitempty" enum:"district,subdistrict,community,grid,compound"`
		Area     string   `json:"area,omitempty" doc:"code; empty: every district"`
		Until    string   `json:"until" example:"2026-12-31" doc:"last day, at most 400 days ahead"`
	}
}) (*keyOutput, error) {
	b := in.Body
	k := postgres.APIKey{Maker: requestOf(ctx).caller.Person}
	var err error
	if k.Name, err = personText("name", b.Name); err != nil {
		return nil, err
	}
	place := policy.Place{}
	if b.Area != "" {
		a, err := s.areaNamed(b.District, b.Level, b.Area)
		if err != nil {
			return nil, err
		}
		k.District, k.Area = a.District, a.AreaID
		place = policy.Place{District: a.District, Lo: a.Lo, Hi: a.Hi}
	}
	if err := s.allows(ctx, &place, noDistrict(b.District)); err != nil {
		return nil, err
	}
	if k.Actions, err = account.ParseKeyActions(b.Actions); err != nil {
		return nil, err
	}
	if k.Until, err = account.LastDay(b.Until); err != nil {
		return nil, err
	}
	if k.Until.Before(time.Now()) || k.Until.After(time.Now().Add(account.LongestKeyLife)) {
		return nil, fault.New(fault.Unprocessable, "bad_until", "密钥要写明截止日期，最长 400 天", "a key has a last day, at most 400 days ahead")
	}
	secret := account.NewSecret()
	made, err := s.Store.AddKey(ctx, writing(ctx, 0), k, secret)
	if err != nil {
		return nil, err
	}
	d := s.describeKey(made)
	if c, err := s.Guard.ByKey(ctx, secret); err == nil && c != nil && c.Key.ID == made.ID { // not on a repetition
		d.Secret = string(secret)
	}
	return &keyOutput{etag(made.Version), d}, nil
}

func (s *Server) revokeKey(ctx context.Context, in *struct {
	IDPath
	IfMatch string `header:"If-Match" doc:"the ETag of the key as last seen"`
	Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
}) (*struct{}, error) {
	id, err := in.id(postgres.NoSuchKey())
	if err != nil {
		return nil, err
	}
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if err := s.Store.RevokeKey(ctx, id, writing(ctx, version)); err != nil {
		return nil, err
	}
	s.Guard.ForgetKey(id)
	return nil, nil
}
