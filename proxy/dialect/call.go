package dialect

import (
	"bytes"
	"sync/atomic"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// Call is one parsed request of an endpoint whose requests are JSON objects. It aliases Body, which must not change while
// the Call lives. Its methods are safe for concurrent use: the two sides of a hedge share it.
type Call struct {
	API      engine.API
	Endpoint Endpoint
	Body     []byte
	// Model is the model asked for, a copy; "" when the endpoint does not need one and the request has none.
	Model string
	// Stream says whether the answer is to be server-sent events.
	Stream bool
	// MaxTokens is the answer's length the client allows; 0 when it sets none.
	MaxTokens int

	fields  fields
	few     [16]field               // room for fields
	outline atomic.Pointer[outline] // nil until somebody asks
}

// Parse reads a request body in one pass. A Problem is what the caller did wrong; the target would have refused the body
// too, or read something else in it than Spillway does.
func Parse(api engine.API, endpoint Endpoint, body []byte) (*Call, *Problem) {
	c := &Call{API: api, Endpoint: endpoint, Body: body}
	found, problem := scanFields(body, c.few[:0])
	if problem != nil {
		return nil, problem
	}
	c.fields = found
	for _, read := range [...]func(*Call) *Problem{(*Call).readModel, (*Call).readStream, (*Call).readMaxTokens} {
		if problem := read(c); problem != nil {
			return nil, problem
		}
	}
	return c, nil
}

// maxModel is how long a model's name may be: it becomes a header, a gate and a metric's label.
const maxModel = 256

func (c *Call) readModel() (problem *Problem) {
	c.Model, problem = c.modelOf(c.Value("model"))
	return problem
}

// modelOf reads a model, the client's or an edit's.
func (c *Call) modelOf(value []byte) (string, *Problem) {
	switch {
	case value == nil:
		return "", c.modelMissing()
	case value[0] != '"':
		return "", c.wrongType("model", value, "a string")
	}
	model := textOf(value)
	switch {
	case model == "":
		return "", c.modelMissing()
	case len(model) > maxModel:
		return "", badRequest(0, "model: a name of more than %d bytes", maxModel)
	}
	return model, nil
}

// modelMissing is a problem where a model is required: a response may take it from its prompt template.
func (c *Call) modelMissing() *Problem {
	if c.Endpoint == Messages || c.Endpoint == ChatCompletions {
		return badRequest(0, "model: field required")
	}
	return nil
}

func (c *Call) readStream() *Problem {
	switch value := c.Value("stream"); {
	case value == nil || isNull(value) || value[0] == 'f':
		return nil
	case value[0] == 't':
		c.Stream = true
		return nil
	default:
		return c.wrongType("stream", value, "a boolean")
	}
}

func (c *Call) readMaxTokens() *Problem {
	for _, name := range c.maxTokensFields() {
		value := c.Value(name)
		if value == nil || isNull(value) {
			continue
		}
		n, ok := wholeNumber(value)
		if !ok {
			return c.wrongType(name, value, "a whole number")
		}
		if c.MaxTokens == 0 {
			c.MaxTokens = max(0, n) // some servers take -1 as no limit
		}
	}
	return nil
}

// maxTokensFields lists the fields that bound the answer, the one that counts first.
func (c *Call) maxTokensFields() []string {
	switch c.Endpoint {
	case Messages:
		return []string{"max_tokens"}
	case ChatCompletions:
		return []string{"max_completion_tokens", "max_tokens"}
	case Responses:
		return []string{"max_output_tokens"}
	default:
		return nil
	}
}

// Value is a top-level field's value as it stands in the body; nil when the request has no such field.
func (c *Call) Value(name string) []byte {
	if f, ok := c.fields.find(name); ok {
		return c.Body[f.value:f.end]
	}
	return nil
}

// Fields yields the top-level fields in their order, each value as it stands in the body.
func (c *Call) Fields(yield func(name string, value []byte) bool) {
	for _, f := range c.fields {
		if !yield(string(f.name), c.Body[f.value:f.end]) {
			return
		}
	}
}

func (c *Call) wrongType(name string, value []byte, want string) *Problem {
	f, _ := c.fields.find(name)
	got := describe(value)
	if got == "a number" {
		got = string(value[:min(len(value), 30)])
	}
	return badRequest(f.value, "%s: expected %s, got %s", name, want, got)
}

// textOf is a JSON string's text, in memory of its own.
func textOf(value []byte) string {
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	return gjson.ParseBytes(value).String()
}
