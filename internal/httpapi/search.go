package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/fault"
	"wangge/internal/gazetteer"
	"wangge/internal/geo"
	"wangge/internal/gridindex"
	"wangge/internal/locate"
)

// SearchResult is an area that was found, best first in its list.
type SearchResult struct {
	Kind      string     `json:"kind" enum:"area"`
	District  string     `json:"district"`
	Level     string     `json:"level" enum:"district,subdistrict,community,grid,compound"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Chain     string     `json:"chain" doc:"what it lies in, coarse to fine, itself at the end" example:"新城区 › 锡林北路街道 › 三角线社区"`
	Field     string     `json:"field" enum:"name,code" doc:"which of them was typed"`
	Matched   [][2]int   `json:"matched" doc:"what of that was typed: ranges of its characters (code points), from and before"`
	Label     [2]float64 `json:"label" doc:"a point inside, longitude and latitude"`
	Synthetic bool       `json:"synthetic,omitempty" doc:"invented, for showing the product"`
}

// SearchAnswer is what was found.
type SearchAnswer struct {
	Results []SearchResult `json:"results"`
	More    bool           `json:"more" doc:"whether there are more than the limit"`
	Rest    string         `json:"rest,omitempty" doc:"what an address says behind the area that it names, and nothing was found for"`
}

type searchInput struct {
	Query   string `query:"q" required:"true" doc:"a code, a name, an address or pinyin: 1 to 100 characters" example:"锡林北路三角线第四网格"`
	Limit   count  `query:"limit" doc:"at most 50; 10 when left out"`
	Near    string `query:"near" doc:"lon,lat: among equals the nearer goes first" example:"111.6712,40.8301"`
	At      string `query:"at" doc:"a date: the boundaries valid then" format:"date"`
	KnownAt string `query:"known_at" doc:"a date or RFC 3339 time: as recorded by then"`
}

const (
	longestQuery     = 100
	usualSearchLimit = 10
	maxSearchLimit   = 50
)

func (s *Server) searchRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/api/v1/search", "search", "按名称、编码、地址、拼音找区域 · Areas by name, code, address or pinyin", 400, 503), s.search)
}

// search answers from memory. Error: bad_query, bad_limit, bad_near.
func (s *Server) search(ctx context.Context, in *searchInput) (*struct{ Body SearchAnswer }, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	ix, err := s.indexAt(ctx, in.At, in.KnownAt)
	if err != nil {
		return nil, err
	}
	found := gazetteer.Search(ix, q)
	out := SearchAnswer{Results: []SearchResult{}, More: found.More, Rest: found.Rest}
	for _, h := range found.Hits {
		a := h.Area
		r := SearchResult{Kind: "area", District: a.District, Level: a.Level.String(), Code: a.Code, Name: a.Name, Chain: chainOf(a), Field: "name",
			Matched: h.Matched, Label: [2]float64{a.Label.Lon(), a.Label.Lat()}, Synthetic: a.Edition().About.Synthetic}
		if h.ByCode {
			r.Field = "code"
		}
		out.Results = append(out.Results, r)
	}
	return &struct{ Body SearchAnswer }{out}, nil
}

// query reads what is asked for. A text of too many bytes is refused before
// anything is counted.
func (in *searchInput) query() (q gazetteer.Query, err error) {
	if q.Text = in.Query; strings.TrimSpace(q.Text) == "" || len(q.Text) > longestQuery*utf8.UTFMax || utf8.RuneCountInString(q.Text) > longestQuery {
		return q, fault.New(fault.Invalid, "bad_query", "请写出要找什么（q），最多 %[1]d 个字", "say what to look for (q), in at most %[1]d characters", longestQuery)
	}
	q.Limit = usualSearchLimit
	if in.Limit != "" {
		if q.Limit, err = strconv.Atoi(string(in.Limit)); err != nil || q.Limit < 1 || q.Limit > maxSearchLimit {
			return q, fault.New(fault.Invalid, "bad_limit", "limit 应是 1 到 %[1]d 的整数", "limit must be a whole number from 1 to %[1]d", maxSearchLimit)
		}
	}
	if in.Near == "" {
		return q, nil
	}
	lon, lat, _ := strings.Cut(in.Near, ",")
	x, errX := locate.ParseNumber("near", lon)
	y, errY := locate.ParseNumber("near", lat)
	if errX == nil && errY == nil {
		if p, err := geo.Snap(x, y); err == nil {
			q.Near = &p
			return q, nil
		}
	}
	return q, fault.New(fault.Invalid, "bad_near", "near 应写成“经度,纬度”，例如 111.6712,40.8301", "write near as longitude,latitude, such as 111.6712,40.8301")
}

// chainOf is an area with what it lies in, coarse to fine.
func chainOf(a *gridindex.Area) string {
	if up := gazetteer.Above(a); up != nil {
		return chainOf(up) + " › " + a.Name
	}
	return a.Name
}
