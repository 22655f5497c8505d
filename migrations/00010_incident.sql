-- Cases (案卷): what happened where, how far the work is, how it came so far,
-- until when the next step is due, and what was told of it.

-- +goose Up

CREATE TABLE incident (
  district    text COLLATE "C" NOT NULL REFERENCES district,
  incident_id uuid NOT NULL,                       -- UUIDv7, made by the reporter's device
  number      text COLLATE "C" NOT NULL,           -- by which a citizen follows the case; cannot be guessed
  body_hash   bytea NOT NULL,                      -- the same id with another body is refused
  channel     text NOT NULL CHECK (channel IN ('citizen', 'staff', 'key')),
  reported_by text NOT NULL,                       -- actor of the audit
  reported_at timestamptz NOT NULL,
  outside     boolean NOT NULL,                    -- by somebody outside their own area
  description text NOT NULL,

  state       text NOT NULL CHECK (state IN ('reported', 'inspecting', 'filed', 'dispatched', 'handling', 'handled', 'verified',
                                             'closed', 'suspended', 'rejected', 'voided', 'merged')),
  x integer, y integer,                            -- lattice, CGCS2000; NULL: not located yet
  address     text NOT NULL,
  area_id     uuid,                                -- decided under edition_id, and never recomputed
  edition_id  uuid,
  kind        text, code text COLLATE "C",         -- class, a guess until it is filed
  category    text,                                -- edition of the classes
  condition   text NOT NULL,
  unit_id     uuid,
  assignee    uuid REFERENCES person,
  due_at      timestamptz,                         -- of handling
  received_by uuid, handled_by uuid, proof uuid,
  responded_at timestamptz, filed_at timestamptz, dispatched_at timestamptz, handled_at timestamptz, closed_at timestamptz,
  supervised  smallint NOT NULL CHECK (supervised BETWEEN 0 AND 3),
  asked_until timestamptz, asked_by uuid,
  extensions integer NOT NULL, returns integer NOT NULL, reworks integer NOT NULL, reopened integer NOT NULL,
  disputed boolean NOT NULL, forced boolean NOT NULL, deferred boolean NOT NULL,
  rest_until timestamptz,
  before_state text,
  parent_id   uuid,
  answer      text NOT NULL CHECK (answer IN ('', 'satisfied', 'fair', 'unsatisfied')),

  sight       uuid,                                -- the area by which it is seen: where it lies in the edition seen_in
  seen_in     uuid,                                -- the edition whose activation the case has been held against
  clock_due   timestamptz,                         -- of the phase that runs; NULL: none runs
  clock_soon  timestamptz,
  version     bigint NOT NULL,
  updated_at  timestamptz NOT NULL,

  PRIMARY KEY (district, incident_id),
  UNIQUE (district, number),
  FOREIGN KEY (district, edition_id, area_id) REFERENCES area_version (district, edition_id, area_id),
  FOREIGN KEY (district, unit_id) REFERENCES unit,
  FOREIGN KEY (district, parent_id) REFERENCES incident,
  FOREIGN KEY (district, category) REFERENCES category_edition,
  CONSTRAINT whole_place CHECK ((x IS NULL) = (y IS NULL) AND (area_id IS NULL) = (edition_id IS NULL)),
  CONSTRAINT whole_class CHECK ((kind IS NULL) = (code IS NULL) AND (kind IS NULL) = (category IS NULL)),
  CONSTRAINT filed_is_placed CHECK (state IN ('reported', 'inspecting', 'rejected', 'merged') OR (x IS NOT NULL AND area_id IS NOT NULL AND kind IS NOT NULL)),
  CONSTRAINT dispatched_has_unit CHECK (state NOT IN ('dispatched', 'handling', 'handled', 'verified') OR (unit_id IS NOT NULL AND due_at IS NOT NULL)),
  CONSTRAINT resting_goes_on CHECK ((state IN ('suspended', 'merged')) = (before_state IS NOT NULL) AND (state = 'suspended') = (rest_until IS NOT NULL)),
  CONSTRAINT merged_has_parent CHECK ((state = 'merged') = (parent_id IS NOT NULL)),
  CONSTRAINT verified_has_proof CHECK (state <> 'verified' OR proof IS NOT NULL),
  CONSTRAINT closed_has_proof CHECK (state <> 'closed' OR proof IS NOT NULL OR forced)
);
-- Links name no district.
CREATE INDEX incident_id ON incident (incident_id);
CREATE INDEX incident_number ON incident (number);
-- The queue: open cases, the next due first; and their counts.
CREATE INDEX incident_due ON incident (coalesce(clock_due, 'infinity'), incident_id)
  WHERE state IN ('reported', 'inspecting', 'filed', 'dispatched', 'handling', 'handled', 'verified', 'suspended');
CREATE INDEX incident_time ON incident (reported_at DESC, incident_id DESC);
CREATE INDEX incident_sight ON incident (sight, reported_at DESC);
CREATE INDEX incident_class ON incident (code, reported_at DESC) WHERE code IS NOT NULL;
CREATE INDEX incident_unit ON incident (unit_id, reported_at DESC) WHERE unit_id IS NOT NULL;
CREATE INDEX incident_assignee ON incident (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX incident_reporter ON incident (reported_by, reported_at DESC) WHERE channel <> 'citizen';
CREATE INDEX incident_parent ON incident (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX incident_place ON incident USING gist (ST_MakePoint(x, y)) WHERE x IS NOT NULL;
CREATE INDEX incident_unseen ON incident (district, seen_in) WHERE state NOT IN ('closed', 'rejected', 'voided') AND area_id IS NOT NULL;

-- What people search for, in pieces of two signs: Chinese has no spaces, and two
-- signs are a word. It is dear to reckon, and the planner is told so.
-- +goose StatementBegin
CREATE FUNCTION pieces(of text) RETURNS text[] IMMUTABLE PARALLEL SAFE COST 2000 LANGUAGE sql AS $$
  SELECT coalesce(array_agg(DISTINCT substr(t, i, 2)), '{}') FROM (SELECT lower(of) AS t) s, generate_series(1, greatest(length(t) - 1, 1)) i
$$;
-- +goose StatementEnd
CREATE INDEX incident_text ON incident USING gin (pieces(left(number || ' ' || address || ' ' || description, 600)));

-- How the case came to be as it is. Rows are added and never changed.
CREATE TABLE incident_entry (
  district    text COLLATE "C" NOT NULL,
  incident_id uuid NOT NULL,
  version     bigint NOT NULL,                     -- of the case, that it led to
  action      text NOT NULL,
  from_state  text NOT NULL,
  to_state    text NOT NULL,
  at          timestamptz NOT NULL,
  actor       uuid,                                -- a person; NULL: the service, a key, or a citizen
  reason      text NOT NULL,
  note        text NOT NULL,
  after       jsonb NOT NULL,                      -- the whole progress
  clocks      jsonb NOT NULL,                      -- the clocks that run or rest afterwards
  PRIMARY KEY (district, incident_id, version),
  FOREIGN KEY (district, incident_id) REFERENCES incident DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX incident_entry_actor ON incident_entry (actor, at DESC) WHERE actor IS NOT NULL;

CREATE TABLE incident_photo (
  district    text COLLATE "C" NOT NULL,
  photo_id    uuid NOT NULL,
  incident_id uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('near', 'far', 'reference', 'before', 'after')),
  version     bigint NOT NULL,                     -- of the case, that it came with
  PRIMARY KEY (district, photo_id),
  FOREIGN KEY (district, photo_id) REFERENCES photo,
  FOREIGN KEY (district, incident_id) REFERENCES incident DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX incident_photo_of ON incident_photo (district, incident_id);

-- Who reported, in a table of its own: shown to few, and each look is recorded.
CREATE TABLE reporter (
  district    text COLLATE "C" NOT NULL,
  incident_id uuid NOT NULL,
  name        text NOT NULL,
  phone       text NOT NULL,
  PRIMARY KEY (district, incident_id),
  FOREIGN KEY (district, incident_id) REFERENCES incident DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE reporter ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON reporter FOR SELECT USING (
  (SELECT looks_everywhere()) OR EXISTS (
    SELECT FROM incident i JOIN area_position a ON a.district = i.district AND a.area_id = i.sight
      JOIN scopes() s ON a.district = s.district COLLATE "C" AND a.edition_id = s.edition AND a.lo >= s.lo AND a.lo < s.hi
    WHERE i.district = reporter.district AND i.incident_id = reporter.incident_id));
CREATE POLICY added ON reporter FOR INSERT WITH CHECK ((SELECT looks_everywhere()));

-- Until when each step of a case is due. A row a phase and round.
CREATE TABLE deadline (
  district    text COLLATE "C" NOT NULL,
  incident_id uuid NOT NULL,
  phase       text NOT NULL CHECK (phase IN ('intake', 'inspect', 'dispatch', 'handle', 'verify', 'close')),
  round       integer NOT NULL,
  clock       jsonb NOT NULL,                      -- start, limits, pauses: what the rest is counted from
  soon_at     timestamptz,                         -- NULL while it rests
  due_at      timestamptz,
  rest_until  timestamptz,                         -- a suspended case goes on by itself then
  ended_at    timestamptz,
  raised      smallint NOT NULL DEFAULT 0,         -- the highest level that was raised
  next_at     timestamptz,                         -- when the scan has to look again
  PRIMARY KEY (district, incident_id, phase, round),
  FOREIGN KEY (district, incident_id) REFERENCES incident DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT runs_or_rests_or_ended CHECK (ended_at IS NOT NULL OR due_at IS NOT NULL OR next_at IS NULL OR rest_until IS NOT NULL),
  CONSTRAINT ended_is_not_looked_at CHECK (ended_at IS NULL OR next_at IS NULL)
);
CREATE INDEX deadline_next ON deadline (next_at) WHERE next_at IS NOT NULL;

-- Each level of lateness is raised once a round. Nothing takes it back: that a
-- case was late stays a fact.
CREATE TABLE escalation (
  district    text COLLATE "C" NOT NULL,
  incident_id uuid NOT NULL,
  phase       text NOT NULL,
  round       integer NOT NULL,
  level       smallint NOT NULL CHECK (level BETWEEN 1 AND 3), -- 1 due soon, 2 overdue, 3 overdue for long
  due_at      timestamptz NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, incident_id, phase, round, level),
  FOREIGN KEY (district, incident_id, phase, round) REFERENCES deadline
);
CREATE INDEX escalation_at ON escalation (district, at DESC);

-- What new boundaries meant for each open case.
CREATE TABLE boundary_review (
  district    text COLLATE "C" NOT NULL,
  edition_id  uuid NOT NULL,                       -- that came into force
  incident_id uuid NOT NULL,
  from_area   uuid NOT NULL,
  to_area     uuid,                                -- NULL: the place lies in no area any more
  outcome     text NOT NULL CHECK (outcome IN ('stayed', 'moved')),
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (district, edition_id, incident_id),
  FOREIGN KEY (district, edition_id) REFERENCES edition,
  FOREIGN KEY (district, incident_id) REFERENCES incident
);

-- What takes a second person, while it waits for one.
CREATE TABLE case_request (
  district     text COLLATE "C" NOT NULL,
  request_id   uuid NOT NULL,
  incident_id  uuid NOT NULL,
  seen_version bigint NOT NULL,                    -- of the case; another one by now makes it void
  action       text NOT NULL,
  act          jsonb NOT NULL,
  asked_by     uuid NOT NULL REFERENCES person,
  asked_at     timestamptz NOT NULL DEFAULT now(),
  ended        text CHECK (ended IN ('confirmed', 'withdrawn')),
  ended_by     uuid REFERENCES person,
  ended_at     timestamptz,
  PRIMARY KEY (district, request_id),
  FOREIGN KEY (district, incident_id) REFERENCES incident,
  CONSTRAINT another_person CHECK (ended IS DISTINCT FROM 'confirmed' OR ended_by <> asked_by)
);
CREATE UNIQUE INDEX case_request_open ON case_request (district, incident_id) WHERE ended IS NULL;

-- The stream of what changes, in the order of commits: its numbers are those of
-- the audit, whose end is locked until each commit.
CREATE TABLE feed (
  seq         bigint PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  district    text COLLATE "C" NOT NULL,
  incident_id uuid NOT NULL,
  version     bigint NOT NULL,
  what        text NOT NULL,                       -- the action, or due_soon, overdue, long_overdue
  state       text NOT NULL,
  sight       uuid,
  unit_id     uuid,
  assignee    uuid
);
CREATE INDEX feed_at ON feed (at);

GRANT SELECT, INSERT, UPDATE ON incident, deadline, case_request TO wangge_service;
GRANT SELECT, INSERT ON incident_entry, incident_photo, reporter, escalation, boundary_review TO wangge_service;
GRANT SELECT, INSERT, DELETE ON feed TO wangge_service;

-- +goose Down
DROP TABLE feed, case_request, boundary_review, escalation, deadline, reporter, incident_photo, incident_entry, incident;
DROP FUNCTION pieces(text);
