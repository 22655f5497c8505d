package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"wangge/internal/area"
	"wangge/internal/dispatch"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// ResponsibleUnit is who cases are sent to (责任单位).
type ResponsibleUnit struct {
	ID          uuid.UUID    `json:"id"`
	District    string       `json:"district"`
	Name        string       `json:"name"`
	Kind        string       `json:"kind" enum:"department,owner,territory" doc:"专业部门、权属单位、属地"`
	Area        *PostArea    `json:"area,omitempty" doc:"of a territory unit"`
	Phone       string       `json:"phone"`
	Disabled    bool         `json:"disabled"`
	Version     int64        `json:"version" doc:"also the ETag"`
	Members     []UnitMember `json:"members" doc:"those whom the caller may see"`
	MemberCount int          `json:"member_count" doc:"of all of them"`
}

// UnitMember is somebody who belongs to a unit.
type UnitMember struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Disabled bool      `json:"disabled" doc:"cannot sign in"`
}

// UnitPath names a unit, or a rule, of a district.
type UnitPath struct {
	District string `path:"district"`
	IDPath
}

// UnitWrite names a unit, or a rule, as last seen.
type UnitWrite struct {
	UnitPath
	IfMatch string `header:"If-Match" doc:"the ETag as last seen"`
	Key     string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
}

type (
	unitOutput struct {
		ETag string `header:"ETag"`
		Body ResponsibleUnit
	}
	unitsOutput struct {
		Body struct {
			District string            `json:"district"`
			Units    []ResponsibleUnit `json:"units" doc:"by name, the disabled ones last"`
		}
	}
)

func (s *Server) unitRoutes() {
	const all, one = "/api/v1/units", "/api/v1/units/{district}/{id}"
	huma.Register(s.api, operation(http.MethodGet, all, "units", "责任单位 · Responsible units", 400, 401, 403, 404, 503), s.units)
	huma.Register(s.api, operation(http.MethodGet, one, "unit", "一个责任单位 · One unit", 401, 403, 404, 503), s.unit)
	add := operation(http.MethodPost, all, "unit-add", "添加责任单位 · Add a unit", 400, 401, 403, 404, 409, 422, 503)
	add.DefaultStatus = http.StatusCreated
	huma.Register(s.api, add, s.addUnit)
	huma.Register(s.api, operation(http.MethodPut, one, "unit-change", "修改责任单位 · Change it", 401, 403, 404, 409, 412, 422, 428, 503), s.changeUnit)
	huma.Register(s.api, operation(http.MethodPut, one+"/members", "unit-members", "责任单位的人员 · Who belongs to it", 401, 403, 404, 409, 412, 422, 428, 503), s.setMembers)
	for id, summary := range map[string]string{"disable": "停用责任单位 · Take it out of use", "enable": "启用责任单位 · Take it into use again"} {
		huma.Register(s.api, operation(http.MethodPost, one+"/"+id, "unit-"+id, summary, 401, 403, 404, 409, 412, 428, 503), func(ctx context.Context, in *UnitWrite) (*unitOutput, error) {
			return s.writeUnit(ctx, in, func(unit uuid.UUID, by postgres.Write) (*dispatch.Unit, error) {
				return s.Store.DisableUnit(ctx, in.District, unit, id == "disable", by)
			})
		})
	}
}

// ofUnit: units and rules are a matter of the whole district.
func ofUnit(s *Server, c huma.Context) (*policy.Place, error) {
	return s.ofDistrict(c.Param("district")), postgres.NoSuchUnit()
}

// peopleViewer is for whom people are read where that is not what was asked for
// in the first place.
func (s *Server) peopleViewer(ctx context.Context) postgres.Viewer {
	if seen := requestOf(ctx); seen.caller != nil {
		return s.Guard.Viewer(seen.caller, policy.PeopleRead)
	}
	return postgres.Viewer{}
}

// inForce is the index of a district in force; of the only one when none is
// named. Errors: no_such_district, district_missing.
func (s *Server) inForce(district string) (*gridindex.Edition, error) {
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	if all := ix.Editions(); district == "" && len(all) == 1 {
		return all[0], nil
	} else if district == "" {
		return nil, fault.New(fault.Invalid, "district_missing", "请写明是哪个区（district）", "say which district")
	}
	if e := ix.Edition(district); e != nil {
		return e, nil
	}
	return nil, noDistrict(clip(district, 40))
}

func (s *Server) units(ctx context.Context, in *struct {
	District string `query:"district" doc:"may be left out while there is only one"`
}) (*unitsOutput, error) {
	e, err := s.inForce(in.District)
	if err != nil {
		return nil, err
	}
	district := e.Code
	units, err := s.Store.Units(ctx, district)
	if err != nil {
		return nil, err
	}
	members, counts, err := s.Store.Members(ctx, s.peopleViewer(ctx), district)
	if err != nil {
		return nil, err
	}
	out := &unitsOutput{}
	out.Body.District, out.Body.Units = district, make([]ResponsibleUnit, len(units))
	at := map[uuid.UUID]int{}
	for i, u := range units {
		out.Body.Units[i], at[u.ID] = s.describeUnit(u, counts[u.ID]), i
	}
	for _, m := range members {
		i, listed := at[m.Unit]
		if !listed { // added since
			continue
		}
		d := &out.Body.Units[i]
		d.Members = append(d.Members, UnitMember{m.ID, m.Name, m.Disabled})
	}
	return out, nil
}

func (s *Server) describeUnit(u dispatch.Unit, members int) ResponsibleUnit {
	d := ResponsibleUnit{ID: u.ID, District: u.District, Name: u.Name, Kind: string(u.Kind), Phone: u.Phone, Disabled: u.Disabled, Version: u.Version,
		Members: []UnitMember{}, MemberCount: members}
	if u.Area != uuid.Nil {
		d.Area, _ = s.postArea(u.District, u.Area)
	}
	return d
}

func (s *Server) unit(ctx context.Context, in *UnitPath) (*unitOutput, error) {
	id, err := in.id(postgres.NoSuchUnit())
	if err != nil {
		return nil, err
	}
	u, err := s.Store.Unit(ctx, in.District, id)
	return s.respondUnit(ctx, u, err)
}

func (s *Server) respondUnit(ctx context.Context, u *dispatch.Unit, err error) (*unitOutput, error) {
	if err != nil {
		return nil, err
	}
	members, counts, err := s.Store.Members(ctx, s.peopleViewer(ctx), u.District)
	if err != nil {
		return nil, err
	}
	d := s.describeUnit(*u, counts[u.ID])
	for _, m := range members {
		if m.Unit == u.ID {
			d.Members = append(d.Members, UnitMember{m.ID, m.Name, m.Disabled})
		}
	}
	return &unitOutput{etag(u.Version), d}, nil
}

func (s *Server) addUnit(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key" doc:"any text, the same when the request is repeated" maxLength:"200"`
	Body struct {
		District string `json:"district,omitempty" doc:"may be left out while there is only one"`
		Name     string `json:"name" maxLength:"200"`
		Kind     string `json:"kind" enum:"department,owner,territory"`
		Phone    string `json:"phone,omitempty" maxLength:"60"`
		Level    string `json:"level,omitempty" enum:"district,subdistrict,community,grid,compound" doc:"of the area"`
		Area     string `json:"area,omitempty" doc:"code, of a territory unit: a subdistrict's or the district's answers where no rule holds"`
	}
}) (*unitOutput, error) {
	b := in.Body
	e, err := s.inForce(b.District)
	if err != nil {
		return nil, err
	}
	district := e.Code
	if err := s.allows(ctx, s.ofDistrict(district), noDistrict(district)); err != nil {
		return nil, err
	}
	u := dispatch.Unit{District: district, Name: b.Name, Kind: dispatch.UnitKind(b.Kind), Phone: b.Phone}
	if b.Area != "" {
		a, err := s.areaNamed(district, b.Level, b.Area)
		if err != nil {
			return nil, err
		}
		if a.Level == area.Compound {
			return nil, fault.New(fault.Unprocessable, "unit_area", "小区没有属地单位：请选区、街道、社区或网格", "a compound has no territory unit: choose a district, subdistrict, community or grid")
		}
		u.Area = a.AreaID
	}
	if err := u.Check(); err != nil {
		return nil, err
	}
	added, err := s.Store.AddUnit(ctx, u, writing(ctx, 0))
	return s.respondUnit(ctx, added, err)
}

// writeUnit runs a write about a unit that is there.
func (s *Server) writeUnit(ctx context.Context, in *UnitWrite, do func(id uuid.UUID, by postgres.Write) (*dispatch.Unit, error)) (*unitOutput, error) {
	id, err := in.id(postgres.NoSuchUnit())
	if err != nil {
		return nil, err
	}
	version, err := parseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	u, err := do(id, writing(ctx, version))
	return s.respondUnit(ctx, u, err)
}

func (s *Server) changeUnit(ctx context.Context, in *struct {
	UnitWrite
	Body struct {
		Name  string `json:"name" maxLength:"200"`
		Phone string `json:"phone,omitempty" maxLength:"60"`
	}
}) (*unitOutput, error) {
	u := dispatch.Unit{Name: in.Body.Name, Phone: in.Body.Phone, Kind: dispatch.Department} // kind and area stay as they are
	if err := u.Check(); err != nil {
		return nil, err
	}
	return s.writeUnit(ctx, &in.UnitWrite, func(id uuid.UUID, by postgres.Write) (*dispatch.Unit, error) {
		return s.Store.ChangeUnit(ctx, in.District, id, u.Name, u.Phone, by)
	})
}

func (s *Server) setMembers(ctx context.Context, in *struct {
	UnitWrite
	Body struct {
		People []uuid.UUID `json:"people" maxItems:"500" doc:"ids of all who belong to it from now on"`
	}
}) (*unitOutput, error) {
	return s.writeUnit(ctx, &in.UnitWrite, func(id uuid.UUID, by postgres.Write) (*dispatch.Unit, error) {
		u, touched, err := s.Store.SetMembers(ctx, in.District, id, in.Body.People, by)
		if err == nil {
			for _, person := range touched {
				s.Guard.ForgetAll(person)
			}
		}
		return u, err
	})
}
