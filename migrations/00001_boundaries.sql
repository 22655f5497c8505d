-- Districts, editions of their boundaries, areas and what was found in them.
-- The district stands first in every key of a table that grows, so that the
-- tables can be partitioned or distributed by district.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS postgis;

CREATE TABLE district (
  district    text COLLATE "C" PRIMARY KEY,        -- GB/T 2260 code, or any text
  area_id     uuid NOT NULL,                       -- of the district as an area
  name        text NOT NULL,
  scheme      text NOT NULL CHECK (scheme IN ('gbt', 'opaque')),
  time_zone   text NOT NULL DEFAULT 'Asia/Shanghai',
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- An edition is one set of boundaries of one district. Whether it is in force
-- is not a column: rows of activation say from when.
CREATE TABLE edition (
  district     text COLLATE "C" NOT NULL REFERENCES district,
  edition_id   uuid NOT NULL,
  name         text NOT NULL,
  status       text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'checked')),
  content_hash bytea,                              -- of all versions, set by the check
  version      bigint NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, edition_id),
  UNIQUE (district, name),
  CONSTRAINT checked_has_hash CHECK (status <> 'checked' OR content_hash IS NOT NULL)
);

-- The coverage asked of each level of an edition.
CREATE TABLE edition_level (
  district   text COLLATE "C" NOT NULL,
  edition_id uuid NOT NULL,
  level      smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  coverage   text NOT NULL CHECK (coverage IN ('strict', 'tolerant')),
  PRIMARY KEY (district, edition_id, level),
  FOREIGN KEY (district, edition_id) REFERENCES edition ON DELETE CASCADE
);

-- The identity of an area, for life. Its code is kept for it even after the
-- area is gone: a retired code is never given to something else.
CREATE TABLE area (
  district text COLLATE "C" NOT NULL REFERENCES district,
  area_id  uuid NOT NULL,
  level    smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  PRIMARY KEY (district, area_id)
);

CREATE TABLE area_code (
  district text COLLATE "C" NOT NULL,
  level    smallint NOT NULL,
  code     text COLLATE "C" NOT NULL,
  area_id  uuid NOT NULL,
  PRIMARY KEY (district, level, code),
  FOREIGN KEY (district, area_id) REFERENCES area
);

-- One area as it stands in one edition. lattice (integer coordinates,
-- degrees × 10^7, CGCS2000) decides; geom is derived for maps and exchange.
CREATE TABLE area_version (
  district    text COLLATE "C" NOT NULL,
  edition_id  uuid NOT NULL,
  area_id     uuid NOT NULL,
  level       smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  code        text COLLATE "C" NOT NULL,
  name        text NOT NULL,
  kind        text NOT NULL DEFAULT 'basic' CHECK (kind IN ('basic', 'dedicated')),
  priority    integer NOT NULL DEFAULT 0,
  parent_code text COLLATE "C",                    -- as the file gave it; NULL: found by area
  parent_id   uuid,                                -- NULL for the district, or not yet known in a draft
  source      text NOT NULL,                       -- file and feature
  imported_at timestamptz NOT NULL DEFAULT now(),
  lattice     geometry(MultiPolygon, 0) NOT NULL,
  geom        geometry(MultiPolygon, 4490) NOT NULL
              GENERATED ALWAYS AS (ST_SetSRID(ST_Scale(lattice, 1e-7, 1e-7), 4490)) STORED,
  area_m2     double precision NOT NULL            -- on the ellipsoid
              GENERATED ALWAYS AS (ST_Area(ST_SetSRID(ST_Scale(lattice, 1e-7, 1e-7), 4490)::geography)) STORED,
  PRIMARY KEY (district, edition_id, area_id),
  UNIQUE (district, edition_id, level, code),
  FOREIGN KEY (district, edition_id) REFERENCES edition ON DELETE CASCADE,
  FOREIGN KEY (district, area_id) REFERENCES area,
  -- The second wall behind the gate: what must never reach the geometry
  -- library, whoever writes. ST_IsValid looks at the numbers first and is safe
  -- with infinities.
  CONSTRAINT only_grids_are_dedicated CHECK (kind = 'basic' OR level = 4),
  CONSTRAINT lattice_size CHECK (NOT ST_IsEmpty(lattice) AND ST_NPoints(lattice) <= 260000),
  CONSTRAINT lattice_plane CHECK (ST_CoordDim(lattice) = 2 AND ST_SRID(lattice) = 0),
  CONSTRAINT lattice_bounds CHECK (
    ST_XMin(lattice) >= -1800000000 AND ST_XMax(lattice) <= 1800000000 AND
    ST_YMin(lattice) >= -900000000 AND ST_YMax(lattice) <= 900000000),
  CONSTRAINT lattice_valid CHECK (ST_IsValid(lattice)),
  CONSTRAINT lattice_integer CHECK (ST_AsBinary(ST_SnapToGrid(lattice, 1)) = ST_AsBinary(lattice))
);
CREATE INDEX area_version_lattice ON area_version USING gist (lattice);

-- Which grids a compound lies in, per edition: computed by the check.
CREATE TABLE compound_grid (
  district    text COLLATE "C" NOT NULL,
  edition_id  uuid NOT NULL,
  compound_id uuid NOT NULL,
  grid_id     uuid NOT NULL,
  share       double precision NOT NULL CHECK (share > 0 AND share <= 1), -- of the compound's ground
  PRIMARY KEY (district, edition_id, compound_id, grid_id),
  FOREIGN KEY (district, edition_id, compound_id) REFERENCES area_version ON DELETE CASCADE,
  FOREIGN KEY (district, edition_id, grid_id) REFERENCES area_version ON DELETE CASCADE
);

-- What the imports and the last check found.
CREATE TABLE finding (
  district   text COLLATE "C" NOT NULL,
  edition_id uuid NOT NULL,
  finding_id bigint GENERATED ALWAYS AS IDENTITY,
  origin     text NOT NULL,                        -- 'check', or 'import' with the level
  code       text NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('error', 'warning', 'note')),
  level      smallint NOT NULL,
  areas      text[] NOT NULL,
  place      geometry(Point, 0),                   -- on the lattice
  m2         double precision NOT NULL,
  text_zh    text NOT NULL,
  text_en    text NOT NULL,
  PRIMARY KEY (district, edition_id, finding_id),
  FOREIGN KEY (district, edition_id) REFERENCES edition ON DELETE CASCADE
);

-- Activations are counted by one number for the whole installation. The row is
-- locked by whoever activates, so that numbers follow the order of commits.
CREATE TABLE generation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  current  bigint NOT NULL
);
INSERT INTO generation (current) VALUES (0);

CREATE TABLE activation (
  district     text COLLATE "C" NOT NULL,
  generation   bigint NOT NULL,
  edition_id   uuid NOT NULL,
  valid_from   date NOT NULL,
  effective_at timestamptz NOT NULL,               -- local midnight of valid_from
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  idempotency_key text,                            -- of the request, where it had one
  PRIMARY KEY (district, generation),
  UNIQUE (district, idempotency_key),
  FOREIGN KEY (district, edition_id) REFERENCES edition
);
CREATE INDEX activation_in_force ON activation (district, effective_at DESC, generation DESC);

-- An edition that was ever activated never changes again.
-- +goose StatementBegin
CREATE FUNCTION refuse_change_of_active() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone boolean := TG_OP <> 'INSERT';
BEGIN
  IF EXISTS (SELECT 1 FROM activation a
             WHERE a.district = CASE WHEN gone THEN OLD.district ELSE NEW.district END
               AND a.edition_id = CASE WHEN gone THEN OLD.edition_id ELSE NEW.edition_id END) THEN
    RAISE EXCEPTION 'edition is active and cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER area_version_frozen BEFORE INSERT OR UPDATE OR DELETE ON area_version
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_active();

-- +goose Down
DROP TABLE activation, generation, finding, compound_grid, area_version, area_code, area, edition_level, edition, district;
DROP FUNCTION refuse_change_of_active();
