package loop

import (
	"fmt"
	"strings"

	"spillway/engine"
	"spillway/proxy/grammar"
	"spillway/proxy/model"
	"spillway/proxy/translate"
)

// translate writes the request in the target's dialect, if that is another than the client's.
func (t *try) translate() error {
	if t.target.Dialect == t.x.Request.API {
		return nil
	}
	across, err := translate.Request(t.call, translate.Target{
		Server: t.target.Server, Model: model.Find(t.model), MaxTokens: t.target.Window(t.model).Output,
	})
	if err != nil {
		return err
	}
	if err := grammar.Check(across.Call); err != nil && grammar.Check(t.call) == nil {
		return fmt.Errorf("it cannot be told in the %s dialect: %w", t.target.Dialect, err)
	}
	for key := range t.x.Header {
		if strings.EqualFold(string(key), betaHeader) {
			across.Drop("betas")
		}
	}
	t.across, t.call = across, across.Call
	t.edits = append(t.edits, across.Applied())
	return nil
}

// path is where the target takes the request.
func (t *try) path() string {
	switch {
	case t.across == nil:
		return t.x.Request.Path
	case t.target.Dialect == engine.Anthropic:
		return "/v1/messages"
	default:
		return "/v1/chat/completions"
	}
}

// MessagesVersion is the version that translated requests are written in (Anthropic docs, versioning).
const MessagesVersion = "2023-06-01"

// query is the client's: what it means is its dialect's alone, such as beta=true.
func (t *try) query() string {
	if t.across != nil {
		return ""
	}
	return t.x.Query
}

// headers are the client's; of a translated request without those that mean something in the client's dialect alone.
func (t *try) headers() func(yield func(key, value []byte) bool) {
	switch {
	case t.across == nil && t.target.Server.Betas == nil:
		return t.x.Header
	case t.across == nil:
		return t.knownBetas(t.x.Header)
	}
	return func(yield func(key, value []byte) bool) {
		if t.target.Dialect == engine.Anthropic && !yield([]byte("anthropic-version"), []byte(MessagesVersion)) {
			return
		}
		for key, value := range t.x.Header {
			if !ofDialect(string(key)) && !yield(key, value) {
				return
			}
		}
	}
}

// Headers yields the target's headers that mean something to the client: limits and organisations of another dialect do not.
func (a *Answer) Headers(yield func(key, value []byte) bool) {
	if a.Incoming == nil {
		return
	}
	for key, value := range a.Incoming.Headers {
		if (!a.Across || !ofDialect(string(key))) && !yield(key, value) {
			return
		}
	}
}

func ofDialect(header string) bool {
	header = strings.ToLower(header)
	for _, prefix := range [...]string{"anthropic-", "openai-", "x-ratelimit-", "x-stainless-", "user-agent"} {
		if strings.HasPrefix(header, prefix) {
			return true
		}
	}
	return false
}

// home says what an answer that comes from another dialect has to be told.
func (t *try) home() translate.Home {
	return translate.Home{ID: strings.ReplaceAll(t.x.Request.ID, "-", "_"), Created: t.x.Began.Unix(), Model: t.model}
}

// tellWhole is a whole answer as the client reads it.
func (t *try) tellWhole(body []byte) ([]byte, error) {
	if t.across == nil {
		return body, nil
	}
	return t.across.Whole(body, t.home())
}
