package engine

import (
	"encoding/json"
	"time"
)

// API is the wire format a client or a target speaks: its dialect.
type API string

// The dialects.
const (
	Anthropic API = "anthropic"
	OpenAI    API = "openai"
)

// Request is what a policy may know of the client's request. It is a plain value: once handed to a policy it is
// never written again, and no field aliases a buffer that the server recycles.
type Request struct {
	// ID names the request in logs, headers and the admin API.
	ID string
	// API is the dialect the client speaks.
	API API
	// Path is the URL path, without the query.
	Path string
	// Model is the model the client asked for, before any alias.
	Model string
	// MaxTokens is the answer's length the client allows, in tokens; 0 when the request sets none.
	MaxTokens int
	// Stream says whether the client asked for server-sent events.
	Stream bool
	// Bytes is the length of the body.
	Bytes int
	// Client is who is asking.
	Client Client
	// SDK is what the client's SDK says of its own retries and patience.
	SDK SDK
	// Content gives what costs something to read. Nil reads as an empty request.
	Content Content
}

// Client is the application behind a request.
type Client struct {
	// Name is the client's name in the configuration; "" when no clients are configured.
	Name string
	// Priority is its lane.
	Priority Priority
	// Spent is what it has spent.
	Spent Spent
}

// Priority is a lane of the queue.
type Priority string

// The lanes, in the order in which they are served. An empty priority is read as normal.
const (
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// SDK is what the official SDKs announce with each request (x-stainless-retry-count, x-stainless-timeout and
// x-stainless-read-timeout).
type SDK struct {
	// RetryCount is how often the SDK has already sent this request before; 0 the first time.
	RetryCount int
	// Timeout is how long the SDK will wait for this try; 0 when it does not say.
	Timeout time.Duration
}

// Content is the part of a request that is read only when a policy asks. Its methods are called by one goroutine
// at a time, while the client's request is alive; what they return is owned memory.
type Content interface {
	// Outline is one structural pass over the body.
	Outline() Outline
	// Header is a request header by its case-insensitive name, "" when absent. Credentials read as "".
	Header(name string) string
	// Body is the whole body.
	Body() json.RawMessage
}

// Outline is what one pass over a body tells without keeping any of its text.
type Outline struct {
	// InputTokens is an estimate of what the target will count.
	InputTokens int
	// Messages, ToolResults and Tools are counts.
	Messages, ToolResults, Tools int
	// ToolResultTokens is the estimated share of InputTokens that is in tool results.
	ToolResultTokens int
	// Thinking says whether the request asks for extended thinking or reasoning.
	Thinking bool
	// Movable is false when the request is bound to state on a server and can neither be edited nor sent elsewhere.
	Movable bool
	// Conversation is a stable hash of the system prompt and the opening messages, the same for every turn.
	Conversation string
	// Metadata is the body's metadata object; nil when absent.
	Metadata json.RawMessage
}

// CredentialHeaders are the headers by which callers prove who they are, in lower case. Policies neither see nor set them, and
// none travels on as it came.
var CredentialHeaders = []string{"authorization", "x-api-key", "api-key", "proxy-authorization", "cookie"}
