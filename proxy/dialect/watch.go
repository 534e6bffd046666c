package dialect

import (
	"unsafe"

	"github.com/tidwall/gjson"

	"spillway/engine"
	"spillway/proxy/sse"
)

// Step is what one event means for the commit point.
type Step int

// The steps.
const (
	// Preamble is nothing of the message yet and may be thrown away: bookkeeping, pings, comments, empty deltas. Events of
	// unknown types are preamble too, for they say nothing that a client waits for.
	Preamble Step = iota
	// Content is something of the message: text, thinking, arguments of a tool, a tool call's start, a whole block.
	Content
	// Terminal ends the message well. A usage chunk, message_stop or [DONE] may follow.
	Terminal
	// Failure is the target's own word that the answer failed. The failure package reads the event's data.
	Failure
)

// Watch follows one stream of an endpoint. It keeps nothing of the events and is owned by one goroutine.
type Watch struct {
	step     func(w *Watch, e sse.Event) Step
	complete bool
	begun    bool   // a message_start came
	stopped  bool   // a stop_reason came
	oddity   string // the first
	usage    Usage
	choices  choiceSet // of a chat completion
}

// NewWatch follows a stream of the endpoint. Of the endpoints that no policy decides about nothing is known: every event
// is content, except errors, and such a stream may end anywhere.
func NewWatch(_ engine.API, ep Endpoint) *Watch {
	switch ep {
	case Messages:
		return &Watch{step: (*Watch).message}
	case ChatCompletions:
		return &Watch{step: (*Watch).chat}
	case Responses:
		return &Watch{step: (*Watch).response}
	default:
		return &Watch{step: (*Watch).other, complete: true}
	}
}

// Step reads the next event.
func (w *Watch) Step(e sse.Event) Step {
	if len(e.Name) == 0 && len(e.Data) == 0 {
		return Preamble
	}
	return w.step(w, e)
}

// Complete says whether the event that ends a message well was seen: message_stop; a finish_reason of every choice or
// [DONE]; response.completed or response.incomplete.
func (w *Watch) Complete() bool { return w.complete }

// Oddity is what of the events so far did not come as the dialect says, though any SDK may bear it; "" when nothing did.
func (w *Watch) Oddity() string { return w.oddity }

func (w *Watch) odd(is bool, what string) {
	if is && w.oddity == "" {
		w.oddity = what
	}
}

// Usage is what the target has told so far.
func (w *Watch) Usage() Usage { return w.usage }

func (w *Watch) other(e sse.Event) Step {
	if string(e.Name) == "error" {
		w.complete = false
		return Failure
	}
	return Content
}

// isError says whether a document is an error instead of what was asked for: {"error": {...}} in both dialects, and
// {"object": "error"} of older vLLM. A null error is none.
func isError(doc gjson.Result) bool {
	return doc.Get("error").Type != gjson.Null || doc.Get("object").Str == "error"
}

// parse is b as a document, without a copy: nothing of it may be kept that is not cloned.
func parse(b []byte) gjson.Result {
	return gjson.Parse(unsafe.String(unsafe.SliceData(b), len(b)))
}

// empty says whether a value says nothing: null, "", an empty list or object.
func empty(value gjson.Result) bool {
	switch value.Type {
	case gjson.String:
		return value.Str == ""
	case gjson.JSON:
		some := false
		value.ForEach(func(_, _ gjson.Result) bool { some = true; return false })
		return !some
	default:
		return true
	}
}
