-- What became of each area from one edition to the next, and which districts
-- are not real.

-- +goose Up
ALTER TABLE district ADD COLUMN synthetic boolean NOT NULL DEFAULT false; -- 示意数据: said wherever a person sees it

-- That the links between two editions that follow each other were recorded,
-- with the activation of a generation. A later row about the same two takes the
-- place of this one, from when it was recorded on.
CREATE TABLE lineage_pair (
  district   text COLLATE "C" NOT NULL,
  before_id  uuid NOT NULL,                        -- edition
  after_id   uuid NOT NULL,
  generation bigint NOT NULL,
  confirmed  boolean NOT NULL,                     -- by a person; otherwise as the overlaps propose it
  PRIMARY KEY (district, before_id, after_id, generation),
  FOREIGN KEY (district, before_id) REFERENCES edition,
  FOREIGN KEY (district, after_id) REFERENCES edition,
  FOREIGN KEY (district, generation) REFERENCES activation DEFERRABLE INITIALLY DEFERRED
);

-- The links themselves. One from an area to itself says what changed of it; one
-- between two areas, that ground passed.
CREATE TABLE lineage (
  district   text COLLATE "C" NOT NULL,
  before_id  uuid NOT NULL,
  after_id   uuid NOT NULL,
  generation bigint NOT NULL,
  from_id    uuid NOT NULL,                        -- area
  to_id      uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('rename', 'recode', 'transfer', 'split', 'merge')),
  level      smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  shared_m2  double precision NOT NULL,            -- ground that passed, to about one percent
  of_from    double precision NOT NULL,            -- and as a share of either
  of_to      double precision NOT NULL,
  PRIMARY KEY (district, before_id, after_id, generation, from_id, to_id, kind),
  FOREIGN KEY (district, before_id, after_id, generation) REFERENCES lineage_pair,
  FOREIGN KEY (district, before_id, from_id) REFERENCES area_version (district, edition_id, area_id),
  FOREIGN KEY (district, after_id, to_id) REFERENCES area_version (district, edition_id, area_id)
);
CREATE INDEX lineage_from ON lineage (district, from_id);
CREATE INDEX lineage_to ON lineage (district, to_id);

-- What was asked for with an idempotency key, so that another request under
-- the same key is told from a repetition.
ALTER TABLE activation ADD COLUMN request bytea;

-- Old codes are looked up without their district and level, and areas by their
-- identity through all editions.
CREATE INDEX area_code_code ON area_code (code);
CREATE INDEX area_version_area ON area_version (district, area_id);

-- An area that turns out to be an old one under another code takes the old
-- identity before its edition is put into force.
ALTER TABLE compound_grid
  DROP CONSTRAINT compound_grid_district_edition_id_compound_id_fkey,
  DROP CONSTRAINT compound_grid_district_edition_id_grid_id_fkey,
  ADD FOREIGN KEY (district, edition_id, compound_id) REFERENCES area_version ON UPDATE CASCADE ON DELETE CASCADE,
  ADD FOREIGN KEY (district, edition_id, grid_id) REFERENCES area_version ON UPDATE CASCADE ON DELETE CASCADE;

-- +goose Down
DROP INDEX area_code_code, area_version_area;
DROP TABLE lineage, lineage_pair;
ALTER TABLE activation DROP COLUMN request;
ALTER TABLE district DROP COLUMN synthetic;
