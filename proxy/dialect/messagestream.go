package dialect

import (
	"unsafe"

	"github.com/tidwall/gjson"

	"spillway/proxy/sse"
)

// message reads one event of Anthropic's Messages. The event's name decides, as in the official SDKs.
func (w *Watch) message(e sse.Event) Step {
	doc := parse(e.Data)
	switch EventName(e, doc) {
	case "error":
		return Failure
	case "message_start":
		w.odd(w.begun, "a second message_start")
		w.begun = true
		message := doc.Get("message")
		content := message.Get("content")
		w.usage.model(message.Get("model"))
		w.usage.message(message.Get("usage"))
		return w.contentIf(!empty(content), content)
	case "content_block_start":
		w.odd(!w.begun, "a block before message_start")
		block := doc.Get("content_block")
		return w.contentIf(blockStarts(block), block)
	case "content_block_delta":
		delta := doc.Get("delta")
		return w.contentIf(saysSomething(delta, "type"), delta)
	case "message_delta":
		w.usage.message(doc.Get("usage"))
		if doc.Get("delta.stop_reason").Str != "" {
			w.stopped = true
			return Terminal
		}
	case "message_stop":
		w.odd(!w.stopped, "message_stop without a stop_reason")
		w.complete = true
		return Terminal
	}
	return Preamble
}

// EventName is an event's name; a server that does not name its events gives it as the data's type.
// It is valid as long as the event's bytes are.
func EventName(e sse.Event, doc gjson.Result) string {
	switch {
	case len(e.Name) > 0:
		return unsafe.String(unsafe.SliceData(e.Name), len(e.Name))
	case isError(doc):
		return "error"
	default:
		return doc.Get("type").Str
	}
}

// blockStarts says whether a block's start is content by itself: tool calls are, and blocks that arrive whole
// (redacted_thinking, fallback, results of server tools). Those that deltas fill are when something is in them already.
func blockStarts(block gjson.Result) bool {
	switch block.Get("type").Str {
	case "text", "thinking", "compaction":
		return saysSomething(block, "type")
	case "":
		return false
	default:
		return true
	}
}

// saysSomething says whether an object has a member that says something, other than the one named.
func saysSomething(object gjson.Result, except string) (some bool) {
	if !object.IsObject() {
		return false
	}
	object.ForEach(func(key, value gjson.Result) bool {
		some = key.Str != except && !empty(value)
		return !some
	})
	return some
}

// contentIf is the step of what says something, or does not.
func (w *Watch) contentIf(some bool, what gjson.Result) Step {
	if some {
		w.usage.said(len(what.Raw) - deltaFrame)
		return Content
	}
	return Preamble
}
