-- Clocks that run are reckoned anew when the calendar of their district changes.

-- +goose Up
ALTER TABLE case_setting ADD COLUMN calendar bigint NOT NULL DEFAULT 1; -- the version that the calendar came with
UPDATE case_setting SET calendar = version;                             -- of those there are it is not known: at worst clocks are reckoned in vain
ALTER TABLE deadline ADD COLUMN reckoned bigint NOT NULL DEFAULT 0;     -- the version of the calendar it was reckoned by
CREATE INDEX deadline_reckoned ON deadline (district, reckoned) WHERE ended_at IS NULL AND due_at IS NOT NULL;

-- +goose Down
DROP INDEX deadline_reckoned;
ALTER TABLE deadline DROP COLUMN reckoned;
ALTER TABLE case_setting DROP COLUMN calendar;
