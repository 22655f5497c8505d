package httpapi

import (
	"context"

	"wangge/internal/incident"
	"wangge/internal/postgres"
)

// CaseWords are the words of a district for what happens to cases.
type CaseWords struct {
	States  []CodedWord   `json:"states" doc:"in the order of the work"`
	Actions []ActionWords `json:"actions"`
}

// ActionWords are an action and its reasons.
type ActionWords struct {
	Code    string      `json:"code"`
	Word    string      `json:"word"`
	Reasons []CodedWord `json:"reasons"`
}

func (s *Server) incidentWords(ctx context.Context, in *struct {
	District string `query:"district"`
}) (*struct{ Body CaseWords }, error) {
	words, err := s.caseWords(ctx, in.District)
	if err != nil {
		return nil, err
	}
	lang := requestOf(ctx).lang
	out := &struct{ Body CaseWords }{}
	for _, state := range incident.States {
		out.Body.States = append(out.Body.States, CodedWord{string(state), words.state(state, lang)})
	}
	seen := map[incident.Action]bool{}
	for _, m := range incident.Moves() {
		if seen[m.Action] {
			continue
		}
		seen[m.Action] = true
		a := ActionWords{string(m.Action), words.action(m.Action, lang), []CodedWord{}}
		for _, r := range incident.Reasons(m.Action) {
			a.Reasons = append(a.Reasons, CodedWord{string(r), words.reason(m.Action, r, lang)})
		}
		out.Body.Actions = append(out.Body.Actions, a)
	}
	return out, nil
}

// caseWords are the words of a district for cases, its own before the usual.
type caseWords map[string]string

func (s *Server) caseWords(ctx context.Context, district string) (caseWords, error) {
	if district == "" {
		if ix := s.Boundaries.Index(); ix != nil && len(ix.Editions()) == 1 {
			district = ix.Editions()[0].Code
		}
	}
	if district == "" {
		return nil, nil //nolint:nilnil // the usual words
	}
	own, err := s.Cases.Words(ctx, district)
	return own, err
}

func (w caseWords) state(state incident.State, lang string) string {
	return w.own("state."+string(state), state.Word(lang), lang)
}

func (w caseWords) action(a incident.Action, lang string) string {
	return w.own("action."+string(a), a.Word(lang), lang)
}

func (w caseWords) reason(a incident.Action, r incident.Reason, lang string) string {
	return w.own("reason."+string(a)+"."+string(r), incident.ReasonWord(a, r, lang), lang)
}

// own is a district's own word, which is Chinese, or else the usual one.
func (w caseWords) own(key, usual, lang string) string {
	if own := w[key]; own != "" && lang != "en" {
		return own
	}
	return usual
}

// describeClass names the class of a case, in the edition that it keeps.
func (s *Server) describeClass(ctx context.Context, c *postgres.Case) (*CaseCategory, error) {
	edition, err := s.Store.Categories(ctx, c.District, c.Category.Edition)
	if err != nil {
		return nil, err
	}
	d := &CaseCategory{Edition: c.Category.Edition, Kind: string(c.Category.Kind), Code: c.Category.Code, Condition: c.Condition}
	if minor, known := edition.Minor(c.Category.Kind, c.Category.Code); known {
		d.Name = minor.Name
		for _, cond := range minor.Conditions {
			if cond.Filing == c.Condition {
				d.Closing = cond.Closing
			}
		}
	}
	if major, known := edition.Major(c.Category.Kind, c.Category.Code[:2]); known {
		d.Major = major.Name
	}
	return d, nil
}
