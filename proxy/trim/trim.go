package trim

import (
	"spillway/engine"
	"spillway/proxy/dialect"
)

// Options says what may go, and what must be known about the model to let it go safely.
type Options struct {
	engine.Trim
	// Tokens estimates what a part of a prompt costs: the value of `system` or `tools`, a content that is a string, one block or
	// part of a content that is a list, a chat message's `tool_calls` or `reasoning_content`, each as it stands in the body.
	// It must be a pure function of those bytes for as long as a conversation lasts, or the cuts move and the target's prompt
	// cache is lost: a calibrated ratio is best rounded to few steps, and members that clients move from turn to turn
	// (cache_control) should not count. nil is a third of the bytes.
	Tokens func(raw []byte) int
	// PrefixBound says that the model's thinking blocks are bound to everything that stands before them (Anthropic docs,
	// preserved thinking).
	PrefixBound bool
	// LoopTrimmed says that the tool loop the request is in began with a request trimmed with these same options. It matters
	// with PrefixBound only: the loop's thinking is then bound to what that trim left, so it is made again exactly. Otherwise
	// such a request is not touched while a tool round is open.
	LoopTrimmed bool
}

// Result is what a trim did.
type Result struct {
	// Call is the trimmed request, newly parsed; the request that was given, the same pointer, when nothing was cut.
	Call *dialect.Call
	// Applied is the edit in the form of x-spillway-edits, as "trim;tool_results=12;turns=2;thinking=3;images=1;saved=34000"
	// without what is 0; nil when nothing was cut.
	Applied []string
	// Saved is by how many tokens the estimate shrank.
	Saved int
	// ToolResults, Thinking and Images count what was cut from messages that stay; Turns the turns that went whole.
	ToolResults, Turns, Thinking, Images int
	// Over is by how many tokens the estimate still exceeds To; 0 without a To.
	Over int
	// Untouched says why nothing was cut though the options ask for it: the request is not well-formed in its dialect, is bound
	// to a server's state, or has a tool round open on a model with PrefixBound. Such a request may be sent as it is.
	Untouched string
}

// Step is how many tool results or turns are cut at once when at least keep of them stay: between keep and keep+Step-1 of
// them are in a trimmed request.
func Step(keep int) int { return max(keep, 5) }

// Trim cuts old parts out of a request of [dialect.Messages] or [dialect.ChatCompletions]. The request itself is not changed;
// what is not cut keeps its bytes. The result is well-formed by package grammar, never larger, and trimming it again changes
// nothing. An error means that the trim cannot be made: the endpoint has none, or the result would not be well-formed.
func Trim(c *dialect.Call, o Options) (Result, error) {
	return Result{Call: c}, nil
}
