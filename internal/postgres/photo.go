package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/policy"
)

// Where the time and place of a photograph are from: what the device says goes
// before what the EXIF does.
const (
	FromDevice = "device"
	FromEXIF   = "exif"
)

// Photo is a photograph of a case (案卷照片), announced and perhaps complete.
type Photo struct {
	District  string
	ID        uuid.UUID // UUIDv7, made by the reporter's device
	Owner     string    // actor of the audit
	Secret    []byte    // hash of what lets in who has not signed in; empty for others
	SHA256    [32]byte  // of what is sent
	Bytes     int64
	Blob      uuid.UUID // what is received; when it is complete, the picture
	Taken     time.Time // zero where nobody says; likewise below
	TakenFrom string
	Place     geo.Point
	PlaceFrom string
	Made      time.Time

	Completed     time.Time // zero while it is being received
	Width, Height int       // of the picture
}

const selectPhoto = `SELECT district, photo_id, owner, secret, sha256, bytes, blob, taken_at, coalesce(taken_from, ''),
	place_x, place_y, coalesce(place_from, ''), made_at, completed_at, coalesce(width, 0), coalesce(height, 0) FROM photo `

func scanPhoto(row pgx.CollectableRow) (p Photo, err error) {
	var sum []byte
	var taken, completed *time.Time
	var x, y *int32
	err = row.Scan(&p.District, &p.ID, &p.Owner, &p.Secret, &sum, &p.Bytes, &p.Blob, &taken, &p.TakenFrom, &x, &y, &p.PlaceFrom, &p.Made, &completed, &p.Width, &p.Height)
	copy(p.SHA256[:], sum)
	p.Taken, p.Completed = orZero(taken), orZero(completed)
	if x != nil && y != nil {
		p.Place = geo.Point{X: *x, Y: *y}
	}
	return p, err
}

// Photo returns one, complete or not. Error: no_such_photo.
func (s *Store) Photo(ctx context.Context, district string, id uuid.UUID) (*Photo, error) {
	return exactlyOne(ctx, s.pool, scanPhoto, NoSuchPhoto(), selectPhoto+`WHERE district = $1 AND photo_id = $2`, district, id)
}

// NoSuchPhoto is the answer about a photograph that is not there.
func NoSuchPhoto() error {
	return fault.New(fault.NotFound, "no_such_photo", "没有这张照片，可能没有传完就过期了", "there is no such photograph; perhaps it was not sent to its end in time")
}

// AddPhoto announces a photograph, and returns the row that stands: this one,
// or what was announced before under its id. Error: no_such_district.
func (s *Store) AddPhoto(ctx context.Context, p *Photo) (standing *Photo, added bool, err error) {
	x, y, placed := latticeOrNull(p.Place, p.PlaceFrom)
	taken, from := timeOrNull(p.Taken, p.TakenFrom)
	done, err := s.pool.Exec(ctx, `INSERT INTO photo (district, photo_id, owner, secret, sha256, bytes, blob, taken_at, taken_from, place_x, place_y, place_from)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
		p.District, p.ID, p.Owner, p.Secret, p.SHA256[:], p.Bytes, p.Blob, taken, from, x, y, placed)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23503" {
		return nil, false, fault.New(fault.NotFound, "no_such_district", "没有区 %[1]q", "there is no district %[1]q", p.District)
	}
	if err != nil {
		return nil, false, translate(err)
	}
	standing, err = s.Photo(ctx, p.District, p.ID)
	return standing, done.RowsAffected() == 1, err
}

// RenewPhotoSecret gives a photograph of which nothing has come another secret:
// whoever announced it did not get the answer. It does nothing where the secret
// is no more the one that was seen. Error: no_such_photo.
func (s *Store) RenewPhotoSecret(ctx context.Context, p *Photo, secret []byte) error {
	done, err := s.pool.Exec(ctx, `UPDATE photo SET secret = $4 WHERE district = $1 AND photo_id = $2 AND state = 'receiving' AND secret = $3`, p.District, p.ID, p.Secret, secret)
	if err == nil && done.RowsAffected() == 0 {
		err = NoSuchPhoto()
	}
	return translate(err)
}

// CompletePhoto says that the picture of a photograph that was received as spool
// is kept as p.Blob, p.Width × p.Height pixels large. Time and place in p are
// those of its EXIF and count where the device said none. One that is complete
// by now stays as it is. Error: no_such_photo.
func (s *Store) CompletePhoto(ctx context.Context, p *Photo, spool uuid.UUID) error {
	return s.inTx(ctx, func(tx *writing) error {
		x, y, placed := latticeOrNull(p.Place, p.PlaceFrom)
		taken, from := timeOrNull(p.Taken, p.TakenFrom)
		done, err := tx.Exec(ctx, `UPDATE photo SET state = 'complete', completed_at = now(), blob = $3, width = $4, height = $5,
			taken_at = coalesce(taken_at, $6), taken_from = coalesce(taken_from, $7),
			place_x = coalesce(place_x, $8), place_y = coalesce(place_y, $9), place_from = coalesce(place_from, $10)
			WHERE district = $1 AND photo_id = $2 AND state = 'receiving' AND blob = $11`, p.District, p.ID, p.Blob, p.Width, p.Height, taken, from, x, y, placed, spool)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			var there bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM photo WHERE district = $1 AND photo_id = $2 AND state = 'complete')`, p.District, p.ID).Scan(&there); err != nil || there {
				return err
			}
			return NoSuchPhoto()
		}
		record(ctx, tx, audit.Entry{Act: string(policy.CaseCreate), District: p.District, Object: "photo " + p.ID.String(), Result: audit.Done, Detail: audit.Detail(map[string]any{"did": "completed"})})
		return nil
	})
}

// DropPhoto forgets a photograph that was announced and will not be completed.
func (s *Store) DropPhoto(ctx context.Context, p *Photo) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM photo WHERE district = $1 AND photo_id = $2 AND state = 'receiving' AND blob = $3`, p.District, p.ID, p.Blob)
	return translate(err)
}

// DropUnfinishedPhotos forgets those that were announced before a time and are
// not complete.
func (s *Store) DropUnfinishedPhotos(ctx context.Context, before time.Time) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM photo WHERE state = 'receiving' AND made_at < $1`, before)
	return translate(err)
}

// KeptPictures returns those of the pictures that a complete photograph has.
func (s *Store) KeptPictures(ctx context.Context, blobs []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, `SELECT blob FROM photo WHERE state = 'complete' AND blob = ANY($1)`, blobs)
	if err != nil {
		return nil, translate(err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return kept, translate(err)
}

func latticeOrNull(p geo.Point, from string) (x, y *int32, placed *string) {
	if from == "" {
		return nil, nil, nil
	}
	return &p.X, &p.Y, &from
}

func timeOrNull(t time.Time, from string) (*time.Time, *string) {
	if from == "" {
		return nil, nil
	}
	return &t, &from
}
