package table

import (
	"encoding/json"
	"fmt"
	"strings"

	"spillway/engine"
)

// content is the part of a row's request that costs something to read when it is real.
type content struct {
	outline engine.Outline
	headers map[string]string
	body    json.RawMessage
}

// Outline implements [engine.Content].
func (c *content) Outline() engine.Outline { return c.outline }

// Header implements [engine.Content].
func (c *content) Header(name string) string { return c.headers[strings.ToLower(name)] }

// Body implements [engine.Content].
func (c *content) Body() json.RawMessage { return c.body }

// readRequest reads a request; what it leaves out is that of a small streaming one.
func readRequest(o *object) *engine.Request {
	r := &engine.Request{
		ID: "row", API: engine.Anthropic, Path: "/v1/messages", Model: "claude-opus-5-5", MaxTokens: 4096, Stream: true,
		Client: engine.Client{Priority: engine.Normal},
	}
	if text(o, "api", &r.API, engine.Anthropic, engine.OpenAI); r.API == engine.OpenAI {
		r.Path, r.Model = "/v1/chat/completions", "gpt-5.6"
	}
	text(o, "id", &r.ID)
	text(o, "path", &r.Path)
	text(o, "model", &r.Model)
	number(o, "maxTokens", &r.MaxTokens)
	o.flag("stream", &r.Stream)
	client := o.object("client")
	text(client, "name", &r.Client.Name)
	text(client, "priority", &r.Client.Priority, engine.High, engine.Normal, engine.Low)
	readSpent(client.object("spent"), &r.Client.Spent)
	client.end()
	sdk := o.object("sdk")
	number(sdk, "retryCount", &r.SDK.RetryCount)
	sdk.duration("timeout", &r.SDK.Timeout)
	sdk.end()
	c := readContent(o, r)
	r.Content, r.Bytes = c, len(c.body)
	number(o, "bytes", &r.Bytes)
	o.end()
	return r
}

func readSpent(o *object, s *engine.Spent) {
	for period, into := range map[string]*engine.Spending{"minute": &s.Minute, "hour": &s.Hour, "day": &s.Day, "month": &s.Month} {
		spending := o.object(period)
		number(spending, "requests", &into.Requests)
		number(spending, "tokens", &into.Tokens)
		number(spending, "dollars", &into.Dollars)
		spending.end()
	}
	number(o, "share", &s.Share)
	o.end()
}

func readContent(o *object, r *engine.Request) *content {
	c := &content{outline: engine.Outline{Messages: 1, Movable: true, Conversation: "row"}, headers: map[string]string{}}
	number(o, "inputTokens", &c.outline.InputTokens)
	number(o, "messages", &c.outline.Messages)
	number(o, "toolResults", &c.outline.ToolResults)
	number(o, "toolResultTokens", &c.outline.ToolResultTokens)
	number(o, "tools", &c.outline.Tools)
	o.flag("thinking", &c.outline.Thinking)
	o.flag("movable", &c.outline.Movable)
	text(o, "conversation", &c.outline.Conversation)
	if metadata, ok := o.take("metadata"); ok {
		c.outline.Metadata = asJSON(o, "metadata", metadata)
	}
	headers := o.object("headers")
	for name := range headers.value {
		var value string
		text(headers, name, &value)
		c.headers[strings.ToLower(name)] = value
	}
	body, ok := o.take("body")
	if !ok {
		body = map[string]any{
			"model": r.Model, "max_tokens": r.MaxTokens, "stream": r.Stream,
			"messages": []any{map[string]any{"role": "user", "content": "Hello"}},
		}
	}
	c.body = asJSON(o, "body", body)
	return c
}

func asJSON(o *object, key string, value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		o.fault(o.at(key), fmt.Sprintf("cannot be written as JSON: %v", err), "")
	}
	return text
}
