package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"spillway/engine"
	"spillway/proxy/model"
	"spillway/proxy/rawjson"
)

// outline is what comes of one pass over a prompt.
type outline struct {
	engine.Outline
	prefixes []Prefix
}

// Outline is the deeper pass that policies may ask for. It runs once, or twice if the two sides of a hedge ask at the same time;
// the result is owned memory.
func (c *Call) Outline() engine.Outline { return c.outlined().Outline }

func (c *Call) outlined() *outline {
	if known := c.outline.Load(); known != nil {
		return known
	}
	o := c.readOutline()
	c.outline.Store(o)
	return o
}

func (c *Call) readOutline() *outline {
	r := outliner{call: c, opening: sha256.New()}
	r.tools()
	r.prompt()
	facts := model.Find(c.Model)
	o := engine.Outline{
		InputTokens:      r.total.Tokens(facts),
		ToolResultTokens: r.results.Tokens(facts),
		Messages:         r.messages,
		ToolResults:      r.toolResults,
		Tools:            r.toolCount,
		Thinking:         c.thinking(),
		Movable:          !c.Bound() && !r.bound,
	}
	if r.opened {
		o.Conversation = hex.EncodeToString(r.opening.Sum(nil)[:8])
	}
	if metadata := c.Value("metadata"); metadata != nil && !isNull(metadata) {
		o.Metadata = append(json.RawMessage(nil), metadata...)
	}
	return &outline{o, r.prefixes}
}

// Outlined says whether anyone has asked for the outline.
func (c *Call) Outlined() bool { return c.outline.Load() != nil }

// Prefix is a prompt up to the end of one message, with its tools and system prompt.
type Prefix struct {
	// Hash is the same in every request of this process with this prefix, wherever its marks for the cache stand.
	Hash uint64
	// Weight is of all of it.
	Weight Weight
}

// Prefixes are a prompt's, from the first message to all of it; none when it has no messages. They come of the same pass as
// [Call.Outline].
func (c *Call) Prefixes() []Prefix { return c.outlined().prefixes }

// thinking says whether the request asks for extended thinking or reasoning.
func (c *Call) thinking() bool {
	switch c.Endpoint {
	case ChatCompletions:
		return isEffort(c.Value("reasoning_effort"))
	case Responses:
		return isEffort(rawjson.Member(c.Value("reasoning"), "effort"))
	default:
		kind := rawjson.Word(rawjson.Member(c.Value("thinking"), "type"))
		return kind == "enabled" || kind == "adaptive"
	}
}

func isEffort(value []byte) bool { return rawjson.Word(value) != "" && rawjson.Word(value) != "none" }

// Bound says whether the request's top level names state that only one server has.
func (c *Call) Bound() bool {
	if c.Endpoint == Responses {
		return c.Has("previous_response_id") || c.Has("conversation")
	}
	return rawjson.Word(rawjson.Member(c.Value("thread"), "type")) == "continue" || c.Has("fallback_credit_token") || c.Has("container")
}

// Has says whether the request has a top-level field that is not null.
func (c *Call) Has(name string) bool {
	value := c.Value(name)
	return value != nil && !isNull(value)
}
