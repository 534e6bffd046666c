package dialect

import (
	"hash"
	"strings"

	"github.com/tidwall/gjson"

	"spillway/engine"
)

// outliner walks over a prompt and counts. It looks at sizes and types, and keeps no text.
type outliner struct {
	call                             *Call
	total, results                   weight
	messages, toolResults, toolCount int
	bound                            bool      // a part names state that only one server has
	opening                          hash.Hash // of the system prompt and the first user message
	opened                           bool
	closed                           bool // the first user message has been hashed
}

func (r *outliner) prompt() {
	switch r.call.Endpoint {
	case ChatCompletions:
		r.eachMessage(r.call.parsed("messages"), r.chatMessage)
	case Responses:
		r.system(r.call.parsed("instructions"))
		if input := r.call.parsed("input"); input.IsArray() {
			r.eachMessage(input, r.responseItem)
		} else if input.Type == gjson.String {
			r.messages = 1
			r.user(input)
		}
	default:
		r.system(r.call.parsed("system"))
		r.eachMessage(r.call.parsed("messages"), r.message)
	}
}

func (r *outliner) eachMessage(list gjson.Result, read func(gjson.Result)) {
	list.ForEach(func(_, message gjson.Result) bool {
		r.messages++
		r.total.fixed += messageTokens
		read(message)
		return true
	})
}

// message reads one of Anthropic's messages.
func (r *outliner) message(m gjson.Result) {
	content := m.Get("content")
	if m.Get("role").Str == "user" {
		r.user(content)
		return
	}
	r.total.add(r.content(content))
}

// chatMessage reads one message of a chat completion.
func (r *outliner) chatMessage(m gjson.Result) {
	content := m.Get("content")
	switch m.Get("role").Str {
	case "system", "developer":
		r.system(content)
	case "user":
		r.user(content)
	case "tool", "function":
		r.result(r.content(content))
	default:
		w := r.content(content)
		w.add(textWeight(m.Get("tool_calls")))
		w.add(textWeight(m.Get("reasoning_content")))
		r.total.add(w)
	}
}

// responseItem reads one item of a response's input.
func (r *outliner) responseItem(item gjson.Result) {
	switch kind := item.Get("type").Str; {
	case strings.HasSuffix(kind, "_call_output"):
		r.result(r.content(item.Get("output")))
	case kind == "item_reference":
		r.bound = true
	case kind != "" && kind != "message":
		r.total.add(textWeight(item))
	default:
		r.chatMessage(item)
	}
}

func (r *outliner) system(content gjson.Result) {
	if content.Exists() {
		r.total.add(r.content(content))
		r.remember(content)
	}
}

func (r *outliner) user(content gjson.Result) {
	r.total.add(r.content(content))
	r.remember(content)
	r.closed = true
}

func (r *outliner) result(w weight) {
	r.toolResults++
	r.results.add(w)
	r.total.add(w)
}

// remember takes what opens a conversation into its hash. Clients mark different blocks for the cache from turn to turn, and
// may write the same text as a string or as a block: neither makes another conversation.
func (r *outliner) remember(content gjson.Result) {
	if r.closed {
		return
	}
	r.opened = true
	r.opening.Write([]byte{0})
	if content.Type == gjson.String {
		r.opening.Write([]byte(content.Raw))
		return
	}
	content.ForEach(func(_, block gjson.Result) bool {
		block.ForEach(func(key, value gjson.Result) bool {
			if key.Str == "text" || key.Str != "type" && key.Str != "cache_control" {
				r.opening.Write([]byte(value.Raw))
			}
			return true
		})
		return true
	})
}

func (r *outliner) tools() {
	r.call.parsed("tools").ForEach(func(_, tool gjson.Result) bool {
		r.toolCount++
		r.total.add(textWeight(tool))
		return true
	})
	if r.toolCount > 0 && r.call.API == engine.Anthropic {
		r.total.fixed += toolSystemTokens
	}
}

// content weighs a string, or the blocks of a list.
func (r *outliner) content(content gjson.Result) (w weight) {
	if !content.IsArray() {
		return textWeight(content)
	}
	content.ForEach(func(_, block gjson.Result) bool {
		w.add(r.block(block))
		return true
	})
	return w
}

func (r *outliner) block(block gjson.Result) weight {
	switch block.Get("type").Str {
	case "text", "input_text", "output_text":
		return textWeight(block.Get("text"))
	case "image", "image_url", "input_image":
		return weight{fixed: imageTokens}
	case "document", "file", "input_file":
		return documentWeight(block)
	case "thinking":
		return textWeight(block.Get("thinking"))
	case "tool_use":
		return textWeight(block.Get("input"))
	case "tool_result":
		r.toolResults++
		w := r.content(block.Get("content"))
		r.results.add(w)
		return w
	case "compaction":
		r.bound = r.bound || block.Get("signature").Str != "" || block.Get("encrypted_content").Str != ""
	}
	return textWeight(block)
}
