package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"spillway/engine"
)

// Outline is the deeper pass that policies may ask for. It runs once; the result is owned memory.
func (c *Call) Outline() engine.Outline {
	if c.outline == nil {
		o := c.readOutline()
		c.outline = &o
	}
	return *c.outline
}

func (c *Call) readOutline() engine.Outline {
	r := outliner{call: c, opening: sha256.New()}
	r.prompt()
	r.tools()
	o := engine.Outline{
		InputTokens:      r.total.tokens(c.API),
		ToolResultTokens: r.results.tokens(c.API),
		Messages:         r.messages,
		ToolResults:      r.toolResults,
		Tools:            r.toolCount,
		Thinking:         c.thinking(),
		Movable:          !c.bound() && !r.bound,
	}
	if r.opened {
		o.Conversation = hex.EncodeToString(r.opening.Sum(nil)[:8])
	}
	if metadata := c.value("metadata"); metadata != nil && !isNull(metadata) {
		o.Metadata = append(json.RawMessage(nil), metadata...)
	}
	return o
}

// thinking says whether the request asks for extended thinking or reasoning.
func (c *Call) thinking() bool {
	switch c.Endpoint {
	case ChatCompletions:
		return isEffort(c.value("reasoning_effort"))
	case Responses:
		return isEffort(member(c.value("reasoning"), "effort"))
	default:
		kind := word(member(c.value("thinking"), "type"))
		return kind == "enabled" || kind == "adaptive"
	}
}

func isEffort(value []byte) bool { return word(value) != "" && word(value) != "none" }

// bound says whether the request's top level names state that only one server has.
func (c *Call) bound() bool {
	if c.Endpoint == Responses {
		return c.has("previous_response_id") || c.has("conversation")
	}
	return word(member(c.value("thread"), "type")) == "continue" || c.has("fallback_credit_token") || c.has("container")
}

func (c *Call) has(name string) bool {
	value := c.value(name)
	return value != nil && !isNull(value)
}
