-- The standards that cases are handled by: the classes of events and components
-- by edition (分类标准), and the settings of case handling (办理规则) with the
-- working calendar.

-- +goose Up

-- One edition of a district's classes. A case keeps the edition that it was filed
-- under, so what an edition says never changes, and one that was in force stays.
-- The current one is that with the latest in_force_from that has come.
CREATE TABLE category_edition (
  district      text COLLATE "C" NOT NULL REFERENCES district,
  edition       text COLLATE "C" NOT NULL CHECK (btrim(edition) <> ''),
  edition_id    uuid NOT NULL,                     -- for its history
  content       jsonb NOT NULL,                    -- category.Edition
  made_at       timestamptz NOT NULL DEFAULT now(),
  in_force_from timestamptz,                       -- NULL: a draft
  PRIMARY KEY (district, edition),
  UNIQUE (district, edition_id),
  UNIQUE (district, in_force_from)
);

-- The settings of a district, a row a version; the newest counts. Version 1 is
-- what the program brings along, and has no row.
CREATE TABLE case_setting (
  district text COLLATE "C" NOT NULL REFERENCES district,
  version  bigint NOT NULL CHECK (version > 1),
  setting  jsonb NOT NULL,                         -- casesetting.Setting
  made_at  timestamptz NOT NULL DEFAULT now(),
  made_by  text NOT NULL,                          -- actor of the audit
  PRIMARY KEY (district, version)
);

-- +goose StatementBegin
CREATE FUNCTION keeps_category_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.in_force_from <= now() THEN
    RAISE EXCEPTION 'the category edition % is, or was, in force and stays as it is', OLD.edition USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON category_edition FOR EACH ROW EXECUTE FUNCTION keeps_category_edition();

GRANT SELECT, INSERT, UPDATE (in_force_from) ON category_edition TO wangge_service;
GRANT SELECT, INSERT ON case_setting TO wangge_service;

-- +goose Down
DROP TABLE case_setting, category_edition;
DROP FUNCTION keeps_category_edition();
