package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"wangge/internal/fault"
)

// maxSkew is how far the clocks of the service and of the database may differ.
const maxSkew = 2 * time.Second

// CheckSettings refuses a database that may lose what it has acknowledged: one
// with fsync, full_page_writes or synchronous_commit switched off, one whose
// PostGIS is too old, and one whose clock is not ours. It asks on
// a connection of its own, so that it sees what new sessions get. Errors:
// unsafe_database, old_postgis, clock_skew.
func (s *Store) CheckSettings(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return translate(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var fsync, pages, commit, standbys, postgis string
	var now time.Time
	asked := time.Now()
	err = conn.QueryRow(ctx, `SELECT current_setting('fsync'), current_setting('full_page_writes'),
		current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
		coalesce((SELECT extversion FROM pg_extension WHERE extname = 'postgis'), ''), clock_timestamp()`).
		Scan(&fsync, &pages, &commit, &standbys, &postgis, &now)
	if err != nil {
		return translate(err)
	}
	var unsafe []string
	if fsync != "on" {
		unsafe = append(unsafe, "fsync = "+fsync)
	}
	if pages != "on" {
		unsafe = append(unsafe, "full_page_writes = "+pages)
	}
	if commit == "off" || commit == "local" && standbys != "" {
		unsafe = append(unsafe, "synchronous_commit = "+commit)
	}
	if len(unsafe) > 0 {
		return fault.New(fault.Unavailable, "unsafe_database",
			"数据库的设置可能丢失已确认的数据（%[1]s），请改为 on 后再启动",
			"the database may lose acknowledged data (%[1]s); switch it on and start again", strings.Join(unsafe, ", "))
	}
	if skew := now.Sub(asked); skew < -maxSkew || skew > maxSkew+time.Since(asked) {
		return fault.New(fault.Unavailable, "clock_skew",
			"本机时钟与数据库相差 %[1]v，请校准时间（NTP）后再启动", "the clocks of this machine and of the database differ by %[1]v; set them right (NTP) and start again", skew.Round(time.Second))
	}
	var major, minor int
	if n, _ := fmt.Sscanf(postgis, "%d.%d", &major, &minor); n == 2 && (major < 3 || major == 3 && minor < 3) {
		return fault.New(fault.Unavailable, "old_postgis",
			"PostGIS 版本 %[1]s 太旧，需要 3.3 以上", "PostGIS %[1]s is too old; 3.3 or later is needed", postgis)
	}
	return nil
}
