package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wangge/internal/area"
)

// keptGround is the part of the predecessor's ground below which an edition is
// remarked on.
const keptGround = 0.9

// losses says what an edition leaves out that the district's last activated
// edition had: whole levels, or much of the ground. An edition that was meant as
// a small correction and holds nothing else shows itself here. Findings:
// level_lost, ground_lost; both warnings.
func losses(ctx context.Context, tx pgx.Tx, district string, edition uuid.UUID) ([]area.Finding, error) {
	rows, err := tx.Query(ctx, `
		WITH before AS (SELECT edition_id FROM activation WHERE district = $1 AND edition_id <> $2
		                ORDER BY effective_at DESC, generation DESC LIMIT 1)
		SELECT v.level, count(*) FILTER (WHERE v.edition_id <> $2), count(*) FILTER (WHERE v.edition_id = $2),
		       coalesce(sum(v.area_m2) FILTER (WHERE v.edition_id <> $2), 0), coalesce(sum(v.area_m2) FILTER (WHERE v.edition_id = $2), 0)
		FROM area_version v
		WHERE v.district = $1 AND (v.edition_id = $2 OR v.edition_id = (SELECT edition_id FROM before))
		GROUP BY v.level ORDER BY v.level`, district, edition)
	if err != nil {
		return nil, err
	}
	var found []area.Finding
	var level area.Level
	var had, has int
	var hadM2, hasM2 float64
	_, err = pgx.ForEachRow(rows, []any{&level, &had, &has, &hadM2, &hasM2}, func() error {
		if had > 0 && has == 0 {
			found = append(found, area.Finding{Code: "level_lost", Severity: area.Warning, Level: level, M2: hadM2,
				ZH: fmt.Sprintf("上一版有 %d 个%s，这一版一个也没有", had, level.Word()),
				EN: fmt.Sprintf("the edition before has %d areas of level %s, this one none", had, level)})
		}
		if level == area.District && hasM2 < keptGround*hadM2 {
			found = append(found, area.Finding{Code: "ground_lost", Severity: area.Warning, Level: level, Areas: []string{district}, M2: hadM2 - hasM2,
				ZH: fmt.Sprintf("全区面积只有上一版的 %.0f %%：%.2f km²，上一版 %.2f km²", 100*hasM2/hadM2, hasM2/1e6, hadM2/1e6),
				EN: fmt.Sprintf("the district has only %.0f %% of its former ground: %.2f km² against %.2f km²", 100*hasM2/hadM2, hasM2/1e6, hadM2/1e6)})
		}
		return nil
	})
	return found, err
}
