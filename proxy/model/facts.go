// Package model knows what differs between models: how much they read and write, how they count, and what their thinking is
// bound to, in table.go, and what they cost, in prices.go; lookup.go finds a name in both. A configuration overrides sizes and
// prices for the targets that it knows better.
package model

import "strings"

// Facts are what is known of a model. The zero value is an unknown one.
type Facts struct {
	// Window is how many tokens the prompt and the answer may have together, and Output how many the answer; 0 = unknown.
	Window, Output int
	// Text is how many bytes of English text or code make a token.
	Text float64
	// Bound says that a thinking block is bound to all that stands before it: a change there makes it invalid
	// (Anthropic docs, "Preserved thinking").
	Bound bool
	// Thinking is how the model is asked to think.
	Thinking Thinking
	// FixedSampling says that temperature, top_p and top_k are refused unless they are the defaults.
	FixedSampling bool
	// FreeTools says that tool_choice may not force a tool.
	FreeTools bool
	// Efforts are the levels of reasoning_effort that it takes, with spaces between; "" = it has none.
	Efforts string
	// NoStop says that stop is refused.
	NoStop bool
	// SystemTurns says that a system message may stand in the middle of a conversation.
	SystemTurns bool
	// SilentTools says that it refuses to reason with function tools on Chat Completions; the Responses API allows it.
	SilentTools bool
}

// Thinking is how a model is asked to think.
type Thinking string

// The ways.
const (
	NotKnown Thinking = ""         // or not at all
	Budget   Thinking = "budget"   // Anthropic's thinking.budget_tokens
	Adaptive Thinking = "adaptive" // Anthropic's thinking adaptive, with output_config.effort
	Effort   Thinking = "effort"   // OpenAI's reasoning_effort
)

// Takes says whether a level of reasoning_effort is one of the model's.
func (f *Facts) Takes(effort string) bool {
	for level := range strings.FieldsSeq(f.Efforts) {
		if level == effort {
			return true
		}
	}
	return false
}

// unknownText is how a model is taken to count that the table does not have: by few bytes, so that too much is expected.
const unknownText = 3

// Find is what is known of a model, by the name a target wants: first-party ("claude-opus-5-5"), Bedrock
// ("us.anthropic.claude-opus-4-1-20250805-v1:0"), Vertex ("claude-opus-4-1@20250805") or a router's
// ("anthropic/claude-opus-5.5"). The longest family in the table that the name holds is the model's.
func Find(name string) Facts { return lookUp(name).facts }

// Signs says whether a model signs its thinking, and refuses what no such model has signed. Signatures are good for all of
// Claude, wherever it is served (Anthropic docs, extended thinking: signatures are compatible across platforms).
func Signs(name string) bool { return lookUp(name).signs }
