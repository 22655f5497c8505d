-- +goose Up
CREATE TABLE photo (district text COLLATE "C" NOT NULL REFERENCES district, photo_id uuid NOT NULL, state text NOT NULL, width integer, height integer, taken_at timestamptz, place_x integer, place_y integer, made_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (district, photo_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON photo TO wangge_service;
-- +goose Down
DROP TABLE photo;
