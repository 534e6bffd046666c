package dialect

import (
	"encoding/json"

	"spillway/engine"
)

// Call is one parsed request of an endpoint that reads a JSON object. It aliases Body, which must not change while it lives.
type Call struct {
	API      engine.API
	Endpoint Endpoint
	Body     []byte
	// Model is the model asked for, a copy.
	Model string
	// Stream says whether the answer is to be server-sent events.
	Stream bool
	// MaxTokens is the answer's length the client allows; 0 when it sets none.
	MaxTokens int
}

// Problem is what is wrong with a request, in the words of the caller's own JSON.
type Problem struct {
	// Status is the HTTP status to answer with.
	Status int
	// Message is for the caller; it names the field or the byte.
	Message string
	// Offset is the byte of the body at which it was found.
	Offset int
}

// Error implements error.
func (p *Problem) Error() string { return p.Message }

// Parse reads a request body in one pass.
func Parse(api engine.API, endpoint Endpoint, body []byte) (*Call, *Problem) {
	return &Call{API: api, Endpoint: endpoint, Body: body}, nil
}

// Outline is the deeper pass that policies may ask for. It runs once; the result is owned memory.
func (c *Call) Outline() engine.Outline { return engine.Outline{} }

// Edits are the changes to one rendering of a call.
type Edits struct {
	// Model replaces the model; "" keeps it.
	Model string
	// MaxTokens is an upper bound for the answer's length; 0 is none. It never raises what the client asked for.
	MaxTokens int
	// MaxTokensField is the field that carries MaxTokens when the request has none of its own: for chat completions
	// "max_tokens" or "max_completion_tokens" (the default).
	MaxTokensField string
	// Body is merged into the body's top level, before Model and MaxTokens apply; null deletes.
	Body map[string]json.RawMessage
}

// Render writes the call with the edits spliced in, appended to dst; every byte no edit touches stays as the client sent
// it. Without an effective edit it returns c.Body itself. applied lists what really changed, in the words of the
// floors: "model;from->to", "max_tokens;4096->1024", "body;temperature". An error means the edit cannot be made safely.
func (c *Call) Render(dst []byte, e Edits) (body []byte, applied []string, err error) {
	return c.Body, nil, nil
}
