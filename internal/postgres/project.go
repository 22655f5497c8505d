package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/fault"
)

// maxProjections is how many calls one group of positions may cost, while it is
// searched for those that PROJ refuses.
const maxProjections = 200

// Project turns positions (x east, y north, in the system's own unit) into
// longitude and latitude on WGS-84, which stands for CGCS2000, in place. It goes
// through WGS-84 because PROJ knows the datum shifts of other systems to it;
// straight to CGCS2000 it would leave them out. definition is "EPSG:n" or
// well-known text. Positions outside the projection become infinite. Errors:
// unknown_crs.
func (s *Store) Project(ctx context.Context, definition string, positions [][2]float64) error {
	return s.project(ctx, definition, positions, transforms{
		bySRID: `ST_Transform(ST_SetSRID(%s, $3::int), 4326)`,
		byText: `ST_Transform(%s, $3::text, 4326)`,
	})
}

// ProjectTo turns longitude and latitude on WGS-84, which stands for CGCS2000
// as it does for Project, into the system (x east, y north, in its own unit), in
// place. Errors as for Project.
func (s *Store) ProjectTo(ctx context.Context, definition string, positions [][2]float64) error {
	return s.project(ctx, definition, positions, transforms{
		bySRID: `ST_Transform(ST_SetSRID(%s, 4326), $3::int)`,
		byText: `ST_Transform(ST_SetSRID(%s, 4326), $3::text)`,
	})
}

// Definition returns the well-known text of the system with an EPSG code.
// Errors: unknown_crs.
func (s *Store) Definition(ctx context.Context, epsg int) (wkt string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT srtext FROM spatial_ref_sys WHERE auth_name = 'EPSG' AND auth_srid = $1`, epsg).Scan(&wkt)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", (&projection{definition: "EPSG:" + strconv.Itoa(epsg)}).unknown(nil)
	}
	return wkt, translate(err)
}

// transforms are the two forms of one direction, in SQL: of a geometry (%s) by
// the number or by the text of the other system ($3).
type transforms struct{ bySRID, byText string }

func (s *Store) project(ctx context.Context, definition string, positions [][2]float64, to transforms) error {
	p := &projection{store: s, definition: definition, transform: to.byText, system: definition}
	if code, ok := strings.CutPrefix(definition, "EPSG:"); ok {
		n, err := strconv.Atoi(code)
		if err != nil {
			return fmt.Errorf("project: %s: %w", definition, err)
		}
		var known bool
		if err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM spatial_ref_sys WHERE srid = $1)`, n).Scan(&known); err != nil {
			return translate(err)
		}
		if !known {
			return p.unknown(nil)
		}
		p.transform, p.system = to.bySRID, n
	}
	return p.do(ctx, positions)
}

type projection struct {
	store      *Store
	definition string
	transform  string // SQL, with %s for the positions
	system     any    // $3 of transform
	calls      int
}

func (p *projection) unknown(cause error) error {
	name := p.definition
	if len(name) > 60 {
		name = name[:60] + "…"
	}
	return fault.New(fault.Unprocessable, "unknown_crs", "不认识坐标系 %[1]q，请用 --crs 写明，例如 EPSG:4546", "unknown coordinate system %[1]q; name it with --crs, as in EPSG:4546", name).Because(cause)
}

// do projects all positions at once, or the halves where that is refused.
func (p *projection) do(ctx context.Context, positions [][2]float64) error {
	if len(positions) == 0 {
		return nil
	}
	if p.calls++; p.calls > maxProjections {
		for i := range positions {
			positions[i] = [2]float64{math.Inf(1), math.Inf(1)}
		}
		return nil
	}
	err := p.once(ctx, positions)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return translate(err)
	}
	switch {
	case strings.Contains(pg.Message, "could not parse"), strings.Contains(pg.Message, "SRID"), strings.Contains(pg.Message, "could not form projection"):
		return p.unknown(err)
	case !strings.HasPrefix(pg.Message, "transform:"):
		return translate(err)
	case len(positions) == 1:
		positions[0] = [2]float64{math.Inf(1), math.Inf(1)}
		return nil
	}
	half := len(positions) / 2
	if err := p.do(ctx, positions[:half]); err != nil {
		return err
	}
	return p.do(ctx, positions[half:])
}

func (p *projection) once(ctx context.Context, positions [][2]float64) error {
	xs, ys := make([]float64, len(positions)), make([]float64, len(positions))
	for i, at := range positions {
		xs[i], ys[i] = at[0], at[1]
	}
	const inOrder = `ST_Collect(ARRAY(
		SELECT ST_MakePoint(x, y) FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p (x, y, i) ORDER BY i))`
	rows, err := p.store.pool.Query(ctx, `SELECT ST_X(d.geom), ST_Y(d.geom) FROM ST_DumpPoints(`+fmt.Sprintf(p.transform, inOrder)+`) d ORDER BY d.path`,
		xs, ys, p.system)
	if err != nil {
		return err
	}
	out := make([][2]float64, 0, len(positions))
	var x, y float64
	if _, err := pgx.ForEachRow(rows, []any{&x, &y}, func() error { out = append(out, [2]float64{x, y}); return nil }); err != nil {
		return err
	}
	if len(out) != len(positions) {
		return fmt.Errorf("project: %d positions became %d", len(positions), len(out))
	}
	copy(positions, out)
	return nil
}
