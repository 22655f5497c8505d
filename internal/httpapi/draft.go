package httpapi

import (
	"context"
	"net/http"
	"sync"

	"wangge/internal/area"
	"wangge/internal/fault"
	"wangge/internal/gridindex"
	"wangge/internal/postgres"
	"wangge/internal/tile"
	"wangge/internal/upload"
)

// Borders are areas of a draft as they stand around a place, for editing.
type Borders struct {
	Version int64        `json:"version" doc:"of the edition"`
	Areas   []BorderArea `json:"areas"`
}

// BorderArea is one of them.
type BorderArea struct {
	Level string         `json:"level"`
	Code  string         `json:"code"`
	Name  string         `json:"name"`
	Rings [][][2]float64 `json:"rings" doc:"all rings, exterior and interior, the first position not repeated"`
}

// mostBorder is how many vertices are given for editing at once.
const mostBorder = 30_000

func (s *Server) borders(ctx context.Context, in *struct {
	EditionPath
	Bbox string `query:"bbox" required:"true" doc:"west,south,east,north"`
}) (*bordersOutput, error) {
	box, err := parseBbox(in.Bbox)
	if err != nil {
		return nil, err
	}
	d, err := s.drafts.of(ctx, s.Store, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	out := &bordersOutput{Body: Borders{Version: d.edition.Version, Areas: []BorderArea{}}}
	vertices := 0
	for _, v := range d.versions {
		if v.Overlay() || !v.Ground.Box().Meets(box) {
			continue
		}
		a := BorderArea{Level: v.Level.String(), Code: v.Code, Name: v.Name, Rings: [][][2]float64{}}
		for r := range v.Ground.Polygons().Rings {
			if !r.Box().Meets(box) {
				continue
			}
			if vertices += len(r); vertices > mostBorder {
				return nil, fault.New(fault.Unprocessable, "too_many_vertices", "这里的界点太多，请放大再编辑", "there are too many vertices here; zoom in to edit")
			}
			ring := [][2]float64{}
			for _, p := range r {
				ring = append(ring, [2]float64{p.Lon(), p.Lat()})
			}
			a.Rings = append(a.Rings, ring)
		}
		out.Body.Areas = append(out.Body.Areas, a)
	}
	return out, nil
}

func (s *Server) editionTile(ctx context.Context, in *struct {
	EditionPath
	Level  string `path:"level"`
	Z      string `path:"z"`
	X      string `path:"x"`
	Y      string `path:"y"`
	IfNone string `header:"If-None-Match"`
}) (*tileOutput, error) {
	level, err := parseLayer(in.Level)
	if err != nil {
		return nil, err
	}
	k, err := parseTile(in.Z, in.X, in.Y)
	if err != nil {
		return nil, err
	}
	d, err := s.drafts.of(ctx, s.Store, in.District, in.Name)
	if err != nil {
		return nil, err
	}
	out := &tileOutput{Status: http.StatusOK, ContentType: tileType, ETag: etag(d.edition.Version), CacheControl: "private, no-cache"}
	if has(in.IfNone, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	if ix := d.drawable(); ix != nil {
		out.Body = tile.Draw(ix, level, k, 1)
	}
	if len(out.Body) == 0 {
		out.Status = http.StatusNoContent
	}
	return out, nil
}

// drafts keeps the editions that were looked at last in memory, so that the
// tiles of one view are not each read from the database.
type drafts struct {
	mu   sync.Mutex
	kept []*loaded // newest first
}

// loaded is an edition as it stood at one version.
type loaded struct {
	edition  *area.Edition
	versions []*area.Version
	once     sync.Once
	index    *gridindex.Index
}

const mostDrafts = 3

func (l *loaded) drawable() *gridindex.Index {
	l.once.Do(func() { l.index = upload.Index(l.versions) })
	return l.index
}

// of returns the edition as it stands now. Errors: no_such_edition.
func (c *drafts) of(ctx context.Context, store *postgres.Store, district, name string) (*loaded, error) {
	e, err := store.Edition(ctx, district, name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock() // one at a time: the tiles of a view ask together
	for i, l := range c.kept {
		if l.edition.ID == e.ID && l.edition.Version == e.Version {
			copy(c.kept[1:i+1], c.kept[:i])
			c.kept[0] = l
			return l, nil
		}
	}
	e, versions, err := store.AreasOf(ctx, e.District, e.Name)
	if err != nil {
		return nil, err
	}
	l := &loaded{edition: e, versions: versions}
	c.kept = append([]*loaded{l}, c.kept[:min(len(c.kept), mostDrafts-1)]...)
	return l, nil
}
