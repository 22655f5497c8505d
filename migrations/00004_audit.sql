-- Who did what. Rows are only ever added; each holds the hash of the one before.

-- +goose Up
CREATE TABLE audit (
  seq         bigint PRIMARY KEY,                  -- without a gap, in the order of commits
  at          timestamptz NOT NULL,
  actor       text NOT NULL,                       -- account, operator of the host, or anyone
  actor_name  text NOT NULL,                       -- as it was then
  source      text NOT NULL,                       -- network address, or the host
  act         text NOT NULL,
  district    text COLLATE "C" NOT NULL,           -- '' where the act is about none
  object      text NOT NULL,
  result      text NOT NULL CHECK (result IN ('done', 'refused')),
  detail      text NOT NULL,                       -- ids and names of fields, never values about a person
  prev        bytea NOT NULL,
  hash        bytea NOT NULL
);
CREATE INDEX audit_at ON audit (at DESC);
CREATE INDEX audit_actor ON audit (actor, seq DESC);

-- The end of the chain, locked by whoever adds a row until it commits.
CREATE TABLE audit_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  seq      bigint NOT NULL,
  hash     bytea NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, '');

-- +goose StatementBegin
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_frozen BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
CREATE TRIGGER audit_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

-- +goose Down
DROP TABLE audit, audit_head;
DROP FUNCTION refuse_change_of_audit();
