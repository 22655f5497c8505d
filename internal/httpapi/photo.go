package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/google/uuid"

	"wangge/internal/account"
	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/geo"
	"wangge/internal/photo"
	"wangge/internal/postgres"
)

// PhotoRequest announces a photograph.
type PhotoRequest struct {
	ID       string   `json:"id" doc:"UUIDv7, made by the device: the same again is the same photograph"`
	District string   `json:"district,omitempty" doc:"may be left out while there is only one"`
	Bytes    int64    `json:"bytes" doc:"of the file, at most 30 MB"`
	SHA256   string   `json:"sha256" doc:"of the file, in hexadecimal digits"`
	Taken    string   `json:"taken,omitempty" doc:"when (RFC 3339), as the device says; the EXIF counts when left out"`
	Lon      *float64 `json:"lon,omitempty" doc:"where, as the device says; likewise"`
	Lat      *float64 `json:"lat,omitempty"`
	CRS      string   `json:"crs,omitempty" doc:"wgs84 (default), cgcs2000, gcj02 or bd09"`
}

// Photo is a photograph as its sender sees it.
type Photo struct {
	ID        string     `json:"id" format:"uuid"`
	District  string     `json:"district"`
	State     string     `json:"state" enum:"receiving,complete"`
	Bytes     int64      `json:"bytes" doc:"of the file"`
	Offset    int64      `json:"offset" doc:"bytes that are here: go on from there"`
	Width     int        `json:"width,omitempty" doc:"pixels of the picture"`
	Height    int        `json:"height,omitempty"`
	Taken     *time.Time `json:"taken,omitempty"`
	TakenFrom string     `json:"taken_from,omitempty" enum:"device,exif"`
	Lon       *float64   `json:"lon,omitempty" doc:"degrees, CGCS2000"`
	Lat       *float64   `json:"lat,omitempty"`
	PlaceFrom string     `json:"place_from,omitempty" enum:"device,exif"`
	Secret    string     `json:"secret,omitempty" doc:"for who has not signed in, shown once: carry it as Upload-Secret"`
}

type (
	// PhotoPath names a photograph.
	PhotoPath struct {
		District string `path:"district"`
		ID       string `path:"id" format:"uuid"`
		Secret   string `header:"Upload-Secret" doc:"for who has not signed in"`
	}
	photoOutput struct {
		Status int
		Offset int64 `header:"Upload-Offset" doc:"bytes that are here"`
		Body   Photo
	}
)

func (s *Server) photoRoutes() {
	described := func() *huma.Response {
		return &huma.Response{Description: "the photograph", Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(Photo{}, "Photo")}}}
	}
	begin := operation(http.MethodPost, "/api/v1/photos", "photo-begin", "照片：说明要传什么 · Announce a photograph", 400, 404, 413, 422)
	begin.DefaultStatus, begin.MaxBodyBytes = http.StatusCreated, 4<<10
	begin.Responses = map[string]*huma.Response{"200": described()}
	huma.Register(s.api, begin, s.beginPhoto)

	const upload, picture = "/api/v1/photos/{district}/{id}/upload", "/api/v1/photos/{district}/{id}"
	huma.Register(s.api, operation(http.MethodGet, upload, "photo-progress", "照片：传了多少 · How much of it is here", 404), s.photoProgress)
	put := operation(http.MethodPatch, upload, "photo-bytes", "照片：接着传 · Go on sending it", 400, 404, 413, 415, 422, 507)
	put.Responses = map[string]*huma.Response{"200": described()}
	huma.Register(s.api, put, func(_ context.Context, in *struct {
		PhotoPath
		Offset string `header:"Upload-Offset" required:"true" doc:"where the body begins: the bytes that are here"`
	}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			r, w := humachi.Unwrap(c)
			if err := s.takePhoto(w, r, in.PhotoPath, in.Offset); err != nil {
				refuse(w, r, err)
			}
		}}, nil
	})
	s.api.OpenAPI().Paths[upload].Patch.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{
		photoBytes: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}

	for path, op := range map[string]huma.Operation{
		picture:                operation(http.MethodGet, picture, "photo", "照片 · A photograph", 404),
		picture + "/thumbnail": operation(http.MethodGet, picture+"/thumbnail", "photo-thumbnail", "照片缩略图 · Its thumbnail", 404),
	} {
		op.Responses = map[string]*huma.Response{"200": {Description: "the picture", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
		huma.Register(s.api, op, func(_ context.Context, in *PhotoPath) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(c huma.Context) {
				r, w := humachi.Unwrap(c)
				if err := s.showPhoto(w, r, *in, path != picture); err != nil {
					refuse(w, r, err)
				}
			}}, nil
		})
	}
}

// photoBytes is the type of a body that goes on where another ended.
const photoBytes = "application/offset+octet-stream"

// beginPhoto answers 201 with what was announced, or 200 with how far it is when
// it was announced before.
func (s *Server) beginPhoto(ctx context.Context, in *struct {
	Secret string `header:"Upload-Secret" doc:"when it was announced before, without signing in"`
	Body   PhotoRequest
}) (*photoOutput, error) {
	p, err := s.announced(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	p.Owner, p.Blob = requestOf(ctx).owner(), uuid.Must(uuid.NewV7())
	var secret account.Secret
	if p.Owner == audit.Nobody {
		secret = account.NewSecret()
		hash := secret.Hash()
		p.Secret = hash[:]
	}
	stranger := requestOf(ctx).caller == nil && !requestOf(ctx).open
	if stranger && !s.intake.room(audit.ActorOf(ctx).Source) {
		return nil, tooManyPhotos()
	}
	standing, added, err := s.Store.AddPhoto(ctx, p)
	if err != nil {
		return nil, err
	}
	if added {
		if stranger {
			s.intake.announced(audit.ActorOf(ctx).Source, p.Bytes)
		}
		return s.respondPhoto(standing, http.StatusCreated, secret)
	}
	if standing.Owner != p.Owner || standing.SHA256 != p.SHA256 || standing.Bytes != p.Bytes {
		return nil, otherPhoto()
	}
	if len(standing.Secret) == 0 || lets(in.Secret, standing) {
		return s.respondPhoto(standing, http.StatusOK, "")
	}
	// The secret is lost with the answer that held it: another one, while nothing
	// has come that the first could be for.
	if offset, err := s.offset(standing); err != nil || offset > 0 {
		return nil, otherPhoto()
	}
	if err := s.Store.RenewPhotoSecret(ctx, standing, p.Secret); err != nil {
		return nil, err
	}
	return s.respondPhoto(standing, http.StatusOK, secret)
}

func otherPhoto() error {
	return fault.New(fault.Conflict, "photo_differs", "这个编号已用于另一张照片，请换一个编号", "this id is that of another photograph; use another one")
}

// announced reads what is announced. Errors: bad_photo_id, bad_photo_bytes,
// photo_too_large, bad_photo_hash, bad_photo_time, bad_photo_place,
// no_such_district; those of a position.
func (s *Server) announced(ctx context.Context, in *PhotoRequest) (*postgres.Photo, error) {
	p := &postgres.Photo{District: in.District, Bytes: in.Bytes}
	var err error
	if p.ID, err = uuid.Parse(in.ID); err != nil || len(in.ID) != 36 || p.ID.Version() != 7 {
		return nil, fault.New(fault.Unprocessable, "bad_photo_id", "id 要是 UUIDv7", "the id has to be a UUIDv7")
	}
	if p.Bytes < 1 {
		return nil, fault.New(fault.Unprocessable, "bad_photo_bytes", "bytes 要是照片的字节数", "bytes has to be the size of the photograph")
	}
	if p.Bytes > photo.MaxBytes {
		return nil, fault.New(fault.TooLarge, "photo_too_large", "照片文件超过 %[1]d MB，请缩小后再传", "the photograph has more than %[1]d MB; make it smaller first", photo.MaxBytes>>20)
	}
	sum, err := hex.DecodeString(in.SHA256)
	if err != nil || len(sum) != sha256.Size {
		return nil, fault.New(fault.Unprocessable, "bad_photo_hash", "sha256 要是 64 个十六进制数字", "sha256 has to be 64 hexadecimal digits")
	}
	copy(p.SHA256[:], sum)
	if in.Taken != "" {
		at, err := time.Parse(time.RFC3339, in.Taken)
		if err != nil || at.Year() < 1990 || at.Year() > 2200 {
			return nil, fault.New(fault.Unprocessable, "bad_photo_time", "taken 应写成 2026-01-02T15:04:05+08:00", "write taken as 2026-01-02T15:04:05+08:00")
		}
		p.Taken, p.TakenFrom = at.UTC(), postgres.FromDevice
	}
	if (in.Lon == nil) != (in.Lat == nil) {
		return nil, fault.New(fault.Unprocessable, "bad_photo_place", "lon 和 lat 要一起给", "lon and lat go together")
	}
	if in.Lon != nil {
		crs, err := geo.ParseCRS(in.CRS)
		if err != nil {
			return nil, err
		}
		if p.Place, err = crs.Locate(*in.Lon, *in.Lat); err != nil {
			return nil, err
		}
		p.PlaceFrom = postgres.FromDevice
	}
	if p.District == "" {
		p.District, err = s.Store.OnlyDistrict(ctx)
	}
	return p, err
}

func (s *Server) photoProgress(ctx context.Context, in *PhotoPath) (*photoOutput, error) {
	p, err := s.photo(ctx, in.District, in.ID)
	if err != nil {
		return nil, err
	}
	return s.respondPhoto(p, http.StatusOK, "")
}

// takePhoto receives a part of a photograph: 200 with how far it is, 409 when the
// part begins elsewhere. A part that is cut off counts as far as it came.
func (s *Server) takePhoto(w http.ResponseWriter, r *http.Request, in PhotoPath, from string) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != photoBytes {
		return fault.New(fault.Unsupported, "unsupported_media_type", "Content-Type 要是 %[1]s", "the content type has to be %[1]s", photoBytes)
	}
	offset, err := strconv.ParseInt(from, 10, 64)
	if err != nil || offset < 0 {
		return fault.New(fault.Invalid, "bad_offset", "Upload-Offset 要是一个字节数", "Upload-Offset has to be a number of bytes")
	}
	p, err := s.photo(r.Context(), in.District, in.ID)
	if err != nil {
		return err
	}
	if seen := requestOf(r.Context()); seen.caller == nil && !seen.open {
		done, ok := s.intake.begin(audit.ActorOf(r.Context()).Source)
		if !ok {
			return tooManyPhotos()
		}
		defer done()
	}
	here := p.Bytes
	if p.Completed.IsZero() {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Time{}) // a slow line may take its time; bodyReader sees to it that it goes on
		here, err = s.Photos.Receive(r.Context(), receipt(p), offset, &bodyReader{r: r.Body, left: p.Bytes + 1}, func(ctx context.Context, made *photo.Picture, blob uuid.UUID) error {
			return s.completePhoto(ctx, p, made, blob)
		})
		_ = control.SetWriteDeadline(time.Now().Add(answerWithin))
	} else if offset != here {
		err = fault.New(fault.Conflict, "offset_differs", "已收到 %[1]d 字节，请从那里接着传", "%[1]d bytes are here; go on from there", here)
	}
	if photo.Refused(err) {
		here = 0
		if dropped := s.Store.DropPhoto(context.WithoutCancel(r.Context()), p); dropped != nil {
			err = dropped
		}
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(here, 10))
	if err != nil {
		return err
	}
	if p, err = s.Store.Photo(r.Context(), p.District, p.ID); err != nil {
		return err
	}
	out, err := s.respondPhoto(p, http.StatusOK, "")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(out.Body)
}

// completePhoto writes the row of a picture that is kept.
func (s *Server) completePhoto(ctx context.Context, p *postgres.Photo, made *photo.Picture, blob uuid.UUID) error {
	whole := &postgres.Photo{District: p.District, ID: p.ID, Blob: blob, Width: made.Width, Height: made.Height}
	if !made.Taken.IsZero() {
		whole.Taken, whole.TakenFrom = made.Taken, postgres.FromEXIF
	}
	if made.Point != (geo.Point{}) {
		whole.Place, whole.PlaceFrom = made.Point, postgres.FromEXIF
	}
	return s.Store.CompletePhoto(ctx, whole, p.Blob)
}

// showPhoto serves a picture, which never changes under its address.
func (s *Server) showPhoto(w http.ResponseWriter, r *http.Request, in PhotoPath, small bool) error {
	p, err := s.photo(r.Context(), in.District, in.ID)
	if err != nil {
		return err
	}
	if p.Completed.IsZero() {
		return postgres.NoSuchPhoto()
	}
	data, err := s.Photos.Picture(r.Context(), p.Blob, small)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Disposition", `inline; filename="`+p.ID.String()+`.jpg"`)
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	h.Add("Vary", "Cookie, Authorization, Upload-Secret")
	h.Set("ETag", fmt.Sprintf(`"%s-%t"`, p.Blob, small))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	return nil
}

// photo finds the photograph that a path names. Error: no_such_photo.
func (s *Server) photo(ctx context.Context, district, id string) (*postgres.Photo, error) {
	parsed, err := uuid.Parse(id)
	if err != nil || len(id) != 36 {
		return nil, postgres.NoSuchPhoto()
	}
	return s.Store.Photo(ctx, district, parsed)
}

func receipt(p *postgres.Photo) photo.Receipt {
	return photo.Receipt{Spool: p.Blob, Bytes: p.Bytes, SHA256: p.SHA256}
}

// offset is how much of a photograph is here.
func (s *Server) offset(p *postgres.Photo) (int64, error) {
	if !p.Completed.IsZero() {
		return p.Bytes, nil
	}
	return s.Photos.Offset(receipt(p))
}

func (s *Server) respondPhoto(p *postgres.Photo, status int, secret account.Secret) (*photoOutput, error) {
	offset, err := s.offset(p)
	if err != nil {
		return nil, err
	}
	d := Photo{ID: p.ID.String(), District: p.District, State: "receiving", Bytes: p.Bytes, Offset: offset, Width: p.Width, Height: p.Height,
		TakenFrom: p.TakenFrom, PlaceFrom: p.PlaceFrom, Secret: string(secret)}
	if !p.Completed.IsZero() {
		d.State = "complete"
	}
	if p.TakenFrom != "" {
		d.Taken = &p.Taken
	}
	if p.PlaceFrom != "" {
		lon, lat := p.Place.Lon(), p.Place.Lat()
		d.Lon, d.Lat = &lon, &lat
	}
	return &photoOutput{status, offset, d}, nil
}
