-- Responsible units (责任单位), who belongs to them, and the rules of who answers
-- for what (责任规则).

-- +goose Up
CREATE TABLE unit (
  district    text COLLATE "C" NOT NULL REFERENCES district,
  unit_id     uuid NOT NULL,                       -- of a territory unit: made of district and area
  name        text NOT NULL CHECK (btrim(name) <> ''),
  kind        text NOT NULL CHECK (kind IN ('department', 'owner', 'territory')),
  area_id     uuid,
  phone       text NOT NULL DEFAULT '',
  disabled_at timestamptz,
  version     bigint NOT NULL DEFAULT 1,           -- of the unit with its members
  PRIMARY KEY (district, unit_id),
  FOREIGN KEY (district, area_id) REFERENCES area,
  CONSTRAINT territory_has_area CHECK ((kind = 'territory') = (area_id IS NOT NULL))
);

CREATE TABLE unit_member (
  district  text COLLATE "C" NOT NULL,
  unit_id   uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  PRIMARY KEY (district, unit_id, person_id),
  FOREIGN KEY (district, unit_id) REFERENCES unit
);
CREATE INDEX unit_member_person ON unit_member (person_id);

-- Areas and classes are named, not referred to: a rule that outlives them is
-- broken, and is told as such.
CREATE TABLE responsibility (
  district text COLLATE "C" NOT NULL,
  rule_id  uuid NOT NULL,
  name     text NOT NULL CHECK (btrim(name) <> ''),
  basis    text NOT NULL CHECK (basis IN ('owner', 'territory')),
  kind     text NOT NULL DEFAULT '' CHECK (kind IN ('', 'event', 'component')),
  codes    text[] NOT NULL DEFAULT '{}',           -- majors and minors; none: every class
  areas    uuid[] NOT NULL DEFAULT '{}',           -- none: everywhere
  from_at  timestamptz,
  until_at timestamptz CHECK (until_at > from_at),
  daily    integer[] NOT NULL DEFAULT '{}' CHECK (cardinality(daily) % 2 = 0), -- minutes after local midnight, from and to in turn
  unit_id  uuid NOT NULL,
  priority integer NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 999),
  version  bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (district, rule_id),
  FOREIGN KEY (district, unit_id) REFERENCES unit,
  CONSTRAINT codes_have_a_kind CHECK (kind <> '' OR codes = '{}')
);
CREATE INDEX responsibility_unit ON responsibility (district, unit_id);

GRANT SELECT, INSERT, UPDATE ON unit TO wangge_service;
GRANT SELECT, INSERT, DELETE ON unit_member TO wangge_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON responsibility TO wangge_service;

-- +goose Down
DROP TABLE responsibility, unit_member, unit;
