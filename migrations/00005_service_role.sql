-- The service works as a role that owns nothing: it cannot change tables, nor
-- what the audit holds. Roles belong to the whole server, so that another
-- database may have made it already.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'wangge_service') THEN
    CREATE ROLE wangge_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL; -- made a moment ago
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role wangge_service is missing and % may not make it: have an administrator run CREATE ROLE wangge_service NOLOGIN; GRANT wangge_service TO %;', current_user, current_user;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'wangge_service', 'MEMBER') THEN
    EXECUTE format('GRANT wangge_service TO %I', current_user);
  END IF;
END $$;
-- +goose StatementEnd
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO wangge_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON
  district, edition, edition_level, area, area_code, area_version, compound_grid, finding, waiver, mend, mend_side
  TO wangge_service;
GRANT SELECT, INSERT ON activation, lineage, lineage_pair, audit TO wangge_service;
GRANT SELECT, UPDATE ON generation, audit_head TO wangge_service;

-- +goose Down
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM wangge_service;
REVOKE ALL ON SCHEMA public FROM wangge_service;
