package dialect

import (
	"strings"
	"testing"

	"spillway/engine"
)

func TestRoute(t *testing.T) {
	for _, c := range []struct {
		method, path string
		version      bool
		api          engine.API
		endpoint     Endpoint
	}{
		{"POST", "/v1/messages", false, engine.Anthropic, Messages},
		{"POST", "/v1/messages", true, engine.Anthropic, Messages},
		{"GET", "/v1/messages", false, engine.Anthropic, Other},
		{"POST", "/v1/messages/count_tokens", false, engine.Anthropic, CountTokens},
		{"POST", "/v1/messages/batches", false, engine.Anthropic, Other},
		{"GET", "/v1/messages/batches/b/results", false, engine.Anthropic, Other},
		{"POST", "/v1/chat/completions", true, engine.OpenAI, ChatCompletions},
		{"GET", "/v1/chat/completions", false, engine.OpenAI, Other},
		{"GET", "/v1/chat/completions/c/messages", true, engine.OpenAI, Other},
		{"POST", "/v1/responses", false, engine.OpenAI, Responses},
		{"GET", "/v1/responses/r", false, engine.OpenAI, Other},
		{"GET", "/v1/models", false, engine.OpenAI, Models},
		{"GET", "/v1/models", true, engine.Anthropic, Models},
		{"GET", "/v1/models/claude-opus-5-5", true, engine.Anthropic, Models},
		{"DELETE", "/v1/models/ft:x", false, engine.OpenAI, Other},
		{"POST", "/v1/files", true, engine.Anthropic, Other},
		{"POST", "/v1/embeddings", false, engine.OpenAI, Other},
		{"POST", "/v1/messagesx", false, engine.OpenAI, Other},
	} {
		api, endpoint := Route(c.method, c.path, c.version)
		if api != c.api || endpoint != c.endpoint {
			t.Errorf("%s %s: %s, %d", c.method, c.path, api, endpoint)
		}
		if want := c.endpoint == Messages || c.endpoint == ChatCompletions || c.endpoint == Responses; endpoint.Decides() != want {
			t.Errorf("%s %s: decides %v", c.method, c.path, !want)
		}
	}
}

func TestCredential(t *testing.T) {
	for _, c := range []struct {
		key, authorization string
		anthropic, openai  string
	}{
		{"", "", "", ""},
		{"k", "", "k", "k"},
		{"", "Bearer b", "b", "b"},
		{"", "bearer  b ", "b", "b"},
		{"k", "Bearer b", "k", "b"},
		{"k", "Basic dTpw", "k", "k"},
		{"", "Basic dTpw", "", ""},
		{" ", "Bearer", "", ""},
	} {
		header := func(name string) string {
			return map[string]string{"x-api-key": c.key, "authorization": c.authorization}[strings.ToLower(name)]
		}
		if got := [2]string{Credential(engine.Anthropic, header), Credential(engine.OpenAI, header)}; got != [2]string{c.anthropic, c.openai} {
			t.Errorf("%q %q: %q", c.key, c.authorization, got)
		}
	}
}
