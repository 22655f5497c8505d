-- +goose Up
CREATE TABLE category_edition (district text COLLATE "C" NOT NULL REFERENCES district, edition text NOT NULL, PRIMARY KEY (district, edition));
GRANT SELECT, INSERT, UPDATE, DELETE ON category_edition TO wangge_service;
-- +goose Down
DROP TABLE category_edition;
