-- What became of each area from one edition to the next, and which districts
-- are not real.

-- +goose Up
ALTER TABLE district ADD COLUMN synthetic boolean NOT NULL DEFAULT false; -- 示意数据: said wherever a person sees it

-- Links between two editions that follow each other, as known when the later
-- of them was recorded. One from an area to itself says what changed of it;
-- one between two areas, that ground passed.
CREATE TABLE lineage (
  district  text COLLATE "C" NOT NULL,
  before_id uuid NOT NULL,                         -- edition
  after_id  uuid NOT NULL,
  from_id   uuid NOT NULL,                         -- area
  to_id     uuid NOT NULL,
  kind      text NOT NULL CHECK (kind IN ('rename', 'recode', 'transfer', 'split', 'merge')),
  level     smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  shared_m2 double precision NOT NULL,             -- ground that passed, to about one percent
  of_from   double precision NOT NULL,             -- and as a share of either
  of_to     double precision NOT NULL,
  confirmed boolean NOT NULL,                      -- by a person; otherwise as the overlaps propose it
  PRIMARY KEY (district, before_id, after_id, from_id, to_id, kind),
  FOREIGN KEY (district, before_id, from_id) REFERENCES area_version (district, edition_id, area_id),
  FOREIGN KEY (district, after_id, to_id) REFERENCES area_version (district, edition_id, area_id)
);
CREATE INDEX lineage_from ON lineage (district, from_id);
CREATE INDEX lineage_to ON lineage (district, to_id);

-- An area that turns out to be an old one under another code takes the old
-- identity before its edition is put into force.
ALTER TABLE compound_grid
  DROP CONSTRAINT compound_grid_district_edition_id_compound_id_fkey,
  DROP CONSTRAINT compound_grid_district_edition_id_grid_id_fkey,
  ADD FOREIGN KEY (district, edition_id, compound_id) REFERENCES area_version ON UPDATE CASCADE ON DELETE CASCADE,
  ADD FOREIGN KEY (district, edition_id, grid_id) REFERENCES area_version ON UPDATE CASCADE ON DELETE CASCADE;

-- +goose Down
DROP TABLE lineage;
ALTER TABLE district DROP COLUMN synthetic;
