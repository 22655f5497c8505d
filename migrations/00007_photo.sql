-- Photographs of cases (案卷照片). The pictures stand on a disk or in an object
-- store; a photograph is there when its row says that it is complete.

-- +goose Up

CREATE TABLE photo (
  district     text COLLATE "C" NOT NULL REFERENCES district,
  photo_id     uuid NOT NULL,                      -- UUIDv7, made by the reporter's device
  owner        text NOT NULL,                      -- who sends it: actor of the audit
  secret       bytea,                              -- hash of what lets in who has not signed in; NULL for others
  sha256       bytea NOT NULL CHECK (length(sha256) = 32), -- of the photograph as it is sent
  bytes        integer NOT NULL CHECK (bytes > 0),
  state        text NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving', 'complete')),
  blob         uuid NOT NULL,                      -- what is received, then the picture
  width        integer CHECK (width > 0),          -- pixels, of the picture
  height       integer CHECK (height > 0),
  taken_at     timestamptz,
  taken_from   text CHECK (taken_from IN ('device', 'exif')),
  place_x      integer CHECK (place_x BETWEEN -1800000000 AND 1800000000), -- CGCS2000, degrees × 10⁷
  place_y      integer CHECK (place_y BETWEEN -900000000 AND 900000000),
  place_from   text CHECK (place_from IN ('device', 'exif')),
  made_at      timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  PRIMARY KEY (district, photo_id),
  CONSTRAINT complete_has_a_picture CHECK ((state = 'complete') = (completed_at IS NOT NULL AND width IS NOT NULL AND height IS NOT NULL)),
  CHECK ((taken_at IS NULL) = (taken_from IS NULL)),
  CHECK ((place_x IS NULL) = (place_y IS NULL) AND (place_x IS NULL) = (place_from IS NULL))
);
CREATE INDEX photo_blob ON photo (blob) WHERE state = 'complete';
CREATE INDEX photo_receiving ON photo (made_at) WHERE state = 'receiving';

GRANT SELECT, INSERT, UPDATE, DELETE ON photo TO wangge_service;

-- +goose Down
DROP TABLE photo;
