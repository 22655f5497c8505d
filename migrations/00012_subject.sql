-- The subjects on the map (专题): compounds, Party organisations, sites, … What a
-- kind keeps is described in the code (internal/subject), not in columns.

-- +goose Up
CREATE TABLE subject (
  district   text COLLATE "C" NOT NULL REFERENCES district,
  subject_id uuid NOT NULL,
  kind       text NOT NULL,
  code       text COLLATE "C" NOT NULL CHECK (code <> ''),
  name       text NOT NULL CHECK (btrim(name) <> ''),
  area_id    uuid NOT NULL,                        -- whose it is: who may write it
  x          integer,
  y          integer,
  since      date,
  until      date CHECK (until > since),           -- from this day on it is not there
  fields     jsonb NOT NULL,
  version    bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (district, subject_id),
  UNIQUE (district, kind, code),
  FOREIGN KEY (district, area_id) REFERENCES area,
  CONSTRAINT whole_point CHECK ((x IS NULL) = (y IS NULL))
);
CREATE INDEX subject_name ON subject (district, kind, name, subject_id);
CREATE INDEX subject_area_id ON subject (district, area_id);

-- What a subject covers or lies in, and the boundaries under which somebody said
-- so: after others it is to be confirmed again.
CREATE TABLE subject_area (
  district   text COLLATE "C" NOT NULL,
  subject_id uuid NOT NULL,
  field      text NOT NULL,
  area_id    uuid NOT NULL,
  edition_id uuid NOT NULL,
  PRIMARY KEY (district, subject_id, field, area_id),
  FOREIGN KEY (district, subject_id) REFERENCES subject,
  FOREIGN KEY (district, area_id) REFERENCES area,
  FOREIGN KEY (district, edition_id) REFERENCES edition
);
CREATE INDEX subject_area_of ON subject_area (district, area_id, field);

CREATE TABLE subject_link (
  district   text COLLATE "C" NOT NULL,
  subject_id uuid NOT NULL,
  field      text NOT NULL,
  to_id      uuid NOT NULL,
  PRIMARY KEY (district, subject_id, field, to_id),
  FOREIGN KEY (district, subject_id) REFERENCES subject,
  FOREIGN KEY (district, to_id) REFERENCES subject (district, subject_id),
  CONSTRAINT not_to_itself CHECK (to_id <> subject_id)
);
CREATE INDEX subject_link_to ON subject_link (district, to_id);

GRANT SELECT, INSERT, UPDATE ON subject TO wangge_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON subject_area, subject_link TO wangge_service;

-- +goose Down
DROP TABLE subject_link, subject_area, subject;
