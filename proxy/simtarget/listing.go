package simtarget

import (
	"fmt"
	"slices"
	"strings"

	"spillway/engine"
)

// listing answers GET /v1/models and /v1/models/{id}.
func listing(r *Seen) Answer {
	offered := []string{"claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"}
	render := anthropicModel
	if r.API == engine.OpenAI {
		offered, render = []string{"gpt-5.6", "gpt-5.6-mini"}, openaiModel
	}
	if one, ok := strings.CutPrefix(r.Path, "/v1/models/"); ok {
		if !slices.Contains(offered, one) {
			return NoSuchModel()(r)
		}
		return whole(r, "ok", 200, []byte(render(one)))
	}
	entries := make([]string, len(offered))
	for i, name := range offered {
		entries[i] = render(name)
	}
	data := strings.Join(entries, ",")
	if r.API == engine.OpenAI {
		return whole(r, "ok", 200, fmt.Appendf(nil, `{"object":"list","data":[%s]}`, data))
	}
	return whole(r, "ok", 200, fmt.Appendf(nil, `{"data":[%s],"has_more":false,"first_id":%q,"last_id":%q}`, data, offered[0], offered[len(offered)-1]))
}

func anthropicModel(name string) string {
	return fmt.Sprintf(`{"type":"model","id":%q,"display_name":%q,"created_at":"2026-09-01T00:00:00Z","max_input_tokens":1000000,"max_tokens":128000}`, name, name)
}

func openaiModel(name string) string {
	return fmt.Sprintf(`{"id":%q,"object":"model","created":1788220800,"owned_by":"system"}`, name)
}
