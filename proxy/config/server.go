package config

import (
	"spillway/engine"
	"spillway/proxy/form"
	"spillway/proxy/model"
)

// readServer reads what the target's software understands: a row of the table, and what differs from it.
func (t *Target) readServer(r *form.Report, s *form.Section) {
	var name string
	form.Scalar(s, "server", &name, form.OneOf(model.ServerNames()...))
	t.Server = model.FindServer(name, t.URL)
	field := form.Scalar(s, "max_tokens_field", &t.Server.MaxTokensField, form.OneOf(fieldMaxTokens, fieldMaxCompletionTokens))
	if field != nil && t.Dialect == engine.Anthropic {
		r.Fault(field, form.Wrong("only a target of the openai dialect has this key", "remove it"))
	}
	if list := form.Read(s, "betas", &t.Server.Betas, readBetas); list != nil && t.Dialect == engine.OpenAI {
		r.Fault(list, form.Wrong("only a target of the anthropic dialect has this key", "remove it"))
	}
	for _, fact := range [...]struct {
		key   string
		field *bool
		when  bool // what the field says when the key is true
	}{
		{"tool_choice", &t.Server.NoToolChoice, false},
		{"image_urls", &t.Server.NoImageURLs, false},
		{"count_tokens", &t.Server.NoCountTokens, false},
		{"reasoning_content", &t.Server.ReasoningBack, true},
		{"reasoning_with_tools", &t.Server.NoToolReasoning, false},
		{"safety_identifier", &t.Server.SafetyID, true},
		{"signatures", &t.Server.NoSignatures, false},
		{"system_turns", &t.Server.SystemTurns, true},
	} {
		understood := *fact.field == fact.when
		form.Scalar(s, fact.key, &understood, parseTruth)
		*fact.field = understood == fact.when
	}
}

// readBetas reads a list, which may be empty.
func readBetas(r *form.Report, n *form.Node) ([]string, bool) {
	if !r.Want(n, form.IsList) {
		return nil, false
	}
	betas := make([]string, 0, len(n.Items))
	for _, item := range n.Items {
		if name, ok := form.ReadText(r, item); ok {
			betas = append(betas, name)
		}
	}
	return betas, true
}

// parseTruth reads true or false.
func parseTruth(text string) (bool, *form.Problem) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, form.Wrong("is neither true nor false", "write true or false")
}
