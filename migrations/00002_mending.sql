-- Mending a draft: what would put a finding right, what somebody let pass and
-- why, and every change made on the way, so that it can be shown and undone.

-- +goose Up
ALTER TABLE finding
  ADD COLUMN shape    integer[] NOT NULL DEFAULT '{}',   -- outline of the place: x, y, x, y, … on the lattice
  ADD COLUMN mends    jsonb     NOT NULL DEFAULT '[]',   -- ways to put it right, the likeliest first
  ADD COLUMN waivable boolean   NOT NULL DEFAULT false,
  ADD COLUMN waived   text      NOT NULL DEFAULT '';     -- why it does not count; empty while it does

-- What somebody let pass. A waiver belongs to one place: a border that moves
-- afterwards shows the finding again.
CREATE TABLE waiver (
  district   text COLLATE "C" NOT NULL,
  edition_id uuid NOT NULL,
  waiver_id  bigint GENERATED ALWAYS AS IDENTITY,
  code       text NOT NULL,                              -- of the finding
  level      smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  areas      text[] NOT NULL,
  x          integer,                                    -- place on the lattice; NULL where the finding has none
  y          integer,
  m2         double precision NOT NULL,                  -- what was let pass; a larger place shows again
  reason     text NOT NULL CHECK (btrim(reason) <> ''),
  made_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, edition_id, waiver_id),
  FOREIGN KEY (district, edition_id) REFERENCES edition ON DELETE CASCADE
);

-- One change of a draft, imports included. Undone ones stay listed; closed ones lie before a later
-- import and can no longer be undone.
CREATE TABLE mend (
  district   text COLLATE "C" NOT NULL,
  edition_id uuid NOT NULL,
  mend_id    bigint GENERATED ALWAYS AS IDENTITY,
  kind       text NOT NULL,
  text_zh    text NOT NULL,
  text_en    text NOT NULL,
  solved_zh  text[] NOT NULL DEFAULT '{}',               -- the findings that it put right, as they were listed
  solved_en  text[] NOT NULL DEFAULT '{}',
  x          integer,                                    -- where, on the lattice
  y          integer,
  made_at    timestamptz NOT NULL DEFAULT now(),
  undone     boolean NOT NULL DEFAULT false,
  closed     boolean NOT NULL DEFAULT false,
  PRIMARY KEY (district, edition_id, mend_id),
  FOREIGN KEY (district, edition_id) REFERENCES edition ON DELETE CASCADE
);

-- The areas that a mend touched, as they were before and are after. An area
-- without a row before was made by it, one without a row after was taken away.
CREATE TABLE mend_side (
  district    text COLLATE "C" NOT NULL,
  edition_id  uuid NOT NULL,
  mend_id     bigint NOT NULL,
  after       boolean NOT NULL,
  area_id     uuid NOT NULL,
  level       smallint NOT NULL,
  code        text COLLATE "C" NOT NULL,
  name        text NOT NULL,
  kind        text NOT NULL,
  priority    integer NOT NULL,
  parent_code text COLLATE "C",
  parent_id   uuid,
  source      text NOT NULL,
  lattice     geometry(MultiPolygon, 0) NOT NULL,
  PRIMARY KEY (district, edition_id, mend_id, after, area_id),
  FOREIGN KEY (district, edition_id, mend_id) REFERENCES mend ON DELETE CASCADE
);

-- +goose Down
DROP TABLE mend_side, mend, waiver;
ALTER TABLE finding DROP COLUMN shape, DROP COLUMN mends, DROP COLUMN waivable, DROP COLUMN waived;
