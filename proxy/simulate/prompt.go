package simulate

import (
	"encoding/json"
	"fmt"
	"strings"

	"spillway/engine"
	"spillway/proxy/dialect"
	"spillway/proxy/estimate"
)

const (
	// bytesPerToken is how simulated targets count: about as real ones do, and the same for every model.
	bytesPerToken = 3
	// promptSizes is how many different prompts a client has. They are parsed once, and shared.
	promptSizes = 32
	// longResult is about how many tokens one tool result has.
	longResult = 1500
	mostCalls  = 40
)

// prompt is a request body and what is known of it.
type prompt struct {
	call *dialect.Call
	path string
}

// prompts are the prompts of one client by size. One run owns them.
type prompts [promptSizes]*prompt

// of is the prompt for a random number.
func (p *prompts) of(c *client, random uint64) *prompt {
	i := random % promptSizes
	if p[i] == nil {
		p[i] = newPrompt(c, int(c.prompt.at((2*i+1)<<58)))
	}
	return p[i]
}

func newPrompt(c *client, size int) *prompt {
	p := &prompt{path: "/v1/messages"}
	endpoint, write := dialect.Messages, message
	if c.dialect == engine.OpenAI {
		p.path, endpoint, write = "/v1/chat/completions", dialect.ChatCompletions, chatMessages
	}
	results := int(float64(size) * c.results)
	calls := 0
	if results > 0 {
		calls = min(max(1, results/longResult), mostCalls)
	}
	body := write(c, talk{question: filler(size - results), calls: calls, result: filler(results / max(1, calls))})
	call, problem := dialect.Parse(c.dialect, endpoint, body)
	if problem != nil {
		panic("simulate: a prompt of its own making is wrong: " + problem.Message)
	}
	p.call = call
	return p
}

// talk is what a prompt says: a question, and the tools that were called on its behalf.
type talk struct {
	question, result string
	calls            int
}

// message is a request in Anthropic's dialect.
func message(c *client, t talk) []byte {
	b := fmt.Appendf(nil, `{"model":%s,"max_tokens":%d,"stream":%t,"messages":[{"role":"user","content":"%s"}`, quote(c.model), c.most, c.stream, t.question)
	for i := range t.calls {
		b = fmt.Appendf(b, `,{"role":"assistant","content":[{"type":"tool_use","id":"toolu_%d","name":"read","input":{}}]}`, i)
		b = fmt.Appendf(b, `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_%d","content":"%s"}]}`, i, t.result)
	}
	b = append(b, ']')
	if t.calls > 0 {
		b = append(b, `,"tools":[{"name":"read","description":"Reads a file.","input_schema":{"type":"object"}}]`...)
	}
	return append(b, '}')
}

// chatMessages is a request in OpenAI's dialect.
func chatMessages(c *client, t talk) []byte {
	b := fmt.Appendf(nil, `{"model":%s,"max_completion_tokens":%d,"stream":%t`, quote(c.model), c.most, c.stream)
	if c.stream {
		b = append(b, `,"stream_options":{"include_usage":true}`...)
	}
	b = fmt.Appendf(b, `,"messages":[{"role":"user","content":"%s"}`, t.question)
	for i := range t.calls {
		b = fmt.Appendf(b, `,{"role":"assistant","content":null,"tool_calls":[{"id":"call_%d","type":"function","function":{"name":"read","arguments":"{}"}}]}`, i)
		b = fmt.Appendf(b, `,{"role":"tool","tool_call_id":"call_%d","content":"%s"}`, i, t.result)
	}
	b = append(b, ']')
	if t.calls > 0 {
		b = append(b, `,"tools":[{"type":"function","function":{"name":"read","parameters":{"type":"object"}}}]`...)
	}
	return append(b, '}')
}

// filler is text of so many tokens.
func filler(tokens int) string {
	const words = "the quick brown fox jumps over the lazy dog and "
	n := max(1, tokens) * bytesPerToken
	return strings.Repeat(words, n/len(words)+1)[:n]
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // a string can always be
	return string(quoted)
}

// content implements [engine.Content].
type content struct {
	call   *dialect.Call
	tokens *estimate.Estimator
}

// Outline implements [engine.Content].
func (c content) Outline() engine.Outline {
	o := c.call.Outline()
	o.InputTokens = c.tokens.Tokens(c.call, c.call.Model)
	o.ToolResultTokens = c.tokens.Calibrate(c.call.Model, o.ToolResultTokens)
	return o
}

// Header implements [engine.Content].
func (content) Header(string) string { return "" }

// Body implements [engine.Content].
func (c content) Body() json.RawMessage { return append(json.RawMessage(nil), c.call.Body...) }
