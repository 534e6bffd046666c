package simtarget

import (
	"strings"

	"spillway/engine"
)

// service is what a path offers.
type service int

const (
	nothing service = iota
	messages
	countTokens
	chat
	responses
	models
)

// service is what the request's path offers in its target's dialect.
func (r *Seen) service() service {
	if r.Path == "/v1/models" || strings.HasPrefix(r.Path, "/v1/models/") {
		return models
	}
	switch {
	case r.API == engine.Anthropic && r.Path == "/v1/messages":
		return messages
	case r.API == engine.Anthropic && r.Path == "/v1/messages/count_tokens":
		return countTokens
	case r.API == engine.OpenAI && r.Path == "/v1/chat/completions":
		return chat
	case r.API == engine.OpenAI && r.Path == "/v1/responses":
		return responses
	}
	return nothing
}
