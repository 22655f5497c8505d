package httpapi

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// packable are the types of answers that shrink.
var packable = []string{"application/json", "application/geo+json", "application/problem+json", "application/vnd.oai.openapi+json",
	tileType, "text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml"}

// compress packs what is read. Answers to writes go out as they are: they may
// hold secrets, or are sent while the request still comes in.
func compress(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.ContentTypes(packable), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // the options above
	}
	packed := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			packed(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// takesGzip reports whether a caller reads gzip.
func takesGzip(acceptEncoding string) bool {
	takes := false
	for part := range strings.SplitSeq(acceptEncoding, ",") {
		name, quality, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		q, err := strconv.ParseFloat(quality, 64)
		wanted := quality == "" || err == nil && q > 0
		switch strings.ToLower(name) {
		case "gzip":
			return wanted
		case "*":
			takes = wanted
		}
	}
	return takes
}

// pack compresses a whole answer.
func pack(raw []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = w.Write(raw)
	_ = w.Close()
	return b.Bytes()
}
