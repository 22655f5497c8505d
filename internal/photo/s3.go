package photo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"wangge/internal/fault"
)

// S3 keeps pictures in a bucket of an object store.
type S3 struct {
	client *minio.Client
	bucket string
}

// S3Config says where an object store is.
type S3Config struct {
	Endpoint, Bucket, AccessKey, SecretKey, Region string
	Insecure                                       bool // over HTTP; for a store on this machine
}

// keyPrefix is before every key in a bucket, which may hold other things.
const keyPrefix = "photos/"

// NewS3 keeps pictures in a bucket that is there. Errors: bad_photo_store,
// photo_store_away.
func NewS3(ctx context.Context, c S3Config) (*S3, error) {
	client, err := minio.New(c.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Region: c.Region, Secure: !c.Insecure, MaxRetries: 3})
	if err != nil {
		return nil, fault.New(fault.Invalid, "bad_photo_store", "照片的对象存储地址不对：%[1]q", "the address of the object store for photographs is wrong: %[1]q", c.Endpoint).Because(err)
	}
	there, err := client.BucketExists(ctx, c.Bucket)
	if err != nil {
		return nil, translate(err)
	}
	if !there {
		return nil, fault.New(fault.Invalid, "bad_photo_store", "对象存储里没有存储桶 %[1]q", "the object store has no bucket %[1]q", c.Bucket)
	}
	return &S3{client, c.Bucket}, nil
}

// Put implements Blobs.
func (s *S3) Put(ctx context.Context, key string, data []byte) error {
	_, err := s.client.PutObject(ctx, s.bucket, keyPrefix+key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{ContentType: "image/jpeg"})
	return translate(err)
}

// Open implements Blobs.
func (s *S3) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	object, err := s.client.GetObject(ctx, s.bucket, keyPrefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, translate(err)
	}
	if _, err := object.Stat(); err != nil { // asked for by now
		_ = object.Close()
		return nil, translate(err)
	}
	return object, nil
}

// Delete implements Blobs.
func (s *S3) Delete(ctx context.Context, key string) error {
	return translate(s.client.RemoveObject(ctx, s.bucket, keyPrefix+key, minio.RemoveObjectOptions{}))
}

// Older implements Blobs.
func (s *S3) Older(ctx context.Context, than time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for object := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: keyPrefix, Recursive: true}) {
			if object.Err != nil {
				yield("", translate(object.Err))
				return
			}
			if object.LastModified.Before(than) && !yield(strings.TrimPrefix(object.Key, keyPrefix), nil) {
				return
			}
		}
	}
}

// translate tells what a store may say from what it cannot do now.
func translate(err error) error {
	if err == nil {
		return nil
	}
	switch said := minio.ToErrorResponse(err); {
	case said.Code == "NoSuchKey":
		return fmt.Errorf("photo: %w", fs.ErrNotExist)
	case said.StatusCode == http.StatusInsufficientStorage, said.Code == "XMinioStorageFull", said.Code == "QuotaExceeded":
		return noRoom(err)
	}
	return away(err)
}

// away says that a store does not give or take, whatever the cause.
func away(err error) error {
	if _, ours := fault.As(err); err == nil || ours {
		return err
	}
	e := fault.New(fault.Unavailable, "photo_store_away", "存放照片的地方暂时连不上，请稍后再试", "the store of photographs cannot be reached; try again shortly").Because(err)
	e.Retry = 5 * time.Second
	return e
}
