package httpapi

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"wangge/internal/incident"
	"wangge/internal/policy"
	"wangge/internal/postgres"
)

// rule says which action of the policy an operation is, and where. Without a
// where it is enough that some post of the caller allows it; the handler then
// sees to it that only what is the caller's is touched.
type rule struct {
	action policy.Action
	where  where
	token  bool // the request names a thing by what cannot be guessed
}

// where finds what a request is about: its place, and the answer when that is
// not there, which whoever may not see it gets as well. Without a place the
// answer alone counts: nil lets the request pass.
type where func(s *Server, c huma.Context) (place *policy.Place, missing error)

// access holds the rule of each operation, by its id. An operation that is not
// named here is not served: New fails.
var access = withSubjects(withActs(map[string]rule{
	"locate":       {action: policy.Locate},
	"locate-batch": {action: policy.Locate},
	"coordinates":  {action: policy.Locate},

	"districts":         {action: policy.AreaRead},
	"timeline":          {action: policy.AreaRead},
	"areas":             {action: policy.AreaRead},
	"area":              {action: policy.AreaRead},
	"area-by-code":      {action: policy.AreaRead},
	"search":            {action: policy.AreaRead},
	"area-children":     {action: policy.AreaRead},
	"area-ancestors":    {action: policy.AreaRead},
	"area-neighbours":   {action: policy.AreaRead},
	"area-geometry":     {action: policy.AreaRead},
	"area-history":      {action: policy.AreaRead},
	"areas-by-code":     {action: policy.AreaRead},
	"shapes-by-code":    {action: policy.AreaRead},
	"area-successors":   {action: policy.AreaRead},
	"area-predecessors": {action: policy.AreaRead},
	"tilejson":          {action: policy.AreaRead},
	"tile":              {action: policy.AreaRead},
	"ogc":               {action: policy.AreaRead},
	"ogc-conformance":   {action: policy.AreaRead},
	"ogc-api":           {action: policy.AreaRead},
	"ogc-collections":   {action: policy.AreaRead},
	"ogc-collection":    {action: policy.AreaRead},
	"ogc-items":         {action: policy.AreaRead},
	"ogc-feature":       {action: policy.AreaRead},
	"base-maps":         {action: policy.MapPublic},
	"base-map-file":     {action: policy.MapPublic},
	"summary":           {action: policy.AreaRead},

	"editions":            {action: policy.DraftRead},
	"edition":             {action: policy.DraftRead, where: ofEdition},
	"edition-findings":    {action: policy.DraftRead, where: ofEdition},
	"edition-diff":        {action: policy.DraftRead, where: ofEdition},
	"edition-lineage":     {action: policy.DraftRead, where: ofEdition},
	"edition-mends":       {action: policy.DraftRead, where: ofEdition},
	"edition-borders":     {action: policy.DraftRead, where: ofEdition},
	"edition-tile":        {action: policy.DraftRead, where: ofEdition},
	"edition-report":      {action: policy.DraftRead, where: ofEdition},
	"edition-new":         {action: policy.DraftEdit},
	"edition-drop":        {action: policy.DraftEdit, where: ofEdition},
	"edition-check":       {action: policy.DraftEdit, where: ofEdition},
	"edition-mend":        {action: policy.DraftEdit, where: ofEdition},
	"edition-undo":        {action: policy.DraftEdit, where: ofEdition},
	"edition-redo":        {action: policy.DraftEdit, where: ofEdition},
	"finding-waive":       {action: policy.DraftEdit, where: ofEdition},
	"finding-unwaive":     {action: policy.DraftEdit, where: ofEdition},
	"edition-activate":    {action: policy.EditionActivate, where: ofEdition},
	"activation-confirm":  {action: policy.EditionActivate, where: ofEdition},
	"activation-withdraw": {action: policy.EditionActivate, where: ofEdition},
	"activation-requests": {action: policy.EditionActivate},
	"edition-export":      {action: policy.BoundaryExport, where: ofEdition},

	"upload-open":   {action: policy.DraftImport},
	"upload-file":   {action: policy.DraftImport, where: ofUpload},
	"upload-look":   {action: policy.DraftImport, where: ofUpload},
	"upload-drop":   {action: policy.DraftImport, where: ofUpload},
	"import-begin":  {action: policy.DraftImport},
	"import":        {action: policy.DraftImport, where: ofImport},
	"import-cancel": {action: policy.DraftImport, where: ofImport},
	"import-tile":   {action: policy.DraftImport, where: ofImport},

	"photo-begin":     {action: policy.CaseCreate},
	"photo-progress":  {action: policy.CaseCreate, where: ofOwnPhoto},
	"photo-bytes":     {action: policy.CaseCreate, where: ofOwnPhoto},
	"photo":           {action: policy.CasePhoto, where: ofPhoto},
	"photo-thumbnail": {action: policy.CasePhoto, where: ofPhoto},

	"session":         {action: policy.SignIn},
	"sign-in":         {action: policy.SignIn},
	"sign-out":        {action: policy.SignIn},
	"permissions":     {action: policy.SignIn},
	"invitation-look": {action: policy.SignIn},
	"invitation-use":  {action: policy.SignIn},
	"password":        {action: policy.SessionEnd},
	"sessions":        {action: policy.SessionEnd},
	"session-end":     {action: policy.SessionEnd},
	"sessions-end":    {action: policy.SessionEnd},

	"people":              {action: policy.PeopleRead},
	"person":              {action: policy.PeopleRead},
	"person-history":      {action: policy.PeopleRead},
	"person-add":          {action: policy.AccountWrite},
	"person-change":       {action: policy.AccountWrite},
	"person-disable":      {action: policy.AccountWrite},
	"person-enable":       {action: policy.AccountWrite},
	"person-invite":       {action: policy.AccountWrite},
	"people-import":       {action: policy.AccountWrite},
	"people-template":     {action: policy.AccountWrite},
	"person-sessions-end": {action: policy.SessionEnd},
	"post-grant":          {action: policy.PostGrant},
	"post-end":            {action: policy.PostGrant},

	"subjects": {action: policy.SubjectRead},
	"coverage": {action: policy.SubjectRead},

	"units":                     {action: policy.StandardRead},
	"unit":                      {action: policy.StandardRead},
	"unit-add":                  {action: policy.Settings},
	"unit-change":               {action: policy.Settings, where: ofUnit},
	"unit-members":              {action: policy.Settings, where: ofUnit},
	"unit-disable":              {action: policy.Settings, where: ofUnit},
	"unit-enable":               {action: policy.Settings, where: ofUnit},
	"responsibilities":          {action: policy.StandardRead},
	"responsibility-suggestion": {action: policy.StandardRead},
	"responsibility-add":        {action: policy.Settings},
	"responsibility-change":     {action: policy.Settings, where: ofUnit},
	"responsibility-drop":       {action: policy.Settings, where: ofUnit},
	"categories":                {action: policy.CaseCreate},
	"category-editions":         {action: policy.StandardRead},
	"category-edition":          {action: policy.StandardRead},
	"category-template":         {action: policy.StandardRead},
	"category-import":           {action: policy.Settings},
	"category-activation":       {action: policy.Settings},
	"case-setting":              {action: policy.StandardRead},
	"case-setting-save":         {action: policy.Settings},
	"case-deadline":             {action: policy.StandardRead},

	"keys":       {action: policy.KeyMake},
	"key-make":   {action: policy.KeyMake},
	"key-revoke": {action: policy.KeyMake},

	"audit":        {action: policy.AuditRead},
	"audit-verify": {action: policy.AuditRead},
	"audit-export": {action: policy.AuditRead},

	"incident-report":     {action: policy.CaseCreate},
	"incidents":           {action: policy.CaseList},
	"incidents-summary":   {action: policy.CaseList},
	"incidents-export":    {action: policy.CaseExport},
	"incidents-similar":   {action: policy.CaseCreate},
	"incidents-reviewed":  {action: policy.CaseList},
	"incidents-bulk":      {action: policy.CaseRead},
	"incident-suggestion": {action: policy.CaseDispatch},
	"incident-words":      {action: policy.CaseCreate},
	"incident":            {action: policy.CaseRead},
	"incident-history":    {action: policy.CaseRead},
	"incident-clock":      {action: policy.CaseRead},
	"incident-confirm":    {action: policy.CaseRead},
	"incident-withdraw":   {action: policy.CaseRead},
	"incident-reporter":   {action: policy.CasePhone},
	"report-track":        {action: policy.CaseRead, token: true},
	"events":              {action: policy.CaseEvents},
	"incident-tilejson":   {action: policy.CaseTiles},
	"incident-tile":       {action: policy.CaseTiles},

	"openapi": {action: policy.Docs},
	"docs":    {action: policy.Docs},
	"healthz": {action: policy.Health},
	"readyz":  {action: policy.Health},
	"metrics": {action: policy.Metrics},
}))

// withActs adds the actions on cases, each with what it takes.
func withActs(rules map[string]rule) map[string]rule {
	for _, m := range incident.Moves() {
		if m.Policy == "" {
			m.Policy = policy.CaseRead // undo: what it takes is what it undoes
		}
		if m.Action != incident.ReportAction {
			rules[actOperation(m.Action)] = rule{action: m.Policy}
		}
	}
	return rules
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

// areaPlace is an area as the place of a thing; the district's, while the area
// is not in the boundaries in force.
func (s *Server) areaPlace(district string, id uuid.UUID) *policy.Place {
	if ix := s.Boundaries.Index(); ix != nil {
		if e := ix.Edition(district); e != nil {
			if a := e.ByID(id); a != nil {
				return &policy.Place{District: district, Lo: a.Lo, Hi: a.Hi}
			}
		}
	}
	return s.ofDistrict(district)
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
