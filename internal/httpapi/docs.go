package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// docsPage shows the OpenAPI document with Swagger UI, whose files are built
// into the web application: nothing is fetched from elsewhere.
const docsPage = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>网格 Wangge · API</title><link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/favicon.svg"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
`

// docsRoutes serves the OpenAPI document, which is whole once all other routes
// are registered, and is written when it is first asked for.
func (s *Server) docsRoutes() {
	document := sync.OnceValues(func() ([]byte, error) { return json.Marshal(s.api.OpenAPI()) })
	s.router.Get("/openapi.json", s.guarded("openapi", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := document()
		if err != nil {
			refuse(w, r, fmt.Errorf("openapi document: %w", err))
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(text)
	})))
	s.router.Get("/docs", s.guarded("docs", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write([]byte(docsPage))
	})))
}
