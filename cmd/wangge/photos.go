package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"wangge/internal/fault"
	"wangge/internal/photo"
	"wangge/internal/postgres"
)

// photoFlags say where the photographs of cases are kept: below the data
// directory, or in an object store.
type photoFlags struct {
	PhotoS3Endpoint  string `name:"photo-s3-endpoint" help:"Keep photographs in an object store (S3) instead of the data directory: its host, and port." placeholder:"HOST:PORT"`
	PhotoS3Bucket    string `name:"photo-s3-bucket" help:"Its bucket, which has to be there." placeholder:"NAME"`
	PhotoS3AccessKey string `name:"photo-s3-access-key" help:"Who the service is to it." placeholder:"KEY"`
	PhotoS3SecretKey string `name:"photo-s3-secret-key" help:"The secret of that; rather give it as WANGGE_PHOTO_S3_SECRET_KEY." placeholder:"SECRET"`
	PhotoS3Region    string `name:"photo-s3-region" help:"Its region, where it has some." placeholder:"NAME"`
	PhotoS3Insecure  bool   `name:"photo-s3-insecure" help:"Speak HTTP to it: for a store on this machine."`
}

// photos opens the depot. Errors: photo_store_flags, and those of the store.
func (c *photoFlags) photos(ctx context.Context, dir string) (*photo.Depot, error) {
	blobs, err := c.blobs(ctx, dir)
	if err != nil {
		return nil, err
	}
	return photo.New(dir, blobs)
}

func (c *photoFlags) blobs(ctx context.Context, dir string) (photo.Blobs, error) {
	given := 0
	for _, flag := range []string{c.PhotoS3Endpoint, c.PhotoS3Bucket, c.PhotoS3AccessKey, c.PhotoS3SecretKey} {
		if flag != "" {
			given++
		}
	}
	switch {
	case given == 0 && c.PhotoS3Region == "" && !c.PhotoS3Insecure:
		return photo.NewDisk(filepath.Join(dir, "kept"))
	case given < 4:
		return nil, fault.New(fault.Invalid, "photo_store_flags", "--photo-s3-endpoint、--photo-s3-bucket、--photo-s3-access-key、--photo-s3-secret-key 要一起给",
			"--photo-s3-endpoint, --photo-s3-bucket, --photo-s3-access-key and --photo-s3-secret-key go together")
	}
	asking, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return photo.NewS3(asking, photo.S3Config{Endpoint: c.PhotoS3Endpoint, Bucket: c.PhotoS3Bucket, AccessKey: c.PhotoS3AccessKey, SecretKey: c.PhotoS3SecretKey,
		Region: c.PhotoS3Region, Insecure: c.PhotoS3Insecure})
}

// sweepPhotos takes away what nobody completed in time: rows, bytes, pictures.
func sweepPhotos(ctx context.Context, store *postgres.Store, photos *photo.Depot, now time.Time) error {
	return errors.Join(store.DropUnfinishedPhotos(ctx, now.Add(-photo.KeepFor)), photos.Sweep(ctx, now, store.KeptPictures))
}
