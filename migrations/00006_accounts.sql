-- People, their accounts and posts; how they come in; what their writes leave
-- behind. People belong to the installation, not to a district: one may have
-- posts in several.

-- +goose Up

-- Where each area stands in the tree of an edition: areas in pre-order, those
-- below an area in [lo, hi). Numbered with the activation.
CREATE TABLE area_position (
  district   text COLLATE "C" NOT NULL,
  edition_id uuid NOT NULL,
  area_id    uuid NOT NULL,
  lo         integer NOT NULL,
  hi         integer NOT NULL CHECK (hi > lo),
  PRIMARY KEY (district, edition_id, area_id),
  FOREIGN KEY (district, edition_id, area_id) REFERENCES area_version
);

-- Children of the partition come before overlays, then by level and code;
-- an overlay without a parent stands below the district.
-- +goose StatementBegin
CREATE FUNCTION number_areas(of_district text, of_edition uuid) RETURNS void LANGUAGE sql SET search_path = public, pg_temp AS $$
  WITH RECURSIVE tree AS (
    SELECT area_id, ARRAY[]::uuid[] AS around, ARRAY[]::text[] COLLATE "C" AS path
    FROM area_version WHERE district = of_district AND edition_id = of_edition AND level = 1
    UNION ALL
    SELECT v.area_id, t.around || t.area_id,
           t.path || ((CASE WHEN v.level = 5 OR v.kind = 'dedicated' THEN '1' ELSE '0' END || v.level || v.code) COLLATE "C")
    FROM tree t, area_version v
    WHERE v.district = of_district AND v.edition_id = of_edition AND v.level > 1
      AND t.area_id = coalesce(v.parent_id, (SELECT area_id FROM area_version d WHERE d.district = of_district AND d.edition_id = of_edition AND d.level = 1))),
  numbered AS (SELECT area_id, around, (row_number() OVER (ORDER BY path) - 1)::integer AS lo FROM tree),
  below AS (SELECT a AS area_id, count(*)::integer AS n FROM numbered, unnest(around) a GROUP BY a)
  INSERT INTO area_position (district, edition_id, area_id, lo, hi)
  SELECT of_district, of_edition, area_id, lo, lo + 1 + coalesce(n, 0) FROM numbered LEFT JOIN below USING (area_id)
  ON CONFLICT DO NOTHING
$$;
-- +goose StatementEnd
SELECT number_areas(district, edition_id) FROM (SELECT DISTINCT district, edition_id FROM activation) a;

CREATE TABLE person (
  person_id  uuid PRIMARY KEY,
  name       text NOT NULL CHECK (btrim(name) <> ''),
  phone      text NOT NULL DEFAULT '',
  department text NOT NULL DEFAULT '',
  version    bigint NOT NULL DEFAULT 1,            -- of the person with account and posts
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE account (
  person_id   uuid PRIMARY KEY REFERENCES person,
  login       text COLLATE "C" NOT NULL UNIQUE CHECK (login <> ''),
  password    text NOT NULL DEFAULT '',            -- argon2id, PHC form; '' until it is set
  password_at timestamptz,
  former      text[] NOT NULL DEFAULT '{}',        -- hashes of passwords before, newest first
  disabled_at timestamptz,
  demo        boolean NOT NULL DEFAULT false       -- its password is printed; counts in demo mode alone
);

-- A role in an area for a time. Rows are never taken away: one that ends, ends.
CREATE TABLE post (
  post_id    uuid PRIMARY KEY,
  person_id  uuid NOT NULL REFERENCES person,
  role       text NOT NULL,
  duties     text[] NOT NULL DEFAULT '{}',
  district   text COLLATE "C",                     -- NULL for every district
  area_id    uuid,
  from_at    timestamptz NOT NULL,
  until_at   timestamptz CHECK (until_at >= from_at),
  granted_by text NOT NULL,                        -- actor of the audit
  granted_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((district IS NULL) = (area_id IS NULL)),
  FOREIGN KEY (district, area_id) REFERENCES area
);
CREATE INDEX post_person ON post (person_id);
CREATE INDEX post_area ON post (district, area_id);

-- One-time links: to set the first password, or a new one. Only hashes of what
-- was handed out are kept, here and below.
CREATE TABLE invitation (
  token      bytea PRIMARY KEY,
  person_id  uuid REFERENCES person,               -- NULL: makes the first administrator
  made_at    timestamptz NOT NULL DEFAULT now(),
  until_at   timestamptz NOT NULL,
  used_at    timestamptz
);

CREATE TABLE session (
  session_id uuid PRIMARY KEY,                     -- to name it to its owner
  token      bytea NOT NULL UNIQUE,
  person_id  uuid NOT NULL REFERENCES account,
  made_at    timestamptz NOT NULL DEFAULT now(),
  seen_at    timestamptz NOT NULL DEFAULT now(),
  until_at   timestamptz NOT NULL,
  ended_at   timestamptz,
  source     text NOT NULL,                        -- network address
  agent      text NOT NULL
);
CREATE INDEX session_person ON session (person_id);

-- Failed sign-ins, by login (hashed: it may be a password typed into the wrong
-- field) and source.
CREATE TABLE sign_in_trial (
  login    bytea NOT NULL,
  source   text NOT NULL,
  failures integer NOT NULL,
  last_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (login, source)
);
CREATE INDEX sign_in_trial_source ON sign_in_trial (source, last_at);

CREATE TABLE api_key (
  key_id     uuid PRIMARY KEY,
  token      bytea NOT NULL UNIQUE,
  name       text NOT NULL CHECK (btrim(name) <> ''),
  actions    text[] NOT NULL,
  district   text COLLATE "C",
  area_id    uuid,
  maker      uuid REFERENCES person,               -- NULL: the operator on the host
  made_at    timestamptz NOT NULL DEFAULT now(),
  until_at   timestamptz NOT NULL,
  revoked_at timestamptz,
  version    bigint NOT NULL DEFAULT 1,
  CHECK ((district IS NULL) = (area_id IS NULL)),
  FOREIGN KEY (district, area_id) REFERENCES area
);

-- An activation that waits for a second person.
CREATE TABLE activation_request (
  district     text COLLATE "C" NOT NULL,
  request_id   uuid NOT NULL,
  edition_id   uuid NOT NULL,
  seen_version bigint NOT NULL,                    -- of the edition; another one by now makes it void
  valid_from   date NOT NULL,
  lineage      jsonb,                              -- as confirmed by who asked; NULL: as proposed
  asked_by     uuid NOT NULL REFERENCES person,
  asked_at     timestamptz NOT NULL DEFAULT now(),
  ended        text CHECK (ended IN ('confirmed', 'withdrawn')),
  ended_by     uuid REFERENCES person,
  ended_at     timestamptz,
  PRIMARY KEY (district, request_id),
  FOREIGN KEY (district, edition_id) REFERENCES edition ON DELETE CASCADE,
  CONSTRAINT another_person CHECK (ended IS DISTINCT FROM 'confirmed' OR ended_by <> asked_by)
);
CREATE UNIQUE INDEX activation_request_open ON activation_request (district, edition_id) WHERE ended IS NULL;

-- What a write with an Idempotency-Key made, kept for 90 days.
CREATE TABLE idempotency (
  actor   text NOT NULL,
  key     text NOT NULL,
  request bytea NOT NULL,                          -- SHA-256 of method, path and body
  object  text NOT NULL DEFAULT '',                -- what it made or changed
  made_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_made ON idempotency (made_at);
ALTER TABLE activation DROP COLUMN idempotency_key, DROP COLUMN request;

-- How a row came to be as it is, one row a version. Personal values are named,
-- not held.
CREATE TABLE history (
  subject text NOT NULL,
  id      uuid NOT NULL,
  version bigint NOT NULL,
  at      timestamptz NOT NULL DEFAULT now(),
  actor   text NOT NULL,
  what    text NOT NULL,
  detail  jsonb NOT NULL,
  PRIMARY KEY (subject, id, version)
);

-- What happened, for whoever has to be told. Rows are claimed for a while, not
-- read past: numbers do not follow the order of commits.
CREATE TABLE outbox (
  event_id uuid PRIMARY KEY,
  at       timestamptz NOT NULL DEFAULT now(),
  subject  text NOT NULL,
  id       uuid NOT NULL,
  version  bigint NOT NULL,
  what     text NOT NULL,
  claimed_until timestamptz,
  told_at  timestamptz
);
CREATE INDEX outbox_waiting ON outbox (at) WHERE told_at IS NULL;
CREATE INDEX outbox_told ON outbox (told_at) WHERE told_at IS NOT NULL;

-- The second wall. Who looks is said in the transaction: wangge.me is a person,
-- wangge.scope '*' or a list of {district, edition, lo, hi}. Nothing said,
-- nothing seen.
-- +goose StatementBegin
CREATE FUNCTION looks_everywhere() RETURNS boolean STABLE LANGUAGE sql AS $$
  SELECT coalesce(current_setting('wangge.scope', true), '') = '*'
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION looking() RETURNS uuid STABLE LANGUAGE sql AS $$
  SELECT nullif(current_setting('wangge.me', true), '')::uuid
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION scopes() RETURNS TABLE (district text, edition uuid, lo integer, hi integer) STABLE LANGUAGE sql AS $$
  SELECT * FROM jsonb_to_recordset(CASE WHEN coalesce(current_setting('wangge.scope', true), '') IN ('', '*') THEN '[]'
    ELSE current_setting('wangge.scope', true) END::jsonb) AS s(district text, edition uuid, lo integer, hi integer)
$$;
-- +goose StatementEnd
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE post ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON post FOR SELECT USING (
  (SELECT looks_everywhere()) OR person_id = (SELECT looking()) OR EXISTS (
    SELECT FROM area_position a JOIN scopes() s ON a.district = s.district COLLATE "C" AND a.edition_id = s.edition AND a.lo >= s.lo AND a.lo < s.hi
    WHERE a.district = post.district AND a.area_id = post.area_id));
CREATE POLICY of_those_seen ON person FOR SELECT USING (
  (SELECT looks_everywhere()) OR person_id = (SELECT looking())
  OR EXISTS (SELECT FROM post p WHERE p.person_id = person.person_id AND p.from_at <= now() AND (p.until_at IS NULL OR p.until_at > now())));
CREATE POLICY of_those_seen ON account FOR SELECT USING (EXISTS (SELECT FROM person p WHERE p.person_id = account.person_id));
CREATE POLICY own ON session FOR SELECT USING ((SELECT looks_everywhere()) OR person_id = (SELECT looking()));
CREATE POLICY added ON post FOR INSERT WITH CHECK ((SELECT looks_everywhere()));
CREATE POLICY changed ON post FOR UPDATE USING ((SELECT looks_everywhere()));
CREATE POLICY added ON person FOR INSERT WITH CHECK ((SELECT looks_everywhere()));
CREATE POLICY changed ON person FOR UPDATE USING ((SELECT looks_everywhere()) OR person_id = (SELECT looking()));
CREATE POLICY added ON account FOR INSERT WITH CHECK ((SELECT looks_everywhere()));
CREATE POLICY changed ON account FOR UPDATE USING ((SELECT looks_everywhere()) OR person_id = (SELECT looking()));
CREATE POLICY added ON session FOR INSERT WITH CHECK ((SELECT looks_everywhere()));
CREATE POLICY changed ON session FOR UPDATE USING ((SELECT looks_everywhere()) OR person_id = (SELECT looking()));
CREATE POLICY gone ON session FOR DELETE USING ((SELECT looks_everywhere()));

GRANT SELECT, INSERT, UPDATE ON person, account, post, invitation, activation_request, api_key TO wangge_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in_trial, idempotency, outbox TO wangge_service;
GRANT DELETE ON invitation TO wangge_service;
GRANT SELECT, INSERT ON history, area_position TO wangge_service;

-- +goose Down
DROP TABLE outbox, history, idempotency, activation_request, api_key, sign_in_trial, session, invitation, post, account, person;
DROP FUNCTION scopes(), looking(), looks_everywhere();
DROP FUNCTION number_areas(text, uuid);
DROP TABLE area_position;
ALTER TABLE activation ADD COLUMN idempotency_key text, ADD COLUMN request bytea, ADD UNIQUE (district, idempotency_key);
