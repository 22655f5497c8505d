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
	p := &projection{store: s, definition: definition}
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
		p.srid = n
	}
	return p.do(ctx, positions)
}

type projection struct {
	store      *Store
	definition string
	srid       int // 0: by definition
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
	var rows pgx.Rows
	var err error
	if p.srid != 0 {
		rows, err = p.store.pool.Query(ctx, `
			SELECT ST_X(d.geom), ST_Y(d.geom) FROM ST_DumpPoints(ST_Transform(ST_SetSRID(ST_Collect(ARRAY(
			  SELECT ST_MakePoint(x, y) FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p (x, y, i) ORDER BY i)), $3), 4326)) d
			ORDER BY d.path`, xs, ys, p.srid)
	} else {
		rows, err = p.store.pool.Query(ctx, `
			SELECT ST_X(d.geom), ST_Y(d.geom) FROM ST_DumpPoints(ST_Transform(ST_Collect(ARRAY(
			  SELECT ST_MakePoint(x, y) FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p (x, y, i) ORDER BY i)), $3::text, 4326)) d
			ORDER BY d.path`, xs, ys, p.definition)
	}
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
