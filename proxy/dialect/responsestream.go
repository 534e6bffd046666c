package dialect

import (
	"strings"

	"github.com/tidwall/gjson"

	"spillway/proxy/sse"
)

// response reads one event of OpenAI's Responses. The data's type decides; the event's name only repeats it.
func (w *Watch) response(e sse.Event) Step {
	doc := parse(e.Data)
	kind := doc.Get("type").Str
	switch kind {
	case "error", "response.failed":
		return Failure
	case "response.created", "response.in_progress", "response.queued":
		w.usage.model(doc.Get("response.model"))
		return Preamble
	case "response.completed", "response.incomplete":
		w.usage.model(doc.Get("response.model"))
		w.usage.response(doc.Get("response.usage"))
		w.complete = true
		return Terminal
	case "response.output_item.added":
		item := doc.Get("item")
		return w.contentIf(itemStarts(item), item)
	case "response.output_item.done":
		return Content
	case "":
		if string(e.Name) == "error" || isError(doc) {
			return Failure
		}
	}
	if strings.HasSuffix(kind, ".delta") {
		delta := doc.Get("delta")
		return w.contentIf(!empty(delta), delta)
	}
	return Preamble
}

// itemStarts says whether an item's start is content by itself: calls of tools are, messages and reasoning are filled by
// deltas.
func itemStarts(item gjson.Result) bool {
	switch item.Get("type").Str {
	case "message":
		return !empty(item.Get("content"))
	case "reasoning":
		return !empty(item.Get("content")) || !empty(item.Get("summary"))
	case "":
		return false
	default:
		return true
	}
}
