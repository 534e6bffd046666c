package dialect

import (
	"strings"

	"spillway/engine"
)

// Endpoint is what a path of a dialect does.
type Endpoint int

// The endpoints. Other is passed through as it is.
const (
	Other Endpoint = iota
	Messages
	CountTokens
	ChatCompletions
	Responses
	Models
)

// Decides says whether a policy decides about requests to the endpoint.
func (e Endpoint) Decides() bool {
	return e == Messages || e == ChatCompletions || e == Responses
}

// Route tells the dialect and the endpoint of a request by its method and its path without query.
// anthropicVersion says whether the request has an anthropic-version header: it decides where the path does not.
func Route(method, path string, anthropicVersion bool) (engine.API, Endpoint) {
	switch {
	case path == "/v1/messages" && method == "POST":
		return engine.Anthropic, Messages
	case path == "/v1/messages/count_tokens" && method == "POST":
		return engine.Anthropic, CountTokens
	case path == "/v1/messages" || strings.HasPrefix(path, "/v1/messages/"):
		return engine.Anthropic, Other
	case path == "/v1/chat/completions":
		return engine.OpenAI, onlyPost(method, ChatCompletions)
	case path == "/v1/responses":
		return engine.OpenAI, onlyPost(method, Responses)
	case strings.HasPrefix(path, "/v1/chat/completions/") || strings.HasPrefix(path, "/v1/responses/"):
		return engine.OpenAI, Other
	}
	api := engine.OpenAI
	if anthropicVersion {
		api = engine.Anthropic
	}
	if method == "GET" && (path == "/v1/models" || strings.HasPrefix(path, "/v1/models/")) {
		return api, Models
	}
	return api, Other
}

func onlyPost(method string, e Endpoint) Endpoint {
	if method == "POST" {
		return e
	}
	return Other
}
