package httpapi

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
)

// Pages for people: what a program reads as JSON, a browser shows as HTML, from
// the same address. Values go through html/template and nowhere else.

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "page/*.html"))

// frame is what every page has around it.
type frame struct {
	Lang      string
	Title     string
	Crumbs    []crumb
	Synthetic bool   // something on the page is invented
	Review    string // number of the map review
	JSON      string // address of the same as JSON
}

type crumb struct{ Href, Text string }

// Say is the words in the language of the page.
func (f frame) Say(zh, en string) string {
	if f.Lang == "en" {
		return en
	}
	return zh
}

// drawPage fills a template.
func drawPage(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// wantsHTML reports whether a page is asked for: by f, or by an Accept that
// prefers HTML to JSON. Programs that take anything get JSON.
func wantsHTML(f, accept string) bool {
	switch f {
	case "html":
		return true
	case "json":
		return false
	}
	page, data := 0.0, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		q := 1.0
		for p := range strings.SplitSeq(parameters, ";") {
			if v, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
				q, _ = strconv.ParseFloat(v, 64)
			}
		}
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case name == typeHTML, name == "application/xhtml+xml":
			page = max(page, q)
		case isJSON(name):
			data = max(data, q)
		}
	}
	return page > data
}

// isJSON reports whether a media type is JSON.
func isJSON(mediaType string) bool {
	name, _, _ := strings.Cut(mediaType, ";")
	return name == typeJSON || strings.HasSuffix(name, "+json")
}

// page gives every JSON answer its twin for people: a GET of the API from a
// browser, or with f=html, is answered as always, and what comes out is drawn.
// Files and streams pass untouched.
func (s *Server) page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		html := wantsHTML(r.URL.Query().Get("f"), r.Header.Get("Accept"))
		// What comes after has one form to give, and need not read what some write there.
		r.Header.Set("Accept", map[bool]string{true: typeHTML, false: typeJSON}[html])
		api, ogc := strings.HasPrefix(r.URL.Path, "/api/v1/"), r.URL.Path == ogcRoot || strings.HasPrefix(r.URL.Path, ogcRoot+"/")
		if r.Method != http.MethodGet && r.Method != http.MethodHead || !api && !ogc {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", "Accept, Accept-Language")
		if ogc && strings.HasSuffix(r.URL.Path, "/") { // as people paste it
			to := *r.URL
			to.Path, to.RawPath = strings.TrimRight(to.Path, "/"), ""
			http.Redirect(w, r, to.RequestURI(), http.StatusPermanentRedirect)
			return
		}
		if !html {
			next.ServeHTTP(w, r)
			return
		}
		held := &heldAnswer{ResponseWriter: w}
		next.ServeHTTP(held, r)
		if !held.holding {
			return
		}
		body, err := s.drawAnswer(r, held.body.Bytes())
		if err != nil { // it is shown as it came
			requestOf(r.Context()).cause = err
			body = held.body.Bytes()
		} else {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		w.Header().Del("Content-Length")
		w.Header().Del("ETag") // of the JSON
		w.WriteHeader(held.status)
		_, _ = w.Write(body)
	})
}

// heldAnswer keeps a JSON answer back, so that it can be drawn.
type heldAnswer struct {
	http.ResponseWriter
	decided, holding bool
	status           int
	body             bytes.Buffer
}

// Unwrap lets deadlines be set.
func (h *heldAnswer) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (h *heldAnswer) WriteHeader(status int) {
	if h.decided {
		return
	}
	h.decided, h.status = true, status
	header := h.Header()
	h.holding = isJSON(header.Get("Content-Type")) && header.Get("Content-Disposition") == "" &&
		!strings.HasPrefix(header.Get("Content-Type"), typeOAS30[:len("application/vnd.oai")]) && status != http.StatusNoContent && status != http.StatusNotModified
	if !h.holding {
		h.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (h *heldAnswer) Write(p []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	if h.holding {
		return h.body.Write(p)
	}
	return h.ResponseWriter.Write(p)
}

// answerPage is what the template of an answer takes.
type answerPage struct {
	frame
	Facts   []pageField // what fits into one table
	Tables  []pageField // lists, each by itself
	Next    string
	Problem string
	SignIn  bool // that would help
}

// drawAnswer draws a JSON answer to a request.
func (s *Server) drawAnswer(r *http.Request, body []byte) ([]byte, error) {
	root, err := readJSON(body)
	if err != nil {
		return nil, err
	}
	lang := requestOf(r.Context()).lang
	query := r.URL.Query()
	query.Set("f", "json")
	p := answerPage{frame: frame{Lang: lang, Title: s.titleOf(r, lang), JSON: r.URL.EscapedPath() + "?" + query.Encode(), Synthetic: s.Demo || root.synthetic(), Review: s.Review}}
	p.Crumbs = []crumb{{"/", "网格"}, {"/api/v1/districts", "API"}}
	if strings.HasPrefix(r.URL.Path, ogcRoot) {
		p.Crumbs[1] = crumb{ogcRoot, "OGC API"}
	}
	if detail := root.field("detail"); detail != nil && root.field("code") != nil && root.field("status") != nil {
		p.Title, p.Problem = p.Say("没有办成", "Not done")+" · "+root.field("status").text, detail.text
		p.SignIn, p.Synthetic = root.string("code") == errSignIn.Code, false
	}
	if next := root.field("next"); next != nil && next.kind == textValue {
		query := r.URL.Query()
		query.Set("cursor", next.text)
		p.Next = r.URL.EscapedPath() + "?" + query.Encode()
	}
	drawn := (&linker{server: s, path: r.URL.Path, lang: lang, next: p.Next}).draw(root, "", "")
	if drawn.Fields == nil {
		drawn.Fields = []pageField{{Value: drawn}}
	}
	for _, f := range drawn.Fields {
		if f.Value.Rows != nil {
			p.Tables = append(p.Tables, f)
		} else {
			p.Facts = append(p.Facts, f)
		}
	}
	return drawPage("answer", p)
}

// titleOf is what the OpenAPI document calls the operation of a request.
func (s *Server) titleOf(r *http.Request, lang string) string {
	title := r.URL.Path
	if c := chi.RouteContext(r.Context()); c != nil {
		if item := s.api.OpenAPI().Paths[c.RoutePattern()]; item != nil && item.Get != nil {
			title = item.Get.Summary
		}
	}
	zh, en, both := strings.Cut(title, " · ")
	if both && lang == "en" {
		return en
	}
	return zh
}

// pageStyle serves the stylesheet of all pages.
func pageStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, pageFiles, "page/page.css")
}
