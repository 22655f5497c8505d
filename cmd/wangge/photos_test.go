package main

import (
	"testing"

	"wangge/internal/fault"
)

func TestHalfAnObjectStoreIsRefused(t *testing.T) {
	t.Parallel()
	for _, flags := range []photoFlags{
		{PhotoS3Endpoint: "127.0.0.1:9000"}, {PhotoS3Insecure: true}, {PhotoS3Region: "cn"},
		{PhotoS3Endpoint: "127.0.0.1:9000", PhotoS3Bucket: "b", PhotoS3AccessKey: "a"},
	} {
		if _, err := flags.photos(t.Context(), t.TempDir()); !fault.Is(err, "photo_store_flags") {
			t.Errorf("%+v: %v", flags, err)
		}
	}
	none := photoFlags{}
	if _, err := none.photos(t.Context(), t.TempDir()); err != nil {
		t.Errorf("the usual: %v", err)
	}
}
