package httpapi

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// rule says which action of the policy an operation is, and where. Without a
// where it is enough that some post of the caller allows it; the handler then
// sees to it that only what is the caller's is touched.
type rule struct {
	action policy.Action
	where  where
}

// where finds what a request is about: its place, and the answer when that is
// not there, which whoever may not see it gets as well. Without a place the
// answer alone counts: nil lets the request pass.
type where func(s *Server, c huma.Context) (place *policy.Place, missing error)

// access holds the rule of each operation, by its id. An operation that is not
// named here is not served: New fails.
var access = map[string]rule{
	"locate":       {policy.Locate, nil},
	"locate-batch": {policy.Locate, nil},
	"coordinates":  {policy.Locate, nil},

	"districts":         {policy.AreaRead, nil},
	"timeline":          {policy.AreaRead, nil},
	"areas":             {policy.AreaRead, nil},
	"area":              {policy.AreaRead, nil},
	"area-by-code":      {policy.AreaRead, nil},
	"search":            {policy.AreaRead, nil},
	"area-children":     {policy.AreaRead, nil},
	"area-ancestors":    {policy.AreaRead, nil},
	"area-neighbours":   {policy.AreaRead, nil},
	"area-geometry":     {policy.AreaRead, nil},
	"area-history":      {policy.AreaRead, nil},
	"areas-by-code":     {policy.AreaRead, nil},
	"shapes-by-code":    {policy.AreaRead, nil},
	"area-successors":   {policy.AreaRead, nil},
	"area-predecessors": {policy.AreaRead, nil},
	"tilejson":          {policy.AreaRead, nil},
	"tile":              {policy.AreaRead, nil},
	"ogc":               {policy.AreaRead, nil},
	"ogc-conformance":   {policy.AreaRead, nil},
	"ogc-api":           {policy.AreaRead, nil},
	"ogc-collections":   {policy.AreaRead, nil},
	"ogc-collection":    {policy.AreaRead, nil},
	"ogc-items":         {policy.AreaRead, nil},
	"ogc-feature":       {policy.AreaRead, nil},
	"base-maps":         {policy.MapPublic, nil},
	"base-map-file":     {policy.MapPublic, nil},
	"summary":           {policy.AreaRead, nil},

	"editions":            {policy.DraftRead, nil},
	"edition":             {policy.DraftRead, ofEdition},
	"edition-findings":    {policy.DraftRead, ofEdition},
	"edition-diff":        {policy.DraftRead, ofEdition},
	"edition-lineage":     {policy.DraftRead, ofEdition},
	"edition-mends":       {policy.DraftRead, ofEdition},
	"edition-borders":     {policy.DraftRead, ofEdition},
	"edition-tile":        {policy.DraftRead, ofEdition},
	"edition-report":      {policy.DraftRead, ofEdition},
	"edition-new":         {policy.DraftEdit, nil},
	"edition-drop":        {policy.DraftEdit, ofEdition},
	"edition-check":       {policy.DraftEdit, ofEdition},
	"edition-mend":        {policy.DraftEdit, ofEdition},
	"edition-undo":        {policy.DraftEdit, ofEdition},
	"edition-redo":        {policy.DraftEdit, ofEdition},
	"finding-waive":       {policy.DraftEdit, ofEdition},
	"finding-unwaive":     {policy.DraftEdit, ofEdition},
	"edition-activate":    {policy.EditionActivate, ofEdition},
	"activation-confirm":  {policy.EditionActivate, ofEdition},
	"activation-withdraw": {policy.EditionActivate, ofEdition},
	"activation-requests": {policy.EditionActivate, nil},
	"edition-export":      {policy.BoundaryExport, ofEdition},

	"upload-open":   {policy.DraftImport, nil},
	"upload-file":   {policy.DraftImport, ofUpload},
	"upload-look":   {policy.DraftImport, ofUpload},
	"upload-drop":   {policy.DraftImport, ofUpload},
	"import-begin":  {policy.DraftImport, nil},
	"import":        {policy.DraftImport, ofImport},
	"import-cancel": {policy.DraftImport, ofImport},
	"import-tile":   {policy.DraftImport, ofImport},

	"session":         {policy.SignIn, nil},
	"sign-in":         {policy.SignIn, nil},
	"sign-out":        {policy.SignIn, nil},
	"permissions":     {policy.SignIn, nil},
	"invitation-look": {policy.SignIn, nil},
	"invitation-use":  {policy.SignIn, nil},
	"password":        {policy.SessionEnd, nil},
	"sessions":        {policy.SessionEnd, nil},
	"session-end":     {policy.SessionEnd, nil},
	"sessions-end":    {policy.SessionEnd, nil},

	"people":              {policy.PeopleRead, nil},
	"person":              {policy.PeopleRead, nil},
	"person-history":      {policy.PeopleRead, nil},
	"person-add":          {policy.AccountWrite, nil},
	"person-change":       {policy.AccountWrite, nil},
	"person-disable":      {policy.AccountWrite, nil},
	"person-enable":       {policy.AccountWrite, nil},
	"person-invite":       {policy.AccountWrite, nil},
	"people-import":       {policy.AccountWrite, nil},
	"people-template":     {policy.AccountWrite, nil},
	"person-sessions-end": {policy.SessionEnd, nil},
	"post-grant":          {policy.PostGrant, nil},
	"post-end":            {policy.PostGrant, nil},

	"keys":       {policy.KeyMake, nil},
	"key-make":   {policy.KeyMake, nil},
	"key-revoke": {policy.KeyMake, nil},

	"categories":          {policy.CaseCreate, nil},
	"category-editions":   {policy.StandardRead, nil},
	"category-edition":    {policy.StandardRead, nil},
	"category-template":   {policy.StandardRead, nil},
	"category-import":     {policy.Settings, nil},
	"category-activation": {policy.Settings, nil},
	"case-setting":        {policy.StandardRead, nil},
	"case-setting-save":   {policy.Settings, nil},
	"case-deadline":       {policy.StandardRead, nil},

	"audit":        {policy.AuditRead, nil},
	"audit-verify": {policy.AuditRead, nil},
	"audit-export": {policy.AuditRead, nil},

	"openapi": {policy.Docs, nil},
	"docs":    {policy.Docs, nil},
	"healthz": {policy.Health, nil},
	"readyz":  {policy.Health, nil},
	"metrics": {policy.Metrics, nil},
}

// ruleOf is the rule of an operation.
func ruleOf(id string) rule {
	r, known := access[id]
	if !known {
		panic("httpapi: the operation " + id + " declares no action; name it in access.go")
	}
	return r
}

// undeclared returns an error that names the routes that no rule stands before:
// what is not described is not served.
func (s *Server) undeclared() error {
	declared := map[string]bool{"GET /openapi.json": true, "GET /docs": true, "GET /metrics": true, // plain, by guarded
		"GET /page.css": true} // a file of the web application's kind
	for path, item := range s.api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPut: item.Put, http.MethodPost: item.Post, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete} {
			if op != nil {
				declared[method+" "+path] = true
			}
		}
	}
	return chi.Walk(s.router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !declared[method+" "+route] {
			return fmt.Errorf("%s %s declares no action; name it in access.go", method, route)
		}
		return nil
	})
}

// ofDistrict is the whole of a district. One that is not in force has no tree:
// only posts for every district reach it.
func (s *Server) ofDistrict(district string) *policy.Place {
	if ix := s.Boundaries.Index(); ix != nil {
		if e := ix.Edition(district); e != nil {
			return &policy.Place{District: district, Lo: e.District.Lo, Hi: e.District.Hi}
		}
	}
	return &policy.Place{District: district}
}

// ofEdition: boundaries that are worked on are a matter of the whole district.
func ofEdition(s *Server, c huma.Context) (*policy.Place, error) {
	return s.ofDistrict(c.Param("district")), postgres.NoSuchEdition(c.Param("district"), c.Param("name"))
}

// ofUpload: files are nobody's but who brought them.
func ofUpload(s *Server, c huma.Context) (*policy.Place, error) {
	_, err := s.Uploads.Find(c.Param("id"), requestOf(c.Context()).owner())
	return nil, err
}

func ofImport(s *Server, c huma.Context) (*policy.Place, error) {
	_, err := s.Uploads.Job(c.Param("id"), requestOf(c.Context()).owner())
	return nil, err
}
