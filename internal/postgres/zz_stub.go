package postgres

import (
	"context"

	"wangge/internal/category"
)

func (s *Store) Categories(ctx context.Context, district, edition string) (*category.Edition, error) {
	_, err := s.pool.Exec(ctx, `INSERT INTO category_edition (district, edition) VALUES ($1, $2) ON CONFLICT DO NOTHING`, district, category.Default().Name)
	return category.Default(), translate(err)
}
