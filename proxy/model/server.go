package model

import (
	"cmp"
	"net/url"
)

// Server is what the software behind a target understands beside what its dialect says. The zero value is one that
// understands everything its dialect has.
type Server struct {
	// Name is the row's, as the configuration's `server` says it.
	Name string
	// MaxTokensField is what bounds the answer of chat completions: `max_tokens` or `max_completion_tokens`.
	MaxTokensField string
	// NoToolChoice says that tool_choice is ignored, which lets a model call what it was forbidden to, or nothing at all.
	NoToolChoice bool
	// NoImageURLs says that images have to be in the request.
	NoImageURLs bool
	// ReasoningBack says that an assistant's message with tool calls has to carry reasoning_content, be it empty.
	ReasoningBack bool
	// NoToolReasoning says that those of its models that reason may refuse to with function tools ([Facts.SilentTools]).
	NoToolReasoning bool
	// NoSignatures says that none of its models signs its thinking or minds another's signature, whatever the model is called.
	NoSignatures bool
	// NoCountTokens says that it has no count_tokens.
	NoCountTokens bool
	// SafetyID says that it takes an end user's id as `safety_identifier`; others take `user`.
	SafetyID bool
	// SystemTurns says that it takes system messages in the middle of a conversation from models that do
	// ([Facts.SystemTurns]); clouds that serve the same models may not.
	SystemTurns bool
	// Betas are the betas that it knows (anthropic-beta); nil = all, or it does not mind unknown ones.
	Betas []string
}

// Anthropic is the name of Anthropic's own server.
const Anthropic = "anthropic"

// servers are the known ones. Sources: OpenAI's and DeepSeek's API references, the OpenAI compatibility pages of Ollama, vLLM,
// llama.cpp and OpenRouter, and what clients have reported of them; November 2026.
var servers = []Server{
	{Name: Anthropic, MaxTokensField: "max_tokens", SystemTurns: true},
	{Name: "openai", MaxTokensField: "max_completion_tokens", SafetyID: true, NoToolReasoning: true},
	{Name: "deepseek", MaxTokensField: "max_tokens", ReasoningBack: true, NoCountTokens: true, NoImageURLs: true, NoSignatures: true},
	{Name: "openrouter", MaxTokensField: "max_tokens", NoCountTokens: true},
	{Name: "ollama", MaxTokensField: "max_tokens", NoToolChoice: true, NoImageURLs: true, NoCountTokens: true, NoSignatures: true},
	{Name: "vllm", MaxTokensField: "max_tokens", NoSignatures: true},
	{Name: "llamacpp", MaxTokensField: "max_tokens", NoSignatures: true},
	{Name: "other", MaxTokensField: "max_tokens", NoToolReasoning: true},
}

// hosts are where servers are known to be, by host or by port.
var hosts = map[string]string{
	"api.anthropic.com": Anthropic, "api.openai.com": "openai", "api.deepseek.com": "deepseek", "openrouter.ai": "openrouter",
	"11434": "ollama",
}

// ServerNames are what a configuration may say.
func ServerNames() []string {
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = s.Name
	}
	return names
}

// FindServer is the server of a name, or, for "", the one that is known to be at a URL; otherwise the one named "other".
func FindServer(name, address string) Server {
	if u, err := url.Parse(address); err == nil && name == "" {
		name = cmp.Or(hosts[u.Hostname()], hosts[u.Port()])
	}
	for _, s := range servers {
		if s.Name == name {
			return s
		}
	}
	return servers[len(servers)-1]
}
